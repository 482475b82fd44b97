"""Telling people away from the screen: a webhook, and the desktop. It never holds up a run, and never fails one."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from agent_baton.app.run.feed import Item

WORTH_IT = ("end", "asks", "waiting", "paused")  # kinds of feed items that somebody may want to hear of
TIMEOUT_S = 10


class _Stay(urllib.request.HTTPRedirectHandler):
    """A POST that follows a redirect arrives as a GET without its body: nobody was told, and nothing says so."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


_OPEN = urllib.request.build_opener(_Stay).open


class Notifier:
    """Passes every item on, and some of them to the webhook and the desktop, each in a thread of its own."""

    def __init__(self, listener: Callable[[Item], None], task_id: str, webhook: str, desktop: bool) -> None:
        self._listener = listener
        self._task_id = task_id
        self._webhook = webhook
        self._desktop = shutil.which("notify-send") or "" if desktop else ""
        self._faults: list[str] = []
        self._threads: list[threading.Thread] = []

    def __call__(self, item: Item) -> None:
        self._listener(item)
        if item["kind"] in WORTH_IT:
            if self._webhook:
                self._start(self._post, {"task": self._task_id, **item})
            if self._desktop:
                self._start(self._show, item)

    def _start(self, work: Callable[[Any], None], item: Item) -> None:
        thread = threading.Thread(target=work, args=(item,), daemon=True)
        thread.start()
        self._threads.append(thread)

    def _post(self, item: Item) -> None:
        body = json.dumps(item).encode()
        request = urllib.request.Request(
            self._webhook, body, {"Content-Type": "application/json", "User-Agent": "agent-baton"}
        )
        try:
            with _OPEN(request, timeout=TIMEOUT_S):
                pass
        except (OSError, ValueError, http.client.HTTPException) as error:
            self._faults.append(f"the webhook was not told of {item['kind']!r}: {error}")

    def _show(self, item: Item) -> None:
        words = [
            self._desktop,
            "--app-name=baton",
            f"{self._task_id}: {item.get('result') or item['kind']}",
            str(item.get("text", "")),
        ]
        try:
            subprocess.run(words, capture_output=True, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as error:
            self._faults.append(f"the desktop was not told: {error}")

    def finish(self) -> None:
        """Wait for what is under way: a run's last word should arrive. Whoever could not be told is named."""
        deadline = time.monotonic() + TIMEOUT_S + 1
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        late = sum(thread.is_alive() for thread in self._threads)
        if late:
            self._faults.append(f"{late} notifications did not get through in {TIMEOUT_S} s")
        for fault in self._faults:
            self._listener({"at": round(time.time(), 3), "kind": "note", "text": fault})
