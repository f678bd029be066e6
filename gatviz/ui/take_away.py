"""What a person takes away: the shown head as a page that opens anywhere, the run as numbers, and programs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from gatviz import words
from gatviz.analysis import Explanation
from gatviz.analysis.subject import called
from gatviz.errors import GatvizError
from gatviz.export import arrays_of, check_program, npz_of, pyg_script, torch_script, write_alpha
from gatviz.export.alpha import FORMATS as ALPHA_FORMATS
from gatviz.files import FORMATS
from gatviz.model.trace import Trace
from gatviz.reporting.page import MAX_BYTES, Shown, report
from gatviz.stage.pack import Weighting
from gatviz.stage.weightings import weightings
from gatviz.ui.escape import escape
from gatviz.ui.explain.job import explained
from gatviz.ui.making import Make, Offer, download, offer_at_once, offer_made
from gatviz.ui.session import pins, session
from gatviz.ui.session.model import predicted, weights_badge, whose_weights
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.setting_words import setting_name, setting_value
from gatviz.ui.session.work import Pin
from gatviz.words import _

_MAX_AT_ONCE = 1_000_000
"""Numbers of a run, of which an archive is written while a click lasts."""


def take_away(now: session.Session, run: Run) -> None:
    """Downloads of what is on show, each made when it is asked for."""
    _report(now, run)
    _page(now, run)
    st.caption(_("All layers and heads of this run:"))
    _alpha(now, run)
    _arrays(run)
    st.caption(_("Programs that print the same α without gatviz:"))
    _programs(run.whole)


def _report(now: session.Session, run: Run) -> None:
    """This very screen without Python."""
    said = _("This screen as one file, to click through without gatviz, with verdicts and settings.")
    room = _("What is said of each arrow goes along, up to {most} MB.").format(most=f"{MAX_BYTES / 1e6:g}")
    st.caption(f"{said} {room}")
    explanation = explained(run.key)
    asked = (run.key, run.layer, now.locked, now.weighting, _places(now), now.origin, weights_badge(now), explanation)
    told = _("told of {done:,} of {n:,} nodes")
    offer_made(Offer("gatviz-report.html", asked, lambda: _reported(now, run, explanation), told), _("Report (HTML)"))


def _reported(now: session.Session, run: Run, explanation: Explanation | None) -> Make:
    told, locked = predicted(now, now.settings, run), now.locked
    at = locked if isinstance(locked, session.Locked) else None
    names = ("seed", "self_loops", "dropout", "feature_dropout")
    drawn: tuple[str, ...] = names if now.work.opened is None else names[1:]  # a file's weights have no seed
    drawn = drawn if now.work.given is None else ()
    shown = Shown(
        layer=run.layer,
        locked=None if at is None else (at.target, at.source),
        weighting=now.weighting or (at.weighting if at else None),
        positions=now.positions,
        weights=whose_weights(now),
        badge=weights_badge(now),
        settings=[(setting_name(name), setting_value(getattr(now.settings, name))) for name in drawn],
        notes=[] if told is None else [" ".join(told.sentences)],
        predicted=None if told is None else told.predicted,
        wrong=() if told is None else told.wrong.tolist(),
    )
    written = partial(report, now.graph, run.whole, title=now.origin, explanation=explanation, shown=shown)
    return lambda hears: written(progress=hears).encode()


def _page(now: session.Session, run: Run) -> None:
    choices = {choice.key: choice for choice in weightings(run.trace)}
    shown = now.weighting or (now.locked.weighting if isinstance(now.locked, session.Locked) else "")
    key = st.selectbox(
        _("Weights to draw"),
        list(choices),
        index=list(choices).index(shown) if shown in choices else 0,
        format_func=lambda key: choices[key].title,
        key=f"take_{shown}",  # another head on show is offered anew
    )
    choice = choices[key]
    st.download_button(
        _("Download as interactive HTML"),
        data=words.kept(partial(_drawn, now, run, choice)),
        file_name="gatviz.html",
        mime="text/html",
        on_click="ignore",
    )


def _drawn(now: session.Session, run: Run, choice: Weighting) -> str:
    """The light page."""
    from gatviz.charts.network_html import network_html  # pyvis takes longer to load than the page's first picture has

    return network_html(
        now.graph,
        run.trace,
        choice.values,
        title=_("{graph}, {weights}").format(graph=now.origin, weights=choice.title),
        about=whose_weights(now) if choice.kind != "baseline" else choice.explanation,
        symbol=choice.symbol,
        positions=now.positions,
    )


def _alpha(now: session.Session, run: Run) -> None:
    """α as a table, or on the arrows of the graph; with what else is known of each arrow."""
    titles = {name: FORMATS[name].title for name in ALPHA_FORMATS if name != "csv"}
    chosen = st.selectbox(
        _("α on the graph, or as a table"),
        ALPHA_FORMATS,
        index=None,
        format_func=lambda name: titles.get(name, _("table (CSV)")),
        placeholder=_("Choose a format"),
        key="take_alpha",
        persist_state="session",
    )
    if chosen is None:
        return
    pin, explanation = next(iter(pins.pinned().values()), None), explained(run.key)
    name = f"alpha{'.csv' if chosen == 'csv' else FORMATS[chosen].endings[0]}"
    asked = (run.key.rpartition(" layer ")[0], chosen, _places(now), pin, explanation)
    offer_at_once(Offer(name, asked, lambda: _written_alpha(now, run, chosen, pin, explanation), _("Writing …")))
    if pin is not None:
        st.caption(_("With Δα, the change since baseline {slot}.").format(slot=pin.slot))
    if explanation is not None:
        told = _("With what removing each arrow does to the answer of {node}.").format(node=called(explanation.name))
        st.caption(escape(told))


def _written_alpha(now: session.Session, run: Run, form: str, pin: Pin | None, explanation: Explanation | None) -> Make:
    trace = replace(run.whole, graph=now.graph.with_positions(now.positions))
    before = None if pin is None else pin.trace
    return lambda _hears: write_alpha(trace, None, form, before=before, explanation=explanation)


def _arrays(run: Run) -> None:
    """Every intermediate."""
    whole, title, name = run.whole, _("Every intermediate (.npz)"), "gatviz.npz"
    if sum(values.size for values in arrays_of(whole).values()) <= _MAX_AT_ONCE:
        download(title, name, lambda: npz_of(whole))
    else:
        offer_made(Offer(name, (run.key,), lambda: lambda _hears: npz_of(whole), _("Writing …")), title)


def _programs(trace: Trace) -> None:
    """A program in plain PyTorch and one in PyG, or why there is none."""
    programs = ((_("PyTorch"), "alpha.py", torch_script), (_("PyTorch Geometric"), "alpha_pyg.py", pyg_script))
    for title, file_name, script in programs:
        try:
            check_program(trace, pyg=script is pyg_script)
        except GatvizError as refused:
            st.caption(f"{title}: {escape(str(refused))}")
        else:
            download(title, file_name, partial(_written, script, trace))


def _written(script: Callable[[Trace], str], trace: Trace) -> bytes:
    return script(trace).encode()


def _places(now: session.Session) -> str:
    """Where the nodes stand, in short."""
    return hashlib.sha256(now.positions.tobytes()).hexdigest()
