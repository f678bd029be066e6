"""Does attention say what removing does? Each arrow by what is said of it and how far removing it moves the answer."""

from __future__ import annotations

from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gatviz.analysis import Explanation
from gatviz.analysis.explanation.figures import arrow
from gatviz.analysis.subject import class_called
from gatviz.attention.layer_trace import Array
from gatviz.charts.common import Chart, figure, plain
from gatviz.colours import ACCENT, CLASSES, INK, PALE, Theme
from gatviz.words import _

Score = Literal["attention", "message_change"]

_BESIDE = "top center"
_FLOOR = 1e-5
"""What is smaller stands on the axis, so that one 0 does not press all others together."""
_NAMED = 5
"""So many of the strongest arrows have their names beside them, as far as there is room …"""
_ROOM = np.array([0.5, 0.3])
"""… which is so wide and high, in powers of ten."""


def class_colour(e: Explanation, name: str | None, theme: Theme) -> str:
    """The colour of a class, as everywhere: the graph's first, then the output's others; a pale one for no class."""
    names = (*e.graph.class_names, *(one for one in e.classes if one not in e.graph.class_names))
    return CLASSES[names.index(name) % len(CLASSES)] if name in names else PALE[theme]


def explanation_chart(e: Explanation, score: Score, *, theme: Theme = "light", height: int = 340) -> Chart | None:
    """What attention, or the messages, say of each arrow against what removing it does; None of no arrows."""
    done = e.edges[e.edges["removal"].notna()]
    if done.empty:
        return None
    said, moved = (np.maximum(done[name].abs().to_numpy(), _FLOOR) for name in (score, "removal"))
    title = _("Does attention say what removing does?")
    if score == "message_change":
        title = _("Do messages say what removing does?")
    result = figure(title, theme, height=height, legend=True)
    named, moves = _named(e, said, moved), _("removing it moves")
    for name in (*dict.fromkeys(done["speaks_for"]),):
        here = done["speaks_for"].isna().to_numpy() if name is None else (done["speaks_for"] == name).to_numpy()
        if not here.any():
            continue
        result.add_trace(
            go.Scatter(
                x=said[here],
                y=moved[here],
                mode="markers+text",
                text=named[here],
                textposition=_BESIDE,
                textfont={"color": INK[theme], "size": 12},
                marker={
                    "symbol": _symbol(e, name),
                    "size": np.where(done["hop"][here] == 0, 13, 8),
                    "color": class_colour(e, name, theme),
                    "opacity": 0.85,
                    "line": {"width": 1, "color": INK[theme]},
                },
                name=_("speaks for no class")
                if name is None
                else _("speaks for {name}").format(name=plain(class_called(name), 20)),
                customdata=np.stack([[plain(arrow(row), 60) for _place, row in done[here].iterrows()]], axis=-1),
                hovertemplate=f"%{{customdata[0]}}<br>{_axis(score)}: %{{x:.3g}}<br>{moves}: %{{y:.3g}}<extra></extra>",
            )
        )
    _ring(result, said, moved, int(np.flatnonzero(done.index == e.strongest.index[0])[0]), theme)
    result.update_xaxes(title=_axis(score), **_decades(said))
    result.update_yaxes(
        title=_("removing moves {name} by").format(name=plain(class_called(e.predicted), 20)),
        zeroline=False,
        **_decades(moved),
    )
    rows = 24 * ((len(result.data) + 1) // 2)  # below: over the marks it would look like some of them
    below = {"orientation": "h", "x": 0, "xanchor": "left", "yref": "container", "y": 0, "yanchor": "bottom"}
    result.update_layout(legend=below, height=height + rows, margin_b=64 + rows)
    caption = _(
        "A mark is an arrow, a large one an arrow into the node. Logarithmic: × 10 a line; 0 and less than "
        "0.00001 stand on the axis."
    )
    columns = ["source", "target", "hop", score, "removal", "p_without", "speaks_for"]
    return Chart(result, caption, done[columns])


def _named(e: Explanation, said: Array, moved: Array) -> NDArray[np.object_]:
    """[n]: the names of the strongest arrows that have room beside them, else nothing."""
    done = e.edges[e.edges["removal"].notna()]
    names = np.full(len(done), "", dtype=object)
    at = np.log10(np.stack([said, moved], axis=1)) / _ROOM
    taken: list[NDArray[np.float64]] = []
    for place in (int(np.flatnonzero(done.index == edge)[0]) for edge in e.strongest.index[:_NAMED]):
        if all(np.abs(at[place] - other).max() > 1 for other in taken):
            names[place] = plain(arrow(done.iloc[place]), 24)
            taken.append(at[place])
    return names


def _axis(score: Score) -> str:
    return _("what attention says, all layers added") if score == "attention" else _("how far messages say it moves")


def _symbol(e: Explanation, name: str | None) -> str:
    """▲ for what comes out, ▼ for every other class, ○ for none."""
    return "circle-open" if name is None else "triangle-up" if name == e.predicted else "triangle-down"


def _ring(result: go.Figure, said: Array, moved: Array, place: int, theme: Theme) -> None:
    """The strongest arrow, ringed."""
    result.add_trace(
        go.Scatter(
            x=[said[place]],
            y=[moved[place]],
            mode="markers",
            marker={"symbol": "circle-open", "size": 24, "color": ACCENT[theme], "line": {"width": 2.5}},
            hoverinfo="skip",
            showlegend=False,
        )
    )


def _decades(values: Array) -> dict[str, object]:
    """A logarithmic axis with a line for each power of ten, those powers written out."""
    low, high = int(np.floor(np.log10(values.min()))), int(np.ceil(np.log10(values.max())))
    high = max(high, low + 1)
    ticks = [10.0**k for k in range(low, high + 1)]
    texts = [f"< {_FLOOR:.5f}" if tick <= _FLOOR * 1.01 else f"{tick:.10f}".rstrip("0").rstrip(".") for tick in ticks]
    return {"type": "log", "tickmode": "array", "tickvals": ticks, "ticktext": texts, "range": [low - 0.15, high + 0.3]}
