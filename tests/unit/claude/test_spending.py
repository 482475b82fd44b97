"""Transcripts of Claude Code, counted: each answer once, whatever files it stands in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from agent_baton.claude.spending import config_dir, spending

TOP = "/home/ann/my.shop"
SLUG = "-home-ann-my-shop"


def answer(
    key: str, tokens: int = 10, model: str = "claude-sonnet-5", cwd: str = TOP, **more: Any
) -> dict[str, Any]:
    usage = {
        "input_tokens": tokens, "output_tokens": 1, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20,
        "cache_creation": {"ephemeral_1h_input_tokens": 5},
    }  # fmt: skip
    message = {"id": key, "model": model, "usage": usage}
    return {
        "type": "assistant",
        "timestamp": "2026-11-20T10:00:00.000Z",
        "cwd": cwd,
        "message": message,
        **more,
    }


def write(folder: Path, name: str, *entries: Any) -> Path:
    path = folder / "projects" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{e if isinstance(e, str) else json.dumps(e)}\n" for e in entries))
    return path


def test_an_answer_in_several_lines_counts_once(tmp_path: Path) -> None:
    """The same message id is written once a block, and again in the files of forks and of its subagents."""
    write(tmp_path, f"{SLUG}/s1.jsonl", answer("m1", 1), answer("m1", 7), answer("m2"))
    write(tmp_path, f"{SLUG}/s2.jsonl", answer("m1", 7), answer("m3"))
    found = list(spending(tmp_path, TOP))
    assert [(spent.session, spent.usage["input"]) for spent in found] == [("s1", 7), ("s1", 10), ("s2", 10)]


def test_subagents_are_told_apart(tmp_path: Path) -> None:
    """Below the session, by their type; without the file that says it, as subagents."""
    write(tmp_path, f"{SLUG}/s1.jsonl", answer("m1"))
    write(tmp_path, f"{SLUG}/s1/subagents/agent-a.jsonl", answer("m2"))
    write(tmp_path, f"{SLUG}/s1/subagents/agent-a.meta.json", json.dumps({"agentType": "test-engineer"}))
    write(tmp_path, f"{SLUG}/s1/subagents/agent-b.jsonl", answer("m3"))
    found = {spent.agent: spent.session for spent in spending(tmp_path, TOP)}
    assert found == {"": "s1", "test-engineer": "s1", "subagent": "s1"}


def test_only_this_repository_and_what_lies_below(tmp_path: Path) -> None:
    """Other directories can be written alike: the working directory decides."""
    write(tmp_path, f"{SLUG}/s1.jsonl", answer("m1"))
    write(tmp_path, f"{SLUG}-web/s2.jsonl", answer("m2", cwd=f"{TOP}/web"))
    write(tmp_path, f"{SLUG}-2/s3.jsonl", answer("m3", cwd="/home/ann/my.shop-2"))
    write(tmp_path, "-home-ann-other/s4.jsonl", answer("m4", cwd="/home/ann/other"))
    assert {spent.session for spent in spending(tmp_path, TOP)} == {"s1", "s2"}


@pytest.mark.parametrize(
    "line",
    ["", "{", "null", '"assistant"', json.dumps({"type": "assistant"}), json.dumps({"type": "assistant", "message": {"id": "x"}}),
     json.dumps(answer("e", model="<synthetic>")), json.dumps({**answer("u"), "type": "user"}), '{"type": "assistant", "mess'],
)  # fmt: skip
def test_what_is_no_answer_is_left_out(tmp_path: Path, line: str) -> None:
    write(tmp_path, f"{SLUG}/s1.jsonl", answer("m1"), line)
    assert [spent.usage["input"] for spent in spending(tmp_path, TOP)] == [10]


def test_every_kind_of_token(tmp_path: Path) -> None:
    strange = answer("m2")
    strange["message"]["usage"] = {"input_tokens": "many", "output_tokens": -3, "cache_creation": None}
    write(tmp_path, f"{SLUG}/s1.jsonl", answer("m1", 10), strange)
    first, second = spending(tmp_path, TOP)
    assert first.usage == {
        "input": 10,
        "output": 1,
        "cache_read": 100,
        "cache_write": 20,
        "cache_write_1h": 5,
    }
    assert set(second.usage.values()) == {0}


def test_without_transcripts_there_is_nothing(tmp_path: Path) -> None:
    assert list(spending(tmp_path / "none", TOP)) == []
    assert config_dir({"CLAUDE_CONFIG_DIR": "/x"}) == Path("/x")
    assert config_dir({"HOME": "/home/ann"}) == Path("/home/ann/.claude")


def test_what_is_no_transcript_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe, a device, a directory or a link that leads nowhere in the place of one."""
    folder = write(tmp_path, f"{SLUG}/s1.jsonl", answer("m1")).parent
    os.mkfifo(folder / "s0.jsonl")
    (folder / "s2.jsonl").symlink_to("/dev/zero")
    (folder / "s3.jsonl").mkdir()
    (folder / "s4.jsonl").symlink_to("s4.jsonl")
    assert [spent.session for spent in spending(tmp_path, TOP)] == ["s1"]


@pytest.mark.parametrize("tokens", [10**400, 10**12, -3, True, "7", None, 2.5])
def test_what_is_no_count_is_none(tmp_path: Path, tokens: Any) -> None:
    write(tmp_path, f"{SLUG}/s1.jsonl", answer("m1", tokens))
    (spent,) = spending(tmp_path, TOP)
    assert spent.usage["input"] == 0
    assert spent.usage["cache_read"] == 100


@pytest.mark.parametrize("at", [None, 5, "", "yesterday", ["2026-11-20"]])
def test_an_answer_without_a_day_is_on_no_day(tmp_path: Path, at: Any) -> None:
    """And without a model's name of an unknown one: it is used all the same."""
    entry = answer("m1", timestamp=at)
    del entry["message"]["model"]
    write(tmp_path, f"{SLUG}/s1.jsonl", entry)
    (spent,) = spending(tmp_path, TOP)
    assert (spent.at, spent.model) == ("(no day)", "unknown")
