"""What an explanation says where a common sentence would be false, and that its views tell the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import rankdata

from gatviz import GAT, Graph, LayerNorm, LayerSettings, analysis, load_weights, sample_graph
from gatviz.analysis.explanation import explanation_story as story
from gatviz.analysis.explanation import figures
from gatviz.analysis.explanation.agreement import _ranks, agreement
from gatviz.analysis.explanation.contribution_story import answer_lines
from gatviz.analysis.explanation.explain import Explanation, Inquiry
from gatviz.analysis.sentence import text_of
from gatviz.attention.layers import new_generator
from gatviz.charts.explanation_rings import MAX_ARROWS, rings_chart

Edges = list[tuple[int, int]]


def graph_of(count: int, edges: Edges, x: Any = None, **more: Any) -> Graph:
    features = np.random.default_rng(0).normal(size=(count, 2)) if x is None else np.asarray(x, dtype=float)
    names = tuple(f"n{k}" for k in range(count))
    return Graph(names=names, x=features, edge_index=np.array(edges, dtype=np.int64).reshape(-1, 2).T, **more)


def two_layers(**more: Any) -> GAT:
    return GAT.of_paper(2, 2, num_heads=2, head_features=3, generator=new_generator(0), **more)


def coupled() -> GAT:
    last = LayerSettings(out_features=2, num_heads=1, concat=False, activation=None)
    steps = [LayerSettings(out_features=3, num_heads=2), LayerNorm(), last]
    return GAT.of_steps(2, steps, self_loops="as_given", generator=new_generator(0))


def said(found: Explanation) -> str:
    return " ".join(text_of(one) for one in (story.headline(found), story.strongest(found)))


def test_a_node_without_arrows_is_told_what_its_answer_comes_of() -> None:
    graph = graph_of(3, [(0, 1)])
    bare = analysis.explain_node(two_layers(self_loops="as_given"), graph, 0)
    assert "the bias" in said(bare)
    assert "2 of its outputs are level" in said(bare)
    assert list(bare.agreement.columns[:4]) == ["score", "hop", "edges", "spearman"]
    keeps = analysis.explain_node(two_layers(self_loops="as_given", residual=True), graph, 0)
    assert "its own features alone" in said(keeps)
    assert "no arrow" in said(analysis.explain_node(coupled(), graph_of(3, []), 0))
    for found in (bare, keeps):
        assert story.together_lines(found) == ["There is no pair to remove."]


def test_what_is_level_is_not_called_first_or_most() -> None:
    """A star whose leaves are alike: any of them moves the answer as far, or none at all."""
    star: Edges = [(k, 0) for k in range(1, 5)]
    same = analysis.explain_node(two_layers(self_loops="as_given"), graph_of(5, star, np.ones((5, 2))), 0)
    assert "no arrow moves the answer at all" in said(same)
    x = [[0.0, 0.0]] + [[3.0, 1.0]] * 4
    loops = analysis.explain_node(two_layers(self_loops="add_missing", residual=True), graph_of(5, star, x), 0)
    sizes = loops.strongest["removal"].abs().round(12)
    level = int((sizes == sizes.iloc[0]).sum()) - 1
    assert ("others, moves the answer most" in said(loops)) == (level > 1)


def test_pairs_that_turn_the_answer_are_never_called_nothing() -> None:
    """Where no single arrow moves the answer, what pairs do decides between none_moves and only_together."""
    kinds = set()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        graph = graph_of(5, [(int(j), 0) for j in range(1, 5)], rng.normal(size=(5, 2)) * 0.3)
        found = analysis.explain_node(GAT.of_paper(2, 2, generator=new_generator(seed)), graph, 0)
        largest, kind = found.edges["removal"].abs().max(), found.verdict.kind
        if largest < 0.01:
            assert kind == ("only_together" if len(found.pairs) else "none_moves")
            kinds.add(kind)
        if kind == "none_moves":
            assert not found.pairs["turns"].any()
    assert kinds == {"only_together", "none_moves"}


def test_nothing_is_concluded_of_what_was_not_removed() -> None:
    found = analysis.explain_node(two_layers(), sample_graph_of_two_features(), 0, stop=lambda: True)
    assert found.verdict.kind == "undefined"
    assert "yet" in found.verdict.sentence


def sample_graph_of_two_features() -> Graph:
    return graph_of(6, [(1, 0), (2, 0), (3, 1), (4, 2), (5, 2)])


@pytest.mark.parametrize("p", [0.0, 1e-9, 0.0004, 0.3, 0.9996, 1 - 1e-12, 1.0])
def test_a_probability_that_only_rounds_to_a_whole_is_told_from_it(p: float) -> None:
    assert (figures.chance(p) in ("0.000", "1.000")) == (p in (0, 1))


def test_ranks_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    for shape in ((7,), (3, 9), (4, 1), (2, 0)):
        values = rng.integers(0, 4, size=shape).astype(float)
        np.testing.assert_array_equal(_ranks(values), rankdata(values, axis=-1))


def test_the_share_of_draws_that_agree_as_well_is_counted() -> None:
    """Attention that lies where everything moves, among draws of which one in four does too: not beyond chance."""
    removal, hop = np.array([0.5, 0.1, 0.05, 0.01]), np.zeros(4, dtype=np.int64)
    attention = np.array([0.7, 0.15, 0.1, 0.05])
    null = np.stack([np.roll(attention, k % 4) for k in range(400)])
    found = agreement({"attention": attention}, removal, hop, null)
    assert (found.as_well, found.draws) == (100, 400)
    assert not found.above
    assert agreement({"attention": attention}, removal, hop, null[1::4]).above
    assert agreement({"attention": attention[::-1]}, removal, hop, null[::4]).below


@pytest.mark.parametrize("classes", [("a", "b", "c"), ("c", "a", "b"), ("b", "x", "a")])
def test_what_is_right_is_right_as_predictions_have_it(classes: tuple[str, ...]) -> None:
    """Whatever the columns of the output stand for, in any order, with classes that no node has."""
    labels = ("a", "b", None, "b", "a") if "x" in classes else ("a", "b", "c", None, "a")
    graph = graph_of(5, [(1, 0), (2, 1), (3, 2), (4, 0)], labels=labels)
    model = GAT.of_paper(2, 3, generator=new_generator(1)).eval()
    model.classes = classes
    told = analysis.attention_contribution(model, graph, 0).runs
    row = told[(told["variant"] == "as_learned") & (told["part"] == "all")].iloc[0]
    expected = analysis.predictions(model.trace(graph)).accuracy()
    assert (row["right"], row["count"]) == (expected.right, expected.count)
    found = analysis.explain_node(model, graph, 0)
    assert row["answer"] == found.predicted
    assert row["p"] == pytest.approx(found.answer.p, abs=1e-12)
    assert (
        f"n0: {found.predicted} ({figures.chance(found.answer.p)}) as learned"
        in answer_lines(analysis.attention_contribution(model, graph, 0), "n0")[0]
    )


def test_both_ways_as_one_is_the_removal_of_both() -> None:
    graph = sample_graph("karate_club")
    model = GAT.of_paper(graph.num_features, 2, generator=new_generator(0))
    asked = Inquiry(model, graph, 8)
    rows = asked.explanation().edges
    both = asked.both_ways(range(len(rows)))
    expected = analysis.edge_removal(model, graph, 8, both_ways=True)
    for k, row in expected.iterrows():
        changes = both[int(str(k))]
        if row["source"] == row["target"]:
            assert changes is None
            continue
        assert changes == pytest.approx((row["removal"], row["log_odds"]), abs=1e-12)


def test_rings_draw_what_reaches_the_node_at_its_distance() -> None:
    graph = sample_graph("karate_club")
    model = GAT.of_paper(graph.num_features, 2, generator=new_generator(0))
    found = analysis.explain_node(model, graph, 8)
    chart = rings_chart(found)
    assert chart is not None
    *arrows, nodes = chart.figure.data
    assert len(arrows) == found.total <= MAX_ARROWS
    radius = dict(zip(nodes.hovertext, np.hypot(nodes.x, nodes.y).round(9), strict=True))
    assert radius["8"] == 0
    for _k, row in found.edges.iterrows():
        assert radius[row["target"]] <= row["hop"]
        assert radius[row["source"]] <= row["hop"] + 1
    assert "not drawn" not in chart.caption
    asked = Inquiry(GAT.of_paper(4, 2, num_layers=3, generator=new_generator(0)), graph, 0)
    asked.measure()
    hub = asked.explanation()
    most = rings_chart(hub)
    assert most is not None
    assert f"{hub.total - MAX_ARROWS} arrows that reach it are not drawn" in most.caption


def test_the_largest_over_layers_and_heads_is_what_pygs_explainer_gives() -> None:
    from torch_geometric.explain import AttentionExplainer, Explainer
    from torch_geometric.nn import GATConv

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = GATConv(34, 4, heads=3)
            self.conv2 = GATConv(12, 2, heads=2, concat=False)

        def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.conv2(torch.nn.functional.elu(self.conv1(x, edge_index)), edge_index)
            return out

    torch.manual_seed(0)
    net = Net().eval()
    graph = replace(sample_graph("karate_club"), x=np.eye(34), feature_names=())
    model = load_weights(net.state_dict(), activation="elu")
    config = {"mode": "multiclass_classification", "task_level": "node", "return_type": "raw"}
    explainer = Explainer(
        net, AttentionExplainer(), explanation_type="model", edge_mask_type="object", model_config=config
    )
    theirs = explainer(torch.eye(34), torch.tensor(graph.edge_index), index=8).edge_mask.numpy()
    found = analysis.explain_node(model, graph, 8).edges
    column = {(int(t), int(s)): k for k, (s, t) in enumerate(graph.edge_index.T)}
    for row in found[~found["added_loop"]].itertuples():
        assert row.attention_max == pytest.approx(theirs[column[int(str(row.target)), int(str(row.source))]], abs=1e-6)


def test_what_is_ranked_so_far_is_told_of_all_there_are() -> None:
    """Stopped in the middle: a hop's title says how many of its arrows are ranked, and the fewer draws are counted."""
    graph = sample_graph("karate_club")
    asked = Inquiry(GAT.of_paper(graph.num_features, 2, num_layers=3, generator=new_generator(0)), graph, 0)
    asked.measure(stop=lambda: asked.explanation().ranked > 10)
    found = asked.explanation()
    assert 0 < found.ranked < found.done < found.total
    for hop in set(found.agreement["hop"]):
        row = found.overall.of("attention", hop)
        assert row is not None
        there, count = int((found.edges["hop"] == hop).sum()), int(row["edges"])
        title = story.hop_title(found, hop, count)
        assert title.startswith(f"{count} of {there} " if count < there else f"{there} ")
    assert found.overall.draws == 200
