"""What the readers of test commands share."""

from __future__ import annotations

from ..arguments import folders, has_option, missing_path, positionals, without_options
from ..calls import Call
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_special


def no_tests(language: str) -> Meaning:
    return faulty(f"there are no {language} tests in this tree")


def tested(
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


def suite(
    language: str,
    values: tuple[str, ...] = (),
    drop: tuple[str, ...] = (),
    drop_values: tuple[str, ...] = (),
    special: bool = False,
) -> Reader:
    """A test runner that takes paths."""

    def read(call: Call, inspector: Inspector) -> Meaning:
        argv = call.argv
        if has_option(argv, "--version", "--help", "--dry-run", "--list-suites"):
            return NOTHING
        words = positionals(argv, (*values, *drop_values))
        missing = missing_path(inspector.repo, call, words)
        if missing:
            return faulty(f"{missing!r} is not in this tree")
        if not inspector.suites.of(language, call.cwd):
            return no_tests(language)
        paths = folders(inspector.repo, call.cwd, words)
        narrow = special or (bool(paths) and all(is_special(path) for path in paths))
        return checks(
            "test", language, paths, narrow, call.with_words(*without_options(call.words, drop, drop_values))
        )

    return read
