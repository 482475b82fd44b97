"""`baton execute dry-run`: what a plan leads to when all goes well."""

from __future__ import annotations

from tests.support.plans import phase, plan, step
from tests.support.repo import Repo


def test_a_long_plan_is_rehearsed_to_its_end_in_order(repo: Repo) -> None:
    """Every step once, 1.10 after 1.9, each gate behind its phase; long plans cost time, not depth."""
    chain = [step(f"1.{n}", *([f"1.{n - 1}"] if n > 1 else [])) for n in range(1, 13)]
    wide = [step(f"2.{n}") for n in range(1, 1_501)]
    repo.save_plan(
        plan(
            phase(1, *chain, gate="first"),
            phase(2, *wide, gate="second"),
            phase(3, step("3.1"), approval_required=True, gate=None),
        )
    )
    lines = repo.baton("execute", "dry-run").stdout.splitlines()
    said = [
        line.split(" [")[0] for line in lines if line.startswith(("DISPATCH", "GATE", "APPROVAL", "COMPLETE"))
    ]
    assert said == [
        *(f"DISPATCH 1.{n} dev" for n in range(1, 13)),
        "GATE phase 1 test: first",
        *(f"DISPATCH 2.{n} dev" for n in range(1, 1_501)),
        "GATE phase 2 test: second",
        "APPROVAL phase 3: Phase 3",
        "DISPATCH 3.1 dev",
        "COMPLETE 1,513 steps, 2 gates",
    ]
