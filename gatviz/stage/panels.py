"""Small multiples of a graph: a panel for each set of weights, all on one scale, drawn by the stage's own painter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import strongest_into
from gatviz.analysis.subject import called
from gatviz.attention.layer_trace import Array
from gatviz.colours import stage_palettes
from gatviz.graph.subgraph import Part
from gatviz.stage.drawn import Drawn, drawn_table, left_out
from gatviz.stage.panels_protocol import Panel, Panels
from gatviz.stage.protocol import EdgeFocus, Edges, Focus, NodeFocus, Palettes
from gatviz.stage.texts import texts
from gatviz.stage.wire import packed
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

_FEW_NODES = 12
_SAID = (
    "graphLabel", "nodeLabel", "camera", "cameraTitle", "pictureOfGraph", "edgeReadout", "noEdgeReadout", "undrawn",
    "nodeReadout", "nodeDrawn", "oneNode", "someNodes", "besideNode", "connecting", "lockedEdge", "lockedNode",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Multiples:
    """Small multiples with their data.

    Attributes:
        panels: what the browser gets, without a lock.
        caption: what is not drawn, and by which rule; empty if all is.
        table: every arrow with all its weights, drawn or not.
    """

    panels: Panels
    caption: str
    table: pd.DataFrame

    def shown(
        self, names: Sequence[str], locked: tuple[int, int | None] | None, weighting: str, about: str = ""
    ) -> Panels:
        """The panels on a screen where the graph has these nodes, and a node or an arrow (target, source) is locked.

        Arguments:
            about: whose numbers these are, and of which layer.
        """
        here = {name: place for place, name in enumerate(self.panels.names)}
        there = {name: number for number, name in enumerate(names)}
        ends = [] if locked is None else [here.get(names[node]) for node in locked if node is not None]
        focus: Focus | None = None
        if len(ends) == 1 and ends[0] is not None:
            focus = NodeFocus(node=ends[0])
        elif len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            focus = EdgeFocus(target=ends[0], source=ends[1])
        numbers = [there.get(name, -1) for name in self.panels.names]
        return msgspec.structs.replace(self.panels, numbers=numbers, locked=focus, weighting=weighting, about=about)


@dataclass(frozen=True, eq=False)
class OfNodes:
    """What colours the nodes where a panel is about them.

    Attributes:
        values: [N, P] from 0 to 1, NaN for none. told: [N][P], what is said of each.
        table: the same as data.
    """

    values: Array
    told: Sequence[Sequence[str]]
    table: pd.DataFrame


def multiples(
    drawn: Drawn,
    values: Array,
    titles: Sequence[str],
    title: str,
    *,
    graph: str,
    signed: bool = False,
    largest: float | None = None,
    symbol: str = "α",
    columns: int | None = None,
    opens: bool = False,
    nodes: OfNodes | None = None,
) -> Multiples | None:
    """A panel for each column of weights [A, P]; None without nodes.

    Arguments:
        titles: [P], one above each panel. title: what they show together. graph: what the graph is called.
        signed: whether the scale runs on both sides of 0; else from 0 upwards.
        largest: where it ends; 1 for shares, the largest size for signed values if left out.
        symbol: what the weights are. columns: panels in a row; as many as suit their number if left out.
        opens: whether a panel can be had alone. nodes: where the panels are about the nodes.
    """
    if not drawn.names:
        return None
    part, chosen = drawn.part(values)
    order = np.argsort(part.gone, kind="stable")
    edges = chosen.edges[order]
    count = len(part.names)
    limit = largest if largest is not None else float(np.abs(values).max(initial=0.0)) if signed else 1.0
    heads = [
        Panel(
            title=heading,
            values=packed(values[edges, k]),
            strongest=_strongest(drawn, values[:, k], chosen, edges),
            nodes=None if nodes is None else packed(np.asarray(nodes.values)[chosen.nodes, k]),
            told=[] if nodes is None else [nodes.told[int(node)][k] for node in chosen.nodes],
        )
        for k, heading in enumerate(titles)
    ]
    reads, read_by = _counts(drawn, np.flatnonzero(~drawn.gone), chosen)
    drawn_reads, drawn_read_by = _counts(drawn, edges[~drawn.gone[edges]], chosen)
    everything = texts()
    panels = Panels(
        title=title,
        graph_title=graph,
        about="",
        legend=_legend(part, signed=signed),
        symbol=symbol,
        signed=signed,
        largest=limit or 1.0,
        panels=heads,
        columns=min(columns or columns_for(len(titles), count), len(titles)),
        opens=opens and len(titles) > 1,
        names=list(part.names),
        called=[called(name) for name in part.names],
        numbers=[],
        class_of=part.classes.tolist(),
        class_names=list(drawn.class_names),
        positions=np.round(part.positions, 5).tolist(),
        edges=Edges(
            source=part.source[order].tolist(),
            target=part.target[order].tolist(),
            added=part.dashed[order].astype(int).tolist(),
            drawn=int(order.size),
        ),
        new=part.new[order].astype(int).tolist(),
        gone=int(part.gone.sum()),
        reads=reads.tolist(),
        read_by=read_by.tolist(),
        undrawn_reads=(reads - drawn_reads).tolist(),
        undrawn_read_by=(read_by - drawn_read_by).tolist(),
        locked=None,
        weighting="",
        palettes=msgspec.convert(stage_palettes(), Palettes),
        texts={name: everything[name] for name in _SAID},
    )
    table = drawn_table(drawn, values, titles) if nodes is None else nodes.table
    return Multiples(panels, left_out(chosen, _chosen_by(symbol, len(titles), signed=signed)), table)


def columns_for(panels: int, nodes: int) -> int:
    """How many panels stand in a row if nobody chooses: larger graphs get larger panels."""
    if nodes > _FEW_NODES:
        return min(panels, 2 if panels <= 4 else 3 if panels <= 9 else 4)
    return {1: 1, 2: 2, 3: 3, 5: 3, 6: 3, 9: 3}.get(panels, 4)


def _strongest(drawn: Drawn, values: Array, chosen: Part, edges: NDArray[np.int64]) -> list[int]:
    """Per drawn node its strongest edge of all, as its place among the drawn; −1 where that one is not drawn."""
    places = np.full(drawn.source.size + 1, -1)
    places[edges] = np.arange(edges.size)
    strongest: list[int] = places[strongest_into(drawn.target, values, len(drawn.names))[chosen.nodes]].tolist()
    return strongest


def _counts(drawn: Drawn, edges: NDArray[np.int64], chosen: Part) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many of the edges each drawn node reads by, and is read by."""
    count = len(drawn.names)
    ends = [np.bincount(end[edges], minlength=count)[chosen.nodes] for end in (drawn.target, drawn.source)]
    return ends[0], ends[1]


def _legend(part: Drawn, *, signed: bool) -> str:
    told = [_("arrow j → i: i reads j")]
    if signed:
        told.append(_("blue is above 0, red below"))
    if part.dashed.any():
        told.append(_("dashed: self-loop added"))
    if part.gone.any():
        told.append(_("dotted: gone"))
    if part.new.any():
        told.append(_("dotted rim: new"))
    return " · ".join(told)


def _chosen_by(symbol: str, panels: int, *, signed: bool) -> str:
    """What the arrows were ordered by."""
    what = _("{unit} (its size)").format(unit=symbol) if signed else symbol
    if panels == 1:
        return _("their {what}").format(what=what)
    told = ngettext(
        "their largest {what} over the {n} head or panel", "their largest {what} over the {n} heads or panels", panels
    )
    return told.format(what=what, n=panels)
