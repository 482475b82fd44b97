"""Commands that a repository's task files offer by name: `make test`, `npm test`, `tox`, `just check`, …"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agent_baton.patterns import lazy

from . import makefiles, yamls
from .calls import Call, quoted
from .danger import is_threatening_name
from .names import is_special, is_test_name, kind_of
from .programs.make import JUST_RECIPE
from .programs.nox import sessions_of
from .programs.npm import script_line, scripts_of
from .programs.ruby import rake_tasks
from .reading import Repo, dig, table
from .sightings import Sighting

MAX_NAMES = 40


def sightings(repo: Repo, folder: str = "") -> Iterator[Sighting]:
    """The tasks of one folder whose names promise a check."""
    for reader in (
        _makefile,
        _npm,
        _tox,
        _nox,
        _python_tools,
        _just,
        _taskfile,
        _composer,
        _rake,
        _mix,
        _deno,
        _cargo,
        _pre_commit,
        _scripts,
    ):
        yield from reader(repo, folder)


def _at(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _sighting(
    words: Iterable[str], folder: str, path: str, line: int, name: str, weight: int = 0
) -> Sighting:
    weight += _plainness(name) - (10 if is_special(name) else 0)
    return Sighting(Call(tuple(words), folder, path=path, line=line), "task", f"{path} task {name!r}", weight)


def _plainness(name: str) -> int:
    """The names under which the whole of a check is kept."""
    return (
        8 if name == "test" else 4 if name in ("tests", "check", "lint", "build", "typecheck", "types") else 0
    )


def _promising(names: Iterable[str]) -> list[str]:
    return [name for name in names if kind_of(name) and not is_threatening_name(name)][:MAX_NAMES]


def _makefile(repo: Repo, folder: str) -> Iterator[Sighting]:
    makefile = makefiles.find(repo, folder)
    for name in _promising(makefile.targets) if makefile else []:
        target = makefile.targets[name] if makefile else None
        # erlang.mk is a library of targets; of a project's own are only those it is told by
        foreign = target and target.path.endswith("erlang.mk") and name != "tests"
        if target and not foreign and re.fullmatch(r"[^-%/.][^%/.]*", name):
            yield _sighting(("make", name), folder, target.path, target.line, name)


def _npm(repo: Repo, folder: str) -> Iterator[Sighting]:
    path = _at(folder, "package.json")
    manager = javascript_manager(repo, folder)
    for name in _promising(scripts_of(repo, folder)):
        words = (manager, "test") if name == "test" and manager != "bun" else (manager, "run", quoted(name))
        yield _sighting(words, folder, path, script_line(repo, path, name), name)


def javascript_manager(repo: Repo, folder: str) -> str:
    """npm, pnpm, yarn or bun: by the lock file, else by what package.json declares."""
    places = [folder, *([""] if folder else [])]
    for place in places:
        for lock, manager in (
            ("pnpm-lock.yaml", "pnpm"),
            ("pnpm-workspace.yaml", "pnpm"),
            ("yarn.lock", "yarn"),
            (".yarnrc.yml", "yarn"),
            ("bun.lockb", "bun"),
            ("bun.lock", "bun"),
            ("package-lock.json", "npm"),
        ):
            if repo.is_file(_at(place, lock)):
                return manager
        declared = repo.json(_at(place, "package.json")).get("packageManager")
        if isinstance(declared, str) and declared.partition("@")[0] in ("npm", "pnpm", "yarn", "bun"):
            return declared.partition("@")[0]
    known = [each.name for each in repo.facts.package_managers if each.name in ("npm", "pnpm", "yarn", "bun")]
    return known[0] if known else "npm"


def _tox(repo: Repo, folder: str) -> Iterator[Sighting]:
    for name in ("tox.ini", "tox.toml", "setup.cfg", "pyproject.toml"):
        path = _at(folder, name)
        pattern = (
            r"^\[(?:testenv|tox|tox:tox|tool\.tox)|^env_list" if name != "setup.cfg" else r"^\[tox:tox\]"
        )
        line = repo.line_with(path, pattern) if repo.is_file(path) else 0
        if not line:
            continue
        yield _sighting(("tox",), folder, path, line, "tox")
        for env in re.findall(
            r"(?m)^\[testenv:([\w.-]+)\]|^\[(?:tool\.tox\.)?env\.\"?([\w.-]+)\"?\]", repo.text(path)
        ):
            each = env[0] or env[1]
            if kind_of(each):
                yield _sighting(
                    ("tox", "-e", each),
                    folder,
                    path,
                    repo.line_with(path, rf"testenv:{re.escape(each)}|env\.\"?{re.escape(each)}"),
                    each,
                )
        return


def _nox(repo: Repo, folder: str) -> Iterator[Sighting]:
    path = _at(folder, "noxfile.py")
    for session in sessions_of(repo, path):
        if kind_of(session.name):
            line = repo.line_with(
                path, rf"def {re.escape(session.name)}\b|name=[\"']{re.escape(session.name)}[\"']"
            )
            yield _sighting(("nox", "-s", quoted(session.name)), folder, path, line, session.name)


def _python_tools(repo: Repo, folder: str) -> Iterator[Sighting]:
    path = _at(folder, "pyproject.toml")
    tool = dig(repo.toml(path), "tool")
    places: list[tuple[tuple[str, ...], str, dict[str, object]]] = [
        (("pdm", "run"), path, dig(tool, "pdm", "scripts")),
        (("poe",), path, dig(tool, "poe", "tasks")),
        (("task",), path, dig(tool, "taskipy", "tasks")),
        (("rye", "run"), path, dig(tool, "rye", "scripts")),
        (("pixi", "run"), path, dig(tool, "pixi", "tasks")),
        (("pixi", "run"), _at(folder, "pixi.toml"), dig(repo.toml(_at(folder, "pixi.toml")), "tasks")),
        (("pipenv", "run"), _at(folder, "Pipfile"), dig(repo.toml(_at(folder, "Pipfile")), "scripts")),
    ]
    for place, document in (
        (path, dig(tool, "hatch")),
        (_at(folder, "hatch.toml"), repo.toml(_at(folder, "hatch.toml"))),
    ):
        for env, body in dig(document, "envs").items():
            prefix = "" if env == "default" else f"{env}:"
            places.append(
                (
                    ("hatch", "run"),
                    place,
                    {prefix + name: value for name, value in table(table(body).get("scripts")).items()},
                )
            )
    for words, place, scripts in places:
        for name in scripts:
            bare = name.rpartition(":")[2] if words[0] == "hatch" else name
            if kind_of(bare) or (words[0] == "hatch" and kind_of(name.partition(":")[0])):
                line = repo.line_with(place, rf"^\s*[\"']?{re.escape(bare)}[\"']?\s*=|\.{re.escape(bare)}\]")
                yield _sighting((*words, quoted(name)), folder, place, line, bare)


# parameters that nobody has to give
_OPTIONAL = lazy(r"(?:\s+(?:[*+]?\w+=(?:\"[^\"]*\"|'[^']*'|\S+)|\*\w+))*\s*")


def _just(repo: Repo, folder: str) -> Iterator[Sighting]:
    path = next(
        (
            _at(folder, name)
            for name in ("justfile", "Justfile", ".justfile")
            if repo.is_file(_at(folder, name))
        ),
        "",
    )
    for number, line in enumerate(repo.text(path).split("\n") if path else [], 1):
        found = JUST_RECIPE.match(line[:500])
        if found and kind_of(found[1]) and _OPTIONAL.fullmatch(found[2]):
            yield _sighting(("just", found[1]), folder, path, number, found[1])


def _taskfile(repo: Repo, folder: str) -> Iterator[Sighting]:
    path = next(
        (
            _at(folder, name)
            for name in ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml")
            if repo.is_file(_at(folder, name))
        ),
        "",
    )
    documents = repo.yaml(path) if path else []
    for name in _promising(yamls.mapping(yamls.mapping(documents[0] if documents else None).get("tasks"))):
        yield _sighting(
            ("task", name), folder, path, repo.line_with(path, rf"^\s+[\"']?{re.escape(name)}[\"']?:"), name
        )


def _composer(repo: Repo, folder: str) -> Iterator[Sighting]:
    path = _at(folder, "composer.json")
    start = repo.line_with(path, r'"scripts"\s*:') or 1 if repo.is_file(path) else 1
    for name in _promising(dig(repo.json(path), "scripts")):
        line = repo.line_with(path, rf'"{re.escape(name)}"\s*:', start)
        yield _sighting(
            ("composer", "run", quoted(name)) if name != "test" else ("composer", "test"),
            folder,
            path,
            line,
            name,
        )


def _rake(repo: Repo, folder: str) -> Iterator[Sighting]:
    for name, (path, line) in list(rake_tasks(repo, folder).items())[:MAX_NAMES]:
        if (
            kind_of(name) in ("test", "lint", "types")
            and not is_threatening_name(name)
            and not name.endswith(":")
        ):
            yield _sighting(("rake", name), folder, path, line, name)


def _mix(repo: Repo, folder: str) -> Iterator[Sighting]:
    path = _at(folder, "mix.exs")
    if repo.is_file(path):
        yield _sighting(("mix", "test"), folder, path, repo.line_with(path, r"defmodule") or 1, "test")
        if repo.is_file(_at(folder, ".formatter.exs")):
            yield _sighting(
                ("mix", "format", "--check-formatted"), folder, _at(folder, ".formatter.exs"), 1, "format"
            )


def _deno(repo: Repo, folder: str) -> Iterator[Sighting]:
    for name in ("deno.json", "deno.jsonc"):
        path = _at(folder, name)
        for task in _promising(dig(repo.json(path), "tasks")):
            yield _sighting(
                ("deno", "task", task), folder, path, repo.line_with(path, rf'"{re.escape(task)}"\s*:'), task
            )


def _cargo(repo: Repo, folder: str) -> Iterator[Sighting]:
    for name in (".cargo/config.toml", ".cargo/config"):
        path = _at(folder, name)
        for alias in _promising(dig(repo.toml(path), "alias")):
            yield _sighting(
                ("cargo", alias), folder, path, repo.line_with(path, rf"^{re.escape(alias)}\s*="), alias
            )


def _pre_commit(repo: Repo, folder: str) -> Iterator[Sighting]:
    path = next(
        (
            _at(folder, name)
            for name in (".pre-commit-config.yaml", ".pre-commit-config.yml")
            if repo.is_file(_at(folder, name))
        ),
        "",
    )
    if path and not folder:
        yield _sighting(
            ("pre-commit", "run", "--all-files"),
            folder,
            path,
            repo.line_with(path, r"^repos:") or 1,
            "pre-commit",
        )


_SCRIPT_FOLDERS = ("", "scripts", "script", "bin", "tools", "dev", "hack")


def _scripts(repo: Repo, folder: str) -> Iterator[Sighting]:
    """`./runtests.sh`, `scripts/test`, `bin/test`, `python runtests.py`."""
    for place in _SCRIPT_FOLDERS:
        inside = _at(folder, place).rstrip("/")
        for name in repo.beside(inside) if repo.is_folder(inside) else []:
            stem = re.sub(r"\.(?:sh|bash|py)$", "", name)
            if (
                not is_test_name(stem)
                or "." in stem
                or (name.endswith(".py") and place == "" and stem in ("test", "tests"))
            ):
                continue
            path = f"{inside}/{name}".lstrip("/")
            text = repo.text(path)
            if not (text.startswith("#!") or name.endswith((".sh", ".py"))) or re.match(
                r"#!.*\bnode\b", text
            ):
                continue
            local = f"{place}/{name}" if place else f"./{name}"
            words = ("python", local.removeprefix("./")) if name.endswith(".py") else (local,)
            yield _sighting(words, folder, path, 1, stem, weight=-4)
