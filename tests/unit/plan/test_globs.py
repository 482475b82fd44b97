"""Path patterns: what they match, and whether two of them can meet."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent_baton.plan.globparse import normal, static_prefix
from agent_baton.plan.globs import Globs
from agent_baton.plan.overlap import common_path


@pytest.mark.parametrize(
    ("pattern", "matched", "missed"),
    [
        ("src", ["src", "src/a.py", "src/a/b.py"], ["srcs", "a/src", "sr"]),
        ("src/", ["src", "src/a.py"], ["srcx"]),
        ("./src//api/", ["src/api/x"], ["src/x"]),
        (".", ["a", "a/b", ".env"], []),
        ("src/*.py", ["src/a.py", "src/.py", "src/a.py/x"], ["src/a/b.py", "a.py"]),
        ("*.md", ["a.md"], ["docs/a.md"]),
        ("**/*.md", ["a.md", "docs/a.md", "a/b/c.md"], ["a.mdx"]),
        ("src/**", ["src/a", "src/a/b"], ["src", "srca"]),
        ("src/**/test", ["src/test", "src/a/b/test", "src/a/test/x"], ["src/atest", "test"]),
        ("a**b", ["ab", "axb", "a/x/b"], ["xb"]),
        ("?.py", ["a.py", "ß.py"], ["ab.py", ".py", "/.py"]),
        ("[a-c]x", ["ax", "cx", "[a-c]x"], ["dx", "x"]),
        ("[!a-c]x", ["dx", "]x", "[!a-c]x"], ["ax", "/x"]),
        ("[]a]", ["]", "a", "[]a]"], ["b"]),
        ("[+-9]", ["+", "5"], ["/"]),
        ("app/[id]/page.tsx", ["app/[id]/page.tsx", "app/i/page.tsx"], ["app/id/page.tsx"]),
        ("app/[...slug]/**", ["app/[...slug]/page.tsx"], ["app/slug/x"]),
        ("{src,lib}/*.py", ["src/a.py", "lib/a.py"], ["src,lib/a.py", "a.py"]),
        ("a{,b,c/{d,e}}", ["a", "ab", "ac/d", "ac/e/x"], ["ac", "ad"]),
        ("{{cookiecutter.name}}/x", ["{{cookiecutter.name}}/x"], ["cookiecutter.name/x"]),
        ("{a,b", ["{a,b"], ["a", "b"]),
        ("[a", ["[a"], ["a"]),
        (r"\*", ["*"], ["a"]),
        (r"a\[b\]", ["a[b]"], ["ab"]),
        ("a\\", ["a\\"], ["a"]),
        ("/etc/passwd", [], ["etc/passwd", "/etc/passwd"]),
        ("../x", [], ["x", "../x"]),
        ("a/../b", [], ["b", "a/../b"]),
        ("~/x", [], ["~/x", "x"]),
        ("", [], ["a", ""]),
    ],
)
def test_what_a_pattern_covers(pattern: str, matched: list[str], missed: list[str]) -> None:
    """The meaning of the documentation's table, by example."""
    globs = Globs([pattern])
    assert [path for path in matched if not globs.matches(path)] == []
    assert [path for path in missed if globs.matches(path)] == []


def test_several_patterns_match_what_any_of_them_matches() -> None:
    """No pattern matches nothing; two match both."""
    assert not Globs([]).matches("a")
    both = Globs(["src/*.py", "docs"])
    assert both.matches("src/a.py") and both.matches("docs/a/b") and not both.matches("src/a/b.py")


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ("src/**/*.py", "src/api/**", "src/api/x.py"),
        ("src", "src/api/x.py", "src/api/x.py"),
        ("src/api/**", "src/web/**", None),
        ("*.py", "README.md", None),
        ("{a,b}/x", "b/*", "b/x"),
        ("**/test_*.py", "tests/**", "tests/test_.py"),
        ("*a*a*b", "*b*b*a", None),
        ("[!a]x", "ax", None),
        ("app/[id]/page.tsx", "app/[slug]/page.tsx", None),
        ("/etc", "etc", None),
    ],
)
def test_whether_two_patterns_can_meet(one: str, other: str, path: str | None) -> None:
    """The answer comes with a path that both match, one that looks like a file people have."""
    assert common_path(Globs([one]), Globs([other])) == path


def test_what_is_blocked_does_not_count() -> None:
    """Two steps do not meet where one of them may not go."""
    src, python = Globs(["src/**"]), Globs(["src/**/*.py"])
    assert common_path(src, python) == "src/x.py"
    assert common_path(src, python, Globs(["**/*.py"])) is None
    assert common_path(src, python, Globs(["src/x.py"])) == "src/y.py"
    assert common_path(Globs(["src", "docs"]), Globs(["src", "docs"]), Globs(["src"])) == "docs"


_components = st.text("ab.", min_size=1, max_size=3).filter(lambda text: text not in (".", ".."))
_paths = st.lists(_components, min_size=1, max_size=3).map("/".join)


@st.composite
def _generalised(draw: st.DrawFn, path: str) -> str:
    """A pattern that matches the path: some of its pieces replaced by what stands for them."""
    parts = []
    for component in path.split("/"):
        turned = draw(
            st.sampled_from([
                component, "*", "**", f"{component[0]}*", f"*{component[-1]}", "?" * len(component),
                f"{{{component},zz}}", f"[{component[0]}]{component[1:]}", f"[!z]{component[1:]}",
            ])
        )  # fmt: skip
        parts.append(turned)
    cut = draw(st.integers(1, len(parts)))
    prefix = draw(st.sampled_from(["", "**/", "./"]))
    return prefix + "/".join(parts if draw(st.booleans()) else parts[:cut])


@settings(max_examples=300, deadline=None)
@given(_paths.flatmap(lambda path: st.tuples(st.just(path), _generalised(path), _generalised(path))))
def test_patterns_that_share_a_path_are_said_to_meet(case: tuple[str, str, str]) -> None:
    """Sound: no overlap is ever denied. And the path that is given as proof is one."""
    path, one, other = case
    assert Globs([one]).matches(path) and Globs([other]).matches(path)
    meeting = common_path(Globs([one]), Globs([other]))
    assert meeting is not None
    assert Globs([one]).matches(meeting) and Globs([other]).matches(meeting)


_patterns = st.text("ab/*?[]!{},.-\\", max_size=8)
_ALL_SHORT_PATHS = ["".join(chars) for length in range(1, 5) for chars in product("ab/-.", repeat=length)]
_ALL_SHORT_PATHS = [path for path in _ALL_SHORT_PATHS if normal(path) == path]


@settings(max_examples=200, deadline=None)
@given(_patterns, _patterns, _patterns)
def test_any_two_patterns_meet_exactly_where_a_path_proves_it(one: str, other: str, blocked: str) -> None:
    """Whatever the patterns: the answer agrees with trying every short path, and its proof holds."""
    a, b, c = Globs([one]), Globs([other]), Globs([blocked])
    meeting = common_path(a, b, c)
    tried = [path for path in _ALL_SHORT_PATHS if a.matches(path) and b.matches(path) and not c.matches(path)]
    if meeting is None:
        assert tried == []
    else:
        assert a.matches(meeting) and b.matches(meeting) and not c.matches(meeting)


@settings(max_examples=200, deadline=None)
@given(_patterns, _patterns)
def test_patterns_with_unlike_beginnings_never_meet(one: str, other: str) -> None:
    """The shortcut of the lint loses nothing."""
    assume(normal(one) is not None and normal(other) is not None)
    first, second = static_prefix(one), static_prefix(other)
    short = min(len(first), len(second))
    if first[:short] != second[:short]:
        assert common_path(Globs([one]), Globs([other])) is None


@pytest.mark.parametrize(
    "pattern", ["*a" * 300, "{" * 400, "{a," * 300 + "}" * 300, "[" * 900, "**/" * 300 + "x"]
)
def test_hostile_patterns_cost_little(pattern: str) -> None:
    """No pattern of the length a plan allows makes matching or comparing run away: tests are timed."""
    globs = Globs([pattern])
    globs.matches("a/" * 400 + "b")
    common_path(globs, Globs(["*b" * 300]))


def test_a_search_that_does_not_end_soon_is_an_overlap() -> None:
    """On the safe side: these two never meet, but finding out takes 2 ** 18 sets of states."""
    one, other = "*a" + "?" * 18, "*b" + "?" * 18
    assert common_path(Globs([one]), Globs([other])) == one
    assert common_path(Globs([one[:6]]), Globs([other[:6]])) is None
