"""Bytes into lines."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from agent_baton.runtimes.lines import Lines


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@given(
    st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"").replace(b"\r", b""))),
    st.lists(st.integers(0)),
)
def test_where_the_chunks_end_makes_no_difference(lines: list[bytes], places: list[int]) -> None:
    """Lines come whole, in order, each once, however the stream was cut."""
    reader = Lines()
    data = b"".join(line + b"\n" for line in lines)
    found = [line for chunk in cut(data, places) for line in reader.feed(chunk)]
    assert found + reader.end() == lines


def test_a_last_line_without_its_end_counts() -> None:
    """And an empty rest does not."""
    reader = Lines()
    assert reader.feed(b"one\ntwo") == [b"one"]
    assert reader.end() == [b"two"]
    assert reader.end() == []


def test_carriage_returns_belong_to_the_end() -> None:
    """As programs that think of another system print them."""
    assert Lines().feed(b"one\r\ntwo\r\n") == [b"one", b"two"]


def test_a_line_too_long_is_skipped_not_kept() -> None:
    """The lines around it are not lost, and how much was skipped is known."""
    reader = Lines(limit_bytes=10)
    found = reader.feed(b"before\n" + b"x" * 8)
    for _ in range(1000):
        found += reader.feed(b"x" * 8)
    assert reader._held > 0
    assert sum(map(len, reader._parts)) == 0
    found += reader.feed(b"x\nafter\n")
    assert found == [b"before", b"after"]
    assert reader.skipped_bytes == 8 * 1001 + 1
