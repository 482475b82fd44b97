"""Which languages a repository is written in: weighed, since not every byte around was written for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from agent_baton.planner.facts import Language

from .linguist import names
from .place import Place
from .sources import Source, is_declaration

# How much a byte in each place says about what the repository is written in.
PLACE_WEIGHT: Mapping[Place, float] = {
    "source": 1.0,
    "tooling": 0.2,
    "test": 0.1,
    "example": 0.1,
    "docs": 0.05,
}
# Tried in this order when nothing above weighs anything: a package of build output is still in some language.
LAST_RESORTS: tuple[Place, ...] = ("built", "generated", "fixture", "vendored")

_TYPE_WEIGHT = {"programming": 1.0, "markup": 0.15}
# Languages whose type misleads: build glue is no product, components are, and templates belong to their host.
_LANGUAGE_WEIGHT: Mapping[str, float] = {
    **dict.fromkeys(
        (
            "Makefile", "CMake", "M4", "M4Sugar", "Dockerfile", "Batchfile", "Meson", "Starlark", "Just",
            "DTrace",
            "Linker Script", "Gnuplot", "SWIG", "QMake", "Tree-sitter Query", "Nix", "Awk", "sed", "NSIS",
            "XSLT",
            "Inno Setup", "Smarty", "Go Template", "Mustache", "Liquid", "GAP", "Logos", "BitBake",
            "PostScript",
            "HiveQL", "Pawn", "Module Management System", "Procfile", "Gherkin", "Earthly", "Gradle",
        ),
        0.1,
    ),
    **dict.fromkeys(("Shell", "PowerShell", "fish", "Vim script"), 0.4),
    **dict.fromkeys(("Vue", "Svelte", "Astro", "Jupyter Notebook"), 1.0),
    **dict.fromkeys(("Roff", "Roff Manpage", "Rich Text Format"), 0.02),
    **dict.fromkeys(("SQL", "Protocol Buffer", "GraphQL", "Thrift"), 0.05),
    **dict.fromkeys(("TeX", "Typst"), 0.5),
}  # fmt: skip
_PROSE = frozenset(
    ("Markdown", "MDX", "reStructuredText", "AsciiDoc", "Org", "RMarkdown", "Textile", "Texinfo")
)
# Spellings of one language: together they decide which is primary.
_FAMILY = {"Cython": "Python", "TSX": "TypeScript", "Objective-C++": "Objective-C", "Jison": "JavaScript"}

COUNTED_AT_MOST = 150_000  # bytes; a larger file is a table or an amalgamation, and says no more than this
DECLARED_ONLY = 0.25  # of a .d.ts file: types of a program that is elsewhere
NOTEBOOK_ELSEWHERE = 0.05  # among examples, tests or documentation a notebook is a text
NOTEBOOK_TYPED = 0.1  # of a notebook's bytes, about what somebody typed; the rest is output and JSON
PROSE_ABOVE_CODE = 10  # times: then the texts are the product and the scripts look after them
AN_APPLICATION = (
    10_000  # weighed bytes of code above which a repository with a manifest is no mere set of texts
)
LISTED_FROM = 0.0005  # of the whole
# Under a host language's manifest these are its extension modules: there they count half.
_NATIVE = frozenset(
    (
        "C",
        "C++",
        "Rust",
        "Fortran",
        "Objective-C",
        "Objective-C++",
        "Assembly",
        "Unix Assembly",
        "Java",
        "Ragel",
    )
)
_HOSTS = frozenset(("Python", "Ruby", "JavaScript", "PHP", "Perl", "R", "Lua"))
NATIVE_UNDER_HOST = 0.5


def languages(
    found: Sequence[Source], hosts: Collection[str] = (), published: bool = False
) -> tuple[Language, ...]:
    """Languages by their share of the weighed bytes, the primary one first.

    `hosts` are the languages whose package manifest stands in the root; `published` says that one of them
    describes a package for others, so that the repository cannot be a set of texts.
    """
    code = _weighed(found)
    prose = {language: float(size) for language, size in _sizes(found, _PROSE).items()}
    inside = _inside_dependencies(found, code)
    if sum(inside.values()) > sum(prose.values()):
        weights = inside
    elif _is_prose(code, prose, bool(hosts), published):
        weights = prose
    else:
        weights = _with_product(code, _built(found)) or prose or _data(found)
    if not weights:
        return ()
    return _listed(found, weights, _primary(weights, hosts))


def _weight_of(language: str) -> float:
    special = _LANGUAGE_WEIGHT.get(language)
    return _TYPE_WEIGHT.get(names().types.get(language, ""), 0.0) if special is None else special


def _counted(source: Source) -> float:
    typed = min(source.size_bytes, COUNTED_AT_MOST)
    if source.language == "Jupyter Notebook":
        telling = 1 if source.place == "source" else NOTEBOOK_ELSEWHERE
        return min(source.size_bytes * NOTEBOOK_TYPED, COUNTED_AT_MOST) * telling
    return typed * DECLARED_ONLY if is_declaration(source.path) else typed


def is_code(language: str) -> bool:
    """Whether a language's files are what a product is made of, rather than glue, markup or data."""
    return _weight_of(language) >= 0.5


def _weighed(found: Iterable[Source]) -> dict[str, float]:
    weights: dict[str, float] = defaultdict(float)
    for source in found:
        weight = PLACE_WEIGHT.get(source.place, 0.0) * _weight_of(source.language) * _counted(source)
        if weight:
            weights[grouped(source.language)] += weight
    return dict(weights)


def grouped(language: str) -> str:
    """The language that another is only a flavour of: "TypeScript" for "TSX"."""
    return names().groups.get(language, language)


def _sizes(found: Iterable[Source], wanted: Collection[str]) -> dict[str, int]:
    sizes: dict[str, int] = defaultdict(int)
    for source in found:
        if source.language in wanted and source.place not in ("vendored", "fixture"):
            sizes[source.language] += min(source.size_bytes, COUNTED_AT_MOST)
    return dict(sizes)


def _is_prose(
    code: Mapping[str, float], prose: Mapping[str, float], has_manifest: bool, published: bool
) -> bool:
    """Whether texts are what this repository is made of."""
    written = sum(code.values())
    if published or (has_manifest and written > AN_APPLICATION):
        return False
    return sum(prose.values()) > PROSE_ABOVE_CODE * written


def _inside_dependencies(found: Iterable[Source], code: Mapping[str, float]) -> dict[str, float]:
    """The code of a repository that builds something and keeps all of its code where others keep copies: RabbitMQ's `deps/`."""
    if not code or any(map(is_code, code)):
        return {}
    weights: dict[str, float] = defaultdict(float)
    for source in found:
        if source.place == "vendored" and is_code(source.language):
            weights[grouped(source.language)] += _counted(source)
    return dict(weights)


def _with_product(code: Mapping[str, float], built: Mapping[str, float]) -> dict[str, float]:
    """The written code; with the built one when what was written is only what surrounds a program."""
    if any(is_code(language) or language in _FAMILY for language in code) or not any(map(is_code, built)):
        return dict(code) or dict(built)
    return {language: code.get(language, 0) + built.get(language, 0) for language in {*code, *built}}


def _built(found: Sequence[Source]) -> dict[str, float]:
    """Weights when nobody's source is here: of the first kind of derived file that is."""
    for place in LAST_RESORTS:
        weights: dict[str, float] = defaultdict(float)
        for source in found:
            if source.place == place and _weight_of(source.language):
                weights[grouped(source.language)] += _weight_of(source.language) * _counted(source)
        if weights:
            return dict(weights)
    return {}


def _data(found: Sequence[Source]) -> dict[str, float]:
    every = {source.language for source in found}
    return {language: float(size) for language, size in _sizes(found, every).items() if size}


def _primary(weights: Mapping[str, float], hosts: Collection[str]) -> str:
    families: dict[str, float] = defaultdict(float)
    hosted = not _HOSTS.isdisjoint(hosts)
    for language, weight in weights.items():
        native = hosted and language in _NATIVE
        families[_FAMILY.get(language, language)] += weight * (NATIVE_UNDER_HOST if native else 1)
    family = max(sorted(families), key=lambda name: families[name])
    members = [language for language in weights if _FAMILY.get(language, language) == family]
    return family if family in weights else max(sorted(members), key=lambda name: weights[name])


def _listed(found: Sequence[Source], weights: Mapping[str, float], primary: str) -> tuple[Language, ...]:
    total = sum(weights.values())
    files: dict[str, list[int]] = defaultdict(list)
    for source in found:
        if source.place not in ("vendored", "fixture"):
            files[grouped(source.language)].append(source.size_bytes)
    worth = [name for name in weights if name == primary or weights[name] >= LISTED_FROM * total]
    ordered = sorted(worth, key=lambda name: (name != primary, -weights[name], name))
    return tuple(
        Language(
            name=name,
            role="primary" if name == primary else "auxiliary",
            files=len(files[name]),
            size_bytes=sum(files[name]),
            share=round(weights[name] / total, 4),
        )
        for name in ordered
    )
