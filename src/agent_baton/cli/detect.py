"""`baton detect`: what a repository is made of, each verdict with the file and line it rests on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from agent_baton.cli.common import output_option
from agent_baton.cli.output import emit
from agent_baton.errors import BatonError
from agent_baton.fastjson import dumps
from agent_baton.planner.facts import Evidence, Facts
from agent_baton.planner.look import look
from agent_baton.records import plain
from agent_baton.workspace.tree import list_files

WIDTH = 79
SHOWN = 8  # entries of a long list; --json has all


@click.command()
@click.argument("path", default=".", type=click.Path(path_type=Path))
@output_option
def detect(path: Path, output: str) -> None:
    """Say what a repository is made of: languages, frameworks, package managers, members and more.

    Looks at files only; nothing of the repository is run. The gates are listed by `baton gates`.

    \b
    Example:
      baton detect ../shop --json
    """
    facts = look(path, _files(path))
    emit(dumps(_fields(facts)) if output == "json" else "\n".join(_lines(facts)), sys.stdout)


def _files(path: Path) -> list[str] | None:
    """The files git would track below `path`; None outside of git, where the folder itself is walked."""
    here = path.resolve()
    top = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), None)
    if top is None or not here.is_dir():
        return None
    try:
        listed = list_files(str(top))
    except BatonError as error:
        emit(f"git could not list the files ({error.message}); the folder was walked instead", sys.stderr)
        return None
    prefix = "" if here == top else here.relative_to(top).as_posix() + "/"
    return [file[len(prefix) :] for file in listed if file.startswith(prefix)]


def _fields(facts: Facts) -> dict[str, Any]:
    """Every fact under its own name; the gates are another command's."""
    fields: dict[str, Any] = plain(facts)
    del fields["gates"]
    return fields


def _lines(facts: Facts) -> Iterator[str]:
    yield _headed(_printable(facts.root), f": {len(facts.files):,} files")
    yield from _table("Languages", _languages(facts))
    yield from _table(
        "Package managers",
        [(each.name, each.ecosystem, _where(each.evidence, each.root)) for each in facts.package_managers],
    )
    yield from _table(
        "Runtimes", [(each.name, each.version, _where(each.evidence)) for each in facts.runtimes]
    )
    yield from _table(
        "Frameworks and tools",
        [(each.name, each.kind, _where(each.evidence)) for each in facts.frameworks],
        shown=40,
    )
    yield from _table("Members", [(each.path, each.language, each.name) for each in facts.members], shown=20)
    for title, paths in _inventory(facts):
        yield from _table(f"{title} ({len(paths):,})", [(path,) for path in paths])
    yield from _table(
        f"Owners ({len(facts.owners):,} rules)",
        [(each.pattern, " ".join(each.owners) or "nobody") for each in facts.owners],
    )


def _languages(facts: Facts) -> list[tuple[str, ...]]:
    return [
        (each.name, f"{each.share:.1%}", f"{each.files:,} files", "primary" if each.role == "primary" else "")
        for each in facts.languages
    ]


def _inventory(facts: Facts) -> Iterable[tuple[str, Sequence[str]]]:
    return (
        ("Entry points", facts.entry_points),
        ("Migrations", facts.migrations),
        ("Tests", facts.tests),
        ("Infrastructure", facts.infrastructure),
        ("Documentation", facts.docs),
        ("Data", facts.data),
        ("Generated", facts.generated),
    )


def _where(evidence: Evidence, root: str = "") -> str:
    """File, line and its text; with the folder a verdict holds for when the file lies elsewhere."""
    place = f"{evidence.path}:{evidence.line}" if evidence.line else evidence.path
    elsewhere = f" (in {root})" if root and not evidence.path.startswith(f"{root}/") else ""
    return f"{place}{elsewhere}" + (f"  {evidence.text}" if evidence.line else "")


def _table(title: str, rows: Sequence[tuple[str, ...]], shown: int = SHOWN) -> Iterator[str]:
    """A title and its rows in columns, nothing when there are none."""
    if not rows:
        return
    yield ""
    yield title
    visible = [tuple(map(_printable, row)) for row in rows[:shown]]
    widths = [max(len(row[column]) for row in visible) for column in range(len(visible[0]))]
    for row in visible:
        cells = (cell.ljust(min(width, 30)) for cell, width in zip(row, widths, strict=True))
        yield _cut("  " + "  ".join(cells).rstrip())
    if len(rows) > shown:
        yield f"  … and {len(rows) - shown:,} more; --json has all"


def _printable(text: str) -> str:
    """A stranger's text on one line: control characters are shown, never sent to the terminal."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _headed(path: str, said: str) -> str:
    """A path and what is said of it on one line: a long path loses its beginning, never what is said."""
    room = WIDTH - len(said)
    return (path if len(path) <= room else "…" + path[-(room - 1) :]) + said


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
