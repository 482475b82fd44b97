"""What is wrong with a plan somebody handed in, and where, in the words of who wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from agent_baton.errors import UserError
from agent_baton.records import Record

Key = str | int
Broken = Literal["invalid", "duplicate-id", "wrong-phase", "bad-dependency", "cycle", "bad-expression"]
SHOWN = 10


class Problem(Record):
    path: tuple[Key, ...]  # keys from the top of the document; () means the whole
    message: str
    code: Broken = "invalid"
    line: int = 0  # 1-based, where the reader of the format knows it; 0 elsewhere


def words(path: Sequence[Key]) -> str:
    """`("phases", 0, "steps")` as people write it: `phases[0].steps`. Long keys are cut, odd ones quoted."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif key.isidentifier():
            text += f".{_cut(key)}" if text else _cut(key)
        else:
            text += f"[{_cut(key)!r}]"
    return text or "plan"


def _cut(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[:limit] + "…"


def quoted(value: object) -> str:
    """A value of the document inside an error message: short, on one line, never a whole structure."""
    if isinstance(value, str):
        return repr(_cut(value))
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or isinstance(value, bool)
        else _cut(repr(value))
    )


def refuse(
    source: str,
    problems: Sequence[Problem],
    lines: Mapping[tuple[Key, ...], int] | None = None,
    what: str = "plan",
) -> UserError:
    """One error for all problems, in document order, each with its place; the caller raises it.

    `lines` maps paths to line numbers where the format keeps them.
    """
    texts = [_placed(problem, lines or {}) for problem in problems]
    count = "1 problem" if len(texts) == 1 else f"{len(texts)} problems"
    more = [f"  … and {len(texts) - SHOWN} more"] if len(texts) > SHOWN else []
    message = "\n".join(
        [
            f"{source} is not a valid {what}: {count}",
            *(f"  {text}" for text in texts[:SHOWN]),
            *more,
            "nothing was changed; correct the file and try again",
        ]
    )
    return UserError(message, source=source, problems=texts)


def _placed(problem: Problem, lines: Mapping[tuple[Key, ...], int]) -> str:
    if problem.line:
        return f"line {problem.line}: {problem.message}"
    path = problem.path
    text = f"{words(path)}: {problem.message}"
    while path and path not in lines:
        path = path[:-1]
    return f"line {lines[path]}: {text}" if path in lines else text
