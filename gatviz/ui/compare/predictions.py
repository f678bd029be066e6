"""What an opened model predicts: how often it is right, which classes it mixes up, which nodes are wrong."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import Predictions
from gatviz.analysis.subject import called
from gatviz.charts.predictions import confusion_chart
from gatviz.ui.compare.answer import answer, answer_place
from gatviz.ui.compare.chart_card import card, theme
from gatviz.ui.compare.controls import choice
from gatviz.ui.escape import escape
from gatviz.ui.explain.doors import open_explain
from gatviz.words import _, ngettext

_MAX_ROWS = 1_000


def right_or_wrong(found: Predictions) -> None:
    """Accuracies in words, the confusion matrix of one part, and the nodes that are wrong."""
    answer(answer_place(), found.sentences[0], found.sentences[1:])
    parts = [accuracy.part for accuracy in found.accuracies if accuracy.count]
    if not parts:
        return
    part = parts[0] if len(parts) == 1 else choice(_("Part of the split"), parts, "predictions_part", str)
    card(confusion_chart(found, part, theme=theme()), "confusion")
    wrong = found.table.iloc[found.wrong].drop(columns="verdict")
    if len(wrong):
        title = ngettext("{count:,} wrong", "{count:,} wrong", len(wrong)).format(count=len(wrong))
        st.markdown(f"**{title}**")
        shown = wrong.head(_MAX_ROWS)
        chosen = st.dataframe(
            shown, hide_index=True, width="stretch", key="wrong_nodes", on_select="rerun", selection_mode="single-row"
        ).selection.rows
        if chosen:
            node = int(shown.index[chosen[0]])
            label = _("Explain {node}").format(node=escape(called(found.names[node])))
            st.button(label, key="explain_wrong", on_click=open_explain, args=(node,))
