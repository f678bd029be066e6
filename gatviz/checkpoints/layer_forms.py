"""What a layout of weights is: how a library names and shapes the tensors of its attention layers, and runs them.

F input features, H heads, C features per head, D edge features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gatviz.attention.loop_features import AS_ADDED
from gatviz.checkpoints.choices import Choices, Reasoned
from gatviz.checkpoints.told_words import ToldWords
from gatviz.errors import GatvizError, quote
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import Kind
from gatviz.words import N_, _, commas, or_list

Tensors = Mapping[str, Tensor]
Groups = Mapping[str, Tensors]
"""The tensors of each layer, by its name and by their names after it."""


@dataclass(frozen=True, eq=False)
class StoredLayer:
    """One attention layer as a file has it, its tensors by the names of the formulas.

    Attributes:
        name: what stands before the tensors' own names in the file ("conv1"), "" if nothing does.
        form: how it was recognised.
        arrays: W [H, C, F], a_target and a_source [H, C]; or W_target, W_source, a and b_target, b_source [H, C].
            Where edge features are read also W_edge [H, C, D], and a_edge [H, C] beside W. Beside W there may be b_W
            [H, C] and b_a [H, 1].
        edge_in_message: whether they are part of what is read too; None where the file leaves it open.
        bias: [H·C] or [C], or None. residual: [H·C, F] or [C, F], or None.
        heads_from: which tensor says how many heads there are, or None where none does.
        adds_input: the residual is the input itself, as the file says.
        answers: to what only its own layout leaves open, by keyword of `load_weights` (see `OwnChoice`).
        stem: for a layer whose heads have modules of their own, their common name; else None.
        notes: a sentence each.
    """

    name: str
    form: LayerForm
    kind: Kind
    arrays: Tensors
    bias: Tensor | None = None
    residual: Tensor | None = None
    heads_from: str | None = None
    edge_in_message: bool | None = False
    adds_input: bool = False
    answers: Mapping[str, Reasoned] = field(default_factory=dict)
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


Layers = tuple[StoredLayer, ...]


@dataclass(frozen=True)
class LayerForm:
    """A kind of layer in a layout: the names of its tensors, and how they are read.

    Attributes:
        title: as an error calls it, marked by N_ where it is translated.
        required, optional: names of tensors after the layer's own name.
        read: from these tensors to a StoredLayer; raises GatvizError where shapes do not fit.
        fits: whether the shapes are this form's, where two forms share their names.
        single_head: each head is a module of its own; `read` gives one head.
    """

    title: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[LayerTensors], StoredLayer] = field(compare=False)
    fits: Callable[[Tensors], bool] = field(default=lambda _: True, compare=False)
    single_head: bool = False


class Default(NamedTuple):
    """What a library does where no tensor tells, and why that is known: a sentence without its full stop."""

    value: Any
    reason: str

    @property
    def answer(self) -> Reasoned:
        """Itself as an answer that may be chosen otherwise, in the reader's language."""
        return Reasoned(self.value, "assumed", _(self.reason))


@dataclass(frozen=True)
class OwnChoice:
    """A keyword of `load_weights` that only this layout's layers leave open, and then for all of them.

    Attributes:
        name: the keyword; a layer that leaves it open has an answer of this name.
        options: the values to choose from.
        layers: which layers leave it open, for the refusal elsewhere ("layers of …").
        notes: what is said of a file where a value applies.
    """

    name: str
    options: tuple[object, ...]
    layers: str
    notes: Mapping[object, str] = field(default_factory=dict)


_AROUND = Default(
    "relu",
    N_("No tensor tells; with linear layers or norms around, published nets have ReLU or ELU: ReLU is a guess"),
)
_OF_ADDED = Default(AS_ADDED, N_("The library leaves it to its user; gatviz fills the loops that it adds"))


@dataclass(frozen=True, kw_only=True)
class WeightsLayout:
    """A library's way of storing attention layers, and what it does that no tensor says.

    All that the rooms around know of a layout, they ask here. Texts are marked by N_ and said in the reader's language.

    Attributes:
        name: the short name, as `layout=` takes it. title: for people.
        forms: its kinds of layers, the likelier first.
        attention: names that only an attention layer gives a tensor, the likeliest first: where one stands, a layer is.
        other_edges: parts of names that stand only where features of edges are read as gatviz does not.
        self_loops: its own handling of self-loops.
        loop_features: the features of self-loops where they are added and edge features are read, LoopFeatures.
        slope: its LeakyReLU, where it is not everybody's.
        bias_tells: whether the bias has H·C entries if heads are concatenated and C if they are averaged.
        residual_tells: whether the residual's projection does likewise.
        hidden, last, only: the activation after a hidden, the last and an only layer, None for none.
        around: that after a layer with linear layers or norms around it.
        notes: what else is worth knowing of every such file.
        own_choices: the keywords that it alone leaves open.

    Hooks, all of them None where the layout needs none:
        activation: of layer k of these, where hidden, last and only do not say it; None where they do.
        concat: of a single layer, None where the paper's way is likeliest.
        norm_mode: over what a layer norm beside these goes, "node" or "graph"; None for each node's own features.
        identity_widths: so many input features a layer of these may have and add its input without a tensor that tells.
        as_run: a layer and its slope in the form in which GAT computes it, given the values of own_choices.
        check: raises GatvizError where the plain values around the state dict are of other layers than these.
        tensors_of: a model's tensors in the layout's names, to save it; raises GatvizError for what it cannot hold.
    """

    name: str
    title: str
    forms: tuple[LayerForm, ...]
    attention: tuple[str, ...]
    other_edges: tuple[str, ...] = ()
    self_loops: Default
    loop_features: Default = _OF_ADDED
    slope: Default | None = None
    bias_tells: bool
    residual_tells: bool
    hidden: Default
    last: Default
    only: Default
    around: Default = _AROUND
    notes: tuple[str, ...] = ()
    own_choices: tuple[OwnChoice, ...] = ()
    activation: Callable[[int, Layers], Default | None] | None = None
    concat: Callable[[StoredLayer], Default | None] | None = None
    identity_widths: Callable[[StoredLayer, Layers], tuple[int, ...]] | None = None
    norm_mode: Callable[[Layers], Default | None] | None = None
    as_run: Callable[[StoredLayer, float, Mapping[str, object]], tuple[StoredLayer, float]] | None = None
    check: Callable[[Layers, Mapping[str, Any], str], None] | None = None
    tensors_of: Callable[[GAT], dict[str, Tensor]] | None = None

    @cached_property
    def tails(self) -> frozenset[str]:
        """All names of tensors of its layers."""
        return frozenset(tail for form in self.forms for tail in (*form.required, *form.optional))


@dataclass(frozen=True, eq=False)
class LayerTensors:
    """The tensors of one layer while a form reads them.

    Attributes:
        name: the layer's name. form: the form that reads. tensors: by their names after the layer's.
        heads: H as the caller gives it for shapes that leave it open, or None.
        around: the plain values that stand around the state dict.
        where: what the file is called.
        ones_last: whether the file's vectors per head are [H, C, 1], as another layer of it shows.
        choices: what the caller says of the file.
    """

    name: str
    form: LayerForm
    tensors: Tensors
    heads: int | None
    around: Mapping[str, Any]
    where: str
    ones_last: bool = False
    choices: Choices = field(default_factory=Choices)

    def __getitem__(self, tail: str) -> Tensor:
        return self.tensors[tail]

    def get(self, tail: str) -> Tensor | None:
        """A tensor that may be missing."""
        return self.tensors.get(tail)

    def at(self, tail: str) -> str:
        """The file and a tensor's whole name, for an error."""
        return commas((self.where, quote(f"{self.name}.{tail}" if self.name else tail)))

    def misfit(self, tail: str, expected: str) -> GatvizError:
        """The error for a tensor of another shape."""
        found = _("shape {shape}").format(shape=list(self.tensors[tail].shape))
        mend = _("check that the file holds {layer}").format(layer=_(self.form.title))
        return GatvizError(self.at(tail), expected, found, mend)

    def matrix(self, tail: str, transposed: bool = False) -> Tensor:
        """A projection [out, in]; `transposed` if the file has [in, out]."""
        tensor = self[tail]
        if tensor.dim() != 2 or 0 in tensor.shape:
            raise self.misfit(tail, _("a matrix [F, C]") if transposed else _("a matrix [H·C, F]"))
        return tensor.t() if transposed else tensor

    def per_head(self, tail: str, width: int) -> tuple[Tensor, str | None]:
        """A vector per head as [H, C] with H·C = width, and the name of the tensor if its shape says H.

        Libraries store [1, H, C], [H, C], [H, C, 1] or [H, 1, C]; a flat vector leaves H open. [1, n, 1] is the first,
        unless `ones_last`.
        """
        tensor = self[tail]
        if tensor.numel() != width:
            raise self.misfit(tail, _("{width} entries, as the projection has rows").format(width=width))
        heads = self._heads_by_shape(tensor)
        told = tail if heads is not None else None
        heads = self.heads if heads is None else heads
        if heads is None:
            heads = self._likely_heads(width)
        if heads < 1 or width % heads:
            expected = _("a divisor of {width}").format(width=width)
            raise GatvizError(commas(("heads", self.at(tail))), expected, str(heads), _("choose one"))
        return tensor.reshape(heads, width // heads), told

    def _heads_by_shape(self, tensor: Tensor) -> int | None:
        shape = list(tensor.shape)
        if len(shape) == 3 and 1 in shape:
            first = shape[2] != 1 or (shape[0] == 1 and not self.ones_last)
            shape.remove(1) if first else shape.pop()
            return int(shape[0])
        return int(shape[0]) if len(shape) == 2 and shape[0] > 1 else None

    def _likely_heads(self, width: int) -> int:
        """A bias of C entries says H·C / C; else the words around do, or 64 features are the paper's 8 heads of 8."""
        bias = self.get("bias")
        if bias is not None and 0 < bias.numel() < width and width % bias.numel() == 0:
            return width // bias.numel()
        told = ToldWords(self.around).heads
        if told is not None and width % told == 0:
            return told
        return 8 if width == 64 else 1

    def linear(self, tail: str, heads: int, width: int, in_features: int) -> Tensor:
        """A projection as [H, C, F], checked against the layer's other tensors."""
        matrix = self.matrix(tail)
        if tuple(matrix.shape) != (width, in_features):
            raise self.misfit(tail, _("shape {shape}").format(shape=[width, in_features]))
        return matrix.reshape(heads, width // heads, in_features)

    def vector(self, tail: str, *lengths: int) -> Tensor | None:
        """A vector that may be missing, of one of these lengths."""
        tensor = self.get(tail)
        if tensor is not None and (tensor.numel() not in lengths or max(tensor.shape, default=0) != tensor.numel()):
            told = or_list(str(length) for length in dict.fromkeys(lengths))
            raise self.misfit(tail, _("{lengths} entries").format(lengths=told))
        return None if tensor is None else tensor.reshape(-1)

    def biases(self, heads: int, features: int, projection: str, score: str = "") -> dict[str, Tensor]:
        """b_W [H, C] and b_a [H, 1] of a GAT layer, where it has tensors of these names."""
        found = {
            "b_W": self.vector(projection, heads * features) if projection else None,
            "b_a": self.vector(score, heads) if score else None,
        }
        return {name: values.reshape(heads, -1) for name, values in found.items() if values is not None}

    def skip(self, tail: str, in_features: int, *widths: int) -> Tensor | None:
        """A projection of the residual that may be missing, [one of these widths, F]."""
        if self.get(tail) is None:
            return None
        matrix = self.matrix(tail)
        if matrix.shape[1] != in_features or matrix.shape[0] not in widths:
            rows = or_list(str(width) for width in dict.fromkeys(widths))
            raise self.misfit(tail, _("shape [{rows}, {columns}]").format(rows=rows, columns=in_features))
        return matrix


def ones_last(tensor: Tensor) -> bool:
    """Whether a vector per head can only be [H, C, 1], as early examples of DGL have it."""
    return tensor.dim() == 3 and tensor.shape[2] == 1 and 1 not in tensor.shape[:2]


def two_halves(tensors: LayerTensors, weight: Tensor, target: str, source: str) -> tuple[dict[str, Tensor], str | None]:
    """W, a_target and a_source from a projection [H·C, F] and the two halves of the attention vector."""
    width, in_features = weight.shape
    a_target, told = tensors.per_head(target, width)
    a_source, told_too = tensors.per_head(source, width)
    if a_target.shape != a_source.shape:
        expected = _("as many heads as {tensor} has, {count}").format(tensor=quote(target), count=a_target.shape[0])
        raise tensors.misfit(source, expected)
    heads = a_target.shape[0]
    W = weight.reshape(heads, width // heads, in_features)
    return {"W": W, "a_target": a_target, "a_source": a_source}, told or told_too


def two_projections(
    tensors: LayerTensors, source: str, target: str, attention: str
) -> tuple[dict[str, Tensor], str | None]:
    """W_source, W_target, a and the biases of GATv2's two linear layers, by the names that a library gives them."""
    weight = tensors.matrix(f"{source}.weight")
    width, in_features = weight.shape
    a, told = tensors.per_head(attention, width)
    heads, features = a.shape
    arrays = {
        "W_target": tensors.linear(f"{target}.weight", heads, width, in_features),
        "W_source": weight.reshape(heads, features, in_features),
        "a": a,
    }
    for name, linear in (("b_target", target), ("b_source", source)):
        if (bias := tensors.vector(f"{linear}.bias", width)) is not None:
            arrays[name] = bias.reshape(heads, features)
    return arrays, told


def with_edges(
    tensors: LayerTensors, arrays: Mapping[str, Tensor], weight: str, attention: str = ""
) -> dict[str, Tensor]:
    """These arrays, with W_edge and a_edge where the layer has the tensors of these names.

    Raises:
        GatvizError: one without the other, or shapes that do not fit the layer's.
    """
    wanted = [tail for tail in (weight, attention) if tail]
    given = [tail for tail in wanted if tensors.get(tail) is not None]
    if not given:
        return dict(arrays)
    if given != wanted:
        found = _("{tensor} alone").format(tensor=quote(given[0]))
        expected = _("{one} and {other}").format(one=quote(weight), other=quote(attention))
        raise GatvizError(tensors.at(given[0]), expected, found, _("save the whole state dict"))
    heads, features = arrays["a" if "a" in arrays else "a_target"].shape
    width, matrix = heads * features, tensors.matrix(weight)
    if matrix.shape[0] != width:
        raise tensors.misfit(weight, _("{width} rows, as the projection has").format(width=width))
    of_edges = {"W_edge": matrix.reshape(heads, features, matrix.shape[1])}
    if attention:
        if tensors[attention].numel() != width:
            raise tensors.misfit(attention, _("{width} entries, as the projection has rows").format(width=width))
        of_edges["a_edge"] = tensors[attention].reshape(heads, features)
    return {**arrays, **of_edges}


def one_projection(tensors: LayerTensors, source: str, target: str) -> Tensor:
    """The projection of a GAT layer that stores it under one or both of two names.

    Raises:
        GatvizError: two different ones, which only a bipartite layer has.
    """
    given = [tail for tail in (source, target) if tensors.get(tail) is not None]
    matrices = [tensors.matrix(tail) for tail in given]
    first, last = matrices[0], matrices[-1]
    if first.shape != last.shape or not torch.equal(first, last):
        raise GatvizError(
            tensors.at(target),
            _("the numbers of {tensor}").format(tensor=quote(source)),
            _("others: a layer for bipartite graphs"),
            _("open a layer made with one number of input features"),
        )
    return first
