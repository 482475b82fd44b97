"""PHP: Composer scripts, PHPUnit and its relatives, Artisan."""

from __future__ import annotations

import re

from agent_baton.records import replace

from ..arguments import has_option, missing_path, option, positionals
from ..calls import Call
from ..danger import is_threatening_inside
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..reading import dig, strings
from ..shell import calls_in
from .testing import no_tests, suite


def _composer(call: Call, inspector: Inspector) -> Meaning:
    words = positionals(call.argv, ("-d", "--working-dir"))
    repo = inspector.repo
    path = f"{call.cwd}/composer.json".lstrip("/")
    scripts = dig(repo.json(path), "scripts")
    name = (
        words[1] if words[:1] in (["run"], ["run-script"]) and len(words) > 1 else words[0] if words else ""
    )
    if name == "validate":
        return checks("lint", "PHP", narrow=True)
    if name not in scripts:
        return (
            NOTHING
            if name
            in (
                "install",
                "update",
                "require",
                "config",
                "dump-autoload",
                "global",
                "remove",
                "show",
                "audit",
                "normalize",
                "self-update",
                "i",
                "u",
                "",
            )
            else faulty(f"composer.json has no script {name!r}")
        )
    if is_threatening_inside(name):
        return faulty(f"it could do harm: {name!r}")
    line = repo.line_with(path, rf'"{re.escape(name)}"\s*:', repo.line_with(path, r'"scripts"\s*:') or 1)
    calls = [part for text in strings(scripts[name]) for part in _composer_calls(text, path, line, call.cwd)]
    return replace(inspector.together(calls), run=call)


def _composer_calls(text: str, path: str, line: int, cwd: str) -> list[Call]:
    """`@test` names another script, `@php x` runs PHP."""
    text = re.sub(r"^@php\b", "php", text.strip())
    text = re.sub(r"^@composer\b", "composer", text)
    text = re.sub(r"^@putenv\b.*", "", text)
    return calls_in(re.sub(r"^@([\w:.-]+)", r"composer run \1", text), path, line, cwd)


def _php(call: Call, inspector: Inspector) -> Meaning:
    words = positionals(call.argv, ("-d", "-c", "-f", "-r"))
    if not words or "-l" in call.argv or "-r" in call.argv:
        return checks("lint", "PHP", narrow=True) if "-l" in call.argv else NOTHING
    if words[0] == "artisan":
        return _artisan(words, inspector)
    if words[0].rpartition("/")[2] == "run-tests.php":
        return checks("test", "PHP") if inspector.suites.of("PHP") else no_tests("PHP")
    index = call.argv.index(words[0])
    return replace(inspector.of(call.with_words(*call.words[index:])), run=call)


def _artisan(words: list[str], inspector: Inspector) -> Meaning:
    if "test" in words[1:2]:
        return checks("test", "PHP") if inspector.suites.of("PHP") else no_tests("PHP")
    return NOTHING


def _phpunit(call: Call, inspector: Inspector) -> Meaning:
    """PHPUnit and its like, from vendor/bin when only its name was written."""
    reader = suite(
        "PHP",
        (
            "-c",
            "--configuration",
            "--bootstrap",
            "--filter",
            "--testsuite",
            "--group",
            "--exclude-group",
            "-d",
            "--log-junit",
        ),
        ("--coverage-*", "--colors=*", "--log-junit=*", "--coverage"),
        ("--coverage-clover", "--coverage-html", "--coverage-text", "--log-junit", "--coverage-xml"),
    )
    found = reader(call, inspector)
    configured = option(call.argv, "-c", "--configuration")
    if configured and missing_path(inspector.repo, call, [configured]):
        return faulty(f"{configured!r} is not in this tree")
    narrow = found.narrow or has_option(call.argv, "--testsuite", "--group", "--filter")
    run = found.run or call
    if run.argv[0] == call.program and inspector.repo.is_file(f"{call.cwd}/composer.json".lstrip("/")):
        run = run.with_words(f"vendor/bin/{call.program}", *run.words[1:])
    return replace(found, narrow=narrow, run=run)


PROGRAMS: dict[str, Reader] = {
    "composer": _composer,
    **dict.fromkeys(("php", "artisan"), _php),
    **dict.fromkeys(
        (
            "phpunit", "pest", "codecept", "phpspec", "paratest", "atoum", "kahlan", "simple-phpunit", "tester", "peridot",
        ),
        _phpunit,
    ),
}  # fmt: skip
