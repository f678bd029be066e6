"""DGL's tutorial of GAT: `fc` [C, F] and `attn_fc` [1, 2C] for each head, under `heads.K.` of a layer, source first."""

from __future__ import annotations

from gatviz.checkpoints.layer_forms import Default, LayerForm, LayerTensors, StoredLayer, WeightsLayout
from gatviz.words import N_


def _head(tensors: LayerTensors) -> StoredLayer:
    W = tensors.matrix("fc.weight")
    features, a = W.shape[0], tensors.vector("attn_fc.weight", 2 * W.shape[0])
    assert a is not None
    arrays = {"W": W[None], "a_target": a[None, features:], "a_source": a[None, :features]}
    arrays |= tensors.biases(1, features, "fc.bias", "attn_fc.bias")
    return StoredLayer(tensors.name, tensors.form, "GAT", arrays, heads_from="attn_fc.weight")


_LAST = Default(None, N_("The last layer of DGL's tutorial gives the scores as they are"))

LAYOUT = WeightsLayout(
    name="dgl_tutorial",
    title=N_("DGL's tutorial"),
    forms=(
        LayerForm(
            N_("a head of DGL's tutorial"),
            ("fc.weight", "attn_fc.weight"),
            ("fc.bias", "attn_fc.bias"),
            _head,
            single_head=True,
        ),
    ),
    attention=("attn_fc.weight",),
    self_loops=Default(
        "as_given",
        N_(
            "The layers of DGL's tutorial take the edges as they come; if self-loops were added to the graph in "
            "training, choose add_missing"
        ),
    ),
    slope=Default(0.01, N_("DGL's tutorial calls leaky_relu without a slope, which is 0.01 then")),
    bias_tells=False,
    residual_tells=False,
    hidden=Default("elu", N_("DGL's tutorial applies ELU after its hidden layer")),
    last=_LAST,
    only=_LAST,
)
