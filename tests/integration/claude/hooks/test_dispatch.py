"""The agent tool: which step an agent is started for, with which words, and which agents are let by."""

from __future__ import annotations

from typing import Any

import pytest

from agent_baton.engine import events as ev
from tests.support.hooks import Session, append, said
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo


def new_input(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["hookSpecificOutput"]["updatedInput"]
    return found


def refusal(answer: dict[str, Any]) -> str:
    return str(answer["hookSpecificOutput"]["permissionDecisionReason"])


def dispatches(session: Session) -> list[ev.StepDispatched]:
    return [event for event in session.events() if isinstance(event, ev.StepDispatched)]


def test_a_handed_over_step_is_journaled_and_its_brief_stands_in_the_prompt(session: Session) -> None:
    """One line is enough from the driver: the agent gets the whole brief, in the foreground, with the plan's model."""
    given = new_input(
        session.spawn("baton step 1.1: read it", input={"run_in_background": True, "isolation": "worktree"})
    )
    assert given["prompt"].startswith("# Agent Task: 1.1 — Do 1.1\n")
    assert given["prompt"].endswith("\n[baton task-x-0001 1.1 #1]")
    assert (given["run_in_background"], given["model"]) == (False, "sonnet")
    assert "isolation" not in given
    assert [(e.step_id, e.attempt, e.tool_id, e.session) for e in dispatches(session)] == [
        ("1.1", 1, "toolu_1", "s-1")
    ]


def test_a_paraphrase_is_replaced(session: Session) -> None:
    """What the driver makes of a brief is not what was planned and approved."""
    replaced = new_input(session.spawn("# Agent Task: 1.2 — just do something nice", "tester"))
    assert "something nice" not in replaced["prompt"]
    assert "Do 1.2" in replaced["prompt"]


def test_a_faithful_copy_is_kept_with_what_was_added(session: Session) -> None:
    brief = session.repo.json("execute", "next")["prompt"]
    kept = new_input(session.spawn(f"The person says hello.\n{brief}"))["prompt"]
    assert kept.startswith("The person says hello.\n# Agent Task: 1.1")


def test_an_unmarked_prompt_goes_by_the_agent(session: Session) -> None:
    """A model that made the prompt up: the agent whose turn it is gets the step it is meant for."""
    given = new_input(session.spawn("please write the tests", "tester"))
    assert given["prompt"].startswith("# Agent Task: 1.2")


def test_the_wrong_agent_becomes_the_right_one(session: Session) -> None:
    """The plan's agent is started, when its file is here; else the chosen one, which is on record as forced."""
    session.repo.baton("execute", "next", "--all")
    session.repo.write(".claude/agents/dev.md", "---\nname: dev\ndescription: d\n---\nx\n")
    assert new_input(session.spawn("baton step 1.1: go", "general-purpose"))["subagent_type"] == "dev"
    other = new_input(session.spawn("baton step 1.2: go", "general-purpose", "toolu_2"))
    assert other["subagent_type"] == "general-purpose"
    assert "baton agents show tester" in other["prompt"]
    assert [event.agent_name for event in dispatches(session)] == ["dev", "general-purpose"]


def test_a_plugins_agent_is_called_by_its_whole_name(session: Session) -> None:
    root = session.repo.path.parent / "plugin"
    (root / "agents").mkdir(parents=True)
    (root / "agents" / "dev.md").write_text("---\nname: dev\n---\n")
    session.env["CLAUDE_PLUGIN_ROOT"] = str(root)
    assert new_input(session.spawn("baton step 1.1: go", "dev"))["subagent_type"] == "baton:dev"


def test_an_agent_the_plan_does_not_ask_for_is_noted(session: Session) -> None:
    """Allowed as it is, by default; the journal says that it was there."""
    assert session.spawn("look around", "Explore") == {}
    assert session.events()[-1] == ev.AgentSpawned("Explore", "toolu_1", "s-1")


def test_or_refused_by_setting(repo: Repo) -> None:
    repo.write(".claude/baton.yaml", "claude: {foreign_agents: deny}\n")
    repo.save_plan(plan(phase(1, step("1.1"))))
    session = Session(repo)
    repo.baton("execute", "start", "--no-baseline", BATON_SESSION="s-1")
    reason = refusal(session.spawn("look around", "Explore"))
    assert "does not ask for 'Explore'" in reason
    assert "Next here: DISPATCH" in reason


def test_a_step_out_of_turn_is_refused_with_what_is_next(session: Session) -> None:
    assert "phase 2" in refusal(session.spawn("baton step 2.1: go"))
    reason = refusal(session.spawn("baton step 9.9: go"))
    assert "has no step '9.9'" in reason
    assert "Next here: DISPATCH" in reason


def test_a_step_in_flight_is_not_started_twice(session: Session) -> None:
    """Unless its agent's call has returned: then nobody works on it any more."""
    session.spawn("baton step 1.1: go")
    assert "already with an agent" in refusal(session.spawn("baton step 1.1: go", tool_id="toolu_2"))
    append(session.transcript, said([{"type": "tool_result", "tool_use_id": "toolu_1", "content": "no"}]))
    assert new_input(session.spawn("baton step 1.1: go", tool_id="toolu_3"))["prompt"].endswith("#2]")
    assert any(isinstance(event, ev.StepInterrupted) for event in session.events())


def test_two_in_one_checkout_are_refused(session: Session) -> None:
    """Side by side means a worktree each; `next --all` makes them."""
    session.spawn("baton step 1.1: go")
    assert "baton execute next --all" in refusal(session.spawn("baton step 1.2: go", "tester", "toolu_2"))


def test_each_of_several_gets_its_own_tree(session: Session) -> None:
    session.repo.baton("execute", "next", "--all", BATON_SESSION="s-1")
    first = new_input(session.spawn("baton step 1.1: go"))["prompt"]
    second = new_input(session.spawn("baton step 1.2: go", "tester", "toolu_2"))["prompt"]
    assert "worktrees/baton/task-x-0001/1.1" in first
    assert "worktrees/baton/task-x-0001/1.2" in second
    assert [event.branch for event in dispatches(session)] == [
        "baton/task-x-0001/1.1",
        "baton/task-x-0001/1.2",
    ]


def test_a_dispatch_noted_by_hand_is_the_same_dispatch(session: Session) -> None:
    """`baton execute dispatched` before the agent starts: one attempt, now with its tool call."""
    session.repo.baton("execute", "dispatched", "--step-id", "1.1", "--agent", "dev", BATON_SESSION="s-1")
    assert new_input(session.spawn("go on", "dev"))["prompt"].endswith("[baton task-x-0001 1.1 #1]")
    assert len(dispatches(session)) == 1
    assert isinstance(session.events()[-1], ev.AgentSpawned)


def test_the_second_attempt_is_told_why_the_first_failed(session: Session) -> None:
    session.spawn("baton step 1.1: go")
    session.repo.baton(
        "execute",
        "record",
        "--step-id",
        "1.1",
        "--status",
        "failed",
        "--outcome",
        "no luck",
        BATON_SESSION="s-1",
    )
    prompt = new_input(session.spawn("baton step 1.1: go", tool_id="toolu_2"))["prompt"]
    assert "## Attempt 1 failed\n> no luck" in prompt
    assert prompt.endswith("#2]")


def test_the_tool_by_its_older_name(session: Session) -> None:
    answer = session.hook(
        "PreToolUse",
        tool_name="Task",
        tool_use_id="toolu_1",
        tool_input={"prompt": "baton step 1.1: go", "subagent_type": "dev"},
    )
    assert new_input(answer)["prompt"].startswith("# Agent Task: 1.1")


@pytest.mark.parametrize("name", ["s-9"])
def test_a_session_that_drives_nothing_starts_what_it_likes(session: Session, name: str) -> None:
    """Only a prompt that names a step is this task's business."""
    session.start()
    other = Session(session.repo, name)
    assert other.spawn("look around", "dev") == {}
    assert "driven by another session" in refusal(other.spawn("baton step 1.1: go"))
