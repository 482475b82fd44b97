"""Members, runtimes, migrations, infrastructure, owners and the rest, each from a small repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.planner.facts import Owner
from agent_baton.planner.look import look
from tests.support.repositories import build

WORKSPACES: dict[str, tuple[dict[str, str], list[str]]] = {
    "npm": (
        {
            "package.json": '{"workspaces": ["packages/*", "tools/cli"], "private": true}',
            "packages/a/package.json": '{"name": "@x/a"}',
            "packages/b/package.json": '{"name": "@x/b"}',
            "packages/b/test/fixtures/p/package.json": '{"name": "no"}',
            "tools/cli/package.json": '{"name": "cli"}',
        },
        ["packages/a", "packages/b", "tools/cli"],
    ),
    "pnpm with an exclusion": (
        {
            "pnpm-workspace.yaml": "packages:\n  - 'apps/**'\n  - '!apps/old'\n",
            "package.json": '{"name": "r"}',
            "apps/web/package.json": '{"name": "w"}',
            "apps/old/package.json": '{"name": "o"}',
            "apps/x/deep/package.json": '{"name": "d"}',
        },
        ["apps/web", "apps/x/deep"],
    ),
    "cargo": (
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/skip"]\n',
            "crates/a/Cargo.toml": '[package]\nname = "a"\n',
            "crates/a/src/lib.rs": "fn a() {}\n",
            "crates/skip/Cargo.toml": '[package]\nname = "skip"\n',
        },
        ["crates/a"],
    ),
    "go.work": (
        {
            "go.work": "go 1.22\n\nuse (\n\t./api\n\t./lib\n)\n",
            "api/go.mod": "module x/api\n",
            "lib/go.mod": "module x/lib\n",
        },
        ["api", "lib"],
    ),
    "uv": (
        {
            "pyproject.toml": '[project]\nname = "r"\n[tool.uv.workspace]\nmembers = ["libs/*"]\n',
            "libs/a/pyproject.toml": '[project]\nname = "a"\n',
        },
        ["libs/a"],
    ),
    "maven": (
        {
            "pom.xml": "<project><artifactId>p</artifactId><module>core</module></project>",
            "core/pom.xml": "<project><artifactId>core</artifactId></project>",
        },
        ["core"],
    ),
    "gradle, build files by another name": (
        {
            "settings.gradle.kts": 'include("app")\n',
            "app/app.gradle.kts": "",
            "app/src/main/kotlin/A.kt": "class A\n",
        },
        ["app"],
    ),
    "dotnet": (
        {
            "A.sln": 'Project("{1}") = "Core", "src\\Core\\Core.csproj", "{2}"\n',
            "src/Core/Core.csproj": "<Project/>",
        },
        ["src/Core"],
    ),
    "mix umbrella": (
        {
            "mix.exs": 'def project, do: [apps_path: "apps"]\n',
            "apps/web/mix.exs": "def project, do: [app: :web]\n",
        },
        ["apps/web"],
    ),
    "dart": (
        {"melos.yaml": "packages:\n  - packages/**\n", "packages/a/pubspec.yaml": "name: a\n"},
        ["packages/a"],
    ),
    "undeclared": (
        {
            "api/go.mod": "module api\n",
            "web/package.json": '{"name": "web"}',
            "docs/package.json": '{"name": "docs"}',
            "examples/x/package.json": '{"name": "x"}',
            "vendor/y/package.json": '{"name": "y"}',
        },
        ["api", "web"],
    ),
}


@pytest.mark.parametrize("name", WORKSPACES)
def test_members_of_a_workspace(name: str, tmp_path: Path) -> None:
    """Declared members, and undeclared folders with a manifest; never examples, fixtures or the root."""
    files, expected = WORKSPACES[name]
    assert [member.path for member in look(build(tmp_path, files)).members] == expected


def test_a_member_has_its_own_name_language_and_evidence(tmp_path: Path) -> None:
    """The manifest's name, the language of its sources, the line that declares it."""
    files = {
        "package.json": '{\n  "workspaces": [\n    "packages/*"\n  ]\n}',
        "packages/ui/package.json": '{"name": "@shop/ui"}',
        "packages/ui/src/a.ts": "const a = 1\n" * 9,
    }
    member = look(build(tmp_path, files)).members[0]
    assert (member.name, member.language) == ("@shop/ui", "TypeScript")
    assert (member.evidence.path, member.evidence.line) == ("package.json", 3)


def test_runtimes_come_from_version_files_and_manifests(tmp_path: Path) -> None:
    """Every declaration is kept, the version files first."""
    files = {
        ".python-version": "3.12\n",
        ".nvmrc": "v20.1.0\n",
        ".tool-versions": "erlang 26.2\nnodejs 20.1.0\nawscli 2\n",
        "rust-toolchain.toml": '[toolchain]\nchannel = "1.79"\n',
        "pyproject.toml": '[project]\nrequires-python = ">=3.10"\n',
        "go.mod": "module a\n\ngo 1.22\n",
        "package.json": '{"engines": {"node": ">=18"}}',
    }
    found = {(each.name, each.version) for each in look(build(tmp_path, files)).runtimes}
    assert found == {
        ("python", "3.12"),
        ("python", ">=3.10"),
        ("node", "20.1.0"),
        ("node", ">=18"),
        ("erlang", "26.2"),
        ("rust", "1.79"),
        ("go", "1.22"),
    }


def test_migrations_are_folders_with_numbered_files(tmp_path: Path) -> None:
    """Django, Rails, Alembic, Flyway, Prisma, Ecto, Knex, goose; not a package that implements them."""
    files = dict.fromkeys(
        [
            "shop/migrations/0001_initial.py",
            "db/migrate/20240101120000_create_users.rb",
            "alembic/versions/3fa9c0d1_a.py",
            "src/main/resources/db/migration/V1__init.sql",
            "prisma/migrations/20240101_init/migration.sql",
            "priv/repo/migrations/20240101120000_a.exs",
            "knex/migrations/20240101_a.js",
            "sql/migrations/00001_a.sql",
            "database/migrations/2024_01_01_000000_a.php",
            "django/db/migrations/executor.py",
            "tests/migrations/0001_a.py",
            "docs/changelog/1.0.md",
            "src/versions/compare.ts",
        ],
        "x\n",
    )
    assert look(build(tmp_path, files)).migrations == (
        "alembic/versions",
        "database/migrations",
        "db/migrate",
        "knex/migrations",
        "prisma/migrations",
        "priv/repo/migrations",
        "shop/migrations",
        "sql/migrations",
        "src/main/resources/db/migration",
    )


def test_everything_has_its_place(tmp_path: Path) -> None:
    """Infrastructure, documentation, data, generated code, tests and entry points, each where it belongs."""
    files = {
        "Dockerfile": "FROM a\n",
        "api/Dockerfile.dev": "",
        "docker-compose.prod.yml": "",
        ".github/workflows/ci.yml": "",
        "infra/main.tf": "",
        "k8s/web.yaml": "",
        "Jenkinsfile": "",
        "src/app.yaml.py": "x\n",
        "README.md": "# a\n",
        "docs/a.rst": "a\n",
        "data/prices.csv": "",
        "data/a.json": "{}",
        "src/a.json": "{}",
        "api/a_pb2.py": "x\n",
        "src/shop/__main__.py": "x\n",
        "cmd/x/main.go": "package main\n",
        "src/shop/a.py": "x\n",
        "tests/test_a.py": "x\n",
        "tests/fixtures/b.py": "x\n",
        "benchmarks/test_speed.py": "x\n",
        "tests/data/a.csv": "",
    }
    facts = look(build(tmp_path, files))
    assert set(facts.infrastructure) == {
        "Dockerfile",
        "api/Dockerfile.dev",
        "docker-compose.prod.yml",
        ".github/workflows/ci.yml",
        "infra/main.tf",
        "k8s/web.yaml",
        "Jenkinsfile",
    }
    assert facts.docs == ("README.md", "docs/a.rst")
    assert facts.data == ("data/a.json", "data/prices.csv")
    assert facts.generated == ("api/a_pb2.py",)
    assert facts.tests == ("tests/test_a.py",)
    assert set(facts.entry_points) == {"src/shop/__main__.py", "cmd/x/main.go"}


def test_declared_entry_points_come_first(tmp_path: Path) -> None:
    """What the manifest names counts when it is there."""
    files = {
        "pyproject.toml": '[project]\nname = "a"\n[project.scripts]\na = "shop.cli:main"\nb = "gone:main"\n',
        "src/shop/cli.py": "x\n",
        "app.py": "x\n",
    }
    assert look(build(tmp_path, files)).entry_points == ("src/shop/cli.py", "app.py")


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("* @a @b\n\n# c\n/docs/ x@y.z # why\n", [("*", ("@a", "@b")), ("/docs/", ("x@y.z",))]),
        ("a\\ b/ @c\n\\#odd @d\n", [("a b/", ("@c",)), ("#odd", ("@d",))]),
        ("/free/\n", [("/free/", ())]),
        (
            "[Docs] @writers\n*.md\n*.rst @x\n^[Other][2]\n/a\n",
            [("*.md", ("@writers",)), ("*.rst", ("@x",)), ("/a", ())],
        ),
    ],
)
def test_owners(text: str, rules: list[tuple[str, tuple[str, ...]]], tmp_path: Path) -> None:
    """Patterns in file order with their owners; comments, escapes and GitLab's sections understood."""
    facts = look(build(tmp_path, {".github/CODEOWNERS": text, "docs/CODEOWNERS": "* @never\n"}))
    assert facts.owners == tuple(Owner(*rule) for rule in rules)
