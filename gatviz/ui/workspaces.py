"""The workspaces and the bar that chooses among them: a row of the table each, in the order of the bar.

Only the first is loaded with the page: for the others, and for what is taken away, the first picture need not wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from gatviz.ui.explore.explore import explore
from gatviz.ui.session import session
from gatviz.ui.session.control_values import forget_value, key_of, value_of
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.settings import Settings
from gatviz.words import N_, _


@dataclass(frozen=True)
class Workspace:
    """One workspace: its name in the bar, and what draws it for the graph, the settings and the run on show.

    Attributes:
        picks_layer: whether it shows one layer of a stack, which then stands to choose in the bar.
        explains: whether it offers at the bar's end to explain the node that is locked.
        needs_model: whether α alone, without the model that it came of, is nothing for it.
        takes_away: what it offers at the bar's end of the run on show, if anything.
    """

    title: str
    draw: Callable[[session.Session, Settings, Run], None]
    picks_layer: bool = True
    explains: bool = False
    needs_model: bool = False
    takes_away: Callable[[session.Session, Run], None] | None = None


def _compare(now: session.Session, settings: Settings, run: Run) -> None:
    from gatviz.ui.compare.compare import compare

    compare(now, settings, run)


def _explain(now: session.Session, settings: Settings, run: Run) -> None:
    from gatviz.ui.explain.explain import explain

    explain(now, settings, run)


def _train(now: session.Session, settings: Settings, run: Run) -> None:
    from gatviz.ui.train.train import train

    train(now, settings, run)


def _take_away(now: session.Session, run: Run) -> None:
    menu = st.popover(_("Take away"), icon=":material/download:", key="take_away", on_change="rerun")
    if menu.open:
        from gatviz.ui.take_away import take_away

        with menu:
            take_away(now, run)


WORKSPACES: dict[str, Workspace] = {
    "explore": Workspace(N_("Explore"), explore, explains=True, takes_away=_take_away),
    "compare": Workspace(N_("Compare"), _compare, explains=True),
    "explain": Workspace(N_("Explain"), _explain, picks_layer=False, needs_model=True),
    "train": Workspace(N_("Train"), _train, picks_layer=False, needs_model=True),
}


def workspace_choice() -> str:
    """Draw the switch; the key of the chosen workspace."""
    first = next(iter(WORKSPACES))
    if value_of("workspace") not in WORKSPACES:
        forget_value("workspace")  # of a session that was kept by a gatviz which has more of them
    chosen = st.segmented_control(
        _("Workspace"),
        list(WORKSPACES),
        default=first,
        format_func=lambda key: _(WORKSPACES[key].title),
        key=key_of("workspace"),
        required=True,
        label_visibility="collapsed",
    )
    return chosen or first
