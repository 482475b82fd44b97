"""Shell lines read without being run."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.plan.shell import UnreadableError, always_fails, can_fail, programs, read

CANNOT_FAIL = """
    true
    :
    echo ok
    exit 0
    pytest || true
    pytest || :
    pytest || exit 0
    pytest || echo failed
    pytest; true
    pytest; echo done
    pytest; exit 0
    pytest | tee log.txt
    pytest | cat; true
    pytest &
    (pytest || true)
    (pytest; true)
    bash -c 'pytest || true'
    sh -c "exit 0"
    CI=1 true
    env X=1 echo hi
    ruff check --exit-zero .
    pytest --collect-only -q
    pytest --version
    npm --help
    pytest && echo ok || true
    timeout 60 true
    time echo x
    printf 'a && b'
    true # pytest
    for f in *; do pytest; done || true
"""
CAN_FAIL = """
    pytest
    pytest -q
    pytest && echo ok
    echo start && pytest
    pytest || exit 1
    pytest || (echo no; exit 1)
    cd web && npm test
    (cd web && npm test)
    set -e; pytest; echo done
    set -o pipefail; pytest | tee log
    set -eo pipefail; pytest | tee log; echo done
    ! grep -r TODO src
    pytest 2>&1
    pytest > log 2>&1
    echo x | grep y
    if pytest; then echo ok; else exit 1; fi
    for f in *; do pytest; done
    bash -c 'pytest'
    sh -ec 'pytest; true'
    make test
    test -f x
    [ -f x ]
    exit $code
    echo '|| true' | grep x
    pytest -k 'a or b; true'
    echo "$(pytest)" | grep passed
    npm version patch
    ./gradlew test
    false
"""


@pytest.mark.parametrize("line", CANNOT_FAIL.split("\n")[1:-1])
def test_a_line_that_always_ends_with_0_is_seen(line: str) -> None:
    """These gates are green whatever happens."""
    assert not can_fail(read(line))


@pytest.mark.parametrize("line", CAN_FAIL.split("\n")[1:-1])
def test_a_line_that_can_fail_is_left_in_peace(line: str) -> None:
    """No false alarm for a real gate, however it is dressed."""
    assert can_fail(read(line))


@pytest.mark.parametrize(
    "line", ["pytest 'a", 'echo "x', "(pytest", "pytest &&", "| x", "", "a && || b", "pytest )", "a | | b"]
)
def test_a_line_no_shell_would_take_is_unreadable(line: str) -> None:
    """Open quotes, open parentheses, operators without a command."""
    with pytest.raises(UnreadableError):
        read(line)
    assert subprocess.run(["sh", "-n", "-c", line or "("], capture_output=True).returncode != 0


_words = st.sampled_from(
    ["true", "false", ":", "exit 0", "exit 1", "echo x", "(true)", "(false)", "! true", "! false"]
)
_joined = st.lists(st.tuples(_words, st.sampled_from([" && ", " || ", "; ", " | "])), min_size=1, max_size=5)


@given(_joined, st.sampled_from(["", "set -e; "]))
def test_what_is_said_to_always_pass_does(parts: list[tuple[str, str]], options: str) -> None:
    """Held against a real shell: a line said to end with 0 does end with 0."""
    line = options + "".join(f"{word}{joint}" for word, joint in parts[:-1]) + parts[-1][0]
    line = line.replace("| !", "|")  # a shell has the exclamation mark at the front of a pipeline only
    if not can_fail(read(line)):
        assert subprocess.run(["sh", "-c", line], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("pytest -q", ["pytest"]),
        ("cd web && npm test && ./run.sh", ["npm", "./web/run.sh"]),
        ("(cd a; cd b; x) && y", ["x", "y"]),
        ("CI=1 uv run pytest | tee log", ["uv", "tee"]),
        ("scripts/test --all", ["./scripts/test"]),
        ("/usr/bin/make", ["/usr/bin/make"]),
        ("$TOOL x; `which y`; ~/bin/z", []),
        ("if test -f x; then make a; fi", ["make"]),
        ("echo a > out.txt; x < in.txt", ["x"]),
        ("! grep -r TODO src", ["grep"]),
    ],
)
def test_the_programs_a_line_starts(line: str, wanted: list[str]) -> None:
    """What must be installed or present for the gate to run; built-ins are always there."""
    assert programs(read(line)) == wanted


def test_a_line_that_can_only_fail_is_seen() -> None:
    """`false` as a gate is as useless as `true`."""
    assert always_fails(read("false")) and always_fails(read("exit 3"))
    assert not always_fails(read("pytest")) and not always_fails(read("exit 0"))


@given(st.text("ab '\"`$()&|;<>\\#\n!{}", max_size=40))
def test_any_line_is_read_or_refused(line: str) -> None:
    """No text makes the reader fall over or run anything."""
    try:
        lines = read(line)
    except UnreadableError:
        return
    can_fail(lines)
    programs(lines)
