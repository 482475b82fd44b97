"""Words and operators of a shell line, its quotes taken off. Hooks ask on every call, so nothing is imported for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# the longest first; a line break ends a command like `;`
OPERATORS = (
    "&>>", "<<<", "<<-", "&&", "||", "|&", ";;", "&>", ">>", ">|", ">&", "<<", "<&", "<>", ";", "|", "&", "(", ")", "<", ">",
)  # fmt: skip
ENDS = ("|", "|&", "&&", "||", ";", ";;", "&", "(", ")")
BLANK = " \t\r"


class Operator(str):
    """Punctuation the shell acts on; the same characters in quotes are a plain `str`."""

    __slots__ = ()


def tokens(command: str) -> list[str] | None:
    """Words and operators in order, None when a quote is not closed. A number in front of a redirection is left out."""
    command = command.replace("\\\n", " ")
    found: list[str] = []
    word: list[str] | None = None
    at, end = 0, len(command)
    while at < end:
        char = command[at]
        if char in BLANK or char in "\n;|&()<>":
            _close(found, word, char)
            word = None
            operator = _operator(command, at)
            if operator:
                found.append(operator)
            at += len(operator) if operator and char != "\n" else 1
            continue
        piece, at = _piece(command, at)
        if piece is None:
            return None
        word = [*(word or ()), piece]
    _close(found, word, "")
    return found


def commands(line: Sequence[str]) -> Iterator[list[str]]:
    """The simple commands of a line, each with its redirections."""
    part: list[str] = []
    for token in line:
        if isinstance(token, Operator) and token in ENDS:
            if part:
                yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def _close(found: list[str], word: list[str] | None, following: str) -> None:
    """Take a finished word in, unless it is the descriptor number of a redirection."""
    text = "".join(word or ())
    if word is not None and not (following and following in "<>" and text.isdecimal()):
        found.append(text)


def _operator(command: str, at: int) -> str:
    if command[at] == "\n":
        return Operator(";")
    for operator in OPERATORS:
        if command.startswith(operator, at):
            return Operator(operator)
    return ""


def _piece(command: str, at: int) -> tuple[str | None, int]:
    """The next bit of a word, quotes removed, and where it ends; None for a quote that is not closed."""
    char = command[at]
    if char == "\\":
        return (command[at + 1], at + 2) if at + 1 < len(command) else (None, at + 1)
    if char == "'":
        close = command.find("'", at + 1)
        return (command[at + 1 : close], close + 1) if close >= 0 else (None, at)
    if char == '"':
        return _double(command, at + 1)
    return char, at + 1


def _double(command: str, at: int) -> tuple[str | None, int]:
    inside: list[str] = []
    while at < len(command):
        char = command[at]
        if char == '"':
            return "".join(inside), at + 1
        if char == "\\" and command[at + 1 : at + 2] in ('"', "\\"):
            at += 1
            char = command[at]
        inside.append(char)
        at += 1
    return None, at
