"""What is said of epochs: since when something stays so, what was withdrawn, and what heads do at an epoch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatviz.analysis import uniformity
from gatviz.analysis.over_epochs import (
    SeedTold,
    agreement_of_seeds,
    heads_at,
    levels,
    mean_right,
    same_but_for_one,
    seed_told,
    spells,
)
from gatviz.analysis.sentence import text_of
from gatviz.analysis.training_story import Curve, seeds_story, training_story
from gatviz.attention.layers import new_generator
from gatviz.model.gat import GAT
from gatviz.training.training import Read
from tests.model.test_model import random_graph

HOLDS = st.lists(st.booleans(), max_size=60)


@given(HOLDS, st.integers(1, 8), st.integers(1, 3))
def test_a_spell_is_a_longest_run_that_is_long_enough(holds: list[bool], at_least: int, stride: int) -> None:
    epochs = [k * stride for k in range(len(holds))]
    inside = {
        (a, b)
        for a in range(len(holds))
        for b in range(a, len(holds))
        if all(holds[a : b + 1])
        and (a == 0 or not holds[a - 1])
        and (b == len(holds) - 1 or not holds[b + 1])
        and (b - a) * stride + 1 >= at_least
    }
    found = spells(epochs, holds, at_least)
    assert {(spell.first // stride, spell.last // stride) for spell in found} == inside
    assert [spell.stands for spell in found] == [spell.last == epochs[-1] for spell in found]


@given(st.lists(st.integers(0, 12), min_size=2, max_size=60), st.integers(1, 20))
def test_a_level_holds_from_its_epoch_to_the_end_and_not_before(right: list[int], at_least: int) -> None:
    epochs = list(range(len(right)))
    found = levels(epochs, right, 12, at_least)
    assert len(found) <= 2
    for level in found:
        assert min(right[level.epoch :]) >= level.right
        assert right[level.epoch - 1] < level.right
    if found and found[-1].right != 9:
        longest = [min(right[k:]) for k in epochs if len(right) - k >= at_least]
        assert found[-1].right == max(longest)


@pytest.mark.parametrize("seed", range(12))
def test_heads_are_told_as_uniformity_tells_them(seed: int) -> None:
    graph = random_graph(seed)
    model = GAT.of_paper(4, 3, head_features=2, num_heads=3, generator=new_generator(seed), self_loops="as_given")
    layer = model.trace(graph).layers[0]
    edges = Read.by(model, graph)
    assert np.array_equal(edges.edge_index, layer.edge_index)
    found, told = heads_at(layer.alpha, edges.edge_index, edges.ptr), uniformity(layer)
    if told.judged:
        np.testing.assert_allclose(found.evenness, np.nanmean(told.evenness, axis=0), atol=1e-6)
        np.testing.assert_allclose(found.effective, told.by_head["mean_effective_neighbours"], atol=1e-5)
        assert found.neighbours == pytest.approx(told.by_head["mean_neighbours"][0])
    dense, even = layer.dense("alpha", 1), layer.adjacency / np.maximum(layer.adjacency.sum(1, keepdims=True), 1)
    if layer.num_edges:
        read = layer.adjacency.any(0)
        gains = np.where(read, (dense - even).sum(0), -np.inf)
        node = found.source[1]
        assert gains[node] == pytest.approx(gains.max(), abs=1e-6)
        readers = layer.adjacency[:, node]
        assert found.readers[1] == readers.sum()
        assert found.share[1] == pytest.approx(dense[readers.astype(bool), node].mean(), abs=1e-6)
        assert found.even[1] == pytest.approx(even[readers.astype(bool), node].mean())


def star(loud: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Four nodes read nodes 0 and 1 each, and give 0 so much."""
    target = np.repeat(np.arange(4), 2)
    alpha = np.tile([loud, 1 - loud], 4)[:, None]
    return np.stack([[alpha, 1 - alpha]])[0, 0], np.stack([np.tile([0, 1], 4), target]), np.arange(0, 9, 2)


def story_of(loud: list[float], *, ended: bool = True, right: list[float] | None = None) -> tuple[str, str, list[str]]:
    epochs = list(range(len(loud)))
    heads = [heads_at(*star(one)) for one in loud]
    curve = Curve("own", epochs, right or [0.0] * len(loud))
    told = training_story(epochs, heads, [curve], 10, ended=ended, total=100, at=epochs[-1])
    names = ("Ada", "Bo", "2", "3")
    return text_of(told.headline, names), text_of(told.below, names), [flag.text for flag in told.flags]


def test_a_head_that_stops_averaging_is_told_with_whom_it_listens_to() -> None:
    headline, below, flags = story_of([0.5] * 10 + [0.9] * 30)
    assert headline == (
        "From epoch 10 on, head 0 stops averaging: it listens to Ada. "
        "Evenness 0.692 at epoch 39: reads like 1.38 of 2 neighbours."
    )
    assert below == "The 4 that read Ada give it 0.9 on average, own loops counted; even share 0.5."
    assert flags == ["10: head 0 stops averaging"]
    assert story_of([0.5] * 10 + [0.9] * 30, ended=False)[0].startswith("From epoch 10 on, so far, head 0")


def test_what_did_not_last_is_withdrawn_and_said() -> None:
    headline, below, flags = story_of([0.5] * 5 + [0.9] * 25 + [0.5] * 30)
    assert headline == ("No head stopped averaging: the least even, head 0, reads like 2 of 2 neighbours.")
    assert below == ""
    assert flags == ["head 0 stopped averaging from 5 to 29 only"]
    assert story_of([0.5] * 5 + [0.9] * 19)[2] == []


def test_how_many_are_right_is_told_from_the_epoch_from_which_it_stays_so() -> None:
    right = [2.0] * 5 + [8.0] * 20 + [7.0] + [9.0] * 30
    _headline, below, flags = story_of([0.5] * len(right), right=right)
    assert below == "At least 9 of 10 are right from epoch 26 on."
    assert flags == ["26: at least 8 right", "26: at least 9 right"]


def test_one_node_is_no_difference() -> None:
    assert same_but_for_one(29.9, 30.3)
    assert not same_but_for_one(28.9, 30.0)
    assert mean_right([0, 10, 20], [0, 4, 6]) == 5
    epochs = list(range(40))
    heads = [heads_at(*star(0.5)) for _ in epochs]

    def below(theirs: float) -> str:
        curves = [Curve("own", epochs, [8.0] * 40), Curve("GCN", epochs, [theirs] * 40)]
        told = training_story(epochs, heads, curves, 10, ended=True, total=40, at=3, names={"GCN": "A GCN"})
        return text_of(told.below, ())

    assert "A GCN does as well: 9 right" in below(9.0)
    assert "A GCN does better: 9.5 right" in below(9.5)
    assert "A GCN does less well: 6 right" in below(6.0)


def test_nothing_trained_and_nothing_to_share_out_have_sentences_of_their_own() -> None:
    assert "the model as it came" in story_of([0.5])[0]
    told = training_story([], [], [], 0, ended=False, total=5, at=0)
    assert "not trained yet" in text_of(told.headline, ())
    alone = heads_at(np.ones((2, 1)), np.array([[0, 1], [0, 1]]), np.arange(3))
    told = training_story([0, 1], [alone, alone], [], 0, ended=False, total=5, at=1)
    assert "nothing for attention to share out" in text_of(told.headline, ())
    empty = heads_at(np.ones((0, 2)), np.zeros((2, 0), dtype=np.int64), np.zeros(3, dtype=np.int64))
    assert np.isnan(empty.evenness).all()
    assert (empty.source == -1).all()


def seed_of(*loud: float) -> SeedTold:
    """A seed whose only head gives the first node such a share, epoch by epoch."""
    stars = [star(one) for one in loud]
    alpha, _edge_index, ptr = stars[-1]
    heads = [heads_at(*one) for one in stars]
    return seed_told(0, range(len(loud)), heads, [0.0] * len(loud), alpha, ptr)


def test_seeds_say_in_how_many_of_them_a_head_stops_and_whom_it_then_listens_to() -> None:
    stops, averages = seed_of(*[0.5] * 5 + [0.9] * 25), seed_of(*[0.5] * 30)
    told = seeds_story([stops, averages, stops], ("Ada", "Bo", "2", "3"))
    assert told.startswith("A head stops averaging in 2 of 3 seeds (stays below 0.95)")
    assert "listens to Ada in 2" in told
    assert "none of 2 seeds" in seeds_story([averages, averages], ("Ada", "Bo", "2", "3"))
    assert seeds_story([stops], ("Ada", "Bo", "2", "3")) == ""


@given(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=6), st.integers(0, 99))
def test_seeds_agree_as_pearson_says_and_even_shares_alone_are_no_agreement(loud: list[float], seed: int) -> None:
    told = [seed_of(one) for one in loud]
    whole, over = agreement_of_seeds(told)
    if all(abs(one - 0.5) > 0.01 for one in loud):
        r = np.corrcoef([one.mean - one.even for one in told])[np.triu_indices(len(loud), 1)].mean()
        assert over == pytest.approx(r)
    draw = np.random.default_rng(seed)
    even = np.repeat([1, 1 / 2, 1 / 5], [1, 2, 5])
    noisy = [SeedTold(k, (0,), even, even, False, None, even + draw.normal(0, 1e-3, 8), even) for k in range(40)]
    whole, over = agreement_of_seeds(noisy)
    assert whole > 0.99
    assert abs(over) < 0.2
