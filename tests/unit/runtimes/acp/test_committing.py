"""Which commands are nothing but a commit."""

from __future__ import annotations

import pytest

from agent_baton.runtimes.acp.committing import only_commits

TREE = "/home/ann/my projéct/.claude/worktrees/baton/t/1.1"


@pytest.mark.parametrize(
    "command",
    [
        "git status",
        "git add -A",
        "git add -- shop.py && git commit -m 'Add a discount; it is taken off'",
        'git commit -qm "Say what it costs"',
        f"cd '{TREE}' && git add . && git commit -m 'x' && git rev-parse HEAD",
        f'cd "{TREE}/docs" && git log --oneline -3',
        "git diff HEAD~1",
        "git commit -m 'first line\n\nand more'",
    ],
)
def test_git_at_work_on_a_commit_is_let_through(command: str) -> None:
    assert only_commits(command, TREE)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "rm -r build",
        "git push",
        "git -C /elsewhere commit -m x",
        "git -c core.hooksPath=/tmp commit -m x",
        "git add . ; rm x",
        "git add . || rm x",
        "git add . & rm x",
        "git add .\nrm x",
        "git log | sh",
        "git log > /etc/passwd",
        "git log --output=/etc/passwd",
        "git diff --ext-diff",
        'git commit -m "$(rm x)"',
        'git commit -m "`rm x`"',
        "git commit -m $(rm x)",
        "git commit -m 'x' && rm x",
        "cd / && git add .",
        "cd .. && git commit -m x",
        f"cd '{TREE}2' && git commit -m x",
        f"cd '{TREE}/..' && git commit -m x",
        "cd ~ && git commit -m x",
        "git commit -m 'open",
        "git reset --hard",
    ],
)
def test_everything_else_is_for_a_person(command: str) -> None:
    """Other programs, other verbs, other places, and whatever a shell would expand or pass on."""
    assert not only_commits(command, TREE)
