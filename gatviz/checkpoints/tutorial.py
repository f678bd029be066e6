"""The GAT tutorial's layers, one or a plain sequence: `W.weight` [C, F] and `a` [2C, 1], target first.

A MultiHeadGATLayer keeps each head under `heads.K.`; the layer's name is what stands before.
"""

from __future__ import annotations

from gatviz.checkpoints.layout import Form, Layout, Part, Reading


def _linear(reading: Reading) -> Part:
    return _head(reading, "a")


def _linear_a(reading: Reading) -> Part:
    return _head(reading, "a.weight")


def _head(reading: Reading, tail: str) -> Part:
    W = reading.matrix("W.weight")
    features, a = W.shape[0], reading.vector(tail, 2 * W.shape[0])
    assert a is not None
    arrays = {"W": W[None], "a_target": a[None, :features], "a_source": a[None, features:]}
    return Part(reading.name, reading.form, "GAT", arrays, reading.vector("bias", features), heads_from=tail)


LAYOUT = Layout(
    name="tutorial",
    title="the tutorial",
    forms=(
        Form("a head of the tutorial", ("W.weight", "a"), ("bias",), _linear, single_head=True),
        Form("a head of the tutorial", ("W.weight", "a.weight"), ("bias",), _linear_a, single_head=True),
    ),
    self_loops=("as_given", "the tutorial's layers take the edges as they come"),
    bias_tells=False,
    residual_tells=False,
    hidden=("elu", "the tutorial's GATLayer and MultiHeadGATLayer apply ELU"),
    last=(None, "the tutorial's SingleHeadGATLayer applies no activation, and the paper none after the last layer"),
    only=(
        None,
        "the tutorial's SingleHeadGATLayer applies no activation; its GATLayer, of the same names, applies ELU",
    ),
)

MULTI_HEAD = ("elu", "the tutorial's MultiHeadGATLayer always applies ELU")
"""The activation of layers whose heads stand under `heads.K.`."""
