"""The page itself: set-up, what goes where, and the sentence when something was refused."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gatviz import words
from gatviz.attention.layers import use_one_thread
from gatviz.colours import BUTTON, text_on
from gatviz.errors import GatvizError
from gatviz.ui.escape import escape
from gatviz.ui.explain.doors import explain_door
from gatviz.ui.session import keeping, session
from gatviz.ui.session.control_values import style_of_replaced
from gatviz.ui.session.controls import set_controls, take_controls
from gatviz.ui.session.run_cache import Run
from gatviz.ui.shown_layer import call_choice, layer_choice
from gatviz.ui.sidebar import foot, sidebar
from gatviz.ui.stage_component import keeper
from gatviz.ui.started_on import open_what_was_given
from gatviz.ui.workspaces import WORKSPACES, Workspace, workspace_choice
from gatviz.words import _

# Streamlit's own spacing is made for articles; the first picture has to fit a laptop's screen.
_STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 0.4rem 1.25rem 0.75rem; max-width: none; }
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"], [class*="st-key-space-"] { gap: 0.4rem; }
.st-key-bar { min-height: 48px; }
.st-key-running { position: fixed; top: 3.4rem; left: 50%; width: auto; z-index: 9; padding: 0.2rem 0.8rem;
  border-radius: 0.5rem; backdrop-filter: blur(18px); }
[data-testid="stSidebarHeader"] { height: 1.5rem; min-height: 0; padding-bottom: 0; margin-bottom: 0; }
[data-testid="stSidebarUserContent"] { padding-top: 0; padding-bottom: 0.5rem; }
[data-testid="stSidebar"] > div, [data-testid="stSidebarContent"] { background: inherit; }
[data-testid="stSidebarContent"]::after {
  content: ""; display: block; position: sticky; bottom: 0; height: 46px; background: inherit; pointer-events: none;
}
[data-testid="stSidebar"] [data-testid="stVerticalBlock"] { gap: 0.32rem; }
[data-testid="stHeader"] { height: 1rem; min-height: 0; background: transparent; }
h1.gatviz { font-size: 1.5rem; padding: 0; margin: 0; }
p.gatviz { margin: 0; opacity: 0.75; font-size: 0.9rem; }
:has(> [data-testid="stLayoutWrapper"] > [class*="st-key-corner-"]) { position: relative; }
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-corner-"]) {
  position: absolute; top: 6px; right: 8px; width: auto;
}
[data-testid="stLayoutWrapper"]:has(> .st-key-corner-card-explain-verdict) { top: auto; bottom: 6px; }
[data-testid="stSelectbox"] input { text-overflow: ellipsis; }
[data-testid="stDialog"] > div { overflow: clip !important; }
[role="dialog"] [data-testid="stLayoutWrapper"]:has(> [class*="st-key-actions-"]) {
  position: sticky; bottom: -2rem; z-index: 3; padding: 0.7rem 0; backdrop-filter: blur(18px);
}
/* Plotly's charts reckon with the window's pixels: they keep their size, and their words grow. */
:root[data-projector] :is([data-testid="stSidebar"], [data-testid="stExpandSidebarButton"]) { display: none; }
:root[data-projector] [data-testid="stMainBlockContainer"] { zoom: 1.4; }
:root[data-projector] .js-plotly-plot { zoom: calc(1 / 1.4); }
:root[data-projector] .js-plotly-plot svg text:not(.legendtext) { font-size: 17px !important; }
:root[data-projector] [data-testid="stDataFrame"] { max-width: 100%; overflow-x: auto; }
:root[data-projector] #portal { font-size: 140%; }
[data-testid="stAlert"] p { font-size: 0.875rem; }
[data-testid="stMain"]:focus-visible { outline: none !important; box-shadow: none !important; }
:root:has([data-testid="stSidebar"][data-collapsed="true"]) { --gatviz-foot: none; }
/* Where the sidebar is folded the button that unfolds it has a strip of its own, under which the page scrolls. */
:root:not([data-projector]):has([data-testid="stExpandSidebarButton"]) {
  & [data-testid="stMainBlockContainer"] { padding-top: 2.4rem; }
  & [data-testid="stHeader"] { height: 2.2rem; backdrop-filter: blur(18px); }
}
@media (max-width: 640px) {
  .js-plotly-plot .modebar-container { display: none; }
}
@media (max-width: 1250px) {
  .st-key-with-panel { flex-direction: column-reverse !important; }
  .st-key-with-panel > div { width: 100% !important; max-width: none !important; }
}
</style>"""

# Streamlit writes white on its primary colour in both themes, too faint on the dark theme's; this one does for both.
_PRIMARY = f"""<style>
button[data-testid="stBaseButton-primary"]:not(:disabled) {{
  background: {BUTTON} !important; border-color: {BUTTON} !important; color: {text_on(BUTTON)} !important;
}}
button[data-testid="stBaseButton-primary"]:hover {{ filter: brightness(0.9); }}
</style>"""


def page() -> None:
    """Draw the whole page."""
    words.spoken_by(_language)
    use_one_thread()  # Streamlit answers in ever new threads
    with words.speaking(_language()):
        _page()


def _page() -> None:
    keeping.take_view()
    open_what_was_given()
    were_set = set_controls()
    st.html(_STYLE + _PRIMARY + style_of_replaced())
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="bar")
    with bar:
        workspace = workspace_choice()
    st.html(only(workspace))
    # What comes and goes has places of its own: an element that moves within the page is mounted anew, and with the
    # stage would go what a person is typing in it.
    refused, running = st.container(key="refused"), st.container(key="running")
    take_controls(sidebar(), were_set=were_set)
    now = session.current()
    if now.problem:
        refused.error(escape(now.problem), icon="⚠️")
    spaces = {key: st.container(key=f"space-{key}") for key in WORKSPACES}
    try:
        with running:
            run = now.work.run()
        _workspace(WORKSPACES[workspace], now, run, bar, spaces[workspace])
        session.remember()
    except GatvizError as error:
        if session.back_to_good(str(error)):
            st.rerun()
        refused.error(escape(str(error)), icon="⚠️")
    keeping.keep(keeper)


def only(workspace: str) -> str:
    """The style that shows one workspace's place alone: what another left would stand there until all is drawn."""
    others = ", ".join(f":has(> .st-key-space-{key})" for key in WORKSPACES if key != workspace)
    return f"<style>{others} {{ display: none !important; }}</style>"


def _workspace(
    workspace: Workspace, now: session.Session, run: Run, bar: DeltaGenerator, space: DeltaGenerator
) -> None:
    """Draw the workspace, and in the bar what belongs to it."""
    with bar:
        if workspace.picks_layer:
            call_choice(now)
        run = run.of_layer(layer_choice(run) if workspace.picks_layer else 0)
        st.space("stretch")
    if run.trace.alpha_alone and workspace.needs_model:
        space.info(_("α was given, and the model that it came of is not here: this workspace needs one."))
    else:
        with space:
            workspace.draw(now, now.settings, run)
    with bar:  # by now it is settled what is on show, and what is locked at first
        if workspace.explains and not run.trace.alpha_alone:
            explain_door(session.current())
        if workspace.takes_away is not None:
            workspace.takes_away(session.current(), run)
    foot(run)  # last: proofs take their time, and the answer is on its way to the screen


def _language() -> str:
    """Of the session that is being answered; English where none is."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return words.ENGLISH
    chosen: str = st.session_state.get("language", words.ENGLISH)
    return chosen
