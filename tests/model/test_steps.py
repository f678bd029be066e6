"""A model is a sequence of steps: against PyG's models, against hand-written ones, and each kind of step by itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any, TypeVar

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torch_geometric.nn as pyg
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from torch import nn

import gatviz
from gatviz import (
    GAT,
    Activation,
    BatchNorm,
    GatvizError,
    Graph,
    GraphNorm,
    JumpingKnowledge,
    LayerNorm,
    LayerSettings,
    Linear,
    LogSoftmax,
    Readout,
    Recipe,
    Sum,
)
from gatviz.attention.activations import ACTIVATIONS
from gatviz.attention.edges import SelfLoops
from gatviz.attention.layers import new_generator
from gatviz.model.around import AROUND, NOT_COVERED, kind_named
from gatviz.model.layer_settings import Kind
from gatviz.model.proof import proofs, step_proofs
from gatviz.model.weights import with_columns, with_values
from gatviz.stage.formulas import mathml
from tests.model.from_pyg import Converted, converted

F_IN = 5
M = TypeVar("M", bound=nn.Module)


def random_graph(seed: int, nodes: int = 11, features: int = F_IN) -> Graph:
    draw = np.random.default_rng(seed)
    adj = draw.random((nodes, nodes)) < 0.3
    target, source = np.nonzero(adj)
    x = draw.normal(size=(nodes, features))
    return Graph(names=tuple(map(str, range(nodes))), x=x, edge_index=np.stack([source, target]))


def stirred(module: M, seed: int) -> M:
    """Every number of a module drawn anew, so that none stays at the 0 or 1 where it starts."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in [*module.named_parameters(), *module.named_buffers()]:
            if value.dtype.is_floating_point:
                drawn = torch.rand(value.shape, generator=draw) - 0.5
                value.copy_(drawn.abs() + 0.5 if "running_var" in name else drawn + (0.5 if value.dim() == 1 else 0))
    return module.eval()


def alphas_of(
    model: nn.Module, x: torch.Tensor, edge_index: torch.Tensor, f: torch.Tensor | None = None
) -> tuple[torch.Tensor, list[np.ndarray]]:
    """PyG's output and, layer by layer, its α [E, H] in the order of target, then source."""
    found: list[np.ndarray] = []
    convs = [module for module in model.modules() if isinstance(module, pyg.GATConv | pyg.GATv2Conv)]

    def asked(
        _conv: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, {**kwargs, "return_attention_weights": True}

    def told(_conv: nn.Module, _args: tuple[Any, ...], out: tuple[Any, ...]) -> torch.Tensor:
        y: torch.Tensor = out[0]
        edges, alpha = out[1]
        order = np.lexsort((edges[0].numpy(), edges[1].numpy()))
        found.append(alpha.detach().numpy()[order])
        return y

    hooks = [conv.register_forward_pre_hook(asked, with_kwargs=True) for conv in convs]
    hooks += [conv.register_forward_hook(told) for conv in convs]
    with torch.no_grad():
        out = model(x, edge_index) if f is None else model(x, edge_index, edge_attr=f)
    for hook in hooks:
        hook.remove()
    return out, found


def check_equal(theirs: nn.Module, ours: GAT, graph: Graph) -> None:
    x, edge_index = torch.tensor(graph.x, dtype=torch.float32), torch.tensor(graph.edge_index)
    f = None if graph.edge_features is None else torch.tensor(graph.edge_features, dtype=torch.float32)
    out, alphas = alphas_of(theirs, x, edge_index, f)
    trace = ours.trace(graph)
    np.testing.assert_allclose(trace.out, out.numpy(), atol=1e-5, rtol=1e-5)
    assert len(trace.layers) == len(alphas)
    for layer, alpha in zip(trace.layers, alphas, strict=True):
        np.testing.assert_allclose(layer.alpha, alpha, atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(trace.out, ours(graph).detach().numpy(), atol=1e-6)
    assert all(check.passed for check in step_proofs(trace))


# ---- torch_geometric.nn.GAT --------------------------------------------------------------------------------------

NORMS = [
    None,
    ("batch_norm", {}),
    ("layer_norm", {"mode": "graph"}),
    ("layer_norm", {"mode": "node"}),
    ("graph_norm", {}),
]


def pyg_gat(seed: int, layers: int, **settings: object) -> pyg.GAT:
    torch.manual_seed(seed)
    return stirred(pyg.GAT(F_IN, 8, layers, **{"out_channels": 3, "heads": 2, **settings}), seed)


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
@pytest.mark.parametrize(("v2", "jk"), list(product([False, True], [None, "cat", "max", "last"])))
def test_pygs_gat_by_layers_kind_and_jumping(layers: int, v2: bool, jk: str | None) -> None:
    model = pyg_gat(layers, layers, v2=v2, jk=jk, norm="batch_norm", act="elu")
    check_equal(model, converted(model).model(F_IN), random_graph(layers))


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("act_first", [False, True])
@pytest.mark.parametrize("jk", [None, "cat"])
def test_pygs_gat_by_norm_and_order(norm: tuple[str, dict[str, str]] | None, act_first: bool, jk: str | None) -> None:
    name, more = norm or (None, {})
    model = pyg_gat(3, 3, norm=name, norm_kwargs=more, act_first=act_first, jk=jk)
    check_equal(model, converted(model).model(F_IN), random_graph(3))


@pytest.mark.parametrize("act", ["relu", "elu", "tanh", "gelu", "leaky_relu", "prelu", None])
@pytest.mark.parametrize(("residual", "concat"), list(product([False, True], repeat=2)))
def test_pygs_gat_by_activation_residual_and_concat(act: str | None, residual: bool, concat: bool) -> None:
    model = pyg_gat(5, 3, act=act, residual=residual, concat=concat, norm="batch_norm")
    check_equal(model, converted(model).model(F_IN), random_graph(5))


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
@pytest.mark.parametrize(("v2", "residual", "jk"), list(product([False, True], [False, True], [None, "max"])))
def test_pygs_gat_with_edge_features(layers: int, v2: bool, residual: bool, jk: str | None) -> None:
    model = pyg_gat(layers, layers, v2=v2, residual=residual, jk=jk, edge_dim=3, norm="graph_norm", act="elu")
    graph = random_graph(layers)
    draw = np.random.default_rng(layers)
    check_equal(
        model,
        converted(model).model(F_IN),
        replace(graph, edge_features=draw.normal(size=(graph.num_edges, 3))),
    )


EVERYTHING: dict[str, list[Any]] = {
    "num_layers": [1, 2, 3, 4],
    "v2": [False, True],
    "jk": [None, "cat", "max", "last"],
    "norm": NORMS,
    "act": ["relu", "elu", "tanh", "gelu", "leaky_relu", "prelu", None],
    "act_first": [False, True],
    "residual": [False, True],
    "edge_dim": [None, 2],
    "concat": [False, True],
}


@given(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in EVERYTHING.items()}))
@limits(max_examples=60, deadline=None)
def test_pygs_gat_in_any_combination(asked: dict[str, Any]) -> None:
    (norm, more), layers = asked.pop("norm") or (None, {}), asked.pop("num_layers")
    model = pyg_gat(layers, layers, norm=norm, norm_kwargs=more, **asked)
    graph = random_graph(layers)
    if asked["edge_dim"]:
        f = np.random.default_rng(0).normal(size=(graph.num_edges, asked["edge_dim"]))
        graph = replace(graph, edge_features=f)
    check_equal(model, converted(model).model(F_IN), graph)


@pytest.mark.parametrize(
    ("asked", "name"),
    [({"norm": "instance_norm"}, "InstanceNorm"), ({"norm": "pair_norm"}, "PairNorm"), ({"jk": "lstm"}, "lstm")],
)
def test_what_is_not_covered_is_refused_by_name(asked: dict[str, str], name: str) -> None:
    with pytest.raises(GatvizError, match=name):
        converted(pyg_gat(0, 2, **asked))


@pytest.mark.parametrize("name", NOT_COVERED)
def test_steps_that_gatviz_does_not_have_are_named(name: str) -> None:
    with pytest.raises(GatvizError, match=rf"'{name}', which gatviz does not have"):
        kind_named(name)
    with pytest.raises(GatvizError, match=f"'{name}', which gatviz does not have"):
        Recipe.parse(f"conv1 > {name}")


# ---- by hand -----------------------------------------------------------------------------------------------------


class Net(nn.Module):
    """Linear → GAT → BN → ELU → GAT → Linear, with a sum, as people write it."""

    def __init__(self) -> None:
        super().__init__()
        self.lin_in = nn.Linear(F_IN, 8)
        self.conv1 = pyg.GATConv(8, 4, heads=2)
        self.bn1 = nn.BatchNorm1d(8)
        self.conv2 = pyg.GATv2Conv(8, 6, heads=3, concat=False)
        self.lin_out = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        x = F.elu(self.lin_in(x))
        x = F.elu(self.bn1(x + self.conv1(x, edge_index)))
        return F.log_softmax(self.lin_out(F.elu(self.conv2(x, edge_index))), dim=1)


LINE = "lin_in > elu > x + conv1 > bn1 > elu > conv2 > elu > lin_out > log_softmax"


def by_recipe(net: Net) -> GAT:
    found = Converted()
    for name, module in net.named_children():
        found.add(name, module)
    modules = dict(found.steps)
    found.steps = list(Recipe.parse(LINE).steps(modules))
    return found.model(F_IN)


def test_a_net_written_by_hand_by_its_recipe() -> None:
    torch.manual_seed(0)
    net = stirred(Net(), 1)
    ours = by_recipe(net)
    for seed in range(4):
        check_equal(net, ours, random_graph(seed))
    assert str(ours.recipe) == LINE
    assert str(Recipe.parse(LINE)) == LINE
    assert [step.name or step.kind for step in ours.trace(random_graph(0)).steps] == [
        *("lin_in", "Activation", "Sum", "bn1", "Activation", "conv2", "lin_out", "LogSoftmax")
    ]


def test_the_same_steps_again_are_the_same_model() -> None:
    ours = by_recipe(stirred(Net(), 1))
    again = GAT.of_steps(F_IN, ours.steps, self_loops=ours.self_loops)
    assert again.steps == ours.steps
    again.set_weights(ours.weights())
    graph = random_graph(1)
    assert torch.equal(again.eval()(graph), ours(graph))
    assert again.weights().fingerprint == ours.weights().fingerprint
    plain = GAT.of_paper(F_IN, 3, generator=new_generator(0))
    twin = GAT.of_steps(F_IN, plain.recipe.steps(dict(plain.steps)), self_loops=plain.self_loops)
    twin.load_state_dict(plain.state_dict())
    assert twin.settings == plain.settings
    assert torch.equal(twin(graph), plain(graph))
    assert str(plain.recipe) == "layers.0 > elu > layers.1"


# ---- each kind of step -------------------------------------------------------------------------------------------

CONV = ("conv", LayerSettings(out_features=4, num_heads=2, activation=None))
EVERY: dict[str, list[Any]] = {
    "Linear": [Linear(3), Linear(3, bias=False)],
    "BatchNorm": [BatchNorm(), BatchNorm(affine=False)],
    "LayerNorm": [LayerNorm(mode=mode, affine=affine) for mode in ("graph", "node") for affine in (True, False)],
    "GraphNorm": [GraphNorm()],
    "Activation": [*(Activation(name) for name in ("none", *ACTIVATIONS)), Activation("leaky_relu", 0.3)],
    "JumpingKnowledge": [JumpingKnowledge(mode) for mode in ("cat", "max", "last")],
    "Readout": [Readout(how) for how in ("mean", "sum", "max")],
    "LogSoftmax": [LogSoftmax()],
}
STEPS = [step for steps in EVERY.values() for step in steps]


def test_all_kinds_are_walked() -> None:
    assert set(EVERY) == set(AROUND)
    assert all(isinstance(step, AROUND[kind]) for kind, steps in EVERY.items() for step in steps)


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_a_kind_of_step_is_one_class_that_everything_asks(step: Any) -> None:
    """Trace, formula, shape, weights, words, recipe and proof come from the class: a kind more is a row more."""
    model = stirred(GAT.of_steps(F_IN, [CONV, step], generator=new_generator(0)), 3)
    graph = random_graph(2)
    trace = model.trace(graph)
    told = trace.steps[1]
    np.testing.assert_allclose(trace.out, model(graph).detach().numpy(), atol=1e-6)
    assert told.input is trace.layers[0].out or np.array_equal(told.input, trace.layers[0].out)
    assert told.kind in AROUND
    assert told.caption.endswith(".")
    assert mathml(told.formula)
    assert not told.output.flags.writeable
    (check,) = step_proofs(trace)
    assert check.passed, check.sentence
    assert set(told.weights) == set(model.weights().around.get(told.name, {}))
    assert Recipe.parse(str(model.recipe)) == model.recipe
    named: dict[str, Any] = dict(one for one in model.steps if isinstance(one, tuple))
    again = GAT.of_steps(F_IN, model.recipe.steps(named))
    again.load_state_dict(model.state_dict())
    assert again.recipe == model.recipe
    np.testing.assert_array_equal(again.eval().trace(graph).out, trace.out)
    assert step.width(8) == (told.output.shape[1] if not isinstance(step, JumpingKnowledge) else 8)
    assert (told.output.shape[0] == 1) == isinstance(step, Readout)


@pytest.mark.parametrize("step", [step for step in STEPS if not step.needs_nodes], ids=repr)
@pytest.mark.parametrize("first", [True, False])
def test_a_step_can_stand_before_the_layers_and_in_a_sum(step: Any, first: bool) -> None:
    steps = [step, CONV] if first else [CONV, Sum([step, Linear(8)])]
    model = stirred(GAT.of_steps(F_IN, steps, generator=new_generator(0)), 4)
    trace = model.trace(random_graph(3))
    assert all(check.passed for check in step_proofs(trace))
    if not first:
        inside = trace.steps[1].inside
        np.testing.assert_allclose(trace.out, trace.steps[1].input + inside[-1].output, atol=1e-6)


def test_what_a_sum_adds_can_go_through_a_step_first() -> None:
    """res(x) + σ(conv(x)), where the widths differ."""
    conv = ("conv1", LayerSettings(out_features=4, num_heads=2, activation="elu"))
    model = stirred(GAT.of_steps(F_IN, [Sum(conv, skip=("res", Linear(8))), LayerNorm(mode="node")]), 3)
    trace = model.eval().trace(random_graph(3))
    assert all(check.passed for check in step_proofs(trace))
    weights = model.weights().around["res"]
    expected = trace.steps[0].input @ weights["weight"].T + weights["bias"] + trace.layers[0].out
    np.testing.assert_allclose(trace.steps[0].output, expected, atol=1e-5)
    assert model.weights().in_features == F_IN
    assert str(model.recipe) == "res + (conv1 > elu) > ln0"
    assert torch.equal(model(random_graph(3)), torch.tensor(trace.out))


def test_sums_in_sums_hold_their_layers_in_order() -> None:
    inner = ("conv2", LayerSettings(out_features=8, num_heads=1, activation=None))
    model = GAT.of_steps(F_IN, [CONV, Sum([Activation("elu"), Sum(inner)]), JumpingKnowledge("cat")])
    trace = model.trace(random_graph(1))
    assert str(model.recipe) == "conv > x + (elu > x + conv2) > jk(cat)"
    assert len(trace.layers) == 2
    h = trace.layers[0].out
    bent = np.where(h > 0, h, np.expm1(h))
    np.testing.assert_allclose(trace.out, np.hstack([h, h + bent + trace.layers[1].out]), atol=1e-5)


def test_shared_modules_are_one() -> None:
    """self.act = nn.PReLU(), used twice, is one weight."""
    act, more = ("act", Activation("prelu")), ("conv2", LayerSettings(out_features=8, num_heads=1, activation=None))
    model = GAT.of_steps(F_IN, [CONV, act, more, act])
    assert [name for name in model.state_dict() if name.startswith("act")] == ["act.weight"]
    model.set_weights(with_values(model.weights(), "act", "weight", [0.5]))
    trace = model.trace(random_graph(1))
    for step in (trace.steps[1], trace.steps[3]):
        np.testing.assert_allclose(step.output, np.where(step.input > 0, step.input, 0.5 * step.input), atol=1e-7)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Linear(3)], "steps: expected at least one attention layer, found none"),
        ([CONV, Sum(Linear(3))], r"step 1 \(x \+ Linear\), x \+ step: expected 8 features, as x has, found 3"),
        ([CONV, Linear(3, in_features=9)], r"step 1 \(Linear\), x: expected 9 features per node, .* found 8"),
        ([CONV, ("bn1", BatchNorm(in_features=4))], r"step 1 \(bn1\), x: expected 4 features per node, .* found 8"),
        ([CONV, Readout("mean"), ("conv2", LayerSettings())], r"step 2 \(conv2\), x: expected a row for each node"),
        ([CONV, Readout("mean"), JumpingKnowledge("cat")], r"step 2 \(jk\(cat\)\), x: expected a row for each node"),
        ([CONV, Sum(Linear(3), skip=("res", Linear(4)))], r"res \+ step: expected 4 features, as res gives, found 3"),
        ([CONV, Sum(Linear(8), skip=Readout("sum"))], r"skip \+ step: expected one step with a row for each node"),
        ([CONV, Sum(Linear(8), skip=("c", LayerSettings()))], r"skip \+ step: expected .*, found 'c'"),
        ([CONV, Sum(Readout("sum"))], r"expected a step with a row for each node, found 'sum'"),
        ([JumpingKnowledge("cat"), CONV], r"step 0 \(jk\(cat\)\), jk\(cat\): expected an attention layer before it"),
        (
            [CONV, ("c2", LayerSettings(num_heads=3)), JumpingKnowledge("max")],
            r"expected layers of one width, 24, found 8, 24",
        ),
        ([CONV, CONV], r"step 1 \(conv\), name: expected a name that no step before has, found 'conv'"),
        ([CONV, ("conv", Linear(8))], r"step 1 \(conv\), name: expected a name that no other step before has"),
        ([CONV, ("weights", Linear(8))], "name: expected a name that the model has no other use for, found 'weights'"),
        ([CONV, ("a b", Linear(8))], r"name: expected letters, digits"),
        ([CONV, ("elu", Linear(8))], r"name: expected one that means nothing else in a recipe, found 'elu'"),
        ([CONV, ("act", Activation("elu"))], r"name: expected none, for elu has no weights, found 'act'"),
        ([CONV, "elu"], r"step: expected LayerSettings, Sum or one of Linear, .* found 'elu'"),
    ],
)
def test_steps_that_do_not_fit_are_refused_with_the_step_and_both_numbers(steps: list[Any], message: str) -> None:
    with pytest.raises(GatvizError, match=message):
        GAT.of_steps(F_IN, steps)


@pytest.mark.parametrize("place", [0, 1])
def test_an_overflow_names_the_step(place: int) -> None:
    big = LayerSettings(out_features=4, num_heads=2, activation=None)
    graph = random_graph(1)
    graph = Graph(names=graph.names, x=100 * graph.x, edge_index=graph.edge_index)
    model = GAT.of_steps(F_IN, [("lin", Linear(5)), ("conv", big), ("out", Linear(2))], generator=new_generator(0))
    names = ("lin", "out")
    shape = model.weights().around[names[place]]["weight"].shape
    model.set_weights(with_values(model.weights(), names[place], "weight", np.full(shape, 3e38)))
    with pytest.raises(GatvizError, match=rf"step {2 * place} \({names[place]}\), Linear, output"):
        model.trace(graph)


def test_weights_of_a_first_linear_follow_the_features() -> None:
    model = GAT.of_steps(F_IN, [("lin", Linear(6)), CONV], generator=new_generator(0))
    weights = model.weights()
    assert weights.in_features == F_IN
    again = with_columns(weights, [1, None, 0], ["b", "new", "a"], 7)
    np.testing.assert_array_equal(again.around["lin"]["weight"][:, [0, 2]], weights.around["lin"]["weight"][:, [1, 0]])
    assert again.in_features == 3
    first = GAT.of_steps(F_IN, [("bn", BatchNorm()), CONV]).weights()
    with pytest.raises(GatvizError, match="bn: expected a first step that maps all features at once"):
        with_columns(first, [0, 1], ["a", "b"], 7)


def test_other_steps_weights_are_refused() -> None:
    one = GAT.of_steps(F_IN, [CONV, ("lin", Linear(3))])
    with pytest.raises(GatvizError, match="weights: expected the steps 'lin', found none"):
        one.set_weights(GAT.of_steps(F_IN, [CONV]).weights())
    with pytest.raises(
        GatvizError, match=r"step 1 \(lin\), weights, weight: expected finite numbers of shape \[3, 8\]"
    ):
        one.set_weights(GAT.of_steps(F_IN, [CONV, ("lin", Linear(2))]).weights())


def test_a_trace_of_layers_alone_has_them_as_its_steps() -> None:
    model = GAT.of_paper(F_IN, 3, generator=new_generator(0))
    trace = model.trace(random_graph(1))
    assert [step.layer for step in trace.steps] == list(trace.layers)
    assert [step.name for step in trace.steps] == ["layers.0", "layers.1"]
    assert trace.out is trace.layers[-1].out
    assert all(mathml(step.formula) for step in trace.steps)


# ---- equal shares ------------------------------------------------------------------------------------------------


@limits(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["GAT", "GATv2"]), st.sampled_from(["as_given", "add_missing"]))
def test_equal_shares_are_one_over_how_many_a_node_reads(seed: int, kind: Kind, self_loops: SelfLoops) -> None:
    graph = random_graph(seed, nodes=1 + seed % 9)
    settings = LayerSettings(kind=kind, out_features=3, num_heads=2, attention="equal")
    model = GAT(F_IN, [settings], self_loops=self_loops, generator=new_generator(seed)).double()
    layer = model.trace(graph).layers[0]
    reads = np.diff(layer.ptr)[layer.edge_index[1]]
    np.testing.assert_allclose(layer.alpha, np.repeat(1 / reads[:, None], 2, axis=1), rtol=1e-12)
    assert all(check.passed for check in proofs(layer, pyg=True))
    told = {info.name: info for info in layer.fields}["alpha"]
    assert told.formula == r"\alpha_{ij} = \frac{1}{|N(i)|}"
    assert "does not use the scores" in told.caption
    model.train()(graph).square().sum().backward()
    own = model.attention_layers[0]
    att = own.get_parameter("att")
    assert att.grad is None or not att.grad.any()
    if graph.num_edges:
        assert own.weight.grad is not None
        assert own.weight.grad.any()


def test_equal_shares_survive_saving_and_dropout_works_on_them() -> None:
    model = GAT(F_IN, [LayerSettings(attention="equal", activation="prelu", dropout=0.5)], generator=new_generator(0))
    opened = gatviz.load_weights(gatviz.save_weights(model))
    assert opened.settings == model.settings
    assert torch.equal(opened(random_graph(1)), model.eval()(random_graph(1)))
    layer = model.train().trace(random_graph(1), generator=new_generator(1)).layers[0]
    assert layer.alpha_dropped is not None
    assert layer.dropout_mask is not None
    np.testing.assert_allclose(layer.alpha_dropped, 2 * layer.alpha * layer.dropout_mask)


@pytest.mark.parametrize("name", [None, *ACTIVATIONS])
def test_every_activation_of_a_layer_is_pytorchs(name: str | None) -> None:
    layer = gatviz.GATAttentionLayer(F_IN, 3, 2, activation=name, generator=new_generator(0)).double()
    trace = layer.trace(random_graph(1))
    z = torch.tensor(trace.pre_activation)
    more = (torch.tensor([0.25], dtype=z.dtype),) if name == "prelu" else ()
    function = getattr(F, name) if name else lambda values: values
    np.testing.assert_allclose(trace.out, function(z, *more).numpy(), rtol=1e-12)
    assert mathml(trace.fields[-1].formula)


# ---- training ----------------------------------------------------------------------------------------------------


def test_training_measures_and_only_who_trains_stores() -> None:
    """BatchNorm against PyTorch's own in training mode, step after step; forward itself writes nothing."""
    torch.manual_seed(3)
    steps = [("conv", LayerSettings(out_features=4, num_heads=2)), ("bn", BatchNorm()), Linear(3)]
    ours = GAT.of_steps(F_IN, steps).train()
    theirs = nn.BatchNorm1d(8).train()
    with torch.no_grad():
        for name, value in theirs.named_parameters():
            value.copy_(torch.rand(8) + 0.5)
            ours.get_submodule("bn").get_parameter(name).copy_(value)
    for seed in range(3):
        graph = random_graph(seed)
        before = {name: value.clone() for name, value in ours.state_dict().items()}
        measured: dict[str, dict[str, torch.Tensor]] = {}
        out = ours(graph, measured=measured)
        trace = ours.trace(graph)
        assert all(torch.equal(value, before[name]) for name, value in ours.state_dict().items())
        np.testing.assert_array_equal(trace.out, out.detach())
        conv, bn, _linear = trace.steps
        np.testing.assert_allclose(bn.output, theirs(torch.tensor(conv.output)).detach(), atol=1e-5)
        assert all(check.passed for check in step_proofs(trace))
        assert set(bn.weights) == {"weight", "bias"}
        assert set(measured) == {"bn"}
        ours.store(measured)
        stored = ours.get_submodule("bn").state_dict()
        for name in ("running_mean", "running_var"):
            np.testing.assert_allclose(stored[name], getattr(theirs, name), atol=1e-5)
    evaluated = ours.eval().trace(random_graph(5)).steps
    np.testing.assert_allclose(
        evaluated[1].output, theirs.eval()(torch.tensor(evaluated[0].output)).detach(), atol=1e-5
    )
    empty: dict[str, dict[str, torch.Tensor]] = {}
    ours(random_graph(5), measured=empty)
    assert empty == {}


def test_a_batch_of_one_node_has_no_variance_to_measure() -> None:
    model = GAT.of_steps(F_IN, [LayerSettings(), BatchNorm()]).train()
    graph = random_graph(0, nodes=1)
    with pytest.raises(GatvizError, match="two nodes at least"):
        model(graph)
    assert np.isfinite(model.eval().trace(graph).out).all()


NORMED = (BatchNorm(), BatchNorm(stored=False), LayerNorm(mode="node"), LayerNorm(), GraphNorm())


@pytest.mark.parametrize("step", [*NORMED, Linear(3), Readout("max"), LogSoftmax(), Activation("gelu")])
def test_a_step_that_couples_nodes_says_so(step: Any) -> None:
    """Another node's features move a row exactly where the step says that it may."""
    own = step.parameters(F_IN, new_generator(0))
    x = torch.randn(6, F_IN, generator=new_generator(1))
    other = x.clone()
    other[3:] *= 10
    moved = not torch.equal(step.run(x, own)[:1], step.run(other, own)[:1])
    assert moved == step.couples
