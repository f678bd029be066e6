"""From the names and shapes of a state dict to the modules in it: attention layers, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from gatviz.checkpoints.choices import Choices, one_for_each
from gatviz.checkpoints.layer_forms import (
    Groups,
    LayerForm,
    LayerTensors,
    StoredLayer,
    Tensors,
    WeightsLayout,
    ones_last,
)
from gatviz.checkpoints.layouts import LAYOUTS, attention_names
from gatviz.checkpoints.other_modules import OtherModule, other_modules
from gatviz.checkpoints.pieces import StoredModule, pieces
from gatviz.checkpoints.state_dict import RECIPE, StateDict
from gatviz.errors import GatvizError, quote
from gatviz.pickles.pickled import PickledModule
from gatviz.words import _, and_list, commas, ngettext, or_list

MAX_LAYERS = 64
_NUMBERED = re.compile(r"^(.*?)(\d+)$")
_MAX_LISTED = 12
_OTHER_CONVS = ("lin_key", "lin_query")
_TWO_KINDS = re.compile(r"(^|\.)<?\w+___\w+___\w+>?(\.|$)")
"""How a module of a heterogeneous graph is called after an edge's kind."""


@dataclass(frozen=True, eq=False)
class Recognised:
    """The modules of a file.

    Attributes:
        layout: the layout that all attention layers have.
        pieces: the modules, in the file's order.
        ordered: whether that order is the model's own.
        around: the plain values that stand around the state dict.
        modules: of a pickled model, what each module tells of itself.
    """

    layout: WeightsLayout
    pieces: tuple[StoredModule, ...]
    ordered: bool
    around: Mapping[str, Any]
    modules: Mapping[str, PickledModule]

    @property
    def layers(self) -> tuple[StoredLayer, ...]:
        """The attention layers."""
        return tuple(piece.layer for piece in self.pieces if piece.layer is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """What a recipe calls the attention layers."""
        return tuple(piece.name for piece in self.pieces if piece.layer is not None)

    def run_as(self, names: Sequence[str]) -> Recognised:
        """The same with the attention layers of these names alone, in their order; all other modules stay."""
        layers = {piece.name: piece for piece in self.pieces if piece.layer is not None}
        others = [piece for piece in self.pieces if piece.layer is None]
        return replace(self, pieces=(*(layers[name] for name in names), *others))


def recognise(state: StateDict, where: str, choices: Choices) -> Recognised:
    """The modules of a state dict, and the layout that its attention layers have.

    Arguments:
        choices: what the caller says where names and shapes leave it open.

    Raises:
        GatvizError: no layout fits, or tensors that gatviz has no place for; with what was found and missing.
    """
    layouts = _layouts(choices.layout)
    groups, left = _groups(state.tensors, where, layouts)
    forms = {name: _form_of(name, tensors, where, layouts) for name, tensors in groups.items()}
    kinds = list(dict.fromkeys(layout.name for layout, _form in forms.values()))
    if len(kinds) > 1:
        found = _("those of {libraries}").format(libraries=and_list(quote(_(LAYOUTS[name].title)) for name in kinds))
        raise GatvizError(where, _("the layers of one library"), found, _("save them apart"))
    if len(groups) > MAX_LAYERS * 64:
        raise _too_many(len(groups), where)
    heads = choices.heads
    given = heads if isinstance(heads, int) else None
    last = any(ones_last(tensor) for tensors in groups.values() for tensor in tensors.values())
    read = {
        name: LayerTensors(name, forms[name][1], tensors, given, state.around, where, last, choices)
        for name, tensors in groups.items()
    }
    others = [_as_told(one, state.modules) for one in other_modules(left)]
    reads = {other.in_features for other in others}
    layers = _joined_heads([tensors.form.read(tensors) for tensors in read.values()], reads, where)
    if len(layers) > MAX_LAYERS or len(others) > MAX_LAYERS * 4:
        raise _too_many(max(len(layers), len(others)), where)
    if heads is not None and not isinstance(heads, int):
        layers = _read_again(layers, read, heads)
    _check_heads(layers, heads, where)
    own = state.settings is not None and RECIPE in state.settings
    all_pieces = pieces(layers, others, _places(state.tensors), whole_names=own)
    return Recognised(LAYOUTS[kinds[0]], all_pieces, state.ordered, state.around, state.modules)


def _as_told(other: OtherModule, modules: Mapping[str, PickledModule]) -> OtherModule:
    """The same, but a BatchNorm that stores nothing has a layer norm's tensors."""
    told = modules.get(f"{other.name}.module", modules.get(other.name))
    return replace(other, kind="batch_norm") if told and other.kind == "norm" and "Batch" in told.kind else other


def _places(names: Iterable[str]) -> dict[str, int]:
    """For every module, and what modules stand in, the place of its first tensor."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        module = name
        while module := module.rpartition(".")[0]:
            places.setdefault(module, place)
            places.setdefault(module.rstrip("0123456789").rstrip("._"), place)
    return places


def _too_many(count: int, where: str) -> GatvizError:
    expected = _("at most {most} layers").format(most=MAX_LAYERS)
    return GatvizError(where, expected, f"{count:,}", _("save fewer"))


def _layouts(name: str | None) -> tuple[WeightsLayout, ...]:
    if name is None:
        return tuple(LAYOUTS.values())
    if not isinstance(name, str) or name not in LAYOUTS:
        expected = _("one of {names}").format(names=commas(LAYOUTS))
        raise GatvizError("layout", expected, quote(name), _("choose one, or leave it out"))
    return (LAYOUTS[name],)


def _groups(tensors: Mapping[str, Tensor], where: str, layouts: Sequence[WeightsLayout]) -> tuple[Groups, Tensors]:
    """The tensors of each layer, by its name and their names after it; and those that belong to none."""
    of_edges = {part for layout in LAYOUTS.values() for part in layout.other_edges}
    for name in tensors:
        if of_edges.intersection(name.split(".")):
            raise GatvizError(
                where,
                _("layers that read features of nodes and edges"),
                _("{tensor}, which embeds kinds of edges").format(tensor=quote(name)),
                _("train a GATConv with edge features instead"),
            )
    if several := next((name for name in tensors if _TWO_KINDS.search(name)), None):
        found = _("layers for each kind of edge: {tensor}").format(tensor=quote(several))
        raise GatvizError(where, _("one kind of nodes and edges"), found, _("save the layers of one kind alone"))
    names = dict.fromkeys(name.removesuffix(end).removesuffix(".") for name, end in attention_names(tensors).items())
    if not names:
        raise _no_layout(tensors, where, layouts)
    groups: dict[str, dict[str, Tensor]] = {name: {} for name in names}
    left: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        prefix = name
        while prefix and prefix not in groups:
            prefix = prefix.rpartition(".")[0]
        tail = name[len(prefix) + 1 if prefix else 0 :]
        if prefix in groups and _is_own(tail):
            groups[prefix][tail] = tensor
        else:
            left[name] = tensor
    return groups, left


def _is_own(tail: str) -> bool:
    """Whether a tensor under an attention layer's name can be the layer's own, and not that of a module inside it."""
    return "." not in tail or tail in {name for layout in LAYOUTS.values() for name in layout.tails}


def _no_layout(tensors: Mapping[str, Tensor], where: str, layouts: Sequence[WeightsLayout]) -> GatvizError:
    known = _("; ").join(
        _("{library}: {tensors}").format(library=_(layout.title), tensors=commas(layout.forms[0].required))
        for layout in layouts
    )
    if any(part in _OTHER_CONVS for name in tensors for part in name.split(".")):
        expected, found = (
            _("GAT or GATv2 layers"),
            _("those of a TransformerConv: {tensors}").format(tensors=_listed(tensors)),
        )
        return GatvizError(
            where, expected, found, _("its scores are products of queries and keys, which gatviz does not have")
        )
    vectors = or_list(dict.fromkeys(layout.attention[0] for layout in layouts))
    return GatvizError(
        where,
        _("the tensors of a GAT layer ({known})").format(known=known),
        _listed(tensors),
        _("an attention vector is missing, such as {names}").format(names=vectors),
    )


def _listed(tensors: Mapping[str, Tensor]) -> str:
    shown = [f"{quote(name)} {list(tensor.shape)}" for name, tensor in list(tensors.items())[:_MAX_LISTED]]
    more = len(tensors) - len(shown)
    if not more:
        return commas(shown)
    return ngettext("{some} and {count:,} more", "{some} and {count:,} more", more).format(
        some=commas(shown), count=more
    )


def _form_of(
    name: str, tensors: Tensors, where: str, layouts: Sequence[WeightsLayout]
) -> tuple[WeightsLayout, LayerForm]:
    """The form whose names and shapes these are."""
    best: tuple[int, WeightsLayout, LayerForm] | None = None
    for layout in layouts:
        for form in layout.forms:
            missing = [tail for tail in form.required if tail not in tensors]
            extra = [tail for tail in tensors if tail not in form.required and tail not in form.optional]
            if not missing and not extra and form.fits(tensors):
                return layout, form
            shared = len(form.required) - len(missing)
            score = 4 * sum(tail in layout.attention for tail in form.required if tail in tensors) + 2 * shared
            score -= 2 * len(missing) + len(extra)
            if best is None or score > best[0]:
                best = score, layout, form
    assert best is not None
    form = best[2]
    lacking = [tail for tail in form.required if tail not in tensors]
    beside = {tail: tensors[tail] for tail in tensors if tail not in form.required and tail not in form.optional}
    at = commas((where, _("layer {name}").format(name=quote(name)))) if name else where
    title, shown = _(form.title), _listed(tensors)
    if beside and not lacking:
        raise _beside(beside, at, title)
    if not lacking:
        expected = _("the shapes of {layer}").format(layer=title)
        raise GatvizError(at, expected, shown, _("check that the file holds such a layer"))
    found = _("{tensors}, but not {missing}").format(tensors=shown, missing=and_list(map(quote, lacking)))
    expected = _("{tensors} as in {layer}").format(tensors=and_list(map(quote, form.required)), layer=title)
    raise GatvizError(at, expected, found, _("save the whole state dict"))


def _beside(extra: Tensors, at: str, title: str) -> GatvizError:
    found = _("beside them {tensors}").format(tensors=_listed(extra))
    expected = _("the tensors of {layer}").format(layer=title)
    return GatvizError(at, expected, found, _("save the attention layers without the rest"))


# ---- heads that are modules of their own ------------------------------------------------------------------


def _joined_heads(layers: Sequence[StoredLayer], reads: Set[int | None], where: str) -> list[StoredLayer]:
    """Layers whose heads stand apart, put together; all others as they are.

    Arguments:
        reads: how many features the other modules of the file read.
    """
    reads = reads | {layer.in_features for layer in layers}
    families: dict[str, list[tuple[int, StoredLayer]]] = {}
    for layer in layers:
        match = _NUMBERED.match(layer.name)
        stem, number = (match[1], int(match[2])) if match else (layer.name, -1)
        families.setdefault(stem if match else f"{stem} ", []).append((number, layer))
    joined: list[StoredLayer] = []
    for stem, members in families.items():
        members.sort(key=lambda member: member[0])
        heads = [layer for _number, layer in members]
        if members[0][0] < 0 or not _are_heads(stem, heads, reads):
            joined += heads
            continue
        numbers = [number for number, _layer in members]
        expected = list(range(numbers[0], numbers[0] + len(numbers)))
        if numbers != expected or numbers[0] > 1:
            missing = next(n for n in [0, *range(1, numbers[-1])] if n not in numbers)
            head = quote(f"{stem}{missing}")
            whole = _("all heads from {head} on").format(head=head)
            raise GatvizError(where, whole, _("no {head}").format(head=head), _("save all"))
        joined.append(_join(stem, heads, where))
    return joined


def _are_heads(stem: str, layers: Sequence[StoredLayer], reads: Set[int | None]) -> bool:
    """Heads read the same input: by their name, as they could not follow one another, or as what they give together
    is read."""
    last = next((word for word in reversed(stem.split(".")) if word), "")
    shapes = {(layer.kind, layer.in_features, layer.heads, layer.features) for layer in layers}
    together = sum(layer.joined for layer in layers) in reads
    if not all(layer.form.single_head for layer in layers):
        if len(shapes) > 1 or len(layers) < 2 or any(layer.heads > 1 or layer.residual is not None for layer in layers):
            return False
        return together and layers[0].features not in reads - {layers[0].in_features}
    if "head" in last:
        return True
    if len(shapes) > 1 or (len(layers) < 2 and not last.startswith("att")):
        return False
    in_features, features = layers[0].in_features, layers[0].features
    return in_features != features or "att" in last or (len(layers) > 1 and together)


def _join(stem: str, heads: Sequence[StoredLayer], where: str) -> StoredLayer:
    first = heads[0]
    for layer in heads[1:]:
        alike = layer.arrays.keys() == first.arrays.keys() and (layer.bias is None) == (first.bias is None)
        if layer.source_weight.shape != first.source_weight.shape or not alike:
            raise GatvizError(
                commas((where, quote(layer.name))),
                _("the shapes of {head}, another head of the layer").format(head=quote(first.name)),
                _("{before} to {after} features").format(before=layer.in_features, after=layer.features),
                _("check that all heads come from one model"),
            )
    arrays = {name: torch.cat([layer.arrays[name] for layer in heads]) for name in first.arrays}
    biases = [layer.bias for layer in heads if layer.bias is not None]
    name = re.sub(r"(\.|^)heads?[._]?$", "", stem).rstrip("._")
    return replace(first, name=name, arrays=arrays, bias=torch.cat(biases) if biases else None, stem=stem)


# ---- heads, given by hand -----------------------------------------------------------------------------------


def _read_again(
    layers: Sequence[StoredLayer], read: Mapping[str, LayerTensors], heads: Sequence[int | None]
) -> list[StoredLayer]:
    if len(heads) != len(layers):
        raise one_for_each("heads", len(layers), len(heads))
    again = []
    for layer, count in zip(layers, heads, strict=True):
        tensors = read.get(layer.name) if layer.stem is None else None
        if tensors is None or count is None:
            again.append(layer)
        else:
            again.append(tensors.form.read(replace(tensors, heads=count)))
    return again


def _check_heads(layers: Sequence[StoredLayer], heads: Sequence[int | None] | int | None, where: str) -> None:
    """One number for all is for the layers that leave it open; it must be right for one at least."""
    if heads is None:
        return
    if isinstance(heads, int):
        if all(layer.heads != heads for layer in layers):
            raise _other_heads(commas(str(layer.heads) for layer in layers), heads, ("heads", where))
        return
    for layer, count in zip(layers, heads, strict=True):
        if count is not None and count != layer.heads:
            raise _other_heads(str(layer.heads), count, ("heads", where, quote(layer.name)))


def _other_heads(told: str, given: int, at: Sequence[str]) -> GatvizError:
    expected = _("{value}, as the file says").format(value=told)
    return GatvizError(commas(at), expected, quote(given), _("leave {keyword} out").format(keyword="heads"))
