"""The small choices inside Compare: they keep their value while another section is on show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from gatviz.analysis import WeightingKey
from gatviz.attention.layer_trace import LayerTrace
from gatviz.ui.session.control_values import forget_unless, forget_value, key_of, value_of
from gatviz.words import _


def choice(
    label: str, options: Sequence[Any], key: str, form: Callable[[Any], str] = str, default: Any = None, **more: Any
) -> Any:
    """One of a few, all visible; what is no longer offered falls back to the default (the first)."""
    first = options[0] if default is None else default
    forget_unless(key, options)
    return st.segmented_control(
        label,
        options,
        default=first,
        required=True,
        key=key_of(key),
        format_func=form,
        persist_state="session",
        wrap=True,
        **more,
    )


def picked(label: str, options: Sequence[Any], key: str, form: Callable[[Any], str] = str, default: Any = None) -> Any:
    """One of many, from a list."""
    forget_unless(key, options)
    index = 0 if default is None else list(options).index(default)
    return st.selectbox(label, options, index=index, key=key_of(key), format_func=form, persist_state="session")


def number_input(label: str, low: float, high: float, usual: float, step: float, key: str, **more: Any) -> float:
    """A number between two others; one that was kept from elsewhere and is not there falls back to the usual one."""
    if not low <= value_of(key, usual) <= high:
        forget_value(key)
    result: float = st.number_input(
        label, low, high, usual, step, key=key_of(key), width=250, persist_state="session", **more
    )
    return result


def head_choice(trace: LayerTrace, key: str) -> int:
    """A head of this trace; with one head nothing is asked."""
    if trace.num_heads == 1:
        return 0
    return int(choice(_("Head"), range(trace.num_heads), key))


def weights_choice(label: str, trace: LayerTrace, key: str, default: WeightingKey) -> WeightingKey:
    """A head or a baseline."""
    options: list[WeightingKey] = [
        *range(trace.num_heads),
        *(("mean",) if trace.num_heads > 1 else ()),
        "gcn",
        "uniform",
    ]
    chosen: WeightingKey = picked(label, options, key, weights_name, default)
    return chosen


def weights_name(which: WeightingKey) -> str:
    """How a head or a baseline is called in a list of choices."""
    if not isinstance(which, str):
        return head_name(which)
    names = {
        "mean": _("mean of heads"),
        "gcn": _("GCN weight 1/√(d_i d_j)"),
        "uniform": _("uniform 1/|N(i)|"),
    }
    return names[which]


def head_name(head: int) -> str:
    """A head's name above its panel."""
    return _("head {head}").format(head=head)


def picture_choice(key: str) -> str:
    """Whether weights are drawn on the graph or as a matrix."""
    pictures = {"graph": _("graph"), "matrix": _("matrix")}
    return str(choice(_("Drawn as"), list(pictures), key, pictures.__getitem__))
