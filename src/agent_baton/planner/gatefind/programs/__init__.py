"""Every program whose meaning is known, by name. `./` stands for all others."""

from __future__ import annotations

from collections.abc import Mapping

from ..meaning import Reader
from . import compiled, dynamic, javascript, jvm, make, nox, prefixes, pyproject, python, scripts, tools, tox

PROGRAMS: Mapping[str, Reader] = {
    **tools.PROGRAMS,
    **prefixes.PROGRAMS,
    **python.PROGRAMS,
    **tox.PROGRAMS,
    **nox.PROGRAMS,
    **pyproject.PROGRAMS,
    **javascript.PROGRAMS,
    **make.PROGRAMS,
    **compiled.PROGRAMS,
    **jvm.PROGRAMS,
    **dynamic.PROGRAMS,
    **scripts.PROGRAMS,
}
