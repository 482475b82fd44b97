"""Forecasts: priors, history, prices, and how they are scored."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from agent_baton.app.forecasts import Outcome, outcomes, scored
from agent_baton.engine import events as ev
from agent_baton.errors import UserError
from agent_baton.plan.contract import validated
from agent_baton.plan.model import Plan, Range
from agent_baton.plan.write import document_of
from agent_baton.planner.forecast import ENOUGH, OVERRIDE, Past, forecast, read_prices
from tests.support.plans import phase, plan, step

PRICES = read_prices()
AGENT = "backend-engineer--python"


def made(steps: int = 1, complexity: str = "medium") -> Plan:
    items = [step(f"1.{number}", agent=AGENT) for number in range(1, steps + 1)]
    return validated(Plan, plan(phase(1, *items), complexity=complexity))


def past(minutes: list[float], tokens: list[int | None]) -> list[Past]:
    return [Past(AGENT, t, m) for m, t in zip(minutes, tokens, strict=True)]


def held(given: Range, actual: float) -> bool:
    return given.low <= actual <= given.high


def test_without_history_the_basis_says_priors_and_the_date_of_the_prices() -> None:
    """Nobody takes a prior for a measurement."""
    found = forecast(made(), [], PRICES)
    assert found.basis == f"all figures from stated priors; prices of {PRICES.date}"
    assert found.tokens == found.steps[0].tokens


def test_four_finished_steps_are_no_history() -> None:
    """Fewer than five figures leave the priors in force."""
    few = past([1.0] * (ENOUGH - 1), [1000] * (ENOUGH - 1))
    assert forecast(made(), few, PRICES) == forecast(made(), [], PRICES)


def test_five_finished_steps_replace_the_prior_for_what_they_know() -> None:
    """Times from history and tokens from priors are told apart in the basis."""
    found = forecast(made(), past([1.0, 2.0, 2.0, 2.0, 4.0], [None] * 5), PRICES)
    assert found.minutes.likely == 2.0
    assert found.tokens == forecast(made(), [], PRICES).tokens
    assert "minutes: this repository's past for 1 of 1 step(s)" in found.basis
    assert "the other figures from stated priors" in found.basis


def test_history_of_others_says_nothing() -> None:
    """Another agent's past does not move the forecast."""
    others = [Past("architect", 10, 0.1)] * 9
    assert forecast(made(), others, PRICES) == forecast(made(), [], PRICES)


def test_intervals_from_few_figures_hold_four_times_in_five() -> None:
    """An 80% interval fitted to five log-normal figures holds for 80% of the next ones."""
    chance, hits, rounds = random.Random(20), 0, 3000
    for _ in range(rounds):
        seen = [chance.lognormvariate(1, 0.8) for _ in range(ENOUGH)]
        given = forecast(made(), past(seen, [None] * ENOUGH), PRICES).minutes
        hits += held(given, chance.lognormvariate(1, 0.8))
    assert 0.78 <= hits / rounds <= 0.82


def test_equal_figures_are_not_taken_for_certainty() -> None:
    """Five equal times still give an interval with a width."""
    found = forecast(made(), past([3.0] * 5, [None] * 5), PRICES).minutes
    assert found.low < 3.0 < found.high


def test_the_whole_is_more_than_its_medians_and_less_uncertain_than_its_worst_case() -> None:
    """Long tails lift the sum; ends of intervals do not add up."""
    found = forecast(made(4), [], PRICES)
    one = found.steps[0].tokens
    assert found.tokens.likely > 4 * one.likely
    assert found.tokens.high < 4 * one.high
    assert found.tokens.low > 4 * one.low


def test_a_heavy_task_is_expected_to_take_more() -> None:
    """Priors move with the task's complexity."""
    likely = [forecast(made(1, size), [], PRICES).tokens.likely for size in ("light", "medium", "heavy")]
    assert likely == sorted(likely)
    assert likely[0] < likely[2]


def test_an_unknown_model_is_priced_as_the_dearest() -> None:
    """Unknown cost is never shown as cheap."""
    assert not PRICES.knows("mystery-1")
    assert PRICES.usd("mystery-1", 1e6) == PRICES.usd("fable", 1e6) > PRICES.usd("claude-sonnet-9", 1e6)


def override(top: Path, text: str) -> Path:
    (top / ".claude").mkdir()
    (top / OVERRIDE).write_text(text)
    return top


def test_a_repository_edits_prices_one_at_a_time(tmp_path: Path) -> None:
    """One overridden figure leaves the rest of the table as shipped; the date is the override's."""
    prices = read_prices(override(tmp_path, "date: 2030-01-01\nmodels: {sonnet: {output: 30}}\n"))
    assert prices.date == "2030-01-01"
    assert prices.models["sonnet"] == {**PRICES.models["sonnet"], "output": 30.0}
    assert prices.models["opus"] == PRICES.models["opus"]


@pytest.mark.parametrize(
    "text",
    [
        "models: {sonnet: {ouput: 3}}",
        "models: {new: {input: 3}}",
        "models: {sonnet: {input: -1}}",
        "models: {sonnet: {input: .nan}}",
        "models: [1, 2]",
        "- 3",
        "models: {sonnet: 3}",
        "{",
    ],
)
def test_wrong_prices_are_refused_with_the_file_named(tmp_path: Path, text: str) -> None:
    """A typo in the price table never becomes a silent zero."""
    with pytest.raises(UserError, match=r"baton-prices\.yaml"):
        read_prices(override(tmp_path, text))


def test_scores_give_no_verdict_on_fewer_than_five() -> None:
    """Four of four is no evidence."""
    tokens, usd, minutes = scored([Outcome("tokens", 1, 3, 2)] * 4)
    assert (tokens.count, tokens.held, tokens.verdict) == (4, 4, "too few to say")
    assert usd.verdict == minutes.verdict == "too few to say"


@pytest.mark.parametrize(
    ("inside", "under", "over", "verdict"),
    [(8, 1, 1, "fits"), (4, 0, 6, "too narrow"), (40, 0, 0, "too wide"), (5, 0, 0, "fits")],
)
def test_scores_compare_with_the_promise(inside: int, under: int, over: int, verdict: str) -> None:
    """Held often enough, too seldom, or too often to be an 80% interval."""
    found = [Outcome("usd", 1, 3, 2)] * inside
    found += [Outcome("usd", 1, 3, 0.5)] * under + [Outcome("usd", 1, 3, 9)] * over
    score = scored(found)[1]
    assert (score.held, score.below, score.above) == (inside, under, over)
    assert score.verdict.startswith(verdict)


def story(tokens: int | None, agent: str = AGENT) -> list[ev.Recorded]:
    """A task of one step, forecast at its start, that took two attempts of a minute each."""
    document = document_of(replace(made(), forecast=forecast(made(), [], PRICES)))
    told: list[tuple[float, ev.Event]] = [
        (0, ev.TaskStarted(document, {}, None, None, "")),
        (0, ev.StepDispatched("1.1", 1, agent, "", 9e9)),
        (60, ev.StepFinished("1.1", 1, agent, "failed", "no")),
        (60, ev.BudgetCharged("1.1", 1, tokens, 0.5, "measured")),
        (100, ev.StepDispatched("1.1", 2, agent, "", 9e9)),
        (160, ev.StepFinished("1.1", 2, agent, "complete", "yes")),
        (160, ev.BudgetCharged("1.1", 2, 1000, 0.5, "measured")),
    ]
    return [ev.Recorded(seq, at, "ann", event) for seq, (at, event) in enumerate(told, 1)]


def test_what_a_step_took_is_all_of_its_attempts() -> None:
    """A failed try costs as well; waiting between tries does not count."""
    assert {item.figure: item.actual for item in outcomes(story(2000))} == {
        "tokens": 3000,
        "usd": 1.0,
        "minutes": 2.0,
    }


def test_an_unknown_part_leaves_the_figure_out() -> None:
    """Tokens nobody reported do not make the known rest look like the whole."""
    assert {item.figure for item in outcomes(story(None))} == {"usd", "minutes"}


def test_unfinished_steps_are_not_scored() -> None:
    """What is still running has not kept its interval yet."""
    assert list(outcomes(story(2000)[:4])) == []
