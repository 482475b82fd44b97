"""Text and paths from outside, made fit for a plan: nothing that hides, escapes or breaks a line."""

from __future__ import annotations

from agent_baton.errors import UserError
from agent_baton.patterns import lazy

MOST_TASK = 16_000  # characters; a plan's own limit is 20,000
# Turns or hides text for the reader: bidirectional controls, zero-width marks between letters, tag characters.
HIDDEN = lazy("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\U000e0000-\U000e007f]")
CONTROL = lazy("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
UNFIT = lazy("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
GLOB = lazy(r"([*?\[\]{}\\])")


def task_text(text: str) -> str:
    """The task as a plan may hold it. Raises UserError when it is longer than any task."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")
    clean = HIDDEN.sub("", CONTROL.sub(" ", whole)).strip()
    if not any(map(str.isalnum, clean)):
        raise UserError('the task says nothing; write what is to be done, as in: "Add request logging"')
    if len(clean) > MOST_TASK:
        raise UserError(
            f"the task has {len(clean):,} characters, and a plan takes {MOST_TASK:,}; keep the details in a file of "
            "the repository and name it in the task"
        )
    return clean


def line(text: str, most: int = 400) -> str:
    """One line, without what cannot be seen."""
    flat = " ".join(HIDDEN.sub("", UNFIT.sub(" ", text)).split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def fits(path: str) -> bool:
    """Whether a path may stand in a plan at all; file systems allow line breaks and bytes that are no text."""
    return 0 < len(path) <= 900 and not UNFIT.search(path) and bool(path.strip())


def glob_of(path: str) -> str:
    """The pattern that matches this path and no other: `app/[id]/page.tsx` is a name, not a class."""
    return GLOB.sub(r"\\\1", path)
