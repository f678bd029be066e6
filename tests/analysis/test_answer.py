"""The headline: whatever is run and locked, each sentence that is said holds of the run, told independently of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GAT, Graph, LayerSettings
from gatviz.analysis import WeightingKey, answer, gcn_weights, mean_of_heads, text_of, uniform_weights
from gatviz.attention.layer_trace import GATTrace, LayerTrace
from gatviz.attention.layers import new_generator

CLOSE = 1e-5


class Facts:
    """A run, one weighting and what is locked, looked at without any of `gatviz.analysis`' sentences."""

    def __init__(self, layer: LayerTrace, which: WeightingKey, target: int | None, source: int | None):
        self.layer, self.which, self.target, self.source = layer, which, target, source
        columns: dict[Any, Any] = {"mean": mean_of_heads, "gcn": gcn_weights, "uniform": uniform_weights}
        self.weights = columns[which](layer) if which in columns else layer.alpha[:, int(which)]

    def row(self, target: int) -> dict[int, float]:
        """The weight of each node that a target reads."""
        source, ends = self.layer.edge_index
        return {int(source[k]): float(self.weights[k]) for k in np.flatnonzero(ends == target)}

    def largest(self, target: int) -> float:
        return max(self.row(target).values())

    def most(self, target: int) -> set[int]:
        row = self.row(target)
        return {j for j, share in row.items() if share >= max(row.values()) * (1 - CLOSE)}

    def score(self, target: int, source: int, kind: str) -> float:
        if kind == "source score":
            assert isinstance(self.layer, GATTrace)
            return float(self.layer.score_source[source, int(self.which)])
        edge = self.layer.edge_of(target, source)
        assert edge is not None
        return float(self.layer.e[edge, int(self.which)])


def about(text: str, value: float) -> bool:
    """Whether a number of three digits stands for a value."""
    return float(text) == pytest.approx(value, rel=5e-3, abs=1e-12)


def where(said: str, facts: Facts) -> bool:
    named = {"mean": f"On average over {facts.layer.num_heads} heads", "gcn": "In a GCN", "uniform": "In a plain mean"}
    return said == named.get(str(facts.which), f"In head {facts.which}")


def is_most(facts: Facts, target: str, source: str, share: str, count: int = 1) -> bool:
    most = facts.most(int(target))
    return int(source) in most and len(most) == count and about(share, facts.row(int(target))[int(source)])


def strongest(facts: Facts) -> set[tuple[int, int]]:
    proper = [(i, j) for j, i in facts.layer.edge_index.T.tolist() if i != j]
    largest = max(facts.row(i)[j] for i, j in proper)
    return {(i, j) for i, j in proper if facts.row(i)[j] >= largest * (1 - CLOSE)}


def is_placed(facts: Facts, kind: str, source: str, value: str, rank: str, count: str, target: str) -> bool:
    """ "The source score of 1, +0.740, is the highest of the 3 that 0 reads." """
    i, j = int(target), int(source)
    others = [facts.score(i, k, kind) for k in facts.row(i)]
    mine = facts.score(i, j, kind)
    above = sum(other > mine for other in others)
    same = sum(other == mine for other in others)
    place = re.fullmatch(r"number (\d+)", rank)
    holds = (
        above + 1 == int(place[1])
        if place
        else {
            "the highest": above == 0 and same == 1,
            "among the highest": above == 0 and same > 1,
            "the lowest": above == len(others) - 1,
        }[rank]
    )
    return holds and len(others) == int(count) and about(value, mine)


def half_holds(facts: Facts, half: str, rest: str) -> bool:
    """The target half is its own; and it decides of no order: without it the shares are ordered alike."""
    assert isinstance(facts.layer, GATTrace)
    slope = facts.layer.negative_slope
    assert (slope == 1) == ("cancels" in rest)
    told = [facts.target] if facts.target is not None else sorted({target for target, _source in strongest(facts)})
    return any(_is_half_of(facts, target, half) for target in told)


def _is_half_of(facts: Facts, target: int, half: str) -> bool:
    assert isinstance(facts.layer, GATTrace)
    row = facts.row(target)
    order = [facts.score(target, j, "source score") for j in sorted(row, key=lambda j: row[j])]
    monotone = all(a <= b + 1e-4 * max(1, abs(b)) for a, b in pairwise(order))
    return about(half, facts.layer.score_target[target, int(facts.which)]) and monotone


NUMBER = r"([-+]?[\d.]+(?:e[-+]?\d+)?)"
WHERE = r"(.+?)"
Holds = Callable[..., bool]


def is_alone(facts: Facts, target: str, source: str, share: str) -> bool:
    """Whether this arrow is the one strongest."""
    i, j = int(target), int(source)
    return strongest(facts) == {(i, j)} and about(share, facts.row(i)[j])


def effective(shares: list[float]) -> float:
    p = np.array(shares)
    return float(np.exp(-(p * np.log(p, where=p > 0, out=np.zeros_like(p))).sum()))


HEADLINES: dict[str, Holds] = {
    r"An empty graph\.": lambda f: f.layer.num_nodes == 0,
    r"No node reads any other: there is no attention yet\.": lambda f: f.layer.num_edges == 0,
    r"Every node reads only itself: each α is 1\.": lambda f: all(i == j for j, i in f.layer.edge_index.T),
    r"Node (\d+) reads nothing\.": lambda f, i: not f.row(int(i)),
    r"Node (\d+) does not read itself: there is no loop\.": lambda f, i: int(i) not in f.row(int(i)),
    r"Node (\d+) does not read node (\d+): there is no arrow\.": lambda f, i, j: int(j) not in f.row(int(i)),
    r"Node (\d+) reads only itself, so all of its attention stays there\.": lambda f, i: set(f.row(int(i))) == {int(i)},
    r"Node (\d+) reads only node (\d+), so all of its attention goes there\.": lambda f, i, j: (
        set(f.row(int(i))) == {int(j)}
    ),
    rf"{WHERE}, node (\d+) listens to all (\d+) nodes that it reads alike: {NUMBER} each\.": lambda f, w, i, n, share: (
        where(w, f) and len(f.most(int(i))) == len(f.row(int(i))) == int(n) and about(share, f.largest(int(i)))
    ),
    rf"{WHERE}, node (\d+) listens most to node (\d+) with {NUMBER} of its attention\.": lambda f, w, i, j, share: (
        where(w, f) and is_most(f, i, j, share)
    ),
    rf"{WHERE}, node (\d+) listens most to itself with {NUMBER} of its attention\.": lambda f, w, i, share: (
        where(w, f) and is_most(f, i, i, share)
    ),
    rf"{WHERE}, node (\d+) listens most to (\d+) nodes alike, (?:node (\d+)|itself) one of them: {NUMBER} each\.": (
        lambda f, w, i, n, j, share: where(w, f) and is_most(f, i, j or i, share, int(n))
    ),
    rf"{WHERE}, node (\d+) gets {NUMBER} of node (\d+)'s attention; (.+)": lambda f, w, j, share, i, rest: (
        where(w, f) and int(j) not in f.most(int(i)) and about(share, f.row(int(i))[int(j)]) and most_said(f, i, rest)
    ),
    rf"{WHERE}, node (\d+) keeps {NUMBER} of its attention to itself; (.+)": lambda f, w, i, share, rest: (
        where(w, f) and int(i) not in f.most(int(i)) and about(share, f.row(int(i))[int(i)]) and most_said(f, i, rest)
    ),
    rf"{WHERE}, the strongest arrow runs from (\d+) to (\d+): {NUMBER} of what (\d+) reads\.": (
        lambda f, w, j, i, share, reader: where(w, f) and is_alone(f, i, j, share) and reader == i
    ),
    rf"{WHERE}, the largest weight is {NUMBER}, of the arrow from node (\d+) to node (\d+)\.": (
        lambda f, w, share, j, i: where(w, f) and is_alone(f, i, j, share)
    ),
    rf"{WHERE}, (\d+) arrows are the strongest, {NUMBER} each: one is from node (\d+) to node (\d+)\.": (
        lambda f, w, n, share, j, i: (
            where(w, f) and len(strongest(f)) == int(n) and (int(i), int(j)) in strongest(f)
            and about(share, f.row(int(i))[int(j)])
        )
    ),
    rf"A GCN would weigh node (\d+) with {NUMBER} at node (\d+), whatever their features\.": lambda f, j, share, i: (
        f.which == "gcn" and about(share, f.row(int(i))[int(j)])
    ),
    r"A plain mean gives each of the (\d+) nodes that node (\d+) reads ([\d.]+)\.": lambda f, n, i, share: (
        f.which == "uniform" and len(f.row(int(i))) == int(n) and about(share, 1 / int(n))
    ),
    r"Node (\d+) reads one node, so a plain mean gives it all\.": lambda f, i: len(f.row(int(i))) == 1,
}  # fmt: skip


def most_said(facts: Facts, target: str, rest: str) -> bool:
    if match := re.fullmatch(rf"(\d+) others get the most, {NUMBER} each\.", rest):
        return len(facts.most(int(target))) == int(match[1]) > 1
    match = re.fullmatch(rf"node (\d+) (?:gets the most|keeps the most itself), {NUMBER}\.", rest)
    assert match, rest
    assert ("itself" in rest) == (match[1] == target)
    return is_most(facts, target, match[1], match[2])


def told_of(facts: Facts) -> tuple[int, int | None]:
    """The target that a line is about, and the source that is asked about."""
    return (facts.target, facts.source) if facts.target is not None else next(iter(strongest(facts)))


def give_nearly_the_same(facts: Facts) -> bool:
    """Whether heads differ by less than a hundredth on the pair that is told of, or one that comes as high."""
    target, source = told_of(facts)
    edges = [facts.layer.edge_of(target, j) for j in (facts.most(target) if source is None else {source})]
    shares = [facts.layer.alpha[edge] for edge in edges if edge is not None]
    return facts.which == "mean" and any(0.99 * share.max() < share.min() < share.max() for share in shares)


LINES: dict[str, Holds] = {
    rf"The (source score|score e) of (\d+), {NUMBER}, is (.+?) of the (\d+) that (\d+) reads\.": (
        is_placed
    ),
    rf"The target half, {NUMBER}, (is the same for all.+)": half_holds,
    rf"Head (\d+) gives {NUMBER}, head (\d+) gives {NUMBER}: the least and the most of all heads\.": (
        lambda f, least, low, most, high: (
            f.which == "mean" and float(low) < float(high) and int(least) != int(most) and int(most) < f.layer.num_heads
        )
    ),
    r"All heads give nearly the same\.": give_nearly_the_same,
    rf"It reads like {NUMBER} of (\d+)\.": lambda f, like, n: (
        about(like, effective([*f.row(told_of(f)[0]).values()]))
        and len(f.row(told_of(f)[0])) == int(n)
    ),
    r"All their scores e are alike, and so are their shares\.": lambda f: np.ptp(
        [f.score(told_of(f)[0], j, "score e") for j in f.row(told_of(f)[0])]
    ) <= 1e-4,
    rf"Their score would have been {NUMBER}, but the mask hides it from the softmax: it has no α\.": lambda f, e: about(
        e, f.layer.dense("e", int(f.which))[f.target, f.source]
    ),
    r"1/√\(d_i d_j\) = 1/√\((\d+) · (\d+)\): .+": lambda f, di, dj: (
        (len(f.row(told_of(f)[0])) == int(di) or f.target is None) and int(dj) > 0
    ),
}  # fmt: skip
"""Sentences of the line below that claim something of this very run; the others say what holds of any."""


def holds_somewhere(sentence: str, table: dict[str, Holds], facts: Facts) -> int:
    found = 0
    for pattern, holds in table.items():
        if match := re.fullmatch(pattern, sentence):
            assert holds(facts, *match.groups()), sentence
            found += 1
    return found


def check(layer: LayerTrace, which: WeightingKey, target: int | None, source: int | None) -> str:
    facts = Facts(layer, which, target, source)
    told = answer(layer, which, target, source)
    names = [str(n) for n in range(layer.num_nodes)]
    headline, line = text_of(told.headline, names), text_of(told.line, names)
    assert holds_somewhere(headline, HEADLINES, facts) == 1, headline
    for sentence in re.split(r"(?<=\.) (?=[A-Z])", line):
        holds_somewhere(sentence, LINES, facts)
    return headline


def run(seed: int, kind: Any, slope: float) -> LayerTrace:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 8))
    edges = np.stack(np.nonzero(rng.random((count, count)) < rng.random()))
    x = rng.integers(-1, 2, size=(count, 2)).astype(float)  # so that scores tie
    graph = Graph(tuple(map(str, range(count))), x, edges)
    layer = LayerSettings(kind=kind, out_features=2, num_heads=1 + seed % 3, negative_slope=slope)
    model = GAT(2, [layer], self_loops="as_given", generator=new_generator(seed))
    return model.eval().trace(graph).layers[0]


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    kind=st.sampled_from(["GAT", "GATv2"]),
    slope=st.sampled_from([0.0, 0.2, 0.5, 1.0]),
    data=st.data(),
)
def test_every_sentence_holds_of_the_run(seed: int, kind: str, slope: float, data: st.DataObject) -> None:
    layer = run(seed, kind, slope)
    node = st.integers(0, layer.num_nodes - 1)
    target = data.draw(st.none() | node)
    source = None if target is None else data.draw(st.none() | node)
    for which in (*range(layer.num_heads), "mean", "gcn", "uniform"):
        check(layer, which, target, source)


@pytest.mark.parametrize("loops", ["as_given", "add_missing"])
def test_graphs_without_arrows_have_sentences_of_their_own(loops: Any) -> None:
    for count, start in ((0, "An empty graph."), (2, "No node reads any" if loops == "as_given" else "Every node")):
        graph = Graph(tuple(map(str, range(count))), np.zeros((count, 2)), np.zeros((2, 0), int))
        layer = GAT(2, [LayerSettings(out_features=2, num_heads=2)], self_loops=loops).eval().trace(graph).layers[0]
        for which in (0, "mean", "gcn", "uniform"):
            assert check(layer, which, None, None).startswith(start)


def test_heads_that_are_written_alike_are_not_told_apart() -> None:
    """0.66905 and 0.66874 are both 0.669."""
    assert check(run(32725, "GATv2", 0.0), "mean", None, None)
    told = answer(run(32725, "GATv2", 0.0), "mean")
    assert text_of(told.line, ()).startswith("All heads give nearly the same.")
