"""Our reader of git configuration agrees with git's rules of quoting, comments and continuation."""

from __future__ import annotations

import pytest

from agent_baton.workspace.gitconfig import parse_config, truthy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[core]\n\tbare = true\n", {"core.bare": "true"}),
        ("[Core]\n\tBARE\n", {"core.bare": None}),
        ("[core] bare = no ; why\n", {"core.bare": "no"}),
        ('[core]\nworktree = "a b # c" # d\n', {"core.worktree": "a b # c"}),
        ("[core]\nworktree =   a  b   \n", {"core.worktree": "a  b"}),
        ("[core]\nworktree = a\\\nb\n", {"core.worktree": "ab"}),
        ('[core]\nworktree = "x\\ty\\"z\\\\"\n', {"core.worktree": 'x\ty"z\\'}),
        ('[filter "My.Filter"]\nclean = run\n', {"filter.My.Filter.clean": "run"}),
        ('[remote "a]b\\"c"] url = u\n', {'remote.a]b"c.url': "u"}),
        ("[branch.Old] merge = x\n", {"branch.old.merge": "x"}),
        ("# comment\n; another\n[a]\n b = 1\n b = 2\n", {"a.b": "2"}),
        ("\ufeff[a]\nb =\n", {"a.b": ""}),
        ("[broken\nrubbish", {"broken.rubbish": None}),
        ("", {}),
    ],
)
def test_values(text: str, expected: dict[str, str | None]) -> None:
    """Last value wins; what is malformed is read as far as it goes and never raises."""
    assert dict(parse_config(text)) == expected


def test_booleans() -> None:
    """A bare key is true, as git reads it."""
    assert all(truthy(value) for value in (None, "true", "Yes", "ON", "1"))
    assert not any(truthy(value) for value in ("", "false", "no", "0", "off", "2x"))
