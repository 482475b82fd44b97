"""CODEOWNERS: who is asked about which files."""

from __future__ import annotations

import re

from agent_baton.patterns import lazy
from agent_baton.planner.facts import Owner

from .tree import Tree

# In the order the hosting services look; they read the first and no other.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", ".gitea/CODEOWNERS")

_SECTION = lazy(r"^\^?\[([^\]]+)\](?:\[\d+\])?\s*(.*)$")
_WORD = lazy(r"(?:\\.|[^\s\\])+")
MAX_RULES = 2_000


def owners(tree: Tree) -> tuple[Owner, ...]:
    """The rules in file order; a pattern without owners has its section's (GitLab), or none."""
    path = next((path for path in PLACES if path in tree), None)
    rules: list[Owner] = []
    default: tuple[str, ...] = ()
    for line in tree.text(path).splitlines() if path else ():
        words = _WORD.findall(re.sub(r"(?:^|\s)#.*", "", line))
        section = _SECTION.match(line)
        if section:
            default = tuple(section[2].split())
        elif words:
            pattern = words[0].replace("\\ ", " ").replace("\\#", "#")
            rules.append(Owner(pattern, tuple(words[1:]) or default))
    return tuple(rules[:MAX_RULES])
