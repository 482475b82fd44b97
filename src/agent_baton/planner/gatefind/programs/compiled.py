"""Go, Rust, C and C++, Swift, Zig, Dart, .NET, Haskell, OCaml and smaller compiled languages."""

from __future__ import annotations

import re

from agent_baton.records import replace

from ..arguments import has_option, missing_path, positionals, without_options
from ..calls import Call
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import kind_of
from .prefixes import behind, launched
from .testing import no_tests, tested


def _swift(call: Call, inspector: Inspector) -> Meaning:
    verb = call.argv[1] if len(call.argv) > 1 else ""
    words = without_options(
        call.words, ("--enable-code-coverage",), ("-c", "--configuration", "--xunit-output")
    )
    if verb == "test":
        return tested(call, inspector, "Swift", words=words)
    return checks("build", "Swift", run=call.with_words(*words)) if verb == "build" else NOTHING


def _xcodebuild(call: Call, inspector: Inspector) -> Meaning:
    return tested(call, inspector, "Swift", narrow=True) if "test" in call.argv else NOTHING


def _zig(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if argv[1:2] == ("fmt",):
        return (
            checks("lint", "Zig") if "--check" in argv else faulty("zig fmt without --check rewrites files")
        )
    if argv[1:2] == ("test",):
        missing = missing_path(inspector.repo, call, argv[2:3])
        return faulty(f"{missing!r} is not in this tree") if missing else checks("test", "Zig", narrow=True)
    if argv[1:2] != ("build",):
        return NOTHING
    steps = [word for word in argv[2:] if not word.startswith("-")]
    text = inspector.repo.text(f"{call.cwd}/build.zig".lstrip("/"))
    for step in steps:
        if not re.search(rf'\.step\(\s*"{re.escape(step)}"', text) and step not in ("install", "uninstall"):
            return faulty(f"build.zig has no step {step!r}")
    if any(step.startswith("test") for step in steps):
        return checks("test", "Zig", narrow="test" not in steps)
    return checks("build", "Zig") if not steps else NOTHING


def _dart(call: Call, inspector: Inspector) -> Meaning:
    words = positionals(
        call.argv, ("-p", "--platform", "-n", "-j", "-r", "--reporter", "--concurrency", "-C", "--preset")
    )
    verb = words[0] if words else ""
    if call.program == "melos":
        return _melos(call, words, inspector)
    if verb in ("pub", "run") and "test" in words[1:3]:
        verb = "test"
    if verb == "test":
        return tested(
            call,
            inspector,
            "Dart",
            words=without_options(
                call.words,
                ("--coverage", "--machine", "--coverage=*"),
                ("--coverage-path", "--file-reporter"),
            ),
        )
    if verb == "analyze":
        return checks("lint", "Dart")
    if verb == "format":
        return (
            checks("lint", "Dart", narrow=True)
            if has_option(call.argv, "--set-exit-if-changed")
            else faulty("dart format rewrites files")
        )
    return NOTHING


def _melos(call: Call, words: list[str], inspector: Inspector) -> Meaning:
    from_file = inspector.repo.yaml("melos.yaml")
    scripts = from_file[0].get("scripts") if from_file and isinstance(from_file[0], dict) else None
    name = words[1] if words[:1] == ["run"] and len(words) > 1 else words[0] if words else ""
    if isinstance(scripts, dict) and name in scripts:
        kind = kind_of(name)
        if kind == "test" and not inspector.suites.of("Dart"):
            return no_tests("Dart")
        return replace(checks(kind, "Dart"), vague=True) if kind else NOTHING
    return checks("lint", "Dart") if name == "analyze" else NOTHING


_DOTNET_VALUES = (
    "-c", "--configuration", "--logger", "-l", "--collect", "--results-directory", "--settings", "-s", "-f", "--framework", "--verbosity", "-v",
)  # fmt: skip
_DOTNET_TAKING = (*_DOTNET_VALUES, "--filter", "-r", "--runtime", "-o", "-p")
_DOTNET_DROP = (
    "--no-build", "--no-restore", "--nologo", "--configuration=*", "--collect:*", "/p:CollectCoverage=*", "-p:CollectCoverage=*", "/p:Coverlet*",
    "--logger:*", "--blame",
)  # fmt: skip
_PROJECT_FILES = (".csproj", ".sln", ".fsproj", ".slnx", ".slnf", ".proj")


def _dotnet(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    verb = argv[1] if len(argv) > 1 else ""
    targets = [word for word in positionals(argv[1:], _DOTNET_TAKING) if word.endswith(_PROJECT_FILES)]
    missing = missing_path(inspector.repo, call, [word.replace("\\", "/") for word in targets])
    if missing:
        return faulty(f"{missing!r} is not in this tree")
    # `--no-build` and `--configuration Release` stand behind a build that only the CI has made
    words = without_options(call.words, _DOTNET_DROP, _DOTNET_VALUES)
    if verb == "test":
        return tested(call, inspector, "C#", narrow=has_option(argv, "--filter"), words=words)
    if verb == "format":
        checking = "--verify-no-changes" in argv or "--check" in argv
        return checks("lint", "C#") if checking else faulty("dotnet format rewrites files")
    return checks("build", "C#", run=call.with_words(*words)) if verb in ("build", "msbuild") else NOTHING


def _stack(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if "test" in argv[1:] or has_option(argv, "--test"):
        if has_option(argv, "--no-run-tests"):
            return checks("build", "Haskell")
        words = without_options(
            call.words,
            ("--coverage", "--haddock", "--no-haddock-deps", "--system-ghc", "--no-terminal"),
            ("--resolver", "--stack-yaml"),
        )
        return tested(call, inspector, "Haskell", words=words)
    return checks("build", "Haskell") if "build" in argv[1:] else NOTHING


def _cabal(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    verb = next(
        (
            word.removeprefix("v2-").removeprefix("new-").removeprefix("v1-")
            for word in argv[1:]
            if not word.startswith("-")
        ),
        "",
    )
    words = without_options(
        call.words,
        ("--enable-coverage", "--with-compiler=*", "--project-file=*"),
        ("-w", "--with-compiler", "--project-file"),
    )
    words = tuple(re.sub(r"^(?:v2|new|v1)-", "", word) for word in words)
    if verb == "test":
        return tested(call, inspector, "Haskell", words=words)
    return checks("build", "Haskell", run=call.with_words(*words)) if verb == "build" else NOTHING


def _dune(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if any(word in ("test", "runtest", "@runtest", "@test", "@check") for word in argv[1:]):
        return tested(call, inspector, "OCaml")
    return checks("build", "OCaml") if "build" in argv[1:] else NOTHING


def _opam(call: Call, inspector: Inspector) -> Meaning:
    if call.argv[1:2] == ("exec",):
        return launched(call, inspector, behind(call, 2))
    return NOTHING


def _simple(language: str, *verbs: str) -> Reader:
    """A tool with a `test` verb and nothing else to know."""

    def read(call: Call, inspector: Inspector) -> Meaning:
        words = positionals(call.argv)
        if any(word in verbs for word in words[:2]) or not verbs:
            return tested(call, inspector, language)
        if words[:1] == ["build"]:
            return checks("build", language)
        if "format" in words[:2] or "fmt" in words[:2] or words[:2] == ["tool", "format"]:
            return (
                checks("lint", language, narrow=True)
                if has_option(call.argv, "--check")
                else faulty(f"{call.program} format rewrites files")
            )
        return NOTHING

    return read


PROGRAMS: dict[str, Reader] = {
    "ginkgo": _simple("Go"),
    "swift": _swift,
    "xcodebuild": _xcodebuild,
    "zig": _zig,
    **dict.fromkeys(("dart", "flutter", "pub", "melos", "very_good"), _dart),
    "dotnet": _dotnet,
    "stack": _stack,
    "cabal": _cabal,
    "dune": _dune,
    "opam": _opam,
    "nimble": _simple("Nim", "test"),
    "testament": _simple("Nim"),
    "crystal": _simple("Crystal", "spec", "tool"),
    "dub": _simple("D", "test"),
    "gleam": _simple("Gleam", "test"),
    "forge": _simple("Solidity", "test"),
    "fpm": _simple("Fortran", "test"),
    "alr": _simple("Ada", "test"),
    "elm-test": _simple("Elm"),
    "spago": _simple("PureScript", "test"),
    "raco": _simple("Scheme", "test"),
    "terratest": _simple("HCL"),
    "v": _simple("V", "test"),
    "rebar3": _simple("Erlang", "eunit", "ct", "proper"),
    "rebar": _simple("Erlang", "eunit", "ct"),
}
