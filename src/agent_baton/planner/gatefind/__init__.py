"""Finding the gates: what the maintainers themselves run to see whether their repository is sound.

Order of evidence: CI files, task runners, what the documentation tells contributors, conventions. Every command is read
through the task files it goes through, so that a gate exists, tests something and can fail. Nothing is run here.
"""

from __future__ import annotations

from .choosing import choose_gates
from .finding import find_gates
from .launch import without_launcher
from .missing import MissingTests, missing_tests
from .verdict import Verdict, judge_trial

__all__ = [
    "MissingTests",
    "Verdict",
    "choose_gates",
    "find_gates",
    "judge_trial",
    "missing_tests",
    "without_launcher",
]
