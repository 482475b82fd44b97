"""Running git: big outputs, time limits, errors that say what now, and nothing of the repository's run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent_baton.errors import NotFound, Refused, UserError
from agent_baton.workspace.git import Call, answer, fault, git, together
from agent_baton.workspace.locate import locate
from tests.support.processes import is_over

from .conftest import Repo


def test_what_git_says_comes_back(repo: Repo) -> None:
    """Exit code, output and error output are git's own; a failing code alone is no error."""
    ran = git(["rev-parse", "HEAD"], repo.top)
    assert (ran.code, ran.out.decode().strip(), ran.err) == (0, repo.head(), b"")
    assert git(["diff", "--quiet", "HEAD", "--", "nothing"], repo.top).code == 0
    failed = git(["rev-parse", "--verify", "nothing"], repo.top)
    assert failed.code == 128
    with pytest.raises(Refused, match=r"rev-parse.*Needed a single revision"):
        answer(failed)


def test_input_and_output_larger_than_any_pipe(repo: Repo) -> None:
    """Megabytes in and out at the same time do not block."""
    ids = b"".join(b"%040d\n" % number for number in range(50_000))
    out = answer(git(["cat-file", "--batch-check"], repo.top, ids))
    assert out == ids.replace(b"\n", b" missing\n")


def test_a_reader_that_stops_early(repo: Repo) -> None:
    """Git may stop reading its input: its exit code is the answer, not a broken pipe."""
    ran = git(["hash-object", "--stdin-paths"], repo.top, b"missing\n" * 500_000)
    assert ran.code == 128
    assert b"missing" in ran.err


def test_several_calls_side_by_side(repo: Repo) -> None:
    """Answers come in the order asked, whichever ends first."""
    calls = [Call(("rev-parse", f"HEAD:{name}"), repo.top) for name in ("src", "tests", "README.md")]
    answers = [ran.out.decode().strip() for ran in together(calls)]
    assert answers == [repo.head("HEAD:src"), repo.head("HEAD:tests"), repo.head("HEAD:README.md")]


def test_a_call_that_hangs_is_ended_with_its_children(repo: Repo) -> None:
    """Past the time limit the whole process group is gone and the error names the command."""
    pids = repo.path.parent / "pids"
    repo.git("config", "alias.hang", f"!echo $$ >> '{pids}'; sleep 600")
    with pytest.raises(Refused, match=r"took longer than 0\.3 s"):
        git(["hang"], repo.top, timeout_s=0.3)
    assert is_over(int(pids.read_text()))


def test_no_descriptor_is_left_open(repo: Repo) -> None:
    """Success, failure, and a command that cannot be spelled all leave no pipe behind."""
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    git(["version"], repo.top)
    git(["rev-parse", "nothing"], repo.top, b"input")
    with pytest.raises(UserError, match="cannot be asked"):
        git(["rev-parse", "nul\0byte"], repo.top)
    assert before == (len(os.listdir("/proc/self/fd")) if before else 0)


def test_git_is_not_installed(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git the error says to install it."""
    monkeypatch.setenv("PATH", str(repo.path))
    with pytest.raises(UserError, match="install it"):
        git(["version"], repo.top)


def test_errors_say_what_now(repo: Repo, tmp_path: Path) -> None:
    """No repository, a missing directory, a held index: each names the way on."""
    with pytest.raises(NotFound, match="git init"):
        answer(git(["status"], str(tmp_path)))
    with pytest.raises(NotFound):
        answer(git(["status"], str(tmp_path / "missing")))
    (repo.path / ".git/index.lock").write_text("")
    with pytest.raises(Refused, match="another git command"):
        answer(git(["add", "README.md"], repo.top, write=True))


def test_a_repository_of_another_user(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git's refusal to read another user's repository comes with the command that trusts it."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    ran = git(["status"], repo.top, env={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    assert isinstance(fault(ran), UserError)
    assert "safe.directory" in fault(ran).message


def test_prompts_and_foreign_settings_are_off(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIT_* of the caller that would lead git elsewhere does not reach it; identity does."""
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/nowhere")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare'='true'")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    assert git(["status", "--porcelain"], repo.top).code == 0
    assert b"Somebody Else" in git(["var", "GIT_AUTHOR_IDENT"], repo.top).out


def test_reads_write_nothing(repo: Repo) -> None:
    """A read does not even refresh the index."""
    os.utime(repo.path / "README.md", (1, 1))
    before = (repo.path / ".git/index").read_bytes()
    assert git(["status", "--porcelain"], repo.top).out == b""
    assert (repo.path / ".git/index").read_bytes() == before


def test_transports_are_closed_to_reads(repo: Repo) -> None:
    """No read can reach another repository, whatever the configuration offers."""
    ran = git(["ls-remote", f"file://{repo.top}"], repo.top)
    assert ran.code == 128
    assert b"not allowed" in ran.err
    assert git(["ls-remote", f"file://{repo.top}"], repo.top, write=True).code == 0


def test_nothing_of_the_repository_runs_on_reads(evil: tuple[Repo, Path]) -> None:
    """Hooks, fsmonitor, pager, editor, diff programs of a hostile repository stay silent while we look."""
    repo, mark = evil
    repo.write("README.md", "# Changed\n")
    repo.write("new file", "x")
    mark.unlink(missing_ok=True)
    for args in (
        ["ls-files", "-o", "--exclude-standard"],
        ["diff-tree", "-p", "--no-ext-diff", "HEAD"],
        ["log", "-1"],
    ):
        answer(git(args, repo.top))
    assert not mark.exists()
    assert locate(repo.top).filters == ("evil",)


HOT = ("locate", "git", "evidence", "paths")
ALLOWED = {"select", "unicodedata", "_locale", "errno", "time", "fcntl", "encodings.ascii"}
ALLOWED |= {"zlib", "_sha1"}  # to read a commit that was just made without a process of git


@pytest.mark.parametrize("module", HOT)
def test_hot_modules_import_nothing_costly(module: str) -> None:
    """The modules behind `execute next` and `record` pull in no `re`, `typing`, `subprocess` and the like."""
    code = (
        "import os, sys, __future__; before = set(sys.modules); "
        f"import agent_baton.workspace.{module}; print(*sorted(set(sys.modules) - before))"
    )
    source = str(Path(__file__).parents[3] / "src")
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    extra = {name for name in ran.stdout.split() if not name.startswith("agent_baton")}
    assert extra <= ALLOWED, extra
