"""What no tensor tells, decided: by the file's other words, by the caller, or as the layout's own library does it.

F input features, H heads, C features per head.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any, Literal

from gatviz.attention.activations import LEARNT
from gatviz.attention.defaults import NEGATIVE_SLOPE
from gatviz.attention.edges import SelfLoops
from gatviz.attention.loop_features import LoopFeatures
from gatviz.checkpoints import edge_defaults
from gatviz.checkpoints.choices import ACTIVATION_NAMES, NO_ACTIVATION, Choices, Decision, Reasoned
from gatviz.checkpoints.layer_forms import Layers, StoredLayer
from gatviz.checkpoints.layouts import LAYOUTS
from gatviz.checkpoints.proposal import Standing
from gatviz.checkpoints.recognition import Recognised
from gatviz.checkpoints.saved_settings import SavedSettings
from gatviz.checkpoints.told_modules import ToldModules
from gatviz.checkpoints.told_words import ToldWords
from gatviz.errors import GatvizError, quote
from gatviz.words import _, commas, ngettext, or_list

_LOOPS = ("as_given", "add_missing", "remove")


@dataclass(frozen=True, eq=False)
class Decided:
    """Every decision about a file's layers.

    Attributes:
        self_loops, concats, activations, residuals, slopes: the values, for the model or for each layer.
        loop_features: None where no self-loops need edge features.
        in_message: `edge_in_message` of the layers whose tensors leave it open, by number.
        own: the values of what only this layout leaves open, by keyword.
        between: the activation between linear layers, None where nothing tells. norm_mode: over what layer norms go.
        decisions: how each of them came about.
        notes: what is worth knowing of them, a sentence each.
    """

    self_loops: SelfLoops
    concats: tuple[bool, ...]
    activations: tuple[str | None, ...]
    residuals: tuple[str, ...]
    slopes: tuple[float, ...]
    own: Mapping[str, object]
    loop_features: LoopFeatures | None
    in_message: Mapping[int, bool]
    between: str | None
    norm_mode: Literal["node", "graph"]
    decisions: tuple[Decision, ...]
    notes: tuple[str, ...]


def decide(
    recognised: Recognised, stand: Sequence[Standing], choices: Choices, saved: SavedSettings | None, where: str
) -> Decided:
    """Decide everything about the layers of a file.

    Arguments:
        recognised: its attention layers in the order in which they run.
        stand: where each of them stands in the recipe.

    Raises:
        GatvizError: a choice against what the file says, or that its layers do not leave open.
    """
    layers = recognised.layers
    told = ToldModules(recognised.modules, recognised.pieces)
    words = ToldWords({**told.values, **recognised.around})
    loops = _self_loops(recognised, told, words, choices, saved, where)
    slope = _slope(recognised, words, choices, saved)
    filled = edge_defaults.loop_features(recognised, choices, loops.value, saved, where)
    in_message = edge_defaults.in_message(layers, choices, saved, where)
    own = _own_choices(recognised, choices, where)
    concats = _each_layer("concat", layers, choices, where, _Concat(recognised, stand, words, saved))
    residuals = _each_layer("residual", layers, choices, where, _Residual(recognised))
    after, bent = told.after(), words.activation or told.activation
    activations = [_activation(k, recognised, stand, bent, after, choices, saved) for k in range(len(layers))]
    norm = None if saved is not None and choices.norm is None else _norm_mode(recognised, choices, where)
    own_slopes = _own_slopes(recognised, told, choices, saved)

    decisions = [Decision.of("self_loops", None, loops, _LOOPS)]
    decisions += [*filled, *in_message]
    decisions += [] if own_slopes else [Decision.of("negative_slope", None, slope)]
    decisions += [*own, *([] if norm is None else [Decision.of("norm", None, norm, ("node", "graph"))])]
    slopes: list[float] = []
    for k, layer in enumerate(layers):
        decisions.append(_heads(k, layer, words, choices))
        decisions.append(Decision.of("concat", k, concats[k], (True, False)))
        if choices.recipe is None:
            decisions.append(Decision.of("activation", k, activations[k], ACTIVATION_NAMES))
        decisions.append(Decision.of("residual", k, residuals[k], ("none", "identity")))
        own_slope = own_slopes[k] if own_slopes else slope
        slopes.append(float(own_slope.value))
        decisions += [Decision.of("negative_slope", k, own_slope)] if own_slopes else []
    values = {one.name: one.value for one in own}
    notes = [
        _(one.notes[values[one.name]]) for one in recognised.layout.own_choices if values.get(one.name) in one.notes
    ]
    return Decided(
        self_loops=loops.value,
        concats=tuple(answer.value for answer in concats),
        activations=tuple(None if answer.value == NO_ACTIVATION else answer.value for answer in activations),
        residuals=tuple(answer.value for answer in residuals),
        slopes=tuple(slopes),
        own=values,
        loop_features=LoopFeatures(*(one.value for one in filled)) if filled else None,  # type: ignore[arg-type]
        between=choices.activation if isinstance(choices.activation, str) else bent and bent.value,
        norm_mode="node" if norm is None else norm.value,
        in_message={one.layer: bool(one.value) for one in in_message if one.layer is not None},
        decisions=tuple(decisions),
        notes=(*notes, *words.notes, *told.notes(after)),
    )


# ---- for the whole file ---------------------------------------------------------------------------------------------


def _self_loops(
    recognised: Recognised,
    told: ToldModules,
    words: ToldWords,
    choices: Choices,
    saved: SavedSettings | None,
    where: str,
) -> Reasoned:
    if choices.self_loops is not None:
        return Reasoned.chosen(choices.self_loops)
    if saved:
        return Reasoned.saved(saved.self_loops)
    own = told.of_layers("add_self_loops")
    if len(set(own.values())) > 1:
        found = commas(f"add_self_loops={value} ({quote(name)})" for name, value in own.items())
        mend = _("choose self_loops by hand, or train all layers with the same")
        raise GatvizError(commas(("self_loops", where)), _("one way for all layers"), found, mend)
    return words.self_loops or recognised.layout.self_loops.answer


def _slope(recognised: Recognised, words: ToldWords, choices: Choices, saved: SavedSettings | None) -> Reasoned:
    if choices.negative_slope is not None:
        return Reasoned.chosen(choices.negative_slope)
    if saved:
        return Reasoned.saved(saved.layers[0].negative_slope)
    why = _("A state dict does not hold the slope; {slope} is the paper's and every library's own")
    if recognised.layout.slope is not None:
        return words.slope or recognised.layout.slope.answer
    return words.slope or Reasoned(NEGATIVE_SLOPE, "assumed", why.format(slope=NEGATIVE_SLOPE))


def _own_slopes(
    recognised: Recognised, told: ToldModules, choices: Choices, saved: SavedSettings | None
) -> list[Reasoned]:
    """A slope for each layer, where they say different ones; else none."""
    if choices.negative_slope is not None:
        return []
    if saved:
        own = [Reasoned.saved(layer.negative_slope) for layer in saved.layers]
    else:
        by_layer = told.of_layers("negative_slope")
        why = _("The layer itself says so")
        own = [Reasoned(by_layer.get(one.name, NEGATIVE_SLOPE), "file", why) for one in recognised.layers]
    return own if len({one.value for one in own}) > 1 else []


def _norm_mode(recognised: Recognised, choices: Choices, where: str) -> Reasoned | None:
    """Over what layer norms go; None where the file has none."""
    if not any(piece.kind == "norm" for piece in recognised.pieces):
        if choices.norm is not None:
            raise GatvizError(commas(("norm", where)), _("layer norms"), _("none"), _leave_out("norm"))
        return None
    if choices.norm is not None:
        return Reasoned.chosen(choices.norm)
    layout = recognised.layout
    norms = [recognised.modules[piece.stored] for piece in recognised.pieces if piece.stored in recognised.modules]
    modes = {one.attributes.get("mode", "node") for one in norms if one.kind == "LayerNorm"}
    if len(modes) == 1 and modes <= {"node", "graph"}:
        return Reasoned(modes.pop(), "file", _("The norm itself says so"))
    told = layout.norm_mode(recognised.layers) if layout.norm_mode is not None else None
    why = _("A norm with a weight and a bias alone is mostly torch's LayerNorm, over each node's own features")
    return told.answer if told is not None else Reasoned("node", "assumed", why)


def _own_choices(recognised: Recognised, choices: Choices, where: str) -> list[Decision]:
    """The keywords that only one layout's layers leave open, and then for all of them; elsewhere they are refused."""
    answers = {name: answer for layer in reversed(recognised.layers) for name, answer in layer.answers.items()}
    decisions: list[Decision] = []
    for own in recognised.layout.own_choices:
        chosen = getattr(choices, own.name)
        if (answer := answers.get(own.name)) is not None:
            given = chosen is not None and answer.origin != "file"
            decisions.append(Decision.of(own.name, None, Reasoned.chosen(chosen) if given else answer, own.options))
    for own in (own for layout in LAYOUTS.values() for own in layout.own_choices if own.name not in answers):
        if getattr(choices, own.name) is not None:
            found = _("none of them: {library}'s").format(library=_(recognised.layout.title))
            raise GatvizError(commas((own.name, where)), _(own.layers), found, _leave_out(own.name))
    return decisions


def _leave_out(keyword: str) -> str:
    return _("leave {keyword} out").format(keyword=keyword)


# ---- for each layer -------------------------------------------------------------------------------------------------


def _heads(k: int, layer: StoredLayer, words: ToldWords, choices: Choices) -> Decision:
    if layer.stem is not None:
        why = ngettext(
            "{count} head stands in the file, {name}", "{count} heads stand in the file, {name} and so on", layer.heads
        ).format(count=layer.heads, name=quote(f"{layer.stem}0"))
        return Decision.of("heads", k, Reasoned(layer.heads, "file", why))
    if layer.heads_from is not None:
        why = _("The shape of {tensor} says so").format(tensor=quote(layer.heads_from))
        return Decision.of("heads", k, Reasoned(layer.heads, "file", why))
    small = [n for n in range(1, isqrt(layer.joined) + 1) if layer.joined % n == 0]
    options = tuple(sorted({*small, *(layer.joined // n for n in small)}))
    if choices.heads is not None and (isinstance(choices.heads, int) or choices.heads[k] is not None):
        return Decision.of("heads", k, Reasoned.chosen(layer.heads), options)
    why = _("The shapes leave it open how many heads share the {count} features; the likeliest is taken")
    if words.heads == layer.heads:
        why = _(
            "The shapes leave it open how many heads share the {count} features; the words around the weights say so"
        )
    return Decision.of("heads", k, Reasoned(layer.heads, "assumed", why.format(count=layer.joined)), options)


def _activation(
    k: int,
    recognised: Recognised,
    stand: Sequence[Standing],
    bent: Reasoned | None,
    after: Mapping[str, Reasoned],
    choices: Choices,
    saved: SavedSettings | None,
) -> Reasoned:
    layout, count = recognised.layout, len(recognised.layers)
    hidden = not stand[k].last
    given = choices.for_layer("activation", k, count)
    if given is None and (hidden or count == 1):
        given = choices.for_open("activation")
    if LEARNT in recognised.layers[k].arrays:
        if given is not None:
            where = _("activation, layer {layer}").format(layer=k)
            expected = _("{name}, whose slope the file has").format(name=quote(LEARNT))
            raise GatvizError(where, expected, quote(given), _("leave activation out"))
        return Reasoned(LEARNT, "file", _("The file has PReLU's slope"))
    if given is not None:
        return Reasoned.chosen(given)
    if saved is not None:
        return Reasoned.saved(saved.layers[k].activation or NO_ACTIVATION)
    own = after.get(recognised.names[k])
    if own is not None or (hidden and bent is not None):
        return own or bent  # type: ignore[return-value]
    default = layout.activation(k, recognised.layers) if layout.activation is not None else None
    if default is None and hidden and any(piece.layer is None for piece in recognised.pieces):
        default = layout.around
    default = default or (layout.hidden if hidden else layout.only if count == 1 else layout.last)
    return default._replace(value=default.value or NO_ACTIVATION).answer


class _Concat:
    """Heads concatenated (True) or averaged (False)."""

    def __init__(
        self, recognised: Recognised, stand: Sequence[Standing], words: ToldWords, saved: SavedSettings | None
    ) -> None:
        self.layout, self.layers, self.saved = recognised.layout, recognised.layers, saved
        self.stand, self.words, self.modules = stand, words, recognised.modules

    def told(self, k: int) -> Reasoned | None:
        """As the file says it, None where it leaves that open."""
        layer, count = self.layers[k], len(self.layers)
        if self.saved:
            return Reasoned.saved(self.saved.layers[k].concat)
        told = self.modules[layer.name].attributes.get("concat") if layer.name in self.modules else None
        if isinstance(told, bool) or layer.heads == 1:
            own = _("The layer itself says so"), _("With one head both are the same")
            return Reasoned(
                told if isinstance(told, bool) else not self.stand[k].last or count == 1, "file", own[told is None]
            )
        if self.layout.bias_tells and layer.bias is not None:
            concatenated = _("The bias has {length} entries, H·C, so the heads are concatenated")
            return self._by_length(
                k, layer.bias.numel(), concatenated, _("The bias has {length} entries, C, so the heads are averaged")
            )
        if self.layout.residual_tells and layer.residual is not None:
            concatenated = _("The residual has {length} rows, H·C, so the heads are concatenated")
            return self._by_length(
                k,
                layer.residual.shape[0],
                concatenated,
                _("The residual has {length} rows, C, so the heads are averaged"),
            )
        read_next = self.stand[k].read_next
        if read_next in (layer.joined, layer.features):
            concatenated = _("The next layer reads {length} features, H·C, so the heads are concatenated")
            return self._by_length(
                k,
                read_next,
                concatenated,
                _("The next layer reads {length} features, C, so the heads are averaged"),
            )
        return None

    def _by_length(self, k: int, length: int, concatenated: str, averaged: str) -> Reasoned:
        joined = length == self.layers[k].joined
        return Reasoned(joined, "file", (concatenated if joined else averaged).format(length=length))

    def likely(self, k: int) -> Reasoned:
        """As the layout's library or the paper has it."""
        count = len(self.layers)
        if self.words.concat is not None and (count == 1 or not self.stand[k].last):
            return self.words.concat
        default = self.layout.concat(self.layers[0]) if count == 1 and self.layout.concat is not None else None
        if default is not None:
            return default.answer
        if count == 1:
            return Reasoned(True, "assumed", _("A single layer concatenates its heads unless told otherwise"))
        if not self.stand[k].last:
            return Reasoned(True, "assumed", _("The paper concatenates the heads of hidden layers"))
        return Reasoned(False, "assumed", _("The paper averages the heads of the last layer"))

    def refused(self, at: str, given: Any, told: Reasoned, _k: int) -> GatvizError:
        """The error for a choice against the file."""
        words = {True: _("heads concatenated"), False: _("heads averaged")}
        return GatvizError(at, words[told.value], words[given], _as_told("concat", told))


class _Residual:
    """What a layer adds to its output: "none", its input itself ("identity"), or a "projection", which has a tensor."""

    def __init__(self, recognised: Recognised) -> None:
        self.layout, self.layers = recognised.layout, recognised.layers

    def told(self, k: int) -> Reasoned | None:
        """As the file says it, None where it may or may not be the input itself, which has no tensor."""
        layer = self.layers[k]
        if layer.adds_input:
            why = _("The file says that the input is added, and it is as wide as a head's output")
            return Reasoned("identity", "file", why)
        if layer.residual is not None:
            return Reasoned("projection", "file", _("The file has the projection of a residual"))
        if self.layout.identity_widths is None:
            return Reasoned("none", "file", _("The file has no projection of a residual"))
        if layer.in_features not in self.layout.identity_widths(layer, self.layers):
            why = _("A residual would have a projection here, and the file has none")
            return Reasoned("none", "file", why)
        return None

    def likely(self, k: int) -> Reasoned:
        """The input itself after another layer with a residual, else none."""
        others = any(other.residual is not None for j, other in enumerate(self.layers) if j != k)
        value = "identity" if others and k > 0 else "none"
        why = _("No tensor of a residual is there; where widths match, {library}'s residual would have none")
        if value == "identity":
            why = _(
                "Another layer has a residual, and where widths match {library} adds the input itself, which needs no "
                "tensor"
            )
        return Reasoned(value, "assumed", why.format(library=_(self.layout.title)))

    def refused(self, at: str, given: Any, told: Reasoned, k: int) -> GatvizError:
        """The error for a choice against the file."""
        layer = self.layers[k]
        mend = _as_told("residual", told)
        if given == "identity" and layer.residual is None:
            libraries = or_list(_(one.title) for one in LAYOUTS.values() if one.identity_widths is not None)
            found = _("{before} features in and {after} out").format(before=layer.in_features, after=layer.joined)
            return GatvizError(at, _("a {library} layer as wide as its input").format(library=libraries), found, mend)
        return GatvizError(at, _("{value}, as the file says").format(value=quote(told.value)), quote(given), mend)


def _as_told(keyword: str, told: Reasoned) -> str:
    return _("leave {keyword} out: {reason}").format(keyword=keyword, reason=told.reason)


def _each_layer(
    name: str, layers: Layers, choices: Choices, where: str, question: _Concat | _Residual
) -> list[Reasoned]:
    """One setting of every layer: as the file tells it, else as chosen, else the likeliest.

    Raises:
        GatvizError: a choice against the file.
    """
    single = choices.for_open(name)
    answers: list[Reasoned] = []
    for k in range(len(layers)):
        told = question.told(k)
        given = choices.for_layer(name, k, len(layers))
        if told is None:
            given = single if given is None else given
            answers.append(question.likely(k) if given is None else Reasoned.chosen(given))
        elif given in (None, told.value):
            answers.append(told)
        else:
            at = commas((name, where, _("layer {layer}").format(layer=k)))
            raise question.refused(at, given, told, k)
    if single is not None and all(answer.value != single for answer in answers):
        raise question.refused(commas((name, where)), single, answers[-1], len(layers) - 1)
    return answers
