"""What a researcher may hand over by mistake or by habit is understood, or refused in a sentence of gatviz's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
import torch

import gatviz
from gatviz import GAT, GatvizError, Graph, analysis, export, sample_graph
from gatviz.attention.layers import new_generator

X = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
EDGES = [[0, 1, 2], [1, 2, 0]]
NAMES = ("a", "b", "c")
KARATE = sample_graph("karate_club")
MODEL = GAT.of_paper(KARATE.num_features, 2, generator=new_generator(0)).eval()
RUN = MODEL.trace(KARATE)
LAYER = RUN.layers[0]


def small(**given: Any) -> Graph:
    return Graph(**{"names": NAMES, "x": X, "edge_index": EDGES, **given})


FEATURES = {
    **{str(kind): torch.tensor(X).to(kind) for kind in (torch.bfloat16, torch.half, torch.double, torch.int64)},
    "gradient": torch.tensor(X, requires_grad=True),
    "sparse": torch.tensor(X).to_sparse(),
    "scipy": sp.csr_matrix(X),
    "rows": list(torch.tensor(X)),
}


@pytest.mark.parametrize("given", FEATURES.values(), ids=FEATURES)
def test_features_are_the_same_in_whatever_form_they_come(given: Any) -> None:
    np.testing.assert_array_equal(small(x=given).x, X)


@pytest.mark.parametrize("kind", [torch.int8, torch.uint8, torch.int32, torch.int64])
def test_edges_are_the_same_in_whatever_form_they_come(kind: torch.dtype) -> None:
    for given in (torch.tensor(EDGES).to(kind), torch.tensor(EDGES).to(kind).numpy()):
        np.testing.assert_array_equal(small(edge_index=given).edge_index, EDGES)


@pytest.mark.parametrize("given", [torch.tensor([0, 1, 0]), np.array([0, 1, 0]), [0, 1, 0], ["0", "1", "0"]], ids=repr)
def test_classes_are_named_alike_in_whatever_form_they_come(given: Any) -> None:
    assert small(labels=given).labels == ("0", "1", "0")


def test_a_label_that_a_table_lacks_is_none() -> None:
    assert small(labels=["a", float("nan"), None]).labels == ("a", None, None)
    assert small(labels=np.array([np.nan, 1.0, 2.0])).labels == (None, "1.0", "2.0")


def test_a_run_in_bfloat16_is_shown() -> None:
    alpha = GAT.of_paper(KARATE.num_features, 2, generator=new_generator(0)).bfloat16().eval().trace(KARATE)
    np.testing.assert_allclose(alpha.layers[0].alpha, LAYER.alpha, atol=0.02)


def test_numbers_of_numpy_are_numbers() -> None:
    trained = gatviz.fit(KARATE, MODEL, epochs=np.int64(1), seed=np.int32(1), patience=None)  # type: ignore[arg-type]
    assert (type(trained.schedule.epochs), type(trained.schedule.seed)) == (int, int)
    np.testing.assert_array_equal(LAYER.dense("alpha", np.int64(1)), LAYER.dense("alpha", 1))  # type: ignore[arg-type]
    assert analysis.top_edges(LAYER, 0, np.int64(3)).shape[0] == 3  # type: ignore[arg-type]


NUMBERS: dict[str, Callable[[Any], Any]] = {
    "dense": lambda given: LAYER.dense("alpha", given),
    "top_edges, head": lambda given: analysis.top_edges(LAYER, given),
    "top_edges, count": lambda given: analysis.top_edges(LAYER, 0, given),
    "edge_story, target": lambda given: analysis.edge_story(LAYER, target=given, source=0, head=0),
    "edge_story, head": lambda given: analysis.edge_story(LAYER, target=2, source=0, head=given),
    "explain_node": lambda given: analysis.explain_node(MODEL, KARATE, given),
    "fit": lambda given: gatviz.fit(KARATE, MODEL, epochs=given),
    "epoch": lambda given: gatviz.fit(KARATE, MODEL, epochs=0).epoch(given),
}


@pytest.mark.parametrize("given", [-1, 1.5, "x", None, [0]], ids=repr)
@pytest.mark.parametrize("ask", NUMBERS.values(), ids=NUMBERS)
def test_what_is_no_number_of_anything_is_refused(ask: Callable[[Any], Any], given: Any) -> None:
    with pytest.raises(GatvizError):
        ask(given)


MISTAKEN: dict[str, Callable[[], Any]] = {
    "complex features": lambda: small(x=torch.tensor(X).to(torch.complex64)),
    "words as features": lambda: small(x=[["a"], ["b"], ["c"]]),
    "a ragged edge_index": lambda: small(edge_index=[[0, 1], [1]]),
    "an adjacency as edge_index": lambda: small(edge_index=torch.eye(3).to_sparse()),
    "scipy's adjacency as edge_index": lambda: small(edge_index=sp.eye(3)),
    "no edge_index": lambda: small(edge_index=None),
    "no names": lambda: small(names=None),
    "a number as labels": lambda: small(labels=3),
    "a list as networkx": lambda: Graph.from_networkx([1]),  # type: ignore[arg-type]
    "networkx written": lambda: gatviz.write_graph(nx.path_graph(3), None, "json"),
    "networkx explained": lambda: analysis.explain_node(MODEL, nx.path_graph(3), 0),
    "networkx trained on": lambda: gatviz.fit(nx.path_graph(3), MODEL),
    "networkx run": lambda: MODEL.trace(nx.path_graph(3)),
    "nothing run": lambda: MODEL.trace(None),  # type: ignore[arg-type]
}
OF_A_RUN: dict[str, Callable[[Any], Any]] = {
    "write_alpha": lambda run: export.write_alpha(run, None, "json"),
    "alpha_table": export.alpha_table,
    "graph_with_alpha": export.graph_with_alpha,
    "arrays_of": export.arrays_of,
    "npz_of": export.npz_of,
    "torch_script": export.torch_script,
    "pyg_script": export.pyg_script,
    "predictions": analysis.predictions,
    "what_if": lambda run: analysis.what_if(run, RUN),
    "what_if, after": lambda run: analysis.what_if(RUN, run),
}


@pytest.mark.parametrize("ask", MISTAKEN.values(), ids=MISTAKEN)
def test_what_is_something_else_is_refused(ask: Callable[[], Any]) -> None:
    with pytest.raises(GatvizError):
        ask()


@pytest.mark.parametrize("given", [None, LAYER, MODEL], ids=["nothing", "a layer's run", "a model"])
@pytest.mark.parametrize("ask", OF_A_RUN.values(), ids=OF_A_RUN)
def test_what_is_no_run_of_a_model_is_refused(ask: Callable[[Any], Any], given: Any) -> None:
    with pytest.raises(GatvizError, match="the run of a model, a Trace"):
        ask(given)
