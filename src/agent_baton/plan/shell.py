"""Reading a shell line without running it: which programs it starts, and whether it can ever fail.

Knows lists, pipelines, subshells and quotes. Anything else (loops, functions, here-documents) is taken to be
able to fail: the lint must not cry wolf.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<comment>\#.*) | (?P<redirect>(?:\d*|&)>>?(?:&\d*-?|\|)?|\d*<{1,3}&?)
      | (?P<operator>&&|\|\||;;|\|&|[;&|()])
      | (?P<word>(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|`[^`]*`|\$\((?:[^()]|\([^()]*\))*\)|[^\s;&|()<>'"`\\])+)""",
    re.VERBOSE | re.DOTALL,
)
_QUOTES = re.compile(r"""'(?P<single>[^']*)'|"(?P<double>(?:\\.|[^"\\])*)"|\\(?P<escaped>.)""", re.DOTALL)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_KEYWORDS = frozenset(
    "if then else elif fi for while until do done case esac function select { } [[".split()  # noqa: SIM905
)
_BUILTINS = frozenset(
    """
    . : [ alias bg break cd command continue echo eval exec exit export false fg getopts hash jobs kill let
    local printf pushd popd pwd read readonly return set shift source test times trap true type ulimit umask
    unalias unset wait
    """.split()  # noqa: SIM905
)
_CANNOT_FAIL = frozenset([":", "true", "echo", "printf", "pwd", "sleep", "date"])
# Ends of pipelines that pass on what they read: with them the status of what was tested is lost.
_PASS_ON = frozenset("cat head less more nl sort tac tail tee tr uniq wc".split())  # noqa: SIM905
_INFORMATION = frozenset(["--version", "--help", "-V", "-h", "version", "help"])
_SHELLS = frozenset(["sh", "bash", "dash", "zsh", "ksh"])
_EXIT_ZERO = frozenset(["--exit-zero", "--collect-only", "--co"])


class UnreadableError(ValueError):
    """The line is not complete shell: a quote or a parenthesis stays open, an operator has no command."""


@dataclass(frozen=True, slots=True)
class Command:
    words: tuple[str, ...]  # quotes removed; empty for a subshell
    group: Lines | None = None


@dataclass(frozen=True, slots=True)
class Pipeline:
    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Pipelines joined by `&&` and `||`; `links[n]` stands before `pipelines[n + 1]`."""

    pipelines: tuple[Pipeline, ...]
    links: tuple[str, ...] = ()
    background: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Chains that run one after the other; the last one decides the exit status."""

    chains: tuple[Chain, ...]


def read(line: str) -> Lines:
    """Parse a shell line. Raises `UnreadableError`."""
    tokens = _Tokens(line)
    lines = _read_lines(tokens)
    if tokens.kind:
        raise UnreadableError(f"unexpected {tokens.text!r}")
    return lines


class _Tokens:
    """The tokens of a line, one ahead: `kind` and `text` of the next, kind empty at the end."""

    def __init__(self, line: str) -> None:
        self._rest = self._split(line)
        self.kind = self.text = ""
        self.advance()

    def advance(self) -> str:
        text = self.text
        self.kind, self.text = next(self._rest, ("", ""))
        return text

    def accept(self, *operators: str) -> str:
        return self.advance() if self.kind == "operator" and self.text in operators else ""

    @staticmethod
    def _split(line: str) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(line):
            match = _TOKEN.match(line, at)
            if match is None:
                raise UnreadableError(f"{line[at]!r} is never closed")
            if match.lastgroup not in ("space", "comment"):
                yield match.lastgroup or "", match[0]
            at = match.end()


def _read_lines(tokens: _Tokens) -> Lines:
    chains: list[Chain] = []
    while tokens.kind and tokens.text != ")":
        chains.append(_read_chain(tokens))
    if not chains:
        raise UnreadableError("there is no command")
    return Lines(tuple(chains))


def _read_chain(tokens: _Tokens) -> Chain:
    pipelines, links = [_read_pipeline(tokens)], []
    while link := tokens.accept("&&", "||"):
        links.append(link)
        pipelines.append(_read_pipeline(tokens))
    end = tokens.accept(";", "&")
    return Chain(tuple(pipelines), tuple(links), end == "&")


def _read_pipeline(tokens: _Tokens) -> Pipeline:
    negated = tokens.text == "!"
    if negated:
        tokens.advance()
    commands = [_read_command(tokens)]
    while tokens.accept("|", "|&"):
        commands.append(_read_command(tokens))
    return Pipeline(tuple(commands), negated)


def _read_command(tokens: _Tokens) -> Command:
    group = None
    if tokens.accept("("):
        group = _read_lines(tokens)
        if not tokens.accept(")"):
            raise UnreadableError("'(' is never closed")
    words = []
    while tokens.kind in ("word", "redirect"):
        if tokens.kind == "redirect":
            to_descriptor = tokens.advance()[-1:] not in "<>|"
            if not to_descriptor and tokens.kind == "word":
                tokens.advance()
        else:
            words.append(_unquoted(tokens.advance()))
    if group is None and not words:
        raise UnreadableError(
            f"a command is missing before {tokens.text!r}"
            if tokens.text
            else "a command is missing at the end"
        )
    return Command(tuple(words), group)


def _unquoted(word: str) -> str:
    return _QUOTES.sub(lambda m: m["single"] or m["double"] or m["escaped"] or "", word)


def can_fail(lines: Lines) -> bool:
    """Whether some run of it could end with a status other than 0."""
    if any(_exits_with_failure(pipeline) for chain in lines.chains for pipeline in chain.pipelines):
        return True
    stops_early = pipefail = False
    deciding = []
    for chain in lines.chains:
        options = _options_set(chain)
        stops_early, pipefail = stops_early or "e" in options, pipefail or "pipefail" in options
        deciding.append(_chain_can_fail(chain, pipefail))
        if not stops_early and len(deciding) > 1:
            del deciding[:-1]
    return any(deciding)


def _exits_with_failure(pipeline: Pipeline) -> bool:
    """An `exit` here ends the whole line, whatever stands behind it."""
    words = pipeline.commands[0].words
    return len(pipeline.commands) == 1 and words[:1] == ("exit",) and words[1:] != ("0",)


def _options_set(chain: Chain) -> set[str]:
    words = chain.pipelines[0].commands[0].words
    if words[:1] != ("set",):
        return set()
    letters = {letter for word in words[1:] if word.startswith("-") for letter in word[1:]}
    return letters | {"pipefail"} & set(words) | ({"e"} if "errexit" in words else set())


def _chain_can_fail(chain: Chain, pipefail: bool) -> bool:
    if chain.background:
        return False
    fails = _pipeline_can_fail(chain.pipelines[0], pipefail)
    for link, pipeline in zip(chain.links, chain.pipelines[1:], strict=True):
        other = _pipeline_can_fail(pipeline, pipefail)
        fails = fails or other if link == "&&" else fails and other
    return fails


def _pipeline_can_fail(pipeline: Pipeline, pipefail: bool) -> bool:
    deciding = pipeline.commands if pipefail else pipeline.commands[-1:]
    if (
        not pipefail
        and len(pipeline.commands) > 1
        and deciding[0].words[:1]
        and deciding[0].words[0] in _PASS_ON
    ):
        return pipeline.negated
    return pipeline.negated or any(map(_command_can_fail, deciding))


def _command_can_fail(command: Command) -> bool:
    if command.group:
        return can_fail(command.group)
    words = _without_wrappers(command.words)
    if not words:
        return False
    name, arguments = posixpath.basename(words[0]), words[1:]
    script = _script(name, arguments)
    if script is not None:
        return _script_can_fail(script)
    if name in _CANNOT_FAIL or (name in ("exit", "return") and arguments == ("0",)):
        return False
    only_tells = len(arguments) > 0 and _INFORMATION.issuperset(arguments)
    return not only_tells and _EXIT_ZERO.isdisjoint(arguments)


def _script(name: str, arguments: tuple[str, ...]) -> str | None:
    """The text behind `sh -c`, if that is what the command is."""
    for number, word in enumerate(arguments[:-1]):
        if name in _SHELLS and word.startswith("-") and not word.startswith("--") and "c" in word:
            return f"set -e; {arguments[number + 1]}" if "e" in word else arguments[number + 1]
    return None


def _script_can_fail(script: str) -> bool:
    try:
        return can_fail(read(script))
    except UnreadableError:
        return True


def _without_wrappers(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command behind variable assignments and `env`, `time`, `nice`, `timeout 60` and their like."""
    while words:
        if _ASSIGNMENT.match(words[0]) or words[0] in ("env", "time", "nice", "nohup", "command", "exec"):
            words = words[1:]
        elif words[0] == "timeout" and len(words) > 2 and not words[1].startswith("-"):
            words = words[2:]
        else:
            break
    return words


def always_fails(lines: Lines) -> bool:
    """Whether it is nothing but `false` or `exit` with a number other than 0."""
    if len(lines.chains) != 1 or len(lines.chains[0].pipelines) != 1:
        return False
    words = lines.chains[0].pipelines[0].commands[-1].words
    return words == ("false",) or (
        len(words) == 2 and words[0] == "exit" and words[1].isdigit() and words[1] != "0"
    )


def programs(lines: Lines, folder: str = "") -> list[str]:
    """What must exist for it to start: names to find on PATH, and paths relative to where the line begins.

    Follows `cd`. Built-ins, keywords and names that the shell computes (`$TOOL`) are left out.
    """
    found: list[str] = []
    for chain in lines.chains:
        for command in (command for pipeline in chain.pipelines for command in pipeline.commands):
            if command.group:
                found += programs(command.group, folder)
            elif len(command.words) > 1 and command.words[0] == "cd":
                folder = posixpath.normpath(posixpath.join(folder, command.words[1]))
            else:
                found += _program(command.words, folder)
    return list(dict.fromkeys(found))


def _program(words: tuple[str, ...], folder: str) -> list[str]:
    while words and (_ASSIGNMENT.match(words[0]) or words[0] in _KEYWORDS):
        words = words[1:]
    if not words or words[0] in _BUILTINS or re.search(r"[$`*?~]", words[0]):
        return []
    if "/" not in words[0] or words[0].startswith("/"):
        return [words[0]]
    return ["./" + posixpath.normpath(posixpath.join(folder, words[0]))]
