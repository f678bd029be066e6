"""What is packed is what the protocol declares, for any graph and both kinds of layer."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GAT, Graph, LayerSettings, Trace
from gatviz.analysis import what_if
from gatviz.attention.layers import new_generator
from gatviz.graph.subgraph import Part, neighbourhood
from gatviz.model.layer_settings import Kind
from gatviz.model.proof import proofs
from gatviz.stage.change import change_stage, pack_change
from gatviz.stage.column_names import input_names
from gatviz.stage.details import first_edge, pack_proofs, pack_story
from gatviz.stage.pack import pack_scene
from gatviz.stage.protocol import Answer, Change, Message, Proof, Stage, Story
from gatviz.stage.reasons import pack_answers
from gatviz.stage.screen_protocol import Scene
from gatviz.stage.weightings import weightings
from gatviz.stage.wire import encode
from tests.stage.arrived import PALETTES, arrived, as_sent


def run(seed: int, kind: Kind, model: int) -> Trace:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 7))
    edges = np.stack(np.nonzero(rng.random((count, count)) < rng.random()))
    graph = Graph(tuple(f"n{n}" for n in range(count)), rng.normal(size=(count, 2)), edges)
    rows = LayerSettings(kind=kind, out_features=2, num_heads=1 + seed % 3, residual=seed % 2 == 0)
    return GAT(2, [rows], self_loops="as_given", generator=new_generator(model)).eval().trace(graph)


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.booleans())
def test_all_that_is_packed_is_what_the_protocol_declares(kind: Kind, seed: int, cut: bool) -> None:
    before, after = run(seed, kind, 1), run(seed, kind, 2)
    layer, names = after.layers[0], input_names(after, 0)
    part = Part.whole(layer.num_nodes, layer.num_edges)
    if cut:
        part = neighbourhood(layer.edge_index, layer.num_nodes, 0, 1, alpha=layer.alpha, max_edges=3)
    edge = first_edge(layer, part)
    found = what_if(before, after)
    which = [choice.which for choice in weightings(layer)]
    told: list[tuple[Message | None, Any]] = [
        (pack_scene(after.graph, layer, weightings(layer), PALETTES, {"a": "b"}, names, part), Scene),
        (pack_change(found, part, baseline="A"), Change),
        (change_stage(found, layer, part), Stage),
        (pack_story(after.graph, layer, part, edge, names), Story | None),
        *((told, Answer) for told in pack_answers(layer, part, after.graph.names, which, *(edge or (None, None))[:2])),
        *((proof, Proof) for proof in pack_proofs(proofs(layer))),
    ]
    for message, kind_of_it in told:
        assert msgspec.convert(as_sent(message), kind_of_it) == message
        assert msgspec.convert(arrived(encode({"one": message}))["one"], kind_of_it) == message
