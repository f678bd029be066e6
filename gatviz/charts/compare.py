"""Charts of flow and change: in and out, strongest edges, differences, what if, and attention across layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from gatviz.analysis import AcrossLayers, Difference, InAndOut, WhatIf
from gatviz.attention.layer_trace import MAX_DENSE_NODES
from gatviz.charts.common import (
    Chart,
    bar_look,
    cell_fills,
    figure,
    marker_line,
    matrix,
    node_axis,
    plain,
    plain_all,
    share_colours,
    share_unit,
    signed_colours,
)
from gatviz.colours import DIVERGING, INK, PALE, SEQUENTIAL, Theme, head_colour, signed_colour, text_on
from gatviz.words import _, ngettext, sentences

if TYPE_CHECKING:
    import pandas as pd

_SHADES = 0.35, 1.0
_MAX_BARS = 100


def in_and_out_chart(found: InAndOut, head: int, *, theme: Theme = "light") -> Chart | None:
    """What every node receives in a head, what uniform attention would give it, and what it gives to others."""
    if not found.names:
        return None
    order = np.argsort(-found.received[:, head], kind="stable")[:_MAX_BARS]
    names = [found.names[n] for n in order]
    places = np.arange(order.size)
    drawn = figure(
        _("Attention received and given, head {head}").format(head=head),
        theme,
        legend=True,
        barmode="group",
        scattermode="group",
    )
    bars = (
        ("received", _("received"), found.received[order, head], head_colour(head)),
        ("given", _("given to others"), found.given_to_others[order, head], PALE[theme]),
    )
    for group, name, values, colour in bars:
        drawn.add_trace(
            go.Bar(
                x=places,
                y=values,
                name=name,
                offsetgroup=group,
                marker=bar_look(colour, theme),
                customdata=plain_all(names),
                hovertemplate=f"%{{customdata}}, {name}: %{{y:.4f}}<extra></extra>",
            )
        )
    drawn.add_trace(
        go.Scatter(
            x=places,
            y=found.uniform[order],
            mode="markers",
            name=_("received if uniform"),
            offsetgroup="received",
            marker=marker_line(places.size, theme, across="x"),
            customdata=plain_all(names),
            hovertemplate=_if_uniform("y"),
        )
    )
    drawn.update_xaxes(title=_("node, from the most received to the least"), **node_axis(names))
    drawn.update_yaxes(title=_("sum of α (a node that reads gives 1 in all)"), rangemode="tozero")
    caption = _(
        "Received is the sum of a node's column of α, itself included; the short line is what it would receive if "
        "every node shared out evenly. Given to others is its row without its own loop: 1 minus what it "
        "keeps, or 0 where it reads nothing."
    )
    some = _("Drawn are the {some} of {all} nodes that receive most; the data holds them all.")
    caption = sentences(caption, _cut(some, order.size, len(found.names)))
    return Chart(drawn, caption, found.table[found.table["head"] == head].reset_index(drop=True))


def top_edges_chart(table: pd.DataFrame, title: str, *, theme: Theme = "light") -> Chart | None:
    """The strongest edges, from `analysis.top_edges`, with what uniform attention would give; None without edges."""
    if table.empty:
        return None
    labels = [f"{plain(row.source, 14)} → {plain(row.target, 14)}" for row in table.itertuples()]
    places = np.arange(len(labels))
    heading = _("Strongest arrows, {title}").format(title=title)
    drawn = figure(heading, theme, legend=True, height=110 + 24 * len(labels))
    drawn.add_trace(
        go.Bar(
            x=table["weight"],
            y=places,
            orientation="h",
            name=_("weight"),
            marker=bar_look(SEQUENTIAL[theme][6], theme),
            customdata=labels,
            hovertemplate="%{customdata}: %{x:.4f}<extra></extra>",
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=table["uniform"],
            y=places,
            mode="markers",
            name=_("if uniform"),
            marker=marker_line(30, theme, across="y"),
            customdata=labels,
            hovertemplate=_if_uniform("x"),
        )
    )
    drawn.update_xaxes(title=_("weight (share, 0 to 1)"), range=[0, 1.02])
    _arrow_axis(drawn, labels)
    caption = _(
        "A bar is an arrow, source → target: how much of its attention the target gives to the source. The short line "
        "is its share if the target attended to all alike."
    )
    return Chart(drawn, caption, table)


def _if_uniform(axis: str) -> str:
    """What is said of a short line where it is pointed at."""
    told = _("{who}, if uniform: {value}")
    return told.format(who="%{customdata}", value=f"%{{{axis}:.4f}}<extra></extra>")


def _arrow_axis(drawn: go.Figure, labels: Sequence[str]) -> None:
    """An arrow a line, the first on top."""
    drawn.update_yaxes(
        title={"text": _("arrow, source → target"), "standoff": 14},
        autorange="reversed",
        tickmode="array",
        tickvals=np.arange(len(labels)),
        ticktext=labels,
        showgrid=False,
    )


def difference_chart(found: Difference, *, theme: Theme = "light") -> Chart | None:
    """The difference of two weightings as a matrix around 0; None above 200 nodes or without edges."""
    count = len(found.names)
    if found.values.size == 0 or count > MAX_DENSE_NODES:
        return None
    cells = np.full((count, count), np.nan)
    source, target = found.edge_index
    cells[target, source] = found.values
    drawn = matrix(
        found.title,
        theme,
        cells,
        found.names,
        colours=signed_colours(theme, found.largest),
        unit=_("difference of weights"),
        digits=3,
    )
    caption = _(
        "Blue: {first} gives the arrow more than {second}; red: less; the colour between: alike. Row i is the node "
        "that reads. The scale ends at the largest difference on both sides; empty cells have no arrow."
    )
    return Chart(drawn, caption.format(first=found.first_name, second=found.second_name), found.table)


def change_chart(
    found: WhatIf, head: int, *, names: tuple[str, str] | None = None, theme: Theme = "light"
) -> Chart | None:
    """Δα of a head as a matrix around 0, new and gone edges marked; None above 200 nodes or without edges.

    Arguments:
        names: what the two states are called; before and after if left out.
    """
    count = len(found.names)
    if found.delta.size == 0 or count > MAX_DENSE_NODES:
        return None
    cells = np.full((count, count), np.nan)
    cells[found.target, found.source] = found.delta[:, head]
    colours = signed_colours(theme, found.largest)
    then, now = names or (_("before"), _("after"))
    drawn = matrix(
        _("Change of α from {then} to {now}, head {head}").format(then=then, now=now, head=head),
        theme,
        cells,
        found.names,
        colours=colours,
        unit="Δα",
        digits=3,
    )
    size = max(5, min(26, 420 // count))
    for status, name, symbol in (("new", _("new arrow"), "circle-open"), ("gone", _("gone arrow"), "x-thin-open")):
        marked = found.status == status
        inks = [text_on(fill) for fill in cell_fills(found.delta[marked, head], colours)]
        look = {"mode": "markers", "name": name, "legendgroup": status, "hoverinfo": "skip"}
        marks = {"symbol": symbol, "size": size, "color": inks}
        drawn.add_scatter(x=found.source[marked], y=found.target[marked], marker=marks, showlegend=False, **look)
        drawn.add_scatter(x=[None], y=[None], marker={**marks, "color": INK[theme]}, **look)
    changed = bool((found.status != "kept").any())
    drawn.update_layout(showlegend=changed, margin_t=84 if changed else 56)
    caption = _(
        "Blue: the node in this row attends more to the one in this column than before; red: less; the colour "
        "between: as before. A circle marks a new arrow, a cross one that is gone (its α counts as 0 where it is "
        "not there)."
    )
    table = found.table
    return Chart(drawn, caption, table[table["head"] == head].reset_index(drop=True))


def top_changes_chart(
    found: WhatIf, *, count: int = 15, head: int | None = None, theme: Theme = "light"
) -> Chart | None:
    """The largest changes as bars from before to after; None if nothing changed."""
    table = found.top_changes(count, head)
    if table.empty:
        return None
    many = head is None and found.delta.shape[1] > 1
    arrow = _("{source} → {target}, head {head}") if many else "{source} → {target}"
    labels = [
        arrow.format(target=plain(row.target, 14), source=plain(row.source, 14), head=row.head)
        for row in table.itertuples()
    ]
    places = np.arange(len(labels))
    before, after = table["before"].fillna(0.0), table["after"].fillna(0.0)
    told = plain_all(table["sentence"].tolist())
    drawn = figure(_("Largest changes of α"), theme, legend=True, height=110 + 26 * len(labels))
    for start, end, place in zip(before, after, places, strict=True):
        colour = signed_colour(DIVERGING[theme], 0.8 if end > start else -0.8, 1.0)
        drawn.add_shape(type="line", x0=start, x1=end, y0=place, y1=place, line={"color": colour, "width": 5})
    for name, values, symbol in ((_("before"), before, "circle-open"), (_("after"), after, "circle")):
        drawn.add_trace(
            go.Scatter(
                x=values,
                y=places,
                mode="markers",
                name=name,
                marker={"symbol": symbol, "size": 10, "color": INK[theme]},
                customdata=told,
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    drawn.update_xaxes(title=_("α (share, 0 to 1)"), range=[-0.02, 1.02])
    _arrow_axis(drawn, labels)
    caption = _(
        "A line is an arrow, source → target, from its α before (ring) to its α now (dot); blue has grown, red has "
        "shrunk. An arrow that is not there counts as 0."
    )
    return Chart(drawn, caption, table)


def out_change_chart(found: WhatIf, *, theme: Theme = "light") -> Chart | None:
    """How far each node's output moved; None if widths differ or no node is in both."""
    if found.out is None or found.out.empty:
        return None
    table = found.out.sort_values("distance", ascending=False, kind="stable").reset_index(drop=True)
    distances = table["distance"][:_MAX_BARS]
    names = list(table["node"][:_MAX_BARS])
    drawn = figure(_("How far each node's output moved"), theme)
    drawn.add_trace(
        go.Bar(
            x=np.arange(len(names)),
            y=distances,
            marker=bar_look(SEQUENTIAL[theme][6], theme),
            customdata=plain_all(names),
            hovertemplate="%{customdata}: %{y:.4g}<extra></extra>",
        )
    )
    drawn.update_xaxes(title=_("node, from the one that moved most"), **node_axis(names))
    drawn.update_yaxes(title=_("distance (units of out)"), rangemode="tozero")
    caption = _(
        "A bar is the Euclidean distance between a node's output before and now; "
        "0 where nothing that it depends on changed."
    )
    some = _("Drawn are the {some} of {all} nodes that moved most; the data holds them all.")
    caption = sentences(caption, _cut(some, len(names), len(table)))
    return Chart(drawn, caption, table)


def _cut(said: str, drawn: int, nodes: int) -> str:
    """Says so if not all nodes are drawn."""
    return "" if drawn == nodes else said.format(some=drawn, all=nodes)


def across_chart(found: AcrossLayers, *, to_largest: bool = False, theme: Theme = "light") -> Chart | None:
    """The product of the layers' attention as a matrix, 0 to 1 or to the largest; None above 200 nodes or without."""
    import pandas as pd

    if not 0 < len(found.names) <= MAX_DENSE_NODES:
        return None
    values = found.matrix
    largest = float(values.max()) if to_largest else 1.0
    shown = np.where(values > 0, values, np.nan)
    drawn = matrix(
        _("What each node reads through {layers}").format(layers=_layers(found)),
        theme,
        shown,
        found.names,
        colours=share_colours(theme, largest),
        unit=share_unit(_("attention"), largest),
    )
    row = _("Row i: where the attention of node i leads when the heads' means of all layers are multiplied.")
    caption = sentences(row, *found.sentences)
    source, target = np.meshgrid(np.array(found.names, dtype=object), np.array(found.names, dtype=object))
    table = pd.DataFrame({"target": target.ravel(), "source": source.ravel(), "share": values.ravel()})
    return Chart(drawn, caption, table)


def hops_chart(found: AcrossLayers, nodes: Sequence[int] | None = None, *, theme: Theme = "light") -> Chart | None:
    """From how far away each node reads, a stacked bar for each; of all nodes, or of the chosen ones."""
    import pandas as pd

    chosen = list(range(len(found.names))) if nodes is None else list(nodes)
    if not chosen:
        return None
    parts = [found.by_hops(node).assign(node=found.names[node]) for node in chosen]
    table = pd.concat(parts, ignore_index=True)[["node", "hops", "share", "sources"]]
    names = [found.names[node] for node in chosen]
    title = _("From how far away each node reads through {layers}").format(layers=_layers(found))
    drawn = figure(title, theme, legend=True, barmode="stack")
    furthest = len(found.steps)
    for hops in range(furthest + 1):
        shade = _SHADES[0] + (_SHADES[1] - _SHADES[0]) * hops / max(furthest, 1)
        stops = SEQUENTIAL[theme]
        rows = table[table["hops"] == hops]
        away = ngettext("{node}: {share} from {sources} at {n} hop", "{node}: {share} from {sources} at {n} hops", hops)
        drawn.add_trace(
            go.Bar(
                x=np.arange(len(names)),
                y=rows["share"],
                name=ngettext("{n} hop", "{n} hops", hops).format(n=hops),
                marker=bar_look(stops[round(shade * (len(stops) - 1))], theme),
                customdata=np.stack([plain_all(names), rows["sources"].to_numpy(dtype=object)], axis=1),
                hovertemplate=away.format(node="%{customdata[0]}", share="%{y:.4f}", sources="%{customdata[1]}", n=hops)
                + "<extra></extra>",
            )
        )
    drawn.update_xaxes(title=_("node"), **node_axis(names))
    drawn.update_yaxes(title=_("share (0 to 1)"), range=[0, 1.02])
    caption = _(
        "A bar is a node: its own features are 0 hops away, what it reads 1 hop, and so on, by the shortest way along "
        "the arrows. A bar that ends below 1 has lost the rest at nodes that read nothing."
    )
    return Chart(drawn, caption, table)


def _layers(found: AcrossLayers) -> str:
    count = len(found.steps)
    if count == 1:
        return _("one layer")
    return _("both layers") if count == 2 else ngettext("all {n} layer", "all {n} layers", count).format(n=count)
