"""docs/formats.md tells the truth: its examples open, its table is the table of formats, its limits are the limits."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gatviz.files import FORMATS, ReadOptions, inspect_graph, limits

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(json|csv|xml|gml|pajek|csv nodes)\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = [text for kind, text in BLOCKS if kind != "csv nodes"]


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_opens(text: str) -> None:
    inspection = inspect_graph(text.encode())
    assert inspection.graph.num_nodes >= 2
    assert inspection.graph.num_edges >= 1


def test_the_node_table_goes_with_the_edge_list() -> None:
    (nodes,) = (text for kind, text in BLOCKS if kind == "csv nodes")
    edges = next(text for kind, text in BLOCKS if kind == "csv")
    graph = inspect_graph(edges.encode(), nodes=nodes.encode()).graph
    assert graph.labels == ("x", "y")
    assert graph.feature_names == ("length", "age")
    assert graph.positions is not None


def test_the_table_of_formats_is_complete() -> None:
    rows = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| [")]
    told = {name: cells for cells in rows for name in re.findall(r"`(\w+)`", cells[0])}
    assert set(told) == set(FORMATS)
    for name, form in FORMATS.items():
        assert tuple(told[name][1].split()) == form.endings
        assert ("✓" in told[name][3]) == (form.write is not None)


def test_the_limits_and_the_options_are_those_of_the_code() -> None:
    assert f"{limits.MAX_NODES:,} nodes, {limits.MAX_EDGES:,} arrows" in PAGE
    assert f"{limits.MAX_FEATURE_VALUES // 10**6} million feature values and {limits.MAX_BYTES // 10**6} MB" in PAGE
    assert f"{limits.MAX_UNPACKED // 10**6} MB and hold {limits.MAX_MEMBERS} files" in " ".join(PAGE.split())
    assert f"at most {limits.MAX_COLUMNS:,} columns" in PAGE
    for field in fields(ReadOptions):
        assert f"`{field.name}`" in PAGE
