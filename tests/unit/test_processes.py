"""What gates and agents may see of our environment, and what a supervisor's words mean."""

from __future__ import annotations

import subprocess
import uuid

import pytest

from agent_baton.processes import MARKER, allowed_environment, read_ending, sweep

PASSED = {
    "PATH": "/bin", "HOME": "/home/ann", "LC_ALL": "C.UTF-8", "VIRTUAL_ENV": "/v", "GOPATH": "/go", "CARGO_HOME": "/c",
    "npm_config_cache": "/n", "JAVA_HOME": "/j", "HTTPS_PROXY": "http://proxy:3128", "PIP_INDEX_URL": "https://pypi.org",
    "NODE_OPTIONS": "--max-old-space-size=4096",
}  # fmt: skip
HELD_BACK = {
    "GITHUB_TOKEN": "x", "AWS_SECRET_ACCESS_KEY": "x", "DATABASE_URL": "postgres://u:p@h/d", "SSH_AUTH_SOCK": "/s",
    "npm_config__authToken": "x", "UV_PUBLISH_TOKEN": "x", "POETRY_HTTP_BASIC_X_PASSWORD": "x", "CARGO_REGISTRY_TOKEN": "x",
    "BUNDLE_GEMS__EXAMPLE__COM": "user:pw", "PIP_EXTRA_INDEX_URL": "https://ann:s3cr3t@pypi.example.com",
    "BATON_TASK_ID": "t", "BATON_DB": "/journal", "SOMETHING_ELSE": "x", "GOOGLE_API_KEY": "x", "CLAUDECODE": "1",
}  # fmt: skip


def test_what_tools_need_passes_and_nothing_else() -> None:
    """By name; and a value that is a secret stays out whatever its name."""
    assert allowed_environment(PASSED | HELD_BACK) == PASSED


def test_settings_can_let_more_through() -> None:
    """By name or glob, secrets included: it is said in so many words."""
    extra = ["GITHUB_TOKEN", "PIP_*", "AWS_*"]
    added = set(allowed_environment(PASSED | HELD_BACK, extra)) - set(PASSED)
    assert added == {"GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "PIP_EXTRA_INDEX_URL"}


@pytest.mark.parametrize(
    ("said", "code", "signal", "killed", "survivors", "not_started"),
    [
        (b"pid 7\nend 0 0 \n", 0, None, 0, (), ""),
        (b"pid 7\nend 768 2 8,9\n", 3, None, 2, (8, 9), ""),
        (b"pid 7\nend 9 1 \n", None, 9, 1, (), ""),
        (b"pid 7\nend - 0 7\n", None, None, 0, (7,), ""),
        (b"failed No such file or directory\nend 32512 0 \n", 127, None, 0, (), "No such file or directory"),
    ],
)
def test_a_supervisors_last_words(
    said: bytes,
    code: int | None,
    signal: int | None,
    killed: int,
    survivors: tuple[int, ...],
    not_started: str,
) -> None:
    """Wait status, how many were killed, who was left."""
    ending = read_ending(said, "no-such-tree")
    assert (ending.exit_code, ending.signal, ending.killed_children) == (code, signal, killed)
    assert (ending.survivors, ending.not_started, ending.fault) == (survivors, not_started, "")


@pytest.mark.parametrize(
    ("said", "fault"), [(b"pid 7\n", "was killed"), (b"", "was killed"), (b"fault X\n", "fault X")]
)
def test_a_supervisor_without_last_words_is_a_fault(said: bytes, fault: str) -> None:
    """How the command ended is then not known."""
    ending = read_ending(said, "no-such-tree")
    assert ending.exit_code is None
    assert fault in ending.fault


def test_one_that_executes_itself_over_and_over_is_found() -> None:
    """The kernel shows no environment of a process that is just being executed: one look in twenty."""
    again = 'exec sh -c "$0" "$0"'
    for _ in range(60):
        tree = uuid.uuid4().hex
        with subprocess.Popen(
            ["sh", "-c", again, again], env={MARKER: tree, "PATH": "/usr/bin:/bin"}
        ) as restless:
            found = sweep(tree)
            if not found:
                restless.kill()
            assert found == 1
