"""Two cards: what attention adds, and whether another seed would say so."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gatviz.analysis import Contribution, Explanation
from gatviz.analysis.explanation.contribution_story import (
    answer_lines,
    contribution_lines,
    counted,
    first_in,
    judged_part,
    places_lines,
)
from gatviz.analysis.explanation.figures import arrow
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.training.schedule import Schedule
from gatviz.training.task import some_of_each_class
from gatviz.ui.card_camera import camera_in_corner
from gatviz.ui.explain import markup
from gatviz.ui.explain.job import Job
from gatviz.ui.explain.progress import working
from gatviz.ui.explain.seeds_job import SEEDS, SeedsJob, TrainedAs, kept_seeds, start_seeds
from gatviz.words import _, ngettext

_LR = 0.02
_EPOCHS = 200
_MAX_EPOCHS = 1_000
_PER_CLASS = 3


def seed_cards(key: str, job: Job, found: Explanation, model: Callable[[], GAT], likewise: TrainedAs | None) -> None:
    """Draw both; the trainings start when somebody asks for them.

    Arguments:
        likewise: how the model on show was trained, if that was here.
    """
    seeds = kept_seeds((key, found.node))
    with st.container(border=True, key="card-explain-adds"):
        _adds(job, found, model, seeds)
    with st.container(border=True, key="card-explain-seeds"):
        _agree(key, found, model, seeds, likewise)


def first_line(seeds: SeedsJob | None, found: Explanation) -> str:
    """Whether attention puts the strongest arrow first under other seeds too, where that is known of this arrow."""
    if seeds is None or not seeds.finished or seeds.places is None or not len(found.strongest):
        return ""
    return first_in(seeds.places) if seeds.edge_name == arrow(found.strongest.iloc[0]) else ""


def _adds(job: Job, found: Explanation, model: Callable[[], GAT], seeds: SeedsJob | None) -> None:
    graph = found.graph
    trained = None if seeds is None else seeds.found
    told: Contribution = trained if trained is not None and trained.models else job.as_it_is(model, graph)
    part = judged_part(told)
    names = {
        "as_learned": _("attention, as learned"),
        "equal_inside": _("equal shares put inside"),
        "equal_trained": _("trained with equal shares"),
        "gcn": _("GCN, trained"),
    }
    rows = told.table[(told.table["part"] == part) & (told.table["count"] > 0)]
    bars = [
        (names[row["variant"]], float(row["low"]), float(row["right"]), float(row["high"]))
        for _k, row in rows.iterrows()
    ]
    count = int(rows["count"].max()) if len(rows) else 0
    quiet = []
    if told.models:
        line = ngettext(
            "Right of {nodes}; mean and range of {seeds} seed.",
            "Right of {nodes}; mean and range of {seeds} seeds.",
            len(told.models),
        )
        quiet.append(line.format(nodes=counted(part, count), seeds=len(told.models)))
    elif bars:
        quiet.append(_("Right of {nodes}, by this model.").format(nodes=counted(part, count)))
    drawn = markup.ranges(bars, count)
    lines = markup.paragraphs(contribution_lines(told))
    answers = markup.paragraphs(answer_lines(told, found.name))
    title = _("What attention adds")
    st.html(markup.titled(title, lines, drawn, markup.paragraphs(quiet, quiet=True), answers))
    parts = told.table[told.table["count"] > 0]
    if parts["part"].nunique() > 1:
        with st.popover(_("By part of the split"), type="tertiary", width="content"):
            st.dataframe(parts, hide_index=True, width=560)
    camera_in_corner("card-explain-adds", title)


def _agree(
    key: str, found: Explanation, model: Callable[[], GAT], seeds: SeedsJob | None, likewise: TrainedAs | None
) -> None:
    title = _("Would another seed say so?")
    if seeds is not None:
        lines: list[str] = []
        if seeds.places is not None and len(seeds.places):
            lines = places_lines(seeds.places, seeds.edge_name, found.predicted)
        dots = markup.places(seeds.places) if lines and seeds.places is not None else ""
        quiet = [_trained_how(seeds.way, found.graph)]
        st.html(markup.titled(title, markup.paragraphs(lines), dots, markup.paragraphs(quiet, quiet=True)))
        working(seeds, "explain_seeds")
        camera_in_corner("card-explain-seeds", title, markup.whose(found))
    else:
        st.html(markup.titled(title))
    _ask(key, found, model, seeds, likewise)


def _ask(
    key: str, found: Explanation, model: Callable[[], GAT], seeds: SeedsJob | None, likewise: TrainedAs | None
) -> None:
    """The button that trains, with how."""
    graph = found.graph
    if seeds is not None and (seeds.running or seeds.finished):
        return
    if len(graph.class_names) < 2 or len(found.classes) != len(graph.class_names):
        _quiet(_("To train other seeds the graph needs labels of two classes or more, as many as the model has."))
        return
    if not len(found.strongest):
        return
    way = likewise or _asked_way(graph)
    first = found.strongest.iloc[0]
    st.button(
        _("Train {n} seeds").format(n=SEEDS),
        key="explain_train",
        on_click=start_seeds,
        args=((key, found.node), model, graph, (first["target"], first["source"]), arrow(first), way),
    )
    _quiet(
        _("Each trains this net, the same with equal shares, and a GCN."),
        *([] if likewise is None else [_trained_how(likewise, graph)]),
    )


def _quiet(*lines: str) -> None:
    st.html(markup.block(markup.paragraphs(lines, quiet=True)))


def _asked_way(graph: Graph) -> TrainedAs:
    """How to train a model that was not trained here, as a person sets it."""
    left, right = st.columns(2)
    epochs = int(left.number_input(_("Epochs"), 1, _MAX_EPOCHS, _EPOCHS, key="explain_epochs", persist_state="session"))
    labelled = None
    if graph.split is None or "train" not in graph.split:
        count = right.number_input(
            _("Labelled per class"), 1, 100, _PER_CLASS, key="explain_per_class", persist_state="session"
        )
        labelled = tuple(some_of_each_class(graph, int(count)))
    return TrainedAs(labelled, Schedule(epochs=epochs, lr=_LR))


def _trained_how(way: TrainedAs, graph: Graph) -> str:
    told = graph.num_nodes if way.labelled is None else len(way.labelled)
    if way.labelled is None:
        told = sum(part == "train" for part in graph.split or ())
    sentence = ngettext(
        "Trained here: {epochs} epochs, step {lr}, {n} label told.",
        "Trained here: {epochs} epochs, step {lr}, {n} labels told.",
        told,
    )
    if way.likewise:
        sentence = ngettext(
            "As the model on show was trained: {epochs} epochs, step {lr}, {n} label told.",
            "As the model on show was trained: {epochs} epochs, step {lr}, {n} labels told.",
            told,
        )
    return sentence.format(epochs=way.schedule.epochs, lr=way.schedule.lr, n=told)
