"""A run as plain lines: for logs, pipes and terminals without a screen. Pure."""

from __future__ import annotations

import textwrap
import time
from typing import Any

Item = dict[str, Any]

SOON_S = 600
INDENT = 10  # under the words, beside the time
QUIET = ("says", "spent", "began", "tool", "tool-failed", "gate-says")  # only on the screen


def line(item: Item) -> str:
    """One line for an item, "" for what would only fill a log."""
    if item["kind"] in QUIET or item["kind"] == "progress":
        return ""
    words: str = WORDS.get(item["kind"], _plain)(item)
    return f"{time.strftime('%H:%M:%S', time.localtime(item['at']))}  {words}"


def _plain(item: Item) -> str:
    step = f"{item['step']} " if "step" in item else ""
    return f"{step}{item['kind']}{_more(item)}"


def _more(item: Item) -> str:
    return f": {item['text']}" if item.get("text") else ""


def _run(item: Item) -> str:
    return f"run with {item['runtime']} on branch {item['branch']}"


def _starts(item: Item) -> str:
    again = f", attempt {item['attempt']}" if item["attempt"] > 1 else ""
    return f"{item['step']} {'resumes' if item['resumed'] else 'starts'}: {item['agent']}{again}"


def _ends(item: Item) -> str:
    cost = [f"{item['tokens']:,} tokens"] if item["tokens"] is not None else []
    cost += [f"${item['usd']:.2f}"] if item["usd"] is not None else []
    cost += [f"at most ${item['upper_usd']:.2f} not measured"] if item.get("upper_usd") else []
    cost += ["cost unknown"] if item["usd"] is None and not item.get("upper_usd") else []
    return f"{item['step']} {item['result']} in {item['seconds']:.0f} s, {', '.join(cost)}{_more(item)}"


def _gate_ends(item: Item) -> str:
    return f"gate of phase {item['phase']} {'green' if item['ok'] else 'RED'}{_more(item)}"


def _until(item: Item) -> str:
    return f" until {short_time(item['until'])}" if item.get("until") else ""


def short_time(at: float) -> str:
    """When, in local time: to the second when it is soon, with the day unless it is today."""
    if abs(at - time.time()) < SOON_S:
        return time.strftime("%H:%M:%S", time.localtime(at))
    form = "%H:%M" if time.localtime(at)[:3] == time.localtime()[:3] else "%a %d %b %H:%M"
    return time.strftime(form, time.localtime(at))


def wrapped(text: str, width: int, indent: int = INDENT) -> str:
    """Lines broken between words, what follows the first one indented; a word too long for a line is left whole."""
    return "\n".join(
        textwrap.fill(
            line,
            max(width, 2 * indent),
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.splitlines()
    )


WORDS: dict[str, Any] = {
    "run": _run,
    "starts": _starts,
    "ends": _ends,
    "gate-starts": lambda i: f"gate of phase {i['phase']} runs{_more(i)}",
    "gate-ends": _gate_ends,
    "paused": lambda i: f"PAUSED{_until(i)}{_more(i)}",
    "backs-off": lambda i: f"backs off{_until(i)}{_more(i)}",
    "stopping": lambda i: (
        "stopping everything now" if i["now"] else "finishing what is in flight; Ctrl-C again stops it"
    ),
    "asks": lambda i: f"{i['step']} asks{_more(i)} (baton inbox)",
    "waiting": lambda i: f"waits{_until(i)}{_more(i)}",
    "merged": lambda i: f"{i['step']} {i['text']}",
    "over-budget": lambda i: f"{i['step']} is stopped: its budget is used",
    "completed": lambda i: f"{i['text']}\n{'':10}trace {i['trace']}",
    "end": lambda i: f"{i['result'].upper()}{_until(i)}{_more(i)}",
}
