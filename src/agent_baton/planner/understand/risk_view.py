"""What a clause amounts to: its concepts, and what follows from where they stand."""

from __future__ import annotations

from itertools import pairwise

from .risk_clauses import Clause, Placed
from .risk_lexicon import ACTS
from .risk_rules import SENSITIVE

_HELD = frozenset({"stored", "people", "personal", "health", "backup"})
_CHANGING = ACTS - {"read", "write", "restyle"}
_STRONG = SENSITIVE | _HELD | {"infra", "guard", "evidence", "contract", "prod"}
_CIRCUMSTANCES = frozenset({"prod", "all", "big", "forever", "public", "stored", "stored.weak", "people"})
# Words with two meanings: the weighty one, what must be near for it (nothing if it is the usual one), and what
# speaks against it.
_AMBIGUOUS: tuple[tuple[str, str, frozenset[str], frozenset[str]], ...] = (
    ("maybe.token", "secret", frozenset(), frozenset({"lexing", "game", "style"})),
    ("maybe.session", "authn", SENSITIVE | {"people", "enduser", "account"}, frozenset({"game", "events"})),
)
# What makes comments those of people and not of the code, and what is done to those of people.
_TALK = frozenset({"chatter", "ui", "stored", "contract", "endpoint", "people", "enduser", "vuln", "feature"})
_TALKING = frozenset({"send", "show", "let", "move", "weaken", "arrange", "grant", "run"})
_ONE_OF_MANY = frozenset({"enduser", "hint.people", "account"})
_NO_THING = frozenset({"all", "unused", "plain"})
_SEVERAL = 2
_HARM = frozenset({"weaken", "destroy", "remove", "expose"})
# Things of their own: a clause that names one does not speak of what was named before.
_WHERE_ELSE = frozenset({
    "docs", "tests", "style", "code", "ui", "temp", "stored.weak", "plain", "schema", "endpoint",
    "fleet", "ordinary",
})  # fmt: skip
# What counts even where it is only the occasion: "when the payment fails".
_OCCASION = frozenset({"money", "health", "safety", "personal", "secret", "vuln"})

# A new name for these is no matter of one's own code.
_SEEN_BY_OTHERS = frozenset({"contract", "endpoint", "schema", "db", "stored"})
# Acts that are more than a change of looks, whatever is named beside them.
_BEYOND_LOOKS = frozenset({"care", "expose", "send", "run", "force", "grant"})
_LOOKS = frozenset({"show", "restyle", "arrange"})


def view(
    clause: Clause, language: str, *, before: frozenset[str] = frozenset(), fault: bool = False
) -> frozenset[str]:
    """The concepts that count in this clause, with the derived ones.

    `before`: what "it" refers to. `fault`: the clause tells what goes wrong, and a later one says "fix it".
    """
    live = [p for p in clause.placed if p.role not in ("negated", "guarded")]
    acts = _acts(live, fault=fault)
    things = _things(clause) | (before & _STRONG if _refers_back(clause, acts) else frozenset())
    found = frozenset(acts) | _resolved(things) | _inverted(clause) | _each_of_many(live)
    if fault or acts[:1] == ["fix"]:  # the fault is there already; whoever mends it does not bring it in
        found = found - {"insecure"} | ({"vuln"} if "insecure" in found else set())
    found |= _derived(found, acts)
    return found | _places(found, live) | _calms(clause, found, acts, language)


def _acts(live: list[Placed], *, fault: bool) -> list[str]:
    """What is done, in order. "Fix the bypass of the check" asks for no bypass."""
    acts = _named_acts(live)
    return [act for act in acts if act not in _HARM] if fault or acts[:1] == ["fix"] else acts


def _named_acts(live: list[Placed]) -> list[str]:
    """Words that only name something, and asides, do nothing."""
    return [
        c
        for p in live
        if p.role == "main"
        for c in sorted(p.hit.concepts & ACTS, key=_read_first)
        if not p.hit.named or c == "weaken"  # --skip-verification is what the flag does
    ]


def _read_first(act: str) -> tuple[bool, str]:
    """ "Check X for Y" both builds and reads as far as the words go; as a phrase it reads."""
    return act != "read", act


def _things(clause: Clause) -> frozenset[str]:
    main = clause.concepts("main", "aside", "rel", "guarded") - ACTS - _only_named(clause)
    weighty = _OCCASION | ({*SENSITIVE, "untrusted"} if "weaken" in clause.concepts("main") else set())
    occasion = clause.concepts("sub") & (weighty | {"prod", "all", "dev", "rollout"})
    job = clause.concepts("main", "rel") & ACTS if "job" in main else frozenset()
    return main | occasion | job


def _resolved(things: frozenset[str]) -> frozenset[str]:
    """With the meaning that words of two meanings have here."""
    meant = (
        meaning
        for word, meaning, near, against in _AMBIGUOUS
        if word in things and not things & against and (not near or things & near)
    )
    return things | {*meant}


def _only_named(clause: Clause) -> frozenset[str]:
    """ "Remove the "production" banner" does not play in production; a dead flag `new_checkout` moves no money."""
    said = frozenset(c for p in clause.placed if not p.hit.named for c in p.hit.concepts)
    return (_CIRCUMSTANCES | SENSITIVE if "unused" in said else _CIRCUMSTANCES) - said


def _refers_back(clause: Clause, acts: list[str]) -> bool:
    """Whether the clause does something to what was named before: "run it", "change the job"."""
    said = clause.concepts()
    return bool(acts) and ("it" in said or not said & (_STRONG | _WHERE_ELSE))


def _inverted(clause: Clause) -> frozenset[str]:
    """ "Without approval" switches a protection off, "without touching X" leaves it out, "never log X" protects."""
    negated, guarded = clause.concepts("negated"), clause.concepts("guarded")
    dropped = frozenset(c for p in clause.placed if p.denied for c in p.hit.concepts)
    if dropped & {"change.word", "destroy"}:
        dropped = negated = frozenset()
    if "stop" in guarded:
        dropped, negated = dropped | guarded, negated | guarded
    if _shield_dropped(dropped, negated, clause):
        return frozenset({"weaken", "guard"}) | (negated & SENSITIVE)
    return frozenset({"changing"}) | (negated & SENSITIVE) if "expose" in negated else frozenset()


def _shield_dropped(dropped: frozenset[str], negated: frozenset[str], clause: Clause) -> bool:
    """Whether a protection is left out, or something that matters is no longer protected."""
    if "guard" in dropped or ("check" in dropped and negated & SENSITIVE):
        return True
    weighty = (negated | clause.concepts("main")) & (_STRONG | {"untrusted"})
    return bool(("protecting" in dropped and weighty) or ("logging" in dropped and "evidence" in negated))


def _each_of_many(live: list[Placed]) -> frozenset[str]:
    """ "Every user" is as many as "all users"."""
    pairs = pairwise(live)
    each = any(
        "all" in p.hit.concepts and q.hit.first == p.hit.last and q.hit.concepts & _ONE_OF_MANY
        for p, q in pairs
    )
    return frozenset({"people"}) if each else frozenset()


def _derived(found: frozenset[str], acts: list[str]) -> frozenset[str]:
    more = set()
    if found & _CHANGING:
        more.add("changing")
    if found & _HELD:
        more.add("held")
    if found & (_HELD | {"infra", "stored.weak"}):
        more.add("has-object")
    if "check" in found and found & (SENSITIVE | {"evidence"}):
        more.add("guarding-check")
    if "destroy" in acts and "job" not in found and (acts[0] in ("build", "let") or "on.request" in found):
        more.add("user-driven")
    if len({c for c in found if c.startswith("hint.")}) >= _SEVERAL:
        more.add("several-hints")
    if not acts:
        more.add("act-unknown")
    if _only_shown(found, set(acts)):
        more.add("only-shown")
    return frozenset(more)


def _only_shown(found: frozenset[str], acts: set[str]) -> bool:
    """Sorting and formatting change no figures; showing what is private is more than looks."""
    if "arrange" in acts:
        return acts <= _LOOKS | {"build", "improve"} and "authz" not in found
    return bool(acts) and acts <= _LOOKS and not found & {"personal", "health", "secret"}


def _places(found: frozenset[str], live: list[Placed]) -> frozenset[str]:
    """Where the clause plays, and whether what is removed is only a part of the screen."""
    more = set()
    if found & {"dev", "staging"} and "prod" not in found:
        more.add("in-dev" if "dev" in found else "in-staging")
    if _head(live) & {"ui", "style"} and not _head(live) & {"stored", "backup", "guard"}:
        more.add("ui-part")
    return frozenset(more)


def _head(live: list[Placed]) -> frozenset[str]:
    """What stands in the first phrase with a thing in it."""
    chunks = [p.chunk for p in live if p.role == "main" and p.hit.concepts - ACTS - _NO_THING]
    first = min(chunks, default=0)
    return frozenset(c for p in live if p.role == "main" and p.chunk == first for c in p.hit.concepts)


def _calms(clause: Clause, found: frozenset[str], acts: list[str], language: str) -> frozenset[str]:
    """Why the clause changes nothing that runs, if it does not."""
    live = [p for p in clause.placed if p.role == "main"]
    if clause.question and not set(acts) & {"build", "alter"}:
        return frozenset({"read-only"})
    if _only_read(acts, found, language):
        return frozenset({"read-only"})
    if "only.looks" in found or ("colour" in found and "ui" in found and not set(acts) & _BEYOND_LOOKS):
        return frozenset({"style-only"})
    if "run" in acts and "prod" in found:
        return frozenset()
    if acts and acts[0] == "restyle" and set(acts) <= _LOOKS:
        return frozenset({"style-only"})
    spelling = not set(acts) & {"run", "force"} and not _about_syntax(live) and "typo.matters" not in found
    if spelling and _early(live, "write", language):
        return frozenset({"words-only"})
    more = {"code-only"} if "same.behaviour" in found and not set(acts) & _BEYOND_LOOKS else set()
    for name in ("docs", "tests"):
        if _leads(live, name) and not _reaches_past(acts, live, name, found, language):
            more.add(f"{name}-only")
    private = found & {"personal", "health", "secret"} and _moved(live, "docs.loose")
    if not private and _early(live, "docs.loose", language) and _leads(live, "docs.loose"):
        more.add("docs-only")
    if "comment" in found and not found & _TALK and not set(acts) & _TALKING:
        more.add("docs-only")
    for name in ("style", "code"):
        if name == "code" and "rename" in acts and found & _SEEN_BY_OTHERS:
            continue
        if not set(acts) & _BEYOND_LOOKS and _early(live, name, language) and _heads(live, name):
            more.add(f"{name}-only")
    return frozenset(more)


def _only_read(acts: list[str], found: frozenset[str], language: str) -> bool:
    """Whether the clause wants to know something. A list for an export is a feature."""
    if acts and acts[0] == "read":
        return not ("expose" in acts and found & {"personal", "health", "secret"})
    return bool(acts) and acts[-1] == "read" and acts[0] != "grant" and language in ("ja", "ko", "de")


def _reaches_past(
    acts: list[str], live: list[Placed], name: str, found: frozenset[str], language: str
) -> bool:
    """Whether more is done than words or tests are written, though the clause names some."""
    first = acts[0] if acts else ""
    if language == "en" and first in ("weaken", "remove", "destroy") and _another_first(live, name):
        return True
    if name == "tests":
        return "run" in acts or "prod" in found
    if found & {"personal", "health", "secret"} and _moved(live, name):
        return True
    return first == "grant" or (first == "weaken" and "guard" in found)


def _moved(live: list[Placed], name: str) -> bool:
    """ "Move the screenshots of passports": things are moved, and not written about."""
    moves = [p.hit.first for p in live if "move" in p.hit.concepts and not p.hit.named]
    return any(name in p.hit.concepts and p.hit.first > min(moves) for p in live) if moves else False


def _another_first(live: list[Placed], name: str) -> bool:
    """ "Remove the auth check the tests complain about": the check goes. "The auth check tests" are one thing."""
    ours = next(p for p in live if name in p.hit.concepts)
    return any(
        p.hit.last < ours.hit.first
        and (p.chunk, p.group) == (ours.chunk, ours.group)
        and p.hit.concepts & _STRONG
        for p in live
    )


def _about_syntax(live: list[Placed]) -> bool:
    """The commas that a parser accepts are nobody's prose."""
    return any("lexing" in p.hit.concepts and "write" not in p.hit.concepts for p in live)


def _leads(live: list[Placed], name: str) -> bool:
    """Whether the thing stands in the first of several things joined by "and", or closes a later phrase."""
    ours = [p for p in live if name in p.hit.concepts and not _modifies(live, p)]
    if not ours:
        return False
    first = min((p.group for p in live if p.hit.concepts & (_STRONG | {name})), default=0)
    return any(p.group == first or _shares_head(live, p) for p in ours)


def _modifies(live: list[Placed], placed: Placed) -> bool:
    """ "Changelog generator": the changelog only says what kind of generator it is."""
    return any(p.hit.first == placed.hit.last and "maker" in p.hit.concepts for p in live)


def _shares_head(live: list[Placed], placed: Placed) -> bool:
    """ "Login and checkout tests": both are tests. "Refunds and tests": the refunds are real."""
    before = (p for p in live if p.group == placed.group and p.hit.first < placed.hit.first)
    return any(p.hit.concepts & _STRONG for p in before)


def _heads(live: list[Placed], name: str) -> bool:
    """Whether the thing is what its phrase is about: nothing weighty after it in the same phrase."""
    for placed in live:
        if name in placed.hit.concepts and _leads(live, name) and not _modifies(live, placed):
            later = (p for p in live if p.chunk == placed.chunk and p.hit.first > placed.hit.first)
            return not any(p.hit.concepts & _STRONG for p in later)
    return False


def _early(live: list[Placed], name: str, language: str) -> bool:
    """Whether the word stands where what is changed is named, not in "tolerant of typos"."""
    reach = 0 if language == "en" else 1
    start = min((p.chunk for p in live), default=0)
    return any(name in p.hit.concepts and p.chunk <= max(start, reach) for p in live)
