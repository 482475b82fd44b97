"""Before an edit or a shell command: the step's paths, the journal, what cannot be undone."""

from __future__ import annotations

import pytest

from tests.support.hooks import Session
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo


@pytest.fixture
def at_work(repo: Repo) -> Session:
    """A session whose agent a1 works on a step that may change `src/**` but not `src/gen/**`."""
    limits = {"allowed_paths": ["src/**"], "blocked_paths": ["src/gen/**"]}
    repo.save_plan(plan(phase(1, step("1.1", **limits))))
    session = Session(repo)
    repo.baton("execute", "start", "--no-baseline", BATON_SESSION="s-1")
    prompt = session.spawn("baton step 1.1: go")["hookSpecificOutput"]["updatedInput"]["prompt"]
    session.begin(prompt)
    return session


def test_a_steps_agent_edits_within_its_paths(at_work: Session) -> None:
    top = at_work.repo.path
    for tool in ("Write", "Edit", "MultiEdit"):
        assert at_work.edit(f"{top}/src/a.py", "a1", tool) == ""
    assert "outside of what this step may change (src/**)" in at_work.edit(f"{top}/README.md", "a1")
    assert "not to be changed in this step" in at_work.edit(f"{top}/src/gen/x.py", "a1")
    assert "outside" in at_work.edit("other.py", "a1")
    assert at_work.edit("/tmp/scratch.txt", "a1") == ""


def test_what_claude_code_writes_down_stays_as_it_is(at_work: Session) -> None:
    """How other agents end is read there: a step's agent writes neither the session's transcript nor another agent's."""
    sibling = at_work.agent_file("a2")
    assert "the proof of who did what" in at_work.edit(str(sibling), "a1")
    assert "the proof of who did what" in at_work.edit(str(at_work.transcript), "a1")
    assert "the proof of who did what" in at_work.bash(f"echo '{{}}' >> '{sibling}'", "a1")
    assert at_work.edit(str(at_work.transcript.with_name("memory.md")), "a1") == ""
    assert at_work.bash(f"cat '{sibling}'", "a1") == ""


def test_a_link_leads_nowhere_else(at_work: Session) -> None:
    """Where a path leads counts, not how it is written."""
    (at_work.repo.path / "src").mkdir()
    (at_work.repo.path / "src" / "link").symlink_to(at_work.repo.path)
    assert "outside" in at_work.edit(f"{at_work.repo.path}/src/link/README.md", "a1")
    assert "outside" in at_work.edit(f"{at_work.repo.path}/src/../README.md", "a1")


def test_a_notebook_is_a_file(at_work: Session) -> None:
    answer = at_work.hook(
        "PreToolUse",
        agent_id="a1",
        agent_type="dev",
        tool_name="NotebookEdit",
        tool_input={"notebook_path": f"{at_work.repo.path}/x.ipynb"},
    )
    assert answer["hookSpecificOutput"]["permissionDecision"] == "deny"


def test_the_main_conversation_edits_what_it_likes(at_work: Session) -> None:
    """But for the journal."""
    top = at_work.repo.path
    assert at_work.edit(f"{top}/README.md") == ""
    assert at_work.bash("git push") == ""
    assert at_work.bash("git clean -fdx -e .claude/team-context") == ""
    assert "written by baton alone" in at_work.edit(f"{top}/.claude/team-context/baton.db")
    assert at_work.edit(f"{top}/.claude/team-context/plan.json") == ""


@pytest.mark.parametrize(
    "command",
    [
        "sqlite3 .claude/team-context/baton.db 'delete from event'",
        "rm -f .claude/team-context/baton.db*",
        "rm -rf .claude/team-context",
        "rm -rf .claude",
        "echo x > .claude/team-context/baton.db",
        "cd .claude/team-context && mv baton.db old",
        "python3 -c \"open('.claude/team-context/baton.db','w')\"",
        "git -C . clean -fdx -e build",
        "git stash -a",
    ],
)
def test_nobody_touches_the_journal(at_work: Session, command: str) -> None:
    for agent in ("", "a1"):
        told = at_work.bash(command, agent)
        assert "journal" in told or (agent and "git clean" in told)


@pytest.mark.parametrize(
    "command",
    ["ls -la .claude/team-context", "git status", "baton story", "cat .claude/settings.json", "git clean -n"],
)
def test_looking_is_free(at_work: Session, command: str) -> None:
    for agent in ("", "a1"):
        assert at_work.bash(command, agent) == ""


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("git push", "commit here"),
        ("git add -A && git commit -m x && git push --force origin main", "commit here"),
        ("git reset --hard HEAD~1", "undo your own change by editing"),
        ("git clean -fd", "by name"),
        ("git checkout -- src/a.py", "by editing"),
        ("git branch -D old", "NOTES: warning"),
        ("git stash drop", "NOTES: warning"),
        ("git worktree remove x", "NOTES: warning"),
        ("git rebase main", "add a commit on top"),
        ("bash -c 'git push'", "commit here"),
        ("baton execute record --step-id 1.1 --status complete", "end with your report"),
        ("baton execute approve --phase-id 1 --result approve", "end with your report"),
        ("echo x > README.md", "leave it"),
        ("cd src && rm ../README.md", "leave it"),
    ],
)
def test_a_steps_agent_is_told_what_to_do_instead(at_work: Session, command: str, instead: str) -> None:
    assert instead in at_work.bash(command, "a1")


@pytest.mark.parametrize(
    "command",
    [
        "git add -A && git commit -m 'x'",
        "pytest -q 2>&1 | tail -3",
        "echo x > src/a.py",
        "baton execute status",
    ],
)
def test_its_work_goes_on(at_work: Session, command: str) -> None:
    assert at_work.bash(command, "a1") == ""


def test_a_reading_agent_reads(session: Session) -> None:
    """Whose file lists no tool that writes: no edits, and a shell for looking."""
    session.repo.write(".claude/agents/dev.md", "---\nname: dev\ndescription: d\ntools: Read, Bash\n---\nx\n")
    prompt = session.spawn("baton step 1.1: go")["hookSpecificOutput"]["updatedInput"]["prompt"]
    session.begin(prompt)
    assert "only reads" in session.edit(f"{session.repo.path}/README.md", "a1")
    assert "only reads" in session.bash("touch x", "a1")
    assert session.bash("git diff HEAD~1 | head -5", "a1") == ""
    reviewed = "STATUS: complete\nVERDICT: approve\nDONE: read it all, nothing found"
    assert session.stop_agent(reviewed) == {}


def test_work_stays_in_its_tree(session: Session) -> None:
    """Agents' shells begin in the session's directory: a command is led to the step's tree, an edit elsewhere refused."""
    session.repo.baton("execute", "next", "--all")
    prompt = session.spawn("baton step 1.1: go")["hookSpecificOutput"]["updatedInput"]["prompt"]
    session.begin(prompt)
    tree = session.repo.path / ".claude/worktrees/baton/task-x-0001/1.1"
    answer = session.hook(
        "PreToolUse",
        agent_id="a1",
        agent_type="dev",
        tool_name="Bash",
        tool_input={"command": "make", "timeout": 5},
    )
    assert answer["hookSpecificOutput"] == {
        "hookEventName": "PreToolUse",
        "updatedInput": {"command": f"cd '{tree}'\nmake", "timeout": 5},
    }
    inside = session.hook(
        "PreToolUse",
        agent_id="a1",
        cwd=None,
        tool_name="Bash",
        tool_input={"command": f"cd '{tree}' && make"},
    )
    assert "permissionDecision" not in inside["hookSpecificOutput"]
    assert session.edit(f"{tree}/a.py", "a1") == ""
    assert "works in" in session.edit(f"{session.repo.path}/a.py", "a1")


def test_agents_of_no_step_are_left_alone(session: Session) -> None:
    session.begin("look around", "z9", "toolu_other")
    assert session.edit(f"{session.repo.path}/README.md", "z9") == ""
    assert session.bash("git push", "z9") == ""
