"""pyGAT by Diego999: `attention_K.W` [F, C] and `attention_K.a` [2C, 1] for each head, then `out_att`, one head.

Target first. Its sparse layers store `a` as [1, 2C] and take the softmax of −LeakyReLU(raw); copies of them take
+LeakyReLU, under the same names and shapes. ELU follows both layers;
the log-softmax at its end is left out: it changes no prediction.
"""

from __future__ import annotations

from gatviz.checkpoints.layout import Form, Layout, Part, Reading, Tensors


def _is_dense(tensors: Tensors) -> bool:
    return tensors["a"].dim() != 2 or tensors["a"].shape[0] != 1 or tensors["a"].shape[1] == 1


def _dense(reading: Reading) -> Part:
    return _head(reading, sign_open=False)


def _sparse(reading: Reading) -> Part:
    return _head(reading, sign_open=True)


def _head(reading: Reading, sign_open: bool) -> Part:
    W = reading.matrix("W", transposed=True)
    if reading["a"].numel() != 2 * W.shape[0] and reading["a"].numel() == 2 * W.shape[1]:
        W = W.t()  # some copies of the layer keep W as [C, F]
    features, a = W.shape[0], reading.vector("a", 2 * W.shape[0])
    assert a is not None
    arrays = {"W": W[None], "a_target": a[None, :features], "a_source": a[None, features:]}
    bias = reading.vector("bias", features)
    return Part(reading.name, reading.form, "GAT", arrays, bias, heads_from="a", sign_open=sign_open)


def _oldest(reading: Reading) -> Part:
    W = reading.matrix("W", transposed=True)
    a_target, a_source = reading.per_head("a1", W.shape[0])[0], reading.per_head("a2", W.shape[0])[0]
    arrays = {"W": W[None], "a_target": a_target.reshape(1, -1), "a_source": a_source.reshape(1, -1)}
    return Part(reading.name, reading.form, "GAT", arrays, heads_from="a1")


LAYOUT = Layout(
    name="pygat",
    title="pyGAT",
    forms=(
        Form("a head of pyGAT", ("W", "a"), ("bias",), _dense, _is_dense, single_head=True),
        Form("a head of pyGAT's sparse layer", ("W", "a"), ("bias",), _sparse, single_head=True),
        Form("a head of pyGAT's first version", ("W", "a1", "a2"), (), _oldest, single_head=True),
    ),
    self_loops=("add_missing", "pyGAT gives every node of its data a self-loop before its layers see it"),
    bias_tells=False,
    residual_tells=False,
    hidden=("elu", "pyGAT applies ELU to every head of its first layer"),
    last=("elu", "pyGAT applies ELU to its output too"),
    only=("elu", "pyGAT's layer applies ELU unless it is the last one"),
    notes=(
        "pyGAT ends with a log-softmax, which changes no prediction: what is shown is what goes into it.",
        "pyGAT divides every node's features by their sum: give the graph such features too.",
    ),
)
