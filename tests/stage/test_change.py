"""Δα for the stage: every arrow its own number, new and gone ones said."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatviz import GAT, LayerSettings, sample_graph
from gatviz.analysis import what_if
from gatviz.attention.layers import new_generator
from gatviz.graph import editing
from gatviz.graph.positions import default_positions
from gatviz.graph.subgraph import Part
from gatviz.stage.change import change_stage, pack_change
from tests.stage.arrived import as_sent


def unpacked(packed: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(packed["f32"], "<f4").reshape(packed["shape"])


def test_new_gone_and_kept_arrows() -> None:
    graph = sample_graph("tutorial")
    graph = graph.with_positions(default_positions(graph))
    edited = editing.add_node(editing.remove(graph, edges=[("3", "0")]), "4", (0, 0))
    edited = editing.add_edges(edited, [("4", "2")])
    model = GAT(2, (LayerSettings(out_features=3, num_heads=2),), generator=new_generator(1)).eval()
    before, after = model.trace(graph), model.trace(edited)
    then, now = before.layers[0], after.layers[0]
    change, part = what_if(before, after), Part.whole(now.num_nodes, now.num_edges)
    packed = as_sent(pack_change(change, part, baseline="A"))
    delta = unpacked(packed["values"])
    old = {(j, i): then.alpha[k] for k, (j, i) in enumerate(then.edge_index.T.tolist())}
    for k, (j, i) in enumerate(now.edge_index.T.tolist()):
        expected = now.alpha[k] - old.get((j, i), 0)
        np.testing.assert_allclose(delta[:, k], expected, atol=1e-6)
        assert packed["isNew"][k] == ((j, i) not in old)
    assert packed["gone"] == [{"source": 3, "target": 0, "names": ("3", "0")}]
    np.testing.assert_allclose(unpacked(packed["goneValues"])[:, 0], -old[3, 0], atol=1e-7)
    dense = unpacked(as_sent(change_stage(change, now, part))["pairs"])
    np.testing.assert_allclose(dense[:, 0, 3], -old[3, 0], atol=1e-6)


def test_a_part_keeps_only_its_arrows() -> None:
    graph = sample_graph("karate_club")
    model = GAT(graph.num_features, (LayerSettings(out_features=3, num_heads=2),), generator=new_generator(1)).eval()
    other = GAT(graph.num_features, (LayerSettings(out_features=3, num_heads=2),), generator=new_generator(2)).eval()
    before, after = model.trace(graph), other.trace(graph)
    now = after.layers[0]
    nodes = np.array([0, 5, 6, 10])
    edges = np.flatnonzero(np.isin(now.edge_index, nodes).all(axis=0))
    packed = as_sent(
        pack_change(what_if(before, after), Part(nodes, edges, now.num_nodes, now.num_edges), baseline="A")
    )
    np.testing.assert_allclose(unpacked(packed["values"]), (now.alpha - before.layers[0].alpha)[edges].T, atol=1e-6)
    assert len(packed["strongest"][0]) == 4
