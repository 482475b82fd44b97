"""Text of users, agents and models made inert: shown as it is, unable to act on a terminal or a document."""

from __future__ import annotations

import html
import re

from agent_baton.escapes import without_escapes
from agent_baton.patterns import lazy

# C0 and C1 controls, line and paragraph separators, lone surrogates, and the marks that change the reading
# order of what follows (text that reads otherwise than it runs: the trick of https://trojansource.codes).
_OTHERS = "\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
_ACTING = lazy("[\x00-\x1f" + _OTHERS)
_ACTING_IN_BLOCK = lazy("[\x00-\x08\x0b-\x1f" + _OTHERS)
_MARKDOWN = lazy(r"([\\`*\[\]<~])|(?<![^\W_])(_)|(_)(?![^\W_])|(&)(?=#|[A-Za-z])")
_OPENS_BLOCK = lazy(r"^(\s*)(?=[#+=>-])|^(\s*\d+)(?=[.)])")


def visible(text: str) -> str:
    """One line, safe in a terminal: what would act on it is spelled out (`\\n`, `\\x1b`, `\\u202e`)."""
    return _ACTING.sub(_spelled, text)


def visible_block(text: str) -> str:
    """The same for several lines: line breaks and tabs stay, everything else that acts is spelled out."""
    return _ACTING_IN_BLOCK.sub(_spelled, unix_lines(text))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    short = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def unix_lines(text: str) -> str:
    """The text with every kind of line break as `\\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def clean(text: str, one_line: bool = False) -> str:
    """What a plan accepts of a text from outside: no terminal escapes; controls become spaces, and line breaks too if asked."""
    text = _ACTING_IN_BLOCK.sub(" ", unix_lines(without_escapes(text)))
    return " ".join(text.split()) if one_line else text.strip()


def first_line(text: str, limit: int = 200) -> str:
    """The first line that says something, cut with an ellipsis when it is long."""
    line = next((line.strip() for line in unix_lines(text).split("\n") if line.strip()), "")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def first_and_rest(text: str, limit: int = 200) -> tuple[str, str]:
    """The first line as `first_line` gives it, and the lines below it; the whole text if the line was cut."""
    line, text = first_line(text, limit), unix_lines(text).strip()
    return line, text.removeprefix(line).lstrip(" \t").strip("\n") if text.startswith(line) else text


def markdown(text: str) -> str:
    """Text for the inside of a Markdown line: no markup in it takes effect."""
    return _OPENS_BLOCK.sub(r"\1\2\\", _MARKDOWN.sub(r"\\\1\2\3\4", visible(text).strip()))


def markdown_code(text: str) -> str:
    """A code span that the text cannot leave, whatever backticks it holds."""
    text = visible(text)
    ticks = "`" * (_longest_run(text, "`") + 1)
    pad = (
        " " if text.startswith("`") or text.endswith("`") or not text.strip() or text != text.strip() else ""
    )
    return f"{ticks}{pad}{text}{pad}{ticks}"


def markdown_block(text: str, indent: str = "") -> str:
    """A fenced block that the text cannot close, each of its lines behind `indent`."""
    text = visible_block(text).strip("\n")
    fence = "`" * max(3, _longest_run(text, "`") + 1)
    return "\n".join(f"{indent}{line}".rstrip() for line in (f"{fence}text", *text.split("\n"), fence))


def _longest_run(text: str, char: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(char)}+", text)), default=0)


def markup(text: str) -> str:
    """Text for HTML or SVG, in an element or a quoted attribute."""
    return html.escape(visible_block(text))
