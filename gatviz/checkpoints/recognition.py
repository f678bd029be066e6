"""From the names and shapes of a state dict to the attention layers in it, first to last."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from gatviz.checkpoints import dgl, limits, own, pyg, pygat, pytorch_gat, skips, tutorial
from gatviz.checkpoints.layout import DISTINCT, Form, Layout, Part, Reading, Tensors, in_words, ones_last, tail_of
from gatviz.checkpoints.state import State
from gatviz.errors import GatvizError, quote

LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (own.LAYOUT, tutorial.LAYOUT, pyg.LAYOUT, dgl.LAYOUT, pygat.LAYOUT, pytorch_gat.LAYOUT)
}
"""Every layout by its short name; where names and shapes are alike, the earlier is the likelier."""

_OTHER_EDGES = {"attn_e"}
"""Of DGL's examples that embed the kinds of edges (SimpleHGN), which gatviz does not run."""
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
        parts: the layers.
        notes: what was decided about their order, a sentence each.
        around: the plain values that stand around the state dict.
    """

    layout: Layout
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    around: Mapping[str, Any]


def recognise(
    state: State,
    where: str,
    heads: Sequence[int | None] | int | None = None,
    layout: str | None = None,
    implementation: str | None = None,
) -> Recognised:
    """The attention layers of a state dict, and the layout that they have.

    Arguments:
        heads: H where the shapes leave it open: for all layers, or one for each.
        layout: look for this layout only.
        implementation: which of pytorch-GAT's own the layers are from, where the file does not say it.

    Raises:
        GatvizError: no layout fits, or tensors that gatviz has no place for; with what was found and missing.
    """
    chosen = _layouts(layout)
    groups, left = _groups(state.tensors, where, chosen)
    beside = skips.with_skips(groups, left) if left else None
    if left and beside is None:
        raise _left_over(left, where)
    groups = beside or groups
    forms = {name: _form_of(name, tensors, where, chosen) for name, tensors in groups.items()}
    kinds = list(dict.fromkeys(layout.name for layout, _ in forms.values()))
    if len(kinds) > 1:
        found = in_words([LAYOUTS[name].title for name in kinds])
        raise GatvizError(where, "the layers of one library", f"those of {found}", "save them apart")
    if len(groups) > limits.MAX_LAYERS * 64:
        raise GatvizError(where, f"at most {limits.MAX_LAYERS} layers", f"{len(groups):,}", "save fewer")
    given = heads if isinstance(heads, int) else None
    last = any(ones_last(tensor) for tensors in groups.values() for tensor in tensors.values())
    readings = {
        name: Reading(name, forms[name][1], tensors, given, state.around, where, last, implementation)
        for name, tensors in groups.items()
    }
    parts = _joined_heads([reading.form.read(reading) for reading in readings.values()], where)
    if len(parts) > limits.MAX_LAYERS:
        raise GatvizError(where, f"at most {limits.MAX_LAYERS} layers", f"{len(parts):,}", "save fewer")
    parts, notes = _in_order(parts, state.ordered, where)
    if heads is not None and not isinstance(heads, int):
        parts = _read_again(parts, readings, heads)
    _check_heads(parts, heads, where)
    library = LAYOUTS[kinds[0]]
    if library.name == "pytorch_gat":
        pytorch_gat.check_around(tuple(parts), state.around, where)
    return Recognised(library, tuple(parts), (*notes, skips.NOTE) if beside else notes, state.around)


def _layouts(name: str | None) -> tuple[Layout, ...]:
    if name is None:
        return tuple(LAYOUTS.values())
    if not isinstance(name, str) or name not in LAYOUTS:
        raise GatvizError("layout", f"one of {', '.join(LAYOUTS)}", quote(name), "choose one, or leave it out")
    return (LAYOUTS[name],)


def _groups(
    tensors: Mapping[str, Tensor], where: str, layouts: Sequence[Layout]
) -> tuple[dict[str, dict[str, Tensor]], dict[str, Tensor]]:
    """The tensors of each layer, by its name and their names after it; and those that belong to none."""
    for name in tensors:
        if _OTHER_EDGES.intersection(name.split(".")):
            raise GatvizError(
                where,
                "layers that read features of nodes and edges",
                f"{quote(name)}, which embeds kinds of edges",
                "train a GATConv with edge features instead",
            )
    names = dict.fromkeys(
        name[: -len(tail_of(name))].removesuffix(".") for name in tensors if tail_of(name) in DISTINCT
    )
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


def _left_over(left: Mapping[str, Tensor], where: str) -> GatvizError:
    listed = _listed(left)
    if any(_NORMS.search(name) for name in left):
        found = f"normalisation layers: {listed}"
        return GatvizError(where, "attention layers alone", found, "train without them: gatviz cannot run them")
    found = f"tensors that belong to none: {listed}"
    return GatvizError(
        where, "attention layers alone, each with all its tensors", found, "save the attention layers without the rest"
    )


def _no_layout(tensors: Mapping[str, Tensor], where: str, layouts: Sequence[Layout]) -> GatvizError:
    known = "; ".join(f"{layout.title}: {', '.join(layout.forms[0].required)}" for layout in layouts)
    return GatvizError(
        where,
        f"the tensors of a GAT layer ({known})",
        _listed(tensors),
        "an attention vector is missing, such as att_src, attn_l, a or scoring_fn_source",
    )


def _listed(tensors: Mapping[str, Tensor]) -> str:
    shown = [f"{quote(name)} {list(tensor.shape)}" for name, tensor in list(tensors.items())[:_MOST_LISTED]]
    more = len(tensors) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _form_of(name: str, tensors: Tensors, where: str, layouts: Sequence[Layout]) -> tuple[Layout, Form]:
    """The form whose names and shapes these are."""
    best: tuple[int, Layout, Form] | None = None
    for layout in layouts:
        for form in layout.forms:
            missing = [tail for tail in form.required if tail not in tensors]
            extra = [tail for tail in tensors if tail not in form.required and tail not in form.optional]
            if not missing and not extra and form.fits(tensors):
                return layout, form
            shared = len(form.required) - len(missing)
            score = 4 * sum(tail in DISTINCT for tail in form.required if tail in tensors) + 2 * shared
            score -= 2 * len(missing) + len(extra)
            if best is None or score > best[0]:
                best = score, layout, form
    assert best is not None
    form = best[2]
    lacking = [tail for tail in form.required if tail not in tensors]
    beside = {tail: tensors[tail] for tail in tensors if tail not in form.required and tail not in form.optional}
    at = f"{where}, layer {quote(name)}" if name else where
    if beside and not lacking:
        raise _beside(beside, at, form)
    shown = _listed(tensors)
    if not lacking:
        raise GatvizError(at, f"the shapes of {form.title}", shown, "check that the file holds such a layer")
    found = f"{shown}, but not {in_words(lacking)}"
    raise GatvizError(at, f"{in_words(form.required)} as in {form.title}", found, "save the whole state dict")


def _beside(extra: Tensors, at: str, form: Form) -> GatvizError:
    if any(_NORMS.search(tail) for tail in extra):
        found = f"normalisation layers: {_listed(extra)}"
        return GatvizError(at, "attention layers alone", found, "train without them: gatviz cannot run them")
    found = f"beside them {_listed(extra)}"
    return GatvizError(at, f"the tensors of {form.title}", found, "save the attention layers without the rest")


# ---- heads that are modules of their own ------------------------------------------------------------------


def _joined_heads(parts: Sequence[Part], where: str) -> list[Part]:
    """Layers whose heads stand apart, put together; all others as they are."""
    if not any(part.form.single_head for part in parts):
        return list(parts)
    families: dict[str, list[tuple[int, Part]]] = {}
    for part in parts:
        match = _NUMBERED.match(part.name)
        stem, number = (match[1], int(match[2])) if match else (part.name, -1)
        families.setdefault(stem if match else f"{stem} ", []).append((number, part))
    joined: list[Part] = []
    for stem, members in families.items():
        members.sort(key=lambda member: member[0])
        heads = [part for _, part in members]
        if members[0][0] < 0 or not _are_heads(stem, heads):
            joined += heads
            continue
        numbers = [number for number, _ in members]
        expected = list(range(numbers[0], numbers[0] + len(numbers)))
        if numbers != expected or numbers[0] > 1:
            missing = next(n for n in [0, *range(1, numbers[-1])] if n not in numbers)
            raise GatvizError(
                where, f"all heads from {quote(f'{stem}{missing}')} on", f"no {quote(f'{stem}{missing}')}", "save all"
            )
        joined.append(_join(stem, heads, where))
    return joined


def _are_heads(stem: str, parts: Sequence[Part]) -> bool:
    """Heads read the same input: by their name, or as they could not follow one another."""
    last = next((word for word in reversed(stem.split(".")) if word), "")
    shapes = {(part.in_features, part.features) for part in parts}
    if "head" in last:
        return True
    if len(shapes) > 1 or (len(parts) < 2 and not last.startswith("att")):
        return False
    in_features, features = next(iter(shapes))
    return in_features != features or "att" in last


def _join(stem: str, heads: Sequence[Part], where: str) -> Part:
    first = heads[0]
    for part in heads[1:]:
        if part.source_weight.shape != first.source_weight.shape or (part.bias is None) != (first.bias is None):
            raise GatvizError(
                f"{where}, {quote(part.name)}",
                f"the shapes of {quote(first.name)}, another head of the layer",
                f"{part.in_features} to {part.features} features",
                "check that all heads come from one model",
            )
    arrays = {name: torch.cat([part.arrays[name] for part in heads]) for name in first.arrays}
    biases = [part.bias for part in heads if part.bias is not None]
    name = re.sub(r"(\.|^)heads?[._]?$", "", stem).rstrip("._")
    return replace(first, name=name, arrays=arrays, bias=torch.cat(biases) if biases else None, stem=stem)


# ---- which layer comes after which -------------------------------------------------------------------------


def _in_order(parts: Sequence[Part], ordered: bool, where: str) -> tuple[list[Part], tuple[str, ...]]:
    """The layers so that each fits the one before: in the file's order, by their numbers, or as widths allow."""
    by_file, by_number = list(parts), sorted(parts, key=lambda part: _natural(part.name))
    first, second = (by_file, by_number) if ordered else (by_number, by_file)
    for order in (first, second):
        if _chains(order):
            told = order is second and [p.name for p in first] != [p.name for p in second]
            if not ordered and _open_order(order):
                return order, (_OPEN_ORDER + _names(order) + ".",)
            return order, (_order_note(order),) if told else ()
    if len(parts) <= _MOST_SEARCHED and (found := _search([], list(parts))) is not None:
        return found, (_order_note(found),)
    k = next(k for k in range(1, len(first)) if not _follows(first[k - 1], first[k]))
    before, after = first[k - 1], first[k]
    raise GatvizError(
        f"{where}, {quote(after.name)}",
        f"{_widths(before)} input features, as {quote(before.name)} before it gives",
        str(after.in_features),
        "save the attention layers of one stack alone",
    )


_OPEN_ORDER = "Neither the file nor the widths tell which layer comes first; they are taken by their names: "


def _open_order(order: Sequence[Part]) -> bool:
    """Whether two layers could change places, and no number in their names says which comes first."""
    for k in range(len(order) - 1):
        swapped = [*order[:k], order[k + 1], order[k], *order[k + 2 :]]
        words = {re.sub(r"\d+", "", part.name) for part in order[k : k + 2]}
        if len(words) > 1 and _chains(swapped):
            return True
    return False


def _names(order: Sequence[Part]) -> str:
    return ", ".join(quote(part.name) for part in order)


def _order_note(order: Sequence[Part]) -> str:
    return f"The layers are taken in the order in which their widths fit: {_names(order)}."


def _widths(part: Part) -> str:
    return " or ".join(str(width) for width in dict.fromkeys((part.joined, part.features)))


def _follows(before: Part, after: Part) -> bool:
    flat = before.heads_from is None and before.joined % after.in_features == 0
    return after.in_features in (before.joined, before.features) or flat


def _chains(order: Sequence[Part]) -> bool:
    return all(_follows(before, after) for before, after in pairwise(order))


def _search(done: list[Part], rest: list[Part]) -> list[Part] | None:
    if not rest:
        return done
    for part in rest:
        if not done or _follows(done[-1], part):
            found = _search([*done, part], [other for other in rest if other is not part])
            if found is not None:
                return found
    return None


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Numbers in a name count as numbers: "conv2" stands before "conv10"."""
    return [(0, int(word), "") if word.isdecimal() else (1, 0, word) for word in re.split(r"(\d+)", name) if word]


# ---- heads, given by hand -----------------------------------------------------------------------------------


def _read_again(parts: Sequence[Part], readings: Mapping[str, Reading], heads: Sequence[int | None]) -> list[Part]:
    if len(heads) != len(parts):
        raise GatvizError("heads", f"{len(parts)} values, one for each layer", str(len(heads)), "give one for each")
    again = []
    for part, count in zip(parts, heads, strict=True):
        reading = readings.get(part.name) if part.stem is None else None
        if reading is None or count is None:
            again.append(part)
        else:
            again.append(reading.form.read(replace(reading, heads=count)))
    return again


def _check_heads(parts: Sequence[Part], heads: Sequence[int | None] | int | None, where: str) -> None:
    """One number for all is for the layers that leave it open; it must be right for one at least."""
    if heads is None:
        return
    if isinstance(heads, int):
        if all(part.heads != heads for part in parts):
            told = ", ".join(str(part.heads) for part in parts)
            raise GatvizError(f"heads, {where}", f"{told}, as the file says", quote(heads), "leave heads out")
        return
    for part, count in zip(parts, heads, strict=True):
        if count is not None and count != part.heads:
            at = f"heads, {where}, {quote(part.name)}"
            raise GatvizError(at, f"{part.heads}, as the file says", quote(count), "leave heads out")
