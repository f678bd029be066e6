"""gatviz's own layers: `weight` [H·C, F], `att` [H, 2, C] target then source, and GATv2's,
and both with `weight_edge` [H·C, D] and `att_edge` [H, C]; see `GAT`."""

from __future__ import annotations

from torch import Tensor

from gatviz.attention.activations import LEARNT
from gatviz.checkpoints.layer_forms import (
    Default,
    LayerForm,
    LayerTensors,
    StoredLayer,
    Tensors,
    WeightsLayout,
    with_edges,
)
from gatviz.errors import quote
from gatviz.model.gat import GAT
from gatviz.words import N_, _


def _is_gat(tensors: Tensors) -> bool:
    att, weight = tensors["att"], tensors["weight"]
    return att.dim() == 3 and weight.dim() == 2 and att.shape[1] == 2 and att.numel() == 2 * weight.shape[0]


def _is_v2(tensors: Tensors) -> bool:
    att, weight = tensors["att"], tensors["weight"]
    return att.dim() == 2 and weight.dim() == 2 and att.numel() == weight.shape[0]


def _gat(tensors: LayerTensors) -> StoredLayer:
    att, weight = tensors["att"], tensors.matrix("weight")
    heads, _two, features = att.shape
    W = weight.reshape(heads, features, weight.shape[1])
    arrays = {"W": W, "a_target": att[:, 0], "a_source": att[:, 1]}
    arrays |= _learnt_slope(tensors)
    arrays |= tensors.biases(heads, features, "bias_projection", "bias_score")
    bias = tensors.vector("bias", heads * features, features)
    residual = tensors.skip("W_res", weight.shape[1], heads * features, features)
    arrays = with_edges(tensors, arrays, "weight_edge", "att_edge")
    in_message = None if "W_edge" in arrays else False
    return StoredLayer(tensors.name, tensors.form, "GAT", arrays, bias, residual, "att", edge_in_message=in_message)


def _v2(tensors: LayerTensors) -> StoredLayer:
    a, weight = tensors["att"], tensors.matrix("weight")
    heads, features = a.shape
    width, in_features = weight.shape
    W_source = weight.reshape(heads, features, in_features)
    shared = tensors.get("weight_target") is None
    arrays = {
        "W_target": W_source if shared else tensors.linear("weight_target", heads, width, in_features),
        "W_source": W_source,
        "a": a,
    }
    if (b_source := tensors.vector("bias_source", width)) is not None:
        b_target = b_source if shared else tensors.vector("bias_target", width)
        if b_target is None:
            raise tensors.misfit("bias_source", _("{tensor} beside it").format(tensor=quote("bias_target")))
        arrays["b_source"], arrays["b_target"] = (b.reshape(heads, features) for b in (b_source, b_target))
    arrays |= _learnt_slope(tensors)
    bias = tensors.vector("bias", width, features)
    residual = tensors.skip("W_res", in_features, width, features)
    arrays = with_edges(tensors, arrays, "weight_edge")
    return StoredLayer(tensors.name, tensors.form, "GATv2", arrays, bias, residual, "att")


def _tensors_of(model: GAT) -> dict[str, Tensor]:
    return dict(model.state_dict())


def _learnt_slope(tensors: LayerTensors) -> dict[str, Tensor]:
    """PReLU's, where the layer has that activation."""
    slope = tensors.vector(LEARNT, 1)
    return {} if slope is None else {LEARNT: slope}


_REST = ("bias", "W_res", LEARNT)

LAYOUT = WeightsLayout(
    name="gatviz",
    title="gatviz",
    forms=(
        LayerForm(
            N_("gatviz's GAT layer"),
            ("weight", "att"),
            ("bias_projection", "bias_score", "weight_edge", "att_edge", *_REST),
            _gat,
            _is_gat,
        ),
        LayerForm(
            N_("gatviz's GATv2 layer"),
            ("weight", "att"),
            ("weight_target", "bias_source", "bias_target", "weight_edge", *_REST),
            _v2,
            _is_v2,
        ),
    ),
    attention=("att",),
    self_loops=Default("as_given", N_("gatviz's layers take the edges as they come unless told otherwise")),
    bias_tells=True,
    residual_tells=True,
    hidden=Default("elu", N_("The paper puts ELU after hidden layers")),
    last=Default(None, N_("The paper's last layer gives the scores as they are")),
    only=Default(None, N_("gatviz's layers apply no activation unless told to")),
    tensors_of=_tensors_of,
)
