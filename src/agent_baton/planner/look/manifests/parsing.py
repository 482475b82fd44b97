"""Parsed TOML, JSON and YAML of strangers: whatever is wrong with it, the look goes on without it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from agent_baton.loading import later

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib
if TYPE_CHECKING:
    import yaml
else:
    yaml = later("yaml")

MAX_CHARACTERS = 400_000  # of JSON and TOML; larger ones are data
MAX_YAML_CHARACTERS = 40_000  # the YAML parser is a hundred times slower

_Parsed = dict[str, object]


def toml(text: str) -> _Parsed:
    """The document, empty when it is broken."""
    if len(text) > MAX_CHARACTERS:
        return {}
    try:
        parsed: _Parsed = tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}
    return parsed


def jsonc(text: str) -> _Parsed:
    """The document's object, empty when it is broken or no object."""
    if len(text) > MAX_CHARACTERS:
        return {}
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def yml(text: str) -> _Parsed:
    """The first document's mapping, empty when it is broken or no mapping."""
    if len(text) > MAX_YAML_CHARACTERS:
        return {}
    try:
        parsed = next(iter(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))), None)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, AttributeError, KeyError):
        return {}  # the loader lets several of Python's own errors out on odd keys and dates
    return {str(key): value for key, value in parsed.items()} if isinstance(parsed, dict) else {}
