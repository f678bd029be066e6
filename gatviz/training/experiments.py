"""Experiments: graph, model and schedule of a training that shows one thing, each told in one sentence.

Their settings were chosen by looking at test scores: they are demonstrations, not benchmarks. In how many of so many
seeds a sentence is true is measured by `benchmarks/experiments.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatviz.attention.layers import new_generator
from gatviz.graph.generators import generate
from gatviz.graph.generators.real import real_graph
from gatviz.graph.graph import Graph
from gatviz.model.around import Linear
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import Kind, LayerSettings
from gatviz.training.beside import Beside
from gatviz.training.schedule import Schedule
from gatviz.words import N_, _


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes:
        key: what code calls it. message, question: of `title` and `says`.
        graph: makes the graph from a seed. model: makes the model for it, its weights drawn from a seed.
        labelled: names of the nodes whose labels are told; None for the graph's split.
        schedule, dropout, feature_dropout, beside: how it is trained, and what beside it.
        true_in: in how many seeds of how many its sentence is true, as measured; None where it is not.
    """

    key: str
    message: str
    question: str
    graph: Callable[[int], Graph]
    model: Callable[[Graph, int], GAT]
    schedule: Schedule
    labelled: tuple[str, ...] | None = None
    dropout: float = 0.0
    feature_dropout: float = 0.0
    beside: tuple[Beside, ...] = ()
    seed: int = 0
    true_in: tuple[int, int] | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return _(self.message)

    @property
    def says(self) -> str:
        """Its sentence."""
        return _(self.question)


def _paper(graph: Graph, seed: int) -> GAT:
    classes = len(graph.class_names)
    return GAT.of_paper(graph.num_features, classes, generator=new_generator(seed))


def one_layer(graph: Graph, seed: int, kind: Kind = "GAT", heads: int = 1, width: int = 8) -> GAT:
    """One attention layer with a linear readout."""
    layer = LayerSettings(kind=kind, out_features=width, num_heads=heads, activation="elu")
    steps = [("layers.0", layer), ("readout", Linear(len(graph.class_names)))]
    return GAT.of_steps(graph.num_features, steps, self_loops="add_missing", generator=new_generator(seed))


def lookup(graph: Graph, seed: int, kind: Kind = "GATv2") -> GAT:
    """One head without self-loops, its output read linearly: what it reads can only come from the keys."""
    layer = LayerSettings(kind=kind, out_features=16, num_heads=1, activation=None)
    steps = [("layers.0", layer), ("readout", Linear(len(graph.class_names)))]
    return GAT.of_steps(graph.num_features, steps, self_loops="as_given", generator=new_generator(seed))


EXPERIMENTS: Mapping[str, Experiment] = {
    one.key: one
    for one in (
        Experiment(
            "karate",
            N_("Karate club, two labels"),
            N_("Heads stop averaging. Is it needed? Equal shares do as well."),
            lambda _seed: real_graph("karate_club"),
            _paper,
            Schedule(200, 0.03, 5e-3),
            labelled=("0", "33"),
            dropout=0.6,
            beside=("equal", "GCN"),
            seed=6,
            true_in=(19, 20),
        ),
        Experiment(
            "two_sides",
            N_("Two sides, mixed friends"),
            N_("A GAT head prefers one side for everyone; a GATv2 head turns with who reads."),
            lambda seed: generate("two_sides", seed=seed),
            lambda graph, seed: one_layer(graph, seed, heads=2),
            Schedule(300, 0.02, 5e-4),
            beside=("GATv2", "GCN"),
            true_in=(18, 20),
        ),
        Experiment(
            "dictionary",
            N_("Dictionary lookup"),
            N_("A GAT head ranks the keys alike for all who ask; GATv2 finds each one's own."),
            lambda seed: generate("dictionary", tables=20, keys=5, seed=seed),
            lookup,
            Schedule(600, 0.02, 1e-3),
            beside=("GAT",),
            true_in=(20, 20),
        ),
        Experiment(
            "averaging",
            N_("Averaging is enough"),
            N_("Friends agree here: heads stay near even on average, and a GCN does as well."),
            lambda seed: generate(
                "two_sides", within=0.12, between=0.01, width=4, separation=2.0, labelled=0.15, seed=seed
            ),
            _paper,
            Schedule(200, 0.005, 5e-4),
            dropout=0.6,
            feature_dropout=0.6,
            beside=("equal", "GCN"),
            true_in=(19, 20),
        ),
        Experiment(
            "own_feature",
            N_("Neighbours are noise"),
            N_("A node's own features tell its label, yet α on oneself stays far below 1."),
            lambda seed: generate("own_feature", seed=seed),
            lambda graph, seed: one_layer(graph, seed, heads=4),
            Schedule(300, 0.02, 5e-4),
            beside=("equal",),
            true_in=(20, 20),
        ),
    )
}
