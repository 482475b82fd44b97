"""Programs that always do the same thing: linters, type checkers, formatters, test runners without task files."""

from __future__ import annotations

from agent_baton.planner.facts import GateKind
from agent_baton.records import Record, replace

from ..arguments import has_option, missing_path, positionals, without_options
from ..calls import Call
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty

_INFORM = (
    "--version",
    "--help",
    "-V",
    "--list-tests",
    "--collect-only",
    "--co",
    "--print-config",
    "--show-config",
    "--clearCache",
    "--init",
)


class Tool(Record):
    """What a program checks and when it does so."""

    kind: GateKind
    language: str = ""
    sub: tuple[str, ...] = ()  # one of these must be the first positional word
    needs: tuple[str, ...] = ()  # one of these options, or it rewrites files instead of checking
    writes: tuple[str, ...] = ()  # options that make it rewrite; left out of the gate
    config: tuple[str, ...] = ()  # file patterns: one must exist in the folder or the root, or it cannot run
    takes_paths: bool = True  # whether words that look like paths must exist
    drop: tuple[str, ...] = ()  # options with values that only matter to the CI system
    named: bool = False  # without a file it judges its standard input: nothing
    bare: tuple[str, ...] = ()  # its options with values, where every other word is a path: `eslint src`


_ESLINT = (".eslintrc*", "eslint.config.*", "eslint.*.js", ".eslint*")
_ESLINT_VALUES = (
    "--ext", "--format", "-f", "--max-warnings", "--rulesdir", "--ignore-pattern", "--ignore-path", "--cache-location", "--parser", "--plugin",
    "--resolve-plugins-relative-to", "-o", "--output-file", "--rule", "--env", "--global", "--parser-options", "--cache-strategy", "--concurrency",
    "--flag", "--cache-file", "--fix-type", "--report-unused-disable-directives-severity",
)  # fmt: skip
TOOLS: dict[str, Tool] = {
    # Python
    "flake8": Tool("lint", "Python"),
    "flakeheaven": Tool("lint", "Python"),
    "pyflakes": Tool("lint", "Python"),
    "pycodestyle": Tool("lint", "Python"),
    "pep8": Tool("lint", "Python"),
    "pydocstyle": Tool("lint", "Python"),
    "pylint": Tool("lint", "Python"),
    "prospector": Tool("lint", "Python"),
    "pylama": Tool("lint", "Python"),
    "pyroma": Tool("lint", "Python"),
    "vulture": Tool("lint", "Python"),
    "interrogate": Tool("lint", "Python"),
    "bandit": Tool("lint", "Python"),
    "refurb": Tool("lint", "Python"),
    "lint-imports": Tool("lint", "Python"),
    "check-manifest": Tool("lint", "Python"),
    "slotscheck": Tool("lint", "Python"),
    "cython-lint": Tool("lint", "Python"),
    "black": Tool("lint", "Python", needs=("--check", "--diff")),
    "blue": Tool("lint", "Python", needs=("--check", "--diff")),
    "isort": Tool("lint", "Python", needs=("--check", "--check-only", "-c", "--diff")),
    "usort": Tool("lint", "Python", sub=("check",)),
    "ufmt": Tool("lint", "Python", sub=("check",)),
    "yapf": Tool("lint", "Python", needs=("--diff", "-d")),
    "docformatter": Tool("lint", "Python", needs=("--check", "-c")),
    "pyupgrade": Tool("lint", "Python", needs=("--never",)),
    "mypy": Tool("types", "Python", drop=("--python-version", "--junit-xml", "--any-exprs-report")),
    "dmypy": Tool("types", "Python", sub=("run", "check")),
    "pyright": Tool("types", "Python", drop=("--pythonversion",)),
    "basedpyright": Tool("types", "Python"),
    "pytype": Tool("types", "Python"),
    "pyre": Tool("types", "Python"),
    "stubtest": Tool("types", "Python"),
    # JavaScript and TypeScript
    "eslint": Tool("lint", "JavaScript", writes=("--fix",), config=_ESLINT, bare=_ESLINT_VALUES),
    "standard": Tool("lint", "JavaScript", writes=("--fix",)),
    "semistandard": Tool("lint", "JavaScript", writes=("--fix",)),
    "ts-standard": Tool("lint", "JavaScript", writes=("--fix",)),
    "neostandard": Tool("lint", "JavaScript"),
    "xo": Tool("lint", "JavaScript", writes=("--fix",)),
    "tslint": Tool("lint", "JavaScript", writes=("--fix",), config=("tslint.json", "tslint.*")),
    "jshint": Tool("lint", "JavaScript"),
    "jscs": Tool("lint", "JavaScript"),
    "oxlint": Tool("lint", "JavaScript", writes=("--fix",)),
    "stylelint": Tool("lint", "CSS", writes=("--fix",)),
    "prettier": Tool("lint", "JavaScript", needs=("--check", "-c", "--list-different", "-l")),
    "rome": Tool("lint", "JavaScript", sub=("check", "ci", "lint"), writes=("--apply",)),
    "biome": Tool("lint", "JavaScript", sub=("check", "ci", "lint"), writes=("--apply", "--write", "--fix")),
    "dprint": Tool("lint", sub=("check",)),
    "knip": Tool("lint", "JavaScript"),
    "publint": Tool("build", "JavaScript"),
    "markdownlint": Tool("lint", "Markdown", writes=("--fix", "-f")),
    "markdownlint-cli2": Tool("lint", "Markdown", writes=("--fix",)),
    "vue-tsc": Tool("types", "JavaScript"),
    "svelte-check": Tool("types", "JavaScript"),
    "tsd": Tool("types", "JavaScript", config=("**/*.test-d.ts", "**/*.test-d.tsx", "**/*.test-d.mts")),
    "dtslint": Tool("types", "JavaScript"),
    "attw": Tool("types", "JavaScript"),
    "flow": Tool("types", "JavaScript"),
    "elm-review": Tool("lint", "Elm"),
    # compiled languages
    "golint": Tool("lint", "Go", takes_paths=False),
    "staticcheck": Tool("lint", "Go", takes_paths=False),
    "revive": Tool("lint", "Go", takes_paths=False),
    "golangci-lint": Tool("lint", "Go", sub=("run",), writes=("--fix",), takes_paths=False, drop=("--out-format",)),
    "rustfmt": Tool("lint", "Rust", needs=("--check",)),
    "clang-format": Tool("lint", "C", needs=("--dry-run", "-n", "-Werror", "--Werror"), named=True),
    "cpplint": Tool("lint", "C"),
    "cppcheck": Tool("lint", "C", takes_paths=False),
    "ktlint": Tool("lint", "Java", writes=("-F", "--format")),
    "detekt": Tool("lint", "Java"),
    "scalafmt": Tool("lint", "Scala", needs=("--test", "--check", "--list")),
    "hlint": Tool("lint", "Haskell"),
    "ormolu": Tool("lint", "Haskell", needs=("check", "--mode=check")),
    "fourmolu": Tool("lint", "Haskell", needs=("check", "--mode=check")),
    "stylish-haskell": Tool("lint", "Haskell", needs=("--check",)),
    "swiftlint": Tool("lint", "Swift", writes=("--fix", "autocorrect")),
    "swiftformat": Tool("lint", "Swift", needs=("--lint",)),
    "swift-format": Tool("lint", "Swift", sub=("lint",)),
    "ocamlformat": Tool("lint", "OCaml", needs=("--check",)),
    "zls": Tool("lint", "Zig"),
    # others
    "rubocop": Tool("lint", "Ruby", writes=("-a", "-A", "--autocorrect", "--auto-correct", "--autocorrect-all")),
    "standardrb": Tool("lint", "Ruby", writes=("--fix",)),
    "reek": Tool("lint", "Ruby"),
    "brakeman": Tool("lint", "Ruby"),
    "erblint": Tool("lint", "Ruby"),
    "srb": Tool("types", "Ruby", sub=("tc",)),
    "steep": Tool("types", "Ruby", sub=("check",)),
    "phpcs": Tool("lint", "PHP"),
    "php-cs-fixer": Tool("lint", "PHP", needs=("--dry-run", "check")),
    "pint": Tool("lint", "PHP", needs=("--test",)),
    "ecs": Tool("lint", "PHP", writes=("--fix",)),
    "parallel-lint": Tool("lint", "PHP"),
    "phpmd": Tool("lint", "PHP"),
    "rector": Tool("lint", "PHP", needs=("--dry-run", "-n")),
    "phpstan": Tool("types", "PHP", sub=("analyse", "analyze")),
    "psalm": Tool("types", "PHP", writes=("--alter",), drop=("--output-format", "--threads")),
    "phan": Tool("types", "PHP"),
    "luacheck": Tool("lint", "Lua"),
    "selene": Tool("lint", "Lua"),
    "stylua": Tool("lint", "Lua", needs=("--check",)),
    "perlcritic": Tool("lint", "Perl"),
    "shellcheck": Tool("lint", "Shell"),
    "shfmt": Tool("lint", "Shell", needs=("-d", "--diff", "-l")),
    "hadolint": Tool("lint", "Dockerfile"),
    "yamllint": Tool("lint", "YAML"),
    "actionlint": Tool("lint", "YAML"),
    "zizmor": Tool("lint", "YAML"),
    "tflint": Tool("lint", "HCL"),
    "ansible-lint": Tool("lint", "YAML"),
    "clj-kondo": Tool("lint", "Clojure"),
    "cljfmt": Tool("lint", "Clojure", sub=("check",)),
    "vint": Tool("lint", "Vim Script"),
    "codespell": Tool("lint", writes=("-w", "--write-changes")),
    "typos": Tool("lint", writes=("-w", "--write-changes")),
    "reuse": Tool("lint", sub=("lint",)),
    "doc8": Tool("lint", "reStructuredText"),
    "rstcheck": Tool("lint", "reStructuredText"),
    "djlint": Tool("lint", "HTML", writes=("--reformat",)),
    "curlylint": Tool("lint", "HTML"),
    "editorconfig-checker": Tool("lint"),
    "ec": Tool("lint"),
    "buf": Tool("lint", "Protocol Buffer", sub=("lint", "breaking")),
    "proselint": Tool("lint", "Markdown"),
    "vale": Tool("lint", "Markdown"),
    "mdl": Tool("lint", "Markdown"),
    "solhint": Tool("lint", "Solidity"),
    "slither": Tool("lint", "Solidity"),
    "pre-commit": Tool("lint", sub=("run",), config=(".pre-commit-config.y*ml",)),
    "prek": Tool("lint", sub=("run",), config=(".pre-commit-config.y*ml",)),
    "trunk": Tool("lint", sub=("check",)),
    # documentation and site builds
    "sphinx-build": Tool("build", "reStructuredText", config=("*conf.py", "doc*/conf.py", "doc*/source/conf.py", "doc*/*/conf.py")),
    "mkdocs": Tool("build", "Markdown", sub=("build",), config=("mkdocs.y*ml",)),
    "mdbook": Tool("build", "Markdown", sub=("build", "test")),
    "hugo": Tool("build", "Markdown", config=("hugo.*", "config.*")),
    "jekyll": Tool("build", "Markdown", sub=("build", "doctor")),
    "zola": Tool("build", "Markdown", sub=("build", "check")),
}  # fmt: skip


def _reader(tool: Tool) -> Reader:
    def read(call: Call, inspector: Inspector) -> Meaning:
        argv = call.argv
        if has_option(argv, *_INFORM):
            return NOTHING
        words = positionals(argv)
        if tool.sub and (not words or words[0] not in tool.sub):
            return NOTHING
        if tool.needs and not any(need in argv or has_option(argv, need) for need in tool.needs):
            return faulty(f"{call.program} without {tool.needs[0]} rewrites files")
        if tool.named and not words:
            return faulty(f"{call.program} is given no file")
        missing = missing_path(inspector.repo, call, words) if tool.takes_paths else ""
        missing = missing or missing_path(
            inspector.repo, call, positionals(argv, tool.bare), surely=bool(tool.bare)
        )
        if missing:
            return faulty(f"{missing!r} is not in this tree")
        if tool.config and not _is_configured(tool, call, inspector):
            return faulty(f"{call.program} has no configuration in this tree")
        kept = without_options(call.words, tool.writes, tool.drop)
        rewrites = len(without_options(call.words, tool.writes)) < len(call.words)
        return replace(checks(tool.kind, tool.language, run=call.with_words(*kept)), rewrites=rewrites)

    return read


def _is_configured(tool: Tool, call: Call, inspector: Inspector) -> bool:
    repo = inspector.repo
    if any("onfig" in word or word in ("-c", "--rulesdir", "--no-config-lookup") for word in call.argv):
        return True
    if call.program == "eslint" and any(
        "eslintConfig" in repo.json(path) for path in (f"{call.cwd}/package.json", "package.json")
    ):
        return True
    return any(repo.glob(pattern, folder) for pattern in tool.config for folder in {call.cwd, ""})


PROGRAMS: dict[str, Reader] = {name: _reader(tool) for name, tool in TOOLS.items()}
