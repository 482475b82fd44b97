"""Which box a step's agent works in: made from the settings, the repository and the user's home."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from agent_baton.app.site import Site
from agent_baton.errors import Refused
from agent_baton.runtimes.sandbox import Box, home_caches, home_secrets, missing
from agent_baton.workspace.exposure import exposure
from agent_baton.workspace.locate import checkout_at

Mode = Literal["off", "auto", "required"]
HARMLESS = ("example", "sample", "template", "dist")  # `.env.example` is documentation


def box_for(
    site: Site,
    cwd: str,
    mode: Mode,
    env: Mapping[str, str],
    network: bool = True,
    shared: Sequence[str] = (),
) -> Box | None:
    """None: no box (`off`, or `auto` where none can be had). Refused when one is required and cannot be had.

    `shared` are directories of the user's checkout, or absolute ones, that all work trees write to.
    """
    if mode == "off":
        return None
    reason = missing()
    if reason and mode == "required":
        raise Refused(f"sandbox: required, and there is none here: {reason}")
    if reason:
        return None
    exposed = exposure(checkout_at(site.checkout, cwd))
    top = os.path.dirname(os.path.dirname(site.state_dir))
    return Box(
        writable=(
            *home_caches(env),
            *(os.path.join(top, os.path.expanduser(path)) for path in shared),
            *exposed.writable,
        ),
        guarded=exposed.guarded,
        hidden=(*home_secrets(env), *_secret_files(top)),
        network=network,
    )


def require_boxes(mode: Mode, possible: bool, runtime: str) -> None:
    """Refused when a box is required and the runtime's agents cannot be put into one."""
    if mode == "required" and not possible:
        raise Refused(f"sandbox: required, and agents of the runtime {runtime!r} run inside baton, in no box")
    if mode == "required" and (reason := missing()):
        raise Refused(f"sandbox: required, and there is none here: {reason}")


def _secret_files(top: str) -> list[str]:
    """`.env` and its kin at the top of the user's own checkout."""
    found = [path for path in Path(top).glob(".env*") if path.is_file()]
    return [str(path) for path in found if not path.name.endswith(HARMLESS)]
