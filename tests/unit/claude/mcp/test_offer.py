"""Tools made of commands: what a call becomes, what an answer becomes, and the next call said in the client's words."""

from __future__ import annotations

from typing import Any

import pytest

from agent_baton.claude.mcp.offer import Parameter, Tool, answered, as_call, with_calls

STRING = {"type": "string"}
RECORD = Tool(
    "record",
    "Record.",
    ("execute", "record"),
    (
        Parameter("step_id", "--step-id", STRING, required=True),
        Parameter("attempt", "--attempt", {"type": "integer"}),
        Parameter("cost_usd", "--cost-usd", {"type": "number"}),
        Parameter("next", "--next", {"type": "boolean"}),
        Parameter("knowledge", "--knowledge", {"type": "array", "items": STRING}),
        Parameter("task", "", STRING),
    ),
    False,
)


def test_a_call_is_a_command_line() -> None:
    """Values stand behind their flag with =, so that none can pass for an option; places come after --."""
    arguments = {"task": "--save", "step_id": "--force", "attempt": 2, "next": True, "knowledge": ["a", "b"]}
    assert RECORD.line(arguments) == [
        "execute", "record", "--output=json", "--step-id=--force", "--attempt=2", "--next",
        "--knowledge=a", "--knowledge=b", "--", "--save",
    ]  # fmt: skip


def test_what_is_not_given_is_not_said() -> None:
    """null and false are left out."""
    assert RECORD.line({"step_id": "1.1", "next": False, "attempt": None}) == [
        "execute", "record", "--output=json", "--step-id=1.1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "'step_id' is missing"),
        ({"step_id": None}, "'step_id' is missing"),
        ({"step_id": "1.1", "stepid": "x"}, "unknown argument 'stepid'"),
        ({"step_id": 1}, "'step_id' is of type string"),
        ({"step_id": "1.1", "attempt": True}, "'attempt' is of type integer"),
        ({"step_id": "1.1", "attempt": 1.5}, "'attempt' is of type integer"),
        ({"step_id": "1.1", "next": "yes"}, "'next' is true or false"),
        ({"step_id": "1.1", "knowledge": "a"}, "'knowledge' is a list"),
        ({"step_id": "a\0b"}, "without NUL"),
        ({"step_id": "x" * 200_000}, "at most"),
    ],
)
def test_what_the_schema_does_not_allow(arguments: dict[str, Any], words: str) -> None:
    """Refused with a reason before any process is started."""
    with pytest.raises(ValueError, match=words):
        RECORD.line(arguments)


def test_the_schema_is_closed() -> None:
    schema = RECORD.schema()
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["step_id"]


def test_half_a_surrogate_pair_cannot_break_a_call() -> None:
    assert RECORD.line({"step_id": "a\ud800b"})[-1] == "--step-id=a?b"


def test_a_red_gate_is_an_answer_and_a_refusal_is_not() -> None:
    """Exit 1 has an answer on stdout; from 2 on, stderr says what the command line says."""
    assert answered(1, '{"result": "fail"}', ["= 1 failed ="]).refusal == ""
    refused = answered(4, "", ["a word", '{"error": "not now", "kind": "Refused", "exit_code": 4}'])
    assert refused.refusal == "error: not now"
    assert refused.fields["exit_code"] == 4


@pytest.mark.parametrize("code", [2, 70, -9])
def test_refusals_that_are_not_json(code: int) -> None:
    """Words about usage, a report of a bug, a signal: told as they are."""
    reply = answered(code, "", ["Usage: baton", "Error: No such option"])
    assert reply.refusal.endswith("Usage: baton\nError: No such option")
    assert reply.fields["exit_code"] == code
    assert answered(code, "", []).refusal == f"error: it ended with {code} and said nothing"


def test_the_next_call_is_said_as_a_call() -> None:
    """Beside each command line, at any depth, stands the tool that does it; others are left alone."""
    then = "ask the person, then baton execute record --step-id 1.1 --attempt 2 --next"
    fields = with_calls(
        {"next": {"then": then}, "actions": [{"then": then}, 7], "then": "make tea"}, [RECORD]
    )
    call = {"tool": "record", "arguments": {"step_id": "1.1", "attempt": 2, "next": True}}
    assert fields["next"]["call"] == call
    assert fields["actions"] == [{"then": then, "call": call}, 7]
    assert "call" not in fields
    assert as_call("baton journal verify", [RECORD]) is None
