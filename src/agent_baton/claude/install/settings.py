"""Our parts in the text of a `settings.json`: put in beside what others have there, and taken out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent_baton.claude.install.jsontext import Path, Splice, add, append, drop, find, parse, put
from agent_baton.claude.install.parts import BRIEFS, IN_FILES, RULE, Wanted, is_our_status_line, is_ours
from agent_baton.errors import UserError

NAME = "settings.json"
HOOKS = "hooks"
STATUS = ("statusLine",)
ALLOW = ("permissions", "allow")
BASE_REF = ("worktree", "baseRef")
NEW_FILE = "{}\n"


@dataclass
class Merge:
    """A settings text on its way: what was put in, which members that made, what was left to the user."""

    text: str
    name: str = NAME
    splices: list[Splice] = field(default_factory=list)
    added: list[str] = field(default_factory=list)  # members and containers of ours, "permissions.allow"
    notes: list[str] = field(default_factory=list)

    def value(self) -> dict[str, Any]:
        return parse(self.text, self.name)

    def put(self, splice: Splice) -> None:
        self.text = put(self.text, splice)
        self.splices.append(splice)


def satisfied(text: str, wanted: Wanted, name: str = NAME) -> bool:
    """Whether nothing has to be put in, taken out or replaced."""
    value = parse(text, name)
    hooks = _object(value, HOOKS)
    ours = {
        event: [group for group in groups if is_ours(group)]
        for event, groups in hooks.items()
        if isinstance(groups, list) and any(map(is_ours, groups))
    }
    allow, line = _at(value, ALLOW), _at(value, STATUS)
    return (
        ours == wanted.groups()
        and isinstance(allow, list)
        and RULE in allow
        and line is not None
        and (not is_our_status_line(line) or line == wanted.status_line())
        and _at(value, BRIEFS) is not None
        and _at(value, BASE_REF) is not None
    )


def merge(text: str, wanted: Wanted, name: str = NAME) -> Merge:
    """Put in what is missing. Nothing that stands there is changed; what differs is kept and noted."""
    work = Merge(text, name)
    value = work.value()
    _refuse_odd_shapes(value, name)
    for event, groups in wanted.groups().items():
        for group in groups:
            _append(work, (HOOKS, event), group)
    _scalar(work, BRIEFS, IN_FILES)
    allow = _at(value, ALLOW)
    if not (isinstance(allow, list) and RULE in allow):
        _append(work, ALLOW, RULE)
    current = _at(value, STATUS)
    if current is None:
        _add(work, STATUS, wanted.status_line())
    elif not is_our_status_line(current):
        work.notes.append(
            f"{name}: your statusLine is kept; `baton statusline` prints ours, to call from yours"
        )
    _scalar(work, BASE_REF, "head")
    return work


def _scalar(work: Merge, path: Path, wanted: str) -> None:
    current = _at(work.value(), path)
    if current is None:
        _add(work, path, wanted)
    elif current != wanted:
        why = (
            "; worktrees then start without the unpushed commits of earlier steps" if path == BASE_REF else ""
        )
        work.notes.append(f"{work.name}: {'.'.join(path)} stays {current!r}, not {wanted!r}{why}")


def _add(work: Merge, path: Path, value: Any) -> None:
    made = next(n for n in range(1, len(path) + 1) if find(work.text, path[:n]) is None)
    work.put(add(work.text, path, value))
    work.added += [".".join(path[:n]) for n in range(made, len(path) + 1)]


def _append(work: Merge, path: Path, value: Any) -> None:
    work.added += [".".join(path[:n]) for n in range(1, len(path) + 1) if find(work.text, path[:n]) is None]
    work.put(append(work.text, path, value))
    if value == RULE:
        work.added.append(RULE)


def without(text: str, added: tuple[str, ...], name: str = NAME) -> str:
    """The text without our hooks, and without those of our other parts that we put in and nobody changed since."""
    value = parse(text, name)
    for event, groups in _object(value, HOOKS).items():
        if isinstance(groups, list):
            text = _without_groups(text, event, groups)
    if "statusLine" in added and is_our_status_line(value.get("statusLine")):
        text = drop(text, STATUS)
    if ".".join(BASE_REF) in added and _at(value, BASE_REF) == "head":
        text = drop(text, BASE_REF)
    if ".".join(BRIEFS) in added and _at(value, BRIEFS) == IN_FILES:
        text = drop(text, BRIEFS)
    allow = _at(value, ALLOW)
    if RULE in added and isinstance(allow, list) and RULE in allow:
        text = drop(text, ALLOW, allow.index(RULE))
    for path in sorted((tuple(name.split(".")) for name in added), key=len, reverse=True):
        if _at(parse(text, name), path) in ([], {}):
            text = drop(text, path)
    return text


def _without_groups(text: str, event: str, groups: list[Any]) -> str:
    for index in reversed([n for n, group in enumerate(groups) if is_ours(group)]):
        text = drop(text, (HOOKS, event), index)
    return text


def _refuse_odd_shapes(value: dict[str, Any], name: str) -> None:
    shapes: list[tuple[Path, type, str]] = [
        ((HOOKS,), dict, "an object"),
        (("env",), dict, "an object"),
        (("permissions",), dict, "an object"),
        (ALLOW, list, "a list"),
        (("worktree",), dict, "an object"),
        *[((HOOKS, event), list, "a list") for event in _object(value, HOOKS)],
    ]
    for path, kind, words in shapes:
        there = _at(value, path, missing := kind())
        if there is not missing and not isinstance(there, kind):
            raise UserError(f"{name}: {'.'.join(path)} must be {words}; mend it first, nothing was changed")
    for path in (STATUS, BRIEFS, BASE_REF):
        if _at(value, path, "") is None:
            raise UserError(f"{name}: {'.'.join(path)} is null; set or remove it first, nothing was changed")


def _object(value: dict[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _at(value: Any, path: Path, missing: Any = None) -> Any:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return missing
        value = value[key]
    return value
