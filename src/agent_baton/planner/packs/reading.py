"""Packs from disk, checked before anything relies on them. A pack is a few lines of YAML; its files stay in its folder."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from agent_baton.errors import UserError
from agent_baton.plan.model import RiskLevel, TaskType
from agent_baton.plan.yamldoc import read_yaml
from agent_baton.planner.gatefind.danger import threat_in
from agent_baton.planner.packs.matching import about
from agent_baton.planner.packs.pack import (
    FILE,
    FOLDER,
    Approval,
    DemandedGate,
    Demands,
    Enforcement,
    Pack,
    Signals,
    Subject,
)

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
MOST_BYTES = 100_000
OWN_PROGRAM = re.compile(r"(?:^|[\s;&|(/])baton(?:\s|$)")
# A blocking pack that is about these is about everything, and would stop all work with baton, mending it included.
EVERYDAY = (
    Subject("Fix a typo in the README", "documentation", "LOW", (), ("README.md",)),
    Subject("Rename a local variable for clarity", "refactor", "LOW", (), ("src/app.py",)),
    Subject("Add a unit test for the date parser", "test", "LOW", (), ("tests/test_dates.py",)),
)
CHOICES = {
    "enforcement": get_args(Enforcement), "approval": get_args(Approval), "evidence": ("strict",),
    "tampering": ("strict",), "risk_at_least": get_args(RiskLevel), "task_types": get_args(TaskType),
}  # fmt: skip
TOP = ("name", "description", "version", "enforcement", "when", "then")
WHEN = ("words", "paths", "task_types", "risk_signals", "risk_at_least")
THEN = ("agents", "gates", "approval", "evidence", "tampering", "rubric", "knowledge")


def packs_in(top: Path, agents: Collection[str]) -> tuple[list[Pack], list[str]]:
    """Every usable pack of a repository, by name, and what is wrong with the others."""
    packs: list[Pack] = []
    problems: list[str] = []
    root = top / FOLDER
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if folder.is_dir() and not folder.name.startswith("."):
            pack, wrong = read_pack(folder, top, agents)
            problems += [f"{FOLDER}/{folder.name}: {problem}" for problem in wrong]
            packs += [pack] if pack is not None and not wrong else []
    return packs, problems


def read_pack(folder: Path, top: Path, agents: Collection[str]) -> tuple[Pack | None, list[str]]:
    """The pack, as far as it can be made out, and everything that is wrong with it."""
    try:
        raw = (folder / FILE).read_bytes()[: MOST_BYTES + 1]
        document = read_yaml(raw.decode(), FILE, what="pack")[0] if len(raw) <= MOST_BYTES else None
    except OSError as error:
        return None, [f"{FILE} cannot be read: {error.strerror}"]
    except UnicodeDecodeError as error:
        return None, [f"{FILE} is not valid YAML: {error}"]
    except UserError as error:
        return None, [" ".join(error.message.split())]
    if not isinstance(document, Mapping):
        return None, [f"{FILE} must hold name, description, enforcement, when and then"]
    problems = list(_shape(document))
    if problems:
        return None, problems
    pack = _pack(document, folder.relative_to(top).as_posix())
    return pack, list(_sense(pack, folder, agents))


def _shape(document: Mapping[Any, Any]) -> Iterator[str]:
    yield from _unknown("", document, TOP)
    when, then = document.get("when") or {}, document.get("then") or {}
    if not isinstance(when, Mapping) or not isinstance(then, Mapping):
        yield "when and then hold keys and values"
        return
    yield from _unknown("when.", when, WHEN)
    yield from _unknown("then.", then, THEN)
    for name in ("name", "description"):
        if not isinstance(document.get(name), str) or not document[name].strip():
            yield f"{name} is missing"
    for name in ("words", "paths", "task_types", "risk_signals"):
        yield from _not_texts(f"when.{name}", when.get(name, []))
    for name in ("agents", "knowledge"):
        yield from _not_texts(f"then.{name}", then.get(name, []))
    if not _are_gates(then.get("gates")):
        yield "then.gates is a list; each has a command and, if you like, a description"
    if not re.fullmatch(r"\d{1,9}", str(document.get("version", 1))):
        yield "version is a whole number"
    if not isinstance(then.get("rubric", ""), str):
        yield "then.rubric is the name of a file in the pack"
    for name, value in {**document, **when, **then}.items():
        for given in value if name == "task_types" and isinstance(value, list) else [value]:
            if name in CHOICES and given not in CHOICES[name]:
                yield f"{name}: {_named(given)} is not one of {', '.join(CHOICES[name])}"


def _are_gates(given: object) -> bool:
    return given is None or (isinstance(given, list) and all(map(_is_gate, given)))


def _is_gate(given: object) -> bool:
    return (
        isinstance(given, Mapping)
        and isinstance(given.get("command"), str)
        and isinstance(given.get("description", ""), str)
        and not set(given) - {"command", "description"}
    )


def _named(given: object) -> str:
    """A value as a message may hold it: aliases can make a list of a few lines longer than the memory."""
    return repr(given[:80]) if isinstance(given, str) else f"a {type(given).__name__}"


def _unknown(prefix: str, given: Mapping[Any, Any], known: Collection[str]) -> Iterator[str]:
    for key in given:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, 1)
            shown = str(key)[:80]
            yield f"unknown key {prefix}{shown}" + (f"; did you mean {close[0]!r}?" if close else "")


def _not_texts(name: str, value: object) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        yield f"{name} is a list of texts"


def _pack(document: Mapping[str, Any], folder: str) -> Pack:
    when, then = dict(document.get("when") or {}), dict(document.get("then") or {})
    gates = tuple(
        DemandedGate(gate["command"], gate.get("description", "")) for gate in then.pop("gates", None) or ()
    )
    return Pack(
        name=document["name"],
        description=" ".join(document["description"].split()),
        enforcement=document.get("enforcement", "require"),
        when=Signals(**_tuples(when)),
        then=Demands(gates=gates, **_tuples(then)),
        folder=folder,
        version=int(document.get("version", 1)),
    )


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _sense(pack: Pack, folder: Path, agents: Collection[str]) -> Iterator[str]:
    if pack.name != folder.name or not NAME.fullmatch(pack.name):
        yield f"its name is {pack.name!r}; it must be its folder's, in small letters, digits and dashes"
    if pack.when == Signals():
        yield "when says nothing: the pack would be about no task"
    for agent in pack.then.agents:
        if agent not in agents:
            close = difflib.get_close_matches(agent, agents, 1)
            yield f"then.agents: there is no agent {agent!r}" + (
                f"; did you mean {close[0]!r}?" if close else ""
            )
    for name in (*pack.then.knowledge, *((pack.then.rubric,) if pack.then.rubric else ())):
        if not _holds(folder, name):
            yield f"there is no file {_named(name)} in the pack"
    for gate in pack.then.gates:
        yield from _bad_gate(gate.command)
    everyday = [subject.text for subject in EVERYDAY if about(pack, subject)]
    if pack.enforcement == "block" and everyday:
        yield f"it would block baton itself: it is about {everyday[0]!r} too. Name narrower signals, or `require` instead of `block`"


def _holds(folder: Path, name: str) -> bool:
    try:
        path = (folder / name).resolve()
        return path.is_file() and path.is_relative_to(folder.resolve())
    except (OSError, ValueError):  # too long for a name, or with a zero byte
        return False


def _bad_gate(command: str) -> Iterator[str]:
    if not command.strip() or not all(c.isprintable() or c == "\t" for c in command):
        yield "then.gates: a command is one line"
    elif OWN_PROGRAM.search(command):
        yield f"then.gates: {command!r} runs baton inside baton, which would wait for itself"
    elif threat := threat_in(_words(command)):
        yield f"then.gates: {command!r} is no check: it would {threat}"


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()
