"""Paths of a repository against patterns and claims. All paths are relative to the top, with "/" between."""

from __future__ import annotations

import os

from agent_baton.loading import load
from agent_baton.records import Record

# Hot: importing pathlib would cost more than all the rest.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Token = str | tuple[bool, tuple[tuple[str, str], ...]] | None  # a character, a class, or `*`
    Segment = tuple[Token, ...] | None  # None is `**`

STATE_DIRS = (".claude/team-context", ".claude/worktrees")  # ours, and Claude Code's own work trees
_ANY: Token = (True, ())  # `?`: not in the empty class
_SOMETHING: Segment = (None,)  # any one name
_MAX_BRACES = 64


class Pattern(Record):
    """A pattern ready to match. Exactly one way of matching is used: the cheapest that says the same."""

    tree: str = ""  # everything below this directory
    suffix: str = ""  # file names that end so
    exact: str = ""  # this file, or everything below it
    segments: tuple[Segment, ...] = ()


def match_path(pattern: str, path: str) -> bool:
    """Whether a pattern covers a path: `*.py`, `src/**`, `docs/`, `/setup.py`, `a/*.{js,ts}`, `.` for all.

    As in a `.gitignore`: a pattern without a slash matches a name at any depth, one that matches a directory
    covers all below it, `*` and `?` stay within a name. Case counts. Spellings of one Unicode text are equal.
    Time grows with the product of the two lengths at worst, never exponentially.
    """
    return covers(compile_patterns([pattern]), path)


def compile_patterns(patterns: Iterable[str]) -> tuple[Pattern, ...]:
    """Patterns made ready once, for many paths."""
    return tuple(_compile(one) for pattern in patterns for one in _braces(composed(pattern.strip())))


def covers(patterns: Iterable[Pattern], path: str) -> bool:
    """Whether any of the patterns matches."""
    path = composed(path).rstrip("/")
    return any(_matches(pattern, path) for pattern in patterns)


def composed(text: str) -> str:
    """One spelling for texts that look the same: macOS stores names decomposed, people type them composed."""
    return text if text.isascii() else str(load("unicodedata:normalize")("NFC", text))


def is_state(path: str) -> bool:
    """Whether a path is state of this tool, never an agent's change."""
    return any(path == place or path.startswith(place + "/") for place in STATE_DIRS)


def _braces(pattern: str) -> list[str]:
    """`a.{js,ts}` → both; nested and repeated braces too. A lone or giant brace stays literal."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        text = waiting.pop()
        close = text.find("}")
        start = text.rfind("{", 0, close) if close > 0 else -1
        choices = text[start + 1 : close].split(",") if start >= 0 else []
        if len(choices) < 2:
            done.append(text)
            continue
        waiting += [text[:start] + choice + text[close + 1 :] for choice in reversed(choices)]
        if len(waiting) + len(done) > _MAX_BRACES:
            return [pattern]
    return done


def _compile(pattern: str) -> Pattern:
    parts = [part for part in pattern.split("/") if part and part != "."]
    if not parts or parts == ["**"]:
        return Pattern(segments=(None,)) if pattern else Pattern()
    anchored = "/" in pattern.rstrip("/")
    if parts[-1] != "**" and pattern.endswith("/"):
        parts.append("**")
    if anchored and not _is_wild("".join(parts)):
        return Pattern(exact="/".join(parts))
    if anchored and parts[-1] == "**" and not _is_wild("".join(parts[:-1])):
        return Pattern(tree="/".join(parts[:-1]) + "/")
    segments: list[Segment] = [None if part == "**" else _tokens(part) for part in parts]
    if segments[-1] is None:
        segments.insert(-1, _SOMETHING)
    else:
        segments.append(None)
    if not anchored:
        segments.insert(0, None)
    simple = len(parts) == 1 and pattern.startswith("*.") and not _is_wild(pattern[1:])
    return Pattern(suffix=pattern[1:] if simple else "", segments=tuple(segments))


def _is_wild(text: str) -> bool:
    return any(char in text for char in "*?[\\")


def _matches(pattern: Pattern, path: str) -> bool:
    if pattern.exact:
        return path == pattern.exact or path.startswith(pattern.exact + "/")
    if pattern.tree:
        return path.startswith(pattern.tree)
    if pattern.suffix and path.endswith(pattern.suffix):
        return True
    return bool(pattern.segments) and _match_segments(pattern.segments, path.split("/"))


def _match_segments(pattern: tuple[Segment, ...], names: list[str]) -> bool:
    """`**` takes as little as it can; on a dead end only the last one takes more, which is enough."""
    at = name = 0
    retry_at = retry_name = -1
    while name < len(names):
        if at < len(pattern) and pattern[at] is None:
            retry_at, retry_name = at, name
            at += 1
        elif at < len(pattern) and _match_name(pattern[at] or (), names[name]):
            at, name = at + 1, name + 1
        elif retry_at >= 0:
            retry_name += 1
            at, name = retry_at + 1, retry_name
        else:
            return False
    return all(segment is None for segment in pattern[at:])


def _match_name(pattern: tuple[Token, ...], name: str) -> bool:
    at = char = 0
    retry_at = retry_char = -1
    while char < len(name):
        if at < len(pattern) and pattern[at] is None:
            retry_at, retry_char = at, char
            at += 1
        elif at < len(pattern) and _accepts(pattern[at], name[char]):
            at, char = at + 1, char + 1
        elif retry_at >= 0:
            retry_char += 1
            at, char = retry_at + 1, retry_char
        else:
            return False
    return all(token is None for token in pattern[at:])


def _accepts(token: Token, char: str) -> bool:
    if isinstance(token, tuple):
        negated, ranges = token
        return any(low <= char <= high for low, high in ranges) != negated
    return token == char


def _tokens(name: str) -> tuple[Token, ...]:
    """One name of a pattern, taken apart: characters, `?`, `*`, `[a-z]`, `[!a-z]`, a backslash before any."""
    tokens: list[Token] = []
    at = 0
    while at < len(name):
        char = name[at]
        at += 1
        if char == "*":
            if not tokens or tokens[-1] is not None:
                tokens.append(None)
        elif char == "?":
            tokens.append(_ANY)
        elif char == "\\" and at < len(name):
            tokens.append(name[at])
            at += 1
        elif char == "[" and name.find("]", at + 1 + (name[at : at + 1] in ("!", "^"))) > 0:
            token, at = _class(name, at)
            tokens.append(token)
        else:
            tokens.append(char)
    return tuple(tokens)


def _class(name: str, at: int) -> tuple[Token, int]:
    negated = name[at] in "!^"
    at += negated
    end = name.find("]", at + 1)  # a "]" in first place is a member
    members = name[at:end]
    ranges: list[tuple[str, str]] = []
    while members:
        if len(members) > 2 and members[1] == "-":
            ranges.append((members[0], members[2]))
            members = members[3:]
        else:
            ranges.append((members[0], members[0]))
            members = members[1:]
    return (negated, tuple(ranges)), end + 1


_TEST_DIRS = frozenset(
    ("test", "tests", "spec", "specs", "__tests__", "testing", "e2e", "testdata", "androidTest")
)
_TEST_STEMS = ("test_", "tests_", "spec_")
_TEST_ENDS = ("_test", "_tests", "_spec", ".test", ".tests", ".spec", ".cy", ".e2e")
_TEST_NAMES = frozenset(("conftest.py", "test.py", "tests.py"))
_CLASS_SUFFIXES = frozenset(
    (".java", ".kt", ".kts", ".cs", ".scala", ".groovy", ".swift", ".php", ".m", ".vb", ".fs")
)


def is_test_path(path: str) -> bool:
    """Whether a file is part of a test suite, by the conventions of the common test runners."""
    *directories, name = path.split("/")
    stem, suffix = os.path.splitext(name)
    if name in _TEST_NAMES or not _TEST_DIRS.isdisjoint(directories):
        return True
    if suffix in _CLASS_SUFFIXES:
        return stem.endswith(("Test", "Tests", "Spec", "IT", "TestCase"))
    return bool(suffix) and (stem.startswith(_TEST_STEMS) or stem.endswith(_TEST_ENDS))


def inside(top: str, claimed: str) -> str | None:
    """A claimed path as the repository spells it: "" for the top itself, None when it lies outside."""
    path = claimed.strip().replace("\\", "/") if "\\" in claimed and "/" not in claimed else claimed.strip()
    if os.path.isabs(path):
        if not _below(path, top):
            path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        if not _below(path, top):
            return None
        path = os.path.relpath(path, top)
    path = os.path.normpath(path) if path else ""
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else composed(path)


def _below(path: str, top: str) -> bool:
    path = os.path.normpath(path)
    return path == top or path.startswith(top.rstrip("/") + "/")
