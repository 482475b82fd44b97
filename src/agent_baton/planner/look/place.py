"""What part a file plays, told from its path: product source, test, example, documentation, vendored…"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from agent_baton.patterns import lazy

Place = Literal["source", "tooling", "test", "fixture", "example", "docs", "built", "generated", "vendored"]

_FOLDERS: dict[Place, tuple[str, ...]] = {
    "vendored": (
        "vendor", "vendors", "vendored", "_vendor", "_vendored", "third_party", "third-party", "thirdparty",
        "3rdparty",
        "3rd-party", "3rd_party", "extern", "external", "externals", "node_modules", "bower_components",
        "godeps",
        "pods", "carthage", "site-packages", "gnulib", ".yarn", "jspm_packages", "web_modules", "submodules",
        "contrib-libs", "flow-typed", "deps", "subprojects", "dependencies",
    ),
    "generated": ("__generated__", "htmlcov", "autogen", "generated", "gen-src", "generated-src", ".sqlx"),
    "fixture": (
        "fixtures", "fixture", "__fixtures__", "testdata", "test-data", "test_data", "__snapshots__",
        "snapshots",
        "cassettes", "golden", "goldens", "corpus", "corpora", "seed_corpus", "__mocks__", "locale",
        "locales",
        "translations",
    ),
    "docs": (
        "docs", "doc", "documentation", "man", "manual", "manuals", "javadoc", "groovydoc", "apidoc",
        "doxygen",
        "website", "docs-src", "docs_src", "guides", "changes", "changelog.d", "newsfragments",
    ),
    "test": (
        "test", "tests", "__tests__", "spec", "specs", "testing", "testsuite", "test-suite", "testsuites",
        "t", "e2e",
        "unittest", "unittests", "androidtest", "cypress", "features", "bench", "benches", "benchmark",
        "benchmarks", "fuzz", "fuzzing", "perf", "dtslint", "type-tests",
        "test-d", "__tests_dts__", "conformance", "asv_bench",
    ),
    "example": (
        "example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials", "playground",
        "playgrounds", "sandbox", "stories",
    ),
    "tooling": (
        "scripts", "script", "tools", "tool", "ci", ".ci", ".github", ".gitlab", ".circleci", ".buildkite",
        "hack",
        "contrib", "build-aux", "autotools", "m4", "debian", "packaging", "etc", "maint", "devtools",
        "dev-tools", ".devcontainer", ".vscode", ".husky", "buildscripts", "buildsrc", "build-logic",
        "cmake", "gradle", ".mvn", "win32", "msvc", "vcbuild", "vs", ".storybook", ".binder", ".changeset",
    ),
}  # fmt: skip
_PLACE_OF: dict[str, Place] = {name: place for place, names in _FOLDERS.items() for name in names}
# When folders of a path disagree, the one listed first decides: tests/vendor is vendored, docs/tests is docs.
_ORDER: tuple[Place, ...] = ("vendored", "generated", "fixture", "docs", "test", "example", "tooling")
# How many folders may stand above a name for it to mean this; deeper it is a product's own word
# ("src/app/features", "lib/generators/spec"). Unlisted names mean it at any depth.
_MAX_DEPTH = dict.fromkeys(
    (
        "deps", "subprojects", "dependencies", "features", "t", "changes", "guides", "manual", "man", "etc",
        "contrib",
        "tools", "tool", "scripts", "script", "ci", "hack", "m4", "maint", "packaging", "win32", "vs",
        "gradle",
        "website", "sandbox", "playground", "perf", "samples", "sample",
    ),
    0,
) | dict.fromkeys(
    (
        "spec", "specs", "testing", "external", "extern", "docs", "doc", "documentation", "golden", "corpus",
        "demo",
    ),
    2,
)  # fmt: skip
_TEST_FOLDER = lazy(r".*[-_.](?:tests?|specs?|e2e|benchmarks?)$")

_TEST_HINTS = ("test", "spec", "e2e", ".cy.", ".tst.", "suite", ".bats", "it.java", "it.kt")
_TEST_FILE = lazy(
    r"""(?x) ^(?:
        test_.*\.pyi? | .*_test\.(?:py|go|dart|exs?|cc|cpp|cxx|c|rb|php|lua|ml|zig|jl|nim|cr|rs|clj[cs]?)
      | .*[._-](?:test|spec|e2e|cy|test-d|tst)\.[cm]?[jt]sx?
      | tests?(?:[_-].*)?\.(?:lua|c|cc|cpp|bats|sh|bash|zsh|hs|R|r|jl|nim|rs|scm|el|[cm]?js|jsx|tsx?|py)
      | .*_(?:spec|test)\.(?:rb|lua|cr|fnl|moon) | .*\.bats
      | .*(?:Test|Tests|TestCase|(?<=[a-z])IT|Specs?|Suite)
          \.(?:java|kts?|scala|groovy|cs|fs|vb|swift|php|hs|mm?)
      | .*-(?:test|spec|tests)\.(?:rb|el|lua|js|clj|R) | conftest\.py
    )$"""
)
_GENERATED_ENDINGS = (
    "_pb2.py", "_pb2.pyi", "_pb2_grpc.py", ".pb.go", ".pb.gw.go", ".pb.validate.go", ".pb.cc", ".pb.h",
    ".pb.c",
    ".pb.swift", ".pb.dart", ".pb.rb", "_pb.js", "_pb.ts", "_pb.d.ts", "_pb.rb", ".g.dart", ".freezed.dart",
    ".gr.dart", ".mocks.dart", ".g.cs", ".g.i.cs", ".g.ts", ".g.kt", ".designer.cs", ".Designer.cs",
    ".designer.vb",
    ".Designer.vb", ".min.js", ".min.mjs", ".min.cjs", ".min.css", "-min.js", ".bundle.js", "-bundle.js",
    "_rc.py",
    "_tlb.pas", ".js.flow", ".zep.c", ".zep.h", ".tab.c", ".tab.h", ".tab.cc", ".tab.hh", ".tab.cpp",
)  # fmt: skip
_GENERATED_NAMES = frozenset(
    (
        "bindata.go",
        "y.tab.c",
        "y.tab.h",
        "lex.yy.c",
        "lex.yy.cc",
        "parsetab.py",
        "lextab.py",
        "R.java",
        "BuildConfig.java",
    )
)
_GENERATED_FILE = lazy(r"^(?:.*[._-]gen(?:erated)?\.\w+|zz_generated.*\.go|(?:moc|qrc)_.*\.cpp|ui_.*\.h)$")
# The furniture that autotools, wrappers and installers leave: nobody's source, whatever its language.
_FURNITURE = frozenset(
    (
        "configure", "configure.gnu", "config.guess", "config.sub", "config.rpath", "config.status",
        "config.h.in",
        "aclocal.m4", "ltmain.sh", "libtool.m4", "ltoptions.m4", "ltsugar.m4", "ltversion.m4",
        "lt~obsolete.m4",
        "install-sh", "depcomp", "missing", "mkinstalldirs", "ylwrap", "test-driver", "ar-lib", "compile",
        "py-compile",
        "texinfo.tex", "Makefile.in", "gradlew", "gradlew.bat", "mvnw", "mvnw.cmd", "waf", "versioneer.py",
        "_version.py", "ez_setup.py", "get-pip.py", "erlang.mk", "rebar", "dotnet-install.sh",
        "dotnet-install.ps1",
        "cpplint.py", "ppport.h", ".pnp.js", ".pnp.cjs", ".pnp.mjs", "sbt", "lein", "lein.bat", "doctools.js",
        "searchtools.js", "language_data.js", "html5shiv.js", "respond.js",
    )
)  # fmt: skip
_COPIED_LIBRARY = lazy(
    r"^(?:jquery(?:[-.][\w.-]*)?|underscore(?:-[\w.]+)?|modernizr.*|mathjax.*|bootstrap(?:[.-][\w.-]*)?)\.(?:js|css)$"
)
_BUILT_FOLDERS = frozenset(
    (
        "dist", "build", "out", "umd", "esm", "cjs", "es5", "es6", "es2015", "es2020", "lib-esm", "lib-cjs",
        "esnext",
        "fesm5", "fesm2015", "fesm2020", "fesm2022", "bundles", "_esm5", "_esm2015", "_esm2020",
        "distribution", "amd",
        "dist-es", "dist-cjs", "dist-types", "dist-node", "dist-web", "dist-src", "lib-amd", "commonjs",
        "_cjs",
        "public-dist", "static-dist", "labextension", "build-module", "build-types", "prebuilt", "prebuilds",
    )
)  # fmt: skip
_BUILT_ENDINGS = (".js", ".mjs", ".cjs", ".css", ".d.ts", ".d.mts", ".d.cts", ".html", ".map", ".json")


def place_of(path: str) -> Place:
    """The part `path` plays. Contents may still show that a source file was generated or built."""
    folder, _, name = path.rpartition("/")
    place, built = _folder_place(folder)
    if place in ("vendored", "generated", "fixture"):
        return place
    if name in _FURNITURE or (name.endswith((".js", ".css")) and _COPIED_LIBRARY.match(name)):
        return "vendored"
    if name.endswith(_GENERATED_ENDINGS) or name in _GENERATED_NAMES or _GENERATED_FILE.match(name):
        return "generated"
    if built and name.endswith(_BUILT_ENDINGS):
        return "built"
    if place in ("source", "tooling") and is_test_file(name) and "src/main/" not in path:
        return "test"
    return place


def is_test_file(path: str) -> bool:
    """Whether the file's own name says that it holds tests, wherever it lies."""
    name = path.rpartition("/")[2]
    lower = name.lower()
    return any(hint in lower for hint in _TEST_HINTS) and bool(_TEST_FILE.match(name))


@lru_cache(maxsize=65_536)
def _folder_place(folder: str) -> tuple[Place, bool]:
    """The place that a file's folders give it, and whether one of them holds build output."""
    parts = folder.lower().split("/") if folder else []
    places = {_part_place(part, depth) for depth, part in enumerate(parts)}
    if "/src/main/" in f"/{folder}/":
        places -= {
            "test",
            "example",
            "tooling",
            "docs",
            "generated",
        }  # Maven's and Gradle's layout is explicit
    place: Place = next((each for each in _ORDER if each in places), "source")
    return place, any(part in _BUILT_FOLDERS for part in parts)


def _part_place(part: str, depth: int) -> Place:
    if depth > _MAX_DEPTH.get(part, depth):
        return "source"
    if part.startswith(("vendored", "vendor-", "vendor_")) or part.endswith((".framework", ".xcframework")):
        return "vendored"
    unknown: Place = "tooling" if part.startswith(".") else "test" if _TEST_FOLDER.match(part) else "source"
    return _PLACE_OF.get(part, unknown)
