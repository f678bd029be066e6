"""`slow_step`: one training step seen from one edge: forward, loss, gradient, new parameters.

All numbers are those of the step that training takes from that epoch, dropout and all. C features per head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.layers import AttentionLayer, OutputParts
from gatviz.errors import GatvizError
from gatviz.training.training import Training
from gatviz.words import _

AnyArray = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Moved:
    """A row of parameters [C] before and after the step, and the gradient of the loss by it.

    Attributes:
        name: in the formulas: "a_source", "W". feature: the column of it, where it is a matrix.
    """

    name: str
    feature: int | None
    before: AnyArray
    gradient: AnyArray
    after: AnyArray


@dataclass(frozen=True, eq=False)
class SlowStep:
    """What one step does at the edge from `source` to `target`, in one head of one attention layer.

    Attributes:
        epoch: the step goes from this one to the next.
        sources: [n] all that the target reads. place: of `source` among them.
        e, alpha: [n] as the step computes them. stays: [n] which of α dropout lets stay; None without dropout.
        used: [n] what is left of α, scaled up.
        labelled: [L] the labelled nodes. sure: [L] the probability of their own label. losses: [L] −log of it.
        loss: their mean, which the step goes down from.
        gradient: [n] ∂loss/∂α, by autograd. gradient_e: [n] ∂loss/∂e = α·(∂loss/∂α − Σ α·∂loss/∂α).
        moved: the parameters of this head that the edge's score is made of.
        alpha_before, alpha_after: [n] α in evaluation, without dropout, at this epoch and at the next.
    """

    epoch: int
    layer: int
    head: int
    target: int
    source: int
    sources: NDArray[np.int64]
    place: int
    e: AnyArray
    alpha: AnyArray
    stays: NDArray[np.bool_] | None
    used: AnyArray
    labelled: NDArray[np.int64]
    sure: AnyArray
    losses: AnyArray
    loss: float
    gradient: AnyArray
    gradient_e: AnyArray
    moved: tuple[Moved, ...]
    alpha_before: AnyArray
    alpha_after: AnyArray


def slow_step(training: Training, epoch: int, layer: int, head: int, target: int, source: int) -> SlowStep:
    """The step from an epoch to the next, at one edge.

    Raises:
        GatvizError: an epoch that is not trained, no such edge, α that is not learnt, or a step that is not finite.
    """
    stepper = training.at_work(epoch)
    attention: AttentionLayer = stepper.model.attention_layers[layer]
    trace = stepper.trace_in_training().layers[layer]
    into = trace.edges_into(target)
    sources = np.asarray(trace.edge_index[0, into], dtype=np.int64)
    found = np.flatnonzero(sources == source)
    if not len(found):
        raise GatvizError(_("arrow"), _("one that the model reads"), _("none"), _("choose another"))
    weights, alpha_before = attention.weights(), stepper.look().alpha[layer][into, head]
    parts: list[OutputParts] = []
    try:
        out, loss = stepper.step_and_out(parts)
        alpha_after = stepper.look().alpha[layer][into, head]
    except FloatingPointError as error:
        expected, mend = _("a step with finite numbers"), _("lower the learning rate")
        raise GatvizError(_("loss"), expected, _("one that is not"), mend) from error
    alpha, mask = parts[layer].alpha, parts[layer].dropout_mask
    if alpha.grad is None:
        raise GatvizError(_("α"), _("one that is learnt"), _("equal shares"), _("choose a model with attention"))
    shares = alpha.numpy(force=True)[into, head]
    gradient = alpha.grad.numpy(force=True)[into, head]
    stays = None if mask is None else mask.numpy(force=True)[into, head]
    task = stepper.task
    chances = _log_softmax(out)[task.labelled, task.graph.class_index[task.labelled]]
    gradients, after = attention.gradients(), attention.weights()
    return SlowStep(
        epoch=epoch,
        layer=layer,
        head=head,
        target=target,
        source=source,
        sources=sources,
        place=int(found[0]),
        e=np.asarray(trace.e[into, head]),
        alpha=shares,
        stays=stays,
        used=shares if stays is None else shares * stays / (1 - attention.dropout),
        labelled=task.labelled,
        sure=np.exp(chances),
        losses=-chances,
        loss=loss,
        gradient=gradient,
        gradient_e=shares * (gradient - np.sum(shares * gradient)),
        moved=tuple(
            Moved(name, feature, *(_row(values[name], head, feature) for values in (weights, gradients, after)))
            for name, feature in _of_score(weights, trace.x, target, source)
        ),
        alpha_before=alpha_before,
        alpha_after=alpha_after,
    )


def _log_softmax(out: AnyArray) -> AnyArray:
    scores = out.astype(np.float64)
    logs: AnyArray = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return logs


def _of_score(weights: dict[str, AnyArray], x: AnyArray, target: int, source: int) -> list[tuple[str, int | None]]:
    """The names of the parameters that a score is made of; of a matrix the column of the node's largest feature."""
    reads = {"W": source, "W_source": source, "W_target": target}
    found: list[tuple[str, int | None]] = [
        (name, int(np.abs(x[node]).argmax())) for name, node in reads.items() if name in weights and x[node].any()
    ]
    return found + [(name, None) for name in ("a_target", "a_source", "a") if name in weights]


def _row(values: AnyArray, head: int, feature: int | None) -> AnyArray:
    row: AnyArray = values[head] if feature is None else values[head][:, feature]
    return row
