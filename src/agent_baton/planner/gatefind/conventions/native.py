"""C and C++ (and Perl's) builds: tests need a configured tree, so the gate is one line that configures, builds and tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agent_baton.patterns import lazy
from agent_baton.records import replace

from ..calls import Call
from ..meaning import Inspector, checks
from ..reading import Repo
from ..sightings import Sighting

_CMAKE_TESTS = lazy(
    r"(?im)^\s*(?:enable_testing\s*\(|include\s*\(\s*CTest\s*\)|add_test\s*\(|gtest_discover_tests\s*\(|gtest_add_tests\s*\(|catch_discover_tests\s*\(|doctest_discover_tests|ecm_add_tests?)"
)
_CMAKE_OPTION = lazy(
    r"(?im)^\s*(?:cmake_dependent_)?option\s*\(\s*(\w+)\s+(?:\"[^\"]{0,400}\"|\S{1,200})\s*([^\s)]{0,80})"
)
_TEST_OPTION = lazy(
    r"(?i)(?:^|_)(?:(?:build|enable|with|make)_?)?(?:unit_?)?tests?(?:ing|s|_suite)?(?:$|_)|BuildTests|_TEST$"
)
_DEVELOPER_OPTION = lazy(r"(?i)(?:^|_)(?:development|developer|dev)_?(?:build|mode)$")
_ON = ("ON", "TRUE", "1", "YES")
_NOT_TEST_OPTION = lazy(
    r"(?i)without|(?:^|_)gui|integration|e2e|disable|(?:^|_)no_|skip|bench|helper|configure|cover|fuzz|install|perf|example|valgrind|asan|sanit|long|slow|network|extra|werror|internal|header|static|shared|gpu|cuda|module|pedantic|cuda|stress|ssh|heavy|online|manual|mpi|python|java|single|fortran|download|data|vector"
)
_AUTOMAKE_TESTS = lazy(
    r"(?m)^\s*(?:TESTS|check_PROGRAMS|check_SCRIPTS|XFAIL_TESTS|dist_check_SCRIPTS|TESTSUITE)\s*\+?=|^(?:check-local|check-am|check|test)\s*:|^if\s.*TEST|^@?\s*SUBDIRS.*\btests?\b"
)
_MESON_TEST = lazy(r"(?m)^\s*(?:test|gnome\.test|\w+\.test)\s*\(")
_MESON_OPTION = lazy(r"option\(\s{0,9}'([\w-]{0,40}tests?[\w-]{0,40})'\s{0,9},(.{0,400}?)\)", re.DOTALL)
MAX_READ = 300


def sightings(inspector: Inspector, seen: Iterable[Sighting], folder: str = "") -> Iterator[Sighting]:
    """`seen` are the commands of CI files: they say which of several builds counts and with which options."""
    if folder or not inspector.suites.any():
        return
    repo = inspector.repo
    used = [sighting for sighting in seen if sighting.source == "ci"]
    for reader in (_cmake, _meson, _autotools, _perl):
        yield from reader(inspector, repo, used)


def _line(text: str, path: str, line: int) -> Call:
    """A whole shell line as one call; it is written out as it stands."""
    return Call(tuple(text.split(" ")), path=path, line=line)


def _sighting(
    text: str, repo: Repo, path: str, pattern: str, language: str, used: Iterable[Sighting], program: str
) -> Sighting:
    """The line, with a CI command of the same kind as its evidence when there is one."""
    fitting = [each for each in used if re.search(program, " ".join(each.call.words))]
    evidence = max(fitting, key=lambda each: each.weight, default=None)
    call = _line(text, path, repo.line_with(path, pattern))
    meaning = checks("test", language, run=call)
    if evidence is None:
        return Sighting(call, "convention", f"{path} defines tests", 8, meaning)
    call = replace(call, path=evidence.call.path, line=evidence.call.line)
    # a hand-written Makefile with a test target is what its authors use themselves
    handmade = (repo.text(name) for name in ("Makefile", "GNUmakefile"))
    aside = -8 if any(re.search(r"(?m)^(?:test|check)\s*:", text) for text in handmade) else 0
    return Sighting(call, "ci", evidence.where, aside, replace(meaning, run=call))


def _cmake(inspector: Inspector, repo: Repo, used: list[Sighting]) -> Iterator[Sighting]:
    root = next(
        (
            path
            for path in ("CMakeLists.txt", "build/cmake/CMakeLists.txt", "cmake/CMakeLists.txt")
            if repo.is_file(path)
        ),
        "",
    )
    if not root or not inspector.suites.of("C"):
        return
    files = [
        path
        for path in repo.named("CMakeLists.txt")
        if not re.search(r"(?:^|/)(?:third[-_]?party|vendor|extern\w*|deps|3rd\w*|submodules)/", path)
    ][:MAX_READ]
    testing = next((path for path in files if _CMAKE_TESTS.search(repo.text(path))), "")
    if not testing:
        return
    defined = " ".join(f"-D{name}=ON" for name in _cmake_switches(repo, root, used))
    source = root.rpartition("/")[0] or "."
    configure = f"cmake -S {source} -B build{' ' if defined else ''}{defined}"
    text = (
        f"{configure} && cmake --build build && ctest --test-dir build --output-on-failure --no-tests=error"
    )
    build = f"{configure} && cmake --build build"
    yield _sighting(
        text,
        repo,
        testing,
        _CMAKE_TESTS.pattern.removeprefix("(?im)"),
        "C",
        used,
        r"\bctest\b|--target (?:test|check)|\bcmake\b",
    )
    call = _line(build, root, repo.line_with(root, r"(?i)^\s*project\s*\("))
    yield Sighting(call, "convention", f"{root}", 0, checks("build", "C", run=call))


def _cmake_switches(repo: Repo, root: str, used: list[Sighting]) -> list[str]:
    """Options that must be on for the tests to be built: off or decided elsewhere by default, or set by the CI."""
    called = [each for each in used if each.call.program == "cmake"]
    given = {
        found[1]: found[2].upper()
        for each in called
        for word in each.call.words
        for found in re.finditer(r"-D(\w+)(?::\w+)?=(\w+)", word)
    }
    wanted = [name for name, value in given.items() if _is_test_switch(name) and value in _ON]
    near = [root, *(path for path in repo.named("CMakeLists.txt") if path.count("/") == 1 and path != root)]
    options = [found for path in near[:12] for found in _CMAKE_OPTION.findall(repo.text(path))]
    switches = {name: default.upper() in _ON for name, default in options if _is_test_switch(name)}
    if (
        True not in switches.values()
    ):  # else the tests are built anyway, and the others are tests of a special sort
        developers = [
            name for name, default in options if _DEVELOPER_OPTION.search(name) and default.upper() not in _ON
        ]
        wanted += switches or developers
    return list(dict.fromkeys(wanted))[:4]


def _is_test_switch(name: str) -> bool:
    return bool(_TEST_OPTION.search(name)) and not _NOT_TEST_OPTION.search(name)


def _meson(inspector: Inspector, repo: Repo, used: list[Sighting]) -> Iterator[Sighting]:
    if not repo.is_file("meson.build"):
        return
    files = [path for path in repo.named("meson.build") if not path.startswith("subprojects/")][:MAX_READ]
    testing = next((path for path in files if _MESON_TEST.search(repo.text(path))), "")
    if not testing:
        return
    switches = [
        f" -D{name}={'enabled' if 'feature' in body else 'true'}"
        for path in ("meson_options.txt", "meson.options")
        for name, body in _MESON_OPTION.findall(repo.text(path))
        if re.search(r"value\s*:\s*(?:false|'disabled'|'auto')", body)
        and "install" not in name
        and not _NOT_TEST_OPTION.search(name)
    ]
    text = f"meson setup build{''.join(switches[:3])} && meson test -C build --print-errorlogs"
    yield _sighting(text, repo, testing, _MESON_TEST.pattern.removeprefix("(?m)"), "C", used, r"\bmeson\b")


def _autotools(inspector: Inspector, repo: Repo, used: list[Sighting]) -> Iterator[Sighting]:
    configure = next(
        (path for path in ("configure", "configure.ac", "configure.in") if repo.is_file(path)), ""
    )
    if not configure or repo.is_file("configure.py"):
        return
    makefiles = [
        path
        for path in repo.named(
            "Makefile.am", "Makefile.in", "makefile.in", "GNUmakefile.in", "Makefile", "GNUmakefile"
        )
        if path.count("/") <= 3
    ][:MAX_READ]
    goal, path = _check_goal(repo, makefiles)
    if not goal:
        return
    text = f"{_bootstrap(repo)} && make {goal}"
    yield _sighting(
        text,
        repo,
        path,
        r"^(?:TESTS|check|test|check_\w+)\b.*[:=]",
        "C",
        used,
        rf"^make\b.*\b(?:{goal}|distcheck)\b",
    )


def _check_goal(repo: Repo, makefiles: list[str]) -> tuple[str, str]:
    for path in makefiles:
        text = repo.text(path)
        if path.endswith(".am") and _AUTOMAKE_TESTS.search(text):
            return "check", path
        found = re.search(r"(?m)^(check|test|tests)\s*:(?!=)", text)
        if found and (path.count("/") == 0):
            return found[1], path
    return "", ""


def _bootstrap(repo: Repo) -> str:
    """How `configure` comes about and is run."""
    if repo.is_file("configure"):
        return "./configure"
    for name in ("autogen.sh", "bootstrap", "bootstrap.sh", "buildconf", "buildconf.sh"):
        if repo.is_file(name):
            return f"./{name} && ./configure"
    return "autoreconf -fi && ./configure"


def _perl(inspector: Inspector, repo: Repo, used: list[Sighting]) -> Iterator[Sighting]:
    """Pure Perl is tested in place; with compiled parts it is built first."""
    builder = next(
        (
            name
            for name in ("Build.PL", "Makefile.PL", "dist.ini", "cpanfile", "minil.toml")
            if repo.is_file(name)
        ),
        "",
    )
    files = [path for path in inspector.suites.of("Perl") if path.startswith("t/") or path == "test.pl"]
    if not builder or not files:
        return
    compiled = any(path.endswith((".xs", ".xsi")) for path in repo.files)
    if compiled and builder == "Build.PL":
        text = "perl Build.PL && ./Build && ./Build test"
    elif (compiled or files == ["test.pl"]) and repo.is_file("Makefile.PL"):
        text = "perl Makefile.PL && make && make test"
    else:
        text = "prove -lr t" if any(path.count("/") > 1 for path in files) else "prove -l t"
    yield _sighting(text, repo, builder, r"\S", "Perl", used, r"^prove\b|^make test|Build test|^dzil test")
