"""Running a command that cannot leave anything behind, and the environment it may see.

`Supervised` starts one command below a `supervisor` of its own. Whatever happens (normal end, `stop`, an
exception, Ctrl-C, SIGKILL of this process) the command's whole tree is ended, including children that made
their own session. Callers read the pipes; this module only owns the life and death of the tree.
"""

from __future__ import annotations

import fnmatch
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent_baton.errors import UserError
from agent_baton.redact import redact

MARKER = "BATON_TREE"  # in the environment of all we start: the ids of its trees, outermost first
SUPERVISOR = str(Path(__file__).with_name("supervisor.py"))
SWEEP_LIMIT_S = 5.0
EXEC_LOOKS, EXEC_LOOK_S = 20, 0.005  # at a process that shows no environment
LEFTOVER_GRACE_S = 0.5  # what a command left running gets this long after SIGTERM before SIGKILL

# Names, or globs, of what tools need to work. Everything else stays out: gates and agents run unread code.
_PASSED = """
    PATH HOME USER LOGNAME SHELL LANG LANGUAGE LC_* TZ TMPDIR TEMP TMP XDG_*_HOME XDG_RUNTIME_DIR CI
    CC CXX CPP AR LD CFLAGS CXXFLAGS CPPFLAGS LDFLAGS PKG_CONFIG_PATH LD_LIBRARY_PATH DYLD_LIBRARY_PATH
    CMAKE_* SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS
    NIX_SSL_CERT_FILE NIX_PATH
    HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy
    VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV PYENV_ROOT PYENV_VERSION PYTHONPATH PYTHONHASHSEED PYTHONUTF8
    PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED PYTHONWARNINGS PYTHONIOENCODING PYTEST_ADDOPTS
    PIP_* UV_* POETRY_*
    NODE_PATH NODE_OPTIONS NODE_ENV NVM_* FNM_* N_PREFIX VOLTA_HOME PNPM_HOME COREPACK_* npm_config_*
    YARN_* BUN_INSTALL
    DENO_DIR DENO_INSTALL GOPATH GOROOT GOBIN GOCACHE GOMODCACHE GOFLAGS GOPROXY GOPRIVATE GONOSUMDB
    GOTOOLCHAIN GOWORK GOENV CGO_* CARGO_* RUSTUP_* RUSTFLAGS RUST_BACKTRACE
    JAVA_HOME JDK_HOME JAVA_OPTS JAVA_TOOL_OPTIONS M2_HOME MAVEN_* GRADLE_* SDKMAN_DIR KOTLIN_HOME
    ANDROID_HOME ANDROID_SDK_ROOT DOTNET_* NUGET_PACKAGES GEM_HOME GEM_PATH BUNDLE_PATH BUNDLE_GEMFILE
    BUNDLE_WITHOUT BUNDLE_APP_CONFIG RBENV_* RUBYOPT RUBYLIB RAILS_ENV
    COMPOSER_HOME PHP_INI_SCAN_DIR MIX_* HEX_HOME ERL_* SWIFT_* GHCUP_* STACK_ROOT OPAM* PERL5LIB
    JULIA_DEPOT_PATH
    ASDF_* MISE_DATA_DIR HOMEBREW_PREFIX DOCKER_HOST PLAYWRIGHT_BROWSERS_PATH
    """
PASSED = tuple(_PASSED.split())
SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|_KEY(?:_|$)|PRIVATE_|AUTH|COOKIE|_PAT$", re.IGNORECASE
)


def allowed_environment(source: Mapping[str, str], extra: Sequence[str] = ()) -> dict[str, str]:
    """What of an environment a gate or an agent may see.

    `extra` holds names or globs from the settings; only they let pass what looks like a secret.
    """
    return {name: value for name, value in source.items() if _listed(name, extra) or _harmless(name, value)}


def _listed(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _harmless(name: str, value: str) -> bool:
    return _listed(name, PASSED) and not SECRET_NAME.search(name) and redact(value) == value


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command and its tree ended."""

    exit_code: int | None  # None when a signal ended it, or it is not known
    signal: int | None
    killed_children: int  # processes other than the command that had to be ended
    survivors: tuple[int, ...] = ()  # pids that could not be ended: they belong to another user
    not_started: str = ""  # why the command could not be executed at all
    fault: str = ""  # why the supervisor did not see it through; the tree was then found by marker and ended


def supervised_argv(fds: Sequence[int], argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` below a supervisor; the first of `fds` is its end of the control socket."""
    return [sys.executable, "-I", "-S", SUPERVISOR, ",".join(map(str, fds)), str(LEFTOVER_GRACE_S), *argv]


def marked(env: Mapping[str, str], tree_id: str) -> dict[str, str]:
    """The environment with one more tree id in its marker. A tree inside a tree carries both."""
    outer = os.environ.get(MARKER, "")
    return {**env, MARKER: f"{outer}:{tree_id}".lstrip(":")}


def stop_message(grace_s: float) -> bytes:
    """Tells a supervisor to end its tree: TERM, at most `grace_s` to comply, KILL."""
    return f"stop {grace_s}\n".encode()


def read_ending(said: bytes, tree_id: str) -> Ending:
    """Understand all a supervisor said until it closed its socket."""
    lines = said.decode(errors="replace").splitlines()
    refused = next((line.partition(" ")[2] for line in lines if line.startswith("failed ")), "")
    last = lines[-1].split() if lines else []
    if last[:1] != ["end"] or len(last) < 3:
        fault = lines[-1] if last[:1] == ["fault"] else "its supervisor was killed"
        return Ending(None, None, sweep(tree_id), not_started=refused, fault=fault)
    killed = int(last[2])
    survivors = tuple(int(pid) for pid in last[3].split(",")) if len(last) > 3 else ()
    if last[1] == "-":
        return Ending(None, None, killed, survivors, refused)
    code = os.waitstatus_to_exitcode(int(last[1]))
    return Ending(code if code >= 0 else None, -code if code < 0 else None, killed, survivors, refused)


def sweep(tree_id: str) -> int:
    """Kill every process that carries a tree's id in its environment; how many there were.

    For what a supervisor could not do: it was killed itself, or the machine's previous driver was.
    """
    killed: set[int] = set()
    deadline = time.monotonic() + SWEEP_LIMIT_S
    while (found := _marked_with(tree_id)) and time.monotonic() < deadline:
        killed |= found
        for pid in found:
            _kill(pid)
        time.sleep(0.01)  # dying takes a moment, and its children may have been born in between
    return len(killed)


def _marked_with(tree_id: str) -> set[int]:
    return {pid for pid in _pids() if tree_id in _marker_of(pid) and pid != os.getpid()}


def _pids() -> list[int]:
    proc = Path("/proc")
    return [int(path.name) for path in proc.iterdir() if path.name.isdigit()] if proc.is_dir() else []


def _marker_of(pid: int) -> list[str]:
    entries = _environment_of(pid).split(b"\0")
    prefix = f"{MARKER}=".encode()
    return next(
        (e[len(prefix) :].decode(errors="replace").split(":") for e in entries if e.startswith(prefix)), []
    )


def _environment_of(pid: int) -> bytes:
    """As it was when the process was executed; while that is happening the kernel shows none, so look again."""
    try:
        for _ in range(EXEC_LOOKS):
            if shown := Path(f"/proc/{pid}/environ").read_bytes():
                return shown
            os.readlink(f"/proc/{pid}/exe")  # fails for the dead and for the kernel's own: they have none
            time.sleep(EXEC_LOOK_S)
    except OSError:
        pass  # gone, or another user's: then it is not ours either
    return b""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it ended between being seen and being killed


class Supervised:
    """One running command and everything below it. Use as a context manager: leaving it ends the tree.

    Locks whose descriptors are given in `hold` stay taken until the tree is gone, even if we are killed.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        env: Mapping[str, str],
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.PIPE,
        stderr: int = subprocess.STDOUT,
        hold: Sequence[int] = (),
    ) -> None:
        if not Path(cwd).is_dir():
            raise UserError(f"cannot run {argv[0]!r} in {cwd!r}: no such directory")
        self.tree_id = uuid.uuid4().hex
        self.control, theirs = socket.socketpair()
        self._said = b""
        with theirs:
            fds = (theirs.fileno(), *hold)
            self.process = subprocess.Popen(
                supervised_argv(fds, argv),
                cwd=cwd,
                env=marked(env, self.tree_id),
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                pass_fds=fds,
                start_new_session=True,
            )

    def stop(self, grace_s: float) -> None:
        """Ask for the end of the tree; `ending` waits for it. Asking twice, or too late, is harmless."""
        try:
            self.control.sendall(stop_message(grace_s))
        except OSError:
            return  # it has ended already

    def hear(self) -> bool:
        """Wait for the supervisor to say something; False when it has said all."""
        try:
            heard = self.control.recv(65536)
        except ConnectionResetError:
            heard = b""
        self._said += heard
        return bool(heard)

    def ending(self) -> Ending:
        """Wait for the end of the tree, however long it takes."""
        while self.hear():
            pass
        self.process.wait()
        return read_ending(self._said, self.tree_id)

    def __enter__(self) -> Supervised:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop(0)
        try:
            while self.hear():
                pass
            self.process.wait()
        finally:
            self.control.close()
            if self.process.stdout:
                self.process.stdout.close()
