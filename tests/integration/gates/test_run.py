"""Gates run as real processes. Commands that would run for ever stand for those that do."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from agent_baton.errors import UserError
from agent_baton.gates.judge import judge
from agent_baton.gates.run import GateRun, Stop, run_gate

FOREVER = "exec tail -f /dev/null"
LONG = 600.0  # a time limit that no test of this file reaches


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie of another parent has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def pids(directory: Path) -> list[int]:
    return [int(path.read_text()) for path in directory.glob("*.pid")]


def script(directory: Path, name: str, *lines: str) -> None:
    path = directory / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


def gate(command: str, cwd: Path, timeout_s: float = LONG, **options: object) -> GateRun:
    return run_gate(command, str(cwd), timeout_s, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("command", "code"), [("true", 0), ("exit 3", 3), ("no-such-command-at-all", 127)])
def test_the_exit_code_is_the_commands(command: str, code: int, tmp_path: Path) -> None:
    """The shell's exit code is handed on, a missing command's 127 too."""
    run = gate(command, tmp_path)
    assert (run.exit_code, run.signal, run.timed_out, run.killed_children) == (code, None, False, 0)


def test_both_streams_are_kept_in_order_also_without_a_last_newline(tmp_path: Path) -> None:
    """What a person would have seen, partial last line included, as it was streamed."""
    streamed: list[bytes] = []
    run = gate("echo one; echo two >&2; printf three", tmp_path, on_output=streamed.append)
    assert run.output == "one\ntwo\nthree"
    assert b"".join(streamed) == b"one\ntwo\nthree"
    assert run.output_bytes == 13


def test_there_is_no_terminal_and_no_input(tmp_path: Path) -> None:
    """A command that asks gets the end of its input, not a hang."""
    run = gate("cat; tty; read x || echo no input; (: </dev/tty) 2>/dev/null || echo no tty", tmp_path)
    assert run.output == "not a tty\nno input\nno tty\n"


def test_a_directory_that_is_not_there_is_the_users_error(tmp_path: Path) -> None:
    """The message names it."""
    with pytest.raises(UserError, match="nowhere"):
        gate("true", tmp_path / "nowhere")


def test_colours_and_progress_are_cleaned_secrets_redacted(tmp_path: Path) -> None:
    """Stored output can be shown anywhere; what was streamed is raw."""
    run = gate(
        r"printf '\033[31mred\033[0m\r\n10%%\r50%%\r100%% done\n\000\007x password=hunter22\n'", tmp_path
    )
    assert run.output == "red\n100% done\nx password=[redacted:password]\n"


def test_secrets_of_our_environment_are_not_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The allow-list holds; what the caller puts in is passed as it is."""
    monkeypatch.setenv("DEPLOY_TOKEN", "x")
    monkeypatch.setenv("UNKNOWN_SETTING", "x")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    names = {line.partition("=")[0] for line in gate("env", tmp_path).output.splitlines()}
    assert {"PATH", "LC_ALL", "TERM", "BATON_TREE"} <= names
    assert not names & {"DEPLOY_TOKEN", "UNKNOWN_SETTING"}
    given = gate("echo $DEPLOY_TOKEN", tmp_path, env={"PATH": os.environ["PATH"], "DEPLOY_TOKEN": "passed"})
    assert given.output == "passed\n"


def test_binary_garbage_is_survived(tmp_path: Path) -> None:
    """Bytes that are no text become text that can be stored."""
    run = gate("head -c 100000 /dev/urandom", tmp_path)
    assert run.exit_code == 0
    assert run.output_bytes == 100_000
    assert run.output.encode()


def test_much_output_keeps_head_and_tail(tmp_path: Path) -> None:
    """The beginning and the end are kept, with how much is missing between, cut at line ends."""
    run = gate("seq 1 200000", tmp_path, output_cap_bytes=8192)
    lines = run.output.splitlines()
    assert lines[:2] == ["1", "2"]
    assert lines[-1] == "200000"
    marker = next(i for i, line in enumerate(lines) if line.startswith("[… "))
    kept = sum(len(line) + 1 for line in lines[: marker - 1] + lines[marker + 1 :])
    assert lines[marker] == f"[… {run.output_bytes - kept} bytes cut …]"
    assert int(lines[marker - 2]) + 1 < int(lines[marker + 1])
    assert len(run.output) <= 8192 + 100


def test_a_gigabyte_of_output_does_not_fill_memory(tmp_path: Path) -> None:
    """Peak memory stays far below what went through (measured in a process of its own)."""
    script = textwrap.dedent("""
        import resource, sys
        from agent_baton.gates.run import run_gate
        run = run_gate("head -c 1000000000 /dev/zero", ".", 300)
        assert run.output_bytes == 1_000_000_000, run
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    """)
    # A process starts with the peak of the one that it was forked from: a small shell stands between this and pytest's.
    shell = ["/bin/sh", "-c", '"$0" -c "$1"; exit $?', sys.executable, script]
    peak = subprocess.run(shell, cwd=tmp_path, capture_output=True, check=True)
    unit = 1024 if sys.platform == "linux" else 1  # getrusage(2): kilobytes on Linux, bytes on macOS
    assert int(peak.stdout) * unit < 150_000_000


def test_a_timeout_ends_the_whole_tree(tmp_path: Path) -> None:
    """Children in sessions of their own and deaf to SIGTERM go as well."""
    script(tmp_path, "deaf", "trap '' TERM", "echo $$ > $1.pid", "while :; do tail -f /dev/null; done")
    run = gate("setsid ./deaf a & setsid ./deaf b & ./deaf c", tmp_path, 1.0, grace_s=0.2)
    assert run.timed_out
    assert run.killed_children >= 5
    assert [gone(pid) for pid in pids(tmp_path)] == [True, True, True]


def test_a_timeout_is_not_put_off_by_output(tmp_path: Path) -> None:
    """A command that never stops talking runs out of time like a silent one."""
    assert gate("yes", tmp_path, 0.5).timed_out


def test_a_command_may_use_its_last_seconds_to_report(tmp_path: Path) -> None:
    """SIGTERM comes first, and what is printed in answer is kept."""
    run = gate("trap 'echo tidied; exit 7' TERM; tail -f /dev/null & wait", tmp_path, 0.5)
    assert (run.timed_out, run.exit_code) == (True, 7)
    assert run.output == "tidied\n"


@pytest.mark.parametrize(
    "daemon",
    [
        "{} &",
        "(setsid {} &) ",
        "nohup {} >/dev/null 2>&1 & disown 2>/dev/null",
        "setsid sh -c 'env -i setsid {} & ' & ",
    ],
    ids=["background", "own session", "nohup", "own session, empty environment, parent gone"],
)
def test_what_a_command_leaves_running_is_ended_and_counted(daemon: str, tmp_path: Path) -> None:
    """A server that a test forgot does not outlive the gate, however it detached itself."""
    script(tmp_path, "server", "echo $$ > server.pid", ": > up", FOREVER)
    run = gate(f"{daemon.format('./server')}\nuntil [ -e up ]; do :; done; echo tests passed", tmp_path)
    assert run.exit_code == 0
    assert run.output == "tests passed\n"
    assert run.killed_children == 1
    assert [gone(pid) for pid in pids(tmp_path)] == [True]


def test_a_command_that_kills_its_supervisor_leaves_nothing_either(tmp_path: Path) -> None:
    """Then the tree is found by its marker; how the command ended is not known, and that is red."""
    run = gate(f"echo $$ > a.pid; kill -9 $PPID; {FOREVER}", tmp_path)
    assert run.exit_code is None
    assert not judge(run).ok
    assert all(gone(pid) for pid in pids(tmp_path))


def test_only_our_own_processes_are_killed(tmp_path: Path) -> None:
    """A process of somebody else that even has the same name goes on."""
    with subprocess.Popen(["tail", "-f", "/dev/null"]) as other:
        try:
            gate("tail -f /dev/null & tail -f /dev/null", tmp_path, 0.3)
            assert other.poll() is None
        finally:
            other.kill()


def test_another_thread_can_end_it(tmp_path: Path) -> None:
    """The driver's second Ctrl-C, or a cancelled task."""
    stop = Stop()
    run = gate(f"echo $$ > a.pid; echo up; {FOREVER}", tmp_path, on_output=lambda _: stop.set(), stop=stop)
    stop.close()
    assert run.stopped
    assert not run.timed_out
    assert judge(run).kind == "stopped"
    assert all(gone(pid) for pid in pids(tmp_path))


def test_a_stop_that_was_set_before_holds(tmp_path: Path) -> None:
    """No window between deciding to stop and starting."""
    stop = Stop()
    stop.set()
    assert gate(FOREVER, tmp_path, stop=stop).stopped
    stop.close()


def test_a_fault_of_the_listener_leaves_no_process(tmp_path: Path) -> None:
    """An exception on the way of the output ends the tree, then goes on."""

    def fault(_: bytes) -> None:
        raise RuntimeError("screen gone")

    with pytest.raises(RuntimeError, match="screen gone"):
        gate(f"echo $$ > a.pid; echo up; {FOREVER}", tmp_path, on_output=fault)
    assert [gone(pid) for pid in pids(tmp_path)] == [True]


def test_signals_that_we_ignore_are_not_ignored_by_the_command(tmp_path: Path) -> None:
    """A gate is the same started from a terminal, by nohup and by a background job."""
    script = textwrap.dedent("""
        import signal
        from agent_baton.gates.run import run_gate
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
            print(run_gate(f"kill -{int(number)} $$; echo survived", ".", 60).signal)
    """)
    run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=True)
    assert run.stdout.split() == [b"2", b"1", b"3"]


DRIVER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
from agent_baton.gates.run import run_gate
run_gate(sys.argv[1], ".", 600, on_output=lambda chunk: print("up", flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_death_of_the_driver_leaves_no_process(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C, SIGTERM and even SIGKILL of whoever runs the gate end the gate."""
    command = f"setsid sh -c 'echo $$ > b.pid; echo up; {FOREVER}' & {FOREVER}"
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as driver:
        try:
            assert driver.stdout is not None
            assert driver.stdout.readline() == b"up\n"
            (child,) = pids(tmp_path)
            watch = os.pidfd_open(child)
            driver.send_signal(number)
            driver.wait(60)
        finally:
            driver.kill()
    assert select.select([watch], [], [], 60)[0], "the child of the gate is still there"
    os.close(watch)


def test_a_killed_supervisor_leaves_not_even_what_hid_from_its_marker(tmp_path: Path) -> None:
    """Its guard inherits the tree, also a daemon with an empty environment in a session of its own."""
    script(tmp_path, "server", "echo $$ > server.pid", ": > up", FOREVER)
    hidden = "setsid sh -c 'env -i setsid ./server & ' &"
    run = gate(f"{hidden}\nuntil [ -e up ]; do :; done; kill -9 $PPID; {FOREVER}", tmp_path)
    assert not judge(run).ok
    assert "supervisor was killed" in run.output
    assert [gone(pid) for pid in pids(tmp_path)] == [True]


def test_a_killed_guard_ends_the_gate(tmp_path: Path) -> None:
    """Whichever of the two processes of a supervisor dies, the tree does not outlive it."""
    guard = "$(cut -d' ' -f4 /proc/$PPID/stat)"
    run = gate(f"echo $$ > a.pid; kill -9 {guard}; {FOREVER}", tmp_path)
    assert not judge(run).ok
    assert [gone(pid) for pid in pids(tmp_path)] == [True]


def test_the_command_dies_with_its_supervisor_and_guard(tmp_path: Path) -> None:
    """Somebody kills all of ours at once, driver included: the kernel still kills the command."""
    os.mkfifo(tmp_path / "go")
    all_of_ours = "$(cut -d' ' -f4 /proc/$PPID/stat) $PPID"
    command = f"echo $$ > a.pid; echo up; read x < go; kill -9 {all_of_ours}; {FOREVER}"
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, command], cwd=tmp_path, stdout=subprocess.PIPE
    ) as driver:
        try:
            assert driver.stdout is not None
            assert driver.stdout.readline() == b"up\n"
            watch = os.pidfd_open(pids(tmp_path)[0])
            os.kill(driver.pid, signal.SIGSTOP)  # it must not be the one that ends the tree
            (tmp_path / "go").write_text("\n")
            assert select.select([watch], [], [], 60)[0], "the command is still there"
        finally:
            driver.kill()
    os.close(watch)
