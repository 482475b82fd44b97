"""The evidence bundle's container: a text file, one part a line, sealed so that no byte of it can change unnoticed.

    {"format": "agent-baton-evidence/1", "made_at": …, "task_id": …}      the head
    {"content": …, "part": "journal/000001", "sha256": …}                 a part; the hash is of its content
    …
    {"algorithm": "Ed25519", "lines": […], "public_key": …, "seal": …, "signature": …}

Every line is canonical JSON (ASCII, sorted keys, no blanks), so that a file has one spelling only; the seal holds
the hash of every line before it, and the signature is over the seal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FORMAT = "agent-baton-evidence/1"
ALGORITHM = "Ed25519"

Verify = Callable[[bytes, bytes, bytes], bool]  # public key, signature, message


@dataclass(frozen=True, slots=True)
class Part:
    """A named piece of evidence. Names are paths: `plan`, `journal/000001`, `gates/1-2.txt`."""

    name: str
    content: Any


@dataclass(slots=True)
class Opened:
    """What a file turned out to be. `problems` is empty exactly when not a byte of it differs from what was sealed."""

    head: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    public_key: bytes = b""
    problems: list[str] = field(default_factory=list)


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def seal(
    head: Mapping[str, Any], parts: Sequence[Part], public_key: bytes, sign: Callable[[bytes], bytes]
) -> bytes:
    """The file. `sign` gets the message that the signature is over."""
    lines = [canonical({**head, "format": FORMAT})]
    for part in parts:
        content = canonical(part.content)
        lines.append(canonical({"part": part.name, "content": part.content, "sha256": digest(content)}))
    claims = {
        "algorithm": ALGORITHM,
        "lines": [digest(line) for line in lines],
        "public_key": public_key.hex(),
    }
    signature = sign(canonical(claims).encode()).hex()
    lines.append(canonical({**claims, "signature": signature}))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def unseal(data: bytes, verify: Verify) -> Opened:
    """Read a file, naming every place where it is not what was sealed. Never raises for bad content."""
    opened = Opened()
    lines = data.split(b"\n")
    if lines.pop() != b"" or len(lines) < 2:
        opened.problems.append(f"line {len(lines) + 1}: cut off, the end of the file is missing")
        return opened
    documents = [_document(number, line, opened.problems) for number, line in enumerate(lines, 1)]
    opened.head = documents[0]
    if opened.head.get("format") != FORMAT:
        opened.problems.append(f"line 1: not an evidence bundle ({FORMAT})")
    for number, document in enumerate(documents[1:-1], 2):
        _take_part(number, document, opened)
    opened.problems += _broken_seal(documents[-1], lines, documents, verify)
    opened.public_key = _hex(documents[-1].get("public_key"))
    return opened


def _document(number: int, line: bytes, problems: list[str]) -> dict[str, Any]:
    try:
        document = json.loads(line)
        if isinstance(document, dict):
            if canonical(document).encode() != line:
                problems.append(f"line {number}{_called(document)}: not spelled as it was sealed")
            return document
        problems.append(f"line {number}: not a part")
    except (ValueError, RecursionError) as error:
        problems.append(f"line {number}: not JSON ({error})")
    return {}


def _called(document: Mapping[str, Any]) -> str:
    return f" ({str(document['part'])[:80]})" if "part" in document else ""


def _take_part(number: int, document: Mapping[str, Any], opened: Opened) -> None:
    if not document:
        return
    name, content = document.get("part"), document.get("content")
    if not isinstance(name, str) or name in opened.parts:
        opened.problems.append(f"line {number}: no part, or one that is there already")
        return
    if digest(canonical(content)) != document.get("sha256"):
        opened.problems.append(f"line {number} ({name[:80]}): its content was changed")
    opened.parts[name] = content


def _broken_seal(
    sealed: Mapping[str, Any], lines: Sequence[bytes], documents: Sequence[Mapping[str, Any]], verify: Verify
) -> Iterator[str]:
    number = len(lines)
    if not sealed:
        return
    hashes = sealed.get("lines")
    if sealed.get("algorithm") != ALGORITHM or not isinstance(hashes, list):
        yield f"line {number}: no seal; the end of the file is missing"
        return
    if len(hashes) != number - 1:
        yield f"the seal covers {len(hashes)} lines, and {number - 1} are there: parts were added or taken away"
    for at, (wanted, line) in enumerate(zip(hashes, lines[:-1], strict=False)):
        if hashlib.sha256(line).hexdigest() != wanted:
            yield f"line {at + 1}{_called(documents[at])}: not the line that was sealed"
    claims = {name: value for name, value in sealed.items() if name != "signature"}
    key, signature = _hex(sealed.get("public_key")), _hex(sealed.get("signature"))
    if not verify(key, signature, canonical(claims).encode()):
        yield f"line {number}: the signature does not fit the seal"


def _hex(value: object) -> bytes:
    """Nothing unless it is spelled as it was sealed: the signature cannot vouch for its own capital letters."""
    try:
        found = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
    return found if found.hex() == value else b""
