"""The Training card at the side: what is learnt, from which nodes and how; and the dialog that changes it."""

from __future__ import annotations

import html
from dataclasses import replace

import numpy as np
import streamlit as st

from gatviz.errors import GatvizError
from gatviz.graph.graph import Graph
from gatviz.training.beside import BESIDE, Beside
from gatviz.training.recorded import Recorded
from gatviz.training.schedule import PAPERS
from gatviz.training.task import Task, is_one_hot
from gatviz.ui.card import title
from gatviz.ui.escape import escape
from gatviz.ui.session import session
from gatviz.ui.session.settings import MAX_SEED
from gatviz.ui.session.steps import take_graph
from gatviz.ui.train.player import Player
from gatviz.ui.train.players import own_player
from gatviz.ui.train.setup import Setup
from gatviz.words import _, commas

_STYLE = """<style>
table.training { width: 100%; border: 0; font-size: 0.8125rem; margin: 0; border-collapse: collapse; }
table.training td { border: 0; padding: 2px 0; vertical-align: top; }
table.training td:first-child { opacity: 0.72; padding-right: 10px; white-space: nowrap; }
</style>"""
_MAX_NAMED = 4
_MAX_ONE_HOT = 1_000


def training_card(now: session.Session, player: Player) -> None:
    """Draw it into the sidebar."""
    with st.sidebar, st.container(key="card-training"):
        title(_("Training"))
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>"
            for name, value in card_rows(now.graph, player)
        )
        st.html(f"{_STYLE}<table class='training'>{rows}</table>")
        if player.take is not None and isinstance(player.take.training, Recorded):
            return
        if st.button(_("Change"), width="stretch", key="change_training"):
            _dialog()
        with st.popover(_("Papers' settings"), width="stretch"):
            for name in PAPERS:
                st.button(name, key=f"paper-{name}", on_click=_take_paper, args=(name,), width="stretch")
            st.caption(_("Their stack, two layers, is a choice of the model; what is set here is all the rest."))


def card_rows(graph: Graph, player: Player) -> list[tuple[str, str]]:
    """The card's rows: a name and its value."""
    setup = player.setup
    if player.take is not None and isinstance(player.take.training, Recorded):
        recorded = player.take.training
        return [
            (_("Task"), _("tell {n} classes").format(n=recorded.task.num_classes)),
            (_("Labelled"), told_labelled(graph, setup)),
            (_("Recorded"), _("by a script")),
            (_("Layers"), commas(recorded.layers)),
        ]
    schedule = setup.schedule
    patience = _("patience off") if schedule.patience is None else _("patience {n}").format(n=schedule.patience)
    classes = len(graph.class_names)
    rows = [(_("Task"), _("tell {n} classes").format(n=classes) if classes > 1 else _("none: no classes to tell"))]
    rows.append((_("Labelled"), told_labelled(graph, setup)))
    rows.append((_("Features"), _("one-hot") if is_one_hot(graph) else _("as given, {n}").format(n=graph.num_features)))
    rows.append((_("Adam"), _("lr {lr:g} · decay {decay:g}").format(lr=schedule.lr, decay=schedule.weight_decay)))
    dropouts = _("α {alpha:g} · features {features:g}").format(alpha=setup.dropout, features=setup.feature_dropout)
    rows.append((_("Dropout"), dropouts))
    rows.append((_("Epochs"), f"{schedule.epochs} · {patience}"))
    rows.append((_("Beside it"), commas(beside_title(kind) for kind in setup.beside) or _("nothing")))
    rows.append((_("Seed"), str(schedule.seed)))
    return rows


def beside_title(kind: Beside) -> str:
    """What is trained beside, in few words."""
    return _("equal shares") if kind == "equal" else kind


def told_labelled(graph: Graph, setup: Setup) -> str:
    """Which nodes' labels are told: "0 and 33 of 34", "140 of 2708, the graph's split"."""
    try:
        task = setup.task(graph)
    except GatvizError:
        return _("none yet")
    count = len(task.labelled)
    names = [graph.names[n] for n in task.labelled]
    what = commas(names) if count <= _MAX_NAMED and sum(map(len, names)) < 24 else str(count)
    if setup.labelled is None and setup.per_class is None and graph.split:
        return _("{what} of {n}, the graph's split").format(what=what, n=graph.num_nodes)
    return _("{what} of {n}").format(what=what, n=graph.num_nodes)


def _take_paper(name: str) -> None:
    paper, player = PAPERS[name], own_player()
    seed = player.setup.schedule.seed
    patience = paper.schedule.patience if _has_validation() else None
    # Without validation nodes nothing tells when to stop: so many epochs as the paper's runs took, about.
    schedule = replace(paper.schedule, seed=seed, patience=patience, epochs=1_000 if patience else 400)
    take_setup(
        replace(player.setup, schedule=schedule, dropout=paper.dropout, feature_dropout=paper.feature_dropout, card="")
    )


def _has_validation() -> bool:
    try:
        return len(Task.of(session.current().graph).val) > 0
    except GatvizError:
        return False


def take_setup(setup: Setup) -> None:
    """Other settings begin a training anew, with the same model."""
    player = own_player()
    player.halt()
    player.forget()
    player.setup = setup


@st.dialog(_("How it is trained"), width="medium")
def _dialog() -> None:
    graph, setup = session.current().graph, own_player().setup
    chosen = _schedule(_labelled(setup, graph))
    kinds = st.pills(
        _("Trained beside it, on the same data"),
        BESIDE,
        selection_mode="multi",
        default=list(setup.beside),
        format_func=beside_title,
        help=_("Equal shares: the same net from the same weights, with 1/n in the place of α. The fair control."),
    )
    if not is_one_hot(graph) and graph.num_nodes <= _MAX_ONE_HOT:
        st.button(
            _("Make features one-hot"),
            on_click=_one_hot,
            help=_("Each node gets a feature of its own: the model then learns who a node is."),
        )
    if st.button(_("Train so, from epoch 0"), type="primary"):
        made = replace(chosen, beside=tuple(kinds), card="")
        try:
            made.task(graph)
        except GatvizError as error:
            st.error(escape(str(error)))
            return
        take_setup(made)
        st.rerun()


def _labelled(setup: Setup, graph: Graph) -> Setup:
    """Asks which labels training is told."""
    ways = {
        "split": _("the graph's split") if graph.split else _("all nodes with a label"),
        "each": _("some of each class"),
        "named": _("chosen nodes"),
    }
    usual = "named" if setup.labelled is not None else "each" if setup.per_class is not None else "split"
    way = st.segmented_control(
        _("Labelled nodes"), list(ways), default=usual, format_func=ways.__getitem__, required=True
    )
    if way == "named":
        known = [name for name, label in zip(graph.names, graph.labels or (), strict=False) if label is not None]
        before = [name for name in setup.labelled or () if name in known]
        named = st.multiselect(_("Nodes whose labels are told"), known, default=before)
        return replace(setup, labelled=tuple(named), per_class=None)
    if way == "each":
        each = int(st.number_input(_("Nodes of each class"), 1, 1_000, setup.per_class or 2))
        return replace(setup, labelled=None, per_class=each)
    return replace(setup, labelled=None, per_class=None)


def _schedule(setup: Setup) -> Setup:
    """Asks how long and how hard is trained."""
    schedule = setup.schedule
    left, right = st.columns(2)
    epochs = int(left.number_input(_("Epochs"), 1, 5_000, min(schedule.epochs, 5_000)))
    seed = int(right.number_input(_("Seed of the dropout"), 0, MAX_SEED, min(schedule.seed, MAX_SEED)))
    lr = float(left.number_input(_("Learning rate (Adam)"), 1e-5, 10.0, schedule.lr, format="%g", step=1e-3))
    decay = float(right.number_input(_("Weight decay"), 0.0, 1.0, schedule.weight_decay, format="%g", step=1e-4))
    alpha = left.slider(_("Dropout on α"), 0.0, 0.9, setup.dropout, 0.05)
    features = right.slider(_("Dropout on features"), 0.0, 0.9, setup.feature_dropout, 0.05)
    patience: int | None = None
    if st.checkbox(
        _("Stop when validation nodes get no better"),
        value=schedule.patience is not None,
        disabled=not _has_validation(),
        help=None if _has_validation() else _("The graph has no split with validation nodes."),
    ):
        patience = int(st.number_input(_("Patience, in epochs"), 1, 5_000, schedule.patience or 100))
    schedule = replace(schedule, epochs=epochs, lr=lr, weight_decay=decay, patience=patience, seed=seed)
    return replace(setup, schedule=schedule, dropout=alpha, feature_dropout=features)


def _one_hot() -> None:
    graph = session.current().graph
    names = tuple(f"is {name}" for name in graph.names)
    take_graph(replace(graph, x=np.eye(graph.num_nodes), feature_names=names), _("one-hot features"))
