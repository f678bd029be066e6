"""Sentences above the stage: what has to be known of a graph, of its edges, and of a part of it that is shown."""

from __future__ import annotations

from gatviz.analysis.subject import called
from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.words import _


def about_graph(graph: Graph, trace: LayerTrace) -> list[str]:
    """What reading it changed, and whether its nodes have anything to send."""
    sentences = [*graph.notes, *([graph.rounding] if graph.rounding else [])]
    if graph.num_nodes and not graph.x.any() and not trace.alpha_alone:
        sentences.append(
            _(
                "All features are 0, so no node sends anything: the table of features (⋯, Table) fills them one-hot or "
                "at random."
            )
        )
    return sentences


def about_edges(graph: Graph, trace: LayerTrace) -> list[str]:
    """What is kept of the edges but not read."""
    kept = [*dict.fromkeys((*graph.edge_attributes, *graph.edge_feature_names))]
    read = () if trace.edge_features is None else graph.edge_feature_names
    unread = [name for name in kept if name not in read]
    if not unread:
        return []
    names = ", ".join(name[:24] for name in unread)
    return [_("Kept but not used by GAT, which reads only whether an arrow is there: {names}.").format(names=names)]


def about_part(graph: Graph, trace: LayerTrace, part: Part) -> str:
    """By which rule a part was chosen, and what of it is not drawn."""
    sentences = [
        part.told(_("their largest α over the heads"), [called(name) for name in graph.names]),
        _("Everything is computed on the whole graph and nothing is renormalised."),
    ]
    if part.among(trace.edge_index).size > part.edges.size:
        sentences.append(_("Arrows between these nodes that are not drawn stand in the matrices, marked."))
    return " ".join(sentences)
