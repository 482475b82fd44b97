"""A run on a terminal, redrawn in place; and what any listener of a feed looks like."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from agent_baton.app.run.picture import Picture, lines
from agent_baton.app.run.plain import line, wrapped

REDRAW_S = 0.5
STYLES = (("RED", "red"), ("FAILED", "red"), ("PAUSED", "yellow"), ("green", "green"), ("COMPLETE", "green"))


class Screen:
    """Draws at most twice a second, however fast things happen; what happened stays in the scrollback."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._picture = Picture()
        self._live = Live(self, console=self._console, refresh_per_second=1 / REDRAW_S, transient=True)

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, item: dict[str, Any]) -> None:
        self._picture.take(item)
        said = line(item)
        if said:
            self._live.console.print(_styled(wrapped(said, self._console.width)), soft_wrap=True)

    def __rich__(self) -> Text:
        width = min(self._console.width, 120)
        return Text("\n").join(_styled(text) for text in lines(self._picture, time.time(), width))


def _styled(text: str) -> Text:
    style = next((style for word, style in STYLES if word in text), "")
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


Listener = Callable[[dict[str, Any]], None]
