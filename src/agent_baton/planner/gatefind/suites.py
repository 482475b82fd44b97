"""Whether a repository holds tests of a language, and which files they are. A command without a suite is no gate."""

from __future__ import annotations

import re
from functools import cached_property

from agent_baton.patterns import lazy
from agent_baton.planner.look.linguist import names

from .reading import Repo, dig, strings

# Not the repository's own suite, whatever the names say.
_FOREIGN = lazy(
    r"(?:^|/)(?:vendor|vendored|_vendor|third[-_]?party|3rd[-_]?party|node_modules|bower_components|site-packages|"
    r"extern|externals?|dist|compiled|deps|subprojects|debian|\.github|testdata|test-data|cookiecutter[^/]*|\{\{[^/]*|"
    r"(?:[^/]*_)?templates?|skeleton|blueprints|scaffold(?:s|ing)?|boilerplates?)/|\.d\.[cm]?ts$"
)
# What a path must hold to be looked at closely, and how it must end: both far cheaper than the patterns.
_HINTS = (
    "test", "spec", "/t/", ".t", "check", "regress", "unit", "it.java", "examples/", "programs/", "vader", "tc_", "suite", "cest", "cept",
    ".bats", ".cy.", "/it/", "feature",
)  # fmt: skip
_ENDINGS: dict[str, tuple[str, ...]] = {
    "Python": (".py",),
    "Go": ("_test.go",),
    "Java": (".java", ".kt", ".scala", ".groovy", ".clj"),
    "Ruby": (".rb", ".feature"),
    "C": (
        ".c", ".cc", ".cpp", ".cxx", ".c++", ".h", ".hpp", ".sh", ".py", ".test", ".tcl", ".at", ".t", ".pl", ".rb", ".exp", ".m", ".f90", ".f",
    ),
    "Shell": (".bats", ".sh", ".bash", ".zsh", ".t", ".exp"),
    "Perl": (".t", ".pl"),
    "PHP": (".php", ".phpt", ".feature"),
    "Haskell": (".hs", ".lhs"),
    "OCaml": (".ml", ".t", ".mli"),
}  # fmt: skip
_SCRIPT = r"\.(?:[cm]?[jt]sx?|coffee|ls|vue|svelte)$"
_TEST_FOLDER = r"(?:^|/)(?:tests?|__tests__|specs?|test[-_]suite|t|unittests?|unit)/"
_PATTERNS: dict[str, str] = {
    "Python": r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?)\.py$|(?:^|/)(?:tests?|test_\w+)/(?:.*/)?(?!__init__|conftest|setup)[^/]+\.py$",
    "JavaScript": r"[.-](?:test|spec|tests|e2e|cy)" + _SCRIPT + "|" + _TEST_FOLDER + r"(?:.*/)?(?!\.eslintrc)[^/]+" + _SCRIPT
    + r"|^(?:tests?|specs?)[^/]*" + _SCRIPT + "|(?:^|/)tests?[-_.][^/]+" + _SCRIPT + "|(?:^|/)tests?/[^/]+\\.(?:html|json)$|_test" + _SCRIPT,
    "Go": r"_test\.go$",
    "Rust": r"(?:^|/)tests/.*\.rs$|(?:^|/)tests?\.rs$|_tests?\.rs$",
    "Java": r"(?:^|/)src/\w*[tT]est\w*/.*\.(?:java|kt|scala|groovy|clj)$|(?:^|/)(?:test|tests)/.*\.(?:java|kt|scala|groovy)$"
    r"|(?:Test|Tests|TestCase|IT|Spec)\.(?:java|kt|groovy)$|(?:^|/)\w*[tT]est/.*\.(?:java|kt)$",
    "Scala": r"(?:^|/)(?:src/)?(?:\w+-)?(?:test|it)/.*\.(?:scala|java)$|(?:Test|Tests|Spec|Suite)\.scala$|(?:^|/)tests/.*\.scala$",
    "Clojure": r"(?:^|/)test[^/]*/.*\.clj[cs]?$|_test\.clj[cs]?$",
    "Ruby": r"(?:^|/)(?:tests?|specs?)/.*\.rb$|_(?:test|spec)\.rb$|(?:^|/)(?:test|tc)_[^/]*\.rb$|\.feature$",
    "PHP": r"(?:Test|TestCase|Spec|Cest|Cept)\.php$|(?:^|/)[Tt]ests?/.*\.(?:php|phpt)$|\.phpt$|\.feature$|(?:^|/)spec/.*\.php$",
    "Elixir": r"_test\.exs$|(?:^|/)test/.*\.exs$",
    "Erlang": r"_SUITE\.erl$|_tests?\.erl$|(?:^|/)tests?/.*\.erl$",
    "Perl": r"(?:^|/)x?t/.*\.t$|(?:^|/)[^/]*\.t$|(?:^|/)test\.pl$",
    "Raku": r"(?:^|/)t/.*\.(?:t|rakutest|t6)$",
    "Lua": r"_spec\.(?:lua|moon|fnl)$|(?:^|/)(?:tests?|specs?)/.*\.(?:lua|moon)$|(?:^|/)tests?[^/]*\.lua$",
    "Shell": r"\.bats$|(?:^|/)tests?/.*\.(?:sh|bash|zsh|t|exp)$|_(?:test|spec)\.sh$|(?:^|/)test[-_][^/]*\.sh$|(?:^|/)spec/.*_spec\.sh$",
    "C": r"(?:^|/)(?:\w*[-_])?(?:tests?|unittests?|check|testsuite|t|regress|selftests?|testing|spec|examples|programs)(?:[-_]\w*)?/.*"
    r"\.(?:c|cc|cpp|cxx|c\+\+|h|hpp|sh|py|test|tcl|at|t|pl|rb|exp|m|f90|f)$|(?:^|/)tests?[-_.][^/]*\.(?:c|cc|cpp|cxx|sh|py|pl|at)$"
    r"|[-_.]?(?:tests?|unittest)\.(?:c|cc|cpp|cxx|sh)$|\.test$|(?:^|/)(?:\w*[Tt]ests?)/.*\.(?:c|cc|cpp|cxx)$",
    "Swift": r"(?:^|/)\w*Tests?/.*\.swift$",
    "Dart": r"_test\.dart$",
    "C#": r"(?:^|/)[^/]*[Tt]ests?(?:\.[^/]*)?/.*\.(?:cs|fs|vb)$|Tests?\.(?:cs|fs|vb)$|(?:^|/)[^/]*[Ss]pecs?/.*\.cs$",
    "R": r"(?:^|/)(?:tests|inst/tinytest|inst/unitTests)/.*\.[rR]$",
    "Julia": r"(?:^|/)test/.*\.jl$",
    "Nim": r"(?:^|/)tests?/.*\.nim$",
    "Crystal": r"_spec\.cr$",
    "D": r"(?:^|/)tests?/.*\.d$",
    "Haskell": r"(?:^|/)(?:\w*[-_])?(?:tests?|specs?|testsuite|unit|doctests?)(?:[-_]\w*)?/.*\.l?hs$|(?:Spec|Tests?|Doctests?)\.hs$|(?:^|/)[Tt]ests?[^/]*\.hs$",
    "OCaml": r"(?:^|/)\w*tests?\w*/.*\.(?:ml|t|mli)$|test\w*\.ml$|\.t$|(?:^|/)[^/]+\.t/run\.t$",
    "Solidity": r"\.t\.sol$|(?:^|/)test/.*\.(?:sol|js|ts)$",
    "HCL": r"\.tftest\.hcl$|(?:^|/)tests?/.*_test\.go$",
    "Emacs Lisp": r"(?:^|/)tests?/.*\.el$|[-_]tests?\.el$",
    "Vim Script": r"\.vader$|(?:^|/)tests?/.*\.vim$",
    "Tcl": r"\.test$|(?:^|/)tests?/.*\.tcl$",
    "Gleam": r"(?:^|/)test/.*\.gleam$",
    "Elm": r"(?:^|/)tests/.*\.elm$",
    "PureScript": r"(?:^|/)test/.*\.purs$",
    "Fortran": r"(?:^|/)tests?/.*\.[fF](?:90|95|03|08)?$",
    "Ada": r"(?:^|/)tests?/.*\.ad[bs]$",
    "Common Lisp": r"(?:^|/)(?:tests?|t)/.*\.lisp$|tests?\.lisp$",
    "Scheme": r"(?:^|/)tests?/.*\.(?:scm|ss|sld|rkt)$|[-_]tests?\.(?:scm|rkt)$",
    "PowerShell": r"\.[Tt]ests\.ps1$",
    "Puppet": r"(?:^|/)spec/.*_spec\.rb$",
}  # fmt: skip
_SAME = {
    "TypeScript": "JavaScript", "Vue": "JavaScript", "Svelte": "JavaScript", "CoffeeScript": "JavaScript", "TSX": "JavaScript",
    "Kotlin": "Java", "Groovy": "Java", "C++": "C", "Objective-C": "C", "Assembly": "C", "F#": "C#", "Visual Basic .NET": "C#",
    "Racket": "Scheme", "Cython": "Python", "Jupyter Notebook": "Python", "Astro": "JavaScript", "CUDA": "C", "Cuda": "C", "Vala": "C",
    "Objective-C++": "C", "Bash": "Shell", "Zsh": "Shell", "Fish": "Shell", "Terraform": "HCL",
}  # fmt: skip
# Languages whose tests stand inside the sources: extension and what a test begins with.
_INSIDE: dict[str, tuple[str, str]] = {
    "Rust": (".rs", r"#\[(?:\w+::)*(?:test|rstest|quickcheck|test_case|wasm_bindgen_test)\b|#\[cfg\(test\)\]|proptest!|doctest!|^\s*//[/!] ```"),
    "Zig": (".zig", r"^\s*test\b[^\n]*\{"),
    "D": (".d", r"^\s*unittest\b"),
    "Erlang": (".erl", r"eunit\.hrl"),
    "Haskell": (".cabal", r"(?im)^test-suite\s"),
    "Crystal": (".cr", r"^\s*describe\b"),
    "OCaml": (".ml", r"let%(?:test|expect_test)|let%test_unit"),
    "V": (".v", r"^fn test_"),
    "Nim": (".nimble", r"^task\s+test\b"),
}  # fmt: skip
MAX_OPENED = 400


def family(language: str) -> str:
    """The language under whose name a suite is counted: TypeScript tests are JavaScript tests."""
    return _SAME.get(language, language)


def _is_likely(path: str) -> bool:
    lower = f"/{path.lower()}"
    return any(hint in lower for hint in _HINTS)


class Suites:
    """The tests of a repository, by language."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._known: dict[str, tuple[str, ...]] = {}
        self._written: dict[str, bool] = {}

    @cached_property
    def _likely(self) -> list[str]:
        """Paths worth a closer look, found in one pass: most files of a large repository are none."""
        return [path for path in self._repo.files if _is_likely(path) and not _FOREIGN.search(path)]

    def of(self, language: str, folder: str = "") -> tuple[str, ...]:
        """The test files of a language below a folder."""
        language = family(language)
        if language not in self._known:
            self._known[language] = self._find(language)
        if not folder:
            return self._known[language]
        return tuple(path for path in self._known[language] if path.startswith(folder + "/"))

    def written(self, language: str) -> bool:
        """Whether any file is of this language or its family; true for languages nobody can tell by the name."""
        language = family(language)
        if language not in self._written:
            endings = tuple(
                ending for ending, known in names().by_extension.items() if language in map(family, known)
            )
            self._written[language] = not endings or any(
                path.lower().endswith(endings) for path in self._repo.files
            )
        return self._written[language]

    def any(self, folder: str = "") -> bool:
        """Whether there is a test of any language."""
        return any(self.of(language, folder) for language in _PATTERNS)

    def _find(self, language: str) -> tuple[str, ...]:
        pattern = _PATTERNS.get(language)
        found: list[str] = []
        if pattern:
            search = re.compile(pattern).search
            endings = _ENDINGS.get(language, ("",))
            found = [path for path in self._likely if path.endswith(endings) and search(path)]
        return tuple(found) or self._inside(language)

    def _inside(self, language: str) -> tuple[str, ...]:
        extension, pattern = _INSIDE.get(language, ("", ""))
        if not extension:
            return ()
        regex = re.compile(pattern, re.MULTILINE)
        sources = [
            path for path in self._repo.files if path.endswith(extension) and not _FOREIGN.search(path)
        ]
        return tuple(path for path in sources[:MAX_OPENED] if regex.search(self._repo.text(path)))[:1]

    @cached_property
    def pytest_files(self) -> tuple[str, ...]:
        """Files that pytest would collect from by its default or configured name patterns."""
        patterns = self._pytest_patterns()
        names = [re.compile("(?:.*/)?" + "[^/]*".join(map(re.escape, each.split("*")))) for each in patterns]
        return tuple(
            path
            for path in self._repo.files
            if path.endswith(".py")
            and not _FOREIGN.search(path)
            and any(name.fullmatch(path) for name in names)
        )

    def _pytest_patterns(self) -> list[str]:
        options = dig(self._repo.toml("pyproject.toml"), "tool", "pytest", "ini_options")
        native = dig(self._repo.toml("pyproject.toml"), "tool", "pytest")
        configured = strings(options.get("python_files")) or strings(native.get("python_files"))
        for path in ("pytest.ini", "tox.ini", "setup.cfg", ".pytest.ini"):
            found = re.search(
                r"^python_files\s*[=:]\s*((?:.*\n)(?:[ \t]+.+\n?)*)", self._repo.text(path), re.MULTILINE
            )
            configured = configured or (found[1].split() if found else [])
        return [part for each in configured for part in each.replace(",", " ").split()] or [
            "test_*.py",
            "*_test.py",
        ]
