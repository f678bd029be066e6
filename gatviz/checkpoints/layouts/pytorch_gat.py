"""pytorch-GAT by gordicaleksa: `gat_net.K.linear_proj.weight`, `scoring_fn_source`, `scoring_fn_target`, and the dict
around them.

Target is `scoring_fn_target` in its implementation 3, the one it trains with; its dense implementations 1 and 2 add
the source's score along rows, so there the names are the other way round. The residual is averaged with the heads;
where F = C it is the input itself, added to every head, and the stored projection is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gatviz.checkpoints.choices import Reasoned
from gatviz.checkpoints.layer_forms import (
    Default,
    LayerForm,
    Layers,
    LayerTensors,
    OwnChoice,
    StoredLayer,
    WeightsLayout,
    two_halves,
)
from gatviz.errors import GatvizError, quote
from gatviz.words import N_, _, commas, or_list

_TITLE = N_("pytorch-GAT's layer")
_IMPLEMENTATIONS = ("IMP1", "IMP2", "IMP3")
_BY_HAND = ("IMP2", "IMP3")


def _linear(tensors: LayerTensors) -> StoredLayer:
    return _layer(tensors, tensors.matrix("linear_proj.weight"), _implementation(tensors, "IMP3"))


def _batched(tensors: LayerTensors) -> StoredLayer:
    weight = tensors["proj_param"]
    if weight.dim() != 3 or 0 in weight.shape:
        raise tensors.misfit("proj_param", _("shape [H, F, C]"))
    heads, _width, features = weight.shape
    scores = dict(tensors.tensors)
    for tail in _SCORES:
        if tensors[tail].numel() != heads * features:
            expected = _("{count} entries, as the projection gives").format(count=heads * features)
            raise tensors.misfit(tail, expected)
        scores[tail] = tensors[tail].reshape(1, heads, features)
    batched = replace(tensors, tensors=scores, ones_last=False)
    return _layer(batched, weight.transpose(1, 2).flatten(0, 1), _implementation(tensors, "IMP1"))


def _implementation(tensors: LayerTensors, likely: str) -> Reasoned:
    """Which implementation the layer is from; the file says it by its settings, or by names of IMP1's own.

    Raises:
        GatvizError: settings that name none, or a choice against what the file says.
    """
    told = tensors.around.get("layer_type")
    if told is not None and told not in _IMPLEMENTATIONS:
        where = commas((tensors.where, "layer_type"))
        raise GatvizError(where, or_list(_IMPLEMENTATIONS), quote(told), _("save it as pytorch-GAT does"))
    by_file = str(told) if told is not None else "IMP1" if likely == "IMP1" else None
    given = tensors.choices.implementation
    at = commas(("implementation", tensors.where))
    if by_file is not None and given not in (None, by_file):
        expected = _("{value}, as the file says").format(value=by_file)
        raise GatvizError(at, expected, quote(given), _("leave {keyword} out").format(keyword="implementation"))
    if by_file is None and given == "IMP1":
        found = _("{value}, whose projection is called {tensor}").format(value=quote(given), tensor=quote("proj_param"))
        raise GatvizError(at, or_list(map(quote, _BY_HAND)), found, _("choose one of the two"))
    if by_file is not None:
        return Reasoned(by_file, "file", _("The settings around the weights, or the names of the tensors, say so"))
    why = _(
        "The file does not say which of pytorch-GAT's implementations it is from; IMP3 is the one that it trains with "
        "(IMP2, of the same shapes, has the two halves of the attention vector the other way round)"
    )
    return Reasoned.chosen(given) if given else Reasoned(likely, "assumed", why)


def _layer(tensors: LayerTensors, weight: Tensor, implementation: Reasoned) -> StoredLayer:
    target, source = "scoring_fn_target", "scoring_fn_source"
    notes: tuple[str, ...] = ()
    if implementation.value != "IMP3":
        target, source = source, target
        told_so = _(
            "pytorch-GAT's {implementation} scores the node that reads with scoring_fn_source, so the halves are taken "
            "the other way round."
        )
        notes = (told_so.format(implementation=implementation.value),)
    arrays, told = two_halves(tensors, weight, target, source)
    heads, features, in_features = arrays["W"].shape
    width = heads * features
    bias = tensors.vector("bias", width, features)
    residual = tensors.skip("skip_proj.weight", in_features, width)
    adds_input = False
    told_skip = tensors.around.get("add_skip_connection")
    if told_skip is False:
        residual = None
    elif in_features == features and (residual is not None or told_skip is True):
        residual, adds_input = torch.eye(features, dtype=weight.dtype).repeat(heads, 1), True
    elif told_skip is True and residual is None:
        raise GatvizError(
            tensors.at("skip_proj.weight"),
            _("a projection of the input, as add_skip_connection says"),
            _("none"),
            _("save the whole state dict, or the right settings with it"),
        )
    layer = StoredLayer(
        tensors.name, tensors.form, "GAT", arrays, bias, residual, told, adds_input=adds_input, notes=notes
    )
    return replace(layer, answers={"implementation": implementation})


_SCORES = ("scoring_fn_source", "scoring_fn_target")
_REST = ("bias", "skip_proj.weight")


def _of_the_whole_model(layer: StoredLayer) -> Default | None:
    """A layer that stands in pytorch-GAT's model and was not saved alone is its last one."""
    whole = layer.name.split(".")[-2:] == ["gat_net", "0"]
    reason = N_("pytorch-GAT averages the heads of its last layer, which here is the only one")
    return Default(False, reason) if whole else None


def _plain(told: Any) -> object:
    """A whole number or a list of them as it stands; anything else equals nothing."""
    if isinstance(told, list | tuple):
        return list(told) if all(isinstance(one, int) for one in told) else None
    return told if isinstance(told, int) else None


def _check_settings(layers: Layers, around: Mapping[str, Any], where: str) -> None:
    """Refuse a file whose dict says other heads or layers than its tensors have."""
    said = {
        "num_of_layers": (around.get("num_of_layers"), len(layers)),
        "num_heads_per_layer": (around.get("num_heads_per_layer"), [layer.heads for layer in layers]),
        "num_features_per_layer": (
            around.get("num_features_per_layer"),
            [layers[0].in_features, *(layer.features for layer in layers)],
        ),
    }
    for name, (told, found) in said.items():
        if told is not None and _plain(told) != found:
            expected = _("{value}, as the tensors have").format(value=found)
            raise GatvizError(commas((where, name)), expected, quote(told), _("save model and settings together"))


_LAST = Default(None, N_("pytorch-GAT's last layer gives the scores as they are"))

LAYOUT = WeightsLayout(
    name="pytorch_gat",
    title="pytorch-GAT",
    forms=(
        LayerForm(_TITLE, ("linear_proj.weight", *_SCORES), _REST, _linear),
        LayerForm(_TITLE, ("proj_param", *_SCORES), _REST, _batched),
    ),
    attention=("scoring_fn_source", "scoring_fn_target"),
    self_loops=Default(
        "add_missing", N_("pytorch-GAT gives every node of its data a self-loop before its layers see it")
    ),
    bias_tells=True,
    residual_tells=False,
    hidden=Default("elu", N_("pytorch-GAT applies ELU after its hidden layers")),
    last=_LAST,
    only=_LAST,
    notes=(N_("pytorch-GAT divides every node's features on Cora by their sum: give the graph such features too."),),
    own_choices=(OwnChoice("implementation", _BY_HAND, N_("layers of pytorch-GAT")),),
    concat=_of_the_whole_model,
    check=_check_settings,
)
