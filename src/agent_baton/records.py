"""Immutable values without `dataclasses`, whose import alone costs more than a whole hot command may.

    class Point(Record):
        x: int
        y: int = 0

gives slots, a positional-or-keyword constructor, equality, hash, repr, `match` support and `replace()`.
Type checkers read it as a frozen dataclass.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, ClassVar, TypeVar

    from typing_extensions import Self, dataclass_transform

    R = TypeVar("R", bound="Record")
else:

    def dataclass_transform(**_: object):
        """Stand-in at run time: the decorator only speaks to type checkers."""
        return lambda cls: cls


_set = object.__setattr__


class _RecordType(type):
    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
        own = [field for field in body.get("__annotations__", ()) if not field.startswith("_")]
        inherited: tuple[str, ...] = bases[0]._fields if bases else ()  # type: ignore[attr-defined]
        defaults = dict(bases[0]._defaults) if bases else {}  # type: ignore[attr-defined]
        defaults.update({field: body.pop(field) for field in own if field in body})
        body["__slots__"] = tuple(own)
        body["_fields"] = body["__match_args__"] = (*inherited, *own)
        body["_defaults"] = defaults
        return super().__new__(mcs, name, bases, body)


@dataclass_transform(frozen_default=True, eq_default=True)
class Record(metaclass=_RecordType):
    if TYPE_CHECKING:
        _fields: ClassVar[tuple[str, ...]]
        _defaults: ClassVar[dict[str, Any]]
    else:

        def __init__(self, *args: Any, **named: Any) -> None:
            fields = self._fields
            if len(args) > len(fields):
                raise TypeError(f"{type(self).__name__} takes {len(fields)} values, got {len(args)}")
            for field, value in zip(fields, args, strict=False):
                _set(self, field, value)
            for field in fields[len(args) :]:
                if field in named:
                    _set(self, field, named.pop(field))
                elif field in self._defaults:
                    _set(self, field, self._defaults[field])
                else:
                    raise TypeError(f"{type(self).__name__} lacks {field!r}")
            if named:
                raise TypeError(f"{type(self).__name__} has no {', '.join(map(repr, named))}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: use replace({name}=…)")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __iter__(self) -> Iterator[Any]:
        """The values in field order, as a database row wants them."""
        return (getattr(self, field) for field in self._fields)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            getattr(self, field) == getattr(other, field) for field in self._fields
        )

    def __hash__(self) -> int:
        return hash((type(self), *self))

    def __repr__(self) -> str:
        inner = ", ".join(f"{field}={getattr(self, field)!r}" for field in self._fields)
        return f"{type(self).__name__}({inner})"

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        return type(self), tuple(self)

    def replace(self, **changes: Any) -> Self:
        """The same value with some fields changed."""
        new = object.__new__(type(self))
        for field in self._fields:
            _set(new, field, changes.pop(field) if field in changes else getattr(self, field))
        if changes:
            raise TypeError(f"{type(self).__name__} has no {', '.join(map(repr, changes))}")
        return new

    def as_dict(self) -> dict[str, Any]:
        """Field name → value, in field order; nested values stay as they are."""
        return {field: getattr(self, field) for field in self._fields}


def replace(record: R, **changes: Any) -> R:
    """`record.replace(…)` as a function, for those who know `dataclasses.replace`."""
    return record.replace(**changes)


def plain(value: Any) -> Any:
    """Records as dictionaries by field name, all the way down; tuples and lists as lists; the rest as it is."""
    if isinstance(value, Record):
        return {field: plain(getattr(value, field)) for field in value._fields}
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value
