"""JavaScript and TypeScript: package scripts and the programs they call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ..arguments import folders, has_option, is_here, missing_path, option, positionals, without_options
from ..calls import Call, quoted, unquoted
from ..danger import is_threatening_inside
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_interactive, is_special, is_test_name
from ..reading import Repo, dig, glob_regex, join, strings, table
from ..shell import calls_in

MANAGERS = ("npm", "pnpm", "yarn", "bun")
_PLACEHOLDER = re.compile(
    r"(?i)no tests?\b|test(?:s|ing)? (?:not|isn)|not (?:yet )?(?:implemented|specified)|todo"
)
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
        return _suite(call, inspector) if folder is not None else NOTHING
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
    run = call.with_words(*_without_ci_words(call))
    return replace(
        found,
        run=run,
        narrow=found.narrow
        or (is_special(name) and name != "test")
        or ("test" in scripts and name.startswith("test:") and not is_test_name(name)),
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


# Options of test runners that are followed by a value which is no test.
_RUNNER_VALUES = (
    "-r", "--require", "-R", "--reporter", "--ui", "-u", "-t", "--timeout", "--config", "-c", "--env", "--testEnvironment", "--opts", "-g", "--grep",
    "--import", "--loader", "--project", "--projects", "--selectProjects", "--maxWorkers", "--workers", "-w", "--exclude", "--ignore", "--extension", "--slow",
    "--retries", "--testTimeout", "--coverageReporters", "--reporters", "--testPathPattern", "--testPathIgnorePatterns", "-p", "--preset", "--pool", "--compilers",
    "--rootDir", "--roots", "--jobs", "-j", "--setup", "--test-reporter", "--test-timeout", "--environment", "--root", "-C", "--dir", "--max-old-space-size", "--globals",
    "--test-concurrency", "--test-name-pattern", "--conditions", "--stack-trace-limit", "-b", "--file", "--plugins",
)  # fmt: skip
_DROP_FLAGS = (
    "--coverage",
    "--coverage=*",
    "--ci",
    "--shard=*",
    "--reporters=*",
    "--coverageReporters=*",
    "--forbid-only",
    "--outputFile=*",
    "--maxWorkers=*",
)
_DROP_VALUES = ("--shard", "--reporters", "--coverageReporters", "--outputFile")


def _suite(call: Call, inspector: Inspector) -> Meaning:
    """A test runner: it needs the files it is pointed at, or files by the usual names."""
    argv = call.argv
    if has_option(argv, "--version", "--help", "--showConfig", "--init", "--clearCache", "--listTests"):
        return NOTHING
    words = positionals(argv, _RUNNER_VALUES)
    if call.program in ("bun", "deno") and words[:1] == ["test"]:
        words = words[1:]
    if call.program in (
        "vitest",
        "wtr",
        "playwright",
        "cypress",
        "karma",
        "ng",
        "tap",
        "borp",
        "lab",
        "tape",
        "uvu",
        "ava",
        "jasmine",
        "qunit",
    ):
        words = [word for word in words if word not in ("run", "test", "start", "watch", "related", "bench")]
    missing = _missing_tests(words, call, inspector)
    if missing:
        return faulty(f"{missing!r} is not in this tree")
    setup = [
        value
        for name in ("--require", "-r", "--import", "--config", "-c", "--opts", "--file")
        for value in [option(argv, name)]
        if value.startswith(".")
    ]
    missing = missing_path(inspector.repo, call, setup)
    if missing and not _resolves(missing, call, inspector):
        return faulty(f"{missing!r} is not in this tree")
    if not inspector.suites.of("JavaScript", call.cwd):
        return faulty("there are no JavaScript tests in this tree")
    paths = folders(inspector.repo, call.cwd, words)
    kept = without_options(call.words, _DROP_FLAGS, _DROP_VALUES)
    narrow = call.program in ("cypress", "playwright", "testcafe", "nightwatch", "wdio") or (
        bool(paths) and all(is_special(path) for path in paths)
    )
    return checks("test", "JavaScript", paths, narrow, call.with_words(*kept))


def _missing_tests(words: Iterable[str], call: Call, inspector: Inspector) -> str:
    for word in words:
        if missing_path(inspector.repo, call, [word]) and not _resolves(word, call, inspector):
            return word
        if (
            re.fullmatch(r"(?:tests?|specs?|__tests__|unit)(?:\.\w+)?", word)
            and not is_here(inspector.repo, call.cwd, word)
            and not _resolves(word, call, inspector)
        ):
            return word
    return ""


def _resolves(word: str, call: Call, inspector: Inspector) -> bool:
    """Whether Node would find a module by this path, or a compiler would write it from a source that is here."""
    if any(
        is_here(inspector.repo, call.cwd, word + suffix)
        for suffix in (
            ".js",
            ".cjs",
            ".mjs",
            ".ts",
            ".json",
            ".jsx",
            ".tsx",
            ".coffee",
            "/index.js",
            "/index.ts",
            "/index.mjs",
        )
    ):
        return True
    source = re.sub(r"\.[cm]?js$", ".ts", word)
    return source != word and is_here(inspector.repo, call.cwd, source)


def _node(call: Call, inspector: Inspector) -> Meaning:
    """`node --test`, `node test/run.js`, with whatever loader."""
    argv = call.argv
    if any(each in argv for each in ("-e", "--eval", "-p", "--print", "-v", "--version", "--check", "-c")):
        return NOTHING
    words = positionals(argv, _RUNNER_VALUES)
    if "--test" in argv or any(each.startswith("--test=") for each in argv):
        return _suite(call, inspector)
    if not words:
        return NOTHING
    if "node_modules/" in words[0]:
        tool = re.sub(r"^_", "", words[0].rstrip("/").rpartition("/")[2].removesuffix(".js"))
        index = argv.index(words[0])
        return replace(inspector.of(call.with_words(tool, *call.words[index + 1 :])), run=call)
    missing = missing_path(inspector.repo, call, words[:1], surely=True)
    if missing and not _resolves(missing, call, inspector):
        return faulty(f"{missing!r} is not in this tree")
    return _script_file(words[0], call, inspector)


_TESTING_SCRIPT = re.compile(
    r"(?i)(?:^|[/._-])(?:run[-_]?)?(?:all[-_]?)?(?:unit[-_]?)?(?:tests?|specs?|jest|mocha|karma)(?:[-_.]?(?:all|runner|run|suite|node|index|ci))?(?:\.[cm]?[jt]s)?$"
)


def _script_file(script: str, call: Call, inspector: Inspector) -> Meaning:
    if _TESTING_SCRIPT.search(script) or re.match(r"(?:\./)?(?:tests?|spec)/", script):
        if not inspector.suites.of("JavaScript", ""):
            return faulty("there are no JavaScript tests in this tree")
        return checks("test", "JavaScript", narrow=is_special(script))
    return checks("build", "JavaScript", narrow=True) if re.search(r"(?:^|/)build\b", script) else NOTHING


def _tsc(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if has_option(argv, "--version", "-v", "--init", "--watch", "-w", "--help"):
        return NOTHING
    repo = inspector.repo
    project = option(argv, "-p", "--project", "-b", "--build")
    if project and not project.startswith("-"):
        if not any(is_here(repo, call.cwd, each) for each in (project, project + ".json")):
            return faulty(f"{project!r} is not in this tree")
    elif not positionals(argv) and not any(
        is_here(repo, folder, each)
        for folder in (call.cwd, "")
        for each in ("tsconfig.json", "jsconfig.json")
    ):
        return faulty("there is no tsconfig.json in this tree")
    path = join(call.cwd, project or "tsconfig.json") or ""
    no_emit = has_option(argv, "--noEmit") or dig(repo.json(path), "compilerOptions").get("noEmit") is True
    return checks("types" if no_emit else "build", "JavaScript")


_CONFIGS = {
    "webpack": ("webpack*", "src/index.*"),
    "rollup": ("rollup.config*", "scripts/rollup*", "build/rollup*", "*rollup*"),
    "vite": ("vite.config*", "index.html"),
    "gulp": ("gulpfile*", "[Gg]ulpfile*/*"),
    "grunt": ("[Gg]runtfile*",),
    "ng": ("angular.json", ".angular-cli.json"),
    "next": ("next.config*", "pages/*", "app/*", "src/pages/*", "src/app/*"),
    "tsup": ("tsup.config*", "package.json"),
    "unbuild": ("build.config*", "package.json"),
    "parcel": ("package.json",),
}


def _bundler(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    verb = next((word for word in argv[1:] if not word.startswith("-")), "")
    if verb in ("dev", "serve", "start", "preview", "init", "watch") or has_option(argv, "--watch", "-w"):
        return NOTHING
    config = option(argv, "-c", "--config", "--gulpfile")
    if config and config != "-c" and missing_path(inspector.repo, call, [config]):
        return faulty(f"{config!r} is not in this tree")
    patterns = _CONFIGS.get(call.program, ())
    if patterns and not config and not any(inspector.repo.glob(pattern, call.cwd) for pattern in patterns):
        return faulty(f"{call.program} has no configuration in this tree")
    if call.program in ("gulp", "grunt"):
        return _task_tool(verb, call, inspector)
    return checks("build", "JavaScript")


def _task_tool(verb: str, call: Call, inspector: Inspector) -> Meaning:
    """gulp and grunt: told by the task's name."""
    if re.search(r"test|unit|mocha|karma|jasmine|qunit|nodeunit|spec", verb) or (
        not verb and call.program == "grunt"
    ):
        return (
            checks("test", "JavaScript")
            if inspector.suites.of("JavaScript")
            else faulty("there are no JavaScript tests in this tree")
        )
    if re.search(r"lint|hint|jscs|eslint", verb):
        return checks("lint", "JavaScript")
    return checks("build", "JavaScript", narrow=True) if verb in ("", "build", "default", "dist") else NOTHING


_FRAMEWORKS = (
    "react-scripts", "vue-cli-service", "ng", "ember", "aegir", "kcd-scripts", "tsdx", "dts", "wp-scripts", "craco", "umi-test",
    "modern", "bit", "preconstruct", "hardhat", "truffle", "stencil", "sku", "nuxi", "lwc-jest", "hereby",
)  # fmt: skip


def _framework(call: Call, inspector: Inspector) -> Meaning:
    """Frameworks' own command lines: `react-scripts test`, `ng build`."""
    verb = next((word for word in call.argv[1:] if not word.startswith("-")), "")
    if verb.startswith("test") or verb in ("unit",):
        return (
            checks("test", "JavaScript")
            if inspector.suites.of("JavaScript", call.cwd)
            else faulty("there are no JavaScript tests in this tree")
        )
    if verb in ("lint", "check"):
        return checks("lint", "JavaScript")
    return checks("build", "JavaScript") if verb in ("build", "compile", "validate") else NOTHING


def _deno(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    words = positionals(argv, ("-c", "--config", "--import-map"))
    verb = words[0] if words else ""
    if verb == "task":
        return _deno_task(call, words, inspector)
    if verb == "test":
        return _suite(call, inspector)
    if verb == "fmt":
        return (
            checks("lint", "JavaScript")
            if "--check" in argv
            else faulty("deno fmt without --check rewrites files")
        )
    return (
        checks("lint" if verb == "lint" else "types", "JavaScript") if verb in ("lint", "check") else NOTHING
    )


def _deno_task(call: Call, words: list[str], inspector: Inspector) -> Meaning:
    for name in ("deno.json", "deno.jsonc"):
        path = f"{call.cwd}/{name}".lstrip("/")
        tasks = dig(inspector.repo.json(path), "tasks")
        if len(words) > 1 and words[1] in tasks:
            command = table(tasks[words[1]]).get("command", tasks[words[1]])
            line = inspector.repo.line_with(path, rf'"{re.escape(words[1])}"\s*:')
            calls = [each for text in strings(command) for each in calls_in(text, path, line, call.cwd)]
            return replace(inspector.together(calls), run=call)
    return faulty(f"there is no deno task {words[1]!r}") if len(words) > 1 else NOTHING


PROGRAMS: dict[str, Reader] = {
    **dict.fromkeys(MANAGERS, _manager),
    **dict.fromkeys(("npx", "bunx", "pnpx"), _execute_binary),
    **dict.fromkeys(("run-s", "run-p", "npm-run-all", "npm-run-all2", "concurrently", "npm-run-series"), _several),
    **dict.fromkeys(("turbo", "nx", "lerna", "rush", "ultra"), _monorepo),
    **dict.fromkeys(
        (
            "jest", "vitest", "mocha", "ava", "tap", "tape", "jasmine", "karma", "qunit", "uvu", "lab", "borp", "brittle", "zora", "cypress", "playwright",
            "testem", "wtr", "web-test-runner", "vows", "nodeunit", "buster-test", "testcafe", "wdio", "nightwatch", "ospec", "expresso", "whiskey",
            "cucumber-js", "electron-mocha", "mochify", "airtap", "zuul", "ts-mocha", "mocha-phantomjs", "_mocha", "jest-cli", "tapzero", "intern", "poku", "_tap",
            "vscode-test", "storybook-test", "test-storybook", "japa", "qunit-cli",
        ),
        _suite,
    ),
    **dict.fromkeys(("node", "nodejs", "ts-node", "tsx", "babel-node", "esno", "tsm", "jiti", "ts-node-esm", "electron", "esmo", "swc-node", "coffee", "iojs", "sucrase-node"), _node),
    "tsc": _tsc,
    **dict.fromkeys(("webpack", "rollup", "vite", "gulp", "grunt", "next", "tsup", "unbuild", "parcel", "esbuild", "babel", "microbundle", "swc", "ncc", "bili", "father", "tsdown", "browserify", "zshy"), _bundler),
    **dict.fromkeys(_FRAMEWORKS, _framework),
    "deno": _deno,
}  # fmt: skip
