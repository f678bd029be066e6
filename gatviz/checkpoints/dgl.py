"""DGL: GATConv and GATv2Conv, and stacks of them.

Target is `attn_r` (`fc_dst` of GATv2), source `attn_l` (`fc_src`). Its layers give [N, H, C] and leave concatenating
or averaging to the model, so bias and residual have H·C entries either way and are averaged with the heads. Where the
widths match, its residual is the input itself, of which a state dict says nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gatviz.checkpoints.layout import Form, Layout, Part, Reading, two_halves
from gatviz.errors import GatvizError

_GATCONV = "DGL's GATConv"
_GATV2CONV = "DGL's GATv2Conv"


def _gat(reading: Reading) -> Part:
    return _part(reading, reading.matrix("fc.weight"))


def _bipartite(reading: Reading) -> Part:
    source, target = reading.matrix("fc_src.weight"), reading.matrix("fc_dst.weight")
    if source.shape != target.shape or not torch.equal(source, target):
        raise GatvizError(
            reading.at("fc_dst.weight"),
            "the numbers of 'fc_src.weight'",
            "others: a layer for bipartite graphs",
            "open a layer made with one number of input features",
        )
    return _part(reading, source)


def _part(reading: Reading, weight: Tensor) -> Part:
    arrays, told = two_halves(reading, weight, "attn_r", "attn_l")
    bias, residual = _rest(reading, weight.shape[0], weight.shape[1])
    return Part(reading.name, reading.form, "GAT", arrays, bias, residual, told)


def _rest(reading: Reading, width: int, in_features: int) -> tuple[Tensor | None, Tensor | None]:
    """Bias and residual; newer versions give the residual a bias of its own, which only adds to the other."""
    bias = reading.vector("bias", width)
    residual = reading.skip("res_fc.weight", in_features, width)
    more = reading.vector("res_fc.bias", width)
    return more if bias is None else bias if more is None else bias + more, residual


def _v2(reading: Reading) -> Part:
    weight = reading.matrix("fc_src.weight")
    width, in_features = weight.shape
    a, told = reading.per_head("attn", width)
    heads, features = a.shape
    arrays = {
        "W_target": reading.linear("fc_dst.weight", heads, width, in_features),
        "W_source": weight.reshape(heads, features, in_features),
        "a": a,
    }
    for name, tail in (("b_target", "fc_dst.bias"), ("b_source", "fc_src.bias")):
        if (bias := reading.vector(tail, width)) is not None:
            arrays[name] = bias.reshape(heads, features)
    bias, residual = _rest(reading, width, in_features)
    return Part(reading.name, reading.form, "GATv2", arrays, bias, residual, told)


_REST = ("bias", "res_fc.weight", "res_fc.bias")
_SCORES = ("attn_l", "attn_r")

LAYOUT = Layout(
    name="dgl",
    title="DGL",
    forms=(
        Form(_GATCONV, ("fc.weight", *_SCORES), _REST, _gat),
        Form(_GATCONV, ("fc_src.weight", "fc_dst.weight", *_SCORES), _REST, _bipartite),
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
