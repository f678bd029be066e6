"""gatviz's own layers: `weight` [H·C, F], `att` [H, 2, C] target then source, and GATv2's, and both with `weight_edge`
[H·C, D] and `att_edge` [H, C]; see `GAT`."""

from __future__ import annotations

from gatviz.checkpoints.layout import Form, Layout, Part, Reading, Tensors, with_edges


def _is_gat(tensors: Tensors) -> bool:
    att, weight = tensors["att"], tensors["weight"]
    return att.dim() == 3 and weight.dim() == 2 and att.shape[1] == 2 and att.numel() == 2 * weight.shape[0]


def _is_v2(tensors: Tensors) -> bool:
    att, weight = tensors["att"], tensors["weight"]
    return att.dim() == 2 and weight.dim() == 2 and att.numel() == weight.shape[0]


def _gat(reading: Reading) -> Part:
    att, weight = reading["att"], reading.matrix("weight")
    heads, _, features = att.shape
    W = weight.reshape(heads, features, weight.shape[1])
    arrays = {"W": W, "a_target": att[:, 0], "a_source": att[:, 1]}
    bias = reading.vector("bias", heads * features, features)
    residual = reading.skip("W_res", weight.shape[1], heads * features, features)
    arrays = with_edges(reading, arrays, "weight_edge", "att_edge")
    in_message = None if "W_edge" in arrays else False
    return Part(reading.name, reading.form, "GAT", arrays, bias, residual, "att", edge_in_message=in_message)


def _v2(reading: Reading) -> Part:
    a, weight = reading["att"], reading.matrix("weight")
    heads, features = a.shape
    width, in_features = weight.shape
    W_source = weight.reshape(heads, features, in_features)
    shared = reading.get("weight_target") is None
    arrays = {
        "W_target": W_source if shared else reading.linear("weight_target", heads, width, in_features),
        "W_source": W_source,
        "a": a,
    }
    if (b_source := reading.vector("bias_source", width)) is not None:
        b_target = b_source if shared else reading.vector("bias_target", width)
        if b_target is None:
            raise reading.misfit("bias_source", "'bias_target' beside it")
        arrays["b_source"], arrays["b_target"] = (b.reshape(heads, features) for b in (b_source, b_target))
    bias = reading.vector("bias", width, features)
    residual = reading.skip("W_res", in_features, width, features)
    arrays = with_edges(reading, arrays, "weight_edge")
    return Part(reading.name, reading.form, "GATv2", arrays, bias, residual, "att")


_REST = ("bias", "W_res")

LAYOUT = Layout(
    name="gatviz",
    title="gatviz",
    forms=(
        Form("gatviz's GAT layer", ("weight", "att"), ("weight_edge", "att_edge", *_REST), _gat, _is_gat),
        Form(
            "gatviz's GATv2 layer",
            ("weight", "att"),
            ("weight_target", "bias_source", "bias_target", "weight_edge", *_REST),
            _v2,
            _is_v2,
        ),
    ),
    self_loops=("as_given", "gatviz's layers take the edges as they come unless told otherwise"),
    bias_tells=True,
    residual_tells=True,
    hidden=("elu", "the paper puts ELU after hidden layers"),
    last=(None, "the paper's last layer gives the scores as they are"),
    only=(None, "gatviz's layers apply no activation unless told to"),
)
