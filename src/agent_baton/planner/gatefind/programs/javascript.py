"""JavaScript and TypeScript: package scripts and the programs they call."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent_baton.patterns import lazy
from agent_baton.records import replace

from ..arguments import folders, has_option, is_here, missing_path, option, positionals, without_options
from ..calls import Call
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_special
from ..reading import dig, join, strings, table
from ..shell import calls_in

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


def run_suite(call: Call, inspector: Inspector) -> Meaning:
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
        return run_suite(call, inspector)
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


_TESTING_SCRIPT = lazy(
    r"(?i)(?:^|[/._-])(?:run[-_]?)?(?:all[-_]?)?(?:unit[-_]?)?(?:tests?|specs?|jest|mocha|karma)(?:[-_.]?(?:all|runner|run|suite|node|index|ci))?(?:\.[cm]?[jt]s)?$"
)


def _script_file(script: str, call: Call, inspector: Inspector) -> Meaning:
    if _TESTING_SCRIPT.search(script) or re.match(r"(?:\./)?(?:tests?|spec)/", script):
        if not inspector.suites.of("JavaScript", ""):
            return faulty("there are no JavaScript tests in this tree")
        return checks("test", "JavaScript", narrow=is_special(script))
    if not re.search(r"(?:^|/)build\b", script):
        return NOTHING
    if not (is_here(inspector.repo, call.cwd, script) or _resolves(script, call, inspector)):
        return faulty(f"{script!r} is not in this tree")  # what builds is not itself built
    return checks("build", "JavaScript", narrow=True)


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


_BUNDLER_VALUES = (
    "--out-dir", "-d", "--out-file", "-o", "--config-file", "--presets", "--plugins", "--extensions", "-x", "--ignore", "--only", "--env-name",
    "-t", "-g", "-p", "-s", "-r", "--outfile", "--standalone", "--require", "--external", "--transform", "--source-maps", "--copy-files", "--root-mode",
)  # fmt: skip
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
    if (
        config
        and config != "-c"
        and not config.startswith("node:")
        and not is_here(inspector.repo, call.cwd, config)
    ):
        return faulty(f"{config!r} is not in this tree")
    patterns = _CONFIGS.get(call.program, ())
    if patterns and not config and not any(inspector.repo.glob(pattern, call.cwd) for pattern in patterns):
        return faulty(f"{call.program} has no configuration in this tree")
    sources = positionals(argv, _BUNDLER_VALUES)[:1] if call.program in ("babel", "browserify") else []
    missing = missing_path(inspector.repo, call, [*sources, option(argv, "--config-file")], surely=True)
    if missing and not _resolves(missing, call, inspector):
        return faulty(f"{missing!r} is not in this tree")
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
    if verb.startswith("test") or verb == "unit":
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
        return run_suite(call, inspector)
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
    **dict.fromkeys(
        (
            "jest", "vitest", "mocha", "ava", "tap", "tape", "jasmine", "karma", "qunit", "uvu", "lab", "borp", "brittle", "zora", "cypress", "playwright",
            "testem", "wtr", "web-test-runner", "vows", "nodeunit", "buster-test", "testcafe", "wdio", "nightwatch", "ospec", "expresso", "whiskey",
            "cucumber-js", "electron-mocha", "mochify", "airtap", "zuul", "ts-mocha", "mocha-phantomjs", "_mocha", "jest-cli", "tapzero", "intern", "poku", "_tap",
            "vscode-test", "storybook-test", "test-storybook", "japa", "qunit-cli",
        ),
        run_suite,
    ),
    **dict.fromkeys(("node", "nodejs", "ts-node", "tsx", "babel-node", "esno", "tsm", "jiti", "ts-node-esm", "electron", "esmo", "swc-node", "coffee", "iojs", "sucrase-node"), _node),
    "tsc": _tsc,
    **dict.fromkeys(("webpack", "rollup", "vite", "gulp", "grunt", "next", "tsup", "unbuild", "parcel", "esbuild", "babel", "microbundle", "swc", "ncc", "bili", "father", "tsdown", "browserify", "zshy"), _bundler),
    **dict.fromkeys(_FRAMEWORKS, _framework),
    "deno": _deno,
}  # fmt: skip
