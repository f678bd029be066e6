"""What was done between two runs: which features and which weights are others now, in words.

Nodes are matched by name; arrows that came or went are told by `what_if`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from gatviz.analysis.subject import called, listed
from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.errors import quote
from gatviz.graph.graph import Graph
from gatviz.model.trace import StepTrace, Trace
from gatviz.words import _, ngettext


def input_changes(before: Trace, after: Trace) -> tuple[str, ...]:
    """Sentences on the features and weights that differ; none if all are as before."""
    of_layers = _weights(before.layers, after.layers)
    return (*_features(before, after), *_edge_features(before, after), *of_layers, *_around(before, after))


def _features(before: Trace, after: Trace) -> list[str]:
    old, new = before.graph.feature_names, after.graph.feature_names
    if old != new:
        if len(old) != len(new):
            told = ngettext(
                "There was {n} feature, now there are {now}.", "There were {n} features, now there are {now}.", len(old)
            )
            return [told.format(n=len(old), now=len(new))]
        return [_("Features are named otherwise: {names}.").format(names=listed([quote(name) for name in new]))]
    place = {name: n for n, name in enumerate(before.graph.names)}
    changed = [
        called(name)
        for n, name in enumerate(after.graph.names)
        if name in place and not np.array_equal(before.graph.x[place[name]], after.graph.x[n])
    ]
    return [_("Features changed at {names}.").format(names=listed(changed))] if changed else []


def _edge_features(before: Trace, after: Trace) -> list[str]:
    """Of the arrows in both graphs."""
    old, new = before.graph, after.graph
    if old.edge_feature_names != new.edge_feature_names:
        return [
            _("Edge features are others: {names}.").format(names=listed([quote(n) for n in new.edge_feature_names]))
            if new.num_edge_features
            else _("There are no edge features any more.")
        ]
    if old.edge_features is None or new.edge_features is None:
        return []
    then = {edge: old.edge_features[k] for k, edge in enumerate(_edges(old))}
    changed = sum(
        edge in then and not np.array_equal(then[edge], new.edge_features[k]) for k, edge in enumerate(_edges(new))
    )
    if not changed:
        return []
    said = ngettext("Edge features changed on {n} arrow.", "Edge features changed on {n} arrows.", changed)
    return [said.format(n=changed)]


def _edges(graph: Graph) -> list[tuple[str, str]]:
    return [(graph.names[source], graph.names[target]) for source, target in graph.edge_index.T]


def _around(before: Trace, after: Trace) -> list[str]:
    """The weights of the steps that are no attention layers, by the steps' names."""
    then, now = (dict(_named(trace.steps)) for trace in (before, after))
    told = []
    for name in now:
        if name in then and (parts := _parts(then[name], now[name])):
            told.append(_("Weights of {step} changed: {parts}.").format(step=quote(name), parts=listed(parts)))
    return told


def _named(steps: Sequence[StepTrace]) -> Iterator[tuple[str, Mapping[str, Array]]]:
    for step in steps:
        yield from _named(step.inside)
        if step.layer is None and step.name:
            yield step.name, step.weights


def _parts(then: Mapping[str, Array], now: Mapping[str, Array]) -> list[str]:
    """What of these weights differs."""
    same = [name for name in now if name in then]
    shapes = [name for name in same if then[name].shape == now[name].shape]
    counts = {name: int((then[name] != now[name]).sum()) for name in shapes}
    parts = [
        ngettext("{n} number of {name}", "{n} numbers of {name}", count).format(n=count, name=name)
        for name, count in counts.items()
        if count
    ]
    return parts + [_("the shape of {name}").format(name=name) for name in same if name not in shapes]


def _weights(before: tuple[LayerTrace, ...], after: tuple[LayerTrace, ...]) -> list[str]:
    if len(before) != len(after):
        said = ngettext(
            "There was {n} layer, now there are {now}.", "There were {n} layers, now there are {now}.", len(before)
        )
        return [said.format(n=len(before), now=len(after))]
    told = []
    for number, (then, now) in enumerate(zip(before, after, strict=True)):
        several = len(after) > 1
        if then.kind != now.kind:
            kind = (
                _("Layer {number} was {then}, now it is {now}.")
                if several
                else _("The layer was {then}, now it is {now}.")
            )
            told.append(kind.format(number=number, then=then.kind, now=now.kind))
            continue
        if parts := _parts(then.weights, now.weights):
            change = _("Weights of layer {number} changed: {parts}.") if several else _("Weights changed: {parts}.")
            told.append(change.format(number=number, parts=listed(parts)))
    return told
