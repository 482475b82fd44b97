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

    `shared` are directories outside the work tree that the settings name as caches to write to.
    """
    if mode == "off":
        return None
    reason = missing()
    if reason and mode == "required":
        raise Refused(f"sandbox: required, and there is none here: {reason}")
    if reason:
        return None
    exposed = exposure(checkout_at(site.checkout, cwd))
    return Box(
        writable=(*home_caches(env), *map(os.path.expanduser, shared), *exposed.writable),
        guarded=exposed.guarded,
        hidden=(*home_secrets(env), *_secret_files(site.checkout.top)),
        network=network,
    )


def _secret_files(top: str) -> list[str]:
    """`.env` and its kin at the top of the user's own checkout."""
    found = [path for path in Path(top).glob(".env*") if path.is_file()]
    return [str(path) for path in found if not path.name.endswith(HARMLESS)]
