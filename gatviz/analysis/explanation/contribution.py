"""What attention adds: the model beside the same with equal shares, put inside it or trained so, and beside a GCN."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.explanation.explain import Inquiry
from gatviz.analysis.explanation.messages import probabilities
from gatviz.analysis.explanation.paths import place_of
from gatviz.analysis.explanation.removal import Progress, Stop, class_names
from gatviz.errors import GatvizError
from gatviz.graph.checks import SPLITS
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.training.beside import beside, redrawn, with_equal_shares
from gatviz.training.fit import fit
from gatviz.training.schedule import Schedule
from gatviz.training.task import Labelled, Task
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

Variant = Literal["as_learned", "equal_inside", "equal_trained", "gcn"]
VARIANTS: tuple[Variant, ...] = ("as_learned", "equal_inside", "equal_trained", "gcn")
GIVEN = -1
"""The seed that stands for the model as it was given."""


@dataclass(frozen=True, eq=False)
class Contribution:
    """How often each variant is right, and what it says of one node.

    Attributes:
        runs: a row for each seed, variant and part. Columns: seed (−1 for the model as given), variant, part ("train",
            "val", "test", "others" of the task that was trained, "all"), right, count (nodes with a label), and where a
            node was asked about answer (its class) and p (that class's probability).
        models: the models that were trained as given, by seed.
    """

    runs: pd.DataFrame
    models: Mapping[int, GAT]

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each variant and part over the trained seeds, or of the model as given where none was trained.

        Columns: variant, part, seeds, right (mean), low, high (range), count.
        """
        chosen = self.runs[self.runs["seed"] != GIVEN] if self.models else self.runs
        groups = chosen.groupby(["variant", "part"], sort=False)
        found = groups.agg(
            seeds=("seed", "nunique"),
            right=("right", "mean"),
            low=("right", "min"),
            high=("right", "max"),
            count=("count", "max"),
        )
        return found.reset_index()

    def paired(self, part: str, other: Variant = "equal_trained") -> tuple[int, int, int]:
        """In how many seeds the model as learned is right more often than another variant, as often, less often."""
        chosen = self.runs[(self.runs["part"] == part) & (self.runs["seed"] != GIVEN)]
        right = chosen.pivot(index="seed", columns="variant", values="right")
        if other not in right or "as_learned" not in right:
            return 0, 0, 0
        both = right[["as_learned", other]].dropna()
        gain = (both["as_learned"] - both[other]).to_numpy()
        return int((gain > 0).sum()), int((gain == 0).sum()), int((gain < 0).sum())


def attention_contribution(
    model: GAT,
    graph: Graph,
    node: int | str | None = None,
    *,
    seeds: int = 0,
    labelled: Labelled = None,
    schedule: Schedule | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Contribution:
    """How often the model is right as learned, with equal shares put inside; and, seed by seed, trained anew.

    The fair control is the same net *trained* with equal shares, from the same initial weights, on the same schedule.

    Arguments:
        node: whose answer is told too.
        seeds: how often to train: the model's steps with fresh weights, the same with equal shares, a GCN; 0 trains
            none.
        labelled, schedule: as for `gatviz.fit`; its seed is each seed in turn.
        progress: called with how many trainings of how many are done. stop: asked before each epoch; a seed that is not
            done then is left out.

    Raises:
        GatvizError: a model with one answer for the whole graph; seeds without labels, or of a model that does not fit.
    """
    import pandas as pd

    if model.reads_out:
        expected, found = _("an answer for each node"), _("one answer for the whole graph, by a readout")
        raise GatvizError(_("explanation"), expected, found, _("ask about a model without readout"))
    place = None if node is None else place_of(graph.names, node)
    task = Task.of(graph, labelled) if seeds else None
    parts = _parts(graph, task)
    plain = deepcopy(model).cpu().eval()
    told: dict[Variant, Any] = {"as_learned": plain, "equal_inside": with_equal_shares(plain)}
    rows = _rows(GIVEN, told, graph, parts, place, model.classes)
    models: dict[int, GAT] = {}
    for seed in range(seeds):
        trained = _trained(plain, graph, seed, labelled, schedule or Schedule(), stop)
        if trained is None:
            break
        rows += _rows(seed, trained, graph, parts, place, graph.class_names)
        models[seed] = trained["as_learned"]
        if progress is not None:
            progress(seed + 1, seeds)
    return Contribution(pd.DataFrame(rows), models)


def seed_places(
    models: Mapping[int, GAT],
    graph: Graph,
    node: int | str,
    edge: tuple[int | str, int | str],
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> pd.DataFrame:
    """At which place, from 1, models of other seeds put an edge: by removal, by messages, by attention.

    Arguments:
        models: by seed, as of `Contribution`; their columns stand for the graph's classes.
        edge: (target, source) within reach of the node.

    Returns:
        Columns: seed, answer (the class that comes out), removal, message, attention (places), edges (of how many).

    Raises:
        GatvizError: an edge that is not within reach of the node.
    """
    import pandas as pd

    v = place_of(graph.names, node)
    target, source = (place_of(graph.names, end) for end in edge)
    rows = []
    for done, (seed, model) in enumerate(models.items(), start=1):
        if stop is not None and stop():
            break
        asked = Inquiry(model, graph, v)
        asked.measure()
        edges = asked.explanation().edges
        here = (edges["target"] == graph.names[target]) & (edges["source"] == graph.names[source])
        if not here.any():
            raise GatvizError("edge", _("an edge within reach of the node"), _("another"), _("choose one of its table"))
        ends = {"removal": "removal", "message": "message_change", "attention": "attention"}
        places = {name: _place(edges[column].abs().to_numpy(), here.to_numpy()) for name, column in ends.items()}
        answer = class_names(graph, asked.answer.outputs.size, graph.class_names)[asked.answer.column]
        rows.append({"seed": seed, "answer": answer, **places, "edges": len(edges)})
        if progress is not None:
            progress(done, len(models))
    return pd.DataFrame(rows, columns=["seed", "answer", "removal", "message", "attention", "edges"])


def _place(sizes: NDArray[np.float64], here: NDArray[np.bool_]) -> int:
    """The place of one among sizes, the largest first; equals, to 1e-12, share the first of theirs."""
    rounded = np.round(sizes, 12)
    return 1 + int((rounded > rounded[here][0]).sum())


def _trained(
    model: GAT, graph: Graph, seed: int, labelled: Labelled, schedule: Schedule, stop: Stop | None
) -> dict[Variant, Any] | None:
    """The variants of one seed, trained; None if it was stopped."""
    fresh = redrawn(model, seed)
    made: dict[Variant, Any] = {
        "as_learned": fresh,
        "equal_trained": with_equal_shares(fresh),
        "gcn": beside("GCN", fresh, len(graph.class_names), seed),
    }
    settings: dict[str, Any] = {
        "labelled": labelled,
        "epochs": schedule.epochs,
        "lr": schedule.lr,
        "weight_decay": schedule.weight_decay,
        "patience": schedule.patience,
        "seed": seed,
        "stop": stop,
    }
    trained: dict[Variant, Any] = {}
    for variant, start in made.items():
        training = fit(graph, start, **settings)
        if training.ended == "stopped":
            return None
        trained[variant] = training.model
    trained["equal_inside"] = with_equal_shares(trained["as_learned"])
    return {variant: trained[variant] for variant in VARIANTS}


def _parts(graph: Graph, task: Task | None) -> dict[str, NDArray[np.int64]]:
    labelled = np.flatnonzero(graph.class_index >= 0)
    parts = {"all": labelled}
    if graph.split is not None:
        split = np.array(graph.split, dtype=object)
        own = {part: labelled[split[labelled] == part] for part in SPLITS}
        parts |= {part: nodes for part, nodes in own.items() if nodes.size}
    if task is not None:
        parts["others"] = task.others
    return parts


def _rows(
    seed: int,
    variants: Mapping[Variant, Any],
    graph: Graph,
    parts: Mapping[str, NDArray[np.int64]],
    node: int | None,
    given: tuple[str, ...],
) -> list[dict[str, Any]]:
    """What each variant gives, in float64; its columns stand for what the model was given, else as predictions have it.

    Of an output that stands for no label of the graph nothing is right or wrong.
    """
    rows = []
    labels = np.array(graph.labels or [None] * graph.num_nodes, dtype=object)
    for variant, model in variants.items():
        out: NDArray[np.float64] = deepcopy(model).double().eval()(graph).numpy(force=True)
        names = class_names(graph, out.shape[1], given)
        fits = not set(names).isdisjoint(graph.class_names)
        predicted = np.array(names, dtype=object)[np.argmax(out, axis=1)]
        right = predicted == labels
        answer: dict[str, Any] = {}
        if node is not None:
            answer = {"answer": predicted[node], "p": float(probabilities(out[node]).max())}
        for part, nodes in parts.items():
            count = nodes.size if fits else 0
            rows.append(
                {
                    "seed": seed,
                    "variant": variant,
                    "part": part,
                    "right": int(right[nodes].sum()) if fits else 0,
                    "count": count,
                    **answer,
                }
            )
    return rows
