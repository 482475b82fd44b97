"""From what stands there and what is wanted to a list of changes. Pure: files come in as bytes and go out as bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from agent_baton.claude.install import settings
from agent_baton.claude.install.blocks import Block, append_block, find_block, without_block
from agent_baton.claude.install.contents import ignores_worktrees
from agent_baton.claude.install.jsontext import cut
from agent_baton.claude.install.manifest import Manifest, Own, Shared, sha256
from agent_baton.claude.install.parts import Wanted
from agent_baton.errors import UserError

Read = Callable[[str], bytes | None]
Kind = Literal["settings", "memory", "ignore"]


@dataclass(frozen=True, slots=True)
class Change:
    """One file to write, or with `after` None to remove. `before` None: there is none yet."""

    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Target:
    """What an installation is to come to. Paths are relative to its root."""

    version: str
    wanted: Wanted
    own: Mapping[str, str]  # path -> text
    settings: str
    blocks: Mapping[str, tuple[Kind, Block]]
    agents: tuple[str, ...]


@dataclass
class Proposal:
    """What would be done, what is left alone and why, and the list to keep of it."""

    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    own: dict[str, Own] = field(default_factory=dict)
    shared: dict[str, Shared] = field(default_factory=dict)

    def change(self, path: str, before: bytes | None, after: bytes | None) -> None:
        if before != after:
            self.changes.append(Change(path, before, after))


def propose(target: Target, old: Manifest | None, read: Read, restore: bool = True) -> Proposal:
    """What brings the files to the target. A file that the user changed since is kept; with `restore` one they removed
    is written again."""
    plan = Proposal()
    for path, text in target.own.items():
        _own_file(plan, path, text.encode(), old, read(path), restore)
    for path in sorted(set(old.own if old else ()) - set(target.own)):
        _retire(plan, path, old, read(path))
    _settings_file(plan, target, old, read(target.settings))
    for path, (kind, block) in target.blocks.items():
        _block_file(plan, path, kind, block, old, read(path))
    return plan


def _own_file(
    plan: Proposal, path: str, text: bytes, old: Manifest | None, there: bytes | None, restore: bool
) -> None:
    known = old.own.get(path) if old else None
    if there is None and known and not restore:
        plan.notes.append(f"{path}: you removed it, and it stays removed; baton install writes it again")
        return
    if there is None or there == text or (known and sha256(there) == known.sha256):
        plan.own[path] = Own(sha256(text))
        plan.change(path, there, text)
    elif known:
        plan.own[path] = known
        plan.notes.append(f"{path}: you changed it, and it is kept as it is")
    else:
        plan.notes.append(f"{path}: there is one of yours, and it is kept")


def _retire(plan: Proposal, path: str, old: Manifest | None, there: bytes | None) -> None:
    """Take away a file of ours that is no longer wanted."""
    assert old is not None
    if there is None:
        return
    if sha256(there) == old.own[path].sha256:
        plan.change(path, there, None)
    else:
        plan.notes.append(f"{path}: you changed it, and it is kept as it is")


def _settings_file(plan: Proposal, target: Target, old: Manifest | None, there: bytes | None) -> None:
    path = target.settings
    known = old.shared.get(path) if old else None
    text = decode(path, there) if there is not None else None
    if text is not None and there is not None and settings.satisfied(text, target.wanted, path):
        if known:
            plan.shared[path] = known
        plan.notes += settings.merge(text, target.wanted, path).notes
        return
    base = _settings_before(text, known, path) if text is not None else None
    work = settings.merge(settings.NEW_FILE if base is None else base, target.wanted, path)
    plan.notes += work.notes
    made = base is None or bool(known and known.made)
    after = work.text.encode()
    plan.shared[path] = Shared(sha256(after), made, tuple(work.splices), tuple(dict.fromkeys(work.added)))
    plan.change(path, there, after)


def _settings_before(text: str, known: Shared | None, path: str) -> str | None:
    """The user's own text: as it was if nobody touched the file since, else without what is recognised as ours."""
    if known and sha256(text.encode()) == known.sha256:
        before = cut(text, list(known.splices))
        if before is not None:
            return None if known.made and _is_empty(before) else before
    before = settings.without(text, known.added if known else (), path)
    return None if known and known.made and _is_empty(before) else before


def _is_empty(text: str) -> bool:
    return "".join(text.split()) in ("", "{}")


def _block_file(
    plan: Proposal, path: str, kind: Kind, block: Block, old: Manifest | None, there: bytes | None
) -> None:
    known = old.shared.get(path) if old else None
    text = decode(path, there) if there is not None else ""
    standing = find_block(text, block)
    if standing is not None and standing.splitlines() == block.text("\n").splitlines():
        if known:
            plan.shared[path] = known
        return
    if standing is not None and not (known and any(standing in splice.text for splice in known.splices)):
        plan.notes.append(f"{path}: what stands between the baton marks is not ours, and is kept")
        if known:
            plan.shared[path] = known
        return
    base = text.replace(standing, "", 1) if standing else text
    if known and there is not None and sha256(there) == known.sha256:
        base = cut(text, list(known.splices)) or ""
    if kind == "ignore" and ignores_worktrees(base):
        plan.change(path, there, base.encode())
        return
    splice = append_block(base, block, gap=kind == "memory")
    after = (base + splice.text).encode()
    made = there is None or bool(known and known.made)
    plan.shared[path] = Shared(sha256(after), made, (splice,))
    plan.change(path, there, after)


def propose_removal(target: Target, old: Manifest, read: Read) -> Proposal:
    """What takes everything of ours away. A file that the user changed keeps their changes."""
    plan = Proposal()
    for path in sorted(old.own):
        _retire(plan, path, old, read(path))
    for path, known in sorted(old.shared.items()):
        there = read(path)
        if there is not None:
            _give_back(plan, target, path, known, there)
    return plan


def _give_back(plan: Proposal, target: Target, path: str, known: Shared, there: bytes) -> None:
    text = decode(path, there)
    before = cut(text, list(known.splices)) if sha256(there) == known.sha256 else None
    if before is None:
        before = _taken_out(target, path, known, text)
    if before is None:
        plan.notes.append(f"{path}: you changed the lines between the baton marks; take them out by hand")
    elif known.made and _is_empty(before):
        plan.change(path, there, None)
    else:
        plan.change(path, there, before.encode())


def _taken_out(target: Target, path: str, known: Shared, text: str) -> str | None:
    if path == target.settings:
        return settings.without(text, known.added, path)
    for splice in known.splices:
        if text.count(splice.text) == 1:
            return text.replace(splice.text, "")
    block = target.blocks.get(path)
    return without_block(text, block[1]) if block else None


def decode(path: str, content: bytes) -> str:
    """A file's text, line ends and BOM included. Raises UserError when it is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8, nothing was changed"
        ) from error


def manifest_of(target: Target, plan: Proposal, folders: tuple[str, ...]) -> Manifest:
    """The list to keep of what a proposal comes to."""
    return Manifest(target.version, target.wanted.hooks, target.agents, plan.own, plan.shared, folders)
