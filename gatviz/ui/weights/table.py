"""The weights of one step of the model as a table beside the canvas: typed cells, and whole parameters at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gatviz.errors import GatvizError
from gatviz.model.weights import Fill, Weights, filled, has_heads, with_values
from gatviz.numbers import as_float
from gatviz.ui.grid import Cells, Grid
from gatviz.ui.session import session
from gatviz.ui.session.model import all_weights, is_shared
from gatviz.ui.session.steps import parameter_name, take_weights
from gatviz.words import _

if TYPE_CHECKING:
    pass

_MAX_ROWS, _MAX_COLUMNS = 200, 60


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
class _Shown:
    """What the grid shows: a place in these weights."""

    place: _Place
    weights: Weights

    @property
    def values(self) -> NDArray[np.floating]:
        """The numbers there."""
        values = self.weights.of(self.place.layer)[self.place.name]
        return values if self.place.head is None else values[self.place.head]

    @property
    def fingerprint(self) -> str:
        """Another one for other weights, and for another place."""
        return f"{self.place} {self.weights.fingerprint}"


def weights_table(now: session.Session, layer: int, input_names: Sequence[str]) -> None:
    """Draw the table of the weights of this layer, or of a step around the layers that is chosen in it."""
    import pandas as pd

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
    table = np.atleast_2d(_GRID.filled(_Shown(place, weights)).shown.values)
    rows, columns = min(table.shape[0], _MAX_ROWS), min(table.shape[1], _MAX_COLUMNS)
    reads_x = place.layer == (weights.reads_x or 0)
    by_input = table.shape[1] == len(input_names) and place.name.startswith(("W", "weight"))
    by_input = by_input and (isinstance(place.layer, int) or reads_x)
    words = [input_names[k] if by_input else f"c{k}" for k in range(columns)]
    shown = {
        str(k): st.column_config.NumberColumn(word, format="%.4g", required=True, width="small")
        for k, word in enumerate(words)
    }
    index = [f"c{k}" for k in range(rows)] if by_input else None
    _GRID.draw(pd.DataFrame(table[:rows, :columns], index=index, columns=list(shown)), shown)
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


def _with_cells(shown: _Shown, typed: Cells) -> _Shown:
    """The weights with the cells as they were typed, columns by their numbers; an empty cell is no number."""
    place, table = shown.place, np.atleast_2d(shown.values).astype(np.float64)
    for row, cells in typed.items():
        for column, value in cells.items():
            table[int(row), int(column)] = np.nan if value is None else as_float(value)
    values, shared = table.reshape(shown.values.shape), _is_shared(session.current(), place)
    weights = with_values(shown.weights, place.layer, place.name, values, head=place.head, shared=shared)
    return _Shown(place, weights)


def _take(shown: _Shown) -> None:
    take_weights(shown.weights, _("edit {name}").format(name=shown.place.called))


_GRID: Grid[_Shown] = Grid(
    "weights",
    fingerprint=lambda shown: shown.fingerprint,
    edit=_with_cells,
    take=_take,
    present=lambda shown: _Shown(shown.place, all_weights(session.current())),
    max_height=360,
)


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
    _try(lambda: filled(weights, place.layer, place.name, kind, head=place.head, seed=seed, shared=shared), what)


def _copy(place: _Place, other: int) -> None:
    now = session.current()
    weights, shared = all_weights(now), _is_shared(now, place)
    values = weights.of(place.layer)[place.name][other]
    what = _("copy {name} from head {head}").format(name=place.called, head=other)
    _try(lambda: with_values(weights, place.layer, place.name, values, head=place.head, shared=shared), what)


def _reset() -> None:
    now = session.current()
    session.change(replace(now.work, weights=None), _("back to the seed's weights"))


def _try(edit: Callable[[], Weights], what: str) -> None:
    """Make edited weights the present ones, unless they are refused."""
    try:
        take_weights(edit(), what)
    except GatvizError as error:
        session.update(refused=str(error))
