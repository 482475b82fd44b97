"""How large a task is: signals with points, added up. Zero is an ordinary change; few points make it light or heavy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Signal
from agent_baton.records import Record

from .foreign import foreign_size
from .language import language_of

if TYPE_CHECKING:
    from agent_baton.plan.model import Complexity

LIGHT = -2  # at most this many points
HEAVY = 4  # at least this many
READ_CHARS = 4_000
FEW_WORDS = 7

# What a kind of work weighs by itself.
BY_TYPE = {
    "documentation": -2,
    "test": -1,
    "dependency": -1,
    "maintenance": -1,
    "ci": -1,
    "build": -1,
    "migration": 2,
}


class Rule(Record):
    name: str
    points: int
    pattern: re.Pattern[str]


def _rule(name: str, points: int, pattern: str) -> Rule:
    return Rule(name, points, lazy(pattern, re.IGNORECASE))


_PLURAL = (
    r"(?:services?|modules?|packages?|apps?|applications?|endpoints?|pages?|screens?|components?|controllers?|repositor(?:y|ies)|"
    r"teams?|clients?|platforms?|tables?|models?|plugins?|workspaces?|crates?|projects?|files|places|layers?|handlers?|routes?)"
)
_RULES = (
    _rule("typo-level", -2, r"\b(?:typos?|misspell\w*|spelling|grammar|punctuation|wording|reword|whitespace|trailing comma|"
                            r"broken links?|dead links?|capitali[sz]ation|indentation|code style)\b"),
    _rule("words-only", -1, r"\b(?:readme|changelog|comments?|docstrings?|badges?|labels?|copyright|tooltips?|placeholder|button text|"
                            r"error messages?|log messages?)\b"),
    _rule("mechanical", -2, r"^\W*(?:rename|bump|pin|unpin|sort|reformat|format|lint|"
                            r"(?:remove|delete|drop|clean ?up) (?:the |all |an? )?(?:unused|dead|stray|left-?over|commented[- ]out|redundant|duplicated?|extra))\b"),
    _rule("new-major", 1, r"^\W*upgrade\b.*\bto\s+(?:version\s+)?v?\d"),
    _rule("said-small", -2, r"\b(?:small|minor|tiny|trivial|quick|simple|one-?lin(?:e|er)|single[- ]line|cosmetic|nit)\b(?! (?:and|to use))"),
    _rule("setting", -1, r"^\W*(?:set|change|increase|decrease|raise|lower|adjust|tweak|toggle|enable|disable)\b.{0,60}"
                         r"\b(?:to \S+|timeout|limit|colou?r|default|padding|margin|font|version|flag|constant|value|threshold)\b"),
    _rule("look", -1, r"^\W*make\b.{0,40}\b(?:bigger|smaller|wider|narrower|bold|red|green|blue|gr[ae]y|black|white|round|centered|visible|hidden|clickable)\b"),
    _rule("rewrite", 3, r"\b(?:re-?writ(?:e|ing)|re-?architect\w*|re-?design|overhaul|re-?implement|from scratch|ground up|replatform)\b"),
    _rule("break-up", 3, r"\b(?:split|break|decompose|carve)\b.{0,40}\b(?:monolith\w*|into (?:\w+ ){0,3}(?:micro)?services)\b"),
    _rule("whole", 2, r"\b(?:entire|whole|complete|full|codebase|code base|project-wide|system-wide|company-wide|everywhere|throughout|"
                      r"end-to-end (?!tests?)|all of our|all our)\b"),
    _rule("across", 2, rf"\bacross\b|\b(?:all|every|each|both|multiple|several|various|many|(?:\d{{2,}}|[3-9])) (?:the |of the |our |other |\w+ ){{0,2}}{_PLURAL}\b"),
    _rule("structure", 2, r"\b(?:architectur\w+|microservices?|monolith\w*|multi-?tenan\w+|distributed|event[- ]sourc\w+|event-driven|plugin system|"
                          r"framework for|platform|state machine|sharding|replication|high availability|zero[- ]downtime)\b"),
    _rule("both-ends", 2, r"\bfront-?end\b(?=.*\bback-?end\b)|\bback-?end\b(?=.*\bfront-?end\b)"),
    _rule("both-ends", 2, r"\bweb(?: apps?)?\b(?=.*\bmobile\b)|\bmobile(?: apps?)?\b(?=.*\bweb\b)"),
    _rule("several-parts", 1, r"\b(?:with|including|supports?|supporting|for)\s+[^,.;\n]{3,40},[^,.;\n]{3,40},?\s+and\s+\w"),
    _rule("system", 2, r"\b(?:system|subsystem|engine|pipeline|infrastructure)\b(?=[^.]*\b(?:with|for|that|including|to|from)\b)"),
    _rule("moves-over", 2, r"\b(?:migrat\w+|port(?:ing)?|convert|transition|switch|move)\b.{0,80}\bfrom\b.{1,60}\bto\b"),
    _rule("large-topic", 1, r"\b(?:payments?|checkout|billing|subscriptions?|authentication|authorization|oauth2?|sso|saml|rbac|permissions?|"
                            r"real-?time|websockets?|offline|synchroni[sz]\w+|internationali[sz]ation|i18n|locali[sz]ation|recommendation|"
                            r"search engine|full-text search|admin (?:dashboard|panel)|machine learning|encryption|audit log\w*|compliance|gdpr)\b"),
    _rule("production-data", 1, r"\b(?:backfill|production data|existing (?:data|users|customers|records)|roll ?back|rollout|feature flags?)\b"),
)  # fmt: skip
_LAYERS = {
    "server": r"\b(?:back-?end|server|api|endpoints?|rest|graphql|grpc|worker|queue)\b",
    "client": r"\b(?:front-?end|ui|page|screen|form|dashboard|client|react|vue|css|web app)\b",
    "storage": r"\b(?:databases?|schema|tables?|columns?|migrations?|sql|postgres\w*|mysql|mongo\w*|redis|storage)\b",
    "mobile": r"\b(?:mobile|ios|android|flutter|react native)\b",
    "operations": r"\b(?:docker\w*|kubernetes|k8s|terraform|helm|deploy\w*|ci/cd|infrastructure|monitoring)\b",
    "documents": r"\b(?:docs|documentation|readme)\b",
    "checks": r"\b(?:tests|test coverage|unit tests|integration tests|e2e)\b",
}  # fmt: skip
_LAYER = {name: lazy(pattern, re.IGNORECASE) for name, pattern in _LAYERS.items()}
_VERB = (
    r"(?:add|build|create|implement|write|update|migrate|remove|replace|refactor|expose|send|store|show|display|support|document|test|"
    r"deploy|validate|integrate|generate|handle|move|fix|introduce|extend|switch|wire|configure|set up|rename|split|extract)"
)
_MORE_WORK = lazy(rf"(?:\band|,|;|\.\s|\bthen)\s+(?:also\s+|then\s+)?{_VERB}\b", re.IGNORECASE)
_BULLET = lazy(r"^\s*(?:[-*•]|\d+[.)])\s+\S", re.MULTILINE)
_DENIED = lazy(
    r"\b(?:no|not|without|don['’]?t|do not|never|instead of|avoid)\s+(?:\w+\s+){0,3}$", re.IGNORECASE
)


def complexity(text: str, task_type: str, files: Sequence[str] = ()) -> tuple[Complexity, tuple[Signal, ...]]:
    """light, medium or heavy, and every signal that moved it; a signal's weight says which way and how far."""
    counted = dict.fromkeys(_points(text[:READ_CHARS], task_type, len(files)))
    words = len(text.split())
    if words <= FEW_WORDS and text.isascii() and all(points <= 0 for _, points, _ in counted):
        counted["few-words", -1, f"{words} words"] = None
    total = sum(points for _, points, _ in counted)
    size: Complexity = "light" if total <= LIGHT else "heavy" if total >= HEAVY else "medium"
    ranked = sorted(counted, key=lambda each: (-each[1] if size == "heavy" else each[1], each[0]))
    signals = tuple(
        Signal(name, f"{'light' if points < 0 else 'heavy'} {points:+d}", words[:200])
        for name, points, words in ranked
    )
    return size, signals or (Signal("ordinary", "medium", ""),)


def _points(text: str, task_type: str, files: int) -> Iterator[tuple[str, int, str]]:
    if BY_TYPE.get(task_type):
        yield "type", BY_TYPE[task_type], task_type
    for rule in _RULES:
        match = rule.pattern.search(text)
        if match and not _DENIED.search(text[: match.start()]):
            yield rule.name, rule.points, match[0].strip()
    yield from _breadth(text, files)
    for means, points, words in foreign_size(text, language_of(text)):
        yield f"said-{means}", round(points if means == "heavy" else -points), words


def _breadth(text: str, files: int) -> Iterator[tuple[str, int, str]]:
    """How much there is to do, and in how many places."""
    layers = [name for name, pattern in _LAYER.items() if pattern.search(text)]
    if len(layers) >= 3:
        yield "layers", min(len(layers) - 1, 4), ", ".join(layers)
    deliverables = max(len(_MORE_WORK.findall(text)) + 1, len(_BULLET.findall(text)))
    if deliverables >= 3:
        yield "deliverables", min(deliverables - 1, 4), f"{deliverables} things to do"
    if files == 1:
        yield "one-file", -1, "1 file named"
    elif files >= 4:
        yield "files", min(files - 2, 4), f"{files} files named"
    words = len(text.split())
    if words > 120:
        yield "long-text", 1 if words <= 300 else 2, f"{words} words"
