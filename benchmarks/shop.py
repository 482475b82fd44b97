"""A repository as large as companies have them: Python services and TypeScript packages, with imports and a history."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

WORDS = [
    "account",
    "billing",
    "cart",
    "order",
    "user",
    "login",
    "session",
    "search",
    "index",
    "report",
    "export",
    "import",
    "mail",
    "queue",
    "worker",
    "cache",
    "token",
    "price",
    "tax",
    "track",
]
CI = """name: ci
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: uv run pytest
      - run: uv run ruff check .
      - run: npm test --workspaces
"""
MEMBER = '[project]\nname = "{}"\nversion = "1"\ndependencies = ["fastapi"]\n[dependency-groups]\ndev = ["pytest", "ruff"]\n'


def shop(top: Path, files: int, commits: int, git: Callable[..., str]) -> Path:
    """The same files and commits for the same numbers."""
    dice = random.Random(7)
    python: list[tuple[str, str]] = []  # module and path
    for number in range(files):
        word = dice.choice(WORDS)
        path, text = _file(number, word, python, dice)
        _write(top / path, text)
    for folder in {path.split("/")[1] for _, path in python}:
        _write(top / f"services/{folder}/pyproject.toml", MEMBER.format(folder))
    _write(top / "pyproject.toml", '[tool.uv.workspace]\nmembers = ["services/*"]\n')
    _write(top / ".github/workflows/ci.yml", CI)
    git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "begin")
    for number in range(commits):
        for _, path in dice.sample(python, 3):
            with (top / path).open("a") as stream:
                stream.write(f"# {number}\n")
        git(top, "commit", "-q", "-a", "-m", f"change {number}")
    return top


def _file(number: int, word: str, python: list[tuple[str, str]], dice: random.Random) -> tuple[str, str]:
    imports = "".join(
        f"from {module} import VALUE\n" for module, _ in dice.sample(python, min(4, len(python)))
    )
    if number % 10 < 6:
        module = f"{word}.mod_{word}_{number}"
        path = f"services/svc{number // 600}/src/{module.replace('.', '/')}.py"
        python.append((module, path))
        return (
            path,
            f"{imports}\n\nVALUE = {number}\n\n\ndef run_{number}(value):\n    return value + VALUE\n",
        )
    if number % 10 < 8:
        return f"packages/web{number // 1000}/src/{word}{number}.ts", f"export const value = {number};\n"
    if number % 10 < 9:
        return (
            f"services/svc{number // 600}/tests/test_{word}_{number}.py",
            f"{imports}\n\ndef test_{number}():\n    assert VALUE\n",
        )
    return f"docs/{word}/note{number}.md", f"# Note {number}\n\nAbout {word}.\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
