"""The HTML page: complete in itself, safe whatever agents write, readable, small."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from agent_baton.trace.board import board
from agent_baton.trace.facts import TaskFacts, task_facts
from agent_baton.trace.history import History, gather
from agent_baton.trace.page import Sheet, page
from agent_baton.trace.rate import Rate
from agent_baton.trace.retro_facts import retro_facts
from agent_baton.trace.svg import Box, Lane, Series, bars, graph, intervals, timeline
from agent_baton.trace.task_page import FileChange, task_page
from tests.support.histories import made_up

NOW = 1_800_000_000.0
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \u202e & ]]> {{ 7*7 }}"
SECRET = "ghp_" + "a1B2c3D4e5" * 4
VOID = {"meta", "input", "br", "link", "img"}


def built(tasks: int, steps: int = 6, outcome: str = "done") -> tuple[str, list[History]]:
    histories = [gather(task.recorded()) for task in made_up(tasks, steps, outcome=outcome)]
    by_id = {history.task_id: history for history in histories}
    changes = [FileChange("src/a.py", 3, 1), FileChange(f"{outcome}.bin", None, None)]

    def details(task_id: str) -> dict[str, Any]:
        return task_page(by_id[task_id], NOW, changes)

    facts = [task_facts(history) for history in histories]
    return page(Sheet("Tasks", board(facts), facts, details, NOW, "1.0")), histories


class Reader(HTMLParser):
    """Checks that elements nest, and collects what the tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        self.ids += [found["id"]] if "id" in found else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_nothing_is_loaded_from_anywhere() -> None:
    """No address but those of its own parts; a policy that forbids all others."""
    text, _ = built(12)
    reader = Reader(text)
    for tag, attrs in reader.elements:
        assert "src" not in attrs, tag
        assert "style" not in attrs, "the policy forbids it"
        assert not any(name.startswith("on") for name in attrs), tag
        assert attrs.get("href", "#").startswith("#"), attrs
        assert tag not in ("link", "iframe", "object", "embed", "base")
    assert "url(" not in text
    assert "@import" not in text
    assert "http://" not in re.sub(r'xmlns="[^"]*"', "", text)
    policy = next(
        attrs["content"]
        for tag, attrs in reader.elements
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_only_our_own_style_and_script_may_run() -> None:
    """The policy names the hashes of exactly what stands in the page."""
    text, _ = built(3)
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        content = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(content) == 1
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in text


def test_what_agents_write_stays_text() -> None:
    """Markup, script ends, template braces: shown, never run."""
    text, _ = built(45, 4, HOSTILE)
    reader = Reader(text)
    assert [tag for tag, _ in reader.elements].count("script") == 2
    assert "img" not in [tag for tag, _ in reader.elements]
    assert "{{ 7*7 }}" in text
    assert "alert(1)" in "".join(reader.words)


def test_a_hostile_name_stays_in_the_list() -> None:
    """What the script reads is inside its element whatever a task is called, and comes out unchanged."""
    facts = [{**task_facts(gather(task.recorded())), "summary": HOSTILE} for task in made_up(2, 3)]
    text = page(Sheet("Tasks", board(facts), facts, lambda task_id: _details(task_id), NOW, "1.0"))  # type: ignore[arg-type]
    data = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[0]
    assert json.loads(data)["rows"][0][1] == HOSTILE[:80]
    assert [tag for tag, _ in Reader(text).elements].count("script") == 2


def _details(task_id: str) -> dict[str, Any]:
    history = next(gather(task.recorded()) for task in made_up(2, 3) if task.task_id == task_id)
    return task_page(history, NOW, None)


def test_secrets_do_not_appear() -> None:
    for outcome in (SECRET, f'said password="{SECRET[:30]}"', f"x{' ' * 180}token: {SECRET}"):
        text, _ = built(42, 4, outcome)
        assert SECRET[:20] not in text
        assert "redacted" in text


def test_every_task_has_its_page_while_they_are_few() -> None:
    """From one task on: linked from the list, reached by its name."""
    for count in (1, 2, 30):
        text, histories = built(count)
        ids = Reader(text).ids
        assert len(ids) == len(set(ids)), "an id stands for one thing"
        for history in histories:
            assert history.task_id in ids
            assert f'href="#{history.task_id}"' in text or count > 25


def test_an_empty_page_is_a_page() -> None:
    text = page(Sheet("Tasks", board([]), [], lambda task_id: {}, NOW, "1.0"))
    assert "none yet" in text
    Reader(text)


def test_five_thousand_tasks_fit_in_two_megabytes() -> None:
    """All are in the list; the newest have their details, as many as fit."""
    histories = [
        gather(task.recorded())
        for task in made_up(40, 20, outcome="an outcome of a usual length, in words " * 8)
    ]
    few = [task_facts(history) for history in histories]
    facts: list[TaskFacts] = [{**few[n % 40], "task_id": f"task-many-{n:04x}"} for n in range(5_000)]

    def details(task_id: str) -> dict[str, Any]:
        return {**task_page(histories[int(task_id[-4:], 16) % 40], NOW, None), "id": task_id}

    text = page(Sheet("Tasks", board(facts), facts, details, NOW, "1.0"))
    assert len(text.encode()) < 2_000_000
    data = json.loads(
        re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[0]
    )
    assert len(data["rows"]) == 5_000
    assert data["rows"][0][0] == "task-many-1387"
    assert text.count('class="task"') > 20
    assert 'id="task-many-1387"' in text


def test_screen_readers_get_the_whole_of_it() -> None:
    """Language, landmarks, one heading of the first rank a view, named tables and drawings, a table for every chart."""
    text, histories = built(12)
    reader = Reader(text)
    tags = [tag for tag, _ in reader.elements]
    assert '<html lang="en">' in text
    assert (tags.count("main"), tags.count("header"), tags.count("footer"), tags.count("nav")) == (1, 1, 1, 1)
    assert tags.count("h1") == 1 + len(histories) + 1
    for tag, attrs in reader.elements:
        if tag == "svg":
            assert attrs["role"] == "img"
            assert attrs["aria-label"]
        if tag == "th":
            assert attrs["scope"] in ("row", "col")
        if attrs.get("role") == "region":
            assert attrs["tabindex"] == "0", "what scrolls is reached by keyboard"
            assert "aria-label" in attrs or "aria-labelledby" in attrs
        if "aria-labelledby" in attrs:
            assert attrs["aria-labelledby"] in reader.ids
    assert text.count("<figure>") == text.count("As a table") > 0
    assert '<a class="skip" href="#main">' in text


def luminance(color: str) -> float:
    digits = color.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_have_contrast_in_both_themes() -> None:
    """Text at least 4.5:1 on the page, on panels and on the boxes it stands in (WCAG AA)."""
    text, _ = built(1)
    themes = re.findall(r":root(?:\[data-theme=dark\])?\{color-scheme:[^;}]+;([^}]+)\}", text)
    assert len(themes) == 2
    for theme in themes:
        colors = dict(pair.split(":") for pair in theme.replace("--", "").split(";"))
        for name in ("ink", "soft", "accent", "ok", "bad", "warn", "none", "now"):
            for ground in ("page", "panel"):
                assert contrast(colors[name], colors[ground]) >= 4.5, (name, ground)
        for name in ("okfill", "badfill", "warnfill", "nonefill", "nowfill"):
            assert contrast(colors["in"], colors[name]) >= 4.5, name
            assert colors[name] != colors["page"]


def test_the_numbers_of_a_task_are_those_of_its_history() -> None:
    """Rows of the claims table, gates, graph boxes and timeline lanes are counted again."""
    text, histories = built(9)
    for history in histories:
        section = text.split(f'<section id="{history.task_id}"')[1].split("</section>")[0]
        attempts = sum(len(step.attempts) for step in history.steps)
        assert section.count("<details") == len(history.gate_runs) + 1
        table = section.split("Claims and evidence</h2>")[1].split("</table>")[0]
        assert table.count("<tr>") == attempts + 1
        assert section.count('class="box') == len(history.steps) + sum(
            bool(p.gate or p.gates) for p in history.phases
        )
        assert f"<dt>Attempts</dt><dd>{attempts}</dd>" in section
        assert table.count("not true:") == sum(
            len(a.evidence.mismatches) for a in history.attempts if a.evidence
        )


def test_charts_draw_what_they_are_given() -> None:
    """Heights in proportion, too few not compared, open work until the end, a curve for each dependency."""
    drawn = bars(["a", "b"], [Series("x", "ok", [10, 5])], "Bars")
    heights = [float(height) for height in re.findall(r'height="([\d.]+)"><title>', drawn)]
    assert heights[0] == pytest.approx(2 * heights[1])
    assert "too few to say" in intervals([("one", Rate(2, 4))], "Rates")
    assert "<circle" in intervals([("one", Rate(4, 5))], "Rates")
    assert (
        graph([("1", [Box("a", "a", "ok", "a"), Box("b", "b", "ok", "b", ["a", "gone"])])], "Graph").count(
            "<path"
        )
        == 1
    )
    assert timeline([Lane("x", [])], 5.0, 5.0, "Nothing took any time")
    for drawing in (drawn, intervals([], "none"), graph([], "none"), bars([], [], "none")):
        Reader(drawing)


def test_a_task_of_thousands_of_steps_has_a_page_too() -> None:
    """Its graph, timeline and claims are cut, and say so."""
    history = gather(next(iter(made_up(1, 3_000))).recorded())
    facts = [task_facts(history)]
    text = page(
        Sheet("Tasks", board(facts), facts, lambda task_id: task_page(history, NOW, None), NOW, "1.0")
    )
    assert f'id="{history.task_id}"' in text
    assert "more steps" in text
    assert "earlier: baton trace show" in text
    assert len(text) < 1_000_000
    assert retro_facts(history)["happened"]["steps"] >= 3_000
