"""Path patterns of a plan: what they match.

One meaning for `allowed_paths`, `blocked_paths` and `expected_files`, wherever they are enforced or compared.
Patterns are relative to the repository's root and anchored there, with `/` on every system:

    *        anything within one component        **/      any number of directories, none too
    ?        one character, not `/`               **       anything, `/` included
    [a-z]    one of these; [!a-z] none of these   {a,b}    one of these alternatives
    \\*       the character itself                 .        the whole repository

A pattern also covers everything beneath what it matches, so `src` means `src/**` too. Brackets also match
themselves, because `app/[id]/page.tsx` is a path people have. A leading `./` and a trailing `/` mean nothing;
a pattern that leaves the repository (`/etc`, `~/x`, `../x`) matches nothing.

Patterns become a nondeterministic automaton that is run on sets of states: linear in the path, whatever the
pattern (a regular expression for `*a*a*a*a*b` is not). Only built-ins are imported: hooks ask on every edit.
"""

from __future__ import annotations

from agent_baton.plan.globparse import ANY, NOT_SLASH, Either, literal, normal, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from agent_baton.plan.globparse import Part, Ranges

    States = frozenset[int]

_CACHE_LIMIT = 20_000


class Globs:
    """Several patterns as one: a path matches if any of them matches it. No patterns match nothing."""

    __slots__ = ("_below", "_edges", "_free", "_moves", "accepting", "patterns", "start")

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._edges: list[list[tuple[Ranges, int]]] = []
        self._free: list[list[int]] = []
        self._moves: dict[tuple[States, str], States] = {}
        self._below = self._state()
        self._edges[self._below].append((ANY, self._below))
        begin, ends = self._state(), {self._below}
        for text in filter(None, map(normal, self.patterns)):
            end = self._sequence(parse(text), self._step_free(begin))
            self._edges[self._edge(end, literal("/"))].append((ANY, self._below))
            ends.add(end)
        self.accepting = frozenset(ends)
        self.start = self._closure({begin})

    def matches(self, path: str) -> bool:
        """Whether a path (relative to the root, as git prints it) is covered."""
        text = normal(path)
        if text is None or text == "**":
            return False
        states = self.start
        for char in text:
            states = self.step(states, char)
            if not states:
                return False
        return self.accepts(states)

    def accepts(self, states: States) -> bool:
        return not states.isdisjoint(self.accepting)

    def is_below(self, states: States) -> bool:
        """Whether every path that goes on from here is covered."""
        return self._below in states

    def step(self, states: States, char: str) -> States:
        """The states after one more character, remembered: paths share their beginnings."""
        found = self._moves.get((states, char))
        if found is None:
            code = ord(char)
            found = self._closure(
                target
                for state in states
                for ranges, target in self._edges[state]
                if any(low <= code <= high for low, high in ranges)
            )
            if len(self._moves) >= _CACHE_LIMIT:
                self._moves.clear()
            self._moves[states, char] = found
        return found

    def borders(self) -> Iterator[int]:
        """Where the alphabet must be cut so that all characters of a piece are treated alike."""
        for edges in self._edges:
            for ranges, _ in edges:
                for low, high in ranges:
                    yield low
                    yield high + 1

    def _closure(self, states: Iterable[int]) -> States:
        found = set(states)
        waiting = list(found)
        while waiting:
            for target in self._free[waiting.pop()]:
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return frozenset(found)

    def _state(self) -> int:
        self._edges.append([])
        self._free.append([])
        return len(self._edges) - 1

    def _step_free(self, source: int) -> int:
        target = self._state()
        self._free[source].append(target)
        return target

    def _edge(self, source: int, ranges: Ranges) -> int:
        target = self._state()
        self._edges[source].append((ranges, target))
        return target

    def _loop(self, source: int, ranges: Ranges) -> int:
        state = self._step_free(source)
        self._edges[state].append((ranges, state))
        return state

    def _sequence(self, parts: Sequence[Part], state: int) -> int:
        for part in parts:
            state = self._part(part, state)
        return state

    def _part(self, part: Part, state: int) -> int:
        """Append one part behind `state`; returns the state after it."""
        if isinstance(part, tuple):
            return self._edge(state, part)
        if isinstance(part, Either):
            end = self._state()
            for choice in part.choices:
                self._free[self._sequence(choice, self._step_free(state))].append(end)
            return end
        if part == "**/":
            end = self._step_free(state)
            inside = self._loop(self._edge(state, NOT_SLASH), ANY)
            self._edges[inside].append((literal("/"), end))
            return end
        return self._loop(state, NOT_SLASH if part == "*" else ANY)
