"""`baton classify`: what a task asks for, how large and how risky it is, each verdict with its reasons."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from agent_baton.app.site import find_site
from agent_baton.cli.common import answer, output_option
from agent_baton.errors import NotFound
from agent_baton.planner.facts import Facts, Signal, Understanding
from agent_baton.planner.look import look
from agent_baton.planner.look.symbols import symbols_in
from agent_baton.planner.understand import SymbolFinder, family, understand
from agent_baton.records import plain
from agent_baton.workspace.tree import list_files

WIDTH = 11


@click.command()
@click.argument("text")
@click.option("--no-repo", is_flag=True, help="Judge the words alone; do not look at the repository around.")
@output_option
def classify(text: str, no_repo: bool, output: str) -> None:
    """Say what TEXT asks for: type, complexity, risk, language, and what it names in this repository.

    \b
    Example:
      baton classify "Fix the flaky login test" --json
    """
    facts = _facts_here() if text.strip() and not no_repo else None
    found = understand(text, facts, _finder(facts))
    answer(output, "\n".join(_lines(found, facts)), _fields(found, facts))


def _facts_here() -> Facts | None:
    """The repository around; None outside of one, where only the words count."""
    try:
        top = find_site(os.getcwd(), os.environ).checkout.top
    except NotFound:
        return None
    return look(Path(top), list_files(top))


def _finder(facts: Facts | None) -> SymbolFinder | None:
    return (lambda names: symbols_in(Path(facts.root), facts, names)) if facts else None


def _fields(found: Understanding, facts: Facts | None) -> dict[str, Any]:
    fields = plain(found)
    kind = fields.pop("task_type")
    return {
        "task_type": kind,
        "task_family": family(kind),
        **fields,
        "repository": facts.root if facts else None,
    }


def _lines(found: Understanding, facts: Facts | None) -> Iterator[str]:
    kin = family(found.task_type)
    also = f" (a kind of {kin})" if kin != found.task_type else ""
    yield _line("Type", found.task_type + also, found.type_signals)
    yield _line("Complexity", found.complexity, found.complexity_signals)
    yield _line("Risk", found.risk_level, found.risk_signals)
    yield f"{'Language:':{WIDTH}} {found.language}"
    if facts:
        yield f"{'Files:':{WIDTH}} {', '.join(found.files) or '(none named that exist here)'}"
        yield f"{'Symbols:':{WIDTH}} {', '.join(found.symbols) or '(none named that are defined here)'}"
    else:
        yield f"{'Repository:':{WIDTH}} (not looked at: the words alone)"


def _line(title: str, verdict: str, signals: tuple[Signal, ...]) -> str:
    return f"{title + ':':{WIDTH}} {verdict}" + "".join(
        f"\n{'':{WIDTH}}   {_reason(signal)}" for signal in signals
    )


def _reason(signal: Signal) -> str:
    words = f" “{' '.join(signal.words.split())}”" if signal.words else ""
    return f"{signal.name}: {signal.weight}{words}"
