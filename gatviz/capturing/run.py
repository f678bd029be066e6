"""`CapturedRun`: what attention layers did in somebody's own program, as it is kept in a file and shown.

N nodes, E edges, F input features, H heads, C features per head, D edge features.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from gatviz.attention.alpha_trace import AlphaTrace
from gatviz.attention.edges import SelfLoops
from gatviz.attention.layers import new_generator
from gatviz.attention.loop_features import AS_ADDED, LoopFeatures
from gatviz.errors import GatvizError
from gatviz.files.container import Container, Form, pack, unpack
from gatviz.files.disk import read_file, write_file
from gatviz.files.kept_graph import ArrayStore, KeptGraph, Put, graph_content, graph_from_content
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.kept_steps import check_sizes, made, step_content, step_of
from gatviz.model.layer_settings import LayerSettings
from gatviz.model.trace import Trace
from gatviz.model.weights import Weights
from gatviz.numbers import first_beyond
from gatviz.showing import ShowsItself
from gatviz.words import _, commas


@dataclass(frozen=True, eq=False)
class CapturedLayer:
    """An attention layer as it was in a call that gatviz recomputed.

    Attributes:
        settings, self_loops, loop_features: of the layer. weights: its parameters by name, as the layer had them.
        out: [N, H·C] or [N, C], what the layer itself gave.
    """

    settings: LayerSettings
    weights: Mapping[str, NDArray[Any]]
    out: NDArray[Any]
    self_loops: SelfLoops = "as_given"
    loop_features: LoopFeatures = AS_ADDED

    @property
    def all_weights(self) -> Weights:
        """The same as the weights of a model."""
        return Weights((self.weights,))

    @property
    def model(self) -> GAT:
        """The layer as a model of one step, in evaluation mode."""
        weights = self.all_weights
        loops: Any = self.loop_features if self.settings.edge_features and self.self_loops == "add_missing" else None
        model = GAT(
            weights.in_features,
            [self.settings],
            self_loops=self.self_loops,
            loop_features=loops,
            generator=new_generator(0),
        )
        if weights.is_double:
            model.double()
        model.set_weights(weights)
        return model.eval()


@dataclass(frozen=True, eq=False)
class CapturedCall:
    """One call of a layer, or the α that somebody gave.

    Attributes:
        name: of the module in its model, "" for the model itself. kind: the class of the layer, "" for given α.
        graph: what the call read, its input as node features.
        layer: the layer, where it could be recomputed.
        alphas: else α, [E, H] for each layer, E as in `graph.edge_index`. reason: why there is no more than that.
    """

    name: str
    kind: str
    graph: Graph
    layer: CapturedLayer | None = None
    alphas: tuple[NDArray[Any], ...] = ()
    reason: str = ""

    @cached_property
    def trace(self) -> Trace:
        """Its run: recomputed, or α alone."""
        return self.trace_on(self.graph)

    def trace_on(self, graph: Graph) -> Trace:
        """The run on a graph of the same edges with other names, labels or features.

        Raises:
            GatvizError: given α, and a graph of other nodes or edges.
        """
        if self.layer is not None:
            return self.layer.model.trace(graph)
        if graph.num_nodes != self.graph.num_nodes or not np.array_equal(graph.edge_index, self.graph.edge_index):
            expected = _("the nodes and arrows that it was given for")
            raise GatvizError("α", expected, _("others"), _("there is no model here that could compute α for them"))
        return Trace(graph, tuple(AlphaTrace.of(graph.edge_index, alpha, graph.x) for alpha in self.alphas))

    @cached_property
    def difference(self) -> float | None:
        """The largest between the layer's own output and that of `trace`; None of given α."""
        return None if self.layer is None else float(np.abs(self.trace.out - self.layer.out).max(initial=0))

    @cached_property
    def fingerprint(self) -> str:
        """A digest of given α: equal where every number is."""
        digest = hashlib.sha256()
        for alpha in self.alphas:
            digest.update(f"{alpha.dtype} {alpha.shape}".encode())
            digest.update(np.ascontiguousarray(alpha).tobytes())
        return digest.hexdigest()

    @property
    def called(self) -> str:
        """What it is called on the screen."""
        return self.name or self.kind or _("α")

    @property
    def num_heads(self) -> int:
        """H, of the last layer."""
        return int(self.alphas[-1].shape[1]) if self.layer is None else self.layer.settings.num_heads


@dataclass(frozen=True, eq=False)
class CapturedRun(ShowsItself):
    """What one run of a model left behind; made by `capture`, `from_attention` and `load_capture`.

    Attributes:
        title: what the model is called.
        calls: those of which there is something to show, in the order in which they ran.
        lost: of the others name, kind and the reason, why there is nothing.
    """

    title: str
    calls: tuple[CapturedCall, ...]
    lost: tuple[tuple[str, str, str], ...] = ()

    @property
    def graph(self) -> Graph:
        """The graph that the first call read."""
        return self.calls[0].graph

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The run of each call, in order; of several layers of given α one with all of them."""
        return tuple(call.trace for call in self.calls)

    @property
    def unproved(self) -> str:
        """A sentence on what could not be recomputed; empty where all could."""
        alone = [
            _("{name} (α alone: {reason})").format(name=call.called, reason=call.reason)
            for call in self.calls
            if call.layer is None and call.kind
        ]
        lost = [
            _("{name} (not shown: {reason})").format(name=name or kind, reason=reason)
            for name, kind, reason in self.lost
        ]
        told = [*alone, *lost]
        return _("Not recomputed: {calls}.").format(calls=commas(told)) if told else ""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a `.gatviz` file, which the app opens and `load_capture` reads.

        Raises:
            GatvizError: more than such a file holds, or a path that cannot be written.
        """
        arrays = ArrayStore()
        content = run_content(self, arrays.put)
        data = pack(FORM, content, arrays.held)
        write_file(path, data)

    def __repr__(self) -> str:
        return f"CapturedRun({self.title}: {', '.join(call.called for call in self.calls)})"


# ---- as a file ------------------------------------------------------------------------------------------------------

FORM = Form("capture", 1)
_MAX_CALLS = 1_000


class _Layer(msgspec.Struct):
    settings: dict[str, Any]
    self_loops: SelfLoops
    loop_features: str | float
    filled_loops: str
    values: str
    shapes: dict[str, list[int]]
    out: str


class _Call(msgspec.Struct):
    name: str
    kind: str
    reason: str
    graph: KeptGraph
    layer: _Layer | None
    alphas: list[str]


class KeptRun(msgspec.Struct):
    """A `CapturedRun`, its arrays by name."""

    title: str
    calls: list[_Call]
    lost: list[tuple[str, str, str]]


def run_content(run: CapturedRun, put: Put) -> dict[str, Any]:
    """A run as JSON has it, its arrays kept by `put`."""
    return {
        "title": run.title,
        "calls": [_call_content(call, f"call{k}", put) for k, call in enumerate(run.calls)],
        "lost": [list(told) for told in run.lost],
    }


def _call_content(call: CapturedCall, place: str, put: Put) -> dict[str, Any]:
    return {
        "name": call.name,
        "kind": call.kind,
        "reason": call.reason,
        "graph": graph_content(call.graph, lambda name, array: put(f"{place}.{name}", array)),
        "layer": None if call.layer is None else _layer_content(call.layer, place, put),
        "alphas": [put(f"{place}.alpha{k}", alpha) for k, alpha in enumerate(call.alphas)],
    }


def _layer_content(layer: CapturedLayer, place: str, put: Put) -> dict[str, Any]:
    """The parameters one after another in one array, since a container holds few."""
    weights = {name: layer.weights[name] for name in sorted(layer.weights)}  # as JSON sorts them
    values = np.concatenate([array.ravel() for array in weights.values()])
    return {
        "settings": step_content(layer.settings),
        "self_loops": layer.self_loops,
        "loop_features": layer.loop_features.value,
        "filled_loops": layer.loop_features.filled,
        "values": put(f"{place}.weights", values),
        "shapes": {name: list(array.shape) for name, array in weights.items()},
        "out": put(f"{place}.out", layer.out),
    }


def run_of(kept: KeptRun, container: Container) -> CapturedRun:
    """The run that `run_content` made this of.

    Raises:
        GatvizError: parts that do not fit each other.
    """
    if not 0 < len(kept.calls) <= _MAX_CALLS:
        raise GatvizError(container.where, _("at least one call"), str(len(kept.calls)), _("save it again"))
    calls = tuple(_call_of(call, container) for call in kept.calls)
    return CapturedRun(kept.title, calls, tuple(kept.lost))


def _call_of(kept: _Call, container: Container) -> CapturedCall:
    graph = graph_from_content(kept.graph, container)
    layer = None if kept.layer is None else _layer_of(kept.layer, graph, container)
    alphas = tuple(container.array(name, (graph.num_edges, None), "f") for name in kept.alphas)
    heads = all(alpha.shape[1] and np.isfinite(alpha).all() for alpha in alphas)
    if not heads or (layer is None) != bool(alphas):
        raise GatvizError(container.where, _("a layer or α of one head and more"), _("neither"), _("save it again"))
    return CapturedCall(kept.name, kept.kind, graph, layer, alphas, kept.reason)


def _layer_of(kept: _Layer, graph: Graph, container: Container) -> CapturedLayer:
    where = container.where
    settings = step_of(kept.settings, where)
    values = container.array(kept.values, (None,), "f")
    sizes = [prod(shape) for shape in kept.shapes.values()]
    whole = min((length for shape in kept.shapes.values() for length in shape), default=0) > 0
    if not isinstance(settings, LayerSettings) or not whole or sum(sizes) != values.size or not _held(values):
        raise GatvizError(where, _("an attention layer with all its numbers"), _("others"), _("save it again"))
    parts = np.split(values, np.cumsum(sizes)[:-1])
    weights = {name: part.reshape(shape).copy() for (name, shape), part in zip(kept.shapes.items(), parts, strict=True)}
    check_sizes([settings], Weights((weights,)), where)
    if Weights((weights,)).in_features != graph.num_features:
        raise GatvizError(where, _("weights that fit the graph"), _("others"), _("save it again"))
    loops = LoopFeatures(kept.loop_features, kept.filled_loops)  # type: ignore[arg-type]
    layer = CapturedLayer(settings, weights, container.array(kept.out, (None, None), "f"), kept.self_loops, loops)
    if layer.out.shape != layer.model.trace(graph).out.shape:
        raise GatvizError(where, _("an output of the layer's shape"), _("another"), _("save it again"))
    return layer


def _held(values: NDArray[Any]) -> bool:
    return first_beyond(values) is None


def load_capture(path: str | os.PathLike[str]) -> CapturedRun:
    """A run that `Capture.save` or `CapturedRun.save` wrote.

    Raises:
        GatvizError: a file that holds none.
    """
    data, where = read_file(path)
    return read_capture(unpack(data, where, FORM))


def read_capture(container: Container) -> CapturedRun:
    """The run in a container of `FORM`. Errors as `load_capture`."""
    return run_of(made(container.content, KeptRun, container.where), container)
