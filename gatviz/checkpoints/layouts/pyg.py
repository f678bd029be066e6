"""PyTorch Geometric: GATConv and GATv2Conv under the names of all its versions, and stacks of them.

Target is `att_dst` (`att_r`, `att_i`, the first half of `att`; `lin_r` of GATv2), source `att_src` (`att_l`, `att_j`,
the second half; `lin_l`). Its layers take self-loops out and add one per node, so one loop each in all.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from gatviz.attention.activations import LEARNT
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.loop_features import AS_PYG
from gatviz.attention.stage_row import beyond_pyg
from gatviz.checkpoints.layer_forms import (
    Default,
    LayerForm,
    Layers,
    LayerTensors,
    StoredLayer,
    Tensors,
    WeightsLayout,
    one_projection,
    two_halves,
    two_projections,
    with_edges,
)
from gatviz.errors import GatvizError
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import Kind, LayerSettings
from gatviz.words import N_, _

_GATCONV = N_("PyG's GATConv")
_GATV2CONV = N_("PyG's GATv2Conv")
_EDGES = ("lin_edge.weight", "att_edge")


def _layer(tensors: LayerTensors, weight: Tensor, target: str, source: str) -> StoredLayer:
    arrays, told = two_halves(tensors, weight, target, source)
    return _finished(tensors, "GAT", with_edges(tensors, arrays, *_EDGES), told)


def _finished(tensors: LayerTensors, kind: Kind, arrays: dict[str, Tensor], told: str | None) -> StoredLayer:
    layer = StoredLayer(tensors.name, tensors.form, kind, arrays, heads_from=told)
    widths = (layer.joined, layer.features)
    bias = tensors.vector("bias", *widths)
    residual = tensors.skip("res.weight", layer.in_features, *widths)
    return replace(layer, bias=bias, residual=residual)


def _newest(tensors: LayerTensors) -> StoredLayer:
    return _layer(tensors, tensors.matrix("lin.weight"), "att_dst", "att_src")


def _two(tensors: LayerTensors) -> StoredLayer:
    return _layer(tensors, one_projection(tensors, "lin_src.weight", "lin_dst.weight"), "att_dst", "att_src")


def _left_right(tensors: LayerTensors) -> StoredLayer:
    return _layer(tensors, one_projection(tensors, "lin_l.weight", "lin_r.weight"), "att_r", "att_l")


def _i_and_j(tensors: LayerTensors) -> StoredLayer:
    return _layer(tensors, tensors.matrix("lin.weight"), "att_i", "att_j")


def _is_oldest(tensors: Tensors) -> bool:
    weight, att = tensors["weight"], tensors["att"]
    if weight.dim() != 2 or att.dim() != 3:
        return False
    return att.shape[0] == 1 and att.shape[2] % 2 == 0 and att.numel() == 2 * weight.shape[1]


def _oldest(tensors: LayerTensors) -> StoredLayer:
    weight, att = tensors.matrix("weight", transposed=True), tensors["att"][0]
    heads, features = att.shape[0], att.shape[1] // 2
    W = weight.reshape(heads, features, weight.shape[1])
    arrays = {"W": W, "a_target": att[:, :features], "a_source": att[:, features:]}
    return _finished(tensors, "GAT", arrays, "att")


def _v2(tensors: LayerTensors) -> StoredLayer:
    arrays, told = two_projections(tensors, "lin_l", "lin_r", "att")
    return _finished(tensors, "GATv2", with_edges(tensors, arrays, _EDGES[0]), told)


# ---- PyG's own model class -------------------------------------------------------------------------------------------


def _is_model_class(layers: Layers) -> bool:
    """Whether a stack looks like `torch_geometric.nn.GAT`: `convs.0`, …, equal heads, hidden layers equally wide.

    A stack that a person wrote after the paper has fewer heads in its last layer.
    """
    names = [layer.name.split(".") for layer in layers]
    stands = all(len(name) >= 2 and name[-2:] == ["convs", str(k)] for k, name in enumerate(names))
    equal = len({layer.heads for layer in layers}) == 1 and len({layer.joined for layer in layers[:-1]}) <= 1
    return len(layers) > 1 and stands and equal


def _of_the_model_class(k: int, layers: Layers) -> Default | None:
    hidden = k < len(layers) - 1
    reason = N_("The layers stand as in PyG's own GAT model class, which applies ReLU unless told otherwise")
    return Default("relu", reason) if hidden and _is_model_class(layers) else None


def _norm_of_the_model_class(layers: Layers) -> Default | None:
    reason = N_("The layers stand as in PyG's own GAT model class, whose LayerNorm goes over all nodes")
    return Default("graph", reason) if _is_model_class(layers) else None


# ---- saving ----------------------------------------------------------------------------------------------------------


def _tensors_of(model: GAT) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    layers = model.attention_layers
    names = {id(module): name for name, module in model.named_modules()}
    for k, layer in enumerate(layers):
        prefix = f"convs.{k}." if len(layers) > 1 else ""
        prefix = prefix if model.is_stack else f"{names[id(layer)]}."
        own = {name: torch.from_numpy(array) for name, array in layer.weights().items()}
        named = _gatv2_names(layer, own) if isinstance(layer, GATv2AttentionLayer) else _gat_names(own)
        if found := beyond_pyg(LayerSettings.of(layer)):
            expected, mend = _("what PyG's layers hold"), _("save in gatviz's names instead")
            raise GatvizError(_("layer {layer}").format(layer=k), expected, found, mend)
        if "W_edge" in own:
            named["lin_edge.weight"] = own["W_edge"].flatten(0, 1)
        if "a_edge" in own:
            named["att_edge"] = own["a_edge"][None]
        if "bias" in own:
            named["bias"] = own["bias"]
        if "W_res" in own:
            named["res.weight"] = own["W_res"]
        if LEARNT in own:
            mend = _("save in gatviz's names instead")
            where = _("layer {layer}").format(layer=k)
            raise GatvizError(where, _("what PyG's layers hold"), _("a PReLU with a learnt slope"), mend)
        tensors |= {f"{prefix}{name}": value for name, value in named.items()}
    for name, own_numbers in model.weights().around.items():
        tensors |= {f"{name}.{tail}": torch.tensor(values) for tail, values in own_numbers.items()}
    return tensors


def _gat_names(own: dict[str, Tensor]) -> dict[str, Tensor]:
    named = {"att_src": own["a_source"][None], "att_dst": own["a_target"][None]}
    return {**named, "lin.weight": own["W"].flatten(0, 1)}


def _gatv2_names(layer: GATv2AttentionLayer, own: dict[str, Tensor]) -> dict[str, Tensor]:
    """PyG has either all three biases or none, so zeros stand in for those that are missing."""
    named = {"att": own["a"][None]}
    for side, name in (("l", "source"), ("r", "target")):
        named[f"lin_{side}.weight"] = own[f"W_{name}"].flatten(0, 1)
        if layer.projection_bias:
            named[f"lin_{side}.bias"] = own[f"b_{name}"].flatten()
        elif layer.bias is not None:
            named[f"lin_{side}.bias"] = torch.zeros_like(own["W_source"][:, :, 0]).flatten()
    if layer.projection_bias and layer.bias is None:
        named["bias"] = torch.zeros(layer.output_width, dtype=own["a"].dtype)
    return named


# ---- the layout ------------------------------------------------------------------------------------------------------

_REST = ("bias", "res.weight")
_BIASES = ("lin_l.bias", "lin_r.bias")

LAYOUT = WeightsLayout(
    name="pyg",
    title="PyTorch Geometric",
    forms=(
        LayerForm(_GATCONV, ("lin.weight", "att_src", "att_dst"), (*_EDGES, *_REST), _newest),
        LayerForm(_GATCONV, ("lin_src.weight", "att_src", "att_dst"), ("lin_dst.weight", *_EDGES, *_REST), _two),
        LayerForm(_GATCONV, ("lin_dst.weight", "att_src", "att_dst"), (*_EDGES, *_REST), _two),
        LayerForm(_GATV2CONV, ("lin_l.weight", "lin_r.weight", "att"), (_EDGES[0], *_BIASES, *_REST), _v2),
        LayerForm(
            N_("PyG's GATConv of version 1.6"),
            ("lin_l.weight", "att_l", "att_r"),
            ("lin_r.weight", *_REST),
            _left_right,
        ),
        LayerForm(N_("PyG's GATConv of version 1.5"), ("lin.weight", "att_i", "att_j"), ("bias",), _i_and_j),
        LayerForm(N_("PyG's GATConv before version 1.5"), ("weight", "att"), ("bias",), _oldest, _is_oldest),
    ),
    attention=("att_src", "att_dst", "att", "att_l", "att_r", "att_i", "att_j"),
    self_loops=Default(
        "add_missing", N_("PyG's GATConv and GATv2Conv give every node one self-loop unless told otherwise")
    ),
    loop_features=Default(
        AS_PYG,
        N_(
            "PyG gives every self-loop, also one that the graph has, the mean of the features of the edges into its "
            "node"
        ),
    ),
    bias_tells=True,
    residual_tells=True,
    hidden=Default("elu", N_("The paper puts ELU after hidden layers, and PyG's examples do so too")),
    last=Default(None, N_("The last layer gives the scores as they are, in the paper and in PyG's examples")),
    only=Default(None, N_("PyG's layers apply no activation themselves")),
    activation=_of_the_model_class,
    norm_mode=_norm_of_the_model_class,
    tensors_of=_tensors_of,
)
