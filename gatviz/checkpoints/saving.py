"""A model as a weights file, in the names of any layout that can be written."""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from typing import Literal, get_args

import safetensors.torch
import torch
from torch import Tensor

from gatviz.attention.layers import AttentionLayer
from gatviz.checkpoints.layouts import LAYOUTS
from gatviz.checkpoints.saved_settings import settings_text
from gatviz.checkpoints.state_dict import SETTINGS
from gatviz.errors import GatvizError, quote
from gatviz.files.disk import write_file
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import LayerSettings
from gatviz.words import _, commas

WeightsFormat = Literal["torch", "safetensors"]


def save_weights(
    model: GAT | AttentionLayer,
    path: str | os.PathLike[str] | None = None,
    layout: str = "gatviz",
    format: WeightsFormat = "torch",
) -> bytes:
    """A model's weights as a file; opened again, the model is equal.

    What tensors do not say (activations, slope, self-loops) stands beside them: in the state dict's metadata, which
    other code passes over, or in the safetensors header.

    Arguments:
        model: a GAT, or a single layer.
        path: where to write the file; None only gives its bytes.
        layout: "gatviz" (`GAT.state_dict`), "tutorial" (a sequence of its layers) or "pyg" (`convs.K.…`, as in
            `torch_geometric.nn.GAT`; a single layer without a name before; with other steps each under its own name).
        format: "torch" (a state dict for torch.load) or "safetensors".

    Raises:
        GatvizError: what the layout cannot hold (a bias in the tutorial's), or a path that cannot be written.
    """
    written = {name: one.tensors_of for name, one in LAYOUTS.items() if one.tensors_of is not None}
    for name, value, known in (("layout", layout, tuple(written)), ("format", format, get_args(WeightsFormat))):
        if value not in known:
            expected = _("one of {names}").format(names=commas(known))
            raise GatvizError(name, expected, quote(value), _("choose one"))
    stack = model if isinstance(model, GAT) else _stack_of(model)
    plain = {key: value.detach().cpu().clone().contiguous() for key, value in written[layout](stack).items()}
    data = (_torch_file if format == "torch" else _safetensors_file)(plain, settings_text(stack))
    if path is not None:
        write_file(path, data)
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
        expected = _("a GAT or one of gatviz's layers")
        raise GatvizError("save_weights", expected, type(layer).__name__, _("pass one of these"))
    filled = layer.loop_features if layer.edge_features and layer.self_loops == "add_missing" else None
    stack = GAT(layer.in_features, [LayerSettings.of(layer)], self_loops=layer.self_loops, loop_features=filled)
    stack = stack.to(dtype=layer.weight.dtype)
    stack.attention_layers[0].set_weights(**layer.weights())
    return stack
