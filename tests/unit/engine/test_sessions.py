"""Sessions in the engine: who drives, what a stop means, what an attempt cost in the end."""

from __future__ import annotations

import pytest

from agent_baton.engine import commands as cmd
from agent_baton.engine import events as ev
from agent_baton.engine.handle import handle, handle_all
from agent_baton.engine.state import State
from agent_baton.errors import Refused
from tests.support.plans import phase, plan, step


def begun(*commands: cmd.Command) -> State:
    start = cmd.Start(plan(phase(1, step("1.1"), step("1.2"))), {}, "s-1")
    return handle_all(State(), (start, *commands), 1.0).state


def kinds(state: State, *commands: cmd.Command) -> list[str]:
    return [type(event).__name__ for event in handle_all(state, commands, 2.0).events]


def test_learning_a_drivers_process_loses_nothing() -> None:
    """The first hook of a session that started the task tells its process; its agents are at work all the same."""
    state = begun(cmd.Dispatched("1.1", session="s-1"))
    assert kinds(state, cmd.Bind("s-1", "host/1/2")) == ["SessionBound"]
    known = handle(state, cmd.Bind("s-1", "host/1/2"), 2.0).state
    assert kinds(known, cmd.Bind("s-1", "host/1/2")) == []
    assert kinds(known, cmd.Bind("s-1", "host/9/9")) == ["StepInterrupted", "SessionBound"]
    assert kinds(known, cmd.Bind("s-2", "host/3/4")) == ["StepInterrupted", "SessionBound"]


def test_an_unattended_drivers_agents_are_its_own_business() -> None:
    state = begun(cmd.Dispatched("1.1", session="run-1", runtime="claude"))
    assert kinds(state, cmd.Bind("s-2", "p")) == ["SessionBound"]


def test_binding_leaves_a_paused_task_paused() -> None:
    state = begun(cmd.Pause("lunch"))
    after = handle(state, cmd.Bind("s-2", "p"), 2.0).state
    assert (after.head.status, after.head.session) == ("paused", "s-2")


@pytest.mark.parametrize(
    "command", [cmd.Dispatched("1.1", session="s-2"), cmd.RecordOutcome("1.1", "complete", session="s-2")]
)
def test_only_the_driver_writes(command: cmd.Command) -> None:
    """Another session is told who drives and how to take over; a person at a terminal has no session, and may."""
    with pytest.raises(Refused, match=r"driven by session s-1.*baton execute resume"):
        handle(begun(), command, 2.0)
    assert handle(begun(), command.replace(session=""), 2.0).events


def test_taking_over_a_failed_task_names_the_new_driver() -> None:
    failed = cmd.RecordOutcome("1.1", "failed", final=True)
    state = handle_all(begun(failed), (cmd.RecordOutcome("1.2", "complete"),), 2.0).state
    assert state.head.status == "failed"
    assert handle(state, cmd.Resume("s-2"), 3.0).state.head.session == "s-2"


def test_a_reminder_counts_until_something_happens() -> None:
    """Notes about sessions and their cost are not the task getting on; a dispatch is."""
    state = handle(begun(), cmd.NoteSession("s-1", "reminded"), 2.0).state
    assert state.head.reminded == state.head.seq
    quiet = handle_all(
        state, (cmd.ChargeSession("s-1", 5, None), cmd.NoteSession("s-1", "compacting")), 3.0
    ).state
    assert quiet.head.reminded == quiet.head.seq
    moved = handle(quiet, cmd.Dispatched("1.1", session="s-1"), 4.0).state
    assert moved.head.reminded < moved.head.seq


def test_what_two_hooks_count_at_once_is_booked_once() -> None:
    """Both read the same part of a transcript; what the second one saw beyond it is counted the next time."""
    state = begun()
    first = cmd.ChargeSession("s-1", 5, 0.1, (), 100, "m1", read_from=0)
    state = handle_all(state, (first, first.replace(tokens=7, read_to=150, last_message="m2")), 2.0).state
    assert (state.head.driving_tokens, state.head.read_to) == (5, 100)
    rest = first.replace(tokens=2, read_to=150, last_message="m2", read_from=100)
    state = handle_all(state, (rest, rest), 3.0).state
    assert (state.head.driving_tokens, state.head.read_to) == (7, 150)
    other = handle(state, first.replace(session="s-2", tokens=9), 4.0).state
    assert (other.head.driving_tokens, other.head.charged_session) == (16, "s-2")


def test_what_turned_out_later_is_booked_once() -> None:
    """Only the part beyond what is on record, and only for the attempt it is about."""
    state = begun(cmd.Dispatched("1.1"), cmd.RecordOutcome("1.1", "complete", tokens=100, usd=0.1))
    more = handle(state, cmd.TopUp("1.1", 1, 150, 0.15), 2.0)
    charged = [event for event in more.events if isinstance(event, ev.BudgetCharged)]
    assert [(event.tokens, event.usd) for event in charged] == [(50, 0.05)]
    assert handle(more.state, cmd.TopUp("1.1", 1, 150, 0.15), 2.0).events == []
    assert handle(more.state, cmd.TopUp("1.1", 2, 999), 2.0).events == []


def test_an_unknown_cost_that_becomes_known_is_unknown_no_more() -> None:
    state = begun(cmd.Dispatched("1.1"), cmd.RecordOutcome("1.1", "complete"))
    assert state.head.unknown_costs == 1
    assert handle(state, cmd.TopUp("1.1", 1, 150, 0.15), 2.0).state.head.unknown_costs == 0


def test_a_report_is_sent_back_once_an_attempt() -> None:
    state = begun(cmd.Dispatched("1.1"))
    once = handle(state, cmd.ReturnReport("1.1", ("no STATUS",)), 2.0).state
    with pytest.raises(Refused):
        handle(once, cmd.ReturnReport("1.1", ("no STATUS",)), 2.0)


def test_what_hooks_recorded_a_driver_repeats_or_leaves() -> None:
    """Its `failed` about an attempt they saw fail is the same fact; its `complete` is refused until a new attempt ran."""
    failed = cmd.RecordOutcome("1.1", "failed", attempt=1, source="hook", session="s-1", outcome="red")
    state = begun(cmd.Dispatched("1.1", session="s-1", tool_id="t"), failed)
    assert handle(state, cmd.RecordOutcome("1.1", "failed", session="s-1", outcome="oh"), 2.0).events == []
    with pytest.raises(Refused, match="hooks"):
        handle(state, cmd.RecordOutcome("1.1", "complete", session="s-1"), 2.0)
    again = handle(state, cmd.Dispatched("1.1", session="s-1"), 2.0).state
    assert handle(again, cmd.RecordOutcome("1.1", "complete", session="s-1"), 3.0).events


def test_a_helper_belongs_to_its_step() -> None:
    state = begun(cmd.Dispatched("1.1", tool_id="t"), cmd.Spawned("Explore", "h", "s-1", "1.1"))
    found = state.step("1.1")
    assert found is not None
    assert (found.tool_id, found.helpers) == ("t", ("h",))


def test_an_ended_session_is_gone_and_says_so_once() -> None:
    state = handle(begun(cmd.Dispatched("1.1", session="s-1")), cmd.NoteSession("s-1", "ended", "other"), 2.0)
    assert [type(event).__name__ for event in state.events] == ["StepInterrupted", "SessionNoted"]
    assert handle(state.state, cmd.NoteSession("s-1", "ended", "other"), 3.0).events == []
