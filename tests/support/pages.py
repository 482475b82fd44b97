"""Reading what the script of the dashboard's page reads."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any


def read_data(text: str) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """What the script finds in the page: the head, and every column's numbers."""
    packed = re.findall(r'<script type="text/plain" id="data">([\w+/=]*)</script>', text)[0]
    whole = gzip.decompress(base64.b64decode(packed))
    size = int.from_bytes(whole[:4], "little")
    head, at = json.loads(whole[4 : 4 + size]), 4 + size
    columns = {}
    for name, length in zip(head["columns"], head["sizes"], strict=True):
        columns[name] = numbers(whole[at : at + length])
        at += length
    assert at == len(whole)
    return head, columns


def numbers(data: bytes) -> list[int]:
    """Seven bits a byte, the lowest first, the eighth says that more follow."""
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value, shift = 0, 0
    return found
