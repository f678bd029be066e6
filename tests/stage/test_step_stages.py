"""All steps of a model stand in the chain: in their order, whichever layer is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gatviz import (
    GAT,
    Activation,
    BatchNorm,
    GraphNorm,
    JumpingKnowledge,
    LayerNorm,
    LayerSettings,
    Linear,
    LogSoftmax,
    Readout,
    Sum,
    sample_graph,
)
from gatviz.attention.layers import new_generator
from gatviz.graph.subgraph import Part
from gatviz.model.around import AROUND
from gatviz.model.step import Step
from gatviz.model.trace import Trace
from gatviz.stage.column_names import input_names, steps_named
from gatviz.stage.pack import pack_scene
from gatviz.stage.screen_protocol import Scene
from gatviz.stage.stages import with_stage
from tests.stage.arrived import PALETTES

LAYER = LayerSettings(out_features=3, num_heads=2)
STEPS = [
    ("lin_in", Linear(6)),
    Activation("elu"),
    Sum((("conv1", LAYER), ("bn1", BatchNorm()))),
    ("act", Activation("prelu")),
    ("conv2", LAYER),
    LayerNorm(),
    GraphNorm(),
    JumpingKnowledge("cat"),
    ("lin_out", Linear(2, bias=False)),
    LogSoftmax(),
    Readout("mean"),
]
ORDER = ["lin_in", "elu", None, "bn1", "x + conv1 > bn1", "act", "conv2", "ln0", "gn0", "jk(cat)", "lin_out"]
ORDER += ["log_softmax", "mean"]


def traced() -> Trace:
    return GAT.of_steps(2, STEPS, generator=new_generator(0)).trace(sample_graph("tutorial"))


def scene_of(trace: Trace, layer: int, part: Part | None = None) -> Scene:
    shown = trace.layers[layer]
    return pack_scene(trace.graph, shown, [], PALETTES, {}, input_names(trace, layer), part, trace)


def numbers(packed: object) -> np.ndarray:
    return np.frombuffer(packed.f32, "<f4").reshape(packed.shape)  # type: ignore[attr-defined]


@pytest.mark.parametrize("layer", [0, 1])
def test_every_step_stands_in_the_chain_in_its_order_with_its_numbers(layer: int) -> None:
    trace = traced()
    stages = scene_of(trace, layer).stages
    names = [stage.plain for stage in stages]
    expected = ["conv1" if name is None else name for name in ORDER]
    own = expected.pop(expected.index(f"conv{layer + 1}"))
    outputs = [stage for stage in stages if stage.name.startswith("step-") and stage.name.count("-") == 1]
    assert [stage.plain for stage in outputs] == expected
    assert own not in names
    before = expected[: ORDER.index(None if layer == 0 else "conv2")]
    assert [name for name in names[: names.index("X")] if name in expected] == before
    walked = [step for step, _came, _left in steps_named(trace) if step.layer is not trace.layers[layer]]
    for stage, step in zip(outputs, walked, strict=True):
        np.testing.assert_array_equal(numbers(stage.values), step.output)
        assert (stage.latex, stage.caption) == (step.formula, step.caption)
        assert stage.shape == str(list(step.output.shape))
        assert len(stage.columns) == step.output.shape[1]
        assert stage.limit >= np.abs(step.output).max()


def test_every_parameter_of_a_step_can_be_typed_anew() -> None:
    trace = traced()
    stages = scene_of(trace, 0).stages
    held = {
        (step.name, name) for step, _came, _left in steps_named(trace) if step.layer is None for name in step.weights
    }
    entries = {(one.entries.step, one.entries.parameters[0]): one for one in stages if one.entries and one.entries.step}
    assert set(entries) == held
    steps = {step.name: step for step, _came, _left in steps_named(trace)}
    for (step, name), stage in entries.items():
        assert stage.values is not None
        assert stage.entries is not None
        np.testing.assert_array_equal(numbers(stage.values), np.atleast_2d(steps[step].weights[name]))
        assert stage.entries.rows == (steps[step].weights[name].ndim == 2)
        assert len(stage.columns) == stage.values.shape[-1]
        assert len(stage.row_names) == stage.values.shape[-2]
        assert stage.caption


def test_every_kind_of_step_tells_its_parameters() -> None:
    made: list[Step] = [Linear(2), BatchNorm(), LayerNorm(), GraphNorm(), Activation("prelu"), Activation("elu")]
    made += [JumpingKnowledge("max"), Readout("max"), LogSoftmax()]
    assert {type(step) for step in made} == set(AROUND.values())
    for step in made:
        assert set(step.parameters(3, None)) <= set(step.told)


def test_columns_are_called_after_what_made_them() -> None:
    trace = traced()
    left = {step.name or step.kind: names for step, _came, names in steps_named(trace)}
    assert input_names(trace, 0) == tuple(f"c{k}" for k in range(6))
    assert input_names(trace, 1) == left["act"] == tuple(f"c{k}" for k in range(6))
    assert left["bn1"] == ("h0 c0", "h0 c1", "h0 c2", "h1 c0", "h1 c1", "h1 c2")
    assert left["JumpingKnowledge"][:2] == ("l0 c0", "l0 c1")
    assert left["JumpingKnowledge"][-1] == "l1 h1 c2"
    assert left["LogSoftmax"] == left["Readout"] == ("c0", "c1")
    plain = GAT(2, [LAYER, replace(LAYER, concat=False)], generator=new_generator(0)).trace(sample_graph("tutorial"))
    assert input_names(plain, 0) == plain.graph.feature_names
    assert input_names(plain, 1)[0] == "h0 c0"


def test_the_change_stands_after_alpha_among_steps() -> None:
    stages = scene_of(traced(), 0).stages
    names = [stage.name for stage in stages]
    alpha = stages[names.index("alpha")]
    alpha.name = "change"
    more = [stage.name for stage in with_stage(scene_of(traced(), 0).stages, alpha)]
    assert more[more.index("alpha") + 1] == "change"


def test_of_a_part_the_rows_of_its_nodes_are_sent() -> None:
    trace = traced()
    part = Part(np.array([1, 3]), np.flatnonzero(np.isin(trace.layers[0].edge_index, [1, 3]).all(0)), 4, 8)
    stages = {stage.plain: stage for stage in scene_of(trace, 0, part).stages}
    np.testing.assert_array_equal(numbers(stages["elu"].values), trace.steps[1].output[[1, 3]])
    assert stages["mean"].row_names == ["all nodes"]
