"""Weighing: what counts, how much, and which language leads."""

from __future__ import annotations

from agent_baton.planner.look.languages import languages
from agent_baton.planner.look.place import Place
from agent_baton.planner.look.sources import Source


def source(language: str, size: int, place: Place = "source", path: str = "a") -> Source:
    return Source(path, language, place, size)


def primary(*sources: Source, hosts: tuple[str, ...] = (), published: bool = False) -> str | None:
    found = languages(sources, hosts, published)
    return found[0].name if found else None


def test_tests_weigh_little() -> None:
    """A test suite in another language does not make the product."""
    assert primary(source("C", 10_000), source("Tcl", 60_000, "test")) == "C"


def test_vendored_and_generated_code_weighs_nothing() -> None:
    """Nobody here wrote it."""
    assert (
        primary(source("Python", 500), source("C", 9**6, "vendored"), source("C", 9**6, "generated"))
        == "Python"
    )


def test_what_is_left_counts_when_nothing_was_written() -> None:
    """A package of build output is in the language of its build output."""
    assert primary(source("JavaScript", 900, "built"), source("C", 9_000, "vendored")) == "JavaScript"


def test_a_product_kept_among_dependencies_is_still_the_product() -> None:
    """Where a Makefile is all that lies outside of deps/, the code inside it leads; texts that outweigh it are texts."""
    inside = source("Erlang", 90_000, "vendored")
    assert primary(source("Makefile", 900), source("Markdown", 60_000), inside) == "Erlang"
    assert primary(source("Markdown", 60_000), inside) == "Markdown"
    assert primary(source("Makefile", 900), source("Go", 900), inside) == "Go"


def test_a_host_language_leads_its_extension_modules() -> None:
    """Under a Python manifest C counts half; without one it counts in full."""
    both = (source("Python", 60_000), source("C", 100_000))
    assert primary(*both, hosts=("Python",)) == "Python"
    assert primary(*both) == "C"


def test_a_thin_face_does_not_make_a_library_its_language() -> None:
    """A Rust library with a few lines of Python is Rust."""
    assert primary(source("Rust", 90_000), source("Python", 2_000), hosts=("Python", "Rust")) == "Rust"


def test_one_huge_table_does_not_decide() -> None:
    """A file counts up to a limit: an amalgamation is not ten times a product."""
    many = [source("Go", 20_000, path=f"{number}.go") for number in range(10)]
    assert primary(*many, source("C", 9_000_000)) == "Go"


def test_flavours_decide_together() -> None:
    """Cython and Python are one family: together they beat what each alone would not."""
    assert primary(source("Cython", 40_000), source("Python", 30_000), source("C++", 50_000)) == "Python"
    assert (
        primary(source("TSX", 40_000), source("TypeScript", 10), source("JavaScript", 30_000)) == "TypeScript"
    )


def test_texts_lead_only_where_they_are_the_product() -> None:
    """Beside a published package they are its documentation, beside a helper script the product."""
    texts = source("Markdown", 90_000, "docs")
    assert primary(texts, source("Python", 900), published=True, hosts=("Python",)) == "Python"
    assert primary(texts, source("Python", 900)) == "Markdown"
    assert primary(texts, source("TypeScript", 40_000), hosts=("JavaScript",)) == "TypeScript"


def test_declarations_describe_another_program() -> None:
    """A hand-written .d.ts may be longer than what it describes."""
    assert (
        primary(source("JavaScript", 3_000), source("TypeScript", 9_000, path="index.d.ts")) == "JavaScript"
    )
    assert primary(source("TypeScript", 9_000, path="index.d.ts")) == "TypeScript"


def test_styles_beside_built_code_do_not_lead() -> None:
    """When only style sheets were written, the built program still counts."""
    assert (
        primary(source("CSS", 9_000), source("JavaScript", 90_000, "built"), published=True) == "JavaScript"
    )
    assert primary(source("CSS", 9_000), published=True) == "CSS"


def test_nothing_gives_nothing() -> None:
    """An empty repository has no language."""
    assert languages([]) == ()


def test_counts_are_of_files_and_bytes() -> None:
    """Files and bytes are counted as they are; only the share is weighed."""
    found = languages(
        [source("Go", 100, path="a.go"), source("Go", 50, "test", "a_test.go"), source("Go", 9, "vendored")]
    )
    assert (found[0].files, found[0].size_bytes, found[0].share) == (2, 150, 1.0)
