"""Weights of layers that read features of edges: each library's names give each library's numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch_geometric.nn import GAT, GATConv, GATv2Conv

import gatviz
from gatviz.checkpoints import inspect_weights
from gatviz.checkpoints.opening import check_graph
from gatviz.checkpoints.saving import WeightsFormat
from gatviz.model.layer_settings import Kind
from tests.checkpoints.cases import FEATURES, N, drawn, features_of, graph, torch_file

D = 3
KINDS = {"GAT": GATConv, "GATv2": GATv2Conv}


def with_edges(width: int = D) -> gatviz.Graph:
    """The random graph, whose node 0 has a loop, with features on its edges."""
    given = graph()
    return replace(given, edge_features=np.random.default_rng(1).standard_normal((given.num_edges, width)).round(3))


def inputs(given: gatviz.Graph) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    f = torch.tensor(given.edge_features, dtype=torch.float32)
    return features_of(given), torch.tensor(given.edge_index), f


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("fill", ["mean", "add", "max", 0.0, 2.5])
@torch.no_grad()
def test_pygs_layers_open_and_give_its_outputs_and_alpha_given_loops_replaced(
    kind: Kind, heads: int, fill: str | float
) -> None:
    given = with_edges()
    conv = KINDS[kind](FEATURES, 4, heads=heads, edge_dim=D, fill_value=fill).eval()
    found = inspect_weights(torch_file({f"conv1.{name}": value for name, value in conv.state_dict().items()}))
    assert {one.name: one.value for one in found.decisions}["filled_loops"] == "all"
    choice: dict[str, Any] = {} if fill == "mean" else {"loop_features": fill}
    model = gatviz.load_weights(torch_file(conv.state_dict()), **choice)
    out, (edge_index, alpha) = conv(*inputs(given), return_attention_weights=True)
    trace = model.trace(given).layers[0]
    np.testing.assert_allclose(trace.out, out.numpy(), atol=1e-5)
    np.testing.assert_allclose(trace.alpha, alpha[np.lexsort(edge_index.numpy())].numpy(), atol=1e-5)
    np.testing.assert_allclose(model(given).numpy(), out.numpy(), atol=1e-5)


@pytest.mark.parametrize("v2", [False, True])
@pytest.mark.parametrize("layers", [1, 2, 3])
@torch.no_grad()
def test_pygs_model_class_opens(v2: bool, layers: int) -> None:
    given = with_edges()
    model = GAT(FEATURES, 8, layers, 4, heads=2, v2=v2, edge_dim=D).eval()
    choice: dict[str, Any] = {"activation": "none"} if layers == 1 else {}
    ours = gatviz.load_weights(torch_file(model.state_dict()), **choice)
    x, edge_index, f = inputs(given)
    np.testing.assert_allclose(ours(given).numpy(), model(x, edge_index, edge_attr=f).numpy(), atol=1e-5)


@pytest.mark.parametrize("residual", [True, False])
def test_dgls_edgegatconv_opens_with_edges_in_its_message_and_its_own_residual(residual: bool) -> None:
    """As its documentation says: Θ_s v_i + Σ_j α_ji (Θ_n v_j + Θ_e e_ji)."""
    H, C = 2, 4
    made = drawn(
        5, fc__weight=(H * C, FEATURES), attn_l=(1, H, C), attn_r=(1, H, C), fc_edge__weight=(H * C, D),
        attn_edge=(1, H, C), bias=(H * C,), **({"res_fc__weight": (H * C, FEATURES)} if residual else {}),
    )  # fmt: skip
    given = with_edges()
    x, (source, target), f = inputs(given)
    Wx = (x @ made["fc.weight"].t()).view(N, H, C)
    We = (f @ made["fc_edge.weight"].t()).view(-1, H, C)
    of_source, of_target = (Wx[source] * made["attn_l"]).sum(2), (Wx[target] * made["attn_r"]).sum(2)
    e = F.leaky_relu(of_source + of_target + (We * made["attn_edge"]).sum(2), 0.2)
    out = torch.zeros(N, H, C)
    for i in range(N):
        into = target == i
        out[i] = (torch.softmax(e[into], 0)[:, :, None] * (Wx[source[into]] + We[into])).sum(0)
    expected = out.flatten(1) + made["bias"]
    if residual:
        expected = expected + x @ made["res_fc.weight"].t()
    found = inspect_weights(torch_file({f"gat1.{name}": value for name, value in made.items()}))
    assert (found.layout, found.layers[0].edge_in_message, found.self_loops) == ("dgl", True, "as_given")
    assert found.layers[0].residual == residual
    np.testing.assert_allclose(found.model(given).detach().numpy(), expected.numpy(), atol=1e-5)


@pytest.mark.parametrize(("kind", "in_message"), [("GAT", True), ("GAT", False), ("GATv2", False)])
@pytest.mark.parametrize("layout", ["gatviz", "pyg"])
@pytest.mark.parametrize("format", ["torch", "safetensors"])
@torch.no_grad()
def test_what_is_saved_opens_equal(kind: Kind, in_message: bool, layout: str, format: WeightsFormat) -> None:
    given = with_edges()
    layers = [
        gatviz.LayerSettings(kind=kind, out_features=3, num_heads=2, edge_features=D, edge_in_message=in_message)
        for _ in range(2)
    ]
    fill = gatviz.LoopFeatures(0.5, "added")
    model = gatviz.GAT(
        FEATURES, layers, self_loops="add_missing", loop_features=fill, generator=torch.Generator().manual_seed(0)
    ).eval()
    if in_message and layout == "pyg":
        with pytest.raises(gatviz.GatvizError, match="what PyG's layers hold, found edge features in what nodes read"):
            gatviz.save_weights(model, layout=layout)
        return
    found = inspect_weights(gatviz.save_weights(model, layout=layout, format=format))
    np.testing.assert_allclose(found.model(given).numpy(), model(given).numpy(), atol=1e-6)
    assert found.model.loop_features == fill
    plain = gatviz.GATAttentionLayer(FEATURES, 3, edge_features=D)
    with pytest.raises(gatviz.GatvizError, match="found edge features"):
        gatviz.save_weights(plain, layout="tutorial")


@torch.no_grad()
def test_a_bare_state_dict_leaves_the_message_open_and_says_so() -> None:
    given = with_edges()
    layer = gatviz.GATAttentionLayer(FEATURES, 3, 2, edge_features=D, edge_in_message=True).eval()
    data = torch_file(layer.state_dict())
    (asked,) = [one for one in inspect_weights(data).decisions if one.name == "edge_in_message"]
    assert asked.open
    assert asked.value is False
    np.testing.assert_allclose(
        gatviz.load_weights(data, edge_in_message=True)(given).numpy(), layer(given).numpy(), atol=1e-6
    )


def test_a_graph_without_fitting_edge_features_is_refused_with_both_numbers() -> None:
    model = gatviz.load_weights(torch_file(GATConv(FEATURES, 4, edge_dim=D).state_dict()))
    for given, found in ((graph(), "none in the graph"), (with_edges(2), "2 in the graph")):
        with pytest.raises(gatviz.GatvizError, match=f"3 features per edge, as its weights have, found {found}"):
            check_graph(model, given)
        with pytest.raises(gatviz.GatvizError, match="3 features per edge"):
            model(given)
    check_graph(model, with_edges())


@pytest.mark.parametrize(
    ("state", "choices", "words"),
    [
        ({"edge_dim": D}, {"without": "att_edge"}, "'lin_edge.weight' alone"),
        ({"edge_dim": D}, {"without": "lin_edge.weight"}, "'att_edge' alone"),
        ({}, {"loop_features": "mean"}, "expected edge features, and self-loops that are added, found none"),
        ({"edge_dim": D}, {"self_loops": "remove", "filled_loops": "all"}, "found self_loops='remove'"),
        ({"edge_dim": D}, {"edge_in_message": True}, "leave edge_in_message out"),
        ({"edge_dim": D}, {"loop_features": "median"}, "a number or one of mean"),
    ],
)
def test_what_does_not_fit_is_refused(state: dict[str, int], choices: dict[str, Any], words: str) -> None:
    tensors = GATConv(FEATURES, 4, **state).state_dict()
    choices = dict(choices)
    tensors.pop(choices.pop("without", None), None)
    with pytest.raises(gatviz.GatvizError, match=words):
        gatviz.load_weights(torch_file(tensors), **choices)
