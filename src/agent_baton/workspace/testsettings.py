"""How tests are run, before and after: options that leave tests out, thresholds, commands that can no longer fail.

Only what a change added or lowered is reported, never what stood there before.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from agent_baton.workspace.paths import is_test_path
from agent_baton.workspace.testcode import LONGEST_LINE
from agent_baton.workspace.weakened import Severity, TamperFinding, added_lines

_RUNNERS = re.compile(
    r"\b(?:pytest|unittest|tox|nox|jest|vitest|mocha|ava|karma|cypress|playwright|phpunit|pest|rspec|minitest|ctest|"
    r"gotestsum|nextest|ruff|mypy|pyright|flake8|pylint|eslint|tsc|biome|clippy|golangci-lint|rubocop|phpstan)\b|"
    r"\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:test|lint|check|typecheck|build)|\b(?:go|cargo|dotnet|swift|mix|zig|dart|"
    r"flutter|deno|stack|cabal)\s+(?:test|vet|clippy)|\b(?:mvnw?|gradlew?|sbt|bazel|make|just|task|rake)\b.*"
    r"\b(?:test|check|verify|lint)\b|\bmanage\.py\s+test\b"
)
_CANNOT_FAIL = re.compile(
    r"\|\|\s*(?:true|:|exit\s+0|echo\b.*)\s*(?:$|[;&)\"'])|;\s*(?:true|:|exit\s+0)\s*(?:$|[\"'])|\bset\s+\+e\b"
)
_CI_FILE = re.compile(
    r"^\.github/workflows/|^\.gitlab-ci|^\.gitlab/ci/|^\.circleci/|^\.travis\.yml$|(?:^|/)azure-pipelines|"
    r"(?:^|/)Jenkinsfile|^\.drone\.yml$|^\.woodpecker|^bitbucket-pipelines|^\.buildkite/|^\.ci/|^appveyor\.yml$"
)
_SCRIPT_FILE = re.compile(
    r"(?:^|/)(?:[Mm]akefile|GNUmakefile|[Jj]ustfile|Taskfile\.ya?ml|tox\.ini|noxfile\.py|Rakefile|build\.gradle(?:\.kts)?|"
    r"\.pre-commit-config\.yaml|lefthook\.ya?ml|package\.json|composer\.json|pyproject\.toml|[^/]+\.(?:sh|bash|mk))$|"
    r"(?:^|/)(?:scripts?|bin|tools|\.husky)/"
)
_PYTEST_FILE = re.compile(
    r"(?:^|/)(?:pyproject\.toml|pytest\.ini|\.pytest\.ini|tox\.ini|setup\.cfg|conftest\.py)$"
)
_JS_RUNNER_FILE = re.compile(
    r"(?:^|/)(?:(?:jest|vitest|vite|karma|cypress|playwright|nyc|ava|wdio)\.(?:config|conf)[^/]*|\.mocharc[^/]*|\.nycrc[^/]*|"
    r"\.c8rc[^/]*|package\.json)$"
)
_COVERAGE_FILE = re.compile(
    r"(?:^|/)(?:\.coveragerc|\.?codecov\.ya?ml|setup\.cfg|tox\.ini|pyproject\.toml|\.nycrc[^/]*)$"
)
_SNAPSHOT = re.compile(r"(?:^|/)__snapshots__/|\.(?:snap|ambr|approved\.\w+|golden)$")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line that must not appear. `where` is matched against the path, `line` against added lines."""

    where: re.Pattern[str]
    line: re.Pattern[str]
    kind: str
    what: str
    severity: Severity


def _rule(where: str | re.Pattern[str], line: str, kind: str, what: str, severity: Severity) -> Rule:
    return Rule(re.compile(where), re.compile(line), kind, what, severity)


_ANY_TEST = r"(?:^|/)(?:tests?|specs?|__tests__|e2e)/|(?:^|/)(?:test_|conftest)|[._-](?:test|spec|cy)s?\.\w+$|_test\.\w+$"
_CODE = r"\.(?:py|pyi|js|jsx|ts|tsx|mjs|cjs|go|rs|java|kt|rb|php|cs|swift|c|cc|cpp|ex|exs)$"
RULES = (
    _rule(_PYTEST_FILE, r"(?<!\S)[\"']?--(?:ignore|ignore-glob|deselect)(?:[=\s\"']|$)", "settings",
          "pytest is told to leave tests out", "high"),
    _rule(_PYTEST_FILE, r"^\s*addopts.*[\s\"'=]-k[\s\"'=]|^\s*[\"']-k\b", "settings",
          "pytest is told to run only some tests", "high"),
    _rule(_PYTEST_FILE, r"^\s*addopts.*[\s\"'=]-m[\s\"'=]", "settings", "pytest is told to run only some marks", "medium"),
    _rule(_PYTEST_FILE, r"--continue-on-collection-errors|--suppress-no-test-exit-code|--reruns\b|--exitfirst-never",
          "settings", "pytest is told to look over failures", "high"),
    _rule(_PYTEST_FILE, r"^\s*(?:collect_ignore|collect_ignore_glob|norecursedirs)\b", "settings",
          "more files are kept from pytest", "medium"),
    _rule(_PYTEST_FILE, r"^\s*(?:testpaths|python_files|python_functions|python_classes)\b", "settings",
          "pytest looks for tests elsewhere than before", "medium"),
    _rule(_PYTEST_FILE, r"^\s*(?:xfail_strict|strict|strict_xfail)\s*=\s*[\"']?(?:false|no|0)", "settings",
          "a test that should fail and passes is no error any more", "medium"),
    _rule(_JS_RUNNER_FILE, r"testPathIgnorePatterns|modulePathIgnorePatterns|--testPathIgnorePatterns", "settings",
          "the test runner is told to leave files out", "medium"),
    _rule(_JS_RUNNER_FILE, r"passWithNoTests[\"']?\s*:\s*true|--passWithNoTests|\ballowOnly[\"']?\s*:\s*true|"
          r"dangerouslyIgnoreUnhandledErrors[\"']?\s*:\s*true", "settings", "a run without tests passes now", "high"),
    _rule(_JS_RUNNER_FILE, r"\b(?:testMatch|testRegex|testNamePattern|specPattern|grep)\b[\"']?\s*:", "settings",
          "the test runner looks for other tests than before", "medium"),
    _rule(_JS_RUNNER_FILE, r"\bretries[\"']?\s*:\s*[1-9]|\bretry[\"']?\s*:\s*[1-9]", "settings",
          "failing tests are tried again", "medium"),
    _rule(_COVERAGE_FILE, r"^\s*(?:omit|exclude_lines|exclude_also)\b", "settings", "coverage leaves out more", "low"),
    _rule(_CI_FILE, r"continue-on-error:\s*true|allow_failure:\s*true|failFast:\s*false.*ignore|fail_ci_if_error:\s*false|"
          r"^\s*if:\s*(?:\$\{\{\s*)?false\b|when:\s*(?:never|manual)|soft_fail:\s*true|failure:\s*ignore|continueOnError:\s*true",
          "ci", "a failure in CI is looked over", "high"),
    _rule(r"(?:^|/)conftest\.py$", r"^def pytest_(?:runtest_makereport|pyfunc_call|runtest_call|runtest_protocol|"
          r"sessionfinish|report_teststatus)\b|hookwrapper.*", "hook", "a hook of pytest that can change results", "medium"),
    _rule(r"(?:^|/)conftest\.py$", r"\.outcome\s*=\s*[\"']passed|exitstatus\s*=\s*(?:0|\w*OK)|excinfo\s*=\s*None|"
          r"force_result\(", "hook", "results of tests are overwritten", "high"),
    _rule(r"(?:^|/)conftest\.py$", r"^def pytest_(?:collection_modifyitems|ignore_collect|itemcollected|pycollect_makeitem)\b|"
          r"items\[:\]\s*=|items\.clear\(|pytest_deselected", "hook", "a hook of pytest that can leave tests out", "medium"),
    _rule(r"(?:^|/)(?:sitecustomize|usercustomize)\.py$", r"\S", "hook", "code that runs before every Python program", "medium"),
    _rule(_ANY_TEST, r"(?<!\.)\b(?:os\._exit|sys\.exit|exit|quit|process\.exit|os\.Exit|System\.exit)\(\s*0?\s*\)", "exit",
          "a test file ends the run as if all was well", "high"),
    _rule(_CODE, r"PYTEST_CURRENT_TEST|[\"']pytest[\"']\s+in\s+sys\.modules|[\"']unittest[\"']\s+in\s+sys\.modules|"
          r"JEST_WORKER_ID|process\.env\.VITEST\b|VITEST_WORKER_ID|flag\.Lookup\(\"test\.", "special-case",
          "the code behaves differently when tests watch", "high"),
    _rule(_CODE, r"def __(?:eq|ne|bool|contains|lt|le|gt|ge)__\(self.*\).*:\s*return\s+True\b", "special-case",
          "an object that agrees with every comparison", "high"),
    _rule(r".", r"^\s*(?:#|//|/\*)\s*(?:mypy:\s*ignore-errors|ruff:\s*noqa\s*$|type:\s*ignore\s*$|flake8:\s*noqa\s*$|"
          r"pylint:\s*(?:disable=all|skip-file)|eslint-disable\s*(?:\*/)?\s*$|@ts-nocheck)", "suppressed",
          "checks are off for a whole file", "medium"),
    _rule(_CODE, r"#\s*(?:type:\s*ignore|noqa|pragma:\s*no\s*cover)|eslint-disable|@ts-(?:ignore|expect-error)|//\s*nolint|"
          r"istanbul ignore|@SuppressWarnings|#\[allow\(", "suppressed", "a check is off here", "low"),
)  # fmt: skip

# Numbers that must not sink: where, a pattern whose group 1 is the number.
_FLOORS = (
    (_COVERAGE_FILE, r"fail_under\s*[=:]\s*[\"']?(\d+(?:\.\d+)?)"),
    (re.compile(r"."), r"--(?:cov-)?fail-under[=\s]+(\d+(?:\.\d+)?)"),
    (_JS_RUNNER_FILE, r"[\"']?(?:branches|functions|lines|statements)[\"']?\s*[:=]\s*(\d+(?:\.\d+)?)"),
    (_COVERAGE_FILE, r"^\s*target:\s*[\"']?(\d+(?:\.\d+)?)"),
    (
        re.compile(r"(?:^|/)(?:pom\.xml|build\.gradle(?:\.kts)?)$"),
        r"(?:<minimum>|minimum\s*=\s*)[\"']?(\d+(?:\.\d+)?)",
    ),
)


def compare_settings(before: Mapping[str, str], after: Mapping[str, str]) -> list[TamperFinding]:
    """What changed files made of the way tests are run. A path in one mapping only was deleted or added."""
    found: list[TamperFinding] = []
    for path, text in after.items():
        old = before.get(path, "")
        added = list(added_lines(old, text))
        found += _by_rule(path, old, added)
        found += _commands(path, old, text, added)
        found += _floors(path, old, text)
        if path in before:
            found += _noted(path)
    for path in before.keys() - after.keys():
        if _CI_FILE.search(path) and _runner_lines(before[path]):
            found.append(TamperFinding(path, 1, "ci", "a CI file that ran checks was deleted", "medium"))
    return found


def _by_rule(path: str, old: str, added: list[tuple[int, str]]) -> Iterator[TamperFinding]:
    for rule in RULES:
        if not rule.where.search(path) or (rule.kind == "special-case" and is_test_path(path)):
            continue
        if not old and rule.kind == "settings" and rule.severity == "medium":
            continue  # a first configuration narrows nothing
        for number, line in added:
            match = rule.line.search(line)
            if match and not _is_comment(rule, line) and not (rule.kind == "hook" and match[0] in old):
                yield TamperFinding(
                    path, number, rule.kind, f"{rule.what}: {line.strip()[:100]}", rule.severity
                )


def _is_comment(rule: Rule, line: str) -> bool:
    return rule.kind != "suppressed" and line.lstrip().startswith(("#", "//", "*", "<!--"))


def _commands(path: str, old: str, text: str, added: list[tuple[int, str]]) -> Iterator[TamperFinding]:
    """Commands that run checks and can no longer fail, or are gone."""
    if not (_SCRIPT_FILE.search(path) or _CI_FILE.search(path)):
        return
    for number, line in added:
        if line.lstrip().startswith(("#", "//")):
            continue
        if _RUNNERS.search(line) and _CANNOT_FAIL.search(line):
            yield TamperFinding(
                path, number, "command", f"a check that cannot fail: {line.strip()[:100]}", "high"
            )
        elif _is_make(path) and re.match(r"\t-\s*\S", line) and _RUNNERS.search(line):
            yield TamperFinding(
                path, number, "command", f"make looks over a failing check: {line.strip()[:100]}", "high"
            )
        elif re.match(r"\s*(?:exit\s+0|set\s+\+e)\s*$", line) and _runner_lines(text):
            yield TamperFinding(
                path, number, "command", f"a script of checks ends early or goes on: {line.strip()}", "medium"
            )
    if path.endswith("package.json"):
        yield from _scripts(path, old, text)
        return
    gone = _gone_commands(old, text)
    if gone:
        what = f"a command that ran checks is gone: {gone[0][:100]}"
        yield TamperFinding(path, 1, "command", what, "medium" if not _runner_lines(text) else "low")


def _is_make(path: str) -> bool:
    return PurePosixPath(path).name.lower() in ("makefile", "gnumakefile") or path.endswith(".mk")


def _gone_commands(old: str, text: str) -> list[str]:
    """Check commands of the old text beyond as many as the new one runs."""
    before, now = _runner_lines(old), _runner_lines(text)
    if sum(now.values()) >= sum(before.values()):
        return []
    return list((before - now).elements())


def _runner_lines(text: str) -> Counter[str]:
    lines = (line[:LONGEST_LINE].strip() for line in text.splitlines())
    return Counter(line for line in lines if _RUNNERS.search(line) and not line.startswith(("#", "//")))


def _scripts(path: str, old: str, text: str) -> Iterator[TamperFinding]:
    """Scripts of a package.json that ran checks and now do nothing."""
    before, now = _package_scripts(old), _package_scripts(text)
    for name, command in before.items():
        if not _RUNNERS.search(command):
            continue
        if name not in now:
            yield TamperFinding(path, 1, "command", f"script {name!r}, which ran checks, is gone", "medium")
        elif not _RUNNERS.search(now[name]) and re.match(
            r"\s*(?:echo\b|true\b|:|exit\s+0|node\s+-e\s+[\"']{2})", now[name]
        ):
            yield TamperFinding(
                path, 1, "command", f"script {name!r} does nothing any more: {now[name][:80]}", "high"
            )


def _package_scripts(text: str) -> dict[str, str]:
    try:
        scripts = json.loads(text).get("scripts", {})
        return {name: command for name, command in scripts.items() if isinstance(command, str)}
    except (ValueError, AttributeError, RecursionError):
        return {}


def _floors(path: str, old: str, text: str) -> Iterator[TamperFinding]:
    """Thresholds that were lowered or taken away."""
    for where, pattern in _FLOORS:
        if not where.search(path):
            continue
        before = [float(value) for value in re.findall(pattern, old, re.MULTILINE)]
        now = [float(value) for value in re.findall(pattern, text, re.MULTILINE)]
        if len(now) < len(before):
            yield TamperFinding(path, 1, "settings", "a threshold of coverage was taken away", "high")
        elif any(value < was for was, value in zip(before, now, strict=False)):
            was, value = next((was, value) for was, value in zip(before, now, strict=False) if value < was)
            line = next(
                (number for number, one in enumerate(text.splitlines(), 1) if re.search(pattern, one)), 1
            )
            yield TamperFinding(
                path, line, "settings", f"a threshold was lowered from {was:g} to {value:g}", "high"
            )


def _noted(path: str) -> Iterator[TamperFinding]:
    if _CI_FILE.search(path):
        yield TamperFinding(path, 1, "ci", "the CI of the project was edited", "low")
    if _SNAPSHOT.search(path):
        yield TamperFinding(path, 1, "snapshot", "expected output was rewritten", "low")
