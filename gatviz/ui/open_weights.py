"""The dialog that opens trained weights: what was read, what the file leaves open, and only then on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from gatviz.checkpoints import Checkpoint, Decision, inspect_weights
from gatviz.errors import GatvizError
from gatviz.ui import state
from gatviz.ui import texts_weights as texts
from gatviz.ui.plain import plain

_OPEN, _TURN = "weights_dialog", "weights_turn"
_BY_LAYER = ("heads", "concat", "activation", "residual")
_LARGEST_MB = 200


def open_weights() -> None:
    """The button that opens the dialog, and the dialog while it is open."""
    st.button(
        texts.OPEN_BUTTON,
        key="open_weights",
        icon=":material/model_training:",
        width="stretch",
        help=texts.OPEN_HELP,
        on_click=_begin,
    )
    if st.session_state.get(_OPEN):
        _dialog()


def _begin() -> None:
    st.session_state[_OPEN] = True
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def _end() -> None:
    st.session_state[_OPEN] = False


@st.dialog(texts.OPEN, width="large", icon=":material/model_training:", on_dismiss=_end)
def _dialog() -> None:
    if not st.session_state.get(_OPEN):
        st.rerun()  # it was closed in a run that did not come to its end
    file = st.file_uploader(
        texts.FILE, key=f"weights_file_{st.session_state[_TURN]}", max_upload_size=_LARGEST_MB, help=texts.OPEN_HELP
    )
    place = st.container()
    actions = st.container(horizontal=True, horizontal_alignment="right", key="actions-weights")
    found = None
    with place:
        if file is None:
            st.caption(texts.EMPTY)
        else:
            found = _preview(file.getvalue(), file.name, file.file_id)
    with actions:
        if st.button(texts.CANCEL, key="weights_cancel"):
            _end()
            st.rerun()
        if st.button(texts.SHOW, key="weights_show", type="primary", disabled=found is None) and found is not None:
            state.open_model(found.where, found.layers, found.self_loops, found.model.weights())
            _end()
            st.rerun()


def _preview(content: bytes, name: str, token: str) -> Checkpoint | None:
    """The account of the file and the choices it leaves open; None where it cannot be used as it is."""
    try:
        with st.spinner(texts.READING):
            found = inspect_weights(content, name=name)
        # How many heads there are decides what else is open, so it is asked first.
        choices: dict[str, Any] = {}
        if any(one.open for one in found.decisions):
            st.markdown(f"**{texts.ASKED}**")
        for first in (True, False):
            asked = [one for one in found.decisions if one.open and (one.name == "heads") is first]
            more = _choices(asked, len(found.layers), token)
            if more:
                choices |= more
                found = inspect_weights(content, name=name, **choices)
        _account(found)
        found.check_graph(state.current().graph)
    except GatvizError as error:
        st.error(plain(str(error)), icon="⚠️")
        return None
    st.caption(texts.FITS.format(features=found.model.in_features))
    return found


def _choices(asked: Sequence[Decision], count: int, token: str) -> dict[str, Any]:
    """Controls for what a file of `count` layers leaves open; those chosen otherwise, as keywords to inspect it."""
    chosen: dict[str, Any] = {}
    for decision in asked:
        value = _control(decision, f"{token} {decision.name} {decision.layer}")
        if value == decision.value:
            continue
        if decision.layer is not None and decision.name in _BY_LAYER:
            chosen.setdefault(decision.name, [None] * count)[decision.layer] = value
        else:
            chosen[decision.name] = value
    return chosen


def _control(decision: Decision, key: str) -> Any:
    name = texts.NAMES.get(decision.name, decision.name)
    label = name if decision.layer is None else texts.OF_LAYER.format(layer=decision.layer, name=name)
    left, right = st.columns([2, 3], vertical_alignment="center")
    right.caption(plain(decision.reason))
    if decision.options:
        options = list(decision.options)
        return left.selectbox(label, options, index=options.index(decision.value), key=key, format_func=_word)
    if isinstance(decision.value, float):
        return left.number_input(label, value=decision.value, step=0.05, key=key)
    return left.number_input(label, min_value=1, value=int(str(decision.value)), key=key)


def _word(value: object) -> str:
    return texts.CONCAT[value] if isinstance(value, bool) else str(value).replace("_", " ")


def _account(found: Checkpoint) -> None:
    """What was found, layer by layer, and why it was read so."""
    count = sum(values.size for layer in found.model.weights().layers for values in layer.values())
    layers = f"{len(found.layers)} layer{'s' if len(found.layers) > 1 else ''}"
    st.markdown(texts.FOUND.format(title=plain(found.title), layers=layers, numbers=f"{count:,}"))
    rows = []
    for k, (settings, layer) in enumerate(zip(found.layers, found.model.attention_layers, strict=True)):
        rows.append(
            {
                texts.LAYER_COLUMN: f"{k} ({found.names[k]})",
                "kind": settings.kind,
                texts.IN_COLUMN: layer.in_features,
                "heads": settings.num_heads,
                "features": settings.out_features,
                "heads are": texts.CONCAT[settings.concat],
                "bias": settings.bias,
                "residual": settings.residual,
                "activation": settings.activation or "none",
                texts.OUT_COLUMN: layer.output_width,
            }
        )
    st.dataframe(rows, hide_index=True, width="stretch")
    with st.expander(texts.READ):
        for decision in found.decisions:
            if not decision.open:
                where = "" if decision.layer is None else f"layer {decision.layer}, "
                st.caption(plain(f"{where}{decision.name} = {decision.value}: {decision.reason}"))
    for note in found.notes:
        st.caption(plain(note))
