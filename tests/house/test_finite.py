"""No number that is not finite reaches a view: refused where it comes in, or by the run, which names the stage."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch_geometric.nn import GATConv

from gatviz import GatvizError, Graph, MultiHeadGATLayer, load_weights, read_graph, sample_graph
from gatviz.attention.gat import GATAttentionLayer
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.layers import AttentionLayer, new_generator
from gatviz.graph import editing
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import Kind, LayerSettings
from gatviz.model.weights import Weights, with_values
from gatviz.numbers import LARGEST
from gatviz.stage.wire import encode, packed
from gatviz.ui.session import run_cache
from gatviz.ui.session.settings import Settings
from tests.attention.cases import Case, random_case

FLOAT32 = float(np.finfo(np.float32).max)
SIZES = st.sampled_from([0.0, 1e-30, 1.0, 1.0, 1.0, 1e12, 1e19, 1e25, 1e30, 1e37, 1e38, 3e38])
SLOPES = st.sampled_from([0.2, 0.0, 1.0, -3.0, 50.0, 1e20])


def huge_layer(case: Case, kind: str, draw: Callable[[], float], **settings: Any) -> AttentionLayer:
    """A layer whose parameters are those of a random one, each parameter times a size of its own."""
    heads, width, features = case.weight.shape
    make = GATv2AttentionLayer if kind == "GATv2" else GATAttentionLayer
    layer = make(features, width, heads, bias=True, generator=new_generator(3), **settings).eval()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_((parameter * draw()).clamp(-FLOAT32, FLOAT32))
        if layer.bias is not None:
            layer.bias.fill_(draw())
    return layer


def everything(trace: LayerTrace) -> dict[str, np.ndarray]:
    """Every number that a view can ask a trace for, −∞ of the mask aside."""
    names = [info.name for info in trace.fields]
    found = {name: np.asarray(getattr(trace, name), dtype=float) for name in names}
    found |= {f"weights {name}": values for name, values in trace.weights.items()}
    with np.errstate(all="ignore"):
        for head in range(trace.num_heads):
            found |= {f"dense {name} {head}": trace.dense(name, head) for name in ("e", "alpha")}
            if "raw" in names:
                found[f"dense raw {head}"] = trace.dense("raw", head)
    return found


@settings(max_examples=250, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["GAT", "GATv2"]),
    sizes=st.lists(SIZES, min_size=9, max_size=9),
    slope=SLOPES,
    activation=st.sampled_from([None, "elu", "relu", "tanh"]),
    concat=st.booleans(),
    residual=st.booleans(),
    dropout=st.sampled_from([0.0, 0.9]),
)
def test_a_run_is_finite_in_every_field_or_refused_by_its_first_stage(
    seed: int,
    kind: Kind,
    sizes: list[float],
    slope: float,
    activation: str | None,
    concat: bool,
    residual: bool,
    dropout: float,
) -> None:
    case = random_case(seed, torch.float32)
    numbers = iter(sizes)
    x = (case.x * next(numbers)).clamp(-FLOAT32, FLOAT32)
    how = {"negative_slope": slope, "activation": activation, "concat": concat, "residual": residual}
    layer = huge_layer(case, kind, lambda: next(numbers), dropout=dropout, **how).train(dropout > 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LayerTrace, "check_finite", lambda _: None)
        unchecked = layer.trace(x, case.edges, generator=new_generator(1))
    wrong = [name for name, values in everything(unchecked).items() if not np.isfinite(values).all()]
    if not wrong:
        for name, values in everything(layer.trace(x, case.edges, generator=new_generator(1))).items():
            assert np.isfinite(values).all(), name
        return
    with pytest.raises(GatvizError) as refused:
        layer.trace(x, case.edges, generator=new_generator(1))
    named_kind, stage = refused.value.where.split(", ")
    stage, _, pairs = stage.partition(" of a pair")
    assert named_kind == kind
    assert wrong[0] == stage or (pairs and any(name.startswith(f"dense {stage}") for name in wrong))


@pytest.mark.parametrize("nodes", [0, 1, 3])
def test_a_parameter_that_is_not_finite_is_named_even_where_no_edge_meets_it(nodes: int) -> None:
    for kind, name in ((GATAttentionLayer, "a_target"), (GATv2AttentionLayer, "a")):
        layer = kind(2, 3, 2, generator=new_generator(0)).eval()
        with torch.no_grad():
            layer.att.fill_(torch.nan)
        with pytest.raises(GatvizError, match=f", {name}: expected finite numbers.*found nan"):
            layer.trace(torch.ones(nodes, 2), edge_index=torch.zeros(2, 0, dtype=torch.int64))


def test_the_layer_and_the_stage_that_overflowed_are_named() -> None:
    model = GAT(2, [LayerSettings(out_features=3, num_heads=2)] * 2, generator=new_generator(0)).eval()
    graph = sample_graph("tutorial")
    with torch.no_grad():
        model.attention_layers[1].weight.mul_(1e30)
    assert np.isfinite(model.trace(graph).out).all()
    with torch.no_grad():
        model.attention_layers[1].get_parameter("att").mul_(1e30)
    with pytest.raises(GatvizError, match=r"^layer 1, GAT, score_target: expected finite numbers, .* found -?inf at"):
        model.trace(graph)


def test_a_masked_score_is_no_fault() -> None:
    trace = MultiHeadGATLayer(2, 3, generator=new_generator(0)).eval().trace(sample_graph("star"))
    assert np.isinf(trace.dense("masked_e", 0)).any()


@pytest.mark.parametrize("size", [1e30, 1e60, 1e200])
def test_a_run_in_float64_that_the_screen_cannot_hold_is_refused(size: float) -> None:
    graph = sample_graph("tutorial")
    layer = {
        name: np.array(values, dtype=float) for name, values in run_cache.drawn_weights(Settings(), 2).layers[0].items()
    }
    layer["W"][0, 0, 0] = size
    held = Weights((layer,))
    if size < LARGEST:
        assert run_cache.run(graph, Settings(), held).trace.out.dtype == np.float64
    else:
        with pytest.raises(GatvizError, match=r"layer 0, GAT, W: expected .* at most 3.4e\+38"):
            run_cache.run(graph, Settings(), held)


# ---- every door -----------------------------------------------------------------------------------------------

TUTORIAL = sample_graph("tutorial")
BEYOND = [1e39, -1e300, float("inf"), float("nan"), 10**400]


def with_x(value: Any) -> Graph:
    x: list[list[Any]] = TUTORIAL.x.tolist()
    x[2][1] = value
    return Graph(names=TUTORIAL.names, x=x, edge_index=TUTORIAL.edge_index)  # type: ignore[arg-type]


def file_with(value: Any) -> Graph:
    nodes = [{"id": "a", "features": [0, 1]}, {"id": "2", "features": [1, value]}]
    return read_graph(json.dumps({"nodes": nodes, "edges": [["a", "2"]]}).encode())


@given(st.floats(1e38, 1e39))
@example(LARGEST)
@example(float(np.nextafter(LARGEST, np.inf)))
def test_a_feature_is_held_just_where_float32_makes_it_no_infinity(value: float) -> None:
    with np.errstate(over="ignore"):
        held = np.isfinite(np.float32(value))
    if held:
        assert with_x(value).x[2, 1] == value
    else:
        with pytest.raises(GatvizError, match="feature 'f1' of '2'"):
            with_x(value)


@pytest.mark.parametrize("value", BEYOND, ids=str)
def test_a_feature_beyond_float32_is_refused_by_name(value: str) -> None:
    for door in (with_x, lambda v: editing.set_node(TUTORIAL, "2", features={"f1": v})):
        with pytest.raises(GatvizError, match=r"^feature 'f1' of '2': expected a finite number, at most"):
            door(value)
    with pytest.raises(GatvizError, match="the file"):
        file_with(value)
    with pytest.raises(GatvizError, match=r"^the file, feature 'f1' of '2': .*found 1e\+39"):
        file_with(1e39)
    table = b"id,f0,f1\na,0,1\n2,1,1e39\n"
    with pytest.raises(GatvizError, match=r"feature 'f1' of '2': .*found 1e\+39"):
        read_graph(b"source,target\na,2\n", nodes=table)


@pytest.mark.parametrize("value", BEYOND, ids=str)
def test_a_weight_beyond_float32_is_refused_by_its_entry(value: str) -> None:
    weights = run_cache.drawn_weights(Settings(), 2)
    values: list[Any] = weights.layers[0]["W"].tolist()
    values[1][2][0] = value
    with pytest.raises(GatvizError, match=r"^W, entry \[1, 2, 0\]: expected a finite number"):
        with_values(weights, 0, "W", values)
    with pytest.raises(GatvizError, match=r"^W of head 1, entry \[2, 0\]: expected a finite number"):
        with_values(weights, 0, "W", values[1], head=1)
    layer = GATAttentionLayer(2, 3, 4)
    with pytest.raises(GatvizError, match=r"^weights, W, entry \[1, 2, 0\]: expected a finite number"):
        layer.set_weights(W=values)
    with pytest.raises(GatvizError, match=r"^negative_slope: expected a finite number"):
        GATAttentionLayer(2, 3, negative_slope=value)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_weights_file_names_tensor_and_entry(value: float) -> None:
    state = GATConv(2, 3).state_dict()
    state["lin.weight"][2, 1] = value
    stream = io.BytesIO()
    torch.save(state, stream)
    with pytest.raises(GatvizError, match=rf"'lin.weight': expected finite numbers, found {value} at \[2, 1\]"):
        load_weights(stream.getvalue(), name="w.pt")


@pytest.mark.parametrize("far", [1e308, -1e308, 1e16, np.inf, 10**400])
def test_a_position_too_far_away_is_refused_by_its_node(far: float) -> None:
    points: list[list[Any]] = [[0, 0]] * 3 + [[0, far]]
    placed = TUTORIAL.with_positions(np.zeros((4, 2)))
    doors: list[Callable[[], Graph]] = [
        lambda: replace(TUTORIAL, positions=points),  # type: ignore[arg-type] # read as an array
        lambda: TUTORIAL.with_positions(points),  # type: ignore[arg-type] # read as an array
        lambda: editing.move(placed, ["3"], [[0, far]]),
    ]
    for door in doors:
        with pytest.raises(GatvizError, match=r"^position of '3': expected finite coordinates within"):
            door()


@given(st.integers(-(2**40), 2**40))
@example(16_777_217)
@example(16_777_216)
def test_what_float32_rounds_beyond_2_24_is_told(number: int) -> None:
    graph = with_x(number)
    told = int(np.float32(number)) != number
    assert bool(graph.rounding) is (told and abs(number) > 2**24)
    if graph.rounding:
        assert f"holds no {number} (feature 'f1' of '2')" in graph.rounding
        assert graph.rounding.endswith(f"becomes {int(np.float32(number))}")


def test_the_browser_gets_no_nan_and_no_number_that_became_infinite_on_the_way() -> None:
    encode({"names": ["NaN"], "positions": [[0.5, 1]], "none": None})
    for value in (float("nan"), float("inf"), {"deep": [1.0, [-float("inf")]]}):
        with pytest.raises(GatvizError, match=r"^the picture, part: expected finite numbers"):
            encode({"fine": 1, "part": value})
    with pytest.raises(GatvizError, match="float32"):
        packed(np.array([1.0, 1e39]))
    assert packed(np.array([np.nan, -np.inf, 1.0])).shape == [3]
