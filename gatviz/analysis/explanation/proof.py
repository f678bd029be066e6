"""What is checked while a node is explained: the figures that must come out, and the sentences that say so."""

from __future__ import annotations

import numpy as np

from gatviz.analysis.explanation.paths import Paths
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.proof import Check
from gatviz.model.trace import Trace
from gatviz.model.without import Without
from gatviz.numbers import small_figure
from gatviz.words import _, ngettext

_BOUND = 1e-10


def proofs_of(model: GAT, graph: Graph, run: Without, trace: Trace, paths: Paths) -> tuple[Check, ...]:
    """The shares of all paths add up; the run of a part gives the whole run's answer; the other edges change nothing.

    Arguments:
        model: as `in_double` gives it. run: of the node that is explained.
    """
    return (_shares(paths), _part(run, trace), *_others(model, graph, run))


def _shares(paths: Paths) -> Check:
    held, total = float(paths.mass.sum()), float(paths.attention.sum())
    figure = abs(total - held)
    sentence = ngettext(
        "attention alone adds up to {held:.6g}, what is held in the {n} layer, within {figure}",
        "attention alone adds up to {held:.6g}, what is held in the {n} layers, within {figure}",
        paths.mass.shape[0],
    )
    told = sentence.format(held=held, n=paths.mass.shape[0], figure=small_figure(figure))
    return Check("shares", figure, _BOUND, figure <= _BOUND, told)


def _part(run: Without, trace: Trace) -> Check:
    expected = trace.out[run.reach.node]
    figure = float(np.abs(run.outputs([[]])[0] - expected).max())
    bound = _BOUND * max(1.0, float(np.abs(expected).max()))
    told = _("what reaches the node, run by itself, gives the answer of the whole within {figure}")
    return Check("part", figure, bound, figure <= bound, told.format(figure=small_figure(figure)))


def _others(model: GAT, graph: Graph, run: Without) -> tuple[Check, ...]:
    others = np.setdiff1d(np.arange(run.input_edge.size), run.reach.edges)
    if not others.size:
        return ()
    whole = Without(model, graph, run.reach.node, whole=True)
    figure = float(np.abs(np.diff(whole.outputs([[], others.tolist()], spare=others.size), axis=0)).max())
    sentence = ngettext(
        "the other {n:,} arrow, removed, changes the answer by {figure}",
        "the other {n:,} arrows, removed together, change the answer by {figure}",
        others.size,
    )
    return (Check("others", figure, 0.0, figure == 0.0, sentence.format(n=others.size, figure=small_figure(figure))),)
