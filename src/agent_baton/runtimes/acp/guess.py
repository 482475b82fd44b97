"""What an agent that does not tell its usage may have used so far: from what it says and does, request by request."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from agent_baton.runtimes.protocol import Usage

# instructions and tools of a first request, at most: copilot 1.0.102 tells of 10,219 (2026-11-21)
FIRST_TOKENS = 20_000
BYTES_A_TOKEN = 3  # of prose and code; what vendors count is mostly less


@dataclass
class Guess:
    """A conversation is sent whole with each request; what was sent before is read from the vendor's cache."""

    usage: Usage = field(default_factory=Usage)
    known: int = 0  # tokens that the last request was made with
    new: int = FIRST_TOKENS  # since then

    def hears(self, *pieces: object) -> None:
        """A prompt, or a tool's input and output: sent with the next request."""
        self.new += _tokens(pieces)

    def says(self, text: str) -> None:
        """The model's own words: paid for as they come, and sent with the next request."""
        tokens = _tokens((text,))
        self.new += tokens
        self.usage = replace(self.usage, output_tokens=self.usage.output_tokens + tokens)

    def holds(self, tokens: int) -> None:
        """The agent tells how large the conversation is."""
        self.known, self.new = tokens, 0

    def asks(self) -> Usage:
        """The model is asked once more; all that may have been used."""
        self.usage = replace(
            self.usage,
            input_tokens=self.usage.input_tokens + self.new,
            cache_read_tokens=self.usage.cache_read_tokens + self.known,
        )
        self.known, self.new = self.known + self.new, 0
        return self.usage


def _tokens(pieces: tuple[object, ...]) -> int:
    """At least one for any text: streams come word by word."""
    return sum(-(-len(str(piece).encode(errors="replace")) // BYTES_A_TOKEN) for piece in pieces if piece)
