"""What the modules of a whole model tell of how it runs: their kinds, their settings, their order in a Sequential.

What a model does in its forward() alone (functions, sums, readouts) is not told by any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gatviz.attention.activations import ACTIVATIONS
from gatviz.checkpoints.choices import NO_ACTIVATION, Reasoned
from gatviz.checkpoints.pieces import NORMS, StoredModule
from gatviz.checkpoints.proposal import Guess, Skeleton
from gatviz.errors import GatvizError, quote
from gatviz.model.around import Activation
from gatviz.model.recipe import Recipe
from gatviz.pickles.pickled import PickledModule
from gatviz.words import _, and_list, commas

_LIBRARIES = ("torch.nn.", "torch.ao.nn.", "torch_geometric.nn.", "dgl.nn.")
_AROUND_OTHERS = (
    *("torch.nn.modules.container.", "torch.nn.parallel.", "torch_geometric.nn.sequential.", "dgl.nn.pytorch.utils."),
    *("torch_geometric.nn.models.", "torch_geometric.nn.data_parallel."),
)
"""Where libraries have what only holds other modules."""
_IN_TRAINING = ("torch.nn.modules.dropout.", "torch.nn.modules.loss.")
_BY_TENSORS = {
    *("Linear", "LazyLinear", "BatchNorm1d", "LazyBatchNorm1d", "SyncBatchNorm", "BatchNorm", "LayerNorm", "GraphNorm"),
    *("PReLU", "GATConv", "GATv2Conv", "EdgeGATConv"),
}
"""What is known by its tensors, and so has its place in the proposal."""
_ACTIVATIONS = {name.replace("_", ""): name for name in ACTIVATIONS} | {"identity": NO_ACTIVATION}
_OTHER_FUNCTIONS = re.compile(
    r"^torch\b.*\b(silu|mish|selu|celu|softplus|softsign|sigmoid|logsigmoid|hardswish|hardsigmoid|hardtanh|relu6|rrelu"
    r"|glu|softmin|softmax|softshrink|hardshrink|tanhshrink|threshold)_?$"
)
_READOUTS = {"MeanAggregation": "mean", "SumAggregation": "sum", "MaxAggregation": "max"}
_NUMBERED = re.compile(r"^(.*?)(\d+)$")


@dataclass(frozen=True, eq=False)
class ToldModules:
    """The modules of a whole model; of a state dict there are none, and nothing is told.

    Arguments:
        modules: what each says of itself, by name, in the model's order.
        pieces: those with tensors, as the recipe calls them.
    """

    modules: Mapping[str, PickledModule]
    pieces: Sequence[StoredModule]
    by_stored: Mapping[str, StoredModule] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_stored", {piece.stored: piece for piece in self.pieces})

    @property
    def is_whole(self) -> bool:
        """Whether the model is a library's own class, so that nothing runs in it that cannot be seen."""
        root = self.modules.get("")
        return root is not None and _is_library(root) and not root.kind.startswith("Sequential")

    def of(self, piece: StoredModule) -> PickledModule | None:
        """What a module with tensors says of itself; PyG's norms keep torch's inside."""
        found = self.modules.get(piece.stored)
        inner = self.modules.get(f"{piece.stored}.module")
        return inner if found is not None and piece.kind == "batch_norm" and inner is not None else found

    # ---- what gatviz does not have ------------------------------------------------------------------------------

    def lacking(self) -> dict[str, str]:
        """By name the modules that gatviz cannot run as they are, each with what it is."""
        found: dict[str, str] = {}
        for name, told in self._outside_layers():
            if any(name.startswith(f"{outer}.") for outer in found):
                continue
            if (kind := self._lacks(name, told)) is not None:
                found[name] = kind
            for attribute, value in told.attributes.items():
                if isinstance(value, str) and (function := _OTHER_FUNCTIONS.search(value)):
                    found[f"{name}.{attribute}".lstrip(".")] = function[1]
        return found

    def _lacks(self, name: str, told: PickledModule) -> str | None:
        if not _is_library(told) or told.path.startswith(_IN_TRAINING) or told.kind == "LogSoftmax":
            return None
        if told.kind == "JumpingKnowledge":
            mode = told.attributes.get("mode")
            return (
                None if mode in ("cat", "max", "last") else _("{kind} of mode {mode}").format(kind=told.kind, mode=mode)
            )
        if told.path.startswith(_AROUND_OTHERS):
            return None
        if told.kind in _BY_TENSORS:
            has = name in self.by_stored or name.removesuffix(".module") in self.by_stored
            return None if has else _("{kind} without weights").format(kind=told.kind)
        return None if _word_of(told) is not None else told.kind

    def covered(self) -> tuple[StoredModule, ...]:
        """The modules with tensors but for those that gatviz cannot run, or that stand in one."""
        lacking = self.lacking()
        inside = tuple(f"{name}." for name in lacking)
        return tuple(one for one in self.pieces if one.stored not in lacking and not one.stored.startswith(inside))

    def check_covered(self, proposed: str, where: str) -> None:
        """Refuse a model with modules that gatviz does not have: left out in silence, all after them would be others.

        Arguments:
            proposed: the recipe without them, "" where there is none.

        Raises:
            GatvizError: the first such module, by its name and kind.
        """
        for name, kind in self.lacking().items():
            found, expected = _not_had(kind), _expected()
            mend = _("write a recipe that leaves it out, if the model may run without")
            if word := _READOUTS.get(kind):
                found = _("{name}, whose place cannot be seen").format(name=quote(kind))
                mend = _("write a recipe with {word} where it stands").format(word=quote(word))
            if proposed:
                mend = _("{mend}, such as recipe={recipe}").format(mend=mend, recipe=f"'{proposed}'")
            raise GatvizError(commas((where, quote(name))), expected, found, mend)

    def check_named(self, recipe: Recipe, where: str) -> None:
        """Refuse a recipe that names a module that gatviz does not have, though its tensors look like another's."""
        lacking = self.lacking()
        for name in recipe.names:
            stored = next((piece.stored for piece in self.pieces if piece.name == name), "")
            if stored in lacking:
                mend = _("leave it out of the recipe, if the model may run without")
                raise GatvizError(commas((where, quote(name))), _expected(), _not_had(lacking[stored]), mend)

    def check_layers(self, where: str) -> None:
        """Refuse attention layers that read or add up otherwise than gatviz's do.

        Raises:
            GatvizError: naming the layer and its setting.
        """
        for piece in self.pieces:
            told = self.modules.get(piece.stored)
            if piece.layer is None or told is None:
                continue
            for name, usual in (("flow", ("source_to_target",)), ("aggr", ("add", "sum"))):
                value = told.attributes.get(name)
                if value is not None and value not in usual:
                    mend = _("turn the edges round, and give model.state_dict()")
                    if name == "aggr":
                        mend = _("gatviz's layers add up what is read; train with aggr='add'")
                    at = commas((where, piece.shown))
                    raise GatvizError(at, f"{name}={usual[0]!r}", f"{name}={quote(value)}", mend)

    def left_out(self) -> tuple[str, ...]:
        """A sentence on the modules that a recipe that was given cannot hold."""
        lacking = [f"{quote(name)} ({kind})" for name, kind in self.lacking().items()]
        if not lacking:
            return ()
        note = _("The model also has {modules}, which gatviz cannot run: the recipe goes without.")
        return (note.format(modules=and_list(lacking)),)

    # ---- settings -----------------------------------------------------------------------------------------------

    @property
    def values(self) -> dict[str, Any]:
        """What all attention layers say alike."""
        found: dict[str, Any] = {}
        for word in ("negative_slope", "add_self_loops"):
            values = self.of_layers(word)
            if values and all(value == next(iter(values.values())) for value in values.values()):
                found[word] = next(iter(values.values()))
        return found

    @property
    def activation(self) -> Reasoned | None:
        """σ of a model that has one kind alone."""
        words = {word for _name, word in self.bent}
        why = _("The model has no other activation")
        return Reasoned(words.pop(), "assumed", why) if len(words) == 1 else None

    def of_layers(self, word: str) -> dict[str, Any]:
        """By the layer's name a setting of the attention layers that say it."""
        told = {piece.stored: self.modules.get(piece.stored) for piece in self.pieces if piece.layer is not None}
        return {name: one.attributes[word] for name, one in told.items() if one is not None and word in one.attributes}

    @property
    def bent(self) -> tuple[tuple[str, str], ...]:
        """The activations outside attention layers: name, and the word of a recipe."""
        found: list[tuple[str, str]] = []
        lacking = self.lacking()
        for name, told in self._outside_layers():
            if any(name == one or name.startswith(f"{one}.") for one in lacking):
                continue
            if _is_library(told) and told.kind != "Identity" and (word := _word_of(told)) is not None:
                found.append((name, word))
            for attribute, value in told.attributes.items():
                word = _function(value)
                if word is not None:
                    found.append((f"{name}.{attribute}".lstrip("."), word))
                elif told.path.startswith("torch_geometric.nn.models.") and attribute == "act" and value is None:
                    found.append((f"{name}.{attribute}".lstrip("."), NO_ACTIVATION))
        return tuple(found)

    def notes(self, where_told: Mapping[str, Reasoned]) -> tuple[str, ...]:
        """A sentence on several kinds of activations, whose places in the model are not all told."""
        free = [(name, word) for name, word in self.bent if word != NO_ACTIVATION]
        if len({word for _name, word in free}) < 2 or len(where_told) >= len(free):
            return ()
        told = and_list(f"{quote(name)} ({word})" for name, word in free)
        return (_("The model has {activations}; where each of them stands cannot be seen.").format(activations=told),)

    # ---- order --------------------------------------------------------------------------------------------------

    def after(self) -> dict[str, Reasoned]:
        """σ after a layer, by the layer's name in a recipe, where a Sequential or the layer itself says it."""
        return {name: reasoned for name, (reasoned, _first) in self._rows().items()}

    def _rows(self) -> dict[str, tuple[Reasoned, bool]]:
        """σ after each layer that tells it, and whether it stands before the norm that follows too."""
        found: dict[str, tuple[Reasoned, bool]] = {}
        for path, told in self.modules.items():
            if _is_library(told) and told.kind.startswith("Sequential"):
                found |= self._in_a_row(path)
        for piece in self.pieces:
            own = self.modules.get(piece.stored) if piece.layer is not None else None
            value = None if own is None else own.attributes.get("activation")
            if (word := _function(value)) is not None:
                found[piece.name] = Reasoned(word, "file", _("The layer itself says so")), False
        return found

    def _in_a_row(self, path: str) -> dict[str, tuple[Reasoned, bool]]:
        found: dict[str, tuple[Reasoned, bool]] = {}
        last, bent, number = "", False, -1
        told_so = _("The model's {name} has it there").format(name=quote(self.modules[path].kind))
        for child in self._children(path):
            match = _NUMBERED.match(child)
            if match and number >= 0 and int(match[2]) != number + 1:
                last = ""  # a function stands between
            number = int(match[2]) if match else -1
            piece, told = self.by_stored.get(child), self.modules[child]
            if piece is not None and piece.is_wide:
                if last and not bent:
                    found[last] = Reasoned(NO_ACTIVATION, "file", told_so), False
                last, bent = piece.name, False
            elif piece is not None and piece.kind in NORMS:
                if last and bent:
                    found[last] = found[last][0], True
            elif _is_library(told) and told.kind != "Identity" and (word := _word_of(told)) is not None:
                if last and not bent:
                    found[last], bent = (Reasoned(word, "file", told_so), False), True
            elif told.kind != "Identity" and not told.path.startswith(_IN_TRAINING):
                last, bent = "", False
        return found

    def _children(self, path: str) -> Iterator[str]:
        begins = f"{path}." if path else ""
        for name in self.modules:
            if name and name.startswith(begins) and "." not in name[len(begins) :]:
                yield name

    def applied(self, way: Skeleton) -> Skeleton:
        """The same with what the modules tell: jumping knowledge, σ after linear layers, σ before norms, the end."""
        rows, first = self._rows(), any(told.attributes.get("act_first") is True for told in self.modules.values())
        stages = []
        for stage in way.stages:
            reasoned, before = rows.get(stage.piece.name, (None, False))
            made = replace(stage, bent_first=first or before)
            if reasoned is not None and stage.piece.kind == "linear":
                made = replace(made, after=Guess(reasoned.value, "file", _("{reason}.").format(reason=reasoned.reason)))
            stages.append(made)
        way = replace(way, stages=tuple(stages))
        if any(told.kind == "LogSoftmax" and _is_library(told) for _name, told in self._outside_layers()):
            reason = _("The model has a module {name}, which mostly stands at the end.").format(name="LogSoftmax")
            way = replace(way, end=Guess("log_softmax", "assumed", reason))
        return self._joined(way)

    def _joined(self, way: Skeleton) -> Skeleton:
        """Jumping knowledge by the largest, where a module says so: no width tells it."""
        modes = [told.attributes.get("mode") for told in self.modules.values() if told.kind == "JumpingKnowledge"]
        if "max" not in modes:
            return way
        last = max(k for k, stage in enumerate(way.stages) if stage.piece.kind == "attention")
        guess = Guess("jk(max)", "file", _("The model has a module JumpingKnowledge of mode 'max'."))
        stages = list(way.stages)
        for k in range(last + 1, min(last + 2, len(stages))):
            stages[k] = replace(stages[k], joined="max", guesses=(guess, *stages[k].guesses))
        return replace(way, stages=tuple(stages))

    def _outside_layers(self) -> Iterator[tuple[str, PickledModule]]:
        """The modules that are no attention layers and stand in none."""
        layers = [piece.stored for piece in self.pieces if piece.layer is not None]
        for name, told in self.modules.items():
            if not any(name == layer or name.startswith(f"{layer}." if layer else "") for layer in layers):
                yield name, told


def _expected() -> str:
    return _("attention and linear layers, norms and activations")


def _not_had(kind: str) -> str:
    return _("{name}, which gatviz does not have").format(name=quote(kind))


def _is_library(told: PickledModule) -> bool:
    return told.path.startswith(_LIBRARIES)


def _function(value: object) -> str | None:
    """What a recipe calls a function of PyTorch's, given by its whole name."""
    if not isinstance(value, str) or not value.startswith("torch."):
        return None
    return _ACTIVATIONS.get(value.rpartition(".")[2].replace("_", ""))


def _word_of(told: PickledModule) -> str | None:
    """What a recipe calls an activation module; None of one that gatviz does not have, or not with these settings."""
    word, settings = _ACTIVATIONS.get(told.kind.lower()), told.attributes
    usual = settings.get("alpha", 1.0) == 1.0 and settings.get("approximate", "none") == "none"
    if word is None or not usual or told.kind == "PReLU":
        return None
    slope = settings.get("negative_slope", 0.01)
    return word if word != "leaky_relu" or slope == 0.01 else Activation(word, float(slope)).word
