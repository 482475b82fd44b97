"""`.claude/baton.learned.yaml`: what was learned here and decided by a person. Readable, versioned in git, and reversible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from agent_baton.app.outcomes import write_durably
from agent_baton.errors import UserError

FILE = ".claude/baton.learned.yaml"
VERSION = 1
STATUSES = ("applied", "rejected", "reverted")
HEADER = (
    "# What was learned from past tasks and decided on by a person; `baton learn` writes it and explains it.\n"
    "# Commit it: it shapes everybody's plans. Taking an entry out, or `baton learn revert ID`, ends its effect.\n"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision about a proposal."""

    id: str
    kind: str
    title: str
    status: str
    at: str  # UTC, ISO 8601
    by: str
    evidence: list[str] = field(default_factory=list)
    effect: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def read_learned(top: Path) -> list[Entry]:
    """Every decision, oldest first; none when there is no file. Raises UserError for a file that is not what baton wrote."""
    path = top / FILE
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{FILE} is not YAML: {' '.join(str(error).split())}") from error
    try:
        if document["version"] != VERSION:
            raise UserError(f"{FILE} is version {document['version']!r}; this baton reads {VERSION}")
        return [_entry(item) for item in document["learned"]]
    except (TypeError, KeyError, ValueError) as error:
        raise UserError(
            f"{FILE} is not what `baton learn` writes: {error}; mend it, or take it from git"
        ) from error


def _entry(item: Mapping[str, Any]) -> Entry:
    entry = Entry(**item)
    if entry.status not in STATUSES or not isinstance(entry.effect, Mapping) or "do" not in entry.effect:
        raise ValueError(f"entry {entry.id!r} has no known status and effect")
    return entry


def write_learned(top: Path, entries: list[Entry]) -> None:
    document = {
        "version": VERSION,
        "learned": [{**asdict(entry), "effect": dict(entry.effect)} for entry in entries],
    }
    text = HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    write_durably(str(top / FILE), text.encode("utf-8", "backslashreplace"))


def effects_in_force(entries: list[Entry]) -> list[Mapping[str, Any]]:
    """The effects of what is applied; a later decision about the same proposal replaces an earlier one."""
    last = {entry.id: entry for entry in entries}
    return [entry.effect for entry in last.values() if entry.status == "applied"]
