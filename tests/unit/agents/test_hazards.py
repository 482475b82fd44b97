"""Shell lines of a step's agent: what they would destroy, publish or drive, and which files they write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.agents.hazards import hazard, written
from agent_baton.agents.shellwords import Operator, tokens

DANGEROUS = r"""
git push
git -C sub push --force origin main
git -c push.default=current push
sudo git push
GIT_SSH=x git push
cd src && git push
echo $(git push)
echo "done: $(git reset --hard)"
sh -c 'git push'
bash -lc "git clean -fd"
eval git push
timeout 60 git push
if true; then git push; fi
git reset --hard
git reset --merge HEAD~1
git clean -fdx
git clean -fdxen
git clean -fdx -- -n
git --attr-source HEAD clean -f
nice -n 10 git clean -f
sudo -u me git push
timeout -k 5 60 git push
find . -name x -execdir git clean -f {} \;
git submodule foreach --recursive git clean -f
git submodule foreach 'git clean -f'
git bisect run git push
git config alias.p push
git --config-env=alias.p=P p
git stash -a
git stash push -m x --all
git checkout -- a.py
git checkout .
git checkout HEAD~1 a.py
git checkout -f main
git switch --discard-changes main
git restore a.py
git restore -SW a.py
git branch -D x
git branch -d x
git tag -d v1
git stash drop
git stash clear
git worktree remove x
git rebase main
git filter-branch --all
git update-ref refs/heads/main HEAD~1
git reflog expire --all
git gc --prune=now
git -c alias.p=push p
baton execute record --step-id 1.1 --status complete
baton execute approve --phase-id 1
baton uninstall
""".strip().splitlines()

HARMLESS = r"""
git add -A && git commit -m "no git push here"
git log --grep='reset --hard'
git diff | head
git checkout -b feature main
git checkout feature
git restore --staged a.py
git reset HEAD~1
git stash
git stash pop
git stash push -m -a
git stash list --all
git clean -n
git clean -fdxn -e keep
git config --get alias.p
find . -name '*.pyc' -exec rm {} +
git rebase --abort
git worktree list
git branch feature
echo git push
grep -rn 'git push' docs
baton execute status
baton execute next
baton story
pytest -q 2>&1 | tail -3
""".strip().splitlines()


@pytest.mark.parametrize("line", DANGEROUS)
def test_what_cannot_be_undone_is_refused(line: str) -> None:
    """Behind wrappers, in chains, in substitutions: each with what to do instead."""
    assert len(hazard(line)) > 20


@pytest.mark.parametrize("line", HARMLESS)
def test_ordinary_work_passes(line: str) -> None:
    assert hazard(line) == ""


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("echo x > a.txt", ["/r/a.txt"]),
        ("cd src && echo x >> ../b 2> err", ["/r/b", "/r/src/err"]),
        ("cd '/else where'; touch x", ["/else where/x"]),
        ("cp a b c/", ["/r/c"]),
        ("mv a b", ["/r/a", "/r/b"]),
        ("rm -rf old", ["/r/old"]),
        ("sed -i s/x/y/ f.py", ["/r/f.py"]),
        ("dd if=a of=b", ["/r/b"]),
        ("cat <<E | tee -a log\nhi > no\nE", ["/r/log", "/r/no"]),
        ("make 2>&1 | tail -3", []),
        ("echo '> no'", []),
        ('echo x > "$OUT"', []),
    ],
)
def test_files_a_line_writes(line: str, paths: list[str]) -> None:
    """As far as they can be read off it; what the shell computes is left to the evidence."""
    assert list(written(line, "/r")) == paths


def test_quotes_make_words_of_operators() -> None:
    found = tokens("echo ';' \"a b\" c\\ d>f 2>&1")
    assert found == ["echo", ";", "a b", "c d", ">", "f", ">&", "1"]
    assert [isinstance(word, Operator) for word in found] == [
        False,
        False,
        False,
        False,
        True,
        False,
        True,
        False,
    ]


@given(st.text(max_size=120))
def test_any_line_gets_an_answer(line: str) -> None:
    """A guard that raises would be a guard that is switched off."""
    assert isinstance(hazard(line), str)
    assert all(path.startswith("/") for path in written(line, "/r"))
