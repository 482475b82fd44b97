"""A marked block at the end of a text file of the user's, such as CLAUDE.md or .gitignore."""

from __future__ import annotations

from dataclasses import dataclass

from agent_baton.claude.install.jsontext import Splice


@dataclass(frozen=True, slots=True)
class Block:
    """Lines between two marks. `open` and `close` are whole lines in the file's own comment form."""

    open: str
    close: str
    body: str

    def text(self, line_end: str) -> str:
        lines = [self.open, *self.body.strip().splitlines(), self.close]
        return line_end.join(lines) + line_end


def find_block(text: str, block: Block) -> str | None:
    """The block that stands in a text, from mark to mark with the line end; None without one."""
    start = text.find(block.open)
    end = text.find(block.close, start + len(block.open))
    if start < 0 or end < 0:
        return None
    end += len(block.close)
    while end < len(text) and text[end] in "\r\n":
        end += 1
        if text[end - 1] == "\n":
            break
    return text[start:end]


def append_block(text: str, block: Block, gap: bool) -> Splice:
    """What to put at the end of a text; with `gap` an empty line stands before it."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    before = "" if not text or text.endswith("\n") else line_end
    if text and gap and not text.endswith(("\n\n", "\n\r\n")):
        before += line_end
    return Splice(len(text), before + block.text(line_end))


def without_block(text: str, block: Block) -> str | None:
    """The text without the block, None when what stands between the marks is not what we wrote."""
    there = find_block(text, block)
    if there is None:
        return text
    if there.splitlines() != block.text("\n").splitlines():
        return None
    return text.replace(there, "", 1)
