"""From recognised layers and decisions to the model with the file's numbers.

F input features, H heads, C features per head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from gatviz.attention.activations import LEARNT
from gatviz.attention.layers import AttentionLayer, new_generator
from gatviz.checkpoints.defaults import Decided
from gatviz.checkpoints.layer_forms import StoredLayer
from gatviz.checkpoints.pieces import StoredModule
from gatviz.checkpoints.proposal import left_over, reads_first
from gatviz.checkpoints.recognition import Recognised
from gatviz.checkpoints.saved_settings import SavedSettings
from gatviz.checkpoints.told_modules import ToldModules
from gatviz.errors import GatvizError, quote
from gatviz.model.around import Activation, Linear
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import LayerSettings
from gatviz.model.norms import BatchNorm, GraphNorm, LayerNorm
from gatviz.model.recipe import Recipe
from gatviz.model.step import Step, checked_width
from gatviz.pickles.pickled import PickledModule
from gatviz.words import _, commas


@dataclass(frozen=True, kw_only=True)
class _FileSettings(LayerSettings):
    """The settings of a layer whose weights exist, so that it reads so many features and no others."""

    reads: int = 0

    def build(self, in_features: int, generator: torch.Generator | None = None) -> AttentionLayer:
        checked_width(self.reads, in_features)
        own = {field.name: getattr(self, field.name) for field in fields(LayerSettings)}
        return LayerSettings(**own).build(in_features, generator)


def build_model(
    recognised: Recognised, recipe: Recipe, decided: Decided, saved: SavedSettings | None, where: str
) -> GAT:
    """The model in evaluation mode, in the file's precision.

    Arguments:
        recognised: the file's modules, its attention layers in the order in which they run.
        recipe: the steps.

    Raises:
        GatvizError: steps or tensors that do not fit each other (which, and both numbers), or gatviz's own settings
            beside them.
    """
    modules: dict[str, Step | LayerSettings] = {}
    arrays: list[Mapping[str, Tensor]] = []
    by_name = {piece.name: piece for piece in recognised.pieces}
    names = [piece.name for piece in recognised.pieces if piece.layer is not None]
    by_hand = any(one.name == "norm" and one.origin == "given" for one in decided.decisions)
    as_run, told_modules = recognised.layout.as_run, ToldModules(recognised.modules, recognised.pieces)
    for k, stored in enumerate(recognised.layers):
        number = _("layer {layer}").format(layer=k)
        named = _("layer {layer} {name}").format(layer=k, name=quote(stored.name))
        layer, slope = stored, decided.slopes[k]
        if as_run is not None:
            layer, slope = as_run(layer, slope, decided.own)
        if stored.residual is None and decided.residuals[k] == "identity":
            layer = replace(layer, residual=_input_itself(stored))
        layer = replace(layer, edge_in_message=decided.in_message.get(k, bool(stored.edge_in_message)))
        told = saved.layers[k] if saved else None
        at = commas((where, named if stored.name else number))
        made, tensors = _layer(layer, decided.concats[k], slope, told, at)
        modules[names[k]] = made
        arrays.append(tensors)
    around: dict[str, Mapping[str, Tensor]] = {}
    for name in recipe.names:
        if name in by_name and (piece := by_name[name]).other is not None:
            own = saved.steps.get(name) if saved else None
            step, around[name] = _step(piece, own, decided, commas((where, piece.shown)))
            modules[name] = step if own is not None else _as_told(step, told_modules.of(piece), by_hand)
    for name, step in saved.steps.items() if saved else ():
        if name not in by_name and not (isinstance(step, LayerNorm) and not step.affine):
            raise _against(commas((where, quote(name))))
        modules.setdefault(name, step)
    model = GAT.of_steps(
        reads_first(recipe.parts, by_name) or 1,
        recipe.steps(modules),
        self_loops=decided.self_loops,
        loop_features=decided.loop_features,
        generator=new_generator(0),
    )
    own_numbers = [*arrays, *around.values()]
    if any(tensor.dtype == torch.float64 for tensors in own_numbers for tensor in tensors.values()):
        model = model.double()
    as_arrays = [{name: tensor.numpy() for name, tensor in tensors.items()} for tensors in own_numbers]
    layers, others = as_arrays[: len(arrays)], dict(zip(around, as_arrays[len(arrays) :], strict=True))
    fresh = model.weights()
    model.set_weights(replace(fresh, layers=tuple(layers), around={**fresh.around, **others}))
    return model.eval()


def _step(piece: StoredModule, saved: Step | None, decided: Decided, at: str) -> tuple[Step, Mapping[str, Tensor]]:
    """A module beside the attention layers as a step, and its numbers.

    Raises:
        GatvizError: a module of no kind that gatviz has, or another one than gatviz's own settings say.
    """
    module = piece.other
    assert module is not None
    width, tensors = module.in_features, {name: t for name, t in module.tensors.items() if t.is_floating_point()}
    affine = "weight" in tensors or "bias" in tensors
    made: Step
    if module.kind == "linear":
        made = Linear(module.out_features or 0, bias="bias" in tensors, in_features=width)
    elif module.kind == "batch_norm":
        made = BatchNorm(affine=affine, in_features=width, stored="running_mean" in tensors)
        like = next(iter(tensors.values()))
        filled = {"weight": torch.ones_like(like), "bias": torch.zeros_like(like)} if affine else {}
        tensors = {**filled, **tensors}
    elif module.kind == "graph_norm":
        made = GraphNorm(in_features=width)
    elif module.kind == "norm":
        made = LayerNorm(mode=decided.norm_mode, in_features=width)
    elif module.kind == "prelu":
        made = Activation(LEARNT)
    else:
        raise left_over([piece], at)
    if saved is None:
        return made, tensors
    told = {name: getattr(made, name, None) for name in ("out_features", "bias", "affine")}
    fits = all(getattr(saved, name, None) == value for name, value in told.items())
    if type(saved) is not type(made) or not fits or getattr(saved, "in_features", None) not in (None, width):
        raise _against(at)
    return saved, tensors


def _as_told(step: Step, told: PickledModule | None, by_hand: bool) -> Step:
    """The same with what the norm itself says: its ε, and its mode unless that was chosen by hand."""
    if told is None or not isinstance(step, BatchNorm | LayerNorm | GraphNorm):
        return step
    eps, mode = told.attributes.get("eps"), told.attributes.get("mode")
    if isinstance(eps, float):
        step = replace(step, eps=eps)
    if isinstance(step, LayerNorm) and mode in ("node", "graph") and not by_hand:
        step = replace(step, mode=mode)
    return step


def _layer(
    layer: StoredLayer, concat: bool, slope: float, told: LayerSettings | None, at: str
) -> tuple[LayerSettings, Mapping[str, Tensor]]:
    arrays = dict(layer.arrays)
    own = {"projection_bias": "b_W" in arrays, "score_bias": "b_a" in arrays}
    if layer.kind == "GATv2":
        own = _v2(arrays, told, at)
    elif told is not None and own != {name: getattr(told, name) for name in own}:
        raise _against(at)
    bias = _joined(layer.bias, layer, concat, commas((at, "bias")))
    residual = _joined(layer.residual, layer, concat, commas((at, "residual")))
    bias = _unless_left_out(bias, told is None or told.bias, commas((at, "bias")))
    if told is not None and (told.residual != (residual is not None) or told.bias != (bias is not None)):
        raise _against(at)
    in_message = bool(layer.edge_in_message)
    if told is not None and (told.edge_features, told.edge_in_message) != (layer.edge_features, in_message):
        raise _against(at)
    for name, value in (("bias", bias), ("W_res", residual)):
        if value is not None:
            arrays[name] = value
    settings = _FileSettings(
        reads=layer.in_features,
        kind=layer.kind,
        out_features=layer.features,
        num_heads=layer.heads,
        concat=concat,
        bias=bias is not None,
        residual=residual is not None,
        negative_slope=slope,
        dropout=told.dropout if told else 0.0,
        feature_dropout=told.feature_dropout if told else 0.0,
        activation=LEARNT if LEARNT in layer.arrays else None,
        attention=told.attention if told else "learnt",
        edge_features=layer.edge_features,
        edge_in_message=in_message,
        **own,
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
                _unless_left_out(arrays.pop(name), False, commas((at, name)))
    has_bias = "b_source" in arrays
    one = torch.equal(arrays["W_target"], arrays["W_source"])
    one = one and (not has_bias or torch.equal(arrays["b_target"], arrays["b_source"]))
    if told is not None and ((told.share_weights and not one) or told.projection_bias != has_bias):
        raise _against(at)
    return {"share_weights": one if told is None else told.share_weights, "projection_bias": has_bias}


def _input_itself(layer: StoredLayer) -> Tensor:
    """The input as a projection [H·C, F]: each head's own features, or the same for every head."""
    like = layer.source_weight
    one = torch.eye(layer.in_features, dtype=like.dtype)
    return one if layer.in_features == layer.joined else one.repeat(layer.heads, 1)


def _joined(given: Tensor | None, layer: StoredLayer, concat: bool, at: str) -> Tensor | None:
    """Bias or residual as the layer adds it: after its heads are joined, so averaged with them."""
    if given is None or layer.heads == 1:
        return given
    if concat:
        if given.shape[0] != layer.joined:
            expected = _("{count} entries for concatenated heads").format(count=layer.joined)
            raise GatvizError(at, expected, str(given.shape[0]), _("average them"))
        return given
    return (
        given.reshape(layer.heads, layer.features, *given.shape[1:]).mean(0)
        if given.shape[0] == layer.joined
        else given
    )


def _unless_left_out(given: Tensor | None, kept: bool, at: str) -> Tensor | None:
    """None for zeros that stand in the file only because its layout asks for them."""
    if given is None or kept:
        return given
    if bool(given.any()):
        raise _against(at)
    return None


def _against(at: str) -> GatvizError:
    expected = _("tensors as gatviz's settings in the file say")
    return GatvizError(at, expected, _("others"), _("save the weights again"))
