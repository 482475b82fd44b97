"""Drawing with rich, to the width of the terminal. What does not fit is folded or said shorter; nothing is cut off."""

from __future__ import annotations

import csv
import io
import os
import shutil
import sys
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table

from agent_baton.engine.brief import one_line

WIDEST = 140
FORMULAS = ("=", "+", "-", "@")  # how a cell begins that a spreadsheet calculates
NAME = 16  # columns that are left to the name of a row, however narrow the terminal


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Lines of a CSV file. A text that a spreadsheet would take for a formula is marked as text: agents write some of them."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([_plain(value) for value in row] for row in rows)
    return stream.getvalue().rstrip("\n")


def _plain(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def terminal_width() -> int:
    return min(shutil.get_terminal_size((100, 40)).columns, WIDEST)


def colored() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def drawn(what: RenderableType, width: int, color: bool = False) -> str:
    """As text of at most that width, with a terminal's colour codes when they are wanted."""
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=color, color_system="standard" if color else None,
        no_color=not color, highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    console.print(what)
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip().split("\n"))


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], words: Sequence[str] = (), gap: int = 2
) -> Table:
    """Names in the first column, numbers in the others but in those of `words`. Names and words are folded to fit."""
    made = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="bold")
    made.add_column(heads[0], overflow="fold", min_width=min(NAME, _widest(heads, rows)[0]))
    for head in heads[1:]:
        if head in words:
            made.add_column(head, overflow="fold", min_width=cell_len(head))
        else:
            made.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        made.add_row(*row)
    return made


def needed(heads: Sequence[str], rows: Sequence[Sequence[str]], gap: int = 2) -> int:
    """How wide the table is when nothing is folded."""
    return sum(_widest(heads, rows)) + gap * (len(heads) - 1)


def least(heads: Sequence[str], rows: Sequence[Sequence[str]], gap: int = 2) -> int:
    """How wide it must be: a terminal may break a line, but a number that is cut off would be a wrong number."""
    name, *numbers = _widest(heads, rows)
    return min(name, NAME) + sum(numbers) + gap * (len(heads) - 1)


def _widest(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    columns = zip(heads, *rows, strict=True)
    return [max(cell_len(line) for cell in column for line in cell.split("\n")) for column in columns]
