"""The guided first minute: five steps from the features to h′, each with its numbers, on whatever graph is shown.

Steps are data: what is lit, what is said, and what the person does that completes one. All are about one arrow in one
head, which is locked when the guide begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from gatviz.analysis import Node, Number, Reasons, Sentence, reasons, said
from gatviz.attention.layer_trace import GATTrace, LayerTrace
from gatviz.graph.subgraph import Part
from gatviz.stage import protocol
from gatviz.stage.details import first_edge, local_focus
from gatviz.stage.reasons import pack_sentence
from gatviz.words import _

Zone = Literal["features", "projection", "scores", "softmax", "taken_in"]

_MAX_NUMBERS = 4
"""More numbers of a vector are not read out."""


def pack_guide(
    trace: LayerTrace, part: Part, names: Sequence[str], locked: tuple[int, int, int] | None
) -> protocol.Guide | None:
    """The guide about an arrow (target, source, head); None where there is none to tell of, or α alone.

    Arguments:
        locked: what is locked; without it, or where it is no arrow, one that is worth a look.
    """
    if trace.alpha_alone:
        return None
    edge = locked if locked is not None and trace.edge_of(*locked[:2]) is not None else first_edge(trace, part)
    if edge is None:
        return None
    target, source, head = edge
    focus = local_focus(target, source, part)
    if not isinstance(focus, protocol.EdgeFocus):
        return None
    table = reasons(trace, target, head, source)
    told: list[tuple[Zone, Sentence, Sentence, protocol.Focus]] = [
        ("features", *_features(trace, source), protocol.NodeFocus(node=focus.source)),
        ("projection", *_projection(trace, table), protocol.NodeFocus(node=focus.source)),
        ("scores", *_scores(trace, table), focus),
        ("softmax", *_softmax(table), focus),
        ("taken_in", *_taken_in(trace, table), focus),
    ]
    return protocol.Guide(
        focus=focus,
        weighting=f"head-{head}",
        steps=[
            protocol.GuideStep(
                zone=zone,
                headline=pack_sentence(trace, part, names, headline),
                line=pack_sentence(trace, part, names, line),
                completes=completes,
            )
            for zone, headline, line, completes in told
        ],
    )


def _vector(values: Any) -> Sentence:
    """ "(0.0243, 0.482, −0.238)"."""
    pieces: list[str | Node | Number] = ["("]
    for k, value in enumerate(values[:_MAX_NUMBERS]):
        pieces += [", "] if k else []
        pieces.append(Number(float(value)))
    return (*pieces, ", …)" if len(values) > _MAX_NUMBERS else ")")


def _chosen(table: Reasons, name: str) -> float:
    row = table.sources.tolist().index(table.source)
    return float(table.numbers[name][row])


def _features(trace: LayerTrace, source: int) -> tuple[Sentence, Sentence]:
    headline = said(_("Node {source} brings along its features, "), source=Node(source)) + _vector(trace.x[source])
    return headline, said(_("So does every node. All that follows is made of these numbers and of the weights."))


def _projection(trace: LayerTrace, table: Reasons) -> tuple[Sentence, Sentence]:
    source = int(table.source or 0)
    words = _("The head's weights W turn them into Wh: node {source} now carries ")
    headline = said(words, source=Node(source)) + _vector(trace.source_features[source, int(table.which)])
    return headline, said(_("One W for all nodes of a head, learnt in training; another head has another."))


def _scores(trace: LayerTrace, table: Reasons) -> tuple[Sentence, Sentence]:
    ends: dict[str, Any] = {"target": Node(table.target), "source": Node(int(table.source or 0))}
    if "e" not in table.numbers:
        headline = said(_("A score would say how much {target} cares for {source}."), **ends)
        return headline, said(_("This layer shares out evenly by its rule and asks no score."))
    pair = (table.target, int(table.source or 0))
    e = Number(_chosen(table, "e"), pair)
    if not isinstance(trace, GATTrace):
        headline = said(
            _("Reader {target} and read {source} meet in each dimension; a weighs what is left: e = {e}."), e=e, **ends
        )
        return headline, said(_("LeakyReLU comes before a here, so another reader may rank the same nodes otherwise."))
    half, s = Number(table.half or 0.0, node=table.target, sign=True), Number(_chosen(table, "s"), pair, sign=True)
    headline = said(_("Two halves make a score: {half} of reader {target}, {s} of {source}."), half=half, s=s, **ends)
    words = _("The reader's half is the same in every row. LeakyReLU multiplies what is below 0 by {slope}: e = {e}.")
    return headline, said(words, slope=f"{trace.negative_slope:g}", e=e)


def _softmax(table: Reasons) -> tuple[Sentence, Sentence]:
    pair = (table.target, int(table.source or 0))
    share = Number(_chosen(table, "share"), pair)
    if "power" not in table.numbers:
        words = _("Each of {n} nodes gets the same share, {share}.")
        return said(words, n=table.neighbours, share=share), said(_("That is what attention is compared with."))
    words = _("The softmax turns scores into shares: {power} of {sum} in all is {share}.")
    headline = said(words, power=Number(_chosen(table, "power"), pair), sum=Number(table.sums["power"]), share=share)
    return headline, said(
        _("exp makes every score positive, and the shares of a row sum to 1: what one gains the others lose.")
    )


def _taken_in(trace: LayerTrace, table: Reasons) -> tuple[Sentence, Sentence]:
    words = _("Each share weighs what its node sends; together they are the new h′ of node {target}: ")
    headline = said(words, target=Node(table.target)) + _vector(table.h_prime)
    if trace.concat and trace.num_heads > 1:
        words = _("It fills columns {first} to {last} of the layer's output; the other heads fill the rest.")
        return headline, said(words, first=table.first, last=table.first + trace.head_features - 1)
    if trace.num_heads > 1:
        return headline, said(_("The heads' h′ are averaged into the layer's output."))
    return headline, said(_("That is the layer's output, once the activation has bent it."))
