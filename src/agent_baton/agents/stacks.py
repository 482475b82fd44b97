"""What languages, frameworks and file endings say about the kind of work: fitting flavours, sides there are.

The tables stand in `stacks.tsv`. Unknown names mean nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

TABLE = Path(__file__).with_name("stacks.tsv")


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    """Table -> key -> members."""
    tables: dict[str, dict[str, list[str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            table, key, members = line.split("\t")
            commas = table in ("language", "languages", "spoken")
            tables.setdefault(table, {})[key] = (
                [name.strip() for name in members.split(",")] if commas else members.split()
            )
    return tables


_TABLES = _read(TABLE)


def _flavours(table: str) -> dict[str, str]:
    """Member -> flavour."""
    return {name: flavour for flavour, names in _TABLES[table].items() for name in names}


def _set(name: str) -> frozenset[str]:
    return frozenset(_TABLES["set"][name])


LANGUAGE_FLAVOUR = _flavours("language")
SPOKEN = _flavours("spoken")  # names of a language in a sentence
SERVER_FLAVOUR = _flavours("server")
FRONTEND_FLAVOUR = _flavours("frontend")
MOBILE_FLAVOUR = _flavours("mobile")
CODE_FLAVOUR = _flavours("ending")
UI_FLAVOUR_BY_ENDING = _flavours("ui-ending")

UI = frozenset(FRONTEND_FLAVOUR) | _set("more-ui")  # people look at what these make, in a browser
WEAK_UI = _set("weak-ui")  # these come along in libraries and tools without anybody meaning a user interface
MOBILE = frozenset(MOBILE_FLAVOUR) | _set("more-mobile")
TEXT_UI = _set("text-ui")
DESKTOP = _set("desktop")
BROWSER_ON_DESKTOP = frozenset({"electron", "tauri"})
DATA_FLOW = _set("data-flow")
TRANSPORT = frozenset({"kafka", "hadoop", "beam"})  # data flows through them in services, too
MACHINE_LEARNING = _set("machine-learning")
INFRASTRUCTURE = _set("infrastructure")
STORAGE = _set("storage")
DOCS_SITE = _set("docs-site")
UI_ENDINGS = _set("ui-endings")

# They never say who implements something, unless nothing else is there.
SIDE_LANGUAGES = frozenset(_TABLES["languages"]["side-languages"])
MARKUP = frozenset(_TABLES["languages"]["markup"])
CLIENT_LANGUAGES = frozenset(_TABLES["languages"]["client"])  # what a user interface may be written in
SQL_LANGUAGES = frozenset(_TABLES["languages"]["sql"])


def ending(path: str) -> str:
    """`py` of `a/b.py`, lower case; `blade.php` and the like count by their last part."""
    name = path.rsplit("/", 1)[-1]
    return name.rpartition(".")[2].lower() if "." in name else ""


def ui_frameworks(frameworks: Iterable[str]) -> list[str]:
    """Those that mean a user interface in the browser, the telling ones first."""
    found = [name for name in frameworks if name in UI]
    return sorted(found, key=lambda name: (name in WEAK_UI, name not in FRONTEND_FLAVOUR))
