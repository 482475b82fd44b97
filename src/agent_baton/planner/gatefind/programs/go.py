"""Go: the go command and the programs that wrap its tests."""

from __future__ import annotations

import re

from agent_baton.records import replace

from ..arguments import has_option, is_here, option, positionals, without_options
from ..calls import Call, unquoted
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..reading import join
from .testing import tested

_GO_DROP = (
    "-coverprofile=*",
    "-covermode=*",
    "-cover",
    "-coverpkg=*",
    "-json",
    "-a",
    "--coverprofile=*",
    "-v=1",
    "-benchmem",
    "-bench=*",
    "-benchtime=*",
)


# Benchmarks beside the tests take long and judge nothing.
_GO_VALUES = (
    "-coverprofile", "-covermode", "-coverpkg", "--coverprofile", "-p", "-o", "-bench", "-benchtime",
)  # fmt: skip


_GO_TAKING = (
    *_GO_VALUES,
    "-timeout",
    "-run",
    "-tags",
    "-count",
    "-parallel",
    "-C",
    "-cpu",
    "-shuffle",
    "-ldflags",
    "-gcflags",
    "-skip",
    "-mod",
    "-vet",
    "-exec",
)


def _go(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    verb = argv[1] if len(argv) > 1 else ""
    if verb == "test":
        if (
            has_option(argv, "-bench") and option(argv, "-run") in ("^$", "NONE", "XXX", "none", "^NONE")
        ) or "-c" in argv:
            return NOTHING
        paths = positionals(argv[1:], _GO_TAKING)
        missing = next(
            (
                path
                for path in paths
                if path.startswith("./")
                and not is_here(inspector.repo, call.cwd, path.removesuffix("...").rstrip("/") or ".")
            ),
            "",
        )
        if missing:
            return faulty(f"{missing!r} is not in this tree")
        narrow = bool(option(argv, "-run", "-tags")) or not _covers_most(paths, call, inspector)
        found = tested(call, inspector, "Go", narrow, without_options(call.words, _GO_DROP, _GO_VALUES))
        return replace(found, paths=tuple(_folders(paths, call)))
    if verb == "vet":
        return checks("lint", "Go")
    if verb in ("build", "install") and not any("@" in word for word in argv[2:]):
        return (
            checks("build", "Go", narrow="./..." not in argv)
            if verb == "build" and not has_option(argv, "-o")
            else NOTHING
        )
    if verb in ("run", "tool"):
        return _go_run(call, inspector)
    return NOTHING


def _folders(paths: list[str], call: Call) -> list[str]:
    """The folders of packages named by path; "" for the whole and for packages named by how they are imported."""
    local = [path.removesuffix("...").rstrip("/") or "." for path in paths]
    return [(join(call.cwd, path) or "") if path.startswith("./") else "" for path in local]


def _covers_most(paths: list[str], call: Call, inspector: Inspector) -> bool:
    """Whether the packages named, `./cmd/... ./lib/...`, hold at least half of the tests."""
    folders = _folders([path for path in paths if path.endswith("...")], call)
    if "" in folders:
        return True
    files = inspector.suites.of("Go", call.cwd)
    reached = [file for file in files if file.startswith(tuple(f"{folder}/" for folder in folders))]
    return bool(folders) and 2 * len(reached) >= len(files)


def _go_run(call: Call, inspector: Inspector) -> Meaning:
    """`go run honnef.co/go/tools/cmd/staticcheck@latest ./...`: the last part of the module's path is the program."""
    words = call.words[2:]
    if not words or ("@" not in unquoted(words[0]) and "/cmd/" not in words[0]):
        return NOTHING
    name = re.sub(r"/v\d+$", "", unquoted(words[0]).partition("@")[0]).rpartition("/")[2]
    return replace(inspector.of(call.with_words(name, *words[1:])), run=call)


def _gotestsum(call: Call, inspector: Inspector) -> Meaning:
    return tested(
        call,
        inspector,
        "Go",
        words=without_options(
            call.words,
            ("--junitfile=*", "--format=*", "-coverprofile=*"),
            ("--junitfile", "--jsonfile", "--format", "-f"),
        ),
    )


PROGRAMS: dict[str, Reader] = {"go": _go, "richgo": _go, "gotestsum": _gotestsum}
