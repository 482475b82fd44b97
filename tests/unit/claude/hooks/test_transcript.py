"""Transcripts: each answer of the model counts once, whatever the file looks like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.app.prices import usd
from agent_baton.claude.hooks.transcript import count, first_prompt, started_by
from tests.support.hooks import append, message


def test_an_answer_written_as_several_lines_counts_once(tmp_path: Path) -> None:
    """One API response becomes a line for each of its blocks, all with the same id and usage."""
    path = tmp_path / "t.jsonl"
    tool = {"id": "t1", "name": "Write", "input": {"file_path": "/r/a.py"}}
    append(
        path,
        message(1, input_tokens=100, output_tokens=20),
        message(1, tools=(tool,), input_tokens=100, output_tokens=20),
    )
    append(path, message(2, input_tokens=200, output_tokens=5, cache_read_input_tokens=1_000))
    spent = count(str(path))
    assert spent.tokens == 120 + 1_205
    assert (spent.edits, spent.tool_uses, spent.open_end) == (("/r/a.py",), 1, False)
    assert spent.usage[0] == {
        "model": "claude-haiku-5-5", "input": 300, "output": 25, "cache_read": 1_000, "cache_write": 0, "cache_write_1h": 0
    }  # fmt: skip


def test_reading_goes_on_where_it_ended(tmp_path: Path) -> None:
    """What was counted is not counted again, not even the rest of an answer that was being written."""
    path = tmp_path / "t.jsonl"
    append(path, message(1, output_tokens=10))
    first = count(str(path))
    append(path, message(1, output_tokens=10), message(2, output_tokens=7))
    second = count(str(path), first.read_to, first.last_message)
    assert (first.tokens, second.tokens) == (10, 7)
    assert count(str(path), second.read_to, second.last_message).tokens == 0


def test_messages_of_before_are_left_out(tmp_path: Path) -> None:
    """A forked session's transcript begins with the old one's answers; they were not for this task."""
    path = tmp_path / "t.jsonl"
    append(path, message(1, output_tokens=10), message(5, output_tokens=7))
    assert count(str(path), since="2099-01-01T00:00:03Z").tokens == 7


def test_errors_claude_code_makes_up_cost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    append(path, message(1, model="<synthetic>", output_tokens=10), message(2, output_tokens=3))
    assert count(str(path)).tokens == 3


def test_a_half_written_line_is_left_for_later(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    append(path, message(1, output_tokens=10))
    with path.open("a") as file:
        file.write(json.dumps(message(2, output_tokens=9))[:40])
    spent = count(str(path))
    assert spent.tokens == 10
    assert spent.read_to == len(path.read_bytes()) - 40


def test_a_transcript_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "none.jsonl")
    assert (count(path).tokens, first_prompt(path), started_by(path)) == (0, "", "")


@given(data=st.binary(max_size=300))
def test_any_bytes_are_read(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """A transcript is somebody else's file: no content of it raises."""
    path = tmp_path_factory.mktemp("t") / "t.jsonl"
    path.write_bytes(b'{"type":"assistant","message":' + data + b"}\n" + data)
    assert count(str(path)).tokens >= 0
    assert isinstance(first_prompt(str(path)), str)
    path.unlink()


def test_prices_are_those_the_cli_charges() -> None:
    """Measured with 2.1.329 on requests of known usage: cache writes at 1.25 and 2 times the price of input."""
    prices = {"opus": {"input": 4.0, "output": 20.0, "cache_read": 0.2}}
    row = {
        "model": "claude-opus-5-5",
        "input": 0,
        "output": 0,
        "cache_read": 0,
        "cache_write": 0,
        "cache_write_1h": 0,
    }
    assert usd([{**row, "input": 1_000}], prices) == 0.004
    assert usd([{**row, "output": 1_000}], prices) == 0.02
    assert usd([{**row, "cache_read": 1_000}], prices) == 0.0002
    assert usd([{**row, "cache_write": 1_000}], prices) == 0.005
    assert usd([{**row, "cache_write": 1_000, "cache_write_1h": 1_000}], prices) == 0.008
    assert usd([{**row, "model": "mystery", "input": 1}], prices) is None
    assert usd([], prices) is None
