"""Jenkinsfile: the shell steps of a pipeline, with the stage they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_baton.patterns import lazy

from ..calls import UNKNOWN
from ..danger import is_threatening_name
from ..names import is_special, kind_of
from ..reading import Repo
from ..shell import calls_in
from ..sightings import Sighting

_STAGE = lazy(r"\bstage\s*\(?\s*['\"]([^'\"\n]+)['\"]")
_STEP = lazy(
    r"""(?x) \bsh \s* \(? \s* (?: (?:label:\s*['"][^'"]*['"]\s*,\s*)? script: \s* )?
    (?: \"\"\"(?P<long>.{0,4000}?)\"\"\" | '''(?P<raw>.{0,4000}?)''' | "(?P<double>(?:\\.|[^"\\\n]){0,2000})" | '(?P<single>(?:\\.|[^'\\\n]){0,2000})' )""",
    re.DOTALL,
)


def sightings(repo: Repo) -> Iterator[Sighting]:
    for path in [
        each
        for each in ("Jenkinsfile", ".jenkins/Jenkinsfile", "ci/Jenkinsfile", ".ci/Jenkinsfile")
        if repo.is_file(each)
    ]:
        text = repo.text(path)
        stages = [(found.start(), found[1]) for found in _STAGE.finditer(text)]
        for found in _STEP.finditer(text):
            stage = next((name for start, name in reversed(stages) if start < found.start()), "")
            if is_threatening_name(stage):
                continue
            script = next(value for value in (*found.groups(), "") if value is not None)
            line = text.count("\n", 0, found.start()) + 1
            interpolated = (
                re.sub(r"\$\{[^}]*\}", UNKNOWN, script)
                if found["single"] is None and found["raw"] is None
                else script
            )
            weight = (3 if kind_of(stage.lower()) == "test" else 0) - (10 if is_special(stage) else 0)
            for call in calls_in(interpolated, path, line):
                yield Sighting(call, "ci", f"Jenkinsfile stage {stage!r}" if stage else "Jenkinsfile", weight)
