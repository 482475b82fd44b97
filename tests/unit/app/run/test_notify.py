"""Telling a webhook: what did not arrive is said, and nothing waits for it without end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from agent_baton.app.run import notify
from agent_baton.app.run.feed import Item
from agent_baton.app.run.notify import Notifier


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def told_by(server: socket.socket) -> list[str]:
    """What the run says after the webhook was told of its end."""
    items: list[Item] = []
    notifier = Notifier(
        items.append, "task-x-0001", f"http://127.0.0.1:{server.getsockname()[1]}/hook", False
    )
    notifier({"at": 0.0, "kind": "end", "result": "complete"})
    notifier.finish()
    return [item["text"] for item in items if item["kind"] == "note"]


def answering(server: socket.socket, answer: bytes) -> threading.Thread:
    def serve() -> None:
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as stream:
            while (line := stream.readline()).strip():  # all of it: closing on unread bytes would be a reset
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            stream.read(length)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/other\r\nContent-Length: 0\r\n\r\n", "302"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "500"),
        (b"SSH-2.0-OpenSSH_9\r\n", "SSH-2.0"),
        (b"", "closed connection"),
    ],
)
def test_a_webhook_that_did_not_take_it_is_named(listening: socket.socket, answer: bytes, why: str) -> None:
    """Also one that leads elsewhere: a POST that follows it loses what it says."""
    thread = answering(listening, answer)
    (said,) = told_by(listening)
    thread.join()
    assert said.startswith("the webhook was not told of 'end': ")
    assert why in said


def test_a_webhook_that_hangs_is_given_up(listening: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """It took the connection and never answers."""
    monkeypatch.setattr(notify, "TIMEOUT_S", 0.05)
    assert told_by(listening)
