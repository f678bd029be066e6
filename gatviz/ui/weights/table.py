"""The weights of one step of the model as a table beside the canvas: typed cells, and whole parameters at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from gatviz.errors import GatvizError
from gatviz.model.weights import Fill, Weights, filled, has_heads, with_values
from gatviz.numbers import as_float
from gatviz.ui.session import session
from gatviz.ui.session.model import all_weights, is_shared
from gatviz.ui.session.steps import parameter_name, take_weights
from gatviz.words import _

_BASE = "gatviz_weights_base"
_MAX_ROWS, _MAX_COLUMNS = 200, 60
_ROW_HEIGHT, _MAX_HEIGHT = 35, 360


@dataclass(frozen=True)
class _Place:
    """Which numbers the grid shows: a parameter of a step, and one head of it where it has heads.

    The step is an attention layer by its number, or another one by its name.
    """

    layer: int | str
    name: str
    head: int | None

    @property
    def called(self) -> str:
        """The parameter in words; of a step around the layers with its name."""
        name = parameter_name(self.name, self.head)
        return name if isinstance(self.layer, int) else f"{self.layer}.{name}"


@dataclass(frozen=True)
class _Base:
    """What the grid was filled with; it is filled anew when somebody else changed the weights, or for another place."""

    number: int
    place: _Place
    weights: Weights
    result: str

    @property
    def key(self) -> str:
        return f"weights-{self.number}"


def weights_table(now: session.Session, layer: int, input_names: Sequence[str]) -> None:
    """Draw the table of the weights of this layer, or of a step around the layers that is chosen in it."""
    weights = all_weights(now)
    title = _("Weights of layer {layer}").format(layer=layer)
    if not weights.around:
        st.markdown(f"**{title}**")
        place = _chosen(weights, layer)
    else:
        steps: list[int | str] = [layer, *weights.around]
        told = {step: title if step == layer else _("Weights of {step}").format(step=step) for step in steps}
        key = f"weights_step_{layer}_{'_'.join(weights.around)}"
        place = _chosen(weights, st.selectbox(_("Step"), steps, format_func=told.__getitem__, key=key))
    _whole(now, weights, place)
    base = st.session_state.get(_BASE)
    if base is None or base.result != weights.fingerprint or base.place != place:
        base = _Base(0 if base is None else base.number + 1, place, weights, weights.fingerprint)
        st.session_state[_BASE] = base
    table = _table(base.weights, place)
    rows, columns = min(table.shape[0], _MAX_ROWS), min(table.shape[1], _MAX_COLUMNS)
    reads_x = place.layer == (weights.reads_x or 0)
    by_input = table.shape[1] == len(input_names) and place.name.startswith(("W", "weight"))
    by_input = by_input and (isinstance(place.layer, int) or reads_x)
    words = [input_names[k] if by_input else f"c{k}" for k in range(columns)]
    frame = pd.DataFrame(table[:rows, :columns], columns=[str(k) for k in range(columns)])
    st.data_editor(
        frame,
        key=base.key,
        on_change=_take_cells,
        args=(base.key,),
        hide_index=True,
        width="stretch",
        height=min(_MAX_HEIGHT, _ROW_HEIGHT * (rows + 1) + 3),
        column_config={
            str(k): st.column_config.NumberColumn(word, format="%.4g", required=True, width="small")
            for k, word in enumerate(words)
        },
    )
    if (rows, columns) != table.shape:
        st.caption(
            _("The first {rows:,} of {all_rows:,} rows and {columns:,} of {all_columns:,} columns.").format(
                rows=rows, all_rows=table.shape[0], columns=columns, all_columns=table.shape[1]
            )
        )
    st.caption(
        _(
            "Type, or paste cells. What you set stays until the seed, the number of heads or the features per head "
            "change."
        )
    )


def _chosen(weights: Weights, layer: int | str) -> _Place:
    arrays = weights.of(layer)
    left, right = st.columns(2)
    name = left.selectbox(_("Parameter"), list(arrays), key=f"weights_name_{'_'.join(arrays)}")
    if not has_heads(weights, layer, name):
        return _Place(layer, name, None)
    head = right.selectbox(_("Head"), range(arrays[name].shape[0]), key=f"weights_head_{arrays[name].shape[0]}")
    return _Place(layer, name, head)


def _is_shared(now: session.Session, place: _Place) -> bool:
    return isinstance(place.layer, int) and is_shared(now, place.layer)


def _table(weights: Weights, place: _Place) -> NDArray[np.floating]:
    """The numbers of a place as rows and columns."""
    values = weights.of(place.layer)[place.name]
    return np.atleast_2d(values if place.head is None else values[place.head])


def _take_cells(key: str) -> None:
    """Take over all that was typed since the grid was filled; a grid of before has nothing more to say."""
    base: _Base = st.session_state[_BASE]
    if key != base.key:
        return
    table = _table(base.weights, base.place).astype(np.float64)
    for row, cells in st.session_state[key]["edited_rows"].items():
        for column, value in cells.items():
            table[int(row), int(column)] = np.nan if value is None else as_float(value)
    values = base.weights.of(base.place.layer)[base.place.name]
    shape = values.shape if base.place.head is None else values.shape[1:]
    place, shared = base.place, _is_shared(session.current(), base.place)
    changed = _try(
        lambda: with_values(
            base.weights, place.layer, place.name, table.reshape(shape), head=place.head, shared=shared
        ),
        place,
    )
    if changed is None:  # a grid of another number has no cells that were typed
        present = all_weights(session.current())
        st.session_state[_BASE] = _Base(base.number + 1, place, present, present.fingerprint)
    else:
        st.session_state[_BASE] = replace(base, result=changed.fingerprint)


# ---- whole parameters ---------------------------------------------------------------------------------------


def _whole(now: session.Session, weights: Weights, place: _Place) -> None:
    kinds: tuple[Fill, ...] = ("zeros", "ones", "identity", "random")
    with st.container(horizontal=True, gap="small"):
        for kind in kinds:
            hint = (
                _("Uniform within ±1/√(columns), drawn from seed {seed}").format(seed=_seed(now))
                if kind == "random"
                else None
            )
            st.button(_fills()[kind], key=f"fill_{kind}", help=hint, on_click=_fill, args=(place, kind))
    heads = weights.of(place.layer)[place.name].shape[0] if place.head is not None else 0
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        if heads > 1:
            others = [head for head in range(heads) if head != place.head]
            other = st.selectbox(_("Copy from head"), others, key=f"weights_copy_{place.head}_{heads}", width=130)
            st.button(_("Copy"), key="weights_copy", on_click=_copy, args=(place, other))
        if now.work.weights is not None and now.work.opened is None:
            st.button(_("Back to the seed's weights"), key="weights_reset", on_click=_reset)


def _fills() -> dict[Fill, str]:
    return {"zeros": _("zero"), "ones": _("ones"), "identity": _("identity"), "random": _("random")}


def _seed(now: session.Session) -> int:
    """Another one at every step, so that "random" can be pressed again."""
    return now.settings.seed + len(now.history.past)


def _fill(place: _Place, kind: Fill) -> None:
    now = session.current()
    weights, seed, shared = all_weights(now), _seed(now), _is_shared(now, place)
    what = _("set {name} to {value}").format(name=place.called, value=_fills()[kind])
    _try(lambda: filled(weights, place.layer, place.name, kind, head=place.head, seed=seed, shared=shared), place, what)


def _copy(place: _Place, other: int) -> None:
    now = session.current()
    weights, shared = all_weights(now), _is_shared(now, place)
    values = weights.of(place.layer)[place.name][other]
    what = _("copy {name} from head {head}").format(name=place.called, head=other)
    _try(lambda: with_values(weights, place.layer, place.name, values, head=place.head, shared=shared), place, what)


def _reset() -> None:
    now = session.current()
    session.change(replace(now.work, weights=None), _("back to the seed's weights"))


def _try(edit: Callable[[], Weights], place: _Place, what: str = "") -> Weights | None:
    """Make edited weights the present ones; None where they are refused."""
    try:
        weights = edit()
    except GatvizError as error:
        session.update(refused=str(error))
        return None
    take_weights(weights, what or _("edit {name}").format(name=place.called))
    return weights
