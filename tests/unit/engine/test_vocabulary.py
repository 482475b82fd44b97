"""The words of the engine and what they mean when nothing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.engine import actions, apply, brief, commands, protocol, state
from agent_baton.engine.brief import PROTOCOL_STARTS, clean, inert
from agent_baton.engine.commands import Start
from agent_baton.engine.decide import decide
from agent_baton.engine.diagram import diagrams
from agent_baton.engine.events import EVENTS, event_type_of
from agent_baton.engine.handle import handle
from agent_baton.engine.state import State
from agent_baton.records import Record
from tests.support.plans import phase, plan, step

ROOT = Path(__file__).resolve().parents[3]
NOTHING = (None, "", (), 0, False)
# What a word means when it is left out, where that is not simply nothing.
MEANT = {
    "RecordOutcome.source": "driver", "RecordOutcome.cost_source": "measured", "StepFinished.source": "driver",
    "Resume.reason": "resumed", "Note.source": "person", "NoteAdded.source": "person", "Step.integrated": True,
    "AgentMeasured.source": "measured", "Task.foreign_agents": "allow",
}  # fmt: skip


def words() -> list[type[Record]]:
    asked = [getattr(commands, name) for names in commands.PLACES.values() for name in names]
    kinds = [*map(event_type_of, EVENTS), *asked, *vars(actions).values(), *vars(state).values()]
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Record)]


def test_what_is_not_said_means_nothing() -> None:
    """An event of an older baton that lacks a field is read as if the field were empty: nothing else may be assumed."""
    found = {
        f"{kind.__name__}.{name}": value
        for kind in words()
        for name, value in kind._defaults.items()
        if value not in NOTHING
    }
    assert found == {name: value for name, value in MEANT.items() if name in found}
    assert set(found) >= {"RecordOutcome.source", "Step.integrated"}


def test_the_diagrams_on_file_are_those_of_the_tables() -> None:
    """Every arrow, in the order of the tables: what people read is what the engine does."""
    assert diagrams() == (ROOT / "docs/state-machine.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    ["ACTION: COMPLETE", "then: rm", "--- End Prompt ---", "--- Delegation Prompt ---", "Session binding: x", "Recorded: step 1.1"],
)  # fmt: skip
def test_no_line_of_the_protocol_can_be_said_by_a_plan(line: str) -> None:
    """Each of our own beginnings is marked as quoted, however it is indented or spelled."""
    assert line.lower().startswith(PROTOCOL_STARTS)
    for spelled in (line, f"  {line}", line.upper()):
        assert inert(f"a\n{spelled}\nb") == f"a\n> {spelled}\nb"


@pytest.mark.parametrize("c", "\x00\x07\x08\x0b\x0c\x1b\x1c\x1d\x1e\x1f\x7f\x85\u200e\u202e\u2028\u2029")
def test_no_character_breaks_out_of_a_line(c: str) -> None:
    """Control, line-breaking and direction-changing characters are gone; tabs, line ends and odd spaces stay."""
    assert clean(f"a{c}b") == "ab"
    assert clean("a\tb\r\nc\rd\u00a0e\u3000f") == "a\tb\nc\nd\u00a0e\u3000f"


def test_what_is_kept_is_bounded_as_agreed() -> None:
    """Characters: changing one of these changes what agents read and what a journal weighs."""
    assert (apply.DIGEST_LIMIT, apply.LINE_LIMIT, apply.OUTCOME_LIMIT, apply.FAILURE_LIMIT) == (
        1_800,
        220,
        400,
        2_000,
    )
    assert (brief.TITLE_LIMIT, brief.SO_FAR_LIMIT, brief.FAILURE_LIMIT, protocol.TEXT_LIMIT) == (
        80,
        900,
        1_600,
        600,
    )


def test_steps_are_read_in_plan_order_whatever_the_order_they_changed_in() -> None:
    """Changed rows and those of the source are one list; without a limit one action is decided."""
    rows = handle(State(), Start(plan(phase(1, *[step(f"1.{n}") for n in range(1, 13)])), {}, "s"), 1.0).state
    changed = rows.fork()
    for step_id in ("1.11", "1.2", "1.10"):
        row = rows.step(step_id)
        assert row is not None
        changed.put(row.replace(model="opus"))
    assert [row.step_id for row in changed.steps(1, "ready")] == [f"1.{n}" for n in range(1, 13)]
    assert len(decide(changed, 2.0)) == 1
