"""A graph too large to draw: of every pair the stage says no arrow, an arrow that is not drawn with its α, or drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gatviz import GAT, Graph, LayerSettings
from gatviz.analysis import what_if
from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.layers import new_generator
from gatviz.graph.subgraph import Part, neighbourhood, strongest
from gatviz.model.layer_settings import Kind
from gatviz.model.trace import Trace
from gatviz.stage import part as stage_part
from gatviz.stage.change import pack_change
from gatviz.stage.column_names import input_names
from gatviz.stage.details import local_focus, pack_story
from gatviz.stage.pack import pack_scene
from gatviz.stage.protocol import EdgeFocus
from gatviz.stage.weightings import weightings
from tests.stage.arrived import PALETTES, as_sent


def dense_run(kind: Kind = "GAT", nodes: int = 300, seed: int = 0) -> Trace:
    """About a tenth of all pairs are arrows, node 5 reads nothing."""
    rng = np.random.default_rng(seed)
    adjacency = rng.random((nodes, nodes)) < 0.1
    adjacency[5] = False
    target, source = np.nonzero(adjacency)
    graph = Graph(
        names=tuple(map(str, range(nodes))), x=rng.normal(size=(nodes, 4)), edge_index=np.stack([source, target])
    )
    settings = LayerSettings(kind=kind, out_features=3, num_heads=2)
    return GAT(4, (settings,), self_loops="as_given", generator=new_generator(seed)).eval().trace(graph)


def parts(layer: LayerTrace) -> dict[str, Part]:
    edges, count = layer.edge_index, layer.num_nodes
    return {
        "strongest": strongest(layer.alpha, edges, count),
        "around": neighbourhood(edges, count, 7, 2, alpha=layer.alpha, max_edges=1_000),
        "alone": neighbourhood(edges, count, 5, 0, alpha=layer.alpha, max_edges=1_000),
        "small around": neighbourhood(edges, count, 7, 1, alpha=layer.alpha, max_edges=1_000),
        "whole": Part.whole(count, layer.num_edges),
    }


def packed_scene(trace: Trace, part: Part) -> dict[str, Any]:
    layer = trace.layers[0]
    names = input_names(trace, 0)
    sent: dict[str, Any] = as_sent(pack_scene(trace.graph, layer, weightings(layer), PALETTES, {}, names, part))
    return sent


def unpacked(packed: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(packed["f32"], "<f4").reshape(packed["shape"])


def stage(scene: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in scene["stages"] if one["name"] == name)


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
@pytest.mark.parametrize("which", ["strongest", "around", "alone", "small around", "whole"])
def test_every_pair_of_shown_nodes_is_told_as_the_run_has_it(kind: Kind, which: str) -> None:
    trace = dense_run(kind)
    layer = trace.layers[0]
    part = parts(layer)[which]
    scene = packed_scene(trace, part)
    edges = scene["edges"]
    place = {
        (part.nodes[i], part.nodes[j]): k for k, (j, i) in enumerate(zip(edges["source"], edges["target"], strict=True))
    }
    assert len(place) == len(edges["source"])
    values = [unpacked(w["values"]) for w in scene["weightings"]]
    fields = {name: unpacked(stage(scene, name)["values"]) for name in ("raw", "e") if hasattr(layer, name)}
    drawn = set(part.edges.tolist())
    states = set()
    for i in part.nodes.tolist():
        for j in part.nodes.tolist():
            edge, k = layer.edge_of(i, j), place.get((i, j))
            assert (edge is None) == (k is None)
            states.add("none" if edge is None else "drawn" if edge in drawn else "undrawn")
            if edge is None:
                continue
            assert (k < edges["drawn"]) == (edge in drawn)
            for weighting, sent in zip(weightings(layer), values, strict=True):
                assert sent[k] == np.float32(weighting.values[edge])
            for name, sent in fields.items():
                np.testing.assert_array_equal(sent[k], getattr(layer, name)[edge].astype("f4"))
            assert all(sent.shape[0] == len(place) for sent in values)
    if which in ("strongest", "around"):
        assert states == {"none", "drawn", "undrawn"}
    assert stage(scene, "masked_e")["valuesOf"] == "e"


@pytest.mark.parametrize("which", ["strongest", "around", "small around", "whole"])
def test_rows_counts_and_the_strongest_are_those_of_the_whole_graph(which: str) -> None:
    trace = dense_run()
    layer = trace.layers[0]
    part = parts(layer)[which]
    scene = packed_scene(trace, part)
    whole, shown = scene["whole"], set(part.nodes.tolist())
    assert (whole["nodes"], whole["edges"], whole["cut"]) == (300, layer.num_edges, which != "whole")
    assert whole["emptyRows"] == (5 in shown)
    source, target = layer.edge_index
    for n, node in enumerate(part.nodes.tolist()):
        into, out = np.flatnonzero(target == node), np.flatnonzero(source == node)
        for name, edges, other in (("reads", into, source), ("readBy", out, target)):
            assert whole[name][n] == edges.size
            assert whole["outside"][name][n] == (~np.isin(other[edges], part.nodes)).sum()
            assert whole["undrawn"][name][n] == (~np.isin(edges, part.edges)).sum()
        for choice, packed in zip(weightings(layer), scene["weightings"], strict=True):
            best = packed["strongest"][n]
            if best >= 0:
                assert target[part.edges[best]] == node
                assert choice.values[part.edges[best]] == choice.values[into].max()
            else:
                drawn = choice.values[into[np.isin(into, part.edges)]]
                assert drawn.size == 0 or drawn.max() < choice.values[into].max()
            if packed["rows"] is None:
                assert which == "whole"
                continue
            here = into[np.isin(source[into], part.nodes)]
            sums = {
                "all": into,
                "here": here,
                "drawn": np.intersect1d(into, part.edges),
                "outside": np.setdiff1d(into, here),
            }
            for name, edges in sums.items():
                expected = choice.values[edges].astype(np.float64).sum()
                assert unpacked(packed["rows"][name])[n] == pytest.approx(expected, abs=1e-6)
    for choice, packed in zip(weightings(layer), scene["weightings"], strict=True):
        assert tuple(packed["range"]) == (choice.values.min(), choice.values.max())


@pytest.mark.parametrize("which", ["strongest", "around", "small around"])
def test_what_a_target_takes_in_adds_up_to_its_h_prime_though_not_all_of_it_is_drawn(which: str) -> None:
    trace = dense_run()
    layer = trace.layers[0]
    part = parts(layer)[which]
    message = stage(packed_scene(trace, part), "message")
    total = unpacked(message["rest"]).astype(np.float64)
    np.add.at(total, part.local()[layer.edge_index[1, part.edges]], unpacked(message["values"]))
    np.testing.assert_allclose(total, layer.h_prime[part.nodes], atol=1e-5)


def test_the_story_of_an_arrow_that_is_not_drawn_is_told() -> None:
    trace = dense_run()
    layer = trace.layers[0]
    part = parts(layer)["strongest"]
    undrawn = part.among(layer.edge_index)[part.edges.size :]
    source, target = layer.edge_index[:, undrawn[0]].tolist()
    story = pack_story(trace.graph, layer, part, (target, source, 1), input_names(trace, 0))
    place = local_focus(target, source, part)
    assert story is not None
    assert isinstance(place, EdgeFocus)
    assert (story.target, story.source, story.head) == (place.target, place.source, 1)
    assert story.formulas


def test_changes_of_arrows_that_are_not_drawn_are_told_too() -> None:
    after = dense_run()
    now = after.layers[0]
    other = GAT(4, (LayerSettings(out_features=3, num_heads=2),), self_loops="as_given", generator=new_generator(9))
    before = other.eval().trace(after.graph)
    part = parts(now)["strongest"]
    packed = as_sent(pack_change(what_if(before, after), part, baseline="A"))
    delta = now.alpha - before.layers[0].alpha
    np.testing.assert_allclose(unpacked(packed["values"]), delta[part.among(now.edge_index)].T, atol=1e-6)
    for head in range(2):
        for n, best in enumerate(packed["strongest"][head]):
            into = now.edges_into(int(part.nodes[n]))
            size = np.abs(delta[into, head])
            drawn = np.isin(np.arange(into.start, into.stop), part.edges)
            assert (best >= 0) == bool(drawn.any() and size[drawn].max() == size.max() and size.max() > 0)


def test_numbers_that_there_is_no_room_for_are_not_sent_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage_part, "MAX_UNDRAWN_VALUES", 10)
    trace = dense_run()
    part = parts(trace.layers[0])["strongest"]
    scene = packed_scene(trace, part)
    assert scene["whole"]["sent"] is False
    assert len(scene["edges"]["source"]) > part.edges.size  # that they are there is told all the same
    assert unpacked(scene["weightings"][0]["values"]).size == part.edges.size
