"""What a layout is: how some library names and shapes the tensors of an attention layer, and how it runs them.

F input features, H heads, C features per head, D edge features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from gatviz.attention.edges import SelfLoops
from gatviz.attention.loop_features import AS_ADDED, LoopFeatures
from gatviz.errors import GatvizError, quote
from gatviz.model.steps import Kind

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Part:
    """One attention layer as a file has it, its tensors by the names of the formulas.

    Attributes:
        name: what stands before the tensors' own names in the file ("conv1"), "" if nothing does.
        form: how it was recognised.
        arrays: W [H, C, F], a_target and a_source [H, C]; or W_target, W_source, a and b_target, b_source [H, C].
            Where edge features are read also W_edge [H, C, D], and a_edge [H, C] beside W.
        edge_in_message: whether they are part of what is read too; None where the file does not tell.
        bias: [H·C] or [C], or None. residual: [H·C, F] or [C, F], or None.
        heads_from: which tensor says how many heads there are, or None where none does.
        adds_input: the residual is the input itself, as the file says.
        beside: the residual, or a part of it, is a linear layer that stands beside this one.
        sign_open: α is the softmax of −LeakyReLU(raw) or of +LeakyReLU(raw), which the file does not tell.
        implementation: which of its library's own it is from, or None where there is but one.
        implementation_told: whether the file says so.
        stem: for a layer whose heads have modules of their own, their common name; else None.
        notes: a sentence each.
    """

    name: str
    form: Form
    kind: Kind
    arrays: Tensors
    bias: Tensor | None = None
    residual: Tensor | None = None
    heads_from: str | None = None
    edge_in_message: bool | None = False
    adds_input: bool = False
    beside: bool = False
    sign_open: bool = False
    implementation: str | None = None
    implementation_told: bool = False
    stem: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def source_weight(self) -> Tensor:
        """W, or W_source of GATv2: [H, C, F]."""
        return self.arrays["W" if self.kind == "GAT" else "W_source"]

    @property
    def heads(self) -> int:
        """H."""
        return self.source_weight.shape[0]

    @property
    def features(self) -> int:
        """C."""
        return self.source_weight.shape[1]

    @property
    def in_features(self) -> int:
        """F."""
        return self.source_weight.shape[2]

    @property
    def edge_features(self) -> int:
        """D; 0 where none are read."""
        return self.arrays["W_edge"].shape[2] if "W_edge" in self.arrays else 0

    @property
    def joined(self) -> int:
        """H·C."""
        return self.heads * self.features


@dataclass(frozen=True)
class Form:
    """A kind of layer in a layout: the names of its tensors, and how they are read.

    Attributes:
        title: as an error or a note calls it, "PyG's GATConv".
        required, optional: names of tensors after the layer's own name.
        read: from these tensors to a Part; raises GatvizError where shapes do not fit.
        fits: whether the shapes are this form's, where two forms share their names.
        single_head: each head is a module of its own; `read` gives one head.
    """

    title: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[Reading], Part] = field(compare=False)
    fits: Callable[[Tensors], bool] = field(default=lambda _: True, compare=False)
    single_head: bool = False


@dataclass(frozen=True)
class Layout:
    """A library's way of storing attention layers, and what it does that no tensor says.

    Attributes:
        name: the short name, as `layout=` takes it. title: for people.
        forms: its kinds of layers, the likelier first.
        self_loops: its own handling of self-loops, and why that is known.
        loop_features: what features self-loops get where they are added, and why that is known.
        bias_tells: whether the bias has H·C entries if heads are concatenated and C if they are averaged.
        residual_tells: whether the residual's projection does likewise.
        hidden, last, only: the activation after a hidden, the last and an only layer, each with the reason.
    """

    name: str
    title: str
    forms: tuple[Form, ...]
    self_loops: tuple[SelfLoops, str]
    bias_tells: bool
    residual_tells: bool
    hidden: tuple[str | None, str]
    last: tuple[str | None, str]
    only: tuple[str | None, str]
    loop_features: tuple[LoopFeatures, str] = (AS_ADDED, "no library is known to do otherwise here")
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Reading:
    """The tensors of one layer while a form reads them.

    Attributes:
        name: the layer's name. form: the form that reads. tensors: by their names after the layer's.
        heads: H as the caller gives it for shapes that leave it open, or None.
        around: the plain values that stand around the state dict.
        where: the file.
        ones_last: whether the file's vectors per head are [H, C, 1], as another layer of it shows.
        implementation: which of its library's own the layer is from, as the caller says it, or None.
    """

    name: str
    form: Form
    tensors: Tensors
    heads: int | None
    around: Mapping[str, Any]
    where: str
    ones_last: bool = False
    implementation: str | None = None

    def __getitem__(self, tail: str) -> Tensor:
        return self.tensors[tail]

    def get(self, tail: str) -> Tensor | None:
        """A tensor that may be missing."""
        return self.tensors.get(tail)

    def at(self, tail: str) -> str:
        """The file and a tensor's whole name, for an error."""
        return f"{self.where}, {quote(f'{self.name}.{tail}' if self.name else tail)}"

    def misfit(self, tail: str, expected: str) -> GatvizError:
        """The error for a tensor of another shape."""
        found = f"shape {list(self.tensors[tail].shape)}"
        return GatvizError(self.at(tail), expected, found, f"check that the file holds {self.form.title}")

    def matrix(self, tail: str, transposed: bool = False) -> Tensor:
        """A projection [out, in]; `transposed` if the file has [in, out]."""
        tensor = self[tail]
        if tensor.dim() != 2 or 0 in tensor.shape:
            raise self.misfit(tail, "a matrix [F, C]" if transposed else "a matrix [H·C, F]")
        return tensor.t() if transposed else tensor

    def per_head(self, tail: str, width: int) -> tuple[Tensor, str | None]:
        """A vector per head as [H, C] with H·C = width, and the name of the tensor if its shape says H.

        Libraries store [1, H, C], [H, C], [H, C, 1] or [H, 1, C]; a flat vector leaves H open. [1, n, 1] is the first,
        unless `ones_last`.
        """
        tensor = self[tail]
        if tensor.numel() != width:
            raise self.misfit(tail, f"{width} entries, as the projection has rows")
        heads = self._heads_by_shape(tensor)
        told = tail if heads is not None else None
        heads = self.heads if heads is None else heads
        if heads is None:
            heads = self._likely_heads(width)
        if heads < 1 or width % heads:
            raise GatvizError(f"heads, {self.at(tail)}", f"a divisor of {width}", str(heads), "choose one")
        return tensor.reshape(heads, width // heads), told

    def _heads_by_shape(self, tensor: Tensor) -> int | None:
        shape = list(tensor.shape)
        if len(shape) == 3 and 1 in shape:
            first = shape[2] != 1 or (shape[0] == 1 and not self.ones_last)
            shape.remove(1) if first else shape.pop()
            return int(shape[0])
        return int(shape[0]) if len(shape) == 2 and shape[0] > 1 else None

    def _likely_heads(self, width: int) -> int:
        """A bias of C entries says H·C / C; else 64 features are the paper's 8 heads of 8, and others one head."""
        bias = self.get("bias")
        if bias is not None and 0 < bias.numel() < width and width % bias.numel() == 0:
            return width // bias.numel()
        return 8 if width == 64 else 1

    def linear(self, tail: str, heads: int, width: int, in_features: int) -> Tensor:
        """A projection as [H, C, F], checked against the layer's other tensors."""
        matrix = self.matrix(tail)
        if tuple(matrix.shape) != (width, in_features):
            raise self.misfit(tail, f"shape [{width}, {in_features}]")
        return matrix.reshape(heads, width // heads, in_features)

    def vector(self, tail: str, *lengths: int) -> Tensor | None:
        """A vector that may be missing, of one of these lengths."""
        tensor = self.get(tail)
        if tensor is not None and (tensor.numel() not in lengths or max(tensor.shape, default=0) != tensor.numel()):
            raise self.misfit(tail, " or ".join(f"{length}" for length in dict.fromkeys(lengths)) + " entries")
        return None if tensor is None else tensor.reshape(-1)

    def skip(self, tail: str, in_features: int, *widths: int) -> Tensor | None:
        """A projection of the residual that may be missing, [one of these widths, F]."""
        if self.get(tail) is None:
            return None
        matrix = self.matrix(tail)
        if matrix.shape[1] != in_features or matrix.shape[0] not in widths:
            raise self.misfit(tail, f"shape [{' or '.join(map(str, dict.fromkeys(widths)))}, {in_features}]")
        return matrix


DISTINCT = frozenset(
    (
        *("att_src", "att_dst", "att", "att_l", "att_r", "att_i", "att_j", "att_edge"),
        *("attn_l", "attn_r", "attn", "attn_e", "attn_edge"),
        *("a", "a1", "a2", "a.weight", "scoring_fn_source", "scoring_fn_target"),
    )
)
"""Names that only attention layers give a tensor: where one stands, a layer is."""


def tail_of(name: str) -> str:
    """The tensor's own name without the layer's: "a.weight" as a whole, else what follows the last dot."""
    parts = name.split(".")
    return "a.weight" if parts[-2:] == ["a", "weight"] else parts[-1]


def ones_last(tensor: Tensor) -> bool:
    """Whether a vector per head can only be [H, C, 1], as early examples of DGL have it."""
    return tensor.dim() == 3 and tensor.shape[2] == 1 and 1 not in tensor.shape[:2]


def two_halves(reading: Reading, weight: Tensor, target: str, source: str) -> tuple[dict[str, Tensor], str | None]:
    """W, a_target and a_source from a projection [H·C, F] and the two halves of the attention vector."""
    width, in_features = weight.shape
    a_target, told = reading.per_head(target, width)
    a_source, told_too = reading.per_head(source, width)
    if a_target.shape != a_source.shape:
        raise reading.misfit(source, f"as many heads as {quote(target)} has, {a_target.shape[0]}")
    heads = a_target.shape[0]
    W = weight.reshape(heads, width // heads, in_features)
    return {"W": W, "a_target": a_target, "a_source": a_source}, told or told_too


def two_projections(reading: Reading, source: str, target: str, attention: str) -> tuple[dict[str, Tensor], str | None]:
    """W_source, W_target, a and the biases of GATv2's two linear layers, by the names that a library gives them."""
    weight = reading.matrix(f"{source}.weight")
    width, in_features = weight.shape
    a, told = reading.per_head(attention, width)
    heads, features = a.shape
    arrays = {
        "W_target": reading.linear(f"{target}.weight", heads, width, in_features),
        "W_source": weight.reshape(heads, features, in_features),
        "a": a,
    }
    for name, linear in (("b_target", target), ("b_source", source)):
        if (bias := reading.vector(f"{linear}.bias", width)) is not None:
            arrays[name] = bias.reshape(heads, features)
    return arrays, told


def with_edges(reading: Reading, arrays: Mapping[str, Tensor], weight: str, attention: str = "") -> dict[str, Tensor]:
    """These arrays, with W_edge and a_edge where the layer has the tensors of these names.

    Raises:
        GatvizError: one without the other, or shapes that do not fit the layer's.
    """
    given = [tail for tail in (weight, attention) if tail and reading.get(tail) is not None]
    if not given:
        return dict(arrays)
    wanted = [tail for tail in (weight, attention) if tail]
    if given != wanted:
        found = f"{quote(given[0])} alone"
        raise GatvizError(reading.at(given[0]), in_words(wanted), found, "save the whole state dict")
    heads, features = arrays["a" if "a" in arrays else "a_target"].shape
    matrix = reading.matrix(weight)
    if matrix.shape[0] != heads * features:
        raise reading.misfit(weight, f"{heads * features} rows, as the projection has")
    found_too = {"W_edge": matrix.reshape(heads, features, matrix.shape[1])}
    if attention:
        if reading[attention].numel() != heads * features:
            raise reading.misfit(attention, f"{heads * features} entries, as the projection has rows")
        found_too["a_edge"] = reading[attention].reshape(heads, features)
    return {**arrays, **found_too}


def one_projection(reading: Reading, source: str, target: str) -> Tensor:
    """The projection of a GAT layer that stores it under one or both of two names.

    Raises:
        GatvizError: two different ones, which only a bipartite layer has.
    """
    given = [tail for tail in (source, target) if reading.get(tail) is not None]
    matrices = [reading.matrix(tail) for tail in given]
    first, last = matrices[0], matrices[-1]
    if first.shape != last.shape or not torch.equal(first, last):
        raise GatvizError(
            reading.at(target),
            f"the numbers of '{source}'",
            "others: a layer for bipartite graphs",
            "open a layer made with one number of input features",
        )
    return first


def in_words(names: Sequence[str]) -> str:
    """ "'a', 'b' and 'c'"."""
    quoted = [quote(name) for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
