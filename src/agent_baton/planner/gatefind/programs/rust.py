"""Rust: cargo, its subcommands and aliases."""

from __future__ import annotations

import re

from agent_baton.records import replace

from ..arguments import has_option, is_here, option, positionals, without_options
from ..calls import Call, quoted, unquoted
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import kind_of
from ..reading import dig, join, strings
from .testing import no_tests, tested

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
        return tested(
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


PROGRAMS: dict[str, Reader] = {"cargo": _cargo, "cross": _cargo}
