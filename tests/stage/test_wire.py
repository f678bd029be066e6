"""What the stage is sent arrives as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatviz.stage.wire import encode, packed
from tests.stage.arrived import arrived, as_sent

TEXTS = st.text(st.characters(codec=None))
ARRAYS = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=12).map(
    lambda values: np.array(values, "<f4").reshape(1, -1)
)


@given(st.dictionaries(TEXTS.filter(lambda name: name != "f32"), ARRAYS | TEXTS | st.integers() | st.none()))
def test_every_bit_arrives_and_every_text(data: dict[str, Any]) -> None:
    sent = {name: packed(value) if isinstance(value, np.ndarray) else value for name, value in data.items()}
    whole = {"one": sent, "more": [sent, 0.1]}
    assert arrived(encode(whole)) == as_sent(whole)


def test_arrays_that_are_the_same_travel_once() -> None:
    values = packed(np.random.default_rng(0).random(1000))
    assert len(encode({"a": values, "b": values})) < len(encode({"a": values})) + 100


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32(1), object()])
def test_what_no_browser_reads_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        encode({"value": value})
