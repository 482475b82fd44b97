"""JSON for the hot commands: CPython's own C scanner and encoder, without the `json` package around them.

`import json` loads `re` and costs a hot command more than all of its own work. Where an interpreter lacks the C
parts, the package is used; both write the same bytes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _refuse(value: object) -> None:
    raise TypeError(f"{type(value).__name__} is not JSON: {value!r}")


try:
    from _json import encode_basestring_ascii, make_encoder, make_scanner

    class _Context:
        """What the C scanner asks of a decoder."""

        strict = True
        object_hook = None
        object_pairs_hook = None
        parse_float = float
        parse_int = int
        parse_constant = float
        memo: dict[str, str] = {}

    _scan = make_scanner(_Context())  # type: ignore[arg-type]
    _encode = make_encoder(None, _refuse, encode_basestring_ascii, None, ":", ",", False, False, False)

    def _loads(text: str) -> Any:
        try:
            value, end = _scan(text, 0)
        except SystemError:
            # up to 3.11 the scanner knows no error of its own as long as `json.decoder` is not loaded
            raise ValueError("it is no JSON") from None
        if end != len(text):
            raise ValueError(f"unexpected text after the JSON value at {end}")
        return value

    def _dumps(value: Any) -> str:
        return "".join(_encode(value, 0))

    if _dumps([1, "é", None, {"a": 1.5}]) != '[1,"\\u00e9",null,{"a":1.5}]' or _loads("[1]") != [1]:
        raise ImportError("the C parts of json behave differently here")
except (ImportError, TypeError, AttributeError):
    import json

    _loads = json.loads  # type: ignore[assignment]
    _dumps = json.JSONEncoder(  # type: ignore[assignment]
        separators=(",", ":"), allow_nan=False, check_circular=False, default=_refuse
    ).encode


def loads(text: str) -> Any:
    """The value of a JSON text that we wrote ourselves. Raises ValueError or StopIteration on anything else."""
    return _loads(text)


def dumps(value: Any) -> str:
    """Compact ASCII JSON, keys in the order they stand; raises ValueError for NaN and infinities."""
    text: str = _dumps(value)
    return text
