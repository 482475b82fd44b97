"""Every leak of isolation reported for tools of this kind: refused, harmless, or seen and said."""

from __future__ import annotations

from pathlib import Path

from tests.integration.run.conftest import Item, Runner
from tests.support.plans import phase, plan, step
from tests.support.running import wide, work

SAYS_DONE = {"say": "STATUS: complete"}


def test_nothing_falls_back_into_the_checkout(runner: Runner) -> None:
    """A tree that cannot be had is a step that is not started: refused, said, and nothing ran in place."""
    task = runner.start(wide(1, 1))
    blocked = runner.repo.path / ".claude" / "worktrees" / "baton" / task / "1.1"
    blocked.mkdir(parents=True)
    (blocked / "something").write_text("not ours")
    end = runner.run(task)
    assert end.kind == "paused"
    assert "refused" in end.text
    assert runner.events(task, "StepDispatched") == []
    assert not (runner.repo.path / "out").exists()
    assert (blocked / "something").read_text() == "not ours"


def test_an_agent_works_in_its_own_tree(runner: Runner) -> None:
    """Its directory, git's top and the environment all say so; nothing names the checkout or the driver's place."""
    task = runner.start(wide(1, 1))
    report = "{ pwd; git rev-parse --show-toplevel; echo ${PWD:-}; echo ${OLDPWD:-none}; } > /dev/stdout; "
    shows = (
        report + "mkdir -p out; { pwd; git rev-parse --show-toplevel; echo ${OLDPWD:-none}; } > out/1.1.txt"
    )
    assert runner.run(task, {"do": [{"run": shows}, SAYS_DONE]}).kind == "complete"
    own = runner.repo.path / ".claude" / "worktrees" / "baton" / task / "1.1"
    assert runner.in_branch(task, "out/1.1.txt").splitlines() == [str(own), str(own), "none"]


def test_the_drivers_directory_never_moves(runner: Runner) -> None:
    task = runner.start(wide(1, 2))
    here = Path.cwd()
    seen: list[Path] = []
    runner.run(task, on=lambda item: seen.append(Path.cwd()))
    assert set(seen) == {here}


def test_the_base_is_what_was_merged_last_and_never_a_remote(runner: Runner) -> None:
    """Work of the phase before that nobody pushed is there; a newer commit of the user's branch is not."""
    task = runner.start(wide(2, 1))

    def commit_meanwhile(item: Item) -> None:
        if item["kind"] == "gate-ends" and item["phase"] == 1:
            runner.repo.write("user.txt", "mine")
            runner.repo.commit("the user goes on")

    looks = {"step": "2.1", "do": [{"run": "test -f out/1.1.txt && ! test -e user.txt && mkdir -p out && echo ok > out/2.1.txt"}, SAYS_DONE]}  # fmt: skip
    assert runner.run(task, looks, on=commit_meanwhile).kind == "complete"
    assert runner.in_branch(task, "out/2.1.txt") == "ok"
    assert (runner.repo.path / "user.txt").read_text() == "mine"


def test_a_reset_in_the_checkout_loses_nothing_of_the_user(runner: Runner) -> None:
    """An agent that goes to the main checkout and resets it: seen, said, and all of it is kept under a ref."""
    repo = runner.repo
    task = runner.start(wide(1, 1))
    repo.write("README.md", "a day of unsaved work\n")
    repo.write("new.txt", "never added\n")
    top = repo.path
    evil = f"git -C '{top}' reset -q --hard && git -C '{top}' clean -qfd"
    runner.run(task, {"attempt": [1], "do": [{"run": f"env -u GIT_CEILING_DIRECTORIES {evil}"}, *work()]})
    assert not (top / "new.txt").exists(), "the agent really did it"
    kept = f"refs/baton/checkout/{task}"
    assert repo.git("show", f"{kept}:README.md") == "a day of unsaved work"
    assert repo.git("show", f"{kept}:new.txt") == "never added"
    warned = [e["text"] for e in runner.events(task, "NoteAdded") if e["kind"] == "warning"]
    assert any("checkout" in text and kept in text for text in warned)


def test_writing_into_the_checkout_is_seen(runner: Runner) -> None:
    """Work put outside the tree is no work of the step: it is not merged, and it is said."""
    task = runner.start(wide(1, 1))
    outside = {"attempt": [1], "do": [{"run": f"echo x > '{runner.repo.path}/leaked.txt'"}, *work()]}
    runner.run(task, outside)
    warned = [e["text"] for e in runner.events(task, "NoteAdded") if e["kind"] == "warning"]
    assert any("leaked.txt" in text for text in warned)
    assert "leaked.txt" not in runner.repo.git("ls-tree", "-r", "--name-only", f"baton/{task}/task")


def test_a_siblings_tree_is_never_recycled(runner: Runner) -> None:
    """Each step's tree is its own, also when an agent checks out another step's branch in it."""
    task = runner.start(wide(1, 3))
    trees: set[str] = set()
    steals = {"step": "1.2", "attempt": [1], "do": [{"run": "git switch -q -c stolen"}, SAYS_DONE]}

    def look(item: Item) -> None:
        if item["kind"] == "starts":
            trees.add(str(runner.events(task, "StepDispatched")[-1]["worktree"]))

    assert runner.run(task, steals, on=look, max_parallel=1).kind == "complete"
    assert len(trees) == 3
    assert runner.in_branch(task, "out/1.2.txt") == "work of 1.2"


def test_a_branch_that_cannot_be_taken_is_a_failed_attempt(runner: Runner) -> None:
    """History rewritten, the branch deleted, a merge half done: saved, said, and done anew on a fresh tree."""
    for key in ("user.name", "user.email"):
        runner.repo.git("config", key, "ann@example.org")
    ours, theirs = (f"echo {word} > README.md; git commit -qam {word}" for word in ("ours", "theirs"))
    spoil = {
        "1.1": [{"run": "git commit -q --amend --allow-empty -m rewritten"}, *work()],
        "1.2": [*work(), {"run": "git update-ref -d HEAD"}],
        "1.3": [{"run": f"git switch -qc side; {theirs}; git switch -q -; {ours}; git merge side"}],
    }
    task = runner.start(wide(1, len(spoil)))
    rules = [{"step": name, "attempt": [1], "do": [*do, SAYS_DONE]} for name, do in spoil.items()]
    assert runner.run(task, *rules).kind == "complete"
    ends = runner.events(task, "StepFinished")
    failed = {e["step_id"]: e["outcome"] for e in ends if e["status"] == "failed"}
    assert failed.keys() == spoil.keys()
    assert "no more in its branch" in failed["1.1"]
    assert "no more in its branch" in failed["1.2"]
    assert "conflicts in 1 file(s), 'README.md'" in failed["1.3"]
    assert runner.in_branch(task, "out/1.3.txt") == "work of 1.3"
    assert "<<<" not in runner.in_branch(task, "README.md")


def test_a_reader_that_writes_has_failed(runner: Runner) -> None:
    """A reviewer's change is set aside under a ref; it is in no branch."""
    document = wide(1, 1)
    document["phases"][0]["steps"][0] |= {
        "agent_name": "code-reviewer",
        "blocked_paths": ["**"],
        "allowed_paths": [],
    }
    task = runner.start(document)
    mends = {"attempt": [1], "do": [{"append": {"README.md": "better"}}, {"commit": "mended"}, SAYS_DONE]}
    reads = {"do": [{"say": "STATUS: complete\nDONE: read it all"}]}
    assert runner.run(task, mends, reads).kind == "complete"
    assert "may only read" in runner.events(task, "StepFinished")[0]["outcome"]
    assert runner.in_branch(task, "README.md") == "# Sample"
    refs = runner.repo.git("for-each-ref", "--format=%(refname)", "refs/baton/salvage").split()
    assert any("better" in runner.repo.git("show", f"{ref}:README.md") for ref in refs)


def test_an_agents_settings_are_not_ours(runner: Runner) -> None:
    """What an agent writes into .claude/baton.yaml of its tree changes nothing: set-up commands are the user's."""
    task = runner.start(wide(2, 1))
    evil = {
        "step": "1.1",
        "do": [{"write": {".claude/baton.yaml": "workspace: {setup: touch /nonexistent/x}"}}, *work()],
    }
    assert runner.run(task, evil).kind == "complete"


def test_a_gate_judges_the_branch_and_nothing_that_was_put_beside_it(runner: Runner) -> None:
    """An agent writes into the task's own tree, where the gate runs: the file is set aside, and the gate is red without it."""
    document = plan(phase(1, step("1.1", allowed_paths=["out/**"]), gate="test -f proof.txt"))
    task = runner.start(document)
    home = runner.repo.path / ".claude" / "worktrees" / "baton" / task / "task"
    cheats = {
        "step": "1.1",
        "do": [{"run": f"echo x > '{home}/proof.txt'; echo x >> '{home}/README.md'"}, *work()],
    }
    mends = {"step": "1.r*", "do": [{"write": {"proof.txt": "real"}}, {"commit": "proof"}, SAYS_DONE]}
    assert runner.run(task, cheats, mends).kind == "complete"
    assert [item["ok"] for item in runner.told("gate-ends")] == [False, True]
    assert runner.in_branch(task, "proof.txt") == "real"
    assert runner.in_branch(task, "README.md") == "# Sample"
    warned = [e["text"] for e in runner.events(task, "NoteAdded") if e["kind"] == "warning"]
    assert any("proof.txt" in text and "refs/baton/salvage" in text for text in warned)


def test_what_a_failed_attempt_left_survives_the_next_one(runner: Runner) -> None:
    """The next attempt finds it, throws it away and begins anew: it is under a saved ref all the same."""
    task = runner.start(wide(1, 1))
    leaves = {"write": {"out/1.1.txt": "half of the work\n"}}
    commits = {"commit": "half"}
    more = {"write": {"out/1.1.txt": "half of the work\nand more\n"}}
    dies = {"attempt": [1], "do": [leaves, commits, more, {"exit": 1}]}
    wipes = {"run": "test -s out/1.1.txt && git reset -q --hard HEAD~1 && git clean -qfd && test ! -e out"}
    again = {"attempt": [2], "do": [wipes, *work()]}
    assert runner.run(task, dies, again).kind == "complete"
    assert runner.in_branch(task, "out/1.1.txt") == "work of 1.1"
    saved = f"refs/baton/salvage/{task}/1.1/1"
    assert runner.repo.git("show", f"{saved}:out/1.1.txt") == "half of the work\nand more"
    assert runner.repo.git("log", "-1", "--format=%s", f"{saved}~1") == "half"


def test_a_tree_whose_git_link_was_deleted_comes_back_with_its_files(runner: Runner) -> None:
    """However that attempt ends: its files are there for the next, and the run goes on."""
    task = runner.start(wide(1, 1))
    cuts = [{"write": {"out/1.1.txt": "half\n"}}, {"run": "rm .git"}]
    rules = [
        {"attempt": [1], "do": [*cuts, {"error": {"status": 529}}]},
        {"attempt": [2], "do": [{"run": "test $(cat out/1.1.txt) = half"}, *cuts, {"exit": 1}]},
        {"attempt": [3], "do": [{"run": "test $(cat out/1.1.txt) = half"}, *work()]},
    ]
    assert runner.run(task, *rules, waits=True).kind == "complete"
    assert runner.in_branch(task, "out/1.1.txt") == "work of 1.1"
