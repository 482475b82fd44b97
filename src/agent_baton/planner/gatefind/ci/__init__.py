"""Commands from CI configurations: the strongest evidence of what maintainers go by."""

from __future__ import annotations

from collections.abc import Iterator

from ..reading import Repo
from ..sightings import Sighting
from . import github, jenkins, scripted


def sightings(repo: Repo) -> Iterator[Sighting]:
    yield from github.sightings(repo)
    yield from scripted.sightings(repo)
    yield from jenkins.sightings(repo)
