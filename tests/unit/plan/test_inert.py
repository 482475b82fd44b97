"""Text from outside, shown but not obeyed."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agent_baton.plan import inert

from .strategies import NASTY

nasty = st.text(st.one_of(st.sampled_from(NASTY + "\n\r\t\x1b\x00\x9b\u2028"), st.characters()), max_size=40)


def test_what_acts_on_a_terminal_is_spelled_out() -> None:
    """Escape sequences, line breaks and marks that turn the reading order become visible."""
    assert inert.visible("a\x1b[2J\r\n\tb\u202ec\x9b") == "a\\x1b[2J\\r\\n\\tb\\u202ec\\x9b"
    assert inert.visible_block("a\r\nb\rc\td\x07") == "a\nb\nc\td\\x07"
    assert inert.visible("naïve 中文 👩‍💻 שלום") == "naïve 中文 👩‍💻 שלום"


def test_text_can_be_made_fit_for_a_plan() -> None:
    """What the plan's fields refuse is taken out, the words stay."""
    assert inert.clean("  a\x00b\r\nc\x1b ") == "a b\nc"
    assert inert.clean(" a\n\n b\tc\u2028d ", one_line=True) == "a b c d"
    assert inert.first_line("\n\n  first words \nmore") == "first words"
    assert inert.first_line("word " * 100, 20) == "word word word word…"


@given(nasty)
def test_markdown_text_stays_one_paragraph_of_text(text: str) -> None:
    """No heading, list, fence, HTML, link or emphasis comes out of it, and no letter is lost."""
    tokens = MarkdownIt("commonmark").enable(["strikethrough", "table"]).parse(inert.markdown(text))
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    if tokens:
        assert {child.type for child in tokens[1].children or ()} <= {"text", "text_special"}
        assert (
            "".join(child.content for child in tokens[1].children or ()).strip()
            == inert.visible(text).strip()
        )


@given(nasty)
def test_a_code_span_keeps_its_text(text: str) -> None:
    """However many backticks are in it, the span ends where it should."""
    (paragraph,) = [t for t in MarkdownIt().parse(f"x {inert.markdown_code(text)} y") if t.type == "inline"]
    (span,) = [child for child in paragraph.children or () if child.type == "code_inline"]
    assert span.content.strip(" ") == inert.visible(text).strip(" ")


@given(nasty)
def test_a_fenced_block_keeps_its_text(text: str) -> None:
    """The text cannot close its fence, at any depth of indentation."""
    for indent in ("", "  "):
        document = f"- item\n\n{inert.markdown_block(text, indent)}\n\n{indent}end"
        fences = [token for token in MarkdownIt("commonmark").parse(document) if token.type == "fence"]
        assert len(fences) == 1
        wanted = [line.rstrip() for line in inert.visible_block(text).strip("\n").split("\n")]
        assert fences[0].content.removesuffix("\n").split("\n") == wanted


@given(nasty)
def test_markup_is_no_markup(text: str) -> None:
    """In an element and in an attribute, a page shows the text and runs none of it."""
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append(tag)
            assert tag == "p" and [name for name, _ in attrs] == ["title"]

    reader = Reader()
    reader.feed(f'<p title="{inert.markup(text)}">{inert.markup(text)}</p>')
    reader.close()
    assert seen == ["p"]
