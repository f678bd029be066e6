"""Edges: sorting, pointers, what was given, self-loop policies, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import Edges, GatvizError, Graph
from gatviz.attention.edges import SelfLoops

# 0 → 1, 2 → 1, 1 → 1, 1 → 0, in a mixed order; node 2 reads nobody and node 3 is alone
MIXED = torch.tensor([[2, 1, 0, 1], [1, 0, 1, 1]])

NO: Any = "no"


def made(given: Any, *more: Any) -> Edges:
    """Edges of anything, also of what is refused."""
    return Edges.from_edge_index(given, *more)


def of_matrix(given: Any) -> Edges:
    return Edges.from_adjacency(given)


def test_sorted_by_target_then_source_with_pointers() -> None:
    edges = Edges.from_edge_index(MIXED, 4)
    assert edges.edge_index.tolist() == [[1, 0, 1, 2], [0, 1, 1, 1]]
    assert edges.ptr.tolist() == [0, 1, 4, 4, 4]
    assert edges.input_edge.tolist() == [1, 2, 3, 0]
    assert edges.added_loops.tolist() == [False] * 4
    assert edges.source.tolist() == [1, 0, 1, 2]
    assert edges.target.tolist() == [0, 1, 1, 1]
    assert (edges.num_nodes, edges.num_edges) == (4, 4)


def test_add_missing_puts_loops_in_their_sorted_place() -> None:
    edges = Edges.from_edge_index(MIXED, 4, "add_missing")
    assert edges.edge_index.tolist() == [[0, 1, 0, 1, 2, 2, 3], [0, 0, 1, 1, 1, 2, 3]]
    assert edges.input_edge.tolist() == [-1, 1, 2, 3, 0, -1, -1]
    assert edges.added_loops.tolist() == [True, False, False, False, False, True, True]
    assert edges.ptr.tolist() == [0, 2, 5, 6, 7]


def test_remove_takes_loops_out_and_keeps_the_columns() -> None:
    edges = Edges.from_edge_index(MIXED, 4, "remove")
    assert edges.edge_index.tolist() == [[1, 0, 2], [0, 1, 1]]
    assert edges.input_edge.tolist() == [1, 2, 0]


def test_a_policy_applied_later_still_names_what_was_first_given() -> None:
    given = Edges.from_edge_index(MIXED, 4)
    for policy in ("add_missing", "remove"):
        at_once, later = Edges.from_edge_index(MIXED, 4, policy), given.with_self_loops(policy)
        for name in ("edge_index", "ptr", "input_edge"):
            assert torch.equal(getattr(later, name), getattr(at_once, name)), (policy, name)
    assert given.with_self_loops("as_given") is given
    again = given.with_self_loops("add_missing").with_self_loops("remove")
    assert again.input_edge.tolist() == [1, 2, 0]
    twice = given.with_self_loops("remove").with_self_loops("add_missing")
    assert twice.input_edge.tolist() == [-1, 1, 2, -1, 0, -1, -1]  # the loop at 1 was taken out, so it is added


def test_an_adjacency_is_rows_of_targets() -> None:
    adj = torch.tensor([[0.0, 2.0, 0.0], [0.5, 0.0, -1.0], [0.0, 0.0, 0.0]])
    edges = Edges.from_adjacency(adj)
    assert edges.edge_index.tolist() == [[1, 0, 2], [0, 1, 1]]
    assert edges.input_edge.tolist() == [0, 1, 2]
    for form in (adj.bool(), adj.double(), adj.numpy(), adj.tolist()):
        assert torch.equal(of_matrix(form).edge_index, edges.edge_index)
    added = Edges.from_adjacency(adj, "add_missing")
    assert added.input_edge.tolist() == [-1, 0, 1, -1, 2, -1]


def test_edges_of_a_graph_count_its_edges() -> None:
    graph = Graph(tuple("ABCD"), np.ones((4, 1)), MIXED.numpy())
    edges = Edges.from_graph(graph, "add_missing")
    assert edges.input_edge.tolist() == [-1, 1, 2, 3, 0, -1, -1]


@pytest.mark.parametrize("form", ["int32", "uint8", "numpy", "list", "not contiguous"])
def test_forms_of_an_edge_index(form: str) -> None:
    value: Any = {
        "int32": MIXED.int(),
        "uint8": MIXED.to(torch.uint8),
        "numpy": MIXED.numpy(),
        "list": MIXED.tolist(),
        "not contiguous": MIXED.t().contiguous().t(),
    }[form]
    edges = Edges.from_edge_index(value, 4)
    assert edges.edge_index.tolist() == [[1, 0, 1, 2], [0, 1, 1, 1]]
    assert edges.edge_index.dtype == edges.ptr.dtype == edges.input_edge.dtype == torch.int64


@pytest.mark.parametrize("empty", [torch.zeros(2, 0), torch.zeros(2, 0).long(), np.zeros((2, 0)), [[], []]])
@pytest.mark.parametrize("nodes", [0, 1, 3])
def test_no_edges(empty: Any, nodes: int) -> None:
    edges = Edges.from_edge_index(empty, nodes)
    assert edges.num_edges == 0
    assert edges.ptr.tolist() == [0] * (nodes + 1)
    loops = edges.with_self_loops("add_missing")
    assert loops.edge_index.tolist() == [list(range(nodes))] * 2
    assert loops.input_edge.tolist() == [-1] * nodes
    assert Edges.from_adjacency(torch.zeros(nodes, nodes)).num_edges == 0


def test_later_changes_to_what_was_given_do_not_reach_in() -> None:
    index = torch.tensor([[0, 1], [0, 1]])
    edges = Edges.from_edge_index(index, 2)
    index.fill_(0)
    assert edges.edge_index.tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Edges.from_edge_index(torch.ones(2, 3), 4), r"edge_index: expected integers of shape \[2, E\]"),
        (lambda: Edges.from_edge_index(torch.ones(2, 3).bool(), 4), "edge_index: expected integers"),
        (lambda: Edges.from_edge_index(torch.ones(3, 2).long(), 4), r"found torch.int64 of shape \[3, 2\]"),
        (lambda: Edges.from_edge_index(torch.ones(2).long(), 4), r"found torch.int64 of shape \[2\]"),
        (lambda: made([["a"], ["b"]], 4), "edge_index: expected a tensor or an array of numbers"),
        (lambda: made([[0, 1], [1]], 4), "edge_index: expected a tensor or an array of numbers"),
        (lambda: made([[0], [4]], 4), "expected node numbers from 0 to 3, found 4"),
        (lambda: made([[-1], [0]], 4), "expected node numbers from 0 to 3, found -1"),
        (lambda: made([[0], [0]], 0), "edge_index: expected .*found 0"),
        (lambda: made([[0, 0, 2], [1, 1, 1]], 3), "expected each edge once, found 0 → 1"),
        (lambda: made([[0], [1]], 2, "sometimes"), "self_loops: expected .*found 'sometimes'"),
        (lambda: made([[0], [1]], 2).with_self_loops(NO), "self_loops: expected .*found 'no'"),
        (lambda: Edges.from_adjacency(torch.ones(2, 3)), r"adj: expected a square matrix \[N, N\], found shape"),
        (lambda: Edges.from_adjacency(torch.ones(4)), "adj: expected a square matrix"),
        (lambda: of_matrix([[0, float("nan")], [0, 0]]), "adj: expected finite numbers"),
        (lambda: of_matrix([[0, float("-inf")], [0, 0]]), "adj: expected finite numbers"),
        (lambda: Edges.from_adjacency(torch.ones(2, 2) * 1j), "adj: expected a dense tensor of real numbers"),
        (lambda: Edges.from_adjacency(torch.ones(2, 2).to_sparse()), "adj: expected a dense tensor"),
        (lambda: Edges.from_adjacency(torch.ones(2, 2, device="meta")), "adj: expected values"),
    ],
)
def test_refusals(make: Callable[..., Any], message: str) -> None:
    with pytest.raises(GatvizError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_on_meta() -> None:
    edges = Edges.from_edge_index(torch.zeros(2, 7, dtype=torch.long, device="meta"), 5)
    for name in ("edge_index", "ptr", "input_edge"):
        assert getattr(edges, name).is_meta
    assert edges.ptr.shape == (6,)


def test_to_a_device_it_is_on_gives_itself() -> None:
    edges = Edges.from_edge_index(MIXED, 4)
    assert edges.to("cpu") is edges
    moved = edges.to("meta")
    assert moved.edge_index.is_meta
    assert moved.num_nodes == 4


edges = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), unique=True),
        st.sampled_from(["as_given", "add_missing", "remove"]),
    )
)


@settings(max_examples=150, deadline=None)
@given(edges)
def test_whatever_is_given_comes_back_sorted_with_its_column(
    drawn: tuple[int, list[tuple[int, int]], SelfLoops],
) -> None:
    nodes, pairs, policy = drawn
    index = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).t()
    edges = Edges.from_edge_index(index, nodes, policy)
    found = [tuple(edge) for edge in edges.edge_index.t().tolist()]
    loops = {(n, n) for n in range(nodes)}
    expected = {"as_given": set(pairs), "add_missing": set(pairs) | loops, "remove": set(pairs) - loops}[policy]
    assert found == sorted(expected, key=lambda edge: (edge[1], edge[0]))
    for edge, column in zip(found, edges.input_edge.tolist(), strict=True):
        assert (edge not in pairs) if column == -1 else (pairs[column] == edge)
    for node in range(nodes):
        start, stop = edges.ptr[node], edges.ptr[node + 1]
        assert [edge for edge in found if edge[1] == node] == found[start:stop]
