"""Install Agent Baton where Claude Code looks for it, bring an installation up to date, and take it away again."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from agent_baton import __version__
from agent_baton.agents.references import read_reference, reference_names
from agent_baton.agents.registry import load_folder, load_registry
from agent_baton.agents.route import useful_agents
from agent_baton.app.install_files import Root
from agent_baton.app.planning import facts_of, scene_of
from agent_baton.app.site import find_site
from agent_baton.claude.install import contents
from agent_baton.claude.install.blocks import Block
from agent_baton.claude.install.change import (
    Change,
    Proposal,
    Target,
    manifest_of,
    propose,
    propose_removal,
)
from agent_baton.claude.install.manifest import NAME, Manifest, read_manifest, settled
from agent_baton.claude.install.parts import Wanted
from agent_baton.errors import NotFound, UserError
from agent_baton.plan.load import read_plan
from agent_baton.planner.understand import understand

Scope = Literal["project", "user"]


@dataclass(frozen=True)
class Place:
    """Where one scope's installation lies: files below `root`, Claude's own directory at `prefix` in it."""

    scope: Scope
    root: Root
    prefix: str  # ".claude/", or "" when the root is Claude's directory itself

    @property
    def manifest(self) -> str:
        return self.prefix + NAME

    @property
    def settings(self) -> str:
        return self.prefix + "settings.json"


@dataclass(frozen=True)
class Prepared:
    """What would be done, ready to be shown and then done."""

    place: Place
    proposal: Proposal
    keep: Manifest | None  # the list to write; None: nothing of ours stays
    old: Manifest | None
    listed: bytes | None  # the list as it was read

    @property
    def changes(self) -> list[Change]:
        """Without the list itself."""
        return self.proposal.changes

    @property
    def nothing(self) -> bool:
        return not self.changes and self.listed == (self.keep.text().encode() if self.keep else None)


@dataclass(frozen=True)
class Choice:
    """What the user asked for; None leaves it as it was, or as it is by default."""

    agents: str | None = None
    hooks: bool | None = None


def place_of(scope: Scope, cwd: str) -> Place:
    """The place of a scope. Raises NotFound for the project scope outside a repository."""
    if scope == "project":
        top = Path(find_site(cwd, os.environ).checkout.top)
        return Place(scope, Root(top, top), ".claude/")
    home = Path(os.environ.get("CLAUDE_CONFIG_DIR") or Path.home() / ".claude")
    if not home.is_dir():
        raise NotFound(f"{home} is not there; start Claude Code once, or make it: mkdir -p {home}")
    return Place(scope, Root(home, Path.home()), "")  # dotfiles are often links to a place in the home


def installed(place: Place) -> Manifest | None:
    """What is installed at a place, None when nothing is."""
    return _installed(place)[0]


def _installed(place: Place) -> tuple[Manifest | None, bytes | None]:
    """The installation that stands, and the list as it lies there."""
    content = place.root.read(place.manifest)
    if content is None:
        return None, None
    listed = read_manifest(content.decode("utf-8", "replace"), place.manifest)
    for one in (listed, listed.then or listed):
        _refuse_strange(place, one)
    return settled(listed, place.root.read), content


def _refuse_strange(place: Place, listed: Manifest) -> None:
    """A list comes with the repository: one that names files we never install is not ours to act on."""
    homes = tuple(place.prefix + folder for folder in contents.HOMES)
    shared = {place.settings, "CLAUDE.md", place.prefix + "CLAUDE.md", ".gitignore"}
    strange = [path for path in listed.own if not path.startswith(homes)] + sorted({*listed.shared} - shared)
    if strange:
        raise UserError(
            f"{place.manifest} names {strange[0]!r}, which baton never installs; nothing was changed. "
            "Restore the list from git, or remove it and run baton install again"
        )


def prepare_install(place: Place, choice: Choice, cwd: str) -> Prepared:
    """What `baton install` would do here."""
    old, listed = _installed(place)
    names = sorted({*_chosen(place, choice, old, cwd), *(old.agents if old else ())})
    hooks = choice.hooks if choice.hooks is not None else old.hooks if old else True
    return _prepared(place, old, listed, _target(place, old, names, hooks), restore=True)


def _links(place: Place, changes: Sequence[Change]) -> list[str]:
    """A word on every file that is really somewhere else."""
    found = ((change.path, place.root.leads_to(change.path)) for change in changes)
    return [f"{path} is a link; {real} is what changes" for path, real in found if real]


def prepare_upgrade(place: Place) -> Prepared:
    """What brings an installation to this version, with the choices made then. NotFound when there is none."""
    old, listed = _must(place)
    return _prepared(place, old, listed, _target(place, old, list(old.agents), old.hooks), restore=False)


def prepare_removal(place: Place) -> Prepared:
    """What takes an installation away. NotFound when there is none."""
    old, listed = _must(place)
    plan = propose_removal(_target(place, old, [], old.hooks), old, place.root.read)
    plan.notes += _links(place, plan.changes)
    return Prepared(place, plan, None, old, listed)


def _must(place: Place) -> tuple[Manifest, bytes | None]:
    old, listed = _installed(place)
    if old is None:
        where = "in this project" if place.scope == "project" else "for this user"
        raise NotFound(f"nothing is installed {where} ({place.manifest} is not there); baton install does it")
    return old, listed


def _prepared(
    place: Place, old: Manifest | None, listed: bytes | None, target: Target, restore: bool
) -> Prepared:
    plan = propose(target, old, place.root.read, restore)
    written = [change.path for change in plan.changes if change.after is not None]
    plan.notes += _links(place, plan.changes)
    made = {*(old.folders if old else ()), *place.root.missing_folders([*written, place.manifest])}
    return Prepared(place, plan, manifest_of(target, plan, tuple(sorted(made))), old, listed)


def _target(place: Place, old: Manifest | None, names: list[str], hooks: bool) -> Target:
    shipped, taken = load_registry().agents, _taken(place)
    agents = {
        name: shipped[name].path.read_text(encoding="utf-8")
        for name in names
        if name in shipped and name not in taken
    }
    references = {name: read_reference(name) + "\n" for name in reference_names()}
    own = contents.own_files(agents, references)
    blocks: dict[str, tuple[Literal["settings", "memory", "ignore"], Block]] = {
        _memory_file(place, old): ("memory", contents.memory_block())
    }
    if place.scope == "project":
        blocks[".gitignore"] = ("ignore", contents.ignore_block())
    program = "baton" if place.scope == "project" else program_path()
    return Target(
        __version__,
        Wanted(program, hooks, everywhere=place.scope == "user"),
        {place.prefix + path: text for path, text in own.items()},
        place.settings,
        blocks,
        tuple(names),
    )


def _taken(place: Place) -> set[str]:
    """Names of agents that others' files define here: ours would be a second of that name."""
    folder = place.root.top / place.prefix / "agents"
    found, _ = load_folder(folder, "project")
    return {name for name, agent in found.items() if agent.path != folder / f"{name}.md"}


def _memory_file(place: Place, old: Manifest | None) -> str:
    """The memory file in use: the one with our block, else an existing one, else the usual one."""
    inner = place.prefix + "CLAUDE.md"
    ours = [path for path in (old.shared if old else ()) if path in ("CLAUDE.md", inner)]
    if ours:
        return ours[0]
    plain = place.root.top / "CLAUDE.md"
    return inner if not plain.exists() and (place.root.top / inner).exists() else "CLAUDE.md"


def program_path() -> str:
    """The absolute path of the running `baton`, by the name it is found under, so that upgrades keep it."""
    found = shutil.which("baton")
    own = Path(sys.argv[0])
    if own.name != "baton" or not own.exists():
        own = Path(sys.executable).with_name("baton")
    if found and os.path.realpath(found) == os.path.realpath(own):
        return os.path.abspath(found)
    return os.path.abspath(own)


def _chosen(place: Place, choice: Choice, old: Manifest | None, cwd: str) -> list[str]:
    asked = choice.agents
    if asked is None:
        return [] if old else _default_agents(place, cwd)
    shipped = load_registry()
    if asked == "all":
        return list(shipped.names)
    if asked == "plan":
        return [name for name in _planned_agents(cwd) if name in shipped]
    names = [name.strip() for name in asked.split(",") if name.strip()]
    return [shipped.get(name).name for name in names]


def _default_agents(place: Place, cwd: str) -> list[str]:
    """Those that can occur in this repository; for a user's every project the roles without flavours."""
    shipped = load_registry()
    if place.scope == "user":
        return [name for name in shipped.names if "--" not in name]
    facts = facts_of(find_site(cwd, os.environ))
    return list(useful_agents(scene_of(facts, understand("Change the code", facts)), shipped.names))


def _planned_agents(cwd: str) -> list[str]:
    site = find_site(cwd, os.environ)
    path = Path(site.file("plan.json"))
    if not path.exists():
        raise NotFound(f'{path} is not there; baton plan "…" --save makes it')
    plan = read_plan(path)
    return sorted({step.agent_name for phase in plan.phases for step in phase.steps})


def perform(prepared: Prepared) -> None:
    """Do what was prepared. Raises UserError, with nothing changed, when files changed since or cannot be written."""
    place, keep, listed = prepared.place, prepared.keep, prepared.listed
    with place.root.locked():
        for path, before in [(place.manifest, listed), *((one.path, one.before) for one in prepared.changes)]:
            if place.root.read(path) != before:
                raise UserError(f"{path} changed meanwhile; nothing was done, run it again")
        if keep is None:
            place.root.apply([*prepared.changes, Change(place.manifest, listed, None)])
            place.root.remove_empty(prepared.old.folders if prepared.old else ())
            return
        # the list comes first: a kill between two files leaves nothing that we would not recognise as ours
        older = prepared.old or Manifest(keep.version, keep.hooks)
        about = replace(older, then=keep).text().encode()
        first, last = (
            Change(place.manifest, listed, about),
            Change(place.manifest, about, keep.text().encode()),
        )
        place.root.apply([first, *prepared.changes, last])


def diff_of(changes: Sequence[Change]) -> str:
    """The changes as one unified diff."""
    return "\n".join(_diff(change) for change in changes)


def _diff(change: Change) -> str:
    old, new = (_lines(content) for content in (change.before, change.after))
    return "\n".join(
        difflib.unified_diff(
            old,
            new,
            "/dev/null" if change.before is None else f"a/{change.path}",
            "/dev/null" if change.after is None else f"b/{change.path}",
            lineterm="",
        )
    )


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", "replace").splitlines()


def action_of(change: Change) -> Literal["create", "change", "remove"]:
    if change.before is None:
        return "create"
    return "change" if change.after is not None else "remove"


def summary(prepared: Prepared) -> str:
    """How many files are made, changed and removed, and where."""
    kinds = [action_of(change) for change in prepared.changes]
    counts = [f"{kinds.count(kind)} to {kind}" for kind in ("create", "change", "remove") if kind in kinds]
    return f"{', '.join(counts) or 'only the list of installed files changes'} in {prepared.place.root.top}"
