"""What the first step of a plan sets up in a repository that has no tests."""

from __future__ import annotations

import re

from agent_baton.planner.facts import Facts
from agent_baton.records import Record

from .finding import find_gates
from .launch import python_runner
from .reading import Repo
from .suites import Suites
from .tasks import javascript_manager


class MissingTests(Record):
    """A test suite to create: with what, where, and how it will be run as the gate."""

    language: str
    framework: str
    folder: str  # relative to the root
    example: str  # path of a first test file
    command: str
    reason: str  # one sentence for people


# language -> framework, folder, first file, command
_USUAL: dict[str, tuple[str, str, str, str]] = {
    "Python": ("pytest", "tests", "tests/test_smoke.py", "python -m pytest tests"),
    "JavaScript": ("node:test", "test", "test/smoke.test.js", "node --test test/"),
    "TypeScript": ("vitest", "test", "test/smoke.test.ts", "npx vitest run"),
    "Go": ("testing", "", "smoke_test.go", "go test ./..."),
    "Rust": ("cargo test", "tests", "tests/smoke.rs", "cargo test"),
    "Java": ("JUnit 5", "src/test/java", "src/test/java/SmokeTest.java", "mvn test"),
    "Kotlin": ("JUnit 5", "src/test/kotlin", "src/test/kotlin/SmokeTest.kt", "gradle test"),
    "Scala": ("MUnit", "src/test/scala", "src/test/scala/SmokeSuite.scala", "sbt test"),
    "Clojure": ("clojure.test", "test", "test/smoke_test.clj", "lein test"),
    "C#": ("xUnit", "tests", "tests/SmokeTests.cs", "dotnet test"),
    "F#": ("xUnit", "tests", "tests/SmokeTests.fs", "dotnet test"),
    "Ruby": ("Minitest", "test", "test/smoke_test.rb", "ruby -Ilib:test test/smoke_test.rb"),
    "PHP": ("PHPUnit", "tests", "tests/SmokeTest.php", "vendor/bin/phpunit tests"),
    "Elixir": ("ExUnit", "test", "test/smoke_test.exs", "mix test"),
    "Erlang": ("EUnit", "test", "test/smoke_tests.erl", "rebar3 eunit"),
    "Haskell": ("Hspec", "test", "test/Spec.hs", "cabal test"),
    "OCaml": ("Alcotest", "test", "test/test_smoke.ml", "dune test"),
    "Swift": ("XCTest", "Tests", "Tests/SmokeTests/SmokeTests.swift", "swift test"),
    "Dart": ("package:test", "test", "test/smoke_test.dart", "dart test"),
    "Zig": ("zig test", "src", "src/tests.zig", "zig test src/tests.zig"),
    "Perl": ("Test::More", "t", "t/00-smoke.t", "prove -lr t"),
    "Lua": ("busted", "spec", "spec/smoke_spec.lua", "busted"),
    "Shell": ("bats", "test", "test/smoke.bats", "bats test"),
    "R": ("testthat", "tests/testthat", "tests/testthat/test-smoke.R", "Rscript -e 'devtools::test()'"),
    "Julia": ("Test", "test", "test/runtests.jl", "julia --project -e 'using Pkg; Pkg.test()'"),
    "HCL": (
        "terraform test",
        "tests",
        "tests/smoke.tftest.hcl",
        "terraform init -backend=false && terraform test",
    ),
    "Crystal": ("spec", "spec", "spec/smoke_spec.cr", "crystal spec"),
    "Nim": ("unittest", "tests", "tests/tsmoke.nim", "nimble test"),
}
_C = ("a plain test program", "tests", "tests/smoke.c", "cc -o /tmp/smoke tests/smoke.c && /tmp/smoke")
_CMAKE = (
    "CTest",
    "tests",
    "tests/smoke.cpp",
    "cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure --no-tests=error",
)
_ANY = ("a shell script", "tests", "tests/smoke.sh", "sh tests/smoke.sh")


def missing_tests(facts: Facts) -> MissingTests | None:
    """The suite that a first step should set up, with the project's own runner; None when a test gate exists."""
    if any(each.kind == "test" for each in facts.gates or find_gates(facts)):
        return None
    repo = Repo(facts)
    language = facts.primary or ""
    framework, folder, example, command = _adapted(repo, language)
    if Suites(repo).of(language):
        reason = f"There are {language} tests in this tree, but nothing says how to run them."
    else:
        reason = (
            f"There are no {language} tests in this tree, so no gate could fail on a regression.".replace(
                "  ", " "
            )
        )
    return MissingTests(language, framework, folder, example, command, reason)


def _adapted(repo: Repo, language: str) -> tuple[str, str, str, str]:
    if language in ("C", "C++", "Objective-C"):
        return (
            _CMAKE
            if repo.is_file("CMakeLists.txt")
            else (
                *_C[:2],
                _C[2] if language == "C" else "tests/smoke.cpp",
                _C[3] if language == "C" else _C[3].replace("cc", "c++").replace("smoke.c ", "smoke.cpp "),
            )
        )
    framework, folder, example, command = _USUAL.get(language, _ANY)
    if language == "Python":
        return framework, folder, example, " ".join([*python_runner(repo, ""), command])
    if language in ("JavaScript", "TypeScript"):
        return _javascript(repo, language)
    if language in ("Java", "Kotlin"):
        return framework, folder, example, _jvm_command(repo, command)
    if language == "Clojure" and repo.is_file("deps.edn"):
        command = "clojure -X:test"
    if language == "Haskell" and repo.is_file("stack.yaml"):
        command = "stack test"
    if language == "Dart" and "sdk: flutter" in repo.text("pubspec.yaml"):
        framework, command = "flutter_test", "flutter test"
    return framework, folder, example, command


def _jvm_command(repo: Repo, command: str) -> str:
    if repo.is_file("gradlew"):
        return "./gradlew test"
    if repo.is_file("build.gradle") or repo.is_file("build.gradle.kts"):
        return "gradle test"
    return "./mvnw test" if repo.is_file("mvnw") else command


def _javascript(repo: Repo, language: str) -> tuple[str, str, str, str]:
    """The framework that is already a dependency, else the usual one."""
    text = repo.text("package.json")
    manager = javascript_manager(repo, "")
    suffix = "ts" if language == "TypeScript" else "js"
    for name in ("vitest", "jest", "mocha", "ava", "tap"):
        if re.search(rf'"{name}"\s*:', text):
            return (
                name,
                "test",
                f"test/smoke.test.{suffix}",
                f"{manager} run test" if manager == "bun" else f"{manager} test",
            )
    framework, folder, example, command = _USUAL[language]
    return framework, folder, example, command
