"""What can stand beside the graph of a training instead of its charts: an embedding, or one step at one arrow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.embedding import EVERY, Plane
from gatviz.analysis.subject import called
from gatviz.graph.graph import Graph
from gatviz.numbers import three_digits
from gatviz.stage.training import round_up
from gatviz.stage.training_protocol import TrainEmbedding, TrainLost, TrainMoved, TrainReads, TrainStep
from gatviz.stage.wire import packed
from gatviz.training.slow_step import Moved, SlowStep
from gatviz.training.training import Moment
from gatviz.words import _, ngettext

MAX_READ = 7
MAX_LOST = 5


def pack_embedding(plane: Plane, colour_of: Sequence[int]) -> TrainEmbedding:
    """The nodes of a plane, coloured by class."""
    reach = [round_up(float(size)) for size in np.abs(plane.points).max(axis=0, initial=0)]
    if np.isnan(plane.share):
        told = _("All nodes are alike here.")
    elif plane.width <= 2:
        told = ngettext(
            "This step gives {n} number for each node: nothing is left out.",
            "This step gives {n} numbers for each node: nothing is left out.",
            plane.width,
        ).format(n=plane.width)
    else:
        told = _("PCA: of the spread in {n} dimensions these two hold {share:.0%}.").format(
            n=plane.width, share=plane.share
        )
    turned = _(
        "From epoch to epoch the plane is only turned or mirrored, to lie like the last of every {n}th epoch before."
    ).format(n=EVERY)
    return TrainEmbedding(
        points=packed(plane.points),
        reach=reach,
        reach_texts=[f"{one:g}" for one in reach],
        colour_of=list(colour_of),
        told=f"{told} {turned}",
    )


def default_edge(moment: Moment, layer: int, head: int) -> tuple[int, int] | None:
    """Target and source of the arrow with the largest α that is no self-loop and has another beside it."""
    source, target = moment.edges.edge_index
    counts = np.diff(moment.edges.ptr)
    fit = np.flatnonzero((source != target) & (counts[target] > 1))
    if not len(fit):
        return None
    best = fit[moment.alpha[layer][fit, head].argmax()]
    return int(target[best]), int(source[best])


def pack_step(step: SlowStep, graph: Graph, ptr: NDArray[np.int64]) -> TrainStep:
    """One step at one arrow, in four pictures; `ptr` [N + 1] to what each node reads."""
    names = [called(name) for name in graph.names]
    reads, losses = _reads(step, graph.names), _losses(step, graph)
    moved = [_moved(one, graph, step.layer) for one in step.moved]
    values = [abs(value) for one in moved for value in (*one.before, *one.after)]
    title = _("The step from epoch {epoch} to {next}, at {source} → {target}")
    source, target = names[step.source], names[step.target]
    return TrainStep(
        title=title.format(epoch=step.epoch, next=step.epoch + 1, source=source, target=target),
        target=step.target,
        source=step.source,
        targets=np.flatnonzero(np.diff(ptr)).tolist(),
        sources=step.sources.tolist(),
        reads=reads,
        losses=losses,
        moved=moved,
        told=[_forward(step, source, target), _loss(step), _gradient(step), _update(step)],
        largest_loss=max((one.loss for one in losses), default=0.0) or 1.0,
        largest_gradient=float(np.abs(step.gradient).max(initial=0)) or 1.0,
        largest_value=max(values, default=0.0) or 1.0,
    )


def _forward(step: SlowStep, source: str, target: str) -> str:
    k = step.place
    told = _("The scores of all that {target} reads become shares by softmax: {source} gets {alpha}.").format(
        target=target, source=source, alpha=three_digits(step.alpha[k])
    )
    if step.stays is None:
        return told
    if not step.stays[k]:
        return _("{told} Dropout leaves it out of this step.").format(told=told)
    return _("{told} Dropout lets it stay, scaled up to {used}.").format(told=told, used=three_digits(step.used[k]))


def _loss(step: SlowStep) -> str:
    return ngettext(
        "−log of the probability of the own label, of {n} labelled node: {loss}.",
        "−log of the probability of the own label, on average over {n} labelled nodes: {loss}.",
        len(step.labelled),
    ).format(n=len(step.labelled), loss=three_digits(step.loss))


def _gradient(step: SlowStep) -> str:
    k = step.place
    value, pushed = float(step.gradient[k]), float(step.gradient_e[k])
    if step.stays is not None and not step.stays[k]:
        first = _("Dropped in this step, so no gradient reaches this α.")
    elif value == 0:
        first = _("No labelled node's loss depends on this α: its gradient is 0.")
    else:
        template = (
            _("More α here would raise the loss: ∂L/∂α is {value}.")
            if value > 0
            else _("More α here would lower the loss: ∂L/∂α is {value}.")
        )
        first = template.format(value=three_digits(value))
    if pushed == 0:
        return first
    template = (
        _("{first} Weighed against the others in the row, its score is to fall: ∂L/∂e is {pushed}.")
        if pushed > 0
        else _("{first} Weighed against the others in the row, its score is to rise: ∂L/∂e is {pushed}.")
    )
    return template.format(first=first, pushed=three_digits(pushed))


def _update(step: SlowStep) -> str:
    k = step.place
    return _(
        "Adam moves each number against its gradient, by what it remembers of earlier ones, with weight decay. "
        "Without dropout this α goes from {before} to {after}."
    ).format(before=three_digits(step.alpha_before[k]), after=three_digits(step.alpha_after[k]))


def _reads(step: SlowStep, names: Sequence[str]) -> list[TrainReads]:
    """Strongest first, the locked one always among them, the rest summed in one row."""
    order = np.argsort(-step.alpha, kind="stable")
    shown = list(order[:MAX_READ]) if len(order) > MAX_READ + 1 else list(order)
    if step.place not in shown:
        shown[-1] = step.place
    rows = [
        TrainReads(
            node=int(step.sources[k]),
            text=names[step.sources[k]],
            locked=bool(k == step.place),
            alpha=float(step.alpha[k]),
            used=float(step.used[k]),
            gradient=float(step.gradient[k]),
            gradient_e=float(step.gradient_e[k]),
            before=float(step.alpha_before[k]),
            after=float(step.alpha_after[k]),
        )
        for k in shown
    ]
    rest = np.setdiff1d(order, shown)
    if len(rest):
        sums = (float(values[rest].sum()) for values in (step.alpha, step.used, step.alpha_before, step.alpha_after))
        alpha, used, before, after = sums
        text = _("and {n} more").format(n=len(rest))
        rows.append(TrainReads(-1, text, False, alpha, used, None, None, before, after))
    return rows


def _losses(step: SlowStep, graph: Graph) -> list[TrainLost]:
    """The largest losses first, the others in one row with their mean."""
    order = np.argsort(-step.losses, kind="stable")
    shown = order[:MAX_LOST] if len(order) > MAX_LOST + 1 else order
    rows = [
        TrainLost(
            node=int(step.labelled[k]),
            text=graph.names[step.labelled[k]],
            sure=float(step.sure[k]),
            loss=float(step.losses[k]),
        )
        for k in shown
    ]
    rest = order[len(shown) :]
    if len(rest):
        text = _("{n} more, mean").format(n=len(rest))
        rows.append(TrainLost(-1, text, None, float(step.losses[rest].mean())))
    return rows


def _moved(one: Moved, graph: Graph, layer: int) -> TrainMoved:
    symbols = {"a_target": "a target", "a_source": "a source", "W_target": "W target", "W_source": "W source"}
    note = ""
    if one.feature is not None:
        name = str(one.feature)
        if layer == 0 and one.feature < len(graph.feature_names or ()):
            name = graph.feature_names[one.feature]
        note = _("column {name}").format(name=name)
    rows = (np.asarray(values, dtype=np.float64).tolist() for values in (one.before, one.gradient, one.after))
    before, gradient, after = rows
    return TrainMoved(symbols.get(one.name, one.name), note, before, gradient, after)
