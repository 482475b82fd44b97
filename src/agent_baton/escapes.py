"""What tells a terminal something other than a character: colours, cursor moves, titles, links (ECMA-48).

Taken out as wholes. Without its first character alone a colour leaves `[31m` behind, and one between two letters hides a
secret from whoever looks for it.
"""

from __future__ import annotations

from agent_baton.patterns import lazy

SIGNS = ("\x1b", "\x9b", "\x9d", "\x90")  # one of these begins each

# Strings (a title, a link's address) only with their end: an agent's text is not swallowed for want of one. What is
# nothing of the kind loses its escape character, so that a second look finds nothing more.
_STRING = r"[^\x07\x1b\x80-\x9f\n]{0,4000}(?:\x07|\x1b\\|\x9c)"
_CONTROL = r"[0-?]{0,60}[ -/]{0,4}[@-~]"
_ESCAPES = lazy(
    rf"\x1b(?:\[{_CONTROL}|[\]PX^_]{_STRING}|[ -/]{{1,3}}[0-~]|[0-9<=>@-_c])?|\x9b(?:{_CONTROL})?|[\x90\x9d](?:{_STRING})?"
)


def without_escapes(text: str) -> str:
    """The text as it would read on paper. Linear in the text; twice changes nothing."""
    if not any(sign in text for sign in SIGNS):
        return text
    return _ESCAPES.sub("", text)
