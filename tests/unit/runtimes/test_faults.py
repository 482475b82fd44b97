"""What vendors say when something is wrong, and what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import get_args

import pytest

from agent_baton.runtimes.faults import ADVICE, classify, reset_time
from agent_baton.runtimes.protocol import Reason

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        (
            "API Error: 500 scripted. This is a server-side issue, check your inference gateway",
            500,
            "api-error",
        ),
        ("Overloaded", 529, "overloaded"),
        ("upstream connect error", 503, "overloaded"),
        ("API Error: Request rejected (429) · slow down", 429, "rate-limit"),
        ("You exceeded your current quota, please check your plan", 429, "usage-limit"),
        ("You've hit your session limit · resets 3pm", 429, "usage-limit"),
        ("5-hour limit reached ∙ resets 6pm", None, "usage-limit"),
        ("Claude AI usage limit reached|1800000000", None, "usage-limit"),
        ("Weekly limit reached · resets Oct 9 at 5pm", None, "usage-limit"),
        ("You're out of extra usage", None, "usage-limit"),
        ("RESOURCE_EXHAUSTED: try again", None, "rate-limit"),
        ("Too many requests", None, "rate-limit"),
        ("Credit balance is too low", 400, "billing"),
        ("Not logged in · Please run /login", None, "auth"),
        ("Failed to authenticate. API Error: 403 scripted", 403, "auth"),
        ("invalid x-api-key", 401, "auth"),
        ("Internal error: invalid key", None, "auth"),
        ("No previous sessions found for this project.", None, "no-session"),
        ("prompt is too long: 250000 tokens > 200000 maximum", 400, "prompt-too-long"),
        ("input exceeds the context window of this model", None, "prompt-too-long"),
        ("connect ECONNREFUSED 127.0.0.1:9", None, "connection"),
        ("fetch failed: getaddrinfo ENOTFOUND api.example.com", None, "connection"),
        ("No conversation found with session ID: 1", None, "no-session"),
        ("Error: Session ID 1 is already in use.", None, "no-session"),
        ("messages.0: all messages must have content", 400, "bad-request"),
        ("model not found", 404, "bad-request"),
        ("something odd", None, "api-error"),
        ("Error: 400 no such thing", None, "bad-request"),
        ("Authentication failed with provider at http://x (HTTP 401)", None, "auth"),
        ("exceeded retry limit, last status: 429 Too Many Requests", None, "rate-limit"),
        ("unexpected status 529 <unknown status code>: Overloaded", None, "overloaded"),
        ("You have exhausted your daily quota on this model.", 429, "usage-limit"),
        (
            "You exceeded your current quota, check your plan and billing. Please retry in 7s",
            429,
            "rate-limit",
        ),
        ("teapot", 418, "bad-request"),
        ("the rate limit service is overloaded and authentication is down", 500, "api-error"),
    ],
)
def test_an_error_is_known_by_its_status_and_its_words(text: str, status: int | None, reason: str) -> None:
    """Words may refine a client error; of a server error they mean nothing."""
    assert classify(text, status, NOW).reason == reason


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("or try again at 6:13 PM (UTC).", datetime(2026, 3, 10, 18, 13, tzinfo=timezone.utc)),
        ("try again at Mar 12th, 2026 6:13 PM (UTC)", datetime(2026, 3, 12, 18, 13, tzinfo=timezone.utc)),
        ("try again at Jan 1st, 1970 1:00 AM (UTC)", datetime(1970, 1, 1, 1, 0, tzinfo=timezone.utc)),
        ("resets at 12:00 (UTC)", NOW),
        ("resets at 11:59 (UTC)", datetime(2026, 3, 11, 11, 59, tzinfo=timezone.utc)),
        ("Claude AI usage limit reached|1800000000", datetime.fromtimestamp(1800000000, timezone.utc)),
        ("resetsAt: 1800000000000", datetime.fromtimestamp(1800000000, timezone.utc)),
        ("quota resets 2026-03-11T01:02:03Z", datetime(2026, 3, 11, 1, 2, 3, tzinfo=timezone.utc)),
        ("resets at 2026-03-11T01:02:03+02:00", datetime(2026, 3, 10, 23, 2, 3, tzinfo=timezone.utc)),
        ("resets 3pm (UTC)", datetime(2026, 3, 10, 15, 0, tzinfo=timezone.utc)),
        ("resets 11:30am (UTC)", datetime(2026, 3, 11, 11, 30, tzinfo=timezone.utc)),
        ("resets 12am (UTC)", datetime(2026, 3, 11, 0, 0, tzinfo=timezone.utc)),
        ("resets 12:05pm (UTC)", datetime(2026, 3, 10, 12, 5, tzinfo=timezone.utc)),
        ("resets at 15:30 (UTC)", datetime(2026, 3, 10, 15, 30, tzinfo=timezone.utc)),
        ("resets 3pm (Europe/Berlin)", datetime(2026, 3, 10, 14, 0, tzinfo=timezone.utc)),
        ("resets Oct 9 at 5pm (UTC)", datetime(2026, 10, 9, 17, 0, tzinfo=timezone.utc)),
        ("resets Jan 2, 5pm (UTC)", datetime(2027, 1, 2, 17, 0, tzinfo=timezone.utc)),
        ("limit will reset on Mar 12 (UTC)", datetime(2026, 3, 12, 0, 0, tzinfo=timezone.utc)),
        ("please try again in 5m", NOW + timedelta(minutes=5)),
        ("try again in 2h 30m", NOW + timedelta(hours=2, minutes=30)),
        ("Please retry after 30 seconds", NOW + timedelta(seconds=30)),
        ("retry-after: 1.5s", NOW + timedelta(seconds=1.5)),
        ("quota will reset in 1 day", NOW + timedelta(days=1)),
    ],
)
def test_the_end_of_a_limit_is_read_from_what_is_said(text: str, moment: datetime) -> None:
    """As an epoch, a time, a time of day in some zone, or a delay; always a moment to come."""
    assert reset_time(text, NOW) == moment


@pytest.mark.parametrize(
    "text",
    [
        "usage limit reached",
        "try again later",
        "resets soon",
        "resets Feb 31 at 5pm (UTC)",
        "resets 2026-13-40T01:02:03Z",
    ],
)
def test_what_names_no_time_has_none(text: str) -> None:
    """Better no time than a wrong one."""
    assert reset_time(text, NOW) is None


def test_only_limits_have_an_end() -> None:
    """A time in the text of another error is no promise."""
    assert classify("auth expired, resets 3pm (UTC)", 401, NOW).resets_at is None
    assert classify("rate limited, retry after 30 seconds", 429, NOW).resets_at == NOW + timedelta(seconds=30)


def test_every_reason_has_its_advice() -> None:
    """No outcome leaves the driver without an idea; only success is accepted."""
    assert set(ADVICE) == set(get_args(Reason))
    assert [reason for reason, advice in ADVICE.items() if advice == "accept"] == ["done"]
