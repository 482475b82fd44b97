"""The project's own way to start a program: `uv run pytest`, `npx jest`, `bundle exec rubocop`, `vendor/bin/phpstan`."""

from __future__ import annotations

import re

from .calls import Call
from .reading import Repo, dig
from .tasks import javascript_manager

_PYTHON_RUNNERS = {
    "uv": ("uv", "run"),
    "poetry": ("poetry", "run"),
    "pdm": ("pdm", "run"),
    "pipenv": ("pipenv", "run"),
    "pixi": ("pixi", "run"),
    "rye": ("rye", "run"),
}
_PYTHON_PROGRAMS = frozenset(
    (
        "python", "python3", "pytest", "py.test", "mypy", "pyright", "basedpyright", "ruff", "flake8", "black", "isort", "pylint", "codespell", "trial", "stestr",
        "zope-testrunner", "nose2", "ty", "pre-commit", "bandit", "pydocstyle", "pycodestyle", "sphinx-build", "mkdocs", "django-admin", "green", "interrogate", "doc8",
        "poe", "task", "invoke", "behave", "pytype", "pyflakes", "vulture", "lint-imports", "slotscheck", "docformatter", "yapf", "prospector", "djlint", "yamllint",
    )
)  # fmt: skip
_PHP_PROGRAMS = frozenset(
    (
        "phpunit",
        "pest",
        "phpstan",
        "psalm",
        "phpcs",
        "php-cs-fixer",
        "ecs",
        "pint",
        "parallel-lint",
        "codecept",
        "phpspec",
        "behat",
        "simple-phpunit",
        "tester",
        "rector",
        "phpmd",
        "phan",
        "paratest",
        "atoum",
        "kahlan",
    )
)
_RUBY_PROGRAMS = frozenset(
    ("rspec", "rake", "rubocop", "standardrb", "cucumber", "reek", "srb", "steep", "brakeman", "erblint")
)
_SELF_CONTAINED = frozenset(
    (
        "npm",
        "pnpm",
        "yarn",
        "bun",
        "npx",
        "bunx",
        "deno",
        "node",
        "make",
        "sh",
        "bash",
        "turbo",
        "nx",
        "lerna",
        "cross-env",
        "xvfb-run",
        "env",
        "python",
        "python3",
        "go",
        "cargo",
    )
)


_LAUNCHED = re.compile(
    r"(?<![\w./-])(?:uv|poetry|pdm|pipenv|pixi|rye|hatch) run "
    r"(?:--?(?:group|extra|only-group|no-group|python|p|env-file)[ =]\S+ |--(?!with|package|directory|project|script|module)[\w-]+ |-[qv] )*(?:-- )?"
    rf"(?P<program>(?:{'|'.join(sorted(map(re.escape, _PYTHON_PROGRAMS), key=len, reverse=True))})(?![\w./-])|-m (?=\w))"
)


def without_launcher(command: str) -> str:
    """The command with the programs started as they are: `pytest` for `uv run --frozen pytest`.

    Only programs that are known: `pdm run test` is a task of pdm's own.
    """
    return _LAUNCHED.sub(
        lambda found: "python -m " if found["program"] == "-m " else found["program"], command
    )


def started(repo: Repo, call: Call) -> Call:
    """The call with the launcher of its project in front, unless it has one."""
    program = call.program
    written = call.argv[0] if call.words else ""
    if "/" in written or not call.words:
        return call
    if program in _PYTHON_PROGRAMS:
        return call.with_words(*python_runner(repo, call.cwd), *call.words)
    if program in _PHP_PROGRAMS and repo.is_file(f"{call.cwd}/composer.json".lstrip("/")):
        return call.with_words(f"vendor/bin/{program}", *call.words[1:])
    if program in _RUBY_PROGRAMS and has_gemfile(repo, call.cwd):
        return call.with_words("bundle", "exec", *call.words)
    if call.path.endswith("package.json") and program not in _SELF_CONTAINED:
        return call.with_words(*_javascript_runner(repo, call.cwd), *call.words)
    return call


def has_gemfile(repo: Repo, folder: str) -> bool:
    """Whether Bundler governs a folder: by a Gemfile of its own or the root's."""
    return any(
        repo.is_file(f"{place}/{name}".lstrip("/"))
        for place in (folder, "")
        for name in ("Gemfile", "gems.rb")
    )


def _javascript_runner(repo: Repo, folder: str) -> tuple[str, ...]:
    return {"pnpm": ("pnpm", "exec"), "yarn": ("yarn",), "bun": ("bunx",)}.get(
        javascript_manager(repo, folder), ("npx",)
    )


def python_runner(repo: Repo, folder: str) -> tuple[str, ...]:
    """`uv run` and the like when the project is managed so, else nothing."""
    for place in dict.fromkeys((folder, "")):
        manager = _python_manager(repo, place)
        if manager:
            return _PYTHON_RUNNERS[manager]
    return ()


def _python_manager(repo: Repo, place: str) -> str:
    prefix = f"{place}/" if place else ""
    for lock, manager in (
        ("uv.lock", "uv"),
        ("poetry.lock", "poetry"),
        ("pdm.lock", "pdm"),
        ("Pipfile.lock", "pipenv"),
        ("pixi.lock", "pixi"),
        ("requirements-dev.lock", "rye"),
        ("Pipfile", "pipenv"),
    ):
        if repo.is_file(prefix + lock):
            return manager
    stated = [
        each.name
        for each in repo.facts.package_managers
        if each.root == place and each.name in _PYTHON_RUNNERS
    ]
    if stated:
        return stated[0]
    tool = dig(repo.toml(prefix + "pyproject.toml"), "tool")
    if dig(tool, "poetry").get("dependencies") or dig(tool, "poetry").get("name"):
        return "poetry"
    return (
        "uv"
        if tool.get("uv")
        else "pdm"
        if dig(tool, "pdm").keys() - {"version", "build"}
        else "rye"
        if tool.get("rye")
        else ""
    )
