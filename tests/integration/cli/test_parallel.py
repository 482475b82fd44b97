"""Steps side by side: a worktree each, merged in plan order before the gate; a conflict goes back to its author."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.plans import phase, plan, step
from tests.support.repo import Repo


def started(repo: Repo, gate: str = "grep -q one one.txt && grep -q two two.txt") -> dict[str, Any]:
    """Both actions of a phase with two independent steps, by step id."""
    repo.save_plan(plan(phase(1, step("1.1", agent="ann"), step("1.2", agent="bob"), gate=gate)))
    repo.baton("execute", "start", "--no-baseline")
    return {action["step"]: action for action in repo.json("execute", "next", "--all")["actions"]}


def work(repo: Repo, action: dict[str, Any], name: str, text: str) -> str:
    """An agent edits and commits in its own tree, and the outcome is recorded."""
    tree = Path(action["worktree"])
    (tree / name).write_text(text)
    repo.git("add", "-A", cwd=tree)
    repo.git("commit", "-q", "-m", f"work of {action['step']}", cwd=tree)
    commit = repo.git("rev-parse", "HEAD", cwd=tree)
    ran = repo.baton(
        "execute",
        "record",
        "--step-id",
        action["step"],
        "--status",
        "complete",
        "--commit",
        commit,
        "--files",
        name,
    )
    assert "Evidence" not in ran.stdout, "the claim is checked in the step's own tree"
    return commit


def test_two_steps_work_apart_and_are_merged_before_the_gate(repo: Repo) -> None:
    actions = started(repo)
    assert actions["1.1"]["worktree"] != actions["1.2"]["worktree"]
    assert actions["1.1"]["branch"] == "baton/task-x-0001/1.1"
    named = actions["1.1"]["prompt"].partition("Read ")[2].partition(" for shared")[0]
    assert "Try things" in (Path(actions["1.1"]["worktree"]) / named).read_text(), "found from there too"
    again = {
        action["step"]: action["worktree"] for action in repo.json("execute", "next", "--all")["actions"]
    }
    assert again == {step_id: action["worktree"] for step_id, action in actions.items()}, (
        "asking twice makes no more trees"
    )
    for step_id in actions:
        repo.baton("execute", "dispatched", "--step-id", step_id)
    work(repo, actions["1.2"], "two.txt", "two\n")
    work(repo, actions["1.1"], "one.txt", "one\n")
    assert not (repo.path / "one.txt").exists(), "nothing reaches the checkout before both are done"
    assert repo.json("execute", "next")["action"] == "GATE"
    assert (repo.path / "one.txt").exists()
    assert (repo.path / "two.txt").exists()
    repo.baton("execute", "gate", "--phase-id", "1", "--run")
    repo.baton("execute", "complete")
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("worktree", "list").count("\n") == 0, "trees that are merged are taken away"


def test_a_driver_that_never_says_whom_it_starts_has_its_branches_merged_all_the_same(repo: Repo) -> None:
    """What an action prints to be typed is `record`, not `dispatched`; and nobody is blamed for a sibling's files."""
    steps = (step("1.1", allowed_paths=["one.txt"]), step("1.2", allowed_paths=["two.txt"]))
    repo.save_plan(plan(phase(1, *steps, gate="grep -q one one.txt && grep -q two two.txt")))
    repo.baton("execute", "start", "--no-baseline")
    actions = asked(repo)
    work(repo, actions["1.1"], "one.txt", "one\n")
    work(repo, actions["1.2"], "two.txt", "two\n")
    assert repo.json("execute", "next")["action"] == "GATE"
    assert "PASS" in repo.baton("execute", "gate", "--phase-id", "1", "--run").stdout
    assert repo.git("worktree", "list").count("\n") == 0


def test_what_is_asked_in_another_tree_of_the_user_is_done_where_the_work_is(repo: Repo) -> None:
    """Steps begin there, branches are merged there and the gate judges there; the tree one asks in is not touched."""
    other = repo.path.parent / "other"
    repo.git("worktree", "add", "-q", "-b", "other", str(other))
    (other / "mine.txt").write_text("mine\n")
    repo.git("add", "-A", cwd=other)
    repo.git("commit", "-q", "-m", "of another kind", cwd=other)
    steps = (step("1.1"), step("1.2"))
    repo.save_plan(
        plan(phase(1, *steps, gate="test -e one.txt"), phase(2, step("2.1"), gate="test -e three.txt"))
    )
    repo.baton("execute", "start", "--no-baseline")
    there = json.loads(repo.baton("execute", "next", "--all", "--json", cwd=other).stdout)
    actions = {action["step"]: action for action in there["actions"]}
    assert not (Path(actions["1.1"]["worktree"]) / "mine.txt").exists()
    work(repo, actions["1.1"], "one.txt", "one\n")
    work(repo, actions["1.2"], "two.txt", "two\n")
    assert "ACTION: GATE" in repo.baton("execute", "resume", cwd=other).stdout
    assert repo.git("log", "-1", "--format=%s", cwd=other) == "of another kind"
    ran = repo.baton("execute", "gate", "--phase-id", "1", "--run", cwd=other)
    assert "PASS" in ran.stdout
    assert str(repo.path) in ran.stderr
    repo.write("three.txt", "3\n")
    commit = repo.commit("three")
    repo.baton("execute", "record", "--step-id", "2.1", "--status", "complete", "--commit", commit[:9])
    repo.git("checkout", "-q", "--detach", cwd=other)
    assert "PASS" in repo.baton("execute", "gate", "--phase-id", "2", "--run", cwd=other).stdout


def test_work_that_moved_to_another_tree_is_judged_there(repo: Repo) -> None:
    """Begun on one branch, done on another in a tree of its own: nobody goes back to where nothing of it is."""
    repo.save_plan(plan(phase(1, step("1.1"), gate="test -e one.txt")))
    repo.baton("execute", "start", "--no-baseline")
    other = repo.path.parent / "other"
    repo.git("worktree", "add", "-q", "-b", "other", str(other))
    (other / "one.txt").write_text("1\n")
    repo.git("add", "-A", cwd=other)
    repo.git("commit", "-q", "-m", "one", cwd=other)
    record = ("execute", "record", "--step-id", "1.1", "--status", "complete", "--commit", "HEAD")
    assert "Evidence" not in repo.baton(*record, cwd=other).stdout
    assert "PASS" in repo.baton("execute", "gate", "--phase-id", "1", "--run", cwd=other).stdout


def test_finished_branches_have_no_detached_head_to_be_merged_into(repo: Repo) -> None:
    """Refused with the reason, and nothing is lost."""
    actions = started(repo)
    work(repo, actions["1.1"], "one.txt", "one\n")
    work(repo, actions["1.2"], "two.txt", "two\n")
    repo.git("checkout", "-q", "--detach")
    assert "HEAD is detached" in repo.baton("execute", "next", code=4).stderr
    repo.git("checkout", "-q", "main")
    assert repo.json("execute", "next")["action"] == "GATE"


def test_a_conflict_becomes_a_repair_of_its_author(repo: Repo) -> None:
    actions = started(repo, gate="grep -q both shared.txt")
    for step_id in actions:
        repo.baton("execute", "dispatched", "--step-id", step_id)
    work(repo, actions["1.1"], "shared.txt", "from ann\n")
    work(repo, actions["1.2"], "shared.txt", "from bob\n")
    action = repo.json("execute", "next")
    assert (action["action"], action["step"], action["agent"]) == ("DISPATCH", "1.r1", "bob")
    assert "shared.txt" in action["prompt"]
    assert "from ann" in action["prompt"]
    assert (repo.path / "shared.txt").read_text() == "from ann\n"
    repo.git("merge", "-q", "-s", "ours", "--no-commit", "baton/task-x-0001/1.2")
    repo.write("shared.txt", "both\n")
    commit = repo.commit("merge bob's side")
    repo.baton("execute", "record", "--step-id", "1.r1", "--status", "complete", "--commit", commit)
    assert "PASS" in repo.baton("execute", "gate", "--phase-id", "1", "--run").stdout


def test_a_dirty_checkout_is_never_touched(repo: Repo) -> None:
    """Uncommitted work of the user in a file the merge needs: refused with the reason, the file stays."""
    repo.write("one.txt", "mine, not committed\n")
    actions = started(repo)
    for step_id in actions:
        repo.baton("execute", "dispatched", "--step-id", step_id)
    work(repo, actions["1.1"], "one.txt", "one\n")
    work(repo, actions["1.2"], "two.txt", "two\n")
    ran = repo.baton("execute", "next", code=4)
    assert "one.txt" in ran.stderr
    assert (repo.path / "one.txt").read_text() == "mine, not committed\n"


def depending(repo: Repo, *dispatched: str) -> dict[str, Any]:
    """Four steps of which 1.3 builds on 1.1; some of them at work in trees of their own."""
    steps = (step("1.1"), step("1.2"), step("1.3", "1.1"), step("1.4"))
    repo.save_plan(plan(phase(1, *steps, gate="true")))
    repo.baton("execute", "start", "--no-baseline")
    for step_id in dispatched:
        repo.baton("execute", "dispatched", "--step-id", step_id)
    return asked(repo)


def asked(repo: Repo) -> dict[str, Any]:
    return {action["step"]: action for action in repo.json("execute", "next", "--all")["actions"] if "step" in action}  # fmt: skip


def test_a_step_finds_the_merged_work_it_builds_on(repo: Repo) -> None:
    """While siblings are at work: what the next step needs is merged, the rest is not."""
    actions = depending(repo)
    for step_id in actions:
        repo.baton("execute", "dispatched", "--step-id", step_id)
    work(repo, actions["1.1"], "one.txt", "one\n")
    work(repo, actions["1.2"], "two.txt", "two\n")
    tree = Path(asked(repo)["1.3"]["worktree"])
    assert (tree / "one.txt").exists()
    assert not (tree / "two.txt").exists()


def test_nothing_is_merged_under_an_agent_at_work(repo: Repo) -> None:
    """It works in the checkout itself: what builds on a sibling's branch waits until that agent is done."""
    actions = depending(repo, "1.2")
    repo.baton("execute", "dispatched", "--step-id", "1.1")
    work(repo, actions["1.1"], "one.txt", "one\n")
    assert set(asked(repo)) == {"1.4"}, "1.3 cannot begin yet"
    assert not (repo.path / "one.txt").exists()
    repo.baton("execute", "record", "--step-id", "1.2", "--status", "complete")
    assert set(asked(repo)) == {"1.3", "1.4"}
    assert (repo.path / "one.txt").exists()


def test_a_merge_that_cannot_be_holds_up_only_what_builds_on_it(repo: Repo) -> None:
    """The user's own uncommitted file is in its way: other steps are dispatched, and nothing is touched."""
    repo.write("one.txt", "mine, not committed\n")
    actions = depending(repo)
    repo.baton("execute", "dispatched", "--step-id", "1.1")
    work(repo, actions["1.1"], "one.txt", "one\n")
    assert set(asked(repo)) == {"1.2", "1.4"}
    assert (repo.path / "one.txt").read_text() == "mine, not committed\n"
    for step_id in ("1.2", "1.4"):
        repo.baton("execute", "dispatched", "--step-id", step_id)
        repo.baton("execute", "record", "--step-id", step_id, "--status", "complete")
    waits = repo.json("execute", "next")
    assert waits["action"] == "WAIT" and "baton execute integrate" in waits["message"]
    assert "one.txt" in repo.baton("execute", "integrate", code=4).stderr
    (repo.path / "one.txt").unlink()
    assert repo.json("execute", "next")["step"] == "1.3"
