"""A shop that real agents work on, and `baton execute run` with one of them."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent_baton.processes import SUPERVISOR
from tests.agents.hands import Hands
from tests.agents.kinds import KINDS, Kind
from tests.support import plans
from tests.support.model_server import Rule, Turn
from tests.support.openai_server import AnyModelServer
from tests.support.repo import Repo
from tests.support.running import alive, begin, events, of, settings

DRIVER = [sys.executable, "-c", "from agent_baton.cli.entry import main; main()"]
SHOP = "def total(prices):\n    return sum(prices)\n"
CHECK = "import shop\nassert shop.total([10, 5], 3) == 12, 'FAILED shop.py: a discount is taken off'\n"
DEADLINE_S = 240  # an agent that has done nothing by then never will


class Shop:
    """A repository with a gate that can fail, a scripted model, and one real agent."""

    def __init__(self, directory: Path, kind: Kind, server: AnyModelServer) -> None:
        self.kind = kind
        self.server = server
        self.repo = Repo(directory / "my projéct", directory / "home")
        self.repo.git("config", "user.name", "Ann")  # agents see no GIT_ variables of ours
        self.repo.git("config", "user.email", "ann@example.org")
        self.repo.write("shop.py", SHOP)
        self.repo.write("check.py", CHECK)
        self.repo.write(".gitignore", "__pycache__/\n")
        self.before = self.repo.commit("A small shop")
        self.mark = str(self.repo.path)
        self.hands = Hands({})
        temporary = directory / "tmp"
        temporary.mkdir()
        self.env = {
            **self.repo.env,
            **kind.settle(directory / "home", server.url),
            "PATH": f"{kind.binaries()}:{os.environ['PATH']}",
            "TMPDIR": str(temporary),  # codex makes no sandbox when its home is below it
            "XDG_CONFIG_HOME": str(directory / "home" / ".config"),
            "XDG_DATA_HOME": str(directory / "home" / ".local" / "share"),
            "XDG_STATE_HOME": str(directory / "home" / ".local" / "state"),
            "XDG_CACHE_HOME": str(directory / "home" / ".cache"),
        }

    def task(self, jobs: Mapping[str, Sequence[Turn]], **wanted: Any) -> str:
        """Begin a task of one step and one gate, and script its agents; the task id."""
        self.hands.jobs = jobs
        self.server.script.rules = [Rule("", self.hands)]
        settings(self.repo, **wanted)
        step = plans.step("1.1", agent="backend-engineer--python", allowed_paths=["shop.py"])
        gate = f"{sys.executable} check.py"
        return begin(self.repo, plans.plan(plans.phase(1, step, gate=gate), task_summary="Add a discount"))

    def line(self, task_id: str, *args: str) -> list[str]:
        return [*DRIVER, "execute", "run", "--runtime", self.kind.name, "--task-id", task_id, *args]

    def run(self, task_id: str, *args: str, code: int = 0) -> str:
        """One `baton execute run`, to its end."""
        ran = subprocess.run(
            self.line(task_id, *args), cwd=self.repo.path, env=self.env, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=DEADLINE_S,
        )  # fmt: skip
        assert ran.returncode == code, (
            f"exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}\n{self.why(task_id)}"
        )
        return ran.stdout

    def begun(self, task_id: str) -> subprocess.Popen[bytes]:
        """The same, to be killed on the way."""
        return subprocess.Popen(
            self.line(task_id), cwd=self.repo.path, env=self.env, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill_agent(self, tool: int) -> None:
        """SIGKILL for all processes of the agent, which may be a launcher and a program, but not for the tool it runs."""
        for pid in self.left_running():
            if pid != tool and SUPERVISOR not in _command(pid):
                os.kill(pid, signal.SIGKILL)

    def why(self, task_id: str) -> str:
        """What the journal and the model have seen, for a test that failed."""
        told = [f"{row['type']} {json.dumps(row['data'])[:300]}" for row in events(self.repo, task_id)]
        return "\n".join([*told, f"jobs begun: {self.hands.begun}", f"requests: {len(self.server.requests)}"])

    def of(self, task_id: str, kind: str) -> list[dict[str, Any]]:
        return of(events(self.repo, task_id), kind)

    def shop(self, task_id: str) -> str:
        return self.repo.git("show", f"baton/{task_id}/task:shop.py") + "\n"

    def subjects(self, task_id: str) -> list[str]:
        """What the task's branch has beyond the beginning, newest first."""
        line = ("log", "--no-merges", "--format=%s", f"{self.before}..baton/{task_id}/task")
        return self.repo.git(*line).splitlines()

    def went_on(self) -> None:
        """One conversation was cut off and taken up again; where its program forgets it, begun anew on what it left."""
        first, then = self.hands.begun
        assert first == "1.1"
        assert then == "1.1 again" or (then == "1.1 anew" and self.kind.forgets)
        assert "# Agent Task: 1.1" in self.hands.histories[then], "it does not know what it is about"

    def left_running(self) -> list[int]:
        return alive(self.mark)


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


class Bell:
    """Rung by a command that an agent runs; what it said is its process id."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.command = f"echo $$ > '{path}'; exec tail -f /dev/null"

    def wait(self) -> int:
        assert select.select([self._fd], [], [], DEADLINE_S)[0], "the agent never ran the command"
        return int(os.read(self._fd, 100))

    def close(self) -> None:
        os.close(self._fd)


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Bell]:
    made = Bell(tmp_path / "bell")
    yield made
    made.close()


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    kind: Kind = request.param
    if kind.missing():
        pytest.skip(kind.missing())
    with AnyModelServer() as server:
        made = Shop(tmp_path, kind, server)
        yield made
        for pid in made.left_running():
            os.kill(pid, signal.SIGKILL)
