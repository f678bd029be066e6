"""The stages of one layer's run: named, labelled and written as this very layer computes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gatviz import GAT, LayerSettings, Trace, sample_graph
from gatviz.attention.layers import new_generator
from gatviz.graph.subgraph import Part
from gatviz.model.layer_settings import Kind
from gatviz.stage.column_names import input_names, output_names
from gatviz.stage.stages import pack_stages
from tests.stage.arrived import as_sent


def run(*layers: LayerSettings, training: bool = False) -> Trace:
    model = GAT(2, layers, generator=new_generator(0)).train(training)
    return model.trace(sample_graph("tutorial"), generator=new_generator(1))


def stages_of(trace: Trace, layer: int = 0) -> dict[str, dict[str, Any]]:
    shown = trace.layers[layer]
    return {
        stage.name: as_sent(stage)
        for stage in pack_stages(shown, Part.whole(shown.num_nodes, shown.num_edges), input_names(trace, layer))
    }


def unpacked(packed: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(packed["f32"], "<f4").reshape(packed["shape"])


def test_a_deeper_layers_columns_are_named_after_the_layer_before_never_after_the_graphs_features() -> None:
    hidden = LayerSettings(out_features=1, num_heads=2)  # as wide as the graph's two features
    mean = LayerSettings(out_features=2, num_heads=3, concat=False)
    trace = run(hidden, mean, mean)
    assert [input_names(trace, layer) for layer in range(3)] == [("f0", "f1"), ("h0 c0", "h1 c0"), ("c0", "c1")]
    for layer in range(3):
        names, stages = list(input_names(trace, layer)), stages_of(trace, layer)
        assert stages["x"]["columns"] == names
        assert stages["W"]["columns"] == names
        assert stages["out"]["columns"] == list(output_names(trace.layers[layer]))


@pytest.mark.parametrize(
    ("settings", "z", "out"),
    [
        ({"bias": False}, None, r"\mathrm{out}_i = \mathrm{ELU}(\bar h_i)"),
        ({"bias": False, "activation": None}, None, r"\mathrm{out}_i = \bar h_i"),
        ({"bias": True, "activation": "tanh"}, r"z_i = \bar h_i + b", r"\mathrm{out}_i = \mathrm{tanh}(z_i)"),
        ({"bias": False, "residual": True}, r"z_i = \bar h_i + r_i", r"\mathrm{out}_i = \mathrm{ELU}(z_i)"),
        ({"residual": True, "activation": None}, r"z_i = \bar h_i + r_i + b", r"\mathrm{out}_i = z_i"),
    ],
)
@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
def test_formulas_name_only_what_the_layer_has(kind: Kind, settings: dict[str, Any], z: str | None, out: str) -> None:
    stages = stages_of(run(LayerSettings(kind=kind, out_features=2, num_heads=2, **settings)))
    assert stages["out"]["latex"] == out
    assert (stages["pre_activation"]["latex"] if "pre_activation" in stages else None) == z
    assert ("bias" in stages) == settings.get("bias", True)
    assert ("W_res" in stages) == ("residual" in stages) == settings.get("residual", False)


@pytest.mark.parametrize(("concat", "formula"), [(True, r"\Vert"), (False, r"\frac{1}{H}")])
def test_heads_are_either_side_by_side_or_averaged(concat: bool, formula: str) -> None:
    latex = stages_of(run(LayerSettings(out_features=2, num_heads=2, concat=concat)))["combined"]["latex"]
    assert formula in latex
    assert "or" not in latex.replace("Vert", "")


def test_parameters_are_shown_as_they_are() -> None:
    trace = run(LayerSettings(out_features=2, num_heads=2, residual=True))
    weights, stages = trace.layers[0].weights, stages_of(trace)
    np.testing.assert_array_equal(unpacked(stages["W_res"]["values"]), weights["W_res"])
    np.testing.assert_array_equal(unpacked(stages["bias"]["values"])[0], weights["bias"])
    assert stages["W_res"]["rowNames"] == stages["bias"]["columns"] == ["h0 c0", "h0 c1", "h1 c0", "h1 c1"]


def test_gatv2_has_its_own_chain() -> None:
    trace = run(LayerSettings(kind="GATv2", out_features=2, num_heads=2, bias=False))
    stages = stages_of(trace)
    assert list(stages) == ["x", "W_target", "Wh_target", "W_source", "Wh_source", "hidden", "a", "e", "masked_e",
                            "alpha", "message", "h_prime", "combined", "out"]  # fmt: skip
    assert "source" in stages["message"]["latex"]
    assert {stages[name]["latex"] for name in ("W_target", "W_source")} == {
        r"W_{\mathrm{target}} \in \mathbb{R}^{C \times F}",
        r"W_{\mathrm{source}} \in \mathbb{R}^{C \times F}",
    }


def test_one_W_for_both_roles_is_shown_once_and_said() -> None:
    shared = stages_of(run(LayerSettings(kind="GATv2", out_features=2, num_heads=2, share_weights=True)))
    assert "W_source" not in shared
    assert "serves both roles" in shared["W_target"]["caption"]
    apart = stages_of(run(LayerSettings(kind="GATv2", out_features=2, num_heads=2)))
    assert "serves both roles" not in apart["W_target"]["caption"]


def test_projection_biases_stand_in_the_formulas_and_as_stages() -> None:
    stages = stages_of(run(LayerSettings(kind="GATv2", out_features=2, num_heads=2, projection_bias=True)))
    assert stages["Wh_target"]["latex"].endswith(r"+ b_{\mathrm{target}}")
    assert {"b_target", "b_source"} <= stages.keys()
    assert r"(W_{\mathrm{source}} h)_j" in stages["h_prime"]["latex"]


def test_dropout_changes_what_h_prime_is_made_from() -> None:
    stages = stages_of(run(LayerSettings(out_features=2, num_heads=2, dropout=0.5), training=True))
    for name in ("message", "h_prime"):
        assert r"\tilde\alpha" in stages[name]["latex"]
