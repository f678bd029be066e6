"""Head similarity and uniformity, against values worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import spearmanr

from gatviz import Trace, from_attention
from gatviz.analysis import Rule, head_similarity, uniformity
from gatviz.analysis.uniformity import AVERAGES, CHOOSES, LEANS, Uniformity, effective_neighbours
from gatviz.errors import GatvizError
from tests.attention.hand_traces import graph_of, uniform, with_alpha

FULL = np.ones((3, 3))
FORWARD = [[0.5, 0.3, 0.2]] * 3
BACKWARD = [[0.2, 0.3, 0.5]] * 3


# ---- how alike ----------------------------------------------------------------------------------------------


def test_identical_heads() -> None:
    found = head_similarity(with_alpha(FULL, [FORWARD, FORWARD]))
    assert found.divergence.tolist() == [[0, 0], [0, 0]]
    assert found.correlation == pytest.approx(np.ones((2, 2)))
    assert found.ranked.tolist() == [[3, 3], [3, 3]]
    assert found.sentences[0] == "Heads 0 and 1: Jensen–Shannon divergence 0.000 bits, rank correlation 1.00."


def test_opposite_heads() -> None:
    """All on one node against all on another: nothing shared, 1 bit. Of three sources the ranks are 3 1.5 1.5 and
    1.5 1.5 3: centred (1, −½, −½) and (−½, −½, 1), correlation −¾ / 1.5 = −½."""
    one, other = np.zeros((3, 3)), np.zeros((3, 3))
    one[:, 0], other[:, 2] = 1, 1
    found = head_similarity(with_alpha(FULL, [one, other]))
    assert found.divergence[0, 1] == pytest.approx(1)
    assert found.correlation[0, 1] == pytest.approx(-0.5)
    assert head_similarity(with_alpha(FULL, [FORWARD, BACKWARD])).correlation[0, 1] == pytest.approx(-1)


def test_divergence_worked_out() -> None:
    """(1, 0) against (½, ½): the middle is (¾, ¼); ½·log2(4/3) + ½·(½·log2(2/3) + ½·log2 2) = 0.311 bits."""
    adj = [[1, 1], [0, 1]]
    found = head_similarity(with_alpha(adj, [[[1, 0], [0, 1]], [[0.5, 0.5], [0, 1]]]))
    by_hand = 0.5 * math.log2(4 / 3) + 0.5 * (0.5 * math.log2(2 / 3) + 0.5 * 1)
    assert found.divergence[0, 1] == pytest.approx(by_hand)
    assert (found.compared, found.left_out) == (1, 1)
    # The uniform head does not rank, so there is no correlation with it, nor of it with itself.
    assert np.isnan(found.correlation[0, 1])
    assert np.isnan(found.correlation[1, 1])
    assert "does not rank" in found.sentences[0]
    assert found.sentences[1] == "Compared on 1 node that reads two or more; 1 other left out."


def test_against_scipy_on_random_heads() -> None:
    rng = np.random.default_rng(3)
    adj = rng.random((8, 8)) < 0.7
    e = rng.integers(-2, 3, size=(5, 8, 8)) / 2  # ties among them
    alpha = np.where(adj, np.exp(e), 0)
    alpha = alpha / np.maximum(alpha.sum(-1, keepdims=True), 1e-300)
    found = head_similarity(with_alpha(adj, alpha))
    rows = [i for i in range(8) if adj[i].sum() >= 2]
    for h in range(5):
        for k in range(5):
            pairs = [(alpha[h, i, adj[i]], alpha[k, i, adj[i]]) for i in rows]
            expected = np.mean([jensenshannon(p, q, base=2) ** 2 for p, q in pairs])
            assert found.divergence[h, k] == pytest.approx(expected, abs=1e-9)
            ranks = [spearmanr(p, q).statistic for p, q in pairs if np.ptp(p) > 0 and np.ptp(q) > 0]
            assert found.correlation[h, k] == pytest.approx(np.mean(ranks))
            assert found.ranked[h, k] == len(ranks)


def test_like_heads_stand_next_to_each_other() -> None:
    one, other = np.zeros((3, 3)), np.zeros((3, 3))
    one[:, 0], other[:, 2] = 1, 1
    near = 0.9 * one + 0.1 / 3
    found = head_similarity(with_alpha(FULL, [one, other, near, 0.9 * other + 0.1 / 3]))
    places = {head: place for place, head in enumerate(found.order)}
    assert abs(places[0] - places[2]) == abs(places[1] - places[3]) == 1
    assert found.most_alike in ((0, 2), (1, 3))
    assert found.least_alike == (0, 1)
    assert found.sentences[1].startswith("Heads 0 and 1 are the least alike")
    table = found.table
    assert list(table) == ["first_head", "second_head", "divergence_bits", "rank_correlation", "ranked_targets"]
    assert len(table) == 6


def test_nothing_to_compare_is_said() -> None:
    one = head_similarity(with_alpha(FULL, [FORWARD]))
    assert one.sentences == ("There is one head, so there is nothing to compare.",)
    assert (one.most_alike, one.least_alike, len(one.table)) == (None, None, 0)
    for adj in (np.eye(3), np.zeros((3, 3))):
        single = head_similarity(with_alpha(adj, [adj, adj]))
        assert single.sentences[0].startswith("No node reads two or more")
        assert np.isnan(single.divergence).all()
        assert (single.compared, single.left_out, single.most_alike) == (0, 3, None)
    assert head_similarity(with_alpha(np.zeros((0, 0)), np.zeros((2, 0, 0)))).compared == 0


# ---- uniform or not -----------------------------------------------------------------------------------------

ADJ = np.array([[1, 1, 1, 1], [1, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]])


def test_uniform_attention() -> None:
    found = uniformity(with_alpha(ADJ, uniform(ADJ)), graph_of(ADJ))
    assert found.entropy[:, 0] == pytest.approx([math.log(4), math.log(2), 0, np.nan], nan_ok=True)
    assert found.evenness[:, 0] == pytest.approx([1, 1, np.nan, np.nan], nan_ok=True)
    assert found.effective[:, 0] == pytest.approx([4, 2, 1, np.nan], nan_ok=True)
    assert found.strongest[:, 0] == pytest.approx([0.25, 0.5, 1, np.nan], nan_ok=True)
    assert found.strongest_source[:, 0].tolist() == [0, 0, 2, -1]
    assert found.own[:, 0] == pytest.approx([0.25, 0, 1, np.nan], nan_ok=True)
    assert found.own_uniform == pytest.approx([0.25, 0, 1, np.nan], nan_ok=True)
    assert (found.judged, found.one, found.none) == (2, 1, 1)
    assert found.acts[:, 0].tolist() == [AVERAGES, AVERAGES, "", ""]
    assert found.verdicts == (
        "Head 0 averages at 2 of 2 nodes (no neighbour gets more than 1.25 times its even share): it acts like mean "
        "aggregation. On average a node reads like 3.00 of 3. With similar features all around, that is expected.",
    )
    assert found.sentences == (
        "2 nodes of 4 read two or more and are judged.",
        "Counted apart: 1 node with one neighbour, where α can only be 1.",
        "Counted apart: 1 node without neighbours, where there is no α.",
    )


def test_one_hot_attention() -> None:
    alpha = np.zeros((1, 4, 4))
    alpha[0, [0, 1, 2], [3, 2, 2]] = 1
    found = uniformity(with_alpha(ADJ, alpha), graph_of(ADJ))
    assert found.entropy[:, 0] == pytest.approx([0, 0, 0, np.nan], nan_ok=True)
    assert found.evenness[:, 0] == pytest.approx([1 / 4, 1 / 2, np.nan, np.nan], nan_ok=True)
    assert found.effective[:, 0] == pytest.approx([1, 1, 1, np.nan], nan_ok=True)
    assert found.strongest_source[:, 0].tolist() == [3, 2, 2, -1]
    assert found.acts[:, 0].tolist() == [CHOOSES, CHOOSES, "", ""]
    assert found.verdicts[0].startswith("Head 0 chooses at 2 of 2 nodes (it reads like at most 0.67 of its neighbours)")


def one_reader(shares: Sequence[float], **rule: float) -> Uniformity:
    """Node 0 reads as many nodes as there are shares; the others read nothing."""
    count = max(len(shares), 1)
    adj, alpha = np.zeros((count, count)), np.zeros((1, count, count))
    adj[0, : len(shares)], alpha[0, 0, : len(shares)] = 1, np.array(shares) / (sum(shares) or 1)
    return uniformity(with_alpha(adj, alpha), rule=Rule(**rule))


def test_effective_neighbours_worked_out() -> None:
    """(½, ¼, ¼): 1.5 bits = 1.0397 nats, so 2^1.5 = 2.83 of 3; the strongest has 1.5 times its even share."""
    found = one_reader([0.5, 0.25, 0.25])
    assert found.entropy[0, 0] == pytest.approx(1.5 * math.log(2))
    assert found.effective[0, 0] == pytest.approx(2**1.5)
    assert found.evenness[0, 0] == pytest.approx(2**1.5 / 3)
    assert found.lead[0, 0] == pytest.approx(1.5)
    assert found.reads_like(0, 0) == "reads like 2.83 of 3"
    assert found.verdicts[0] == (
        "Head 0 averages at 0, leans at 1 and chooses at 0 of 1 node; on average a node reads like 2.83 of 3."
    )


@pytest.mark.parametrize("rows_sum_to", [1.0, 0.6])
def test_one_nodes_effective_neighbours_are_those_of_the_table(rows_sum_to: float) -> None:
    """Also where α was given whose rows do not sum to 1, and of a node that reads none: NaN."""
    rng = np.random.default_rng(0)
    edges = np.unique(rng.integers(0, 9, size=(2, 40)), axis=1)
    edges = edges[:, edges[1] != 4]
    alpha = rng.random((edges.shape[1], 2))
    alpha /= np.stack([alpha[edges[1] == i].sum(axis=0) for i in edges[1]]) / rows_sum_to
    (layer,) = from_attention(edges, alpha, names=range(9)).traces[0].layers
    table = uniformity(layer).effective
    one_by_one = [[effective_neighbours(layer, node, head) for head in range(2)] for node in range(9)]
    np.testing.assert_array_equal(one_by_one, table)
    assert np.isnan(table[4]).all()


@pytest.mark.parametrize(
    ("shares", "word"),
    [
        ([10] + [1] * 99, LEANS),  # normalised entropy 0.973, and yet no mean
        ([2, 1, 1], LEANS),  # normalised entropy 0.946, and yet no choice
        ([1, 1], AVERAGES),
        ([5, 3], AVERAGES),  # a lead of just 1.25
        ([1, 0], CHOOSES),
        ([23, 2], CHOOSES),
        ([9, 1], LEANS),
        ([1, 1, 0], CHOOSES),  # just two thirds
        ([100] + [1] * 99, CHOOSES),
        ([1], ""),
        ([], ""),
    ],
)
def test_the_word_of_a_node(shares: list[int], word: str) -> None:
    found = one_reader(shares)
    assert found.acts[0, 0] == word
    assert found.nodes_that(word)[0] == 1 or not word
    assert found.judged == (word != "")


@given(
    shares=st.lists(st.integers(0, 50), min_size=2, max_size=12).filter(any),
    times=st.integers(2, 6),
    order=st.randoms(use_true_random=False),
)
def test_the_word_does_not_depend_on_the_degree(shares: list[int], times: int, order: Any) -> None:
    """Each neighbour several times, with its share divided among them, in any order: the same word, and as many
    times the effective neighbours."""
    many = shares * times
    order.shuffle(many)
    one, more = one_reader(shares), one_reader(many)
    assert more.acts[0, 0] == one.acts[0, 0]
    assert more.effective[0, 0] == pytest.approx(times * one.effective[0, 0])
    assert more.lead[0, 0] == pytest.approx(one.lead[0, 0])


@given(shares=st.lists(st.floats(0, 1), min_size=2, max_size=30).filter(lambda all_of: sum(all_of) > 1e-3))
def test_what_the_words_promise(shares: list[float]) -> None:
    """Who averages reads like most; who chooses has a favourite; nobody is called both, whatever the degree."""
    found = one_reader(shares)
    effective, count, lead = found.effective[0, 0], len(shares), found.lead[0, 0]
    assert 1 <= effective <= count
    assert count / effective <= lead * (1 + 1e-9)
    word = found.acts[0, 0]
    if word == AVERAGES:
        assert effective >= 0.8 * count - 1e-4
    elif word == CHOOSES:
        assert lead >= 1.5 - 1e-4
    else:
        assert word == LEANS


def test_the_rule_is_told_and_can_be_changed() -> None:
    shares = [0.5, 0.25, 0.25]
    assert (
        "no neighbour gets more than 1.5 times its even share): it acts like mean aggregation"
        in (one_reader(shares, even_lead=1.5).verdicts[0])
    )
    assert "it reads like at most 0.95 of its neighbours" in one_reader(shares, chosen_part=0.95).verdicts[0]
    for wrong in ({"even_lead": 0.9}, {"chosen_part": 1.2}, {"most_nodes": -1}):
        with pytest.raises(GatvizError, match=next(iter(wrong))):
            Rule(**wrong)


def test_most_nodes_decide() -> None:
    """One-hot on one of two nodes, uniform on the other: with half of the nodes needed, it averages."""
    adj = [[1, 1], [1, 1]]
    trace = with_alpha(adj, [[[1, 0], [0.5, 0.5]]])
    assert "averages at 1, leans at 0 and chooses at 1 of 2 nodes" in uniformity(trace).verdicts[0]
    assert "acts like mean" in uniformity(trace, rule=Rule(most_nodes=0.5)).verdicts[0]


def test_what_reads_one_or_none_is_in_no_mean() -> None:
    """B reads one node, C none: they would pull every mean towards one neighbour."""
    adj = [[1, 1, 1], [0, 1, 0], [0, 0, 0]]
    found = uniformity(with_alpha(adj, uniform(adj)))
    row = found.by_head.iloc[0]
    assert (row["judged_nodes"], row["averaging_nodes"], row["choosing_nodes"]) == (1, 1, 0)
    assert row["mean_effective_neighbours"] == pytest.approx(3)
    assert row["mean_strongest_share"] == pytest.approx(1 / 3)
    assert [found.reads_like(node, 0) for node in range(3)] == [
        "reads like 3.00 of 3", "reads one, so α can only be 1", "reads nothing"
    ]  # fmt: skip


def test_share_on_the_same_label() -> None:
    """Node A (label x) reads A, B (x), C (y), D (none) with 0.4, 0.3, 0.2, 0.1: 0.3 on another x, uniform ¼.
    B (x) reads A and C with ½ each: ½, uniform ½. C (y) reads itself alone: 0 on others. D has no label."""
    alpha = np.array([[[0.4, 0.3, 0.2, 0.1], [0.5, 0, 0.5, 0], [0, 0, 1, 0], [0, 0, 0, 0]]])
    found = uniformity(with_alpha(ADJ, alpha), graph_of(ADJ, labels=["x", "x", "y", None]))
    assert found.same_label is not None
    assert found.same_label_uniform is not None
    assert found.same_label[:, 0] == pytest.approx([0.3, 0.5, 0, np.nan], nan_ok=True)
    assert found.same_label_uniform == pytest.approx([0.25, 0.5, 0, np.nan], nan_ok=True)
    assert found.sentences[-1] == (
        "Most on other nodes of the same label: head 0 with 0.40 on average, where uniform attention gives 0.38."
    )
    assert found.by_head["mean_same_label_share"].tolist() == pytest.approx([0.4])
    assert uniformity(with_alpha(ADJ, alpha), graph_of(ADJ, labels=[None] * 4)).same_label is None


def test_tables_are_labelled() -> None:
    adj = [[1, 1], [0, 0]]
    found = uniformity(Trace(graph_of(adj), (with_alpha(adj, [[[0.25, 0.75], [0, 0]], [[0.5, 0.5], [0, 0]]]),)))
    assert found.table["node"].tolist() == ["A", "A", "B", "B"]
    assert found.table["head"].tolist() == [0, 1, 0, 1]
    assert found.table["strongest_source"].tolist()[:2] == ["B", "A"]
    assert found.table["strongest_source"].isna().tolist() == [False, False, True, True]
    assert found.table["strongest_share"].tolist()[:2] == [0.75, 0.5]
    assert found.table["same_label_share"].isna().all()
    assert found.by_head["averaging_nodes"].tolist() == [0, 1]
    assert found.by_head["judged_nodes"].tolist() == [1, 1]


def test_nobody_to_judge() -> None:
    for adj in (np.eye(2), np.zeros((2, 2)), np.zeros((0, 0))):
        found = uniformity(with_alpha(adj, [adj]))
        assert found.verdicts == ("Head 0: no node reads two or more, so there is nothing to judge.",)
        assert found.judged == 0
        assert len(found.by_head) == 1


def test_a_graph_that_was_not_run_is_refused() -> None:
    with pytest.raises(GatvizError, match="the trace's 4 nodes"):
        uniformity(with_alpha(ADJ, uniform(ADJ)), graph_of(np.eye(3)))
