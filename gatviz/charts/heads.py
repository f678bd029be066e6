"""Charts of heads: how alike they are, how uniform, and whether they rank alike for all targets."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from gatviz.analysis import HeadSimilarity, StaticAttention, Uniformity, common_order, rankings, share_limit
from gatviz.analysis.baselines import name_of
from gatviz.analysis.subject import called, nodes
from gatviz.analysis.uniformity import AVERAGES
from gatviz.attention.layer_trace import MAX_DENSE_NODES, Array, LayerTrace
from gatviz.charts.common import (
    Chart,
    bar_look,
    figure,
    marker_line,
    matrix,
    node_axis,
    plain_all,
    reference_line,
    share_colours,
    share_unit,
    signed_colours,
)
from gatviz.colours import ACCENT, INK, LINE, PALE, Theme, head_colour
from gatviz.graph.checks import MAX_NAME
from gatviz.graph.graph import Graph
from gatviz.words import _, commas, ngettext, sentences

_MAX_POINTS = 200
_MAX_LINES = 400
_MAX_NAMED_ROWS = 12


def divergence_chart(found: HeadSimilarity, *, theme: Theme = "light") -> Chart | None:
    """Every two heads' Jensen–Shannon divergence, alike ones next to each other; None with nothing to compare."""
    if found.most_alike is None:
        return None
    drawn = matrix(
        _("How differently the heads share attention out"),
        theme,
        found.divergence,
        _numbers(found),
        colours=share_colours(theme, max(float(np.nanmax(found.divergence)), 1e-6)),
        unit=_("divergence (bits)"),
        digits=3,
        order=found.order,
        rows=_("head"),
        columns=_("head"),
    )
    caption = _(
        "Jensen–Shannon divergence in bits, averaged over the nodes that read two or more: 0 where two heads share "
        "attention out alike, 1 where they attend to different nodes altogether. Heads that are alike stand next to "
        "each other."
    )
    return Chart(drawn, caption, found.table)


def correlation_chart(found: HeadSimilarity, *, theme: Theme = "light") -> Chart | None:
    """Every two heads' rank correlation, in the same order; None with nothing to compare."""
    if found.most_alike is None:
        return None
    drawn = matrix(
        _("How alike the heads rank what a node reads"),
        theme,
        found.correlation,
        _numbers(found),
        colours=signed_colours(theme, 1.0),
        unit=_("rank correlation (−1 to 1)"),
        order=found.order,
        rows=_("head"),
        columns=_("head"),
    )
    caption = _(
        "Spearman's rank correlation of α, node by node, then averaged: 1 where two heads put what a node reads in the "
        "same order, −1 in the opposite order; heads that do not rank (all α equal) are left out."
    )
    return Chart(drawn, caption, found.table)


def _numbers(found: HeadSimilarity) -> list[str]:
    return [str(head) for head in range(len(found.divergence))]


def evenness_chart(found: Uniformity, *, theme: Theme = "light") -> Chart | None:
    """Effective neighbours as a part of those read, a point for each node; None if no node can be judged."""
    if found.judged == 0:
        return None
    judged = np.flatnonzero(found.neighbours >= 2)
    drawn = figure(_("How evenly each head shares attention out"), theme)
    names = plain_all([found.names[node] for node in judged])
    for head in range(found.evenness.shape[1]):
        like = [found.reads_like(int(n), head) for n in judged]
        told = [f"{commas([name, name_of(head)])}: {one}" for name, one in zip(names, like, strict=True)]
        drawn.add_trace(
            go.Box(
                y=found.evenness[judged, head],
                x=np.full(judged.size, head),
                name=name_of(head),
                customdata=np.array(told, dtype=object),
                hovertemplate="%{customdata}<extra></extra>",
                boxpoints="all" if judged.size <= _MAX_POINTS else False,
                jitter=0.5,
                pointpos=0,
                marker={"color": head_colour(head), "size": 5, "opacity": 0.65},
                line={"color": head_colour(head), "width": 1.5},
                fillcolor="rgba(0,0,0,0)",
            )
        )
    reference_line(drawn, theme, 1.0, _("uniform"))
    reference_line(drawn, theme, found.rule.chosen_part, "")
    drawn.update_xaxes(title=_("head"), dtick=1, showgrid=False, zeroline=False)
    drawn.update_yaxes(title=_("effective neighbours ÷ neighbours (0 to 1)"), range=[0, 1.05])
    points = _("A point is a node that reads two or more")
    if judged.size > _MAX_POINTS:
        points = _("The boxes are made of points, too many to draw: each is a node that reads two or more")
    caption = _(
        "{points}: how many neighbours it reads like, as a part of those it reads. At 1 it reads all alike; "
        "from the lower dashed line down ({part:.2g}) it chooses. It averages where {averages}, and leans in between."
    ).format(points=points, part=found.rule.chosen_part, averages=found.rule.means(AVERAGES))
    columns = ["node", "head", "neighbours", "entropy_nats", "effective_neighbours", "evenness", "lead", "acts"]
    table = found.table
    return Chart(drawn, caption, table.loc[table["acts"] != "", columns].reset_index(drop=True))


def effective_chart(found: Uniformity, *, theme: Theme = "light") -> Chart | None:
    """The effective number of neighbours against the real one; None if no node can be judged."""
    if found.judged == 0:
        return None
    judged = found.neighbours >= 2
    names = plain_all([name for name, is_judged in zip(found.names, judged, strict=True) if is_judged])
    most = int(found.neighbours.max())
    drawn = figure(_("How many neighbours each node reads like"), theme, legend=True, height=420)
    drawn.add_trace(
        go.Scatter(
            x=[1, most],
            y=[1, most],
            mode="lines",
            name=_("uniform: all of them"),
            line={"color": PALE[theme], "dash": "dash"},
            hoverinfo="skip",
        )
    )
    grouped = names.size > _MAX_POINTS
    for head in range(found.entropy.shape[1]):
        like = _("{who}, head {head}: reads like {some} of {all}")
        x: Array = found.neighbours[judged].astype(np.float64)
        y, told = found.effective[judged, head], names
        if grouped:
            x, y, told = _together(x, y)
        drawn.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="markers",
                name=name_of(head),
                customdata=told,
                hovertemplate=like.format(who="%{customdata}", head=head, some="%{y:.2f}", all="%{x}")
                + "<extra></extra>",
                marker={"color": head_colour(head), "size": 7, "opacity": 0.75},
            )
        )
    drawn.update_xaxes(title=_("neighbours (nodes read, itself included)"), rangemode="tozero")
    drawn.update_yaxes(title=_("effective neighbours, exp(entropy)"), rangemode="tozero")
    caption = _(
        "A point is a node that reads two or more, in one head. On the dashed line it reads all alike; the further "
        "below, the fewer it listens to; at 1 it listens to one."
    )
    if grouped:
        together = _("Nodes that would fall on one another are drawn as one point, at their mean.")
        caption = sentences(caption, together)
    columns = ["node", "head", "neighbours", "effective_neighbours", "evenness", "acts"]
    table = found.table
    return Chart(drawn, caption, table.loc[table["acts"] != "", columns].reset_index(drop=True))


def _together(x: Array, y: Array) -> tuple[Array, Array, np.ndarray]:
    """Points of one x and nearly one y as one: x, mean y, and how many they are, in words."""
    cells, place = np.unique(np.stack([x, np.round(y, 1)]), axis=1, return_inverse=True)
    counts = np.bincount(place.ravel())
    words = np.array([nodes(count) for count in counts.tolist()], dtype=object)
    return cells[0], np.bincount(place.ravel(), y) / counts, words


def shares_chart(found: Uniformity, *, theme: Theme = "light") -> Chart | None:
    """Mean shares on the strongest neighbour, on itself and on its label, by head; None if no node can be judged."""
    if found.judged == 0:
        return None
    table = found.by_head
    kinds: list[tuple[str, str | None, str, str]] = [
        ("mean_strongest_share", None, _("on the strongest"), INK[theme]),
        ("mean_own_share", "mean_own_share_if_uniform", _("on itself"), head_colour(5)),
    ]
    if "mean_same_label_share" in table:
        same = _("on others of its label")
        kinds.append(("mean_same_label_share", "mean_same_label_share_if_uniform", same, head_colour(2)))
    title = _("Where the attention goes, head by head")
    drawn = figure(title, theme, legend=True, barmode="group", scattermode="group")
    for group, (column, uniform, name, colour) in enumerate(kinds):
        drawn.add_trace(
            go.Bar(
                x=table["head"],
                y=table[column],
                name=name,
                offsetgroup=str(group),
                marker=bar_look(colour, theme),
                hovertemplate=_("head {head}, {share}").format(head="%{x}", share=f"{name}: %{{y:.4f}}<extra></extra>"),
            )
        )
        if uniform is not None:
            even = _("{share}, if uniform").format(share=name)
            drawn.add_trace(
                go.Scatter(
                    x=table["head"],
                    y=table[uniform],
                    mode="markers",
                    name=even,
                    offsetgroup=str(group),
                    marker=marker_line(len(table) * len(kinds), theme, across="x"),
                    hovertemplate=f"{even}: %{{y:.4f}}<extra></extra>",
                )
            )
    drawn.update_xaxes(title=_("head"), dtick=1, showgrid=False, zeroline=False)
    drawn.update_yaxes(title=_("mean share of α (0 to 1)"), range=[0, 1.02])
    caption = _(
        "The share that goes to the strongest neighbour, to the node itself, and to others of its own label where "
        "there are labels, on average over the nodes that read two or more. A bar that ends at its short line is what "
        "plain averaging gives."
    )
    return Chart(drawn, caption, table)


def ranking_chart(
    trace: LayerTrace,
    found: StaticAttention,
    head: int,
    *,
    title: str = "",
    theme: Theme = "light",
    graph: Graph | None = None,
    span: tuple[float, float] | None = None,
) -> Chart | None:
    """A line for each target over the sources it reads, in one common order; those that contradict another stand out.

    None if no target reads two sources.

    Arguments:
        span: lowest and highest e of the axis, where several charts are to be compared; as it comes if left out.
    """
    chosen = np.flatnonzero(np.diff(trace.ptr) >= 2)
    if chosen.size == 0:
        return None
    order = common_order(trace, head, found.tolerance)
    names = plain_all([called(name) for name in found.names])
    drawn = figure(title or _("How each target ranks its sources, head {head}").format(head=head), theme, height=440)
    otherwise = found.otherwise[:, head]
    # Those that stand out are drawn in any case, and on top.
    kept = chosen[np.argsort(~otherwise[chosen], kind="stable")][:_MAX_LINES]
    shown = kept[np.argsort(otherwise[kept], kind="stable")]
    drawn.add_traces([_ranking(trace, t, head, order, names, theme, stands_out=otherwise[t]) for t in shown.tolist()])
    labels = [found.names[node] for node in order[_places_read(trace, order)]]
    drawn.update_xaxes(title=_("source, from the highest ranked over all nodes to the lowest"), **node_axis(labels))
    drawn.update_yaxes(title=_("α (a share)") if trace.alpha_alone else _("score e (no unit)"), range=span)
    caption = sentences(_("A line is a target, over the sources that it reads."), _marked_lines(found, head, theme))
    if missing := chosen.size - shown.size:
        further = ngettext("{n} further target is not drawn.", "{n} further targets are not drawn.", missing)
        caption = sentences(caption, further.format(n=missing))
    table = rankings(trace, graph)
    table = table[table["head"] == head].reset_index(drop=True)
    return Chart(drawn, caption, table.assign(target_ranks_otherwise=otherwise[trace.edge_index[1]]))


def _places_read(trace: LayerTrace, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places in the order whose nodes are read by any, rising."""
    return np.flatnonzero(np.isin(order, trace.edge_index[0]))


def _ranking(
    trace: LayerTrace,
    target: int,
    head: int,
    order: NDArray[np.int64],
    names: NDArray[np.object_],
    theme: Theme,
    *,
    stands_out: bool,
) -> go.Scatter:
    """One target's line over the sources that it reads, in the common order."""
    sources = trace.edge_index[0]
    place = np.argsort(order)
    edges = np.arange(trace.num_edges)[trace.edges_into(target)]
    edges = edges[np.argsort(place[sources[edges]])]
    reads = _("{target} reads {source}: {value}").format(
        target="%{customdata[1]}",
        source="%{customdata[0]}",
        value=("α" if trace.alpha_alone else "e") + " = %{y:.4f}<extra></extra>",
    )
    return go.Scatter(
        x=np.searchsorted(_places_read(trace, order), place[sources[edges]]).tolist(),
        y=trace.ranked[edges, head],
        mode="lines+markers",
        customdata=np.stack([names[sources[edges]], np.full(edges.size, names[target])], axis=-1),
        hovertemplate=reads,
        line={"color": ACCENT[theme] if stands_out else PALE[theme], "width": 2 if stands_out else 1.3},
        marker={"size": 5, "symbol": "diamond" if stands_out else "circle"},
        opacity=0.9 if stands_out else 0.55,
    )


def _marked_lines(found: StaticAttention, head: int, theme: Theme) -> str:
    """What the lines that stand out are; the same count as in every verdict."""
    if not found.compared.any():
        return found.verdict(head)
    compared = int(found.compared.sum())
    told = ngettext(
        "{some} of the {n} target that can be compared with another (in {colour}, with diamonds) put some two sources "
        "in the opposite order to another one that reads both. A pale line contradicts no other, even where it rises.",
        "{some} of the {n} targets that can be compared with another (in {colour}, with diamonds) put some two sources "
        "in the opposite order to another one that reads both. A pale line contradicts no other, even where it rises.",
        compared,
    )
    colour = _("orange") if theme == "light" else _("light orange")
    return told.format(some=found.otherwise[:, head].sum(), n=compared, colour=colour)


def head_alpha_chart(
    trace: LayerTrace, graph: Graph, head: int, *, to_largest: bool = False, title: str = "", theme: Theme = "light"
) -> Chart | None:
    """α of one head as a large matrix; None above 200 nodes or without."""
    if not 0 < trace.num_nodes <= MAX_DENSE_NODES:
        return None
    largest = share_limit(trace) if to_largest else 1.0
    drawn = matrix(
        title or _("α of head {head}").format(head=head),
        theme,
        np.where(trace.adjacency, trace.dense("alpha", head), np.nan),
        graph.names,
        colours=share_colours(theme, largest),
        unit=share_unit("α", largest),
        digits=3,
    )
    table = rankings(trace, graph)
    table = table.loc[table["head"] == head, ["target", "source", "head", "alpha"]].reset_index(drop=True)
    row = _("Row i shows how node i shares its attention out among what it reads, and {sums}.")
    return Chart(drawn, sentences(row.format(sums=_sums(trace)), _empty(trace)), table)


def _sums(trace: LayerTrace) -> str:
    return _("sums to 1") if np.diff(trace.ptr).all() else _("sums to 1 where it reads any")


def _empty(trace: LayerTrace) -> str:
    told = _("Empty cells have no arrow ({some} of {all} cells have one).")
    return told.format(some=trace.num_edges, all=trace.num_nodes**2)


def alpha_chart(trace: LayerTrace, graph: Graph, *, to_largest: bool = False, theme: Theme = "light") -> Chart | None:
    """α of every head as small matrices on one scale, 0 to 1 or to the largest; None above 200 nodes or without."""
    if not 0 < trace.num_nodes <= MAX_DENSE_NODES:
        return None
    H = trace.num_heads
    columns = min(4, H)
    rows = -(-H // columns)
    drawn = make_subplots(rows, columns, subplot_titles=[name_of(head) for head in range(H)], shared_yaxes=True)
    look = figure(_("α of every head"), theme, height=90 + 230 * rows, width=120 + 240 * columns).layout
    drawn.update_layout(look)
    names = plain_all(graph.names)
    if len(set(names)) < len(names):  # cut, they would be taken for one another
        names = plain_all(graph.names, MAX_NAME)
    for head in range(H):
        z = np.where(trace.adjacency, trace.dense("alpha", head), np.nan)
        drawn.add_trace(
            go.Heatmap(
                z=z,
                x=names,
                y=names,
                hovertemplate=f"{commas(['%{x} → %{y}', name_of(head)])}: α = %{{z:.4f}}<extra></extra>",
                hoverongaps=False,
                coloraxis="coloraxis",
            ),
            row=head // columns + 1,
            col=head % columns + 1,
        )
    largest = share_limit(trace) if to_largest else 1.0
    scale = share_colours(theme, largest)
    bar = {"title": {"text": share_unit("α", largest), "side": "right"}, "thickness": 12, "outlinewidth": 0}
    drawn.update_layout(
        coloraxis={"colorscale": scale["colorscale"], "cmin": 0, "cmax": scale["zmax"], "colorbar": bar},
        margin={"t": 90},
    )
    quiet = {"linecolor": LINE[theme], "showticklabels": trace.num_nodes <= _MAX_NAMED_ROWS, "ticks": ""}
    # Rows and columns go by their names here: names for every cell of every head would be megabytes.
    ticks = node_axis(graph.names)
    ticks = {**ticks, "type": "category", "tickvals": [names[place] for place in ticks["tickvals"]]}
    drawn.update_xaxes(**quiet, **ticks)
    drawn.update_yaxes(autorange="reversed", **quiet, **ticks)
    for column in range(2, columns + 1):
        drawn.update_yaxes(showticklabels=False, col=column)
    drawn.update_yaxes(title=_("target i"), col=1)
    drawn.update_xaxes(title=_("source j"), row=rows)
    table = rankings(trace, graph)[["target", "source", "head", "alpha"]]
    each = _(
        "Each matrix is a head, all on the same scale: row i shows how node i shares its attention out among what it "
        "reads, and {sums}."
    )
    return Chart(drawn, sentences(each.format(sums=_sums(trace)), _empty(trace)), table)
