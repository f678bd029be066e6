"""The table of the chain: all that runs has its row, and a row more is a stage more, wherever stages are shown."""

from __future__ import annotations

import dataclasses
from dataclasses import fields
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from gatviz import GAT, GATTrace, GATv2Trace, LayerSettings, LayerTrace, sample_graph
from gatviz.attention import chain
from gatviz.attention.chain import CHAIN, place, stages, stages_of
from gatviz.attention.layers import new_generator
from gatviz.attention.stage_row import KINDS, Stage
from gatviz.graph.subgraph import Part
from gatviz.model.layer_settings import Kind
from gatviz.stage.pack import pack_scene
from gatviz.stage.protocol import Stage as Packed
from gatviz.stage.stages import pack_stages, with_stage
from tests.stage.arrived import PALETTES

TRACES = {"GAT": GATTrace, "GATv2": GATv2Trace}
NO_STAGES = {"edge_index", "ptr", "input_edge", "weights", "negative_slope", "dropout", "concat"}
NO_STAGES |= {"activation", "attention", "edge_in_message", "feature_dropout"}
"""What a trace holds beside stages: its edges, the parameters (which are stages of their own) and the settings."""
YES_NO = (False, True)


def run(kind: Kind, residual: bool = True, bias: bool = True, dropout: float = 0.5, **more: Any) -> LayerTrace:
    parts = {"residual": residual, "bias": bias, "dropout": dropout, **more}
    model = GAT(2, [LayerSettings(kind=kind, out_features=2, num_heads=3, **parts)], generator=new_generator(0)).train()
    graph = sample_graph("tutorial")
    graph = dataclasses.replace(graph, edge_features=np.linspace(-1, 1, 2 * graph.num_edges).reshape(-1, 2))
    return model.trace(graph, generator=new_generator(1)).layers[0]


def packed(trace: LayerTrace) -> list[Packed]:
    return pack_stages(trace, Part.whole(trace.num_nodes, trace.num_edges), ["f0", "f1"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_trace_and_every_parameter_has_its_row_and_every_row_its_value(kind: Kind) -> None:
    held = [stage.name for stage in stages(kind) if stage.origin == "trace"]
    assert sorted(held) == sorted({field.name for field in fields(TRACES[kind])} - NO_STAGES)
    more: dict[str, Any] = {
        "activation": "prelu",
        "edge_features": 2,
        "projection_bias": True,
        **({"score_bias": True} if kind == "GAT" else {}),
    }
    trace = run(kind, **more)
    of_weights = [stage for stage in stages(kind) if stage.origin == "weights"]
    assert sorted(name for stage in of_weights for name in stage.parameters or (stage.name,)) == sorted(trace.weights)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("edges", [0, 2])
@pytest.mark.parametrize(("residual", "bias", "dropped", "shared"), list(product(YES_NO, repeat=4)))
def test_what_is_packed_are_the_rows_of_the_layer_in_their_order(
    kind: Kind, edges: int, residual: bool, bias: bool, dropped: bool, shared: bool
) -> None:
    own = {"projection_bias": bias, ("share_weights" if kind == "GATv2" else "score_bias"): shared}
    rate = 0.5 if dropped else 0.0
    trace = run(kind, residual, bias, rate, edge_features=edges, feature_dropout=rate, **own)
    names = [stage.name for stage in packed(trace)]
    assert names == [stage.name for stage in stages_of(trace.form) if stage.name != "change"]
    assert [info.name for info in trace.fields if info.name in names] == [
        stage.name for stage in stages_of(trace.form) if stage.origin == "trace"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_stands_twice_in_one_kinds_chain(kind: Kind) -> None:
    names = [stage.name for stage in stages(kind)]
    assert len(set(names)) == len(names)
    assert all(place(one) < place(other) for one, other in pairwise(names))


def test_a_stage_more_is_one_row_and_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field that no module has heard of is listed, told and packed, by its row alone."""
    row = Stage(
        name="doubled",
        symbol="2e",
        shape="[E, H]",
        formula=r"2\,e_{ij}",
        caption="Twice the score.",
        layout="pairs",
        scale="change",
        kinds=("GAT",),
        unfolded=True,
    )
    after = place("alpha")
    monkeypatch.setattr(chain, "CHAIN", (*CHAIN[:after], row, *CHAIN[after:]))
    monkeypatch.setattr(GATTrace, "doubled", property(lambda trace: 2 * trace.e), raising=False)
    trace = run("GAT")
    assert row.of(trace.form) in trace.fields
    stages = packed(trace)
    names = [stage.name for stage in stages]
    shown = stages[names.index("doubled")]
    assert names.index("masked_e") + 1 == names.index("doubled") == names.index("alpha") - 1
    told = (row.caption, row.formula, True, "doubled")
    assert (shown.caption, shown.latex, shown.per_head, shown.plain) == told
    assert shown.shape == f"[{trace.num_edges}, 3]"
    assert shown.limit == pytest.approx(2 * np.abs(trace.e).max())
    assert shown.values is not None
    assert shown.values.shape == [trace.num_edges, 3]
    scene = pack_scene(sample_graph("tutorial"), trace, [], PALETTES, {}, ["f0", "f1"])
    assert "doubled" in scene.open_at_start
    assert "doubled" not in [info.name for info in run("GATv2").fields]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stage_that_comes_later_takes_its_place(kind: Kind) -> None:
    stages = packed(run(kind, edge_features=2))
    names = [stage.name for stage in stages]
    for gone in range(len(stages)):
        rest = [*stages[:gone], *stages[gone + 1 :]]
        assert [stage.name for stage in with_stage(rest, stages[gone])] == names
    after = with_stage(stages, replace(stages[0], name="change"))
    assert [stage.name for stage in after][names.index("alpha") : names.index("alpha") + 2] == ["alpha", "change"]
