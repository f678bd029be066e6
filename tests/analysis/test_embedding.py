"""The plane of an embedding is PCA's, and from epoch to epoch it is turned, never stretched."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatviz import fit
from gatviz.analysis.embedding import Embedded, plane_of, turned
from tests.training.cases import karate, paper_model


@given(st.integers(2, 30), st.integers(1, 40), st.integers(0, 99))
def test_the_plane_holds_as_much_of_the_spread_as_the_two_largest_singular_values(N: int, G: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(N, G)) * np.linspace(1, 5, G)
    plane = plane_of(values)
    sizes = np.linalg.svd(values - values.mean(0), compute_uv=False) ** 2
    assert plane.share == pytest.approx(sizes[:2].sum() / sizes.sum())
    np.testing.assert_allclose((plane.points**2).sum(0), np.pad(sizes, (0, 2))[:2], atol=1e-6 * sizes[0])
    np.testing.assert_allclose(plane.points.mean(0), 0, atol=1e-9)
    assert (plane.points.max(0) >= -plane.points.min(0) - 1e-9).all()


def test_nodes_that_are_all_alike_lie_at_one_place_and_have_no_share() -> None:
    plane = plane_of(np.ones((4, 3)))
    assert not plane.points.any()
    assert np.isnan(plane.share)


@given(st.floats(0, 7), st.booleans(), st.integers(0, 99))
def test_turning_undoes_a_turn_and_a_mirror(angle: float, mirrored: bool, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(9, 2))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved = points @ turn * (-1 if mirrored else 1, 1)
    np.testing.assert_allclose(turned(moved, points), points, atol=1e-9)


def test_the_epochs_of_a_training_follow_each_other_whatever_is_asked_for_first() -> None:
    graph = karate()
    training = fit(graph, paper_model(graph, dropout=0.6), labelled=[0, 33], epochs=35, lr=0.03)
    for step, width in ((0, 64), (1, 2)):
        first, second = Embedded(training, step), Embedded(training, step)
        planes = [first.at(k) for k in range(36)]
        for k in (35, 3, 20):
            assert np.array_equal(second.at(k).points, planes[k].points)
        for k, plane in enumerate(planes):
            bare = plane_of(training.outputs(k)[step].output)
            assert (plane.width, plane.share) == (width, bare.share)
            apart, own = (np.linalg.norm(p[:, None] - p[None], axis=2) for p in (plane.points, bare.points))
            np.testing.assert_allclose(apart, own, atol=1e-8)
        for before, after in pairwise(planes):
            moves = [np.linalg.norm(after.points * signs - before.points) for signs in ((1, 1), (-1, -1))]
            assert moves[0] <= moves[1]
