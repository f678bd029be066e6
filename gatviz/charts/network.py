"""The graph itself as a chart: one panel for each weighting, all on one scale, nodes where they are on the stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from gatviz.attention.layer_trace import Array
from gatviz.charts.colours import INK, LINE, Theme
from gatviz.charts.common import Chart, figure, plain, plain_all
from gatviz.charts.network_drawn import Drawn, drawn_table, left_out
from gatviz.charts.network_geometry import Placed, joined_paths, place
from gatviz.charts.network_marks import (
    LINES,
    ColourScale,
    WeightColours,
    edge_hover,
    edge_numbers,
    edge_traces,
    node_hover,
    node_traces,
    room_beside,
    scale_holder,
)
from gatviz.words import _, commas, ngettext, sentences

FULL_WIDTH, _HEIGHT = 1000.0, 520.0
HALF_WIDTH = 390.0
_GAP, _HEADING = 14.0, 26.0
_FEW_NODES = 12


def network_chart(
    drawn: Drawn,
    values: Array,
    titles: Sequence[str],
    title: str,
    *,
    scale: ColourScale = "share",
    largest: float | None = None,
    unit: str = "α",
    columns: int | None = None,
    width: float = FULL_WIDTH,
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
    part, chosen = drawn.part(values)
    shown = values[chosen.edges].astype(np.float64)
    panels = _Panels(len(titles), columns or columns_for(len(titles), len(part.names)), width)
    placed = place(part.positions, part.source, part.target, panels.width, panels.height)
    colours = WeightColours(scale, limit or 1.0, theme)
    result = figure(title, theme, height=panels.figure_height)
    data: list[dict[str, Any]] = []
    for k, heading in enumerate(titles):
        axes = {"xaxis": f"x{k + 1}" if k else "x", "yaxis": f"y{k + 1}" if k else "y"}
        traces = [
            *edge_traces(part, placed, shown[:, k], colours),
            *node_traces(part, placed, theme, names=len(titles) == 1 or panels.columns <= 2),
            edge_hover(part, placed, shown[:, k], heading, unit, k, signed=scale == "signed"),
            node_hover(part, placed, k),
        ]
        data += [{**trace, **axes} for trace in traces]
    # plotly checks every trace that it is given one by one; these are made here, of checked parts.
    result.add_traces(data)
    panels.lay_out(result, titles if len(titles) > 1 else [""], placed, room_beside(part.names), theme)
    if len(titles) == 1:
        for number in edge_numbers(part, placed, shown[:, 0], theme, signed=scale == "signed"):
            result.add_annotation(number)
    result.update_layout(coloraxis=colours.axis(unit))
    return Chart(
        result,
        sentences(_caption(scale, unit, len(titles), part), left_out(chosen, _chosen_by(scale, unit, len(titles)))),
        drawn_table(drawn, values, titles),
    )


def node_values_chart(
    drawn: Drawn,
    values: Array,
    told: Sequence[Sequence[str]],
    titles: Sequence[str],
    title: str,
    *,
    unit: str,
    caption: str,
    table: pd.DataFrame,
    weights: Array,
    columns: int | None = None,
    theme: Theme = "light",
) -> Chart | None:
    """Nodes coloured by values [N, P] from 0 to 1 over faint arrows; NaN leaves a node empty. None without nodes.

    Arguments:
        told: [N][P], what is said of a value where it is pointed at.
        weights: [A, P], by which the arrows of a large graph are chosen.
    """
    if not drawn.names:
        return None
    part, chosen = drawn.part(weights)
    where = {name: n for n, name in enumerate(drawn.names)}
    places = [where[name] for name in part.names]
    rows = values[places]
    panels = _Panels(len(titles), columns or columns_for(len(titles), len(part.names)), FULL_WIDTH)
    placed = place(part.positions, part.source, part.target, panels.width, panels.height)
    result = figure(title, theme, height=panels.figure_height)
    colours = WeightColours("share", 1.0, theme)
    data: list[dict[str, Any]] = []
    for k, heading in enumerate(titles):
        axes = {"xaxis": f"x{k + 1}" if k else "x", "yaxis": f"y{k + 1}" if k else "y"}
        x, y = joined_paths(placed.lines)
        faint = {**LINES, "x": x, "y": y, "line": {"color": LINE[theme], "width": 1}}
        hover = node_hover(part, placed, k)
        hover["text"] = [
            f"{commas([name, heading])}: {told[node][k]}"
            for name, node in zip(plain_all(part.names), places, strict=True)
        ]
        fills = ["" if np.isnan(value) else colours.of(float(value)) for value in rows[:, k]]
        nodes = node_traces(part, placed, theme, names=len(titles) == 1, fills=fills)
        data += [{**trace, **axes} for trace in (faint, *nodes, hover, scale_holder())]
    result.add_traces(data)
    panels.lay_out(result, titles if len(titles) > 1 else [""], placed, room_beside(part.names), theme)
    bar = colours.axis(unit)
    bar["colorbar"]["title"]["text"] = _("{unit} (0 to 1)").format(unit=unit)
    result.update_layout(coloraxis=bar)
    return Chart(result, sentences(caption, left_out(chosen, _chosen_by("share", "α", weights.shape[1]))), table)


def _chosen_by(scale: ColourScale, unit: str, panels: int) -> str:
    """What the arrows were ordered by."""
    what = unit if scale == "share" else _("{unit} (its size)").format(unit=unit)
    if panels == 1:
        return _("their {what}").format(what=what)
    told = ngettext(
        "their largest {what} over the {n} head or panel", "their largest {what} over the {n} heads or panels", panels
    )
    return told.format(what=what, n=panels)


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
        self.height = min(_HEIGHT, self.width * (0.62 if self.width > FULL_WIDTH / 2.5 else 0.95))
        self.figure_height = int(60 + self.rows * (self.height + _HEADING) + _GAP * (self.rows - 1))

    def lay_out(self, result: go.Figure, titles: Sequence[str], placed: Placed, beside: float, theme: Theme) -> None:
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
                "range": list(placed.across(beside)),
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


def _caption(scale: ColourScale, unit: str, panels: int, part: Drawn) -> str:
    what = _("{unit}, on one scale for all panels").format(unit=unit) if panels > 1 else unit
    if scale == "share":
        arrow = _("An arrow j → i: i attends to j; its colour and width are {what}.")
    else:
        arrow = _(
            "An arrow j → i: i attends to j; its colour and width are {what}; blue is above 0, red below, "
            "thin grey exactly 0."
        )
    dotted = _("Dotted loops were added.") if part.dashed.any() else ""
    changed = part.new.any() or part.gone.any()
    dashes = _("Long dashes: a new arrow; short dashes: one that is gone.") if changed else ""
    return sentences(arrow.format(what=what), dotted, dashes)
