"""A session that lost the wheel: nothing it says of the task counts, and it is told how to take the task up again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent_baton.cli.app import baton
from agent_baton.errors import Refused
from tests.integration.cli.test_mcp import Desk, with_server
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

FIRST, SECOND = {"BATON_SESSION": "s-1"}, {"CLAUDE_CODE_SESSION_ID": "s-2"}
TAKEN = r"task 'task-x-0001' is driven by session s-2, not by this one (s-1)"
WAY_BACK = "only if they want it driven from here: baton execute resume --task-id task-x-0001"
DRIVING = (
    "next",
    "next --all",
    "dispatched --step-id 1.1",
    "record --step-id 1.1 --status complete",
    "gate --phase-id 1 --run",
    "gate --phase-id 1 --result pass",
    "approve --phase-id 2 --result approve",
    "ask --step-id 1.1 --question why",
    "answer --step-id 1.1 --text because",
    "waive --phase-id 1 --reason x",
    "retry --step-id 1.1",
    "skip --step-id 1.1 --reason x",
    "reassign --step-id 1.1 --agent debugger --reason x",
    "interrupt",
    "integrate",
    "amend --add-step X --phase-id 1 --agent debugger",
    "pause",
    "complete",
    "cancel",
)


def given(repo: Repo) -> Repo:
    """A task that a second session has taken over from the first."""
    repo.save_plan(plan(phase(1, step("1.1"), gate="true"), phase(2, step("2.1"), approval_required=True)))
    repo.baton("execute", "start", "--no-baseline", **FIRST)
    repo.baton("execute", "resume", **SECOND)
    return repo


@pytest.fixture
def taken(repo: Repo) -> Repo:
    return given(repo)


@pytest.fixture(scope="module")
def wheel_lost(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The same, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("lost")
    return given(Repo(folder / "repo", folder / "home"))


def story(repo: Repo) -> list[str]:
    return repo.baton("story").stdout.splitlines()


@pytest.mark.parametrize("command", DRIVING)
def test_every_command_of_the_first_is_void(
    wheel_lost: Repo, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused by the state, with who drives and the way back; nothing is recorded."""
    monkeypatch.chdir(wheel_lost.path)
    for name, value in {**wheel_lost.env, **FIRST}.items():
        monkeypatch.setenv(name, value)
    before = wheel_lost.fingerprint()
    with pytest.raises(Refused) as refused:
        baton.main(["execute", *command.split()], standalone_mode=False)
    assert TAKEN in refused.value.message and WAY_BACK in refused.value.message
    assert wheel_lost.fingerprint() == before


def test_looking_and_noting_are_nobodys_wheel(taken: Repo) -> None:
    for command in ("execute status", "execute list", "why", "story", "note add careful"):
        taken.baton(*command.split(), **FIRST)


def test_a_person_at_a_terminal_decides_whoever_drives(taken: Repo) -> None:
    """They belong to no session: an answer, a gate, an approval from another window count."""
    taken.baton("execute", "ask", "--step-id", "1.1", "--question", "which?", **SECOND)
    taken.baton("execute", "answer", "--step-id", "1.1", "--text", "the left one")
    taken.baton("execute", "record", "--step-id", "1.1", "--status", "complete", **SECOND)
    taken.baton("execute", "gate", "--phase-id", "1", "--run")
    taken.baton("execute", "approve", "--phase-id", "2", "--result", "approve")
    assert taken.json("execute", "next")["action"] == "DISPATCH"


def test_the_first_may_take_it_back(taken: Repo) -> None:
    taken.baton("execute", "resume", **FIRST)
    taken.baton("execute", "dispatched", "--step-id", "1.1", **FIRST)
    assert "is driven by session s-1" in taken.baton("execute", "next", code=4, **SECOND).stderr


def test_of_a_session_that_has_ended_nobody_has_to_be_asked(taken: Repo) -> None:
    call = f'{{"session_id": "s-2", "transcript_path": "", "cwd": "{taken.path}", "reason": "other"}}'
    taken.baton("hook", "SessionEnd", stdin=call, **SECOND)
    told = taken.baton("execute", "next", code=4, **FIRST).stderr
    assert "was driven by session s-2, which has ended; take it up here: baton execute resume" in told


def test_a_gate_that_runs_while_the_wheel_changes_hands_is_not_recorded(taken: Repo) -> None:
    """It began under the first driver: by its end the word of that session is void, however green."""
    wait = "echo up; read go < .git/go; true"
    taken.baton("execute", "amend", "--gate-command", wait, "--phase-id", "1", **SECOND)
    taken.baton("execute", "record", "--step-id", "1.1", "--status", "complete", **SECOND)
    taken.baton("execute", "resume", **FIRST)
    subprocess.run(["mkfifo", taken.path / ".git/go"], check=True)
    line = [sys.executable, "-c", "from agent_baton.cli.entry import main; main()", "execute", "gate"]
    late = subprocess.Popen(
        [*line, "--phase-id", "1", "--run"], cwd=taken.path, env={**taken.env, **FIRST},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert late.stderr is not None
    assert late.stderr.readline() == "up\n"
    taken.baton("execute", "resume", **SECOND)
    Path(taken.path, ".git/go").write_text("go\n")
    _, told = late.communicate()
    assert (late.returncode, TAKEN in told) == (4, True), told
    assert not [line for line in story(taken) if "gate of phase 1 passes" in line]


def test_a_server_that_outlives_its_session_speaks_for_the_next_one(taken: Repo) -> None:
    """After /clear the client has another session, and its servers still the name of the first in their environment."""
    taken.env["CLAUDE_CODE_SESSION_ID"] = "s-1"
    call = f'{{"session_id": "s-3", "transcript_path": "", "cwd": "{taken.path}", "source": "clear"}}'
    taken.baton("execute", "resume", BATON_SESSION="s-1")
    ended = call.replace("s-3", "s-1")
    taken.baton("hook", "SessionEnd", stdin=ended)
    taken.baton("hook", "SessionStart", stdin=call, CLAUDE_PID=str(os.getpid()))

    async def work(desk: Desk) -> None:
        assert (await desk.call("next"))["action"] == "DISPATCH"

    with_server(taken, work)
    assert "is driven by session s-3" in taken.baton("execute", "next", code=4).stderr


def test_through_mcp_it_is_the_same(taken: Repo) -> None:
    """The server belongs to the session it was started in, by either name of it."""
    taken.env.update(FIRST)

    async def work(desk: Desk) -> None:
        for tool, arguments in (
            ("record", {"step_id": "1.1", "status": "complete"}),
            ("gate", {"phase_id": 1, "run": True}),
            ("approve", {"phase_id": 2, "result": "approve"}),
        ):
            told = await desk.refusal(tool, **arguments)
            assert TAKEN in told and WAY_BACK in told, tool
        assert (await desk.call("resume"))["action"] == "DISPATCH"

    with_server(taken, work)
