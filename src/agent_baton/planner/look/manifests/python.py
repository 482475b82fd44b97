"""Python's manifests: pyproject, setup.cfg and setup.py, requirements, Pipfile, conda, tox, pixi."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from agent_baton.loading import later
from agent_baton.patterns import lazy

from .model import Manifest, listed, string, table, unique
from .parsing import toml, yml

if TYPE_CHECKING:
    import configparser
else:
    configparser = later("configparser")

_REQUIREMENT = lazy(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_BACKENDS = (
    ("poetry", "poetry"),
    ("pdm", "pdm"),
    ("uv_build", "uv"),
)


def normal(name: str) -> str:
    """A distribution's one spelling (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(line: object) -> str:
    """The name a requirement begins with; "" for options, paths and links."""
    found = _REQUIREMENT.match(line) if isinstance(line, str) else None
    return found[1] if found else ""


def pyproject(path: str, text: str) -> Manifest:
    document = toml(text)
    project, tool = table(document, "project"), table(document, "tool")
    poetry = table(tool, "poetry")
    name = string(project.get("name")) or string(poetry.get("name"))
    return Manifest(
        path=path,
        ecosystem="Python",
        text=text,
        name=name,
        dependencies=unique([*_project_dependencies(document), *_tool_dependencies(tool)]),
        runtimes=_python_versions(project, poetry),
        entry_points=_scripts_of([*_scripts(project), *table(poetry, "scripts").values()]),
        members=unique(listed(table(tool, "uv", "workspace").get("members"))),
        excluded=unique(listed(table(tool, "uv", "workspace").get("exclude"))),
        tools=tuple(_tools(document, tool)),
        published=bool(name),
    )


def _scripts(project: dict[str, object]) -> Iterator[object]:
    yield from table(project, "scripts").values()
    yield from table(project, "gui-scripts").values()


def _project_dependencies(document: dict[str, object]) -> Iterator[str]:
    project = table(document, "project")
    groups = [listed(project.get("dependencies")), *table(project, "optional-dependencies").values()]
    groups += [
        *table(document, "dependency-groups").values(),
        listed(table(document, "build-system").get("requires")),
    ]
    for group in groups:
        yield from map(requirement, listed(group))


def _tool_dependencies(tool: dict[str, object]) -> Iterator[str]:
    poetry, pdm = table(tool, "poetry"), table(tool, "pdm")
    yield from table(poetry, "dependencies")
    yield from table(poetry, "dev-dependencies")
    for group in table(poetry, "group").values():
        yield from table(group, "dependencies")
    for group in table(pdm, "dev-dependencies").values():
        yield from map(requirement, listed(group))
    yield from map(requirement, listed(table(tool, "uv").get("dev-dependencies")))
    for environment in table(tool, "hatch", "envs").values():
        for key in ("dependencies", "extra-dependencies"):
            yield from map(requirement, listed(table(environment).get(key)))
    pixi = table(tool, "pixi")
    yield from (*table(pixi, "dependencies"), *table(pixi, "pypi-dependencies"))
    for feature in table(pixi, "feature").values():
        yield from table(feature, "dependencies")


def _python_versions(project: dict[str, object], poetry: dict[str, object]) -> tuple[tuple[str, str], ...]:
    wanted = string(project.get("requires-python")) or string(table(poetry, "dependencies").get("python"))
    return (("python", wanted),) if wanted else ()


def _tools(document: dict[str, object], tool: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Managers the file names, surest first: own tables before the build backend."""
    for name in ("uv", "poetry", "pixi"):
        if name in tool:
            yield name, f"[tool.{name}"
    pdm = table(tool, "pdm")
    if set(pdm) - {"build", "version"}:
        yield "pdm", "[tool.pdm"
    if {"envs", "workspaces"} & set(table(tool, "hatch")):
        yield "hatch", "[tool.hatch.envs"
    backend = string(table(document, "build-system").get("build-backend"))
    for word, manager in _BACKENDS:
        if backend.startswith(word):
            yield manager, backend


def setup_cfg(path: str, text: str) -> Manifest:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except (configparser.Error, ValueError):
        return Manifest(path, "Python", text)
    options = dict(parser.items("options")) if parser.has_section("options") else {}
    extras = parser.items("options.extras_require") if parser.has_section("options.extras_require") else []
    wanted = [options.get(key, "") for key in ("install_requires", "tests_require", "setup_requires")]
    lines = "\n".join([*wanted, *(value for _, value in extras)]).splitlines()
    scripts = parser.get("options.entry_points", "console_scripts", fallback="").splitlines()
    version = options.get("python_requires", "")
    name = parser.get("metadata", "name", fallback="")
    return Manifest(
        path=path,
        ecosystem="Python",
        text=text,
        name=name,
        dependencies=unique(map(requirement, lines)),
        runtimes=(("python", version),) if version else (),
        entry_points=_scripts_of(line.partition("=")[2] for line in scripts),
        published=bool(name),
    )


def setup_py(path: str, text: str) -> Manifest:
    """Read by its syntax tree; a value that only running it would give stays unknown."""
    tree = _syntax(text)
    if tree is None:
        return Manifest(path, "Python", text, published="setup(" in text)
    lists = _module_lists(tree)
    keywords = {
        keyword.arg: keyword.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg
    }
    wanted = ("install_requires", "extras_require", "tests_require", "setup_requires")
    words = [word for key in wanted if key in keywords for word in _strings(keywords[key], lists)]
    if not words:
        words = [
            word
            for name, found in lists.items()
            if "requir" in name.lower() or "dep" in name.lower()
            for word in found
        ]
    scripts = list(_strings(keywords["entry_points"], lists)) if "entry_points" in keywords else []
    version = (
        next(iter(_strings(keywords["python_requires"], lists)), "") if "python_requires" in keywords else ""
    )
    return Manifest(
        path=path,
        ecosystem="Python",
        text=text,
        name=next(iter(_strings(keywords["name"], lists)), "") if "name" in keywords else "",
        dependencies=unique(map(requirement, words)),
        runtimes=(("python", version),) if version else (),
        entry_points=_scripts_of(
            line.partition("=")[2] for script in scripts for line in script.splitlines()
        ),
        published="setup(" in text,
    )


def _syntax(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stranger's "\d" is not our concern
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # Python 2, or worse


def _module_lists(tree: ast.Module) -> dict[str, list[str]]:
    """Module-level names bound to literal text or collections of it."""
    found: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            words = list(_strings(node.value, found))
            if words:
                found[node.targets[0].id] = words
    return found


def _strings(node: ast.expr, known: dict[str, list[str]]) -> Iterator[str]:
    """Every literal string inside an expression, names replaced by what they are bound to."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
        elif isinstance(each, ast.Name):
            yield from known.get(each.id, ())


def requirements(path: str, text: str) -> Manifest:
    lines = (
        line.partition("#")[0]
        for line in text.splitlines()
        if not line.lstrip().startswith(("-", "#", ".", "/"))
    )
    return Manifest(path, "Python", text, dependencies=unique(map(requirement, lines)))


def pipfile(path: str, text: str) -> Manifest:
    document = toml(text)
    version = string(table(document, "requires").get("python_version"))
    return Manifest(
        path,
        "Python",
        text,
        dependencies=unique([*table(document, "packages"), *table(document, "dev-packages")]),
        runtimes=(("python", version),) if version else (),
    )


def environment(path: str, text: str) -> Manifest:
    """A conda environment; its pip section is a list inside the list."""
    document = yml(text)
    words: list[object] = []
    for entry in listed(document.get("dependencies")):
        words += listed(table(entry).get("pip")) if isinstance(entry, dict) else [entry]
    names = [requirement(word) for word in words]
    version = next(
        (string(word)[6:].lstrip("= ") for word in words if string(word).startswith("python=")), ""
    )
    return Manifest(
        path, "Python", text, dependencies=unique(names), runtimes=(("python", version),) if version else ()
    )


def pixi(path: str, text: str) -> Manifest:
    document = toml(text)
    names = [*table(document, "dependencies"), *table(document, "pypi-dependencies")]
    for feature in table(document, "feature").values():
        names += [*table(feature, "dependencies"), *table(feature, "pypi-dependencies")]
    return Manifest(path, "Python", text, dependencies=unique(names))


def tox(path: str, text: str) -> Manifest:
    """Only what its environments install: the indented lines below each `deps =`."""
    words: list[str] = []
    inside = False
    for line in text.splitlines():
        if line[:1] not in (" ", "\t", "", "#"):
            inside = bool(re.match(r"deps\s*=", line))
            line = line.partition("=")[2]
        if inside:
            words.append(line.strip().rpartition(":")[2])
    return Manifest(
        path, "Python", text, dependencies=unique(requirement(word) for word in words if word[:1] != "-")
    )


def _scripts_of(targets: Iterable[object]) -> tuple[str, ...]:
    """Files of console scripts: "package.module:function" is in package/module.py, or its __init__."""
    modules = (string(target).partition(":")[0].strip() for target in targets)
    found = [module.replace(".", "/") for module in modules if re.fullmatch(r"[A-Za-z_][\w.]*", module)]
    return unique(
        name
        for module in found
        for name in (f"{module}.py", f"{module}/__init__.py", f"src/{module}.py", f"src/{module}/__init__.py")
    )
