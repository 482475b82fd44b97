"""`baton mcp` and the official client: a whole task through tools, and the command line's own refusals."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import plans
from tests.support.processes import is_over
from tests.support.repo import Repo

mcp = pytest.importorskip("mcp", reason="the extra [mcp] is not installed")
BATON = "import sys; from agent_baton.cli.entry import main; main()"


class Desk:
    """A client at work, and what it was told on the way."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.progress: list[str] = []

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        answer = await self._call(tool, arguments)
        assert not answer.is_error, answer.content
        assert json.loads(answer.content[0].text) == answer.structured_content
        fields: dict[str, Any] = answer.structured_content
        return fields

    async def refusal(self, tool: str, **arguments: Any) -> str:
        answer = await self._call(tool, arguments)
        assert answer.is_error
        return str(answer.content[0].text)

    async def _call(self, tool: str, arguments: dict[str, Any]) -> Any:
        async def told(_progress: float, _total: float | None, message: str | None) -> None:
            self.progress.append(message or "")

        return await self.client.call_tool(tool, arguments, progress_callback=told)

    async def read(self, uri: str) -> dict[str, Any]:
        answer = await self.client.read_resource(uri)
        fields: dict[str, Any] = json.loads(answer.contents[0].text)
        return fields


def with_server(
    repo: Repo, work: Callable[[Desk], Awaitable[None]], *args: str, cwd: Path | None = None
) -> None:
    async def connected() -> None:
        line = ["-c", BATON, "mcp", *args]
        server = mcp.StdioServerParameters(
            command=sys.executable, args=line, cwd=cwd or repo.path, env=repo.env
        )
        async with mcp.Client(server) as client:
            await work(Desk(client))

    asyncio.run(connected())


@pytest.fixture
def planned(repo: Repo) -> Repo:
    gate = "echo checking; test -f ok"
    two = plans.phase(2, plans.step("2.1"), gate="true", approval_required=True)
    repo.save_plan(plans.plan(plans.phase(1, plans.step("1.1"), plans.step("1.2", "1.1"), gate=gate), two))
    return repo


def test_a_task_from_start_to_complete(planned: Repo) -> None:
    """Each answer says the next call; following it leads to COMPLETE; the journal is the command line's own."""

    async def work(desk: Desk) -> None:
        action = await desk.call("start", no_baseline=True)
        for _ in range(20):
            if action["action"] == "COMPLETE":
                break
            action = await _obey(desk, action, planned)
        assert (await desk.call("complete"))["status"] == "complete"
        assert "checking" in desk.progress, "a gate's output is told as it comes"
        types = [event["type"] for event in (await desk.read("baton://story"))["events"]]
        assert types[-1] == "TaskCompleted"

    with_server(planned, work)
    told = planned.baton("story").stdout
    for words in ("gate of phase 1 is RED", "repair 1.r1", "decides approve", "completed after"):
        assert words in told


async def _obey(desk: Desk, action: dict[str, Any], repo: Repo) -> dict[str, Any]:
    call, blanks = action["call"], {"status": "complete", "outcome": "done", "result": "approve"}
    if action["action"] == "DISPATCH" and "r" in action["step"]:
        repo.write("ok", "")
    filled = {**call["arguments"], **{name: blanks[name] for name in blanks if name in call["arguments"]}}
    filled.pop("commit", None)
    if action["action"] == "GATE":
        filled.pop("result", None)
    answer = await desk.call(call["tool"], **filled)
    following: dict[str, Any] = answer["next"]
    return following


def test_refusals_are_the_command_lines(planned: Repo) -> None:
    """The same text, as an error of the tool, and nothing changed."""
    planned.baton("execute", "start", "--no-baseline")
    lines = [
        (("execute", "record", "--step-id", "1.1", "--status", "done"), {"step_id": "1.1", "status": "done"}),
        (
            ("execute", "record", "--step-id", "9.9", "--status", "failed"),
            {"step_id": "9.9", "status": "failed"},
        ),
        (("execute", "gate", "--phase-id", "1", "--run"), {"phase_id": 1, "run": True}),
        (("execute", "approve", "--phase-id", "1", "--result", "ok"), {"phase_id": 1, "result": "ok"}),
        (("execute", "complete"), {}),
    ]
    before = planned.baton("story").stdout

    async def work(desk: Desk) -> None:
        for words, arguments in lines:
            said = planned.baton(*words, code=None)
            assert said.returncode >= 2
            assert await desk.refusal(words[1], **arguments) == said.stderr.strip()
        assert "'phase_id' is missing" in await desk.refusal("gate")
        with pytest.raises(mcp.MCPError, match="no tool 'push'"):
            await desk.call("push")

    with_server(planned, work)
    assert planned.baton("story").stdout == before


def test_plans_notes_and_what_can_be_read(repo: Repo) -> None:
    """A plan is made and read back, a note is kept and listed, each task has resources of its own."""
    repo.write("tests/test_a.py", "def test_a():\n    assert True\n")
    repo.commit("a test")

    async def work(desk: Desk) -> None:
        with pytest.raises(mcp.MCPError, match="no plan at"):
            await desk.read("baton://plan")
        plan = await desk.call("plan", task="Add a greeting", save=True)
        assert (await desk.read("baton://plan"))["task_id"] == plan["task_id"]
        await desk.call("start", no_baseline=True)
        await desk.call("note", text="--utc everywhere", kind="convention")
        notes = (await desk.call("notes"))["notes"]
        assert [(note["text"], note["kind"]) for note in notes] == [("--utc everywhere", "convention")]
        repo.baton("plan", "Something else", "--save")
        assert (await desk.read("baton://plan"))["task_id"] == plan["task_id"], (
            "the plan under way comes first"
        )
        for uri in (f"baton://task/{plan['task_id']}/{kind}" for kind in ("plan", "story")):
            assert (await desk.read(uri))["task_id"] == plan["task_id"]
        with pytest.raises(mcp.MCPError, match="no resource"):
            await desk.read("baton://task/../plan")

    with_server(repo, work)


def test_what_is_offered(repo: Repo, tmp_path: Path) -> None:
    """Every tool has a closed schema; those that only read say so; another directory can be served."""

    async def work(desk: Desk) -> None:
        tools = {tool.name: tool for tool in (await desk.client.list_tools()).tools}
        assert {"plan", "next", "record", "gate", "approve", "answer", "status", "story", "notes"} <= set(
            tools
        )
        assert all(tool.input_schema["additionalProperties"] is False for tool in tools.values())
        reading = {name for name, tool in tools.items() if tool.annotations.read_only_hint}
        assert reading == {"next", "status", "story", "notes"}
        assert tools["record"].input_schema["required"] == ["status", "step_id"]
        uris = [one.uri for one in (await desk.client.list_resources()).resources]
        assert uris == ["baton://plan", "baton://story"]
        assert "no task was started here" in await desk.refusal("next")

    with_server(repo, work, "--directory", str(repo.path), cwd=tmp_path)


def test_a_gate_goes_with_its_caller(repo: Repo) -> None:
    """A client that goes away in the middle of a gate leaves nothing running; the gate is simply due again."""
    marker = repo.path.parent / "gate.pid"
    gate = f"echo $$ > '{marker}'; echo under way; tail -f /dev/null"
    repo.save_plan(plans.plan(plans.phase(1, plans.step("1.1"), gate=gate)))
    repo.baton("execute", "start", "--no-baseline")
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete")

    async def work(desk: Desk) -> None:
        began = asyncio.Event()

        async def told(_progress: float, _total: float | None, message: str | None) -> None:
            if message == "under way":
                began.set()

        call = asyncio.ensure_future(
            desk.client.call_tool("gate", {"phase_id": 1, "run": True}, progress_callback=told)
        )
        await began.wait()
        assert (await desk.call("status"))["status"] == "running", "other calls are answered meanwhile"
        call.cancel()

    with_server(repo, work)
    assert is_over(int(marker.read_text()))
    assert repo.json("execute", "next")["action"] == "GATE"


def test_nothing_but_the_protocol_is_on_stdout(planned: Repo) -> None:
    """Word for word, as an older client speaks: a probe it does not know is answered, every line is a message."""
    planned.baton("execute", "start", "--no-baseline")
    first = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    }
    lines = [
        {"id": 1, "method": "server/discover", "params": {}},
        {"id": 2, "method": "initialize", "params": first},
        {"method": "notifications/initialized"},
        {"id": 3, "method": "tools/call", "params": {"name": "next", "arguments": {}}},
    ]
    with subprocess.Popen(
        [sys.executable, "-c", BATON, "mcp"], cwd=planned.path, env=planned.env,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        answers: dict[int, Any] = {}
        for line in lines:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **line}) + "\n")
            server.stdin.flush()
            if "id" in line:
                answer = json.loads(server.stdout.readline())
                answers[answer["id"]] = answer
        server.stdin.close()
        assert server.stdout.read() == ""
    assert "error" in answers[1] or "result" in answers[1]
    assert answers[2]["result"]["protocolVersion"] == "2025-06-18"
    assert answers[3]["result"]["structuredContent"]["action"] == "DISPATCH"
    assert server.returncode == 0


def test_without_the_extra_it_says_what_to_install(repo: Repo) -> None:
    """In one sentence, and exit 2."""
    blocked = "import importlib.util as u; find = u.find_spec; u.find_spec = lambda n, *a: None if n == 'mcp' else find(n, *a); "
    ran = subprocess.run(
        [sys.executable, "-c", blocked + BATON, "mcp"],
        cwd=repo.path,
        env=repo.env,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 2
    assert "pip install 'agent-baton[mcp]'" in ran.stderr
