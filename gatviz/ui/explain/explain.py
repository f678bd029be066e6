"""The Explain workspace: one node's answer, what attention says of it, and what happens when arrows are removed."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from gatviz.analysis import Explanation
from gatviz.analysis.explanation import explanation_story
from gatviz.analysis.explanation.edge_paths import edge_paths
from gatviz.analysis.explanation.thresholds import MOVES
from gatviz.charts.explanation import Score, explanation_chart
from gatviz.charts.explanation_rings import rings_chart
from gatviz.colours import Theme
from gatviz.errors import GatvizError
from gatviz.ui.card_camera import camera_in_corner
from gatviz.ui.compare.chart_card import card, page_style, side_by_side, theme
from gatviz.ui.compare.controls import choice, head_name, picked
from gatviz.ui.escape import escape
from gatviz.ui.explain import markup
from gatviz.ui.explain.doors import NODE, show_on_graph
from gatviz.ui.explain.formulas import formulas
from gatviz.ui.explain.job import Job, job_of
from gatviz.ui.explain.progress import working
from gatviz.ui.explain.seed_cards import first_line, seed_cards
from gatviz.ui.explain.seeds_job import kept_seeds, trained_as
from gatviz.ui.session import run_cache, session
from gatviz.ui.session.control_values import forget_unless, key_of, value_of
from gatviz.ui.session.model import present_weights, whose_weights
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.settings import Settings
from gatviz.words import _, ngettext

_AT_ONCE = 0.6
"""Seconds to wait for an answer before progress is shown."""
_ROWS = 8
_MAX_LISTED = 2_000
_MEAN = -1
"""Stands for the mean of all heads among the choices."""


def explain(now: session.Session, settings: Settings, run: Run) -> None:
    """Draw the workspace for the model on show."""
    if not now.graph.num_nodes:
        st.info(_("This graph has no nodes yet. Draw some in Explore, or choose or open a graph in the sidebar."))
        return
    with st.container(key="explain", gap="small"):  # one, so that what comes after it stays where it is
        _explained(now, settings, run)


def _explained(now: session.Session, settings: Settings, run: Run) -> None:
    page_style()
    looks = theme()
    st.html(markup.style(looks))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="explain-headline"):
        st.html(markup.block(markup.heading(_("Node"))), width="content")
        node, after = _node_choice(now), st.empty()
    try:
        model = partial(run_cache.present_model, now.graph, settings, present_weights(now))
        job = job_of(run.key, node, model, now.graph)
        job.wait(_AT_ONCE)
        found = job.explanation()
    except GatvizError as error:
        st.info(escape(str(error)))
        return
    after.html(markup.block(markup.heading_of(found, explanation_story.headline(found), looks)), width="content")
    strongest = markup.marked(found, explanation_story.strongest(found), looks)
    seeds = kept_seeds((run.key, node))
    first = first_line(seeds, found)
    st.html(markup.block(f"<p>{strongest} {first}</p>", markup.paragraphs([whose_weights(now)], quiet=True)))
    working(job, "explain")
    _verdict(found, job)
    with side_by_side("explain-arrows"):
        _chart(found, looks)
        _arrows(found, job, looks)
    with side_by_side("explain-beyond"):
        _together(found, looks)
        seed_cards(run.key, job, found, model, trained_as(now))
    with st.sidebar:
        st.html(markup.block(markup.proof_lines(found)))


def _node_choice(now: session.Session) -> int:
    """The node that is asked about: at first the one that is locked on the graph, else the first."""
    nodes = range(now.graph.num_nodes)
    forget_unless(NODE, nodes)
    locked = now.locked.target if isinstance(now.locked, session.Locked) else 0
    chosen = st.selectbox(
        _("Node"),
        nodes,
        index=locked if locked in nodes else 0,
        format_func=now.graph.names.__getitem__,
        key=key_of(NODE),
        persist_state="session",
        label_visibility="collapsed",
        width=150,
    )
    return int(chosen or 0)


def _verdict(found: Explanation, job: Job) -> None:
    """The verdict in words, beside the meters of rank agreement."""
    if not found.total:
        return
    title = explanation_story.verdict_title(found, job.typical)
    with st.container(border=True, key="card-explain-verdict", gap="small"):
        with side_by_side("explain-verdict"):
            with st.container(gap=None):
                st.html(markup.titled(title, markup.paragraphs(explanation_story.verdict_lines(found, job.typical))))
                formulas()
            st.html(markup.block(markup.meters(found, job.typical)))
        camera_in_corner("card-explain-verdict", title, markup.whose(found))


def _chart(found: Explanation, looks: Theme) -> None:
    """What is said of each arrow against what removing it does."""
    if not found.done:
        return
    with st.container(gap="small"):
        names: dict[Score | Literal["rings"], str] = {
            "attention": _("attention"),
            "message_change": _("messages"),
            "rings": _("on the graph"),
        }
        shown: Score | Literal["rings"] = choice(
            _("What is said by"), list(names), "explain_score", names.__getitem__, label_visibility="collapsed"
        )
        if shown == "rings":
            card(rings_chart(found, theme=looks), "explain-rings", about=markup.whose(found))
        else:
            card(explanation_chart(found, shown, theme=looks), "explain", about=markup.whose(found))


def _arrows(found: Explanation, job: Job, looks: Theme) -> None:
    """The arrows whose removal moves the answer most."""
    if not found.done:
        return
    with st.container(border=True, key="card-explain-arrows", gap="small"):
        title = _("The arrows that move the answer most")
        if found.done < found.total:
            title = _("The arrows that move the answer most, so far")
        elif explanation_story.nothing_moves(found):
            title = _("No arrow moves the answer by {least:.2f}; those nearest to it").format(least=MOVES)
        log_odds = bool(value_of("explain_log_odds", default=False))
        both = job.both_ways(found.strongest.index[:_ROWS]) if value_of("explain_both_ways", default=False) else None
        st.html(markup.titled(title, markup.table(found, _ROWS, looks, log_odds=log_odds, both=both)))
        with st.container(horizontal=True, vertical_alignment="center"):
            near = _("The probability is so near to 1 that it hardly moves; its log-odds still tell arrows apart.")
            usual = _("Changes of the log-odds instead: near 0 and 1 a probability hardly moves.")
            st.toggle(
                _("Log-odds"),
                key=key_of("explain_log_odds"),
                persist_state="session",
                help=near if explanation_story.saturated(found) else usual,
            )
            st.toggle(
                _("Both ways as one"),
                key=key_of("explain_both_ways"),
                persist_state="session",
                help=_("What removing an arrow along with the one back does, where there is one."),
            )
            first = found.strongest.iloc[0]
            ends = [found.graph.names.index(first[end]) for end in ("target", "source")]
            st.button(
                _("Show in Explore"),
                key="explain_show",
                type="tertiary",
                on_click=show_on_graph,
                args=(found.name, *ends),
            )
            label = ngettext("All {n:,} arrow", "All {n:,} arrows", found.total).format(n=found.total)
            with st.popover(label, type="tertiary", width="content"):
                st.dataframe(found.strongest.head(_MAX_LISTED), hide_index=True, width=900)
            with st.popover(_("Paths and heads"), type="tertiary", width="content"):
                _paths(found, job)
        camera_in_corner("card-explain-arrows", title, markup.whose(found))


def _paths(found: Explanation, job: Job) -> None:
    """Of one arrow the paths that its attention is made of, in one head of a layer or in the mean of its heads."""
    rows = found.strongest.head(_MAX_LISTED)
    arrows = list(zip(rows["target"], rows["source"], strict=True))
    trace = job.inquiry.trace
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target, source = picked(_("Arrow"), arrows, "explain_path", lambda ends: f"{ends[1]} → {ends[0]}")
        heads = [_head_of(k, layer.num_heads, len(trace.layers)) for k, layer in enumerate(trace.layers)]
    paths = edge_paths(trace, found.node, target, source, heads=heads)
    lines = explanation_story.path_lines(found, paths)
    if any(head is not None for head in heads):
        lines.append(_("All else on this page stays with the mean of all heads."))
    st.html(markup.block(markup.paragraphs(lines), markup.path_table(paths)))


def _head_of(layer: int, heads: int, layers: int) -> int | None:
    """Which head of a layer is followed; None for the mean of all."""
    if heads == 1:
        return None
    label = _("Head") if layers == 1 else _("Head in layer {layer}").format(layer=layer)
    options = [_MEAN, *range(heads)]

    def called_so(head: int) -> str:
        return _("mean of all") if head == _MEAN else head_name(head)

    chosen: int = picked(label, options, f"explain_path_head_{layer}", called_so)
    return None if chosen == _MEAN else chosen


def _together(found: Explanation, looks: Theme) -> None:
    """What pairs of arrows do that none does alone."""
    if found.total < 2:
        return
    with st.container(border=True, key="card-explain-together"):
        lines = explanation_story.together_lines(found)
        title = _("Only together")
        st.html(markup.titled(title, markup.paragraphs(lines), markup.pair_bars(found, looks)))
        camera_in_corner("card-explain-together", title, markup.whose(found))
