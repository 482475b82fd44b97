"""Go, Rust, C and C++, Swift, Zig, Dart, .NET, Haskell, OCaml and smaller compiled languages."""

from __future__ import annotations

import re
from dataclasses import replace

from ..arguments import has_option, is_here, missing_path, option, positionals, without_options
from ..calls import Call, quoted, unquoted
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import kind_of
from ..reading import dig, join, strings
from .prefixes import behind, launched


def no_tests(language: str) -> Meaning:
    return faulty(f"there are no {language} tests in this tree")


def _tested(
    call: Call,
    inspector: Inspector,
    language: str,
    narrow: bool = False,
    words: tuple[str, ...] | None = None,
) -> Meaning:
    """A test command of a language, as long as the language has tests below the folder."""
    if not inspector.suites.of(language, call.cwd):
        return no_tests(language)
    return checks("test", language, narrow=narrow, run=call.with_words(*(words or call.words)))


_GO_DROP = (
    "-coverprofile=*",
    "-covermode=*",
    "-cover",
    "-coverpkg=*",
    "-json",
    "-a",
    "--coverprofile=*",
    "-v=1",
)
_GO_VALUES = ("-coverprofile", "-covermode", "-coverpkg", "--coverprofile", "-p", "-o")
_GO_TAKING = (
    *_GO_VALUES,
    "-timeout",
    "-run",
    "-tags",
    "-count",
    "-bench",
    "-parallel",
    "-C",
    "-benchtime",
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
        narrow = (
            bool(option(argv, "-run", "-tags"))
            or has_option(argv, "-bench")
            or not any("..." in path for path in paths)
        )
        return _tested(call, inspector, "Go", narrow, without_options(call.words, _GO_DROP, _GO_VALUES))
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


def _go_run(call: Call, inspector: Inspector) -> Meaning:
    """`go run honnef.co/go/tools/cmd/staticcheck@latest ./...`: the last part of the module's path is the program."""
    words = call.words[2:]
    if not words or ("@" not in unquoted(words[0]) and "/cmd/" not in words[0]):
        return NOTHING
    name = re.sub(r"/v\d+$", "", unquoted(words[0]).partition("@")[0]).rpartition("/")[2]
    return replace(inspector.of(call.with_words(name, *words[1:])), run=call)


def _gotestsum(call: Call, inspector: Inspector) -> Meaning:
    return _tested(
        call,
        inspector,
        "Go",
        words=without_options(
            call.words,
            ("--junitfile=*", "--format=*", "-coverprofile=*"),
            ("--junitfile", "--jsonfile", "--format", "-f"),
        ),
    )


_CARGO_DROP = (
    "--release",
    "-r",
    "--locked",
    "--verbose",
    "--no-fail-fast",
    "-vv",
    "--offline",
    "--frozen",
    "--target=*",
    "--color=*",
    "--profile=*",
    "--message-format=*",
    "--timings",
)
_CARGO_VALUES = ("--target", "--color", "--profile", "--target-dir", "--message-format", "-j", "--jobs")
_CARGO_TAKING = (
    *_CARGO_VALUES,
    "--features",
    "-F",
    "-p",
    "--package",
    "--manifest-path",
    "--exclude",
    "--test",
    "--bin",
    "--example",
    "--config",
    "-Z",
    "--bench",
)


def _cargo(call: Call, inspector: Inspector) -> Meaning:
    words = [word for word in call.words if not re.fullmatch(r"\+[\w.-]*", word)]
    argv = tuple(unquoted(word) for word in words)
    position = next((index for index, word in enumerate(argv) if index and not word.startswith("-")), 0)
    verb = argv[position] if position else ""
    manifest = option(argv, "--manifest-path")
    if manifest and not is_here(inspector.repo, call.cwd, manifest):
        return faulty(f"{manifest!r} is not in this tree")
    kept = without_options(words, _CARGO_DROP, _CARGO_VALUES)
    run = call.with_words(*kept)
    if verb in ("test", "t", "nextest", "llvm-cov", "tarpaulin", "careful"):
        return _cargo_test(verb, argv, call, kept, inspector)
    if verb == "hack":
        return _cargo(
            call.with_words(
                "cargo",
                *[
                    word
                    for word in words[2:]
                    if not word.startswith(
                        (
                            "--each",
                            "--feature-powerset",
                            "--optional",
                            "--rust-version",
                            "--depth",
                            "--no-dev-deps",
                        )
                    )
                ],
            ),
            inspector,
        )
    if verb == "clippy":
        return checks("lint", "Rust", run=run)
    if verb == "fmt":
        return (
            checks("lint", "Rust", narrow=True, run=run)
            if "--check" in argv
            else faulty("cargo fmt without --check rewrites files")
        )
    if verb in ("build", "b", "check", "c"):
        return checks("build", "Rust", run=run)
    if verb == "doc":
        return checks("build", "Rust", narrow=True)
    if verb in ("deny", "audit", "machete", "udeps", "semver-checks", "sort", "shear"):
        return checks("lint", "Rust", narrow=True)
    return _cargo_alias(verb, argv, call, inspector)


def _cargo_test(
    verb: str, argv: tuple[str, ...], call: Call, kept: tuple[str, ...], inspector: Inspector
) -> Meaning:
    if has_option(argv, "--no-run") or "--list" in argv:
        return checks("build", "Rust", narrow=True)
    if verb in ("llvm-cov", "tarpaulin"):
        return _tested(
            call,
            inspector,
            "Rust",
            narrow=True,
            words=(
                "cargo",
                "test",
                *[word for word in ("--workspace", "--all-features", "--all") if word in argv],
            ),
        )
    manifest = option(argv, "--manifest-path")
    folder = (join(call.cwd, manifest) or "").rpartition("/")[0] if manifest else call.cwd
    if not inspector.suites.of("Rust", folder) and not inspector.suites.of("Rust"):
        return no_tests("Rust")
    filters = [word for word in positionals(argv, _CARGO_TAKING) if word not in (verb, "run")]
    narrow = (
        has_option(
            argv,
            "-p",
            "--package",
            "--test",
            "--bin",
            "--example",
            "--doc",
            "--no-default-features",
            "--bench",
            "--benches",
            "--examples",
        )
        or bool(filters)
        or bool(manifest)
    )
    narrow = narrow or "--ignored" in argv or "RUSTFLAGS" in dict(call.env)
    return checks("test", "Rust", narrow=narrow, run=call.with_words(*kept))


def _cargo_alias(verb: str, argv: tuple[str, ...], call: Call, inspector: Inspector) -> Meaning:
    """`cargo xtask ci`, `cargo ci-test`: aliases of .cargo/config.toml."""
    for name in (".cargo/config.toml", ".cargo/config"):
        alias = dig(inspector.repo.toml(name), "alias").get(verb)
        words = alias.split() if isinstance(alias, str) else strings(alias)
        if words:
            if words[0] in ("run", "r"):
                break
            found = inspector.of(
                call.with_words("cargo", *map(quoted, words), *call.words[argv.index(verb) + 1 :])
            )
            return replace(found, run=call)
    subject = argv[argv.index(verb) + 1] if verb == "xtask" and len(argv) > argv.index(verb) + 1 else ""
    kind = kind_of(subject) if subject else None
    if kind == "test" and not inspector.suites.of("Rust"):
        return no_tests("Rust")
    return replace(checks(kind, "Rust"), vague=True) if kind else NOTHING


def _ctest(call: Call, inspector: Inspector) -> Meaning:
    """ctest alone needs a configured build folder; conventions give the whole line."""
    if has_option(call.argv, "-N", "--show-only", "-S", "-D"):
        return NOTHING
    return Meaning(frozenset(("test",)), "C", fault="it needs a build folder that is not in a checkout")


def _build_folder(kind_goal: bool, call: Call, inspector: Inspector) -> Meaning:
    kind = "test" if kind_goal else "build"
    return Meaning(frozenset((kind,)), "C", fault="it needs a build folder that is not in a checkout")  # type: ignore[arg-type]


def _cmake(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if has_option(argv, "--build"):
        return _build_folder(
            option(argv, "--target", "-t") in ("test", "check", "tests", "RUN_TESTS"), call, inspector
        )
    if has_option(argv, "--workflow"):
        return checks("build", "C")
    return NOTHING


def _ninja(call: Call, inspector: Inspector) -> Meaning:
    return _build_folder(any(word in ("test", "check") for word in call.argv[1:]), call, inspector)


def _meson(call: Call, inspector: Inspector) -> Meaning:
    verb = next((word for word in call.argv[1:] if not word.startswith("-")), "")
    return _build_folder(verb == "test", call, inspector) if verb in ("test", "compile") else NOTHING


def _bazel(call: Call, inspector: Inspector) -> Meaning:
    verb = next((word for word in call.argv[1:] if not word.startswith("-")), "")
    targets = [word for word in positionals(call.argv, ("--config",)) if word.startswith(("/", ":", "@"))]
    if verb == "test":
        if not inspector.suites.any():
            return faulty("there are no tests in this tree")
        return checks("test", "", narrow=not any("..." in target for target in targets))
    return checks("build") if verb == "build" else NOTHING


def _scons(call: Call, inspector: Inspector) -> Meaning:
    goal = " ".join(call.argv[1:])
    if not inspector.repo.named("SConstruct", "wscript", "xmake.lua", "premake5.lua", "waf"):
        return faulty(f"{call.program} has no configuration in this tree")
    if re.search(r"\b(?:test|check)\w*\b", goal):
        return _tested(call, inspector, "C")
    return checks("build", "C", narrow=True) if re.search(r"^$|\bbuild\b", goal) else NOTHING


def _swift(call: Call, inspector: Inspector) -> Meaning:
    verb = call.argv[1] if len(call.argv) > 1 else ""
    words = without_options(
        call.words, ("--enable-code-coverage",), ("-c", "--configuration", "--xunit-output")
    )
    if verb == "test":
        return _tested(call, inspector, "Swift", words=words)
    return checks("build", "Swift", run=call.with_words(*words)) if verb == "build" else NOTHING


def _xcodebuild(call: Call, inspector: Inspector) -> Meaning:
    return _tested(call, inspector, "Swift", narrow=True) if "test" in call.argv else NOTHING


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
        return _tested(
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


def _dotnet(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    verb = argv[1] if len(argv) > 1 else ""
    target = [
        word
        for word in positionals(
            argv[1:],
            (
                "-c",
                "--configuration",
                "-f",
                "--framework",
                "-l",
                "--logger",
                "-v",
                "--verbosity",
                "--filter",
                "-r",
                "--runtime",
                "-o",
                "--results-directory",
                "-s",
                "--settings",
                "-p",
                "--collect",
            ),
        )
        if word.endswith((".csproj", ".sln", ".fsproj", ".slnx", ".slnf", ".proj"))
    ]
    missing = missing_path(inspector.repo, call, [word.replace("\\", "/") for word in target])
    if missing:
        return faulty(f"{missing!r} is not in this tree")
    words = without_options(
        call.words,
        (
            "--no-build",
            "--no-restore",
            "--nologo",
            "--configuration=*",
            "--collect:*",
            "/p:CollectCoverage=*",
            "-p:CollectCoverage=*",
            "/p:Coverlet*",
            "--logger:*",
            "--blame",
        ),
        (
            "-c",
            "--configuration",
            "--logger",
            "-l",
            "--collect",
            "--results-directory",
            "--settings",
            "-s",
            "-f",
            "--framework",
            "--verbosity",
            "-v",
        ),
    )
    if verb == "test":
        return _tested(call, inspector, "C#", narrow=has_option(argv, "--filter"), words=words)
    if verb == "format":
        return (
            checks("lint", "C#")
            if "--verify-no-changes" in argv or "--check" in argv
            else faulty("dotnet format rewrites files")
        )
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
        return _tested(call, inspector, "Haskell", words=words)
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
        return _tested(call, inspector, "Haskell", words=words)
    return checks("build", "Haskell", run=call.with_words(*words)) if verb == "build" else NOTHING


def _dune(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if any(word in ("test", "runtest", "@runtest", "@test", "@check") for word in argv[1:]):
        return _tested(call, inspector, "OCaml")
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
            return _tested(call, inspector, language)
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
    "go": _go,
    "gotestsum": _gotestsum,
    "richgo": _go,
    "ginkgo": _simple("Go"),
    **dict.fromkeys(("cargo", "cross"), _cargo),
    "ctest": _ctest,
    "cmake": _cmake,
    "ninja": _ninja,
    "meson": _meson,
    **dict.fromkeys(("bazel", "bazelisk", "bazelw"), _bazel),
    **dict.fromkeys(("scons", "waf", "xmake"), _scons),
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
