"""How a Python suite is run when nobody wrote it down: told from configuration, requirements and imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from os.path import commonpath

from agent_baton.patterns import lazy

from ..arguments import is_here
from ..calls import Call, quoted
from ..meaning import Inspector, checks
from ..reading import Repo, dig
from ..sightings import Sighting

OPENED = 25
_PYTEST_CONFIG = (
    ("pytest.ini", r"^\[pytest\]"),
    (".pytest.ini", r"^\[pytest\]"),
    ("pyproject.toml", r"^\[tool\.pytest"),
    ("setup.cfg", r"^\[tool:pytest\]|^\[pytest\]"),
    ("tox.ini", r"^\[pytest\]"),
    ("pytest.toml", r"^"),
)
_REQUIREMENTS = (
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "Pipfile",
    "tox.ini",
    "environment.yml",
    "noxfile.py",
    "conftest.py",
)


def sightings(inspector: Inspector, folder: str = "") -> Iterator[Sighting]:
    repo = inspector.repo
    files = inspector.suites.of("Python", folder)
    if not files or _belong_to_a_project_below(repo, folder, files):
        return
    manage = _at(folder, "manage.py")
    pytest = _pytest_evidence(repo, folder)
    if repo.is_file(manage) and "django" in repo.text(manage).lower() and not pytest:
        call = Call(
            ("python", "manage.py", "test"), folder, path=manage, line=repo.line_with(manage, "django")
        )
        yield Sighting(call, "convention", f"{manage} and test files", 6)
        return
    django = _django_settings(repo, folder, files) if not pytest else None
    if django is not None:
        yield from _django(repo, folder, django)
        return
    yield from _by_framework(inspector, folder, files, pytest)


_TEST_SETTINGS = lazy(
    r"(?:^|/)(?:tests?/(?:\w+/)?settings\w*|settings/tests?|test_settings|settings_test\w*)\.py$"
)


def _django_settings(repo: Repo, folder: str, files: tuple[str, ...]) -> str | None:
    """The settings that Django's tests need, "" when none are here; None for tests that are not Django's."""
    named = [path for path in files if re.search(r"(?:^|/)(?:test_\w+|\w+_tests?|tests?)\.py$", path)]
    sample = named[:: max(1, len(named) // OPENED)][:OPENED]
    if 2 * sum("django.test import" in repo.text(path) for path in sample) <= len(sample):
        return None
    inside = f"{folder}/" if folder else ""
    found = [path for path in repo.files if path.startswith(inside) and _TEST_SETTINGS.search(path)]
    plain = [path for path in found if re.search(r"INSTALLED_APPS", repo.text(path))]
    return min(plain, key=lambda path: (path.count("/"), len(path)), default="")


def _django(repo: Repo, folder: str, settings: str) -> Iterator[Sighting]:
    """A reusable application brings settings for its tests and no manage.py; without settings nothing can run them."""
    if not settings:
        return
    module = settings[len(folder) + 1 if folder else 0 :].removesuffix(".py").replace("/", ".")
    env = (
        ("DJANGO_SETTINGS_MODULE", module.removeprefix("src.")),
        *((("PYTHONPATH", "src"),) if module.startswith("src.") else ()),
    )
    call = Call(
        ("python", "-m", "django", "test"), folder, env, settings, repo.line_with(settings, "INSTALLED_APPS")
    )
    yield Sighting(call, "convention", f"{settings} and test files", 4, checks("test", "Python", run=call))


_MANIFESTS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    "manage.py",
    "tox.ini",
    "pytest.ini",
)


def _belong_to_a_project_below(repo: Repo, folder: str, files: tuple[str, ...]) -> bool:
    """Whether every test lies in one folder that is a Python project of its own, while this one is none."""
    if any(repo.is_file(_at(folder, name)) for name in _MANIFESTS):
        return False
    tops = {path[len(folder) + 1 if folder else 0 :].partition("/")[0] for path in files}
    return len(tops) == 1 and any(
        repo.is_file(_at(folder, f"{next(iter(tops))}/{name}")) for name in _MANIFESTS
    )


def _at(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _by_framework(
    inspector: Inspector, folder: str, files: tuple[str, ...], pytest: tuple[str, int] | None
) -> Iterator[Sighting]:
    repo = inspector.repo
    seen = _imports(repo, files)
    if (
        not pytest
        and "twisted.trial" in seen
        and seen["twisted.trial"][1] * 2 > sum(count for _, count in seen.values())
    ):
        package = _package_of(repo, folder)
        if package:
            path = seen["twisted.trial"][0]
            yield Sighting(
                Call(
                    ("python", "-m", "twisted.trial", package),
                    folder,
                    path=path,
                    line=repo.line_with(path, "twisted.trial"),
                ),
                "convention",
                "tests written for Trial",
                4,
            )
            return
    if pytest or "pytest" in seen or "unittest" not in seen:
        path, line = pytest or (seen["pytest"][0], 0) if "pytest" in seen or pytest else (files[0], 0)
        yield Sighting(
            _pytest_call(
                inspector, folder, path, line or (repo.line_with(path, r"\bpytest\b") if path else 0)
            ),
            "convention",
            f"{path} uses pytest" if pytest or "pytest" in seen else f"{path} looks like tests",
            6 if pytest else 3 if "pytest" in seen else -8,
        )
        return
    path = seen["unittest"][0]
    call = _unittest_call(repo, folder, files, path)
    yield Sighting(call, "convention", f"{path} uses unittest", 4, checks("test", "Python", run=call))


def _pytest_evidence(repo: Repo, folder: str) -> tuple[str, int] | None:
    """The line that says that this project uses pytest: its configuration, then its requirements."""
    for place in dict.fromkeys((folder, "")):
        for name, pattern in _PYTEST_CONFIG:
            path = _at(place, name)
            line = repo.line_with(path, pattern) if repo.is_file(path) else 0
            if line:
                return path, line
    names = [_at(folder, name) for name in _REQUIREMENTS]
    for place in (
        folder,
        *(
            _at(folder, each)
            for each in ("requirements", "requirements-dev", "tests", "test", "dev", ".ci", "ci", "docs")
        ),
    ):
        names += [
            _at(place, name)
            for name in repo.beside(place)
            if re.fullmatch(r"[\w.-]*(?:requirements?|reqs|dev|tests?)[\w.-]*\.(?:txt|in|pip)", name)
        ]
    for path in names[:40]:
        line = (
            repo.line_with(path, r"\bpytest\b(?!-)|\bpy\.test\b|[\"']pytest[-\w]*[\"'\s>=<~!]|^pytest-")
            if repo.is_file(path)
            else 0
        )
        if line:
            return path, line
    conftest = next(
        (
            path
            for path in repo.named("conftest.py")[:20]
            if path.startswith(f"{folder}/" if folder else "") and "pytest" in repo.text(path)
        ),
        "",
    )
    return (conftest, repo.line_with(conftest, "pytest")) if conftest else None


def _imports(repo: Repo, files: tuple[str, ...]) -> dict[str, tuple[str, int]]:
    """Which test frameworks the test files import: the first file, and how many."""
    found: dict[str, tuple[str, int]] = {}
    step = max(1, len(files) // OPENED)
    for path in files[::step][:OPENED]:
        text = repo.text(path)
        for name, pattern in (
            ("pytest", r"^\s*(?:import|from)\s+_?pytest\b"),
            ("twisted.trial", r"^\s*from twisted\.trial"),
            ("unittest", r"^\s*(?:import|from)\s+unittest2?\b|\bTestCase\)|from django\.test"),
        ):
            if re.search(pattern, text, re.MULTILINE):
                first, count = found.get(name, (path, 0))
                found[name] = (first, count + 1)
    return found


def _pytest_call(inspector: Inspector, folder: str, path: str, line: int) -> Call:
    """Plain pytest when it is configured where to look, else with the folder that holds the tests."""
    configured = any(
        _has_testpaths(inspector.repo, _at(place, name))
        for place in dict.fromkeys((folder, ""))
        for name, _ in _PYTEST_CONFIG
    )
    target = (
        ""
        if configured
        else _common_folder(
            [
                each
                for each in inspector.suites.pytest_files
                if each.startswith(f"{folder}/" if folder else "")
            ],
            folder,
        )
    )
    words = ("python", "-m", "pytest", *((quoted(target),) if target else ()))
    return Call(words, folder, path=path, line=line)


def _has_testpaths(repo: Repo, path: str) -> bool:
    return bool(re.search(r"(?m)^\s*testpaths\s*=", repo.text(path)))


def _common_folder(files: list[str], folder: str) -> str:
    """The nearest folder above every test, as seen from `folder`; "" when that is the folder itself."""
    outside = [
        path
        for path in files
        if not re.search(r"(?:^|/)(?:docs?|examples?|samples?|benchmarks?|scripts?|tools?)/", path)
    ] or files
    if not outside:
        return ""
    common = (
        commonpath([path.rpartition("/")[0] or "." for path in outside])
        if all("/" in path for path in outside)
        else ""
    )
    relative = (
        common[len(folder) + 1 :]
        if folder and common.startswith(folder + "/")
        else ""
        if common == folder
        else common
    )
    return (
        relative
        if re.search(r"(?:^|/)(?:tests?|testing|unittests?|test_\w+|\w+_tests?)$", relative)
        else relative.partition("/")[0]
        if relative.startswith(("tests/", "test/"))
        else ""
    )


def _unittest_call(repo: Repo, folder: str, files: tuple[str, ...], path: str) -> Call:
    """`python -m unittest discover` with the start folder and pattern that find these files."""
    line = repo.line_with(path, r"unittest|TestCase")
    named = [each for each in files if re.search(r"(?:^|/)test[^/]*\.py$", each)]
    pattern = (
        ()
        if named
        else ("-p", "'*_test.py'")
        if any(each.endswith("_test.py") for each in files)
        else ("-p", "'*test*.py'")
    )
    start = _common_folder(list(named or files), folder)
    env = (
        (("PYTHONPATH", "src"),)
        if repo.is_folder(_at(folder, "src"))
        and not any(each.startswith(_at(folder, "src") + "/") for each in files)
        else ()
    )
    if not start or is_here(repo, folder, f"{start}/__init__.py"):
        top = ("-s", quoted(start), "-t", ".") if start else ()
        return Call(("python", "-m", "unittest", "discover", *top, *pattern), folder, env, path, line)
    return Call(
        ("python", "-m", "unittest", "discover", "-s", quoted(start), *pattern), folder, env, path, line
    )


def _package_of(repo: Repo, folder: str) -> str:
    """The import name of the package: the one that the most files lie in."""
    name = dig(repo.toml(_at(folder, "pyproject.toml")), "project").get("name")
    candidates = [name.replace("-", "_").lower()] if isinstance(name, str) else []
    for place in (_at(folder, "src"), folder):
        names = {
            path[len(place) + 1 if place else 0 :].partition("/")[0]
            for path in repo.under(place)
            if path.endswith("/__init__.py")
        }
        found = [each for each in candidates if each in names] or sorted(
            (
                each
                for each in names
                if each and not re.search(r"(?i)^(?:tests?|docs?|examples?|src|tools|scripts)$", each)
            ),
            key=lambda each: -sum(1 for _ in repo.under(f"{place}/{each}".lstrip("/"))),
        )
        if found:
            return found[0]
    return ""
