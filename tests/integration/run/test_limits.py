"""What a run may use, and what it does when that is used up, or when the other side fails."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from agent_baton.app.run.orders import Clock
from agent_baton.planner.forecast import read_prices
from agent_baton.runtimes.claude.runtime import ClaudeRuntime
from agent_baton.runtimes.protocol import Assignment, Conversation, Usage
from agent_baton.runtimes.scripted.runtime import ScriptedAgent, ScriptedRuntime
from agent_baton.runtimes.scripted.script import Script
from tests.integration.run.conftest import Runner
from tests.support.running import settings, wide, work

CALL = {"usd": 0.10, "input_tokens": 1000, "output_tokens": 0}


def costly(calls: int) -> list[dict[str, Any]]:
    """So many calls, each a turn of its own, then honest work."""
    return [*([{"spend": CALL}, {"run": "true"}] * calls), *work()[1:]]


def spent(runner: Runner, task: str) -> float:
    return sum((e["usd"] or 0) + e["upper_usd"] for e in runner.events(task, "BudgetCharged"))


def test_a_spent_budget_refuses_the_next_start(runner: Runner) -> None:
    """Before an agent is started, not after: the task fails and says which limit it was."""
    task = runner.start(wide(1, 3, budget={"usd": 0.25}))
    end = runner.run(task, {"do": costly(2)}, max_parallel=1)
    assert end.kind in ("failed", "paused")
    assert "budget" in end.text or "money" in end.text
    assert spent(runner, task) <= 0.25 + 0.10 + 1e-9


def test_agents_together_pass_a_budget_by_one_call_at_most(runner: Runner) -> None:
    """Eight at a time, each wanting more than there is: what is in flight is counted before a start and while it runs."""
    settings(runner.repo, limits={"unknown_usd": 0.0})
    task = runner.start(wide(1, 12, budget={"usd": 2.0}))
    end = runner.run(task, {"do": costly(6)}, max_parallel=8)
    assert end.kind in ("failed", "paused")
    assert 1.0 < spent(runner, task) <= 2.0 + 0.10 + 1e-9


def test_a_steps_own_budget_stops_it_in_the_middle(runner: Runner) -> None:
    document = wide(1, 1)
    document["phases"][0]["steps"][0]["budget"] = {"usd": 0.3, "tokens": None, "wall_s": None}
    task = runner.start(document)
    end = runner.run(task, {"do": costly(9)})
    assert end.exit_code != 0
    assert spent(runner, task) <= 0.4 + 1e-9


def test_tokens_are_limited_too(runner: Runner) -> None:
    settings(runner.repo, limits={"tokens_per_task": 3_000, "unknown_tokens": 0})
    task = runner.start(wide(1, 2))
    end = runner.run(task, {"do": costly(9)}, max_parallel=1)
    assert end.kind == "paused"
    assert sum(e["tokens"] for e in runner.events(task, "BudgetCharged")) <= 5_000


def test_a_days_limit_counts_all_tasks_and_ends_at_midnight(runner: Runner) -> None:
    """The second task of the day is not started: it is paused until tomorrow."""
    settings(runner.repo, limits={"usd_per_day": 0.10})
    first = runner.start(wide(1, 1))
    assert runner.run(first, {"do": costly(2)}).kind in ("complete", "paused")
    runner.repo.baton("execute", "cancel", "--reason", "enough", "--task-id", first, code=None)
    second = runner.start(wide(1, 1, "task-wide-0002"))
    end = runner.run(second)
    assert end.kind == "paused"
    assert end.until is not None
    assert 0 < end.until - time.time() <= 86_400
    assert runner.events(second, "StepDispatched") == []


def test_attempts_are_limited(runner: Runner) -> None:
    settings(runner.repo, limits={"attempts_per_task": 2})
    task = runner.start(wide(1, 4))
    end = runner.run(task, max_parallel=1)
    assert end.kind == "paused"
    assert "attempts_per_task" in end.text
    assert len(runner.events(task, "StepDispatched")) == 2


def test_turns_are_limited(runner: Runner) -> None:
    """The attempt that used up its turns counts, and its conversation goes on."""
    settings(runner.repo, limits={"turns": 3})
    task = runner.start(wide(1, 1))
    rules = [{"resumed": True, "do": work()[1:]}, {"do": [{"say": "thinking"}] * 9}]
    assert runner.run(task, *rules).kind == "complete"
    assert [e["counts"] for e in runner.events(task, "StepInterrupted")] == [True]


class Mute(ScriptedRuntime):
    """Agents of a vendor that counts nothing."""

    async def start(self, assignment: Assignment) -> ScriptedAgent:
        return self._muted(await super().start(assignment))

    async def resume(self, assignment: Assignment, conversation: Conversation) -> ScriptedAgent:
        return self._muted(await super().resume(assignment, conversation))

    def _muted(self, agent: ScriptedAgent) -> ScriptedAgent:
        agent._usage = Usage()
        return agent


def vendor(runner: Runner) -> Callable[[Script], ClaudeRuntime]:
    """Agents that are processes of their own and tell of tokens on the way, of money only at their end."""

    def runtime(script: Script) -> ClaudeRuntime:
        play = runner.repo.path.parent / "vendor.json"
        play.write_text(script.model_dump_json(exclude_unset=True))
        return ClaudeRuntime(
            [sys.executable, "-m", "agent_baton.runtimes.scripted", "claude", "--script", str(play)]
        )

    return runtime


DEAREST = max(price["input"] for price in read_prices().models.values())  # a million tokens of input
TELLS_NOTHING = work()[1:]


@pytest.mark.parametrize("parallel", [1, 3])
def test_agents_that_never_tell_their_cost_are_charged_the_most_it_may_be(
    runner: Runner, parallel: int
) -> None:
    """An attempt nobody can measure is one call of unknown price: a budget is passed by one of them at most."""
    settings(runner.repo, limits={"unknown_usd": 1.0, "unknown_tokens": 500})
    task = runner.start(wide(1, 9, budget={"usd": 3.5}))
    end = runner.run(task, {"do": TELLS_NOTHING}, max_parallel=parallel, runtime=Mute)
    assert end.kind in ("failed", "paused")
    charged = runner.events(task, "BudgetCharged")
    assert {(e["usd"], e["tokens"], e["source"]) for e in charged} == {(None, None, "unknown")}
    assert 3.0 <= spent(runner, task) <= 3.5 + 1.0
    assert len(runner.events(task, "StepDispatched")) == len(charged) == round(spent(runner, task))
    status = runner.repo.baton("execute", "status", "--task-id", task).stdout
    assert f"at most ${spent(runner, task):.2f} more that was not measured" in status


@pytest.mark.parametrize("limit", ["usd_per_step", "usd_per_task", "usd_per_day", "tokens_per_day"])
def test_an_estimate_counts_against_every_limit(runner: Runner, limit: str) -> None:
    """Of the step, of the task, of the day: what may have been spent is not spent again."""
    settings(runner.repo, limits={"unknown_usd": 1.0, "unknown_tokens": 1, limit: 1.0})
    task = runner.start(wide(1, 1))
    fails = {"attempt": [1], "do": [{"exit": 1}]}
    assert runner.run(task, fails, runtime=Mute).kind == "paused"
    assert len(runner.events(task, "StepDispatched")) == 1


def test_a_step_that_may_cost_no_more_does_not_stop_the_others(runner: Runner) -> None:
    settings(runner.repo, limits={"unknown_usd": 1.0, "usd_per_step": 1.0})
    task = runner.start(wide(1, 3))
    fails = {"step": "1.1", "attempt": [1], "do": [{"exit": 1}]}
    assert runner.run(task, fails, runtime=Mute, max_parallel=2).kind == "paused"
    done = {e["step_id"] for e in runner.events(task, "StepFinished") if e["status"] == "complete"}
    assert done == {"1.2", "1.3"}


def test_an_agent_that_died_before_it_named_its_price(runner: Runner) -> None:
    """Its tokens are what it told; its money is what they cost at most, and one call more. The next attempt's is measured."""
    task = runner.start(wide(1, 1))
    call = {"input_tokens": 1_000_000, "output_tokens": 0, "usd": 2.0}
    dies = {"attempt": [1], "do": [{"spend": call}, {"write": {"out/1.1.txt": "half"}}, {"kill": 9}]}
    assert runner.run(task, dies, runtime=vendor(runner)).kind == "complete"
    first, second = runner.events(task, "BudgetCharged")
    assert (first["usd"], first["source"]) == (None, "measured")
    assert first["tokens"] == pytest.approx(1_000_000, rel=1e-3)
    assert first["upper_usd"] == pytest.approx(2 * DEAREST, rel=1e-3)
    assert first["upper_tokens"] == pytest.approx(1_000_000, rel=1e-3)
    assert (second["usd"], second["upper_usd"]) == (0.001, 0.0)


def test_money_nobody_names_on_the_way_stops_an_agent_all_the_same(runner: Runner) -> None:
    """Tokens are told while it works: what they cost at most is held against the budget before the bill comes."""
    task = runner.start(wide(1, 1, budget={"usd": 3.5 * DEAREST}))
    call = {"input_tokens": 1_000_000, "output_tokens": 0, "usd": 0.0}
    calls = [{"spend": call}, {"run": "true"}] * 3
    end = runner.run(task, {"do": [*calls, {"run": "tail -f /dev/null"}]}, runtime=vendor(runner))
    assert end.exit_code != 0
    assert runner.told("over-budget")
    assert spent(runner, task) == pytest.approx(4 * DEAREST, rel=1e-3), "three seen, one under way"


def test_what_is_taken_up_after_a_pause_costs_what_it_measures(runner: Runner) -> None:
    """The vendor counts a conversation, we a run: neither is charged twice, and the limit passed on is this run's alone."""
    task = runner.start(wide(1, 1, budget={"usd": 1.0}))
    call = {"spend": {"input_tokens": 1000, "usd": 0.3}}
    limited = {"attempt": [1], "do": [call, {"write": {"out/1.1.txt": "half"}}, {"limit": {"resets_at": 1}}]}
    goes_on = {"resumed": True, "do": [call, *work()[1:]]}
    assert runner.run(task, limited, goes_on, runtime=vendor(runner), waits=True).kind == "complete"
    assert [e["usd"] for e in runner.events(task, "BudgetCharged")] == [0.3, 0.3]


def test_a_usage_limit_pauses_the_task_until_it_ends(runner: Runner) -> None:
    """No process is needed: the journal says until when. The next run resumes the same conversation."""
    task = runner.start(wide(1, 1))
    reset = time.time() + 3_600
    limited = [{"write": {"out/1.1.txt": "half"}}, {"spend": {}}, {"limit": {"resets_at": int(reset)}}]
    end = runner.run(task, {"attempt": [1], "do": limited})
    assert (end.kind, end.until) == ("paused", int(reset))
    assert runner.run(task).kind == "paused", "still too early"
    goes_on = {"resumed": True, "do": [{"run": "grep half out/1.1.txt"}, *work()]}
    later = Clock(now=lambda: time.time() + 4_000, tick_s=0.02, chance=lambda: 1.0)
    assert runner.run(task, goes_on, clock=later).kind == "complete"
    sessions = [e["session"] for e in runner.events(task, "StepDispatched")]
    assert len(sessions) == 2
    assert len(set(sessions)) == 1


def test_a_run_that_waits_goes_on_by_itself(runner: Runner) -> None:
    task = runner.start(wide(1, 1))
    soon = {"attempt": [1], "do": [{"spend": {}}, {"limit": {"resets_at": 1}}]}
    assert runner.run(task, soon, waits=True).kind == "complete"
    assert runner.events(task, "TaskResumed")[0]["reason"] == "the pause is over"


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_trouble_of_the_models_side_uses_up_no_attempt(runner: Runner, status: int) -> None:
    """It backs off, and one agent at a time sees whether the other side is back."""
    task = runner.start(wide(1, 3))
    trouble = {"attempt": [1], "do": [{"error": {"status": status, "text": "try later"}}]}
    assert runner.run(task, trouble, waits=True).kind == "complete"
    assert runner.events(task, "StepFinished")
    assert not any(e["counts"] for e in runner.events(task, "StepInterrupted"))
    assert runner.told("backs-off")


def test_an_outage_without_end_pauses_the_task(runner: Runner) -> None:
    settings(runner.repo, limits={"outage_s": 0.02})
    task = runner.start(wide(1, 1))
    end = runner.run(task, {"do": [{"error": {"status": 529, "text": "overloaded"}}]}, waits=True)
    assert end.kind == "paused"
    assert "has failed for" in end.text


def test_a_login_that_is_missing_stops_everything(runner: Runner) -> None:
    """Every other agent would fail the same way: one try, one pause, one sentence."""
    task = runner.start(wide(1, 8))
    end = runner.run(task, {"do": [{"error": {"status": 401, "text": "not logged in"}}]}, max_parallel=1)
    assert end.kind == "paused"
    assert "not logged in" in end.text
    assert len(runner.events(task, "StepDispatched")) == 1


def test_a_silent_model_is_ended_and_tried_again(runner: Runner) -> None:
    settings(runner.repo, limits={"model_silent_s": 0.2})
    task = runner.start(wide(1, 1))
    assert runner.run(task, {"attempt": [1], "do": [{"hang": "model"}]}).kind == "complete"
    assert "silent" in runner.events(task, "StepFinished")[0]["outcome"]


def test_an_agent_that_gets_nowhere_is_stopped(runner: Runner) -> None:
    """It talks and calls the same tool again and again: no new file, no new call, for too long."""
    settings(runner.repo, limits={"no_progress_s": 0.4})
    task = runner.start(wide(1, 1))
    loops = {
        "attempt": [1],
        "do": [{"run": "for i in 1 2 3 4 5 6 7 8 9; do read -t 0.2 x < /dev/zero; done; tail -f /dev/null"}],
    }
    assert runner.run(task, loops).kind == "complete"
    assert "no new file" in runner.events(task, "StepFinished")[0]["outcome"]


def test_a_tasks_time_is_limited(runner: Runner) -> None:
    """Its pauses do not count."""
    task = runner.start(wide(1, 2, budget={"wall_s": 100.0}))
    late = Clock(now=lambda: time.time() + 200, tick_s=0.02, chance=lambda: 1.0)
    end = runner.run(task, clock=late)
    assert end.kind == "failed"
    assert "time of the task" in end.text


def test_time_stops_an_agent_in_the_middle(runner: Runner) -> None:
    """What is left of the task's time is all an agent gets, however long its step may take."""
    settings(runner.repo, limits={"wall_s_per_task": 20})
    task = runner.start(wide(1, 1))
    began = time.time()
    almost = Clock(now=lambda: time.time() + 19 - (time.time() - began), tick_s=0.02, chance=lambda: 1.0)
    end = runner.run(task, {"do": [{"hang": "tool"}]}, clock=almost, waits=True)
    assert end.kind in ("paused", "failed")
    assert runner.events(task, "StepInterrupted") or runner.events(task, "StepFinished")
