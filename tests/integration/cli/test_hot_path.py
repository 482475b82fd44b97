"""The hot commands: nothing but cheap parts of the standard library is loaded, and click prints the same bytes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

LOADED = """
import sys
import agent_baton.cli.entry as entry
def leave(code):
    print(" ".join(sorted(sys.modules)), file=sys.stderr)
    raise SystemExit(code)
entry.leave = leave
entry.main()
"""
# dearer than all of a hot command's own work (see docs/adr/0002)
DEAR = {
    "typing",
    "re",
    "json",
    "pathlib",
    "dataclasses",
    "enum",
    "subprocess",
    "inspect",
    "logging",
    "argparse",
    "click",
    "pydantic",
    "yaml",
    "datetime",
    "functools",
    "collections",
}
THIRD_PARTY = {"click", "pydantic", "yaml", "orjson", "jinja2", "tabulate", "rich", "pathspec"}

READS = [
    ("execute", "next"),
    ("execute", "status"),
    ("execute", "next", "--output", "json"),
    ("execute", "status", "--output=json"),
]
WRITES = [
    ("execute", "dispatched", "--step-id", "1.1", "--agent", "dev"),
    ("execute", "record", "--step-id", "1.1", "--status", "complete", "--outcome", "did it"),
    (
        "execute",
        "record",
        "--step-id",
        "1.2",
        "--status",
        "complete",
        "--outcome",
        "did it",
        "--files",
        "README.md",
        "--next",
    ),
    ("execute", "gate", "--phase-id", "1", "--result", "pass", "--next"),
]


@pytest.fixture
def started(repo: Repo) -> Repo:
    repo.save_plan(plan(phase(1, step("1.1"), step("1.2")), phase(2, step("2.1"))))
    repo.baton("execute", "start", "--no-baseline")
    return repo


def run(repo: Repo, args: tuple[str, ...], program: str = LOADED) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *args], cwd=repo.path, env=repo.env, capture_output=True, text=True
    )


def test_hot_commands_load_only_what_is_cheap(started: Repo) -> None:
    """Counted in modules, because milliseconds depend on the machine."""
    bare = set(
        subprocess.run(
            [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True
        ).stdout.split()
    )
    for args in READS + WRITES:
        ran = run(started, args)
        assert ran.returncode == 0, ran.stderr
        loaded = set(ran.stderr.split("\n")[-2].split()) - bare
        roots = {name.partition(".")[0] for name in loaded}
        assert not roots & (DEAR | THIRD_PARTY), (args, roots & (DEAR | THIRD_PARTY))
        assert len([name for name in loaded if not name.startswith("agent_baton")]) <= 24, args


CLICK = """
import sys
import agent_baton.cli.entry as entry
entry.try_hot = lambda argv: None
entry.main()
"""


@pytest.mark.parametrize(
    "args",
    [
        *READS,
        *WRITES,
        ("execute", "record", "--step-id", "9.9", "--status", "complete"),
        ("execute", "gate", "--phase-id", "7", "--result", "pass"),
        ("execute", "record", "--step-id", "1.1", "--status", "done"),
    ],
)
def test_click_prints_the_same_bytes(started: Repo, args: tuple[str, ...], tmp_path: Any) -> None:
    """The same command, once through the fast path and once through click, each on a copy of the same state."""
    import shutil

    if args in WRITES:
        for earlier in WRITES[: WRITES.index(args)]:
            started.baton(*earlier)
    twin = tmp_path / "twin"
    shutil.copytree(started.path, twin, symlinks=True)
    fast = run(started, args, "from agent_baton.cli.entry import main; main()")
    slow = subprocess.run(
        [sys.executable, "-c", CLICK, *args], cwd=twin, env=started.env, capture_output=True, text=True
    )
    strip = [line for line in fast.stdout.splitlines() if "Elapsed" not in line and "elapsed_s" not in line]
    assert strip == [
        line for line in slow.stdout.splitlines() if "Elapsed" not in line and "elapsed_s" not in line
    ]
    assert (fast.stderr, fast.returncode) == (slow.stderr, slow.returncode)


INTERRUPTED = """
import os, signal, sys
from agent_baton.cli.entry import main
sys.addaudithook(lambda name, args: name == "import" and args[0] == {part!r} and os.kill(os.getpid(), signal.SIGINT))
main()
"""


@pytest.mark.parametrize("part", ["agent_baton.cli.hot", "agent_baton.cli.app", "agent_baton.journal.reader"])
def test_ctrl_c_shows_no_traceback(part: str, started: Repo) -> None:
    """Neither while parts of the program are still being loaded, nor in a command that does not go through click."""
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(part=part), "story" if "app" in part else "execute", "next"],
        cwd=started.path, env=started.env, capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "interrupted\n")


def test_piping_into_head_is_silent(started: Repo) -> None:
    """A reader that has had enough is not an error anybody sees."""
    for args in ("execute next", "execute status", "execute list", "plan schema"):
        ran = subprocess.run(
            [
                "/bin/sh",
                "-c",
                f"{sys.executable} -c 'from agent_baton.cli.entry import main; main()' {args} | head -n 1",
            ],
            cwd=started.path,
            env=started.env,
            capture_output=True,
            text=True,
        )
        assert ran.stderr == "", args


def test_next_changes_no_byte(started: Repo) -> None:
    """Every preview is a query: the directory is the same before and after."""
    started.baton("execute", "status")
    before = started.fingerprint()
    for args in (
        ("execute", "next"),
        ("execute", "status"),
        ("execute", "dry-run"),
        ("why",),
        ("story",),
        ("execute", "list"),
        ("dashboard",),
        ("journal", "verify"),
    ):
        started.baton(*args)
        assert started.fingerprint() == before, args
