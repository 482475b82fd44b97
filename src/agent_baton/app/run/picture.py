"""What a run looks like right now, folded from its feed; and that as lines of a given width. Pure."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any

from agent_baton.app.run.plain import short_time

Item = dict[str, Any]
AGENTS_SHOWN = 12
SHOWN_USD = 0.005
STATE_LINES = 4
LEAST_WIDTH = 20  # below, nothing is wrapped


@dataclass
class AtWork:
    """An agent in flight."""

    agent: str
    attempt: int
    since: float
    doing: str = "starting"
    tokens: int = 0
    usd: float | None = 0.0
    at_most_usd: float = 0.0  # where it tells of tokens only


@dataclass
class Picture:
    """Everything the screen shows."""

    task: str = ""
    title: str = ""
    runtime: str = ""
    branch: str = ""
    since: float = 0.0
    phase: str = ""
    steps: tuple[int, int] = (0, 0)
    gates: tuple[int, int] = (0, 0)
    spent_tokens: int = 0
    spent_usd: float = 0.0
    limit_usd: float | None = None
    upper_usd: float = 0.0  # what costs nobody knows are taken to be, at most
    unknown: int = 0  # attempts that told nothing of their cost
    agents: dict[str, AtWork] = field(default_factory=dict)
    gate: str = ""
    gate_says: str = ""
    state: str = ""  # what it waits for, or how it ended
    over: bool = False

    def take(self, item: Item) -> None:
        """Fold one item in."""
        change = CHANGES.get(item["kind"])
        if change is not None:
            change(self, item)


def _run(picture: Picture, item: Item) -> None:
    picture.__init__()  # type: ignore[misc]  # a new run in the same feed begins a new picture
    picture.task, picture.title = item["task"], item["text"]
    picture.runtime, picture.branch, picture.since = item["runtime"], item["branch"], item["at"]


def _progress(picture: Picture, item: Item) -> None:
    picture.phase = item["phase"]
    picture.steps, picture.gates = tuple(item["steps"]), tuple(item["gates"])
    picture.spent_tokens, picture.spent_usd = item["tokens"], item["usd"]
    picture.limit_usd, picture.unknown = item["limit_usd"], item["unknown"]
    picture.upper_usd = item.get("upper_usd", 0.0)


def _starts(picture: Picture, item: Item) -> None:
    picture.state = ""
    picture.agents[item["step"]] = AtWork(item["agent"], item["attempt"], item["at"])


def _doing(picture: Picture, item: Item, text: str) -> None:
    if item["step"] in picture.agents:
        picture.agents[item["step"]].doing = text


def _spent(picture: Picture, item: Item) -> None:
    if item["step"] in picture.agents:
        agent = picture.agents[item["step"]]
        agent.tokens, agent.usd = item["tokens"], item["usd"]
        agent.at_most_usd = item.get("at_most_usd", 0.0)


def _ends(picture: Picture, item: Item) -> None:
    """Its cost is the task's now, whose next figures include it."""
    picture.agents.pop(item["step"], None)
    picture.spent_tokens += item["tokens"] or 0
    picture.spent_usd += item["usd"] or 0.0
    picture.upper_usd += item.get("upper_usd", 0.0)


def _gate_starts(picture: Picture, item: Item) -> None:
    picture.state = ""
    picture.gate, picture.gate_says = f"gate {item['phase']}: {item['text']}", ""


def _gate_says(picture: Picture, item: Item) -> None:
    picture.gate_says = item["text"]


def _gate_ends(picture: Picture, item: Item) -> None:
    picture.gate = picture.gate_says = ""


def _waits(picture: Picture, item: Item) -> None:
    until = f" until {short_time(item['until'])}" if item.get("until") else ""
    picture.state = f"{item['kind'].replace('-', ' ')}{until}: {item.get('text', '')}"


def _end(picture: Picture, item: Item) -> None:
    picture.state = f"{item['result']}: {item['text']}"
    picture.agents.clear()
    picture.over = True


CHANGES: dict[str, Any] = {
    "run": _run,
    "progress": _progress,
    "starts": _starts,
    "ends": _ends,
    "tool": lambda picture, item: _doing(picture, item, f"{item['name']}: {item['text']}"),
    "says": lambda picture, item: _doing(picture, item, item["text"]),
    "asks": lambda picture, item: _doing(picture, item, f"waits for a person: {item['text']}"),
    "waits": lambda picture, item: _doing(picture, item, f"waits: {item['text']}"),
    "spent": _spent,
    "gate-starts": _gate_starts,
    "gate-says": _gate_says,
    "gate-ends": _gate_ends,
    "resumed": lambda picture, item: setattr(picture, "state", ""),
    "paused": _waits,
    "backs-off": _waits,
    "waiting": _waits,
    "end": _end,
}


def lines(picture: Picture, now: float, width: int) -> list[str]:
    """The screen, each line at most `width` characters."""
    found = ["─" * width, *_head(picture, now, width), *_agents(picture, now, width)]
    if picture.gate:
        found += [_fit(f" {picture.gate}", width), _fit(f"     {picture.gate_says}", width)]
    return [*found, *(_fit(text, width) for text in _state(picture, width))]


def _state(picture: Picture, width: int) -> list[str]:
    """What it waits for holds a command to be typed: whole, where that takes no more than a few lines."""
    text = f" {picture.state}" if picture.state else ""
    if width <= LEAST_WIDTH:
        return [text] if text else []
    return textwrap.wrap(
        text, width, subsequent_indent=" " * 5, max_lines=STATE_LINES, placeholder="…", break_on_hyphens=False
    )


def _head(picture: Picture, now: float, width: int) -> list[str]:
    took = duration(now - picture.since)
    title = f"{picture.task}  {picture.title}"
    done, total = picture.steps
    green, gates = picture.gates
    return [
        _beside(title, f"  {took}", width),
        _fit(
            f"{picture.phase or 'beginning'} · steps {done}/{total} · gates {green}/{gates}",
            width,
        ),
        _fit(_cost(picture), width),
    ]


def _cost(picture: Picture) -> str:
    flying = picture.agents.values()
    tokens = picture.spent_tokens + sum(agent.tokens for agent in flying)
    usd = picture.spent_usd + sum(agent.usd or 0.0 for agent in flying)
    upper_usd = picture.upper_usd + sum(agent.at_most_usd for agent in flying)
    limit = f" of ${picture.limit_usd:.2f}" if picture.limit_usd is not None else ""
    guess = f" + at most ${upper_usd:.2f} not measured" if upper_usd >= SHOWN_USD else ""
    unknown = f" · {picture.unknown} unknown" if picture.unknown else ""
    return f"{tokens:,} tokens · ${usd:.2f}{limit}{guess}{unknown}"


def _agents(picture: Picture, now: float, width: int) -> list[str]:
    found = []
    for step_id, agent in list(picture.agents.items())[:AGENTS_SHOWN]:
        again = f" (attempt {agent.attempt})" if agent.attempt > 1 else ""
        cost = f"{agent.tokens:,} tk" + (
            f" ${agent.usd:.2f}" if agent.usd is not None else f" ≤${agent.at_most_usd:.2f}"
        )
        right = f"  {cost}  {duration(now - agent.since)}"
        found += [
            _beside(f" {step_id} {agent.agent}{again}", right, width),
            _fit(f"     {agent.doing}", width),
        ]
    more = len(picture.agents) - AGENTS_SHOWN
    return [*found, f" … and {more} more agents"] if more > 0 else found


def duration(seconds: float) -> str:
    whole = max(int(seconds), 0)
    if whole < 3_600:
        return f"{whole // 60}m {whole % 60:02d}s" if whole >= 60 else f"{whole}s"
    return f"{whole // 3_600}h {whole % 3_600 // 60:02d}m"


def _beside(left: str, right: str, width: int) -> str:
    """Both on one line, the right one at its end; what is too long is cut on the left."""
    room = max(width - len(right), 0)
    return _fit(_fit(left, room).ljust(room) + right, width)


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
