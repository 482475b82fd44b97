"""The dashboard on terminals of any width: names stay, and no number loses a digit."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from agent_baton.cli.board_text import board_text
from agent_baton.cli.tables import as_csv, least, needed
from agent_baton.trace import amounts
from agent_baton.trace.board import Board, board
from agent_baton.trace.facts import task_facts
from agent_baton.trace.history import gather
from tests.support.histories import AGENTS, made_up

FACTS = [task_facts(gather(task.recorded())) for task in made_up(30, 8)]
FEW, MANY = board(FACTS), board(FACTS * 200)


@pytest.mark.parametrize("width", [20, 40, 60, 79, 80, 99, 100, 119, 120, 140])
@pytest.mark.parametrize("found", [FEW, MANY], ids=["few", "many"])
def test_every_name_and_number_is_whole(found: Board, width: int) -> None:
    lines = board_text(found, 2e9, "Tasks", width, False).splitlines()
    for row in found.agents:
        assert row.name in AGENTS
        line = next(line for line in lines if line.startswith(row.name[:16]))
        tries = {str(row.counts.attempts), amounts.many(row.counts.attempts)}
        assert tries & set(line.split())
        assert amounts.duration(row.counts.seconds) in line
        spent = {amounts.usd(row.counts), amounts.usd(row.counts, brief=True)}
        assert any(line.endswith(text) for text in spent), line
    assert "…" not in "".join(lines)


@pytest.mark.parametrize("width", [20, 40, 60])
def test_the_table_of_gates_is_whole_where_it_is_the_widest(width: int) -> None:
    """Its last column is the time that gates took in all."""
    found = replace(FEW, agents=[], models=[], types=[], phases=[])
    lines = board_text(found, 2e9, "Tasks", width, False).splitlines()
    assert any(line.endswith("in all") for line in lines)
    for gate in found.gates[:6]:
        assert any(line.endswith(amounts.duration(gate.seconds)) for line in lines)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_lines_fit_the_terminal(width: int) -> None:
    for found in (FEW, MANY):
        text = board_text(found, 2e9, "Tasks", width, False)
        assert max(map(len, text.splitlines())) <= width


def test_what_a_table_needs() -> None:
    heads, rows = ("name", "a\nnumber"), [["x" * 30, "12"], ["y", "1,234,567"]]
    assert needed(heads, rows) == 30 + 2 + 9
    assert least(heads, rows, 1) == 16 + 1 + 9


def test_unknown_is_never_shown_as_nothing() -> None:
    """Without a price nobody knows what doing it again cost; a price of nothing is one."""
    whole = FEW.counts
    nothing_known = whole._replace(rework_usd=0.0, usd_unknown=whole.attempts)
    assert amounts.rework_cost(nothing_known) == "cost unknown"
    assert amounts.rework_cost(whole._replace(rework_usd=0.0, usd_unknown=0)) == "known cost $0.00"


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t=", "\x1b[m=", "\r+"])
def test_a_spreadsheet_calculates_nothing_an_agent_wrote(begins: str) -> None:
    """Texts that would be formulas are marked as text; numbers stay numbers, commas and quotes are quoted."""
    call = 'HYPERLINK("http://evil","x")'
    made = as_csv([["name", "n"], [begins + call, -3.5], ["a-b", 0]])
    assert next(csv.reader(io.StringIO(made, newline=""))) == ["name", "n"]
    assert list(csv.reader(io.StringIO(made, newline="")))[1:] == [
        [f"'{begins[-1]}{call}", "-3.5"],
        ["a-b", "0"],
    ]
