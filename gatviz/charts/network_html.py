"""A page to take away: one weighting as an interactive pyvis network that needs nothing from outside."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyvis.network import Network

from gatviz.analysis.terms import target_maxima
from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.colours import ACCENT, INK, LINE, PALE, PAPER, SEQUENTIAL, Theme, colour_at
from gatviz.errors import GatvizError
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part, strongest
from gatviz.words import _, language, ngettext, sentences

_SPAN_PER_NODE = 150
_NARROWEST, _MAX_WIDTH = 1.2, 8.0
_FAINTEST = 0.1
"""Where on the colour scale a weight of 0 begins, so that its arrow can still be seen."""
_SHORT_NAME = 3
_MAX_LABEL = 24

_OUTSIDE = re.compile(r"<link\b[^>]*>|<script\b[^>]*\bsrc\s*=[^>]*>\s*</script>", re.IGNORECASE)
_EMPTY_HEADINGS = re.compile(r"<center>\s*<h1>\s*</h1>\s*</center>")
_SOURCE_MAPS = re.compile(r"^//# sourceMappingURL=[^<\n]*", re.MULTILINE)
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


class _Network(Network):  # type: ignore[misc] # pyvis comes without types
    """pyvis's network, with what hovering shows added after pyvis has looked at it.

    pyvis puts a node's text into the page as HTML if it holds "href"; vis-network itself shows plain text.
    """

    hover_texts: tuple[str, ...] = ()

    def get_network_data(self) -> tuple[Any, ...]:
        nodes, *rest = super().get_network_data()
        shown = zip(nodes, self.hover_texts, strict=True)
        return ([{**node, "title": text} for node, text in shown], *rest)


def network_html(
    graph: Graph,
    trace: LayerTrace,
    weights: Array,
    title: str,
    positions: NDArray[np.float64],
    *,
    symbol: str = "α",
    about: str = "",
    theme: Theme = "light",
) -> str:
    """The graph with weights [E] on its edges as a standalone page: directed, nodes where they are, no physics.

    Above 200 nodes or 1,000 edges the strongest edges are drawn, and the page says by which rule; those between the
    drawn nodes that are not drawn stand in its table.

    Arguments:
        weights: [E] in the order of the trace's edges; width and colour show them on the fixed scale 0 to 1.
        title: said at the top, as plain text.
        positions: [N, 2], x to the right, y upwards, any unit.
        symbol: what the weights are called in the legend. about: a sentence below it, as plain text.

    Raises:
        GatvizError: weights or positions that do not fit graph and trace.
    """
    _check_shapes(graph, trace, weights, positions)
    part = strongest(weights, trace.edge_index, trace.num_nodes)
    nodes, edges = part.nodes, part.edges
    network = _Network(
        height="78vh",
        width="100%",
        directed=True,
        cdn_resources="in_line",
        bgcolor=PAPER[theme],
        font_color=INK[theme],
    )
    _add_nodes(network, graph, nodes, positions[nodes], theme)
    _add_edges(network, graph, trace, weights, edges, theme)
    network.set_options(json.dumps(_options(theme)))
    page = network.generate_html(notebook=False)
    for pattern in (_OUTSIDE, _EMPTY_HEADINGS, _SOURCE_MAPS):
        page = pattern.sub("", page)
    words = _Words(graph, trace, weights, title, symbol, about, theme, part)
    head = f'<!DOCTYPE html>\n<html lang="{language()}">\n    <head>{words.head()}'
    page = re.sub(r"<html>\s*<head>", lambda _found: head, page, count=1)
    # The inlined library has these tags in its texts too; the page's own come last.
    start, end = page.rindex("<body>") + len("<body>"), page.rindex("</body>")
    return page[:start] + words.legend() + page[start:end] + words.table() + page[end:]


def _check_shapes(graph: Graph, trace: LayerTrace, weights: Array, positions: NDArray[np.float64]) -> None:
    wanted = (
        ("graph", (graph.num_nodes,), (trace.num_nodes,)),
        ("weights", np.shape(weights), (trace.num_edges,)),
        ("positions", np.shape(positions), (trace.num_nodes, 2)),
    )
    for where, found, expected in wanted:
        if found != expected:
            shape = _("shape {shape}").format(shape=list(expected))
            raise GatvizError(f"network_html, {where}", shape, f"{list(found)}", _("pass what was run"))


def _add_nodes(
    network: _Network, graph: Graph, nodes: NDArray[np.int64], positions: NDArray[np.float64], theme: Theme
) -> None:
    names = [graph.names[n] for n in nodes]
    inside = all(len(name) <= _SHORT_NAME for name in names)
    colours = {
        "background": PAPER[theme] if inside else PALE[theme],
        "border": INK[theme],
        "highlight": {"background": PAPER[theme] if inside else ACCENT[theme], "border": ACCENT[theme]},
        "hover": {"background": PAPER[theme] if inside else PALE[theme], "border": ACCENT[theme]},
    }
    for n, name, (x, y) in zip(nodes.tolist(), names, _on_canvas(positions), strict=True):
        network.add_node(
            n,
            label=name if len(name) <= _MAX_LABEL else name[: _MAX_LABEL - 1] + "…",
            x=x,
            y=y,
            color=colours,
            shape="circle" if inside else "dot",
            size=11,
            physics=False,
        )
    classes = graph.labels or (None,) * graph.num_nodes
    network.hover_texts = tuple(
        graph.names[n] if classes[n] is None else f"{graph.names[n]} ({classes[n]})" for n in nodes
    )


def _on_canvas(positions: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Around the middle, in the canvas's units, where y runs down."""
    if len(positions) == 0:
        return []
    centred = positions - (positions.max(axis=0) + positions.min(axis=0)) / 2
    span = float(np.ptp(positions, axis=0).max())
    scale = _SPAN_PER_NODE * max(2.0, np.sqrt(len(positions))) / span if span > 0 else 1.0
    return [(float(x), float(-y)) for x, y in centred * scale]


def _add_edges(
    network: _Network, graph: Graph, trace: LayerTrace, weights: Array, edges: NDArray[np.int64], theme: Theme
) -> None:
    best = target_maxima(trace, weights)
    target_of = trace.edge_index[1]
    labelled = {int(target_of[k]): k for k in edges[weights[edges] == best[target_of[edges]]].tolist()}.values()
    for k in edges.tolist():
        source, target = trace.edge_index[:, k].tolist()
        share = float(weights[k])
        added = bool(trace.added_loops[k])
        told = _("{arrow}: {value}, self-loop added") if added else _("{arrow}: {value}")
        options: dict[str, Any] = {"label": f"{share:.2f}"} if k in labelled else {}
        network.add_edge(
            source,
            target,
            id=k,
            weight=share,
            width=_NARROWEST + (_MAX_WIDTH - _NARROWEST) * min(max(share, 0.0), 1.0),
            color=colour_at(SEQUENTIAL[theme], _FAINTEST + (1 - _FAINTEST) * share),
            title=told.format(arrow=f"{graph.names[source]} → {graph.names[target]}", value=f"{share:.6g}"),
            dashes=added,
            arrows="to",
            physics=False,
            **options,
        )


def _options(theme: Theme) -> dict[str, Any]:
    label = {
        "size": 12,
        "color": INK[theme],
        "background": PAPER[theme],
        "strokeWidth": 0,
        "align": "horizontal",
    }
    return {
        "physics": {"enabled": False},
        "nodes": {"borderWidth": 1.5, "font": {"color": INK[theme], "size": 15}},
        "edges": {
            "smooth": {"enabled": True, "type": "curvedCW", "roundness": 0.16},
            "arrows": {"to": {"enabled": True, "scaleFactor": 0.6}},
            "selfReference": {"size": 22, "angle": 0.785},
            "font": label,
            "hoverWidth": 1,
            "selectionWidth": 1,
        },
        "interaction": {"hover": True, "tooltipDelay": 80},
    }


class _Words:
    """What stands around the network, every word from outside escaped."""

    def __init__(
        self,
        graph: Graph,
        trace: LayerTrace,
        weights: Array,
        title: str,
        symbol: str,
        about: str,
        theme: Theme,
        part: Part,
    ) -> None:
        self.graph, self.trace, self.weights, self.theme = graph, trace, weights, theme
        self.title, self.symbol, self.about = html.escape(title), html.escape(symbol), html.escape(about)
        self.part, self.edges = part, part.edges

    def head(self) -> str:
        """The page's title, its own rule that nothing may come from outside, and its look."""
        theme = self.theme
        stops = ", ".join(colour_at(SEQUENTIAL[theme], _FAINTEST + (1 - _FAINTEST) * k / 10) for k in range(11))
        style = (
            f"body {{ margin: 0; background: {PAPER[theme]}; color: {INK[theme]}; font: 15px system-ui, sans-serif; }}"
            f" .words {{ margin: 10px 16px; }} .words p {{ margin: 4px 0; color: {PALE[theme]}; }}"
            " .words h1 { font-size: 18px; margin: 0; }"
            f" .scale {{ display: inline-block; width: 120px; height: 10px; border: 1px solid {LINE[theme]};"
            f" background: linear-gradient(to right, {stops}); }}"
            " table { border-collapse: collapse; } td, th { padding: 2px 12px 2px 0; text-align: left; }"
            " details { clear: both; }"
        )
        return (
            '\n        <meta charset="utf-8">'
            f'\n        <meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
            f"\n        <title>{self.title}</title>\n        <style>{style}</style>"
        )

    def legend(self) -> str:
        """What is drawn and how to read it, in words."""
        if self.part.is_whole:
            counts = ngettext("{n:,} arrow", "{n:,} arrows", self.edges.size).format(n=self.edges.size)
            numbers = _("the strongest arrow into each node carries its number; point at any arrow for its own")
        else:
            others = _(
                "The weights are those of the whole graph, not renormalised; arrows between these nodes that are "
                "not drawn stand in the table"
            )
            counts = sentences(self.part.told(_("their {what}").format(what=self.symbol)), others)
            numbers = _(
                "the strongest arrow into each node carries its number, where it is drawn; "
                "point at any arrow for its own"
            )
        scale = f'{self.symbol}: 0 <span class="scale"></span> 1'
        about_arrows = [_("arrow j → i: i reads j"), _("width and colour = {scale}").format(scale=scale)]
        if self.trace.added_loops[self.edges].any():
            about_arrows.append(_("dashed: a self-loop that was added"))
        lines = [" · ".join(about_arrows), f"{counts} · {numbers}", *([self.about] if self.about else [])]
        return f'<div class="words"><h1>{self.title}</h1>{"".join(f"<p>{line}</p>" for line in lines)}</div>'

    def table(self) -> str:
        """The numbers of all arrows between the drawn nodes, for those who do not see the canvas too."""
        among, drawn = self.part.among(self.trace.edge_index), self.edges.size
        source, target = self.trace.edge_index[:, among]
        names = [html.escape(name) for name in self.graph.names]
        titles = [_("source j (is read)"), _("target i (reads)"), self.symbol]
        titles += [] if among.size == drawn else [_("drawn")]
        yes, no = (f"<td>{said}</td>" if among.size > drawn else "" for said in (_("yes"), _("no")))
        rows = "".join(
            f"<tr><td>{names[j]}</td><td>{names[i]}</td><td>{float(w):.6g}</td>{yes if k < drawn else no}</tr>"
            for k, (j, i, w) in enumerate(zip(source, target, self.weights[among], strict=True))
        )
        head, summary = "".join(f"<th>{title}</th>" for title in titles), _("The same as a table")
        return f'<details class="words"><summary>{summary}</summary><table><tr>{head}</tr>{rows}</table></details>'
