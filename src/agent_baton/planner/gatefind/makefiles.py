"""Makefiles, read for their targets, prerequisites and recipes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agent_baton.patterns import lazy

from .reading import Repo, join

NAMES = ("GNUmakefile", "makefile", "Makefile")
_RULE = lazy(r"^([^\s#=:][^=:#]*?)\s*::?(?!=)\s*([^#=]*?)(?:;\s*(.*))?(?:#.*)?$")
_ASSIGN = lazy(r"^(?:export\s+|override\s+)?([\w.-]+)\s*(?:\?|\+|::?)?=\s*(.*)$")
_INCLUDE = lazy(r"^-?s?include\s+(.+)$")
_REFERENCE = lazy(r"\$[({]([\w.-]+)[)}]")
MAX_FILES = 20
MAX_LINE = 4_000


@dataclass(slots=True)
class Target:
    path: str
    line: int
    needs: list[str] = field(default_factory=list)
    recipe: list[tuple[str, int]] = field(default_factory=list)  # commands without @ and +, with their lines


@dataclass(slots=True)
class Makefile:
    path: str
    folder: str
    targets: dict[str, Target] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    partial: bool = False  # it includes what is not here: a target may exist all the same

    def expanded(self, text: str) -> str:
        """Text with the file's own variables put in; others stay for the shell, where they are unset."""
        for _ in range(6):
            changed = _REFERENCE.sub(lambda found: self._value(found[1]), text)
            if changed == text or len(changed) > 4_000:
                break
            text = changed
        text = _without_functions(text)
        return text.replace("$$", "$")

    def _value(self, name: str) -> str:
        if name == "MAKE":
            return "make"
        if name in ("CURDIR", "PWD"):
            return "."
        return self.variables.get(
            name, _DEFAULTS.get(name, "${" + name.replace(".", "_").replace("-", "_") + "}")
        )


_DEFAULTS = {
    "PYTHON": "python",
    "PYTHON3": "python3",
    "GO": "go",
    "CARGO": "cargo",
    "NPM": "npm",
    "RM": "rm -f",
    "CC": "cc",
    "CXX": "c++",
    "PERL": "perl",
    "RUBY": "ruby",
    "SHELL": "/bin/sh",
}


_FUNCTION = lazy(r"\$[({][\w.-]+[\s:][^(){}]*[)}]")


def _without_functions(text: str) -> str:
    """`$(wildcard *.c)` and the like, innermost first, become an unknown value."""
    for _ in range(8):
        changed = _FUNCTION.sub("${UNKNOWN}", text)
        if changed == text:
            break
        text = changed
    return text


def find(repo: Repo, folder: str, named: str = "") -> Makefile | None:
    """The makefile that `make` would read in a folder."""
    prefix = f"{folder}/" if folder else ""
    path = next((prefix + name for name in ([named] if named else NAMES) if repo.is_file(prefix + name)), "")
    if not path:
        return None
    makefile = Makefile(path, folder)
    _read(repo, path, makefile, set())
    return makefile


def _read(repo: Repo, path: str, into: Makefile, seen: set[str]) -> None:
    if path in seen or len(seen) >= MAX_FILES:
        return
    seen.add(path)
    current: list[Target] = []
    for text, number in _logical_lines(repo.text(path)):
        if len(text) > MAX_LINE:
            continue
        if text.startswith("\t"):
            for target in current:
                target.recipe.append((text.strip().lstrip("@+ "), number))
            continue
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        assigned = _ASSIGN.match(line)
        if assigned:
            _assign(into, assigned[1], assigned[2].partition(" #")[0].strip(), "?=" in line, "+=" in line)
        elif included := _INCLUDE.match(line):
            _include(repo, included[1], into, seen)
        elif rule := _RULE.match(line):
            current = _add_rule(into, rule, path, number)
        elif not line.startswith(("if", "else", "endif", "define", "endef", "export", "unexport", "vpath")):
            current = []


def _assign(into: Makefile, name: str, value: str, only_unset: bool, more: bool) -> None:
    if more:
        value = f"{into.variables.get(name, '')} {value}".strip()
    if not (only_unset and name in into.variables):
        into.variables[name] = value


def _include(repo: Repo, words: str, into: Makefile, seen: set[str]) -> None:
    for word in into.expanded(words).split():
        target = join(into.folder, word)
        files = repo.glob(word, into.folder) if target is not None else []
        into.partial = into.partial or not files
        for file in files:
            _read(repo, file, into, seen)


def _add_rule(into: Makefile, rule: re.Match[str], path: str, number: int) -> list[Target]:
    names = into.expanded(rule[1]).split()
    if names and names[0].startswith(".") and "/" not in names[0] and names[0][1:].isupper():
        return []
    found = []
    for name in names[:50]:
        target = into.targets.setdefault(name, Target(path, number))
        target.needs += [each for each in into.expanded(rule[2]).split() if each != "|"]
        if rule[3]:
            target.recipe.append((rule[3].strip().lstrip("@+ "), number))
        found.append(target)
    return found


def _logical_lines(text: str) -> list[tuple[str, int]]:
    """Lines with their continuations joined, each with the number of its first."""
    found: list[tuple[str, int]] = []
    pending, start = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        start = start or number
        if line.endswith("\\"):
            pending += line[:-1].rstrip() + " "
            continue
        joined = pending + (line.lstrip() if pending else line)
        found.append((joined, start))
        pending, start = "", 0
    if pending:
        found.append((pending, start))
    return found
