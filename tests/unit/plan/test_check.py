"""The lint: what it says, and about what it stays silent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from agent_baton.plan.check import check
from agent_baton.plan.model import Budget, Forecast, Gate, Phase, Plan, Range, Step, StepForecast, TeamMember

from .strategies import plan_of, plans, step

DONE = {"acceptance": ["it works"]}
GATE = Gate(command="pytest -q")


def found(plan: Plan, **known: Any) -> list[tuple[str, str, str]]:
    """Severity, code and place of everything that is said."""
    return [(f.severity, f.code, f.where) for f in check(plan, **known)]


def good(*steps: Step, **fields: Any) -> Plan:
    """A plan without anything to remark, but for what the test adds."""
    phase = {"gate": GATE, **fields.pop("phase", {})}
    return plan_of(*(steps or [step("1.1", **DONE)]), phase=phase, **fields)


def phase(phase_id: int, *steps: Step, **fields: Any) -> Phase:
    return Phase(phase_id=phase_id, name="Work", steps=list(steps), **{"gate": GATE, **fields})


def test_a_good_plan_has_no_findings() -> None:
    """Silence is possible; otherwise nobody would read the rest."""
    plan = good()
    assert (
        check(plan, agents=["backend-engineer"], command_exists=lambda name: name == "pytest", files=["a.py"])
        == []
    )


def test_rules_are_errors_of_the_lint_too() -> None:
    """A plan built in memory is held to the same rules as one that is read."""
    plan = good(
        step("1.1", depends_on=["1.2"], **DONE),
        step("1.2", depends_on=["1.1"], **DONE),
        step("1.3", depends_on=["1.2"], **DONE),
    )
    assert found(plan) == [("error", "cycle", "phases[0]"), ("error", "unreachable", "step 1.3")]


@pytest.mark.parametrize(
    ("agent", "hint"),
    [
        ("backend-enginer", "did you mean 'backend-engineer'?"),
        ("backend-engineer--cobol", "did you mean 'backend-engineer'?"),
        ("zzz", "list what there is with: baton agents list"),
    ],
)
def test_an_unknown_agent_is_an_error_with_a_suggestion(agent: str, hint: str) -> None:
    """A step nobody can do is found before it is dispatched, also as a member of a team."""
    team = [TeamMember(agent_name=agent, role="help")]
    for one in (step("1.1", agent_name=agent, **DONE), step("1.1", team=team, **DONE)):
        (finding,) = check(good(one), agents={"backend-engineer", "architect"})
        assert (finding.severity, finding.code, finding.hint) == ("error", "unknown-agent", hint)
        assert repr(agent) in finding.message


def test_a_phase_without_a_gate_is_a_warning_when_nothing_judges_it_later() -> None:
    """Design before a gated phase is fine; unjudged work at the end is not; papers need no tests."""
    first, last = phase(1, step("1.1", **DONE), gate=None), phase(2, step("2.1", **DONE))
    assert found(plan_of(phases=[first, last])) == [("note", "no-gate", "phase 1")]
    assert found(plan_of(phases=[last, first])) == [("warning", "no-gate", "phase 1")]
    assert found(plan_of(phases=[first], task_type="investigation")) == [("note", "no-gate", "phase 1")]


@pytest.mark.parametrize("command", ["true", "echo ok", "exit 0", "pytest || true", "pytest | tee log"])
def test_a_gate_that_cannot_fail_is_a_warning(command: str) -> None:
    """A green that is always green proves nothing."""
    assert found(good(phase={"gate": Gate(command=command)})) == [
        ("warning", "gate-cannot-fail", "gate of phase 1")
    ]


def test_a_gate_may_be_judged_by_its_output() -> None:
    """With `fail_on` the exit code is not all that counts."""
    assert found(good(phase={"gate": Gate(command="run-checks || true", fail_on=["ERROR"])})) == []


def test_a_gate_that_can_only_fail_or_not_be_read_is_a_warning() -> None:
    """Both would end the task in FAILED for no good reason."""
    assert found(good(phase={"gate": Gate(command="false")})) == [
        ("warning", "gate-always-fails", "gate of phase 1")
    ]
    assert found(good(phase={"gate": Gate(command="pytest 'a")})) == [
        ("warning", "gate-unreadable", "gate of phase 1")
    ]
    assert found(good(phase={"gate": Gate(command="case $x in a) pytest;; esac")})) == []


def test_a_gate_whose_program_is_missing_is_a_warning() -> None:
    """Names are looked up, paths in the repository too, from the directory the command goes to."""
    plan = good(phase={"gate": Gate(command="cd web && npm test && ./check.sh && tools/x")})
    known = {"command_exists": lambda name: name == "npm", "files": ["web/check.sh"]}
    (finding,) = check(plan, **known)
    assert finding.code == "gate-not-found" and finding.message.startswith("./web/tools/x cannot be found")
    assert found(good(), command_exists=lambda _: False) == [("warning", "gate-not-found", "gate of phase 1")]
    assert found(good(), files=[]) == []


def side_by_side(first: dict[str, Any], second: dict[str, Any], **known: Any) -> list[tuple[str, str, str]]:
    return found(good(step("1.1", **DONE, **first), step("1.2", **DONE, **second)), **known)


def test_parallel_steps_that_may_touch_the_same_files_are_a_warning() -> None:
    """The path in the message is one that both could write."""
    plan = good(
        step("1.1", allowed_paths=["src/**"], **DONE), step("1.2", allowed_paths=["src/api/*.py"], **DONE)
    )
    (finding,) = check(plan)
    assert (finding.severity, finding.code, finding.where) == ("warning", "overlap", "step 1.1")
    assert finding.message == "it may run at the same time as 1.2, and both may change 'src/api/x.py'"


def test_steps_that_keep_apart_or_in_order_are_left_in_peace() -> None:
    """Different files, a dependency however indirect, a blocked path or a reviewer: no overlap."""
    assert side_by_side({"allowed_paths": ["src"]}, {"allowed_paths": ["docs"]}) == []
    assert side_by_side({"allowed_paths": ["src"]}, {"allowed_paths": ["src"], "depends_on": ["1.1"]}) == []
    assert (
        side_by_side({"allowed_paths": ["**/*.py"]}, {"allowed_paths": ["src"], "blocked_paths": ["**/*.py"]})
        == []
    )
    assert side_by_side({}, {"agent_name": "explorer"}, read_only=["explorer"]) == []
    assert (
        found(
            good(
                step("1.1", **DONE),
                step("1.2", depends_on=["1.1"], **DONE),
                step("1.3", depends_on=["1.2"], **DONE),
            )
        )
        == []
    )


def test_expected_files_count_where_there_are_no_limits() -> None:
    """A prediction is better than nothing; where limits overlap but predictions do not, it is only a note."""
    overlap = ("overlap", "step 1.1")
    assert side_by_side({"expected_files": ["a.py"]}, {"expected_files": ["b.py"]}) == []
    assert side_by_side({"expected_files": ["a.py"]}, {"expected_files": ["*.py"]}) == [("warning", *overlap)]
    src = {"allowed_paths": ["src"]}
    apart = side_by_side({**src, "expected_files": ["src/a.py"]}, {**src, "expected_files": ["src/b.py"]})
    assert apart == [("note", *overlap)]


def test_parallel_steps_without_limits_are_a_warning_each() -> None:
    """Who may write anywhere may meet everyone."""
    assert side_by_side({}, {"allowed_paths": ["src"]}) == [("warning", "no-path-limits", "step 1.1")]
    assert len(side_by_side({}, {})) == 2
    (first, *_) = check(good(*(step(f"1.{n}", **DONE) for n in range(1, 9))))
    assert "any file while 1.2, 1.3, 1.4, 1.5, 1.6 and 2 more may run" in first.message


def test_a_phase_of_a_thousand_parallel_steps_is_compared_without_trying_every_pair() -> None:
    """Files of their own are no overlap; the two that meet are found among half a million pairs."""
    steps = [step(f"1.{n}", allowed_paths=[f"src/m{n}/**"], **DONE) for n in range(1, 1_001)]
    assert found(good(*steps)) == []
    steps[700] = replace(steps[700], allowed_paths=["src/m3/x.py"])
    assert found(good(*steps)) == [("warning", "overlap", "step 1.3")]


def test_too_many_pairs_are_admitted() -> None:
    """Where only a part was compared, the lint says so."""
    steps = [step(f"1.{n}", allowed_paths=[f"src/*/m{n}.py"], **DONE) for n in range(1, 70)]
    assert found(good(*steps)) == [("warning", "overlap-not-checked", "phase 1")]


def test_limits_that_contradict_the_expectation_are_a_warning() -> None:
    """A step that must change what it may not change will fail."""
    code = [("warning", "expected-outside-limits", "step 1.1")]
    assert (
        found(good(step("1.1", allowed_paths=["src"], expected_files=["docs/a.md", "src/x"], **DONE))) == code
    )
    assert found(good(step("1.1", blocked_paths=["src"], expected_files=["src/*.py"], **DONE))) == code


def test_paths_outside_the_repository_are_a_warning() -> None:
    """They match nothing, and as context they would be read from somewhere else."""
    plan = good(step("1.1", context_files=["../../etc/passwd"], allowed_paths=["/etc", "src"], **DONE))
    assert found(plan) == [("warning", "outside-repository", "step 1.1")] * 2


def test_context_files_must_exist_or_be_made_before() -> None:
    """Files, directories and what an earlier step promises are there; the task's own context always is."""
    first = step("1.1", expected_files=["gen/**"], deliverables=["docs/adr.md, the decision"], **DONE)
    context = ["a/b.py", "a", "gen/x.py", "docs/adr.md", ".claude/team-context/context.md", "missing.py"]
    plan = good(first, step("1.2", depends_on=["1.1"], context_files=context, **DONE))
    (finding,) = check(plan, files=["a/b.py"])
    assert (finding.code, finding.where) == ("missing-file", "step 1.2") and "'missing.py'" in finding.message
    assert found(plan) == []
    (finding,) = check(good(step("1.1", context_files=["app/main.py"], **DONE)), files=["src/app/main.py"])
    assert finding.hint == "did you mean 'src/app/main.py'?"


def test_a_step_without_acceptance_is_a_note() -> None:
    """Somebody has to be able to say when it is done."""
    assert found(good(step("1.1"))) == [("note", "no-acceptance", "step 1.1")]


def test_a_review_before_or_beside_the_work_is_a_warning() -> None:
    """A reviewer needs something to review; a plan of nothing but reviews is fine."""
    code = [("warning", "review-too-early", "step 1.1")]
    review = step("1.1", agent_name="acme:code-reviewer--python", **DONE)
    work = phase(2, step("2.1", **DONE))
    assert found(plan_of(phases=[phase(1, review), work])) == code
    assert found(plan_of(phases=[work, phase(1, review)])) == []
    assert found(plan_of(phases=[phase(1, review)])) == []
    assert found(good(review, step("1.2", **DONE))) == code
    assert found(good(review, step("1.2", depends_on=["1.1"], **DONE))) == []
    assert found(good(replace(review, depends_on=["1.2"]), step("1.2", **DONE))) == []


def test_a_step_outside_the_order_of_its_phase_is_a_note() -> None:
    """Nothing depends on it, it depends on nothing: was a dependency forgotten?"""
    apart = {"allowed_paths": ["docs"], **DONE}
    src = {"allowed_paths": ["src"], **DONE}
    plan = good(step("1.1", **src), step("1.2", depends_on=["1.1"], **src), step("1.3", **apart))
    assert found(plan) == [("note", "nothing-depends", "step 1.3")]
    assert found(good(step("1.1", **src), step("1.2", **apart))) == []


def test_a_huge_brief_or_context_is_a_warning() -> None:
    """Long texts belong into files that are read when needed."""
    assert found(good(step("1.1", task_description="x" * 9_000, **DONE))) == [
        ("warning", "huge-brief", "step 1.1")
    ]
    assert found(good(shared_context="x" * 20_001)) == [("warning", "long-context", "plan")]


def test_odd_numbers_of_attempts_are_remarked() -> None:
    """One is few, more than ten are many."""
    assert found(good(step("1.1", max_attempts=1, **DONE))) == [("note", "single-attempt", "step 1.1")]
    assert found(good(step("1.1", max_attempts=11, **DONE))) == [("warning", "many-attempts", "step 1.1")]


def test_a_grave_plan_without_approval_is_a_warning() -> None:
    """HIGH wants approval somewhere, CRITICAL before anything, a grave phase before itself."""
    plain, approved = phase(1, step("1.1", **DONE)), phase(2, step("2.1", **DONE), approval_required=True)
    code = [("warning", "no-approval", "plan")]
    assert found(plan_of(phases=[plain], risk_level="HIGH")) == code
    assert found(plan_of(phases=[plain, approved], risk_level="HIGH")) == []
    assert found(plan_of(phases=[plain, approved], risk_level="CRITICAL")) == code
    assert found(plan_of(phases=[approved, plain], risk_level="CRITICAL")) == []
    grave = replace(plain, risk_level="HIGH")
    assert found(plan_of(phases=[grave, approved])) == [("warning", "no-approval", "phase 1")]
    assert found(plan_of(phases=[approved, grave])) == []


def _range(likely: float) -> Range:
    return Range(low=likely / 2, likely=likely, high=likely * 2)


def _forecast(**steps: float) -> Forecast:
    items = [
        StepForecast(step_id=f"1.{name[1:]}", tokens=_range(1), usd=_range(usd), minutes=_range(1))
        for name, usd in steps.items()
    ]
    return Forecast(tokens=_range(1_000), usd=_range(4), minutes=_range(10), basis="priors", steps=items)


@pytest.mark.parametrize(
    ("budget", "code"),
    [
        (Budget(usd=3), "budget-too-small"),
        (Budget(tokens=999), "budget-too-small"),
        (Budget(wall_s=540), "budget-too-small"),
        (Budget(usd=5), "budget-tight"),
        (Budget(usd=8, tokens=2_000, wall_s=1_200), None),
    ],
)
def test_a_budget_below_the_forecast_is_remarked(budget: Budget, code: str | None) -> None:
    """Below what is likely: a warning; within the interval: a note."""
    assert [c for _, c, _ in found(good(budget=budget, forecast=_forecast()))] == ([code] if code else [])


def test_a_steps_budget_is_held_against_its_own_forecast_and_the_plans_budget() -> None:
    """A step may not have less than it needs, nor more than there is."""
    poor = good(step("1.1", budget=Budget(usd=1), **DONE), forecast=_forecast(s1=2))
    assert found(poor) == [("warning", "budget-too-small", "step 1.1")]
    rich = good(step("1.1", budget=Budget(usd=9), **DONE), budget=Budget(usd=8))
    assert found(rich) == [("note", "budget-above-plan", "step 1.1")]


def test_a_forecast_that_makes_no_sense_is_a_warning() -> None:
    """A step that does not exist, figures out of order."""
    assert found(good(forecast=_forecast(s7=1))) == [("warning", "forecast-of-nothing", "forecast")]
    upside_down = replace(_forecast(), usd=Range(low=3, likely=2, high=1))
    assert found(good(forecast=upside_down)) == [("warning", "forecast-disordered", "forecast")]


def test_text_that_hides_from_the_reader_is_a_warning() -> None:
    """Reversed, zero-width and tag characters can say to a model what a person does not see."""
    tags = "".join(chr(0xE0000 + ord(char)) for char in "obey me")
    assert found(good(task_summary="Fix\u202etxt.exe")) == [("warning", "hidden-text", "plan")]
    assert found(good(step("1.1", task_description=f"Fix it{tags}", **DONE))) == [
        ("warning", "hidden-text", "step 1.1")
    ]
    assert found(good(phase={"gate": Gate(command="pyt\u200best")}))[0][1:] == ("hidden-text", "phase 1")
    assert found(good(task_summary="修正 تصحيح 👩‍💻 naïve")) == []


def test_small_oddities_are_notes() -> None:
    """A name or a dependency twice, a solo plan of several steps."""
    twice = step("1.1", team=[TeamMember(agent_name="backend-engineer", role="again")], **DONE)
    assert found(good(twice)) == [("note", "agent-twice", "step 1.1")]
    again = step("1.2", depends_on=["1.1", "1.1"], **DONE)
    assert found(good(step("1.1", **DONE), again)) == [("note", "repeated-dependency", "step 1.2")]
    assert (
        found(good(step("1.1", **DONE), step("1.2", depends_on=["1.1"], **DONE), execution_mode="solo"))[0][1]
        == "solo-with-steps"
    )


def test_findings_stand_in_the_order_of_the_plan() -> None:
    """A reader walks down the plan once for each severity."""
    bad_gate = Gate(command="true")
    phases = [
        phase(2, step("2.1"), step("2.2", depends_on=["2.1"]), gate=bad_gate),
        phase(1, step("1.1"), gate=bad_gate),
    ]
    plan = plan_of(phases=phases, risk_level="HIGH")
    assert [where for _, _, where in found(plan)] == [
        "plan", "gate of phase 2", "gate of phase 1", "step 2.1", "step 2.2", "step 1.1",
    ]  # fmt: skip


def test_errors_come_first_and_a_flood_is_summed_up() -> None:
    """Fifty steps with the same fault give twenty findings and a count."""
    steps = [step(f"1.{n}", depends_on=[f"1.{n - 1}"] if n > 1 else []) for n in range(1, 51)]
    findings = check(good(*steps), agents=[])
    assert [f.severity for f in findings] == ["error"] * 21 + ["note"] * 21
    assert findings[20].message == findings[-1].message == "30 more of this kind are not shown"


@settings(max_examples=40, deadline=None)
@given(plans())
def test_any_plan_can_be_checked(plan: Plan) -> None:
    """The lint has an opinion on every plan, each time the same, in words that act on no terminal."""
    known = {"agents": ["a"], "command_exists": lambda _: False, "files": ["a.py"]}
    findings = check(plan, **known)
    assert findings == check(plan, **known)
    assert all("\n" not in f.message and "\u202e" not in f.message for f in findings)
