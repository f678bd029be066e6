"""The graph itself as a chart: one panel for each weighting, all on one scale, nodes where they are on the stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from gatviz.graph import Graph
from gatviz.subgraph import strongest
from gatviz.trace import Array, LayerTrace
from gatviz.views.charts import Chart, figure, plain, plain_all, share_unit, steps
from gatviz.views.colours import CLASSES, DIVERGING, INK, LINE, PALE, PAPER, SEQUENTIAL, Theme, colour_at
from gatviz.views.network_geometry import Placed, circles, joined, place

MOST_NODES = 200
MOST_ARCS = 1000
_MOST_ARCS_OF_MANY = 400
_MANY_PANELS = 4

_FAINTEST = 0.14
"""Where on a colour scale a weight of 0 begins, so that its arrow can still be seen."""
_NARROWEST, _WIDEST = 0.8, 6.5
_LEVELS = 12
_BAR_LENGTH = {"lenmode": "pixels", "len": 210, "y": 1, "yanchor": "top"}
_FULL_RADIUS = 13.0
"""Where nodes are smaller than this, lines and heads are thinner too."""
_WIDTH, _HEIGHT = 1000.0, 560.0
HALF_WIDTH = 390.0
_GAP, _HEADING = 14.0, 26.0
_MOST_NAMES = 60
_MOST_NUMBERS = 24
_SHORT_NAME = 3
_FEW_NODES = 12
_MIXED = 0.26

Scale = Literal["share", "signed"]
Positions = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drawn:
    """A graph as it is drawn.

    Attributes:
        names, positions [N, 2], classes [N] (−1 without a label): of the nodes.
        source, target: [A] of the arcs. dashed: [A] loops that were added; new, gone: [A] since a baseline.
    """

    names: tuple[str, ...]
    positions: Positions
    classes: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    dashed: NDArray[np.bool_]
    new: NDArray[np.bool_]
    gone: NDArray[np.bool_]

    @classmethod
    def of(cls, graph: Graph, trace: LayerTrace, positions: Positions) -> Drawn:
        """The arcs of a run, on the graph that was run."""
        source, target = trace.edge_index
        none = np.zeros(source.size, dtype=bool)
        return cls(graph.names, positions, graph.class_index, source, target, trace.added_loops, none, none)

    def part(self, values: Array) -> tuple[Drawn, NDArray[np.int64]]:
        """What of it can be drawn: the strongest arcs by `values` [A, P], and their places among A."""
        most = MOST_ARCS if values.shape[1] <= _MANY_PANELS else _MOST_ARCS_OF_MANY
        if len(self.names) <= MOST_NODES and self.source.size <= most:
            return self, np.arange(self.source.size)
        nodes, arcs = strongest(np.abs(values), np.stack([self.source, self.target]), most, MOST_NODES)
        local = np.full(len(self.names), -1)
        local[nodes] = np.arange(nodes.size)
        return Drawn(
            tuple(self.names[n] for n in nodes),
            self.positions[nodes],
            self.classes[nodes],
            local[self.source[arcs]],
            local[self.target[arcs]],
            self.dashed[arcs],
            self.new[arcs],
            self.gone[arcs],
        ), arcs


def network_chart(
    drawn: Drawn,
    values: Array,
    titles: Sequence[str],
    title: str,
    *,
    scale: Scale = "share",
    largest: float | None = None,
    unit: str = "α",
    columns: int | None = None,
    width: float = _WIDTH,
    theme: Theme = "light",
) -> Chart | None:
    """A panel for each column of weights [A, P], all on one scale; None without nodes.

    Arguments:
        titles: P, one above each panel.
        scale: "share" from 0 upwards, "signed" around 0.
        largest: where the scale ends; 1 for shares, the largest size for signed values if left out.
        unit: what the weights are.
        columns: panels in a row; as many as suit their number if left out.
        width: about how wide the chart will stand on the page, in pixels; it fits itself to what there is.
    """
    if not drawn.names:
        return None
    limit = largest if largest is not None else 1.0 if scale == "share" else float(np.abs(values).max(initial=0.0))
    part, arcs = drawn.part(values)
    shown = values[arcs].astype(np.float64)
    panels = _Panels(len(titles), columns or columns_for(len(titles), len(part.names)), width)
    placed = place(part.positions, part.source, part.target, panels.width, panels.height)
    colours = _Colours(scale, limit or 1.0, theme)
    result = figure(title, theme, height=panels.figure_height)
    data: list[dict[str, Any]] = []
    for k, heading in enumerate(titles):
        axes = {"xaxis": f"x{k + 1}" if k else "x", "yaxis": f"y{k + 1}" if k else "y"}
        traces = [
            *_arc_traces(part, placed, shown[:, k], colours),
            *_node_traces(part, placed, theme, names=len(titles) == 1 or panels.columns <= 2),
            _arc_hover(part, placed, shown[:, k], heading, unit, k, signed=scale == "signed"),
            _node_hover(part, placed, k),
        ]
        data += [{**trace, **axes} for trace in traces]
    # plotly checks every trace that it is given one by one; these are made here, of checked parts.
    result.add_traces(data)
    panels.lay_out(result, titles if len(titles) > 1 else [""], placed, theme)
    if len(titles) == 1:
        for number in _numbers(part, placed, shown[:, 0], theme, signed=scale == "signed"):
            result.add_annotation(number)
    result.update_layout(coloraxis=colours.axis(unit))
    return Chart(result, _caption(scale, unit, part, drawn, arcs), _table(drawn, values, titles))


def node_values_chart(
    drawn: Drawn,
    values: Array,
    titles: Sequence[str],
    title: str,
    *,
    lowest: float,
    unit: str,
    caption: str,
    table: pd.DataFrame,
    weights: Array,
    columns: int | None = None,
    theme: Theme = "light",
) -> Chart | None:
    """Nodes coloured by values [N, P] over faint arrows; NaN leaves a node empty. None without nodes.

    Arguments:
        lowest: where the scale begins; it ends at 1.
        weights: [A, P], by which the arrows of a large graph are chosen.
    """
    if not drawn.names:
        return None
    part, arcs = drawn.part(weights)
    where = {name: n for n, name in enumerate(drawn.names)}
    rows = values[[where[name] for name in part.names]]
    panels = _Panels(len(titles), columns or columns_for(len(titles), len(part.names)), _WIDTH)
    placed = place(part.positions, part.source, part.target, panels.width, panels.height)
    result = figure(title, theme, height=panels.figure_height)
    colours = _Colours("share", 1.0, theme)
    span = (1.0 - lowest) or 1.0
    data: list[dict[str, Any]] = []
    for k, heading in enumerate(titles):
        axes = {"xaxis": f"x{k + 1}" if k else "x", "yaxis": f"y{k + 1}" if k else "y"}
        x, y = joined(placed.lines)
        faint = {**_LINES, "x": x, "y": y, "line": {"color": LINE[theme], "width": 1}}
        hover = _node_hover(part, placed, k)
        hover["text"] = [
            f"{name}, {heading}: {'no α to judge' if np.isnan(value) else f'{value:.4f}'}"
            for name, value in zip(plain_all(part.names), rows[:, k], strict=True)
        ]
        fills = ["" if np.isnan(value) else colours.of((float(value) - lowest) / span) for value in rows[:, k]]
        nodes = _node_traces(part, placed, theme, names=len(titles) == 1, fills=fills)
        data += [{**trace, **axes} for trace in (faint, *nodes, hover, _scale_holder())]
    result.add_traces(data)
    panels.lay_out(result, titles if len(titles) > 1 else [""], placed, theme)
    bar = colours.axis(unit)
    bar["colorbar"]["title"]["text"] = f"{unit} (from {lowest:g} to 1)"
    result.update_layout(coloraxis={**bar, "cmin": lowest, "cmax": lowest + span})
    return Chart(result, caption + _left_out(part, drawn, arcs), table)


def columns_for(panels: int, nodes: int) -> int:
    """How many panels stand in a row if nobody chooses: larger graphs get larger panels."""
    if nodes > _FEW_NODES:
        return min(panels, 2 if panels <= 4 else 3 if panels <= 9 else 4)
    return {1: 1, 2: 2, 3: 3, 5: 3, 6: 3, 9: 3}.get(panels, 4)


class _Panels:
    """Sizes and places of the panels, row by row."""

    def __init__(self, count: int, columns: int, total_width: float) -> None:
        self.columns = min(columns, count)
        self.rows = -(-count // self.columns)
        self.total_width = total_width
        self.width = (total_width - _GAP * (self.columns - 1)) / self.columns
        self.height = min(_HEIGHT, self.width * (0.62 if self.width > _WIDTH / 2.5 else 0.95))
        self.figure_height = int(60 + self.rows * (self.height + _HEADING) + _GAP * (self.rows - 1))

    def lay_out(self, result: go.Figure, titles: Sequence[str], placed: Placed, theme: Theme) -> None:
        total = self.rows * (self.height + _HEADING) + _GAP * (self.rows - 1)
        layout: dict[str, Any] = {}
        notes = []
        for k, heading in enumerate(titles):
            row, column = divmod(k, self.columns)
            left = column * (self.width + _GAP) / self.total_width
            top = 1 - row * (self.height + _HEADING + _GAP) / total
            x_domain = [left, min(left + self.width / self.total_width, 1.0)]
            y_domain = [max(top - (self.height + _HEADING) / total, 0.0), top - _HEADING / total]
            number = str(k + 1) if k else ""
            hidden = {"visible": False, "constrain": "domain"}
            layout[f"xaxis{number}"] = {
                **hidden,
                "domain": x_domain,
                "range": [0, placed.width],
                "anchor": f"y{number}",
            }
            layout[f"yaxis{number}"] = {
                **hidden,
                "domain": y_domain,
                "range": [0, placed.height],
                "anchor": f"x{number}",
                "scaleanchor": f"x{number}",
            }
            place_of_title = {"x": sum(x_domain) / 2, "y": y_domain[1], "xref": "paper", "yref": "paper"}
            if heading:
                notes.append(
                    {
                        "text": plain(heading),
                        "showarrow": False,
                        "xanchor": "center",
                        "yanchor": "bottom",
                        **place_of_title,
                    }
                )
        result.update_layout(layout, margin={"l": 8, "r": 108, "t": 52, "b": 8})
        result.update_layout(annotations=[{**note, "font": {"color": INK[theme], "size": 13}} for note in notes])


class _Colours:
    """From weights to colours and widths, in steps that the eye does not see."""

    def __init__(self, scale: Scale, limit: float, theme: Theme) -> None:
        self.scale, self.limit, self.theme = scale, limit, theme

    def of(self, value: float) -> str:
        """The colour of a weight, never that of the paper."""
        t = min(abs(value) / self.limit, 1.0)
        return self._at(t if value >= 0 else -t)

    def _at(self, t: float) -> str:
        strong = _FAINTEST + (1 - _FAINTEST) * abs(t)
        if self.scale == "share":
            return colour_at(SEQUENTIAL[self.theme], strong)
        if t == 0:
            return LINE[self.theme]
        return colour_at(DIVERGING[self.theme], 0.5 + 0.5 * strong * (1 if t > 0 else -1))

    def level(self, values: Array) -> NDArray[np.int64]:
        """[A]: the step of each weight; 0 is exactly nothing, negative ones are below it."""
        size = np.ceil(np.minimum(np.abs(values) / self.limit, 1.0) * _LEVELS)
        levels: NDArray[np.int64] = (np.sign(values) * size).astype(np.int64)
        return levels

    def colour(self, level: int) -> str:
        return self._at(self._middle(level))

    def width(self, level: int) -> float:
        return _NARROWEST + (_WIDEST - _NARROWEST) * abs(self._middle(level))

    @staticmethod
    def _middle(level: int) -> float:
        return 0.0 if level == 0 else float(np.sign(level)) * (abs(level) - 0.5) / _LEVELS

    def axis(self, unit: str) -> dict[str, Any]:
        """The colour bar, of the same colours."""
        low = 0.0 if self.scale == "share" else -1.0
        stops = [self._at(t) for t in np.linspace(low, 1.0, 21)]
        text = share_unit(unit, self.limit) if self.scale == "share" else unit
        bar = {"title": {"text": text, "side": "right"}, "thickness": 12, "outlinewidth": 0, "x": 1.01, **_BAR_LENGTH}
        return {"colorscale": steps(stops), "cmin": low * self.limit, "cmax": self.limit, "colorbar": bar}


_LINES: dict[str, Any] = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
_MARKS: dict[str, Any] = {"type": "scatter", "mode": "markers", "hoverinfo": "skip", "showlegend": False}


def _arc_traces(part: Drawn, placed: Placed, values: Array, colours: _Colours) -> list[dict[str, Any]]:
    """Lines of one colour and width together, the faint ones below, then the arrows' heads."""
    levels = colours.level(values)
    slim = min(1.0, placed.radius / _FULL_RADIUS)
    traces = []
    styles = {"solid": ~part.dashed & ~part.gone & ~part.new, "dot": part.dashed & ~part.gone, "dash": part.gone}
    styles["longdash"] = part.new & ~part.dashed
    for level in sorted(set(levels.tolist()), key=abs):
        for dash, chosen in styles.items():
            rows = chosen & (levels == level)
            if rows.any():
                x, y = joined(placed.lines[rows])
                line = {"color": colours.colour(level), "width": slim * colours.width(level), "dash": dash}
                traces.append({**_LINES, "x": x, "y": y, "line": line})
    order = np.argsort(np.abs(levels), kind="stable")
    widths = np.array([colours.width(int(level)) for level in levels[order]])
    heads = {
        "symbol": "arrow",
        "angle": placed.angles[order].round(1),
        "color": [colours.colour(int(level)) for level in levels[order]],
        "size": ((8 + 1.9 * widths) * slim).round(1),
        "line": {"width": 0},
        "opacity": 1,
    }
    traces.append({**_MARKS, "x": placed.tips[order, 0], "y": placed.tips[order, 1], "marker": heads})
    return traces


def _node_traces(
    part: Drawn, placed: Placed, theme: Theme, *, names: bool, fills: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Nodes as rings that keep their size among the arrows, with their names where they fit."""
    looks: dict[tuple[str, str], list[int]] = {}
    for node, label in enumerate(part.classes.tolist()):
        edge = INK[theme] if label < 0 else CLASSES[label % len(CLASSES)]
        fill = PAPER[theme] if label < 0 else colour_at((PAPER[theme], edge), _MIXED)
        if fills is not None:
            edge, fill = (INK[theme], fills[node]) if fills[node] else (PALE[theme], PAPER[theme])
        looks.setdefault((fill, edge), []).append(node)
    traces = []
    for (fill, edge), nodes in looks.items():
        x, y = joined(circles(placed.nodes[nodes], placed.radius))
        ring = {"color": edge, "width": 1.3}
        traces.append({**_LINES, "x": x, "y": y, "fill": "toself", "fillcolor": fill, "line": ring})
    inside = all(len(name) <= _SHORT_NAME for name in part.names)
    if len(part.names) <= _MOST_NAMES and (names or inside):
        at = placed.nodes + (0 if inside else np.array([placed.radius + 2, 0]))
        traces.append(
            {
                **_MARKS,
                "mode": "text",
                "x": at[:, 0],
                "y": at[:, 1],
                "text": [plain(name, 14) for name in part.names],
                "textposition": "middle center" if inside else "middle right",
                "textfont": {"size": max(8, min(12, placed.radius)) if inside else 11, "color": INK[theme]},
            }
        )
    return traces


def _arc_hover(
    part: Drawn, placed: Placed, values: Array, heading: str, unit: str, panel: int, *, signed: bool
) -> dict[str, Any]:
    """Unseen points that say an arc's number, and hold the colour bar."""
    names = plain_all(part.names)
    sign = "+" if signed else ""
    marks = np.where(part.gone, " (gone)", np.where(part.new, " (new)", np.where(part.dashed, " (added loop)", "")))
    return {
        **_MARKS,
        "x": placed.middles[:, 0],
        "y": placed.middles[:, 1],
        "customdata": [panel] * values.size,
        "text": [
            f"{names[i]} ← {names[j]}{mark}, {plain(heading)}: {unit} = {value:{sign}.4f}"
            for i, j, mark, value in zip(part.target, part.source, marks, values, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "hoverinfo": "text",
        "marker": {"size": 10, "opacity": 0, "color": values, "coloraxis": "coloraxis"},
        **_UNMOVED,
    }


_UNMOVED: dict[str, Any] = {"selected": {"marker": {"opacity": 0}}, "unselected": {"marker": {"opacity": 0}}}


def _node_hover(part: Drawn, placed: Placed, panel: int) -> dict[str, Any]:
    """Unseen points on the nodes that say their names, and which panel a click was in."""
    return {
        **_MARKS,
        "x": placed.nodes[:, 0],
        "y": placed.nodes[:, 1],
        "customdata": [panel] * len(part.names),
        "text": list(plain_all(part.names)),
        "hovertemplate": "%{text}<extra></extra>",
        "hoverinfo": "text",
        "marker": {"size": max(8.0, 2 * placed.radius), "opacity": 0},
        **_UNMOVED,
    }


def _scale_holder() -> dict[str, Any]:
    """A point that is nowhere, for a colour bar whose colours are set by hand."""
    return {**_MARKS, "x": [None], "y": [None], "marker": {"color": [0.0], "coloraxis": "coloraxis"}}


def _numbers(part: Drawn, placed: Placed, values: Array, theme: Theme, *, signed: bool) -> list[dict[str, Any]]:
    """The strongest arc into each node with its number; of signed values the one with the largest size."""
    if len(part.names) > _MOST_NUMBERS:
        return []
    found = []
    for node in range(len(part.names)):
        arcs = np.flatnonzero(part.target == node)
        if arcs.size == 0 or not values[arcs].any():
            continue
        best = arcs[np.argmax(np.abs(values[arcs]))]
        look = {"font": {"size": 12, "color": INK[theme]}, "bgcolor": PAPER[theme], "opacity": 0.85, "borderpad": 1}
        text = f"{values[best]:{'+' if signed else ''}.2f}".replace("-", "−")
        x, y = placed.middles[best]
        found.append({"x": x, "y": y, "text": text, "showarrow": False, "xref": "x", "yref": "y", **look})
    return found


def _caption(scale: Scale, unit: str, part: Drawn, drawn: Drawn, arcs: NDArray[np.int64]) -> str:
    told = f"An arrow j → i: i attends to j; its colour and width are {unit}"
    if scale == "share":
        told += ", on one scale for all panels."
    else:
        told += "; blue is above 0, red below, thin grey exactly 0."
    if part.dashed.any():
        told += " Dotted loops were added."
    if part.new.any() or part.gone.any():
        told += " Long dashes: a new arrow; short dashes: one that is gone."
    return told + _left_out(part, drawn, arcs)


def _left_out(part: Drawn, drawn: Drawn, arcs: NDArray[np.int64]) -> str:
    if arcs.size == drawn.source.size and len(part.names) == len(drawn.names):
        return ""
    return (
        f" Drawn are {len(part.names)} of {len(drawn.names)} nodes and the strongest {arcs.size} of "
        f"{drawn.source.size} arrows; nothing is renormalised, and the data holds them all."
    )


def _table(drawn: Drawn, values: Array, titles: Sequence[str]) -> pd.DataFrame:
    names = np.array(drawn.names, dtype=object)
    columns: dict[str, Any] = {"source": names[drawn.source], "target": names[drawn.target]}
    columns.update({title: values[:, k] for k, title in enumerate(titles)})
    return pd.DataFrame(columns)
