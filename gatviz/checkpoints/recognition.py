"""From the names and shapes of a state dict to the attention layers in it, first to last."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
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
from gatviz.checkpoints.state_dict import StateDict
from gatviz.errors import GatvizError, quote
from gatviz.words import _, and_list, commas, ngettext, or_list

MAX_LAYERS = 64
_NORMS = re.compile(
    r"(^|[._])(norm|norms|bn|bns|batch_?norm|layer_?norm|graph_?norm|running_mean|running_var)s?\d*([._]|$)"
)
_NUMBERED = re.compile(r"^(.*?)(\d+)$")
_MOST_LISTED = 12
_MOST_SEARCHED = 8


@dataclass(frozen=True, eq=False)
class Recognised:
    """The layers of a file, first to last.

    Attributes:
        layout: the layout that all of them have.
        layers: the layers.
        notes: what was decided about their order, a sentence each.
        around: the plain values that stand around the state dict.
    """

    layout: WeightsLayout
    layers: tuple[StoredLayer, ...]
    notes: tuple[str, ...]
    around: Mapping[str, Any]


def recognise(state: StateDict, where: str, choices: Choices) -> Recognised:
    """The attention layers of a state dict, and the layout that they have.

    Arguments:
        choices: what the caller says where names and shapes leave it open.

    Raises:
        GatvizError: no layout fits, or tensors that gatviz has no place for; with what was found and missing.
    """
    layouts = _layouts(choices.layout)
    groups, left = _groups(state.tensors, where, layouts)
    notes: tuple[str, ...] = ()
    if left:
        groups, note = _with_beside(groups, left, where)
        notes = (note,)
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
    layers = _joined_heads([tensors.form.read(tensors) for tensors in read.values()], where)
    if len(layers) > MAX_LAYERS:
        raise _too_many(len(layers), where)
    layers, order_notes = _in_order(layers, state.ordered, where)
    if heads is not None and not isinstance(heads, int):
        layers = _read_again(layers, read, heads)
    _check_heads(layers, heads, where)
    layout = LAYOUTS[kinds[0]]
    if layout.check is not None:
        layout.check(tuple(layers), state.around, where)
    return Recognised(layout, tuple(layers), (*order_notes, *notes), state.around)


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


def _with_beside(groups: Groups, left: Tensors, where: str) -> tuple[Groups, str]:
    """The layers' tensors with those that belong to none, as a layout puts them together, and its note."""
    for layout in LAYOUTS.values():
        taken = layout.take_beside(groups, left) if layout.take_beside is not None else None
        if taken is not None:
            return taken
    raise _left_over(left, where)


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
    names = dict.fromkeys(name.removesuffix(end).removesuffix(".") for name, end in attention_names(tensors).items())
    if not names:
        raise _no_layout(tensors, where, layouts)
    groups: dict[str, dict[str, Tensor]] = {name: {} for name in names}
    left: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        prefix = name
        while prefix and prefix not in groups:
            prefix = prefix.rpartition(".")[0]
        if prefix in groups:
            groups[prefix][name[len(prefix) + 1 if prefix else 0 :]] = tensor
        else:
            left[name] = tensor
    return groups, left


def _left_over(left: Tensors, where: str) -> GatvizError:
    if _have_norms(left):
        return _norms(left, where)
    found = _("tensors that belong to none: {tensors}").format(tensors=_listed(left))
    expected = _("attention layers alone, each with all its tensors")
    return GatvizError(where, expected, found, _("save the attention layers without the rest"))


def _have_norms(tensors: Tensors) -> bool:
    return any(_NORMS.search(name) for name in tensors)


def _norms(tensors: Tensors, where: str) -> GatvizError:
    found = _("normalisation layers: {tensors}").format(tensors=_listed(tensors))
    mend = _("train without them: gatviz cannot run them")
    return GatvizError(where, _("attention layers alone"), found, mend)


def _no_layout(tensors: Mapping[str, Tensor], where: str, layouts: Sequence[WeightsLayout]) -> GatvizError:
    known = _("; ").join(
        _("{library}: {tensors}").format(library=_(layout.title), tensors=commas(layout.forms[0].required))
        for layout in layouts
    )
    vectors = or_list(dict.fromkeys(layout.attention[0] for layout in layouts))
    return GatvizError(
        where,
        _("the tensors of a GAT layer ({known})").format(known=known),
        _listed(tensors),
        _("an attention vector is missing, such as {names}").format(names=vectors),
    )


def _listed(tensors: Mapping[str, Tensor]) -> str:
    shown = [f"{quote(name)} {list(tensor.shape)}" for name, tensor in list(tensors.items())[:_MOST_LISTED]]
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
    if _have_norms(extra):
        return _norms(extra, at)
    found = _("beside them {tensors}").format(tensors=_listed(extra))
    expected = _("the tensors of {layer}").format(layer=title)
    return GatvizError(at, expected, found, _("save the attention layers without the rest"))


# ---- heads that are modules of their own ------------------------------------------------------------------


def _joined_heads(layers: Sequence[StoredLayer], where: str) -> list[StoredLayer]:
    """Layers whose heads stand apart, put together; all others as they are."""
    if not any(layer.form.single_head for layer in layers):
        return list(layers)
    families: dict[str, list[tuple[int, StoredLayer]]] = {}
    for layer in layers:
        match = _NUMBERED.match(layer.name)
        stem, number = (match[1], int(match[2])) if match else (layer.name, -1)
        families.setdefault(stem if match else f"{stem} ", []).append((number, layer))
    joined: list[StoredLayer] = []
    for stem, members in families.items():
        members.sort(key=lambda member: member[0])
        heads = [layer for _number, layer in members]
        if members[0][0] < 0 or not _are_heads(stem, heads):
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


def _are_heads(stem: str, layers: Sequence[StoredLayer]) -> bool:
    """Heads read the same input: by their name, or as they could not follow one another."""
    last = next((word for word in reversed(stem.split(".")) if word), "")
    shapes = {(layer.in_features, layer.features) for layer in layers}
    if "head" in last:
        return True
    if len(shapes) > 1 or (len(layers) < 2 and not last.startswith("att")):
        return False
    in_features, features = next(iter(shapes))
    return in_features != features or "att" in last


def _join(stem: str, heads: Sequence[StoredLayer], where: str) -> StoredLayer:
    first = heads[0]
    for layer in heads[1:]:
        if layer.source_weight.shape != first.source_weight.shape or (layer.bias is None) != (first.bias is None):
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


# ---- which layer comes after which -------------------------------------------------------------------------


def _in_order(layers: Sequence[StoredLayer], ordered: bool, where: str) -> tuple[list[StoredLayer], tuple[str, ...]]:
    """The layers so that each fits the one before: in the file's order, by their numbers, or as widths allow."""
    by_file, by_number = list(layers), sorted(layers, key=lambda layer: _natural(layer.name))
    first, second = (by_file, by_number) if ordered else (by_number, by_file)
    for order in (first, second):
        if _chains(order):
            told = order is second and [p.name for p in first] != [p.name for p in second]
            if not ordered and _open_order(order):
                note = _(
                    "Neither the file nor the widths tell which layer comes first; they are taken by their names: "
                    "{names}."
                )
                return order, (note.format(names=_names(order)),)
            return order, (_order_note(order),) if told else ()
    if len(layers) <= _MOST_SEARCHED and (found := _search([], list(layers))) is not None:
        return found, (_order_note(found),)
    k = next(k for k in range(1, len(first)) if not _follows(first[k - 1], first[k]))
    before, after = first[k - 1], first[k]
    expected = _("{widths} input features, as {layer} before it gives")
    raise GatvizError(
        commas((where, quote(after.name))),
        expected.format(widths=_widths(before), layer=quote(before.name)),
        str(after.in_features),
        _("save the attention layers of one stack alone"),
    )


def _open_order(order: Sequence[StoredLayer]) -> bool:
    """Whether two layers could change places, and no number in their names says which comes first."""
    for k in range(len(order) - 1):
        swapped = [*order[:k], order[k + 1], order[k], *order[k + 2 :]]
        words = {re.sub(r"\d+", "", layer.name) for layer in order[k : k + 2]}
        if len(words) > 1 and _chains(swapped):
            return True
    return False


def _names(order: Sequence[StoredLayer]) -> str:
    return commas(quote(layer.name) for layer in order)


def _order_note(order: Sequence[StoredLayer]) -> str:
    return _("The layers are taken in the order in which their widths fit: {names}.").format(names=_names(order))


def _widths(layer: StoredLayer) -> str:
    return or_list(str(width) for width in dict.fromkeys((layer.joined, layer.features)))


def _follows(before: StoredLayer, after: StoredLayer) -> bool:
    flat = before.heads_from is None and before.joined % after.in_features == 0
    return after.in_features in (before.joined, before.features) or flat


def _chains(order: Sequence[StoredLayer]) -> bool:
    return all(_follows(before, after) for before, after in pairwise(order))


def _search(done: list[StoredLayer], rest: list[StoredLayer]) -> list[StoredLayer] | None:
    if not rest:
        return done
    for layer in rest:
        if not done or _follows(done[-1], layer):
            found = _search([*done, layer], [other for other in rest if other is not layer])
            if found is not None:
                return found
    return None


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Numbers in a name count as numbers: "conv2" stands before "conv10"."""
    return [(0, int(word), "") if word.isdecimal() else (1, 0, word) for word in re.split(r"(\d+)", name) if word]


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
