"""Where things are: entry points, migrations, infrastructure, documentation, data, tests. Told from paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .linguist import names
from .manifests import Manifest
from .place import is_test_file
from .sources import Source
from .tree import Tree

MAX_ENTRY_POINTS = 40

_ENTRY_POINT = re.compile(
    r"""(?x) ^(?:
        (?:src/)?(?:\w+/)?(?:__main__|main|app|manage|wsgi|asgi)\.py | (?:cmd/(?:[\w.-]+/)?)?main\.go
      | (?:crates/[\w-]+/)?src/main\.rs | (?:crates/[\w-]+/)?src/bin/[\w-]+(?:/main)?\.rs
      | (?:(?:apps|packages)/[\w-]+/)?(?:src/)?(?:index|main|server|app|cli)\.[cm]?[jt]sx?
      | (?:.+/)?src/main/\w+/(?:.+/)?(?:\w*Application|Main|App)\.(?:java|kt|scala|groovy)
      | (?:.+/)?Program\.(?:cs|fs|vb) | (?:public/)?index\.php | artisan | bin/console | config\.ru
      | (?:bin|exe)/[\w-]+
      | (?:apps/\w+/)?lib/(?:\w+/)?application\.ex | (?:lib|bin)/main\.dart
      | (?:app/|src/)?Main\.(?:hs|elm|scala|purs)
      | Sources/[\w-]+/(?:main|App|\w+App)\.swift
      | (?:src/)?main\.(?:c|cc|cpp|cxx|m|mm|zig|nim|cr|d|ml|lua|jl|swift|kt|rb|pl)
      | src/(?:\w+/)*core\.clj | main\.(?:tf|sh) | app\.R
    )$"""
)
_MIGRATION_FOLDER = re.compile(r"(?i)(?:^|.*/)(?:migrations?|migrate|versions|changelogs?|db/deploy)$")
_MIGRATION_FILE = re.compile(
    r"(?i)^(?:V?\d[\w.-]*|[0-9a-f]{8,}_[\w-]+|U\d[\w.-]*|R__[\w-]+|migration\.sql|m\d{6}[\w-]*)\.?\w*$"
)
_NESTED_MIGRATION = re.compile(r"(?:^|/)\d{8,}[\w-]*$")  # prisma and others: a folder for each migration

_INFRASTRUCTURE = re.compile(
    r"""(?xi) ^(?:
        (?:.+/)?(?:[\w.-]+\.)?(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?
        | (?:.+/)?(?:docker-)?compose[\w.-]*\.ya?ml
      | .+\.(?:tf|tfvars|tofu|bicep|nomad|pkr\.hcl) | (?:.+/)?(?:terragrunt|\.terraform\.lock)\.hcl
      | (?:.+/)?(?:Chart|values[\w.-]*|kustomization|helmfile|skaffold|Pulumi[\w.-]*|serverless)\.ya?ml
      | (?:.+/)?(?:cloudbuild|render|fly|app|buildspec)\.(?:ya?ml|toml)
      | (?:.+/)?(?:k8s|kubernetes|helm|charts?|kustomize|manifests|argocd|deploy(?:ments?)?)/.+\.(?:ya?ml|tpl)
      | \.github/(?:workflows|actions)/.+\.ya?ml | \.gitlab-ci\.yml | \.gitlab/.+\.ya?ml
      | \.circleci/.+\.ya?ml
      | (?:.+/)?Jenkinsfile[\w.-]* | azure-pipelines[\w.-]*\.ya?ml | \.azure(?:-pipelines|devops)?/.+\.ya?ml
      | \.travis\.yml
      | bitbucket-pipelines\.yml | \.?appveyor\.yml | \.buildkite/.+ | \.drone\.ya?ml
      | \.woodpecker(?:/.+)?\.ya?ml
      | \.cirrus\.ya?ml | (?:.+/)?Procfile | (?:.+/)?Vagrantfile
      | (?:.+/)?(?:vercel|netlify|cdk|now)\.(?:json|toml)
      | (?:.+/)?wrangler\.(?:toml|jsonc?)
      | (?:.+/)?(?:ansible|playbooks|roles|inventory)/(?:.+/)?[\w.-]+\.ya?ml
      | (?:.+/)?(?:playbook|site)[\w-]*\.ya?ml | (?:.+/)?ansible\.cfg | (?:.+/)?nginx[\w.-]*\.conf
      | (?:.+/)?[\w@.-]+\.(?:service|timer)
      | (?:.+/)?(?:cloudformation|cfn)/.+\.(?:ya?ml|json) | (?:.+/)?(?:flake|default|shell)\.nix
      | (?:.+/)?Caddyfile
      | \.devcontainer/.+ | (?:.+/)?Earthfile | \.platform(?:\.app)?\.yaml | (?:.+/)?prometheus[\w.-]*\.ya?ml
    )$"""
)
_DATA = re.compile(
    r"(?i).+\.(?:csv|tsv|parquet|jsonl|ndjson|xlsx?|ods|sqlite3?|db|npy|npz|h5|hdf5|pkl|pickle|feather|arrow|avro|orc|geojson|"
    r"shp|dta|sav|rds|rdata|rda|mat|arff|dbf|nc|zarr|fasta|fastq|vcf|tfrecord|msgpack)(?:\.(?:gz|bz2|xz|zst))?$"
)
_DATA_FOLDER = re.compile(r"(?i)(?:^|/)(?:data|datasets?)/")
_DATA_TEXT = (".json", ".xml", ".yaml", ".yml", ".txt", ".toml")
_PROSE = frozenset(
    ("Markdown", "MDX", "reStructuredText", "AsciiDoc", "Org", "RMarkdown", "Textile", "Texinfo")
)
_NO_TESTS = re.compile(r"(?i)(?:^|/)(?:bench\w*|asv_bench|fuzz\w*|perf|playground)/")


def entry_points(tree: Tree, manifests: Iterable[Manifest]) -> tuple[str, ...]:
    """Files where running starts: those a manifest names, then those that custom does."""
    declared = (
        f"{manifest.folder}/{entry}".lstrip("/") for manifest in manifests for entry in manifest.entry_points
    )
    named = [
        path for path in declared if path in tree and tree.place(path) not in ("vendored", "test", "fixture")
    ]
    usual = [path for path in tree.files if _ENTRY_POINT.match(path) and tree.place(path) == "source"]
    usual.sort(key=lambda path: (path.count("/"), path))
    return tuple(dict.fromkeys([*named, *usual]))[:MAX_ENTRY_POINTS]


def migrations(tree: Tree) -> tuple[str, ...]:
    """Folders of schema migrations: told by their name and a numbered file inside."""
    found = set()
    for path in tree.files:
        folder, _, name = path.rpartition("/")
        if _NESTED_MIGRATION.search(folder):
            folder, name = folder.rpartition("/")[0], "0.sql"
        if (
            _MIGRATION_FOLDER.match(folder)
            and _MIGRATION_FILE.match(name)
            and tree.place(path) in ("source", "tooling")
        ):
            found.add(folder)
    return tuple(sorted(found))


def infrastructure(tree: Tree) -> tuple[str, ...]:
    """Files that build, deploy or run the product, CI included."""
    return tuple(
        path
        for path in tree.files
        if _INFRASTRUCTURE.match(path) and tree.place(path) not in ("vendored", "fixture", "test")
    )


def docs(found: Sequence[Source]) -> tuple[str, ...]:
    """Texts for people, wherever they lie."""
    return tuple(
        sorted(
            source.path
            for source in found
            if source.language in _PROSE and source.place not in ("vendored", "fixture")
        )
    )


def data(tree: Tree) -> tuple[str, ...]:
    """Data sets: by their format, or text formats in a folder for data."""
    return tuple(
        path
        for path in tree.files
        if (_DATA.match(path) or (_DATA_FOLDER.search(path) and path.lower().endswith(_DATA_TEXT)))
        and tree.place(path) not in ("vendored", "fixture", "test")
    )


def generated(found: Sequence[Source]) -> tuple[str, ...]:
    """Code that a program wrote or built, and that nobody should edit."""
    kinds = names().types
    return tuple(
        sorted(
            source.path
            for source in found
            if source.place in ("generated", "built")
            and kinds.get(source.language) in ("programming", "markup")
        )
    )


def tests(found: Sequence[Source]) -> tuple[str, ...]:
    """Files of test code, helpers included; benchmarks, fixtures and generated files are none."""
    kinds = names().types
    return tuple(
        sorted(
            source.path
            for source in found
            if kinds.get(source.language) == "programming"
            and (source.place == "test" or (source.place == "example" and is_test_file(source.path)))
            and not _NO_TESTS.search(source.path)
        )
    )
