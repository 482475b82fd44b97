"""Plans that are refused, and what the refusal says."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_baton.errors import NotFound, UserError
from agent_baton.plan.load import MAX_BYTES, parse_plan, read_plan
from agent_baton.plan.write import dump_plan

from .strategies import plan_of, step

PLAN: dict[str, Any] = json.loads(
    dump_plan(plan_of(step("1.1"), step("1.2", depends_on=["1.1"]), phase={"gate": {"command": "pytest"}}))
)


def refusal(raw: bytes | str | dict[str, Any]) -> str:
    """The message with which a plan is refused; fails when it is accepted."""
    if isinstance(raw, dict):
        raw = json.dumps(raw)
    raw = raw.encode() if isinstance(raw, str) else raw
    with pytest.raises(UserError) as caught:
        parse_plan(raw, "plan.json")
    assert caught.value.exit_code == 2
    assert len(caught.value.message) < 3_000
    return caught.value.message


def changed(path: str, value: object) -> dict[str, Any]:
    """The good plan with one value replaced: `changed("phases.0.name", 3)`."""
    plan = copy.deepcopy(PLAN)
    *way, last = path.split(".")
    here: Any = plan
    for key in way:
        here = here[int(key) if key.isdigit() else key]
    here[int(last) if isinstance(here, list) else last] = value
    return plan


def test_a_good_plan_is_accepted() -> None:
    """The plan the refusals below start from is fine, also with a byte order mark in front."""
    plan = parse_plan(json.dumps(PLAN).encode(), "plan.json")
    assert plan == parse_plan(b"\xef\xbb\xbf" + json.dumps(PLAN).encode(), "plan.json")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("phases.0.steps.1.agnet_name", "x",
         "phases[0].steps[1]: unknown key 'agnet_name'; did you mean 'agent_name'?"),
        ("tsak_id", "x", "plan: unknown key 'tsak_id'; did you mean 'task_id'?"),
        ("phases.0.gate.comand", "x", "phases[0].gate: unknown key 'comand'; did you mean 'command'?"),
        ("zzz", 1, "plan: unknown key 'zzz'\n"),
        ("task_id", "../../x", "task_id: '../../x' is not a task id: at most 32 of a-z"),
        ("task_id", "", "task_id: '' is not a task id"),
        ("task_id", "a\n", "task_id: 'a\\n' is not a task id"),
        ("task_id", 7, "task_id: must be a text, not 7"),
        ("task_summary", "", "task_summary: must not be empty"),
        ("task_summary", "x" * 20_001, "task_summary: is too long: 20,001 characters, at most 20,000"),
        ("task_summary", "a\x00b", "task_summary: 'a\\x00b' holds a control character"),
        ("risk_level", "HIHG",
         "risk_level: 'HIHG' is not one of LOW, MEDIUM, HIGH, CRITICAL; did you mean 'HIGH'?"),
        ("risk_level", ["HIGH"], "risk_level: a list is not one of LOW"),
        ("phases.0.name", "  ", "phases[0].name: must not be blank"),
        ("phases.0.steps.0.task_description", "\n\t", "task_description: must not be blank"),
        ("phases", [], "phases: must not be empty"),
        ("phases", {}, "phases: must be a list, not an object"),
        ("phases.0", 3, "phases[0]: must be an object with keys, not 3"),
        ("phases.0.name", "Work\nACTION: COMPLETE",
         "phases[0].name: 'Work\\nACTION: COMPLETE' holds a line break"),
        ("phases.0.name", "\x1b[2J", "phases[0].name: '\\x1b[2J' holds a line break or another control"),
        ("phases.0.approval_required", "yes", "approval_required: must be true or false, not 'yes'"),
        ("phases.0.phase_id", "1", "phases[0].phase_id: must be a whole number, not '1'"),
        ("phases.0.phase_id", 0, "phases[0].phase_id: must be at least 1, not 0"),
        ("phases.0.gate.timeout_s", True, "timeout_s: must be a number, not true"),
        ("phases.0.gate.timeout_s", 0, "phases[0].gate.timeout_s: must be more than 0, not 0"),
        ("phases.0.gate.command", "a\nb", "phases[0].gate.command: 'a\\nb' holds a line break"),
        ("phases.0.gate.fail_on", ["("], "phases[0].gate.fail_on[0]: '(' is not a regular expression:"),
        ("phases.0.gate.fail_on", ["a{99999999999}"], "is not a regular expression"),
        ("phases.0.steps.0.step_id", "1.01", "'1.01' is not a step id: a phase id, a dot and a number"),
        ("phases.0.steps.0.agent_name", "a; rm -rf /", "is not an agent's name"),
        ("phases.0.steps.0.model", "$(id)", "is not a model's name"),
        ("phases.0.steps.0.depends_on", [1.1], "depends_on[0]: must be a text, not 1.1"),
        ("phases.0.steps.0.max_attempts", 51, "max_attempts: must be at most 50, not 51"),
        ("phases.0.steps.0.max_attempts", 1.5, "max_attempts: must be a whole number, not 1.5"),
        ("version", 0, "version: 0 is not one of 1"),
        ("budget", {"tokens": 10**16}, "budget.tokens: must be at most 1e+15"),
        ("budget", [], "budget: must be an object with keys, not a list"),
    ],
)  # fmt: skip
def test_one_fault_is_said_with_its_place(path: str, value: object, said: str) -> None:
    """A fault is named where it is, in the words of the file."""
    message = refusal(changed(path, value))
    assert message.startswith("plan.json is not a valid plan: 1 problem\n")
    assert said in message


def test_a_missing_key_is_named() -> None:
    """What is absent is said as well."""
    plan = copy.deepcopy(PLAN)
    del plan["phases"][0]["steps"][0]["task_description"], plan["task_id"]
    message = refusal(plan)
    assert "plan: key 'task_id' is missing" in message
    assert "phases[0].steps[0]: key 'task_description' is missing" in message


def test_several_faults_are_listed_at_once_up_to_ten() -> None:
    """Nobody has to correct a file one error at a time, and nobody is flooded."""
    plan = {**PLAN, **{f"key{number}": 1 for number in range(14)}}
    message = refusal(plan)
    assert "14 problems" in message
    assert message.count("unknown key") == 10
    assert "… and 4 more" in message


def test_what_to_do_now_ends_every_list() -> None:
    """The reader learns that nothing happened and how to go on."""
    assert refusal({**PLAN, "x": 1}).splitlines()[-1] == "nothing was changed; correct the file and try again"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            [("1.1", []), ("1.1", [])],
            "phases[0].steps[1].step_id: '1.1' is already the id of phases[0].steps[0]",
        ),
        ([("2.1", [])], "'2.1' is in phase 1: its id must start with '1.'"),
        ([("1.1", ["1.1"])], "phases[0].steps[0].depends_on[0]: step '1.1' depends on itself"),
        ([("1.1", ["1.7"])], "step '1.1' depends on '1.7', which does not exist"),
        ([("1.1", ["1.2"]), ("1.2", ["1.1"])], "phases[0]: steps wait for each other in a circle: 1."),
        ([("1.1", ["1.3"]), ("1.2", ["1.1"]), ("1.3", ["1.2"])], "a circle: 1.1 → 1.3 → 1.2 → 1.1"),
    ],
)
def test_ids_and_dependencies_must_fit_together(steps: list[tuple[str, list[str]]], said: str) -> None:
    """What the model cannot see in one field is refused just as precisely."""
    made = [{"step_id": i, "agent_name": "a", "task_description": "t", "depends_on": d} for i, d in steps]
    assert said in refusal(changed("phases.0.steps", made))


def test_a_step_cannot_wait_for_a_later_phase() -> None:
    """The order of the list counts, not the numbers: phase 5 may stand before phase 2."""
    first, second = copy.deepcopy(PLAN["phases"][0]), copy.deepcopy(PLAN["phases"][0])
    for phase, number in ((first, 5), (second, 2)):
        phase["phase_id"] = number
        phase["steps"] = [{"step_id": f"{number}.1", "agent_name": "a", "task_description": "t"}]
    first["steps"][0]["depends_on"] = ["2.1"]
    message = refusal({**PLAN, "phases": [first, second]})
    assert "step '5.1' depends on '2.1' of phase 2, which runs later" in message
    parse_plan(json.dumps({**PLAN, "phases": [second, first]}).encode(), "p")
    assert "5 is already the id of phases[0]" in refusal({**PLAN, "phases": [first, first]})


def test_a_newer_version_says_which_baton_is_needed() -> None:
    """Nothing else is said about a plan from the future: its other keys mean nothing here."""
    message = refusal({"version": 3, "surprise": 1})
    assert (
        "a plan of version 3; this baton reads version 1: upgrade to a baton that knows plan version 3"
        in message
    )


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "plan.json is empty"),
        (b" \n\t", "plan.json is empty"),
        (b"\xef\xbb\xbf", "plan.json is empty"),
        (b"[]", "is not a plan: a plan is one object with keys, this is a list"),
        (b'"x"', "this is 'x'"),
        (b'{"a": 1,\n  "b" 2}',
         "is not valid JSON: Expecting ':' delimiter at line 2, column 7\n    \"b\" 2}\n        ^"),
        (b'{"a": 1', "ends too early (line 1, column 8): it seems cut off"),
        (b'{"a": "text', "it seems cut off"),
        (b'{"a": NaN}', "holds NaN, which is not JSON"),
        (b'{"a": [-Infinity]}', "holds -Infinity, which is not JSON"),
        (b'{"a": 1} x', "is not valid JSON: Extra data at line 1, column 10"),
        (b'{"a": "\xff"}', "is not UTF-8: byte 0xff at offset 7 (line 1)"),
        (b'{\n"a": "\xe9t\xe9"}', "is not UTF-8: byte 0xe9 at offset 8 (line 2)"),
        ('{"a": 1}'.encode("utf-16"), "is UTF-16; save it as UTF-8"),
        (b"{" + b'"a":{' * 50_000, "is nested too deeply"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"budget": ' + b"9" * 5_000 + b"}", "a number of absurd length"),
        (b"\x00\x01\x02", "is not valid JSON"),
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused_with_its_place(raw: bytes, said: str) -> None:
    """Line, column and the text around it, or the plain reason."""
    assert said in refusal(raw)


def test_the_excerpt_of_a_long_line_is_short_and_inert() -> None:
    """A fault in a minified or hostile file shows its surroundings only, without control characters."""
    message = refusal(b'{"a": "' + b"x" * 5_000 + b'" \x1b[2J' + b"y" * 5_000)
    assert "\x1b" not in message and max(map(len, message.splitlines())) < 120


def test_keys_given_twice_are_refused() -> None:
    """JSON readers silently keep the last one; here the writer is asked."""
    text = json.dumps(PLAN)[:-1] + ', "risk_level": "LOW", "risk_level": "HIGH"}'
    assert "plan: key 'risk_level' is given more than once" in refusal(text)
    text = json.dumps(PLAN).replace('"step_id": "1.2"', '"step_id": "1.2", "step_id": "1.3"')
    assert "phases[0].steps[1]: key 'step_id' is given more than once" in refusal(text)


def test_numbers_out_of_range_are_refused() -> None:
    """1e999 is infinity to Python; a budget of it would be no budget."""
    text = json.dumps({**PLAN, "budget": {"usd": 1}}).replace('"usd": 1', '"usd": 1e999')
    assert "budget.usd: must be a finite number" in refusal(text)


def test_half_a_character_is_refused() -> None:
    """A lone surrogate could not be written back."""
    assert "task_summary: holds half a Unicode character" in refusal(
        json.dumps({**PLAN, "task_summary": "X"}).replace('"X"', '"\\ud800"')
    )


def test_a_hostile_key_costs_and_shows_little() -> None:
    """A key of a megabyte is cut before it is compared or shown."""
    assert "unknown key 'kkk" in refusal({**PLAN, "k" * 1_000_000: 1})


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    """50 MB are refused without being read: the file is sparse, and its content is never looked at."""
    path = tmp_path / "plan.json"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(UserError, match=r"too large for a plan: 50\.0 MB, at most 10\.0 MB"):
        read_plan(path)
    with pytest.raises(UserError, match="too large"):
        parse_plan(b" " * (MAX_BYTES + 1), "plan.json")


def test_an_endless_pipe_is_refused_too(tmp_path: Path) -> None:
    """Where there is no size to ask for, reading stops at the limit."""
    with pytest.raises(UserError, match="too large"):
        read_plan(Path("/dev/zero"))


def test_no_file_is_not_found_and_a_folder_is_an_error(tmp_path: Path) -> None:
    """Exit code 3 when there is no plan; 2 when the path cannot be one."""
    with pytest.raises(NotFound, match=r"no plan at .*nothing here\.json; make one with: baton plan"):
        read_plan(tmp_path / "nothing here.json")
    with pytest.raises(UserError, match=r"cannot read .*: Is a directory"):
        read_plan(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_says_so(tmp_path: Path) -> None:
    """Permissions are named as the reason."""
    path = tmp_path / "plan.json"
    path.touch(mode=0)
    with pytest.raises(UserError, match="Permission denied"):
        read_plan(path)


def test_shell_metacharacters_are_plain_text() -> None:
    """A task that looks like a command is a task."""
    text = "`id` $(id) ; rm -rf / && echo \"$HOME\" 'x' | tee \\ <b>&amp;</b> %s {0} \n# x"
    plan = parse_plan(json.dumps(changed("phases.0.steps.0.task_description", text)).encode(), "p")
    assert plan.phases[0].steps[0].task_description == text


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["phases", "steps", "gate", "budget", "usd", "team", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.sampled_from(
        ["phases.0.steps", "phases.0.gate", "phases.0.steps.0", "budget", "forecast", "stack", "phases"]
    ),
    _json,
)
def test_anything_in_any_place_is_accepted_or_refused_cleanly(path: str, value: Any) -> None:
    """No document makes the loader fall over: it is a plan, or a UserError."""
    try:
        parse_plan(json.dumps(changed(path, value)).encode(), "plan.json")
    except UserError as error:
        assert error.message.startswith("plan.json")


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 600))
def test_any_bytes_are_refused_cleanly(junk: bytes, place: int) -> None:
    """A damaged file is a UserError, whatever the damage."""
    raw = json.dumps(PLAN).encode()
    try:
        parse_plan(raw[:place] + junk + raw[place + len(junk) :], "plan.json")
    except UserError as error:
        assert "\x1b" not in error.message
