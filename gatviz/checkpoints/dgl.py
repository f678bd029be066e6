"""DGL: GATConv, GATv2Conv and EdgeGATConv, and stacks of them.

Target is `attn_r` (`fc_dst` of GATv2), source `attn_l` (`fc_src`). Its layers give [N, H, C] and leave concatenating
or averaging to the model, so bias and residual have H·C entries either way and are averaged with the heads. Where the
widths match, its residual is the input itself, of which a state dict says nothing; EdgeGATConv's always has its own
projection, and what its nodes read is Wh_j + W_edge f_ij.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from gatviz.checkpoints.layout import (
    Form,
    Layout,
    Part,
    Reading,
    one_projection,
    two_halves,
    two_projections,
    with_edges,
)
from gatviz.model.steps import Kind

_GATCONV = "DGL's GATConv"
_EDGEGATCONV = "DGL's EdgeGATConv"
_GATV2CONV = "DGL's GATv2Conv"


def _gat(reading: Reading) -> Part:
    return _part(reading, reading.matrix("fc.weight"))


def _bipartite(reading: Reading) -> Part:
    return _part(reading, one_projection(reading, "fc_src.weight", "fc_dst.weight"))


def _part(reading: Reading, weight: Tensor) -> Part:
    return _finished(reading, "GAT", *two_halves(reading, weight, "attn_r", "attn_l"))


def _edges(reading: Reading) -> Part:
    given = reading.get("fc.weight")
    weight = one_projection(reading, "fc_src.weight", "fc_dst.weight") if given is None else reading.matrix("fc.weight")
    arrays, told = two_halves(reading, weight, "attn_r", "attn_l")
    arrays = with_edges(reading, arrays, *_OF_EDGES)
    return replace(_finished(reading, "GAT", arrays, told), edge_in_message=True)


def _v2(reading: Reading) -> Part:
    return _finished(reading, "GATv2", *two_projections(reading, "fc_src", "fc_dst", "attn"))


def _finished(reading: Reading, kind: Kind, arrays: dict[str, Tensor], told: str | None) -> Part:
    """With bias and residual; newer versions give the residual a bias of its own, which only adds to the other."""
    part = Part(reading.name, reading.form, kind, arrays, heads_from=told)
    bias = reading.vector("bias", part.joined)
    residual = reading.skip("res_fc.weight", part.in_features, part.joined)
    more = reading.vector("res_fc.bias", part.joined)
    bias = more if bias is None else bias if more is None else bias + more
    return replace(part, bias=bias, residual=residual)


_REST = ("bias", "res_fc.weight", "res_fc.bias")
_SCORES = ("attn_l", "attn_r")
_OF_EDGES = ("fc_edge.weight", "attn_edge")

LAYOUT = Layout(
    name="dgl",
    title="DGL",
    forms=(
        Form(_GATCONV, ("fc.weight", *_SCORES), _REST, _gat),
        Form(_GATCONV, ("fc_src.weight", "fc_dst.weight", *_SCORES), _REST, _bipartite),
        Form(_EDGEGATCONV, ("fc.weight", *_OF_EDGES, *_SCORES), _REST, _edges),
        Form(_EDGEGATCONV, ("fc_src.weight", "fc_dst.weight", *_OF_EDGES, *_SCORES), _REST, _edges),
        Form(_GATV2CONV, ("fc_src.weight", "fc_dst.weight", "attn"), ("fc_src.bias", "fc_dst.bias", *_REST), _v2),
    ),
    self_loops=(
        "as_given",
        "DGL's layers take the edges as they come; if self-loops were added to the graph in training, "
        "choose add_missing",
    ),
    bias_tells=False,
    residual_tells=False,
    hidden=("elu", "the paper puts ELU after hidden layers, and DGL's examples do so too"),
    last=(None, "the last layer gives the scores as they are, in the paper and in DGL's examples"),
    only=(None, "DGL's layers apply no activation unless told to"),
)


def widths_of_identity(part: Part, parts: tuple[Part, ...]) -> tuple[int, ...]:
    """So many input features a layer may have and add its input itself, without a tensor that tells.

    H·C of them since dmlc/dgl#2922 (GATConv) and #3584 (GATv2Conv), in 2021; C before. Where another layer of several
    heads is so wide and has a projection all the same, it shows which of the two rules the file is from.
    """
    if part.edge_in_message:
        return ()
    projected = [other for other in parts if other.residual is not None and other.heads > 1]
    before = any(other.in_features == other.joined for other in projected)
    since = any(other.in_features == other.features for other in projected)
    return (*(() if before else (part.joined,)), *(() if since else (part.features,)))
