"""Reading a git configuration file without git: what finding a repository needs before git can be asked."""

from __future__ import annotations

# Hot: importing pathlib would cost more than all the rest.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Settings = dict[str, str | None]  # "core.bare" → the last value; None for a key without "="

_ESCAPES = {"n": "\n", "t": "\t", "b": "\b", '"': '"', "\\": "\\"}


def read_config(path: str) -> Settings:
    """Every `section.subsection.key` of one file. Includes are not followed, as in git's own first look."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return dict(parse_config(file.read()))
    except (FileNotFoundError, NotADirectoryError):
        return {}


def parse_config(text: str) -> Iterator[tuple[str, str | None]]:
    """Names (section and key in lower case, the subsection as written) and values, in file order."""
    prefix = ""
    lines = iter(text.lstrip("\ufeff").split("\n"))
    for raw in lines:
        line = raw.strip()
        if line.startswith("["):
            prefix, line = _section(line)
        if not line or line[0] in "#;":
            continue
        key, equals, rest = line.partition("=")
        if not equals:
            key = key.partition("#")[0].partition(";")[0]
        yield f"{prefix}.{key.strip().lower()}", _value(rest, lines) if equals else None


def truthy(value: str | None) -> bool:
    """Git's reading of a boolean setting that is present: a bare key is true."""
    return value is None or value.lower() in ("true", "yes", "on", "1")


def _section(line: str) -> tuple[str, str]:
    """`[remote "a]b"] key = x` → ("remote.a]b", "key = x")."""
    name, quote, rest = line[1:].partition('"')
    if not quote or "]" in name:
        name, _, rest = line[1:].partition("]")
        return name.strip().lower(), rest.strip()
    sub = ""
    at = 0
    while at < len(rest) and rest[at] != '"':
        at += rest[at] == "\\"
        sub += rest[at : at + 1]
        at += 1
    return f"{name.strip().lower()}.{sub}", rest[at + 1 :].partition("]")[2].strip()


def _value(rest: str, lines: Iterator[str]) -> str:
    """Unquote a value: quotes, escapes, comments outside quotes, and lines continued by a backslash."""
    out = ""
    kept = 0  # how much of `out` is not unquoted trailing space
    quoted = False
    rest = rest.lstrip()
    at = 0
    while at < len(rest):
        char = rest[at]
        at += 1
        if char == "\\":
            if at >= len(rest):
                rest, at = next(lines, ""), 0
                continue
            char, at = _ESCAPES.get(rest[at], ""), at + 1
            out += char
            kept = len(out)
        elif char == '"':
            quoted = not quoted
        elif char in "#;" and not quoted:
            break
        else:
            out += char
            kept = len(out) if quoted or not char.isspace() else kept
    return out[:kept]
