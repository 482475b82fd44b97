"""What a file's name says about its language, from the table that `scripts/update-languages` writes."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("languages.tsv")


class Names:
    """The table, indexed. Each lookup gives the candidate languages, none when the name says nothing."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.types: dict[str, str] = {}  # "programming" | "markup" | "data" | "prose"
        self.groups: dict[str, str] = {}  # "TSX" -> "TypeScript"
        self.by_filename: dict[str, tuple[str, ...]] = {}
        self._by_extension: dict[str, list[str]] = defaultdict(list)
        self.by_interpreter: dict[str, str] = {}
        for name, kind, group, extensions, filenames, interpreters in rows:
            self._add(name, kind, group, (extensions, filenames, interpreters))
        self.by_extension = {extension: tuple(names) for extension, names in self._by_extension.items()}

    def _add(self, name: str, kind: str, group: str, lists: tuple[str, str, str]) -> None:
        extensions, filenames, interpreters = (filter(None, each.split("|")) for each in lists)
        self.types[name] = kind
        if group and group != name:
            self.groups[name] = group
        for extension in extensions:
            self._by_extension[extension.lower()].append(name)
        for filename in filenames:
            self.by_filename[filename] = (*self.by_filename.get(filename, ()), name)
        for interpreter in interpreters:
            self.by_interpreter.setdefault(interpreter, name)

    def extension_of(self, filename: str) -> str:
        """The longest known extension of a name, in lower case: ".html.erb" before ".erb"; "" for none."""
        lower = filename.lower()
        dot = lower.find(".", 1)
        while dot != -1:
            if lower[dot:] in self.by_extension:
                return lower[dot:]
            dot = lower.find(".", dot + 1)
        return ""


@lru_cache(maxsize=1)
def names() -> Names:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return Names([line.split("\t") for line in lines if not line.startswith("#")])
