"""What stands below the stage in a report: verdicts, an explanation, the model, and where it all comes from."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from gatviz.analysis import Explanation, head_similarity, static_attention, uniformity
from gatviz.analysis.across import attention_across_layers
from gatviz.analysis.explanation import sentences
from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.graph import Graph
from gatviz.model.trace import Trace
from gatviz.stage.report_protocol import Chapter
from gatviz.words import _, ngettext

Values = Sequence[tuple[str, str]]


def layer_title(trace: Trace, layer: int) -> str:
    """ "layer 1 · GAT, 4 heads × 8"."""
    run = trace.layers[layer]
    heads = ngettext("{n} head × {features}", "{n} heads × {features}", run.num_heads)
    sizes = heads.format(n=run.num_heads, features=run.head_features)
    return _("layer {layer} · {kind}, {sizes}").format(layer=layer, kind=run.kind, sizes=sizes)


def chapters(trace: Trace, explanation: Explanation | None, settings: Values, origin: Values) -> list[Chapter]:
    """All of them, in order.

    Arguments:
        settings, origin: what is known of the model and of where it comes from beyond the run itself, by name.
    """
    found = [_verdicts(trace, layer) for layer in range(len(trace.layers)) if trace.layers[layer].num_edges]
    if len(trace.layers) > 1 and all(run.num_edges for run in trace.layers):
        told = [*attention_across_layers(trace).sentences]
        found.append(Chapter(title=_("Over all layers"), sentences=told, values=[]))
    if explanation is not None:
        found.append(_explained(explanation))
    found.append(Chapter(title=_("The model"), sentences=[], values=[*_model(trace), *settings]))
    found.append(
        Chapter(title=_("Where this comes from"), sentences=[], values=[*_graph(trace.graph), *origin, _made()])
    )
    return found


def _verdicts(trace: Trace, layer: int) -> Chapter:
    run = trace.layers[layer]
    title = _("What the heads do")
    if len(trace.layers) > 1:
        title = _("What the heads of layer {layer} do").format(layer=layer)
    even = uniformity(run, trace.graph)
    told = [*even.verdicts, *even.sentences, *static_attention(run, trace.graph).sentences]
    if run.num_heads > 1:
        told += head_similarity(run).sentences
    return Chapter(title=title, sentences=told, values=[])


def _explained(explanation: Explanation) -> Chapter:
    told = [sentences.plain(sentences.headline(explanation)), sentences.plain(sentences.strongest(explanation))]
    told += [*sentences.verdict_lines(explanation), *sentences.together_lines(explanation)]
    return Chapter(title=sentences.verdict_title(explanation), sentences=[line for line in told if line], values=[])


def _model(trace: Trace) -> Values:
    counted = sum(values.size for step in trace.steps for values in step.weights.values())
    return [
        *((_("layer {layer}").format(layer=k), _layer(run)) for k, run in enumerate(trace.layers)),
        (_("steps"), " → ".join(step.kind for step in trace.steps)),
        (_("weights"), f"{counted:,}"),
        (_("ran on"), trace.device),
    ]


def _layer(run: LayerTrace) -> str:
    heads = ngettext("{n} head × {features}", "{n} heads × {features}", run.num_heads)
    joined = _("concatenated") if run.concat else _("averaged")
    parts = [run.kind, heads.format(n=run.num_heads, features=run.head_features)]
    parts += [joined] if run.num_heads > 1 else []
    parts += [_("equal shares")] if run.form.equal_shares else []
    parts += [run.activation] if run.activation is not None else []
    parts.append(_("LeakyReLU slope {slope}").format(slope=f"{run.negative_slope:g}"))
    added = int(run.added_loops.sum())
    if added:
        parts.append(ngettext("{n} self-loop added", "{n} self-loops added", added).format(n=added))
    return ", ".join(parts)


def _graph(graph: Graph) -> Values:
    return [
        (_("nodes"), f"{graph.num_nodes:,}"),
        (_("arrows"), f"{graph.edge_index.shape[1]:,}"),
        (_("features"), f"{graph.num_features:,}"),
    ]


def _made() -> tuple[str, str]:
    return _("made by"), f"gatviz {version('gatviz')}"
