"""What is usual in each language, when a repository does not say how it is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.planner.gatefind.synthetic import chosen, found

CMAKE = "cmake -S . -B build{} && cmake --build build && ctest --test-dir build --output-on-failure --no-tests=error"

TESTS: dict[str, tuple[str, dict[str, str], str]] = {
    "pytest configured": ("Python", {"pytest.ini": "[pytest]\ntestpaths = t\n", "t/test_a.py": "def test_a(): pass\n"}, "python -m pytest"),
    "pytest required": ("Python", {"setup.py": "extras_require={'test': ['pytest']}", "tests/test_a.py": "def test_a(): pass\n"}, "python -m pytest tests"),
    "pytest in the package": ("Python", {"pkg/tests/test_a.py": "import pytest\n", "pkg/a.py": ""}, "python -m pytest pkg/tests"),
    "unittest": ("Python", {"pkg/a.py": "", "tests/test_a.py": "import unittest\n"}, "python -m unittest discover -s tests"),
    "unittest package": ("Python", {"tests/__init__.py": "", "tests/test_a.py": "import unittest\n"}, "python -m unittest discover -s tests -t ."),
    "unittest src layout": ("Python", {"src/pkg/a.py": "", "tests/test_a.py": "from unittest import TestCase\n"}, "PYTHONPATH=src python -m unittest discover -s tests"),
    "unittest named otherwise": ("Python", {"tests/a_test.py": "import unittest\n"}, "python -m unittest discover -s tests -p '*_test.py'"),
    "django": ("Python", {"manage.py": "import django\n", "app/tests.py": "from django.test import TestCase\n"}, "python manage.py test"),
    "django with pytest": ("Python", {"manage.py": "import django\n", "pytest.ini": "[pytest]\n", "app/test_a.py": ""}, "python -m pytest"),
    "trial": ("Python", {"pkg/__init__.py": "", "pkg/test/__init__.py": "", "pkg/test/test_a.py": "from twisted.trial import unittest\n"}, "python -m twisted.trial pkg"),
    "go": ("Go", {"go.mod": "module x\n", "a_test.go": ""}, "go test ./..."),
    "go work": ("Go", {"go.work": "go 1.22\nuse (\n\t./a\n\t./b\n)\n", "a/go.mod": "", "a/a_test.go": "", "b/go.mod": ""}, "go test ./a/... ./b/..."),
    "go below the root": ("Go", {"server/go.mod": "", "server/a_test.go": ""}, "cd server && go test ./..."),
    "rust": ("Rust", {"Cargo.toml": "[package]\n", "src/lib.rs": "#[cfg(test)]\nmod tests {}\n"}, "cargo test"),
    "rust workspace": ("Rust", {"Cargo.toml": "[workspace]\nmembers=['a']\n", "a/tests/x.rs": ""}, "cargo test --workspace"),
    "maven": ("Java", {"pom.xml": "<project/>", "src/test/java/ATest.java": ""}, "mvn test"),
    "maven wrapper": ("Java", {"mvnw": "", "pom.xml": "<project/>", "src/test/java/ATest.java": ""}, "./mvnw test"),
    "gradle": ("Kotlin", {"build.gradle.kts": "", "gradlew": "", "src/test/kotlin/ATest.kt": ""}, "./gradlew test"),
    "gradle without wrapper": ("Java", {"build.gradle": "", "src/test/java/ATest.java": ""}, "gradle test"),
    "ant": ("Java", {"build.xml": '<project><target name="test"/></project>', "test/ATest.java": ""}, "ant test"),
    "sbt": ("Scala", {"build.sbt": "", "src/test/scala/ASpec.scala": ""}, "sbt test"),
    "mill": ("Scala", {"build.sc": "", "a/test/src/ATests.scala": ""}, "mill __.test"),
    "lein": ("Clojure", {"project.clj": "", "test/a_test.clj": ""}, "lein test"),
    "deps.edn": ("Clojure", {"deps.edn": "{:aliases {:test {:extra-paths [\"test\"] :exec-fn x/y}}}", "test/a_test.clj": ""}, "clojure -X:test"),
    "deps.edn main": ("Clojure", {"deps.edn": "{:aliases {:test {:extra-deps {a {}} :main-opts [\"-m\" \"r\"]}}}", "test/a_test.clj": ""}, "clojure -M:test"),
    "mix": ("Elixir", {"mix.exs": "defmodule A do end", "test/a_test.exs": ""}, "mix test"),
    "rebar": ("Erlang", {"rebar.config": "", "test/a_tests.erl": ""}, "rebar3 eunit"),
    "cabal": ("Haskell", {"a.cabal": "test-suite spec\n  type: exitcode-stdio-1.0\n", "test/Spec.hs": ""}, "cabal test"),
    "stack": ("Haskell", {"stack.yaml": "", "a.cabal": "test-suite spec\n", "test/Spec.hs": ""}, "stack test"),
    "dotnet": ("C#", {"a.sln": "", "tests/A.Tests/ATests.cs": ""}, "dotnet test"),
    "swift": ("Swift", {"Package.swift": "", "Tests/ATests/ATests.swift": ""}, "swift test"),
    "dart": ("Dart", {"pubspec.yaml": "name: a\n", "test/a_test.dart": ""}, "dart test"),
    "flutter": ("Dart", {"pubspec.yaml": "dependencies:\n  flutter:\n    sdk: flutter\n", "test/a_test.dart": ""}, "flutter test"),
    "zig": ("Zig", {"build.zig": 'const t = b.step("test", "Run");', "src/a.zig": 'test "a" {}\n'}, "zig build test"),
    "dune": ("OCaml", {"dune-project": "", "test/dune": "", "test/test_a.ml": ""}, "dune test"),
    "nim": ("Nim", {"a.nimble": "", "tests/ta.nim": ""}, "nimble test"),
    "crystal": ("Crystal", {"shard.yml": "", "spec/a_spec.cr": ""}, "crystal spec"),
    "d": ("D", {"dub.json": "", "source/a.d": "unittest { }\n"}, "dub test"),
    "rspec": ("Ruby", {"Gemfile": "", ".rspec": "", "spec/a_spec.rb": ""}, "bundle exec rspec"),
    "rails": ("Ruby", {"Gemfile": "", "bin/rails": "", "test/a_test.rb": ""}, "bin/rails test"),
    "phpunit": ("PHP", {"composer.json": "{}", "phpunit.xml.dist": "", "tests/ATest.php": ""}, "vendor/bin/phpunit"),
    "pest": ("PHP", {"composer.json": "{}", "phpunit.xml": "", "tests/Pest.php": "", "tests/ATest.php": ""}, "vendor/bin/pest"),
    "perl": ("Perl", {"Makefile.PL": "", "lib/A.pm": "", "t/a.t": ""}, "prove -l t"),
    "perl nested": ("Perl", {"dist.ini": "", "t/x/a.t": ""}, "prove -lr t"),
    "perl compiled": ("Perl", {"Makefile.PL": "", "A.xs": "", "t/a.t": ""}, "perl Makefile.PL && make && make test"),
    "busted": ("Lua", {".busted": "", "spec/a_spec.lua": ""}, "busted"),
    "bats": ("Shell", {"a.sh": "", "test/a.bats": ""}, "bats test"),
    "r": ("R", {"DESCRIPTION": "Package: a\n", "tests/testthat/test-a.R": ""}, "Rscript -e 'devtools::test()'"),
    "julia": ("Julia", {"Project.toml": 'uuid = "1"\n', "test/runtests.jl": ""}, "julia --project -e 'using Pkg; Pkg.test()'"),
    "terraform": ("HCL", {"main.tf": "", "tests/a.tftest.hcl": ""}, "terraform test"),
    "jest": ("JavaScript", {"package.json": '{"devDependencies": {\n"jest": "29"}}', "a.test.js": ""}, "npx jest"),
    "deno": ("TypeScript", {"deno.json": "{}", "a_test.ts": ""}, "deno test"),
    "cmake": ("C++", {"CMakeLists.txt": "project(a)\nenable_testing()\n", "tests/a.cpp": ""}, CMAKE.format("")),
    "cmake with tests off": ("C++", {"CMakeLists.txt": 'project(a)\noption(A_BUILD_TESTS "x" OFF)\noption(A_BUILD_BENCHMARKS "x" OFF)\n', "tests/CMakeLists.txt": "add_test(NAME a COMMAND a)\n", "tests/a.cpp": ""}, CMAKE.format(" -DA_BUILD_TESTS=ON")),
    "meson": ("C", {"meson.build": "project('a', 'c')\ntest('a', exe)\n", "test/a.c": ""}, "meson setup build && meson test -C build --print-errorlogs"),
    "automake": ("C", {"configure": "", "Makefile.am": "TESTS = a\n", "tests/a.c": ""}, "./configure && make check"),
    "automake from git": ("C", {"configure.ac": "", "Makefile.am": "check_PROGRAMS = a\n", "tests/a.c": ""}, "autoreconf -fi && ./configure && make check"),
    "autogen": ("C", {"configure.ac": "", "autogen.sh": "", "Makefile.am": "TESTS = a\n", "tests/a.c": ""}, "./autogen.sh && ./configure && make check"),
}  # fmt: skip


@pytest.mark.parametrize("case", TESTS)
def test_the_usual_test_command(case: str, tmp_path: Path) -> None:
    """Tests that are here get the command that people of this language would type."""
    language, files, command = TESTS[case]
    assert chosen(tmp_path, files, language)["test"] == command


@pytest.mark.parametrize("case", TESTS)
def test_without_test_files_there_is_no_test_gate(case: str, tmp_path: Path) -> None:
    """The same build files with the tests taken away offer no test gate at all."""
    language, files, _ = TESTS[case]
    remaining = {
        path: "" if path.endswith((".rs", ".zig", ".d", ".cabal")) else text
        for path, text in files.items()
        if not any(word in path.lower() for word in ("test", "spec", "t/", ".bats"))
        or path in ("manage.py", ".rspec", "pytest.ini")
    }
    assert "test" not in chosen(tmp_path, {**remaining, "main.x": ""}, language)


@pytest.mark.parametrize(
    ("language", "files", "kind", "command"),
    [
        ("Python", {"a.py": "", "ruff.toml": ""}, "lint", "ruff check ."),
        ("Python", {"a.py": "", "setup.cfg": "[flake8]\nmax-line-length = 99\n"}, "lint", "flake8"),
        ("Python", {"a.py": "", "mypy.ini": "[mypy]\nfiles = a.py\n"}, "types", "mypy"),
        ("Python", {"a.py": "", "pyproject.toml": '[tool.mypy]\nstrict = true\nfiles = ["a.py"]\n'}, "types", "mypy"),
        ("JavaScript", {"a.js": "", "eslint.config.mjs": ""}, "lint", "npx eslint ."),
        ("Go", {"a.go": "", "go.mod": "", ".golangci.yml": ""}, "lint", "golangci-lint run"),
        ("Go", {"a.go": "", "go.mod": ""}, "build", "go build ./..."),
        ("Ruby", {"a.rb": "", "Gemfile": "", ".rubocop.yml": ""}, "lint", "bundle exec rubocop"),
        ("PHP", {"a.php": "", "composer.json": "{}", "phpstan.neon.dist": ""}, "types", "vendor/bin/phpstan analyse"),
        ("Elixir", {"a.ex": "", "mix.exs": "", ".formatter.exs": ""}, "lint", "mix format --check-formatted"),
        ("HCL", {"main.tf": ""}, "lint", "terraform fmt -check -recursive"),
        ("Markdown", {"mkdocs.yml": "site_name: x\n", "docs/index.md": ""}, "build", "mkdocs build --strict"),
        ("Swift", {"Package.swift": ""}, "build", "swift build"),
    ],
)  # fmt: skip
def test_lint_types_and_build(
    language: str, files: dict[str, str], kind: str, command: str, tmp_path: Path
) -> None:
    """A tool's configuration is what makes it a gate."""
    assert chosen(tmp_path, files, language)[kind] == command


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": ""},
        {"a.js": "", "package.json": "{}"},
        {"a.c": "", "Makefile": "all:\n\tcc a.c\n"},
        {"README.md": "# x\n"},
        {},
    ],
)
def test_no_configuration_no_lint(files: dict[str, str], tmp_path: Path) -> None:
    """Nobody is given a linter or a type checker that the project does not use."""
    assert not {"lint", "types", "test"} & set(chosen(tmp_path, files))


def test_a_side_language_does_not_speak_for_the_project(tmp_path: Path) -> None:
    """A Python helper with a test in a C project is not the C project's test gate."""
    files = {"a.c": "x" * 500, "CMakeLists.txt": "project(a)\n", "scripts/test_gen.py": "import unittest\n"}
    assert not [each for each in found(tmp_path, files, "C") if each.kind == "test"]


def test_a_script_that_tests_what_make_built_is_built_first(tmp_path: Path) -> None:
    """A C project's test script gets the build it needs in front: work trees begin without one."""
    files = {"a.c": "", "Makefile": "all:\n\tcc a.c\n", "runtest": "#!/bin/sh\n$TCLSH tests/a.tcl\n", "tests/a.tcl": "", ".travis.yml": "script:\n  - make\n  - ./runtest --fast\n"}  # fmt: skip
    assert chosen(tmp_path, files, "C")["test"] == "make && ./runtest --fast"


def test_the_build_options_of_the_ci_are_kept(tmp_path: Path) -> None:
    """A switch for tests that the CI sets, and its file as the evidence."""
    files = {
        "CMakeLists.txt": "project(a)\nadd_subdirectory(tests)\n",
        "tests/CMakeLists.txt": "add_test(NAME a COMMAND a)\n",
        "tests/a.c": "",
        ".travis.yml": "script:\n  - mkdir build && cd build\n  - cmake -DWITH_TESTS=ON ..\n  - make && ctest\n",
    }
    gate = next(each for each in found(tmp_path, files, "C") if each.kind == "test")
    assert gate.command == CMAKE.format(" -DWITH_TESTS=ON")
    assert gate.evidence.path == ".travis.yml"


@pytest.mark.parametrize(
    ("options", "switches"),
    [
        ('option(WITH_TESTS "x" ON)\noption(WITH_GUI_TESTS "x" OFF)\noption(WITH_DEV_BUILD "x" OFF)', ""),
        ('option(WITH_DEV_BUILD "x" OFF)', " -DWITH_DEV_BUILD=ON"),
        ('option(BUILD_TESTS "x" OFF)\noption(DEV_BUILD "x" OFF)', " -DBUILD_TESTS=ON"),
    ],
)
def test_only_what_the_tests_need_is_switched_on(options: str, switches: str, tmp_path: Path) -> None:
    """Tests that are built anyway need no switch, and those of a special sort stay off."""
    files = {"CMakeLists.txt": f"project(a)\n{options}\nenable_testing()\n", "tests/a.c": ""}
    assert chosen(tmp_path, files, "C")["test"] == CMAKE.format(switches)


def test_a_linter_of_a_language_nobody_writes_here_is_no_gate(tmp_path: Path) -> None:
    """A forgotten .flake8 in a Go module would be green for ever."""
    assert "lint" not in {each.kind for each in found(tmp_path, {".flake8": "[flake8]\n", "a.go": ""}, "Go")}


def test_a_django_application_is_tested_with_its_own_settings(tmp_path: Path) -> None:
    """Without settings every such test fails; with none in sight there is no gate that could be green."""
    files = {f"shop/tests/test_{name}.py": "from django.test import TestCase\n" for name in "ab"}
    assert "test" not in chosen(tmp_path, files, "Python")
    files["shop/test/settings.py"] = "INSTALLED_APPS = []\n"
    assert (
        chosen(tmp_path, files, "Python")["test"]
        == "DJANGO_SETTINGS_MODULE=shop.test.settings python -m django test"
    )


def test_packages_of_one_folder_are_a_part_of_a_go_module(tmp_path: Path) -> None:
    """What tests one folder of many comes after what tests all of them."""
    workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: go test ./tsdb/...\n      - run: make check\n"
    files = {f"{name}/a_test.go": "package a\n" for name in ("tsdb", "web", "cmd")}
    files |= {
        "go.mod": "module x\n",
        "Makefile": "check:\n\tgo test ./...\n",
        ".github/workflows/a.yml": workflow,
    }
    assert chosen(tmp_path, files, "Go")["test"] == "make check"
