"""The marks of a drawn graph: arrows, nodes, names and numbers, as parts of a plotly figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import strongest_into
from gatviz.analysis.subject import called
from gatviz.attention.layer_trace import Array
from gatviz.charts.colours import (
    CLASSES,
    DIVERGING,
    INK,
    LINE,
    PALE,
    PAPER,
    SEQUENTIAL,
    Theme,
    class_fill,
    colour_at,
    text_on,
)
from gatviz.charts.common import plain, plain_all, share_unit, steps
from gatviz.charts.network_drawn import Drawn
from gatviz.charts.network_geometry import Placed, circles, joined_paths
from gatviz.words import _

_FAINTEST = 0.14
"""Where on a colour scale a weight of 0 begins, so that its arrow can still be seen."""
_NARROWEST, _WIDEST = 0.8, 6.5
_LEVELS = 12
_BAR_LENGTH = {"lenmode": "pixels", "len": 210, "y": 1, "yanchor": "top"}
_FULL_RADIUS = 13.0
"""Where nodes are smaller than this, lines and heads are thinner too."""
_MOST_NAMES, _FEW_NAMES = 60, 12
_MOST_NUMBERS = 24
_SHORT_NAME = 3
_ROOM_BESIDE = 75.0
_BESIDE_LOOP = 0.3
_INSIDE = "middle center"  # plotly's names of places
_BESIDE = "middle right"

ColourScale = Literal["share", "signed"]


class WeightColours:
    """From weights to colours and widths, in steps that the eye does not see."""

    def __init__(self, scale: ColourScale, limit: float, theme: Theme) -> None:
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
        """The colour of a step."""
        return self._at(self._middle(level))

    def width(self, level: int) -> float:
        """The width of a step, in pixels."""
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


LINES: dict[str, Any] = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
_MARKS: dict[str, Any] = {"type": "scatter", "mode": "markers", "hoverinfo": "skip", "showlegend": False}


def edge_traces(part: Drawn, placed: Placed, values: Array, colours: WeightColours) -> list[dict[str, Any]]:
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
                x, y = joined_paths(placed.lines[rows])
                line = {"color": colours.colour(level), "width": slim * colours.width(level), "dash": dash}
                traces.append({**LINES, "x": x, "y": y, "line": line})
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


def node_traces(
    part: Drawn, placed: Placed, theme: Theme, *, names: bool, fills: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Nodes as rings that keep their size among the arrows, with their names where they fit."""
    looks: dict[tuple[str, str], list[int]] = {}
    inks = []
    for node, label in enumerate(part.classes.tolist()):
        if fills is not None:
            edge, fill = (INK[theme], fills[node]) if fills[node] else (PALE[theme], PAPER[theme])
        elif label < 0:
            edge, fill = INK[theme], PAPER[theme]
        else:
            edge, fill = CLASSES[label % len(CLASSES)], class_fill(label, theme)
        inks.append(INK[theme] if fill == PAPER[theme] else text_on(fill))
        looks.setdefault((fill, edge), []).append(node)
    traces = []
    for (fill, edge), nodes in looks.items():
        x, y = joined_paths(circles(placed.nodes[nodes], placed.radius))
        ring = {"color": edge, "width": 1.3}
        traces.append({**LINES, "x": x, "y": y, "fill": "toself", "fillcolor": fill, "line": ring})
    inside = _fit_inside(part.names)
    if len(part.names) <= (_MOST_NAMES if names or inside else _FEW_NAMES):
        at = placed.nodes + (0 if inside else np.array([placed.radius + 2, 0]))
        traces.append(
            {
                **_MARKS,
                "mode": "text",
                "x": at[:, 0],
                "y": at[:, 1],
                "text": [plain(name, 14 if names else 8) for name in part.names],
                "cliponaxis": False,
                "textposition": _INSIDE if inside else _BESIDE,
                "textfont": {
                    "size": max(8, min(12, placed.radius)) if inside else 11,
                    "color": inks if inside else INK[theme],
                },
            }
        )
    return traces


def _fit_inside(names: Sequence[str]) -> bool:
    return all(len(name) <= _SHORT_NAME for name in names)


def room_beside(names: Sequence[str]) -> float:
    """The pixels to keep free at the right for names that stand beside their nodes."""
    return 0.0 if _fit_inside(names) or len(names) > _MOST_NAMES else _ROOM_BESIDE


def edge_hover(
    part: Drawn, placed: Placed, values: Array, heading: str, unit: str, panel: int, *, signed: bool
) -> dict[str, Any]:
    """Unseen points that say an edge's number, and hold the colour bar."""
    names = plain_all(part.names)
    sign = "+" if signed else ""
    marks = {
        "gone": _("{arrow} (gone), {panel}: {value}"),
        "new": _("{arrow} (new), {panel}: {value}"),
        "added": _("{arrow} (added loop), {panel}: {value}"),
        "": _("{arrow}, {panel}: {value}"),
    }
    states = np.select([part.gone, part.new, part.dashed], ["gone", "new", "added"], "")
    return {
        **_MARKS,
        "x": placed.middles[:, 0],
        "y": placed.middles[:, 1],
        "customdata": [panel] * values.size,
        "text": [
            marks[state].format(
                arrow=f"{names[i]} ← {names[j]}", panel=plain(heading), value=f"{unit} = {value:{sign}.4f}"
            )
            for i, j, state, value in zip(part.target, part.source, states.tolist(), values, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "hoverinfo": "text",
        "marker": {"size": 10, "opacity": 0, "color": values, "coloraxis": "coloraxis"},
        **_UNMOVED,
    }


_UNMOVED: dict[str, Any] = {"selected": {"marker": {"opacity": 0}}, "unselected": {"marker": {"opacity": 0}}}


def node_hover(part: Drawn, placed: Placed, panel: int) -> dict[str, Any]:
    """Unseen points on the nodes that say their names, and which panel a click was in."""
    return {
        **_MARKS,
        "x": placed.nodes[:, 0],
        "y": placed.nodes[:, 1],
        "customdata": [panel] * len(part.names),
        "text": list(plain_all([called(name) for name in part.names])),
        "hovertemplate": "%{text}<extra></extra>",
        "hoverinfo": "text",
        "marker": {"size": max(8.0, 2 * placed.radius), "opacity": 0},
        **_UNMOVED,
    }


def scale_holder() -> dict[str, Any]:
    """A point that is nowhere, for a colour bar whose colours are set by hand."""
    return {**_MARKS, "x": [None], "y": [None], "marker": {"color": [0.0], "coloraxis": "coloraxis"}}


def edge_numbers(part: Drawn, placed: Placed, values: Array, theme: Theme, *, signed: bool) -> list[dict[str, Any]]:
    """The strongest edge into each node with its number; of signed values the one with the largest size.

    Only where few nodes are drawn: then all arrows are, as a graph is cut only when many are.
    """
    if len(part.names) > _MOST_NUMBERS:
        return []
    found = []
    strongest = strongest_into(part.target, values, len(part.names))
    for node, best in enumerate(strongest.tolist()):
        if best < 0 or values[best] == 0:
            continue
        look = {"font": {"size": 12, "color": INK[theme]}, "bgcolor": PAPER[theme], "borderpad": 1}
        text = f"{values[best]:{'+' if signed else ''}.2f}".replace("-", "−")
        x, y = placed.middles[best]
        if part.source[best] == node:  # beside its loop, which is hardly larger than the number
            x, y = placed.middles[best] + _BESIDE_LOOP * (placed.middles[best] - placed.nodes[node])
        found.append({"x": x, "y": y, "text": text, "showarrow": False, "xref": "x", "yref": "y", **look})
    return found
