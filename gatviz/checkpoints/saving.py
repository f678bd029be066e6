"""A model as a weights file, in gatviz's own names, the tutorial's or PyG's."""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from pathlib import Path
from typing import Literal, get_args

import safetensors.torch
import torch
from torch import Tensor

from gatviz.attention.gat import GATAttentionLayer
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layers import AttentionLayer
from gatviz.checkpoints.settings_text import written
from gatviz.checkpoints.state import SETTINGS
from gatviz.errors import GatvizError, quote
from gatviz.model.gat import GAT
from gatviz.model.steps import LayerSettings

LayoutOut = Literal["gatviz", "tutorial", "pyg"]
Format = Literal["torch", "safetensors"]


def save_weights(
    model: GAT | AttentionLayer,
    path: str | os.PathLike[str] | None = None,
    layout: LayoutOut = "gatviz",
    format: Format = "torch",
) -> bytes:
    """A model's weights as a file; opened again, the model is equal.

    What tensors do not say (activations, slope, self-loops) stands beside them: in the state dict's metadata, which
    other code passes over, or in the safetensors header.

    Arguments:
        model: a GAT, or a single layer.
        path: where to write the file; None only gives its bytes.
        layout: "gatviz" (`GAT.state_dict`), "tutorial" (a sequence of its layers) or "pyg" (`convs.K.…`, as in
            `torch_geometric.nn.GAT`; a single layer without a name before).
        format: "torch" (a state dict for torch.load) or "safetensors".

    Raises:
        GatvizError: what the layout cannot hold (a bias in the tutorial's), or a path that cannot be written.
    """
    for name, value, known in (("layout", layout, get_args(LayoutOut)), ("format", format, get_args(Format))):
        if value not in known:
            raise GatvizError(name, f"one of {', '.join(known)}", quote(value), "choose one")
    stack = model if isinstance(model, GAT) else _stack_of(model)
    tensors = _own(stack) if layout == "gatviz" else _tutorial(stack) if layout == "tutorial" else _pyg(stack)
    plain = {key: value.detach().cpu().clone().contiguous() for key, value in tensors.items()}
    data = _torch_file(plain, written(stack)) if format == "torch" else _safetensors_file(plain, written(stack))
    if path is not None:
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            reason = (error.strerror or "nothing").lower()
            raise GatvizError(quote(str(path)), "a place that can be written", reason, "choose another") from None
    return data


def _torch_file(tensors: dict[str, Tensor], settings: str) -> bytes:
    state: OrderedDict[str, Tensor] = OrderedDict(tensors)
    state._metadata = {SETTINGS: {"settings": settings}}  # type: ignore[attr-defined]
    stream = io.BytesIO()
    torch.save(state, stream)
    return stream.getvalue()


def _safetensors_file(tensors: dict[str, Tensor], settings: str) -> bytes:
    content: bytes = safetensors.torch.save(tensors, metadata={SETTINGS: settings})
    return content


def _stack_of(layer: AttentionLayer) -> GAT:
    """A stack of one layer with the same numbers."""
    if not isinstance(layer, AttentionLayer):
        raise GatvizError("save_weights", "a GAT or one of gatviz's layers", type(layer).__name__, "pass one of these")
    filled = layer.loop_features if layer.edge_features and layer.self_loops == "add_missing" else None
    stack = GAT(layer.in_features, [LayerSettings.of(layer)], self_loops=layer.self_loops, loop_features=filled)
    stack = stack.to(dtype=layer.weight.dtype)
    stack.attention_layers[0].set_weights(**layer.weights())
    return stack


def _own(stack: GAT) -> dict[str, Tensor]:
    return dict(stack.state_dict())


# ---- the tutorial -------------------------------------------------------------------------------------------


def _tutorial(stack: GAT) -> dict[str, Tensor]:
    """`heads.K.W.weight` and `heads.K.a`, or `W.weight` and `a`; with the layer's number before in a stack."""
    tensors: dict[str, Tensor] = {}
    layers = stack.attention_layers
    for k, (layer, settings) in enumerate(zip(layers, stack.settings, strict=True)):
        _check_tutorial(k, settings)
        prefix = f"{k}." if len(layers) > 1 else ""
        own = {name: torch.from_numpy(array) for name, array in layer.weights().items()}
        for head in range(settings.num_heads):
            at = f"{prefix}heads.{head}." if settings.num_heads > 1 else prefix
            tensors[f"{at}a"] = torch.cat([own["a_target"][head], own["a_source"][head]])[:, None]
            tensors[f"{at}W.weight"] = own["W"][head]
    return tensors


def _check_tutorial(k: int, settings: LayerSettings) -> None:
    several = settings.num_heads > 1
    held = ("elu",) if several else (None, "elu")
    for lacking, found in (
        (settings.kind != "GAT", "GATv2"),
        (settings.bias, "a bias"),
        (settings.residual, "a residual"),
        (settings.edge_features, "edge features"),
        (settings.activation not in held, f"activation {settings.activation or 'none'}"),
    ):
        if lacking:
            what = "GAT heads without bias and residual, " + ("and with ELU" if several else "with ELU or none")
            mend = "save in gatviz's or PyG's names instead"
            raise GatvizError(f"layer {k}", f"what the tutorial's layers hold: {what}", found, mend)


# ---- PyG ----------------------------------------------------------------------------------------------------


def _pyg(stack: GAT) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    layers = stack.attention_layers
    for k, layer in enumerate(layers):
        prefix = f"convs.{k}." if len(layers) > 1 else ""
        own = {name: torch.from_numpy(array) for name, array in layer.weights().items()}
        named = _pyg_v2(layer, own) if isinstance(layer, GATv2AttentionLayer) else _pyg_v1(own)
        if isinstance(layer, GATAttentionLayer) and layer.edge_in_message:
            expected, found = "what PyG's GATConv holds: edge features in the score alone", "edge_in_message"
            raise GatvizError(f"layer {k}", expected, found, "save in gatviz's names instead")
        if "W_edge" in own:
            named["lin_edge.weight"] = own["W_edge"].flatten(0, 1)
        if "a_edge" in own:
            named["att_edge"] = own["a_edge"][None]
        if "bias" in own:
            named["bias"] = own["bias"]
        if "W_res" in own:
            named["res.weight"] = own["W_res"]
        tensors |= {f"{prefix}{name}": value for name, value in named.items()}
    return tensors


def _pyg_v1(own: dict[str, Tensor]) -> dict[str, Tensor]:
    named = {"att_src": own["a_source"][None], "att_dst": own["a_target"][None]}
    return {**named, "lin.weight": own["W"].flatten(0, 1)}


def _pyg_v2(layer: GATv2AttentionLayer, own: dict[str, Tensor]) -> dict[str, Tensor]:
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
