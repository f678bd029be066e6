"""The line in the dialog that says how the modules of a weights file run, and what it makes of the graph's labels."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import streamlit as st

from gatviz.analysis.classes import Columns, judged, likely_columns, way_in_words
from gatviz.analysis.predictions import predictions
from gatviz.checkpoints import Checkpoint, WeightsFile
from gatviz.checkpoints.pieces import StoredModule, kind_in_words
from gatviz.errors import GatvizError
from gatviz.graph.graph import Graph
from gatviz.model.recipe import Recipe
from gatviz.model.trace import Trace
from gatviz.ui.escape import escape
from gatviz.words import _, commas, ngettext

if TYPE_CHECKING:
    pass

_TRIED = ("elu", "relu", "leaky_relu", "tanh", "none")
_MAX_TRIED = 20_000
"""Edges of a graph on which other activations are tried too."""
_MAX_BY_HAND = 200


def chosen_way(file: WeightsFile, token: str) -> str:
    """The recipe to begin with: asked for where the file can be read in several ways; "" where the file says it.

    Raises:
        GatvizError: a file that gatviz has no proposal for.
    """
    ways = file.ways()
    if not ways.question:
        return ""
    question = _("The file has {question}. How is it to be read?").format(question=ways.question)
    chosen: str = st.radio(escape(question), ways.recipes, key=f"{token} way", format_func=escape)
    return chosen


def recipe_line(file: WeightsFile, proposal: Recipe | None, token: str) -> str:
    """The recipe as a line that can be corrected; with the modules of the file that it can name."""
    line = "" if proposal is None else str(proposal)
    typed: str = st.text_input(
        _("Recipe"),
        value=line,
        key=f"{token} recipe {line}",
        help=_(
            "The steps in their order, joined by >: names of modules in the file, activations (elu, relu, leaky_relu, "
            "tanh, gelu, none), x + NAME or NAME + NAME for sums, jk(cat), jk(max), jk(last), mean, sum, max, "
            "log_softmax."
        ),
    )
    with suppress(GatvizError):  # it is said where the file is opened
        st.caption(escape(_("In the file: {modules}.").format(modules=commas(map(_told, file.pieces())))))
    return typed.strip() or line


def _told(piece: StoredModule) -> str:
    reads, gives = piece.reads, piece.gives
    sizes = "" if reads is None else f" {reads}"
    if piece.layer is not None:
        sizes = f" {reads} → {piece.layer.heads} × {piece.layer.features}"
    elif piece.is_wide and gives:
        sizes = f" {reads} → {gives[0]}"
    return f"{piece.name} ({kind_in_words(piece)}{sizes})"


def step_reasons(found: Checkpoint) -> None:
    """How the recipe was found, and why each step stands where it does."""
    if not found.guesses:
        return
    st.caption(escape(next(one.reason for one in found.decisions if one.name == "recipe")))
    sure = {"file": _("the file"), "assumed": _("assumed")}
    rows = [{_("step"): guess.step, _("from"): sure[guess.origin], _("why"): guess.reason} for guess in found.guesses]
    rows += [
        {_("step"): str(one.value), _("from"): sure["assumed"], _("why"): one.reason}
        for one in found.decisions
        if one.name == "activation" and one.open
    ]
    with st.expander(_("Why these steps, in this order")):
        st.dataframe(rows, hide_index=True, width="stretch")


# ---- the labels ---------------------------------------------------------------------------------------------


def labels(found: Checkpoint, before: Checkpoint | None, graph: Graph, file: WeightsFile, token: str) -> None:
    """What the model makes of the graph's labels: how often it is right, and which column stands for which label.

    The columns are chosen here, and the model gets them.

    Arguments:
        before: the model as it was proposed, where the recipe is another by now.

    Raises:
        GatvizError: a model whose numbers are not finite on this graph, or labels that do not fit its columns.
    """
    trace = found.model.trace(graph)
    trace.check_finite()
    saved = _saved(trace, graph)
    ways = (*saved, *(one for one in likely_columns(trace, graph) if one.classes != trace.classes or not saved))
    if not ways:
        if found.model.reads_out and graph.class_names:
            st.caption(_("The output is one row for the whole graph, so the labels of nodes say nothing of it."))
        elif graph.class_names:
            told = ngettext(
                "The output has {n} column, the graph {labels} labels: they cannot be compared.",
                "The output has {n} columns, the graph {labels} labels: they cannot be compared.",
                trace.out.shape[1],
            )
            st.caption(told.format(n=trace.out.shape[1], labels=len(graph.class_names)))
        return
    columns = _columns(trace, graph, ways, token)
    found.model.classes = columns.classes
    st.markdown(f"**{escape(' '.join(_accuracies(trace, graph, columns)))}**")
    if before is not None:
        as_proposed = before.model.trace(graph)
        if first := likely_columns(as_proposed, graph):
            told = " ".join(_accuracies(as_proposed, graph, first[0]))
            st.caption(escape(_("With the recipe as it was proposed: {accuracies}").format(accuracies=told)))
    if graph.num_edges <= _MAX_TRIED:
        _other_activations(found, graph, file)


def _saved(trace: Trace, graph: Graph) -> tuple[Columns, ...]:
    """The columns as the file says, where it does and the graph has any of these labels."""
    said = trace.classes
    if len(said) != trace.out.shape[1] or trace.out.shape[0] != graph.num_nodes or not {*said} & {*graph.class_names}:
        return ()
    return (judged(trace.out, graph, said, "saved"),)


def _accuracies(trace: Trace, graph: Graph, columns: Columns) -> list[str]:
    *parts, last = predictions(trace, graph, columns.classes).accuracies
    return [*(one.sentence for one in parts), last.sentence_after_parts if parts else last.sentence]


def _columns(trace: Trace, graph: Graph, ways: tuple[Columns, ...], token: str) -> Columns:
    import pandas as pd

    by_hand = trace.out.shape[1] <= _MAX_BY_HAND
    options: list[Columns | None] = [*ways, *([None] if by_hand else [])]
    chosen: Columns | None = st.selectbox(
        _("Columns of the output stand for labels"),
        options,
        key=f"{token} columns {[one.classes for one in ways]}",
        format_func=_way,
    )
    if chosen is not None:
        return chosen
    frame = pd.DataFrame({"label": list(ways[0].classes)})
    edited = st.data_editor(
        frame,
        key=f"{token} columns by hand",
        column_config={
            "_index": st.column_config.NumberColumn(_("column")),
            "label": st.column_config.SelectboxColumn(
                _("label"), options=sorted({*graph.class_names, *ways[0].classes}), required=True
            ),
        },
        disabled=["_index"],
    )
    return judged(trace.out, graph, [str(name) for name in edited["label"]])


def _way(one: Columns | None) -> str:
    return _("by a table") if one is None else f"{way_in_words(one.way)}: {one.told} ({one.figure})"


def _other_activations(found: Checkpoint, graph: Graph, file: WeightsFile) -> None:
    """How often other activations would be right, since no file tells them."""
    own = str(found.recipe)
    told: dict[str, str] = {}
    for word in _TRIED:
        line = str(found.recipe.bent(word))
        if line == own or line in told.values():
            continue
        choices: dict[str, Any] = {one.name: one.value for one in found.decisions if one.origin == "given"}
        choices = {name: value for name, value in choices.items() if name in ("self_loops", "negative_slope", "norm")}
        try:
            trace = file.open(recipe=line, **choices).model.trace(graph)
        except GatvizError:
            continue
        right = predictions(trace, graph, likely_columns(trace, graph)[0].classes).accuracy().right
        told[f"{word} {right}"] = line
    if told:
        sentence = _("With another activation everywhere, so many of all nodes would be right: {figures}.")
        st.caption(escape(sentence.format(figures=commas(told))))
