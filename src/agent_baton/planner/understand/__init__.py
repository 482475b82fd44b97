"""Understanding a task: what kind of work it asks for, how large and how risky it is, and what it names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from agent_baton.errors import UserError
from agent_baton.planner.facts import Facts, Understanding

from .complexity import complexity
from .language import language_of
from .naming import files_named, symbols_named
from .risk import assess
from .task_type import family, task_type

__all__ = ["SymbolFinder", "family", "understand"]

# Symbol names → the file that defines each; names that no file defines are left out.
SymbolFinder = Callable[[Collection[str]], Mapping[str, str]]


def understand(
    text: str, facts: Facts | None = None, symbols_in: SymbolFinder | None = None
) -> Understanding:
    """Everything the planner wants to know about a task, each verdict with its signals.

    The same text and facts always give the same answer. Files and symbols are told only where they can be
    looked up: in `facts`, and through `symbols_in`. Raises UserError when the text holds nothing to read.
    """
    if not any(map(str.isalnum, text)):
        raise UserError(
            f"the task {text[:40]!r} says nothing; write what is to be done, as in: Add request logging"
        )
    language = language_of(text)
    kind, type_signals = task_type(text, language)
    files = files_named(text, facts.files) if facts else ()
    symbols = symbols_named(text, symbols_in) if symbols_in else ()
    size, size_signals = complexity(text, kind, files)
    risk, risk_signals = assess(text, kind, facts)
    return Understanding(
        text=text,
        language=language,
        task_type=kind,
        complexity=size,
        risk_level=risk,
        files=files,
        symbols=symbols,
        type_signals=type_signals,
        complexity_signals=size_signals,
        risk_signals=risk_signals,
    )
