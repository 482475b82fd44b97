"""What the name of a task, job or file says about what it checks."""

from __future__ import annotations

from agent_baton.patterns import lazy
from agent_baton.planner.facts import GateKind

_TEST = lazy(
    r"(?i)^(?:(?:run[-_:.]?)?(?:(?:unit|js|py|python|go|node|cpp|rust|backend|server|core|all|ci|full|quick|fast|local|only|main|mocha|jest|vitest|x|coverage|cov)[-_:.]?)*"
    r"(?:tests?|specs?|unittests?|pytests?|testall|runtests?|mocha|jest|vitest|units?|testsuite|phpunit|rspec)"
    r"(?:[-_:.]?(?:all|ci|unit|units|py|python|py\d+|js|node|go|run|full|quick|fast|cov|coverage|only|local|suite|dev|mocha|jest|vitest|with[-_]cov(?:erage)?|src|main|race|php|no[-_]cov|cpp))*)$"
    r"|^(?:check|checks|coverage|cov|verify)$"
)
_LINT = lazy(
    r"(?i)(?:^|[-_:.\s/])(?:lint(?:s|ers?|ing|er)?|eslint|flake8?|style|pep8|ruff|black|isort|prettier|xo|biome|pre-?commit|qa|quality|clippy|rubocop|pylint|"
    r"codestyle|code-?style|checkstyle|ktlint|detekt|credo|phpcs|cs|cs-check|check-cs|php-cs-fixer|golint|vet|golangci(?:-lint)?|shellcheck|luacheck|hlint|jshint|"
    r"(?:check-?)?(?:format|fmt|formatting)(?:-?check)?|static-?analysis|analy[sz]e|spotless\w*|pycodestyle|tslint|stylelint|oxlint|bandit|codespell|mdlint|markdownlint)(?:$|[-_:.\s/])"
)
_TYPES = lazy(
    r"(?i)(?:^|[-_:.\s/])(?:types?|type-?check(?:s|ing|er)?|check-?types?|typings?|mypy|pyright|basedpyright|tsc|ty|phpstan|psalm|dialyzer|sorbet|flow|tsd|dtslint|pyre|pytype)(?:$|[-_:.\s/])"
)
_BUILD = lazy(
    r"(?i)^(?:build|compile|dist|package|bundle|make|all|assemble|webpack|rollup)(?:[-_:.](?:all|prod|production|lib|src|dist|js|ts|cjs|esm|types|bundle|ci))*$"
)
_SPECIAL = lazy(
    r"(?i)(?:^|[-_:.\s/])(?:integrations?|integ|e2e|end-?(?:to|2)-?end|smoke|perf|performance|bench(?:es|mark(?:s|ing)?)?|fuzz(?:ing|er)?|browsers?|acceptance|visual|system|live|"
    r"docker|stress|load|functional|selenium|cypress|playwright|karma|saucelabs?|sauce|browserstack|wasm|android|ios|emulator|wpt|canary|nightly|downstream|upstream|compat\w*|"
    r"examples?|docs?|doctests?|demo|memory|leaks?|valgrind|asan|ubsan|tsan|msan|sanitize\w*|miri|mutation|mutants?|snapshots?|external|remote|network|slow|gpu|cuda|windows|macos|osx|win32|win|"
    r"minimal|lowest|oldest|min(?:imum)?-?(?:versions?|deps)?|pypy\w*|dist(?:ribution)?|installed|packaging|install|watch|debug|update|inspect|tdd|deno|bun|alpine|freebsd|cross|msrv|"
    r"freestanding|32-?bits?|i386|arm\w*|s390x|big-?endian|musl|no[-_]?std|interop|conformance|tutorials?|notebooks?|dev|devel|prerelease|next|experimental|free-?threaded|nogil|regress(?:ion)?s?)(?:$|[-_:.\s/])"
)
_ABOUT_TESTS = lazy(r"(?i)(?:^|[-_:./])tests?(?:$|[-_:./])")
_AROUND_TESTS = lazy(
    r"(?i)(?:^|[-_:./])(?:deps|dependencies|dir|dirs|list|fetch|download|clean|setup|prepare|image|images|results?)(?:$|[-_:./])"
)
MAX_NAME = 80
_NOT_LOCAL = lazy(
    r"(?i)(?:^|[-_:.\s/])(?:watch|tdd|debug|update|inspect|interactive|open|ui|serve|dev|start|preview|bless|fix|write)(?:$|[-_:.\s/])"
)


def kind_of(name: str) -> GateKind | None:
    """The check that a task's name promises, None when it promises none."""
    if len(name) > MAX_NAME:
        return None
    if _TYPES.search(name) and not _TEST.match(name):
        return "types"
    if (_LINT.search(name) or name == "standard") and not _TEST.match(name):
        return "lint"
    if _TEST.match(name) or (_ABOUT_TESTS.search(name) and not _AROUND_TESTS.search(name)):
        return "test"
    return "build" if _BUILD.match(name) else None


def is_test_name(name: str) -> bool:
    """Whether the name is one under which people keep their whole suite: "test", "tests", "check", "test-all"."""
    return len(name) <= MAX_NAME and bool(_TEST.match(name))


def is_special(name: str) -> bool:
    """Whether the name says that this is not the everyday suite: end-to-end, benchmarks, other platforms."""
    return bool(_SPECIAL.search(name))


def is_interactive(name: str) -> bool:
    """Whether the name says that the task waits for a person or rewrites files."""
    return bool(_NOT_LOCAL.search(name))
