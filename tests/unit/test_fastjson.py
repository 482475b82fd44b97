"""JSON of the hot path: what it writes, every JSON reader reads, and the other way round."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.fastjson import dumps, loads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_it_agrees_with_the_standard_package(value: object) -> None:
    text = dumps(value)
    assert text == json.dumps(value, separators=(",", ":"))
    assert loads(text) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        dumps(value)
    with pytest.raises(TypeError, match="is not JSON"):
        dumps(object())


@pytest.mark.parametrize("text", ["", "{", "[1] x", "nul"])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises((ValueError, StopIteration)):
        loads(text)


@pytest.mark.parametrize("text", ["{no", "[1,]", "[1, ", '{"a" 1}', '"\x01"'])
def test_nor_where_the_standard_package_was_never_loaded(text: str) -> None:
    """As in a hot command: CPython's scanner alone has no error to raise before 3.12."""
    script = (
        "import sys; from agent_baton.fastjson import loads; assert 'json.decoder' not in sys.modules\n"
        "try: loads(sys.argv[1])\nexcept (ValueError, StopIteration): print('refused')"
    )
    ran = subprocess.run([sys.executable, "-c", script, text], capture_output=True, text=True, check=True)
    assert ran.stdout == "refused\n"
