"""The HTML page: complete in itself, safe whatever agents write, readable, small."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from agent_baton.trace import page as pages
from agent_baton.trace.board import board
from agent_baton.trace.facts import TaskFacts, task_facts
from agent_baton.trace.history import History, gather
from agent_baton.trace.page import Sheet, page
from agent_baton.trace.rate import Rate
from agent_baton.trace.retro_facts import retro_facts
from agent_baton.trace.sketch import COLUMNS, packed, sketch
from agent_baton.trace.svg import Box, Lane, Series, bars, graph, intervals, timeline
from agent_baton.trace.task_page import FileChange, task_page
from tests.support import recount
from tests.support.histories import made_up
from tests.support.pages import numbers, read_data

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
    sketches = [sketch(history) for history in histories]
    return page(Sheet("Tasks", board(facts), facts, details, NOW, "1.0", sketches)), histories


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
    assert "http://" not in text.replace('"http://www.w3.org/2000/svg"', ""), "but the name of a namespace"
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
    assert read_data(text)[0]["rows"][0][1] == HOSTILE[:80]
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
    """All are in the list and have a page of their numbers; the newest have the whole of theirs, as many as fit."""
    histories = [
        gather(task.recorded())
        for task in made_up(40, 20, outcome="an outcome of a usual length, in words " * 8)
    ]
    few = [task_facts(history) for history in histories]
    facts: list[TaskFacts] = [{**few[n % 40], "task_id": f"task-many-{n:04x}"} for n in range(5_000)]

    def details(task_id: str) -> dict[str, Any]:
        return {**task_page(histories[int(task_id[-4:], 16) % 40], NOW, None), "id": task_id}

    drawn = [sketch(history) for history in histories]
    sketches = [[task["task_id"], *drawn[n % 40][1:]] for n, task in enumerate(facts)]
    text = page(Sheet("Tasks", board(facts), facts, details, NOW, "1.0", sketches))
    assert len(text.encode()) < 2_000_000
    head, columns = read_data(text)
    assert len(head["rows"]) == head["sketched"] == 5_000
    assert head["rows"][0][0] == "task-many-1387"
    assert len(columns["agent"]) == 125 * sum(len(history.attempts) for history in histories)
    assert text.count('class="task"') > 20
    assert 'id="task-many-1387"' in text


def test_the_numbers_of_older_tasks_are_those_of_the_journal() -> None:
    """Counted again from the raw events: attempts with who, how, when and for how much; gate runs; in the order of the list."""
    tasks = list(made_up(45, 7, seed=3))
    histories = [gather(task.recorded()) for task in tasks]
    made = packed([sketch(history) for history in reversed(histories)], 1_000_000)
    found = {name: numbers(data) for name, data in zip(COLUMNS, made.columns, strict=True)}
    rows, runs, totals = [], [], []
    for task in reversed(tasks):
        lines = [
            {"seq": row.seq, "type": row.type, "at": row.at, "actor": row.actor, "data": json.loads(row.data)}
            for row in task.rows()
        ]
        attempts = recount.attempts(lines)
        order = [step.step_id for step in histories[tasks.index(task)].steps]
        rows += sorted(attempts, key=lambda row: (order.index(row["step"]), row["attempt"]))
        runs += recount.of(lines, "GateFinished")
        totals.append(len({row["step"] for row in attempts}))
    names = made.names
    assert [names[n] for n in found["agent"]] == [row["agent"] for row in rows]
    assert [names[n] for n in found["model"]] == [row["model"] for row in rows]
    assert [names[n] for n in found["end"]] == [row["how"] for row in rows]
    assert found["seconds"] == [
        0 if row["end"] is None else round(round(row["end"] - row["start"], 3)) + 1 for row in rows
    ]
    assert found["false"] == [len(row["evidence"]["mismatches"]) if row["evidence"] else 0 for row in rows]
    charges = [row["charge"] or {"tokens": None, "usd": None, "source": "unknown"} for row in rows]
    assert found["tokens"] == [0 if c["tokens"] is None else round(c["tokens"] / 100) + 1 for c in charges]
    assert found["cents"] == [0 if c["usd"] is None else round(c["usd"] * 100) + 1 for c in charges]
    assert found["estimated"] == [int(c["source"] == "estimated") for c in charges]
    assert [names[n] for n in found["result"]] == ["green" if run["ok"] else "red" for run in runs]
    assert found["tenths"] == [round(run["duration_s"] * 10) + 1 for run in runs]
    assert sum(n > 0 for n in found["attempts"]) == sum(totals)
    false = [
        row["evidence"]["mismatches"] for row in rows if row["evidence"] and row["evidence"]["mismatches"]
    ]
    assert [n - 1 for n in found["untrue"] if n] == [len(lines[:3]) for lines in false]
    said = iter([names[n] for n in found["untrue_text"]])
    assert [[next(said) for _ in range(1 + len(lines[:3]))][1:] for lines in false] == [
        lines[:3] for lines in false
    ]
    assert [names[n] for n in found["tail"]] == ["" if run["ok"] else run["output"].strip() for run in runs]
    assert any(names[n] for n in found["tail"])


def test_texts_of_older_tasks_are_the_newest_there_is_room_for() -> None:
    """What was claimed and is not true, and how red gates ended; a secret in it is out before anything is cut."""
    token = "ghp_" + "Zz9Yy8Xx7W" * 4
    histories = [gather(task.recorded()) for task in made_up(20, 6)]
    attempts = [a for history in histories for a in history.attempts if a.evidence and a.evidence.mismatches]
    reds = [
        run.finished
        for history in histories
        for run in history.gate_runs
        if run.finished and not run.finished.ok
    ]
    for attempt in attempts:
        attempt.outcome = "x" * 130 + " " + token
    drawn = []
    for number, history in enumerate(reversed(histories)):
        for phase in history.phases:
            for run in phase.gates:
                if run.finished is not None and not run.finished.ok:
                    run.finished = run.finished.replace(
                        output=f"first line\n{token}\n{'y' * 250}\n{number} of them\x1b[31m"
                    )
        drawn.append(sketch(history))
    assert attempts
    assert reds
    whole, some, none = (packed(drawn, room) for room in (1_000_000, 2_000, 0))
    for made in (whole, some, none):
        assert token[:12] not in "".join(made.names)
    tails = [name for name in whole.names if "of them" in name]
    assert tails == sorted(tails, key=lambda text: int(text.split("\n")[-1].split()[0]))
    assert all(len(text) <= 300 and "\x1b" not in text for text in tails)
    kept = [name for name in some.names if "of them" in name]
    assert kept
    assert kept == tails[: len(kept)]
    assert len(kept) < len(tails)
    assert not [name for name in none.names if "of them" in name or "xxx" in name]


def test_when_things_began_comes_back_out() -> None:
    """Also of what ran beside each other: each moment is told from the end of the one before."""
    one = ["dev", "sonnet", "complete", "confirmed"]
    attempts = [
        [*one, start, seconds, 1, 0, None, None, 0, []]
        for start, seconds in ((5, 60), (6, 10), (70, None), (9, 1))
    ]
    made = packed([["t", 0, [[1, "Build", "", [["1.1", "dev", "open", attempts]], []]]]], 0)
    found = {name: numbers(data) for name, data in zip(COLUMNS, made.columns, strict=True)}
    clock, starts = 0, []
    for late, seconds in zip(found["start"], found["seconds"], strict=True):
        starts.append(clock + (-(late + 1) // 2 if late % 2 else late // 2))
        clock = starts[-1] + max(0, seconds - 1)
    assert starts == [5, 6, 70, 9]


def test_a_page_that_is_too_full_draws_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list stays whole; of the oldest tasks only their line is there."""
    monkeypatch.setattr(pages, "MOST_DATA", 4_000)
    monkeypatch.setattr(pages, "MOST_DETAILS", 2)
    text, _ = built(60)
    head, columns = read_data(text)
    assert len(head["rows"]) == 60
    assert len(columns["phases"]) == head["sketched"] < 60


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


def test_a_chart_that_says_nothing_is_not_drawn() -> None:
    """Under five steps an agent is not compared: of a first task the tables say all there is."""
    assert "At a glance" not in built(1, 2)[0]
    assert "At a glance" in built(12)[0]


def test_on_paper_it_is_dark_on_white_and_tables_keep_their_heads() -> None:
    """Whatever theme was chosen; the heads of the list are buttons, so those are not hidden."""
    text, _ = built(1)
    style = text.split("<style>")[1].split("</style>")[0]
    assert all(line.startswith("@media screen") for line in style.split("\n") if "color-scheme:dark" in line)
    hidden = re.findall(r"([^{}]*)\{display:none\}", style.split("@media print")[1])
    assert hidden and "button" not in hidden[0].split(",")


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
    dear = bars(["a"], [Series("x", "ok", [1_234_567.89])], "Dear", "$")
    at = re.search(r'<text x="([\d.]+)"[^>]*text-anchor="end"[^>]*>\$1,234,567.89<', dear)
    assert at is not None
    assert float(at[1]) >= 6.5 * len("$1,234,567.89"), "the greatest value begins outside of the drawing"
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
