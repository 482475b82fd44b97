"""What to do about an error a model's vendor reports. Pure.

The one question behind it: will trying again help, and when? Taken from the status, and from the words, which
are all that some clients hand on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agent_baton.runtimes.protocol import Advice, Reason


@dataclass(frozen=True, slots=True)
class Fault:
    reason: Reason
    resets_at: datetime | None = None

    @property
    def advice(self) -> Advice:
        return ADVICE[self.reason]


ADVICE: dict[Reason, Advice] = {
    "done": "accept",
    "failed": "retry",
    "schema-unmet": "retry",
    "permission-denied": "ask-person",
    "max-turns": "retry",
    "budget": "ask-person",
    "usage-limit": "wait",
    "rate-limit": "retry",
    "overloaded": "retry",
    "connection": "retry",
    "api-error": "retry",
    "auth": "ask-person",
    "billing": "ask-person",
    "bad-request": "give-up",
    "prompt-too-long": "give-up",
    "no-session": "give-up",
    "no-result": "retry",
    "silent": "retry",
    "tool-stuck": "retry",
    "unanswered": "ask-person",
    "out-of-time": "retry",
    "stopped": "retry",
    "not-started": "ask-person",
}

# Tried in order: a usage limit comes as 429 and a bill as 400, so words go before the status.
_WORDS: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (
        "billing",
        ("credit balance is too low", "billing", "payment required", r"insufficient (?:credit|fund)"),
    ),
    (
        "usage-limit",
        (
            r"(?:usage|session|weekly|daily|monthly|hour|spend|opus|sonnet) limit (?:reached|hit|exceeded)",
            r"(?:hit|reached|exceeded|exhausted) (?:your|the) (?:[\w-]+ ){0,3}(?:limit|quota)",
            r"limit will reset|out of (?:\w+ )?usage|usage limit|insufficient_quota|quota exceeded",
        ),
    ),
    (
        "prompt-too-long",
        ("prompt is too long", "context length", "context window", "maximum context", "input is too long"),
    ),
    (
        "auth",
        (
            r"not logged in|failed to authenticate|authentication|unauthorized|invalid (?:[\w-]+ ){0,2}key",
            r"/login|oauth token (?:has expired|revoked)|run .{0,20}login",
        ),
    ),
    (
        "no-session",
        (
            "no conversation found",
            "no previous sessions found",
            r"session (?:id )?(?:[\w-]+ )?(?:not found|is already in use)",
        ),
    ),
    ("overloaded", ("overloaded", "server is busy", "at capacity", "high demand")),
    ("rate-limit", (r"rate.?limit", "too many requests", r"resource.?exhausted", r"rejected \(429\)")),
    ("bad-request", ("invalid_request_error", "invalid_argument")),
    (
        "connection",
        (
            r"connection (?:refused|reset|error|closed)|network (?:error|is unreachable)|request timed out",
            r"ECONN\w+|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|socket hang up|getaddrinfo|fetch failed",
        ),
    ),
)
_NAMED = tuple((reason, re.compile("|".join(words), re.IGNORECASE)) for reason, words in _WORDS)
_STATUS_SAID = re.compile(r"(?:\bHTTP|\bstatus(?: code)?|\A(?:API )?Error):? ([45]\d\d)\b", re.IGNORECASE)
_STATUS: dict[int, Reason] = {
    400: "bad-request", 401: "auth", 402: "billing", 403: "auth", 404: "bad-request", 408: "connection",
    409: "api-error", 413: "prompt-too-long", 422: "bad-request", 425: "api-error", 429: "rate-limit",
    529: "overloaded",
}  # fmt: skip


def classify(text: str, status: int | None, now: datetime) -> Fault:
    """Understand an error. `now` makes a time of day, or a delay, into a moment."""
    head = text[:4_000]
    by_status = _by_status(status or _said_status(head))
    for reason, words in _NAMED:
        if words.search(head) and _may_be(reason, by_status):
            return _timed(reason, head, now)
    return Fault(by_status or "api-error", reset_time(head, now) if by_status == "rate-limit" else None)


def _timed(reason: Reason, text: str, now: datetime) -> Fault:
    """With the end of a limit, where there is one. A bill that may be tried again in a while is none."""
    moment = reset_time(text, now) if reason in ("usage-limit", "rate-limit", "billing") else None
    return Fault("rate-limit" if reason == "billing" and moment else reason, moment)


def _said_status(text: str) -> int | None:
    """Of a client that has only words for it: `(HTTP 401)`, `last status: 429`, `Error: 400 …`."""
    found = _STATUS_SAID.search(text)
    return int(found[1]) if found else None


def _by_status(status: int | None) -> Reason | None:
    if status is None:
        return None
    return _STATUS.get(status) or (
        "overloaded" if status == 503 else "api-error" if status >= 500 else "bad-request"
    )


def _may_be(reason: Reason, by_status: Reason | None) -> bool:
    """Whether words may overrule the status: prose of a server error may name anything."""
    if by_status is None or reason == by_status:
        return True
    return by_status in ("bad-request", "rate-limit", "auth") and reason in (
        "billing",
        "usage-limit",
        "prompt-too-long",
    )


_TOLD_IN_MINUTES = timedelta(minutes=1)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = re.compile(r"(?:\||reset\w*[ =:\"']{1,4})(\d{10})(?:\d{3})?\b", re.IGNORECASE)
_ISO = re.compile(r"\b(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d{3}(?:\d{3})?)?(?:Z|[+-]\d\d:\d\d)?)")
_AT = re.compile(
    r"(?:reset\w*|again)\s+(?:at\s+|on\s+)?"
    r"(?:(?P<month>[A-Z][a-z]{2})[a-z]*\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,\s+(?P<year>\d{4}))?(?:\s+at|,)?\s*)?"
    r"(?:(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>[ap]m)?)?(?:\s*\((?P<zone>[\w/+-]{2,40})\))?",
    re.IGNORECASE,
)
_IN = re.compile(
    r"(?:retry|again|reset\w*|wait)(?:[ -]after)?:?\s+(?:in\s+)?"
    r"(?:(?P<days>\d+)\s*d(?:ays?)?\s*)?(?:(?P<hours>\d+)\s*h(?:ours?|rs?)?\s*)?"
    r"(?:(?P<minutes>\d+)\s*m(?:in(?:ute)?s?)?\s*)?(?:(?P<seconds>\d+(?:\.\d+)?)\s*s(?:ec(?:ond)?s?)?)?",
    re.IGNORECASE,
)


def reset_time(text: str, now: datetime) -> datetime | None:
    """When a limit ends, if the text says so.

    An epoch, an ISO time, a delay (`try again in 5m`) or a time of day (`resets 3pm (Europe/Berlin)`).
    """
    found = _EPOCH.search(text)
    if found:
        return datetime.fromtimestamp(int(found[1]), timezone.utc)
    return _iso(text) or _delay(text, now) or _time_of_day(text, now)


def _iso(text: str) -> datetime | None:
    found = _ISO.search(text)
    if not found:
        return None
    try:
        moment = datetime.fromisoformat(found[1].replace("Z", "+00:00"))
    except ValueError:
        return None  # the shape of a time, but a 13th month
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _delay(text: str, now: datetime) -> datetime | None:
    for found in _IN.finditer(text):
        parts = {name: float(value) for name, value in found.groupdict().items() if value}
        if parts:
            return now + timedelta(**parts)
    return None


def _time_of_day(text: str, now: datetime) -> datetime | None:
    for found in _AT.finditer(text):
        if found["month"] or (found["hour"] and (found["half"] or found["minute"])):
            return _next(found, now)
    return None


def _next(found: re.Match[str], now: datetime) -> datetime | None:
    """The first moment after now that the words can mean."""
    local = now.astimezone(_zone(found["zone"]))
    hour, half = int(found["hour"] or 0), (found["half"] or "").lower()
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    try:
        moment = local.replace(hour=hour, minute=int(found["minute"] or 0), second=0, microsecond=0)
        if found["month"]:
            month = _MONTHS.index(found["month"].lower()) + 1
            moment = moment.replace(month=month, day=int(found["day"]))
            year = int(found["year"] or local.year + (moment <= local))
            return moment.replace(year=year).astimezone(timezone.utc)
    except ValueError:
        return None  # the 31st of a short month, a 25th hour: no time after all
    passed = (
        local - moment >= _TOLD_IN_MINUTES
    )  # a limit that ends within this minute is told as its beginning
    return (moment + timedelta(days=1) if passed else moment).astimezone(timezone.utc)


def _zone(name: str | None) -> ZoneInfo | timezone | None:
    """None is the machine's own zone: it is what a client means that does not say."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return timezone.utc
