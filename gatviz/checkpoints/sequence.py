"""Which module of a file comes after which: in the file's order, by their numbers, or as widths allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice

from gatviz.checkpoints.pieces import StoredModule
from gatviz.errors import GatvizError, quote
from gatviz.words import _, commas, or_list

_MAX_SEARCHED = 8
_MAX_WAYS = 4
_MAX_TRIED = 1500
_MAX_STEPS = 20_000
_MAX_ENDS = 2
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, eq=False)
class Row:
    """Modules so that each fits what stands before it.

    Attributes:
        pieces: first to last. left: those that fit nowhere beside them.
        note: how the order was found, where the file does not just have it.
        as_stored: whether it is the file's own order, where it has one.
    """

    pieces: tuple[StoredModule, ...]
    left: tuple[StoredModule, ...] = ()
    note: str = ""
    as_stored: bool = True


def rows(pieces: Sequence[StoredModule], ordered: bool, where: str) -> list[Row]:
    """The rows of attention and linear layers that leave out as few of them as can be; several where it is open which.

    Attention layers are never left out.

    Arguments:
        ordered: whether the file has its modules in the model's own order.

    Raises:
        GatvizError: attention layers that do not follow one another, with both widths.
    """
    found = _fullest(pieces, ordered, search=True)
    if ordered and found and not found[0].as_stored:
        # As likely as a line that is defined before what it runs after are two ends, of which one is left out.
        found = [row for row in _fullest(pieces, ordered, search=False) if len(row.left) <= _MAX_ENDS] + found
    if found:
        return found
    layers = [piece for piece in pieces if piece.kind == "attention"]
    raise _misfit(layers if ordered else sorted(layers, key=natural), where)


def _fullest(pieces: Sequence[StoredModule], ordered: bool, *, search: bool) -> list[Row]:
    """The rows that leave out as few linear layers as can be; without a search in the order given alone."""
    linear = [piece for piece in pieces if piece.kind == "linear"]
    steps = [_MAX_STEPS]
    ways = (left for count in range(len(linear)) for left in combinations(linear[::-1], count))
    found: list[Row] = []
    for left in (*islice(ways, _MAX_TRIED), tuple(linear)):
        if found and (len(left) > len(found[0].left) or len(found) == _MAX_WAYS):
            break
        kept = [piece for piece in pieces if piece not in left]
        row = _row(kept, ordered, steps) if search else Row(tuple(kept)) if _chains(kept) else None
        if row is not None:
            found.append(replace(row, left=left))
    return found


def _row(pieces: Sequence[StoredModule], ordered: bool, steps: list[int]) -> Row | None:
    """These modules in a row, if they can be put into one; `steps` says how many may still be tried."""
    by_file, by_number = list(pieces), sorted(pieces, key=natural)
    first, second = (by_file, by_number) if ordered else (by_number, by_file)
    for order in (first, second):
        if _chains(order):
            told = order is second and first != second
            if not ordered and _open_order(order):
                note = _(
                    "Neither the file nor the widths tell which layer comes first; they are taken by their names: "
                    "{names}."
                )
                return Row(tuple(order), note=note.format(names=_names(order)))
            return Row(tuple(order), note=_order_note(order) if told else "", as_stored=not (told and ordered))
    if len(pieces) <= _MAX_SEARCHED and (found := _search([], first, steps)) is not None:
        alike = [p for p in found if p.kind == "attention"] == [p for p in first if p.kind == "attention"]
        return Row(tuple(found), note="" if alike and not ordered else _order_note(found), as_stored=False)
    return None


def follows(before: Sequence[StoredModule], piece: StoredModule) -> bool:
    """Whether a module can read what the last of these gives, or, as jumping knowledge joins it, what all layers do."""
    return piece.follows(before[-1]) or reads_all(before, piece)


def reads_all(before: Sequence[StoredModule], piece: StoredModule) -> bool:
    """Whether a linear layer reads what several attention layers give, side by side."""
    layers = [one.layer for one in before if one.layer is not None]
    if piece.kind != "linear" or len(layers) < 2 or piece.follows(before[-1]):
        return False
    joined = sum(layer.joined for layer in layers)
    return piece.reads in (joined, joined - layers[-1].joined + layers[-1].features)


def _chains(order: Sequence[StoredModule]) -> bool:
    return all(follows(order[:k], order[k]) for k in range(1, len(order)))


def _search(done: list[StoredModule], rest: Sequence[StoredModule], steps: list[int]) -> list[StoredModule] | None:
    if not rest:
        return done
    steps[0] -= 1
    if steps[0] < 0:
        return None
    for piece in rest:
        if not done or follows(done, piece):
            found = _search([*done, piece], [other for other in rest if other is not piece], steps)
            if found is not None:
                return found
    return None


def _open_order(order: Sequence[StoredModule]) -> bool:
    """Whether two layers could change places, and no number in their names says which comes first."""
    for k in range(len(order) - 1):
        swapped = [*order[:k], order[k + 1], order[k], *order[k + 2 :]]
        if len({stem(piece) for piece in order[k : k + 2]}) > 1 and _chains(swapped):
            return True
    return False


def _misfit(layers: Sequence[StoredModule], where: str) -> GatvizError:
    k = next(k for k in range(1, len(layers)) if not layers[k].follows(layers[k - 1]))
    before, after = layers[k - 1], layers[k]
    expected = _("{widths} input features, as {layer} before it gives")
    return GatvizError(
        commas((where, quote(after.stored))),
        expected.format(widths=or_list(map(str, before.gives)), layer=quote(before.stored)),
        str(after.reads),
        _("save the attention layers of one stack alone"),
    )


def _names(order: Sequence[StoredModule]) -> str:
    return commas(quote(piece.stored) for piece in order)


def _order_note(order: Sequence[StoredModule]) -> str:
    return _("The layers are taken in the order in which their widths fit: {names}.").format(names=_names(order))


def natural(piece: StoredModule) -> list[tuple[int, int, str]]:
    """Numbers in a name count as numbers: "conv2" stands before "conv10"."""
    words = re.split(r"(\d+)", piece.stored)
    return [(0, int(word), "") if word.isdecimal() else (1, 0, word) for word in words if word]


def stem(piece: StoredModule) -> str:
    """A name without its numbers."""
    return _NUMBER.sub("", piece.stored)


# ---- side by side -----------------------------------------------------------------------------------------


def parallel_rows(pieces: Sequence[StoredModule]) -> tuple[tuple[StoredModule, ...], ...]:
    """Attention layers, or rows of them, that are alike and could stand beside each other: mu and logvar, two models.

    Layers of a numbered list, or whose names differ by a number alone, follow one another wherever they can.
    """
    layers = [piece for piece in pieces if piece.kind == "attention"]
    for group in (*_alike_rows(layers), *_alike_layers(layers)):
        if len(group) > 1:
            return tuple(group)
    return ()


def _alike_layers(layers: Sequence[StoredModule]) -> Iterator[list[tuple[StoredModule, ...]]]:
    for first in layers:
        alike = [one for one in layers if _shape(one) == _shape(first)]
        apart = not first.follows(first) or len({stem(one) for one in alike}) == len(alike)
        if len(alike) > 1 and apart:
            yield [(one,) for one in alike]


def _alike_rows(layers: Sequence[StoredModule]) -> Iterator[list[tuple[StoredModule, ...]]]:
    """Rows of several layers under two names of the same shapes ("user.convs.0", … and "item.convs.0", …)."""
    deepest = max((piece.stored.count(".") for piece in layers), default=0)
    for depth in range(1, deepest + 1):
        rows_: dict[str, list[StoredModule]] = {}
        for piece in layers:
            parts = piece.stored.split(".")
            if len(parts) > depth:
                rows_.setdefault(".".join(parts[:depth]), []).append(piece)
        shapes = {name: [_shape(piece) for piece in row] for name, row in rows_.items()}
        for name, shape in shapes.items():
            alike = [other for other in rows_ if shapes[other] == shape]
            listed = any(other.rpartition(".")[2].isdigit() for other in alike)
            if len(shape) > 1 and len(alike) > 1 and not listed and alike[0] == name:
                yield [tuple(rows_[other]) for other in alike]


def _shape(piece: StoredModule) -> tuple[object, ...]:
    layer = piece.layer
    assert layer is not None
    return layer.kind, layer.in_features, layer.heads, layer.features
