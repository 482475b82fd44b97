"""What needs an extra or a browser: the live view, a collector, the page in Chromium. Skipped where that is not installed."""

from __future__ import annotations

import asyncio
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.trace import page as pages
from agent_baton.trace.board import board
from agent_baton.trace.facts import task_facts
from agent_baton.trace.history import gather
from agent_baton.trace.sketch import sketch
from tests.support.histories import made_up, write_journal
from tests.support.repo import Repo

OPEN = "task-made-0027"  # number 39 of the made-up tasks: waits for an answer
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def made(repo: Repo) -> Repo:
    (repo.path / ".claude" / "team-context").mkdir(parents=True)
    write_journal(repo.path / ".claude" / "team-context" / "baton.db", 40, 5)
    return repo


def test_the_live_view_shows_a_task_and_follows_it(tmp_path: Path) -> None:
    """Steps, story and what comes next; an appended event appears by itself; q ends it."""
    pytest.importorskip("textual")
    from textual.widgets import DataTable, RichLog, Static

    from agent_baton.cli.watch_screen import POLL_S, Watching

    task = list(made_up(40, 3))[-1]
    rows = task.rows()
    journal = SqliteJournal(str(tmp_path / "baton.db"))
    journal.extend(task.task_id, rows[:-2])

    async def look() -> None:
        app = Watching(journal, task.task_id, lambda: rows[-1].at + 5)
        async with app.run_test(size=(120, 40)) as pilot:
            table = app.query_one("#steps", DataTable)
            cells = [str(cell) for key in table.rows for cell in table.get_row(key)]
            assert "1.1" in cells
            assert "complete" in cells
            head = str(app.query_one("#head", Static).content)
            assert task.task_id in head
            assert "Next: DISPATCH" in head
            before = len(app.query_one("#story", RichLog).lines)
            journal.extend(task.task_id, rows)
            for _ in range(200):  # until its own clock has it look again
                if "QUESTION" in str(app.query_one("#head", Static).content):
                    break
                await pilot.pause(POLL_S / 10)
            assert "QUESTION" in str(app.query_one("#head", Static).content)
            assert len(app.query_one("#story", RichLog).lines) > before
            dark = app.theme
            await pilot.press("d")
            assert app.theme != dark
            await pilot.press("q")
        assert app.return_code == 0

    asyncio.run(look())
    journal.close()


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_the_live_view_is_left_by_the_usual_keys(tmp_path: Path, key: str) -> None:
    """Ctrl-C too, as everything else that looks on."""
    pytest.importorskip("textual")
    from agent_baton.cli.watch_screen import Watching

    task = list(made_up(40, 3))[-1]
    journal = SqliteJournal(str(tmp_path / "baton.db"))
    journal.extend(task.task_id, task.rows())

    async def look() -> None:
        app = Watching(journal, task.task_id)
        async with app.run_test() as pilot:
            await pilot.press(key)
            for _ in range(500):  # until it has heard
                if not app.is_running:
                    break
                await pilot.pause(0.02)
            assert not app.is_running
        assert app.return_code == 0

    asyncio.run(look())
    journal.close()


def test_watch_needs_a_terminal(made: Repo) -> None:
    pytest.importorskip("textual")
    assert "needs a terminal" in made.baton("watch", OPEN, code=2).stderr


def test_a_missing_extra_is_named(made: Repo, tmp_path: Path) -> None:
    """Without the extra: what is missing, and how to get it."""
    for module, command, extra in (("textual", "watch", "tui"), ("opentelemetry", "trace", "otel")):
        hidden = (
            "import sys; sys.modules[sys.argv.pop(1)] = None\nfrom agent_baton.cli.entry import main; main()"
        )
        args = [command, OPEN] if command == "watch" else [command, "send", OPEN]
        ran = subprocess.run(
            [sys.executable, "-c", hidden, module, *args],
            cwd=made.path,
            env=made.env,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 2, ran.stderr
        assert f"agent-baton[{extra}]" in ran.stderr


class Collector(HTTPServer):
    bodies: list[bytes]


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector(("127.0.0.1", 0), _Taking)
    server.bodies = []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_spans_reach_a_collector(made: Repo, collector: Collector) -> None:
    """Sent by OpenTelemetry's own exporter, with the ids that the export writes."""
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    url = f"http://127.0.0.1:{collector.server_address[1]}/v1/traces"
    said = made.baton("trace", "send", OPEN, "--endpoint", url).stdout
    request = ExportTraceServiceRequest()
    request.ParseFromString(collector.bodies[0])
    sent = {span.span_id.hex(): span for span in request.resource_spans[0].scope_spans[0].spans}
    document = json.loads(made.baton("trace", "export", OPEN, "--format", "otlp").stdout)
    written = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert f"sent {len(written)} spans" in said
    assert set(sent) == {span["spanId"] for span in written}
    for span in written:
        assert sent[span["spanId"]].name == span["name"]
        assert sent[span["spanId"]].start_time_unix_nano == int(span["startTimeUnixNano"])


def test_a_collector_that_is_not_there(made: Repo) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    ran = made.baton(
        "trace",
        "send",
        OPEN,
        "--endpoint",
        "http://127.0.0.1:9/v1/traces",
        code=2,
        OTEL_EXPORTER_OTLP_TIMEOUT="1",
    )
    assert "did not take the spans" in ran.stderr


def browse(page: Path, fragment: str = "") -> str:
    """The page's elements after its scripts ran. Its own folders have short paths: it makes sockets below them."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as profile:
        ran = subprocess.run(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=2000",
             "--dump-dom", f"--user-data-dir={profile}", f"{page.as_uri()}{fragment}"],
            capture_output=True, text=True, timeout=300, env={**os.environ, "TMPDIR": profile},
        )  # fmt: skip
    assert ran.stdout, ran.stderr
    return ran.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_the_page_in_a_browser(made: Repo, tmp_path: Path) -> None:
    """Its script runs under its own policy: the list is drawn, a link leads to a task, older tasks have a short page."""
    page = tmp_path / "page.html"
    made.baton("dashboard", "--html", str(page))
    whole = browse(page)
    assert "40 of 40 tasks" in whole
    assert re.search(r'<button id="theme" type="button">Theme: system', whole)
    assert whole.count('<th scope="row"><a href="#task-made-') == 40
    one = browse(page, f"#{OPEN}")
    assert re.search(rf'<section id="{OPEN}" class="task open"', one)
    assert '<div id="overview" class="away">' in one
    assert html.unescape(one).count("Which port?") > 0
    text = page.read_text()
    start = text.index(f'<section id="{OPEN}"')
    page.write_text(text[:start] + text[text.index("</section>", start) + len("</section>") :])
    brief = browse(page, f"#{OPEN}")
    assert f"baton story {OPEN}" in brief
    assert '<section id="brief" class="task open"' in brief


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_an_older_task_is_drawn_from_its_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacked in the browser: graph, timeline, a row an attempt and a row a gate run, and as text what was not true."""
    monkeypatch.setattr(pages, "MOST_DETAILS", 0)
    histories = [gather(task.recorded()) for task in made_up(9, 5, outcome="<b>never bold</b>")]
    facts = [task_facts(history) for history in histories]
    sketches = [sketch(history) for history in histories]
    page = tmp_path / "page.html"
    page.write_text(pages.page(pages.Sheet("Tasks", board(facts), facts, lambda _: {}, 2e9, "1", sketches)))
    told = [0, 0]
    red_one = next(h for h in histories if any(r.finished and not r.finished.ok for r in h.gate_runs))
    false_one = next(h for h in histories if any(a.evidence and a.evidence.mismatches for a in h.attempts))
    for history in (histories[7], red_one, false_one):
        brief = browse(page, f"#{history.task_id}").split('<section id="brief"')[1].split("</section>")[0]
        assert brief.count("<svg") == 2
        assert brief.count("<tr>") == 2 + len(history.attempts) + len(history.gate_runs)
        assert brief.count('class="box') == len(history.steps) + sum(
            bool(p.gate or p.gates) for p in history.phases
        )
        assert history.steps[-1].agent_name in brief
        assert "<b>never bold" not in brief
        false = sum(len(a.evidence.mismatches) for a in history.attempts if a.evidence)
        assert brief.count("<div>not true: ") == false
        assert ("it claimed: &lt;b&gt;never bold&lt;/b&gt;" in brief) == (false > 0)
        red = sum(1 for run in history.gate_runs if run.finished and not run.finished.ok)
        assert brief.count('<pre tabindex="0">') == red
        told = [told[0] + red, told[1] + false]
    assert all(told), "no red gate or no false claim was looked at"
