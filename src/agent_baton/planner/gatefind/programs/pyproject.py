"""Python project tools with their own environments and tasks: uv, poetry, pdm, hatch, pipenv, pixi, rye, poe, invoke."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_baton.records import replace

from ..arguments import option, positionals
from ..calls import Call, unquoted
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..reading import Repo, dig, strings, table
from ..shell import calls_in
from .prefixes import behind, launched

_CI_ONLY = frozenset(
    (
        "--python",
        "-p",
        "--frozen",
        "--locked",
        "--no-sync",
        "--isolated",
        "-q",
        "--quiet",
        "--verbose",
        "-v",
        "--resolution",
    )
)


def _uv(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if argv[1:3] == ("tool", "run"):
        return launched(call, inspector, behind(call, 3, _CI_ONLY))
    if "run" in argv[1:4]:
        return launched(call, inspector, behind(call, argv.index("run") + 1, _CI_ONLY))
    return checks("build", "Python", narrow=True) if argv[1:2] == ("build",) else NOTHING


def _tool_runner(call: Call, inspector: Inspector) -> Meaning:
    """`uvx NAME`, `pipx run NAME`: the tool comes with its own environment."""
    start = 2 if call.program == "pipx" else 1
    if call.program == "pipx" and call.argv[1:2] != ("run",):
        return NOTHING
    split = behind(call, start, _CI_ONLY)
    if split is None:
        return NOTHING
    words = split[1].words
    bare = unquoted(words[0]).partition("@")[0].partition("==")[0]
    found = inspector.of(call.with_words(bare, *words[1:]))
    prefix = split[0]
    return replace(found, run=found.run and found.run.with_words(*prefix, *found.run.words))


def _environment_runner(call: Call, inspector: Inspector) -> Meaning:
    """`poetry run X`, `pipenv run X`, `rye run X`, `pdm run X`, `pixi run X`: a task of that name comes before a program."""
    argv = call.argv
    if call.program == "rye" and argv[1:2] in (("test",), ("lint",)):
        return _rye(call, inspector)
    if "run" not in argv[1:4]:
        if call.program == "pdm" and argv[1:2] and argv[1] in _tasks(inspector.repo, call):
            return _task(call, argv[1], inspector)
        return checks("build", "Python", narrow=True) if argv[1:2] == ("build",) else NOTHING
    split = behind(call, argv.index("run") + 1, _CI_ONLY)
    if split is None:
        return NOTHING
    task = unquoted(split[1].words[0])
    if task in _tasks(inspector.repo, call):
        return replace(_task(call, task, inspector), run=call.with_words(*split[0], *split[1].words))
    return launched(call, inspector, split)


def _rye(call: Call, inspector: Inspector) -> Meaning:
    inner = ("pytest",) if call.argv[1] == "test" else ("ruff", "check")
    return replace(inspector.of(call.with_words(*inner)), run=call)


def _task(call: Call, name: str, inspector: Inspector) -> Meaning:
    path, line, calls = _tasks(inspector.repo, call)[name]
    parts = [replace(each, path=path, line=line, cwd=each.cwd or call.cwd) for each in calls]
    return replace(inspector.together(parts), run=call)


_Tasks = dict[str, tuple[str, int, list[Call]]]


def _tasks(repo: Repo, call: Call) -> _Tasks:
    """The tasks that a program of this module knows in the call's folder."""
    prefix = f"{call.cwd}/" if call.cwd else ""
    path = prefix + "pyproject.toml"
    document = repo.toml(path)
    if call.program == "pdm":
        return _read_tasks(repo, path, dig(document, "tool", "pdm", "scripts"), call.cwd)
    if call.program == "rye":
        return _read_tasks(repo, path, dig(document, "tool", "rye", "scripts"), call.cwd)
    if call.program == "pipenv":
        return _read_tasks(repo, prefix + "Pipfile", dig(repo.toml(prefix + "Pipfile"), "scripts"), call.cwd)
    if call.program == "pixi":
        return _pixi_tasks(repo, prefix, call.cwd)
    if call.program in ("poe", "poethepoet"):
        return _read_tasks(repo, path, dig(document, "tool", "poe", "tasks"), call.cwd)
    if call.program in ("task", "taskipy"):
        return _read_tasks(repo, path, dig(document, "tool", "taskipy", "tasks"), call.cwd)
    return {}


def _pixi_tasks(repo: Repo, prefix: str, cwd: str) -> _Tasks:
    found: _Tasks = {}
    for path, document in (
        (prefix + "pixi.toml", repo.toml(prefix + "pixi.toml")),
        (prefix + "pyproject.toml", dig(repo.toml(prefix + "pyproject.toml"), "tool", "pixi")),
    ):
        for place in (document, *(table(each) for each in dig(document, "feature").values())):
            found |= _read_tasks(repo, path, dig(place, "tasks"), cwd)
    return found


def _read_tasks(repo: Repo, path: str, tasks: dict[str, object], cwd: str) -> _Tasks:
    return {
        name: (
            path,
            line := _task_line(repo, path, name),
            list(_task_calls(definition, path, line, cwd, name)),
        )
        for name, definition in tasks.items()
        if name != "_"
    }


def _task_line(repo: Repo, path: str, name: str) -> int:
    escaped = re.escape(name)
    return repo.line_with(path, rf"^\s*[\"']?{escaped}[\"']?\s*=|^\[tool\.[\w.-]+\.[\"']?{escaped}[\"']?\]")


def _task_calls(definition: object, path: str, line: int, cwd: str, name: str) -> Iterator[Call]:
    """A task's commands: a string, a list, or a table with `cmd`, `shell`, `composite`, `sequence`, `chain`."""
    if isinstance(definition, str):
        yield from calls_in(definition, path, line, cwd)
        return
    if isinstance(definition, list):
        for each in definition:
            if isinstance(each, str):
                yield from calls_in(each if " " in each else f"poe {each}", path, line, cwd)
            elif isinstance(each, dict):
                yield from _task_calls(each, path, line, cwd, name)
        return
    options = table(definition)
    for key in ("cmd", "shell", "sequence", "composite", "chain", "args"):
        value = options.get(key)
        if key in ("composite", "chain"):
            for each in strings(value):
                yield from calls_in(
                    each if key == "composite" and " " in each else f"pdm run {each}", path, line, cwd
                )
        elif value is not None:
            joined = " ".join(strings(value)) if key == "cmd" else value
            yield from _task_calls(joined, path, line, cwd, name)


def _poe(call: Call, inspector: Inspector) -> Meaning:
    words = positionals(call.argv, ("-C", "--root"))
    tasks = _tasks(inspector.repo, call)
    if not words:
        return NOTHING
    return (
        _task(call, words[0], inspector)
        if words[0] in tasks
        else faulty(f"there is no task {words[0]!r} in this tree")
    )


def taskipy(call: Call, inspector: Inspector) -> Meaning | None:
    """What the program `task` means in a Python project; None when it is the other program of that name."""
    name = call.argv[1] if len(call.argv) > 1 else ""
    return _task(call, name, inspector) if name in _tasks(inspector.repo, call) else None


def _hatch(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if argv[1:2] == ("test",):
        found = inspector.of(call.with_words("pytest"))
        return replace(found, run=call.with_words("hatch", "test"))
    if argv[1:2] == ("fmt",):
        return (
            checks("lint", "Python")
            if "--check" in argv
            else faulty("hatch fmt without --check rewrites files")
        )
    if argv[1:2] == ("build",):
        return checks("build", "Python", narrow=True)
    verb = next((index for index, word in enumerate(argv) if word == "run"), 0)
    if not verb or verb + 1 >= len(argv):
        return NOTHING
    environment = option(argv[:verb], "-e", "--env") or "default"
    words = [word for word in argv[verb + 1 :] if not word.startswith(("+", "-"))]
    if not words:
        return NOTHING
    if ":" in words[0]:
        environment, _, words[0] = words[0].partition(":")
        environment = environment.partition(".")[0].removeprefix("+")
    script = _hatch_script(inspector.repo, call, environment, words[0], 0)
    if script is None:
        found = inspector.of(call.with_words(*call.words[verb + 1 :]))
        prefix = call.words[: verb + 1]
        return replace(found, run=found.run and found.run.with_words(*prefix, *found.run.words))
    return replace(inspector.together(script), run=call)


def _hatch_script(repo: Repo, call: Call, environment: str, name: str, depth: int) -> list[Call] | None:
    prefix = f"{call.cwd}/" if call.cwd else ""
    for path, document in (
        (prefix + "hatch.toml", repo.toml(prefix + "hatch.toml")),
        (prefix + "pyproject.toml", dig(repo.toml(prefix + "pyproject.toml"), "tool", "hatch")),
    ):
        for each in dict.fromkeys((environment, "default")):
            scripts = dig(document, "envs", each, "scripts")
            if name in scripts and depth < 5:
                line = _task_line(repo, path, name)
                calls = [
                    call_
                    for text in strings(scripts[name])
                    for call_ in _hatch_calls(text, path, line, call.cwd)
                ]
                return [
                    inner
                    for one in calls
                    for inner in (
                        _hatch_script(repo, replace(one, cwd=call.cwd), environment, one.program, depth + 1)
                        or [one]
                    )
                ]
    return None


def _hatch_calls(text: str, path: str, line: int, cwd: str) -> list[Call]:
    plain = (
        re.sub(r"\{args(?::([^{}]*))?\}", lambda found: found[1] or "", text)
        .replace("{root}", ".")
        .replace("{root:uri}", ".")
    )
    soft = plain.startswith("- ")
    return [replace(each, soft=soft) for each in calls_in(plain.removeprefix("- "), path, line, cwd)]


_INVOKE_TASK = r"@(?:invoke\.)?task\b[^\n]{{0,200}}(?:\n[^\n@]{{0,200}}){{0,12}}?\ndef\s+{name}\s*\("


def _invoke(call: Call, inspector: Inspector) -> Meaning:
    """pyinvoke: a task function's `c.run("…")` lines."""
    words = positionals(call.argv, ("-c", "--collection", "-r"))
    path = next(
        (
            each
            for each in (f"{call.cwd}/tasks.py".lstrip("/"), f"{call.cwd}/tasks/__init__.py".lstrip("/"))
            if inspector.repo.is_file(each)
        ),
        "",
    )
    if not words or not path:
        return faulty("there is no tasks.py in this tree")
    text = inspector.repo.text(path)
    name = words[0].replace("-", "_").rpartition(".")[2]
    found = re.search(_INVOKE_TASK.format(name=re.escape(name)), text)
    if not found:
        return faulty(f"tasks.py has no task {words[0]!r}") if path.endswith("tasks.py") else NOTHING
    body = re.split(r"\n(?=\S)", text[found.end() :], maxsplit=1)[0]
    line = text.count("\n", 0, found.end()) + 1
    scripts = re.findall(r"\.run\(\s*f?r?[\"']+([^\"'\n]+)", body)
    calls = [each for script in scripts for each in calls_in(script, path, line, call.cwd)]
    return replace(inspector.together(calls), run=call)


PROGRAMS: dict[str, Reader] = {
    "uv": _uv,
    **dict.fromkeys(("uvx", "pipx"), _tool_runner),
    **dict.fromkeys(("poetry", "pipenv", "pdm", "pixi", "rye"), _environment_runner),
    **dict.fromkeys(("poe", "poethepoet"), _poe),
    "hatch": _hatch,
    **dict.fromkeys(("invoke", "inv"), _invoke),
}
