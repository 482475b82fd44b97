"""The looking-back commands on a golden journal, word for word, and after a walk of their own."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent_baton.app.views import KEPT_AT_THE_END
from agent_baton.journal.folds import SqliteFoldCache
from tests.support import recount
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
JOURNALS = [GOLDEN / "journals" / name for name in ("0.1.0.jsonl", "0.1.0-cancelled.jsonl")]
TASK = "task-golden-0001"


@pytest.fixture
def golden(repo: Repo) -> Repo:
    """A repository that holds the tasks of the golden journals."""
    for journal in JOURNALS:
        repo.baton("journal", "import", str(journal))
    return repo


COMMANDS = {
    "dashboard": ("dashboard",),
    "dashboard.csv": ("dashboard", "--csv"),
    "usage-day": ("usage",),
    "usage-agent": ("usage", "--by", "agent"),
    "usage-person": ("usage", "--by", "person", "--csv"),
    "retro-list": ("retro", "list"),
    "retro-show": ("retro", "show", TASK),
    "retro-search": ("retro", "search", "pytest"),
    "retro-summary": ("retro", "summary"),
    "trace-show": ("trace", "show", TASK),
    "story": ("story", TASK),
    "replay": ("replay", TASK),
    "replay-at": ("replay", TASK, "--at", "12"),
}


@pytest.mark.parametrize(
    "args",
    [
        ("story",), ("replay",), ("why",), ("trace", "show"), ("trace", "export"), ("retro", "show"), ("evidence", "bom"),
        ("journal", "export"),
    ],
)  # fmt: skip
def test_a_task_is_named_one_way_everywhere(golden: Repo, args: tuple[str, ...]) -> None:
    """Behind the command, or with --task-id as wherever something is done to a task."""
    assert golden.baton(*args, TASK).stdout == golden.baton(*args, "--task-id", TASK).stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_people_read_this(golden: Repo, name: str) -> None:
    """Word for word; written when missing."""
    text = golden.baton(*COMMANDS[name], COLUMNS="100").stdout
    target = GOLDEN / "trace" / "commands" / f"{name}.txt"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    assert text == target.read_text(encoding="utf-8")


def test_two_runs_side_by_side(golden: Repo) -> None:
    one, other = (json.loads(path.read_text().splitlines()[0])["task_id"] for path in JOURNALS[:2])
    text = golden.baton("diff-runs", one, other).stdout
    assert f"A: {one}" in text
    assert f"B: {other}" in text
    found = golden.json("diff-runs", one, other)
    assert found["tasks"] == [one, other]
    golden.baton("diff-runs", one, "task-none-0000", code=3)


def walked(repo: Repo) -> list[dict[str, Any]]:
    """A task with a red gate, its repair, a claim that is not true and known and unknown cost; its raw events."""
    document = plan(
        phase(1, step("1.1"), step("1.2", "1.1", agent="tester"), gate="test -f good"),
        task_id="task-walk-0001",
    )
    repo.save_plan(document)
    repo.baton("execute", "start", "--no-baseline")
    repo.write("a.txt", "a")
    commit = repo.commit("a")
    repo.baton("execute", "dispatched", "--step-id", "1.1")
    repo.baton(
        "execute", "record", "--step-id", "1.1", "--status", "complete", "--files", "a.txt,b.txt", "--commit", commit,
        "--outcome", "made a and b", "--tokens", "1000", "--cost-usd", "0.5",
    )  # fmt: skip
    repo.baton("execute", "dispatched", "--step-id", "1.2")
    repo.baton("execute", "record", "--step-id", "1.2", "--status", "failed", "--outcome", "no time")
    repo.baton("execute", "record", "--step-id", "1.2", "--status", "complete", "--outcome", "tested")
    repo.baton("execute", "gate", "--phase-id", "1", "--run", code=1)
    repo.write("good", "yes")
    repo.commit("good")
    repo.baton("execute", "record", "--step-id", "1.r1", "--status", "complete", "--outcome", "made it good")
    repo.baton("execute", "gate", "--phase-id", "1", "--run")
    repo.baton("execute", "complete")
    return recount.parse(repo.baton("journal", "export", "task-walk-0001").stdout)


def test_after_a_walk_every_command_shows_that_task(repo: Repo, tmp_path: Path) -> None:
    lines = walked(repo)
    rows = recount.attempts(lines)
    figures = recount.figures(rows)
    shown: dict[str, Any] = repo.json("dashboard")
    assert (shown["tasks"], shown["by_status"]) == (1, {"complete": 1})
    for name in (
        "attempts",
        "failed",
        "rework",
        "repairs",
        "false_claims",
        "tokens_measured",
        "usd_measured",
    ):
        assert shown[name] == pytest.approx(figures[name]), name
    assert shown["false_claims"] >= 1
    assert (shown["gate_runs"], shown["gates_red"]) == (2, 1)
    used: dict[str, Any] = repo.json("usage", "--by", "task")
    assert [row["task"] for row in used["rows"]] == ["task-walk-0001"]
    assert used["rows"][0]["tokens_unknown"] == figures["tokens_unknown_attempts"] > 0
    assert used["prices"]["date"]
    retro: dict[str, Any] = repo.json("retro", "show", "task-walk-0001")
    assert retro["gate_failures"][0]["mended_by"] == "green later"
    stored = repo.path / ".claude" / "team-context" / "retrospectives" / "task-walk-0001.json"
    assert json.loads(stored.read_text()) == retro, "the facts were written at completion"
    assert "task-walk-0001" in repo.baton("retro", "list").stdout
    assert "task-walk-0001" in repo.baton("retro", "search", "b.txt").stdout
    assert "went as planned" in repo.baton("retro", "summary").stdout
    assert "task-walk-0001" in repo.baton("trace", "show").stdout
    assert "1.r1" in repo.baton("story", "task-walk-0001").stdout
    played: dict[str, Any] = repo.json("replay", "task-walk-0001")
    assert len(played["frames"]) == len(lines)
    for kind in ("json", "chrome", "otlp"):
        target = tmp_path / f"{kind}.json"
        repo.baton("trace", "export", "task-walk-0001", "--format", kind, "--to", str(target))
        assert "task-walk-0001" in target.read_text()
    page = tmp_path / "page.html"
    assert "1 task," in repo.baton("dashboard", "--html", str(page)).stdout
    text = page.read_text()
    assert 'id="task-walk-0001"' in text
    assert "not true:" in text
    assert '<b class="ok">+' in text, "git's own count of lines"


def test_a_task_that_ends_is_folded_for_whoever_looks(repo: Repo, tmp_path: Path) -> None:
    """`complete` and an import keep what dashboards, usage, retrospectives and learning ask for: nobody waits for a first look."""
    walked(repo)
    repo.baton("journal", "import", str(JOURNALS[0]))
    cache = next((tmp_path / "home" / ".cache" / "agent-baton").glob("folds-*.db"))
    kept = SqliteFoldCache(str(cache))
    for view in KEPT_AT_THE_END:
        assert sorted(kept.read(view.name)) == [TASK, "task-walk-0001"]
    before = cache.read_bytes()
    repo.json("dashboard")
    repo.json("retro", "list")
    assert cache.read_bytes() == before, "nothing had to be folded"


def test_looking_back_changes_nothing(golden: Repo, tmp_path: Path) -> None:
    """No byte of the state directory; what is kept for speed lies in the user's cache."""
    before = golden.fingerprint()
    for args in (*COMMANDS.values(), ("dashboard", "--json"), ("dashboard", "--html", str(tmp_path / "p.html")),
                 ("trace", "export", TASK, "--format", "otlp")):  # fmt: skip
        golden.baton(*args)
        assert golden.fingerprint() == before, args
    assert list((tmp_path / "home" / ".cache" / "agent-baton").glob("folds-*.db"))


def test_a_period_an_agent_and_bad_input(golden: Repo) -> None:
    assert golden.json("dashboard", "--since", "2030-01-01")["tasks"] == 0
    assert "none" in golden.baton("dashboard", "--since", "2030-01-01").stdout
    assert golden.json("dashboard", "--since", "2020-01-01")["tasks"] == len(JOURNALS)
    own = golden.json("dashboard", "--agent", "auditor")
    assert [row["name"] for row in own["agents"]] == ["auditor"]
    assert "did you mean 'auditor'?" in golden.baton("dashboard", "--agent", "auditer").stderr
    golden.baton("dashboard", "--watch", "--html", "page.html", code=2)
    assert "2026-11-01" in golden.baton("dashboard", "--since", "yesterday", code=2).stderr
    assert "Nothing was used" in golden.baton("usage", "--since", "2030-01-01").stdout
    golden.baton("replay", TASK, "--at", "99999", code=3)
    golden.baton("retro", "search", "nobody-ever-wrote-this", code=3)
    assert "did you mean" not in golden.baton("trace", "show", "nothing-like-it", code=3).stderr
    assert f"did you mean {TASK!r}?" in golden.baton("story", "--task-id", "task-goldn-0001", code=3).stderr
    assert "two tasks" in golden.baton("replay", TASK, "--task-id", "task-other-0001", code=2).stderr
    for args in (("trace", "export"), ("evidence", "export"), ("journal", "export")):
        assert "cannot write" in golden.baton(*args, TASK, "--to", "/dev/null/at/all.json", code=2).stderr
    golden.baton("dashboard", "--html", "/dev/null/at/all.html", code=2)


def test_csv_holds_every_figure(golden: Repo) -> None:
    """One figure a line, the same as in JSON."""
    rows = list(csv.DictReader(io.StringIO(golden.baton("dashboard", "--csv").stdout)))
    found: dict[str, Any] = golden.json("dashboard")
    value = {(row["table"], row["name"], row["figure"]): row["value"] for row in rows}
    assert value["all", "", "attempts"] == str(found["attempts"])
    for agent in found["agents"]:
        assert float(value["agents", agent["name"], "seconds"]) == agent["seconds"]
        assert value["agents", agent["name"], "first_try_rate.total"] == str(agent["first_try_rate"]["total"])


def test_a_broken_cache_is_no_matter(golden: Repo, tmp_path: Path) -> None:
    before = golden.baton("dashboard").stdout
    cache = next((tmp_path / "home" / ".cache" / "agent-baton").glob("folds-*.db"))
    cache.write_bytes(b"broken")
    assert golden.baton("dashboard").stdout == before


def on_a_terminal(repo: Repo, *args: str, keys: list[tuple[str, str]]) -> str:
    """Run a command on a pseudo terminal; for each (wait for this text, then type that)."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from agent_baton.cli.entry import main; main()", *args],
        cwd=repo.path, env={**repo.env, "TERM": "xterm", "COLUMNS": "100"}, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    seen = ""
    try:
        for awaited, key in keys:
            seen = _until(master, seen, awaited)
            if key == "^C":
                os.killpg(process.pid, signal.SIGINT)
            else:
                os.write(master, key.encode())
        process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)
    return seen


def _until(master: int, seen: str, awaited: str) -> str:
    while awaited not in seen:
        ready, _, _ = select.select([master], [], [], 30)
        assert ready, f"{awaited!r} did not appear in:\n{seen}"
        seen += os.read(master, 65536).decode("utf-8", "replace")
    return seen


def test_replay_steps_on_a_terminal(golden: Repo) -> None:
    """n goes on, p goes back, q ends it."""
    seen = on_a_terminal(
        golden, "replay", TASK,
        keys=[("event 1 of", "n"), ("event 2 of", "n"), ("event 3 of", "p"), ("q: quit", "G"), ("completed after", "q")],
    )  # fmt: skip
    events = re.findall(r"event (\d+) of", seen)
    assert events[:4] == ["1", "2", "3", "2"]


def test_the_dashboard_is_shown_again_when_something_happened(golden: Repo) -> None:
    """--watch draws once, and again only after the journal has moved on; Ctrl-C ends it."""
    document = plan(phase(1, step("1.1")), task_id="task-late-0001")
    golden.save_plan(document)

    def begin() -> str:
        golden.baton("execute", "start", "--no-baseline")
        return "^C"

    seen = watching(golden, f"Tasks: {len(JOURNALS)}", begin, f"Tasks: {len(JOURNALS) + 1}")
    assert seen.count("A rate is hits/total") == 2


# a background job may have been started with SIGINT ignored, and its children inherit that
INTERRUPTIBLE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from agent_baton.cli.entry import main
main()
"""


def watching(repo: Repo, first: str, then: Callable[[], str], second: str) -> str:
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "dashboard", "--watch"],
        cwd=repo.path, env=repo.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        seen = _until(process.stdout.fileno(), "", first)
        seen = _until(process.stdout.fileno(), seen, "leaves out n")
        then()
        seen = _until(process.stdout.fileno(), seen, second)
        seen = _until(process.stdout.fileno(), seen.replace("leaves out n", "", 1), "leaves out n")
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 130
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
    return seen
