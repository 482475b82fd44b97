"""What every runtime promises, whatever its vendor: one suite, three runtimes, real processes."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from agent_baton.processes import MARKER
from agent_baton.runtimes.protocol import (
    Agent,
    Answer,
    Assignment,
    Clocks,
    Conversation,
    Event,
    PermissionAsked,
    QuestionAsked,
    Said,
    Spent,
    Started,
    ToolFinished,
    ToolStarted,
)
from tests.contract.runtimes.conftest import PATIENT, Theatre

SHORT = 0.7  # seconds: long enough for a Python to start, short enough to wait for
FULL: dict[str, Any] = {"permission": "full"}


def kinds(events: list[Event], *wanted: type) -> list[str]:
    return [type(event).__name__ for event in events if isinstance(event, wanted)]


def ours(directory: Path) -> list[str]:
    """What still runs in a directory, started by us."""
    found = []
    for proc in Path("/proc").iterdir():
        try:
            marked = f"{MARKER}=".encode() in (proc / "environ").read_bytes()
            if marked and os.readlink(proc / "cwd").startswith(str(directory)):
                found.append((proc / "cmdline").read_text().replace("\0", " "))
        except (OSError, ValueError):
            continue
    return found


def test_real_work_is_done_and_told(theatre: Theatre) -> None:
    """Files and commits are there; the events tell what was done in its order; the outcome is a success."""
    events, outcome = theatre.play(
        {"say": "I begin"},
        {"write": {"src/a.py": "x = 1\n"}},
        {"run": "echo two >> src/a.py"},
        {"commit": "Add a"},
    )
    assert outcome.ok
    assert outcome.advice == "accept"
    assert (theatre.repo / "src/a.py").read_text() == "x = 1\ntwo\n"
    assert theatre.log() == ["Add a", "start"]
    assert isinstance(events[0], Started)
    work = ["ToolStarted", "ToolFinished"]
    assert kinds(events, Said, ToolStarted, ToolFinished)[:7] == ["Said", *work * 3]
    assert [e.summary for e in events if isinstance(e, ToolStarted)][:2] == [
        "src/a.py",
        "echo two >> src/a.py",
    ]
    assert all(e.ok for e in events if isinstance(e, ToolFinished))


def test_the_session_is_known(theatre: Theatre) -> None:
    """Started, the agent and the outcome name the same session; where we may choose it, it is ours."""
    mine = theatre.assignment().session_id
    events, outcome = theatre.play({"say": "hi"}, session_id=mine)
    assert isinstance(events[0], Started)
    assert events[0].session_id == outcome.session_id
    assert theatre.kind == "acp" or outcome.session_id == mine


def test_the_last_words_are_the_outcomes_text(theatre: Theatre) -> None:
    """And secrets in them are not kept."""
    _, outcome = theatre.play({"result": {"text": "all done, password=hunter22"}})
    assert outcome.text == "all done, password=[redacted:password]"


def test_a_failing_tool_is_told(theatre: Theatre) -> None:
    """The agent goes on, the event says that it failed."""
    events, outcome = theatre.play({"run": "exit 3"}, {"say": "went on"})
    assert [e.ok for e in events if isinstance(e, ToolFinished)] == [False]
    assert outcome.ok


def test_an_agent_that_says_it_failed_failed(theatre: Theatre) -> None:
    """Its own word for failure is not a success, and worth another try."""
    _, outcome = theatre.play({"result": {"ok": False, "text": "tests are red"}})
    assert (outcome.reason, outcome.advice) == ("failed", "retry")
    assert "tests are red" in outcome.text


def test_a_lie_is_a_claim(theatre: Theatre) -> None:
    """A runtime believes an agent's word: what was really done is for git and the gates to say."""
    _, outcome = theatre.play({"result": {"text": "committed deadbeef"}})
    assert outcome.ok
    assert theatre.log() == ["start"]


@pytest.mark.parametrize("deed", [{"exit": 0}, {"exit": 3}, {"kill": int(signal.SIGKILL)}])
def test_an_end_without_a_result_is_none(theatre: Theatre, deed: dict[str, int]) -> None:
    """Exit code 0 without a result is no success; nor is any other end of the process."""
    _, outcome = theatre.play({"say": "working"}, deed)
    assert (outcome.reason, outcome.advice) == ("no-result", "retry")
    assert outcome.usage.usd is None or not outcome.usage.usd


def test_what_it_said_on_stderr_is_kept(theatre: Theatre) -> None:
    """Beside the protocol, never inside it, and without secrets."""
    events, outcome = theatre.play({"stderr": "warning: password=hunter22"}, {"say": "hi"})
    assert outcome.stderr == "warning: password=[redacted:password]"
    assert outcome.ok
    assert kinds(events, Said)


def test_lines_that_are_no_messages_are_noise(theatre: Theatre) -> None:
    """They are shown to the curious and disturb nothing."""
    _, outcome = theatre.play(
        {"raw": "npm warn deprecated"}, {"raw": "{broken"}, {"raw": "[]"}, {"say": "hi"}
    )
    assert outcome.ok


def test_giant_messages_pass(theatre: Theatre) -> None:
    """A message of several megabytes arrives whole."""
    events, outcome = theatre.play({"giant": 5_000_000}, {"say": "hi"})
    assert max(len(e.text) for e in events if isinstance(e, Said)) == 5_000_000
    assert outcome.ok


def test_a_flood_of_messages_loses_none(theatre: Theatre) -> None:
    """However fast it talks, every message is an event."""
    events, outcome = theatre.play({"spam": {"lines": 5_000, "bytes": 50}}, {"result": {}})
    assert len([e for e in events if isinstance(e, Said) and len(e.text) == 50]) == 5_000
    assert outcome.ok


def test_usage_is_counted_once(theatre: Theatre) -> None:
    """What is reported four times was spent once."""
    events, outcome = theatre.play(
        {"spend": {"input_tokens": 1000, "output_tokens": 50, "usd": 0.25, "times": 4}},
        {"spend": {"input_tokens": 10, "cache_read_tokens": 7, "output_tokens": 5, "usd": 0.5}},
        {"say": "hi"},
    )
    usage = outcome.usage
    assert (usage.input_tokens, usage.cache_read_tokens, usage.output_tokens) == (1010, 7, 55)
    assert usage.usd == pytest.approx(0.75)
    assert usage.exact
    assert max(e.usage.tokens for e in events if isinstance(e, Spent)) <= usage.tokens


def test_usage_of_a_run_that_was_cut_short_is_not_exact(theatre: Theatre) -> None:
    """What is not known is not shown as if it were."""
    if theatre.kind == "scripted":
        pytest.skip("it knows what it spent: it is in this process")
    _, outcome = theatre.play({"spend": {"usd": 0.25}}, {"exit": 1})
    assert not outcome.usage.exact


def test_the_environment_is_allow_listed(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets of ours do not reach an agent; what the assignment gives does, and so does who the agent is."""
    monkeypatch.setenv("DEPLOY_TOKEN", "x")
    monkeypatch.setenv("WANTED_TOKEN", "passed")
    theatre.play(
        {"run": "env > seen.txt"},
        env={"GIVEN": "1"},
        pass_env=["WANTED_*"],
        step_id="1.2",
        agent_name="backend-engineer",
        attempt=3,
    )
    seen = (theatre.repo / "seen.txt").read_text().splitlines()
    assert not any(line.startswith("DEPLOY_TOKEN") for line in seen)
    expected = {
        "GIVEN=1",
        "WANTED_TOKEN=passed",
        "BATON_STEP_ID=1.2",
        "BATON_AGENT=backend-engineer",
        "BATON_ATTEMPT=3",
    }
    assert expected <= set(seen)


def test_what_it_leaves_running_is_ended(theatre: Theatre) -> None:
    """Servers started in sessions of their own go with the agent, and are counted."""
    _, outcome = theatre.play({"leak": 2}, {"say": "hi"})
    assert outcome.ok
    assert outcome.killed_children >= 2
    assert ours(theatre.repo) == []


@pytest.mark.parametrize(
    ("deeds", "clocks", "reason"),
    [
        ([{"hang": "model"}], {"model_silent_s": SHORT}, "silent"),
        ([{"hang": "tool"}], {"tool_silent_s": SHORT}, "tool-stuck"),
        ([{"run": "tail -f /dev/null"}], {"tool_silent_s": SHORT}, "tool-stuck"),
        ([{"ask": {"question": "Which?"}}], {"person_s": SHORT}, "unanswered"),
        ([{"hang": "model"}], {"wall_s": SHORT}, "out-of-time"),
        ([{"spam": {"lines": 100_000_000, "bytes": 10}}], {"wall_s": SHORT}, "out-of-time"),
    ],
)
def test_every_silence_has_its_own_clock(
    theatre: Theatre, deeds: list[dict[str, Any]], clocks: dict[str, float], reason: str
) -> None:
    """A silent model, a stuck tool, an unanswered question and the whole run: each ends for its own reason."""
    limits = {"model_silent_s": 120.0, "tool_silent_s": 120.0, "person_s": 120.0, "wall_s": 120.0} | clocks
    _, outcome = theatre.play(*deeds, clocks=Clocks(**limits, grace_s=0.2), relay=True)
    assert outcome.reason == reason
    assert not outcome.ok
    assert ours(theatre.repo) == []


def test_a_process_that_stays_after_its_last_word_is_ended(theatre: Theatre) -> None:
    """The result stands, however long the process would have stayed."""
    clocks = Clocks(wall_s=120, linger_s=SHORT, grace_s=0.2)
    _, outcome = theatre.play({"result": {"text": "done"}}, {"linger": True}, clocks=clocks)
    assert outcome.ok
    assert ours(theatre.repo) == []


def test_it_can_be_stopped(theatre: Theatre) -> None:
    """Asked to stop, it is gone with all it started, and says that it was stopped."""

    async def stop(agent: Agent, event: Event) -> None:
        if isinstance(event, ToolStarted):
            await agent.stop(0.2)
            await agent.stop(0.2)

    command = "setsid tail -f /dev/null & tail -f /dev/null"
    _, outcome = theatre.play({"run": command}, act=stop)
    assert (outcome.reason, outcome.advice) == ("stopped", "retry")
    assert ours(theatre.repo) == []


def test_leaving_its_context_ends_it(theatre: Theatre) -> None:
    """A driver that fails half-way leaves no agent behind."""

    async def leave() -> None:
        runtime = theatre.runtime([{"do": [{"run": "setsid tail -f /dev/null & tail -f /dev/null"}]}])
        async with await runtime.start(theatre.assignment()) as agent:
            async for event in agent.events():
                if isinstance(event, ToolStarted):
                    raise RuntimeError("driver's fault")

    with pytest.raises(RuntimeError, match="driver's fault"):
        asyncio.run(leave())
    assert ours(theatre.repo) == []


def test_cancelling_its_follower_ends_it(theatre: Theatre) -> None:
    """As Ctrl-C does in an asyncio program."""

    async def cancelled() -> None:
        begun = asyncio.Event()

        async def note(_agent: Agent, event: Event) -> None:
            if isinstance(event, ToolStarted):
                begun.set()

        runtime = theatre.runtime([{"do": [{"run": "setsid tail -f /dev/null & tail -f /dev/null"}]}])
        following = asyncio.create_task(theatre.follow(runtime, note))
        await begun.wait()
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following

    asyncio.run(cancelled())
    assert ours(theatre.repo) == []


def test_an_outcome_can_be_had_without_following(theatre: Theatre) -> None:
    """And is the same however often it is asked for, before and after its context."""

    async def outcomes() -> list[object]:
        runtime = theatre.runtime([{"do": [{"say": "one"}, {"say": "two"}]}])
        async with await runtime.start(theatre.assignment()) as agent:
            async for _ in agent.events():
                break  # nobody reads on
            inside = [await agent.outcome(), await agent.outcome()]
        return [*inside, await agent.outcome()]

    first, second, third = asyncio.run(outcomes())
    assert first is second is third


async def _say_yes(agent: Agent, event: Event) -> None:
    if isinstance(event, PermissionAsked):
        await agent.answer(event.request_id, Answer(allow=True))
        await agent.answer(event.request_id, Answer(allow=False))  # too late
    if isinstance(event, QuestionAsked):
        await agent.answer(event.request_id, Answer(text="Postgres"))


async def _say_no(agent: Agent, event: Event) -> None:
    if isinstance(event, PermissionAsked):
        await agent.answer(event.request_id, Answer(allow=False, text="not today"))


def test_a_permission_is_relayed_and_granted(theatre: Theatre) -> None:
    """The agent waits for the answer, and the first one counts."""
    request = {"permission": {"tool": "Bash", "input": {"command": "rm -r build"}}}
    events, outcome = theatre.play(request, {"say": "hi"}, act=_say_yes, relay=True)
    (asked,) = [e for e in events if isinstance(e, PermissionAsked)]
    assert (asked.tool, asked.summary) == ("Bash", "rm -r build")
    assert outcome.ok
    assert outcome.denials == ()


def test_a_permission_that_a_person_refuses_is_no_failure(theatre: Theatre) -> None:
    """It was decided; the agent goes on without it."""
    _, outcome = theatre.play({"permission": {}}, {"say": "went on"}, act=_say_no, relay=True)
    assert outcome.ok


def test_a_permission_nobody_is_asked_for_fails_the_run(theatre: Theatre) -> None:
    """Unless it is tolerated: the claim of an agent that was kept from its work is worth little."""
    request = {"permission": {"tool": "Bash", "input": {"command": "rm -r build"}}}
    _, outcome = theatre.play(request, {"say": "all done"})
    assert (outcome.reason, outcome.advice) == ("permission-denied", "ask-person")
    assert [(d.tool, d.summary) for d in outcome.denials] == [("Bash", "rm -r build")]
    _, tolerated = theatre.play(request, {"say": "all done"}, tolerate_denials=True)
    assert tolerated.ok
    assert len(tolerated.denials) == 1


def test_a_question_is_relayed_and_answered(theatre: Theatre) -> None:
    """With its options; the answer reaches the agent."""
    question = {"ask": {"question": "Which database?", "options": ["SQLite", "Postgres"]}}
    events, outcome = theatre.play(question, act=_say_yes, relay=True)
    (asked,) = [e for e in events if isinstance(e, QuestionAsked)]
    assert (asked.question, asked.options) == ("Which database?", ("SQLite", "Postgres"))
    assert outcome.text == "answered: Postgres"
    assert outcome.ok


def test_a_usage_limit_is_known_with_its_end(theatre: Theatre) -> None:
    """The driver can pause until then."""
    _, outcome = theatre.play({"limit": {"resets_at": 1_800_000_000}})
    assert (outcome.reason, outcome.advice) == ("usage-limit", "wait")
    assert outcome.resets_at == datetime.fromtimestamp(1_800_000_000, timezone.utc)


def test_a_usage_limit_without_an_end_is_known_too(theatre: Theatre) -> None:
    """Waiting is right, until when is not known."""
    _, outcome = theatre.play({"limit": {"text": "You've hit your usage limit"}})
    assert (outcome.reason, outcome.advice, outcome.resets_at) == ("usage-limit", "wait", None)


@pytest.mark.parametrize(
    ("status", "text", "reason", "advice"),
    [
        (429, "too many requests", "rate-limit", "retry"),
        (500, "internal error", "api-error", "retry"),
        (503, "try later", "overloaded", "retry"),
        (529, "overloaded", "overloaded", "retry"),
        (401, "invalid x-api-key", "auth", "ask-person"),
        (400, "credit balance is too low", "billing", "ask-person"),
        (400, "prompt is too long", "prompt-too-long", "give-up"),
        (404, "no such model", "bad-request", "give-up"),
    ],
)
def test_api_errors_are_told_apart_by_what_helps(
    theatre: Theatre, status: int, text: str, reason: str, advice: str
) -> None:
    """Try again, wait, ask a person, or give up."""
    _, outcome = theatre.play({"error": {"status": status, "text": text}})
    assert (outcome.reason, outcome.advice) == (reason, advice)


SCHEMA = {"type": "object", "properties": {"verdict": {"type": "string"}}, "required": ["verdict"]}


def test_a_structured_answer_is_found(theatre: Theatre) -> None:
    """Whatever the protocol calls it."""
    _, outcome = theatre.play({"result": {"structured": {"verdict": "pass"}}}, schema=SCHEMA)
    assert outcome.ok
    assert outcome.structured == {"verdict": "pass"}


def test_an_unmet_schema_is_a_failure(theatre: Theatre) -> None:
    """Although the agent ends as if all were well."""
    _, outcome = theatre.play({"result": {"text": "looks good to me"}}, schema=SCHEMA)
    assert (outcome.reason, outcome.structured) == ("schema-unmet", None)


def test_a_session_is_resumed_and_its_cost_is_the_runs_own(theatre: Theatre) -> None:
    """The same session goes on; what it cost before is not paid again."""
    rules = [
        {"resumed": True, "do": [{"spend": {"usd": 0.25}}, {"say": "second"}]},
        {"do": [{"spend": {"usd": 1.0}}, {"say": "first"}]},
    ]

    async def both() -> tuple[Any, Any]:
        runtime = theatre.runtime(rules)
        _, first = await theatre.follow(runtime)
        conversation = Conversation(first.session_id, first.usage.usd or 0.0)
        _, second = await theatre.follow(runtime, conversation=conversation)
        return first, second

    first, second = asyncio.run(both())
    assert (first.text, second.text) == ("first", "second")
    assert first.session_id == second.session_id
    assert (first.usage.usd, second.usage.usd) == (pytest.approx(1.0), pytest.approx(0.25))


def test_a_session_that_is_not_there_cannot_be_resumed(theatre: Theatre) -> None:
    """Trying again would not bring it back."""
    if theatre.kind == "scripted":
        pytest.skip("its sessions are wherever its script says")
    _, outcome = theatre.play(
        {"say": "hi"}, conversation=Conversation("00000000-0000-4000-8000-000000000000")
    )
    assert (outcome.reason, outcome.advice) == ("no-session", "give-up")


def test_what_cannot_be_started_has_an_outcome(theatre: Theatre) -> None:
    """The driver gets a reason, not an exception."""
    _, outcome = theatre.play({"say": "hi"}, cwd=str(theatre.repo / "nowhere"))
    assert (outcome.reason, outcome.advice) == ("not-started", "ask-person")
    assert "nowhere" in outcome.text


def test_the_prompt_arrives_as_it_is(theatre: Theatre) -> None:
    """Any length, any characters, a dash in front."""
    prompt = "--version\n" + 'ünï ✓ "quoted" $(x) \\n\n' * 40_000
    rules = [{"prompt": r"^--version\n(ünï ✓ \"quoted\" \$\(x\) \\n\n)+", "do": [{"say": "all of it"}]}]
    _, outcome = asyncio.run(theatre.follow(theatre.runtime(rules), prompt=prompt))
    assert outcome.text == "all of it"


def test_step_specialist_and_attempt_choose_the_script(theatre: Theatre) -> None:
    """So that one script plays a whole task."""
    rules = [
        {"step": "1.1", "attempt": [1], "do": [{"result": {"ok": False, "text": "no"}}]},
        {
            "step": "1.1",
            "agent": "backend*",
            "do": [{"say": "{{agent}} did {{step}} at attempt {{attempt}}"}],
        },
    ]

    async def attempts() -> list[str]:
        runtime = theatre.runtime(rules)
        who: dict[str, Any] = {"step_id": "1.1", "agent_name": "backend-engineer"}
        return [(await theatre.follow(runtime, attempt=n, **who))[1].text for n in (1, 2)]

    assert asyncio.run(attempts())[1] == "backend-engineer did 1.1 at attempt 2"


def test_many_at_once_miss_nothing(theatre: Theatre) -> None:
    """64 in one process of ours, 12 as processes of their own: each tells everything it did, to its own follower."""
    count = 64 if theatre.kind == "scripted" else 12
    rules = [
        {
            "do": [
                {"say": "{{step}}"},
                {"spam": {"lines": 300, "bytes": 20}},
                {"result": {"text": "end {{step}}"}},
            ]
        }
    ]

    async def all_of_them() -> list[tuple[list[Event], Any]]:
        runtime = theatre.runtime(rules)
        runs = (theatre.follow(runtime, step_id=f"1.{n}") for n in range(count))
        return await asyncio.gather(*runs)

    for number, (events, outcome) in enumerate(asyncio.run(all_of_them())):
        said = [e.text for e in events if isinstance(e, Said)]
        assert said[0] == f"1.{number}"
        assert said.count("x" * 20) == 300
        assert outcome.ok
        assert outcome.text.endswith(f"end 1.{number}")


def test_defaults_are_patient() -> None:
    """Nobody's hour-long build is killed by a default."""
    assert Assignment("p", "/", "s").clocks.wall_s >= 3_600
    assert PATIENT.grace_s == 1
