"""PyTorch Geometric: GATConv and GATv2Conv under the names of all its versions, and stacks of them.

Target is `att_dst` (`att_r`, `att_i`, the first half of `att`; `lin_r` of GATv2), source `att_src` (`att_l`, `att_j`,
the second half; `lin_l`). Its layers take self-loops out and add one per node, so one loop each in all.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gatviz.checkpoints.layout import Form, Layout, Part, Reading, Tensors, two_halves
from gatviz.errors import GatvizError

_GATCONV = "PyG's GATConv"
_GATV2CONV = "PyG's GATv2Conv"


def _part(reading: Reading, weight: Tensor, target: str, source: str) -> Part:
    arrays, told = two_halves(reading, weight, target, source)
    return _finished(reading, arrays, told)


def _finished(reading: Reading, arrays: dict[str, Tensor], told: str | None) -> Part:
    heads, features, in_features = arrays["W"].shape
    widths = (heads * features, features)
    bias = reading.vector("bias", *widths)
    residual = reading.skip("res.weight", in_features, *widths)
    return Part(reading.name, reading.form, "GAT", arrays, bias, residual, told)


def _one_of(reading: Reading, source: str, target: str) -> Tensor:
    """The projection, which some versions store under both names; two different ones are a bipartite layer."""
    given = [tail for tail in (source, target) if reading.get(tail) is not None]
    first = reading.matrix(given[0])
    if len(given) == 2:
        second = reading.matrix(given[1])
        if first.shape != second.shape or not torch.equal(first, second):
            raise GatvizError(
                reading.at(target),
                f"the numbers of '{source}'",
                "others: a layer for bipartite graphs",
                "open a layer made with one number of input features",
            )
    return first


def _newest(reading: Reading) -> Part:
    return _part(reading, reading.matrix("lin.weight"), "att_dst", "att_src")


def _two(reading: Reading) -> Part:
    return _part(reading, _one_of(reading, "lin_src.weight", "lin_dst.weight"), "att_dst", "att_src")


def _left_right(reading: Reading) -> Part:
    return _part(reading, _one_of(reading, "lin_l.weight", "lin_r.weight"), "att_r", "att_l")


def _i_and_j(reading: Reading) -> Part:
    return _part(reading, reading.matrix("lin.weight"), "att_i", "att_j")


def _is_oldest(tensors: Tensors) -> bool:
    weight, att = tensors["weight"], tensors["att"]
    return weight.dim() == 2 and att.dim() == 3 and att.shape[0] == 1 and att.numel() == 2 * weight.shape[1]


def _oldest(reading: Reading) -> Part:
    weight, att = reading.matrix("weight", transposed=True), reading["att"][0]
    heads, features = att.shape[0], att.shape[1] // 2
    W = weight.reshape(heads, features, weight.shape[1])
    arrays = {"W": W, "a_target": att[:, :features], "a_source": att[:, features:]}
    return _finished(reading, arrays, "att")


def _v2(reading: Reading) -> Part:
    weight = reading.matrix("lin_l.weight")
    width, in_features = weight.shape
    a, told = reading.per_head("att", width)
    heads, features = a.shape
    arrays = {
        "W_target": reading.linear("lin_r.weight", heads, width, in_features),
        "W_source": weight.reshape(heads, features, in_features),
        "a": a,
    }
    for name, tail in (("b_target", "lin_r.bias"), ("b_source", "lin_l.bias")):
        if (bias := reading.vector(tail, width)) is not None:
            arrays[name] = bias.reshape(heads, features)
    bias = reading.vector("bias", width, features)
    residual = reading.skip("res.weight", in_features, width, features)
    return Part(reading.name, reading.form, "GATv2", arrays, bias, residual, told)


_REST = ("bias", "res.weight")
_BIASES = ("lin_l.bias", "lin_r.bias")

LAYOUT = Layout(
    name="pyg",
    title="PyTorch Geometric",
    forms=(
        Form(_GATCONV, ("lin.weight", "att_src", "att_dst"), _REST, _newest),
        Form(_GATCONV, ("lin_src.weight", "att_src", "att_dst"), ("lin_dst.weight", *_REST), _two),
        Form(_GATCONV, ("lin_dst.weight", "att_src", "att_dst"), _REST, _two),
        Form(_GATV2CONV, ("lin_l.weight", "lin_r.weight", "att"), (*_BIASES, *_REST), _v2),
        Form(f"{_GATCONV} of version 1.6", ("lin_l.weight", "att_l", "att_r"), ("lin_r.weight", *_REST), _left_right),
        Form(f"{_GATCONV} of version 1.5", ("lin.weight", "att_i", "att_j"), ("bias",), _i_and_j),
        Form(f"{_GATCONV} before version 1.5", ("weight", "att"), ("bias",), _oldest, _is_oldest),
    ),
    self_loops=("add_missing", "PyG's GATConv and GATv2Conv give every node one self-loop unless told otherwise"),
    bias_tells=True,
    residual_tells=True,
    hidden=("elu", "the paper puts ELU after hidden layers, and PyG's examples do so too"),
    last=(None, "the last layer gives the scores as they are, in the paper and in PyG's examples"),
    only=(None, "PyG's layers apply no activation themselves"),
)

MODEL_HIDDEN = ("relu", "the layers stand as in PyG's own GAT model class, which applies ReLU unless told otherwise")
"""The activation of `torch_geometric.nn.GAT`, where a file looks like one."""
MODEL_STEM = "convs"


def is_model_class(parts: tuple[Part, ...]) -> bool:
    """Whether a stack looks like `torch_geometric.nn.GAT`: `convs.0`, …, equal heads, hidden layers equally wide.

    A stack that a person wrote after the paper has fewer heads in its last layer.
    """
    names = [part.name.split(".") for part in parts]
    stands = all(len(name) >= 2 and name[-2:] == [MODEL_STEM, str(k)] for k, name in enumerate(names))
    equal = len({part.heads for part in parts}) == 1 and len({part.joined for part in parts[:-1]}) <= 1
    return len(parts) > 1 and stands and equal
