"""`baton execute run`: from the first worktree to the merged branch."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from agent_baton.errors import JournalError
from tests.integration.run.conftest import Item, Runner
from tests.support.plans import phase, plan, step
from tests.support.running import GREEN, drive, events, of, script, settings, wide, work


def test_a_task_ends_with_a_branch(runner: Runner) -> None:
    """All work is on the task's branch; the user's checkout is as it was; no tree is left."""
    task = runner.start(wide(2, 3))
    before = runner.repo.git("rev-parse", "HEAD")
    end = runner.run(task)
    assert (end.kind, end.exit_code, end.branch) == ("complete", 0, f"baton/{task}/task")
    for step_id in ("1.1", "1.3", "2.2"):
        assert runner.in_branch(task, f"out/{step_id}.txt") == f"work of {step_id}"
    assert runner.repo.git("rev-parse", "HEAD") == before
    assert runner.repo.git("status", "--porcelain") == ""
    assert len(runner.repo.git("worktree", "list").splitlines()) == 1
    assert {e["verdict"] for e in runner.events(task, "EvidenceGathered")} == {"confirmed"}


@pytest.mark.parametrize("left", [("",), ()])
def test_a_journal_deleted_under_the_run_is_written_out_again(runner: Runner, left: tuple[str, ...]) -> None:
    """As by `git clean -x`: it is noticed while agents are at work, nothing that was recorded is lost, the run goes on."""
    task = runner.start(wide(1, 2))
    path = runner.repo.path / ".claude/team-context/baton.db"
    ends = {f"{path}{end}" for end in ("", "-wal", "-shm", ".lock")}

    seen = set()

    def delete(item: Item) -> None:
        seen.add((item["kind"], item.get("step")))
        if {("ends", "1.1"), ("began", "1.2")} <= seen and path.exists():  # nothing else is being recorded
            for name in {str(path)} if left else ends:
                Path(name).unlink()

    with pytest.raises(JournalError, match="deleted or replaced") as caught:
        runner.run(task, {"step": "1.2", "do": [{"hang": "tool"}]}, on=delete)
    if left:
        (command,) = re.findall("for it to count: (.*)\\. Work", caught.value.message)
        subprocess.run(["sh", "-c", command], check=True)
    runner.repo.baton("journal", "verify")
    assert [e["step_id"] for e in runner.events(task, "StepFinished")] == ["1.1"]
    assert runner.run(task).kind == "complete"


def test_the_session_is_in_the_journal_before_its_agent_starts(runner: Runner) -> None:
    """Whoever finds the journal after a crash knows which agent may have been at work."""
    task = runner.start(wide(1, 1))
    seen: list[str] = []

    def look(item: Item) -> None:
        if item["kind"] == "began":
            seen.append(item["session"])
            assert item["session"] in [e["session"] for e in runner.events(task, "StepDispatched")]

    runner.run(task, on=look)
    assert len(seen) == 1


def test_steps_that_may_touch_the_same_files_wait_for_each_other(runner: Runner) -> None:
    """Only steps whose paths cannot meet run side by side; one without limits runs alone."""
    document = plan(
        phase(
            1,
            step("1.1", allowed_paths=["out/**"]),
            step("1.2", allowed_paths=["out/1.2.txt"]),
            step("1.3", allowed_paths=["docs/**"]),
            step("1.4"),
            gate=GREEN,
        )
    )
    task = runner.start(document)
    at_work: set[str] = set()
    together: set[frozenset[str]] = set()

    def watch(item: Item) -> None:
        if item["kind"] == "starts":
            at_work.add(item["step"])
            together.add(frozenset(at_work))
        elif item["kind"] == "ends":
            at_work.discard(item["step"])

    docs = {"step": "1.3", "do": [{"write": {"docs/a.md": "a"}}, {"say": "STATUS: complete"}]}
    assert runner.run(task, docs, on=watch).kind == "complete"
    assert frozenset(("1.1", "1.3")) in together
    assert not any({"1.1", "1.2"} <= set(some) or ("1.4" in some and len(some) > 1) for some in together)


def test_a_step_builds_on_the_merged_work_of_those_it_depends_on(runner: Runner) -> None:
    """What a step depends on is merged before its tree is made, also while siblings are at work."""
    document = plan(
        phase(
            1,
            step("1.1", allowed_paths=["out/1.1.txt"]),
            step("1.2", "1.1", allowed_paths=["out/1.2.txt"]),
            gate=GREEN,
        )
    )
    task = runner.start(document)
    needs = {"step": "1.2", "do": [{"run": "cp out/1.1.txt out/1.2.txt"}, {"commit": "copy"}, {"say": "STATUS: complete"}]}  # fmt: skip
    assert runner.run(task, needs).kind == "complete"
    assert runner.in_branch(task, "out/1.2.txt") == "work of 1.1"


def test_a_conflict_goes_back_to_its_author(runner: Runner) -> None:
    """Two steps that wrote one file after all: the merge becomes a repair with both sides, and is gated."""
    document = plan(
        phase(
            1,
            step("1.1", agent="ann", allowed_paths=["a.txt"]),
            step("1.2", agent="bob", allowed_paths=["b.txt"]),
            gate="grep -q both shared.txt",
        )
    )
    task = runner.start(document)
    wrong = [
        {"write": {"shared.txt": "{{agent}}\n"}},
        {"commit": "{{step}}"},
        {"say": "STATUS: complete"},
    ]
    mend = [
        {"run": f"git merge baton/{task}/1.2; echo both > shared.txt; git add -A; git -c user.name=x -c user.email=x@y commit -qm merged"},
        {"say": "STATUS: complete"},
    ]  # fmt: skip
    end = runner.run(task, {"step": "1.r*", "do": mend}, {"do": wrong})
    assert end.kind == "complete", end
    assert runner.in_branch(task, "shared.txt") == "both"
    assert runner.events(task, "IntegrationConflicted")[0]["files"] == ["shared.txt"]


def test_a_red_gate_is_repaired(runner: Runner) -> None:
    task = runner.start(wide(1, 1, budget={"usd": 5}))
    document = plan(
        phase(1, step("1.1", allowed_paths=["x.txt"]), gate="test -f x.txt"), task_id="task-red-0002"
    )
    runner.repo.baton("execute", "cancel", "--reason", "another", "--task-id", task)
    task = runner.start(document)
    late = {"step": "1.r1", "do": [{"write": {"x.txt": "x"}}, {"commit": "x"}, {"say": "STATUS: complete"}]}
    early = {"step": "1.1", "do": [{"write": {"y.txt": "y"}}, {"commit": "y"}, {"say": "STATUS: complete"}]}
    assert runner.run(task, late, early).kind == "complete"
    assert [item["ok"] for item in runner.told("gate-ends")] == [False, True]


def test_one_driver_a_task(runner: Runner) -> None:
    """A second run of the same task is refused, with a word on how to watch the first."""
    task = runner.start(wide(1, 1))

    def again(item: Item) -> None:
        if item["kind"] == "starts":
            ran = runner.repo.baton("execute", "run", "--runtime", "scripted", code=4)
            assert "--watch" in ran.stderr

    assert runner.run(task, on=again).kind == "complete"


def test_a_task_moves_from_hand_to_run_and_back(runner: Runner) -> None:
    """One journal: a step by hand, a step by the run, a step by hand in the run's tree, and the end."""
    repo = runner.repo
    document = plan(
        phase(1, step("1.1"), gate=GREEN), phase(2, step("2.1", allowed_paths=["out/**"]), gate=GREEN), phase(3, step("3.1"), gate=GREEN, approval_required=True)
    )  # fmt: skip
    task = runner.start(document)
    repo.write("one.txt", "1")
    sha = repo.commit("one")
    repo.baton("execute", "dispatched", "--step-id", "1.1", "--agent", "dev")
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete", "--commit", sha)
    repo.baton("execute", "gate", "--phase-id", "1", "--run")
    assert runner.run(task).kind == "waiting"
    assert runner.in_branch(task, "one.txt") == "1"
    assert runner.in_branch(task, "out/2.1.txt") == "work of 2.1"
    repo.baton("approve", "--phase-id", "3", "--result", "approve")
    shown = repo.baton("execute", "next").stdout
    home = next(line.split(": ", 1)[1] for line in shown.splitlines() if line.strip().startswith("Worktree"))
    assert (Path(home) / "out" / "2.1.txt").exists()
    repo.baton("execute", "dispatched", "--step-id", "3.1", "--agent", "dev")
    (Path(home) / "three.txt").write_text("3")
    repo.git("add", "-A", cwd=Path(home))
    repo.git("commit", "-q", "-m", "three", cwd=Path(home))
    sha = repo.git("rev-parse", "HEAD", cwd=Path(home))
    recorded = repo.json("execute", "record", "--step-id", "3.1", "--status", "complete", "--commit", sha)
    assert recorded["evidence"] == "confirmed"
    repo.baton("execute", "gate", "--phase-id", "3", "--run")
    repo.baton("execute", "complete")
    assert runner.in_branch(task, "three.txt") == "3"
    assert not (repo.path / "three.txt").exists()
    assert len(repo.git("worktree", "list").splitlines()) == 1


@pytest.mark.parametrize("dirty", [False, True])
def test_a_cancelled_tasks_tree_is_put_away(runner: Runner, dirty: bool) -> None:
    """Its branch stays; a tree with something in it that nobody committed stays too, and that is said."""
    task = runner.start(wide(2, 1))
    runner.run(task, on=lambda item: item["kind"] == "merged" and runner.repo.baton("execute", "pause"))
    home = runner.repo.path / ".claude" / "worktrees" / "baton" / task / "task"
    if dirty:
        (home / "mine.txt").write_text("x")
    said = runner.repo.baton("execute", "cancel", "--reason", "enough").stderr
    assert ("mine.txt" in said) == home.exists() == dirty
    assert runner.in_branch(task, "out/1.1.txt") == "work of 1.1"


def test_another_sessions_step_is_left_alone_until_it_is_taken_over(runner: Runner) -> None:
    """Nobody's work is started twice because somebody typed `run`."""
    task = runner.start(wide(1, 1))
    runner.repo.baton("execute", "dispatched", "--step-id", "1.1", "--agent", "dev")
    end = runner.run(task)
    assert end.kind == "waiting"
    assert runner.told("starts") == []
    assert runner.run(task, takes_over=True).kind == "complete"


def test_work_of_a_dead_agent_is_kept_and_offered(runner: Runner) -> None:
    """The next attempt finds the tree as it was left, and the ref that keeps it in its brief."""
    task = runner.start(wide(1, 1))
    dies = {"attempt": [1], "do": [{"write": {"out/1.1.txt": "half"}}, {"error": {"status": 529}}]}
    goes_on = {
        "resumed": True,
        "do": [{"run": "grep half out/1.1.txt && printf 'work of 1.1\\n' > out/1.1.txt"}, {"say": "STATUS: complete"}],
    }  # fmt: skip
    assert runner.run(task, dies, goes_on, waits=True).kind == "complete"
    salvage = runner.events(task, "StepInterrupted")[0]["salvage"]
    assert runner.repo.git("show", f"{salvage}:out/1.1.txt") == "half"
    assert runner.in_branch(task, "out/1.1.txt") == "work of 1.1"


def test_uncommitted_work_is_committed(runner: Runner) -> None:
    task = runner.start(wide(1, 1))
    lazy = {"do": [{"write": {"out/1.1.txt": "x"}}, {"say": "STATUS: complete"}]}
    assert runner.run(task, lazy).kind == "complete"
    assert runner.in_branch(task, "out/1.1.txt") == "x"


def test_done_without_a_change_is_not_done(runner: Runner) -> None:
    """An agent that says so and changed nothing has failed; twice the same is the end, said so."""
    task = runner.start(wide(1, 1))
    end = runner.run(task, {"do": [{"say": "STATUS: complete\nDONE: everything"}]})
    assert end.kind == "failed"
    assert len(runner.events(task, "StepDispatched")) == 2
    assert "changed nothing" in runner.events(task, "StepFinished")[0]["outcome"]
    assert "same failure twice" in runner.events(task, "StepFinished")[1]["outcome"]


def test_two_attempts_that_leave_the_same_files_end_it(runner: Runner) -> None:
    """Different words, no progress: another attempt would only cost."""
    task = runner.start(wide(1, 1))
    rules = [
        {"attempt": [number], "do": [{"result": {"ok": False, "text": text}}]}
        for number, text in ((1, "cannot find the parser"), (2, "the network is down"))
    ]
    assert runner.run(task, *rules).kind == "failed"
    assert len(runner.events(task, "StepDispatched")) == 2


def test_a_fresh_tree_is_furnished(runner: Runner) -> None:
    """The user's recipe: files git ignores are copied, caches shared, the set-up command run once in each tree."""
    repo = runner.repo
    settings(repo, workspace={"setup": "echo set >> up.log", "copy": [".env*"], "share": ["cache"]})
    (repo.path / ".git" / "info" / "exclude").write_text(".claude/\n.env*\ncache\nup.log\n")
    repo.write(".env.local", "A=1")
    repo.write("cache/big", "blob")
    task = runner.start(wide(1, 1))
    uses = {
        "attempt": [2],
        "do": [{"run": "cat .env.local cache/big up.log > out.txt; mkdir -p out; mv out.txt out/1.1.txt"}, {"say": "STATUS: complete"}],
    }  # fmt: skip
    assert (
        runner.run(task, {"attempt": [1], "do": [{"error": {"status": 529}}]}, uses, waits=True).kind
        == "complete"
    )
    assert runner.in_branch(task, "out/1.1.txt") == "A=1blobset"
    assert (repo.path / "cache" / "big").read_text() == "blob"


def test_the_tree_of_the_gates_is_furnished_too(runner: Runner) -> None:
    """A gate finds what an agent finds: copied files, the set-up's doing."""
    settings(runner.repo, workspace={"setup": "echo set >> up.log", "copy": [".env*"], "share": ["cache"]})
    (runner.repo.path / ".git" / "info" / "exclude").write_text(".claude/\n.env*\ncache\nup.log\n")
    runner.repo.write(".env.local", "A=1")
    document = wide(2, 1)
    for one in document["phases"]:
        one["gate"]["command"] = "grep -q A=1 .env.local && test -d cache && test $(wc -l < up.log) = 1"
    assert runner.run(runner.start(document)).kind == "complete"


def test_a_red_gate_names_what_is_red_and_what_its_tree_lacks(runner: Runner) -> None:
    """The checkout has a file that git ignores and the gate needs: a person reads that, and where to say so."""
    (runner.repo.path / ".git" / "info" / "exclude").write_text(".claude/\nbuilt.py\n")
    runner.repo.write("built.py", "made by the build\n")
    command = "test -f built.py || { echo 'FAILED tests/test_a.py::test_built - no built.py'; exit 1; }"
    document = plan(phase(1, step("1.1", allowed_paths=["out/**"], max_attempts=1), gate=command))
    assert runner.run(runner.start(document)).kind == "failed"
    assert "tests/test_a.py::test_built" in runner.told("gate-ends")[0]["text"]
    hints = [item["text"] for item in runner.told("note")]
    assert len(hints) == 1, "once a run"
    assert "built.py" in hints[0] and "workspace.copy" in hints[0]


def test_nobody_is_paid_for_work_whose_gate_cannot_be_run(runner: Runner) -> None:
    """The gate's program is not on this machine: said before an agent is started, with both ways on."""
    document = plan(phase(1, step("1.1", allowed_paths=["out/**"]), gate="no-such-runner -q"))
    task = runner.start(document)
    end = runner.run(task)
    assert end.kind == "paused"
    assert "no-such-runner" in end.text and "--gate-command" in end.text
    assert runner.events(task, "StepDispatched") == []
    runner.repo.baton(
        "execute", "amend", "--phase-id", "1", "--gate-command", GREEN, "--reason", "it is here"
    )
    assert runner.run(task).kind == "complete"


def test_a_failing_set_up_refuses_the_step(runner: Runner) -> None:
    """Nobody works in half a tree, and nothing falls back to the checkout."""
    settings(runner.repo, workspace={"setup": "echo no compiler; exit 3"})
    task = runner.start(wide(1, 1))
    end = runner.run(task)
    assert end.kind == "paused"
    assert "no compiler" in end.text
    assert runner.events(task, "StepDispatched") == []


@pytest.mark.parametrize("name", ["../x", "/etc/passwd"])
def test_a_recipe_stays_inside(runner: Runner, name: str) -> None:
    settings(runner.repo, workspace={"copy": [name]})
    assert "leads out" in runner.run(runner.start(wide(1, 1))).text


def test_a_saved_plan_is_started_and_run(runner: Runner) -> None:
    """Through the command line, in one word: exit code 0 and plain lines without a terminal."""
    runner.repo.save_plan(wide(1, 2))
    ran = drive(runner.repo, script(runner.repo), "--no-baseline")
    assert "COMPLETE" in ran.stdout
    assert "\x1b" not in ran.stdout
    assert of(events(runner.repo, "task-wide-0001"), "TaskCompleted")


def test_every_line_is_json_when_asked(runner: Runner) -> None:
    import json

    runner.repo.save_plan(wide(1, 1))
    ran = drive(runner.repo, script(runner.repo), "--no-baseline", "--json")
    kinds = [json.loads(line)["kind"] for line in ran.stdout.splitlines()]
    assert kinds[0] == "run"
    assert kinds[-1] == "end"


def test_watching_shows_what_was_said(runner: Runner) -> None:
    """From another terminal: the same lines, from the feed."""
    task = runner.start(wide(1, 1))
    runner.run(task)
    watched = runner.repo.baton("execute", "run", "--watch", "--task-id", task).stdout
    assert "1.1 starts: dev" in watched
    assert "COMPLETE" in watched


def test_run_plans_shows_and_drives(runner: Runner) -> None:
    """`baton run "task" --yes`; without a terminal and without --yes it is refused."""
    repo = runner.repo
    repo.baton("run", "Add a note on installing to README.md", code=2)
    ran = repo.baton(
        "run", "Add a note on installing to README.md", "--yes", "--runtime", "scripted", "--no-baseline"
    )
    assert "COMPLETE" in ran.stdout
    assert "Phase 1" in ran.stderr


def work_of(step_id: str) -> list[Item]:
    return work(step_id)
