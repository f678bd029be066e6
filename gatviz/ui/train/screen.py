"""The session's training as the picture that the browser gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec
import numpy as np

from gatviz.analysis.over_epochs import HeadsAt, SeedTold, predicted_and_sure
from gatviz.analysis.subject import edge_place
from gatviz.analysis.training_story import Curve, TrainingStory, seeds_story, training_story
from gatviz.colours import stage_palettes
from gatviz.errors import GatvizError
from gatviz.graph.graph import Graph
from gatviz.graph.positions import Positions, default_positions
from gatviz.stage import training as pack
from gatviz.stage.protocol import Palettes
from gatviz.stage.training_protocol import TrainEmbedding, TrainScreen, TrainStep
from gatviz.stage.training_side import default_edge, pack_embedding, pack_step
from gatviz.training.recorded import Recorded
from gatviz.training.slow_step import slow_step
from gatviz.training.training import Ended, Moment, Training
from gatviz.ui.session import session
from gatviz.ui.train.player import Player
from gatviz.ui.train.seeds import SEEDS, SeedTrainings
from gatviz.words import _, ngettext

KeptHeads = tuple[Sequence[int], Sequence[HeadsAt]]
"""Epochs that are kept, and what the heads of a layer did at each."""
LIVE_PACE = 1000
"""Milliseconds, where only a script elsewhere may have gone on."""


@dataclass(frozen=True)
class TrainView:
    """What of a training is looked at: a layer, a head of it, α or its change, a locked arrow by its two nodes; what
    stands beside the graph, and of which step the output is embedded."""

    layer: int = 0
    head: int | None = None
    measure: Literal["alpha", "change"] = "alpha"
    locked: tuple[int, int] | None = None
    panel: Literal["charts", "embedding", "step"] = "charts"
    step: int = 0
    colour: Literal["predicted", "label"] = "predicted"

    def within(self, player: Player) -> TrainView:
        """The same as far as the training has it."""
        assert player.take is not None
        training = player.take.training
        alphas = training.kept()[-1][1]
        layer = self.layer if 0 <= self.layer < len(alphas) else 0
        head = self.head if self.head is not None and 0 <= self.head < alphas[layer].shape[1] else None
        nodes = training.task_at(player.playhead).graph.num_nodes
        locked = self.locked if self.locked is not None and all(0 <= node < nodes for node in self.locked) else None
        panel = "charts" if self.panel == "step" and isinstance(training, Recorded) else self.panel
        return replace(self, layer=layer, head=head, locked=locked, panel=panel)


def beside_names(own: str) -> Mapping[str, str]:
    """What the lines of how many are right are called."""
    return {
        "own": own,
        "equal": _("trained with equal shares"),
        "GCN": "GCN",
        "GAT": "GAT",
        "GATv2": "GATv2",
    }


def train_screen(now: session.Session, player: Player, view: TrainView, heard: int) -> TrainScreen:
    """All of the picture, at the playhead; `heard` is what the browser last asked for."""
    assert player.take is not None
    training = player.take.training
    view = view.within(player)
    layer = view.layer
    at = min(player.playhead, training.trained)
    moment, first = training.at(at), training.at(0)
    graph = moment.task.graph
    kept = player.heads(layer)
    story = _story(now, player, kept, at)
    # Nobody chose a head: that of the headline is shown.
    head = view.head if view.head is not None else story.head or 0
    view = replace(view, head=head)
    seeds = player.seeds if player.seeds is not None and player.seeds.layer == layer else None
    told = () if seeds is None else seeds.told
    same = pack.can_change(moment, first)
    steps = training.outputs(at) if view.panel == "embedding" else ()
    embedded = min(max(view.step, 0), max(len(steps) - 1, 0))
    slow, unslow = _slow(player, view, moment) if view.panel == "step" else (None, "")
    return TrainScreen(
        identity=player.take.source.graph,
        graph_title=now.origin,
        caption=_caption(now.origin, training, view, at),
        names=list(graph.names),
        called=pack.node_names(graph.names),
        positions=np.round(_positions(now, graph), 5).tolist(),
        class_of=graph.class_index.tolist(),
        class_names=list(graph.class_names),
        labelled=moment.task.labelled.tolist(),
        moment=pack.pack_moment(moment, layer, first if view.measure == "change" else None),
        first=pack.pack_moment(first, min(layer, len(first.alpha) - 1)) if same else pack.pack_moment(moment, layer),
        total=training.schedule.epochs,
        trained=training.trained,
        pace=_pace(player, seeds),
        fixed=_fixed(training),
        ended=told_end(training.ended, training.trained),
        busy=player.worker.is_busy or (seeds is not None and seeds.worker.is_busy),
        playing=player.playing,
        left=pack.time_left(training, training.schedule.epochs),
        headline=pack.pack_pieces(story.headline),
        below=pack.pack_pieces(story.below),
        flags=pack.pack_flags(story.flags),
        charts=pack.pack_charts(_plotted(now, player, view, moment, kept, told)) if view.panel == "charts" else [],
        panel=view.panel,
        steps=[step.at for step in steps],
        step=embedded,
        colour=view.colour,
        embedding=_embedding(player, view, moment, embedded) if steps else None,
        slow=slow,
        unslow=unslow,
        layer=layer,
        layers=len(moment.alpha),
        head=head,
        heads=moment.alpha[layer].shape[1],
        measure=view.measure if same else "alpha",
        locked=view.locked,
        faint=pack.told_faint(moment, layer, head),
        notice=player.notice,
        foot=told_kept(training),
        seeds="" if seeds is None else _("{n} of {all} seeds trained").format(n=len(told), all=SEEDS),
        seeds_busy=seeds is not None and seeds.worker.is_busy,
        undo=bool(player.before),
        heard=heard,
        palettes=msgspec.convert(stage_palettes(), Palettes),
        texts=pack.training_texts(),
    )


def _story(now: session.Session, player: Player, kept: KeptHeads, at: int) -> TrainingStory:
    """What a layer's heads did, and who was right, told at an epoch."""
    assert player.take is not None
    training = player.take.training
    part = pack.part_judged_by(training, training.trained)
    since = training.judged_since(part)
    curves = [
        Curve(key, [int(row["epoch"]) for row in one.rows[since:]], [row[f"right_{part}"] for row in one.rows[since:]])
        for key, one in {"own": training, **player.take.beside}.items()
    ]
    running = isinstance(training, Recorded) and training.running
    return training_story(
        *kept,
        curves,
        len(training.task_at(training.trained).nodes(part)),
        ended=bool(training.ended) and not running,
        total=training.schedule.epochs,
        at=at,
        edits=training.edits,
        names={**beside_names(_own_name(now)), "equal": _("The same net trained with equal shares")},
    )


def _plotted(
    now: session.Session,
    player: Player,
    view: TrainView,
    moment: Moment,
    kept: KeptHeads,
    told: Sequence[SeedTold],
) -> pack.Plotted:
    """What the charts are drawn from: with lines of the locked arrow, and of other seeds, where there are any."""
    assert player.take is not None
    take, layer, head = player.take, view.layer, view.head or 0
    names = moment.task.graph.names
    drawn = pack.Plotted(
        take.training, take.beside, beside_names(_own_name(now)), *kept, moment.epoch, head,
        seeds=told, seeds_story=seeds_story(told, names),
    )  # fmt: skip
    if view.locked is None:
        return drawn
    target, source = view.locked
    called = pack.node_names(names)
    arrow = f"{called[source]} → {called[target]}"
    drawn = replace(drawn, locked=player.locked(layer, head, target, source), locked_name=arrow)
    place = edge_place(moment.edges.edge_index, target, source)
    if place is None or not told or len(told[0].mean) != len(moment.edges.added):
        return drawn
    return replace(drawn, locked_seeds=[float(one.mean[place]) for one in told])


def _positions(now: session.Session, graph: Graph) -> Positions:
    """Where the nodes stand: as in the other workspaces where the graph is the same."""
    return now.positions if now.graph.fingerprint == graph.fingerprint else default_positions(graph)


def _pace(player: Player, seeds: SeedTrainings | None) -> int:
    """After how many milliseconds the browser asks again; 0 where nothing moves."""
    if player.playing or player.worker.is_busy or (seeds is not None and seeds.worker.is_busy):
        return round(1000 * player.pace)
    return LIVE_PACE if player.live is not None else 0


def _fixed(training: Training) -> str:
    """Why nothing of it can be trained, edited or opened; "" where it can."""
    if not isinstance(training, Recorded):
        return ""
    return _("A script recorded this run without its weights: it can be looked at, not trained on or opened.")


def _embedding(player: Player, view: TrainView, moment: Moment, step: int) -> TrainEmbedding:
    if view.colour == "label":
        colour_of = moment.task.graph.class_index.tolist()
    else:
        colour_of = predicted_and_sure(moment.out)[0].tolist()
    return pack_embedding(player.embedded(step).at(moment.epoch), colour_of)


def _slow(player: Player, view: TrainView, moment: Moment) -> tuple[TrainStep | None, str]:
    """The step from the playhead on at the locked arrow, or else at the strongest; or why there is none."""
    assert player.take is not None
    training = player.take.training
    arrow = view.locked or default_edge(moment, view.layer, view.head or 0)
    if arrow is None:
        return None, _("No node reads two others, so no share can be learnt.")
    at = max(0, min(moment.epoch, training.schedule.epochs - 1))
    try:
        step = slow_step(training, at, view.layer, view.head or 0, *arrow)
    except GatvizError as error:
        return None, str(error)
    then = training.task_at(at).graph
    return pack_step(step, then, training.at(at).edges.ptr), ""


def _own_name(now: session.Session) -> str:
    kinds = {layer.kind for layer in now.settings.layers}
    return next(iter(kinds)) if len(kinds) == 1 else _("this model")


def _caption(graph: str, training: Training, view: TrainView, epoch: int) -> str:
    """What a picture says below it: of what it is, and what of that is shown."""
    drawn = _("trained, seed {seed}, lr {lr:g}").format(seed=training.schedule.seed, lr=training.schedule.lr)
    parts = [
        graph,
        _("recorded by a script") if isinstance(training, Recorded) else drawn,
        _("epoch {epoch} of {last}").format(epoch=epoch, last=training.trained),
        _("layer {layer}").format(layer=view.layer),
        _("head {head}").format(head=view.head),
        "α 0 … 1" if view.measure == "alpha" else _("Δα since epoch 0"),
    ]
    if view.locked is not None:
        names = training.task_at(epoch).graph.names
        target, source = (names[node] for node in view.locked)
        parts.append(_("locked {source} → {target}").format(source=source, target=target))
    return " · ".join(parts)


def told_end(ended: Ended, trained: int) -> str:
    """Why training does not go on, in words; "" while it may, or where all epochs are trained."""
    told = {
        "patience": _("ended at epoch {epoch} by patience"),
        "stopped": _("stopped at epoch {epoch}"),
        "not_finite": _("stopped: the loss of epoch {after} is not finite; the weights of epoch {epoch} are kept"),
    }
    return told[ended].format(epoch=trained, after=trained + 1) if ended in told else ""


def told_kept(training: Training) -> str:
    """How much is kept, and that the numbers come again."""
    size = _size(training.nbytes)
    if training.stride == 1:
        n = training.trained + 1
        kept = ngettext("{n} epoch kept, {size}", "all {n} epochs kept, {size}", n).format(n=n, size=size)
    else:
        template = (
            _("every {stride}th epoch kept, {size}; of those between the last before is shown")
            if isinstance(training, Recorded)
            else _("every {stride}th epoch kept, {size}; what is between is computed again when looked at")
        )
        kept = template.format(stride=training.stride, size=size)
    if isinstance(training, Recorded):
        return _("{kept} · recorded by a script").format(kept=kept)
    return _("{kept} · same seed, same edits, same numbers").format(kept=kept)


def _size(nbytes: int) -> str:
    return _("{n:.1f} MB").format(n=nbytes / 1e6) if nbytes >= 100_000 else _("{n:.0f} kB").format(n=nbytes / 1e3)
