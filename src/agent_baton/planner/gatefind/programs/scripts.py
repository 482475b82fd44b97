"""Scripts of the repository itself (`./test.sh`, `scripts/check`), and every program nobody listed."""

from __future__ import annotations

import re

from agent_baton.patterns import lazy
from agent_baton.records import replace

from ..arguments import is_here, missing_path
from ..calls import Call
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_special, kind_of
from ..reading import join
from ..shell import calls_in

_INSTALLING = frozenset(("install", "add", "remove", "uninstall", "upgrade", "update", "download", "inject"))
_A_PROGRAM = lazy(r"[a-z0-9][\w.+-]*")
_SHELL = lazy(r"#!.*\b(?:ba|z|da|k)?sh\b")


def _unknown(call: Call, inspector: Inspector) -> Meaning:
    first = call.argv[0]
    if first in ("test", "[", "[["):
        return _comparison(call)
    if "/" not in first:
        return _launcher(call, inspector)
    repo = inspector.repo
    target = join(call.cwd, first)
    bare = re.match(r"(?:\./)?(?:vendor/bin|node_modules/\.bin|\.?venv/bin|env/bin|bin)/([\w.-]+)$", first)
    if bare and (target is None or not repo.is_file(target)):
        return replace(inspector.of(call.with_words(bare[1], *call.words[1:])), run=call)
    if target is None or not is_here(repo, call.cwd, first):
        if "/src/" in f"/{first}" or missing_path(repo, call, [first]) == "":
            return NOTHING  # what a build puts there
        if "." not in call.program and re.search(r"akefile|\.mk$|\.am$", call.path):
            return NOTHING  # what another target of the makefile compiles
        return (
            NOTHING
            if re.search(r"(?i)test|check|build/", first)
            and repo.is_folder((target or "").rpartition("/")[0])
            else faulty(f"{first!r} is not in this tree")
        )
    return _script(call, target, inspector)


def _launcher(call: Call, inspector: Inspector) -> Meaning:
    """A program nobody listed that starts another: `nub exec vitest run`, `dotenvx run -- pytest`."""
    argv = call.argv
    if _INSTALLING & {*argv[:2]} or not _A_PROGRAM.fullmatch(argv[0]):
        return NOTHING  # `pip install --upgrade tox` runs no tests, "Install and run tox" is a sentence
    for index in range(2, min(len(argv), 6)):
        if argv[index] in inspector.programs and (
            argv[index - 1] in ("exec", "run", "--", "x", "dlx") or argv[index - 1].startswith("--")
        ):
            found = inspector.of(call.with_words(*call.words[index:]))
            return replace(found, run=found.run and call.with_words(*call.words[:index], *found.run.words))
    return NOTHING


def _comparison(call: Call) -> Meaning:
    """`test -z "$(gofmt -l .)"`: a formatter that only lists, made to fail."""
    text = " ".join(call.words)
    if re.search(r"\$\(\s*(?:gofmt|goimports|gofumpt)\b", text):
        return checks("lint", "Go")
    return NOTHING


def _script(call: Call, target: str, inspector: Inspector) -> Meaning:
    text = inspector.repo.text(target)
    name = re.sub(r"\.(?:sh|bash|py|rb|pl|js|mjs|cjs|ps1|php|exs|lua|tcl)$", "", target.rpartition("/")[2])
    subject = call.argv[1] if len(call.argv) > 1 and not call.argv[1].startswith("-") else ""
    found = NOTHING
    if (_SHELL.match(text) or target.endswith((".sh", ".bash"))) and len(text) < 30_000:
        found = inspector.together(calls_in(text, target, 1, call.cwd))
        if found.fault.startswith("it could do harm") or (found.kinds and not found.fault):
            narrow = (
                found.narrow
                or is_special(name)
                or not (kind_of(name) in found.kinds or len(found.kinds) == 1)
            )
            return replace(found, run=call, parts=(), narrow=narrow)
    kind = kind_of(name) or (
        kind_of(subject)
        if subject
        and re.match(r"(?i)(?:build|make|ci|dev|do|run|cli|x|bin|ci_\w+|waf|pants|bazelw?|Build)$", name)
        else None
    )
    if kind is None:
        return (
            replace(found, fault="", kinds=frozenset())
            if not found.fault.startswith("it could do harm")
            else found
        )
    if kind == "test" and not inspector.suites.any():
        return faulty("there are no tests in this tree")
    if kind == "test":
        return replace(checks("test", _language(target, text), narrow=is_special(name)), vague=True)
    return replace(checks(kind, narrow=True), vague=True)


def _language(path: str, text: str) -> str:
    first = text.partition("\n")[0]
    for suffix, word, language in (
        (".py", "python", "Python"),
        (".rb", "ruby", "Ruby"),
        (".pl", "perl", "Perl"),
        (".php", "php", "PHP"),
        (".lua", "lua", "Lua"),
        (".js", "node", "JavaScript"),
    ):
        if path.endswith(suffix) or (first.startswith("#!") and word in first):
            return language
    return ""


PROGRAMS: dict[str, Reader] = {"./": _unknown}
