"""Every fault the scripted agents can play, dealt out by a seed."""

from __future__ import annotations

import random
from typing import Any

from tests.support.running import work

FAULTS: dict[str, list[dict[str, Any]]] = {
    "fails": [{"spend": {}}, {"result": {"ok": False, "text": "the tests are red"}}],
    "half-done": [{"write": {"out/{{step}}.txt": "half"}}, {"exit": 1}],
    "empty": [{"exit": 0}],
    "killed": [{"spend": {}}, {"write": {"out/{{step}}.txt": "half"}}, {"kill": 9}],
    "killed-after-commit": [*work()[:3], {"kill": 9}],
    "silent": [{"spend": {}}, {"hang": "model"}],
    "stuck-tool": [{"hang": "tool"}],
    "spams": [{"spam": {"lines": 3000, "bytes": 80}}, *work()],
    "giant": [{"giant": 2_000_000}, *work()],
    "noise": [{"raw": "}{ not a message"}, {"stderr": "warning: something"}, *work()],
    "lies": [{"say": "STATUS: complete\nDONE: all of it, honestly\nCOMMIT: deadbeefdeadbeef"}],
    "wrong-claim": [
        *work()[:3],
        {"say": "STATUS: complete\nDONE: more than I did\nFILES: out/none.txt, src/x.py"},
    ],
    "repeats-usage": [{"spend": {"times": 5}}, *work()],
    "leaks": [{"leak": 2}, *work()],
    "limit": [{"spend": {}}, {"limit": {"resets_at": 1}}],
    "limit-unknown": [{"limit": {}}],
    "429": [{"error": {"status": 429, "text": "too many requests"}}],
    "529": [{"spend": {}}, {"error": {"status": 529, "text": "overloaded"}}],
    "500": [{"error": {"status": 500, "text": "oops"}}],
    "refused-connection": [{"error": {"status": 408, "text": "connection refused"}}],
    "long-prompt": [{"result": {"ok": False, "text": "prompt is too long"}}],
    "asks-leave": [{"permission": {"tool": "Bash", "input": {"command": "make install"}}}, *work()],
    "asks": [{"ask": {"question": "blue or red?", "options": ["blue", "red"]}}, *work()],
    "question": [{"say": "I do not know.\nQUESTION: blue or red?"}],
    "outside": [{"run": "echo x > ../outside.txt"}, *work()],
    "leaves-branch": [{"run": "git switch -q -c elsewhere-{{step}}"}, {"say": "STATUS: complete"}],
}
SLOW = ("lingers",)
FAULTS_SLOW = {"lingers": [*work(), {"linger": True}]}


def dealt(step_ids: list[str], share: float, seed: int, slow: bool = False) -> dict[str, str]:
    """Step → fault: every kind at least once when there is room, the rest by chance."""
    chance = random.Random(seed)
    kinds = [*FAULTS, *(SLOW if slow else ())]
    count = max(1, round(len(step_ids) * share))
    chosen = chance.sample(step_ids, count)
    dealt_out = kinds[:] if count >= len(kinds) else chance.sample(kinds, count)
    dealt_out += [chance.choice(list(FAULTS)) for _ in range(count - len(dealt_out))]
    chance.shuffle(dealt_out)
    return dict(zip(chosen, dealt_out, strict=True))


def rules(faults: dict[str, str]) -> list[dict[str, Any]]:
    """The script's rules: a fault is played at the first attempt only."""
    both = FAULTS | FAULTS_SLOW
    return [{"step": step_id, "attempt": [1], "do": both[kind]} for step_id, kind in faults.items()]
