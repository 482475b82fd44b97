"""Records: frozen values with the manners of a dataclass."""

from __future__ import annotations

import copy
import pickle

import pytest

from agent_baton.records import Record, plain, replace


class Point(Record):
    x: int
    y: int = 0


class Named(Point):
    name: str = "p"


class Outer(Record):
    points: tuple[Point, ...]
    name: str


def test_values_are_given_by_place_or_name() -> None:
    assert Point(1) == Point(x=1, y=0) == Point(1, y=0)
    assert Named(1, 2, "q").name == "q"
    assert list(Named(1)) == [1, 0, "p"]
    assert Named(1).as_dict() == {"x": 1, "y": 0, "name": "p"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Point(), "lacks 'x'"),
        (lambda: Point(1, 2, 3), "takes 2 values, got 3"),
        (lambda: Point(1, z=3), "has no 'z'"),  # type: ignore[call-arg]
        (lambda: Point(1).replace(z=3), "has no 'z'"),
    ],
)
def test_wrong_values_are_named(make, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TypeError, match=words):
        make()


def test_a_record_never_changes() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="immutable"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="immutable"):
        del point.x
    assert (point.replace(x=2), point) == (Point(2), Point(1))


def test_equality_hash_repr_match_and_copies() -> None:
    assert Point(1) != Named(1)
    assert Point(1) != (1, 0)
    assert len({Point(1), Point(1), Point(2)}) == 2
    assert repr(Named(1)) == "Named(x=1, y=0, name='p')"
    match Named(1, 2):
        case Named(x, y, name):
            assert (x, y, name) == (1, 2, "p")
    assert pickle.loads(pickle.dumps(Named(3))) == copy.copy(Named(3)) == Named(3)
    assert not hasattr(Point(1), "__dict__")


def test_plain_is_what_json_can_hold_all_the_way_down() -> None:
    """Records inside tuples and lists become dictionaries too."""
    assert plain(Outer((Point(1), Point(2, 3)), "n")) == {
        "points": [{"x": 1, "y": 0}, {"x": 2, "y": 3}],
        "name": "n",
    }


def test_replace_is_a_function_too() -> None:
    """Code that knows `dataclasses.replace` reads the same with records."""
    assert replace(Point(1), y=5) == Point(1, 5)
