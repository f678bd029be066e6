"""In and out: what every node receives and gives, and the strongest arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gatviz.analysis import WeightingKey, edge_table, in_and_out, top_edges
from gatviz.analysis.baselines import name_of
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.compare import in_and_out_chart, top_edges_chart
from gatviz.ui.compare.answer import answer, answer_place
from gatviz.ui.compare.cache import cached
from gatviz.ui.compare.chart_card import card, say, theme
from gatviz.ui.compare.controls import head_choice, picked, weights_choice
from gatviz.ui.session import session
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

_COUNTS = (10, 20, 40)
_MAX_ROWS = 2_000
_TABLE = "edge_table"


def flow(now: session.Session, trace: LayerTrace) -> None:
    """What nodes receive and give in a head, then the strongest arrows of any weighting."""
    place = answer_place()
    head = head_choice(trace, "compare_flow_head")
    found = cached(trace, ("flow", now.graph.fingerprint), lambda: in_and_out(trace, now.graph))
    answer(place, found.sentences[head])
    card(in_and_out_chart(found, head, theme=theme()), "flow")

    st.markdown("#### " + _("The strongest arrows"))
    left, right = st.columns(2)
    with left:
        which = weights_choice(_("Strongest by"), trace, "compare_top_of", 0)
    with right:
        count = picked(_("How many to draw"), _COUNTS, "compare_top_count", default=20)
    card(top_edges_chart(top_edges(trace, which, count, now.graph), name_of(which), theme=theme()), "top_edges")
    _every_arrow(now, trace, which)


def _every_arrow(now: session.Session, trace: LayerTrace, which: WeightingKey) -> None:
    """A table to sort; a chosen row is locked on the stage."""
    order = top_edges(trace, which, _MAX_ROWS, now.graph)["edge"].to_numpy()
    table = edge_table(trace, now.graph).iloc[order].drop(columns="edge")
    told = [
        _(
            "Every arrow with all its weights. A column's title sorts by it; a chosen row is locked in Explore too, "
            "where its nodes are shown."
        )
    ]
    if order.size < trace.num_edges:
        told.append(
            _("Listed are the strongest {shown} of {arrows} arrows by {name}.").format(
                shown=order.size, arrows=trace.num_edges, name=name_of(which)
            )
        )
    say(told, quiet=True)
    st.dataframe(
        table,
        hide_index=True,
        key=_TABLE,
        column_config=_columns(table),
        selection_mode="single-row",
        on_select=lambda: _lock(trace, order, which),
    )


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    numbers = table.select_dtypes(np.floating).columns
    return {
        **{name: st.column_config.NumberColumn(format="%.4f") for name in numbers},
        "self_loop": st.column_config.CheckboxColumn(_("self-loop")),
        "added": st.column_config.CheckboxColumn(_("added")),
    }


def _lock(trace: LayerTrace, order: NDArray[np.int64], which: WeightingKey) -> None:
    rows = st.session_state[_TABLE]["selection"]["rows"]
    if rows:
        source, target = trace.edge_index[:, order[rows[0]]]
        weighting = f"head-{which}" if isinstance(which, int) else which
        session.update(locked=session.Locked(int(target), int(source), weighting))
