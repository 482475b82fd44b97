"""Plans written by hand or elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_baton.errors import UserError
from agent_baton.plan.imports import form_of, import_plan
from agent_baton.plan.load import read_plan
from agent_baton.plan.model import Plan, Step
from agent_baton.plan.write import dump_plan, plain

from .golden import FOLDER, check_golden
from .strategies import plans

NOW = "2026-11-21T10:00:00Z"


def brief(text: str, source: str = "brief.md") -> Plan:
    return import_plan(text.encode(), source, NOW)


def refusal(text: str | bytes, source: str = "brief.md") -> str:
    with pytest.raises(UserError) as caught:
        import_plan(text if isinstance(text, bytes) else text.encode(), source, NOW)
    assert caught.value.exit_code == 2
    return caught.value.message


def only_step(body: str) -> Step:
    """The step of a brief with one step, whose text is given."""
    ((phase,),) = [brief(f"# Title\n## Work\n{body}\n").phases]
    (step,) = phase.steps
    return step


def test_a_brief_reads_as_its_author_meant_it() -> None:
    """Front matter, phases, steps with nested fields, gates, approvals, context and reasons, all in one."""
    check_golden("brief.json", dump_plan(brief((FOLDER / "brief.md").read_text())).decode())


def test_the_smallest_brief_is_three_lines() -> None:
    """A title, a phase, a step: everything else has a default, ids are given in order."""
    plan = brief("# Fix the flaky login test\n## Fix\n- debugger: Find out why it is flaky\n")
    assert plan.task_summary == "Fix the flaky login test"
    assert plan.task_id.startswith("task-flaky-login-") and plan.created_at == NOW
    assert [(p.phase_id, [s.step_id for s in p.steps]) for p in plan.phases] == [(1, ["1.1"])]


def test_the_same_file_gives_the_same_id_and_a_given_id_wins() -> None:
    """Importing twice is one task, not two; the caller may name it."""
    text = "# Fix the login\n## Fix\n- debugger: Find it\n"
    assert brief(text) == brief(text)
    assert brief(text).task_id != brief(text.replace("Find", "Mend")).task_id
    assert import_plan(text.encode(), "b.md", NOW, "task-mine-0001").task_id == "task-mine-0001"
    with pytest.raises(UserError, match="not a task id"):
        import_plan(text.encode(), "b.md", NOW, "../x")


@pytest.mark.parametrize(
    ("line", "agent", "model", "text"),
    [
        ("- debugger: Find it", "debugger", "sonnet", "Find it"),
        ("* debugger [opus]: Find it", "debugger", "opus", "Find it"),
        ("1. debugger [opus] Find it", "debugger", "opus", "Find it"),
        ("- [ ] `debugger`: Find: it", "debugger", "sonnet", "Find: it"),
        ("- **debugger** [m[1m]] — Find it", "debugger", "m[1m]", "Find it"),
        ("- 1.4 acme:debugger--go: Find it", "acme:debugger--go", "sonnet", "Find it"),
        ("- debugger:\n  Find it\n  and more", "debugger", "sonnet", "Find it\nand more"),
        ("- debugger: Find it\nand more", "debugger", "sonnet", "Find it\nand more"),
    ],
)
def test_a_step_may_be_written_in_several_ways(line: str, agent: str, model: str, text: str) -> None:
    """Bullets, numbers, check boxes, emphasis; text that goes on in the next line."""
    step = only_step(line)
    assert (step.agent_name, step.model, step.task_description) == (agent, model, text)


@pytest.mark.parametrize(
    ("field", "name", "value"),
    [
        ("files: a.py, src/{b,c}.py", "allowed_paths", ["a.py", "src/{b,c}.py"]),
        ("Files: `a b.py`, `c,d.py`", "allowed_paths", ["a b.py", "c,d.py"]),
        ("not: a", "blocked_paths", ["a"]),
        ("expect: a", "expected_files", ["a"]),
        ("read: a, b", "context_files", ["a", "b"]),
        ("knowledge: a", "knowledge", ["a"]),
        ("accept: a, b; c", "acceptance", ["a, b; c"]),
        ("deliver: a", "deliverables", ["a"]),
        ("attempts: 2", "max_attempts", 2),
        ("timeout: 1.5 h", "timeout_s", 5400),
        ("timeout: 90", "timeout_s", 90),
        ("veto: yes", "may_veto", True),
        ("model: haiku", "model", "haiku"),
    ],
)
def test_fields_of_a_step(field: str, name: str, value: object) -> None:
    """Each field of the documentation, with the value a reader expects."""
    assert getattr(only_step(f"- debugger: Find it\n  - {field}"), name) == value


def test_fields_that_collect_may_be_repeated() -> None:
    """Two accept lines are two conditions; a budget has parts."""
    step = only_step(
        "- debugger: Find it\n  - accept: a\n  - accept: b\n  - budget: $1.5, 20k tokens, 10 min\n"
    )
    assert step.acceptance == ["a", "b"]
    assert step.budget and (step.budget.usd, step.budget.tokens, step.budget.wall_s) == (1.5, 20_000, 600)


def test_bullets_that_are_no_fields_stay_in_the_text() -> None:
    """What is written is kept, also when it has a colon."""
    step = only_step(
        "- debugger: Find it\n  - note: be careful\n  - first a\n    - then b\n  - accept: done\n"
    )
    assert step.task_description == "Find it\n- note: be careful\n- first a\n  - then b"


def test_code_is_never_read_as_structure() -> None:
    """Headings, fields and gates inside a fence belong to the text."""
    step = only_step("- debugger: Find it\n  ```\n  - files: x\n# title\n## phase\nGate: no\n  ```\n")
    assert step.task_description == "Find it\n```\n- files: x\n# title\n## phase\nGate: no\n```"
    assert step.allowed_paths == []


def test_comments_are_left_out() -> None:
    """A note to oneself does not reach an agent; in code it is code."""
    plan = brief("# T\n<!-- a\n## b\n-->\n## Work\n- debugger: x\n<!-- c -->\n\n```\n<!-- kept -->\n```\n")
    assert len(plan.phases) == 1 and plan.shared_context == "```\n<!-- kept -->\n```"


def test_gates_and_phases() -> None:
    """A gate in backticks or plain, as a line or an item; numbered phases keep their number."""
    plan = brief(
        "# T\n## Phase 3: One\n- Approval: yes\n- a: x\n- Gate: `` echo `id` ``\n\n## Two\nRisk: high\n- a: y\n\n"
        "**Gate (lint)**: ruff check . && true\n## Three\n- a: z\n\nGate: none\n"
    )
    assert [p.phase_id for p in plan.phases] == [3, 4, 5]
    assert [p.gate and (p.gate.gate_type, p.gate.command) for p in plan.phases] == [
        ("test", "echo `id`"),
        ("lint", "ruff check . && true"),
        None,
    ]
    assert plan.phases[0].approval_required and plan.phases[1].risk_level == "HIGH"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## Work\n- a: x", "line 1: the title is missing"),
        ("# T\nnothing else", "line 1: there is no phase"),
        ("# T\n## Work\n\ntext", "line 2: phase 'Work' has no steps"),
        ("# T\n# U\n## Work\n- a: x", "line 2: this is a second title"),
        ("# T\n## Work\n- do something", "line 3: a step starts with its agent"),
        ("# T\n## Work\n- a: x\n  - acept: y", "line 4: unknown field 'acept'; did you mean 'accept'?"),
        ("# T\n## Work\n- a: x\n  - timeout: soon", "line 4: 'soon' is not a duration"),
        ("# T\n## Work\n- a: x\n  - budget: cheap", "line 4: 'cheap' is not part of a budget"),
        ("# T\n## Work\n- a: x\n  - veto: perhaps", "line 4: 'perhaps' is neither yes nor no"),
        ("# T\n## Work\n- a: x\n  - with: b", "line 4: 'b' does not say what the agent is to do"),
        (
            "# T\n## Work\n- a: x\n  - attempts: 1\n  - attempts: 2",
            "line 5: max_attempts is given more than once",
        ),
        (
            "# T\n## Work\n- a: x\n  - attempts: 99",
            "line 3: phases[0].steps[0].max_attempts: must be at most 50",
        ),
        (
            "# T\n## Work\n- a: x\n  - depends: 1.9",
            "line 3: phases[0].steps[0].depends_on[0]: step '1.1' depends on",
        ),
        ("# T\n## Work\n- a: x\nGate: `a`\nGate: `b`", "line 5: the phase already has a gate"),
        ("# T\n## Work\n- a:", "line 3: phases[0].steps[0].task_description: must not be empty"),
        ("# T\n## Work\nRisk: huge\n- a: x", "line 2: phases[0].risk_level: 'HUGE' is not one of LOW"),
        ("---\nrisk: LOW\n# T", "the front matter that opens in line 1 is never closed"),
        ("---\nrisk: HIHG\n---\n# T\n## W\n- a: x", "risk_level: 'HIHG' is not one of LOW"),
        ("---\nrsik: LOW\n---\n# T\n## W\n- a: x", "unknown key 'rsik'"),
        ("---\na: [\n---\n# T", "brief.md is not valid YAML: "),
        ("---\n- a\n---\n# T", "the front matter must be keys with values"),
        ("---\nbudget: lots\n---\n# T", "budget: 'lots' is not part of a budget"),
        ("", "brief.md is empty"),
    ],
)
def test_faults_of_a_brief_are_said_with_their_line(text: str, said: str) -> None:
    """The author finds the spot without counting."""
    assert said in refusal(text)


def test_all_faults_of_a_brief_come_at_once_in_order() -> None:
    """One run of the importer, one list."""
    message = refusal("# T\n## A\n- a: x\n  - veto: ?\n  - timeout: ?\n## B\n")
    assert [line.split(":")[0].strip() for line in message.splitlines()[1:-1]] == [
        "line 4",
        "line 5",
        "line 6",
    ]


def test_yaml_scalars_are_text_until_the_plan_says_otherwise() -> None:
    """1.10 is a step and not 1.1, `no` is a name and not false, a date is a text."""
    text = """
task_summary: no
created_at: 2026-01-01
version: 1
phases:
  - name: on
    approval_required: yes
    steps:
      - {agent_name: a, task_description: 1_000, max_attempts: 2}
      - {step_id: 1.10, agent_name: a, task_description: ~ 5, depends_on: [1.1], timeout_s: 1e3}
"""
    plan = brief(text, "plan.yaml")
    assert (plan.task_summary, plan.created_at, plan.phases[0].name) == ("no", "2026-01-01", "on")
    first, second = plan.phases[0].steps
    assert plan.phases[0].approval_required and first.max_attempts == 2 and first.task_description == "1_000"
    assert (second.step_id, second.depends_on, second.timeout_s) == ("1.10", ["1.1"], 1000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1]\nb: *x", "aliases (*name) are not supported here at line 2, column 4"),
        ("task_summary: !!python/object/apply:os.system [id]", "the tag 'tag:yaml.org,2002:python/object/apply"),
        ("task_summary: !!binary aGk=", "line 1: the tag 'tag:yaml.org,2002:binary' is not supported"),
        ("a: 1\nb: 2\na: 3", "line 3: key 'a' is given more than once"),
        ("? [a]\n: b", "line 1: a key must be a plain word"),
        ("a: b: c", "is not valid YAML: mapping values are not allowed here at line 1, column 5"),
        ("a: 1\n---\nb: 2", "is not valid YAML"),
        ("- a", "a plan is keys with values, this is a list"),
        ("just text", "this is 'just text'"),
        ("a: \x00", "is not valid YAML"),
        ("[" * 5_000, "nested too deeply"),
        ("task_summary: x\nphases:\n  - name: n\n    steps:\n      - agnet_name: a\n",
         "line 5: phases[0].steps[0]: unknown key 'agnet_name'; did you mean 'agent_name'?"),
        ("task_summary: x\nphases: 3", "line 2: phases: must be a list, not '3'"),
        ("version: 7", "reads version 1: upgrade to a baton that knows plan version 7"),
        ("budget: {usd: nan}", "budget.usd: must be a finite number"),
        ("budget: {usd: .inf}", "line 1: budget.usd: must be a number, not '.inf'"),
        ("# only a comment", "this is null"),
    ],
)  # fmt: skip
def test_faults_of_yaml_are_said_with_their_line(text: str, said: str) -> None:
    """Also what YAML would let pass: aliases, tags, keys twice."""
    assert said in refusal(text, "plan.yaml")


def test_an_alias_bomb_is_refused_at_once() -> None:
    """Nine lines that would stand for a billion values."""
    lines = [
        "a: &a [x, x]",
        *(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    ]
    assert "aliases (*name) are not supported" in refusal("\n".join(lines), "plan.yaml")


@pytest.mark.parametrize("source", ["brief.md", "plan.yaml"])
def test_large_briefs_are_refused_by_size(source: str) -> None:
    """A brief is written by hand; a megabyte is not."""
    assert "too large for a plan: 1.0 MB, at most 1.0 MB" in refusal(b"x" * (1024 * 1024 + 1), source)


@settings(max_examples=40, deadline=None)
@given(plans())
def test_a_plan_survives_yaml_and_json_with_and_without_ids(plan: Plan) -> None:
    """Every field can be written in YAML; ids that are left out are given in order."""
    as_yaml = yaml.safe_dump(plain(plan), allow_unicode=True).encode()
    assert import_plan(as_yaml, "plan.yaml", plan.created_at) == plan
    assert import_plan(dump_plan(plan), "plan.json", plan.created_at) == plan


def test_a_json_plan_may_leave_ids_out() -> None:
    """Programs that write plans need not count; what they write twice is refused."""
    document = json.loads((FOLDER / "plan.json").read_text())
    document["phases"] = document["phases"][2:]
    del document["phases"][0]["phase_id"], document["phases"][0]["steps"][0]["step_id"], document["task_id"]
    plan = import_plan(json.dumps(document).encode(), "x.json", NOW)
    assert plan.phases[0].steps[0].step_id == "1.1"
    assert "given more than once" in refusal('{"phases": [{"name": "a", "name": "b"}]}', "x.json")
    assert "must be a whole number" in refusal('{"phases": [{"phase_id": "1"}]}', "x.json")


@pytest.mark.parametrize(
    ("ids", "given_ids"),
    [
        ([None, None], ["1.1", "1.2"]),
        ([None, "1.5", None], ["1.1", "1.5", "1.6"]),
        (["1.2", None, "1.3"], ["1.2", "1.4", "1.3"]),
        (["1.3", None, None], ["1.3", "1.4", "1.5"]),
    ],
)
def test_ids_are_given_on_from_the_one_before(ids: list[str | None], given_ids: list[str]) -> None:
    """A number that is taken is passed over, wherever it stands."""
    steps = [{"agent_name": "a", "task_description": "t", **({"step_id": i} if i else {})} for i in ids]
    document = {"task_summary": "x", "phases": [{"name": "n", "steps": steps}]}
    plan = import_plan(json.dumps(document).encode(), "x.json", NOW)
    assert [step.step_id for step in plan.phases[0].steps] == given_ids


@pytest.mark.parametrize(
    ("text", "source", "form"),
    [
        ("{}", "x.yaml", "yaml"), ("# T", "plan.MD", "markdown"), ("", "p.json", "json"),
        (' \n{"a": 1}', "-", "json"), ("\ufeff# T\n## P", "-", "markdown"), ("---\nrisk: LOW\n---\n# T", "-", "markdown"),
        ("task_summary: x\nphases:\n", "-", "yaml"), ("# a comment\nphases:\n", "-", "yaml"),
    ],
)  # fmt: skip
def test_the_form_is_told_by_name_or_by_looks(text: str, source: str, form: str) -> None:
    """Standard input has no name."""
    assert form_of(text.encode(), source) == form


def test_the_golden_plan_can_be_imported() -> None:
    """A plan.json is a brief too."""
    assert import_plan((FOLDER / "plan.json").read_bytes(), "plan.json", NOW) == read_plan(
        FOLDER / "plan.json"
    )


_bits = st.sampled_from([
    "# T", "## P", "## Why", "- a: x", "- a [b] y", "  - files: a", "  - x: y", "Gate: `t`", "  text", "text", "", "```",
    "---", "<!--", "-->", "- ", "#", "1. a: b", "\t- accept: z", "Approval: no", "  - with: a — b", "a: b", "- - -", ":", "*a",
])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.lists(_bits | st.text(max_size=12), max_size=12), st.sampled_from(["b.md", "b.yaml", "b.json", "-"])
)
def test_any_text_is_a_plan_or_refused(lines: list[str], source: str) -> None:
    """No brief makes the importer fall over, whatever it is taken for."""
    try:
        plan: Any = import_plan("\n".join(lines).encode(errors="replace"), source, NOW)
    except UserError as error:
        assert "\x1b" not in error.message and error.message
    else:
        assert dump_plan(plan)
