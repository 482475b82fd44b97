"""Where things are: entry points, migrations, infrastructure, documentation, data, tests. Told from paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from agent_baton.patterns import lazy

from .linguist import names
from .manifests import Manifest
from .place import is_test_file
from .sources import Source
from .tree import Tree

MAX_ENTRY_POINTS = 40

_ENTRY_STEMS = frozenset(
    (
        "__main__", "main", "app", "manage", "wsgi", "asgi", "index", "server", "cli", "program", "console",
        "artisan", "config", "application", "core",
    )
)  # fmt: skip
_ENTRY_POINT = lazy(
    r"""(?x) ^(?:
        (?:src/)?(?:\w+/)?(?:__main__|main|app|manage|wsgi|asgi)\.py | (?:cmd/(?:[\w.-]+/)?)?main\.go
      | (?:crates/[\w-]+/)?src/main\.rs | (?:crates/[\w-]+/)?src/bin/[\w-]+(?:/main)?\.rs
      | (?:(?:apps|packages)/[\w-]+/)?(?:src/)?(?:index|main|server|app|cli)\.[cm]?[jt]sx?
      | (?:.+/)?src/main/(?:.+/)?(?:\w*Application|Main|App)\.(?:java|kt|scala|groovy)
      | (?:.+/)?Program\.(?:cs|fs|vb) | (?:public/)?index\.php | artisan | bin/console | config\.ru
      | (?:bin|exe)/[\w-]+
      | (?:apps/\w+/)?lib/(?:\w+/)?application\.ex | (?:lib|bin)/main\.dart
      | (?:app/|src/)?Main\.(?:hs|elm|scala|purs)
      | Sources/[\w-]+/(?:main|App|\w+App)\.swift
      | (?:src/)?main\.(?:c|cc|cpp|cxx|m|mm|zig|nim|cr|d|ml|lua|jl|swift|kt|rb|pl)
      | src/(?:\w+/)*core\.clj | main\.(?:tf|sh) | app\.R
    )$"""
)
_MIGRATION_FOLDER = lazy(r"(?i)(?:^|.*/)(?:migrations?|migrate|versions|changelogs?|db/deploy)$")
_MIGRATION_FILE = lazy(
    r"(?i)^(?:V?\d[\w.-]*|[0-9a-f]{8,}_[\w-]+|U\d[\w.-]*|R__[\w-]+|migration\.sql|m\d{6}[\w-]*)\.?\w*$"
)
_NESTED_MIGRATION = lazy(r"(?:^|/)\d{8,}[\w-]*$")  # prisma and others: a folder for each migration

_INFRASTRUCTURE_FILE = lazy(
    r"""(?xi) ^(?:
        (?:[\w.-]+\.)?(?:Dockerfile|Containerfile)(?:\.[\w.-]+)? | (?:docker-)?compose[\w.-]*\.ya?ml
      | .+\.(?:tf|tfvars|tofu|bicep|nomad|pkr\.hcl|service|timer) | (?:terragrunt|\.terraform\.lock)\.hcl
      | (?:Chart|values[\w.-]*|kustomization|helmfile|Pulumi[\w.-]*|serverless)\.ya?ml
      | (?:playbook[\w-]*|site|skaffold)\.ya?ml
      | (?:cloudbuild|render|fly|app|buildspec|prometheus[\w.-]*)\.(?:ya?ml|toml) | Jenkinsfile[\w.-]*
      | Procfile
      | Vagrantfile | Caddyfile | Earthfile | (?:vercel|netlify|cdk|now)\.(?:json|toml)
      | wrangler\.(?:toml|jsonc?)
      | ansible\.cfg | nginx[\w.-]*\.conf | (?:flake|default|shell)\.nix | \.gitlab-ci\.yml | \.travis\.yml
      | azure-pipelines[\w.-]*\.ya?ml | bitbucket-pipelines\.yml | \.?appveyor\.yml | \.drone\.ya?ml
      | \.woodpecker\.ya?ml | \.cirrus\.ya?ml | \.platform(?:\.app)?\.yaml
    )$"""
)
_INFRASTRUCTURE_FOLDER = lazy(
    r"""(?xi) (?:^|/)(?:
        k8s | kubernetes | helm | charts? | kustomize | manifests | argocd | deploy(?:ments?)? | ansible
        | playbooks
      | roles | inventory | cloudformation | cfn
    )(?:/|$) | ^\.(?:github/(?:workflows|actions) | gitlab | circleci | azure[\w-]* | buildkite | woodpecker
    | devcontainer)(?:/|$)"""
)
_INFRASTRUCTURE_TEXT = (".yml", ".yaml", ".tpl", ".json")
_DATA_ENDINGS = tuple(
    f".{ending}{packed}"
    for ending in (
        "csv", "tsv", "parquet", "jsonl", "ndjson", "xls", "xlsx", "ods", "sqlite", "sqlite3", "db", "npy",
        "npz", "h5", "hdf5", "pkl", "pickle", "feather", "arrow", "avro", "orc", "geojson", "shp", "dta",
        "sav", "rds", "rdata", "rda", "mat", "arff", "dbf", "nc", "zarr", "fasta", "fastq", "vcf",
        "tfrecord", "msgpack",
    )
    for packed in ("", ".gz", ".bz2", ".xz", ".zst")
)  # fmt: skip
_DATA_FOLDER = lazy(r"(?i)(?:^|/)(?:data|datasets?)(?:/|$)")
_DATA_TEXT = (".json", ".xml", ".yaml", ".yml", ".txt", ".toml")
_PROSE = frozenset(
    ("Markdown", "MDX", "reStructuredText", "AsciiDoc", "Org", "RMarkdown", "Textile", "Texinfo")
)
_NO_TESTS = lazy(r"(?i)(?:^|/)(?:bench\w*|asv_bench|fuzz\w*|perf|playground)/")


def entry_points(tree: Tree, manifests: Iterable[Manifest]) -> tuple[str, ...]:
    """Files where running starts: those a manifest names, then those that custom does."""
    declared = (
        f"{manifest.folder}/{entry}".lstrip("/") for manifest in manifests for entry in manifest.entry_points
    )
    named = [
        path for path in declared if path in tree and tree.place(path) not in ("vendored", "test", "fixture")
    ]
    usual = [
        path
        for path in tree.files
        if _may_be_entry(path) and _ENTRY_POINT.match(path) and tree.place(path) == "source"
    ]
    usual.sort(key=lambda path: (path.count("/"), path))
    return tuple(dict.fromkeys([*named, *usual]))[:MAX_ENTRY_POINTS]


def _may_be_entry(path: str) -> bool:
    """A cheap test before the pattern: most names cannot be one."""
    stem = path.rpartition("/")[2].partition(".")[0].lower()
    return (
        stem in _ENTRY_STEMS or stem.endswith(("app", "application")) or path[:4] in ("bin/", "exe/", "src/")
    )


def migrations(tree: Tree) -> tuple[str, ...]:
    """Folders of schema migrations: told by their name and a numbered file inside."""
    found = set()
    for path in tree.files:
        folder, _, name = path.rpartition("/")
        if _holds_one_migration(folder):
            folder, name = folder.rpartition("/")[0], "0.sql"
        if (
            _is_migration_folder(folder)
            and _MIGRATION_FILE.match(name)
            and tree.place(path) in ("source", "tooling")
        ):
            found.add(folder)
    return tuple(sorted(found))


@lru_cache(maxsize=65_536)
def _holds_one_migration(folder: str) -> bool:
    return bool(_NESTED_MIGRATION.search(folder))


@lru_cache(maxsize=65_536)
def _is_migration_folder(folder: str) -> bool:
    return bool(_MIGRATION_FOLDER.match(folder))


def infrastructure(tree: Tree) -> tuple[str, ...]:
    """Files that build, deploy or run the product, CI included."""
    return tuple(
        path
        for path in tree.files
        if _is_infrastructure(path) and tree.place(path) not in ("vendored", "fixture", "test")
    )


def _is_infrastructure(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return bool(_INFRASTRUCTURE_FILE.match(name)) or (
        path.endswith(_INFRASTRUCTURE_TEXT) and _is_infrastructure_folder(folder)
    )


@lru_cache(maxsize=65_536)
def _is_infrastructure_folder(folder: str) -> bool:
    return bool(_INFRASTRUCTURE_FOLDER.search(folder))


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
        if _is_data(path.lower()) and tree.place(path) not in ("vendored", "fixture", "test")
    )


def _is_data(path: str) -> bool:
    if path.endswith(_DATA_ENDINGS):
        return True
    return path.endswith(_DATA_TEXT) and bool(_DATA_FOLDER.search(path.rpartition("/")[0]))


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
