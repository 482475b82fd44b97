"""Stands between us and one command, so that nothing the command starts can outlive it.

Run by path, never imported: `python -I -S supervisor.py CONTROL_FD[,HELD_FD…] LEFTOVER_GRACE_S ARGV…`. It is
the subreaper of everything below it, so a daemon that forks twice, clears its environment and makes its own
session still becomes our child and is still found. It ends the whole tree when the command ends, when told
`stop GRACE_S` on the control socket, and when that socket closes, as it does when whoever started us dies.
Descriptors to hold (locks of whoever started us) stay open until the tree is gone; the command never gets them.

It is two processes: the one that was started only guards the one that works. Whichever is killed, the other
ends the tree; when both are, the kernel still kills the command itself.

What it says on the control socket, a line each: first `pid PID` or `failed WHY`, last `end STATUS KILLED
SURVIVORS` (the wait status or `-`, how many other processes had to be ended, the pids that could not be),
or `fault WHY` when it has to give up.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36
ORPHANED_GRACE_S = (
    2.0  # our parent died: nobody waits for a clean ending, but the command may want to write one
)
# Being ignored is inherited: Python ignores the first two, nohup and a shell's `&` the others. A command must
# find them as it does in a terminal, or its outcome depends on how we were started.
INHERITED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
KILL_LIMIT_S = 5.0  # after SIGKILL only a process of another user, or one stuck in the kernel, is left


def prctl(option: int, value: int) -> None:
    """Linux only; elsewhere orphans are lost to init, and nothing tells a child that its parent died."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def become_subreaper() -> None:
    """Orphans below us become our children."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_with(parent: int, number: int) -> None:
    """Have the kernel signal us when our parent dies; at once if it did already."""
    prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def start(argv: list[str]) -> tuple[int, str]:
    """Fork and execute; the child's pid, and why it could not be executed ("" when it was)."""
    reading, writing = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            end_with(parent, signal.SIGKILL)
            for number in INHERITED:
                signal.signal(number, signal.SIG_DFL)
            os.execvp(argv[0], argv)
        except OSError as error:
            os.write(writing, (error.strerror or str(error)).encode())
        finally:
            os._exit(127)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        return pid, pipe.read().decode()


def let_go_of_stdio() -> None:
    """Our copies would keep readers of the pipes from seeing the end, and a worktree from being removed."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)
    os.chdir("/")


def stat_of(pid: int) -> tuple[int, str, str] | None:
    """Parent, state and start time of a process; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return int(fields[1]), fields[0].decode(), fields[19].decode()


def table() -> dict[int, tuple[int, str, str]]:
    """Every process that can be seen."""
    if os.path.isdir("/proc/self"):
        found = {int(name): stat_of(int(name)) for name in os.listdir("/proc") if name.isdigit()}
        return {pid: stat for pid, stat in found.items() if stat}
    with os.popen("ps -axo pid=,ppid=,state=") as lines:
        rows = [line.split() for line in lines]
    return {int(row[0]): (int(row[1]), row[2][0], "") for row in rows if len(row) >= 3}


def below(root: int) -> dict[int, str]:
    """The living descendants of a process, each with its start time."""
    seen = table()
    children: dict[int, list[int]] = {}
    for pid, (parent, _, _) in seen.items():
        children.setdefault(parent, []).append(pid)
    found, queue = {}, [root]
    while queue:
        for pid in children.get(queue.pop(), ()):
            queue.append(pid)
            if seen[pid][1] not in "ZX":
                found[pid] = seen[pid][2]
    return found


def send(pid: int, started: str, number: int) -> None:
    """Signal exactly the process that was seen: a pid that was recycled since belongs to someone else."""
    try:
        if not hasattr(os, "pidfd_open"):
            os.kill(pid, number)
            return
        handle = os.pidfd_open(pid)
    except OSError:
        return
    try:
        now = stat_of(pid)
        if now and now[2] == started:
            signal.pidfd_send_signal(handle, number)
    except OSError:
        return  # it ended by itself, or it belongs to another user: survivors are counted at the end
    finally:
        os.close(handle)


class Tree:
    """Everything below us: reaped as it ends, signalled when it has to end."""

    def __init__(self, root: int, control: int, leftover_grace_s: float) -> None:
        self.root = root
        self.control = control
        self.leftover_grace_s = leftover_grace_s
        self.status: int | None = None
        self.signalled: set[int] = set()
        self.told_to_stop = False
        self.wake, writing = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(writing, False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.note)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def note(self, number: int, _frame: object) -> None:
        self.told_to_stop = self.told_to_stop or number != signal.SIGCHLD

    def reap(self) -> bool:
        """Collect what has ended; False when nothing is left below us."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.root:
                self.status = status

    def sleep(self, seconds: float | None) -> None:
        """Until a child ends or a signal comes, at most so long (None: however long)."""
        if select.select([self.wake], [], [], seconds)[0]:
            os.read(self.wake, 4096)

    def signal_all(self, number: int) -> None:
        for pid, started in below(os.getpid()).items():
            self.signalled.add(pid)
            send(pid, started, number)

    def watch(self) -> float:
        """Until the command has ended or has to: how long the rest may take to end by itself."""
        while True:
            self.reap()
            if self.status is not None:
                return self.leftover_grace_s
            if self.told_to_stop:
                return ORPHANED_GRACE_S
            ready = select.select([self.wake, self.control], [], [])[0]
            if self.wake in ready:
                os.read(self.wake, 4096)
            if self.control in ready:
                words = os.read(self.control, 200).split()
                return float(words[1]) if words[:1] == [b"stop"] else ORPHANED_GRACE_S

    def end(self, grace_s: float) -> None:
        """TERM, time to comply, then KILL, until nothing is left or nothing more can be done."""
        if not self.reap():
            return
        self.signal_all(signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        while self.reap():
            left = deadline - time.monotonic()
            if left <= 0:
                self.kill()
                return
            self.sleep(left)

    def kill(self) -> None:
        """Freeze first: what is stopped can neither fork away from us nor free a pid for someone else."""
        self.signal_all(signal.SIGSTOP)
        deadline = time.monotonic() + KILL_LIMIT_S
        while self.reap() and time.monotonic() < deadline:
            self.signal_all(signal.SIGKILL)
            self.sleep(0.05)

    def report(self) -> str:
        left = sorted(below(os.getpid())) if self.reap() else []
        status = "-" if self.status is None else self.status
        return f"end {status} {len(self.signalled - {self.root})} {','.join(map(str, left))}"


def tell(control: int, line: str) -> None:
    try:
        os.write(control, line.encode() + b"\n")
    except OSError:
        return  # nobody is left to be told


def work(control: int, leftover_grace_s: float, argv: list[str]) -> None:
    """Start the command and see its tree to its end."""
    become_subreaper()
    root, exec_error = start(argv)
    let_go_of_stdio()
    tell(control, f"failed {exec_error}" if exec_error else f"pid {root}")
    try:
        tree = Tree(root, control, leftover_grace_s)
        tree.end(tree.watch())
        tell(control, tree.report())
    except Exception as fault:
        tell(control, f"fault {fault!r}")  # our own stderr is closed
        raise


def guard(worker: int, control: int) -> None:
    """Wait for the one that works; end its tree, which is ours then, when it was killed before it could."""
    let_go_of_stdio()
    tree = Tree(worker, control, 0)
    while tree.status is None and not tree.told_to_stop:
        tree.reap()
        if tree.status is None:
            tree.sleep(None)
    if tree.status is None:
        os.kill(worker, signal.SIGTERM)
        tree.status = os.waitpid(worker, 0)[1]
    if os.WIFSIGNALED(tree.status):
        tree.kill()
        tell(control, f"fault its supervisor was killed, {len(tree.signalled)} processes with it")


def main(argv: list[str]) -> None:
    control, *held = map(int, argv[1].split(","))
    for fd in (control, *held):
        os.set_inheritable(fd, False)
    become_subreaper()
    ours = os.getpid()
    worker = os.fork()
    if worker:
        guard(worker, control)
    else:
        end_with(ours, signal.SIGTERM)
        work(control, float(argv[2]), argv[3:])


if __name__ == "__main__":
    main(sys.argv)
