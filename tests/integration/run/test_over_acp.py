"""`baton execute run` with agents over the Agent Client Protocol: programs of the vendors' names, scripted."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from tests.support.repo import Repo
from tests.support.running import begin, events, of, script, settings, wide


def program(folder: Path, name: str, play: Path) -> str:
    """Put a scripted agent where a vendor's program would be found; the PATH for it."""
    folder.mkdir()
    path = folder / name
    line = (sys.executable, "-m", "agent_baton.runtimes.scripted", "acp", "--script", str(play))
    path.write_text(f"#!/bin/sh\nexec {shlex.join(line)}\n")
    path.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_that_the_plans_model_is_not_offered_is_said_once(repo: Repo, tmp_path: Path) -> None:
    """However many agents there are; the work is done by the agent's own model."""
    path = program(tmp_path / "bin", "codex-acp", script(repo))
    task = begin(repo, wide(1, 3))
    ran = repo.baton("execute", "run", "--runtime", "codex", PATH=path)
    assert "complete" in ran.stdout
    assert ran.stdout.count("codex offers no model 'sonnet'") == 1
    for step in ("1.1", "1.2", "1.3"):
        assert repo.git("show", f"baton/{task}/task:out/{step}.txt") == f"work of {step}"


def test_an_agent_that_tells_no_usage_is_stopped_for_money(repo: Repo, tmp_path: Path) -> None:
    """Its cost is estimated as it goes; it never gets to the end of its work, and what is booked is marked as not measured."""
    settings(repo, limits={"usd_per_task": 0.2, "unknown_usd": 0.1, "model_silent_s": 30})
    calls = [{"run": f"echo {number} >> calls"} for number in range(3)]
    path = program(tmp_path / "bin", "codex-acp", script(repo, {"do": [*calls, {"hang": "model"}]}))
    task = begin(repo, wide(1, 1))
    ran = repo.baton("execute", "run", "--runtime", "codex", "--no-wait", PATH=path, code=None)
    assert ran.returncode in (1, 4)
    first, *_ = of(events(repo, task), "BudgetCharged")
    assert (first["usd"], first["tokens"]) == (None, None)
    assert 0.1 <= first["upper_usd"] <= 0.4, "passed by no more than a call"
    assert of(events(repo, task), "StepInterrupted")[0]["reason"] == "a limit was passed; stopped"
