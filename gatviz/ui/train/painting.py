"""Labels painted on the graph: from nothing, until something can be learnt, and on the picture of a training."""

from __future__ import annotations

import msgspec
import numpy as np

from gatviz.colours import stage_palettes
from gatviz.graph.editing import set_node
from gatviz.graph.graph import Graph
from gatviz.stage import training as pack
from gatviz.stage.protocol import Edges, Palettes
from gatviz.stage.training_protocol import TrainMoment, TrainPaint
from gatviz.stage.wire import packed
from gatviz.ui.session import session
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.steps import take_graph
from gatviz.words import _

MAX_PAINTED = 1_000
"""Of a larger graph nobody paints the nodes one by one."""


def paint_screen(now: session.Session, run: Run, notice: str, heard: int) -> TrainPaint:
    """The graph with its labels as far as it has any, and α of the model that is on the screen."""
    graph, layer = now.graph, run.whole.layers[0]
    labelled = graph.class_index >= 0
    source, target = layer.edge_index
    moment = TrainMoment(
        epoch=0,
        alpha=packed(layer.alpha),
        change=None,
        predicted=graph.class_index.tolist(),
        sure=labelled.astype(float).tolist(),
        wrong=[0] * graph.num_nodes,
        edges=Edges(
            source=source.tolist(),
            target=target.tolist(),
            added=(layer.input_edge < 0).astype(int).tolist(),
            drawn=len(source),
        ),
    )
    return TrainPaint(
        names=list(graph.names),
        called=pack.node_names(graph.names),
        positions=np.round(now.positions, 5).tolist(),
        class_of=graph.class_index.tolist(),
        class_names=list(graph.class_names),
        labelled=[],
        moment=moment,
        head=0,
        measure="alpha",
        locked=None,
        brushes=brushes(graph),
        notice=notice,
        heard=heard,
        palettes=msgspec.convert(stage_palettes(), Palettes),
        texts={**pack.training_texts(), **_texts()},
    )


def _texts() -> dict[str, str]:
    """Where nothing is predicted, a colour is a label."""
    return {
        "graphLabel": _("Graph to be painted with labels"),
        "nodeTitle": _("{node}: labelled {label}"),
    }


def brushes(graph: Graph) -> list[str]:
    """The labels to paint with: the graph's, and new ones where it has fewer than two."""
    known = list(graph.class_names)
    fresh = [name for name in ("A", "B") if name not in known]
    return known + fresh[: max(0, 2 - len(known))]


def give_label(graph: Graph, node: int, label: str) -> str:
    """Give a node of the graph on the screen a label, or take it away where it is that already; the node's name."""
    name = graph.names[node]
    had = None if graph.labels is None else graph.labels[node]
    made = set_node(graph, name, label="" if had == label else label)
    take_graph(made, _("label of {node}").format(node=name))
    return name
