"""From recognised layers to settings: what the file says, what the caller says, and the likeliest for the rest.

F input features, H heads, C features per head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isqrt
from typing import Any

import torch
from torch import Tensor

from gatviz.attention.defaults import NEGATIVE_SLOPE
from gatviz.attention.edges import SelfLoops
from gatviz.attention.loop_features import AS_ADDED, LoopFeatures
from gatviz.checkpoints import dgl, edges, pyg, pytorch_gat, tutorial
from gatviz.checkpoints.decisions import ACTIVATION_NAMES, NO_ACTIVATION, Choices, Decision, Origin
from gatviz.checkpoints.layout import Layout, Part
from gatviz.checkpoints.recognition import Recognised
from gatviz.errors import GatvizError, quote
from gatviz.model.steps import LayerSettings

_LARGEST_SLOPE = 100.0
"""Beyond it a number beside the weights is no slope."""
_LOOPS = ("as_given", "add_missing", "remove")

Verdict = tuple[Any, Origin, str]


@dataclass(frozen=True, eq=False)
class Settled:
    """A model, all decided: settings and arrays of each layer, and how each decision came about."""

    layers: tuple[LayerSettings, ...]
    arrays: tuple[Mapping[str, Tensor], ...]
    self_loops: SelfLoops
    loop_features: LoopFeatures | None
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, eq=False)
class Saved:
    """What `save_weights` wrote beside the tensors: everything that they do not say."""

    layers: tuple[LayerSettings, ...]
    self_loops: SelfLoops
    loop_features: LoopFeatures = AS_ADDED


def settle(recognised: Recognised, choices: Choices, saved: Saved | None, where: str) -> Settled:
    """Decide everything about the layers of a file.

    Raises:
        GatvizError: a choice against what the file says, or tensors that do not fit each other.
    """
    layout, parts = recognised.layout, recognised.parts
    decisions: list[Decision] = []

    loops, slope = _self_loops(layout, choices, saved), _slope(choices, saved, recognised.around)
    decisions.append(Decision("self_loops", None, *loops, _LOOPS))
    filled = edges.loop_features(recognised, choices, loops[0], saved.loop_features if saved else None, where)
    decisions += filled
    loop_features = LoopFeatures(*(one.value for one in filled)) if filled else None  # type: ignore[arg-type]
    in_message = edges.in_message(parts, choices, saved.layers if saved else None, where)
    decisions += in_message
    slopes = {layer.negative_slope for layer in saved.layers} if saved else set()
    if len(slopes) < 2 or slope[1] == "given":
        decisions.append(Decision("negative_slope", None, *slope))
    decisions += _whole_file(recognised, choices, where)
    negated = any(one.name == "score_sign" and one.value == "minus" for one in decisions)
    concats = _concats(recognised, choices, saved, where)
    residuals = _residuals(recognised, choices, where)
    layers: list[LayerSettings] = []
    arrays: list[Mapping[str, Tensor]] = []
    for k, part in enumerate(parts):
        at = f"{where}, layer {k}" + (f" {quote(part.name)}" if part.name else "")
        told = saved.layers[k] if saved else None
        activation = _activation(k, recognised, choices, told)
        decisions.append(_heads(k, part, choices))
        decisions.append(Decision("concat", k, *concats[k], (True, False)))
        decisions.append(Decision("activation", k, *activation, ACTIVATION_NAMES))
        decisions.append(Decision("residual", k, *residuals[k], ("none", "identity")))
        if told is not None and len(slopes) > 1 and slope[1] == "file":
            decisions.append(Decision("negative_slope", k, told.negative_slope, "file", "The file says so."))
        own_slope = told.negative_slope if told and choices.negative_slope is None else float(slope[0])
        run = part
        if part.sign_open and negated:
            run, own_slope = _negated(part, own_slope)
        if part.residual is None and residuals[k][0] == "identity":
            run = replace(run, residual=_input_itself(part))
        if run.edge_in_message is None:
            run = replace(run, edge_in_message=bool(next(one.value for one in in_message if one.layer == k)))
        settings, tensors = _layer(run, concats[k][0], activation[0], own_slope, told, at)
        layers.append(settings)
        arrays.append(tensors)
    return Settled(tuple(layers), tuple(arrays), loops[0], loop_features, tuple(decisions))


# ---- one decision each ------------------------------------------------------------------------------------


def _self_loops(layout: Layout, choices: Choices, saved: Saved | None) -> Verdict:
    if choices.self_loops is not None:
        return choices.self_loops, "given", "Chosen by hand."
    if saved:
        return saved.self_loops, "file", "The file says so."
    value, why = layout.self_loops
    return value, "assumed", _sentence(why)


def _slope(choices: Choices, saved: Saved | None, around: Mapping[str, Any]) -> Verdict:
    if choices.negative_slope is not None:
        return choices.negative_slope, "given", "Chosen by hand."
    if saved:
        return saved.layers[0].negative_slope, "file", "The file says so."
    told = around.get("negative_slope")
    if isinstance(told, int | float) and not isinstance(told, bool) and abs(told) <= _LARGEST_SLOPE:
        return float(told), "assumed", "The words around the weights say so."
    why = f"A state dict does not hold the slope; {NEGATIVE_SLOPE} is the paper's and every library's own."
    return NEGATIVE_SLOPE, "assumed", why


def _heads(k: int, part: Part, choices: Choices) -> Decision:
    if part.stem is not None:
        reason = f"{part.heads} heads stand in the file, {quote(part.stem + '0')} and so on."
        return Decision("heads", k, part.heads, "file", reason)
    if part.heads_from is not None:
        return Decision("heads", k, part.heads, "file", f"The shape of {quote(part.heads_from)} says so.")
    small = [n for n in range(1, isqrt(part.joined) + 1) if part.joined % n == 0]
    options = tuple(sorted({*small, *(part.joined // n for n in small)}))
    if choices.heads is not None and (isinstance(choices.heads, int) or choices.heads[k] is not None):
        return Decision("heads", k, part.heads, "given", "Chosen by hand.", options)
    reason = f"The shapes leave it open how many heads share the {part.joined} features; the likeliest is taken."
    return Decision("heads", k, part.heads, "assumed", reason, options)


def _concats(recognised: Recognised, choices: Choices, saved: Saved | None, where: str) -> list[Verdict]:
    parts = recognised.parts
    count = len(parts)
    single = choices.for_open("concat")
    verdicts: list[Verdict] = []
    for k in range(count):
        told = _told_concat(k, recognised, saved)
        given = choices.for_layer("concat", k, count)
        if told is None:
            given = single if given is None else given
            verdicts.append(_assumed_concat(k, recognised) if given is None else (given, "given", "Chosen by hand."))
        elif given in (None, told[0]):
            verdicts.append(told)
        else:
            raise GatvizError(f"concat, {where}, layer {k}", _join_word(told[0]), _join_word(given), _why(told))
    if single is not None and all(value != single for value, _, _ in verdicts):
        raise GatvizError(f"concat, {where}", _join_word(not single), _join_word(single), _why(verdicts[-1]))
    return verdicts


def _why(told: Verdict) -> str:
    return f"leave concat out: {told[2][0].lower()}{told[2][1:].removesuffix('.')}"


def _join_word(concat: object) -> str:
    return "heads concatenated" if concat else "heads averaged"


def _told_concat(k: int, recognised: Recognised, saved: Saved | None) -> Verdict | None:
    """Concatenated or averaged as the file says it, None where it leaves that open."""
    layout, parts = recognised.layout, recognised.parts
    part = parts[k]
    if saved:
        return saved.layers[k].concat, "file", "The file says so."
    if part.heads == 1:
        return k < len(parts) - 1 or len(parts) == 1, "file", "With one head both are the same."
    words = {part.joined: "H·C, so the heads are concatenated.", part.features: "C, so the heads are averaged."}
    if layout.bias_tells and part.bias is not None:
        length = part.bias.numel()
        return length == part.joined, "file", f"The bias has {length} entries, {words[length]}"
    if layout.residual_tells and part.residual is not None:
        length = part.residual.shape[0]
        return length == part.joined, "file", f"The residual has {length} rows, {words[length]}"
    if k + 1 < len(parts):
        length = parts[k + 1].in_features
        if length in words:
            return length == part.joined, "file", f"The next layer reads {length} features, {words[length]}"
    return None


def _assumed_concat(k: int, recognised: Recognised) -> Verdict:
    count = len(recognised.parts)
    if count == 1 and pytorch_gat.is_whole_model(recognised.parts[0].name):
        return False, "assumed", "pytorch-GAT averages the heads of its last layer, which here is the only one."
    if count == 1:
        return True, "assumed", "A single layer concatenates its heads unless told otherwise."
    if k < count - 1:
        return True, "assumed", "The paper concatenates the heads of hidden layers."
    return False, "assumed", "The paper averages the heads of the last layer."


def _activation(k: int, recognised: Recognised, choices: Choices, told: LayerSettings | None) -> Verdict:
    layout, parts = recognised.layout, recognised.parts
    count = len(parts)
    hidden = k < count - 1
    given = choices.for_layer("activation", k, count)
    if given is None and (hidden or count == 1):
        given = choices.for_open("activation")
    if given is not None:
        return given, "given", "Chosen by hand."
    if told is not None:
        return told.activation or NO_ACTIVATION, "file", "The file says so."
    value, why = layout.hidden if hidden else layout.only if count == 1 else layout.last
    if layout.name == "tutorial" and parts[k].stem is not None:
        value, why = tutorial.MULTI_HEAD
    elif layout.name == "pyg" and hidden and pyg.is_model_class(parts):
        value, why = pyg.MODEL_HIDDEN
    elif layout.name == "pygat" and count == 1 and parts[k].stem is None and "out" in parts[k].name:
        value, why = layout.last
    return value or NO_ACTIVATION, "assumed", _sentence(why)


def _residuals(recognised: Recognised, choices: Choices, where: str) -> list[Verdict]:
    """What each layer adds to its output: nothing, its input itself, or a projection of it, which has a tensor."""
    parts = recognised.parts
    single = choices.for_open("residual")
    verdicts: list[Verdict] = []
    for k, part in enumerate(parts):
        told = _told_residual(k, recognised)
        given = choices.for_layer("residual", k, len(parts))
        if told is None:
            given = single if given is None else given
            verdicts.append(_assumed_residual(k, parts) if given is None else (given, "given", "Chosen by hand."))
        elif given in (None, told[0]):
            verdicts.append(told)
        else:
            raise _other_residual(f"residual, {where}, layer {k}", given, told, part)
    if single is not None and all(value != single for value, _, _ in verdicts):
        raise _other_residual(f"residual, {where}", single, verdicts[-1], parts[-1])
    return verdicts


def _other_residual(at: str, given: object, told: Verdict, part: Part) -> GatvizError:
    why = f"leave residual out: {told[2][0].lower()}{told[2][1:].removesuffix('.')}"
    if given == "identity" and part.residual is None:
        found = f"{part.in_features} features in and {part.joined} out"
        return GatvizError(at, "a DGL layer as wide as its input", found, why)
    return GatvizError(at, f"{quote(told[0])}, as the file says", quote(given), why)


def _told_residual(k: int, recognised: Recognised) -> Verdict | None:
    """The residual as the file says it, None where it may or may not be the input itself, which has no tensor."""
    part = recognised.parts[k]
    if part.adds_input:
        return "identity", "file", "The file says that the input is added, and it is as wide as a head's output."
    if part.residual is not None:
        return "projection", "file", "The file has the projection of a residual."
    if recognised.layout.name != "dgl":
        return "none", "file", "The file has no projection of a residual."
    if part.in_features not in dgl.widths_of_identity(part, recognised.parts):
        return "none", "file", "A residual would have a projection here, and the file has none."
    return None


def _assumed_residual(k: int, parts: tuple[Part, ...]) -> Verdict:
    others = any(other.residual is not None for j, other in enumerate(parts) if j != k)
    if others and k > 0:
        why = "Another layer has a residual, and where widths match DGL adds the input itself, which needs no tensor."
        return "identity", "assumed", why
    return "none", "assumed", "No tensor of a residual is there; where widths match, DGL's residual would have none."


def _whole_file(recognised: Recognised, choices: Choices, where: str) -> list[Decision]:
    """What only one library leaves open, and then for all its layers: pyGAT the sign of its scores, pytorch-GAT which
    of its implementations it is."""
    parts = recognised.parts
    decisions: list[Decision] = []
    if any(part.sign_open for part in parts):
        why = "pyGAT's own sparse layers take the softmax of −LeakyReLU(raw), copies of them that of +LeakyReLU(raw)."
        sign: Verdict = ("minus", "assumed", f"{why} The file does not tell which.")
        if choices.score_sign is not None:
            sign = choices.score_sign, "given", "Chosen by hand."
        decisions.append(Decision("score_sign", None, *sign, ("minus", "plus")))
    elif choices.score_sign is not None:
        found = f"none of them: {recognised.layout.title}'s"
        raise GatvizError(f"score_sign, {where}", "sparse layers of pyGAT", found, "leave score_sign out")
    version = parts[0].implementation
    if version is not None:
        why = (
            "The file does not say which of pytorch-GAT's implementations it is from; IMP3 is the one that it trains "
            "with (IMP2, of the same shapes, has the two halves of the attention vector the other way round)."
        )
        decided: Verdict = (version, "assumed", why)
        if parts[0].implementation_told:
            decided = version, "file", "The settings around the weights, or the names of the tensors, say so."
        elif choices.implementation is not None:
            decided = version, "given", "Chosen by hand."
        decisions.append(Decision("implementation", None, *decided, ("IMP2", "IMP3")))
    elif choices.implementation is not None:
        found = f"{recognised.layout.title}'s"
        raise GatvizError(f"implementation, {where}", "layers of pytorch-GAT", found, "leave implementation out")
    return decisions


def _sentence(why: str) -> str:
    return f"{why[0].upper()}{why[1:]}."


# ---- settings and arrays ----------------------------------------------------------------------------------


def _layer(
    part: Part, concat: bool, activation: str, slope: float, told: LayerSettings | None, at: str
) -> tuple[LayerSettings, Mapping[str, Tensor]]:
    arrays = dict(part.arrays)
    v2: dict[str, bool] = {}
    if part.kind == "GATv2":
        v2 = _v2(arrays, told, at)
    bias = _joined(part.bias, part, concat, f"{at}, bias")
    residual = _joined(part.residual, part, concat, f"{at}, residual")
    bias = _unless_left_out(bias, told is None or told.bias, f"{at}, bias")
    in_message = bool(part.edge_in_message)
    if told is not None and (told.residual != (residual is not None) or told.bias != (bias is not None)):
        raise _against(at)
    if told is not None and (told.edge_features, told.edge_in_message) != (part.edge_features, in_message):
        raise _against(at)
    for name, value in (("bias", bias), ("W_res", residual)):
        if value is not None:
            arrays[name] = value
    settings = LayerSettings(
        kind=part.kind,
        out_features=part.features,
        num_heads=part.heads,
        concat=concat,
        bias=bias is not None,
        residual=residual is not None,
        negative_slope=slope,
        dropout=told.dropout if told else 0.0,
        feature_dropout=told.feature_dropout if told else 0.0,
        activation=None if activation == NO_ACTIVATION else activation,
        edge_features=part.edge_features,
        edge_in_message=in_message,
        **v2,
    )
    return settings, arrays


def _v2(arrays: dict[str, Tensor], told: LayerSettings | None, at: str) -> dict[str, bool]:
    """Complete a GATv2 layer's two biases, and see whether both projections are one."""
    biases = ("b_target", "b_source")
    if any(name in arrays for name in biases):
        shape = arrays["a"]
        for name in biases:
            arrays.setdefault(name, torch.zeros_like(shape))
        if told is not None and not told.projection_bias:
            for name in biases:
                _unless_left_out(arrays.pop(name), False, f"{at}, {name}")
    has_bias = "b_source" in arrays
    one = torch.equal(arrays["W_target"], arrays["W_source"])
    one = one and (not has_bias or torch.equal(arrays["b_target"], arrays["b_source"]))
    if told is not None and ((told.share_weights and not one) or told.projection_bias != has_bias):
        raise _against(at)
    return {"share_weights": one if told is None else told.share_weights, "projection_bias": has_bias}


def _negated(part: Part, slope: float) -> tuple[Part, float]:
    """−LeakyReLU(z) with slope s is LeakyReLU(−s·z) with slope 1/s: the layer's own form, so a and the slope change."""
    if slope <= 0:
        expected, usual = "a number above 0 for pyGAT's sparse layers", f"{NEGATIVE_SLOPE} is usual"
        raise GatvizError("negative_slope", expected, quote(slope), usual)
    halves = {name: part.arrays[name] * -slope for name in ("a_target", "a_source")}
    return replace(part, arrays={**part.arrays, **halves}), 1 / slope


def _input_itself(part: Part) -> Tensor:
    """The input as a projection [H·C, F]: each head's own features, or the same for every head."""
    like = part.source_weight
    one = torch.eye(part.in_features, dtype=like.dtype)
    return one if part.in_features == part.joined else one.repeat(part.heads, 1)


def _joined(given: Tensor | None, part: Part, concat: bool, at: str) -> Tensor | None:
    """Bias or residual as the layer adds it: after its heads are joined, so averaged with them."""
    if given is None or part.heads == 1:
        return given
    if concat:
        if given.shape[0] != part.joined:
            raise GatvizError(at, f"{part.joined} entries for concatenated heads", str(given.shape[0]), "average them")
        return given
    return (
        given.reshape(part.heads, part.features, *given.shape[1:]).mean(0) if given.shape[0] == part.joined else given
    )


def _unless_left_out(given: Tensor | None, kept: bool, at: str) -> Tensor | None:
    """None for zeros that stand in the file only because its layout asks for them."""
    if given is None or kept:
        return given
    if bool(given.any()):
        raise _against(at)
    return None


def _against(at: str) -> GatvizError:
    return GatvizError(at, "tensors as gatviz's settings in the file say", "others", "save the weights again")
