"""The download of the present model's weights, drawn, edited or opened, under the names of several libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.ui.escape import escape
from gatviz.ui.session import session
from gatviz.ui.session.model import present_weights
from gatviz.ui.session.run_cache import present_model
from gatviz.words import _

if TYPE_CHECKING:
    from gatviz.checkpoints.saving import WeightsFormat

_ENDINGS = {"torch": ".pt", "safetensors": ".safetensors"}


def save_the_weights() -> None:
    """A choice of names and format, and the file, made once somebody opens this."""
    opened = st.popover(_("Save"), type="tertiary", key="save_weights_open", on_change="rerun", help=_("Save weights"))
    if not opened.open:
        return
    from gatviz.checkpoints import save_weights

    with opened:
        st.markdown("**" + _("Save weights") + "**")
        layouts: dict[str, str] = {"gatviz": "gatviz", "tutorial": _("the tutorial's layers"), "pyg": "PyG"}
        forms: dict[WeightsFormat, str] = {"torch": "torch (.pt)", "safetensors": "safetensors"}
        layout = st.selectbox(
            _("Names of the parameters"), list(layouts), format_func=layouts.__getitem__, key="save_weights_layout"
        )
        form = st.selectbox(_("Format"), list(forms), format_func=forms.__getitem__, key="save_weights_form")
        now = session.current()
        try:
            model = present_model(now.graph, now.settings, present_weights(now))
            content = save_weights(model, layout=layout, format=form)
        except GatvizError as error:
            st.error(escape(str(error)), icon="⚠️")
            return
        name = f"weights{_ENDINGS[form]}"
        st.download_button(
            _("Download {name}").format(name=name), content, name, mime="application/octet-stream", on_click="ignore",
            key="save_weights_get", type="primary",
        )  # fmt: skip
