"""The screen: readable at 80 columns, whatever is told."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent_baton.app.run.picture import Picture, lines
from agent_baton.app.run.plain import line, wrapped

RUN = {"at": 0.0, "kind": "run", "task": "task-parser-a3f9", "text": "Make the parser faster", "runtime": "claude", "branch": "baton/x/task", "max_parallel": 4}  # fmt: skip
STARTS = {"at": 1.0, "kind": "starts", "step": "1.1", "agent": "backend-engineer--python", "attempt": 2, "resumed": False, "took_s": 0.1}  # fmt: skip
PROGRESS = {"at": 0.5, "kind": "progress", "phase": "phase 1 Build", "steps": [3, 7], "gates": [0, 2], "tokens": 48_000, "usd": 0.4, "limit_usd": 5.0, "unknown": 1}  # fmt: skip


def shown(*items: dict[str, Any], now: float = 75.0, width: int = 80) -> list[str]:
    picture = Picture()
    for item in items:
        picture.take(item)
    return lines(picture, now, width)


def test_it_shows_phase_agents_money_and_time() -> None:
    tool = {"at": 2.0, "kind": "tool", "step": "1.1", "name": "Bash", "text": "pytest -q"}
    spent = {"at": 3.0, "kind": "spent", "step": "1.1", "tokens": 1_200, "usd": 0.03}
    gate = {"at": 4.0, "kind": "gate-says", "phase": 1, "text": "41 passed"}
    begins = {"at": 4.0, "kind": "gate-starts", "phase": 1, "text": "pytest -q"}
    text = "\n".join(shown(RUN, PROGRESS, STARTS, tool, spent, begins, gate))
    for part in ("task-parser-a3f9", "1m 15s", "phase 1 Build", "steps 3/7", "gates 0/2", "49,200 tokens",
                 "$0.43 of $5.00", "1 unknown", "1.1 backend-engineer--python (attempt 2)", "Bash: pytest -q",
                 "1,200 tk $0.03", "gate 1: pytest -q", "41 passed"):  # fmt: skip
        assert part in text


def test_an_agent_that_ended_is_gone_from_the_screen() -> None:
    ends = {"at": 9.0, "kind": "ends", "step": "1.1", "result": "complete", "reason": "done", "text": "did it", "tokens": 5, "usd": None, "seconds": 8.0}  # fmt: skip
    text = shown(RUN, STARTS, ends)
    assert not any(row.startswith(" 1.1") for row in text)
    assert "cost unknown" in line(ends)


def test_a_pause_says_until_when() -> None:
    paused = {"at": 9.0, "kind": "paused", "text": "usage limit", "until": 50_000.0}
    assert any("paused until" in row for row in shown(RUN, paused))


def test_a_command_to_be_typed_is_whole() -> None:
    """What it waits for names the command that ends the wait: at 80 columns it is not cut."""
    says = "phase 1 (Reproduce and fix) waits for approval: baton approve --phase-id 1 --result approve"
    rows = shown(RUN, {"at": 9.0, "kind": "waiting", "text": says})
    assert says in " ".join(" ".join(rows).split())


def test_what_an_agent_cost_does_not_vanish_between_its_end_and_the_next_figures() -> None:
    ends = {"at": 9.0, "kind": "ends", "step": "1.1", "result": "complete", "reason": "done", "text": "did it", "tokens": 1_200, "usd": 0.03, "upper_usd": 0.02, "seconds": 8.0}  # fmt: skip
    spent = {"at": 3.0, "kind": "spent", "step": "1.1", "tokens": 1_200, "usd": 0.03}
    text = "\n".join(shown(RUN, PROGRESS, STARTS, spent, ends))
    assert "49,200 tokens · $0.43 of $5.00 + at most $0.02 not measured" in text


def test_money_nobody_named_is_shown_as_what_it_is_at_most() -> None:
    spent = {"at": 3.0, "kind": "spent", "step": "1.1", "tokens": 1_200, "usd": None, "at_most_usd": 0.07}
    text = "\n".join(shown(RUN, PROGRESS, STARTS, spent))
    assert "$0.40 of $5.00 + at most $0.07 not measured" in text
    assert "1,200 tk ≤$0.07" in text


def test_lines_of_the_log_are_broken_between_words() -> None:
    """The rest stands under the words, beside the time; what is one word stays one."""
    text = wrapped("17:03:13  1.1 complete: added a function and its test in src/humanize/short.py", 40)
    assert text.splitlines() == [
        "17:03:13  1.1 complete: added a function",
        "          and its test in",
        "          src/humanize/short.py",
    ]


@given(st.text(), st.integers(20, 200), st.integers(0, 10**9))
def test_no_line_is_wider_than_the_screen(text: str, width: int, tokens: int) -> None:
    text = " ".join(text.split())
    says = {"at": 2.0, "kind": "says", "step": "1.1", "text": text}
    spent = {"at": 3.0, "kind": "spent", "step": "1.1", "tokens": tokens, "usd": None}
    rows = shown(
        RUN | {"text": text},
        PROGRESS | {"tokens": tokens},
        STARTS | {"agent": text or "x"},
        says,
        spent,
        width=width,
    )
    assert max(map(len, rows)) <= width


def test_many_agents_leave_room() -> None:
    rows = shown(RUN, *({**STARTS, "step": f"1.{n}"} for n in range(64)))
    assert len(rows) < 40
    assert any("52 more agents" in row for row in rows)


def test_plain_lines_leave_out_what_would_fill_a_log() -> None:
    assert line({"at": 0.0, "kind": "says", "step": "1.1", "text": "hm"}) == ""
    assert "1.1 starts: backend-engineer--python, attempt 2" in line(STARTS)
