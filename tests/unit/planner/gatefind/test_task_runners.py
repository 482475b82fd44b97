"""Commands from task files, read through to what they really run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_baton.planner.gatefind import find_gates, missing_tests
from tests.unit.planner.gatefind.synthetic import chosen, facts_of, found, workflow

PY = {"pkg/__init__.py": "", "tests/test_a.py": "import pytest\n\ndef test_a():\n    pass\n"}
JS = {"index.js": "", "test/a.test.js": ""}


def package(**scripts: str) -> str:
    return json.dumps({"name": "x", "scripts": scripts}, indent=2)


CASES: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    # tox and nox: the suite itself when it is plain, the environment builder when it is not
    "tox": ("Python", {**PY, "tox.ini": "[tox]\nenvlist = py39,py310\n[testenv]\ndeps = pytest\ncommands = pytest {posargs:tests}\n"}, {"test": "pytest tests"}),
    "tox coverage": ("Python", {**PY, "tox.ini": "[testenv]\ncommands =\n    coverage run -m pytest {posargs}\n    coverage report\n"}, {"test": "python -m pytest"}),
    "tox changedir": ("Python", {**PY, "tests/run.py": "", "tests/runtests.py": "", "tox.ini": "[testenv]\nchangedir = tests\ncommands = {envpython} runtests.py {posargs}\n"}, {"test": "cd tests && python runtests.py"}),
    "tox factors": ("Python", {**PY, "tox.ini": "[tox]\nenvlist = lint, py{39,310}-{old,new}\n[testenv]\ncommands =\n    old: pytest -q tests\n    new: pytest tests\n[testenv:lint]\ncommands = flake8 pkg\n"}, {"test": "pytest -q tests", "lint": "flake8 pkg"}),
    "tox reference": ("Python", {**PY, "tox.ini": "[base]\ncommands = pytest tests\n[testenv]\ncommands = {[base]commands}\n"}, {"test": "pytest tests"}),
    "tox in setup.cfg": ("Python", {**PY, "setup.cfg": "[tox:tox]\nenvlist = py\n[testenv]\ncommands = pytest tests\n"}, {"test": "pytest tests"}),
    "tox in pyproject": ("Python", {**PY, "pyproject.toml": '[tool.tox]\nenv_list = ["py"]\n[tool.tox.env_run_base]\ncommands = [["pytest", { replace = "posargs", default = ["tests"], extend = true }]]\n'}, {"test": "pytest tests"}),
    "tox legacy in pyproject": ("Python", {**PY, "pyproject.toml": '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ncommands = pytest tests\n"""\n'}, {"test": "pytest tests"}),
    "tox whose suite is gone": ("Python", {"pkg/__init__.py": "", "tox.ini": "[testenv]\ncommands = pytest tests\n"}, {}),
    "tox unittest": ("Python", {"pkg/a.py": "", "tests/__init__.py": "", "tests/test_a.py": "import unittest\n", "tox.ini": "[testenv]\ncommands = python -m unittest discover -s tests\n"}, {"test": "python -m unittest discover -s tests"}),
    "tox ignoring failures": ("Python", {**PY, "tox.ini": "[testenv:py]\ncommands = - pytest -x tests\n"}, {"test": "python -m pytest tests"}),
    "nox": ("Python", {**PY, "noxfile.py": "import nox\n@nox.session(python=['3.9'])\ndef tests(session):\n    session.install('.')\n    session.run('pytest', 'tests', *session.posargs)\n@nox.session\ndef lint(session):\n    session.run('flake8', 'pkg')\n"}, {"test": "pytest tests", "lint": "flake8 pkg"}),
    "nox by another name": ("Python", {**PY, "noxfile.py": "from nox import session\n@session(name='unit-tests')\ndef f(s):\n    s.run('python', '-m', 'pytest', '-q')\n"}, {"test": "python -m pytest -q"}),
    # project tools
    "uv": ("Python", {**PY, "uv.lock": "", "tox.ini": "[testenv]\ncommands = pytest tests\n"}, {"test": "uv run pytest tests"}),
    "poetry": ("Python", {**PY, "poetry.lock": "", "pyproject.toml": '[tool.poetry]\nname="x"\n[tool.poetry.group.dev.dependencies]\npytest="*"\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n'}, {"test": "poetry run python -m pytest"}),
    "pdm scripts": ("Python", {**PY, "pdm.lock": "", "pyproject.toml": '[tool.pdm.scripts]\ntest = "pytest tests"\nlint = {cmd = "ruff check ."}\n'}, {"test": "pdm run test", "lint": "pdm run lint"}),
    "hatch scripts": ("Python", {**PY, "pyproject.toml": '[tool.hatch.envs.default.scripts]\ntest = "pytest {args:tests}"\n'}, {"test": "hatch run test"}),
    "hatch environment": ("Python", {**PY, "hatch.toml": '[envs.test.scripts]\nrun = "pytest {args}"\n'}, {"test": "hatch run test:run"}),
    "poe": ("Python", {**PY, "pyproject.toml": '[tool.poe.tasks]\ntest = "pytest tests"\n[tool.poe.tasks.lint]\ncmd = "ruff check"\n'}, {"test": "poe test", "lint": "poe lint"}),
    "pipenv": ("Python", {**PY, "Pipfile": '[scripts]\ntest = "pytest tests"\n', "Pipfile.lock": "{}"}, {"test": "pipenv run test"}),
    "taskipy": ("Python", {**PY, "pyproject.toml": '[tool.taskipy.tasks]\ntest = "pytest tests"\n'}, {"test": "task test"}),
    "pixi": ("Python", {**PY, "pixi.toml": '[tasks]\ntest = "pytest tests"\n', "pixi.lock": ""}, {"test": "pixi run test"}),
    "pre-commit": ("Python", {**PY, ".pre-commit-config.yaml": "repos: []\n"}, {"test": "python -m pytest tests", "lint": "pre-commit run --all-files"}),
    # make and its kin
    "make": ("Python", {**PY, "Makefile": ".PHONY: test lint\ntest:\n\t@pytest tests\nlint:\n\t-flake8 pkg\n\tmypy pkg\n"}, {"test": "make test", "types": "make lint"}),
    "make variables": ("Python", {**PY, "Makefile": "PYTEST ?= python -m pytest\nARGS = tests\ncheck: ; $(PYTEST) $(ARGS)\n"}, {"test": "make check"}),
    "make prerequisites": ("Python", {**PY, "Makefile": "ci: lint test\nlint:\n\tflake8\ntest: unit\nunit:\n\tpytest tests\n"}, {"test": "make test", "lint": "make lint"}),
    "make includes": ("Python", {**PY, "Makefile": "include mk/*.mk\n", "mk/t.mk": "test:\n\tpytest tests\n"}, {"test": "make test"}),
    "make check that lints": ("Python", {"pkg/a.py": "", "Makefile": "check:\n\truff check .\n"}, {"lint": "make check"}),
    "make test that only echoes": ("Python", {"pkg/a.py": "", "Makefile": "test:\n\t@echo none\n"}, {}),
    "make test of nothing": ("Python", {"pkg/a.py": "", "Makefile": "test:\n\tpytest tests\n"}, {}),
    "make that deploys": ("Python", {**PY, "Makefile": "test:\n\tpytest tests && twine upload dist/*\n"}, {"test": "pytest tests"}),
    "make compiled tests": ("C", {"a.c": "", "tests/a.c": "", "Makefile": "test: tests/a\n\t./tests/a\ntests/a: tests/a.c\n\tcc -o $@ $<\n"}, {"test": "make test"}),
    "just with defaults": ("Python", {**PY, "justfile": "test *args=\"-x: tests\" n='1':\n    uv run {{ if n != '' { '-p ' + n } else { '' } }} pytest {{args}}\nlint file:\n    ruff check {{file}}\n"}, {"test": "just test"}),
    "just": ("Python", {**PY, "justfile": "set shell := ['bash']\n\ntest *args:\n    pytest tests {{args}}\n\ncheck: test lint\n\nlint:\n    ruff check .\n"}, {"test": "just test", "lint": "just lint"}),
    "task": ("Python", {**PY, "Taskfile.yml": "version: '3'\ntasks:\n  test:\n    cmds:\n      - pytest tests\n  lint: ruff check .\n"}, {"test": "task test", "lint": "task lint"}),
    "own script": ("Python", {**PY, "scripts/test": "#!/bin/sh\nset -e\n${PREFIX}pytest tests\n"}, {"test": "scripts/test"}),
    "invoke": ("Python", {**PY, "tasks.py": "from invoke import task\n\n@task\ndef test(c):\n    c.run('pytest tests')\n", ".travis.yml": "script: invoke test\n"}, {"test": "invoke test"}),
    # package scripts
    "npm": ("JavaScript", {**JS, "package.json": package(test="mocha test", lint="standard", build="tsc", deploy="gh-pages -d dist"), "tsconfig.json": "{}"}, {"test": "npm test", "lint": "npm run lint", "build": "npm run build"}),
    "pnpm": ("JavaScript", {**JS, "pnpm-lock.yaml": "", "package.json": package(test="vitest run")}, {"test": "pnpm test"}),
    "yarn": ("JavaScript", {**JS, "yarn.lock": "", "package.json": package(test="jest")}, {"test": "yarn test"}),
    "bun": ("JavaScript", {**JS, "bun.lock": "", "package.json": package(test="bun test")}, {"test": "bun run test"}),
    "npm placeholder": ("JavaScript", {**JS, "package.json": package(test='echo "Error: no test specified" && exit 1')}, {}),
    "npm test that lints": ("JavaScript", {"index.js": "", "package.json": package(test="standard")}, {}),
    "npm chain": ("JavaScript", {**JS, "eslint.config.js": "", "package.json": package(test="npm run lint && npm run unit", lint="eslint .", unit="mocha")}, {"test": "npm test", "lint": "npm run lint"}),
    "npm without its tests": ("JavaScript", {"index.js": "", "package.json": package(test="mocha test/ --require test/env")}, {}),
    "npm missing directory": ("JavaScript", {**JS, "package.json": package(test="jest __tests__")}, {}),
    "npm coverage": ("JavaScript", {**JS, "package.json": package(test="nyc --reporter=lcov mocha test/*.test.js")}, {"test": "npm test"}),
    "npm broken lint, good tests": ("JavaScript", {**JS, "package.json": package(test="npm run lint && npm run unit", lint="eslint .", unit="node --test test/")}, {"test": "npm run unit"}),
    "npm run-all": ("JavaScript", {**JS, "package.json": package(test="run-s test:*", **{"test:unit": "mocha", "test:style": "standard"})}, {"test": "npm test", "lint": "npm run test:style"}),
    "npm fixing lint": ("JavaScript", {**JS, "eslint.config.js": "", "package.json": package(test="mocha", lint="eslint --fix src", **{"lint:check": "eslint src"}), "src/a.js": ""}, {"test": "npm test", "lint": "npm run lint:check"}),
    "npm types": ("TypeScript", {"src/a.ts": "", "test/a.test.ts": "", "tsconfig.json": "{}", "package.json": package(test="vitest run", typecheck="tsc --noEmit")}, {"test": "npm test", "types": "npm run typecheck"}),
    "deno": ("TypeScript", {"a.ts": "", "a_test.ts": "", "deno.json": '{"tasks": {"test": "deno test -A"}}'}, {"test": "deno task test"}),
    "grunt without its file": ("JavaScript", {**JS, "package.json": package(test="grunt test")}, {}),
    "built tests": ("TypeScript", {"src/a.ts": "", "test/a.test.ts": "", "tsconfig.json": "{}", "package.json": package(test="tsc && node --test dist/test/")}, {"test": "npm test"}),
    # others
    "composer": ("PHP", {"src/A.php": "", "tests/ATest.php": "", "composer.json": json.dumps({"scripts": {"test": ["@lint", "phpunit"], "lint": "phpcs src", "stan": "phpstan analyse src"}})}, {"test": "composer test", "lint": "composer run lint"}),
    "rake": ("Ruby", {"lib/a.rb": "", "test/test_a.rb": "", "Gemfile": "", "Rakefile": "Rake::TestTask.new(:test)\ntask default: :test\n"}, {"test": "bundle exec rake test"}),
    "rake spec": ("Ruby", {"lib/a.rb": "", "spec/a_spec.rb": "", "Rakefile": "RSpec::Core::RakeTask.new\ntask default: %i[spec]\n"}, {"test": "rake spec"}),
    "mix aliases": ("Elixir", {"lib/a.ex": "", "test/a_test.exs": "", "mix.exs": 'defmodule A do\n  defp aliases, do: [check: ["format --check-formatted", "test"]]\nend\n'}, {"test": "mix test", "build": "mix compile --warnings-as-errors"}),
    "cargo alias": ("Rust", {"Cargo.toml": "[package]\nname='x'\n", "src/lib.rs": "#[test]\nfn a() {}\n", ".cargo/config.toml": '[alias]\nci-test = "test --all-features"\n', ".travis.yml": "script: cargo ci-test\n"}, {"test": "cargo ci-test", "build": "cargo build"}),
    "turbo": ("TypeScript", {"package.json": package(test="turbo run test"), "pnpm-lock.yaml": "", "packages/a/package.json": package(test="vitest run"), "packages/a/src/a.test.ts": ""}, {"test": "pnpm test"}),
    "workspaces": ("JavaScript", {"package.json": package(test="npm test --workspaces --if-present"), "packages/a/package.json": package(test="node --test"), "packages/a/a.test.js": ""}, {"test": "npm test"}),
    "bazel": ("Go", {"MODULE.bazel": "", "a_test.go": "", ".travis.yml": "script: bazel test //...\n"}, {"test": "bazel test //..."}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_task_files_are_read(case: str, tmp_path: Path) -> None:
    """The plan's gates are the tasks that really check something here, started the project's own way."""
    language, files, gates = CASES[case]
    assert chosen(tmp_path, files, language) == gates


def test_documents_are_the_next_best(tmp_path: Path) -> None:
    """What CONTRIBUTING tells people to run is a gate when nothing stronger speaks."""
    text = "# Contributing\n\n## Running tests\n\n```console\n$ pytest -W error tests\n```\n"
    gate = next(
        each for each in found(tmp_path, {**PY, "CONTRIBUTING.md": text}, "Python") if each.kind == "test"
    )
    assert (gate.command, gate.evidence.path, gate.evidence.line) == (
        "pytest -W error tests",
        "CONTRIBUTING.md",
        6,
    )


@pytest.mark.parametrize(
    "text",
    [
        "Tests\n=====\n\nRun the suite::\n\n    python -m pytest -q tests\n",
        "To develop, run `python -m pytest -q tests` before you push.\n",
    ],
)
def test_documents_in_other_styles(text: str, tmp_path: Path) -> None:
    """Indented blocks under a fitting heading, and commands named in a sentence, are read."""
    commands = [each.command for each in found(tmp_path, {**PY, "README.rst": text}, "Python")]
    assert "python -m pytest -q tests" in commands


@pytest.mark.parametrize(
    "text",
    [
        "```\npytest [OPTIONS] <file>\n```",
        "```\nruff = '>=1'\n```",
        "Run `pytest missing/` now.",
        "```\nmake nothing\n```",
        "```\nFollow the [guide](https://example.org) standard.\n```",
    ],
)
def test_synopses_and_stale_words_are_not_commands(text: str, tmp_path: Path) -> None:
    """A placeholder, a setting or a target that is not there is no gate."""
    gates = found(tmp_path, {**PY, "Makefile": "all:\n\ttrue\n", "README.md": f"# Test\n{text}\n"}, "Python")
    assert not [each for each in gates if each.evidence.path == "README.md"]


def test_ci_comes_before_tasks_before_documents_before_conventions(tmp_path: Path) -> None:
    """The order of evidence is the order of the candidates."""
    files: Mapping[str, str] = {
        **PY,
        ".travis.yml": "script: pytest -v tests\n",
        "noxfile.py": "import nox\n@nox.session\ndef tests(s):\n    s.run('pytest', '-q', 'tests')\n",
        "CONTRIBUTING.md": "## Tests\n\n```\npytest -x tests\n```\n",
    }
    tests = [each.command for each in find_gates(facts_of(tmp_path, files, "Python")) if each.kind == "test"]
    order = ["pytest -v tests", "pytest -q tests", "pytest -x tests", "python -m pytest tests"]
    assert [each for each in tests if each in order] == order


def test_a_repository_without_tests_says_what_to_set_up(tmp_path: Path) -> None:
    """No tests: no test gate, and the suite that a first step creates."""
    files = {"pkg/__init__.py": "", "uv.lock": "", "tox.ini": "[testenv]\ncommands = pytest\n"}
    facts = facts_of(tmp_path, files, "Python")
    missing = missing_tests(facts)
    assert missing is not None
    assert (missing.framework, missing.folder, missing.command) == (
        "pytest",
        "tests",
        "uv run python -m pytest tests",
    )
    assert "no Python tests" in missing.reason


@pytest.mark.parametrize(
    "language",
    ["Python", "JavaScript", "TypeScript", "Go", "Rust", "Java", "Kotlin", "C#", "Ruby", "PHP", "Elixir", "C", "C++", "Scala", "Swift", "Haskell", "Clojure", "Dart", "Lua", "Zig", "Shell", "HCL", "Perl", "R", "Julia", ""],
)  # fmt: skip
def test_every_language_has_a_suite_to_begin_with(language: str, tmp_path: Path) -> None:
    """Whatever the language, an empty repository gets a framework, a first file and a command."""
    missing = missing_tests(facts_of(tmp_path, {"a": ""}, language))
    assert missing is not None
    assert missing.framework
    assert missing.example
    assert missing.command


def test_a_repository_with_a_test_gate_misses_nothing(tmp_path: Path) -> None:
    """missing_tests is silent where a test gate exists."""
    assert missing_tests(facts_of(tmp_path, PY, "Python")) is None


def test_a_check_of_sources_that_are_not_here_is_no_gate(tmp_path: Path) -> None:
    """A published package names folders that stayed at home: its lint and build would only fail."""
    files = {
        **JS,
        "package.json": package(
            test="node --test", lint="eslint -c .eslintrc src test", build="babel src -d lib"
        ),
    }
    assert chosen(tmp_path, files, "JavaScript") == {"test": "npm test"}


def test_thresholds_are_no_part_of_the_suite(tmp_path: Path) -> None:
    """`nyc --lines 100 tape test/` runs tape, and the whole test script is the gate."""
    files = {
        **JS,
        ".eslintrc": "{}",
        "package.json": package(
            lint="eslint .",
            unit="nyc --lines 100 --reporter=text tape test/",
            test="npm run lint && npm run unit",
        ),
    }
    assert chosen(tmp_path, files, "JavaScript")["test"] == "npm test"


def test_installing_a_runner_runs_nothing(tmp_path: Path) -> None:
    """Neither `pip install --upgrade tox` nor the sentence above it is a test command."""
    files = {
        **PY,
        "tox.ini": "[testenv]\ncommands = pytest tests\n",
        "CONTRIBUTING.rst": "Tests\n-----\n\n::\n\n    Install and run tox\n    pip install --upgrade tox\n    tox\n",
    }
    assert not [gate.command for gate in found(tmp_path, files, "Python") if "nstall" in gate.command]


def test_a_target_named_after_tests_that_starts_what_it_compiled_tests(tmp_path: Path) -> None:
    """What it compiles is known and what it then starts is not: the name decides."""
    files = {
        "a.c": "",
        "tests/a.c": "",
        "Makefile": "all:\n\tcc a.c\ntest: all test_unit\ntest_unit: all\n\t$(Q) $(RUN) unit\n",
    }
    assert chosen(tmp_path, files, "C")["test"] == "make test"


def test_a_target_named_after_tests_that_only_compiles_them_does_not_test(tmp_path: Path) -> None:
    """`make test` that builds a program which `make check` then starts can be red for a compiler only."""
    makefile = "all:\n\tcc a.c\ntest: t/run rust-test\nrust-test:\n\tcargo test --no-run\ncheck: test\n\t(cd t && ./run)\n"
    files = {"a.c": "", "t/a.c": "", "Makefile": makefile, "Cargo.toml": ""}
    gates = found(tmp_path, files, "C")
    assert [each.command for each in gates if each.kind == "test"] == ["make check"]


def test_targets_of_a_library_of_targets_are_not_the_projects(tmp_path: Path) -> None:
    """Of erlang.mk's hundred targets only the one that runs the tests is offered, and no option is a target."""
    library = "tests:\n\terl -run ct\ntest-deps list-test-deps test-dir:\n\terl -x\n-type test:\n\ttrue\n"
    files = {"a_SUITE.erl": "", "Makefile": "include erlang.mk\n", "erlang.mk": library}
    assert [each.command for each in found(tmp_path, files, "Erlang") if each.kind == "test"] == [
        "make tests"
    ]


def test_a_file_that_brings_in_the_others_is_the_whole_suite(tmp_path: Path) -> None:
    """`mocha test/index.js` runs everything that index.js requires."""
    files = {f"test/{name}.js": "" for name in ("index", "a", "b", "c")}
    files["package.json"] = package(test="mocha test/index.js", **{"test-mocha": "mocha"})
    assert chosen(tmp_path, files, "JavaScript")["test"] == "npm test"


def test_a_report_of_coverage_is_no_test(tmp_path: Path) -> None:
    """`coverage combine && coverage report` puts together what somebody else measured."""
    files = {**PY, "Makefile": "coverage:\n\tpython -m coverage combine && python -m coverage report\n"}
    assert chosen(tmp_path, files, "Python")["test"] == "python -m pytest tests"


def test_a_declaration_is_no_test(tmp_path: Path) -> None:
    """Types of test helpers that a package ships are not its suite."""
    files = {"index.js": "", "types/test/adapter.d.ts": "", "package.json": package(test="mocha")}
    assert "test" not in chosen(tmp_path, files, "JavaScript")


def test_the_everyday_task_comes_before_a_part_of_the_pipelines_own(tmp_path: Path) -> None:
    """The CI runs `npm run ci`, which tests and lints: `npm test` is what a developer types, not a line out of `ci`."""
    tasks = package(test="tape test.js | tap-spec && standard", ci="tape test.js && node more && standard")
    files = {
        "index.js": "",
        "more.js": "",
        "test.js": "require('tape')\n",
        "package.json": tasks,
        ".github/workflows/ci.yml": workflow("npm install", "npm run ci"),
    }
    assert chosen(tmp_path, files, "JavaScript") == {"test": "npm test", "lint": "npx standard"}


def test_benchmarks_beside_the_tests_are_left_out(tmp_path: Path) -> None:
    """`go test -bench .` runs the tests as well: without the benchmarks it is the whole suite, and not a variant's."""
    files = {
        "go.mod": "module x\n",
        "a_test.go": "package a\n",
        ".github/workflows/test.yml": workflow(
            "go test -race -bench . -benchmem ./...", "go test -tags odd ./..."
        ),
    }
    assert chosen(tmp_path, files, "Go")["test"] == "go test -race ./..."


def test_an_address_is_no_command(tmp_path: Path) -> None:
    """A link in a document starts nothing, whatever tool its last word is called like."""
    files = {"a.rb": "", "README.md": "## Linting\n\n```\nhttps://example.org/rubocop/rubocop\n```\n"}
    assert not [each for each in found(tmp_path, files, "Ruby") if "://" in each.command]
