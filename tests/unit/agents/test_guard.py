"""The guard of reading agents: what passes, what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.agents.guard import READERS, refusal

READS = r"""
git diff HEAD~1 --stat
git log --oneline -5 | head
git diff a..b -- src/x.py && git status --short
git --no-pager show HEAD:file
git -C sub blame f
git branch -a
git branch --contains HEAD
git tag --list 'v1*'
git stash list
git worktree list
git remote -v
git show HEAD@{1}
git diff @{u}
git show stash@{0}
git log --format='%h %s' --grep='x; rm'
rg -n 'foo|bar' src 2>/dev/null
rg 'a{1,3}$' src
rg "foo$" x
grep -n '$(' f
grep -c 'a>b' f
cat a.py | sed -n '1,20p'
sed -n '10p;20,30p' f
find . -name '*.py' | sort | wc -l
git diff 2>&1 | tail -3
wc -l < f
cd src && ls
ls 2>/dev/null || true
baton agents reference git
baton story
baton why
baton journal verify --task-id x
baton dashboard --since 7d --json
baton retro search 'flaky test'
baton trace show x
baton execute status
baton plan show
""".strip().splitlines()

WRITES = r"""
touch x
rm -rf .
echo hi > f
echo hi >> f
git diff >f
ls>f
ls 1>f
ls &>f
cat a > /dev/sda
git commit -m x
git push
git fetch
git checkout .
git stash
git branch new
git branch -D x
git tag v1
git remote add x y
git worktree add x
git reflog expire --all
git -c core.pager=sh log
git diff --output=f
git grep -O vi
git log -Ofoo
find . -delete
find . -exec rm {} +
find . -{delete,x}
find . $'-delete'
find . \-delete
find . '-del'ete
echo elete; find . -d$_
sed -i s/a/b/ f
sed 's/a/b/w f' x
sed -n '1e rm' f
sed -n 'w f' x
sort -o f f
uniq a b
file -C
date -s x
rg --pre=sh x
xargs rm
bash -c ls
sh x
eval ls
env rm x
python -c 'x'
awk 'BEGIN{system("rm")}'
FOO=1 git diff
printf -v x y
cat $(ls)
cat "$(rm x)"
echo `rm x`
ls & rm x
(rm x)
ls; rm x
ls || rm x
ls |& tee f
ls -la;rm x
baton execute record --step-id 1
baton plan x --save
baton agents create x
baton journal export f
baton dashboard --html f
baton dashboard --html=f
baton trace export --to f
'unclosed
""".strip().splitlines()


@pytest.mark.parametrize("command", [*READS, "ls\ngit status"])
def test_reading_passes(command: str) -> None:
    """What a reviewer needs to see a change is let through."""
    assert refusal(command) is None


@pytest.mark.parametrize("command", [*WRITES, "ls\nrm x", "ls \\\n; rm x", "cat <<E\nx\nE"])
def test_writing_is_refused_with_a_reason(command: str) -> None:
    """No way to write, start something else or hide it behind quoting, chains or expansions passes."""
    assert refusal(command)


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(command: str) -> None:
    """The guard never fails, so it never fails open."""
    assert refusal(command) is None or isinstance(refusal(command), str)


WORD = st.text(alphabet="abcxyz./-_", min_size=1, max_size=8)


@given(st.lists(WORD, min_size=1, max_size=5), st.sampled_from([";", "|", "&&", "||", "\n"]))
def test_an_unknown_command_never_passes(words: list[str], joint: str) -> None:
    """Whatever stands beside it, a command that is not known to read is refused."""
    unknown = f"x{words[0]}"
    if unknown not in READERS:
        assert refusal(f"ls {joint} {unknown} {' '.join(words[1:])}")
