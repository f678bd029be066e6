"""What stands below the stage in a report: verdicts, an explanation, the model, and where it all comes from."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from gatviz.analysis import Explanation, head_similarity, static_attention, uniformity
from gatviz.analysis.across import attention_across_layers
from gatviz.analysis.explanation import explanation_story
from gatviz.analysis.sentence import text_of
from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.graph import Graph
from gatviz.reporting.runs import NamedRun
from gatviz.stage.report_protocol import Chapter
from gatviz.words import _, ngettext

NamedValues = Sequence[tuple[str, str]]


def layer_title(run: NamedRun, layer: int) -> str:
    """ "layer 1 · GAT, 4 heads × 8"; of several calls "conv1 · GAT, 4 heads × 8"."""
    return f"{_called(run, layer)} · {_sizes(run.trace.layers[layer])}"


def chapters(
    runs: Sequence[NamedRun], explanation: Explanation | None, settings: NamedValues, origin: NamedValues
) -> list[Chapter]:
    """All of them, in order.

    Arguments:
        settings, origin: what is known of the model and of where it comes from beyond the run itself, by name.
    """
    found: list[Chapter] = []
    for run in runs:
        layers = run.trace.layers
        found += [_verdicts(run, layer) for layer in range(len(layers)) if layers[layer].num_edges]
        if len(layers) > 1 and all(layer.num_edges and not layer.alpha_alone for layer in layers):
            told = [*attention_across_layers(run.trace).sentences]
            found.append(Chapter(title=_("Over all layers"), sentences=told, values=[]))
    if explanation is not None:
        found.append(_explained(explanation))
    model = [value for run in runs for value in _model(run)]
    found.append(Chapter(title=_("The model"), sentences=[], values=[*model, *settings]))
    origin = [*_graph(runs[0].graph), *origin, _made()]
    found.append(Chapter(title=_("Where this comes from"), sentences=[], values=origin))
    return found


def _called(run: NamedRun, layer: int) -> str:
    at = _("layer {layer}").format(layer=layer)
    if not run.name:
        return at
    return run.name if len(run.trace.layers) == 1 else f"{run.name}, {at}"


def _sizes(layer: LayerTrace) -> str:
    if layer.alpha_alone:
        heads = ngettext("{n} head, α alone", "{n} heads, α alone", layer.num_heads)
        return heads.format(n=layer.num_heads)
    heads = ngettext("{kind}, {n} head × {features}", "{kind}, {n} heads × {features}", layer.num_heads)
    return heads.format(kind=layer.kind, n=layer.num_heads, features=layer.head_features)


def _verdicts(run: NamedRun, layer: int) -> Chapter:
    of_layer, graph = run.trace.layers[layer], run.graph
    title = _("What the heads do")
    if run.name or len(run.trace.layers) > 1:
        title = _("What the heads of {layer} do").format(layer=_called(run, layer))
    even = uniformity(of_layer, graph)
    told = [*even.verdicts, *even.sentences, *static_attention(of_layer, graph).sentences]
    if of_layer.num_heads > 1:
        told += head_similarity(of_layer).sentences
    return Chapter(title=title, sentences=told, values=[])


def _explained(explanation: Explanation) -> Chapter:
    answer = text_of(explanation_story.headline(explanation))
    told = [
        _("Node {node}: {answer}").format(node=explanation.name, answer=answer),
        text_of(explanation_story.strongest(explanation)),
    ]
    told += [*explanation_story.verdict_lines(explanation), *explanation_story.together_lines(explanation)]
    return Chapter(
        title=explanation_story.verdict_title(explanation), sentences=[line for line in told if line], values=[]
    )


def _model(run: NamedRun) -> NamedValues:
    trace = run.trace
    told = [(_called(run, k), _layer(layer)) for k, layer in enumerate(trace.layers)]
    if run.name or any(layer.alpha_alone for layer in trace.layers):
        return told
    counted = sum(values.size for step in trace.steps for values in step.weights.values())
    steps = " → ".join(step.kind for step in trace.steps)
    return [*told, (_("steps"), steps), (_("weights"), f"{counted:,}"), (_("ran on"), trace.device)]


def _layer(layer: LayerTrace) -> str:
    parts = [_sizes(layer)]
    if not layer.alpha_alone:
        parts += [_("concatenated") if layer.concat else _("averaged")] if layer.num_heads > 1 else []
        parts += [_("equal shares")] if layer.form.equal_shares else []
        parts += [layer.activation] if layer.activation is not None else []
        parts.append(_("LeakyReLU slope {slope}").format(slope=f"{layer.negative_slope:g}"))
    added = int(layer.added_loops.sum())
    if added:
        parts.append(ngettext("{n} self-loop added", "{n} self-loops added", added).format(n=added))
    return ", ".join(parts)


def _graph(graph: Graph) -> NamedValues:
    return [
        (_("nodes"), f"{graph.num_nodes:,}"),
        (_("arrows"), f"{graph.edge_index.shape[1]:,}"),
        (_("features"), f"{graph.num_features:,}"),
    ]


def _made() -> tuple[str, str]:
    return _("made by"), f"gatviz {version('gatviz')}"
