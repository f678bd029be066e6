"""PyTorch Geometric: GATConv and GATv2Conv under the names of all its versions, and stacks of them.

Target is `att_dst` (`att_r`, `att_i`, the first half of `att`; `lin_r` of GATv2), source `att_src` (`att_l`, `att_j`,
the second half; `lin_l`). Its layers take self-loops out and add one per node, so one loop each in all.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from gatviz.attention.loop_features import AS_PYG
from gatviz.checkpoints.layout import (
    Form,
    Layout,
    Part,
    Reading,
    Tensors,
    one_projection,
    two_halves,
    two_projections,
    with_edges,
)
from gatviz.checkpoints.skips import SKIP
from gatviz.model.steps import Kind

_GATCONV = "PyG's GATConv"
_GATV2CONV = "PyG's GATv2Conv"


def _part(reading: Reading, weight: Tensor, target: str, source: str) -> Part:
    arrays, told = two_halves(reading, weight, target, source)
    return _finished(reading, "GAT", with_edges(reading, arrays, "lin_edge.weight", "att_edge"), told)


def _finished(reading: Reading, kind: Kind, arrays: dict[str, Tensor], told: str | None) -> Part:
    part = Part(reading.name, reading.form, kind, arrays, heads_from=told)
    widths = (part.joined, part.features)
    bias = reading.vector("bias", *widths)
    residual = reading.skip("res.weight", part.in_features, *widths)
    beside = reading.skip(SKIP[0], part.in_features, *widths)
    if beside is not None:
        residual = beside if residual is None else residual + beside
        more = reading.vector(SKIP[1], beside.shape[0])
        bias = more if bias is None else bias if more is None else bias + more
    return replace(part, bias=bias, residual=residual, beside=beside is not None)


def _newest(reading: Reading) -> Part:
    return _part(reading, reading.matrix("lin.weight"), "att_dst", "att_src")


def _two(reading: Reading) -> Part:
    return _part(reading, one_projection(reading, "lin_src.weight", "lin_dst.weight"), "att_dst", "att_src")


def _left_right(reading: Reading) -> Part:
    return _part(reading, one_projection(reading, "lin_l.weight", "lin_r.weight"), "att_r", "att_l")


def _i_and_j(reading: Reading) -> Part:
    return _part(reading, reading.matrix("lin.weight"), "att_i", "att_j")


def _is_oldest(tensors: Tensors) -> bool:
    weight, att = tensors["weight"], tensors["att"]
    if weight.dim() != 2 or att.dim() != 3:
        return False
    return att.shape[0] == 1 and att.shape[2] % 2 == 0 and att.numel() == 2 * weight.shape[1]


def _oldest(reading: Reading) -> Part:
    weight, att = reading.matrix("weight", transposed=True), reading["att"][0]
    heads, features = att.shape[0], att.shape[1] // 2
    W = weight.reshape(heads, features, weight.shape[1])
    arrays = {"W": W, "a_target": att[:, :features], "a_source": att[:, features:]}
    return _finished(reading, "GAT", arrays, "att")


def _v2(reading: Reading) -> Part:
    arrays, told = two_projections(reading, "lin_l", "lin_r", "att")
    return _finished(reading, "GATv2", with_edges(reading, arrays, "lin_edge.weight"), told)


_REST = ("bias", "res.weight", *SKIP)
_EDGES = ("lin_edge.weight", "att_edge")
_BIASES = ("lin_l.bias", "lin_r.bias")

LAYOUT = Layout(
    name="pyg",
    title="PyTorch Geometric",
    forms=(
        Form(_GATCONV, ("lin.weight", "att_src", "att_dst"), (*_EDGES, *_REST), _newest),
        Form(_GATCONV, ("lin_src.weight", "att_src", "att_dst"), ("lin_dst.weight", *_EDGES, *_REST), _two),
        Form(_GATCONV, ("lin_dst.weight", "att_src", "att_dst"), (*_EDGES, *_REST), _two),
        Form(_GATV2CONV, ("lin_l.weight", "lin_r.weight", "att"), (_EDGES[0], *_BIASES, *_REST), _v2),
        Form(f"{_GATCONV} of version 1.6", ("lin_l.weight", "att_l", "att_r"), ("lin_r.weight", *_REST), _left_right),
        Form(f"{_GATCONV} of version 1.5", ("lin.weight", "att_i", "att_j"), ("bias", *SKIP), _i_and_j),
        Form(f"{_GATCONV} before version 1.5", ("weight", "att"), ("bias", *SKIP), _oldest, _is_oldest),
    ),
    self_loops=("add_missing", "PyG's GATConv and GATv2Conv give every node one self-loop unless told otherwise"),
    bias_tells=True,
    residual_tells=True,
    hidden=("elu", "the paper puts ELU after hidden layers, and PyG's examples do so too"),
    last=(None, "the last layer gives the scores as they are, in the paper and in PyG's examples"),
    only=(None, "PyG's layers apply no activation themselves"),
    loop_features=(
        AS_PYG,
        "PyG gives every self-loop, also one that the graph has, the mean of the features of the edges into its node",
    ),
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
    return len(parts) > 1 and stands and equal and not any(part.beside for part in parts)
