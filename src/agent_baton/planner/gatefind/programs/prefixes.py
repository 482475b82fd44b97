"""Words in front of a command: launchers, privileges, timers, environments. The command behind them decides."""

from __future__ import annotations

import re

from agent_baton.records import replace

from ..arguments import has_option, without_options
from ..calls import Call, quoted, unquoted
from ..meaning import NOTHING, Inspector, Meaning, Reader, faulty
from ..shell import calls_in

_WITH_VALUE = frozenset(
    (
        "-n", "-p", "--python", "-k", "--signal", "--with", "--extra", "--group", "--only-group", "--no-group", "--env-file",
        "-s", "--server-args", "-e", "--error-file", "-f", "--package", "--directory", "--project", "--index", "-i", "--prefix",
        "--with-editable", "--with-requirements", "--from", "--spec", "--resolution", "--name", "--adjustment", "--environment",
        "--feature", "-u", "--filter", "-F", "-C", "--dir", "-w", "--workspace", "--attempts", "--cwd", "-t", "--no-extra",
    )
)  # fmt: skip
# Only matter on a CI machine.
_DROPPED = frozenset(
    (
        "sudo",
        "time",
        "travis_retry",
        "travis_wait",
        "retry",
        "unbuffer",
        "stdbuf",
        "nice",
        "command",
        "exec",
        "doas",
        "script",
        "call",
    )
)
_KEPT = frozenset(
    (
        "xvfb-run",
        "env",
        "cross-env",
        "cross-env-shell",
        "dotenv",
        "faketime",
        "catchsegv",
        "dbus-run-session",
        "env-cmd",
    )
)


def behind(
    call: Call, start: int, drop_options: frozenset[str] = frozenset()
) -> tuple[tuple[str, ...], Call] | None:
    """Split a call into the launcher's own words and the command it starts; None when there is no command.

    Options in `drop_options` (with their values) are left out of the launcher's words.
    """
    kept = list(call.words[:start])
    index = start
    words = call.words
    while index < len(words):
        plain = unquoted(words[index])
        if plain == "--":
            index += 1
            break
        if re.fullmatch(r"[A-Za-z_]\w*=.*", plain):
            kept.append(words[index])
            index += 1
        elif plain.startswith(("-", "+")):
            step = 2 if plain in _WITH_VALUE and "=" not in plain else 1
            if plain.partition("=")[0] not in drop_options:
                kept.extend(words[index : index + step])
            index += step
        else:
            break
    return (tuple(kept), call.with_words(*words[index:])) if index < len(words) else None


def launched(
    call: Call, inspector: Inspector, split: tuple[tuple[str, ...], Call] | None, keep: bool = True
) -> Meaning:
    """The meaning of the command behind a launcher, with the launcher put back in front when it stays."""
    if split is None:
        return NOTHING
    prefix, inner = split
    found = inspector.of(inner)
    if not keep:
        return found

    def put_back(each: Call | None) -> Call | None:
        return each and each.with_words(*prefix, *each.words)

    # what is run directly, without the environment builder, gets the project's own launcher instead
    return replace(found, run=put_back(found.run))


def _dropped(call: Call, inspector: Inspector) -> Meaning:
    return launched(call, inspector, behind(call, 1), keep=False)


def _kept(call: Call, inspector: Inspector) -> Meaning:
    return launched(call, inspector, behind(call, 1))


def _timeout(call: Call, inspector: Inspector) -> Meaning:
    """`timeout 30m COMMAND`: the gate has its own time limit."""
    split = behind(call, 1)
    if split is None:
        return NOTHING
    return inspector.of(call.with_words(*split[1].words[1:]))


def _shell(call: Call, inspector: Inspector) -> Meaning:
    """`bash -c "…"` runs its argument; `bash file` reads a script of the repository."""
    argv = call.argv
    for index, word in enumerate(argv[1:], 1):
        if re.fullmatch(r"-[a-z]*c", word) and index + 1 < len(argv):
            parts = calls_in(argv[index + 1], call.path, call.line, call.cwd)
            return replace(inspector.together(parts), itself=False)
        if not word.startswith(("-", "+")):
            return _script_here(call, index, inspector)
    return NOTHING


def _script_here(call: Call, index: int, inspector: Inspector) -> Meaning:
    script = call.words[index] if "/" in call.words[index] else "./" + call.words[index]
    found = inspector.of(call.with_words(script, *call.words[index + 1 :]))
    return replace(found, run=call)


def _container(call: Call, _: Inspector) -> Meaning:
    if has_option(call.argv, "run") or "exec" in call.argv or "run" in call.argv or "up" in call.argv:
        return faulty("it needs containers that only the CI system sets up")
    return NOTHING


def _environment(call: Call, inspector: Inspector) -> Meaning:
    """`conda run -n env COMMAND`, `micromamba run …`: the environment has another name on every machine."""
    argv = call.argv
    if len(argv) < 3 or argv[1] != "run":
        return NOTHING
    return launched(call, inspector, behind(call, 2), keep=False)


def _nix(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    for name in ("--run", "-c", "--command"):
        if name in argv[:-1]:
            index = argv.index(name) + 1
            if name == "--run":
                return inspector.of(call.with_words("sh", "-c", quoted(argv[index])))
            return inspector.of(call.with_words(*call.words[index:]))
    return NOTHING


def _coverage(call: Call, inspector: Inspector) -> Meaning:
    """Instrumentation measures; what it starts is the suite. The gate runs that without measuring."""
    argv = call.argv
    if call.program == "coverage":
        if len(argv) < 3 or argv[1] != "run":
            return NOTHING
        return _python_behind(call, inspector, 2)
    split = behind(_without_thresholds(call), 1)
    if split and call.program in ("c8", "nyc", "istanbul"):
        words = split[1].words
        if unquoted(words[0]) in ("report", "check-coverage", "merge", "instrument"):
            return NOTHING
        if unquoted(words[0]) == "cover":
            words = words[1:]
        return inspector.of(call.with_words(*words)) if words else NOTHING
    return launched(call, inspector, split, keep=False)


_THRESHOLDS = frozenset(
    ("--lines", "--branches", "--functions", "--statements", "--include", "--exclude", "--reporter", "-r", "-n", "-x",
     "--temp-directory", "--report-dir", "-o", "--src", "--extension", "--require", "-i", "--reports-dir"),
)  # fmt: skip


def _without_thresholds(call: Call) -> Call:
    """nyc and c8 take values after a blank: `nyc --lines 100 tape test/`."""
    if call.program not in ("c8", "nyc", "istanbul"):
        return call
    return call.with_words(call.words[0], *without_options(call.words[1:], (), _THRESHOLDS))


_COVERAGE_VALUES = frozenset(
    ("--source", "--include", "--omit", "--rcfile", "--concurrency", "--context", "--data-file", "--contexts")
)


def _python_behind(call: Call, inspector: Inspector, start: int) -> Meaning:
    index = start
    words = call.words
    while index < len(words):
        plain = unquoted(words[index])
        if plain in ("-m", "--module"):
            return inspector.of(call.with_words("python", "-m", *words[index + 1 :]))
        if not plain.startswith("-"):
            return inspector.of(call.with_words("python", *words[index:]))
        index += 2 if plain in _COVERAGE_VALUES else 1
    return NOTHING


PROGRAMS: dict[str, Reader] = {
    **dict.fromkeys(_DROPPED, _dropped),
    **dict.fromkeys(_KEPT, _kept),
    **dict.fromkeys(("bash", "sh", "zsh", "dash", "ksh"), _shell),
    **dict.fromkeys(
        ("docker", "podman", "docker-compose", "vagrant", "earthly", "act", "kind", "minikube", "nerdctl"),
        _container,
    ),
    **dict.fromkeys(("conda", "mamba", "micromamba"), _environment),
    **dict.fromkeys(("nix", "nix-shell", "guix"), _nix),
    **dict.fromkeys(("coverage", "coverage3", "c8", "nyc", "istanbul", "kcov", "valgrind", "rr"), _coverage),
    "timeout": _timeout,
    "gtimeout": _timeout,
}
