"""PyG's own state dicts, made here, opened: outputs and α equal PyG's."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torch_geometric.nn import GAT, GATConv, GATv2Conv

import gatviz
from gatviz.checkpoints import inspect_weights, read_weights
from gatviz.graph.graph import Graph
from tests.checkpoints.cases import FEATURES, drawn, features_of, graph, head, matrix, torch_file

CONVS = {"GAT": GATConv, "GATv2": GATv2Conv}


M = TypeVar("M", bound=nn.Module)


def filled(module: M) -> M:
    """All parameters random, the biases too, which PyG starts at 0."""
    generator = torch.Generator().manual_seed(1)
    for parameter in module.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.5
    return module.eval()


def inputs() -> tuple[Graph, Tensor, Tensor]:
    given = graph()
    return given, features_of(given), torch.tensor(given.edge_index)


def alpha_by_edge(
    edge_index: NDArray[np.int64] | Tensor, alpha: NDArray[np.float32] | Tensor
) -> dict[tuple[int, int], np.ndarray]:
    edges = np.asarray(edge_index).T
    return {(int(j), int(i)): np.asarray(a) for (j, i), a in zip(edges, np.asarray(alpha), strict=True)}


@pytest.mark.parametrize("kind", CONVS)
@pytest.mark.parametrize("heads", [1, 3])
@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("loops", [True, False])
def test_one_layer_gives_pyg_outputs_and_alpha(
    kind: str, heads: int, concat: bool, bias: bool, residual: bool, loops: bool
) -> None:
    given, x, edge_index = inputs()
    settings = {"heads": heads, "concat": concat, "bias": bias, "residual": residual, "add_self_loops": loops}
    conv = filled(CONVS[kind](FEATURES, 4, **settings))
    choices: dict[str, Any] = {} if loops else {"self_loops": "as_given"}
    if not concat and not bias and not residual and heads > 1:
        choices["concat"] = False  # the one thing that no tensor says
    model = gatviz.load_weights(torch_file(conv.state_dict()), **choices)
    with torch.no_grad():
        expected, (edges, alpha) = conv(x, edge_index, return_attention_weights=True)
    trace = model.trace(given)
    assert model(given).detach().numpy() == pytest.approx(expected.numpy(), abs=1e-5)
    ours = alpha_by_edge(trace.layers[0].edge_index, trace.layers[0].alpha)
    theirs = alpha_by_edge(edges, alpha)
    assert ours.keys() == theirs.keys()
    assert all(ours[edge] == pytest.approx(theirs[edge], abs=1e-5) for edge in ours)


class Stack(nn.Module):
    """Layers under any names, ELU between them."""

    def __init__(self, names: tuple[Any, ...], convs: list[GATConv | GATv2Conv]) -> None:
        super().__init__()
        self.names = names
        for name, conv in zip(names, convs, strict=True):
            setattr(self, name, conv)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        for name in self.names[:-1]:
            x = F.elu(getattr(self, name)(x, edge_index))
        out: Tensor = getattr(self, self.names[-1])(x, edge_index)
        return out


@pytest.mark.parametrize("kind", CONVS)
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("names", [("conv1", "conv2", "conv3"), ("first", "middle", "end")])
@pytest.mark.parametrize("output_heads", [1, 4])
@pytest.mark.parametrize("bias", [True, False])
def test_a_stack_as_in_the_paper_needs_no_choices(
    kind: str, count: int, names: tuple[str, str, str], output_heads: int, bias: bool
) -> None:
    given, x, edge_index = inputs()
    conv = CONVS[kind]
    hidden = [conv(FEATURES if k == 0 else 6, 2, heads=3, bias=bias) for k in range(count - 1)]
    last = conv(6, 4, heads=output_heads, concat=False, bias=bias)
    stack = filled(Stack((*names[: count - 1], names[2]), [*hidden, last]))
    opened = inspect_weights(torch_file(stack.state_dict()))
    assert opened.names == stack.names
    assert opened.model(given).detach().numpy() == pytest.approx(stack(x, edge_index).detach().numpy(), abs=1e-5)


@pytest.mark.parametrize("v2", [False, True])
@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("heads", [1, 4])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("out", [3, None])
def test_the_model_class_with_its_own_relu(v2: bool, layers: int, heads: int, residual: bool, out: int | None) -> None:
    given, x, edge_index = inputs()
    model = filled(GAT(FEATURES, 8, layers, out, v2=v2, heads=heads, residual=residual))
    opened = gatviz.load_weights(torch_file(model.state_dict()))
    assert opened(given).detach().numpy() == pytest.approx(model(x, edge_index).detach().numpy(), abs=1e-5)


def test_a_module_list_of_unequal_heads_is_no_model_class() -> None:
    given, x, edge_index = inputs()
    convs = nn.ModuleList([GATConv(FEATURES, 4, heads=2), GATConv(8, 3, heads=1, concat=False)])
    filled(convs)
    state = {f"convs.{name}": value for name, value in convs.state_dict().items()}
    expected = convs[1](F.elu(convs[0](x, edge_index)), edge_index)
    opened = inspect_weights(torch_file(state))
    assert opened.model(given).detach().numpy() == pytest.approx(expected.detach().numpy(), abs=1e-5)
    relu = gatviz.load_weights(torch_file(state), activation="relu")
    expected = convs[1](F.relu(convs[0](x, edge_index)), edge_index)
    assert relu(given).detach().numpy() == pytest.approx(expected.detach().numpy(), abs=1e-5)


def test_a_shared_projection_of_gatv2_is_seen_as_one() -> None:
    given, x, edge_index = inputs()
    conv = filled(GATv2Conv(FEATURES, 4, heads=3, share_weights=True))
    opened = gatviz.load_weights(torch_file(conv.state_dict()))
    assert opened.settings[0].share_weights
    assert opened(given).detach().numpy() == pytest.approx(conv(x, edge_index).detach().numpy(), abs=1e-5)


OLDER = {
    "2.0 to 2.4": lambda W, t, s: {"lin_src.weight": W, "lin_dst.weight": W, "att_src": s, "att_dst": t},
    "1.6 and 1.7": lambda W, t, s: {"lin_l.weight": W, "lin_r.weight": W, "att_l": s, "att_r": t},
    "1.5": lambda W, t, s: {"lin.weight": W, "att_i": t, "att_j": s},
    "before": lambda W, t, s: {"weight": W.t().contiguous(), "att": torch.cat([t, s], -1)},
}


@pytest.mark.parametrize("version", OLDER)
def test_older_names_give_the_same_layer(version: str) -> None:
    given = graph()
    made = drawn(3, W=(6, FEATURES), t=(1, 2, 3), s=(1, 2, 3), bias=(6,))
    state = {**OLDER[version](made["W"], made["t"], made["s"]), "bias": made["bias"]}
    out = gatviz.load_weights(torch_file({f"conv1.{name}": value for name, value in state.items()}))(given)
    x, adj = features_of(given), matrix(given, loops=True)
    heads = [head(x, adj, made["W"][3 * k : 3 * k + 3], made["t"][0, k], made["s"][0, k]) for k in range(2)]
    assert out.detach().numpy() == pytest.approx((torch.cat(heads, 1) + made["bias"]).numpy(), abs=1e-5)


def test_a_bipartite_layer_is_refused_and_one_with_equal_halves_is_not() -> None:
    given, x, edge_index = inputs()
    conv = filled(GATConv((FEATURES, FEATURES), 3, heads=2))
    with pytest.raises(gatviz.GatvizError, match="bipartite"):
        gatviz.load_weights(torch_file(conv.state_dict()))
    conv.lin_dst.weight.data = conv.lin_src.weight.data.clone()
    out = gatviz.load_weights(torch_file(conv.state_dict()))(given)
    assert out.detach().numpy() == pytest.approx(conv((x, x), edge_index).detach().numpy(), abs=1e-5)


class BesideLinear(nn.Module):
    """PyG's example on PPI, by `lin1`, or on ogbn-products, by `skips.0`."""

    def __init__(self, kind: str, listed: bool) -> None:
        super().__init__()
        widths = [(FEATURES, 4, 3), (12, 4, 3), (12, 5, 3)]
        last = len(widths) - 1
        self.convs = nn.ModuleList(CONVS[kind](F, C, heads=H, concat=k < last) for k, (F, C, H) in enumerate(widths))
        self.skips = nn.ModuleList(nn.Linear(F, C if k == last else H * C) for k, (F, C, H) in enumerate(widths))
        self.listed = listed

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        for conv, skip in zip(self.convs, self.skips, strict=True):
            x = conv(x, edge_index) + skip(x)
            x = x if conv is self.convs[-1] else F.elu(x)
        return x

    def state(self) -> dict[str, Tensor]:
        state: dict[str, Tensor] = self.state_dict()
        if self.listed:
            return state
        for k in range(3):
            state = {name.replace(f"convs.{k}.", f"conv{k + 1}."): value for name, value in state.items()}
            state = {name.replace(f"skips.{k}.", f"lin{k + 1}."): value for name, value in state.items()}
        order = [f"{word}{k}" for k in range(1, 4) for word in ("conv", "lin")]
        return dict(sorted(state.items(), key=lambda item: order.index(item[0].partition(".")[0])))


@pytest.mark.parametrize("kind", CONVS)
@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_linear_layers_beside_a_stack_are_asked_about_and_can_be_residuals(
    kind: str, listed: bool, prefix: str
) -> None:
    given, x, edge_index = inputs()
    model = filled(BesideLinear(kind, listed))
    data = torch_file({prefix + name: value for name, value in model.state().items()})
    with pytest.raises(gatviz.GatvizError, match=r"beside .*, which may be added to them or stand elsewhere; choose"):
        inspect_weights(data)
    way = read_weights(data).ways(activation="elu").recipes[0]
    assert way.count(" + ") == 3
    opened = inspect_weights(data, recipe=way)
    assert opened.model(given).detach().numpy() == pytest.approx(model(x, edge_index).detach().numpy(), abs=1e-5)
