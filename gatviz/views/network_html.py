"""A page to take away: one weighting as an interactive pyvis network that needs nothing from outside."""

from __future__ import annotations

import html
import json
import re

import numpy as np
from numpy.typing import NDArray
from pyvis.network import Network

from gatviz.graph import Graph
from gatviz.trace import Array, LayerTrace
from gatviz.views.colours import ACCENT, SEQUENTIAL, colour_at

_SPAN = 900
_OPTIONS = {
    "physics": {"enabled": False},
    "edges": {"smooth": {"type": "curvedCW", "roundness": 0.14}},
    "interaction": {"hover": True},
}
_NODE_COLOURS = {
    "background": "#ffffff",
    "border": "#16182b",
    "highlight": {"background": "#fff1e6", "border": ACCENT["light"]},
}
_OUTSIDE = re.compile(
    r"<(?:link|script)\b[^>]*(?:href|src)\s*=\s*[\"'](?:https?:)?//[^>]*>(?:\s*</script>)?", re.IGNORECASE
)
_EMPTY_HEADINGS = re.compile(r"<center>\s*<h1>.*?</h1>\s*</center>", re.DOTALL)


def network_html(
    graph: Graph,
    trace: LayerTrace,
    weights: Array,
    *,
    title: str,
    positions: NDArray[np.float64],
) -> str:
    """The graph with weights [E] on its arcs as a standalone page; all text from outside is escaped.

    Arguments:
        weights: [E] in the order of the trace's arcs, drawn on the fixed scale from 0 to 1.
        title: said at the top. positions: [N, 2], x to the right, y upwards.
    """
    network = Network(height="86vh", width="100%", directed=True, cdn_resources="in_line")
    network.toggle_physics(False)
    scale = _SPAN / max(float(np.ptp(positions, axis=0).max()), 1e-9) if len(positions) else 1.0
    for n, name in enumerate(graph.names):
        label = "" if graph.labels is None or graph.labels[n] is None else f" ({graph.labels[n]})"
        network.add_node(
            n,
            label=name,
            title=html.escape(name + label),
            x=float(positions[n, 0] * scale),
            y=float(-positions[n, 1] * scale),
            color=_NODE_COLOURS,
            shape="circle",
            physics=False,
        )
    for k, (source, target) in enumerate(trace.edge_index.T.tolist()):
        share = float(weights[k])
        network.add_edge(
            source,
            target,
            value=None,
            width=1 + 7 * share,
            color=colour_at(SEQUENTIAL["light"], 0.12 + 0.88 * share),
            title=f"{html.escape(graph.names[source])} → {html.escape(graph.names[target])}: {share:.6g}",
            dashes=bool(trace.added_loops[k]),
            arrows="to",
            physics=False,
        )
    network.set_options(json.dumps(_OPTIONS))
    page = _OUTSIDE.sub("", network.generate_html(notebook=False))
    page = _EMPTY_HEADINGS.sub("", page)
    legend = (
        f'<p style="font: 15px system-ui, sans-serif; margin: 8px 14px"><b>{html.escape(title)}</b> · '
        "arrow j → i: i attends to j with α_ij · width and colour = weight from 0 to 1 · "
        "point at an arrow for its number"
        f" · {trace.num_edges} arrows · dashed: self-loop added</p>"
    )
    return page.replace("<body>", f"<body>{legend}", 1)
