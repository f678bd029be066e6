"""A report holds what Python would say of every node and arrow, no name as markup, and no more than it may."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from gatviz import GAT, GATAttentionLayer, GatvizError, Graph, Trace, sample_graph
from gatviz.analysis import explain_node
from gatviz.attention.layers import new_generator
from gatviz.graph.subgraph import Part
from gatviz.reporting.page import Shown, report
from gatviz.reporting.runs import runs_of
from gatviz.reporting.tellings import MAX_PAIRS, ShownLayer, tellings
from gatviz.stage.column_names import input_names
from gatviz.stage.details import pack_story
from gatviz.stage.reasons import pack_answers
from gatviz.stage.weightings import weightings
from tests.charts.cases import NAMES
from tests.stage.arrived import arrived


def two_layers(graph: Graph) -> GAT:
    return GAT.of_paper(graph.num_features, 2, num_heads=2, head_features=3, generator=new_generator(3)).eval()


def packed_in(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="packed">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def report_in(page: str) -> Any:
    return arrived(base64.b64decode(packed_in(page)["report"]))


def subject_of(trace: Trace, layer: int) -> ShownLayer:
    run = trace.layers[layer]
    part = Part.whole(run.num_nodes, run.num_edges)
    return ShownLayer(trace.graph, run, part, weightings(run), input_names(trace, layer))


def plain(message: Any) -> Any:
    """As it arrives in the browser."""
    from gatviz.stage.wire import encode

    return arrived(encode({"it": message}))["it"]


@pytest.mark.parametrize("sample", ["tutorial", "karate_club"])
def test_every_node_and_arrow_is_told_of_as_python_would(sample: str) -> None:
    graph = sample_graph(sample)
    trace = two_layers(graph).trace(graph)
    for layer, packed in enumerate(packed_in(report(graph, trace))["told"]):
        subject = subject_of(trace, layer)
        run = subject.trace
        assert len(packed) == graph.num_nodes
        for target in range(0, graph.num_nodes, 5):
            told = arrived(base64.b64decode(packed[target]))
            read = run.edge_index[0, run.edges_into(target)].tolist()
            everyone = graph.num_nodes**2 <= MAX_PAIRS
            assert told["sources"] == (list(range(graph.num_nodes)) if everyone else read)
            keys = [choice.which for choice in subject.weightings]
            assert told["ofNode"] == plain(pack_answers(run, subject.part, graph.names, keys, target, None))
            for place, source in enumerate(told["sources"][:3]):
                answers = plain(pack_answers(run, subject.part, graph.names, keys, target, source))
                assert [of[place] for of in told["ofPairs"]] == answers
                stories = [
                    pack_story(graph, run, subject.part, (target, source, head), subject.input_names)
                    for head in range(run.num_heads)
                ]
                assert [of[place] for of in told["stories"]] == plain(stories)


def test_there_is_no_more_than_may_be_and_it_is_said() -> None:
    graph = sample_graph("karate_club")
    trace = two_layers(graph).trace(graph)
    subject = subject_of(trace, 0)
    whole = tellings(subject, 10**9)
    assert whole.told == whole.nodes == graph.num_nodes
    for most in (0, whole.bytes // 3, whole.bytes - 1):
        some = tellings(subject, most, first=7)
        assert sum(map(len, some.packed)) == some.bytes <= most
        assert some.told < whole.told
        assert bool(some.packed[7]) is (most > 0)
        assert all(text in ("", same) for text, same in zip(some.packed, whole.packed, strict=True))
    line = report_in(report(graph, trace, max_bytes=whole.bytes))["line"]
    told = sum(bool(text) for layer in packed_in(report(graph, trace, max_bytes=whole.bytes))["told"] for text in layer)
    assert f"{told} of {2 * graph.num_nodes} nodes" in line
    assert report_in(report(graph, trace))["line"] == ""


class Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {"src", "href", "onerror", "onload"} & {name for name, _value in attrs}


def test_no_name_is_markup() -> None:
    names = tuple(f"{name}</script><img src=x onerror=alert(1)><!--" for name in NAMES)
    count = len(names)
    ring = np.stack([np.arange(count), (np.arange(count) + 1) % count])
    graph = Graph(names, np.eye(count), ring, feature_names=names, labels=names)
    usual = sample_graph("tutorial")
    layer = GATAttentionLayer(count, 2, 2, generator=new_generator(1)).eval()
    markup, plain_markup = Markup(), Markup()
    page = report(graph, layer, title=names[0], shown=Shown(badge=names[0], weights=names[1], origin=[names[:2]]))  # type: ignore[list-item]
    markup.feed(page)
    plain_markup.feed(report(usual, GATAttentionLayer(2, 2, 2, generator=new_generator(1)).eval()))
    assert markup.tags == plain_markup.tags
    told = report_in(page)
    assert told["layers"][0]["screen"]["names"] == list(names)
    assert told["title"] == names[0][:120]


def test_what_is_below_the_stage_is_what_analysis_says() -> None:
    graph = sample_graph("karate_club")
    model = two_layers(graph)
    found = explain_node(model, graph, 3)
    told = report_in(report(graph, model, title="Karate", explanation=found, shown=Shown(layer=1)))
    assert told["layerAtStart"] == 1
    chapters = {chapter["title"]: chapter for chapter in told["chapters"]}
    assert found.verdict.sentence in chapters
    values = dict(value for chapter in chapters.values() for value in chapter["values"])
    assert values["nodes"] == "34"
    assert values["graph"] == "Karate"
    assert values["weights"] == f"{sum(parameter.numel() for parameter in model.parameters()):,}"


def test_what_is_no_run_of_the_graph_is_refused() -> None:
    graph, other = sample_graph("tutorial"), sample_graph("star")
    layer = GATAttentionLayer(2, 2, 2, generator=new_generator(1)).eval()
    assert runs_of(graph, layer).runs[0].graph is graph
    assert runs_of(graph, layer.trace(graph)).runs[0].trace.layers[0].num_nodes == 4
    with pytest.raises(GatvizError, match="a run, a model or a layer"):
        report(graph, object())
    with pytest.raises(GatvizError, match="a run of this graph, with 4 nodes"):
        report(graph, two_layers(other).trace(other))
    with pytest.raises(GatvizError, match="report, layer"):
        report(graph, layer, shown=Shown(layer=1))
