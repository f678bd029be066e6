"""What a file holds, as lines for people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatviz.cli.streams import Say, bytes_of
from gatviz.errors import GatvizError
from gatviz.files import FORMATS, Inspection, ReadOptions, inspect_graph
from gatviz.files.container import Container, is_container, unpack_any
from gatviz.files.reading import load
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    from gatviz.checkpoints import Checkpoint


@dataclass(frozen=True)
class ToldFile:
    """What is said of a file: lines for people, and a value for JSON."""

    lines: tuple[str, ...]
    value: Mapping[str, Any]


def told_of(source: str, form: str | None, say: Say) -> ToldFile:
    """What a file holds: a graph, trained weights, or a session of gatviz.

    Raises:
        GatvizError: none of them.
    """
    given, where = bytes_of(source)
    say(_("Reading {where} …").format(where=where))
    data, where = load(given, where if isinstance(given, bytes) else None, where)
    if is_container(data):
        return _of_container(unpack_any(data, where))
    try:
        return _of_graph(inspect_graph(data, where, ReadOptions(format=form)), where)
    except GatvizError as no_graph:
        from gatviz.checkpoints import inspect_weights

        try:
            return _of_weights(inspect_weights(data, name=where))
        except GatvizError as no_weights:
            as_weights = data[:2] == b"PK" or Path(where).suffix in (".pt", ".pth", ".safetensors", ".bin", ".ckpt")
            raise (no_weights if as_weights and form is None else no_graph) from None


def _of_graph(found: Inspection, where: str) -> ToldFile:
    graph = found.graph
    title = FORMATS[found.format].title if found.format in FORMATS else found.format
    lines = (_("{where}: a graph, {format}").format(where=where, format=title), *found.summary, *graph.notes)
    value = {
        "kind": "graph",
        "format": found.format,
        "nodes": graph.num_nodes,
        "edges": graph.num_edges,
        "directed": graph.directed,
        "self_loops": found.loops,
        "components": found.components,
        "isolated": found.isolated,
        "features": list(graph.feature_names),
        "features_made_up": found.made_up,
        "edge_features": list(graph.edge_feature_names),
        "edge_attributes": list(graph.edge_attributes),
        "labels": None if graph.labels is None else dict(Counter(one for one in graph.labels if one is not None)),
        "split": None if graph.split is None else dict(Counter(one for one in graph.split if one is not None)),
        "description": graph.description,
        "notes": list(graph.notes),
    }
    return ToldFile(lines, value)


def _of_weights(found: Checkpoint) -> ToldFile:
    count = len(found.layers)
    layers = ngettext("{n} attention layer", "{n} attention layers", count).format(n=count)
    lines = [
        _("{where}: trained weights, {layout}, {layers}").format(where=found.where, layout=found.title, layers=layers)
    ]
    lines.append(_("recipe: {recipe}").format(recipe=found.recipe))
    lines += [f"{one.name} = {one.value}: {one.reason}" for one in found.decisions if one.name != "recipe"]
    rows = [
        {
            "name": name,
            "kind": settings.kind,
            "in_features": layer.in_features,
            "heads": settings.num_heads,
            "features": settings.out_features,
            "concat": settings.concat,
            "activation": settings.activation,
        }
        for name, settings, layer in zip(found.names, found.layers, found.model.attention_layers, strict=True)
    ]
    decisions = [
        {"name": one.name, "layer": one.layer, "value": _plain(one.value), "origin": one.origin, "reason": one.reason}
        for one in found.decisions
    ]
    value = {
        "kind": "weights",
        "layout": found.layout,
        "recipe": str(found.recipe),
        "layers": rows,
        "self_loops": found.self_loops,
        "decisions": decisions,
        "notes": list(found.notes),
    }
    return ToldFile((*lines, *found.notes), value)


def _of_container(found: Container) -> ToldFile:
    names = {
        "session": _("{where}: a session; gatviz {where} opens it"),
        "training": _("{where}: a training; gatviz.load_training reads it"),
    }
    line = names.get(found.kind, _("{where}: a file of gatviz, {kind}")).format(where=found.where, kind=found.kind)
    return ToldFile((line,), {"kind": found.kind, "version": found.version})


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
