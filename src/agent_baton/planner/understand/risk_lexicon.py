"""The words of risk: reads `data/risk-words.txt` and finds its entries in a text.

Nothing is compiled ahead: a language's lines are split when the first text in it comes, an entry is taken apart
when its first word is met. The cost of finding is linear in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from agent_baton.patterns import lazy
from agent_baton.records import Record, replace

from .risk_text import CJK, Token

WORDS_FILE = Path(__file__).with_name("data") / "risk-words.txt"
ALPHABETIC = ("en", "es", "pt", "fr", "de", "it")

# What can be done to a thing.
ACTS = frozenset({
    "destroy", "remove", "weaken", "expose", "alter", "transform", "improve", "build", "fix", "move",
    "run", "force", "grant", "care", "rename", "show", "arrange", "read", "write", "restyle", "let",
    "send",
})  # fmt: skip
# Concepts that only shape the sentence. They are taken from the text's own language alone: "no" is a negation
# in English and "in the" in Portuguese.
GRAMMAR = frozenset({
    "and", "aside", "sub", "rel", "result", "means", "no", "no.after", "cannot", "change.word",
    "prevent", "prevent.after", "stop", "it", "prep", "scope.out",
})  # fmt: skip
# What a word inside a longer phrase is not taken for.
_SHAPING = GRAMMAR | ACTS | {"plain", "docs", "docs.loose", "tests", "style", "code", "ui", "temp", "dev"}
# Phrases of these concepts may start with what is done: "upgrade kubernetes", "delete account".
_OPENED_BY_ACT = frozenset(
    ["infra", "infra.core", "contract", "schema", "stored", "db", "personal", "money", "backup"]
)
# Phrases that are what they are, whatever they are made of.
_IDIOMS = frozenset({"plain", "dev", "tests", "docs"})
# What is not looked into for the parts of a compound.
_WHOLE = GRAMMAR | {"plain"}
# What an idiom may still be besides harmless.
_HARMLESS = frozenset({"plain", "docs", "tests", "style", "code", "ui", "temp", "red.check"})

# A clause may start with these before its act: "please", "we need to", "and then".
_FILLERS = frozenset({
    "please", "kindly", "let", "lets", "us", "we", "i", "you", "should", "must", "need", "needs", "can",
    "could", "would", "like", "want", "just", "simply", "quickly", "also", "now", "first", "next",
    "finally", "help", "me", "the", "task", "is",
})  # fmt: skip
_ENGLISH = frozenset({"the", "of", "to", "for", "with", "from", "and", "by"})
_ARTICLES = frozenset(
    ["the", "a", "an", "all", "some", "any", "these", "those", "recently", "previously", "accidentally"]
)
# "Crashes on empty topics": how things are, not what is to be done to them.
_STATES = frozenset({"empty", "clean", "clear", "open"})
_BEFORE_STATES = frozenset(
    {"on", "for", "with", "in", "of", "by", "when", "if", "from", "as", "into", "an", "a"}
)
_ON_WORDS = frozenset({"write", "restyle"})  # "the wording" is what is worked on and how
_DOERS = ("ator", "ators")  # what calculates is a calculator
_OPENERS = frozenset({"and", "then", "to"})
_ENOUGH = 0.3  # share of the words another language must know to be taken for the text's own
_LONGEST_GAP = 9  # words between the halves of "turn … off"
_LONGEST_WORD = 40
_SHORTEST_INNER = 4  # letters of an entry that may sit inside a longer word
_PART = lazy(rf"[{CJK}]|[0-9.]*[^\W_{CJK}]+~?|\*|[0-9.]+")
_PART_OF_ASCII = lazy(r"[0-9.]*[^\W_]+~?|\*|[0-9.]+")


Entry = tuple[str, str]  # a concept, and the words that stand for it as written in the file


class Hit(Record):
    """Words of the text that stand for something."""

    concepts: frozenset[str]
    first: int  # index of its first token
    last: int  # one past its last token
    named: bool = False  # in quotes or part of an identifier
    far: int = 0  # one past the second half of "turn … off"; the first ends at `last`


class Index(Record):
    """One language's entries by their first word; `stems` and `inner` by the letters before the "~"."""

    exact: dict[str, list[Entry]]
    stems: dict[str, list[Entry]]
    inner: dict[str, list[Entry]]


@cache
def _lines() -> dict[str, list[tuple[str, str]]]:
    """Per language, its lines as (concept, entries)."""
    by_language: dict[str, list[tuple[str, str]]] = {}
    concept = language = ""
    for line in WORDS_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            concept = line.strip("[]")
        elif line and not line.startswith("#"):
            # A line that starts with a blank goes on with the language of the one before.
            language, _, entries = (language, "", line.strip()) if line[0] == " " else line.partition(" ")
            by_language.setdefault(language, []).append((concept, entries.rstrip(",")))
    return by_language


@cache
def index(language: str, *, grammar: bool) -> Index:
    """A language's entries, with or without the words that only shape the sentence."""
    made = Index({}, {}, {})
    for concept, entries in _lines().get(language, ()):
        if grammar or concept not in GRAMMAR:
            for raw in entries.split(", "):
                _file(made, concept, raw)
    return made


def _file(made: Index, concept: str, raw: str) -> None:
    first = raw.lstrip("^*").partition(" ")[0]
    if not (first.isascii() and first.isalnum()):
        first = _parts(raw)[0]
    if first[-1] == "~":
        made.stems.setdefault(first[:-1], []).append((concept, raw))
    else:
        made.exact.setdefault(first, []).append((concept, raw))
    if raw[0] == "*":
        made.inner.setdefault(first.rstrip("~"), []).append((concept, raw))


@cache
def _parts(raw: str) -> tuple[str, ...]:
    return tuple((_PART_OF_ASCII if raw.isascii() else _PART).findall(raw.lstrip("^*")))


def find(tokens: Sequence[Token], language: str) -> list[Hit]:
    """The entries that occur, from left to right.

    A short sentence may not give its language away ("" stands for that). Then, and where it seems English without
    any small English word, or foreign and nothing in it is done, the alphabetic language whose words cover most of
    it is taken.
    """
    hits = _find(tokens, language or "en")
    sure = any(token.text in _ENGLISH for token in tokens) if language in ("en", "") else _acted(hits)
    if sure or language not in ("", *ALPHABETIC):
        return hits
    others = [other for other in ALPHABETIC if other != language]
    if language == "en":
        return _find(tokens, other) if (other := _at_home(tokens, hits, others)) else hits
    best = max((_find(tokens, other) for other in others), key=_covered)
    words = sum(token.kind == "word" for token in tokens)
    enough = max(_covered(hits), 1, words * _ENOUGH) if language else 0
    return best if _covered(best) > enough else hits


def _at_home(tokens: Sequence[Token], hits: Sequence[Hit], others: Iterable[str]) -> str:
    """The language whose own words cover more of a seemingly English text than English ones do; "" for none.

    English words are at home in every language, so those of a language without them are compared: one false friend
    ("allocations", "actions") does not make a sentence French.
    """
    own = {other: _find(tokens, other, with_english=False) for other in others}
    best = max(own, key=lambda other: _covered(own[other]))
    words = sum(token.kind == "word" for token in tokens)
    mine, english = _covered(own[best]), _covered(hits)
    acts_here_only = _acted(own[best]) and not _acted(hits) and mine >= english
    return best if (mine > english or acts_here_only) and mine > max(1, words * _ENOUGH) else ""


def _acted(hits: Iterable[Hit]) -> bool:
    return any(hit.concepts & ACTS for hit in hits)


def _covered(hits: Iterable[Hit]) -> int:
    """How many words the hits take up, leaving out those that only shape the sentence."""
    return sum(hit.last - hit.first for hit in hits if hit.concepts - GRAMMAR)


def _find(tokens: Sequence[Token], language: str, *, with_english: bool = True) -> list[Hit]:
    indexes = _indexes(language) if with_english else _indexes(language)[:1]
    hits: list[Hit] = []
    at = 0
    while at < len(tokens):
        hit = _at(tokens, at, len(tokens), indexes)
        if hit:
            hits += [_described(tokens, hit), *_within(tokens, hit, indexes)]
        if language == "de" and tokens[at].kind == "word" and not (hit and hit.concepts & _WHOLE):
            hits += _inside(tokens, at, indexes, hit)
        at = hit.last if hit else at + 1
    return hits


def _indexes(language: str) -> tuple[Index, ...]:
    """English words are at home in every language's tasks."""
    english = index("en", grammar=language == "en")
    return (english,) if language == "en" else (index(language, grammar=True), english)


def _described(tokens: Sequence[Token], hit: Hit) -> Hit:
    """Without its acts where the word only describes or names a thing.

    "The deleted comments" are not to be deleted, "the shipping costs" ship nothing, a validator is a thing.
    """
    word = tokens[hit.first].text
    after_article = hit.first > 0 and tokens[hit.first - 1].text in _ARTICLES
    noun_follows = (
        hit.last < len(tokens) and tokens[hit.last].kind == "word" and tokens[hit.last].text != "of"
    )
    if word in _STATES and noun_follows and hit.first > 0 and tokens[hit.first - 1].text in _BEFORE_STATES:
        return replace(hit, concepts=hit.concepts - ACTS)
    describes = word.endswith("ed") or (word.endswith("ing") and noun_follows)
    if (after_article and describes) or (hit.last == hit.first + 1 and word.endswith(_DOERS)):
        return replace(hit, concepts=hit.concepts - ACTS | (hit.concepts & _ON_WORDS))
    return hit


def _at(tokens: Sequence[Token], at: int, until: int, indexes: Sequence[Index]) -> Hit | None:
    """The longest entries that start here, as one hit; one with a gap comes on top, whatever its length."""
    best, far, concepts, wide, shorter = at, 0, set[str](), set[str](), set[str]()
    for concept, raw in _candidates(tokens[at].text, indexes):
        end = _end(tokens, at, until, raw)
        if end > at and "*" in raw[1:]:
            wide.add(concept)
            far = max(far, end)
        elif end > best:
            shorter |= concepts
            best, concepts = end, {concept}
        elif end == best > at:
            concepts.add(concept)
        elif end > at:
            shorter.add(concept)
    if "plain" in concepts:
        concepts &= _HARMLESS
    # "Switch the" is as much an act as "switch".
    concepts |= wide | (shorter & ACTS if concepts & ACTS else set())
    return Hit(frozenset(concepts), at, max(best, at + 1), tokens[at].named, far) if concepts else None


def _candidates(word: str, indexes: Sequence[Index]) -> Iterator[Entry]:
    for each in indexes:
        yield from each.exact.get(word, ())
        for length in range(1, min(len(word), _LONGEST_WORD) + 1):
            yield from each.stems.get(word[:length], ())


def _end(tokens: Sequence[Token], at: int, until: int, raw: str) -> int:
    """One past the entry's last token, or `at` when it does not stand here."""
    if raw[0] == "^" and not _opens_clause(tokens, at):
        return at
    here = at
    parts = _parts(raw)
    for number, part in enumerate(parts):
        if part == "*":
            return _follows(tokens, here, parts[number + 1 :]) or at
        if here >= until or not _same(tokens[here], part) or (here > at and _torn(tokens, at, here)):
            return at
        here += 1
    return here


def _same(token: Token, part: str) -> bool:
    if token.kind in ("stop", "pause"):
        return False
    return token.text.startswith(part[:-1]) if part[-1] == "~" else token.text == part


def _torn(tokens: Sequence[Token], at: int, here: int) -> bool:
    """Korean sets words apart: what starts inside one of them does not go on in the next."""
    apart = tokens[here].kind == "sign" and tokens[here].start > tokens[here - 1].end
    return apart and at > 0 and tokens[at - 1].kind == "sign" and tokens[at - 1].end == tokens[at].start


def _follows(tokens: Sequence[Token], here: int, parts: tuple[str, ...]) -> int:
    """Where the parts end that stand a few words further on, before the next break; 0 when they do not."""
    for start in range(here, min(here + _LONGEST_GAP, len(tokens))):
        if tokens[start].kind in ("stop", "pause"):
            return 0
        window = tokens[start : start + len(parts)]
        if len(window) == len(parts) and all(map(_same, window, parts)):
            return start + len(parts)
    return 0


def _opens_clause(tokens: Sequence[Token], at: int) -> bool:
    before = at - 1
    while before >= 0 and tokens[before].text in _FILLERS:
        before -= 1
    return before < 0 or tokens[before].kind in ("stop", "pause") or tokens[before].text in _OPENERS


def _within(tokens: Sequence[Token], phrase: Hit, indexes: Sequence[Index]) -> Iterator[Hit]:
    """The things named inside a phrase that is no idiom: "accept unsigned" holds "unsigned"."""
    if phrase.concepts & _IDIOMS:
        return
    for at in range(phrase.first, phrase.last):
        until = phrase.last if at > phrase.first else phrase.last - 1
        hit = _at(tokens, at, until, indexes) if at < until else None
        opens = at == phrase.first and bool(phrase.concepts & _OPENED_BY_ACT)
        things = hit.concepts - (_SHAPING - ACTS if opens else _SHAPING) if hit else frozenset()
        if hit and things:
            yield Hit(things, at, hit.last, hit.named)


def _inside(tokens: Sequence[Token], at: int, indexes: Sequence[Index], hit: Hit | None) -> Iterator[Hit]:
    """What else a German compound is made of: Kundendatensatz holds Datensatz."""
    word = tokens[at].text[:_LONGEST_WORD]
    known = hit.concepts if hit else frozenset()
    for start in range(3, len(word) - _SHORTEST_INNER + 1):
        for end in range(start + _SHORTEST_INNER, len(word) + 1):
            fitting = _inner(word[start:end], end == len(word), indexes) - known
            if fitting:
                yield Hit(fitting, at, at + 1, tokens[at].named)


def _inner(letters: str, ends_word: bool, indexes: Iterable[Index]) -> frozenset[str]:
    entries = (entry for each in indexes for entry in each.inner.get(letters, ()))
    return frozenset(concept for concept, raw in entries if ends_word or raw.endswith("~"))
