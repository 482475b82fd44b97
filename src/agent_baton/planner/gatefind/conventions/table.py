"""One line per ecosystem: which file makes which command the usual one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_baton.planner.facts import GateKind
from agent_baton.records import Record, replace

from ..meaning import Inspector
from ..reading import Repo
from ..shell import calls_in
from ..sightings import Sighting

MAX_SEARCHED = 300_000  # characters of a manifest


class Usual(Record):
    """`pattern` names the file (a shell pattern, in the folder); `says` must stand in it."""

    pattern: str
    command: str
    says: str = ""
    weight: int = 0


# Where several rows hold, the weight says which is the better one.
TESTS: tuple[Usual, ...] = (
    Usual("go.mod", "go test ./..."),
    Usual("go.work", "go test work", weight=2),
    Usual("Cargo.toml", "cargo test --workspace", r"^\[workspace\]", 2),
    Usual("Cargo.toml", "cargo test"),
    Usual("mvnw", "./mvnw test", weight=2),
    Usual("pom.xml", "mvn test"),
    Usual("gradlew", "./gradlew test", weight=2),
    Usual("build.gradle", "gradle test"),
    Usual("build.gradle.kts", "gradle test"),
    Usual("settings.gradle*", "gradle test"),
    Usual("build.xml", "ant test", r"<target[^>]*name=\"test\"", -2),
    Usual("build.sbt", "sbt test"),
    Usual("project/Build.scala", "sbt test"),
    Usual("build.sc", "mill __.test"),
    Usual("build.mill", "mill __.test"),
    Usual("project.clj", "lein test"),
    Usual("deps.edn", "clojure -M:test", r":test\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,200}\}){0,200}\}){0,200}?:main-opts", 1),
    Usual("deps.edn", "clojure -X:test", r":test\b"),
    Usual("mix.exs", "mix test"),
    Usual("rebar.config", "rebar3 eunit"),
    Usual("stack.yaml", "stack test", weight=2),
    Usual("cabal.project", "cabal test all", weight=1),
    Usual("*.cabal", "cabal test"),
    Usual("package.yaml", "stack test", r"^tests:"),
    Usual("Package.swift", "swift test"),
    Usual("pubspec.yaml", "flutter test", r"^\s+sdk:\s*flutter|^flutter:", 1),
    Usual("pubspec.yaml", "dart test"),
    Usual("build.zig", "zig build test", r"\.step\(\s*\"test\""),
    Usual("*.sln", "dotnet test", weight=1),
    Usual("*.slnx", "dotnet test", weight=1),
    Usual("*.csproj", "dotnet test"),
    Usual("*.fsproj", "dotnet test"),
    Usual("dune-project", "dune test"),
    Usual("*.nimble", "nimble test"),
    Usual("shard.yml", "crystal spec"),
    Usual("dub.*", "dub test"),
    Usual("gleam.toml", "gleam test"),
    Usual("foundry.toml", "forge test"),
    Usual("elm.json", "elm-test"),
    Usual("spago.*", "spago test"),
    Usual("fpm.toml", "fpm test"),
    Usual("Project.toml", "julia --project -e 'using Pkg; Pkg.test()'", r"^uuid\s*="),
    Usual("DESCRIPTION", "Rscript -e 'devtools::test()'", r"^Package:"),
    Usual("META6.json", "prove6 -l t"),
    Usual(".busted", "busted", weight=2),
    Usual("spec/*_spec.lua", "busted"),
    Usual("*.rockspec", "busted", r"busted"),
    Usual(".shellspec", "shellspec"),
    Usual("test/*.bats", "bats test"),
    Usual("tests/*.bats", "bats tests"),
    Usual("deno.json*", "deno test"),
    Usual("MODULE.bazel", "bazel test //..."),
    Usual("WORKSPACE", "bazel test //...", weight=-6),
    Usual("*.tftest.hcl", "terraform test"),
    Usual("tests/*.tftest.hcl", "terraform test"),
    Usual("Eask", "eask test ert"),
    Usual("Eldev", "eldev test"),
    Usual("jest.config.*", "npx jest"),
    Usual("vitest.config.*", "npx vitest run"),
    Usual(".mocharc*", "npx mocha"),
    Usual("package.json", "npx jest", r"^\s*\"jest\"\s*:"),
    Usual("package.json", "npx vitest run", r"\"vitest\"\s*:"),
    Usual("package.json", "npx mocha", r"\"mocha\"\s*:"),
    Usual("package.json", "npx ava", r"\"ava\"\s*:"),
    Usual("phpunit.xml*", "vendor/bin/phpunit"),
    Usual("phpunit.dist.xml", "vendor/bin/phpunit"),
    Usual("tests/Pest.php", "vendor/bin/pest", weight=2),
    Usual("artisan", "php artisan test", weight=1),
    Usual("composer.json", "vendor/bin/phpunit", r"phpunit/phpunit", -3),
    Usual("phpspec.yml*", "vendor/bin/phpspec run", weight=-2),
    Usual("codeception.yml", "vendor/bin/codecept run", weight=-1),
    Usual("behat.yml*", "vendor/bin/behat", weight=-4),
)  # fmt: skip
BUILDS: tuple[Usual, ...] = (
    Usual("go.mod", "go build ./..."),
    Usual("Cargo.toml", "cargo build --workspace", r"^\[workspace\]", 1),
    Usual("Cargo.toml", "cargo build"),
    Usual("mvnw", "./mvnw compile", weight=1),
    Usual("pom.xml", "mvn compile"),
    Usual("gradlew", "./gradlew assemble", weight=1),
    Usual("build.gradle*", "gradle assemble"),
    Usual("build.sbt", "sbt compile"),
    Usual("mix.exs", "mix compile --warnings-as-errors"),
    Usual("stack.yaml", "stack build"),
    Usual("*.cabal", "cabal build"),
    Usual("Package.swift", "swift build"),
    Usual("build.zig", "zig build"),
    Usual("*.sln", "dotnet build"),
    Usual("*.csproj", "dotnet build"),
    Usual("dune-project", "dune build"),
    Usual("mkdocs.y*ml", "mkdocs build --strict"),
    Usual("book.toml", "mdbook build"),
    Usual("docs/conf.py", "sphinx-build -W -b html docs docs/_build/html", weight=-6),
    Usual("doc/conf.py", "sphinx-build -W -b html doc doc/_build/html", weight=-6),
    Usual("docs/source/conf.py", "sphinx-build -W -b html docs/source docs/_build/html", weight=-6),
)  # fmt: skip
LINTS: tuple[Usual, ...] = (
    Usual("ruff.toml", "ruff check ."),
    Usual(".ruff.toml", "ruff check ."),
    Usual("pyproject.toml", "ruff check .", r"^\[tool\.ruff"),
    Usual(".flake8", "flake8"),
    Usual("setup.cfg", "flake8", r"^\[flake8\]"),
    Usual("tox.ini", "flake8", r"^\[flake8\]"),
    Usual("pyproject.toml", "black --check .", r"^\[tool\.black", -3),
    Usual("eslint.config.*", "npx eslint ."),
    Usual(".eslintrc*", "npx eslint ."),
    Usual("biome.json*", "npx biome ci ."),
    Usual(".golangci.*", "golangci-lint run"),
    Usual("go.mod", "go vet ./...", weight=-3),
    Usual("clippy.toml", "cargo clippy --all-targets -- -D warnings"),
    Usual(".clippy.toml", "cargo clippy --all-targets -- -D warnings"),
    Usual("rustfmt.toml", "cargo fmt --check", weight=-1),
    Usual(".rustfmt.toml", "cargo fmt --check", weight=-1),
    Usual(".rubocop.yml", "rubocop"),
    Usual(".standard.yml", "standardrb"),
    Usual(".php-cs-fixer*.php", "vendor/bin/php-cs-fixer fix --dry-run"),
    Usual(".php_cs*", "vendor/bin/php-cs-fixer fix --dry-run", weight=-2),
    Usual("phpcs.xml*", "vendor/bin/phpcs"),
    Usual(".phpcs.xml*", "vendor/bin/phpcs"),
    Usual("pint.json", "vendor/bin/pint --test"),
    Usual("ecs.php", "vendor/bin/ecs check"),
    Usual(".credo.exs", "mix credo"),
    Usual(".formatter.exs", "mix format --check-formatted", weight=-1),
    Usual(".luacheckrc", "luacheck ."),
    Usual(".hlint.y*ml", "hlint ."),
    Usual(".scalafmt.conf", "sbt scalafmtCheckAll", weight=-4),
    Usual(".swiftlint.yml", "swiftlint"),
    Usual("analysis_options.yaml", "dart analyze"),
    Usual(".ansible-lint*", "ansible-lint"),
    Usual(".yamllint*", "yamllint .", weight=-3),
    Usual(".markdownlint*", "npx markdownlint-cli2 '**/*.md'", weight=-4),
    Usual("*.tf", "terraform fmt -check -recursive"),
    Usual(".tflint.hcl", "tflint", weight=-1),
)  # fmt: skip
TYPES: tuple[Usual, ...] = (
    Usual("mypy.ini", "mypy", r"^files\s*=|^packages\s*="),
    Usual(".mypy.ini", "mypy", r"^files\s*=|^packages\s*="),
    Usual("pyproject.toml", "mypy", r"^\[tool\.mypy\](?:\n(?!\[).*)*\n(?:files|packages)\s*="),
    Usual("setup.cfg", "mypy", r"^\[mypy\](?:\n(?!\[).*)*\nfiles\s*="),
    Usual("pyrightconfig.json", "pyright"),
    Usual("pyproject.toml", "pyright", r"^\[tool\.pyright\]"),
    Usual("package.json", "npx tsc --noEmit", r"\"typescript\"\s*:"),
    Usual("phpstan.neon*", "vendor/bin/phpstan analyse"),
    Usual("phpstan.dist.neon", "vendor/bin/phpstan analyse"),
    Usual("psalm.xml*", "vendor/bin/psalm"),
    Usual("sorbet/config", "bundle exec srb tc"),
    Usual("Steepfile", "bundle exec steep check"),
)  # fmt: skip
_KINDS: tuple[tuple[GateKind, tuple[Usual, ...]], ...] = (
    ("test", TESTS),
    ("build", BUILDS),
    ("lint", LINTS),
    ("types", TYPES),
)


def sightings(inspector: Inspector, folder: str = "") -> Iterator[Sighting]:
    """The usual commands of a folder, by the files that stand in it."""
    repo = inspector.repo
    for kind, rows in _KINDS:
        for usual in rows:
            path = _first(repo, usual.pattern, folder)
            line = _line_saying(repo, path, usual.says) if path else 0
            if not line:
                continue
            yield from _made(inspector, usual, path, line, folder, kind)


def _line_saying(repo: Repo, path: str, pattern: str) -> int:
    """The line where the pattern, which may span several, begins; 1 without a pattern, 0 when it is not there."""
    text = repo.text(path)[:MAX_SEARCHED]
    found = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def _first(repo: Repo, pattern: str, folder: str) -> str:
    if not any(char in pattern for char in "*?["):
        path = f"{folder}/{pattern}" if folder else pattern
        return path if repo.is_file(path) else ""
    return next(iter(repo.glob(pattern, folder)), "")


def _made(
    inspector: Inspector, usual: Usual, path: str, line: int, folder: str, kind: GateKind
) -> Iterator[Sighting]:
    if not path:
        return
    command = _go_work(inspector.repo, path) if usual.command == "go test work" else usual.command
    for call in calls_in(command, path, line, folder):
        weight = usual.weight - 4 * _is_rivalled(inspector.repo, call.program)
        yield Sighting(replace(call, path=path), "convention", f"{path} and the files beside it", weight)


_BUILDERS = {"mvn": "maven", "mvnw": "maven", "gradle": "gradle", "gradlew": "gradle", "ant": "ant"}


def _is_rivalled(repo: Repo, program: str) -> bool:
    """Whether the project is built with another tool than this one, whose file lies there as well."""
    used = next((each.name for each in repo.facts.package_managers if each.name in _BUILDERS.values()), "")
    return program in _BUILDERS and used not in ("", _BUILDERS[program])


def _go_work(repo: Repo, path: str) -> str:
    """A go.work covers its modules only when each is named."""
    text = repo.text(path)
    block = re.search(r"(?m)^use\s*\(([^)]*)\)", text)
    modules = [
        *re.findall(r"(?m)^use\s+([^\s(]+)", text),
        *(re.findall(r"(?m)^\s*([^\s/][^\s]*)", block[1]) if block else []),
    ]
    return (
        "go test " + " ".join(f"{module.rstrip('/')}/..." for module in modules[:40])
        if modules
        else "go test ./..."
    )
