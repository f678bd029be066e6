"""Every sample graph opens, is small, is laid out by hand and says what it teaches."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from gatviz import GatvizError
from gatviz.files import sample_graph, sample_graph_names, samples


@pytest.mark.parametrize("name", sample_graph_names())
def test_each_sample_is_small_placed_and_described(name: str) -> None:
    graph = sample_graph(name)
    assert graph.notes == ()
    assert 0 < graph.num_nodes <= 200
    assert graph.positions is not None
    gaps = np.linalg.norm(graph.positions[:, None] - graph.positions[None], axis=2)
    size = np.ptp(graph.positions, axis=0).max()
    assert (gaps + 9 * np.eye(graph.num_nodes)).min() > 0.03 * size
    assert len(graph.description) > 60
    assert graph.num_features > 0


def test_the_tutorials_graph_comes_first_and_is_the_tutorials() -> None:
    assert sample_graph_names()[0] == "tutorial"
    graph = sample_graph("tutorial")
    adj = np.zeros((4, 4), dtype=int)
    adj[graph.edge_index[1], graph.edge_index[0]] = 1
    assert graph.names == ("0", "1", "2", "3")
    assert adj.tolist() == [[1, 1, 0, 1], [1, 1, 1, 0], [0, 1, 1, 1], [1, 0, 1, 1]]
    assert graph.x.tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]


def test_the_karate_club_is_zacharys() -> None:
    graph, truth = sample_graph("karate_club"), nx.karate_club_graph()
    assert set(map(frozenset, graph.edge_index.T.tolist())) == set(map(frozenset, truth.edges))
    assert graph.num_edges == 156
    assert graph.labels == tuple(truth.nodes[n]["club"] for n in truth)
    assert "Zachary" in graph.description
    assert "1977" in graph.description
    assert graph.split is not None
    assert {part: graph.split.count(part) for part in set(graph.split)}.keys() == {"train", "val", "test"}
    degree = graph.x[:, graph.feature_names.index("degree")]
    assert degree * 17 == pytest.approx([truth.degree(n) for n in truth], abs=1e-3)


def test_one_sample_has_an_isolated_node_and_one_that_reads_nobody() -> None:
    graph = sample_graph("directed_with_isolated_node")
    incoming = np.bincount(graph.edge_index[1], minlength=graph.num_nodes)
    outgoing = np.bincount(graph.edge_index[0], minlength=graph.num_nodes)
    assert ((incoming == 0) & (outgoing == 0)).any()
    assert ((incoming == 0) & (outgoing > 0)).any()


def homophily(name: str) -> float:
    graph = sample_graph(name)
    same = graph.class_index[graph.edge_index[0]] == graph.class_index[graph.edge_index[1]]
    return float(same.mean())


def test_one_sample_is_homophilous_and_one_is_not() -> None:
    assert homophily("two_communities") > 0.8
    assert homophily("opposites") < 0.3


def test_unknown_samples_and_a_missing_folder_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(GatvizError, match=r"sample_graph: expected one of tutorial, .*, found 'moon'; choose one of"):
        sample_graph("moon")
    monkeypatch.setattr(samples, "FOLDER", tmp_path / "none")
    with pytest.raises(GatvizError, match="JSON files in the folder sample_graphs"):
        sample_graph_names()
