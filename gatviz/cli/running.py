"""The model of a weights file, or an untrained one, run on a graph."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from gatviz.attention.layers import new_generator
from gatviz.capturing.run import CapturedRun
from gatviz.checkpoints import Checkpoint, inspect_weights
from gatviz.checkpoints.choices import ChoiceWords
from gatviz.cli.streams import Say, bytes_of, json_of
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import Kind, LayerSettings
from gatviz.model.trace import Trace
from gatviz.numbers import LARGEST
from gatviz.reporting.runs import runs_of
from gatviz.training.training import Training
from gatviz.words import _, ngettext, or_list

_MAX_COMPARED = 10_000
"""Names among which one that was mistyped is looked for."""


@dataclass(frozen=True)
class FreshModel:
    """An untrained model, drawn from a seed; as it stands, the app's first one."""

    kind: Kind = "GAT"
    layers: int = 1
    heads: int = 4
    features: int = 3
    seed: int = 175

    def model(self, graph: Graph) -> GAT:
        """Hidden layers concatenated, the last of several averaged; self-loops are added where they are missing."""
        hidden = LayerSettings(
            kind=self.kind,
            num_heads=self.heads,
            out_features=self.features,
            bias=False,
            edge_features=graph.num_edge_features,
        )
        averaged = replace(hidden, concat=False, activation=None)
        layers = [hidden] * (self.layers - 1) + [averaged if self.layers > 1 else hidden]
        return GAT(graph.num_features, layers, self_loops="add_missing", generator=new_generator(self.seed))


@dataclass(frozen=True)
class Ran:
    """A run. `weights` names the file that they are of, and `seed` what they were drawn from, if it is known; `whose`
    says in a sentence what weights these are."""

    trace: Trace
    model: GAT
    weights: str | None
    seed: int | None
    whose: str


def run(graph: Graph, weights: str | None, choices: Sequence[str], drawn: FreshModel, say: Say) -> Ran:
    """The model of a weights file, or an untrained one, run on a graph.

    Raises:
        GatvizError: weights that cannot be read or do not fit the graph, numbers that are not finite.
    """
    checkpoint = None if weights is None else weights_in(weights, choices, say)
    if checkpoint is None:
        model = drawn.model(graph)
        whose = _("Weights untrained, drawn from seed {seed}: what heads prefer is chance.").format(seed=drawn.seed)
        say(whose)
    else:
        whose = _("Weights from {file}.").format(file=checkpoint.where)
        checkpoint.check_graph(graph)
        model = checkpoint.model
    nodes = ngettext("{n:,} node", "{n:,} nodes", graph.num_nodes).format(n=graph.num_nodes)
    say(_("Running on {nodes} …").format(nodes=nodes))
    trace = model.eval().trace(graph)
    trace.check_finite(LARGEST)
    where, seed = (None, drawn.seed) if checkpoint is None else (checkpoint.where, None)
    return Ran(trace, model, where, seed, whose)


def of_kept(found: Training | CapturedRun, where: str) -> Ran:
    """The run of a training's best epoch, or the one call of a captured run.

    Raises:
        GatvizError: a training of something else than a GAT; several calls, or one of α alone.
    """
    if isinstance(found, Training):
        runs_of(None, found)
        graph, model = found.task_at(found.best).graph, found.epoch(found.best).eval()
        whose = _("Weights of epoch {epoch} of {all} in {file}.").format(
            epoch=found.best, all=found.trained, file=where
        )
        return Ran(model.trace(graph), model, where, None, whose)
    layer = found.calls[0].layer
    if len(found.calls) > 1 or layer is None:
        told = ngettext("{n} call", "{n} calls", len(found.calls)).format(n=len(found.calls))
        told = told if len(found.calls) > 1 else _("α alone")
        raise GatvizError(
            where, _("a captured run of one layer"), told, _("write a report of it, or open it in the app")
        )
    return Ran(found.calls[0].trace, layer.model, where, None, _("Weights as captured in {file}.").format(file=where))


def node_of(graph: Graph, name: str) -> int:
    """The number of a node of this name.

    Raises:
        GatvizError: there is none.
    """
    if name not in graph.names:
        near = get_close_matches(name, graph.names[:_MAX_COMPARED], 3, 0)
        expected = _("a node of the graph, for instance {names}").format(names=or_list([quote(one) for one in near]))
        raise GatvizError(_("the node to explain"), expected, quote(name), _("name one of the graph's nodes"))
    return graph.names.index(name)


def as_json(ran: Ran, rows: Any) -> bytes:
    """The run as JSON: graph, model, and α, an object a row of the table."""
    graph = ran.trace.graph
    told = {
        "graph": {"nodes": graph.num_nodes, "edges": graph.num_edges, "directed": graph.directed},
        "model": {
            "weights": ran.weights,
            "seed": ran.seed,
            "self_loops": ran.model.self_loops,
            "layers": [
                {"kind": layer.kind, "heads": layer.num_heads, "features": layer.head_features, "concat": layer.concat}
                for layer in ran.trace.layers
            ],
        },
        "alpha": json.loads(rows.to_json(orient="records", double_precision=15)),
    }
    return json_of(told)


def weights_in(source: str, choices: Sequence[str], say: Say) -> Checkpoint:
    """The model of a weights file.

    Arguments:
        choices: what the file leaves open, each as NAME=VALUE.

    Raises:
        GatvizError: as `load_weights`.
    """
    given, where = bytes_of(source, say)
    found = inspect_weights(given, name=where, **dict(map(_choice, choices)))
    for note in found.notes:
        say(note)
    return found


def _choice(told: str) -> tuple[str, Any]:
    name, equals, value = told.partition("=")
    known = tuple(ChoiceWords.__annotations__)
    if not equals or name not in known:
        expected = _("NAME=VALUE, NAME being {choices}").format(choices=or_list(known))
        raise GatvizError("--choose", expected, quote(told), _("write for instance heads=8"))
    for text in (value, value.lower()):
        with suppress(ValueError):
            return name, json.loads(text)
    return name, value
