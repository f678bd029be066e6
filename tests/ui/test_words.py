"""Words that mislead: held by a walk over every view of a graph whose nodes are called 0, 1, 2."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatviz.analysis.subject import called
from gatviz.stage.texts import texts
from gatviz.stage.weightings import weightings
from tests.browser.driver import trace_of
from tests.ui.walk import sent, views

_ACTS = r"(?:reads|now reads|no longer reads|is read by|does not read|gives|receives|ranks|reading)"
BARE = (
    re.compile(rf"(?i)(?<!node )(?<!head )(?<!layer )(?<![\w.…“'])\d+ {_ACTS}\b"),
    re.compile(rf"\b{_ACTS} \d+(?!\d|[.,]\d)(?=[:;,)]|\.?$|\.\s| and\b| with\b)"),
)
"""A number as the one who reads, without "node" before it; and one that is read, without a noun after it."""


def graph() -> dict[str, Any]:
    """Directed, labelled, with a node that reads nothing and names that are numbers."""
    nodes = [{"id": str(n), "features": [n, 1.5, -n], "label": str(n % 2)} for n in range(5)]
    edges = [[str(j), str(i)] for j in range(4) for i in range(4) if (i, j) != (0, 3)]
    return {"directed": True, "nodes": nodes, "edges": edges, "feature_names": ["0", "age_years", "2"]}


def sentences(app: Any) -> list[str]:
    """All that is said in words: of HTML without its tags, of data for the stage and of charts every string."""
    told = []
    for field, text in sent(app):
        if field in ("BidiComponent.data", "PlotlyChart.spec"):
            told += list(strings(json.loads(text)))
        elif not field.endswith((".id", "_content", ".columns")):
            told.append(text)
    return [html.unescape(re.sub(r"<[^>]*>", "\n", one)).replace("\\", "") for one in told]


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for part in inner for one in strings(part)]


@pytest.fixture(scope="module")
def told() -> dict[str, list[str]]:
    return {name: sentences(app) for name, app in views(graph())}


def test_a_number_that_is_a_name_is_never_taken_for_a_count(told: dict[str, list[str]]) -> None:
    for name, all_of_it in told.items():
        for sentence in all_of_it:
            for line in sentence.splitlines():
                for shape in BARE:
                    assert shape.search(line) is None, (name, line)


def test_the_guard_of_bare_numbers_knows_them() -> None:
    for line in ("0 reads 3, is read by 3", "Most: 3 receives the most", "0 no longer reads 2: was 0.3"):
        assert any(shape.search(line) for shape in BARE), line
    for line in ("node 0 reads 3 nodes and is read by 3 nodes", "layer 0 reads 1,433 features", "node 2 reads node 3"):
        assert not any(shape.search(line) for shape in BARE), line


def test_what_the_browser_fills_in_reads_well_for_nodes_that_are_numbers() -> None:
    """The stage's sentences with the words that stand for their gaps: no name meets a verb as a bare number."""
    values = {key: "node 3" for key in ("node", "target", "source")}
    values |= {key: "3 nodes" for key in ("reads", "readBy")} | {"baseline": "A", "value": "0.5", "weighting": "head 0"}
    for key, text in texts().items():
        line = re.sub(r"\{(\w+)\}", lambda gap: values.get(gap.group(1), "7"), text)
        assert not any(shape.search(line) for shape in BARE), (key, line)


def test_baselines_are_never_called_alpha() -> None:
    for choice in weightings(trace_of()):
        if choice.kind == "baseline":
            assert "α" not in choice.symbol + choice.title + choice.label
    assert not {"α", "attends"} & set(texts()["arrowLegend"].split())


def test_wherever_something_is_concluded_the_weights_are_called_untrained(told: dict[str, list[str]]) -> None:
    for name, all_of_it in told.items():
        seed = 9 if name.startswith("a change") else 175
        if name not in ("table", "weights"):
            assert any(
                f"Weights untrained, drawn from seed {seed}: what heads prefer is chance." in line for line in all_of_it
            ), name


def test_no_view_calls_a_baseline_by_its_letter_alone(told: dict[str, list[str]]) -> None:
    for name, all_of_it in told.items():
        for line in all_of_it:
            assert re.search(r"\b(?:since|[Bb]ack to|from) [AB]\b", line) is None, (name, line)


@given(st.one_of(st.integers(-99, 10**9).map(str), st.floats(allow_nan=True).map(str), st.sampled_from("²٣½-#?")))
def test_any_number_or_sign_as_a_name_is_called_a_node(name: str) -> None:
    assert called(name) == f"node {name}"


def test_words_stay_as_they_are() -> None:
    for name in np.array(["A", "Mr Hi", "n1", "Node 3", "Ωmega"]).tolist():
        assert called(name) == name
