"""`Setup`: what a person sets about a training beside graph and model, as one frozen value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.training.beside import Beside, with_dropout
from gatviz.training.schedule import Schedule
from gatviz.training.task import Task, some_of_each_class


@dataclass(frozen=True)
class Setup:
    """How a training is set.

    Attributes:
        labelled: names of the nodes whose labels are told; None for the graph's own split, or all of its labels.
        per_class: so many nodes of each class instead, drawn by the seed; None for none.
        schedule: epochs, lr, weight decay, patience, seed. dropout: on α; feature_dropout: on what layers read.
        beside: what is trained on the same data.
        card: the experiment that it comes from, "" for none.
    """

    labelled: tuple[str, ...] | None = None
    per_class: int | None = None
    schedule: Schedule = field(default_factory=Schedule)
    dropout: float = 0.6
    feature_dropout: float = 0.0
    beside: tuple[Beside, ...] = ("equal",)
    card: str = ""

    def task(self, graph: Graph) -> Task:
        """What is to be learnt on a graph.

        Raises:
            GatvizError: nothing can be learnt there; naming why.
        """
        chosen = [name for name in self.labelled or () if name in graph.names]
        if chosen:
            return Task.of(graph, chosen)
        if self.per_class is not None:
            return Task.of(graph, some_of_each_class(graph, self.per_class, self.schedule.seed))
        return Task.of(graph)

    def model(self, model: GAT) -> GAT:
        """The model of the screen with the dropouts of training."""
        return with_dropout(model, alpha=self.dropout, features=self.feature_dropout)

    def with_labelled(self, names: Sequence[str]) -> Setup:
        """The same with these nodes' labels told: what an experiment says of itself holds no longer."""
        return replace(self, labelled=tuple(names), per_class=None, card="")
