"""Every number of an explanation against its definition, written out in loops that share nothing with gatviz.

The forward pass, the paths, the gradient (by differences), removals, pairs and rank agreement are made here once more,
for models of all kinds on small random graphs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from gatviz import GAT, Graph, LayerSettings, LoopFeatures, analysis
from gatviz.attention.layers import new_generator

Vector = np.ndarray[Any, np.dtype[np.float64]]
Ends = tuple[int, int]
"""(source, target)."""
Push = dict[tuple[int, int, int, int], float]
STEP = 1e-5


@dataclass
class Net:
    """A model's numbers, in float64, and the edges that it reads with their features."""

    layers: list[dict[str, Vector]]
    settings: tuple[LayerSettings, ...]
    x: Vector
    edges: dict[Ends, Vector]
    added: set[Ends]
    loops: LoopFeatures | None

    def run(self, edges: dict[Ends, Vector], push: Push | None = None) -> Run:
        """Every layer, node by node; `push` adds to h′ of (layer, node, head, feature)."""
        found, h = Run([], [], [], self.x), self.x
        for m, (w, how) in enumerate(zip(self.layers, self.settings, strict=True)):
            N, H, C = len(h), how.num_heads, how.out_features
            alpha: dict[tuple[Ends, int], float] = {}
            sent: dict[tuple[Ends, int], Vector] = {}
            h_prime = np.zeros((N, H, C))
            for i in range(N):
                read = sorted(j for j, target in edges if target == i)
                for k in range(H):
                    e = {j: score(w, how, h, i, j, k, edges[j, i]) for j in read}
                    whole = sum(np.exp(value) for value in e.values())
                    for j in read:
                        alpha[(j, i), k] = float(np.exp(e[j]) / whole)
                        sent[(j, i), k] = message(w, how, h, j, k, edges[j, i])
                        h_prime[i, k] += alpha[(j, i), k] * sent[(j, i), k]
            for (layer, i, k, c), by in (push or {}).items():
                if layer == m:
                    h_prime[i, k, c] += by
            out = h_prime.reshape(N, H * C) if how.concat else h_prime.mean(1)
            if "W_res" in w:
                out = out + h @ w["W_res"].T
            elif how.residual:
                out = out + h
            out = out + w.get("bias", np.zeros(out.shape[1]))
            h = np.where(out > 0, out, np.expm1(np.minimum(out, 0))) if how.activation == "elu" else out
            found.alpha.append(alpha)
            found.sent.append(sent)
            found.h_prime.append(h_prime)
        found.out = h
        return found

    def without(self, *gone: Ends) -> dict[Ends, Vector]:
        """The edges but for these; loops that the model fills are filled from what is left."""
        kept = {ends: values for ends, values in self.edges.items() if ends not in gone}
        for (j, i), own in kept.items():
            if j == i and self.loops is not None and ((j, i) in self.added or self.loops.filled == "all"):
                others = [values for (s, t), values in kept.items() if t == i and s != i]
                kept[j, i] = np.mean(others, axis=0) if others else np.zeros_like(own)
        return kept


@dataclass
class Run:
    alpha: list[dict[tuple[Ends, int], float]]
    sent: list[dict[tuple[Ends, int], Vector]]
    h_prime: list[Vector]
    out: Vector


def score(w: dict[str, Vector], how: LayerSettings, h: Vector, i: int, j: int, k: int, f: Vector) -> float:
    if how.kind == "GAT":
        raw = w["a_target"][k] @ w["W"][k] @ h[i] + w["a_source"][k] @ w["W"][k] @ h[j]
        raw += w["a_edge"][k] @ w["W_edge"][k] @ f if how.edge_features else 0.0
        return float(max(raw, how.negative_slope * raw))
    hidden = w["W_target"][k] @ h[i] + w["W_source"][k] @ h[j]
    hidden = hidden + sum(w[name][k] for name in ("b_source", "b_target") if name in w)
    hidden = hidden + (w["W_edge"][k] @ f if how.edge_features else 0.0)
    return float(w["a"][k] @ np.maximum(hidden, how.negative_slope * hidden))


def message(w: dict[str, Vector], how: LayerSettings, h: Vector, j: int, k: int, f: Vector) -> Vector:
    if how.kind == "GATv2":
        sent: Vector = w["W_source"][k] @ h[j] + (w["b_source"][k] if "b_source" in w else 0.0)
    else:
        sent = w["W"][k] @ h[j] + (w["W_edge"][k] @ f if how.edge_in_message else 0.0)
    return sent


def share(z: Vector, c: int) -> float:
    return float(np.exp(z[c]) / np.exp(z).sum())


def margin(z: Vector, c: int) -> float:
    return float(z[c] - np.log(np.exp(np.delete(z, c)).sum()))


def paths(edges: dict[Ends, Vector], alpha: list[dict[Ends, float]], v: int) -> list[dict[Ends, float]]:
    """φ by layer: every walk of one edge a layer from any layer to v, one after the other."""
    parts = [dict.fromkeys(edges, 0.0) for _layer in alpha]

    def back(node: int, layer: int, held: float) -> None:
        for j, i in edges:
            if i == node and layer >= 0:
                parts[layer][j, i] += held * alpha[layer][j, i]
                back(j, layer - 1, held * alpha[layer][j, i])

    back(v, len(alpha) - 1, 1.0)
    return parts


def drawn(seed: int) -> tuple[GAT, Graph]:
    """A model of any kind, in float32, and a directed graph with a loop or two, a lonely node, two components."""
    rng = np.random.default_rng(seed)
    N = int(rng.integers(4, 8))
    adj = rng.random((N, N)) < 0.35
    adj[: N // 2, N // 2 :] &= rng.random() < 0.5  # often two components
    adj[N - 1, :] = adj[:, N - 1] = False  # reads nothing, is read by none
    adj[0, 1] = True
    target, source = np.nonzero(adj)
    features = int(seed % 3 == 1) * 2
    graph = Graph(
        names=tuple(f"n{k}" for k in range(N)),
        x=rng.normal(size=(N, 3)),
        edge_index=np.stack([source, target]),
        edge_features=rng.normal(size=(source.size, 2)) if features else None,
    )
    kind: Any = ("GAT", "GATv2")[int(rng.integers(2))]
    L, K = int(rng.integers(1, 4)), int(rng.integers(2, 4))
    extra: dict[str, Any] = {"kind": kind, "residual": bool(rng.integers(2)), "edge_features": features}
    if kind == "GATv2":
        extra["projection_bias"] = bool(rng.integers(2))
    elif features:
        extra["edge_in_message"] = bool(rng.integers(2))
    hidden = [
        LayerSettings(out_features=2, num_heads=int(rng.integers(1, 4)), concat=bool(rng.integers(2)), **extra)
        for _layer in range(L - 1)
    ]
    last = LayerSettings(out_features=K, num_heads=int(rng.integers(1, 3)), concat=False, activation=None, **extra)
    policy: Any = ("as_given", "add_missing", "remove")[int(rng.integers(3))]
    loops: dict[str, Any] = {}
    if features and policy == "add_missing" and rng.integers(2):
        loops["loop_features"] = LoopFeatures("mean", "all")
    model = GAT(3, [*hidden, last], self_loops=policy, generator=new_generator(seed), **loops)
    for parameter in model.parameters():
        parameter.data *= 1.7
    return model, graph


def net_of(model: GAT, graph: Graph) -> Net:
    layers = [
        {name: value.astype(np.float64) for name, value in layer.weights().items()} for layer in model.attention_layers
    ]
    width = model.edge_features
    edges = {
        (int(j), int(i)): np.zeros(width) if graph.edge_features is None else np.array(graph.edge_features[k])
        for k, (j, i) in enumerate(graph.edge_index.T)
        if j != i or model.self_loops != "remove"
    }
    added = {(n, n) for n in range(graph.num_nodes) if (n, n) not in edges and model.self_loops == "add_missing"}
    edges |= {ends: np.zeros(width) for ends in added}
    net = Net(layers, model.settings, np.array(graph.x), edges, added, model.loop_features if width else None)
    net.edges = net.without()
    return net


@pytest.mark.parametrize("seed", range(14))
def test_every_number_is_its_definition(seed: int) -> None:
    model, graph = drawn(seed)
    net = net_of(model, graph)
    whole = net.run(net.edges)
    L, N = len(net.layers), graph.num_nodes
    mean = [
        {ends: float(np.mean([run[ends, k] for k in range(how.num_heads)])) for ends in net.edges}
        for run, how in zip(whole.alpha, net.settings, strict=True)
    ]
    even = [{(j, i): 1 / sum(t == i for _s, t in net.edges) for j, i in net.edges}] * L
    for v in range(N):
        found = analysis.explain_node(model, graph, v if seed % 2 else graph.names[v])
        z = whole.out[v]
        c = int(np.argmax(z))
        assert found.answer.column == c
        assert found.answer.p == pytest.approx(share(z, c), abs=1e-12)
        steps = {v: 0}
        for step in range(1, L + len(net.edges)):
            for j, i in net.edges:
                if steps.get(i) == step - 1 and j not in steps:
                    steps[j] = step
        within = sorted((ends for ends in net.edges if steps.get(ends[1], L) < L), key=lambda ends: ends[::-1])
        rows = {
            (graph.names.index(row["source"]), graph.names.index(row["target"])): row
            for _k, row in found.edges.iterrows()
        }
        assert list(rows) == within
        phi, equal = paths(net.edges, mean, v), paths(net.edges, even, v)
        alone: dict[Ends, Vector] = {}
        for ends in within:
            row = rows[ends]
            alone[ends] = net.run(net.without(ends)).out[v]
            moved = share(alone[ends], c) - share(z, c)
            falls = [share(alone[ends], k) - share(z, k) for k in range(len(z))]
            expected = {
                "hop": steps[ends[1]],
                "added_loop": ends in net.added,
                "attention": sum(part[ends] for part in phi),
                **{f"attention_l{m}": part[ends] for m, part in enumerate(phi)},
                "equal": sum(part[ends] for part in equal),
                "p_without": share(alone[ends], c),
                "removal": moved,
                "log_odds": margin(alone[ends], c) - margin(z, c),
                "attention_last": mean[-1][ends],
                "attention_mean": np.mean([each[ends] for each in mean]),
                "attention_max": max(value for run in whole.alpha for (e, _k), value in run.items() if e == ends),
            }
            for name, value in expected.items():
                assert row[name] == pytest.approx(value, abs=1e-10), (name, ends)
            speaks = None if abs(moved) <= 0.0005 else found.classes[int(np.argmin(np.round(falls, 12)))]
            assert row["speaks_for"] == speaks
        check_messages(net, whole, rows, v, c)
        check_agreement(found.edges, found.agreement)
        check_pairs(net, found, rows, alone, v, c)


def check_messages(net: Net, whole: Run, rows: dict[Ends, Any], v: int, c: int) -> None:
    """val = Σ g·α(Wh_j − h′_i)/(1 − α), g by differences; σ(m − val) − p; gradient × α."""
    slope: dict[tuple[int, int, int, int], float] = {}
    for m, values in enumerate(whole.h_prime):
        for i, k, f in np.ndindex(*values.shape):
            up, down = (net.run(net.edges, {(m, i, k, f): by}).out[v] for by in (STEP, -STEP))
            slope[m, i, k, f] = (margin(up, c) - margin(down, c)) / (2 * STEP)
    m0 = margin(whole.out[v], c)
    for (j, i), row in rows.items():
        val = times = 0.0
        for m, how in enumerate(net.settings):
            for k in range(how.num_heads):
                alpha, sent = whole.alpha[m][(j, i), k], whole.sent[m][(j, i), k]
                lost = sent if alpha == 1 else alpha * (sent - whole.h_prime[m][i, k]) / (1 - alpha)
                g = np.array([slope[m, i, k, f] for f in range(how.out_features)])
                val += float(g @ lost)
                times += float(g @ (alpha * sent))
        assert row["message"] == pytest.approx(val, rel=1e-4, abs=1e-6)
        assert row["gradient_alpha"] == pytest.approx(times, rel=1e-4, abs=1e-6)
        changed = 1 / (1 + np.exp(-(m0 - row["message"]))) - 1 / (1 + np.exp(-m0))
        assert row["message_change"] == pytest.approx(changed, abs=1e-12)


def check_agreement(edges: Any, table: Any) -> None:
    for _k, row in table.iterrows():
        column = {"attention": "attention", "message": "message_change", "equal": "equal"}[row["score"]]
        here = edges[edges["hop"] == row["hop"]]
        said, moved = (here[name].abs().round(12).to_numpy() for name in (column, "removal"))
        if len(here) < 3 or len(set(said)) == 1 or len(set(moved)) == 1:
            assert np.isnan(row["spearman"])
            assert row["reason"]
            continue
        assert row["spearman"] == pytest.approx(spearmanr(said, moved).statistic, abs=1e-12)
        assert row["reason"] == ""
        left = []
        for k in range(len(here)):
            a, b = np.delete(said, k), np.delete(moved, k)
            if len(a) >= 3 and len(set(a)) > 1 and len(set(b)) > 1:
                left.append(spearmanr(a, b).statistic)
        if left:
            assert (row["low"], row["high"]) == pytest.approx((min(left), max(left)), abs=1e-12)
        else:
            assert np.isnan(row["low"])


def check_pairs(net: Net, found: Any, rows: dict[Ends, Any], alone: dict[Ends, Vector], v: int, c: int) -> None:
    """All pairs among the edges into v and the ten strongest others."""
    p = found.answer.p
    into = [ends for ends in rows if ends[1] == v]
    others = sorted((ends for ends in rows if ends[1] != v), key=lambda ends: -abs(rows[ends]["removal"]))[:10]
    expected = {}
    asked = list(combinations(sorted([*into, *others], key=lambda ends: ends[::-1]), 2))
    for first, second in asked:
        z = net.run(net.without(first, second)).out[v]
        small = all(abs(rows[ends]["removal"]) < 0.05 for ends in (first, second))
        turns = int(np.argmax(z)) != c and all(int(np.argmax(alone[ends])) == c for ends in (first, second))
        if turns or (small and abs(share(z, c) - p) > 0.15):
            expected[first, second] = share(z, c) - p
    number = found.graph.names.index
    told = {
        ((number(r["source"]), number(r["target"])), (number(r["source_2"]), number(r["target_2"]))): r["removal"]
        for _k, r in found.pairs.iterrows()
    }
    assert found.together.tried == len(asked)
    assert told == pytest.approx(expected, abs=1e-10)
