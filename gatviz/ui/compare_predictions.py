"""What an opened model predicts: how often it is right, which classes it mixes up, which nodes are wrong."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gatviz.analysis import Predictions, predictions
from gatviz.charts.predictions import confusion_chart
from gatviz.ui import compute, state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import card, say, theme
from gatviz.ui.compare_controls import choice
from gatviz.ui.compute import Run
from gatviz.ui.settings import Settings
from gatviz.ui.weight_edits import present_weights

_MOST_ROWS = 1_000


def predicted(now: state.State, settings: Settings, run: Run) -> Predictions | None:
    """The opened model's predictions; None for random weights, without labels, or for another number of classes."""
    classes = len(now.graph.class_names)
    if now.work.opened is None or classes == 0 or run.whole.layers[-1].out.shape[1] != classes:
        return None
    if settings.dropout > 0:  # a model is judged as it is used, not as it is trained
        run = compute.run(now.graph, replace(settings, dropout=0.0), present_weights(now))
    return predictions(run.whole, now.graph)


def predictions_section(found: Predictions) -> None:
    """Accuracies in words, the confusion matrix of one part, and the nodes that are wrong."""
    say(found.sentences)
    parts = [accuracy.part for accuracy in found.accuracies if accuracy.count]
    if not parts:
        return
    part = parts[0] if len(parts) == 1 else choice(texts.PART, parts, "predictions_part", str)
    card(confusion_chart(found, part, theme=theme()), "confusion")
    table = found.table
    wrong = table[table["verdict"] == "wrong"].drop(columns="verdict")
    if len(wrong):
        st.markdown(f"**{texts.WRONG_NODES.format(count=len(wrong))}**")
        st.dataframe(wrong.head(_MOST_ROWS), hide_index=True, width="stretch")
