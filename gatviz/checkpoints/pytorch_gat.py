"""pytorch-GAT by gordicaleksa: `gat_net.K.linear_proj.weight`, `scoring_fn_source`, `scoring_fn_target`, and the dict
around them.

Target is `scoring_fn_target` in its implementation 3, the one it trains with; its dense implementations 1 and 2 add
the source's score along rows, so there the names are the other way round. The residual is averaged with the heads;
where F = C it is the input itself, added to every head, and the stored projection is not used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gatviz.checkpoints.layout import Form, Layout, Part, Reading, two_halves
from gatviz.errors import GatvizError, quote

_TITLE = "pytorch-GAT's layer"
_IMPLEMENTATIONS = ("IMP1", "IMP2", "IMP3")


def _linear(reading: Reading) -> Part:
    return _part(reading, reading.matrix("linear_proj.weight"), *_implementation(reading, "IMP3"))


def _batched(reading: Reading) -> Part:
    weight = reading["proj_param"]
    if weight.dim() != 3 or 0 in weight.shape:
        raise reading.misfit("proj_param", "shape [H, F, C]")
    heads, _, features = weight.shape
    scores = dict(reading.tensors)
    for tail in _SCORES:
        if reading[tail].numel() != heads * features:
            raise reading.misfit(tail, f"{heads * features} entries, as the projection gives")
        scores[tail] = reading[tail].reshape(1, heads, features)
    batched = replace(reading, tensors=scores, ones_last=False)
    return _part(batched, weight.transpose(1, 2).flatten(0, 1), *_implementation(reading, "IMP1"))


def _implementation(reading: Reading, likely: str) -> tuple[str, bool]:
    """Which implementation the layer is from, and whether the file says so: by its settings, or by names of IMP1's own.

    Raises:
        GatvizError: settings that name none, or a choice against what the file says.
    """
    told = reading.around.get("layer_type")
    if told is not None and told not in _IMPLEMENTATIONS:
        raise GatvizError(
            f"{reading.where}, layer_type", "IMP1, IMP2 or IMP3", quote(told), "save it as pytorch-GAT does"
        )
    by_file = str(told) if told is not None else "IMP1" if likely == "IMP1" else None
    given = reading.implementation
    if by_file is not None and given not in (None, by_file):
        at = f"implementation, {reading.where}"
        raise GatvizError(at, f"{by_file}, as the file says", quote(given), "leave implementation out")
    if by_file is None and given == "IMP1":
        found = f"{quote(given)}, whose projection is called 'proj_param'"
        raise GatvizError(f"implementation, {reading.where}", "'IMP2' or 'IMP3'", found, "choose one of the two")
    return by_file or given or likely, by_file is not None


def _part(reading: Reading, weight: Tensor, implementation: str, told_so: bool) -> Part:
    target, source = "scoring_fn_target", "scoring_fn_source"
    notes: tuple[str, ...] = ()
    if implementation != "IMP3":
        target, source = source, target
        notes = (
            f"pytorch-GAT's {implementation} scores the node that reads with scoring_fn_source, so the halves are "
            "taken the other way round.",
        )
    arrays, told = two_halves(reading, weight, target, source)
    heads, features, in_features = arrays["W"].shape
    width = heads * features
    bias = reading.vector("bias", width, features)
    residual = reading.skip("skip_proj.weight", in_features, width)
    adds_input = False
    told_skip = reading.around.get("add_skip_connection")
    if told_skip is False:
        residual = None
    elif in_features == features and (residual is not None or told_skip is True):
        residual, adds_input = torch.eye(features, dtype=weight.dtype).repeat(heads, 1), True
    elif told_skip is True and residual is None:
        raise GatvizError(
            reading.at("skip_proj.weight"),
            "a projection of the input, as add_skip_connection says",
            "none",
            "save the whole state dict, or the right settings with it",
        )
    part = Part(reading.name, reading.form, "GAT", arrays, bias, residual, told, adds_input=adds_input, notes=notes)
    return replace(part, implementation=implementation, implementation_told=told_so)


_SCORES = ("scoring_fn_source", "scoring_fn_target")
_REST = ("bias", "skip_proj.weight")

LAYOUT = Layout(
    name="pytorch_gat",
    title="pytorch-GAT",
    forms=(
        Form(_TITLE, ("linear_proj.weight", *_SCORES), _REST, _linear),
        Form(_TITLE, ("proj_param", *_SCORES), _REST, _batched),
    ),
    self_loops=("add_missing", "pytorch-GAT gives every node of its data a self-loop before its layers see it"),
    bias_tells=True,
    residual_tells=False,
    hidden=("elu", "pytorch-GAT applies ELU after its hidden layers"),
    last=(None, "pytorch-GAT's last layer gives the scores as they are"),
    only=(None, "pytorch-GAT's last layer gives the scores as they are"),
    notes=("pytorch-GAT divides every node's features on Cora by their sum: give the graph such features too.",),
)


def is_whole_model(name: str) -> bool:
    """Whether a layer of this name stands in pytorch-GAT's model and is not saved alone."""
    return name.split(".")[-2:] == ["gat_net", "0"]


def _plain(told: Any) -> object:
    """A whole number or a list of them as it stands; anything else equals nothing."""
    if isinstance(told, list | tuple):
        return list(told) if all(isinstance(one, int) for one in told) else None
    return told if isinstance(told, int) else None


def check_around(parts: tuple[Part, ...], around: object, where: str) -> None:
    """Refuse a file whose dict says other heads or layers than its tensors have."""
    if not isinstance(around, dict):
        return
    said = {
        "num_of_layers": (around.get("num_of_layers"), len(parts)),
        "num_heads_per_layer": (around.get("num_heads_per_layer"), [part.heads for part in parts]),
        "num_features_per_layer": (
            around.get("num_features_per_layer"),
            [parts[0].in_features, *(part.features for part in parts)],
        ),
    }
    for name, (told, found) in said.items():
        if told is not None and _plain(told) != found:
            raise GatvizError(
                f"{where}, {name}", f"{found}, as the tensors have", quote(told), "save model and settings together"
            )
