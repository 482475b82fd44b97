"""What was installed, by the hash of each file, so that it can be taken away without touching anything else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from agent_baton.claude.install.jsontext import Splice
from agent_baton.errors import UserError

NAME = "baton.installed.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Own:
    """A file that is wholly ours: the hash of what we wrote."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A file of the user's with something of ours in it. `made`: there was none before."""

    sha256: str  # after our change
    made: bool
    splices: tuple[Splice, ...]
    added: tuple[str, ...] = ()  # members of settings.json that we put in


@dataclass(frozen=True, slots=True)
class Manifest:
    """An installation. `then` is the one it was about to become: there from before the first file is written until after
    the last."""

    version: str
    hooks: bool
    agents: tuple[str, ...] = ()
    own: dict[str, Own] = field(default_factory=dict)
    shared: dict[str, Shared] = field(default_factory=dict)
    folders: tuple[str, ...] = ()  # made by us, outermost first
    then: Manifest | None = None

    def text(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_manifest(text: str, name: str) -> Manifest:
    """Raises UserError when it is not one of ours: nothing is removed on the word of a strange list."""
    try:
        value = json.loads(text)
        if value.pop("format") != FORMAT:
            raise UserError(f"{name} was written by a newer baton; upgrade yours: pip install -U agent-baton")
        return _manifest(value)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UserError(
            f"{name} does not read as a list of installed files ({error}); restore it from git, or remove it "
            "and run baton install again"
        ) from error


def _manifest(value: dict[str, Any]) -> Manifest:
    then = value.pop("then")
    return Manifest(
        str(value["version"]),
        bool(value["hooks"]),
        tuple(map(str, value["agents"])),
        {_safe(path): Own(str(entry["sha256"])) for path, entry in value["own"].items()},
        {_safe(path): _shared(entry) for path, entry in value["shared"].items()},
        tuple(map(_safe, value["folders"])),
        None if then is None else _manifest(then),
    )


def settled(manifest: Manifest, read: Callable[[str], bytes | None]) -> Manifest:
    """The installation that stands after a kill: of each file the record that fits what is there. `then` stays to tell of it."""
    then = manifest.then
    if then is None:
        return manifest

    def fits(path: str, record: Own | Shared) -> bool:
        there = read(path)
        return there is not None and sha256(there) == record.sha256

    own = then.own | {
        path: one for path, one in manifest.own.items() if not _superseded(path, then.own, fits)
    }
    shared = {path: one for path, one in then.shared.items() if fits(path, one)}
    shared = manifest.shared | shared
    folders = tuple(sorted({*manifest.folders, *then.folders}))
    return Manifest(manifest.version, then.hooks, then.agents, own, shared, folders, then)


def _superseded(path: str, newer: Mapping[str, Own], fits: Callable[[str, Own | Shared], bool]) -> bool:
    return path in newer and fits(path, newer[path])


def _shared(entry: dict[str, Any]) -> Shared:
    splices = tuple(Splice(int(one["at"]), str(one["text"])) for one in entry["splices"])
    return Shared(str(entry["sha256"]), bool(entry["made"]), splices, tuple(map(str, entry["added"])))


def _safe(path: str) -> str:
    """A relative path that stays inside."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or "\0" in path:
        raise ValueError(f"{path!r} leads outside")
    return path
