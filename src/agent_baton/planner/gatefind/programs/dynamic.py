"""Ruby, PHP, Elixir, Perl, Lua, shell, R, Julia, Terraform and editors' scripts."""

from __future__ import annotations

import re

from agent_baton.records import replace

from ..arguments import has_option, missing_path, positionals, without_options
from ..calls import Call, unquoted
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from .testing import no_tests, suite


def _mix(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if not inspector.repo.is_file(f"{call.cwd}/mix.exs".lstrip("/")):
        return faulty("there is no mix.exs in this tree")
    commands = " ".join(argv[1:])
    verb = next((word.rstrip(",") for word in argv[1:] if not word.startswith("-")), "")
    if verb == "do":
        return inspector.together(
            [
                call.with_words("mix", *part.split())
                for part in re.split(r",|\s\+\s", commands.removeprefix("do "))
                if part.split()
            ]
        )
    aliased = _mix_alias(verb, call, inspector)
    if aliased is not None and verb != "test":
        return aliased
    if verb in ("test", "coveralls", "coveralls.json", "coveralls.html", "coveralls.github", "espec", "cmd"):
        if not inspector.suites.of("Elixir", call.cwd):
            return no_tests("Elixir")
        kept = without_options(
            call.words, ("--cover", "--slowest", "--trace", "--color"), ("--slowest", "--partitions")
        )
        return checks(
            "test",
            "Elixir",
            narrow=has_option(argv, "--only", "--include") or verb == "cmd",
            run=call.with_words(*(("mix", "test") if verb.startswith("coveralls") else kept)),
        )
    if verb == "format":
        return (
            checks("lint", "Elixir", narrow=True)
            if has_option(argv, "--check-formatted", "--dry-run")
            else faulty("mix format without --check-formatted rewrites files")
        )
    if verb in ("credo", "sobelow", "deps.unlock", "deps.audit", "doctor", "dialyzer"):
        return checks(
            "types" if verb == "dialyzer" else "lint", "Elixir", narrow=verb not in ("credo", "dialyzer")
        )
    return checks("build", "Elixir") if verb == "compile" else NOTHING


def _mix_alias(name: str, call: Call, inspector: Inspector) -> Meaning | None:
    text = inspector.repo.text(f"{call.cwd}/mix.exs".lstrip("/"))
    found = (
        re.search(rf"[\"']?\b{re.escape(name)}[\"']?(?::|\s*=>)\s*\[([^\]]{{0,2000}})\]", text)
        if name
        else None
    )
    if not found or "aliases" not in text:
        return None
    commands = re.findall(r"\"([^\"]+)\"", found[1])
    if any(command.partition(" ")[0] == name for command in commands) or not commands:
        return None
    return replace(inspector.together([call.with_words("mix", *each.split()) for each in commands]), run=call)


def _perl(call: Call, inspector: Inspector) -> Meaning:
    words = positionals(call.argv, ("-I", "-M"))
    if not words or "-e" in call.argv or "-c" in call.argv:
        return NOTHING
    if words[0] in ("Makefile.PL", "Build.PL"):
        return NOTHING
    missing = missing_path(inspector.repo, call, words[:1], surely=True)
    if missing:
        return faulty(f"{missing!r} is not in this tree")
    return checks("test", "Perl", narrow=True) if re.search(r"(?:^|/)x?t/|test", words[0]) else NOTHING


def _perl_build(call: Call, inspector: Inspector) -> Meaning:
    """`./Build test`: Build.PL writes ./Build first."""
    if "test" in call.argv[1:] and inspector.repo.is_file(f"{call.cwd}/Build.PL".lstrip("/")):
        found = suite("Perl")(call, inspector)
        return replace(
            found, run=call.with_words("perl", "Build.PL", "&&", "./Build", "&&", "./Build", "test")
        )
    return NOTHING


def _dzil(call: Call, inspector: Inspector) -> Meaning:
    return suite("Perl")(call, inspector) if "test" in call.argv[1:2] else NOTHING


def _r(call: Call, inspector: Inspector) -> Meaning:
    text = " ".join(call.argv[1:])
    if re.search(r"\bCMD check\b|rcmdcheck|devtools::(?:test|check)|testthat::|tinytest::|covr::", text):
        return checks("test", "R") if inspector.suites.of("R") else no_tests("R")
    if re.search(r"lintr::lint_package", text):
        return checks("lint", "R")
    return checks("build", "R", narrow=True) if "CMD build" in text else NOTHING


def _julia(call: Call, inspector: Inspector) -> Meaning:
    text = " ".join(call.argv[1:])
    if "Pkg.test" in text or "runtests.jl" in text:
        return checks("test", "Julia") if inspector.suites.of("Julia") else no_tests("Julia")
    return NOTHING


def _terraform(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    verb = next((word for word in argv[1:] if not word.startswith("-")), "")
    if verb == "fmt":
        return (
            checks("lint", "HCL")
            if has_option(argv, "-check", "--check")
            else faulty("terraform fmt without -check rewrites files")
        )
    if verb == "validate":
        return checks("types", "HCL")
    if verb == "test":
        return checks("test", "HCL") if inspector.suites.of("HCL") else no_tests("HCL")
    return NOTHING


def _editor(call: Call, inspector: Inspector) -> Meaning:
    text = " ".join(call.argv[1:])
    if re.search(r"(?i)plenary|vader|ert-run|test|busted|buttercup|minitest|mini\.test", text):
        languages = (
            ("Emacs Lisp",)
            if call.program in ("emacs", "eldev", "cask", "eask", "makem.sh")
            else ("Lua", "Vim Script")
        )
        language = next((each for each in languages if inspector.suites.of(each)), "")
        return checks("test", language) if language else no_tests(languages[0])
    return NOTHING


def _interpreter(language: str) -> Reader:
    """An interpreter running a script of the repository: a test when its path says so."""
    run = suite(language)

    def read(call: Call, inspector: Inspector) -> Meaning:
        words = positionals(call.argv, ("-e", "-l"))
        return run(call, inspector) if words and re.search(r"(?i)test|spec", words[0]) else NOTHING

    return read


def _helm(call: Call, _: Inspector) -> Meaning:
    return checks("lint", "YAML") if call.argv[1:2] == ("lint",) else NOTHING


def _pester(call: Call, inspector: Inspector) -> Meaning:
    text = " ".join(unquoted(word) for word in call.words)
    if "Invoke-Pester" in text:
        return checks("test", "PowerShell") if inspector.suites.of("PowerShell") else no_tests("PowerShell")
    return checks("lint", "PowerShell") if "Invoke-ScriptAnalyzer" in text else NOTHING


_RSPEC = suite(
    "Ruby",
    ("-r", "-I", "-t", "--tag", "-e", "--seed", "--order", "-P"),
    ("--format=*", "--color", "--profile"),
    ("--format", "-f", "-o", "--out", "--profile"),
)
_PROVE = suite(
    "Perl", ("-I", "-j", "--jobs", "-e", "--exec", "-M", "-P", "--state", "-a", "--formatter", "--harness")
)

PROGRAMS: dict[str, Reader] = {
    **dict.fromkeys(("rspec", "parallel_rspec", "turbo_tests"), _RSPEC),
    **dict.fromkeys(
        ("minitest", "testrb", "m", "qt", "sus", "bacon", "tldr", "cutest", "bake-test"), suite("Ruby")
    ),
    **dict.fromkeys(("cucumber", "spinach"), suite("Ruby", special=True)),
    "behat": suite("PHP", special=True),
    "mix": _mix,
    "perl": _perl,
    "prove": _PROVE,
    "yath": _PROVE,
    "Build": _perl_build,
    "dzil": _dzil,
    "minil": _dzil,
    **dict.fromkeys(("zef", "prove6", "mi6"), suite("Raku")),
    **dict.fromkeys(
        ("busted", "luatest", "vusted", "lunit", "telescope", "tsc-lua", "lust"),
        suite("Lua", ("-p", "-m", "-o", "-C", "--lua"), ("--coverage", "-c", "-v"), ("-o", "--output")),
    ),
    **dict.fromkeys(("lua", "luajit", "tarantool", "texlua"), _interpreter("Lua")),
    **dict.fromkeys(
        ("bats", "shellspec", "shunit2", "bashunit", "roundup", "urchin", "cram", "zunit", "bats-core"),
        suite(
            "Shell",
            ("-j", "--jobs", "-f", "--filter", "--formatter", "-s", "--shell"),
            ("--tap", "-T", "--timing", "--kcov"),
            ("--formatter", "-F"),
        ),
    ),
    **dict.fromkeys(("R", "Rscript"), _r),
    "julia": _julia,
    **dict.fromkeys(("terraform", "tofu"), _terraform),
    **dict.fromkeys(("vim", "nvim", "emacs", "eldev", "cask", "eask", "makem.sh"), _editor),
    "helm": _helm,
    **dict.fromkeys(("pwsh", "powershell", "Invoke-Pester", "Invoke-ScriptAnalyzer"), _pester),
    "tclsh": _interpreter("Tcl"),
}
