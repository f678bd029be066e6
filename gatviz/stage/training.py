"""Training → the data of the Train workspace: what the model makes of the graph at the playhead, and lines over epochs.

Every number is taken from the training or computed from it in `analysis`. N nodes, E edges, H heads, K epochs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.over_epochs import HeadsAt, SeedTold, band, predicted_and_sure
from gatviz.analysis.sentence import Node, Number, Piece, Sentence
from gatviz.analysis.subject import called
from gatviz.analysis.training_story import Flag
from gatviz.numbers import three_digits
from gatviz.stage.protocol import Edges
from gatviz.stage.training_protocol import TrainBand, TrainChart, TrainFlag, TrainLine, TrainMoment, TrainPiece
from gatviz.stage.wire import packed
from gatviz.training.training import Moment, Training
from gatviz.words import _

LineLook = Literal["labelled", "others", "own", "equal", "GCN", "GAT", "GATv2", "head", "locked", "even"]
FAINT = 0.05
"""Below this share an arrow is counted as hardly seen."""


def pack_pieces(sentence: Sentence) -> list[TrainPiece]:
    """A sentence as it travels."""
    return [_piece(one) for one in sentence]


def _piece(piece: Piece) -> TrainPiece:
    if isinstance(piece, Node):
        return TrainPiece(node=piece.node)
    if isinstance(piece, Number):
        return TrainPiece(value=piece.value)
    return TrainPiece(text=piece if isinstance(piece, str) else piece.written)


def pack_flags(flags: Sequence[Flag]) -> list[TrainFlag]:
    """The marks on the line of epochs."""
    return [
        TrainFlag(
            epoch=flag.epoch,
            text=flag.text,
            short=_short(flag),
            head=flag.head,
            withdrawn=flag.ends is not None,
        )
        for flag in flags
    ]


def _short(flag: Flag) -> str:
    if flag.head is not None:
        return _("{epoch}: head {head}").format(epoch=flag.epoch, head=flag.head)
    return flag.text


def pack_moment(moment: Moment, layer: int, since: Moment | None = None) -> TrainMoment:
    """What the model makes of the graph, and α of one attention layer; with `since`, its change since another moment.

    There is no such change where other arrows were read then.
    """
    predicted, sure = predicted_and_sure(moment.out)
    actual = moment.task.graph.class_index
    source, target = moment.edges.edge_index
    return TrainMoment(
        epoch=moment.epoch,
        alpha=packed(moment.alpha[layer]),
        change=packed(_change(moment, since, layer)) if since is not None and can_change(moment, since) else None,
        predicted=predicted.tolist(),
        sure=np.round(sure, 4).tolist(),
        wrong=((actual >= 0) & (actual != predicted)).astype(int).tolist(),
        edges=Edges(
            source=source.tolist(),
            target=target.tolist(),
            added=moment.edges.added.astype(int).tolist(),
            drawn=len(source),
        ),
    )


def can_change(moment: Moment, since: Moment) -> bool:
    """Whether two moments read the same arrows with as many heads."""
    same = np.array_equal(moment.edges.edge_index, since.edges.edge_index)
    return same and [a.shape for a in moment.alpha] == [a.shape for a in since.alpha]


def _change(moment: Moment, since: Moment, layer: int) -> NDArray[Any]:
    change: NDArray[Any] = moment.alpha[layer].astype(np.float64) - since.alpha[layer]
    return change


def told_faint(moment: Moment, layer: int, head: int) -> str:
    """ "61 of 190 arrows are below 0.05" in one head."""
    alpha = moment.alpha[layer][:, head]
    count = int(np.sum(alpha < FAINT))
    return _("{n} of {all} arrows are below {share}").format(n=count, all=len(alpha), share=FAINT) if count else ""


@dataclass(frozen=True, eq=False)
class Plotted:
    """What the charts are drawn from.

    Attributes:
        training: the model's own. beside: what is trained beside it, by kind. names: what these are called.
        kept: the epochs whose α is kept. heads: what the heads of the layer on show did at each.
        at: the epoch under the playhead.
        locked: [K] of the locked arrow at the kept epochs, NaN where it is not there: its α, and its even share.
        locked_name: what the arrow is called.
        seeds: what other seeds came to, and what is said of them. locked_seeds: of the locked arrow in each of them
            α in the end, the mean over heads.
    """

    training: Training
    beside: Mapping[str, Training]
    names: Mapping[str, str]
    kept: Sequence[int]
    heads: Sequence[HeadsAt]
    at: int
    head: int
    locked: tuple[NDArray[Any], NDArray[Any]] | None = None
    locked_name: str = ""
    seeds: Sequence[SeedTold] = ()
    seeds_story: str = ""
    locked_seeds: Sequence[float] = ()


def pack_charts(drawn: Plotted) -> list[TrainChart]:
    """Loss, how many are right, how evenly heads attend, and the locked arrow's α; what there is of these."""
    charts = [_loss(drawn), _right(drawn)]
    if drawn.heads:
        charts.append(_evenness(drawn))
    if drawn.locked is not None:
        charts.append(_locked(drawn))
    return charts


def _line(
    key: str,
    name: str,
    look: LineLook,
    epochs: Sequence[int],
    values: Any,
    at: int,
    head: int | None = None,
    counts: NDArray[Any] | None = None,
) -> TrainLine:
    numbers = np.asarray(values, dtype=np.float64)
    before = np.searchsorted(np.asarray(epochs), at, side="right") - 1
    now = float(numbers[before]) if before >= 0 else float("nan")
    return TrainLine(
        key=key,
        name=name,
        look=look,
        head=head,
        epochs=list(epochs),
        values=packed(numbers),
        now=now if isfinite(now) else None,
        now_text=(
            "–" if not isfinite(now) else three_digits(now) if counts is None else f"{round(now * counts[before])}"
        ),
    )


def _column(training: Training, name: str) -> tuple[list[int], NDArray[np.float64]]:
    rows = training.rows
    return [int(row["epoch"]) for row in rows], np.array([row[name] for row in rows], dtype=np.float64)


def _chart(
    key: Literal["loss", "right", "evenness", "locked"],
    title: str,
    lines: list[TrainLine],
    low: float,
    high: float,
    *,
    percent: bool = False,
    below: str = "",
    bands: list[TrainBand] | None = None,
    whisker: list[float] | None = None,
) -> TrainChart:
    ticks = [low, (low + high) / 2, high]
    training_texts = [f"{round(100 * tick)} %" if percent else f"{tick:.3g}" for tick in ticks]
    cut = _("from {low}").format(low=training_texts[0]) if low > 0 else ""
    return TrainChart(
        key=key,
        title=title,
        lines=lines,
        bands=bands or [],
        whisker=whisker,
        low=low,
        high=high,
        ticks=ticks,
        tick_texts=training_texts,
        cut=cut,
        below=below,
    )


def _loss(drawn: Plotted) -> TrainChart:
    task = drawn.training.task_at(drawn.at)
    lines = []
    looks: tuple[tuple[str, LineLook, str], ...] = (
        ("labelled", "labelled", _("{n} labelled")),
        ("others", "others", _("{n} others")),
    )
    for part, look, name in looks:
        if len(task.nodes(part)):
            epochs, values = _column(drawn.training, f"loss_{part}")
            lines.append(_line(part, name.format(n=len(task.nodes(part))), look, epochs, values, drawn.at))
    largest = max((float(np.nanmax(line_values(line))) for line in lines), default=1.0)
    return _chart("loss", _("Loss"), lines, 0.0, round_up(largest))


def line_values(line: TrainLine) -> NDArray[np.float32]:
    """[K] as it travels."""
    return np.frombuffer(line.values.f32, dtype="<f4")


def part_judged_by(training: Training, at: int) -> str:
    """The part of the task by which a model is judged: the others, or the labelled where there are none."""
    return "others" if len(training.task_at(at).others) else "labelled"


def _right(drawn: Plotted) -> TrainChart:
    part = part_judged_by(drawn.training, drawn.at)
    count = len(drawn.training.task_at(drawn.at).nodes(part))
    lines = []
    curves: list[tuple[str, LineLook, Training]] = [("own", "own", drawn.training)]
    curves += [(key, _look(key), training) for key, training in drawn.beside.items()]
    for key, look, training in curves:
        epochs, values = _column(training, f"right_{part}")
        counts = training.counts(part)
        shares = np.divide(values, counts, out=np.full(len(counts), np.nan), where=counts > 0)
        lines.append(_line(key, drawn.names.get(key, key), look, epochs, shares, drawn.at, counts=counts))
    lowest = min(float(np.nanmin(line_values(line)[min(5, len(line.epochs) - 1) :])) for line in lines)
    low = max(0.0, floor(10 * lowest - 1e-6) / 10) if lowest > 0.3 else 0.0
    title = _("Right of {n}") if part == "others" else _("Right of the {n} labelled")
    bands = []
    if len(drawn.seeds) > 1:
        lowest_line, highest = band([one.right / count for one in drawn.seeds])
        name = _("{n} seeds").format(n=len(drawn.seeds))
        bands.append(_band(name, list(range(len(highest))), lowest_line, highest))
    return _chart("right", title.format(n=count), lines, min(low, 0.9), 1.0, percent=True, bands=bands)


def _band(name: str, epochs: Sequence[int], low: NDArray[Any], high: NDArray[Any]) -> TrainBand:
    return TrainBand(name=name, epochs=list(epochs), low=packed(low), high=packed(high))


def _look(key: str) -> LineLook:
    looks: dict[str, LineLook] = {"equal": "equal", "GCN": "GCN", "GAT": "GAT", "GATv2": "GATv2"}
    return looks[key]


def _evenness(drawn: Plotted) -> TrainChart:
    even = np.stack([one.evenness for one in drawn.heads])
    lines = [
        _line(f"head {k}", _("head {head}").format(head=k), "head", drawn.kept, even[:, k], drawn.at, k)
        for k in range(even.shape[1])
    ]
    known = even[np.isfinite(even)]
    lowest = float(known.min()) if known.size else 1.0
    low = 0.5 if lowest > 0.5 else 0.0
    bands = []
    if len(drawn.seeds) > 1:
        lowest_line, highest = band([one.least_even for one in drawn.seeds])
        name = _("least even head, {n} seeds").format(n=len(drawn.seeds))
        bands.append(_band(name, drawn.seeds[0].epochs[: len(highest)], lowest_line, highest))
        low = low if lowest_line.min() > low else 0.0
    title = _("How evenly each head attends")
    return _chart("evenness", title, lines, low, 1.0, below=drawn.seeds_story, bands=bands)


def _locked(drawn: Plotted) -> TrainChart:
    assert drawn.locked is not None
    alpha, even = drawn.locked
    below, whisker = "", None
    if len(drawn.locked_seeds) > 1:
        low, high = min(drawn.locked_seeds), max(drawn.locked_seeds)
        told = _("The mean over heads ends between {low} and {high} in {n} seeds.")
        below, whisker = (
            told.format(low=three_digits(low), high=three_digits(high), n=len(drawn.locked_seeds)),
            [low, high],
        )
    lines = [
        _line("locked", _("α"), "locked", drawn.kept, alpha, drawn.at, drawn.head),
        _line("even", _("even share"), "even", drawn.kept, even, drawn.at),
    ]
    title = _("{arrow}: its α in head {head}").format(arrow=drawn.locked_name, head=drawn.head)
    return _chart("locked", title, lines, 0.0, 1.0, below=below, whisker=whisker)


def round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7.5 times a power of ten."""
    if not isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return float(next(step * power for step in (1, 1.5, 2, 3, 5, 7.5, 10) if step * power >= value * (1 - 1e-9)))


def time_left(training: Training, total: int) -> str:
    """ "0.3 s of 0.4 s", as told by the epochs so far; "" before the first."""
    if not training.seconds or not 0 < training.trained < total:
        return ""
    whole = training.seconds / training.trained * total
    return _("{left} s of {whole} s left").format(
        left=_seconds(max(whole - training.seconds, 0.0)), whole=_seconds(whole)
    )


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{ceil(value)}"


def node_names(names: Sequence[str]) -> list[str]:
    """What nodes are called in a sentence."""
    return [called(name) for name in names]


def training_texts() -> dict[str, str]:
    """The words of the picture that the browser fills in."""
    return {
        "graphLabel": _("Graph at epoch {epoch}, colours by prediction"),
        "play": _("Play"),
        "pause": _("Stop"),
        "step": _("Step"),
        "reset": _("Reset"),
        "playTitle": _("Move the playhead on; where no epoch is trained yet, train it"),
        "pauseTitle": _("Stop, and free the processor"),
        "stepTitle": _("One epoch further"),
        "resetTitle": _("Back to epoch 0 of the same seed"),
        "undo": _("Undo the edit"),
        "open": _("Open epoch in"),
        "openIn": _("Open in {workspace}"),
        "explainNode": _("Explain {node} at epoch {epoch}"),
        "openTitle": _("The model as it is at this epoch, with epoch 0 pinned as baseline A"),
        "explore": _("Explore"),
        "compare": _("Compare"),
        "explain": _("Explain"),
        "seeds": _("Train 10 seeds"),
        "seedsStop": _("Stop the seeds"),
        "seedsTitle": _("The same from ten other seeds, in the background: would another seed say so?"),
        "paint": _("Paint labels"),
        "paintTitle": _("Click nodes whose labels are told from this epoch on, or told no longer"),
        "brush": _("Paint"),
        "brushTold": _("told or not"),
        "brushToldTitle": _(
            "told or not: a click tells the node's own label from this epoch on, or tells it no longer"
        ),
        "brushTitle": _("A click gives the node the label {label}"),
        "brushNew": _("New label"),
        "brushAdd": _("Add"),
        "unlabelledTitle": _("{node}: no label"),
        "epochs": _("of {total} epochs"),
        "slider": _("Epoch"),
        "sliderValue": _("epoch {epoch} of {total}, trained to {trained}"),
        "layer": _("Layer"),
        "head": _("Head"),
        "headLabel": _("head {head}"),
        "alpha": _("α"),
        "change": _("change"),
        "changeTitle": _("The change of α since epoch 0"),
        "measure": _("What arrows show"),
        "firstEpoch": _("epoch 0"),
        "legendPredicted": _("predicted {name}"),
        "legendSure": _("paler: less sure"),
        "legendLabelled": _("labelled"),
        "legendWrong": _("wrong"),
        "arrowLegend": _("arrow j → i: i reads j"),
        "changeLegend": _("arrow j → i: change of α since epoch 0"),
        "addedLegend": _("dashed: self-loop added"),
        "nodeTitle": _("{node}: predicted {predicted} with probability {sure}"),
        "nodeWrong": _("{node}: predicted {predicted} with probability {sure}, labelled {label}"),
        "arrowTitle": _("{source} → {target}, head {head}: α = {value}"),
        "locked": _("locked {source} → {target}"),
        "release": _("Release the lock"),
        "flagWithdrawn": _("withdrawn: {text}"),
        "sidePanel": _("Beside the graph"),
        "camera": _("Picture"),
        "cameraTitle": _("What is shown as a picture: SVG of shapes and text, or PNG, twice as fine."),
        "pictureOfGraph": _("graph"),
        "panelCharts": _("Over epochs"),
        "panelEmbedding": _("Embedding"),
        "panelStep": _("One step"),
        "embeddingOf": _("Output of"),
        "colourBy": _("Colour"),
        "colourPredicted": _("prediction"),
        "colourLabel": _("label"),
        "embeddingLabel": _("Output of {step} at epoch {epoch}, in two dimensions"),
        "pointTitle": _("{node}: {name}"),
        "noLabel": _("no label"),
        "stepForward": _("Forward"),
        "stepLoss": _("Loss"),
        "stepGradient": _("Gradient"),
        "stepUpdate": _("New W and a"),
        "stepReads": _("reads"),
        "stepTarget": _("Node that reads"),
        "stepSource": _("Node that is read"),
        "stepColumns": _("α in this step; what dropout leaves of it"),
        "stepBefore": _("before"),
        "stepBy": _("gradient"),
        "stepAfter": _("after"),
        "chartLabel": _("{title}, epochs 0 to {total}"),
    }
