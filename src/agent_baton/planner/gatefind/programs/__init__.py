"""Every program whose meaning is known, by name. `./` stands for all others."""

from __future__ import annotations

from collections.abc import Mapping

from ..meaning import Reader
from . import (
    compiled,
    dynamic,
    go,
    javascript,
    jvm,
    make,
    native,
    nox,
    npm,
    php,
    prefixes,
    pyproject,
    python,
    ruby,
    rust,
    scripts,
    tools,
    tox,
)

PROGRAMS: Mapping[str, Reader] = {
    **tools.PROGRAMS,
    **prefixes.PROGRAMS,
    **python.PROGRAMS,
    **tox.PROGRAMS,
    **nox.PROGRAMS,
    **pyproject.PROGRAMS,
    **javascript.PROGRAMS,
    **make.PROGRAMS,
    **npm.PROGRAMS,
    **compiled.PROGRAMS,
    **go.PROGRAMS,
    **rust.PROGRAMS,
    **native.PROGRAMS,
    **ruby.PROGRAMS,
    **php.PROGRAMS,
    **jvm.PROGRAMS,
    **dynamic.PROGRAMS,
    **scripts.PROGRAMS,
}
