"""Python: interpreters, test runners, setup.py and Django's manage.py."""

from __future__ import annotations

import re

from agent_baton.records import replace

from ..arguments import folders, has_option, is_here, missing_path, option, positionals, without_options
from ..calls import Call, quoted, unquoted
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_special
from ..reading import join

# Options of plugins that measure, report, repeat or split: not needed to tell red from green.
_REPORT_FLAGS = (
    "--cov", "--cov=*", "--cov-*", "--no-cov", "--junitxml=*", "--junit-xml=*", "--html=*", "--self-contained-html",
    "--durations=*", "--color=*", "--reruns=*", "--numprocesses=*", "--dist=*", "--splits=*", "--group=*", "--shard-id=*",
    "--num-shards=*", "--maxprocesses=*", "--randomly-seed=*", "--benchmark-*", "--timeout=*", "--md-report*", "-nauto",
    "--allure*", "--cov-report", "--report-log=*", "--store-durations", "--github-*", "--splitting-algorithm=*", "--full-trace",
    "--nunit-xml=*", "--excelreport=*", "--timeout-method=*", "--only-rerun=*", "--rerun-except=*", "--session-timeout=*", "--max-worker-restart=*",
)  # fmt: skip
_REPORT_VALUES = (
    "--junitxml", "--junit-xml", "--durations", "--color", "--reruns", "-n", "--numprocesses", "--dist", "--splits", "--group",
    "--shard-id", "--num-shards", "--reruns-delay", "--timeout", "--html", "--maxprocesses", "--report-log", "--cov-config",
    "--cov-report", "--only-rerun", "--rerun-except",
)  # fmt: skip
_PYTEST_VALUES = frozenset(
    (
        "-k", "-m", "-p", "-c", "-o", "-W", "-r", "--rootdir", "--ignore", "--deselect", "--maxfail", "--tb", "--basetemp",
        "--confcutdir", "--import-mode", "--log-level", "--ds", "--dc", "--override-ini", "--ignore-glob", "--capture", "--cov",
        "--doctest-glob", "--config-file", "--pythonwarnings", "--log-file", "--pyargs", "--pkgs", "--cache", "--asyncio-mode", "--log-cli-level",
    )
)  # fmt: skip
_INFORM = ("--version", "--help", "-h", "--collect-only", "--co", "--fixtures", "--markers", "--setup-plan")


def _python(call: Call, inspector: Inspector) -> Meaning:
    words = call.words
    index = 1
    while index < len(words):
        plain = unquoted(words[index])
        if plain == "-c":
            return NOTHING
        if plain == "-m" and index + 1 < len(words):
            return _module(call, index, inspector)
        if plain in ("-W", "-X"):
            index += 2
        elif plain.startswith("-"):
            index += 1
        else:
            return _script(call, index, inspector)
    return NOTHING


_MODULES = {
    "twisted.trial": "trial",
    "py.test": "pytest",
    "zope.testrunner": "zope-testrunner",
    "django": "django-admin",
    "black": "black",
}


def _module(call: Call, index: int, inspector: Inspector) -> Meaning:
    """`python -m NAME …`: the module decides; it stays started through the interpreter."""
    name = unquoted(call.words[index + 1])
    rest = call.words[index + 2 :]
    if name in ("pip", "venv", "ensurepip", "build", "virtualenv", "compileall", "http.server", "json.tool"):
        return checks("build", "Python", narrow=True) if name == "build" else NOTHING
    if name == "test" or "." in name or name not in inspector.programs:
        found = _own_module(call, name, rest, inspector)
        if found is not None:
            return found
    known = f"-m {name}" if f"-m {name}" in inspector.programs else _MODULES.get(name, name)
    found = inspector.of(call.with_words(quoted(known), *rest))
    start = (*call.words[: index + 1], "pytest" if name == "py.test" else call.words[index + 1])
    program_words = 1

    def started(each: Call | None) -> Call | None:
        return each and each.with_words(*start, *each.words[program_words:])

    if name in ("tox", "nox", "coverage", "invoke", "poetry", "pdm", "hatch", "uv", "poethepoet"):
        return replace(found, run=found.run if name == "coverage" else started(found.run))
    return replace(found, run=started(found.run))


def _own_module(call: Call, name: str, rest: tuple[str, ...], inspector: Inspector) -> Meaning | None:
    """A module of the repository itself: `python -m pkg.tests`."""
    if name in _MODULES:
        return None
    path = name.replace(".", "/")
    for folder in (call.cwd, f"{call.cwd}/src".lstrip("/")):
        for candidate in (f"{path}.py", f"{path}/__main__.py"):
            target = join(folder, candidate)
            if target and inspector.repo.is_file(target):
                last = name.rpartition(".")[2]
                if re.match(
                    r"(?i)_?(?:run_?)?(?:self)?_?tests?(?:ing|_?all|_?runner)?$|test_\w+$|run_tests\w*$", last
                ):
                    return checks("test", "Python", narrow=last.startswith("test_"))
                return NOTHING
    return None


def _script(call: Call, index: int, inspector: Inspector) -> Meaning:
    script = unquoted(call.words[index])
    rest = [unquoted(word) for word in call.words[index + 1 :]]
    name = script.rpartition("/")[2]
    if not script.endswith(".py") and "/" not in script and not is_here(inspector.repo, call.cwd, script):
        return NOTHING
    if not is_here(inspector.repo, call.cwd, script):
        if name in ("pytest", "py.test", "tox", "nox"):
            return inspector.of(call.with_words(*call.words[index:]))
        missing = missing_path(inspector.repo, call, [script], surely=True)
        return faulty(f"{missing!r} is not in this tree") if missing else NOTHING
    if name == "manage.py" or name == "django-admin.py":
        return _django(rest, call, inspector)
    if name == "setup.py":
        return _setup_py(rest, inspector)
    if name in ("noxfile.py", "tasks.py"):
        return NOTHING
    return _own_script(call, script, inspector)


def _own_script(call: Call, script: str, inspector: Inspector) -> Meaning:
    """`python runtests.py`: told by its name, or by the runner it calls."""
    target = join(call.cwd, script) or ""
    stem = script.rpartition("/")[2].removesuffix(".py")
    if re.fullmatch(
        r"(?i)_?(?:run|do|exec|all)?[-_]?(?:all|unit|the|py)?[-_]?tests?(?:[-_]?(?:all|suite|runner|main|run))*|test[-_]?all\w*|runtests?\w*|t",
        stem,
    ):
        narrow = is_special(script)
        return checks("test", "Python", narrow=narrow, paths=())
    if re.match(r"test_|.*_test$", stem):
        return checks("test", "Python", paths=(target,), narrow=True)
    if (
        re.search(
            r"(?m)^\s*(?:unittest\.main\(|pytest\.main\(|doctest\.testmod\()", inspector.repo.text(target)
        )
        and "test" in script
    ):
        return checks("test", "Python", paths=(target,), narrow=True)
    return NOTHING


def _django(rest: list[str], call: Call, inspector: Inspector) -> Meaning:
    verb = next((word for word in rest if not word.startswith("-")), "")
    if verb == "test":
        found = inspector.suites.of("Python", call.cwd)
        return checks("test", "Python") if found else faulty("there are no Python tests in this tree")
    if verb in ("check", "makemigrations") and (verb == "check" or "--check" in rest):
        return checks("lint", "Python", narrow=True)
    return NOTHING


def _setup_py(rest: list[str], inspector: Inspector) -> Meaning:
    """`setup.py test` left setuptools in version 72; what it ran is found by other means."""
    verb = next((word for word in rest if not word.startswith("-")), "")
    if verb in ("test", "nosetests", "pytest", "ptr", "trial", "aliastest"):
        return faulty(f"`setup.py {verb}` no longer exists in current setuptools")
    if verb in ("flake8", "lint"):
        return faulty(f"`setup.py {verb}` no longer exists in current setuptools")
    return NOTHING


def _pytest(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if has_option(argv, *_INFORM):
        return NOTHING
    words = _pytest_paths(without_options(argv, _REPORT_FLAGS, _REPORT_VALUES), inspector, call)
    missing = missing_path(inspector.repo, call, words, surely=True)
    if missing and not has_option(argv, "--pyargs"):
        return faulty(f"{missing!r} is not in this tree")
    paths = folders(inspector.repo, call.cwd, words) or ([call.cwd] if call.cwd else [])
    found = _collected(argv, paths, inspector)
    if not found:
        return faulty("pytest would find no tests in this tree")
    kept = without_options(call.words, _REPORT_FLAGS, _REPORT_VALUES)
    kept = ("pytest", *kept[1:]) if call.words[0] == "py.test" else kept
    narrow = bool(option(argv, "-m") and not option(argv, "-m").startswith("not ")) or bool(
        option(argv, "-k")
    )
    narrow = narrow or any("::" in word for word in words) or any(is_special(path) for path in paths)
    return checks("test", "Python", paths, narrow, call.with_words(*kept))


def _pytest_paths(argv: tuple[str, ...], inspector: Inspector, call: Call) -> list[str]:
    words = positionals(argv, _PYTEST_VALUES)
    # `--cov pkg` and `-n auto` take an optional value: a word that is no path right behind an option is theirs
    kept = []
    for word in words:
        before = argv[argv.index(word) - 1]
        if before.startswith("--") and "=" not in before and not is_here(inspector.repo, call.cwd, word):
            continue
        kept.append(word)
    return kept


def _collected(argv: tuple[str, ...], paths: list[str], inspector: Inspector) -> bool:
    if has_option(
        argv,
        "--doctest-modules",
        "--doctest-glob",
        "--pyargs",
        "--doctest-plus",
        "--xdoctest",
        "--nbmake",
        "--nbval",
    ):
        return True
    files = inspector.suites.pytest_files
    if not paths:
        return bool(files)
    return any(
        path in ("", file) or file.startswith(path + "/") or path.endswith(".py")
        for path in paths
        for file in files
    )


def _unittest(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if has_option(argv, "--help", "-h"):
        return NOTHING
    words = positionals(
        argv, ("-s", "-p", "-t", "--start-directory", "--pattern", "--top-level-directory", "-k")
    )
    start = option(argv, "-s", "--start-directory") or (
        words[1] if words[:1] == ["discover"] and len(words) > 1 else ""
    )
    targets = [start] if start else [_module_path(word) for word in words if word != "discover"]
    for target in targets:
        if not any(
            is_here(inspector.repo, folder, each)
            for each in (target, target + ".py", _parent(target) + ".py", _parent(target))
            for folder in (call.cwd, "src")
            if each not in ("", ".py")
        ):
            return faulty(f"{target!r} is not in this tree")
    paths = folders(inspector.repo, call.cwd, [each + suffix for each in targets for suffix in ("", ".py")])
    if not inspector.suites.of("Python", call.cwd if not paths else ""):
        return faulty("there are no Python tests in this tree")
    return checks("test", "Python", paths, run=call)


def _module_path(word: str) -> str:
    return word if "/" in word or word.endswith(".py") else word.replace(".", "/")


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _runner_of_tests(call: Call, inspector: Inspector) -> Meaning:
    """nose and its like: run what looks like tests below the given paths."""
    argv = call.argv
    if has_option(argv, *_INFORM):
        return NOTHING
    missing = missing_path(
        inspector.repo, call, positionals(argv, ("--processes", "--cover-package", "-a", "-w", "-c"))
    )
    if missing:
        return faulty(f"{missing!r} is not in this tree")
    if not inspector.suites.of("Python", call.cwd):
        return faulty("there are no Python tests in this tree")
    return checks("test", "Python", narrow=call.program == "behave")


def _nose(call: Call, inspector: Inspector) -> Meaning:
    found = _runner_of_tests(call, inspector)
    return (
        replace(found, narrow=True, fault=found.fault or "nose does not run on current Pythons")
        if found.kinds
        else found
    )


def _trial(call: Call, inspector: Inspector) -> Meaning:
    targets = [
        word.replace(".", "/")
        for word in positionals(
            call.argv, ("-j", "--jobs", "--reporter", "-r", "--reactor", "--temp-directory")
        )
    ]
    if targets and not any(
        is_here(inspector.repo, folder, target + suffix)
        for target in targets
        for suffix in ("", ".py")
        for folder in (call.cwd, "src")
    ):
        return faulty(f"{targets[0]!r} is not in this tree")
    kept = without_options(call.words, ("--reporter=*",), ("-j", "--jobs", "--reporter"))
    return checks("test", "Python", run=call.with_words(*kept))


def _ruff(call: Call, inspector: Inspector) -> Meaning:
    words = positionals(
        call.argv, ("--output-format", "--config", "--select", "--ignore", "--target-version")
    )
    if not words or has_option(call.argv, "--version"):
        return NOTHING
    missing = missing_path(inspector.repo, call, words[1:])
    if missing:
        return faulty(f"{missing!r} is not in this tree")
    if words[0] == "format" and not has_option(call.argv, "--check", "--diff"):
        return faulty("ruff format without --check rewrites files")
    if words[0] not in ("check", "format") and not is_here(inspector.repo, call.cwd, words[0]):
        return NOTHING
    kept = without_options(
        call.words,
        ("--fix", "--unsafe-fixes", "--fix-only", "--output-format=*", "--exit-non-zero-on-fix"),
        ("--output-format",),
    )
    return checks("lint", "Python", narrow=words[0] == "format", run=call.with_words(*kept))


def _ty(call: Call, inspector: Inspector) -> Meaning:
    return checks("types", "Python") if call.argv[1:2] == ("check",) else NOTHING


PROGRAMS: dict[str, Reader] = {
    "python": _python,
    "pypy": _python,
    "py": _python,
    "ipython": _python,
    "pytest": _pytest,
    "py.test": _pytest,
    "-m unittest": _unittest,
    "trial": _trial,
    "nosetests": _nose,
    "-m nose": _nose,
    "manage.py": lambda call, inspector: _django(list(call.argv[1:]), call, inspector),
    "django-admin": lambda call, inspector: _django(list(call.argv[1:]), call, inspector),
    "ruff": _ruff,
    "ty": _ty,
    **dict.fromkeys(
        (
            "nose2",
            "stestr",
            "ostestr",
            "testr",
            "zope-testrunner",
            "green",
            "ward",
            "behave",
            "virtue",
            "slash",
            "tappy",
            "lamia",
        ),
        _runner_of_tests,
    ),
}
