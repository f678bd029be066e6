"""The sentence above the charts is true of the run: what it names is looked up by other means, on any graph."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz.analysis import head_similarity, in_and_out, static_attention, uniformity
from gatviz.analysis.headlines import both_kinds, whether_static, which_are_alike, who_averages, who_is_read
from gatviz.attention.layer_trace import LayerTrace
from tests.attention.hand_traces import graph_of, with_alpha


def random_trace(seed: int) -> LayerTrace:
    """One to seven nodes and one to six heads, shares of a few values, so that there are ties."""
    rng = np.random.default_rng(seed)
    count, heads = int(rng.integers(1, 8)), int(rng.integers(1, 7))
    adj = (rng.random((count, count)) < rng.random()).astype(float)
    raw = np.exp(rng.integers(0, 3, size=(heads, count, count))) * adj
    total = raw.sum(axis=2, keepdims=True)
    return with_alpha(adj, np.divide(raw, total, out=np.zeros_like(raw), where=total > 0), e=np.log(raw + (adj == 0)))


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


@given(st.integers(0, 10_000))
@settings(max_examples=80, deadline=None)
def test_to_whom_the_most_attention_goes(seed: int) -> None:
    trace = random_trace(seed)
    told = who_is_read(in_and_out(trace))
    if not trace.num_edges:
        assert told == "No node reads any."
        return
    for head in range(trace.num_heads):
        received = trace.dense("alpha", head).sum(axis=0)
        best = np.flatnonzero(received > received.max() - 1e-6)
        whom = f"to node {best[0]}" if best.size == 1 else f"to {best.size} nodes alike"
        parts = re.findall(r"in heads? ([\d, and]+) (to (?:node \d+|\d+ nodes alike))", told)
        here = [where for heads, where in parts if head in numbers(heads)]
        if here:
            assert here == [whom]
        elif "every head" in told:
            assert whom in told
        else:
            assert "more" in told or "other" in told, told  # a long list is cut, and says so


@given(st.integers(0, 10_000))
@settings(max_examples=80, deadline=None)
def test_who_averages_and_who_chooses(seed: int) -> None:
    trace = random_trace(seed)
    found = uniformity(trace, graph_of(np.ones((trace.num_nodes, trace.num_nodes))))
    told = who_averages(found)
    if not found.judged:
        assert told == "No node reads two or more, so there is nothing to share out."
        return
    means = [np.nanmean(found.evenness[:, head]) for head in range(trace.num_heads)]
    named = re.match(r"Head (\d+) comes closest .* like ([\d.]+) %.* Head (\d+) chooses most: ([\d.]+) %", told)
    if named is None:
        assert f"{max(means):.1%}" == f"{min(means):.1%}"
        assert f"{max(means):.1%}".rstrip("%") in told
        return
    most, part, least, chosen = int(named[1]), named[2], int(named[3]), named[4]
    assert means[most] == max(means)
    assert means[least] == min(means)
    assert (part, chosen) == (f"{max(means):.1%}"[:-1], f"{min(means):.1%}"[:-1])


@given(st.integers(0, 10_000))
@settings(max_examples=80, deadline=None)
def test_which_heads_are_alike(seed: int) -> None:
    trace = random_trace(seed)
    found = head_similarity(trace)
    told = which_are_alike(found)
    pairs = found.table["divergence_bits"]
    named = re.match(r"Heads (\d) and (\d) are the most alike, heads (\d) and (\d) the least", told)
    if named:
        a, b, c, d = map(int, named.groups())
        assert found.divergence[a, b] == pairs.min() < pairs.max() == found.divergence[c, d]
    elif trace.num_heads > 2 and found.compared:
        assert told == "Every two heads are as alike as any other two."
        assert pairs.max() - pairs.min() < 1e-5


@given(st.integers(0, 10_000), st.integers(0, 10_000))
@settings(max_examples=80, deadline=None)
def test_whether_attention_is_static(seed: int, other: int) -> None:
    found = static_attention(random_trace(seed))
    told = whether_static(found)
    if set(found.static) == {True}:
        assert told.startswith("Static: ")
    elif set(found.static) == {False}:
        assert told.startswith("Dynamic: ")
    elif None not in found.static:
        static, dynamic = told.split(", dynamic in ")
        assert numbers(static) == [head for head, one in enumerate(found.static) if one]
        assert numbers(dynamic) == [head for head, one in enumerate(found.static) if not one]
    else:
        assert "no order to compare" in told
    second = static_attention(random_trace(other))
    kinds = both_kinds(found, second, 0)
    answers = (found.static[0], second.static[0])
    assert ("no order to compare" in kinds) == (None in answers)
    assert ("both rank alike" in kinds) == (answers == (True, True))
    assert ("neither" in kinds) == (answers == (False, False))
