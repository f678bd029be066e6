"""DGL: GATConv, GATv2Conv and EdgeGATConv, and stacks of them.

Target is `attn_r` (`fc_dst` of GATv2), source `attn_l` (`fc_src`). Its layers give [N, H, C] and leave concatenating
or averaging to the model, so bias and residual have H·C entries either way and are averaged with the heads. Where the
widths match, its residual is the input itself, of which a state dict says nothing; EdgeGATConv's always has its own
projection, and what its nodes read is Wh_j + W_edge f_ij.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from gatviz.checkpoints.layer_forms import (
    Default,
    LayerForm,
    Layers,
    LayerTensors,
    StoredLayer,
    WeightsLayout,
    one_projection,
    two_halves,
    two_projections,
    with_edges,
)
from gatviz.model.layer_settings import Kind
from gatviz.words import N_

_GATCONV = N_("DGL's GATConv")
_EDGEGATCONV = N_("DGL's EdgeGATConv")
_GATV2CONV = N_("DGL's GATv2Conv")


def _gat(tensors: LayerTensors) -> StoredLayer:
    return _layer(tensors, tensors.matrix("fc.weight"))


def _bipartite(tensors: LayerTensors) -> StoredLayer:
    return _layer(tensors, one_projection(tensors, "fc_src.weight", "fc_dst.weight"))


def _layer(tensors: LayerTensors, weight: Tensor) -> StoredLayer:
    return _finished(tensors, "GAT", *two_halves(tensors, weight, "attn_r", "attn_l"))


def _edges(tensors: LayerTensors) -> StoredLayer:
    one = tensors.get("fc.weight") is not None
    weight = tensors.matrix("fc.weight") if one else one_projection(tensors, "fc_src.weight", "fc_dst.weight")
    arrays, told = two_halves(tensors, weight, "attn_r", "attn_l")
    return replace(_finished(tensors, "GAT", with_edges(tensors, arrays, *_OF_EDGES), told), edge_in_message=True)


def _v2(tensors: LayerTensors) -> StoredLayer:
    return _finished(tensors, "GATv2", *two_projections(tensors, "fc_src", "fc_dst", "attn"))


def _finished(tensors: LayerTensors, kind: Kind, arrays: dict[str, Tensor], told: str | None) -> StoredLayer:
    """With bias and residual; newer versions give the residual a bias of its own, which only adds to the other."""
    layer = StoredLayer(tensors.name, tensors.form, kind, arrays, heads_from=told)
    bias = tensors.vector("bias", layer.joined)
    residual = tensors.skip("res_fc.weight", layer.in_features, layer.joined)
    more = tensors.vector("res_fc.bias", layer.joined)
    bias = more if bias is None else bias if more is None else bias + more
    return replace(layer, bias=bias, residual=residual)


_REST = ("bias", "res_fc.weight", "res_fc.bias")
_SCORES = ("attn_l", "attn_r")
_OF_EDGES = ("fc_edge.weight", "attn_edge")


def _identity_widths(layer: StoredLayer, layers: Layers) -> tuple[int, ...]:
    """So many input features a layer may have and add its input itself, without a tensor that tells.

    H·C of them since dmlc/dgl#2922 (GATConv) and #3584 (GATv2Conv), in 2021; C before. Where another layer of several
    heads is so wide and has a projection all the same, it shows which of the two rules the file is from.
    """
    if layer.edge_in_message:
        return ()
    projected = [other for other in layers if other.residual is not None and other.heads > 1]
    before = any(other.in_features == other.joined for other in projected)
    since = any(other.in_features == other.features for other in projected)
    return (*(() if before else (layer.joined,)), *(() if since else (layer.features,)))


LAYOUT = WeightsLayout(
    name="dgl",
    title="DGL",
    forms=(
        LayerForm(_GATCONV, ("fc.weight", *_SCORES), _REST, _gat),
        LayerForm(_GATCONV, ("fc_src.weight", "fc_dst.weight", *_SCORES), _REST, _bipartite),
        LayerForm(_EDGEGATCONV, ("fc.weight", *_OF_EDGES, *_SCORES), _REST, _edges),
        LayerForm(_EDGEGATCONV, ("fc_src.weight", "fc_dst.weight", *_OF_EDGES, *_SCORES), _REST, _edges),
        LayerForm(_GATV2CONV, ("fc_src.weight", "fc_dst.weight", "attn"), ("fc_src.bias", "fc_dst.bias", *_REST), _v2),
    ),
    attention=("attn_l", "attn_r", "attn"),
    other_edges=("attn_e",),
    self_loops=Default(
        "as_given",
        N_(
            "DGL's layers take the edges as they come; if self-loops were added to the graph in training, choose "
            "add_missing"
        ),
    ),
    bias_tells=False,
    residual_tells=False,
    hidden=Default("elu", N_("The paper puts ELU after hidden layers, and DGL's examples do so too")),
    last=Default(None, N_("The last layer gives the scores as they are, in the paper and in DGL's examples")),
    only=Default(None, N_("DGL's layers apply no activation unless told to")),
    identity_widths=_identity_widths,
)
