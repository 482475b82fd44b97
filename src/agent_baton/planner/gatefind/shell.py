"""Shell scripts as lists of simple commands: enough of the grammar to know what runs where and whether it may fail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from agent_baton.patterns import lazy
from agent_baton.records import Record

from .calls import UNKNOWN, Call, unquoted
from .reading import join

MAX_SCRIPT = 60_000
MAX_CHAIN = 50  # of `&&`
_OPERATOR = lazy(r"&&|\|\||;;|\|&|&>|>>|<<<|<<-|<<|>&|<&|[;|&()><\n]")
_REDIRECTS = frozenset(("&>", ">>", "<<<", "<<-", "<<", ">&", "<&", ">", "<"))
_OPENERS = frozenset(("if", "elif", "while", "until"))
_PLAIN_KEYWORDS = frozenset(("then", "do", "else", "fi", "done", "{", "}", "!", "time"))
# On the right of `||` these make a failure vanish.
_INERT = frozenset(("true", ":", "echo", "printf", "/bin/true"))
_FEEDERS = frozenset(("echo", "yes", "cat", "find", "ls", "printf", "git", "seq", "curl", "wget"))
_ASSIGNMENT = lazy(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_VARIABLE = lazy(r"\$(?:\{([A-Za-z_]\w*)(?::?[-=]([^{}]*))?\}|([A-Za-z_]\w*))")
_HARMLESS_SUBSTITUTION = lazy(
    r"\$\((?:nproc(?: --all)?|getconf _NPROCESSORS_ONLN|pwd|go list \./\.\.\."
    r"|(?:git ls-files|find)(?: (?!-(?:exec|ok|delete|fprint|fls))[^\s$`;|&<>()\\\ue000]+)*)\)"
)
# `${PREFIX}pytest`: the prefix is unset on a developer's machine.
_UNSET_PREFIX = lazy(r"\$(?:\{\w+\}|\w+/)([A-Za-z./][\w./-]*)$")
_SPLIT_NEEDED = lazy(r"\s")


class _Token(Record):
    text: str
    line: int
    operator: bool


class _Simple(Record):
    words: tuple[str, ...]
    line: int
    before: str  # the operator on the left, "" at the start
    after: str
    condition: bool  # decides a branch: its failure fails nothing
    depth: int  # of subshells


def calls_in(
    script: str, path: str, line: int, cwd: str = "", variables: Mapping[str, str] | None = None
) -> list[Call]:
    """The simple commands of a script with the folder each runs in; set-up, tests and all.

    `line` is the script's first line in its file. Commands whose folder or program cannot be known are left out.
    """
    walk = _Walk(path, cwd, dict(variables or {}))
    simples = list(_simples(_tokens(script[:MAX_SCRIPT])))
    for index, simple in enumerate(simples):
        walk.take(simple, line, _is_soft(simples, index))
    return walk.calls


# What a suite needs to be found or to start. The rest of a CI job's environment is the CI's own business.
_WORTH_KEEPING = frozenset(("PYTHONPATH", "DJANGO_SETTINGS_MODULE", "RAILS_ENV"))
_CI_ONLY = lazy(
    r"CI$|CI_|COV|TRAVIS|GITHUB|TOKEN|SECRET|PASSWORD|KEY$|FORCE_COLOR|NO_COLOR|TERM$|TOXENV|CIRCLE|CC$|CXX$|JUNIT"
)


def _kept(env: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in env.items() if not _CI_ONLY.search(name) and not _is_unknown(value)
    }


# They know what to run when nobody says which.
_CHOOSERS = frozenset(("tox", "nox", "uvx", "uv", "pipx", "cd", "pushd", "export"))


class _Walk:
    """What changes while a script runs: folder, variables."""

    def __init__(self, path: str, cwd: str, variables: dict[str, str]) -> None:
        self.calls: list[Call] = []
        self._path = path
        self._folders: list[str | None] = [cwd]
        self._previous: list[str | None] = []
        self._variables = variables

    def take(self, simple: _Simple, line: int, soft: bool) -> None:
        self._enter(simple.depth)
        if simple.condition or simple.before == "||" or simple.after == "&":
            return
        if simple.before in ("|", "|&"):
            return
        words, trimmed = self._expanded(simple.words)
        words, env = _assignments(words)
        if not words:
            self._variables.update(env)
            return
        name = unquoted(words[0])
        if name in ("cd", "pushd", "popd"):
            self._move(name, words[1:], trimmed)
        elif name == "export":
            self._variables.update(_assignments(list(words[1:]))[1])
        elif self._folders[-1] is not None and UNKNOWN not in words[0] and not words[0].startswith("$"):
            place = self._folders[-1]
            env = {key: value for key, value in self._variables.items() if key in _WORTH_KEEPING} | _kept(env)
            self.calls.append(
                Call(
                    tuple(words),
                    place or "",
                    tuple(env.items()),
                    self._path,
                    line + simple.line,
                    soft,
                    trimmed,
                )
            )

    def _enter(self, depth: int) -> None:
        while len(self._folders) <= depth:
            self._folders.append(self._folders[-1])
        del self._folders[depth + 1 :]

    def _move(self, name: str, words: list[str], trimmed: bool) -> None:
        here = self._folders[-1]
        target = unquoted(words[0]) if words else ""
        if name == "popd" or target == "-":
            self._folders[-1] = self._previous.pop() if self._previous else here
            return
        self._previous.append(here)
        known = here is not None and target and not trimmed and "$" not in target and UNKNOWN not in target
        self._folders[-1] = join(here, target) if known and here is not None else None

    def _expanded(self, words: tuple[str, ...]) -> tuple[list[str], bool]:
        """Words with known variables put in; what stays unknown is left out as an unset variable would be."""
        out: list[str] = []
        trimmed = False
        for word in words:
            known = self._substituted(word)
            if known != word and _SPLIT_NEEDED.search(known) and '"' not in word:
                out.extend(known.split())
            elif not out and (bare := _UNSET_PREFIX.match(known)):
                out.append(bare[1])
            elif _is_unknown(known) and out:
                plain = known.strip("\"'")
                trimmed = trimmed or not plain.startswith(("-", "$@", "$*", "${@", "$#"))
                if not _leave_out(out, plain) and UNKNOWN in plain and unquoted(out[0]) not in _CHOOSERS:
                    return [], True  # the CI's own value was the command's subject
            elif known:
                out.append(known)
        return out, trimmed

    def _substituted(self, word: str) -> str:
        if "$" not in word or word.startswith("'"):
            return word

        def value(found: re.Match[str]) -> str:
            name = found[1] or found[3]
            if name in self._variables:
                return self._variables[name]
            return found[2] if found[2] is not None else found[0]

        known = _VARIABLE.sub(value, word)
        return "" if known == '""' and known != word else known


def _is_unknown(word: str) -> bool:
    if UNKNOWN in word:
        return True
    if word.startswith("'"):
        return False
    rest = _HARMLESS_SUBSTITUTION.sub("", word)
    return ("$" in rest or "`" in rest) and not rest.startswith(
        ("$HOME", "${HOME", "$PWD", "$(gofmt", '"$(gofmt')
    )


def _leave_out(words: list[str], unknown: str) -> bool:
    """Forget the option that an unknown value belongs to; whether it did belong to one."""
    if unknown.startswith("-"):
        return True
    if len(words) > 1 and re.fullmatch(r"--?[A-Za-z][\w-]*", unquoted(words[-1])):
        words.pop()
        return True
    return False


def _assignments(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """Leading `NAME=value` words, apart from the command."""
    env: dict[str, str] = {}
    rest = list(words)
    while rest and (found := _ASSIGNMENT.fullmatch(rest[0])):
        env[found[1]] = unquoted(found[2])
        rest.pop(0)
    return rest, env


def _is_soft(simples: list[_Simple], index: int) -> bool:
    """Whether the chain a command stands in ends in something that hides its failure."""
    for simple in simples[index : index + MAX_CHAIN]:
        if simple.before == "||" and simple is not simples[index]:
            words = [unquoted(word) for word in simple.words]
            return bool(words) and (words[0] in _INERT or words[:2] in (["exit", "0"], ["return", "0"]))
        if simple.after not in ("&&", "||", "|", "|&"):
            return False
    return False


def _simples(tokens: Iterator[_Token]) -> Iterator[_Simple]:
    words: list[str] = []
    line, before, depth, skip_until = 0, "", 0, ""
    condition = skip_word = False
    for token in tokens:
        if skip_until:
            skip_until = "" if token.text == skip_until else skip_until
        elif token.operator and token.text in _REDIRECTS:
            skip_word = True
        elif token.operator:
            if words:
                yield _Simple(tuple(words), line, before, token.text, condition, depth)
                before = token.text
            elif token.text not in ("\n", ")"):
                before = token.text
            depth = max(0, depth + (token.text == "(") - (token.text == ")"))
            words, skip_word = [], False
        elif skip_word:
            skip_word = False
        elif not words and token.text in ("case", "for", "select"):
            skip_until = "esac" if token.text == "case" else "do"
        elif not words and token.text in _OPENERS:
            condition = True
        elif not words and token.text in _PLAIN_KEYWORDS:
            condition = condition and token.text not in ("then", "do")
        else:
            line = line if words else token.line
            words.append(token.text)
    if words:
        yield _Simple(tuple(words), line, before, "", condition, depth)


def _tokens(script: str) -> Iterator[_Token]:
    index, line = 0, 0
    heredocs: list[str] = []
    expect_heredoc = False
    while index < len(script):
        char = script[index]
        if script.startswith("\\\n", index):
            index, line = index + 2, line + 1
        elif char in " \t\r":
            index += 1
        elif char == "#":
            index = _line_end(script, index)
        else:
            found = _OPERATOR.match(script, index)
            operator = found[0] if found else ""
            if operator:
                yield _Token(operator, line, True)
                index += len(operator)
                expect_heredoc = operator in ("<<", "<<-")
                if operator == "\n":
                    line += 1
                    index, line = _past_heredocs(script, index, line, heredocs)
                continue
            end = _word_end(script, index)
            word = script[index:end]
            if word.isdigit() and script.startswith((">", "<"), end):
                index = end  # a file descriptor, part of the redirection
                continue
            if expect_heredoc:
                heredocs.append(unquoted(word))
                expect_heredoc = False
            yield _Token(word.replace("\\\n", ""), line, False)
            line += word.count("\n")
            index = end


def _line_end(script: str, index: int) -> int:
    end = script.find("\n", index)
    return len(script) if end < 0 else end


def _past_heredocs(script: str, index: int, line: int, heredocs: list[str]) -> tuple[int, int]:
    while heredocs and index < len(script):
        end = _line_end(script, index)
        if script[index:end].strip() == heredocs[0]:
            heredocs.pop(0)
        index, line = end + 1, line + 1
    heredocs.clear()
    return min(index, len(script)), line


_PLAIN = lazy(r"[\w./=:,+@%^*?~!\[\]-]*")
_WORD_STOPS = frozenset(" \t\r\n;|&()<>")


def _word_end(script: str, index: int) -> int:
    start = index
    while index < len(script):
        char = script[index]
        if char == "\\":
            index += 2
        elif char in "'\"`":
            index = _quote_end(script, index)
        elif script.startswith(("$(", "${"), index):
            index = _bracket_end(script, index + 1)
        elif char in _WORD_STOPS:
            break
        else:
            plain = _PLAIN.match(script, index + 1)
            index = plain.end() if plain else index + 1
    return max(min(index, len(script)), start + 1)


def _quote_end(script: str, index: int) -> int:
    """The index after the quote that closes the one at `index`; the script's end when none does."""
    quote = script[index]
    index += 1
    while index < len(script) and script[index] != quote:
        if script[index] == "\\" and quote != "'":
            index += 1
        elif quote == '"' and script.startswith("$(", index):
            index = _bracket_end(script, index + 1)
            continue
        index += 1
    return index + 1


def _bracket_end(script: str, index: int) -> int:
    """The index after the bracket that closes the one at `index`, minding quotes."""
    pairs = {"(": ")", "{": "}"}
    opening, closing = script[index], pairs[script[index]]
    depth = 0
    while index < len(script):
        char = script[index]
        if char == "\\":
            index += 1
        elif char in "'\"" and opening == "(":
            end = script.find(char, index + 1)
            index = end if end > 0 else index
        elif char == opening:
            depth += 1
        elif char == closing:
            depth -= 1
            if depth == 0:
                return index + 1
        index += 1
    return index
