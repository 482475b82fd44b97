"""A task's text as tokens: words, the signs of Chinese, Japanese and Korean, and the breaks between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from agent_baton.patterns import lazy
from agent_baton.records import Record

from .language import fold

Kind = Literal["word", "sign", "stop", "pause"]

MAX_CHARS = 20_000  # the longest task a plan may hold

# Chinese, Japanese and Korean letters: each is a token of its own, because words are not set apart there.
CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN_PATTERN = rf"""
    (?P<sign>[{CJK}])
  | (?P<call>\(\))
  | (?P<route>\b(?:GET|POST|PUT|PATCH|DELETE)\s+/[^\s,;]*)
  | (?P<word>\.env\b|\d+(?:[.,]\d+)+[^\W_{CJK}]*|[^\W_{CJK}]+n['’]t\b|[^\W_{CJK}]+)
  | (?P<stop>[!?;\n。！？；]+|\.(?=\s|$))
  | (?P<pause>[,:()、，：（）\[\]–—]|(?<=\s)-+(?=\s))
  | (?P<quote>`[^`\n]{{1,200}}`|"[^"\n]{{1,80}}"|“[^”\n]{{1,80}}”|„[^“”\n]{{1,80}}[“”]
             |«[^»\n]{{1,80}}»|「[^」\n]{{1,80}}」)
    """
_TOKEN = lazy(_TOKEN_PATTERN, re.VERBOSE)
# The same for a text without any of those letters: their ranges are what makes compiling dear.
_TOKEN_OF_ASCII = lazy(
    _TOKEN_PATTERN.replace(f"(?P<sign>[{CJK}])", "(?P<sign>(?!))").replace(CJK, ""), re.VERBOSE
)
_WHOLLY_QUOTED = lazy(r'"[^"]*"|“[^”]*”|«[^»]*»|「[^」]*」|`[^`]*`')
_HUMP = lazy(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRANDS = frozenset(
    {"javascript", "typescript", "coffeescript", "bitbucket", "salesforce", "postgresql", "dynamodb"}
)


class Token(Record):
    text: str  # folded: lower case, no accents
    start: int  # where it stands in the text given to `tokens`
    end: int
    kind: Kind
    named: bool = False  # part of an identifier or in quotes: it names a thing, nobody is told to do it


def plain_text(text: str) -> str:
    """Full-width letters and the like as their plain ones, cut to the longest task a plan may hold."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARS]).strip()
    return plain[1:-1] if _WHOLLY_QUOTED.fullmatch(plain) else plain


def tokens(text: str) -> list[Token]:
    """Every word, sign and break of the text, in order."""
    return list(_tokens(text, 0, named=False))


def _tokens(text: str, offset: int, *, named: bool) -> Iterator[Token]:
    for match in (_TOKEN_OF_ASCII if text.isascii() else _TOKEN).finditer(text):
        found, kind, start = match.group(), match.lastgroup, match.start()
        if kind == "quote":
            # `rm -rf data` is a command and may be what to do; `deleteUser` and "Delete" only name something.
            command = found[0] == "`" and " " in found
            yield from _tokens(found[1:-1], offset + start + 1, named=not command)
        elif kind == "call":  # the brackets of `render()` break nothing
            continue
        elif kind == "route":
            yield Token("httproute", offset + start, offset + match.end(), "word", named=True)
        elif kind == "word":
            joined = "_" in (text[start - 1 : start], text[match.end() : match.end() + 1])
            yield from _words(found, offset + start, named=named or joined)
        else:
            yield Token(fold(found), offset + start, offset + match.end(), _kind(kind), named)


def _kind(group: str | None) -> Kind:
    return "sign" if group == "sign" else "stop" if group == "stop" else "pause"


def _words(found: str, start: int, *, named: bool) -> Iterator[Token]:
    """One written word as one token, or an identifier as the words it is made of."""
    if found == ".env":
        found, start = "dotenv", start + 1
    parts = _HUMP.split(found)
    if len(parts) == 1 or not _is_identifier(found, parts):
        folded = fold(found.replace("'", "").replace("’", ""))
        if folded != "s":  # what is left of "user's"
            yield Token(folded, start, start + len(found), "word", named)
        return
    for part in parts:
        yield Token(fold(part), start, start + len(part), "word", named=True)
        start += len(part)


def _is_identifier(found: str, parts: list[str]) -> bool:
    """deleteUser and PaymentService are; GitHub, OAuth and JavaScript are names."""
    if found.lower() in _BRANDS:
        return False
    camel = found[0].islower() and len(parts[0]) > 1
    return camel or len(parts) > 2 or all(len(part) >= 4 for part in parts)
