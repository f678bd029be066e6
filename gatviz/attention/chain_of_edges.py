"""The rows of the chain's table that a layer with edge features has more; see `chain`.

E edges, H heads, C features per head, D edge features.
"""

from __future__ import annotations

from gatviz.attention.stage_row import LayerTraits, Stage
from gatviz.words import N_


def _has(form: LayerTraits) -> bool:
    return form.edge_features


EDGE_STAGES: tuple[Stage, ...] = (
    Stage(
        name="edge_features",
        symbol="f",
        shape="[E, D]",
        formula=r"f_{ij}",
        caption=N_("The features that each edge brings along; a self-loop that was added has made-up ones."),
        layout="messages",
        scale="edges",
        plain=N_("f"),
        when=_has,
    ),
    Stage(
        name="W_edge",
        symbol=r"W_{\mathrm{edge}}",
        shape="[H, C, D]",
        formula=r"W_{\mathrm{edge}} \in \mathbb{R}^{C \times D}",
        caption=N_("The head's weights for the features of edges: a row per output feature."),
        layout="weights",
        scale="weights",
        origin="weights",
        when=_has,
    ),
    Stage(
        name="Wf_edge",
        symbol=r"W_{\mathrm{edge}}f",
        shape="[E, H, C]",
        formula=r"(W_{\mathrm{edge}} f)_{ij} = W_{\mathrm{edge}}\, f_{ij}",
        caption=N_("Each edge's features, projected by the head's weight matrix for them."),
        layout="messages",
        scale="scores",
        plain=N_("Wf"),
        when=_has,
    ),
    Stage(
        name="a_edge",
        symbol=r"a_{\mathrm{edge}}",
        shape="[H, C]",
        formula=r"a_{\mathrm{edge}} \in \mathbb{R}^{C}",
        caption=N_("The part of the attention vector that meets the edge's own features."),
        layout="weights",
        scale="weights",
        origin="weights",
        kinds=("GAT",),
        when=_has,
    ),
    Stage(
        name="score_edge",
        symbol=r"a_{\mathrm{edge}} \cdot W_{\mathrm{edge}}f",
        shape="[E, H]",
        formula=r"g_{ij} = a_{\mathrm{edge}}^{\top} W_{\mathrm{edge}} f_{ij}",
        caption=N_("What an edge's own features add to its score: it can prefer one edge to another for each reader."),
        layout="pairs",
        scale="scores",
        plain=N_("a_edge·Wf"),
        kinds=("GAT",),
        when=_has,
        told=True,
    ),
)
