"""Stop, PreCompact, SessionEnd, StopFailure: a driver goes on while it can, and leaves a trace when it cannot."""

from __future__ import annotations

from agent_baton.engine import events as ev
from tests.support.hooks import Session, append, message
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

DROVE = {"id": "t", "name": "Bash", "input": {"command": "baton execute next"}}


def test_a_driver_that_stops_early_is_told_what_is_next_once(session: Session) -> None:
    """No progress since: it may stop. Progress: it is told again."""
    reason = session.hook("Stop")["reason"]
    assert "Next: DISPATCH" in reason
    assert "baton execute pause" in reason
    assert session.hook("Stop", stop_hook_active=True) == {}
    session.repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete", BATON_SESSION="s-1")
    assert "1.2" in session.hook("Stop", stop_hook_active=True)["reason"]
    assert session.hook("Stop") == {}


def test_a_session_that_talks_about_other_things_is_left_alone(session: Session) -> None:
    """Bound on its way in, it was told then; only one that ran the loop is told again."""
    session.repo.baton("execute", "resume", BATON_SESSION="old")
    session.hook("SessionEnd", session_id="old", reason="other")
    session.start()
    append(session.transcript, message(1, output_tokens=3))
    assert session.hook("Stop") == {}
    append(session.transcript, message(2, tools=(DROVE,), output_tokens=3))
    assert "Next: DISPATCH" in session.hook("Stop")["reason"]


def test_only_the_driver_is_told(session: Session) -> None:
    assert Session(session.repo, "s-2").hook("Stop") == {}


def test_a_paused_task_is_the_persons_wish(session: Session) -> None:
    session.repo.baton("execute", "pause", "--reason", "lunch")
    assert session.hook("Stop") == {}


def test_what_waits_for_a_person_is_no_reason_to_go_on(repo: Repo) -> None:
    repo.save_plan(plan(phase(1, step("1.1"), approval_required=True)))
    session = Session(repo)
    repo.baton("execute", "start", "--no-baseline", BATON_SESSION="s-1")
    assert session.hook("Stop") == {}


def test_an_agent_in_the_background_goes_on_by_itself(session: Session) -> None:
    """Its end starts a turn of its own; telling the driver to go on would be noise."""
    session.spawn("baton step 1.1: go")
    running = [{"id": "a1", "type": "subagent", "status": "running", "agent_type": "dev"}]
    assert session.hook("Stop", background_tasks=running) == {}


def test_an_agent_that_was_refused_is_given_up(repo: Repo) -> None:
    """By another hook or by the person: no hook tells, the transcript does. It has cost an attempt, so it ends some time."""
    repo.save_plan(plan(phase(1, step("1.1", max_attempts=2))))
    session = Session(repo)
    repo.baton("execute", "start", "--no-baseline", BATON_SESSION="s-1")
    for attempt in (1, 2):
        tool_id = f"toolu_{attempt}"
        session.spawn("baton step 1.1: go", tool_id=tool_id)
        assert session.hook("Stop") == {}, "it may be at work"
        refused = {"type": "tool_result", "tool_use_id": tool_id, "is_error": True, "content": "not now"}
        append(session.transcript, {"type": "user", "message": {"role": "user", "content": [refused]}})
        assert ("Next: DISPATCH" in session.hook("Stop").get("reason", "")) == (attempt == 1)
    given_up = [one.reason for one in session.events() if isinstance(one, ev.StepInterrupted)]
    assert given_up == ["its agent came back without a report: not now"] * 2
    assert repo.json("execute", "next", code=1)["action"] == "FAILED"
    assert session.log() == ""


def test_a_finished_task_asks_to_be_completed(repo: Repo) -> None:
    repo.save_plan(plan(phase(1, step("1.1"), gate=None)))
    session = Session(repo)
    repo.baton("execute", "start", "--no-baseline", BATON_SESSION="s-1")
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete", BATON_SESSION="s-1")
    assert "baton execute complete" in session.hook("Stop")["reason"]
    repo.baton("execute", "complete", BATON_SESSION="s-1")
    assert session.hook("Stop") == {}


def test_driving_has_a_price_too(session: Session) -> None:
    """Every answer of the driver counts once, up to the last, which comes after the task is complete."""
    append(session.transcript, message(1, "claude-opus-5-5", input_tokens=1_000, output_tokens=100))
    session.hook("PreCompact", trigger="auto")
    append(session.transcript, message(2, "claude-opus-5-5", input_tokens=1_000, output_tokens=100))
    session.hook("Stop")
    session.hook("Stop")
    for step_id in ("1.1", "1.2"):
        session.repo.baton("execute", "record", "--step-id", step_id, "--status", "complete")
    session.repo.baton("execute", "gate", "--phase-id", "1", "--result", "pass")
    session.repo.baton("execute", "record", "--step-id", "2.1", "--status", "complete")
    session.repo.baton("execute", "gate", "--phase-id", "2", "--result", "pass")
    session.repo.baton("execute", "complete")
    append(session.transcript, message(3, "mystery-model", output_tokens=7))
    session.hook("SessionEnd", reason="other")
    charged = [event for event in session.events() if isinstance(event, ev.SessionCharged)]
    assert [(event.tokens, event.usd) for event in charged] == [(1_100, 0.006), (1_100, 0.006), (7, None)]
    fields = session.repo.json("execute", "status")
    assert (fields["driving_tokens"], fields["driving_usd"]) == (2_207, 0.012)
    assert (
        "Driving:  $0.01, 2,207 tokens, 7 of unknown price" in session.repo.baton("execute", "status").stdout
    )


def test_the_end_of_a_session_gives_up_what_was_in_flight(session: Session) -> None:
    """The next one can start it again; saying it twice changes nothing."""
    session.start()
    session.spawn("baton step 1.1: go")
    session.hook("SessionEnd", reason="prompt_input_exit")
    session.hook("SessionEnd", reason="prompt_input_exit")
    kinds = [type(event).__name__ for event in session.events()]
    assert kinds[-2:] == ["StepInterrupted", "SessionNoted"]
    assert session.repo.json("execute", "next")["attempt"] == 2


def test_compaction_and_failures_are_on_record(session: Session) -> None:
    session.spawn("baton step 1.1: go")
    session.hook("PreCompact", trigger="manual")
    session.hook("StopFailure", error="rate_limit", last_assistant_message="API Error")
    noted = [(event.what, event.detail) for event in session.events() if isinstance(event, ev.SessionNoted)]
    assert noted == [("compacting", "manual; in flight: 1.1 (attempt 1)"), ("failed", "rate_limit")]
