"""What reaches a node, in rings around it: each arrow as strong as removing it moves the answer.

n nodes, e edges that were removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gatviz.analysis import Explanation
from gatviz.analysis.explanation.figures import arrow, signed
from gatviz.analysis.subject import class_called
from gatviz.attention.layer_trace import Array
from gatviz.charts.common import Chart, figure, plain
from gatviz.charts.explanation import class_colour
from gatviz.colours import ACCENT, INK, LINE, PAPER, SOFT, Theme
from gatviz.numbers import three_digits
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

MAX_ARROWS = 150
"""So many at most are drawn, the strongest."""
_NAMED = 60
"""Up to so many nodes have their names in them."""
_MAX_WIDTH = 6.0
_ASIDE = 0.035
"""How far the two arrows between two nodes stand apart, of the first ring's radius."""
_LOOP = 0.16


def rings_chart(e: Explanation, *, theme: Theme = "light", height: int = 420) -> Chart | None:
    """The arrows within reach that were removed, the strongest at most; None of no arrows."""
    drawn = e.strongest.iloc[:MAX_ARROWS]
    if drawn.empty:
        return None
    number = {name: place for place, name in enumerate(e.graph.names)}
    source, target = (np.array([number[name] for name in drawn[end]]) for end in ("source", "target"))
    nodes, place = _placed(e.node, source, target, drawn["hop"].to_numpy(dtype=np.int64))
    title = _("What reaches node {name}, and how far removing it moves the answer").format(name=plain(e.name, 20))
    result = figure(title, theme, height=height)
    _rings(result, place, theme)
    widths = 0.75 + _MAX_WIDTH * drawn["removal"].abs().to_numpy() / max(float(drawn["removal"].abs().max()), 1e-12)
    at = {node: place[k] for k, node in enumerate(nodes)}
    for k, (_edge, row) in reversed(list(enumerate(drawn.iterrows()))):
        ends = at[source[k]], at[target[k]]
        result.add_trace(_arrow(e, row, ends, float(widths[k]), theme))
    result.add_trace(_nodes(e, nodes, place, theme))
    reach = 1.15 * float(np.abs(place).max(initial=1.0))
    hidden = {"visible": False, "range": [-reach, reach]}
    result.update_xaxes(**hidden)
    result.update_yaxes(**hidden, scaleanchor="x")
    result.update_layout(margin={"l": 8, "r": 8, "t": 56, "b": 8})
    columns = ["source", "target", "hop", "attention", "removal", "p_without", "speaks_for"]
    return Chart(result, _caption(e, len(drawn)), drawn[columns])


def _caption(e: Explanation, drawn: int) -> str:
    told = _(
        "A ring is a step from the node. An arrow is the wider the farther removing it moves {name}, in the colour of "
        "the class that it speaks for, grey where for none."
    ).format(name=class_called(e.predicted))
    missing = e.total - drawn
    if not missing:
        return told
    rest = ngettext("{n:,} arrow that reaches it is not drawn.", "{n:,} arrows that reach it are not drawn.", missing)
    return f"{told} {rest.format(n=missing)}"


def _placed(
    node: int, source: NDArray[np.int64], target: NDArray[np.int64], hop: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Array]:
    """The nodes to be drawn, and where: by steps from the node, near what reads them. Unreachable ones outermost."""
    ring: dict[int, int] = {node: 0}
    outermost = int(hop.max()) + 2
    for j, i, steps in zip(source, target, np.where(hop < 0, outermost, hop), strict=True):
        ring[i] = min(ring.get(i, outermost), int(steps))
        ring[j] = min(ring.get(j, outermost), int(steps) + 1)
    angle: dict[int, float] = {node: 0.0}
    for step in range(1, max(ring.values()) + 1):
        here = [n for n, steps in ring.items() if steps == step]
        wanted = {
            n: _towards([angle[i] for j, i in zip(source, target, strict=True) if j == n and i in angle]) for n in here
        }
        here.sort(key=lambda n: (wanted[n], n))
        first = wanted[here[0]] if here else 0.0
        angle |= {n: first + 2 * np.pi * k / len(here) for k, n in enumerate(here)}
    nodes = np.array(sorted(ring), dtype=np.int64)
    turned = np.array([angle[n] for n in nodes.tolist()])
    radius = np.array([float(ring[n]) for n in nodes.tolist()])
    return nodes, radius[:, None] * np.stack([np.sin(turned), np.cos(turned)], axis=1)


def _towards(angles: list[float]) -> float:
    """The direction between these, from 0 to 2π."""
    return float(np.arctan2(np.sin(angles).sum(), np.cos(angles).sum()) % (2 * np.pi)) if angles else 0.0


def _rings(result: go.Figure, place: Array, theme: Theme) -> None:
    for step in range(1, int(np.linalg.norm(place, axis=1).max(initial=0.0).round()) + 1):
        ends = {"x0": -step, "y0": -step, "x1": step, "y1": step}
        result.add_shape(type="circle", **ends, line={"color": LINE[theme], "width": 1}, layer="below")


def _arrow(e: Explanation, row: pd.Series, ends: tuple[Array, Array], width: float, theme: Theme) -> go.Scatter:
    """An arrow with its head at the target; a loop is a ring beside its node, outwards."""
    colour = class_colour(e, row["speaks_for"], theme)
    told = [plain(arrow(row), 60), signed(float(row["removal"])), three_digits(float(row["attention"]))]
    moves, attends = _("removing it moves"), _("attention")
    hover = f"%{{text}}<br>{moves}: {told[1]}<br>{attends}: {told[2]}<extra></extra>"
    common = {"text": told[0], "hovertemplate": hover, "showlegend": False}
    start, end = ends
    if np.array_equal(start, end):
        size = float(np.hypot(*start))
        out = start / size if size else np.array([0.0, 1.0])
        x, y = start + _LOOP * out
        marker = {"symbol": "circle-open", "size": 26, "color": colour, "line": {"width": width}}
        return go.Scatter(x=[x], y=[y], mode="markers", marker=marker, **common)
    along = (end - start) / float(np.hypot(*(end - start)))
    aside = _ASIDE * np.array([along[1], -along[0]])
    points = np.stack([start + aside, (start + end) / 2 + aside, end + aside - 0.09 * along])
    return go.Scatter(
        x=points[:, 0],
        y=points[:, 1],
        mode="lines+markers",
        line={"color": colour, "width": width},
        marker={"symbol": "arrow", "angleref": "previous", "size": [0, 0, 7 + 1.6 * width], "color": colour},
        **common,
    )


def _nodes(e: Explanation, nodes: NDArray[np.int64], place: Array, theme: Theme) -> go.Scatter:
    names = [plain(e.graph.names[n], 12) for n in nodes.tolist()]
    here = nodes == e.node
    return go.Scatter(
        x=place[:, 0],
        y=place[:, 1],
        mode="markers+text",
        text=[name if len(names) <= _NAMED or own else "" for name, own in zip(names, here, strict=True)],
        textfont={"size": 12, "color": INK[theme]},
        hovertext=names,
        hoverinfo="text",
        marker={
            "size": np.where(here, 30, 22),
            "color": np.where(here, PAPER[theme], SOFT[theme]),
            "line": {"width": np.where(here, 2.5, 1.0), "color": np.where(here, ACCENT[theme], INK[theme])},
            "opacity": 1,
        },
        showlegend=False,
    )
