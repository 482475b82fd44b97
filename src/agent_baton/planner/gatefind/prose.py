"""Commands that CONTRIBUTING, README and their kind tell a newcomer to run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_baton.patterns import lazy

from .reading import Repo
from .shell import calls_in
from .sightings import Sighting

_NAMES = (
    "CONTRIBUTING",
    "HACKING",
    "DEVELOPMENT",
    "DEVELOPING",
    "DEVELOPERS",
    "TESTING",
    "BUILDING",
    "CLAUDE",
    "AGENTS",
    "README",
    "INSTALL",
    "DEVELOPER",
    "CONTRIBUTE",
)
_SUFFIXES = ("", ".md", ".rst", ".txt", ".adoc", ".markdown", ".org", ".textile")
_FOLDERS = ("", "docs", ".github", "doc", "docs/dev", "docs/development")
_HEADING = lazy(r"^(?:#{1,6}\s+(.+?)\s*#*|(\S[^\n]*))$")
_UNDERLINE = lazy(r"^([=\-~^\"'`#*+])\1{2,}\s*$")
_FENCE = lazy(r"^\s*(?:```|~~~|----$|\.\. code)")
_ABOUT_TESTS = lazy(
    r"(?i)\btest|check|lint|contribut|develop|hack|build|pull request|quality|style|verify|ci\b"
)
_PROMPT = lazy(r"^(?:[\w.@~/()-]*\s?)?[$%>]\s+|^\(\w+\)\s*\$?\s*")
_INLINE = lazy(
    r"(?:run|using|with|execute|invoke|type|passes?|pass)\b[^`\n]{0,60}``?([^`\n]{4,120})``?", re.IGNORECASE
)
# `[OPTIONS]`, `<file>`, an ellipsis: a synopsis, not a command, as little as a link. `./...` is Go's.
_PLACEHOLDER = lazy(
    r"\[[A-Za-z-]+(?:\.\.\.)?\]|<[A-Za-z][\w -]*>|(?<![/\w])\.\.\.|…|\s=\s|\]\(|YOUR_|/path/to|\bFOO\b|XX"
)
MAX_LINES = 3_000


def sightings(repo: Repo, folder: str = "") -> Iterator[Sighting]:
    for rank, path in enumerate(_documents(repo, folder)):
        for line, number, heading in _commands(repo.text(path)):
            if _PLACEHOLDER.search(line):
                continue
            for call in calls_in(line, path, number, folder):
                weight = 2 if re.search(r"(?i)\btest", heading) else 0
                yield Sighting(call, "docs", f"{path}", weight - min(rank, 3))


def _documents(repo: Repo, folder: str) -> list[str]:
    places = _FOLDERS if not folder else (folder,)
    found = []
    for name in _NAMES:
        for place in places:
            for suffix in _SUFFIXES:
                for spelling in (name, name.lower(), name.capitalize()):
                    path = f"{place}/{spelling}{suffix}".lstrip("/")
                    if repo.is_file(path):
                        found.append(path)
    return list(dict.fromkeys(found))[:8]


def _commands(text: str) -> Iterator[tuple[str, int, str]]:
    """Lines of code blocks, and commands named in a sentence, with the heading they stand under."""
    heading, fenced, before = "", False, ""
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        if _FENCE.match(line):
            fenced = not fenced if "code" not in line else fenced
        elif fenced or (re.match(r"(?: {2,}|\t)\S", line) and _ABOUT_TESTS.search(heading)):
            command = _PROMPT.sub("", line.strip())
            if command and not command.startswith(("#", "*", "-", "<", "{")):
                yield command, number, heading
        elif line.startswith("#"):
            found = _HEADING.match(line)
            heading = (found[1] or "") if found else heading
        elif _UNDERLINE.match(line) and before.strip():
            heading = before.strip()
        else:
            for found in _INLINE.finditer(line):
                yield _PROMPT.sub("", found[1].strip()), number, heading
        before = line
