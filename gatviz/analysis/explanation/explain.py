"""One node's answer, explained: what attention says, what was sent, what removing does, and how they agree.

e edges within reach of the node v, L attention layers, K classes; p the probability of the class c that comes out at v.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.explanation.agreement import ATTENTION, Agreement, agreement
from gatviz.analysis.explanation.messages import gradient_times_alpha, message_values, of_margin
from gatviz.analysis.explanation.pairs import Pairs, candidates, tried_pairs
from gatviz.analysis.explanation.paths import (
    Paths,
    attention_columns,
    edge_columns,
    equal_shares_of,
    place_of,
    shares_of,
    shuffled,
    walked,
)
from gatviz.analysis.explanation.proof import proofs_of
from gatviz.analysis.explanation.removal import (
    Outcome,
    Progress,
    Removed,
    Stop,
    class_names,
    class_of,
    opposite,
    outcome_of,
    removed_one_by_one,
)
from gatviz.analysis.explanation.thresholds import FIRST_FOR_THE_TABLE, MOVES, SHUFFLES
from gatviz.analysis.explanation.verdict import Verdict, verdict_of
from gatviz.attention.layer_trace import Array
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.proof import Check
from gatviz.model.trace import Trace
from gatviz.model.without import Sensitivity, Without, in_double, sensitivity
from gatviz.words import language

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a node's answer rests on, as far as edges go; all numbers are of runs in float64, in evaluation.

    Attributes:
        graph, node: which node (v, by number) of which graph.
        answer: what comes out at v. classes: K names.
        edges: a row for each edge within reach, by target, then source. Columns:
            target, source (names), hop (steps from the target to v), added_loop,
            attention (φ, see `path_attribution`), attention_l0 … (its parts by layer),
            message (how far the margin would fall, see `message_values`), message_change (p after that fall − p),
            equal (φ with equal shares in the place of α),
            removal (p_without − p), p_without, log_odds (change of the log-odds of c), speaks_for (a class, or None);
            attention_last (α of the last layer), attention_max (the largest over layers and heads, what PyG's
            AttentionExplainer gives by default), attention_mean (over layers), gradient_alpha (gradient × α).
            What was not removed yet has NaN.
        agreement: of attention, message and equal with removal, by hop; see `Agreement`.
        overall: the same with what is over all hops. pairs: see `Pairs.table`. together: all about pairs.
        verdict: what follows.
        proofs: what was checked on the way.
        done, total: how many removals, of how many. ranked: how many of them the agreement is from.
        coupled: whether a step couples all nodes, so that every edge is within reach.
        skips: whether the model hands on what a node has beside what it reads, which attention alone leaves out.
        num_layers: L.
    """

    graph: Graph
    node: int
    answer: Outcome
    classes: tuple[str, ...]
    edges: pd.DataFrame
    overall: Agreement
    together: Pairs
    verdict: Verdict
    proofs: tuple[Check, ...]
    done: int
    total: int
    ranked: int
    coupled: bool
    skips: bool
    num_layers: int

    @property
    def agreement(self) -> pd.DataFrame:
        """See `Agreement.table`."""
        return self.overall.table

    @property
    def pairs(self) -> pd.DataFrame:
        """See `Pairs.table`."""
        return self.together.table

    @property
    def name(self) -> str:
        """The node's name."""
        return self.graph.names[self.node]

    @property
    def label(self) -> str | None:
        """The node's label."""
        return None if self.graph.labels is None else self.graph.labels[self.node]

    @property
    def named(self) -> bool:
        """Whether the columns of the output stand for labels of the graph."""
        return not set(self.classes).isdisjoint(self.graph.class_names)

    @property
    def predicted(self) -> str:
        """c by name."""
        return self.classes[self.answer.column]

    @property
    def complete(self) -> bool:
        """Whether all edges within reach were removed, and the pairs tried."""
        return self.done == self.total and (self.together.possible == 0 or self.together.tried > 0)

    @cached_property
    def strongest(self) -> pd.DataFrame:
        """The edges that were removed, whose removal moves p most first."""
        done = self.edges[self.edges["removal"].notna()]
        return done.iloc[np.argsort(-done["removal"].abs().to_numpy(), kind="stable")]

    @cached_property
    def place_by_attention(self) -> int | None:
        """At which place, from 1, attention puts the edge whose removal moves p most; None without edges."""
        if not len(self.strongest):
            return None
        attention = self.edges["attention"].to_numpy().round(12)
        return 1 + int((attention > attention[self.strongest.index[0]]).sum())


def explain_node(
    model: GAT,
    graph: Graph,
    node: int | str,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Explanation:
    """What attention says about a node's answer, and what removing does.

    Arguments:
        node: its number, or its name.
        seed: of the shuffled attention, and of the order in which many edges are removed.
        progress: called with how many removals of how many are done, pairs included. stop: asked in between; then what
            is done is returned.

    Raises:
        GatvizError: a model with one answer for the whole graph, or with a single output; a node that is not there.
    """
    asked = Inquiry(model, graph, node, seed=seed)
    total = asked.total + asked.possible_pairs

    def told(before: int) -> Progress | None:
        return None if progress is None else lambda done, _of: progress(before + done, total)

    asked.measure(told(0), stop)
    if asked.complete:
        asked.pair_up(told(asked.total), stop)
    return asked.explanation()


class Inquiry:
    """An explanation in the making: removals are done bit by bit, and `explanation` tells what is known so far.

    Arguments: as for `explain_node`; `double` is the model as `in_double` gives it, if that is at hand.
    """

    def __init__(self, model: GAT, graph: Graph, node: int | str, *, seed: int = 0, double: GAT | None = None) -> None:
        self.graph, self.node, self.seed = graph, place_of(graph.names, node), seed
        self._model = in_double(model) if double is None else double
        self.run = Without(self._model, graph, self.node)
        self.answer = outcome_of(self.run)
        self._sensitivity: Sensitivity = sensitivity(self._model, graph, self.node, self.answer.column)
        self._removed = Removed(self.answer, np.full((self.total, self.answer.outputs.size), np.nan))
        self._pairs: Pairs | None = None
        self._agreed: tuple[tuple[int, str], Agreement] | None = None

    @property
    def trace(self) -> Trace:
        """The run with all edges, in float64."""
        return self._sensitivity.trace

    @property
    def total(self) -> int:
        """How many edges there are to remove."""
        return int(self.run.reach.edges.size)

    @property
    def complete(self) -> bool:
        """Whether each of them was."""
        return bool(self._removed.done.all())

    @property
    def possible_pairs(self) -> int:
        """How many pairs will be tried."""
        return len(candidates(self.run.reach.hop, np.zeros(self.total))[0])

    def measure(self, progress: Progress | None = None, stop: Stop | None = None) -> None:
        """Remove what was not removed yet: first the strongest by attention, then the others in random order."""
        edges, order = self.run.reach.edges, self._order[~self._removed.done[self._order]]
        before = self.total - order.size
        for start in range(0, order.size, self.run.copies):
            if stop is not None and stop():
                return
            part = order[start : start + self.run.copies]
            self._removed.outputs[part] = self.run.outputs(edges[part][:, None].tolist())
            if progress is not None:
                progress(before + start + part.size, self.total)

    def pair_up(self, progress: Progress | None = None, stop: Stop | None = None) -> None:
        """Remove pairs of edges."""
        reach = self.run.reach
        arguments = (self.run, self.graph, reach.edges, reach.hop, self._removed)
        self._pairs = tried_pairs(*arguments, progress=progress, stop=stop)

    def both_ways(self, rows: Sequence[int]) -> dict[int, tuple[float, float] | None]:
        """How p and its log-odds change without these edges [of e] and those back; None where there is none back."""
        edges = self.run.reach.edges[list(rows)]
        back = [opposite(self.run, edge) for edge in edges.tolist()]
        removed = removed_one_by_one(self.run, edges, both_ways=True)
        changes = zip(removed.change.tolist(), removed.log_odds.tolist(), strict=True)
        return {row: change if there else None for row, change, there in zip(rows, changes, back, strict=True)}

    def moved_agreement(self) -> pd.DataFrame | None:
        """How the scores agree with removal, without the shuffled; None if no edge moves the answer."""
        change = self._removed.change
        if not np.abs(change).max(initial=0.0) >= MOVES:
            return None
        return agreement(self.scores, change, self.run.reach.hop).table

    def explanation(self) -> Explanation:
        """What is known so far."""
        removed = Removed(self.answer, self._removed.outputs.copy())
        ranked = self._ranked(removed.done)
        found = self._agreement(removed, ranked)
        pairs = self._pairs or tried_pairs(
            self.run, self.graph, self.run.reach.edges, self.run.reach.hop, removed, stop=lambda: True
        )
        return Explanation(
            graph=self.graph,
            node=self.node,
            answer=self.answer,
            classes=class_names(self.graph, self.answer.outputs.size, self._model.classes),
            edges=self._table(removed),
            overall=found,
            together=pairs,
            verdict=verdict_of(removed, pairs, found),
            proofs=self._proofs,
            done=int(removed.done.sum()),
            total=self.total,
            ranked=int(ranked.sum()),
            coupled=self.run.reach.coupled,
            skips=self.trace.hands_on,
            num_layers=len(self.trace.layers),
        )

    def _agreement(self, removed: Removed, ranked: NDArray[np.bool_]) -> Agreement:
        """The agreement of what is ranked; made once for it. As long as some are missing, a fifth of the draws do."""
        count = int(ranked.sum())
        now = (count, language())
        if self._agreed is None or self._agreed[0] != now:
            drawn = self._null if ranked.all() else self._some_null
            scores = {name: values[ranked] for name, values in self.scores.items()}
            null = drawn[:, ranked] if count else None
            self._agreed = now, agreement(scores, removed.change[ranked], self.run.reach.hop[ranked], null)
        return self._agreed[1]

    @cached_property
    def scores(self) -> Mapping[str, Array]:
        """What each way of asking says of the edges [e]: attention alone, messages, equal shares."""
        reach = self.run.reach
        return {
            ATTENTION: self._paths.attention[reach.edges],
            "message": of_margin(self.answer.margin - self._messages) - of_margin(np.array(self.answer.margin)),
            "equal": self._walked(equal_shares_of(self.trace)).attention[reach.edges],
        }

    @cached_property
    def _paths(self) -> Paths:
        return self._walked(shares_of(self.trace))

    @cached_property
    def _messages(self) -> Array:
        return message_values(self._sensitivity, self.run.reach.edges)

    @cached_property
    def _null(self) -> Array:
        return shuffled(self.trace, self.run.reach, self.seed)

    @cached_property
    def _some_null(self) -> Array:
        return shuffled(self.trace, self.run.reach, self.seed, SHUFFLES // 5)

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """In which order the edges are removed."""
        strongest = np.argsort(-self.scores[ATTENTION], kind="stable")
        first, others = strongest[:FIRST_FOR_THE_TABLE], strongest[FIRST_FOR_THE_TABLE:]
        return np.concatenate([first, np.random.default_rng(self.seed).permutation(others)])

    @cached_property
    def _proofs(self) -> tuple[Check, ...]:
        return proofs_of(self._model, self.graph, self.run, self.trace, self._paths)

    def _walked(self, shares: list[Array]) -> Paths:
        return walked(self.run.edge_index, self.graph.num_nodes, self.node, shares)

    def _ranked(self, done: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which edges are ranked: all, or as long as some are missing, those of the random part alone."""
        if done.all():
            return done
        part = done.copy()
        part[self._order[:FIRST_FOR_THE_TABLE]] = False
        return part

    def _table(self, removed: Removed) -> pd.DataFrame:
        edges = self.run.reach.edges
        alpha = [layer.alpha[edges] for layer in self.trace.layers]
        speaks = np.where(removed.done, removed.speaks_for, -1)
        columns: dict[str, Any] = {
            **attention_columns(self._paths, self.run.reach),
            "message": self._messages,
            "message_change": self.scores["message"],
            "equal": self.scores["equal"],
            "removal": removed.change,
            "p_without": removed.p_without,
            "log_odds": removed.log_odds,
            "speaks_for": class_of(self.graph, speaks, self.answer.outputs.size, self._model.classes),
            "attention_last": alpha[-1].mean(1),
            "attention_max": np.max([each.max(1) for each in alpha], axis=0),
            "attention_mean": np.mean([each.mean(1) for each in alpha], axis=0),
            "gradient_alpha": gradient_times_alpha(self._sensitivity, edges),
        }
        return edge_columns(self.trace, self.run.reach).assign(**columns)


def typical_agreement(
    model: GAT,
    graph: Graph,
    *,
    nodes: list[int] | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> pd.DataFrame:
    """How well each score agrees with removal on average, over the nodes whose answer an edge can move.

    Arguments:
        nodes: which to look at; all of the graph if left out. progress, stop: as for `explain_node`, in nodes.

    Returns:
        Columns: score, hop, mean (of Spearman's correlation), nodes (how many have one).
    """
    import pandas as pd

    chosen = list(range(graph.num_nodes)) if nodes is None else nodes
    double = in_double(model)
    rows = []
    for done, node in enumerate(chosen, start=1):
        if stop is not None and stop():
            break
        asked = Inquiry(model, graph, node, double=double)
        asked.measure()
        found = asked.moved_agreement()
        if found is not None:
            rows.append(found)
        if progress is not None:
            progress(done, len(chosen))
    if not rows:
        return pd.DataFrame({"score": [], "hop": [], "mean": [], "nodes": []})
    table = pd.concat(rows).dropna(subset="spearman").groupby(["score", "hop"], sort=False)["spearman"]
    return table.agg(mean="mean", nodes="count").reset_index()
