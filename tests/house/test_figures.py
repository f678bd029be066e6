"""How numbers are written in sentences: a real minus, no zeros before a power, the same digits beside each other."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from gatviz.analysis.explanation.figures import signed
from gatviz.numbers import small_figure, three_digits


def test_a_difference_is_written_as_people_write_it() -> None:
    assert [small_figure(figure) for figure in (0.0, 7.5e-8, 2.5e-12)] == ["0", "7.5e−8", "2.5e−12"]


@given(st.floats(1e-12, 1e9), st.booleans())
def test_three_digits_are_three_digits_and_say_the_number(size: float, below: bool) -> None:
    value = -size if below else size
    text = three_digits(value)
    assert math.isclose(float(text.replace("−", "-")), value, rel_tol=6e-3)
    assert "-" not in text
    assert "e−0" not in text
    assert len(text.partition("e")[0].lstrip("−").replace(".", "").lstrip("0")) == 3


@given(st.floats(1e-12, 10.0), st.booleans())
def test_a_change_has_its_sign_and_is_never_written_as_none(size: float, below: bool) -> None:
    text = signed(-size if below else size)
    assert text[0] == ("−" if below else "+")
    assert "-" not in text
    assert "e−0" not in text
    assert math.isclose(abs(float(text.replace("−", "-"))), size, rel_tol=0.5)


def test_nothing_is_0() -> None:
    assert three_digits(0.0) == three_digits(-0.0) == "0" == signed(0.0)


def test_what_is_no_number_is_written_too() -> None:
    """A proof that fails says what it found."""
    assert [small_figure(math.nan), small_figure(math.inf), three_digits(-math.inf)] == ["nan", "inf", "−inf"]
