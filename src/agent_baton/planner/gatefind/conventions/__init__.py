"""What is usual when nobody wrote a command down: the weakest evidence, but tests that are here can be run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..meaning import Inspector
from ..sightings import Sighting
from . import native, python, ruby, table


def sightings(inspector: Inspector, seen: Iterable[Sighting], folder: str = "") -> Iterator[Sighting]:
    yield from python.sightings(inspector, folder)
    yield from ruby.sightings(inspector, folder)
    yield from native.sightings(inspector, seen, folder)
    yield from table.sightings(inspector, folder)
