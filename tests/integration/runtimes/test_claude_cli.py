"""The real Claude Code CLI against a scripted model on loopback: the runtime holds with what it really does."""

from __future__ import annotations

import asyncio
import json
import subprocess
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent_baton.processes import MARKER
from agent_baton.runtimes.claude.runtime import ClaudeRuntime
from agent_baton.runtimes.protocol import (
    Agent,
    Answer,
    Assignment,
    Clocks,
    Conversation,
    Event,
    Outcome,
    PermissionAsked,
    QuestionAsked,
    Said,
    Started,
    ToolStarted,
    Waiting,
)
from tests.support.claude import MISSING, find
from tests.support.model_server import ModelServer, Rule

BINARY = find()
pytestmark = pytest.mark.skipif(not BINARY, reason=MISSING)

Act = Callable[[Agent, Event], Awaitable[None]]
FOREVER = "setsid tail -f /dev/null & tail -f /dev/null"
FULL: dict[str, Any] = {"permission": "full"}
PRICE = 100 * 4e-6 + 20 * 20e-6  # of one scripted answer, at the CLI's own list price
RULES = [
    Rule(r"^write (\S+)$", [{"write": {"path": "{{cwd}}/{{group1}}", "content": "x\n"}}, "wrote {{group1}}"]),
    Rule("task-notification", ["the background agent reported"]),
]


class World:
    """A scripted model, a repository, a config home."""

    def __init__(self, server: ModelServer, directory: Path) -> None:
        self.server = server
        self.repo = directory / "repo"
        self.home = directory / "home"
        self.home.mkdir()
        self.repo.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "t")
        self.git("config", "user.email", "t@localhost")
        self.git("commit", "-q", "--allow-empty", "-m", "start")

    def git(self, *args: str) -> str:
        return subprocess.run(
            ["git", *args], cwd=self.repo, check=True, capture_output=True, text=True
        ).stdout

    def assignment(self, *turns: Any, **fields: Any) -> Assignment:
        env = {
            **self.server.environment(),
            "HOME": str(self.home),
            "CLAUDE_CODE_MAX_RETRIES": "1",
            "IS_SANDBOX": "1",  # lets root run without asking
            **fields.pop("env", {}),
        }
        prompt = f"do it <script>{json.dumps(turns)}</script>"
        session = str(uuid.uuid4())
        return replace(
            Assignment(prompt, str(self.repo), session, env=env, config_home=str(self.home / "c")), **fields
        )

    def run(
        self, *turns: Any, act: Act | None = None, conversation: Conversation | None = None, **fields: Any
    ) -> tuple[list[Event], Outcome]:
        return asyncio.run(self.follow(self.assignment(*turns, **fields), act, conversation))

    async def follow(
        self, assignment: Assignment, act: Act | None = None, conversation: Conversation | None = None
    ) -> tuple[list[Event], Outcome]:
        runtime = ClaudeRuntime([BINARY])
        starting = runtime.resume(assignment, conversation) if conversation else runtime.start(assignment)
        events = []
        async with await starting as agent:
            async for event in agent.events():
                events.append(event)
                if act:
                    await act(agent, event)
            return events, await agent.outcome()

    def left_running(self) -> list[int]:
        """Processes of ours that still know this world's home."""
        return [pid for pid in _pids() if self._ours(_environment(pid))]

    def _ours(self, env: bytes) -> bool:
        return f"{MARKER}=".encode() in env and f"HOME={self.home}\0".encode() in env


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ModelServer(RULES) as server:
        yield World(server, tmp_path)


def of(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def error(status: int, kind: str, **more: Any) -> Mapping[str, Any]:
    return {"error": {"status": status, "type": kind, "message": "scripted", **more}}


def test_real_work(world: World) -> None:
    """A file, a commit, the words, the session we chose, the exact cost."""
    write = {"write": {"path": f"{world.repo}/a.py", "content": "x = 1\n"}}
    mine = str(uuid.uuid4())
    turns = [write, {"run": "git add -A && git commit -qm 'Add a'"}, "all done"]
    events, outcome = world.run(*turns, permission="full", session_id=mine)
    assert outcome.ok
    assert (outcome.text, outcome.session_id, outcome.turns) == ("all done", mine, 3)
    assert world.git("log", "--format=%s", "--", "a.py") == "Add a\n"
    assert of(events, Started)[0].session_id == mine
    assert [e.name for e in of(events, ToolStarted)] == ["Write", "Bash"]
    assert (outcome.usage.tokens, outcome.usage.exact) == (360, True)
    assert outcome.usage.usd == pytest.approx(3 * PRICE)


@pytest.mark.parametrize(
    ("status", "kind", "reason", "advice"),
    [
        (429, "rate_limit_error", "rate-limit", "retry"),
        (500, "api_error", "api-error", "retry"),
        (529, "overloaded_error", "overloaded", "retry"),
        (401, "authentication_error", "auth", "ask-person"),
        (400, "invalid_request_error", "bad-request", "give-up"),
    ],
)
def test_an_api_error_is_a_result_that_calls_itself_success(
    world: World, status: int, kind: str, reason: str, advice: str
) -> None:
    """`subtype` says success; `is_error` does not, and what helps is told."""
    _, outcome = world.run(error(status, kind))
    assert (outcome.reason, outcome.advice, outcome.exit_code) == (reason, advice, 1)
    assert str(status) in outcome.text


def test_a_passing_limit_is_waited_for_by_the_client(world: World) -> None:
    """We are told, and the run succeeds."""
    turn = error(429, "rate_limit_error", times=1, headers={"retry-after": "1"})
    events, outcome = world.run({**turn, "text": "recovered"})
    assert of(events, Waiting)
    assert (outcome.reason, outcome.text) == ("done", "recovered")


SCHEMA = {"type": "object", "properties": {"verdict": {"type": "string"}}, "required": ["verdict"]}


def test_a_schema_that_is_met(world: World) -> None:
    """The answer comes as data."""
    _, outcome = world.run({"tool": "StructuredOutput", "input": {"verdict": "pass"}}, schema=SCHEMA)
    assert outcome.ok
    assert outcome.structured == {"verdict": "pass"}


def test_a_schema_that_is_not_met(world: World) -> None:
    """Exit code 0, no error, no answer: a failure."""
    _, outcome = world.run("looks good", schema=SCHEMA)
    assert (outcome.reason, outcome.exit_code) == ("schema-unmet", 0)


def test_a_denied_permission(world: World) -> None:
    """The run ends well by its own account; what was denied is named."""
    _, outcome = world.run({"run": "touch forbidden"}, "done", permission="ask")
    assert (outcome.reason, outcome.exit_code) == ("permission-denied", 0)
    assert [(d.tool, d.summary) for d in outcome.denials] == [("Bash", "touch forbidden")]
    assert not (world.repo / "forbidden").exists()


async def _answer(agent: Agent, event: Event) -> None:
    if isinstance(event, PermissionAsked):
        await agent.answer(event.request_id, Answer("allowed" in event.summary, "the owner says no"))
    if isinstance(event, QuestionAsked):
        await agent.answer(event.request_id, Answer(text="SQLite"))


def test_permissions_and_questions_are_relayed(world: World) -> None:
    """And the answers have their effect."""
    question = {"question": "Which?", "header": "DB", "multiSelect": False}
    options = [{"label": "SQLite", "description": "small"}, {"label": "Postgres", "description": "large"}]
    ask = {"tool": "AskUserQuestion", "input": {"questions": [{**question, "options": options}]}}
    turns = [{"run": "touch allowed"}, {"run": "touch refused"}, ask, "{{last_result}}"]
    events, outcome = world.run(*turns, act=_answer, relay=True, permission="ask")
    assert outcome.ok
    assert [e.summary for e in of(events, PermissionAsked)] == ["touch allowed", "touch refused"]
    assert of(events, QuestionAsked)[0].options == ("SQLite", "Postgres")
    assert '"Which?"="SQLite"' in outcome.text
    assert [path.name for path in world.repo.iterdir() if path.name != ".git"] == ["allowed"]


def test_a_model_that_never_answers(world: World) -> None:
    """The client would wait for ever; our clock does not, whether or not it came so far as to ask."""
    _, outcome = world.run({"hang": True}, clocks=Clocks(model_silent_s=4, grace_s=2))
    assert (outcome.reason, outcome.advice) == ("silent", "retry")
    assert not outcome.usage.exact
    assert world.left_running() == []


def test_a_tool_that_never_ends(world: World) -> None:
    """It has a clock of its own, and its tree goes with it."""
    _, outcome = world.run({"run": FOREVER}, clocks=Clocks(tool_silent_s=2, grace_s=1), **FULL)
    assert outcome.reason == "tool-stuck"
    assert world.left_running() == []


def test_a_sigkill_of_the_client_leaves_no_tool_behind(world: World) -> None:
    """Alone it would: tools have sessions of their own."""
    _, outcome = world.run({"run": f"kill -9 $PPID; {FOREVER}"}, **FULL)
    assert outcome.reason == "no-result"
    assert outcome.killed_children >= 2
    assert world.left_running() == []


def test_it_can_be_stopped_in_the_middle(world: World) -> None:
    """Gone with its tools, and it says so."""

    async def stop(agent: Agent, event: Event) -> None:
        if isinstance(event, ToolStarted):
            assert world.left_running()
            await agent.stop(1)

    _, outcome = world.run({"run": FOREVER}, act=stop, **FULL)
    assert outcome.reason == "stopped"
    assert world.left_running() == []


def test_cost_after_resume_is_the_runs_own(world: World) -> None:
    """The conversation goes on, the model sees both prompts, and nothing is paid twice."""
    _, first = world.run({"run": "true"}, "first", **FULL)
    assert first.usage.usd == pytest.approx(2 * PRICE)
    conversation = Conversation(first.session_id, first.usage.usd or 0.0)
    _, second = world.run("second", conversation=conversation, **FULL)
    assert (second.text, second.session_id) == ("second", first.session_id)
    assert second.usage.usd == pytest.approx(PRICE)
    assert len(world.server.requests[-1].body["messages"]) > 3


def test_a_session_that_is_not_there(world: World) -> None:
    """Said at once, with the reason."""
    _, outcome = world.run("x", conversation=Conversation(str(uuid.uuid4())))
    assert (outcome.reason, outcome.advice) == ("no-session", "give-up")


def test_a_session_id_that_is_in_use(world: World) -> None:
    """Refused before anything is said on stdout."""
    _, first = world.run("first")
    _, second = world.run("second", session_id=first.session_id)
    assert second.reason == "no-session"
    assert "already in use" in second.stderr


SPAWN = {"spawn": {"agent": "general-purpose", "prompt": "write child.txt"}}


@pytest.mark.parametrize("relay", [False, True])
def test_a_background_agent_makes_two_results_of_one_run(world: World, relay: bool) -> None:
    """Read to the end, the second is the run's; its child's usage counts."""
    background = {"CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "0"}
    _, outcome = world.run(SPAWN, "waiting", env=background, relay=relay, **FULL)
    assert (outcome.reason, outcome.text) == ("done", "the background agent reported")
    assert (world.repo / "child.txt").exists()
    assert outcome.usage.usd == pytest.approx(5 * PRICE)


def test_by_default_a_subagent_is_waited_for(world: World) -> None:
    """A step ends when its work ends; what children do is told as theirs."""
    events, outcome = world.run(SPAWN, "after", **FULL)
    assert outcome.text == "after"
    assert outcome.usage.usd == pytest.approx(4 * PRICE)
    assert [(e.name, e.child) for e in of(events, ToolStarted)] == [("Agent", False), ("Write", True)]
    assert [e.text for e in of(events, Said)] == ["after"]


def test_its_own_limits(world: World) -> None:
    """Turns and money that were given to it are reasons of their own."""
    runs = [{"run": f"echo {n}", "usage": {"input_tokens": 200_000}} for n in range(3)]
    assert world.run(*runs, max_turns=2, **FULL)[1].reason == "max-turns"
    _, outcome = world.run(*runs, max_usd=0.1, **FULL)
    assert outcome.reason == "budget"
    assert outcome.usage.usd == pytest.approx(200_000 * 4e-6 + 20 * 20e-6)


def test_what_it_cannot_be_started_with_is_told(world: World) -> None:
    """The client's own words about its arguments."""
    _, outcome = world.run("x", agent="nobody-of-that-name")
    assert (outcome.reason, outcome.advice) == ("not-started", "ask-person")
    assert "nobody-of-that-name" in outcome.text


def test_a_long_prompt_with_a_dash_in_front(world: World) -> None:
    """It goes over stdin."""
    prompt = "--help\n" + "ünï ✓\n" * 50_000 + '<script>["read it"]</script>'
    _, outcome = world.run(prompt=prompt)
    assert outcome.text == "read it"
    assert world.server.requests[-1].prompt.startswith("--help")


def test_an_agent_within_an_agent_is_not_taken_for_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The marks of an outer session do not reach the inner one."""
    monkeypatch.setenv("CLAUDECODE", "1")
    monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", "outer")
    monkeypatch.setenv("DEPLOY_TOKEN", "x")
    _, outcome = world.run({"run": "env"}, "{{last_result}}", step_id="1.2", **FULL)
    assert "outer" not in outcome.text
    assert "DEPLOY_TOKEN" not in outcome.text
    assert "BATON_STEP_ID=1.2" in outcome.text


def test_several_at_once(world: World) -> None:
    """Each its own session, its own words."""

    async def all_of_them() -> list[tuple[list[Event], Outcome]]:
        runs = (world.follow(world.assignment({"run": f"echo {n}"}, f"number {n}", **FULL)) for n in range(3))
        return await asyncio.gather(*runs)

    outcomes = [outcome for _, outcome in asyncio.run(all_of_them())]
    assert [outcome.text for outcome in outcomes] == ["number 0", "number 1", "number 2"]
    assert len({outcome.session_id for outcome in outcomes}) == 3
