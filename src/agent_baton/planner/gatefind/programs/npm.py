"""Package scripts: npm, pnpm, yarn, bun and the tools that run them in many packages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent_baton.patterns import lazy
from agent_baton.records import replace

from ..arguments import has_option, is_here, option, positionals
from ..calls import Call, quoted, unquoted
from ..danger import is_threatening_inside
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_interactive, is_special, is_test_name, kind_of
from ..reading import Repo, dig, glob_regex, join, table
from ..shell import calls_in
from .javascript import run_suite

MANAGERS = ("npm", "pnpm", "yarn", "bun")


_PLACEHOLDER = lazy(r"(?i)no tests?\b|test(?:s|ing)? (?:not|isn)|not (?:yet )?(?:implemented|specified)|todo")


_SHORTHANDS = {"test": "test", "t": "test", "tst": "test", "start": "start"}


_VERBS = frozenset(
    (
        "install", "i", "ci", "add", "remove", "rm", "init", "link", "cache", "config", "set", "why", "audit", "pack", "rebuild", "prune",
        "update", "upgrade", "outdated", "version", "ls", "list", "create", "dedupe", "import", "node", "global", "info", "login", "root",
        "bin", "store", "env", "self-update", "plugin", "policies", "constraints", "fetch", "patch", "approve-builds", "--version", "-v", "view",
    )
)  # fmt: skip


_VALUES = ("--filter", "-F", "--workspace", "-w", "--prefix", "-C", "--dir", "--cwd", "--scope", "--loglevel")


def scripts_of(repo: Repo, folder: str) -> dict[str, str]:
    """The scripts of a folder's package.json."""
    path = f"{folder}/package.json" if folder else "package.json"
    return {
        name: text for name, text in table(repo.json(path).get("scripts")).items() if isinstance(text, str)
    }


def script_line(repo: Repo, path: str, name: str) -> int:
    start = repo.line_with(path, r'"scripts"\s*:') or 1
    return repo.line_with(path, rf'"{re.escape(name)}"\s*:', start)


def _manager(call: Call, inspector: Inspector) -> Meaning:
    """`npm test`, `pnpm run lint`, `yarn build`, `bun test`, `npm exec jest`."""
    argv = call.argv
    folder = _folder(call, inspector.repo)
    words = positionals(argv, _VALUES)
    if not words or folder is None:
        return NOTHING
    verb = words[0]
    if verb in ("run", "run-script", "rum", "urn"):
        return _script(call, words[1], folder, inspector) if len(words) > 1 else NOTHING
    if verb in ("exec", "x", "dlx", "workspaces", "workspace", "tsx"):
        return _execute(call, verb, words, inspector)
    if verb == "test" and call.program == "bun":
        return run_suite(call, inspector) if folder is not None else NOTHING
    if verb in _SHORTHANDS:
        return _script(call, _SHORTHANDS[verb], folder, inspector)
    scripts = scripts_of(inspector.repo, folder)
    if call.program != "npm" and verb in scripts and verb not in ("install", "publish"):
        return _script(call, verb, folder, inspector)
    if verb in _VERBS or call.program == "npm":
        return NOTHING
    found = inspector.of(
        replace(call, words=tuple(quoted(each) for each in argv[argv.index(verb) :]), cwd=folder)
    )
    return replace(found, run=call) if found.kinds or found.fault else NOTHING


def _folder(call: Call, repo: Repo) -> str | None:
    """The folder whose package.json is meant; None when that is elsewhere."""
    where = option(call.argv, "--prefix", "-C", "--dir", "--cwd")
    if where:
        return join(call.cwd, where)
    workspace = option(call.argv, "--workspace", "-w", "--filter", "-F")
    if workspace and workspace != "-w":
        return _workspace(workspace, repo)
    return call.cwd


def _workspace(name: str, repo: Repo) -> str | None:
    target = name.removeprefix("./").rstrip("/")
    if repo.is_file(f"{target}/package.json"):
        return target
    return next(
        (
            path.rpartition("/")[0]
            for path in repo.named("package.json")
            if repo.json(path).get("name") == name
        ),
        None,
    )


def _execute(call: Call, verb: str, words: list[str], inspector: Inspector) -> Meaning:
    if verb == "workspace" and len(words) > 2:
        folder = _workspace(words[1], inspector.repo)
        rest = words[3:] if words[2] == "run" else words[2:]
        return _script(call, rest[0], folder, inspector) if folder is not None and rest else NOTHING
    if verb == "workspaces":
        names = [word for word in words[1:] if word not in ("foreach", "run")]
        return everywhere(call, names[0], inspector) if names else NOTHING
    start = next(index for index, word in enumerate(call.argv) if word == verb)
    rest_words = call.words[start + 1 :]
    while rest_words and unquoted(rest_words[0]).startswith("-"):
        rest_words = rest_words[1:]
    found = inspector.of(call.with_words(*rest_words)) if rest_words else NOTHING
    return replace(found, run=call)


def _script(call: Call, name: str, folder: str, inspector: Inspector) -> Meaning:
    """What a package script does, with its `pre` and `post` companions."""
    repo = inspector.repo
    scripts = scripts_of(repo, folder)
    argv = call.argv
    if (
        has_option(argv, "--workspaces", "-ws", "--recursive", "-r") or "foreach" in argv
    ) and call.program in MANAGERS:
        return everywhere(call, name, inspector)
    if name not in scripts:
        if has_option(argv, "--if-present"):
            return NOTHING
        return faulty(f"package.json has no script {name!r}")
    if is_threatening_inside(name):
        return faulty(f"it could do harm: {name!r}")
    if is_interactive(name) and name != "test":
        return faulty(f"the script {name!r} waits for a person or rewrites files")
    path = f"{folder}/package.json" if folder else "package.json"
    parts: list[Call] = []
    for each in (f"pre{name}", name, f"post{name}"):
        if each in scripts and not (each.startswith("post") and is_threatening_inside(scripts[each])):
            parts += calls_in(scripts[each], path, script_line(repo, path, each), folder)
    if name == "test" and (_is_placeholder(scripts[name])):
        return faulty("the test script is npm's placeholder")
    found = inspector.together(parts)
    if not found.fault and "test" not in found.kinds and _tests_by_name(name, parts, inspector):
        found = replace(found, kinds=found.kinds | {"test"}, language="JavaScript", narrow=False, vague=True)
    run = call.with_words(*_without_ci_words(call))
    return replace(
        found,
        run=run,
        narrow=found.narrow
        or (is_special(name) and name != "test")
        or ("test" in scripts and name.startswith("test:") and not is_test_name(name)),
    )


def _tests_by_name(name: str, parts: Sequence[Call], inspector: Inspector) -> bool:
    """A script named after tests that hands test files of this tree to a program nobody listed."""
    if kind_of(name) != "test" or not inspector.suites.of("JavaScript"):
        return False
    strangers = [part for part in parts if not (inspector.of(part).kinds or inspector.of(part).fault)]
    return any(
        "test" in word and is_here(inspector.repo, part.cwd, word)
        for part in strangers
        for word in part.argv[1:]
    )


def _without_ci_words(call: Call) -> tuple[str, ...]:
    """The call without what follows `--`: reporters and coverage of the CI system."""
    words = call.words
    if "--" in words:
        rest = " ".join(words[words.index("--") + 1 :])
        if re.fullmatch(
            r"(?:\s*--?(?:coverage|ci|reporters?|shard|maxWorkers|runInBand|silent|verbose|color|watch|watchAll|no-watch|run|w|forceExit)\b\S*(?:\s+[\w./%-]+)?)*\s*",
            rest,
        ):
            return words[: words.index("--")]
    return words


def _is_placeholder(script: str) -> bool:
    commands = [part.strip() for part in re.split(r"&&|;|\|\|", script)]
    return all(re.match(r"echo\b|exit\b|true$|:$|$", each) for each in commands) or bool(
        _PLACEHOLDER.search(script) and "echo" in script
    )


def everywhere(call: Call, name: str, inspector: Inspector) -> Meaning:
    """The same script in every package of the workspace."""
    repo = inspector.repo
    members = [path.rpartition("/")[0] for path in repo.named("package.json") if path != "package.json"]
    found = [
        _script(Call(("npm", "run", name), folder, path=call.path, line=call.line), name, folder, inspector)
        for folder in members[:200]
        if name in scripts_of(repo, folder)
    ]
    useful = [each for each in found if each.kinds and not each.fault]
    if not useful:
        return faulty(f"no package has a working script {name!r}")
    kinds = frozenset(kind for each in useful for kind in each.kinds)
    return Meaning(kinds, "JavaScript", run=call)


def _execute_binary(call: Call, inspector: Inspector) -> Meaning:
    """`npx NAME`, `bunx NAME`: the program, with its launcher."""
    words = call.words[1:]
    while words and unquoted(words[0]).startswith("-"):
        words = words[2:] if unquoted(words[0]) in ("-p", "--package", "-c") else words[1:]
    if not words:
        return NOTHING
    bare = re.sub(r"(?<=.)@[\w.^~-]+$", "", unquoted(words[0]))
    found = inspector.of(call.with_words(bare, *words[1:]))
    keep = call.words[: len(call.words) - len(words)]
    if not found.kinds:
        return found
    return replace(found, run=found.run and found.run.with_words(*keep, *found.run.words))


def _several(call: Call, inspector: Inspector) -> Meaning:
    """`run-s lint test:*`, `npm-run-all`, `concurrently "npm:lint"`: scripts by name and pattern."""
    scripts = scripts_of(inspector.repo, call.cwd)
    parts: list[Call] = []
    for word in positionals(
        call.argv, ("-n", "--names", "-c", "--prefix-colors", "--max-parallel", "-k", "--success", "-m")
    ):
        name = word.removeprefix("npm:").removeprefix("npm run ").partition(" ")[0]
        if call.program == "concurrently" and not word.startswith("npm"):
            parts += calls_in(word, call.path, call.line, call.cwd)
            continue
        pattern = re.compile(glob_regex(name.replace(":", "/")))
        names = [each for each in scripts if pattern.fullmatch(each.replace(":", "/"))] or [name]
        parts += [replace(call, words=("npm", "run", quoted(each))) for each in names]
    return replace(inspector.together(parts), run=call)


def _monorepo(call: Call, inspector: Inspector) -> Meaning:
    """turbo, nx, lerna, rush, wireit: a script in every package that has it."""
    argv = call.argv
    words = [
        word
        for word in positionals(
            argv,
            (
                "--filter",
                "--scope",
                "--concurrency",
                "--parallel",
                "-t",
                "--target",
                "--targets",
                "-p",
                "--projects",
                "--base",
                "--head",
            ),
        )
        if word not in ("run", "run-many", "affected")
    ]
    target = (
        option(argv, "-t", "--target", "--targets").partition(",")[0] or (words[0] if words else "")
    ).rpartition(":")[2]
    if not target or target in (
        "bootstrap",
        "clean",
        "install",
        "link",
        "login",
        "prune",
        "graph",
        "reset",
        "print-affected",
    ):
        return NOTHING
    if is_threatening_inside(target):
        return faulty(f"it could do harm: {target!r}")
    found = everywhere(call, target, inspector)
    if found.fault and call.program == "nx" and inspector.repo.named("project.json"):
        return _nx_target(call, target, inspector)
    affected = "affected" in argv or has_option(argv, "--since", "--affected")
    return replace(
        found, narrow=found.narrow or affected or has_option(argv, "--filter", "--scope", "--projects")
    )


def _nx_target(call: Call, target: str, inspector: Inspector) -> Meaning:
    projects = [inspector.repo.json(path) for path in inspector.repo.named("project.json")[:200]]
    if not any(target in dig(each, "targets") for each in projects):
        return faulty(f"no project has a target {target!r}")
    kinds = {"test": "test", "lint": "lint", "build": "build", "typecheck": "types"}
    kind = kinds.get(target)
    if kind == "test":
        return (
            checks("test", "JavaScript")
            if inspector.suites.of("JavaScript")
            else faulty("there are no JavaScript tests in this tree")
        )
    return (
        checks("lint", "JavaScript")
        if kind == "lint"
        else checks("build", "JavaScript")
        if kind == "build"
        else NOTHING
    )


PROGRAMS: dict[str, Reader] = {
    **dict.fromkeys(MANAGERS, _manager),
    **dict.fromkeys(("npx", "bunx", "pnpx"), _execute_binary),
    **dict.fromkeys(("run-s", "run-p", "npm-run-all", "npm-run-all2", "concurrently"), _several),
    **dict.fromkeys(("turbo", "nx", "lerna", "rush", "ultra"), _monorepo),
}
