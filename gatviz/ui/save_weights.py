"""The download of the present model's weights, drawn, edited or opened, under the names of several libraries."""

from __future__ import annotations

import streamlit as st

from gatviz.checkpoints import save_weights
from gatviz.errors import GatvizError
from gatviz.ui import state
from gatviz.ui import texts_weights as texts
from gatviz.ui.compute import present_model
from gatviz.ui.plain import plain
from gatviz.ui.weight_edits import present_weights

_ENDINGS = {"torch": ".pt", "safetensors": ".safetensors"}


def save_the_weights() -> None:
    """A choice of names and format, and the file, made once somebody opens this."""
    opened = st.popover(
        "", icon=":material/save:", width="stretch", key="save_weights_open", on_change="rerun", help=texts.SAVE,
    )  # fmt: skip
    if not opened.open:
        return
    with opened:
        st.markdown(f"**{texts.SAVE}**")
        layout = st.selectbox(
            texts.SAVE_LAYOUT, list(texts.LAYOUTS), format_func=texts.LAYOUTS.__getitem__, key="save_weights_layout"
        )
        form = st.selectbox(
            texts.SAVE_FORM, list(texts.FORMS), format_func=texts.FORMS.__getitem__, key="save_weights_form"
        )
        now = state.current()
        try:
            model = present_model(now.graph, now.settings, present_weights(now))
            content = save_weights(model, layout=layout, format=form)
        except GatvizError as error:
            st.error(plain(str(error)), icon="⚠️")
            return
        name = f"weights{_ENDINGS[form]}"
        st.download_button(
            texts.SAVE_GET.format(name=name), content, name, mime="application/octet-stream", on_click="ignore",
            key="save_weights_get", type="primary",
        )  # fmt: skip
