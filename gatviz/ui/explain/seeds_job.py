"""Trainings of the model on show under other seeds, in a thread: what attention adds, and whether seeds agree."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from gatviz.analysis import Contribution, attention_contribution, seed_places
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.training.beside import with_dropout
from gatviz.training.schedule import Schedule
from gatviz.ui.background import Background
from gatviz.ui.explain.job import Phase
from gatviz.ui.session import session
from gatviz.ui.train.on_screen import source_of
from gatviz.ui.train.players import own_player

if TYPE_CHECKING:
    import pandas as pd

SEEDS = 10

_KEY = "explain_seeds"
_MAX_KEPT = 4


@dataclass(frozen=True)
class TrainedAs:
    """How to train: the nodes whose labels are told (the graph's own split if none are named), and the schedule.

    Attributes:
        dropouts: on α and on features; None for the model's own.
        likewise: whether the model on show was trained so.
    """

    labelled: tuple[int, ...] | None
    schedule: Schedule
    dropouts: tuple[float, float] | None = None
    likewise: bool = False

    def start(self, model: GAT) -> GAT:
        """The model with the dropouts of training."""
        return (
            model if self.dropouts is None else with_dropout(model, alpha=self.dropouts[0], features=self.dropouts[1])
        )


def trained_as(now: session.Session) -> TrainedAs | None:
    """How the model on show was trained, if that was here."""
    player = own_player()
    if player.take is None or player.opened is None or player.take.source != source_of(now):
        return None
    setup, task = player.setup, player.take.training.task_at(player.opened[1])
    dropouts = (setup.dropout, setup.feature_dropout)
    return TrainedAs(tuple(task.labelled.tolist()), setup.schedule, dropouts, likewise=True)


class SeedsJob(Background):
    """Ten trainings of each variant, then the places of one edge in them.

    Attributes:
        found, places: what is known by now. edge_name: which edge, in words. way: how it is trained.
    """

    def __init__(
        self, model: GAT, graph: Graph, node: int, edge: tuple[str, str], edge_name: str, way: TrainedAs
    ) -> None:
        super().__init__()
        self._model, self._graph, self._node, self._edge = way.start(model), graph, node, edge
        self.edge_name, self.way = edge_name, way
        self._stage: Phase = "training"
        self.found: Contribution | None = None
        self.places: pd.DataFrame | None = None
        self.total = SEEDS
        self.resume()

    @property
    def stage(self) -> Phase:
        """See `Background`."""
        return self._stage

    def _work(self) -> None:
        if self.found is None or len(self.found.models) < SEEDS:
            self._stage = "training"
            self.found = attention_contribution(
                self._model,
                self._graph,
                self._node,
                seeds=SEEDS,
                labelled=None if self.way.labelled is None else list(self.way.labelled),
                schedule=self.way.schedule,
                progress=self._told,
                stop=self._wants_to_stop,
            )
        if self._wants_to_stop():
            return
        self._stage, self.done = "places", 0
        models = self.found.models
        self.places = seed_places(
            models, self._graph, self._node, self._edge, progress=self._told, stop=self._wants_to_stop
        )
        if self._wants_to_stop():
            return
        self._stage, self.finished = "done", True


def kept_seeds(key: tuple[str, int]) -> SeedsJob | None:
    """The trainings that this session has for a run's node."""
    return _all().get(key)


def start_seeds(
    key: tuple[str, int],
    model: Callable[[], GAT],
    graph: Graph,
    edge: tuple[str, str],
    edge_name: str,
    way: TrainedAs,
) -> None:
    """Begin to train for a run's node; a callback. Others stop."""
    for other in _all().values():
        other.stop()
    _all()[key] = SeedsJob(model(), graph, key[1], edge, edge_name, way)
    while len(_all()) > _MAX_KEPT:
        _all().popitem(last=False)


def _all() -> OrderedDict[tuple[str, int], SeedsJob]:
    found: OrderedDict[tuple[str, int], SeedsJob] = st.session_state.setdefault(_KEY, OrderedDict())
    return found
