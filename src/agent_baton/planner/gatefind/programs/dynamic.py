"""Ruby, PHP, Elixir, Perl, Lua, shell, R, Julia, Terraform and editors' scripts."""

from __future__ import annotations

import re
from dataclasses import replace

from ..arguments import folders, has_option, missing_path, option, positionals, without_options
from ..calls import Call, unquoted
from ..danger import is_threatening_inside
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_special, kind_of
from ..reading import Repo, dig, strings
from ..shell import calls_in
from .compiled import no_tests
from .prefixes import behind, launched


def _bundle(call: Call, inspector: Inspector) -> Meaning:
    if call.argv[1:2] != ("exec",):
        return NOTHING
    split = behind(call, 2)
    if split and not (
        inspector.repo.is_file(f"{call.cwd}/Gemfile".lstrip("/"))
        or inspector.repo.is_file(f"{call.cwd}/gems.rb".lstrip("/"))
    ):
        return inspector.of(split[1])
    return launched(call, inspector, split)


def _suite(
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


_RAKE_TASKS: tuple[tuple[str, str], ...] = (
    (r"Rake::TestTask\.new(?:\(?\s*:?[\"']?(\w+))?", "test"),
    (r"Minitest::TestTask\.create(?:\(?\s*:?[\"']?(\w+))?", "test"),
    (r"RSpec::Core::RakeTask\.new(?:\(?\s*:?[\"']?(\w+))?", "spec"),
    (r"Spec::Rake::SpecTask\.new(?:\(?\s*:?[\"']?(\w+))?", "spec"),
    (r"Cucumber::Rake::Task\.new(?:\(?\s*:?[\"']?(\w+))?", "cucumber"),
    (r"RuboCop::RakeTask\.new(?:\(?\s*:?[\"']?(\w+))?", "rubocop"),
    (r"require\s*\(?[\"']standard/rake[\"']", "standard"),
    (r"\b(?:multi)?task\s*\(?\s*[:\"']?([\w:]+)", ""),
    (r"\bHoe\.(?:spec|new)\b", "test"),
    (
        r"Rails\.application\.load_tasks|require\s*[\"']voxpupuli-test/rake[\"']|require\s*[\"']puppetlabs_spec_helper/rake_tasks[\"']",
        "test",
    ),
)


def rake_tasks(repo: Repo, folder: str) -> dict[str, tuple[str, int]]:
    """The tasks of a Rakefile and its tasks folder, with their places."""
    prefix = f"{folder}/" if folder else ""
    paths = [
        prefix + name
        for name in ("Rakefile", "rakefile", "Rakefile.rb", "rakefile.rb")
        if repo.is_file(prefix + name)
    ]
    paths += (
        [
            path
            for path in repo.under(folder)
            if path.endswith(".rake") and path.count("/") - prefix.count("/") <= 2
        ]
        if paths
        else []
    )
    found: dict[str, tuple[str, int]] = {}
    for path in paths[:20]:
        text = repo.text(path)
        for pattern, default in _RAKE_TASKS:
            for each in re.finditer(pattern, text):
                name = (each[1] if each.re.groups else "") or default
                if name:
                    found.setdefault(name, (path, text.count("\n", 0, each.start()) + 1))
    return found


def _rake_default(repo: Repo, folder: str) -> list[str]:
    text = repo.text(f"{folder}/Rakefile".lstrip("/"))
    found = re.search(r"\btask\s*\(?\s*(?::default|default:|[\"']default[\"'])\s*(?:=>)?\s*([^\n#]*)", text)
    return re.findall(r"[:\"']?([\w:]+)", found[1].replace("%w", "").replace("%i", "")) if found else []


def _rake(call: Call, inspector: Inspector) -> Meaning:
    words = [
        word for word in positionals(call.argv, ("-f", "--rakefile", "-j", "-I", "-r")) if "=" not in word
    ]
    tasks = rake_tasks(inspector.repo, call.cwd)
    if not tasks:
        return faulty("there is no Rakefile in this tree") if call.program == "rake" else NOTHING
    names = words or _rake_default(inspector.repo, call.cwd)
    for name in words:
        bare = name.partition("[")[0]
        if (
            bare not in tasks
            and bare.rpartition(":")[2] not in tasks
            and bare != "default"
            and "rails" not in inspector.repo.text(f"{call.cwd}/Rakefile".lstrip("/")).lower()
        ):
            return faulty(f"the Rakefile has no task {bare!r}")
        if is_threatening_inside(bare):
            return faulty(f"it could do harm: {bare!r}")
    if words == ["default"]:
        names = _rake_default(inspector.repo, call.cwd)
    kinds = {
        kind
        for name in names
        if (kind := kind_of(name.rpartition(":")[2]) or ("lint" if "rubocop" in name else None))
    }
    if "test" in kinds or any(re.search(r"spec|test|cucumber|feature", name) for name in names):
        if not inspector.suites.of("Ruby", call.cwd):
            return no_tests("Ruby")
        kinds.add("test")
        narrow = bool(words) and all(is_special(name) for name in words)
        return Meaning(frozenset(kinds), "Ruby", narrow=narrow)
    return (
        checks("lint", "Ruby")
        if "lint" in kinds
        else checks("build", "Ruby", narrow=True)
        if "build" in kinds
        else NOTHING
    )


def _ruby(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if "-e" in argv or "-v" in argv or "--version" in argv:
        return NOTHING
    if "-S" in argv:
        return inspector.of(call.with_words(*call.words[argv.index("-S") + 1 :]))
    words = positionals(argv, ("-I", "-r", "-W"))
    missing = missing_path(inspector.repo, call, words[:1], surely=True)
    if missing:
        return faulty(f"{missing!r} is not in this tree")
    if words and re.search(r"(?:^|/)(?:tests?|specs?)/|test", words[0]):
        return checks(
            "test",
            "Ruby",
            folders(inspector.repo, call.cwd, words[:1]),
            narrow=not re.search(r"all|run|suite|\*", words[0]),
        )
    return NOTHING


def _rails(call: Call, inspector: Inspector) -> Meaning:
    words = positionals(call.argv)
    if not words:
        return NOTHING
    verb = words[0]
    if verb in ("test", "spec", "test:all", "test:system"):
        return (
            checks("test", "Ruby", narrow=verb == "test:system")
            if inspector.suites.of("Ruby", call.cwd)
            else no_tests("Ruby")
        )
    return checks("build", "Ruby", narrow=True) if verb == "zeitwerk:check" else NOTHING


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
    if words[0].rpartition("/")[2] in ("run-tests.php",):
        return checks("test", "PHP") if inspector.suites.of("PHP") else no_tests("PHP")
    index = call.argv.index(words[0])
    return replace(inspector.of(call.with_words(*call.words[index:])), run=call)


def _artisan(words: list[str], inspector: Inspector) -> Meaning:
    if "test" in words[1:2]:
        return checks("test", "PHP") if inspector.suites.of("PHP") else no_tests("PHP")
    return NOTHING


def _phpunit(call: Call, inspector: Inspector) -> Meaning:
    """PHPUnit and its like, from vendor/bin when only its name was written."""
    reader = _suite(
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
    found = re.search(rf"[\"']?\b{re.escape(name)}[\"']?(?::|\s*=>)\s*\[([^\]]*)\]", text) if name else None
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
        found = _suite("Perl")(call, inspector)
        return replace(
            found, run=call.with_words("perl", "Build.PL", "&&", "./Build", "&&", "./Build", "test")
        )
    return NOTHING


def _dzil(call: Call, inspector: Inspector) -> Meaning:
    return _suite("Perl")(call, inspector) if "test" in call.argv[1:2] else NOTHING


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
    suite = _suite(language)

    def read(call: Call, inspector: Inspector) -> Meaning:
        words = positionals(call.argv, ("-e", "-l"))
        return suite(call, inspector) if words and re.search(r"(?i)test|spec", words[0]) else NOTHING

    return read


def _helm(call: Call, _: Inspector) -> Meaning:
    return checks("lint", "YAML") if call.argv[1:2] == ("lint",) else NOTHING


def _pester(call: Call, inspector: Inspector) -> Meaning:
    text = " ".join(unquoted(word) for word in call.words)
    if "Invoke-Pester" in text:
        return checks("test", "PowerShell") if inspector.suites.of("PowerShell") else no_tests("PowerShell")
    return checks("lint", "PowerShell") if "Invoke-ScriptAnalyzer" in text else NOTHING


_RSPEC = _suite(
    "Ruby",
    ("-r", "-I", "-t", "--tag", "-e", "--seed", "--order", "-P"),
    ("--format=*", "--color", "--profile"),
    ("--format", "-f", "-o", "--out", "--profile"),
)
_PROVE = _suite(
    "Perl", ("-I", "-j", "--jobs", "-e", "--exec", "-M", "-P", "--state", "-a", "--formatter", "--harness")
)

PROGRAMS: dict[str, Reader] = {
    "bundle": _bundle,
    "bundler": _bundle,
    **dict.fromkeys(("rspec", "parallel_rspec", "turbo_tests"), _RSPEC),
    **dict.fromkeys(
        ("minitest", "testrb", "m", "qt", "sus", "bacon", "tldr", "cutest", "bake-test"), _suite("Ruby")
    ),
    **dict.fromkeys(("cucumber", "spinach"), _suite("Ruby", special=True)),
    **dict.fromkeys(("rake", "appraisal"), _rake),
    "ruby": _ruby,
    "jruby": _ruby,
    "rails": _rails,
    "composer": _composer,
    "php": _php,
    "artisan": _php,
    **dict.fromkeys(
        (
            "phpunit",
            "pest",
            "codecept",
            "phpspec",
            "paratest",
            "atoum",
            "kahlan",
            "simple-phpunit",
            "tester",
            "peridot",
        ),
        _phpunit,
    ),
    "behat": _suite("PHP", special=True),
    "mix": _mix,
    "perl": _perl,
    "prove": _PROVE,
    "yath": _PROVE,
    "Build": _perl_build,
    "dzil": _dzil,
    "minil": _dzil,
    **dict.fromkeys(("zef", "prove6", "mi6"), _suite("Raku")),
    **dict.fromkeys(
        ("busted", "luatest", "vusted", "lunit", "telescope", "tsc-lua", "lust"),
        _suite("Lua", ("-p", "-m", "-o", "-C", "--lua"), ("--coverage", "-c", "-v"), ("-o", "--output")),
    ),
    **dict.fromkeys(("lua", "luajit", "tarantool", "texlua"), _interpreter("Lua")),
    **dict.fromkeys(
        ("bats", "shellspec", "shunit2", "bashunit", "roundup", "urchin", "cram", "zunit", "bats-core"),
        _suite(
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
