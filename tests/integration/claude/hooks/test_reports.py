"""When an agent ends: its report is the record, if it is one and git agrees."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from agent_baton.engine import events as ev
from tests.support.hooks import REPORT, Session, append, message
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

E = TypeVar("E", bound=ev.Event)


def of(session: Session, kind: type[E]) -> list[E]:
    return [event for event in session.events() if isinstance(event, kind)]


def spawned(session: Session, step_id: str = "1.1", agent: str = "dev", number: int = 1) -> str:
    """Start a step's agent and its transcript; returns its prompt."""
    answer = session.spawn(f"baton step {step_id}: go", agent, f"toolu_{number}")
    prompt: str = answer["hookSpecificOutput"]["updatedInput"]["prompt"]
    session.begin(prompt, f"a{number}", f"toolu_{number}")
    return prompt


def status(session: Session, step_id: str = "1.1") -> dict[str, Any]:
    phases = session.repo.json("execute", "status")["phases"]
    return next(row for one in phases for row in one["steps"] if row["step_id"] == step_id)


def done(session: Session, name: str = "a.py") -> str:
    session.repo.write(name, "x = 1\n")
    return REPORT.format(files=name, commit=session.repo.commit("work"))


def test_a_true_report_is_the_record(session: Session) -> None:
    """Outcome, commit, files, evidence and cost come from the report, git and the transcript; nobody calls `record`."""
    prompt = spawned(session)
    tool = {"id": "t", "name": "Write", "input": {"file_path": "a.py"}}
    append(session.agent_file(), message(1, tools=(tool,), input_tokens=1_000, output_tokens=100))
    assert session.stop_agent(done(session)) == {}
    finished, evidence = of(session, ev.StepFinished)[0], of(session, ev.EvidenceGathered)[0]
    assert (finished.status, finished.source, finished.files) == ("complete", "hook", ("a.py",))
    assert (evidence.verdict, evidence.changed_files) == ("confirmed", ("a.py",))
    measured = of(session, ev.AgentMeasured)[0]
    assert (measured.agent_id, measured.edits, measured.tool_uses) == ("a1", ("a.py",), 1)
    assert of(session, ev.BudgetCharged)[0].tokens == 1_100
    append(session.agent_file(), message(2, input_tokens=1_000, output_tokens=100))
    text = session.returns(prompt, "framed")["hookSpecificOutput"]["additionalContext"]
    assert "step 1.1 is complete (attempt 1), recorded. Next: DISPATCH" in text
    charged = of(session, ev.BudgetCharged)
    assert [event.tokens for event in charged] == [1_100, 1_100]
    assert [event.usd for event in charged] == [0.00015, 0.00015]


def test_what_the_transcript_lacks_at_the_end_is_booked_from_the_answer(session: Session) -> None:
    """Claude Code writes the last message a little later than it calls us."""
    prompt = spawned(session)
    tool = {"id": "t", "name": "Bash", "input": {}}
    append(session.agent_file(), message(1, tools=(tool,), input_tokens=10, output_tokens=1))
    session.stop_agent(done(session))
    session.returns(
        prompt, "x", usage={"input_tokens": 20, "output_tokens": 2}, resolvedModel="claude-haiku-5-5"
    )
    assert [event.tokens for event in of(session, ev.BudgetCharged)] == [11, 22]


def test_a_report_that_is_none_goes_back_once(session: Session) -> None:
    """The agent is told what is missing; the second time it is taken as it is: no claim, no completion."""
    spawned(session)
    reason = session.stop_agent("I am done, all good!")["reason"]
    for wanted in ("STATUS: complete", "FILES:", "COMMIT:", "CHECKS:"):
        assert wanted in reason
    assert of(session, ev.StepFinished) == []
    assert session.stop_agent("As I said, all good.", active=True) == {}
    assert of(session, ev.StepFinished)[0].status == "failed"
    assert "does not say whether it is complete" in status(session)["outcome"]


def test_it_goes_back_once_whatever_the_cli_says(session: Session) -> None:
    """The journal remembers, should Claude Code forget to say that the agent was told already."""
    spawned(session)
    assert session.stop_agent("I am done, all good!")["reason"]
    assert session.stop_agent("As I said, all good.", active=False) == {}
    assert len(of(session, ev.ReportReturned)) == len(of(session, ev.StepFinished)) == 1
    assert session.log() == ""


@pytest.mark.parametrize(
    ("files", "commit", "complaint"),
    [
        ("nosuch.py", "HEAD", "did not change"),
        ("a.py", "deadbeefdeadbeef", "does not exist"),
    ],
)
def test_a_claim_that_git_contradicts_goes_back_once(
    session: Session, files: str, commit: str, complaint: str
) -> None:
    """Then it is recorded with the contradiction beside it, and counted."""
    spawned(session)
    session.repo.write("a.py", "x\n")
    head = session.repo.commit("work")
    false = REPORT.format(files=files, commit=head if commit == "HEAD" else commit)
    assert complaint in session.stop_agent(false)["reason"]
    assert session.stop_agent(false, active=True) == {}
    assert of(session, ev.StepFinished)[0].status == "complete"
    assert of(session, ev.EvidenceGathered)[0].verdict == "mismatch"


def test_strict_evidence_makes_a_false_claim_a_failure(repo: Repo) -> None:
    repo.write(".claude/baton.yaml", "evidence: strict\n")
    repo.commit("settings")
    repo.save_plan(plan(phase(1, step("1.1"))))
    session = Session(repo)
    repo.baton("execute", "start", "--no-baseline", BATON_SESSION="s-1")
    spawned(session)
    false = REPORT.format(files="nosuch.py", commit="none")
    session.stop_agent(false)
    session.stop_agent(false, active=True)
    finished = of(session, ev.StepFinished)[0]
    assert finished.status == "failed"
    assert finished.outcome.startswith("its claim and git disagree")


def test_a_failure_said_is_a_failure(session: Session) -> None:
    """An honest agent is not asked for files it did not change."""
    spawned(session)
    assert session.stop_agent("STATUS: failed\nDONE: the tests need a database that is not here") == {}
    assert status(session)["status"] == "failed"


def test_a_question_is_asked(session: Session) -> None:
    """It waits for the person; what the attempt cost is booked."""
    spawned(session)
    append(session.agent_file(), message(1, output_tokens=5))
    assert session.stop_agent("STATUS: failed\nQUESTION: keep the old format?") == {}
    action = session.repo.json("execute", "next", code=None)
    assert action["action"] in ("QUESTION", "DISPATCH")
    assert status(session)["status"] == "asking"
    assert of(session, ev.BudgetCharged)[0].tokens == 5


def test_an_explicit_record_afterwards_is_acknowledged(session: Session) -> None:
    """The same meaning again changes nothing; the contrary is refused."""
    spawned(session)
    session.stop_agent(done(session))
    args = ("execute", "record", "--step-id", "1.1", "--status")
    assert (
        "Already recorded"
        in session.repo.baton(*args, "complete", "--outcome", "yes", BATON_SESSION="s-1").stdout
    )
    refused = session.repo.baton(*args, "failed", code=4, BATON_SESSION="s-1")
    assert "contradicting" in refused.stderr


def test_a_driver_cannot_call_a_failed_attempt_complete(session: Session) -> None:
    """Nor count it twice: its own word about the attempt its hooks recorded is the same fact or refused."""
    spawned(session)
    session.stop_agent("STATUS: failed\nDONE: tests are red")
    args = ("execute", "record", "--step-id", "1.1", "--status")
    assert (
        "Already recorded"
        in session.repo.baton(*args, "failed", "--outcome", "red", BATON_SESSION="s-1").stdout
    )
    assert (
        "from the session's own hooks"
        in session.repo.baton(*args, "complete", code=4, BATON_SESSION="s-1").stderr
    )
    assert len(of(session, ev.StepDispatched)) == 1


def test_a_turn_limit_is_a_failure(session: Session) -> None:
    """Claude Code calls such an agent completed and runs no SubagentStop: its note gives it away."""
    prompt = spawned(session)
    note = (
        "NOTE: this agent stopped at its 3-turn limit before finishing. It was still calling tools and had produced "
        "no report. Send the agent a message (SendMessage) to let it continue from where it stopped.\n"
    )
    session.returns(prompt, note)
    assert of(session, ev.StepFinished)[0].status == "failed"
    assert "3-turn limit" in status(session)["outcome"]


def test_an_older_version_says_nothing_of_it(session: Session) -> None:
    """2.1.191 hands back nothing at all from such an agent."""
    session.returns(spawned(session), "")
    assert "as at its turn limit" in status(session)["outcome"]


def test_an_api_error_ends_the_attempt(session: Session) -> None:
    """Told by two hooks at once, recorded once; the attempt counts, so that it cannot go on for ever."""
    spawned(session)
    error = "Agent terminated early due to an API error: API Error: 529 overloaded"
    fields = {"tool_name": "Agent", "tool_use_id": "toolu_1", "tool_input": {}, "is_interrupt": False}
    session.hook("PostToolUseFailure", error=error, **fields)
    session.hook(
        "StopFailure", agent_id="a1", agent_type="dev", error="overloaded_error", last_assistant_message="x"
    )
    interrupted = of(session, ev.StepInterrupted)
    assert [(event.counts, "529" in event.reason) for event in interrupted] == [(True, True)]
    assert session.log() == ""


def test_an_interrupt_by_the_person_does_not_count(session: Session) -> None:
    """And the session is not told to go on by itself."""
    spawned(session)
    session.hook(
        "PostToolUseFailure",
        tool_name="Agent",
        tool_use_id="toolu_1",
        tool_input={},
        error="x",
        is_interrupt=True,
    )
    assert [event.counts for event in of(session, ev.StepInterrupted)] == [False]
    assert session.hook("Stop") == {}


def test_two_side_by_side_are_told_apart(session: Session) -> None:
    """Each report goes to the step whose tool call started its agent, in its own tree."""
    session.repo.baton("execute", "next", "--all")
    trees = session.repo.path / ".claude/worktrees/baton/task-x-0001"
    for number, (step_id, agent) in enumerate((("1.1", "dev"), ("1.2", "tester")), 1):
        spawned(session, step_id, agent, number)
        (trees / step_id / f"{agent}.py").write_text("x\n")
        session.repo.git("add", "-A", cwd=trees / step_id)
        session.repo.git("commit", "-q", "-m", agent, cwd=trees / step_id)
    for number, (step_id, agent) in ((2, ("1.2", "tester")), (1, ("1.1", "dev"))):
        head = session.repo.git("rev-parse", "HEAD", cwd=trees / step_id)
        assert session.stop_agent(REPORT.format(files=f"{agent}.py", commit=head), f"a{number}") == {}
    assert [(event.step_id, event.agent_name) for event in of(session, ev.StepFinished)] == [
        ("1.2", "tester"),
        ("1.1", "dev"),
    ]
    assert {event.verdict for event in of(session, ev.EvidenceGathered)} == {"confirmed"}


def test_a_helper_of_an_agent_is_no_step(session: Session) -> None:
    """What a step's agent starts itself works for that step; its end is not the step's, its cost is."""
    spawned(session)
    session.hook(
        "PreToolUse",
        agent_id="a1",
        agent_type="dev",
        tool_name="Agent",
        tool_use_id="toolu_h",
        tool_input={"prompt": "look", "subagent_type": "Explore"},
    )
    session.begin("look", "h1", "toolu_h")
    append(session.agent_file("h1"), message(9, output_tokens=40))
    assert session.stop_agent("found it", "h1", "Explore") == {}
    assert of(session, ev.StepFinished) == []
    append(session.agent_file(), message(1, output_tokens=2))
    session.stop_agent(done(session))
    assert of(session, ev.BudgetCharged)[0].tokens == 42


def test_claude_codes_own_agents_are_not_ours(session: Session) -> None:
    """The one that compacts has no type."""
    spawned(session)
    assert session.stop_agent("a summary", agent_type="") == {}
    assert of(session, ev.StepFinished) == []


def test_an_agent_without_its_companion_file_is_known_by_the_stamp(session: Session) -> None:
    """Another version may not keep the tool call beside the transcript."""
    spawned(session)
    (session.agents / "agent-a1.meta.json").unlink()
    session.stop_agent(done(session))
    assert of(session, ev.StepFinished)[0].status == "complete"


def test_a_forged_stamp_is_not_believed(session: Session) -> None:
    """A stranger whose prompt quotes a stamp does not report for the step."""
    prompt = spawned(session)
    session.begin(prompt, "b7", "toolu_other")
    assert session.stop_agent(done(session), "b7") == {}
    assert of(session, ev.StepFinished) == []


def test_secrets_of_a_report_are_not_stored(session: Session) -> None:
    spawned(session)
    report = done(session).replace("wrote what was asked", "set password=hunter2hunter2 in the vault")
    session.stop_agent(report)
    assert "hunter2hunter2" not in of(session, ev.StepFinished)[0].outcome
    assert "vault" in of(session, ev.StepFinished)[0].outcome
