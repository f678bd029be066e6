"""Rank agreement, pairs, the verdict, what attention adds: by hand, by scipy, and on models whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from benchmarks import explanation as planted
from gatviz import GAT, GatvizError, Graph, analysis, sample_graph
from gatviz.analysis.explanation import explanation_story as story
from gatviz.analysis.explanation import figures
from gatviz.analysis.explanation.agreement import agreement, spearman
from gatviz.analysis.explanation.contribution import VARIANTS
from gatviz.analysis.explanation.contribution_story import contribution_lines, places_lines
from gatviz.analysis.explanation.paths import reach_of, shuffled
from gatviz.analysis.explanation.thresholds import FAR_TOGETHER, LITTLE_ALONE
from gatviz.analysis.sentence import text_of
from gatviz.model.without import in_double
from gatviz.training.schedule import Schedule

few = st.lists(st.integers(0, 4), min_size=4, max_size=9)


@given(few, st.integers(0, 1000))
def test_rank_agreement_is_scipys_and_any_one_edge_is_left_out(values: list[int], seed: int) -> None:
    first = np.array(values, dtype=float)
    second = np.random.default_rng(seed).integers(0, 4, first.size).astype(float)
    table = agreement({"attention": first}, second, np.zeros(first.size, dtype=np.int64)).table.iloc[0]
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        assert np.isnan(table["spearman"])
        assert table["reason"]
        return
    assert table["spearman"] == pytest.approx(spearmanr(first, second).statistic)
    left_out = [spearman(np.delete(first, k), np.delete(second, k)) for k in range(first.size)]
    assert table["low"] == pytest.approx(np.nanmin(left_out))
    assert table["high"] == pytest.approx(np.nanmax(left_out))


def test_rounding_errors_make_no_order() -> None:
    """1/3 in two ways, one digit apart: equal, so there is no order."""
    scores = np.array([1 / 3, 1 - 2 / 3, 1 / 3 + 1e-16])
    assert np.isnan(spearman(scores, np.array([1.0, 2.0, 3.0])))
    assert spearman(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0])) == pytest.approx(1)
    assert np.isnan(spearman(np.array([1.0, 2.0]), np.array([1.0, 2.0])))


def test_attention_is_shuffled_within_rows_and_heads() -> None:
    """Every draw keeps the sum over each row, and over many the mean over a row's edges is its even share."""
    graph = sample_graph("karate_club")
    model = GAT.of_paper(
        graph.num_features, 2, num_layers=1, output_heads=2, generator=torch.Generator().manual_seed(1)
    )
    trace = model.double().eval().trace(graph)
    reach = reach_of(trace, 8)
    drawn = shuffled(trace, reach, seed=0)
    assert drawn.shape == (1000, 6)
    assert drawn.sum(1) == pytest.approx(np.ones(1000))
    assert drawn.mean(0) == pytest.approx(np.full(6, 1 / 6), abs=0.01)
    np.testing.assert_array_equal(drawn, shuffled(trace, reach, seed=0))
    assert (drawn != shuffled(trace, reach, seed=1)).any()
    heads = trace.layers[0].alpha[reach.edges]
    sums = {round(float(a + b) / 2, 9) for a in heads[:, 0] for b in heads[:, 1]}
    assert {round(float(value), 9) for value in drawn.ravel()} <= sums


@pytest.mark.parametrize(
    ("name", "kind", "least", "most"),
    [("equal", "more", 0.0, 0.05), ("one source", "more", 0.9, 1.0), ("twins", "only_together", 0.9, 1.0)],
)
def test_the_verdict_is_right_where_the_truth_is_known(name: str, kind: str, least: float, most: float) -> None:
    """Two seeds and some nodes here; `benchmarks/explanation.py` counts over twenty, and all."""
    found = planted.kinds(name, 2, every=8)
    assert least <= found[kind] / found.total() <= most, found


def test_pairs_do_what_none_of_the_two_does_alone() -> None:
    case = planted.twins(3)
    found = analysis.explain_node(case.model, case.graph, case.nodes[0])
    assert len(found.pairs)
    for _k, row in found.pairs.iterrows():
        alone = max(abs(row["removal_1"]), abs(row["removal_2"]))
        assert row["turns"] or (alone < LITTLE_ALONE and abs(row["removal"]) > FAR_TOGETHER)
    infected = {case.graph.names[n] for n in np.flatnonzero(case.graph.x[:, 0])}
    first = found.pairs.iloc[0]
    assert {first["source"], first["source_2"]} == infected
    assert found.together.tried == found.together.possible == found.total * (found.total - 1) // 2
    assert abs(float(first["removal"])) == pytest.approx(abs(found.together.strongest["removal"]))  # type: ignore[index]


def test_equal_attention_knows_no_more_than_the_drawing() -> None:
    """α itself is 1/|N(i)|: attention alone and equal shares are one, and all shuffled ones are as well."""
    case = planted.equal(0)
    found = analysis.explain_node(case.model, case.graph, 5)
    np.testing.assert_allclose(found.edges["attention"], found.edges["equal"], atol=1e-12)
    assert found.verdict.kind != "more"
    row = found.agreement[(found.agreement["score"] == "attention") & (found.agreement["hop"] == 1)].iloc[0]
    assert row["null_low"] == pytest.approx(row["null_high"])


def karate_model(epochs: int = 40) -> tuple[Graph, GAT]:
    from gatviz.training.fit import fit

    graph = sample_graph("karate_club")
    model = GAT.of_paper(
        graph.num_features, 2, num_heads=2, head_features=4, generator=torch.Generator().manual_seed(0)
    )
    trained: GAT = fit(graph, model, labelled=[0, 33, 1, 32, 2, 30], epochs=epochs, lr=0.03).model
    return graph, trained


def test_what_attention_adds_is_counted_seed_by_seed() -> None:
    graph, model = karate_model()
    calls: list[tuple[int, int]] = []
    found = analysis.attention_contribution(
        model, graph, 8, seeds=2, schedule=Schedule(epochs=15, lr=0.03), progress=lambda *done: calls.append(done)
    )
    assert calls == [(1, 2), (2, 2)]
    assert sorted(found.models) == [0, 1]
    given = found.runs[found.runs["seed"] == -1]
    assert set(given["variant"]) == {"as_learned", "equal_inside"}
    right = int((np.argmax(model.eval()(graph).detach().numpy(), 1) == graph.class_index).sum())
    assert given[(given["variant"] == "as_learned") & (given["part"] == "all")]["right"].item() == right
    for variant in VARIANTS:
        rows = found.runs[
            (found.runs["variant"] == variant) & (found.runs["part"] == "test") & (found.runs["seed"] >= 0)
        ]
        told = found.table[(found.table["variant"] == variant) & (found.table["part"] == "test")].iloc[0]
        assert (told["right"], told["low"], told["high"]) == (
            rows["right"].mean(),
            rows["right"].min(),
            rows["right"].max(),
        )
    assert sum(found.paired("test")) == 2
    again = analysis.attention_contribution(model, graph, 8, seeds=2, schedule=Schedule(epochs=15, lr=0.03))
    pd.testing.assert_frame_equal(again.runs, found.runs)
    places = analysis.seed_places(found.models, graph, 8, (8, 33))
    assert list(places["seed"]) == [0, 1]
    for seed, row in zip(found.models, places.itertuples(), strict=True):
        edges = analysis.explain_node(found.models[seed], graph, 8).edges
        own = edges[(edges["target"] == "8") & (edges["source"] == "33")]
        assert row.removal == 1 + (edges["removal"].abs() > own["removal"].abs().item() + 1e-12).sum()
    said = " ".join([*contribution_lines(found), *places_lines(places, "33 → 8", "Officer")])
    assert "33 → 8 first of 70 in" in said


def test_fidelity_is_pygs() -> None:
    """PyG's own metric, of a model that leaves out the edges whose mask is 0; over all nodes of a small graph."""
    from torch_geometric.explain import DummyExplainer, Explainer, Explanation
    from torch_geometric.explain.metric import fidelity as theirs

    graph, model = karate_model(10)
    double = in_double(model)
    x, edges = double.inputs(graph)
    settled = edges.edge_index
    double.self_loops = "as_given"

    class Net(torch.nn.Module):
        def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = double(x, edge_index=edge_index)
            return out

    class Removing(Explainer):  # type: ignore[misc]
        def get_masked_prediction(
            self,
            x: torch.Tensor,
            edge_index: torch.Tensor,
            node_mask: None = None,
            edge_mask: object = None,
            **more: object,
        ) -> object:
            del node_mask
            assert isinstance(edge_mask, torch.Tensor)
            return self.get_prediction(x, edge_index[:, edge_mask > 0], **more)

    for kind, against in (("model", "model"), ("phenomenon", "phenomenon")):
        explainer = Removing(
            Net(),
            DummyExplainer(),
            explanation_type=kind,
            edge_mask_type="object",
            model_config={"mode": "multiclass_classification", "task_level": "node", "return_type": "raw"},
        )
        target = torch.tensor(graph.class_index) if kind == "phenomenon" else double(x, edge_index=settled).argmax(1)
        expected, named = [], {}
        for node in range(0, 34, 6):
            found = analysis.explain_node(model, graph, node).strongest.head(3)
            named[node] = found
            here = {(int(t), int(s)) for t, s in zip(found["target"], found["source"], strict=True)}
            mask = torch.tensor([float((int(t), int(s)) in here) for s, t in settled.T])
            given = {"x": x, "edge_index": settled, "edge_mask": mask, "target": target, "index": node}
            expected.append(
                theirs(explainer, Explanation(prediction=double(x, edge_index=settled), _model_args=[], **given))
            )
        ours = analysis.fidelity(model, graph, named, against=against)  # type: ignore[arg-type]
        assert (ours.plus, ours.minus) == pytest.approx(tuple(np.mean(expected, axis=0)))


@pytest.mark.parametrize("labels", [None, ("x", "y", "x", "y")])
def test_outputs_that_stand_for_no_label_are_not_held_against_one(labels: tuple[str, ...] | None) -> None:
    graph = replace(sample_graph("tutorial"), labels=labels)
    model = GAT.of_paper(2, 5, num_layers=1, generator=torch.Generator().manual_seed(0)).eval()
    found = analysis.explain_node(model, graph, 0)
    said = text_of(story.headline(found))
    assert "the largest of 5 outputs" in said
    assert ("none of them stands for a label" in said) == (labels is not None)
    assert "its label is" not in said


def test_without_labels_nothing_is_trained_and_the_rest_stays() -> None:
    graph, model = karate_model(5)
    bare = replace(graph, labels=None, split=None)
    found = analysis.explain_node(model, bare, 8)
    assert found.label is None
    assert "label" not in text_of(story.headline(found))
    assert found.predicted in (model.classes or ("0", "1"))
    told = analysis.attention_contribution(model, bare, 8)
    assert (told.runs["count"] == 0).all()
    assert "No node has a label" in contribution_lines(told)[0]
    with pytest.raises(GatvizError, match="labels"):
        analysis.attention_contribution(model, bare, 8, seeds=1)


def test_sentences_say_what_the_numbers_say() -> None:
    graph, model = karate_model()
    found = analysis.explain_node(model, graph, 8)
    first = found.edges.iloc[found.edges["removal"].abs().argmax()]
    assert text_of(story.headline(found)).startswith(f"comes out as {found.predicted} ({found.answer.p:.3f})")
    told = text_of(story.strongest(found))
    assert f"removing {first['source']} → {first['target']} moves the answer most" in told
    assert figures.signed(first["removal"]) in told
    place = 1 + int((found.edges["attention"] > first["attention"]).sum())
    assert ("puts it first of the 70" in told) == (place == 1)
    said = " ".join(
        [
            told,
            *story.verdict_lines(found),
            *story.together_lines(found),
            found.verdict.sentence,
        ]
    )
    for banned in ("really", "decides", "explains"):
        assert banned not in said


@given(st.floats(-1, 1))
def test_a_number_that_only_rounds_to_one_is_told_from_one(value: float) -> None:
    written = figures.agreement_number(value)
    assert (written in ("1.00", "−1.00")) == (abs(value) == 1)
    assert figures.signed(0.0) == "0"
    assert figures.signed(-0.25) == "−0.250"
    for small in (1e-9, -4e-4):
        assert float(figures.signed(small).replace("−", "-")) == pytest.approx(small)
