"""make, just, go-task, mage: targets and what their recipes run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_baton.patterns import lazy
from agent_baton.records import replace

from .. import makefiles, yamls
from ..arguments import option, positionals
from ..calls import Call, quoted
from ..danger import is_threatening_inside
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_interactive, is_special, is_test_name, kind_of
from ..reading import join
from ..shell import calls_in
from . import pyproject

_WHOLE = frozenset(("test", "tests", "check"))  # the names under which the whole suite is run
_IDLE = frozenset(("echo", "printf", "true", ":", "@echo", "mkdir", "rm", "touch", "cp", "exit", "cd"))
# What was measured is put together; nothing is run.
_REPORTING = lazy(
    r"(?:python3? -m )?coverage (?:combine|report|html|xml|json|lcov|erase)\b|(?:genhtml|lcov|gcovr)\b"
)
MAX_CHAIN = 30  # of prerequisites
_VALUES = ("-C", "--directory", "-f", "--file", "--makefile", "-o", "-W", "-I", "-l")


def _make(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if "-n" in argv or "--dry-run" in argv or "--version" in argv:
        return NOTHING
    folder = join(call.cwd, option(argv, "-C", "--directory") or ".")
    makefile = _read(inspector, folder, option(argv, "-f", "--file")) if folder is not None else None
    if folder is None or makefile is None:
        return _generated(call, folder, inspector)
    goals = [word for word in positionals(argv, _VALUES) if "=" not in word and not word.isdigit()]
    meanings = [_goal(makefile, goal, call, inspector) for goal in goals or [_first(makefile)] if goal]
    fault = next((each.fault for each in meanings if each.fault), "")
    kinds = frozenset(kind for each in meanings for kind in each.kinds)
    if not goals and not kinds and not fault:
        return replace(checks("build"), run=call, vague=True)
    tests = [each for each in meanings if "test" in each.kinds]
    main = next(iter(tests or meanings), NOTHING)
    # `make install-deps check`: what checks nothing was the CI's set-up
    checking = [goal for goal, each in zip(goals, meanings, strict=False) if each.kinds or each.fault]
    idle = set(goals) - set(checking) if checking else set()
    narrow = main.narrow or any(is_special(goal) for goal in goals)
    if "test" in kinds and _WHOLE & set(makefile.targets):
        narrow = not _WHOLE & set(goals) and (narrow or not any(is_test_name(goal) for goal in goals))
    # a target whose name says nothing stands for its parts, `make test` for itself
    itself = any(is_test_name(goal) for goal in goals) or len(kinds) == 1
    return replace(
        main,
        kinds=kinds,
        fault=fault,
        itself=itself,
        narrow=narrow,
        run=call.with_words(*(word for word in _without_jobs(call.words) if word not in idle)),
    )


def _goal(makefile: makefiles.Makefile, goal: str, call: Call, inspector: Inspector) -> Meaning:
    found = _target(makefile, goal, inspector, 0)
    if (
        found.fault
        and goal not in makefile.targets
        and (call.trimmed or "." in goal or "/" in goal or "$" in goal)
    ):
        return NOTHING  # a file to make by an implicit rule, or in a folder nobody could tell
    return found


def _read(inspector: Inspector, folder: str, named: str) -> makefiles.Makefile | None:
    key = folder, named
    if key not in inspector.makefiles:
        inspector.makefiles[key] = makefiles.find(inspector.repo, folder, named)
    return inspector.makefiles[key]


def _without_jobs(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        word
        for word in words
        if word not in ("-s", "--silent", "--no-print-directory", "-k", "--keep-going", "-B")
    )


def _first(makefile: makefiles.Makefile) -> str:
    return makefile.variables.get(".DEFAULT_GOAL") or next(
        (name for name in makefile.targets if not name.startswith(".") and "%" not in name), ""
    )


def _target(makefile: makefiles.Makefile, name: str, inspector: Inspector, depth: int) -> Meaning:
    target = makefile.targets.get(name) or _by_pattern(makefile, name)
    if target is None:
        return faulty(f"{makefile.path} has no target {name!r}") if not makefile.partial else NOTHING
    if is_threatening_inside(name):
        return faulty(f"it could do harm: {name!r}")
    key = makefile.path, name
    if key not in inspector.targets:
        inspector.targets[key] = NOTHING  # a target that needs itself adds nothing to itself
        if depth < MAX_CHAIN:
            inspector.targets[key] = _of_target(makefile, target, name, inspector, depth)
    return inspector.targets[key]


def _of_target(
    makefile: makefiles.Makefile, target: makefiles.Target, name: str, inspector: Inspector, depth: int
) -> Meaning:
    calls = list(_recipe(makefile, target, name))
    parts = [
        _target(makefile, need, inspector, depth + 1) for need in target.needs if need in makefile.targets
    ]
    found = inspector.together(calls)
    kinds = found.kinds.union(*(each.kinds for each in parts))
    fault = next((each.fault for each in (found, *parts) if each.fault), "")
    if not kinds and not fault:
        return _by_name(name, target, calls, makefile, inspector)
    if (
        not fault
        and "test" not in kinds
        and kind_of(name) == "test"
        and _tests_by_itself(makefile, target, calls, inspector)
    ):
        # what it compiles is known, what it then starts is not: the name decides
        named = _by_name(name, target, calls, makefile, inspector)
        return replace(named, fault="") if not named.kinds else named
    testing = next((each for each in (found, *parts) if "test" in each.kinds), found)
    language = testing.language or next((each.language for each in parts if each.language), "")
    needed = tuple(
        Call(("make", quoted(need)), makefile.folder, path=target.path, line=target.line)
        for need in target.needs
        if need in makefile.targets
    )
    narrow = ("test" in kinds and testing.narrow) or is_special(name)
    return replace(
        found,
        kinds=kinds,
        fault=fault,
        language=language,
        parts=needed + found.parts,
        narrow=narrow,
        paths=testing.paths,
    )


def _tests_by_itself(
    makefile: makefiles.Makefile, target: makefiles.Target, calls: list[Call], inspector: Inspector
) -> bool:
    """Whether a target named after tests also starts something nobody knows, or needs others named so.

    A program that is made (`tests/run`) and a target that is known to compile only are not run by it.
    """
    if any(call.program not in _IDLE and not inspector.of(call).kinds for call in calls):
        return True
    named = [need for need in target.needs if kind_of(need) == "test" and "/" not in need]
    return any(not _compiles(makefile, need, inspector) for need in named)


def _compiles(makefile: makefiles.Makefile, name: str, inspector: Inspector) -> bool:
    target = makefile.targets.get(name)
    calls = list(_recipe(makefile, target, name)) if target else []
    return bool(calls) and all(inspector.of(call).kinds == {"build"} for call in calls)


def _by_pattern(makefile: makefiles.Makefile, name: str) -> makefiles.Target | None:
    for pattern, target in makefile.targets.items():
        if "%" in pattern and pattern != "%" and re.fullmatch(re.escape(pattern).replace("%", ".+"), name):
            return target
    return None


def _recipe(makefile: makefiles.Makefile, target: makefiles.Target, name: str) -> Iterator[Call]:
    for line, number in target.recipe:
        plain = line.lstrip("-@+ ").replace("$@", name).replace("$(@)", name)
        script = makefile.expanded(plain).lstrip("-@+ ")
        for call in calls_in(script, target.path, number, makefile.folder):
            yield replace(call, soft=call.soft or line.startswith("-"))


def _by_name(
    name: str, target: makefiles.Target, calls: list[Call], makefile: makefiles.Makefile, inspector: Inspector
) -> Meaning:
    """A recipe that starts programs nobody knows (the tests it has just compiled): its name decides."""
    kind = kind_of(name)
    runs = [
        call for call in calls if call.program not in _IDLE and not _REPORTING.match(" ".join(call.argv[:4]))
    ]
    if not kind or is_interactive(name) or "/" in name or "." in name or not (runs or target.needs):
        return NOTHING
    if kind == "test" and not inspector.suites.any():
        return faulty("there are no tests in this tree")
    if kind in ("lint", "types") and any(call.program in ("docker", "curl", "pip", "npm") for call in runs):
        return NOTHING
    return replace(checks(kind, narrow=is_special(name)), vague=True)


def _generated(call: Call, folder: str | None, inspector: Inspector) -> Meaning:
    """`make check` without a Makefile: configure, CMake or Perl writes it. See conventions for the line to run."""
    repo = inspector.repo
    if folder is not None and any(
        repo.is_file(f"{folder}/{name}".lstrip("/"))
        for name in (
            "Makefile.am",
            "Makefile.in",
            "CMakeLists.txt",
            "Makefile.PL",
            "configure",
            "config.m4",
            "Setup.PL",
            "Configure",
        )
    ):
        return NOTHING
    return faulty("there is no Makefile in this tree")


# Parameters may have defaults: `test *args="-x tests": build`
JUST_RECIPE = lazy(r"^@?([A-Za-z_][\w-]*)((?:\s+(?:[^:\"'\n]|\"[^\"\n]*\"|'[^'\n]*')*)?)\s*:(?!=)\s*(.*)$")


def _just(call: Call, inspector: Inspector) -> Meaning:
    repo = inspector.repo
    prefix = f"{call.cwd}/" if call.cwd else ""
    path = next(
        (prefix + name for name in ("justfile", "Justfile", ".justfile") if repo.is_file(prefix + name)), ""
    )
    if not path:
        return faulty("there is no justfile in this tree")
    recipes = _just_recipes(repo.text(path))
    goals = [
        word
        for word in positionals(call.argv, ("-f", "--justfile", "-d", "--working-directory"))
        if "=" not in word
    ] or list(recipes)[:1]
    if not goals or goals[0] not in recipes:
        return faulty(f"{path} has no recipe {goals[0] if goals else ''!r}")
    return replace(_just_recipe(recipes, goals[0], path, call, inspector, 0), run=call)


_Recipes = dict[str, tuple[int, list[str], list[tuple[str, int]]]]


def _just_recipes(text: str) -> _Recipes:
    found: _Recipes = {}
    current: list[tuple[str, int]] = []
    for number, line in enumerate(text.split("\n"), 1):
        rule = JUST_RECIPE.match(line[:500])
        if rule:
            current = []
            found[rule[1]] = (number, re.findall(r"[A-Za-z_][\w-]*", rule[3].partition("#")[0]), current)
        elif line[:1] in (" ", "\t") and line.strip():
            current.append((line.strip().lstrip("@"), number))
    return found


def _just_recipe(
    recipes: _Recipes, name: str, path: str, call: Call, inspector: Inspector, depth: int
) -> Meaning:
    line, needs, body = recipes[name]
    if is_threatening_inside(name):
        return faulty(f"it could do harm: {name!r}")
    variables = re.compile(r"\{\{[^{}]*\}\}")
    calls = [
        replace(each, soft=each.soft or text.startswith("-"))
        for text, number in body
        for each in calls_in(variables.sub("", text.lstrip("-@")), path, number, call.cwd)
    ]
    needed = [
        Call(("just", need), call.cwd, path=path, line=line)
        for need in needs
        if need in recipes and depth < 6
    ]
    found = inspector.together([*needed, *calls])
    kind = kind_of(name)
    if not found.kinds and not found.fault and kind and body and (kind != "test" or inspector.suites.any()):
        return replace(checks(kind, narrow=is_special(name)), vague=True)
    return replace(
        found, narrow=found.narrow or is_special(name), itself=is_test_name(name) or len(found.kinds) == 1
    )


_TASKFILES = tuple(
    f"{name}.{suffix}"
    for name in ("Taskfile", "taskfile", "Taskfile.dist", "taskfile.dist")
    for suffix in ("yml", "yaml")
)


def _task(call: Call, inspector: Inspector) -> Meaning:
    repo = inspector.repo
    prefix = f"{call.cwd}/" if call.cwd else ""
    path = next((prefix + name for name in _TASKFILES if repo.is_file(prefix + name)), "")
    if not path:
        return pyproject.taskipy(call, inspector) or faulty("there is no Taskfile in this tree")
    names = positionals(call.argv, ("-d", "--dir", "-t", "--taskfile")) or ["default"]
    documents = repo.yaml(path)
    tasks = yamls.mapping(yamls.mapping(documents[0] if documents else None).get("tasks"))
    if names[0] not in tasks:
        return NOTHING if ":" in names[0] else faulty(f"{path} has no task {names[0]!r}")
    if is_threatening_inside(names[0]):
        return faulty(f"it could do harm: {names[0]!r}")
    calls = list(_task_calls(tasks[names[0]], path, call.cwd))
    found = inspector.together(calls)
    if not found.kinds and not found.fault and calls and (kind := kind_of(names[0])):
        found = replace(checks(kind), vague=True) if kind != "test" or inspector.suites.any() else found
    return replace(
        found,
        run=call,
        narrow=found.narrow or is_special(names[0]),
        itself=is_test_name(names[0]) or len(found.kinds) == 1,
    )


def _task_calls(task: yamls.Node, path: str, cwd: str) -> Iterator[Call]:
    body = yamls.mapping(task)
    folder = join(cwd, yamls.scalar(body.get("dir")) or ".")
    commands = (
        [*yamls.sequence(body.get("cmds")), *yamls.sequence(body.get("cmd"))]
        if body
        else yamls.sequence(task)
    )
    for need in yamls.sequence(body.get("deps")):
        name = yamls.scalar(need) or yamls.scalar(yamls.mapping(need).get("task"))
        yield Call(("task", quoted(name)), cwd, path=path, line=yamls.line_of(need))
    for command in commands:
        options = yamls.mapping(command)
        if "task" in options:
            yield Call(
                ("task", quoted(yamls.scalar(options["task"]))), cwd, path=path, line=yamls.line_of(command)
            )
            continue
        script = yamls.scalar(command) or yamls.scalar(options.get("cmd"))
        soft = yamls.scalar(options.get("ignore_error")) == "true"
        plain = re.sub(r"\{\{[^{}]*\}\}", "", script)
        for call in calls_in(plain, path, yamls.line_of(command), folder or ""):
            yield replace(call, soft=call.soft or soft)


PROGRAMS: dict[str, Reader] = {
    **dict.fromkeys(("make", "gmake", "mingw32-make", "nmake", "bmake"), _make),
    "just": _just,
    **dict.fromkeys(("task", "go-task"), _task),
}
