"""The Compare workspace: one question about attention at a time, answered from the trace on show."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gatviz.analysis.subject import layer_of
from gatviz.attention.layer_trace import LayerTrace
from gatviz.ui import compare_flow, compare_heads, compare_verdicts, state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import image_choice, page_style, say
from gatviz.ui.compare_controls import choice
from gatviz.ui.compare_kinds import kinds
from gatviz.ui.compare_layers import layers
from gatviz.ui.compare_predictions import predicted, predictions_section
from gatviz.ui.compare_what_if import what_if_section
from gatviz.ui.compute import Run
from gatviz.ui.settings import Settings
from gatviz.ui.whose_weights import whose_weights

Section = Callable[[state.State, LayerTrace], None]
_SECTIONS: dict[str, Section] = {
    "heads": compare_heads.heads,
    "difference": compare_heads.differences,
    "alike": compare_heads.alike,
    "uniform": compare_verdicts.uniform_or_not,
    "static": compare_verdicts.static_or_not,
    "flow": compare_flow.flow,
}


_KINDS, _LAYERS, _PREDICTIONS, _WHAT_IF = "kinds", "layers", "predictions", "what_if"


def compare(now: state.State, settings: Settings, run: Run) -> None:
    """Draw the workspace for the run on show; only the chosen section is computed."""
    trace = layer_of(run.trace)
    page_style()
    stacked = len(run.whole.layers) > 1
    predictions = predicted(now, settings, run)
    sections = [
        *_SECTIONS,
        *([_KINDS] if not settings.opened else []),
        *([_LAYERS] if stacked else []),
        *([_PREDICTIONS] if predictions is not None else []),
        _WHAT_IF,
    ]
    section = choice(
        texts.SECTION, sections, "compare_section", texts.SECTIONS.__getitem__, label_visibility="collapsed"
    )
    st.markdown(f"#### {texts.QUESTIONS[section]}")
    say([whose_weights(now)], quiet=True)
    if section == _PREDICTIONS and predictions is not None:
        predictions_section(predictions)
    elif section == _WHAT_IF:
        what_if_section(now, settings, run)
    elif trace.num_edges == 0:
        st.info(texts.NO_ARCS if now.graph.num_nodes else texts.NO_NODES)
        return
    elif section == _KINDS:
        kinds(now, settings, run)
    elif section == _LAYERS:
        layers(now, run.whole)
    else:
        _SECTIONS[section](now, trace)
    image_choice()
