"""Arguments of commands: which are paths, and whether those are here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent_baton.patterns import lazy

from .calls import Call
from .reading import Repo, join

# Written by a build: not in a checkout, and nobody's mistake.
_BUILT = lazy(
    r"^(?:\./)?(?:(?:[\w.@-]+/)*)(?:build|dist|out|target|lib|libs|es|esm|cjs|umd|tmp|temp|bin|\.tmp|\.\w+-out|coverage|node_modules|vendor/bin|"
    r"vendor|_build|obj|release|debug|generated|gen|public|\.cache|compiled|test-dist|dist-\w+|build-\w+|\w+-dist|\w+-build|cmake-build\S*|bundle|"
    r"\.venv|venv|\.tox|env|\w*-?env|logs?|reports?|test-results?|artifacts?|output|\.next|\.nyc_output)(?:/|$)"
)
_PATH_LIKE = lazy(
    r"[^\s:=@]*/[^\s:=]*|[\w.*@-]+\.(?:py|[cm]?[jt]sx?|rb|php|go|rs|java|kt|sh|bash|lua|pl|t|exs?|json|ya?ml|toml|cfg|ini|xml|html|css|scss|md|rst|"
    r"txt|cabal|sln|[cf]sproj|clj|hs|dart|swift|zig|cmake|conf|neon|dist|bats|coffee|el)"
)
MAX_PATH = 300
_NOT_PATHS = lazy(r"^(?:-|https?:|git[+@:]|\.\.\.|\./\.\.\.|@|!|s/|//|\+)|\.\.\.$|[$`\ue000|^]|\\")


def positionals(argv: Sequence[str], with_value: Iterable[str] = ()) -> list[str]:
    """The words after the program that are no options and no values of the options in `with_value`."""
    taking = frozenset(with_value)
    found: list[str] = []
    skip = False
    for index, word in enumerate(argv[1:], 1):
        if skip:
            skip = False
        elif word == "--":
            found.extend(argv[index + 1 :])
            break
        elif word.startswith("-") and len(word) > 1:
            skip = word in taking
        else:
            found.append(word)
    return found


def option(argv: Sequence[str], *names: str) -> str:
    """The value of an option, written `--name value`, `--name=value` or (one letter) `-nvalue`; "" without it."""
    for index, word in enumerate(argv):
        for name in names:
            if word == name and index + 1 < len(argv):
                return argv[index + 1]
            if name.startswith("--") and word.startswith(name + "="):
                return word[len(name) + 1 :]
            if (
                len(name) == 2
                and name != "--"
                and word.startswith(name)
                and len(word) > 2
                and not word.startswith("--")
            ):
                return word[2:].removeprefix("=")
    return ""


def has_option(argv: Sequence[str], *names: str) -> bool:
    return any(word == name or word.startswith(name + "=") for word in argv[1:] for name in names)


def without_options(
    words: Sequence[str], flags: Iterable[str] = (), with_value: Iterable[str] = ()
) -> tuple[str, ...]:
    """The words without the given flags, and without the options in `with_value` and their values.

    A name ending in `*` stands for every option that begins so and carries its value in the same word.
    """
    plain, valued = list(flags), frozenset(with_value)
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
            continue
        if word in valued:
            skip = True
        elif not (_listed(word, plain) or any(word.startswith(name + "=") for name in valued)):
            kept.append(word)
    return tuple(kept)


def _listed(word: str, flags: Iterable[str]) -> bool:
    return any(word.startswith(flag[:-1]) if flag.endswith("*") else word == flag for flag in flags)


def missing_path(repo: Repo, call: Call, words: Iterable[str], surely: bool = False) -> str:
    """The first word that names a file or folder that is not here, "" when there is none.

    A word that does not look like a path is only taken for one when `surely`.
    """
    for word in words:
        if not word or len(word) > MAX_PATH or _NOT_PATHS.search(word) or _BUILT.match(word):
            continue
        if not surely and not _PATH_LIKE.fullmatch(word):
            continue
        if not is_here(repo, call.cwd, word):
            return word
    return ""


def is_here(repo: Repo, cwd: str, word: str) -> bool:
    """Whether a path or pattern, written in `cwd`, names something of the repository."""
    plain = word.partition("::")[0].rstrip("/") or "."
    target = join(cwd, plain)
    if target is None:
        return False
    if repo.exists(target):
        return True
    return any(char in plain for char in "*?[{") and bool(repo.glob(plain, cwd))


def folders(repo: Repo, cwd: str, words: Iterable[str]) -> list[str]:
    """The words that are files or folders of the repository, relative to its root."""
    found = []
    for word in words:
        target = join(cwd, word.partition("::")[0].rstrip("/") or ".")
        if target is not None and repo.exists(target):
            found.append(target)
    return found
