"""One command as somebody wrote it, and how it is written back as a line to run from the repository's root."""

from __future__ import annotations

import re

from agent_baton.patterns import lazy
from agent_baton.records import Record, replace

# Stands in a word for what only the CI system could have told.
UNKNOWN = "\ue000"
_SAFE = lazy(r"[\w@%+=:,./~^*?\[\]{}!-]*")
_ESCAPE = lazy(r"\\(.)", re.DOTALL)


class Call(Record):
    """A simple command with its place. Words stay as written, quotes included."""

    words: tuple[str, ...]
    cwd: str = ""  # relative to the root
    env: tuple[tuple[str, str], ...] = ()  # what the author set for it, values unquoted
    path: str = ""  # the file it stands in
    line: int = 0
    soft: bool = False  # its author lets it fail: `|| true`, `continue-on-error`
    trimmed: bool = False  # something unknown was left out

    @property
    def argv(self) -> tuple[str, ...]:
        """The words as a program would receive them."""
        return tuple(unquoted(word) for word in self.words)

    @property
    def program(self) -> str:
        """The first word without folders and Windows suffixes: "pytest", "gradlew"."""
        first = unquoted(self.words[0]) if self.words else ""
        return re.sub(r"\.(?:exe|cmd|bat|phar)$", "", first.replace("\\", "/").rpartition("/")[2])

    def line_to_run(self) -> str:
        """The shell line, from the repository's root."""
        assigned = [f"{name}={quoted(value)}" for name, value in self.env]
        command = " ".join([*assigned, *self.words])
        return f"cd {quoted(self.cwd)} && {command}" if self.cwd else command

    def with_words(self, *words: str) -> Call:
        return replace(self, words=tuple(words))


def unquoted(word: str) -> str:
    """A word without its quotes; expansions inside stay as they are."""
    if "'" not in word and '"' not in word and "\\" not in word:
        return word
    out: list[str] = []
    quote = ""
    index = 0
    while index < len(word):
        char = word[index]
        if char == "\\" and quote != "'" and index + 1 < len(word):
            if quote == '"' and word[index + 1] not in '"\\$`':
                out.append(char)
            index += 1
            out.append(word[index])
        elif char in "'\"" and quote in ("", char):
            quote = "" if quote else char
        else:
            out.append(char)
        index += 1
    return "".join(out)


def quoted(text: str) -> str:
    """The text as one word of a shell line, without quotes where none are needed."""
    if text and re.fullmatch(r"[\w@%+=:,./-]+", text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"
