"""Files that take longer to make than a click may last: made aside, with progress and Stop, then offered."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from gatviz import words
from gatviz.errors import GatvizError
from gatviz.ui.background import Background
from gatviz.ui.escape import escape
from gatviz.words import _

Hears = Callable[[int, int], None]
"""How much of how much is made; it ends the work where that is not wanted any more."""
Make = Callable[[Hears], bytes]

_KEY = "made_files"
_LOOKS = 0.5
"""Seconds between two looks at what is made; what takes no longer is offered without one."""


@dataclass(frozen=True)
class Offer:
    """A file that can be made.

    Attributes:
        asked: all that its content follows from; another content is made anew.
        prepare: gives what makes it, out of the session, which the thread that makes it does not see.
        told: what stands beside the progress, with {done} and {n} where the maker tells them.
    """

    file_name: str
    asked: tuple[object, ...]
    prepare: Callable[[], Make]
    told: str


class Making(Background):
    """One file in the making."""

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self.asked = offer.asked
        self.content = b""
        self._make = offer.prepare()
        self.resume()

    @property
    def stage(self) -> str:
        """See `Background`."""
        return "making"

    def wait(self, seconds: float) -> None:
        """Wait until it is done, so long at most."""
        until = time.monotonic() + seconds
        while self.running and time.monotonic() < until:
            time.sleep(0.01)

    def _work(self) -> None:
        try:
            self.content = self._make(self._hears)
        except _NotWanted:
            return
        self.finished = True

    def _hears(self, done: int, total: int) -> None:
        self._told(done, total)
        if self._wants_to_stop():
            raise _NotWanted


class _NotWanted(Exception):
    """Nobody waits for the file any more."""


def offer_made(offer: Offer, title: str) -> None:
    """A button that makes the file; then its progress with Stop; then its download."""
    if _made(offer) is None:
        st.button(title, key=f"make_{offer.file_name}", on_click=_begin, args=(offer,))
    else:
        _show(offer)


def offer_at_once(offer: Offer) -> bool:
    """The same without a button, choosing it was asking for it; gives whether its download is there."""
    if _made(offer) is None:
        _begin(offer)
    _show(offer)
    return _all()[offer.file_name].finished


def download(title: str, file_name: str, make: Callable[[], bytes]) -> None:
    """A download that is made when it is clicked: it takes no longer than a click may."""
    st.download_button(
        title, data=words.kept(make), file_name=file_name, mime="application/octet-stream", on_click="ignore"
    )


def _all() -> dict[str, Making]:
    made: dict[str, Making] = st.session_state.setdefault(_KEY, {})
    return made


def _made(offer: Offer) -> Making | None:
    """What is made or being made of it; what was made of something else is let go."""
    found = _all().get(offer.file_name)
    if found is not None and (found.asked != offer.asked or (found.stopped and found.problem is None)):
        _stop(offer.file_name)
        return None
    return found


def _begin(offer: Offer) -> None:
    _all()[offer.file_name] = Making(offer)


def _stop(file_name: str) -> None:
    """Let go of it: it ends where its maker next tells how far it is."""
    if (found := _all().pop(file_name, None)) is not None:
        found.stop()


def _show(offer: Offer) -> None:
    made = _all()[offer.file_name]
    made.wait(_LOOKS)
    if isinstance(made.problem, GatvizError):
        st.error(escape(str(made.problem)), icon="⚠️")
    elif made.problem is not None:
        raise made.problem
    elif made.finished:
        download(_("Download {name}").format(name=offer.file_name), offer.file_name, lambda: made.content)
    else:
        _look(made, offer)


@st.fragment(run_every=_LOOKS)
def _look(made: Making, offer: Offer) -> None:
    """Drawn by itself again and again until it is done."""
    made.seen()
    if not made.running:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=f"making-{offer.file_name}"):
        if made.total:
            st.progress(made.done / made.total, text=offer.told.format(done=made.done, n=made.total))
        else:
            st.caption(offer.told, width="content")
        st.button(_("Stop"), key=f"stop_{offer.file_name}", on_click=_stop, args=(offer.file_name,))
