"""The recipe that a file most likely is, from names, shapes and order, each guess with its reason.

A row of attention and linear layers is found by their widths; norms and PReLUs get their places in it. Where that is
open (layers that could stand side by side, linear layers that fit nowhere in the row), the ways to read the file are
told, and whoever opens it chooses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from gatviz.attention.activations import LEARNT
from gatviz.checkpoints.choices import NO_ACTIVATION
from gatviz.checkpoints.pieces import NORMS, StoredModule
from gatviz.checkpoints.sequence import Row, parallel_rows, reads_all, rows
from gatviz.errors import GatvizError, quote
from gatviz.model.around import JumpingKnowledge
from gatviz.model.recipe import Added, Named, Recipe, RecipePart, Worded
from gatviz.words import N_, _, and_list, commas

BETWEEN_LINEAR = "relu"
"""σ between two linear layers: what nearly everybody writes there."""

Sure = Literal["file", "assumed"]


@dataclass(frozen=True)
class Guess:
    """Why a step stands where it does: what it is in the recipe, how sure that is, and one sentence."""

    step: str
    origin: Sure
    reason: str


@dataclass(frozen=True)
class MainLayer:
    """An attention or linear layer in the row, and what belongs to it.

    Attributes:
        skip: a linear layer whose output is added to it. norms, prelu: what follows it.
        joined: how jumping knowledge joins what the layers gave, before it; "" where nothing is joined.
        after: the activation after a linear layer, where the file tells it.
        bent_first: whether the activation stands before the norms.
        guesses: why it stands so.
    """

    piece: StoredModule
    skip: StoredModule | None = None
    norms: tuple[StoredModule, ...] = ()
    prelu: StoredModule | None = None
    joined: Literal["", "cat", "max"] = ""
    after: Guess | None = None
    bent_first: bool = False
    guesses: tuple[Guess, ...] = ()


@dataclass(frozen=True)
class Skeleton:
    """A recipe without its activations.

    Attributes:
        first: norms before the first layer. stages: the layers. left: modules of the file that are not in it.
        notes: a sentence each. end: what follows them all.
    """

    first: tuple[StoredModule, ...]
    stages: tuple[MainLayer, ...]
    left: tuple[StoredModule, ...] = ()
    notes: tuple[str, ...] = ()
    end: Guess | None = None

    @property
    def layers(self) -> tuple[StoredModule, ...]:
        """The attention layers, in the order in which they run."""
        return tuple(stage.piece for stage in self.stages if stage.piece.kind == "attention")

    @property
    def is_stack(self) -> bool:
        """Whether attention layers alone are in it."""
        plain = all(not (stage.skip or stage.norms or stage.prelu) for stage in self.stages) and self.end is None
        return plain and not self.first and len(self.layers) == len(self.stages)

    def recipe(self, activations: Mapping[str, str] | None = None) -> Recipe:
        """With the activation after each attention layer, by its name; none where it is left out."""
        told = {} if activations is None else activations
        parts: list[RecipePart] = [Named(norm.name) for norm in self.first]
        for k, stage in enumerate(self.stages):
            if stage.joined:
                parts.append(Worded(JumpingKnowledge(stage.joined)))
            own = Named(stage.piece.name)
            parts.append(own if stage.skip is None else Added((own,), skip=Named(stage.skip.name)))
            norms: list[RecipePart] = [Named(norm.name) for norm in stage.norms]
            bent: list[RecipePart] = []
            if stage.prelu is not None:
                bent = [Named(stage.prelu.name)]
            elif (word := self._bent(k, told)) is not None:
                bent = list(Recipe.parse(word).parts)
            parts += [*bent, *norms] if stage.bent_first else [*norms, *bent]
        return Recipe((*parts, *(Recipe.parse(self.end.step).parts if self.end is not None else ())))

    def guesses(self) -> tuple[Guess, ...]:
        """Why each step stands where it does, in their order."""
        reason = _("It stands before all layers in the file, and is as wide as what the first reads.")
        told = [Guess(norm.name, "assumed", reason) for norm in self.first]
        for k, stage in enumerate(self.stages):
            told += stage.guesses
            if stage.after is not None:
                told.append(stage.after)
            elif self.bends(k):
                told.append(
                    Guess(
                        self._bent(k, {}) or "",
                        "assumed",
                        _("Between linear layers stands an activation, mostly ReLU."),
                    )
                )
        return (*told, *([] if self.end is None else [self.end]))

    def _bent(self, k: int, told: Mapping[str, str]) -> str | None:
        piece = self.stages[k].piece
        if piece.kind == "attention":
            word = told.get(piece.name)
            return None if word in (None, NO_ACTIVATION, LEARNT) else word
        if (after := self.stages[k].after) is not None:
            return None if after.step == NO_ACTIVATION else after.step
        return told.get("", BETWEEN_LINEAR) if self.bends(k) else None

    def bends(self, k: int) -> bool:
        """Whether a linear layer is followed by an activation: those that stand between others are."""
        if self.stages[k].piece.kind != "linear" or k == len(self.stages) - 1:
            return False
        met = any(stage.piece.kind == "attention" for stage in self.stages[:k])
        return met or bool(self.stages[k].norms) or self.stages[k + 1].piece.kind == "linear"


@dataclass(frozen=True)
class Proposal:
    """How a file can be read.

    Attributes:
        ways: the likeliest first. question: what is open between them, "" where the first can just be taken.
    """

    ways: tuple[Skeleton, ...]
    question: str = ""


@dataclass(frozen=True)
class Standing:
    """Where an attention layer stands in a recipe.

    Attributes:
        read_next: how many features what follows it reads, None where nothing tells.
        last: whether no layer follows.
    """

    read_next: int | None
    last: bool


def standings(recipe: Recipe, pieces: Mapping[str, StoredModule]) -> dict[str, Standing]:
    """How each attention layer of a recipe stands in it, by name, in the order in which they run."""
    found: dict[str, Standing] = {}
    _stand(recipe.parts, None, True, pieces, found)
    return found


def _stand(
    parts: Sequence[RecipePart],
    end: int | None,
    last: bool,
    pieces: Mapping[str, StoredModule],
    found: dict[str, Standing],
) -> None:
    for k, part in enumerate(parts):
        rest = parts[k + 1 :]
        none_left = last and not any(_is_wide(one, pieces) for one in rest)
        if isinstance(part, Added):
            first = reads_first([part], pieces)
            gives = pieces[part.skip.name].gives if part.skip is not None and part.skip.name in pieces else ()
            _stand(part.inside, gives[0] if gives else first, none_left, pieces, found)
        elif isinstance(part, Named) and part.name in pieces and pieces[part.name].layer is not None:
            ends = reads_first(rest, pieces)
            joined = any(isinstance(one, Worded) and isinstance(one.step, JumpingKnowledge) for one in rest)
            found[part.name] = Standing(end if ends is None and not joined else ends, none_left)


def reads_first(parts: Sequence[RecipePart], pieces: Mapping[str, StoredModule]) -> int | None:
    """How many features the first of these parts reads that says so; None where none does."""
    for part in parts:
        if isinstance(part, Worded) and isinstance(part.step, JumpingKnowledge):
            return None
        if isinstance(part, Added):
            width = reads_first(part.inside if part.skip is None else [part.skip], pieces)
        else:
            width = pieces[part.name].reads if isinstance(part, Named) and part.name in pieces else None
        if width is not None:
            return width
    return None


def _is_wide(part: RecipePart, pieces: Mapping[str, StoredModule]) -> bool:
    if isinstance(part, Added):
        return any(_is_wide(one, pieces) for one in part.inside)
    return isinstance(part, Named) and part.name in pieces and pieces[part.name].is_wide


def propose(pieces: Sequence[StoredModule], ordered: bool, where: str) -> Proposal:
    """The ways to read these modules.

    Raises:
        GatvizError: attention layers that do not follow one another, modules of no kind that gatviz has, or a norm
            that fits nowhere.
    """
    unknown = [piece for piece in pieces if piece.kind == "other"]
    if unknown:
        raise left_over(unknown, where)
    wide = [piece for piece in pieces if piece.is_wide]
    alike = parallel_rows(wide)
    if alike:
        return _side_by_side(pieces, alike, ordered, where)
    beside = _beside(wide)
    found = rows([piece for piece in wide if piece not in beside.values()] if beside else wide, ordered, where)
    ways = [_skeleton(pieces, row, ordered, where) for row in found]
    if beside:
        return _with_beside(ways[0], beside)
    left = [piece for way in ways for piece in way.left]
    if not left:
        return Proposal(tuple(ways))
    names = and_list(dict.fromkeys(piece.shown for piece in left))
    if len(ways) > 1:
        question = _("{names}, whose place in the row of layers is open").format(names=names)
        return Proposal(tuple(ways), question)
    (way,) = ways
    added = _added(way)
    ways = [added, way] if added is not None else [way]
    return Proposal(tuple(ways), _("{names}, with no place in the row of layers").format(names=names))


def _side_by_side(
    pieces: Sequence[StoredModule], alike: Sequence[tuple[StoredModule, ...]], ordered: bool, where: str
) -> Proposal:
    ways: list[Skeleton] = []
    names = [quote(row[0].stored if len(row) == 1 else _shared(row)) for row in alike]
    for row in alike:
        others = [piece for other in alike if other is not row for piece in other]
        try:
            kept = [piece for piece in pieces if piece not in others]
            for way in propose(kept, ordered, where).ways:
                ways.append(replace(way, left=(*way.left, *others)))
        except GatvizError:
            continue
    try:
        in_a_row = rows([piece for piece in pieces if piece.is_wide], ordered, where)
        ways += [_skeleton(pieces, row, ordered, where) for row in in_a_row if not row.left]
    except GatvizError:
        pass
    if not ways:
        rows([piece for piece in pieces if piece.is_wide], ordered, where)
    question = _("{names}, which are alike and can stand side by side").format(names=and_list(names))
    return Proposal(tuple(ways), question)


def _shared(row: Sequence[StoredModule]) -> str:
    parts = [piece.stored.split(".") for piece in row]
    same = [words[0] for words in zip(*parts, strict=False) if len(set(words)) == 1]
    return ".".join(same) or row[0].stored


# ---- linear layers beside attention layers ------------------------------------------------------------------------


def _beside(wide: Sequence[StoredModule]) -> dict[StoredModule, StoredModule]:
    """For each attention layer the linear layer of its number that can be added to it, where all have one.

    One at least must read what the attention layer reads and not what it gives, so that it can only stand beside it.
    """
    layers = [piece for piece in wide if piece.kind == "attention"]
    linear = [piece for piece in wide if piece.kind == "linear"]
    if len(linear) < len(layers):
        return {}
    found: dict[StoredModule, StoredModule] = {}
    for layer in layers:
        fitting = [one for one in linear if _number(one) == _number(layer) and _can_be_added(layer, one)]
        if len(fitting) != 1 or fitting[0] in found.values():
            return {}
        found[layer] = fitting[0]
    return found if any(not one.follows(layer) for layer, one in found.items()) else {}


def _can_be_added(layer: StoredModule, linear: StoredModule) -> bool:
    return linear.reads == layer.reads and set(linear.gives) <= set(layer.gives)


def _number(piece: StoredModule) -> str:
    found = re.findall(r"\d+", piece.stored)
    return found[-1] if found else ""


def _with_beside(way: Skeleton, beside: Mapping[StoredModule, StoredModule]) -> Proposal:
    stages = tuple(_with_skip(stage, beside[stage.piece]) if stage.piece in beside else stage for stage in way.stages)
    added = replace(way, stages=stages)
    question = _("{linear} beside {layers}, which may be added to them or stand elsewhere").format(
        linear=and_list(one.shown for one in beside.values()), layers=and_list(one.shown for one in beside)
    )
    left = replace(way, left=(*way.left, *beside.values()))
    return Proposal((added, left), question)


def _with_skip(stage: MainLayer, linear: StoredModule) -> MainLayer:
    reason = _("{linear} reads what {layer} reads and gives as many features, so it can be added to it.")
    told = Guess(linear.name, "assumed", reason.format(linear=linear.shown, layer=stage.piece.shown))
    return replace(stage, skip=linear, guesses=(*stage.guesses, told))


def _added(way: Skeleton) -> Skeleton | None:
    """The same with all that is left added to attention layers, where each fits one of them."""
    stages, left = list(way.stages), []
    for piece in way.left:
        place = next(
            (k for k, s in enumerate(stages) if s.piece.layer and not s.skip and _can_be_added(s.piece, piece)), None
        )
        if piece.kind != "linear" or place is None:
            left.append(piece)
        else:
            stages[place] = _with_skip(stages[place], piece)
    return None if len(left) == len(way.left) else replace(way, stages=tuple(stages), left=tuple(left))


# ---- norms and PReLUs in the row ----------------------------------------------------------------------------------


@dataclass
class _Places:
    """The stages while norms and PReLUs are put into them."""

    pieces: Sequence[StoredModule]
    stages: list[MainLayer]
    first: list[StoredModule] = field(default_factory=list)

    def put_norm(self, norm: StoredModule) -> bool:
        """Put a norm after the layer that it most likely follows; False where it fits none."""
        fits = [k for k, stage in enumerate(self.stages) if norm.reads in stage.piece.gives]
        begins = self.stages[0].piece.reads == norm.reads
        before = self._before(norm)
        if begins and not before:
            self.first.append(norm)
            return True
        if not fits:
            if begins:
                self.first.append(norm)
            return begins
        free = [k for k in fits if not self.stages[k].norms] or fits
        number = _number(norm)
        numbered = [k for k in free if number and _number(self.stages[k].piece) == number]
        near = [k for k in free if self.stages[k].piece in before]
        if numbered:
            numbered.sort(key=lambda k: self.stages[k].piece.kind != "attention")
            self._put(numbered[0], norm, "file", _("It has the number of {layer}, and is as wide as what that gives."))
        elif near:
            near.sort(key=lambda k: before.index(self.stages[k].piece))
            reason = _("It stands after {layer} in the file, and is as wide as what that gives.")
            self._put(near[-1], norm, "assumed", reason)
        else:
            self._put(free[0], norm, "assumed", _("It is as wide as what {layer} gives."))
        return True

    def _before(self, piece: StoredModule) -> list[StoredModule]:
        """The layers before a module in the file."""
        return [one for one in self.pieces[: self.pieces.index(piece)] if one.is_wide]

    def _put(self, k: int, norm: StoredModule, origin: Sure, reason: str) -> None:
        stage = self.stages[k]
        told = Guess(norm.name, origin, reason.format(layer=stage.piece.shown))
        self.stages[k] = replace(stage, norms=(*stage.norms, norm), guesses=(*stage.guesses, told))

    def put_prelus(self, prelus: Sequence[StoredModule]) -> None:
        """A single PReLU after every hidden layer, several after one each."""
        hidden = list(range(len(self.stages) - 1)) or [0]
        for n, prelu in enumerate(prelus):
            free = [k for k in hidden if self.stages[k].prelu is None]
            if len(prelus) == 1:
                for k in free:
                    self._bend(k, prelu, _("The only PReLU of the file is taken after every hidden layer."))
                return
            numbered = [k for k in free if _number(prelu) and _number(self.stages[k].piece) == _number(prelu)]
            if free:
                k = numbered[0] if numbered else free[0]
                self._bend(k, prelu, _("One PReLU after each hidden layer, in the file's order."))
            elif n == len(prelus) - 1:
                self._bend(len(self.stages) - 1, prelu, _("One PReLU after each layer, in the file's order."))

    def _bend(self, k: int, prelu: StoredModule, reason: str) -> None:
        told = Guess(prelu.name, "assumed", reason)
        self.stages[k] = replace(self.stages[k], prelu=prelu, guesses=(*self.stages[k].guesses, told))


def _skeleton(pieces: Sequence[StoredModule], row: Row, ordered: bool, where: str) -> Skeleton:
    stages = []
    for k, piece in enumerate(row.pieces):
        joined = k > 0 and reads_all(row.pieces[:k], piece)
        stages.append(MainLayer(piece, joined="cat" if joined else "", guesses=(_placed(row, k, joined, ordered),)))
    places = _Places(pieces, stages)
    lost = [piece for piece in pieces if piece.kind in NORMS and not places.put_norm(piece)]
    if lost:
        widths = commas(dict.fromkeys(str(width) for piece in row.pieces for width in piece.gives))
        raise GatvizError(
            commas((where, lost[0].shown)),
            _("a norm as wide as what a layer gives: {widths}").format(widths=widths),
            str(lost[0].reads),
            _("write the recipe without it"),
        )
    places.put_prelus([piece for piece in pieces if piece.kind == "prelu"])
    return Skeleton(tuple(places.first), tuple(places.stages), row.left, (row.note,) if row.note else ())


def _placed(row: Row, k: int, joined: bool, ordered: bool) -> Guess:
    piece = row.pieces[k]
    if joined:
        reason = _("It reads as many features as the attention layers give together, so they are joined before it.")
        return Guess(piece.name, "file", reason)
    if len(row.pieces) == 1:
        return Guess(piece.name, "file", _("It is the only layer of the file."))
    reason = _("It stands there in the file, and its width fits.")
    if row.note or not ordered:
        reason = _("Its width fits there.")
    if not _largest_fits(row.pieces[:k], piece):
        return Guess(piece.name, "file", reason)
    more = _("{reason} It may as well read the largest that the layers before gave, jk(max): no file tells.")
    return Guess(piece.name, "assumed", more.format(reason=reason))


def _largest_fits(before: Sequence[StoredModule], piece: StoredModule) -> bool:
    """Whether a linear layer right after attention layers of one width may read them all, joined by the largest."""
    gives = [one.gives for one in before if one.kind == "attention"]
    right_after = piece.kind == "linear" and bool(before) and before[-1].kind == "attention"
    return right_after and len(gives) > 1 and all(piece.reads in one for one in gives)


_KNOWN_BY = {
    "weight_ih_l0": N_("an LSTM, a GRU or another recurrent layer"),
    "weight_ih": N_("an LSTM, a GRU or another recurrent layer"),
    "in_proj_weight": N_("a MultiheadAttention"),
    "lin_query.weight": N_("a TransformerConv"),
}
"""By how a tensor's name ends, the module that it can only be of."""


def left_over(pieces: Sequence[StoredModule], where: str) -> GatvizError:
    """The refusal of tensors that are no module that gatviz has."""
    tensors = {
        f"{piece.stored}.{tail}" if piece.stored else tail: values
        for piece in pieces
        if piece.other is not None
        for tail, values in piece.other.tensors.items()
    }
    shown = [f"{quote(name)} {list(values.shape)}" for name, values in list(tensors.items())[:6]]
    of = next((kind for tail, kind in _KNOWN_BY.items() if any(name.endswith(tail) for name in tensors)), None)
    module = _("something else") if of is None else _(of)
    found = _("tensors of {module}: {tensors}").format(module=module, tensors=commas(shown))
    expected = _("attention and linear layers, norms and activations")
    return GatvizError(where, expected, found, _("write a recipe that leaves them out"))
