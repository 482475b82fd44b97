"""Running git: the only place that starts it. Without `subprocess`, whose import costs more than git.

Reads cannot be made to run what a repository's configuration names (hooks, fsmonitor, pager, editor, external
diff, transports); writes run no hooks either, only the filters and merge drivers their result depends on.
"""

from __future__ import annotations

import os
import select
import time

from agent_baton.errors import BatonError, NotFound, Refused, UserError
from agent_baton.records import Record
from agent_baton.workspace.discover import explicit

# Hot: importing pathlib would cost more than all the rest.

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIMEOUT_S = 120.0
_SIGKILL = 9
_SIGPIPE = 13  # Python ignores it, and an ignored signal stays ignored in what it starts
_CHUNK = 1 << 16

_SETTINGS = (
    "core.quotepath=off",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.editor=true",
    "core.splitIndex=false",
    "diff.external=",
    "gc.auto=0",
    "maintenance.auto=false",
    "merge.autoStash=false",
    "submodule.recurse=false",
    "log.showSignature=false",
    "advice.addEmbeddedRepo=false",
)
_SILENT = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
    "GIT_SEQUENCE_EDITOR": "true",
    "GIT_PAGER": "cat",
    "GIT_MERGE_AUTOEDIT": "no",
}
_READ_ONLY = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # unlike the setting, no configuration can allow one again
    "GIT_NO_REPLACE_OBJECTS": "1",
}
# The user's own, not a repository's: identity, where their configuration lies, how git was installed.
_KEPT = (
    "GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_EXEC_PATH", "GIT_TEMPLATE_DIR",
    "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM",
)  # fmt: skip


class Call(Record):
    """One command line of git. `settings` are `name=value` on top of the silencing ones."""

    args: tuple[str, ...]
    cwd: str
    input: bytes | None = None
    env: Mapping[str, str] | None = None
    settings: tuple[str, ...] = ()
    write: bool = False


class Ran(Record):
    """How a call ended. A negative code is the signal that ended it."""

    args: tuple[str, ...]
    cwd: str
    code: int
    out: bytes
    err: bytes


def git(
    args: Sequence[str],
    cwd: str,
    input: bytes | None = None,
    env: Mapping[str, str] | None = None,
    *,
    settings: Sequence[str] = (),
    write: bool = False,
    timeout_s: float = TIMEOUT_S,
) -> Ran:
    """Run one git command in a directory and wait for it. An exit code other than 0 is not an error here."""
    return together([Call(tuple(args), cwd, input, env, tuple(settings), write)], timeout_s)[0]


def answer(ran: Ran) -> bytes:
    """What a successful call printed; raises what is wrong otherwise."""
    if ran.code:
        raise fault(ran)
    return ran.out


def fault(ran: Ran) -> BatonError:
    """Why a call failed: what, where, what now."""
    said = ran.err.decode("utf-8", "replace").strip()
    what = f"`git {ran.args[0]}` in {ran.cwd!r}"
    if "dubious ownership" in said:
        return UserError(
            f"{what}: the repository belongs to another user, so git will not read it; if you trust it: "
            f"git config --global --add safe.directory {ran.cwd}"
        )
    if "not a git repository" in said or "cannot change to" in said:
        return NotFound(f"{what}: no git repository there; change into one, or make one with: git init")
    if "index.lock" in said and "File exists" in said:
        return Refused(
            f"{what}: another git command holds the index ({_last(said)}); "
            "wait for it to end; if none runs, it was killed: remove that file"
        )
    if "No space left on device" in said:
        return UserError(f"{what}: the disk is full; free some space and run this again")
    return Refused(
        f"{what} failed with {_ending(ran.code)}: {_last(said) or 'it gave no reason'}; try it by hand"
    )


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:"))] or said.splitlines()
    return " / ".join(line.strip() for line in lines[:3])[:600]


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def together(calls: Sequence[Call], timeout_s: float = TIMEOUT_S) -> list[Ran]:
    """Run several calls side by side; answers in the order asked.

    Raises Refused when one takes longer than `timeout_s` (all are killed first), UserError without git.
    """
    with Started(calls, timeout_s) as started:
        return started.answers()


class Started:
    """Calls at work while something else is done: `with Started(…) as them: …; them.answers()`. None outlives it."""

    def __init__(self, calls: Sequence[Call], timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._deadline = time.monotonic() + timeout_s
        self._processes: list[_Process] = []
        try:
            for call in calls:
                self._processes.append(_Process(call))
        except BaseException:
            self.__exit__()
            raise

    def answers(self) -> list[Ran]:
        """Wait for all; in the order asked. Raises Refused when one takes too long."""
        _pump(self._processes, self._deadline, self._timeout_s)
        return [process.result() for process in self._processes]

    def __enter__(self) -> Started:
        return self

    def __exit__(self, *_exc: object) -> None:
        for process in self._processes:
            process.kill()


def environment(cwd: str, write: bool, extra: Mapping[str, str] | None) -> dict[str, str]:
    """What git sees: nothing of the caller's GIT_* that could lead it elsewhere, no prompts, the C locale."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    kept.update(_SILENT)
    if not write:
        kept.update(_READ_ONLY)
    if os.environ.get("GIT_DIR"):
        found = explicit(os.environ, os.getcwd())
        if found.top == os.path.realpath(cwd):
            kept.update(GIT_DIR=found.git_dir, GIT_WORK_TREE=found.top)
    kept.update(extra or {})
    return kept


def command_line(call: Call) -> list[str]:
    """The whole argument vector of a call."""
    line = ["git", "-C", call.cwd]
    for setting in (*_SETTINGS, *call.settings):
        line += ("-c", setting)
    return [*line, *call.args]


class _Process:
    """A started git and our ends of its pipes."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.code: int | None = None
        self.unsent = memoryview(call.input or b"")
        self.heard: dict[int, list[bytes]] = {}
        self.open: dict[int, int] = {}  # our end of a pipe → its number in git
        self.pid = 0
        theirs: list[int] = []
        try:
            actions = self._pipes(theirs)
            self.pid = os.posix_spawnp(
                "git",
                command_line(call),
                environment(call.cwd, call.write, call.env),
                file_actions=actions,
                setpgroup=0,
                setsigdef=[_SIGPIPE],
            )
        except (FileNotFoundError, PermissionError):
            raise UserError("git is not installed, or not on PATH; install it (`apt install git`)") from None
        except ValueError as error:
            raise UserError(
                f"`git {call.args[0]}` cannot be asked about {call.args[-1]!r}: {error}"
            ) from None
        finally:
            for fd in theirs:
                os.close(fd)
            if not self.pid:
                self._close_all()

    def _pipes(self, theirs: list[int]) -> list[tuple[int, ...] | tuple[int, int, str, int, int]]:
        actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = []
        if self.call.input is None:
            actions.append((os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0))
        else:
            reading, writing = os.pipe()
            theirs.append(reading)
            self.open[writing] = 0
            os.set_blocking(writing, False)
            actions.append((os.POSIX_SPAWN_DUP2, reading, 0))
        for number in (1, 2):
            reading, writing = os.pipe()
            theirs.append(writing)
            self.open[reading] = number
            self.heard[number] = []
            actions.append((os.POSIX_SPAWN_DUP2, writing, number))
        return actions

    def advance(self, fd: int) -> bool:
        """Move what can be moved on a ready pipe; False when the pipe has ended and is closed."""
        number = self.open[fd]
        if number == 0:
            return self._send(fd)
        chunk = os.read(fd, _CHUNK)
        if chunk:
            self.heard[number].append(chunk)
            return True
        return self._close(fd)

    def _send(self, fd: int) -> bool:
        try:
            sent = os.write(fd, self.unsent[:_CHUNK])
        except BrokenPipeError:
            return self._close(fd)  # it stopped reading; its exit code says why
        self.unsent = self.unsent[sent:]
        return True if self.unsent else self._close(fd)

    def _close(self, fd: int) -> bool:
        del self.open[fd]
        os.close(fd)
        return False

    def _close_all(self) -> None:
        for fd in list(self.open):
            self._close(fd)

    def result(self) -> Ran:
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return Ran(self.call.args, self.call.cwd, self.code, b"".join(self.heard[1]), b"".join(self.heard[2]))

    def kill(self) -> None:
        """End it with all it started; nothing when it has ended."""
        self._close_all()
        if self.code is None:
            os.killpg(self.pid, _SIGKILL)
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _pump(processes: list[_Process], deadline: float, timeout_s: float) -> None:
    """Carry all pipes to their end, all at once: no order of filling them can block."""
    owner = {fd: process for process in processes for fd in process.open}
    poll = select.poll()
    for fd in owner:
        writing = owner[fd].open[fd] == 0
        poll.register(fd, select.POLLOUT if writing else select.POLLIN)
    while owner:
        left = deadline - time.monotonic()
        if left <= 0:
            slow = next(iter(owner.values())).call
            raise Refused(
                f"`git {slow.args[0]}` in {slow.cwd!r} took longer than {timeout_s:g} s and was stopped; "
                "see whether the disk or another git command hangs, then run this again"
            )
        for fd, _ in poll.poll(left * 1000):
            if not owner[fd].advance(fd):
                poll.unregister(fd)
                del owner[fd]
