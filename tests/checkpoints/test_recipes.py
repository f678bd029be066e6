"""Nets with steps around their attention layers, by a recipe that is found or given, against the nets themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch_geometric.nn import GAT, GATConv, GATv2Conv, GraphNorm

import gatviz
from gatviz import GatvizError, Recipe
from gatviz.checkpoints import Checkpoint, inspect_weights, read_weights
from tests.checkpoints.cases import FEATURES, features_of, graph, safetensors_file, torch_file

M = TypeVar("M", bound=nn.Module)


def stirred(module: M, seed: int = 1) -> M:
    """Every number drawn anew, what norms have stored too."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in [*module.named_parameters(), *module.named_buffers()]:
            if value.dtype.is_floating_point:
                drawn = torch.rand(value.shape, generator=draw) - 0.5
                value.copy_(drawn.abs() + 0.5 if "running_var" in name else drawn)
    return module.eval()


class Net(nn.Module):
    """Modules under their names; a recipe says how they run."""

    def __init__(self, line: str, **modules: nn.Module) -> None:
        super().__init__()
        self.line = line
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """By a reading of the line that shares nothing with gatviz's; sums have one step."""
        for word in self.line.split(" > "):
            skip, _plus, name = word.rpartition(" + ")
            before = x
            if name in ("elu", "relu", "tanh"):
                x = getattr(F, name)(x)
            else:
                module = self.get_submodule(name)
                x = module(x, edge_index) if isinstance(module, GATConv | GATv2Conv) else module(x)
            if skip:
                x = x + (before if skip == "x" else self.get_submodule(skip)(before))
        return x


def convs(*widths: tuple[int, int, int], kind: type[nn.Module] = GATConv) -> nn.ModuleList:
    return nn.ModuleList(kind(reads, gives, heads=heads) for reads, gives, heads in widths)


FOUND = {
    "a linear layer after": lambda: Net("conv1 > relu > lin", conv1=GATConv(FEATURES, 4, heads=2), lin=nn.Linear(8, 2)),
    "a norm between, a linear layer after": lambda: Net(
        "conv1 > bn > relu > conv2 > relu > lin",
        conv1=GATv2Conv(FEATURES, 4, heads=2),
        bn=nn.BatchNorm1d(8),
        conv2=GATv2Conv(8, 6),
        lin=nn.Linear(6, 2),
    ),
    "a linear layer before": lambda: Net(
        "emb > conv1 > relu > conv2",
        emb=nn.Linear(FEATURES, 8),
        conv1=GATConv(8, 4, heads=2),
        conv2=GATConv(8, 2),
    ),
    "lists of layers and norms, several linear layers": lambda: Net(
        "convs.0 > norms.0 > relu > convs.1 > norms.1 > relu > fc.0 > relu > fc.3",
        convs=convs((FEATURES, 4, 2), (8, 6, 1)),
        norms=nn.ModuleList([nn.LayerNorm(8), nn.LayerNorm(6)]),
        fc=nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 3)),
    ),
    "a norm of what comes": lambda: Net(
        "bn_in > conv1 > relu > out", bn_in=nn.BatchNorm1d(FEATURES), conv1=GATConv(FEATURES, 4), out=nn.Linear(4, 2)
    ),
    "norms of graphs": lambda: Net(
        "conv1 > gn1 > relu > conv2 > gn2 > relu > out",
        conv1=GATConv(FEATURES, 4),
        conv2=GATConv(4, 4),
        gn1=GraphNorm(4),
        gn2=GraphNorm(4),
        out=nn.Linear(4, 2, bias=False),
    ),
    "linear layers between": lambda: Net(
        "conv1 > relu > lin1 > relu > conv2 > relu > lin2",
        conv1=GATConv(FEATURES, 4),
        lin1=nn.Linear(4, 6),
        conv2=GATConv(6, 4),
        lin2=nn.Linear(4, 2),
    ),
    "averaged heads, which only the next layer tells": lambda: Net(
        "conv1 > relu > out", conv1=GATConv(FEATURES, 4, heads=3, concat=False, bias=False), out=nn.Linear(4, 2)
    ),
    "learnt activations": lambda: Net(
        "conv1 > act > conv2 > act > out",
        conv1=GATConv(FEATURES, 4),
        act=nn.PReLU(),
        conv2=GATConv(4, 4),
        out=nn.Linear(4, 2),
    ),
    "one learnt activation for layers of other widths": lambda: Net(
        "conv1 > act > conv2 > act > out",
        conv1=GATConv(FEATURES, 4, heads=2),
        conv2=GATConv(8, 3),
        act=nn.PReLU(),
        out=nn.Linear(3, 2),
    ),
    "everything defined the other way round": lambda: Net(
        "first > conv_a > relu > conv_b > relu > last",
        last=nn.Linear(3, 2),
        conv_b=GATConv(8, 3),
        conv_a=GATConv(6, 4, heads=2),
        first=nn.Linear(FEATURES, 6),
    ),
}


def run(net: nn.Module) -> Tensor:
    given = graph()
    out: Tensor = net(features_of(given), torch.tensor(given.edge_index))
    return out.detach()


def equal(model: gatviz.GAT, expected: Tensor) -> bool:
    return bool(model(graph()).detach().numpy() == pytest.approx(expected.numpy(), abs=1e-5))


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("prefix", ["", "model."])
def test_the_recipe_of_a_net_is_found(name: str, prefix: str) -> None:
    net = stirred(FOUND[name]())
    state = {f"{prefix}{key}": value for key, value in net.state_dict().items()}
    opened = inspect_weights(torch_file({"epoch": 3, "state_dict": state}))
    assert str(opened.recipe) == net.line
    assert str(opened.model.recipe) == net.line
    assert equal(opened.model, run(net))
    reasons = [one.reason for one in opened.guesses]
    assert all(reason[0].isupper() and reason.endswith(".") for reason in reasons)
    assert {part for part in net.line.replace("act > ", "").split(" > ") if part not in ("relu", "act")} <= {
        one.step for one in opened.guesses
    }


@pytest.mark.parametrize("name", FOUND)
def test_a_file_sorted_by_name_gives_the_same_or_asks(name: str) -> None:
    net = stirred(FOUND[name]())
    data = safetensors_file(dict(net.state_dict()))
    assert net.line in read_weights(data).ways().recipes
    assert equal(gatviz.load_weights(data, recipe=net.line), run(net))


@pytest.mark.parametrize("norm", ["BatchNorm", "LayerNorm", "GraphNorm"])
@pytest.mark.parametrize("jk", [None, "cat", "last"])
@pytest.mark.parametrize("layers", [2, 3])
def test_pygs_model_class_with_norms_and_jumping_knowledge(norm: str, jk: str | None, layers: int) -> None:
    net = stirred(GAT(FEATURES, 8, layers, 3, heads=2, norm=norm, jk=jk))
    opened = inspect_weights(torch_file(net.state_dict()))
    assert ("jk(cat)" in str(opened.recipe)) == (jk == "cat")
    assert equal(opened.model, run(net))


def test_pygs_layer_norm_over_each_node_is_a_choice() -> None:
    net = stirred(GAT(FEATURES, 8, 2, 3, heads=2, norm="LayerNorm", norm_kwargs={"mode": "node"}))
    data = torch_file(net.state_dict())
    assert not equal(gatviz.load_weights(data), run(net))
    assert equal(gatviz.load_weights(data, norm="node"), run(net))


@pytest.mark.parametrize("jk", ["max", "last"])
def test_what_the_largest_of_the_layers_and_the_last_have_in_common_is_said(jk: str) -> None:
    opened = inspect_weights(torch_file(GAT(FEATURES, 8, 3, 3, heads=2, jk=jk).state_dict()))
    (told,) = [one for one in opened.guesses if one.step == "lin"]
    assert told.origin == "assumed"
    assert "jk(max): no file tells" in told.reason


def test_jumping_knowledge_by_an_lstm_is_refused_by_name() -> None:
    with pytest.raises(GatvizError, match=r"found tensors of an LSTM, .*: 'jk.lstm.weight_ih_l0'"):
        gatviz.load_weights(torch_file(GAT(FEATURES, 8, 3, 3, heads=2, jk="lstm").state_dict()))
    with pytest.raises(GatvizError, match=r"'jk': .* found 'JumpingKnowledge of mode lstm', which gatviz does not"):
        gatviz.load_weights(GAT(FEATURES, 8, 3, 3, heads=2, jk="lstm"))


def test_the_largest_of_the_layers_is_a_recipe() -> None:
    net = stirred(GAT(FEATURES, 8, 3, 3, heads=2, jk="max"))
    line = "convs.0 > relu > convs.1 > relu > convs.2 > relu > jk(max) > lin"
    assert equal(gatviz.load_weights(torch_file(net.state_dict()), recipe=line), run(net))


@pytest.mark.parametrize("file", [False, True], ids=["in hand", "pickled"])
@pytest.mark.parametrize("jk", ["max", "cat", "last"])
def test_a_whole_model_tells_how_its_layers_are_joined(jk: str, file: bool) -> None:
    net = stirred(GAT(FEATURES, 8, 3, 3, heads=2, jk=jk, norm="GraphNorm"))
    opened = inspect_weights(torch_file(net) if file else net)
    assert equal(opened.model, run(net))
    assert ("jk(max)" in str(opened.recipe)) == (jk == "max") == any(one.step == "jk(max)" for one in opened.guesses)


@pytest.mark.parametrize("file", [False, True], ids=["in hand", "pickled"])
@pytest.mark.parametrize("norm", ["InstanceNorm", "PairNorm"])
def test_a_norm_without_tensors_is_refused_by_name_where_the_model_tells_of_it(norm: str, file: bool) -> None:
    net = GAT(FEATURES, 8, 2, 3, heads=2, norm=norm)
    given = torch_file(net) if file else net
    with pytest.raises(gatviz.GatvizError, match=rf"'norms.0': .* found '{norm}', which gatviz does not have"):
        gatviz.load_weights(given)
    line = "convs.0 > relu > convs.1"
    assert str(gatviz.load_weights(given, recipe=line).recipe) == line


ASKED = {
    "mu and logvar": (
        Net("conv1 > relu > mu", conv1=GATConv(FEATURES, 6), mu=GATConv(6, 3), logvar=GATConv(6, 3)),
        {"conv1 > elu > mu", "conv1 > elu > logvar"},
    ),
    "two layers that could be stacked": (
        Net("user > relu > item", user=GATConv(FEATURES, FEATURES), item=GATConv(FEATURES, FEATURES)),
        {"user", "item", "user > elu > item"},
    ),
    "two models": (
        Net("", user=GAT(FEATURES, FEATURES, 2, heads=1), item=GAT(FEATURES, FEATURES, 2, heads=1)),
        {
            "user.convs.0 > relu > user.convs.1",
            "item.convs.0 > relu > item.convs.1",
            "user.convs.0 > elu > user.convs.1 > elu > item.convs.0 > elu > item.convs.1",
        },
    ),
    "two ends": (
        Net("", conv=GATConv(FEATURES, 6), classifier=nn.Linear(6, 2), regressor=nn.Linear(6, 1)),
        {"conv > relu > classifier", "conv > relu > regressor"},
    ),
    "two ends, of which one could begin": (
        Net("", conv=GATConv(FEATURES, 6), classifier=nn.Linear(6, FEATURES), regressor=nn.Linear(6, 1)),
        {"conv > relu > classifier", "conv > relu > regressor", "classifier > conv > relu > regressor"},
    ),
    "a residual": (
        Net("", conv1=GATConv(FEATURES, 6), conv2=GATConv(6, 4), res=nn.Linear(FEATURES, 6)),
        {"res + conv1 > relu > conv2", "conv1 > relu > conv2"},
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_open_is_asked_and_not_guessed(name: str) -> None:
    net, lines = ASKED[name]
    file = read_weights(torch_file(stirred(net).state_dict()), name="w.pt")
    ways = file.ways()
    assert set(ways.recipes) == lines
    with pytest.raises(GatvizError, match=r"^w\.pt: expected one way to read it, found ") as caught:
        file.open()
    for line in lines:
        assert f"recipe='{line}'" in str(caught.value)
        opened = file.open(recipe=line)
        assert str(opened.recipe) == line
        named = Recipe.parse(line).names
        left = [piece.name for piece in file.pieces() if piece.name not in named]
        assert bool(left) == any("run without" in note for note in opened.notes)


def test_a_residual_with_a_projection_is_run_as_the_recipe_says() -> None:
    net = stirred(Net("res + conv1 > elu > x + conv2", **{"conv1": GATConv(FEATURES, 6), "conv2": GATConv(6, 6)}))
    net.add_module("res", stirred(nn.Linear(FEATURES, 6), 3))
    opened = inspect_weights(torch_file(net.state_dict()), recipe=net.line)
    assert equal(opened.model, run(net))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("conv1 > relu > out > lin", r"recipe, column 16: expected a step, or one of the modules .*, found 'out'"),
        ("lin > conv1", r"step 1 \(conv1\), x: expected 5 features per node, as this step has, found 2"),
        ("conv1 > lin > lin", r"step 2 \(lin\), x: expected 8 features per node, as this step has, found 2"),
        ("relu > lin", r"recipe: expected 'conv1', found 'relu > lin'; name at least one attention layer"),
        ("conv1 > > lin", r"recipe, column 9: expected a step, found '>'"),
        ("x + conv1 > lin", r"step 0 \(x \+ conv1\), x \+ step: expected 5 features, as x has, found 8"),
        ("conv1 > mean > conv1", r"step 2 \(conv1\), x: expected a row for each node"),
    ],
)
def test_a_recipe_that_does_not_fit_says_where(line: str, message: str) -> None:
    data = torch_file(stirred(FOUND["a linear layer after"]()).state_dict())
    with pytest.raises(GatvizError, match=message):
        gatviz.load_weights(data, recipe=line)


def test_what_is_no_recipe_is_refused() -> None:
    data = torch_file(GATConv(FEATURES, 2).state_dict())
    with pytest.raises(GatvizError, match="a line of text"):
        gatviz.load_weights(data, recipe=3)  # type: ignore[arg-type]
    with pytest.raises(GatvizError, match="leave activation out: the recipe says it"):
        gatviz.load_weights(data, recipe="layer", activation="elu")
    assert gatviz.load_weights(data, recipe="layer > tanh").settings[0].activation == "tanh"


@pytest.mark.parametrize(
    "name", ["weights", "steps", "forward", "elu", "x", "mean", "a b", "a>b", "pair_norm", "ä", "é(2)"]
)
def test_a_module_of_any_name_has_one_in_the_recipe(name: str) -> None:
    state = {f"{name}.{key}": value for key, value in GATConv(FEATURES, 4).state_dict().items()}
    state |= {f"out.{key}": value for key, value in nn.Linear(4, 2).state_dict().items()}
    opened = inspect_weights(torch_file(state))
    assert opened.names == (name,)
    assert str(Recipe.parse(str(opened.recipe))) == str(opened.recipe)
    again = gatviz.load_weights(torch_file(state), recipe=str(opened.recipe))
    assert torch.equal(again(graph()), opened.model(graph()))


def test_a_module_inside_an_attention_layer_is_one_of_its_own() -> None:
    conv = {f"block.{key}": value for key, value in GATConv(FEATURES, 4).state_dict().items()}
    norm = {f"block.norm.{key}": value for key, value in nn.BatchNorm1d(4).state_dict().items()}
    out = {f"out.{key}": value for key, value in nn.Linear(4, 2).state_dict().items()}
    assert str(inspect_weights(torch_file(conv | norm | out)).recipe) == "block > block_norm > relu > out"


WORDS: dict[str, tuple[object, Callable[[Checkpoint], bool]]] = {
    "negative_slope": (0.05, lambda opened: opened.layers[0].negative_slope == 0.05),
    "add_self_loops": (False, lambda opened: opened.self_loops == "as_given"),
    "activation": ("LeakyReLU", lambda opened: "leaky_relu" in str(opened.recipe)),
    "act_fn": ("torch.nn.ReLU", lambda opened: "relu" in str(opened.recipe)),
    "dropout": (0.6, lambda opened: any("0.6" in note for note in opened.notes)),
}


@pytest.mark.parametrize("around", ["hyper_parameters", "args", "cfg", "config"])
@pytest.mark.parametrize("word", WORDS)
def test_values_beside_the_weights_are_read_and_said(word: str, around: str) -> None:
    value, holds = WORDS[word]
    state = Net("", conv1=GATConv(FEATURES, 4, heads=2), conv2=GATConv(8, 2)).state_dict()
    opened = inspect_weights(torch_file({"state_dict": state, around: {word: value}}))
    assert holds(opened)
    reasons = [one.reason for one in opened.decisions] + list(opened.notes)
    assert any(word in reason and str(value) in reason for reason in reasons)


def test_heads_and_their_joining_beside_the_weights_answer_what_shapes_leave_open() -> None:
    flat = {"lin.weight": torch.ones(6, FEATURES), "att_src": torch.ones(6), "att_dst": torch.ones(6)}
    opened = inspect_weights(torch_file({"model": flat, "args": {"heads": 3, "concat": False}}))
    assert (opened.layers[0].num_heads, opened.layers[0].concat) == (3, False)
    assert inspect_weights(torch_file({"model": flat, "args": {"heads": 4}})).layers[0].num_heads == 1


def test_a_layer_whose_heads_are_averaged_opens_with_its_own_shape() -> None:
    conv = stirred(GATConv(FEATURES, 3, heads=4, concat=False))
    opened = gatviz.load_weights(torch_file(conv.state_dict()))
    assert opened(graph()).shape[1] == 3
    assert equal(opened, run(conv))


@pytest.mark.parametrize("width", [FEATURES, 3])
def test_a_list_of_single_heads_is_joined_as_shapes_say(width: int) -> None:
    """self.layers = [GATConv(F, C) for each head], and out reads H·C."""
    heads = nn.ModuleList(GATConv(FEATURES, width) for _ in range(3))
    net = stirred(Net("", gats=heads, out=GATConv(3 * width, 2)))
    opened = inspect_weights(torch_file(net.state_dict()))
    assert [layer.num_heads for layer in opened.layers] == [3, 1]
    given = graph()
    x, edge_index = features_of(given), torch.tensor(given.edge_index)
    joined = F.elu(torch.cat([head(x, edge_index) for head in heads], 1))
    assert equal(opened.model, net.get_submodule("out")(joined, edge_index).detach())
