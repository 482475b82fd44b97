"""The structure: imports point down, siblings are strangers, each outside thing has one owner."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "agent_baton"

# From the top down. Packages of one layer never import each other, unless they are the same.
LAYERS = (
    ("cli",),
    ("app",),
    ("hub", "daemon"),
    ("planner", "runtimes", "gates", "workspace", "journal", "agents", "claude", "trace"),
    ("engine",),
    ("plan",),
    (
        "errors",
        "escapes",
        "ids",
        "loading",
        "records",
        "fastjson",
        "hashing",
        "patterns",
        "redact",
        "processes",
        "supervisor",
    ),
)
LEVEL = {package: level for level, layer in enumerate(LAYERS) for package in layer}
BOTTOM = len(LAYERS) - 1


def modules() -> list[Path]:
    return [path for path in sorted(SRC.rglob("*.py")) if "_shipped" not in path.parts]


def package_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def name_of(path: Path) -> str:
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST, importer: str) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("agent_baton"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if node.module == "agent_baton" else node.module), node
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("agent_baton"):
                    yield alias.name, node


def test_imports_point_down() -> None:
    """No package imports one above it or beside it."""
    wrong = []
    for path in modules():
        importer = name_of(path)
        mine = package_of(importer)
        if mine in ("", "__main__", "__init__"):
            continue
        for target, _ in imports(ast.parse(path.read_text()), importer):
            other = package_of(target)
            if other in ("", "__version__", mine):
                continue
            sideways = LEVEL[other] == LEVEL[mine] and LEVEL[mine] != BOTTOM
            if LEVEL[other] < LEVEL[mine] or sideways:
                wrong.append(f"{importer} imports {target}")
    assert wrong == []


def functions(tree: ast.AST) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_import_is_hidden_in_a_function() -> None:
    """The one exception is the door, which loads click only when the hot path declines."""
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        if path != SRC / "cli" / "entry.py"
        for function in functions(ast.parse(path.read_text()))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("words", "owner"),
    [
        (("sqlite3", "_sqlite3"), {"journal", "app.knowledge", "app.doctor"}),
        (("psycopg", "sqlalchemy"), {"journal"}),
    ],
)
def test_each_outside_thing_has_one_owner(words: tuple[str, ...], owner: set[str]) -> None:
    """SQL databases are opened in journal/ (and, in memory, to search knowledge)."""
    for path in modules():
        name = name_of(path).removeprefix("agent_baton.")
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(found.split(".")[0] in words for found in names) and not _is_type_only(path, node):
                assert name in owner or name.split(".")[0] in owner, f"{name} imports {names}"


def _is_type_only(path: Path, node: ast.AST) -> bool:
    tree = ast.parse(path.read_text())
    return any(
        isinstance(parent, ast.If)
        and "TYPE_CHECKING" in ast.dump(parent.test)
        and node.lineno in range(parent.lineno, parent.end_lineno + 1)  # type: ignore[attr-defined,operator]
        for parent in ast.walk(tree)
    )


def test_the_engine_is_pure() -> None:
    """No clock, disk, environment, chance or third party in engine/."""
    allowed = {"__future__", "agent_baton", "collections", "typing"}
    for path in (SRC / "engine").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path.name


def test_nothing_is_passed_over_in_silence() -> None:
    """No `except Exception: pass`, no bare except."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                name = ast.unparse(node.type) if node.type else "bare"
                silent = len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
                assert name != "bare", f"{path.name}:{node.lineno}"
                assert not (silent and name in ("Exception", "BaseException")), f"{path.name}:{node.lineno}"
