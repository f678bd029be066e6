"""Whatever stands at whatever place of gatviz's own JSON: a graph, or one sentence that names the place."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatviz import GatvizError, read_graph

GRAPH: dict[str, Any] = {
    "description": "three nodes",
    "directed": True,
    "feature_names": ["f0", "f1"],
    "nodes": [
        {"id": "A", "features": [1, 0], "label": "x", "pos": [0, 0], "split": "train"},
        {"id": "B", "features": [0.5, -2], "label": "y", "pos": [1, 0.5], "split": "val"},
        {"id": 3, "features": [0, 0], "label": None, "pos": [1, 1], "split": None},
    ],
    "edges": [{"source": "A", "target": "B", "weight": 2}, ["B", 3]],
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to each value in a graph, itself included."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inside for place in places(item, (*path, key)))]


def changed(path: tuple[Any, ...], value: Any) -> Any:
    """The graph with another value at a place."""
    graph = copy.deepcopy(GRAPH)
    if not path:
        return value
    holder = graph
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return graph


def node_link(graph: Any) -> Any:
    """The same as networkx writes it."""
    return {**graph, "multigraph": False} if isinstance(graph, dict) else graph


def said(graph: Any) -> str:
    """The sentence, "" for a graph."""
    try:
        read_graph(json.dumps(graph).encode())
    except GatvizError as error:
        return str(error)
    return ""


def check(path: tuple[Any, ...], sentence: str) -> None:
    """A sentence is gatviz's own and tells where: which node or edge, or which key of the file."""
    if not sentence:
        return
    assert re.fullmatch(r"the file.*: expected .+, found .+; .+\.", sentence), sentence
    assert "`" not in sentence, "the library's own words"
    assert "$" not in sentence, "the library's own path"
    if len(path) > 1 and path[0] in ("nodes", "edges"):
        key, k = path[:2]
        named = [f"{key}[{k}]", f"{key.removesuffix('s')} {k}"]  # `node 1`, where Graph itself refuses
        named += ["edges[", "split, node", "nodes["]  # the edge to a node that is no more; the first of two alike
        assert any(name in sentence for name in named), sentence
    elif path:
        assert path[0].removesuffix("s") in sentence, sentence


WRONG: tuple[object, ...] = (None, True, 7, 0.5, "word", [], {}, [1, 2, 3], ["a"], {"a": 1}, [[[]]])


@pytest.mark.parametrize("path", places(GRAPH), ids=lambda path: "/".join(map(str, path)) or "all")
def test_every_place_refuses_or_takes_every_kind_of_value(path: tuple[Any, ...]) -> None:
    for value in WRONG:
        check(path, said(changed(path, value)))
        check(path, said(node_link(changed(path, value))))


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=5), inside, max_size=4),
    max_leaves=8,
)


@given(path=st.sampled_from(places(GRAPH)), value=ANY_JSON)
def test_any_value_at_any_place_gives_a_graph_or_a_sentence(path: tuple[Any, ...], value: Any) -> None:
    for sentence in (said(changed(path, value)), said(node_link(changed(path, value)))):
        assert sentence == "" or re.fullmatch(r"the file.*: expected .+, found .+; .+\.", sentence)
        assert "`" not in sentence or "`" in json.dumps(value)


@pytest.mark.parametrize("path", places(GRAPH), ids=lambda path: "/".join(map(str, path)) or "all")
def test_a_number_without_end_is_refused_where_it_stands(path: tuple[Any, ...]) -> None:
    for graph in (changed(path, "HERE"), node_link(changed(path, "HERE"))):
        with pytest.raises(GatvizError) as caught:
            read_graph(json.dumps(graph).replace('"HERE"', "1e999").encode())
        check(path, str(caught.value))


@pytest.mark.parametrize("end", range(1, len(json.dumps(GRAPH)), 7))
def test_a_text_that_breaks_off_is_refused_at_its_line_and_column(end: int) -> None:
    with pytest.raises(GatvizError, match=r"^the file, line 1, column \d+: expected valid JSON"):
        read_graph(json.dumps(GRAPH)[:end].encode())
