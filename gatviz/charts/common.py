"""What all charts share: the `Chart` value, the look of both themes, safe names, axes of nodes.

Charts are plotly figures made of an analysis; nothing is computed here but places on the page.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gatviz.attention.layer_trace import Array
from gatviz.colours import DIVERGING, EMPTY, INK, LINE, PALE, PAPER, SEQUENTIAL, Theme, colour_at, text_on
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

_FONT = "'Source Sans', system-ui, -apple-system, 'Segoe UI', sans-serif"
_MAX_NAME = 20
_MAX_TICK = 14
_ABOVE_LEFT = "top left"  # plotly's name of a place
_MAX_TICKS = 25
_MAX_CELL_NUMBERS = 12
"""Matrices up to this many rows carry their numbers in the cells."""


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure with its caption and its data.

    Attributes:
        figure: plotly; its title says what it shows.
        caption: a sentence on how to read it, plain text.
        table: the data that is drawn, with labelled columns.
    """

    figure: go.Figure
    caption: str
    table: pd.DataFrame

    def __post_init__(self) -> None:
        """What stands beside a chart is written as large as its numbers."""
        beside = {"size": 13}
        self.figure.update_xaxes(title={"font": beside})
        self.figure.update_yaxes(title={"font": beside})
        colours = {"title": {"font": beside}}
        self.figure.update_coloraxes(colorbar=colours, selector=_is_titled)
        self.figure.update_traces(
            colorbar=colours, selector=lambda trace: trace.type == "heatmap" and _is_titled(trace)
        )

    def config(self, image: Literal["svg", "png"] | None = "svg") -> dict[str, Any]:
        """plotly's options: the mode bar saves the figure as this kind of image, in the browser; None: it does not."""
        return {
            "displaylogo": False,
            "responsive": True,
            "showSendToCloud": False,
            "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", *([] if image else ["toImage"])],
            "toImageButtonOptions": {
                "format": image or "svg",
                "filename": self.file_name,
                "scale": 2 if image == "png" else 1,
            },
        }

    def csv(self) -> str:
        """The data as CSV, every digit of it."""
        return csv_of(self.table)

    @property
    def file_name(self) -> str:
        """The title as the name of a file, without an ending."""
        return file_name(self.title)

    @property
    def title(self) -> str:
        """What it shows, as plain text."""
        return html.unescape(self.figure.layout.title.text)


def csv_of(table: pd.DataFrame) -> str:
    """A table as CSV, every digit of it."""
    text: str = table.to_csv(index=False)
    return text


def file_name(title: str) -> str:
    """A title as the name of a file, without an ending."""
    name = "gatviz " + "".join(c if c.isalnum() else " " for c in title)
    return "-".join(name.lower().split())


def plain(name: object, longest: int = _MAX_NAME) -> str:
    """A name as text that plotly does not take for markup; a long one is cut in the middle, as ends tell more."""
    text = str(name)
    if len(text) > longest:
        end = longest // 2 - 1
        text = f"{text[: longest - end - 1]}…{text[len(text) - end :]}"
    return html.escape(text, quote=False)


def plain_all(names: Sequence[object], longest: int = 60) -> NDArray[np.object_]:
    """Names for hover texts."""
    return np.array([plain(name, longest) for name in names], dtype=object)


def _is_titled(coloured: Any) -> bool:
    """Whether a scale of colours is drawn beside it."""
    return coloured.colorbar.title.text is not None


def figure(title: str, theme: Theme, *, height: int = 380, legend: bool = False, **layout: Any) -> go.Figure:
    """An empty figure with title and look."""
    result = go.Figure()
    result.update_layout(
        title={
            "text": plain(title, 200),
            "font": {"size": 16, "weight": 600},
            "x": 0,
            "xanchor": "left",
        },
        font={"family": _FONT, "size": 13, "color": INK[theme]},
        paper_bgcolor=PAPER[theme],
        plot_bgcolor=PAPER[theme],
        margin={"l": 64, "r": 24, "t": 56, "b": 56},
        height=height,
        showlegend=legend,
        legend={"orientation": "v", "x": 1.02, "xanchor": "left", "y": 1, "yanchor": "top"},
        hoverlabel={
            "font": {"family": _FONT, "color": INK[theme]},
            "bgcolor": PAPER[theme],
            "bordercolor": PALE[theme],
        },
        **layout,
    )
    axes = {
        "gridcolor": LINE[theme],
        "linecolor": LINE[theme],
        "zerolinecolor": LINE[theme],
        "automargin": True,
    }
    result.update_xaxes(**axes)
    result.update_yaxes(**axes)
    return result


def steps(stops: Sequence[str]) -> list[list[Any]]:
    """Stops of ours as a colour scale of plotly's."""
    return [[k / (len(stops) - 1), colour] for k, colour in enumerate(stops)]


def node_axis(names: Sequence[str]) -> dict[str, Any]:
    """Ticks for nodes by number: every name while they fit, else every so many."""
    stride = max(1, -(-len(names) // _MAX_TICKS))
    places = list(range(0, len(names), stride))
    labels = [plain(names[place], _MAX_TICK) for place in places]
    return {"tickmode": "array", "tickvals": places, "ticktext": labels, "zeroline": False, "showgrid": False}


def share_colours(theme: Theme, largest: float = 1.0) -> dict[str, Any]:
    """A heatmap's scale for shares from 0, fixed to 1 if nothing else is said."""
    return {"colorscale": steps(SEQUENTIAL[theme]), "zmin": 0, "zmax": largest or 1.0}


def share_unit(what: str, largest: float) -> str:
    """What a colour bar of shares says of its own scale."""
    told = _("{what} (share, 0 to 1)") if largest == 1 else _("{what} (share, 0 to the largest shown)")
    return told.format(what=what)


def signed_colours(theme: Theme, limit: float) -> dict[str, Any]:
    """A heatmap's scale for signed values, the same length on both sides of 0."""
    end = limit or 1.0
    return {"colorscale": steps(DIVERGING[theme]), "zmin": -end, "zmax": end}


def matrix(
    title: str,
    theme: Theme,
    values: Array,
    names: Sequence[str],
    *,
    colours: dict[str, Any],
    unit: str,
    digits: int = 2,
    order: Sequence[int] | None = None,
    rows: str | None = None,
    columns: str | None = None,
    between: str = "",
) -> go.Figure:
    """A square heatmap of values [K, K], row = target from the top down; NaN cells stay empty.

    Arguments:
        rows, columns: the axes' titles; targets that read sources if left out.
        between: what stands between a row's name and a column's where the pointer is; without it they are an arrow.
    """
    chosen = list(range(len(names))) if order is None else list(order)
    shown = values[np.ix_(chosen, chosen)]
    labels = [names[k] for k in chosen]
    whole = plain_all(labels)
    size = int(min(560, max(340, 150 + 34 * len(labels))))
    result = figure(title, theme, height=size, width=size + 120)
    many = len(labels) > _MAX_CELL_NUMBERS
    sign = "+" if colours["zmin"] < 0 else ""
    pair = f"%{{customdata[1]}} {between} %{{customdata[0]}}" if between else "%{customdata[0]} → %{customdata[1]}"
    result.add_trace(
        go.Heatmap(
            z=shown,
            customdata=np.stack(np.meshgrid(whole, whole), axis=-1) if labels else None,
            hovertemplate=f"{pair}: %{{z:{sign}.{digits + 2}f}} {unit}<extra></extra>",
            hoverongaps=False,
            xgap=0 if many else 2,
            ygap=0 if many else 2,
            colorbar={"title": {"text": unit, "side": "right"}, "thickness": 12, "outlinewidth": 0},
            **colours,
        )
    )
    if not many:
        result.add_trace(_numbers(shown, f"{sign}.{digits}f", colours))
    ticks = {"constrain": "domain", **node_axis(labels)}
    result.update_xaxes(title=columns or _("source j (is read)"), **ticks)
    result.update_yaxes(title=rows or _("target i (reads)"), autorange="reversed", scaleanchor="x", **ticks)
    result.update_layout(
        plot_bgcolor=EMPTY[theme],
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom"},
    )
    return result


def _numbers(shown: Array, form: str, colours: dict[str, Any]) -> go.Scatter:
    """The numbers in the cells, each in the ink for its cell's colour; plotly's own inks can be too faint."""
    rows, columns = np.nonzero(~np.isnan(shown))
    values = shown[rows, columns]
    return go.Scatter(
        x=columns,
        y=rows,
        mode="text",
        text=[_cell(value, form) for value in values],
        textfont={"color": [text_on(fill) for fill in cell_fills(values, colours)]},
        hoverinfo="skip",
        showlegend=False,
    )


def cell_fills(values: Array, colours: dict[str, Any]) -> list[str]:
    """The colours that a heatmap gives to values on a scale of `share_colours` or `signed_colours`."""
    stops = [colour for _place, colour in colours["colorscale"]]
    low, high = colours["zmin"], colours["zmax"]
    return [colour_at(stops, (value - low) / (high - low)) for value in values]


def _cell(value: float, form: str) -> str:
    """A number in its cell; exactly 0 is told from what only rounds to it."""
    return "0" if value == 0 else f"{value:{form}}".replace("-", "−")


def bar_look(colour: str, theme: Theme) -> dict[str, Any]:
    """A bar's colour, with an edge that stands out from the paper where the colour alone would not."""
    return {"color": colour, "line": {"color": PALE[theme], "width": 1}}


def reference_line(fig: go.Figure, theme: Theme, value: float, text: str) -> None:
    """A dashed line across the figure with its meaning beside it."""
    fig.add_hline(
        value,
        line={"color": PALE[theme], "width": 1.5, "dash": "dash"},
        annotation={"text": text, "font": {"color": PALE[theme], "size": 12}},
        annotation_position=_ABOVE_LEFT,
    )


def marker_line(places: int, theme: Theme, *, across: Literal["x", "y"]) -> dict[str, Any]:
    """A short line as a marker, for what uniform attention would give, as long as a bar is wide."""
    return {
        "symbol": "line-ew-open" if across == "x" else "line-ns-open",
        "size": max(4, min(22, 500 // max(places, 1))),
        "color": INK[theme],
        "line": {"width": 2},
    }
