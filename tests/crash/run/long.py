"""The whole fault test: `python -m tests.crash.run.long [SEED]`. Minutes, so it is no part of the daily tests.

200 steps, 8 side by side, a tenth of them with a fault of every kind there is, the driver killed again and again.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.run.test_faults import QUICK, check_the_end
from tests.support.faulty import FAULTS, dealt, rules
from tests.support.repo import Repo
from tests.support.running import begin, drive, events, of, script, settings, wide

PHASES, STEPS = 10, 20
SPREAD = 90  # journal writes between two kills, at most
MONEY_USD = 1.0


def main(seed: int) -> None:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="baton-long-") as folder:
        repo = Repo(Path(folder, "repo"), Path(folder, "home"))
        limits = {**QUICK["limits"], "unknown_usd": 0.002, "unknown_tokens": 200}
        settings(repo, **{**QUICK, "limits": limits})
        task_id = begin(repo, wide(PHASES, STEPS, budget={"usd": MONEY_USD}))
        step_ids = [f"{p}.{n}" for p in range(1, PHASES + 1) for n in range(1, STEPS + 1)]
        # 10% of 200 is 20: fewer than there are kinds, so that each kind comes once
        faults = dealt(step_ids, len(FAULTS) / len(step_ids), seed, slow=True)
        play = script(repo, *rules(faults))
        chance, kills = random.Random(seed), 0
        while (ran := drive(repo, play, kill_at=chance.randint(2, SPREAD), code=None)).returncode == -9:
            kills += 1
            print(f"killed {kills} times after {time.monotonic() - began:.0f} s", flush=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr + str(faults)
        check_the_end(repo, task_id, step_ids)
        rows = events(repo, task_id)
        usd = sum((e["usd"] or 0) + e["upper_usd"] for e in of(rows, "BudgetCharged"))
        assert usd <= MONEY_USD
        interrupted = len(of(rows, "StepInterrupted"))
        failed = sum(e["status"] == "failed" for e in of(rows, "StepFinished"))
        print(
            f"{len(step_ids)} steps, {len(faults)} faults of {len(set(faults.values()))} kinds, {kills} kills, "
            f"{interrupted} interruptions, {failed} failed attempts, ${usd:.3f}, {time.monotonic() - began:.0f} s: "
            "every step complete once, nothing lost, nothing left"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
