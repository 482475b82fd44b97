"""Tasks to run unattended: wide plans whose steps keep to files of their own, and a driver that can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.plans import phase, plan, step
from tests.support.repo import ROOT, Repo

GREEN = f"{sys.executable} -S -c pass"


def wide(phases: int, steps: int, task_id: str = "task-wide-0001", **fields: Any) -> dict[str, Any]:
    """A plan of phases whose steps can all run side by side."""
    return plan(
        *(
            phase(
                number,
                *(
                    step(
                        f"{number}.{n}",
                        allowed_paths=[f"out/{number}.{n}.txt"],
                        max_attempts=5,
                        timeout_s=600,
                    )
                    for n in range(1, steps + 1)
                ),
                gate=GREEN,
            )
            for number in range(1, phases + 1)
        ),
        task_id=task_id,
        **fields,
    )


def work(step_id: str = "{{step}}") -> list[dict[str, Any]]:
    """What an honest scripted agent does."""
    return [
        {"spend": {}},
        {"write": {f"out/{step_id}.txt": f"work of {step_id}\n"}},
        {"commit": f"{step_id}: work"},
        {"result": {"text": f"STATUS: complete\nDONE: wrote out/{step_id}.txt\nFILES: out/{step_id}.txt"}},
    ]


def begin(repo: Repo, document: dict[str, Any]) -> str:
    """Save and start a plan; its task id."""
    repo.save_plan(document)
    repo.baton("execute", "start", "--no-baseline")
    return str(document["task_id"])


def settings(repo: Repo, **wanted: Any) -> None:
    """Write .claude/baton.yaml (JSON is YAML), kept out of the commits."""
    path = repo.path / ".claude" / "baton.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(wanted))
    exclude = repo.path / ".git" / "info" / "exclude"
    exclude.write_text(".claude/\n")


def script(repo: Repo, *rules: dict[str, Any]) -> Path:
    """A script that plays the rules, and honest work for the rest."""
    path = repo.path.parent / "play.json"
    path.write_text(json.dumps({"rules": [*rules, {"do": work()}]}))
    return path


def drive(
    repo: Repo, play: Path, *args: str, kill_at: int = 0, code: int | None = 0, **env: str
) -> subprocess.CompletedProcess[str]:
    """`baton execute run` in a process of its own, killed at its `kill_at`-th journal write when that is not 0."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.crash.run.runner", str(kill_at), "execute", "run", "--runtime", f"scripted:{play}", *args],
        cwd=repo.path,
        env={**repo.env, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert code is None or ran.returncode == code, f"exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
    return ran


def events(repo: Repo, task_id: str) -> list[dict[str, Any]]:
    """Every event of a task, from the exported journal."""
    lines = repo.baton("journal", "export", task_id).stdout.splitlines()[1:]
    rows = [json.loads(line) for line in lines]
    return [{**row, "data": json.loads(row["data"])} for row in rows]


def of(rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [row["data"] for row in rows if row["type"] == kind]


def alive(mark: str) -> list[int]:
    """Processes that carry a text in their environment: agents and gates of a run name its task's directory."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                environ = Path("/proc", name, "environ").read_bytes()
            except OSError:
                continue
            if mark.encode() in environ:
                found.append(int(name))
    return found
