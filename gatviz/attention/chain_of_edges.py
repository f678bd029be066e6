"""The rows of the chain's table that a layer with edge features has more; see `chain`.

E edges, H heads, C features per head, D edge features.
"""

from __future__ import annotations

from gatviz.attention.stage_row import LayerForm, Stage


def _has(form: LayerForm) -> bool:
    return form.edge_features


EDGE_STAGES: tuple[Stage, ...] = (
    Stage(
        name="edge_features",
        symbol="f",
        shape="[E, D]",
        formula=r"f_{ij}",
        caption="The features that each arc brings along; a self-loop that was added has made-up ones.",
        layout="messages",
        scale="edges",
        plain="f",
        when=_has,
    ),
    Stage(
        name="W_edge",
        symbol=r"W_{\mathrm{edge}}",
        shape="[H, C, D]",
        formula=r"W_{\mathrm{edge}} \in \mathbb{R}^{C \times D}",
        caption="The head's weights for the features of arcs: a row per output feature.",
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
        caption="Each arc's features, projected by the head's weight matrix for them.",
        layout="messages",
        scale="scores",
        plain="Wf",
        when=_has,
    ),
    Stage(
        name="a_edge",
        symbol=r"a_{\mathrm{edge}}",
        shape="[H, C]",
        formula=r"a_{\mathrm{edge}} \in \mathbb{R}^{C}",
        caption="The part of the attention vector that meets the arc's own features.",
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
        caption="What an arc's own features add to its score: it can prefer one arc to another for each reader.",
        layout="pairs",
        scale="scores",
        plain="a_edge·Wf",
        kinds=("GAT",),
        when=_has,
        told=True,
    ),
)
