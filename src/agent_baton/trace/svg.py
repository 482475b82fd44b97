"""Charts as SVG text. Colours are classes, so that the page's theme decides; everything written in is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from agent_baton.trace.rate import Rate

WIDTH = 640
DIGIT = 7.0  # the width of a character of a tick, in the widest of the usual fonts
WIDE_DIGIT = 11.0  # of one on a phone, where the words of what is drawn to fit are larger


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "") -> str:
    more = (f' class="{kind}"' if kind else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{_n(x)}" y="{_n(y)}"{more}>{escape(words)}</text>'


def rect(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> str:
    box = f'<rect class="{kind}" x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 1))}" height="{_n(height)}"'
    return f"{box}><title>{escape(title)}</title></rect>" if title else f"{box}/>"


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def figure(parts: Sequence[str], width: float, height: float, label: str, kind: str = "chart") -> str:
    """The whole drawing; `label` is what a screen reader says. A `fixed` one keeps its size and is scrolled."""
    size = f' width="{_n(width)}" height="{_n(height)}"' if kind == "fixed" else ""
    return (
        f'<svg class="{kind}"{size} viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-label="{escape(label, quote=True)}">'
        f"{''.join(parts)}</svg>"
    )


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


class Series(NamedTuple):
    name: str
    kind: str  # class of its bars
    values: Sequence[float]


def bars(labels: Sequence[str], series: Sequence[Series], label: str, unit: str = "") -> str:
    """Stacked bars over time, with the greatest value and the ends of the axis written out."""
    sums = [sum(values) for values in zip(*(item.values for item in series), strict=True)]
    most = max(sums, default=0) or 1
    greatest = _amount(most, unit)
    height, left, bottom, top = 170.0, max(46.0, WIDE_DIGIT * len(greatest) + 8), 150.0, 14.0
    step = (WIDTH - left) / max(len(labels), 1)
    parts = [line(left, bottom, WIDTH, bottom, "axis"), line(left, top, WIDTH, top, "grid")]
    parts += [
        text(left - 6, top + 4, greatest, "tick", "end"),
        text(left - 6, bottom, "0", "tick", "end"),
    ]
    for place, name in enumerate(labels):
        base = bottom
        for item in series:
            tall = (bottom - top) * item.values[place] / most
            if tall > 0:
                base -= tall
                title = f"{name}: {_amount(item.values[place], unit)} {item.name}"
                parts.append(rect(left + place * step + step * 0.1, base, step * 0.8, tall, item.kind, title))
    if labels:
        parts.append(text(left, height - 4, labels[0], "tick"))
        parts.append(text(WIDTH, height - 4, labels[-1], "tick", "end") if len(labels) > 1 else "")
    return figure(parts, WIDTH, height, label, "chart fits")


def _amount(value: float, unit: str) -> str:
    return f"{unit}{value:,.2f}" if unit else f"{value:,.0f}"


def intervals(rows: Sequence[tuple[str, Rate]], label: str) -> str:
    """A rate a row: the dot is what was seen, the line its 95% interval; too few are only counted."""
    left, right, tall = 240.0, 112.0, 24.0
    wide = WIDTH - left - right
    height = tall * len(rows) + 22
    parts = []
    for share in (0.0, 0.5, 1.0):
        x = left + wide * share
        parts += [
            line(x, 4, x, height - 18, "grid"),
            text(x, height - 4, f"{100 * share:.0f}%", "tick", "middle"),
        ]
    for place, (name, rate) in enumerate(rows):
        middle = tall * place + tall / 2 + 2
        parts.append(text(left - 8, middle + 4, name if len(name) <= 24 else name[:23] + "…", "name", "end"))
        interval = rate.interval()
        if interval is not None and rate.says_something and rate.value is not None:
            low, high = (left + wide * end for end in interval)
            parts.append(line(low, middle, high, middle, "whisker"))
            parts.append(
                f'<circle class="dot" cx="{_n(left + wide * rate.value)}" cy="{_n(middle)}" r="5">'
                f"<title>{escape(name)}: {escape(rate.text())}</title></circle>"
            )
        else:
            parts.append(text(left + 6, middle + 4, "too few to say", "tick"))
        parts.append(text(WIDTH, middle + 4, f"{rate.hits}/{rate.total}", "name", "end"))
    return figure(parts, WIDTH, height, label, "chart fits")


class Bar(NamedTuple):
    """A piece of a timeline row. `end` is None while it is at work."""

    start: float
    end: float | None
    kind: str
    title: str


class Lane(NamedTuple):
    label: str
    bars: Sequence[Bar]


def timeline(lanes: Sequence[Lane], start: float, end: float, label: str) -> str:
    """A row a lane; times run from `start` to `end`, seconds since the epoch."""
    left, tall = 120.0, 15.0
    wide, span = WIDTH - left, max(end - start, 1e-3)
    height = tall * len(lanes) + 20
    parts = [line(left, 0, left, height - 18, "axis")]
    for place, lane in enumerate(lanes):
        top = tall * place
        parts.append(
            text(
                left - 6,
                top + 11,
                lane.label if len(lane.label) <= 17 else lane.label[:16] + "…",
                "name",
                "end",
            )
        )
        for bar in lane.bars:
            x = left + wide * (bar.start - start) / span
            width = wide * ((bar.end if bar.end is not None else end) - bar.start) / span
            parts.append(rect(min(x, WIDTH - 2), top + 2, max(width, 2), tall - 4, bar.kind, bar.title))
    parts.append(text(left, height - 4, "0", "tick"))
    parts.append(text(WIDTH, height - 4, _span(span), "tick", "end"))
    return figure(parts, WIDTH, height, label)


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"


class Box(NamedTuple):
    """A step or a gate in the graph."""

    key: str
    label: str
    kind: str
    title: str
    after: Sequence[str] = ()


def graph(columns: Sequence[tuple[str, Sequence[Box]]], label: str) -> str:
    """A column a phase, its steps from top to bottom and its gate last; a curve from each step to those that wait for it."""
    wide, tall, gap_x, gap_y, top = 168.0, 24.0, 40.0, 8.0, 22.0
    places: dict[str, tuple[float, float]] = {}
    parts: list[str] = []
    for column, (name, boxes) in enumerate(columns):
        x = column * (wide + gap_x) + 14
        parts.append(text(x, 13, name if len(name) <= 26 else name[:25] + "…", "name"))
        for row, box in enumerate(boxes):
            places[box.key] = (x, top + row * (tall + gap_y))
    parts += [
        _curve(places[before], places[box.key], wide, tall)
        for _, boxes in columns
        for box in boxes
        for before in box.after
        if before in places
    ]
    for _, boxes in columns:
        for box in boxes:
            x, y = places[box.key]
            parts.append(rect(x, y, wide, tall, f"box {box.kind}", box.title))
            parts.append(
                text(x + 6, y + 16, box.label if len(box.label) <= 26 else box.label[:25] + "…", "in")
            )
    rows = max((len(boxes) for _, boxes in columns), default=0)
    return figure(parts, len(columns) * (wide + gap_x) + 14, top + rows * (tall + gap_y) + 4, label, "fixed")


def _curve(start: tuple[float, float], end: tuple[float, float], wide: float, tall: float) -> str:
    """Within a column around its left side, between columns from right to left side."""
    (x1, y1), (x2, y2) = start, end
    if x1 == x2:
        depth = x1 - min(13.0, 5 + abs(y2 - y1) / 30)
        path = f"M{_n(x1)} {_n(y1 + tall / 2)}C{_n(depth)} {_n(y1 + tall / 2)} {_n(depth)} {_n(y2 + tall / 2)} {_n(x2)} {_n(y2 + tall / 2)}"
    else:
        x1 += wide
        middle = (x1 + x2) / 2
        path = f"M{_n(x1)} {_n(y1 + tall / 2)}C{_n(middle)} {_n(y1 + tall / 2)} {_n(middle)} {_n(y2 + tall / 2)} {_n(x2)} {_n(y2 + tall / 2)}"
    return f'<path class="edge" d="{path}"/>'
