"""One explanation in the making, in a thread of its own: others are not held up, and what is there can be shown."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np
import streamlit as st

from gatviz import words
from gatviz.analysis import Contribution, attention_contribution
from gatviz.analysis.explanation.explain import Explanation, Inquiry, typical_agreement
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.ui.background import Background

if TYPE_CHECKING:
    import pandas as pd

Phase = Literal["removals", "pairs", "mean", "training", "places", "done"]

_KEY = "explain_jobs"
_MAX_KEPT = 6
_MAX_NODES_OF_MEAN = 40


class Job(Background):
    """An explanation: removals, then pairs, then the mean over other nodes."""

    def __init__(self, model: GAT, graph: Graph, node: int) -> None:
        super().__init__()
        self._model, self._graph = model, graph
        self._stage: Phase = "removals"
        self.inquiry = Inquiry(model, graph, node)
        self.total = self.inquiry.total
        self.typical: pd.DataFrame | None = None
        self._as_it_is: Contribution | None = None
        self._both: dict[int, tuple[float, float] | None] = {}
        self._shown: tuple[tuple[Phase, int, str], Explanation] | None = None
        self.resume()

    @property
    def stage(self) -> Phase:
        """See `Background`."""
        return self._stage

    def wait(self, seconds: float) -> None:
        """Wait until removals and pairs are done, so long at most."""
        until = time.monotonic() + seconds
        while self.running and self._stage in ("removals", "pairs") and time.monotonic() < until:
            time.sleep(0.01)

    def explanation(self) -> Explanation:
        """What is known by now; asking for it keeps the job at work."""
        self.seen()
        if self.problem is not None:
            raise self.problem
        now = (self._stage, self.done if self._stage in ("removals", "pairs") else 0, words.language())
        if self._shown is None or self._shown[0] != now:
            self._shown = (now, self.inquiry.explanation())
        return self._shown[1]

    def both_ways(self, rows: pd.Index) -> dict[int, tuple[float, float]]:
        """How p and its log-odds change without an edge and the one back, by rows of the table; where there is one."""
        missing = [row for row in rows.tolist() if row not in self._both]
        if missing:
            self._both |= self.inquiry.both_ways(missing)
        return {row: change for row in rows.tolist() if (change := self._both[row]) is not None}

    def as_it_is(self, model: Callable[[], GAT], graph: Graph) -> Contribution:
        """What attention adds to the model on show, as far as that is known without training."""
        if self._as_it_is is None:
            self._as_it_is = attention_contribution(model(), graph, self.inquiry.node)
        return self._as_it_is

    def _work(self) -> None:
        for stage, step in self._steps:
            self._stage, self.done = stage, 0
            step()
            if self._wants_to_stop():
                return
        self._stage, self.finished = "done", True

    @property
    def _steps(self) -> tuple[tuple[Phase, Callable[[], None]], ...]:
        return (("removals", self._remove), ("pairs", self._pair), ("mean", self._mean))

    def _remove(self) -> None:
        self.inquiry.measure(self._told, self._wants_to_stop)

    def _pair(self) -> None:
        self.total = self.inquiry.possible_pairs
        self.inquiry.pair_up(self._told, self._wants_to_stop)

    def _mean(self) -> None:
        count = self._graph.num_nodes
        drawn = np.random.default_rng(0).permutation(count)[:_MAX_NODES_OF_MEAN]
        nodes = sorted(drawn.tolist())
        self.total = len(nodes)
        found = typical_agreement(self._model, self._graph, nodes=nodes, progress=self._told, stop=self._wants_to_stop)
        if self.done == self.total:
            self.typical = found


def job_of(key: str, node: int, model: Callable[[], GAT], graph: Graph) -> Job:
    """The session's job for a run's node; another one stops where it is, and is kept for a while.

    Arguments:
        key: of the run, see `Run`. model: gives the model that ran.

    Raises:
        GatvizError: as `explain_node`.
    """
    jobs: OrderedDict[tuple[str, int], Job] = st.session_state.setdefault(_KEY, OrderedDict())
    for other, job in jobs.items():
        if other != (key, node):
            job.stop()
    if (key, node) not in jobs:
        jobs[key, node] = Job(model(), graph, node)
    jobs.move_to_end((key, node))
    while len(jobs) > _MAX_KEPT:
        jobs.popitem(last=False)
    return jobs[key, node]


def explained(run: str) -> Explanation | None:
    """The explanation of this run that was looked at last, if its removals and pairs are done.

    Arguments:
        run: its key, of whichever layer.
    """
    jobs: OrderedDict[tuple[str, int], Job] = st.session_state.get(_KEY, OrderedDict())
    for (key, _node), job in reversed(jobs.items()):
        if key.rpartition(" layer ")[0] == run.rpartition(" layer ")[0] and job.problem is None:
            found = job.explanation()
            if found.complete:
                return found
    return None
