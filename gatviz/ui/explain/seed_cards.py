"""Two cards: what attention adds, and whether another seed would say so."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gatviz.analysis import Contribution, Explanation
from gatviz.analysis.explanation.seed_sentences import contribution_lines, judged_part, places_lines
from gatviz.analysis.explanation.sentences import arrow
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.training.schedule import Schedule
from gatviz.training.task import some_of_each_class
from gatviz.ui.explain import markup
from gatviz.ui.explain.job import Job
from gatviz.ui.explain.progress import working
from gatviz.ui.explain.seeds import SEEDS, SeedsJob, TrainedAs, kept_seeds, start_seeds
from gatviz.words import _, ngettext

_LR = 0.02
_EPOCHS = 200
_MOST_EPOCHS = 1_000
_PER_CLASS = 3


def seed_cards(key: str, job: Job, found: Explanation, model: Callable[[], GAT]) -> None:
    """Draw both; the trainings start when somebody asks for them."""
    seeds = kept_seeds((key, found.node))
    with st.container(border=True, key="card-explain-adds"):
        _adds(job, found, model, seeds)
    with st.container(border=True, key="card-explain-seeds"):
        _agree(key, found, model, seeds)


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
            "Right of {n:,} node; mean and range of {seeds} seeds.",
            "Right of {n:,} nodes; mean and range of {seeds} seeds.",
            count,
        )
        quiet.append(line.format(n=count, seeds=len(told.models)))
    elif bars:
        line = ngettext("Right of {n:,} node, by this model.", "Right of {n:,} nodes, by this model.", count)
        quiet.append(line.format(n=count))
    drawn = markup.ranges(bars, count)
    lines = markup.paragraphs(contribution_lines(told))
    st.html(markup.titled(_("What attention adds"), lines, drawn, markup.paragraphs(quiet, quiet=True)))


def _agree(key: str, found: Explanation, model: Callable[[], GAT], seeds: SeedsJob | None) -> None:
    title = _("Would another seed say so?")
    if seeds is not None:
        lines: list[str] = []
        if seeds.places is not None and len(seeds.places):
            lines = places_lines(seeds.places, seeds.edge_name, found.predicted)
        dots = markup.places(seeds.places) if lines and seeds.places is not None else ""
        quiet = [_trained_how(seeds.way, found.graph)]
        st.html(markup.titled(title, markup.paragraphs(lines), dots, markup.paragraphs(quiet, quiet=True)))
        working(seeds, "explain_seeds")
    else:
        st.html(markup.titled(title))
    _ask(key, found, model, seeds)


def _ask(key: str, found: Explanation, model: Callable[[], GAT], seeds: SeedsJob | None) -> None:
    """The button that trains, with how."""
    graph = found.graph
    if seeds is not None and (seeds.running or seeds.finished):
        return
    if len(graph.class_names) < 2 or len(found.classes) != len(graph.class_names):
        st.caption(_("To train other seeds the graph needs labels of two classes or more, as many as the model has."))
        return
    if not len(found.strongest):
        return
    left, right = st.columns(2)
    epochs = int(
        left.number_input(_("Epochs"), 1, _MOST_EPOCHS, _EPOCHS, key="explain_epochs", persist_state="session")
    )
    labelled = None
    if graph.split is None or "train" not in graph.split:
        count = right.number_input(
            _("Labelled per class"), 1, 100, _PER_CLASS, key="explain_per_class", persist_state="session"
        )
        labelled = tuple(some_of_each_class(graph, int(count)))
    way = TrainedAs(labelled, Schedule(epochs=epochs, lr=_LR))
    first = found.strongest.iloc[0]
    st.button(
        _("Train {n} seeds").format(n=SEEDS),
        key="explain_train",
        on_click=start_seeds,
        args=((key, found.node), model, graph, (first["target"], first["source"]), arrow(first), way),
    )
    st.caption(_("Each trains this net, the same with equal shares, and a GCN."))


def _trained_how(way: TrainedAs, graph: Graph) -> str:
    told = graph.num_nodes if way.labelled is None else len(way.labelled)
    if way.labelled is None:
        told = sum(part == "train" for part in graph.split or ())
    sentence = ngettext(
        "Trained here: {epochs} epochs, step {lr}, {n} label told.",
        "Trained here: {epochs} epochs, step {lr}, {n} labels told.",
        told,
    )
    return sentence.format(epochs=way.schedule.epochs, lr=way.schedule.lr, n=told)
