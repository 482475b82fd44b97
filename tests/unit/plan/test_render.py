"""The plan as people see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from agent_baton.plan.columns import shortened, width_of, wrapped
from agent_baton.plan.load import read_plan
from agent_baton.plan.model import Gate, Plan
from agent_baton.plan.render import render_html, render_markdown, render_text, render_tree

from .golden import FOLDER, check_golden
from .strategies import plan_of, plans, step

RENDERINGS: dict[str, Callable[[Plan], str]] = {
    "md": render_markdown,
    "html": render_html,
    "tree.txt": render_tree,
    "txt": render_text,
    "explained.txt": lambda plan: render_text(plan, width=72, explain=True),
}


@pytest.mark.parametrize("ending", RENDERINGS)
@pytest.mark.parametrize("name", ["plan", "hostile"])
def test_renderings_read_as_the_golden_files(name: str, ending: str) -> None:
    """What people read changes only on purpose."""
    check_golden(f"{name}.{ending}", RENDERINGS[ending](read_plan(FOLDER / f"{name}.json")))


def headings(markdown: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(markdown)
    return [following.content for token, following in pairwise(tokens) if token.type == "heading_open"]


def test_the_hostile_plan_has_the_structure_of_any_plan() -> None:
    """Its texts add no heading, no HTML, no link and no image to plan.md."""
    document = render_markdown(read_plan(FOLDER / "hostile.json"))
    assert len(headings(document)) == 4  # title, the one phase, why, shared context
    tokens = MarkdownIt("commonmark").parse(document)
    inner = [child.type for token in tokens for child in token.children or ()]
    assert not {"html_block", "html_inline", "link_open", "image"} & {
        *inner,
        *(token.type for token in tokens),
    }


@pytest.mark.parametrize("blank", ["\n", " ", "\u200b\n", "\t\nx"])
def test_a_blank_description_makes_no_heading(blank: str) -> None:
    """A dash alone under a line is Markdown for a heading."""
    hostile = read_plan(FOLDER / "hostile.json")
    phases = [replace(one, gate=Gate(command="true", description=blank)) for one in hostile.phases]
    assert len(headings(render_markdown(replace(hostile, phases=phases)))) == 4


@settings(max_examples=40, deadline=None)
@given(plans())
def test_no_text_changes_the_structure_of_the_markdown(plan: Plan) -> None:
    """Title, phases, and the fixed sections: nothing else is ever a heading, and nothing is HTML."""
    document = render_markdown(plan)
    wanted = 1 + len(plan.phases) + bool(plan.explanation) + bool(plan.shared_context)
    wanted += bool(plan.forecast and plan.forecast.steps)
    assert len(headings(document)) == wanted
    tokens = MarkdownIt("commonmark").parse(document)
    kinds = {child.type for token in tokens for child in token.children or ()} | {
        token.type for token in tokens
    }
    assert not {"html_block", "html_inline", "link_open", "image"} & kinds
    top = [token for token in tokens if token.level == 0 and token.type == "fence"]
    assert len(top) <= 2  # the rest of a long title, the shared context


class Page(HTMLParser):
    """What is on a page: tags, links, and whether everything that opens also closes."""

    VOID = ("meta", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("src", "style"), name
            self.links += [value or ""] if name == "href" else []
            self.ids += [value or ""] if name == "id" else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@settings(max_examples=30, deadline=None)
@given(plans())
def test_no_text_runs_or_breaks_the_page(plan: Plan) -> None:
    """Every plan gives well-formed HTML with a well-formed picture, no script, and links to itself only."""
    text = render_html(plan)
    page = Page(text)
    assert not {"script", "img", "iframe", "link", "object", "b", "form"} & set(page.tags)
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids) and all(link[0] == "#" for link in page.links)
    ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])


def test_the_page_asks_for_nothing_from_the_network() -> None:
    """It can be mailed, archived and opened on a train."""
    text = render_html(read_plan(FOLDER / "plan.json"))
    assert "default-src 'none'" in text and "url(" not in text.replace("url(#arrow)", "")
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")


def test_the_page_is_readable_without_the_picture_and_in_the_dark() -> None:
    """Language, title, headings, a description of the graph; colours for both schemes."""
    text = render_html(read_plan(FOLDER / "plan.json"))
    for wanted in (
        '<html lang="en">',
        "<title>",
        "<h1",
        'role="img"',
        "<desc id=",
        "prefers-color-scheme: dark",
        "<main>",
    ):
        assert wanted in text


def test_the_graph_points_from_what_is_waited_for() -> None:
    """One line per dependency, one between phases, one box per step, one band per phase."""
    text = render_html(read_plan(FOLDER / "plan.json"))
    assert text.count('class="edge"') == 4 + 2
    assert text.count('class="step"') == 5
    assert text.count('class="band"') == 3
    assert text.count('class="gate"') == 2


@settings(max_examples=40, deadline=None)
@given(plans())
def test_terminal_text_acts_on_no_terminal_and_keeps_its_width(plan: Plan) -> None:
    """No escape sequence, no turned reading order; lines end where they should."""
    for text in (render_text(plan, width=60, explain=True), render_text(plan), render_tree(plan)):
        assert not set(text) & set("\x1b\x07\x9b\x00\u202e\u2028\r\t")
    assert all(width_of(line) <= 80 for line in render_text(plan).splitlines()[:1])
    assert render_text(plan).startswith("Task: ") and f"\nTask ID: {plan.task_id}\n" in render_text(plan)


def test_every_detail_of_a_plan_is_in_its_markdown() -> None:
    """What a person approves is all of it: no field of a step or gate is left out of plan.md."""
    plan = read_plan(FOLDER / "plan.json")
    document = render_markdown(plan)
    first = plan.phases[0].steps[0]
    for text in [
        *first.deliverables, *first.acceptance, *first.allowed_paths, *first.blocked_paths,
        *first.context_files, *first.expected_files, *first.knowledge, "at most 2 attempts",
        "30 min per attempt", "$2.00, 90,000 tokens", "may veto completion", "architect (reads along)",
        "Check the names of the fields.", "uv run pytest -q", r"\bERROR\b", "what the maintainers run in CI",
        "2 repair rounds", "Approval", "structlog", "Risk: HIGH",
    ]:  # fmt: skip
        assert text in document, text


@pytest.mark.parametrize("width", [8, 20, 33, 80])
def test_wrapped_lines_fit(width: int) -> None:
    """Wide characters count double, combining marks nothing; words too long for a line are cut."""
    text = "Füge 中文字符在这里没有空格所以必须在任何地方断开 a\u0301e\u0301 supercalifragilistic 👍 end"
    lines = wrapped(text, width, "> ", "  ")
    assert all(width_of(line) <= max(width, 10) for line in lines)
    assert "".join("".join(line[2:].split()) for line in lines) == "".join(text.split())
    assert lines[0].startswith("> ") and all(line.startswith("  ") for line in lines[1:])


def test_shortened_text_fits_and_says_that_it_goes_on() -> None:
    """Nothing is cut that fits."""
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
    assert width_of(shortened("中文中文中文", 7)) <= 7


def test_long_texts_without_spaces_are_wrapped_quickly() -> None:
    """Twenty thousand characters in one word are no trap; the suite's time limit guards it."""
    text = render_text(plan_of(step("1.1", task_description="字" * 20_000)), explain=True)
    assert text.count("字") == 20_000
