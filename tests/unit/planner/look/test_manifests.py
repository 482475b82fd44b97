"""Manifest readers: text in, facts out; a broken manifest gives an empty answer, never an error."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.planner.look.manifests import (
    READERS,
    Manifest,
    compiled,
    dotnet,
    dynamic,
    javascript,
    jvm,
    python,
)
from agent_baton.planner.look.manifests.model import line_of

Reader = Callable[[str, str], Manifest]


@pytest.mark.parametrize(
    ("reader", "text", "dependencies"),
    [
        (
            python.requirements,
            "-r base.txt\n# no\nDjango>=4 ; python_version > '3'\n./local\nfoo[bar]==1 --hash=x\n",
            "Django foo",
        ),
        (python.pyproject, '[dependency-groups]\na = ["x>=1", {include-group = "b"}]\n', "x"),
        (python.pyproject, '[tool.poetry.group.dev.dependencies]\npytest = "*"\n', "pytest"),
        (
            python.setup_cfg,
            "[options]\ninstall_requires =\n  a>1\n  b\n[options.extras_require]\ntest =\n  c\n",
            "a b c",
        ),
        (python.setup_py, "setup(install_requires=['a>=1'] + EXTRA, extras_require={'x': ['b']})", "a b x"),
        (python.setup_py, "requires = ['a']\nsetup(install_requires=requires)", "a"),
        (
            python.tox,
            "[testenv]\ndeps =\n    pytest\n    py38: mock\n    -rreq.txt\ncommands = pytest\n",
            "pytest mock",
        ),
        (
            compiled.go_mod,
            "module m\nrequire a.io/b v1.2.3\nrequire (\n\tc.io/d/v2 v2.0.0 // indirect\n)\n",
            "a.io/b c.io/d/v2",
        ),
        (
            compiled.cargo,
            '[workspace.dependencies]\na = "1"\n[target."cfg(unix)".dependencies]\nb = "1"\n',
            "a b",
        ),
        (compiled.zig_zon, '.{ .name = .a, .dependencies = .{ .zap = .{ .url = "u" } } }', "zap"),
        (compiled.conanfile, "[requires]\nfmt/10.2.1\nzlib/[>=1.2]\n", "fmt zlib"),
        (
            compiled.podfile,
            "target 'A' do\n  pod 'Alamofire', '~> 5'\n  pod 'Firebase/Core'\nend\n",
            "Alamofire Firebase",
        ),
        (
            jvm.gradle,
            "plugins { id 'io.quarkus' }\nimplementation('a.b:c:1')\ntestImplementation platform(\"d:e:2\")",
            "a.b:c d:e io.quarkus",
        ),
        (
            jvm.deps_edn,
            '{:deps {a/b {:mvn/version "1"} ; x/y {:mvn/version "2"}\n c {:local/root ".."}}}',
            "a/b c",
        ),
        (jvm.sbt, 'libraryDependencies += "a.b" %% "c" % "1"', "a.b:c"),
        (
            dotnet.project,
            '<PackageReference Include="A.B" Version="1"/><PackageVersion Include="C"/>',
            "A.B C",
        ),
        (dynamic.gemfile, "gem 'rails', '~> 7'\n  gem \"pg\"\n# gem 'no'\n", "rails pg"),
        (dynamic.mix, 'defp deps do\n [{:phoenix, "~> 1.7"}, {:a, path: "../a"}]\nend', "phoenix a"),
        (
            dynamic.cabal,
            "library\n  build-depends: base >= 4\n               , aeson\n  exposed-modules: A\n",
            "base aeson",
        ),
        (dynamic.rockspec, 'package = "a"\ndependencies = { "lua >= 5.1", "lpeg" }', "lua lpeg"),
        (dynamic.r_description, "Package: a\nImports:\n    dplyr (>= 1),\n    rlang\n", "dplyr rlang"),
        (dynamic.terraform, 'aws = {\n source = "hashicorp/aws"\n}\nprovider "google" {}\n', "aws google"),
        (javascript.deno, '{ // c\n "imports": {"a": "jsr:@std/a@1", "b": "npm:hono@^4"},\n}', "@std/a hono"),
    ],
)
def test_dependencies_are_read(reader: Reader, text: str, dependencies: str) -> None:
    """Every spelling of a dependency that a reader knows is found, and nothing else."""
    assert sorted(reader("x", text).dependencies) == sorted(dependencies.split())


@pytest.mark.parametrize(
    ("fields", "manager"),
    [
        ({"packageManager": "yarn@4.1.0"}, "yarn"),
        ({"engines": {"node": ">=18", "pnpm": ">=8"}}, "pnpm"),
        ({"engines": {"yarn": "please use npm"}}, None),
        ({"volta": {"node": "20", "yarn": "1.22"}}, "yarn"),
        ({"pnpm": {"overrides": {}}}, "pnpm"),
        ({"scripts": {"preinstall": "npx only-allow pnpm"}}, "pnpm"),
        ({"scripts": {"build": "yarn clean && tsc"}}, "yarn"),
        ({"scripts": {"test:pnpm": "pnpm install"}}, None),
        ({"scripts": {"a": "npm run b", "c": "npm run d", "e": "yarn f"}}, None),
        ({"dependencies": {"a": "catalog:"}}, "pnpm"),
        ({"dependencies": {"a": "workspace:*"}, "resolutions": {}}, "yarn"),
        ({}, None),
    ],
)
def test_package_json_names_its_manager(fields: dict[str, object], manager: str | None) -> None:
    """Each way a package.json tells which manager its people use."""
    tools = javascript.package_json("package.json", json.dumps({"name": "a", **fields})).tools
    assert (tools[0][0] if tools else None) == manager


@pytest.mark.parametrize(
    ("text", "manager"),
    [
        ("[tool.uv.sources]\na = {git = 'x'}\n", "uv"),
        ("[tool.pdm]\ndistribution = true\n", "pdm"),
        ("[tool.pdm.version]\nsource = 'scm'\n", None),
        ("[tool.hatch.envs.default]\n", "hatch"),
        ("[tool.hatch.version]\npath = 'a'\n", None),
        ("[build-system]\nbuild-backend = 'uv_build'\n", "uv"),
        ("[build-system]\nbuild-backend = 'poetry.core.masonry.api'\n", "poetry"),
        ("[build-system]\nbuild-backend = 'setuptools.build_meta'\n", None),
    ],
)
def test_pyproject_names_its_manager(text: str, manager: str | None) -> None:
    """A tool's own table or backend names it; a build plugin's table does not."""
    tools = python.pyproject("pyproject.toml", text).tools
    assert (tools[0][0] if tools else None) == manager


def test_console_scripts_lead_to_files() -> None:
    """An entry point names the module, and so the candidates for its file."""
    manifest = python.pyproject("pyproject.toml", '[project.scripts]\nshop = "shop.cli:main"\n')
    assert {"shop/cli.py", "src/shop/cli.py"} <= set(manifest.entry_points)


def test_maven_own_name_is_not_the_parents() -> None:
    """The parent's artifact comes first in the file and is another project."""
    text = "<project><parent><artifactId>p</artifactId></parent><artifactId>own</artifactId></project>"
    assert jvm.pom("pom.xml", text).name == "own"


def test_settings_gradle_modules_become_folders() -> None:
    """ ":lib:core" is lib/core, over several lines and with either quote."""
    text = "include(\n  \":app\",\n  ':lib:core'\n)\ninclude ':web'\n"
    assert jvm.gradle_settings("settings.gradle", text).members == ("app", "lib/core", "web")


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@given(text=st.text(alphabet=st.sampled_from("{}[]()<>\"'=:,;.#-*/\\ \n\tanx01é\0"), max_size=200))
def test_readers_survive_anything(reader: Reader, text: str) -> None:
    """No text makes a reader fail."""
    reader("a/b", text)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        "- " * 30_000,
        "&a [*a,*a]\n" * 3_000,
        "<dependency>" * 9_000,
        "((" * 50_000,
        "\n" * 100_000,
        " " * 100_000,
        "a = [" * 20_000,
        '"""' * 9_000,
        "include(" * 9_000,
        "{deps, [" * 9_000,
        "gem '" * 9_000,
        "<PackageReference " * 9_000,
        "require (\n" * 9_000,
        '"a"' * 40_000,
        "<project " * 12_000,
        "build-depends:\n ,\n" * 9_000,
        "depends = {" * 9_000,
        ".dependencies = .{" * 6_000,
        "find_package(" * 9_000,
    ],
    ids=range(21),
)
@pytest.mark.timeout(20)
def test_readers_end_soon_on_hostile_text(reader: Reader, text: str) -> None:
    """Deep nesting and endless beginnings neither overflow nor stall a reader."""
    reader("a/b", text)


def test_a_line_is_the_declaration_and_not_a_comment() -> None:
    """Whole names, quoted ones first, comments last."""
    text = "# needs react\nx = ['react-dom']\ny = ['react>=18']\n"
    assert line_of(text, "react") == (3, "y = ['react>=18']")


def test_a_line_is_cut_and_a_missing_word_has_none() -> None:
    """Evidence stays short, and says so when the file spells the name in another way."""
    assert len(line_of("a" * 150 + " x " + "b" * 900, "x")[1]) == 200
    assert line_of("nothing here", "react") == (0, "react")
