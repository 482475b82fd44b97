"""The tables: every pair either leads to exactly the status that stands there, or is illegal and says so."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

from agent_baton.engine import commands as cmd
from agent_baton.engine import events as ev
from agent_baton.engine.apply import APPLY, apply
from agent_baton.engine.diagram import diagrams
from agent_baton.engine.events import EVENTS, decode, encode
from agent_baton.engine.handle import HANDLERS, handle
from agent_baton.engine.state import ALL_STATUSES, State
from agent_baton.engine.transitions import (
    APPROVAL,
    GATE,
    RUNNABLE,
    SETTLED,
    STEP,
    STUCK,
    TABLES,
    TASK,
    UNSETTLED,
    follow,
)
from agent_baton.errors import IllegalTransition, JournalError
from agent_baton.loading import load
from agent_baton.records import Record
from tests.support.plans import phase, plan, step


def every(table: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    statuses = {status for status, _ in table} | set(table.values())
    return [
        (status, happening)
        for status in sorted(statuses)
        for happening in sorted({what for _, what in table})
    ]


@pytest.mark.parametrize("name", TABLES)
def test_every_pair_is_legal_or_says_so(name: str) -> None:
    table = TABLES[name]
    for status, happening in every(table):
        if (status, happening) in table:
            assert follow(table, status, happening, "x") == table[status, happening]
        else:
            with pytest.raises(IllegalTransition, match=f"x: {happening} cannot follow status '{status}'"):
                follow(table, status, happening, "x")


def test_the_statuses_are_all_accounted_for() -> None:
    """Settled, unsettled and dropped make up all of a step's statuses, and nothing leaves `dropped`."""
    assert sorted((*SETTLED, *UNSETTLED, "dropped")) == sorted(ALL_STATUSES)
    assert {status for status, _ in STEP} | set(STEP.values()) == set(ALL_STATUSES)
    assert not [pair for pair in STEP if pair[0] == "dropped"]
    assert set(RUNNABLE) | set(STUCK) < set(UNSETTLED)


def test_what_ends_a_task_ends_it() -> None:
    assert not [pair for pair in TASK if pair[0] in ("complete", "cancelled")]


def test_events_of_the_tables_exist() -> None:
    """An arrow is labelled with an event, or with what dependencies do to a step."""
    for table in (STEP, GATE, APPROVAL, TASK):
        for _, happening in table:
            assert happening.partition(".")[0] in EVENTS or happening in ("blocked", "unblocked")


@pytest.mark.parametrize(("package", "base"), [(ev, ev.Event), (cmd, cmd.Command)])
def test_what_a_package_loads_late_is_what_its_modules_define(
    package: ModuleType, base: type[Record]
) -> None:
    """A name left out of the table would be found only by whoever uses it."""
    assert sorted(package.PLACES) == sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    for module, names in package.PLACES.items():
        held = vars(importlib.import_module(f"{package.__name__}.{module}"))
        assert set(names) == {
            name for name, kind in held.items() if name != base.__name__ and isinstance(kind, type)
        }
    with pytest.raises(AttributeError, match="Telepathy"):
        _ = package.Telepathy


def test_every_event_is_folded_and_every_command_answered() -> None:
    assert set(APPLY) == EVENTS
    assert set(HANDLERS) == {name for names in cmd.PLACES.values() for name in names}
    for place in HANDLERS.values():
        assert callable(load(f"agent_baton.engine.{place}"))


def test_the_diagram_holds_every_arrow() -> None:
    text = diagrams()
    for table in TABLES.values():
        for (before, happening), after in table.items():
            assert f"| {before} | {happening} | {after} |" in text


def test_an_event_that_cannot_follow_is_our_bug() -> None:
    state = handle(State(), cmd.Start(plan(phase(1, step("1.1"))), {}, "s"), 1.0).state
    with pytest.raises(IllegalTransition, match=r"step '1\.1'"):
        apply(state, ev.StepFinished("1.1", 1, "dev", "complete", "x"), 2.0)
    with pytest.raises(IllegalTransition, match=r"not in its plan"):
        apply(state, ev.StepSkipped("8.8", "x"), 2.0)
    with pytest.raises(IllegalTransition, match=r"not in its plan"):
        apply(state, ev.GateStarted(8, 1, "x"), 2.0)


def test_a_newer_event_is_refused_by_name() -> None:
    with pytest.raises(JournalError, match="'StepTeleported' version 1, written by a newer baton"):
        decode("StepTeleported", 1, {})
    kind, version, data = encode(ev.GateWaived(1, "x"))
    with pytest.raises(JournalError, match="version 2"):
        decode(kind, version + 1, data)


def test_an_older_event_is_lifted_version_by_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Upcasters run in order until the event is of today's version."""
    monkeypatch.setattr(ev.GateWaived, "_version", 3, raising=False)
    monkeypatch.setitem(ev.UPCASTERS, ("GateWaived", 1), lambda data: {**data, "why": data["cause"]})
    monkeypatch.setitem(
        ev.UPCASTERS, ("GateWaived", 2), lambda data: {"phase_id": data["phase_id"], "reason": data["why"]}
    )
    assert decode("GateWaived", 1, {"phase_id": 4, "cause": "old"}) == ev.GateWaived(4, "old")
