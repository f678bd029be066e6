"""The GAT tutorial's layers, one or a plain sequence: `W.weight` [C, F] and `a` [2C, 1], target first.

A MultiHeadGATLayer keeps each head under `heads.K.`; the layer's name is what stands before.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gatviz.checkpoints.layer_forms import Default, LayerForm, Layers, LayerTensors, StoredLayer, WeightsLayout
from gatviz.errors import GatvizError, quote
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import LayerSettings
from gatviz.words import N_, _


def _linear(tensors: LayerTensors) -> StoredLayer:
    return _head(tensors, "a")


def _linear_a(tensors: LayerTensors) -> StoredLayer:
    return _head(tensors, "a.weight")


def _other_name(tensors: LayerTensors) -> StoredLayer:
    return _head(tensors, "a", "linear.weight")


def _batched(tensors: LayerTensors) -> StoredLayer:
    """All heads in one projection [H·C, F] and one `a` [H, 2C], as a well-known course writes the layer."""
    weight, a = tensors.matrix("projection.weight"), tensors.matrix("a")
    heads, features = a.shape[0], a.shape[1] // 2
    if a.shape[1] % 2 or weight.shape[0] != heads * features:
        raise tensors.misfit("a", _("shape [H, 2·C], where the projection has H·C rows"))
    W = weight.reshape(heads, features, weight.shape[1])
    arrays = {"W": W, "a_target": a[:, :features], "a_source": a[:, features:]}
    arrays |= tensors.biases(heads, features, "projection.bias")
    return StoredLayer(tensors.name, tensors.form, "GAT", arrays, heads_from="a")


def _two_vectors(tensors: LayerTensors) -> StoredLayer:
    """`W` [F, C] or [C, F], and a vector for each half."""
    W = tensors.matrix("W")
    count = tensors["a_src"].numel()
    W = W.t() if W.shape[0] != count else W
    a_source, a_target = tensors.vector("a_src", W.shape[0]), tensors.vector("a_dst", W.shape[0])
    assert a_source is not None
    assert a_target is not None
    arrays = {"W": W[None], "a_target": a_target[None], "a_source": a_source[None]}
    return StoredLayer(
        tensors.name, tensors.form, "GAT", arrays, tensors.vector("bias", W.shape[0]), heads_from="a_src"
    )


def _head(tensors: LayerTensors, tail: str, weight: str = "W.weight") -> StoredLayer:
    W = tensors.matrix(weight)
    features, a = W.shape[0], tensors.vector(tail, 2 * W.shape[0])
    assert a is not None
    arrays = {"W": W[None], "a_target": a[None, :features], "a_source": a[None, features:]}
    score = tail.replace(".weight", ".bias") if "." in tail else ""
    arrays |= tensors.biases(1, features, weight.replace(".weight", ".bias"), score)
    return StoredLayer(tensors.name, tensors.form, "GAT", arrays, tensors.vector("bias", features), heads_from=tail)


def _of_several_heads(k: int, layers: Layers) -> Default | None:
    multi_head = Default("elu", N_("The tutorial's MultiHeadGATLayer always applies ELU"))
    return None if layers[k].stem is None else multi_head


def _tensors_of(model: GAT) -> dict[str, Tensor]:
    """`heads.K.W.weight` and `heads.K.a`, or `W.weight` and `a`; with the layer's number before in a stack."""
    if not model.is_stack:
        expected, mend = _("attention layers alone"), _("save in gatviz's or PyG's names instead")
        raise GatvizError(_("recipe"), expected, quote(str(model.recipe)), mend)
    tensors: dict[str, Tensor] = {}
    layers = model.attention_layers
    for k, (layer, settings) in enumerate(zip(layers, model.settings, strict=True)):
        _check_held(k, settings)
        prefix = f"{k}." if len(layers) > 1 else ""
        own = {name: torch.from_numpy(array) for name, array in layer.weights().items()}
        for head in range(settings.num_heads):
            at = f"{prefix}heads.{head}." if settings.num_heads > 1 else prefix
            tensors[f"{at}a"] = torch.cat([own["a_target"][head], own["a_source"][head]])[:, None]
            tensors[f"{at}W.weight"] = own["W"][head]
    return tensors


def _check_held(k: int, settings: LayerSettings) -> None:
    several = settings.num_heads > 1
    activation = settings.activation or _("none")
    for lacking, found in (
        (settings.kind != "GAT", settings.kind),
        (settings.attention != "learnt", _("equal attention")),
        (settings.bias, _("a bias")),
        (settings.projection_bias, _("a bias of W")),
        (settings.score_bias, _("a bias of a")),
        (settings.residual, _("a residual")),
        (settings.edge_features > 0, _("edge features")),
        (
            settings.activation not in (("elu",) if several else (None, "elu")),
            _("activation {name}").format(name=activation),
        ),
    ):
        if lacking:
            expected = _("what the tutorial's layers hold: GAT heads without bias and residual, and with ELU or none")
            if several:
                expected = _("what the tutorial's layers hold: GAT heads without bias and residual, and with ELU")
            mend = _("save in gatviz's or PyG's names instead")
            raise GatvizError(_("layer {layer}").format(layer=k), expected, found, mend)


LAYOUT = WeightsLayout(
    name="tutorial",
    title=N_("the tutorial"),
    forms=(
        LayerForm(N_("a head of the tutorial"), ("W.weight", "a"), ("W.bias", "bias"), _linear, single_head=True),
        LayerForm(
            N_("a head of the tutorial"),
            ("W.weight", "a.weight"),
            ("W.bias", "a.bias", "bias"),
            _linear_a,
            single_head=True,
        ),
        LayerForm(
            N_("a head like the tutorial's"),
            ("linear.weight", "a"),
            ("linear.bias", "bias"),
            _other_name,
            single_head=True,
        ),
        LayerForm(N_("a layer like the tutorial's"), ("projection.weight", "a"), ("projection.bias",), _batched),
        LayerForm(N_("a head like the tutorial's"), ("W", "a_src", "a_dst"), ("bias",), _two_vectors, single_head=True),
    ),
    attention=("a", "a.weight", "a_src", "a_dst"),
    self_loops=Default("as_given", N_("The tutorial's layers take the edges as they come")),
    bias_tells=False,
    residual_tells=False,
    hidden=Default("elu", N_("The tutorial's GATLayer and MultiHeadGATLayer apply ELU")),
    last=Default(
        None, N_("The tutorial's SingleHeadGATLayer applies no activation, and the paper none after the last layer")
    ),
    only=Default(
        None,
        N_("The tutorial's SingleHeadGATLayer applies no activation; its GATLayer, of the same names, applies ELU"),
    ),
    activation=_of_several_heads,
    tensors_of=_tensors_of,
)
