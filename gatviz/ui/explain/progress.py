"""How far something in the background is, with Stop; looked at from time to time while it works on."""

from __future__ import annotations

import time

import streamlit as st

from gatviz.ui.background import Background
from gatviz.ui.escape import escape
from gatviz.words import _

_LOOKS = 0.5
"""Seconds between two looks at what works on."""
_REDRAWN = 4.0
"""Seconds after which what is known by then is drawn anew."""


def working(job: Background, key: str) -> None:
    """Progress while it works on, or a way to go on where it was stopped: a place of its own, for they come and go."""
    with st.container(key=f"{key}-working"):
        _working(job, key)


def _working(job: Background, key: str) -> None:
    if job.problem is not None:
        st.info(escape(str(job.problem)))
    if job.stopped:
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-stopped"):
            st.caption(_("Stopped: {told}. What is shown is from these.").format(told=_told(job)), width="content")
            st.button(_("Go on"), key=f"{key}_go_on", on_click=job.resume)
    elif job.running:
        _look(job, key, job.stage, time.monotonic())


def _more(job: Background, stage: str, drawn: float) -> bool:
    """Whether there is more to show than what was drawn then; not while it is just being drawn."""
    since = time.monotonic() - drawn
    return since > _LOOKS / 2 and (not job.running or job.stage != stage or since > _REDRAWN)


@st.fragment(run_every=_LOOKS)
def _look(job: Background, key: str, stage: str, drawn: float) -> None:
    """Drawn by itself again and again; the page follows when there is more to show."""
    job.seen()
    if _more(job, stage, drawn):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-progress"):
        st.progress(job.done / max(job.total, 1), text=_told(job))
        st.button(_("Stop"), key=f"{key}_stop", on_click=job.stop)


def _told(job: Background) -> str:
    told = {
        "removals": _("{done:,} of {n:,} arrows removed"),
        "pairs": _("{done:,} of {n:,} pairs removed"),
        "mean": _("mean: {done:,} of {n:,} nodes"),
        "training": _("{done:,} of {n:,} seeds trained"),
        "places": _("{done:,} of {n:,} seeds explained"),
    }
    return told.get(job.stage, "").format(done=job.done, n=job.total)
