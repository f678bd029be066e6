"""pyGAT by Diego999: `attention_K.W` [F, C] and `attention_K.a` [2C, 1] for each head, then `out_att`, one head.

Target first. Its sparse layers store `a` as [1, 2C] and take the softmax of −LeakyReLU(raw); copies of them take
+LeakyReLU, under the same names and shapes. ELU follows both layers;
the log-softmax at its end is left out: it changes no prediction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gatviz.attention.defaults import NEGATIVE_SLOPE
from gatviz.checkpoints.choices import Reasoned
from gatviz.checkpoints.layer_forms import (
    Default,
    LayerForm,
    Layers,
    LayerTensors,
    OwnChoice,
    StoredLayer,
    Tensors,
    WeightsLayout,
)
from gatviz.errors import GatvizError, quote
from gatviz.words import N_, _


def _is_dense(tensors: Tensors) -> bool:
    return tensors["a"].dim() != 2 or tensors["a"].shape[0] != 1 or tensors["a"].shape[1] == 1


def _dense(tensors: LayerTensors) -> StoredLayer:
    return _head(tensors, sign_open=False)


def _sparse(tensors: LayerTensors) -> StoredLayer:
    return _head(tensors, sign_open=True)


def _head(tensors: LayerTensors, sign_open: bool) -> StoredLayer:
    W = tensors.matrix("W", transposed=True)
    if tensors["a"].numel() != 2 * W.shape[0] and tensors["a"].numel() == 2 * W.shape[1]:
        W = W.t()  # some copies of the layer keep W as [C, F]
    features, a = W.shape[0], tensors.vector("a", 2 * W.shape[0])
    assert a is not None
    arrays = {"W": W[None], "a_target": a[None, :features], "a_source": a[None, features:]}
    bias = tensors.vector("bias", features)
    layer = StoredLayer(tensors.name, tensors.form, "GAT", arrays, bias, heads_from="a")
    if not sign_open:
        return layer
    why = _(
        "pyGAT's own sparse layers take the softmax of −LeakyReLU(raw), copies of them that of +LeakyReLU(raw). The "
        "file does not tell which"
    )
    return replace(layer, answers={"score_sign": Reasoned("minus", "assumed", why)})


def _oldest(tensors: LayerTensors) -> StoredLayer:
    W = tensors.matrix("W", transposed=True)
    a_target, a_source = tensors.per_head("a1", W.shape[0])[0], tensors.per_head("a2", W.shape[0])[0]
    arrays = {"W": W[None], "a_target": a_target.reshape(1, -1), "a_source": a_source.reshape(1, -1)}
    return StoredLayer(tensors.name, tensors.form, "GAT", arrays, heads_from="a1")


_LAST = Default("elu", N_("pyGAT applies ELU to its output too"))


def _of_the_output(k: int, layers: Layers) -> Default | None:
    """A layer that was saved alone and is called after the output (`out_att`) is the last one."""
    alone = len(layers) == 1 and layers[k].stem is None and "out" in layers[k].name
    return _LAST if alone else None


def _signed(layer: StoredLayer, slope: float, answers: Mapping[str, object]) -> tuple[StoredLayer, float]:
    """−LeakyReLU(z) with slope s is LeakyReLU(−s·z) with slope 1/s: the layer's own form, so a and the slope change."""
    if "score_sign" not in layer.answers or answers["score_sign"] != "minus":
        return layer, slope
    if slope <= 0:
        expected = _("a number above 0 for pyGAT's sparse layers")
        usual = _("{slope} is usual").format(slope=NEGATIVE_SLOPE)
        raise GatvizError("negative_slope", expected, quote(slope), usual)
    halves = {name: layer.arrays[name] * -slope for name in ("a_target", "a_source")}
    return replace(layer, arrays={**layer.arrays, **halves}), 1 / slope


LAYOUT = WeightsLayout(
    name="pygat",
    title="pyGAT",
    forms=(
        LayerForm(N_("a head of pyGAT"), ("W", "a"), ("bias",), _dense, _is_dense, single_head=True),
        LayerForm(N_("a head of pyGAT's sparse layer"), ("W", "a"), ("bias",), _sparse, single_head=True),
        LayerForm(N_("a head of pyGAT's first version"), ("W", "a1", "a2"), (), _oldest, single_head=True),
    ),
    attention=("a", "a1", "a2"),
    self_loops=Default("add_missing", N_("pyGAT gives every node of its data a self-loop before its layers see it")),
    bias_tells=False,
    residual_tells=False,
    hidden=Default("elu", N_("pyGAT applies ELU to every head of its first layer")),
    last=_LAST,
    only=Default("elu", N_("pyGAT's layer applies ELU unless it is the last one")),
    notes=(
        N_("pyGAT ends with a log-softmax, which changes no prediction: what is shown is what goes into it."),
        N_("pyGAT divides every node's features by their sum: give the graph such features too."),
    ),
    own_choices=(
        OwnChoice(
            "score_sign",
            ("minus", "plus"),
            N_("sparse layers of pyGAT"),
            {
                "minus": N_(
                    "The layers are run with the softmax of −LeakyReLU(raw); a is shown multiplied by −slope and the "
                    "slope as its inverse, which gives the same α."
                )
            },
        ),
    ),
    activation=_of_the_output,
    as_run=_signed,
)
