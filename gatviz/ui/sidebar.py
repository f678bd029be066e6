"""The sidebar: a card for the graph, a card for the model, and at its foot the proof of the numbers."""

from __future__ import annotations

import html

import streamlit as st

from gatviz.colours import BAD, GOOD, LINK
from gatviz.model.proof import Check
from gatviz.ui.graph_files.choice import graph_card, graph_title
from gatviz.ui.model_card import model_card
from gatviz.ui.session import captured, run_cache, session
from gatviz.ui.session.settings import Settings
from gatviz.ui.start import NAME
from gatviz.words import _

_MAX_NAME = 30

_STYLE = """<style>
[data-testid="stSidebarContent"] { padding-left: 12px; padding-right: 12px; }
[data-testid="stSidebarUserContent"] { padding-left: 0; padding-right: 0; }
[data-testid="stSidebar"] h1.gatviz { font-size: 1.5rem; padding: 0 0 0.3rem; margin: 0; }
[data-testid="stSidebar"] [class*="st-key-card-"] {
  background: light-dark(rgb(255 255 255 / 80%), rgb(0 0 0 / 25%));
  border: 1px solid light-dark(rgb(0 0 0 / 11%), rgb(255 255 255 / 15%));
  border-radius: 12px; padding: 0.6rem 0.5rem 0.25rem; margin-bottom: 0.4rem;
}
[data-testid="stSidebar"] [class*="st-key-card-"] p { margin: 0; font-size: 0.875rem; line-height: 1.35; }
[data-testid="stSidebar"] :is([class*="st-key-card-"] p, .proof li).quiet { opacity: 0.78; }
[data-testid="stSidebar"] [class*="st-key-card-"] p.title { font-size: 0.8125rem; font-weight: 600; opacity: 0.78; }
[data-testid="stSidebar"] [class*="st-key-card-"] p.name { font-size: 1rem; font-weight: 700; overflow-wrap: anywhere; }
[data-testid="stSidebar"] [class*="st-key-card-"] code { font-size: 0.8125rem; overflow-wrap: anywhere; }
[data-testid="stSidebar"] [class*="st-key-row-"] { flex-wrap: nowrap; gap: 0.3rem; }
[data-testid="stSidebar"] [class*="st-key-row-"] > div:first-child { flex: 1 1 0; min-width: 0; }
[data-testid="stSidebar"] [class*="st-key-row-"] p { white-space: nowrap; font-size: 0.8125rem; }
.st-key-card-model [data-testid="stButtonGroup"] button { padding: 0 0.2rem; min-height: 2rem; }
.st-key-card-model [data-testid="stButtonGroup"] button p { font-size: 0.8125rem; }
.st-key-card-model [data-testid="stButtonGroup"] [role="radiogroup"] { flex-wrap: nowrap; }
[class*="st-key-row-"] [data-testid="stNumberInputContainer"] { height: 2rem; min-height: 2rem; }
[class*="st-key-row-"] input { padding: 0 0 0 0.6rem; font-size: 0.875rem; font-weight: 600; }
[class*="st-key-row-"] [data-testid="stNumberInputContainer"] button { width: 1.7rem; }
[data-testid="stSidebar"] [class*="st-key-row-"] [data-testid="stBaseButton-tertiary"] { min-height: 2rem; padding: 0; }
[class*="st-key-ways-"] {
  border-top: 1px solid light-dark(rgb(0 0 0 / 11%), rgb(255 255 255 / 15%));
  flex-wrap: nowrap; gap: 0.2rem; justify-content: space-between; padding-top: 0.1rem;
}
[class*="st-key-ways-"] button { min-height: 2rem; padding: 0; }
[class*="st-key-ways-"] button p { font-weight: 600; }
.st-key-card-model [data-testid="stExpander"] details { border: 0; background: none; }
.st-key-card-model [data-testid="stExpander"] summary { padding: 0.25rem 0; min-height: 0; }
.st-key-card-model [data-testid="stExpanderDetails"] { padding: 0.3rem 0 0.5rem; }
[data-testid="stSidebar"] ul.proof {
  font-size: 0.8125rem; line-height: 1.4; margin: 0.3rem 0.2rem 0; padding: 0; list-style: none;
}
[data-testid="stSidebar"] .proof li {
  display: grid; grid-template-columns: 0.95rem 1fr; font-size: 0.8125rem; margin: 0 0 0.2rem;
}
[data-testid="stSidebar"] .proof li.alone { display: block; }
/* On a small screen it is a rail, which unfolds over the page when it is pointed at or has the focus. */
[data-testid="stSidebar"] p.rail { display: none; }
@media (min-width: 769px) and (max-width: 1100px) {
  [data-testid="stSidebar"][data-collapsed="false"] {
    position: fixed !important; inset: 0 auto 0 0; height: 100vh !important; box-shadow: 0 0 24px rgb(0 0 0 / 22%);
  }
  [data-testid="stSidebar"][data-collapsed="false"] ~ div:has([data-testid="stMain"]) { margin-left: 48px; }
  [data-testid="stSidebar"][data-collapsed="false"]:not(:hover, :focus-within,
    :has([aria-haspopup][aria-expanded="true"])) {
    width: 48px !important; min-width: 0 !important; box-shadow: none; overflow: hidden;
    & p.rail { display: block; position: fixed; top: 5rem; left: 0.8rem; writing-mode: vertical-rl; }
    & h1.gatviz { position: fixed; top: 0.9rem; left: 0.45rem; font-size: 0.8rem !important; }
    & [data-testid="stSidebarContent"] { overflow: hidden; }
    & :is([data-testid="stSidebarHeader"], [class*="st-key-card-"], ul.proof) { opacity: 0; pointer-events: none; }
  }
  :root { --gatviz-foot: none; }
}
</style>"""
_FOOT_STYLE = f"""<style>
[data-testid="stSidebar"] [class*="st-key-card-"] button:is([aria-expanded="true"], :hover, :active, :focus) {{
  color: light-dark({LINK["light"]}, {LINK["dark"]});
}}
.proof li.failed {{ color: light-dark({BAD["light"]}, {BAD["dark"]}); font-weight: 700; }}
.proof li.passed b {{ color: light-dark({GOOD["light"]}, {GOOD["dark"]}); }}
</style>"""


def sidebar() -> Settings:
    """Draw the cards; the settings that they now show."""
    with st.sidebar:
        rail = html.escape(_("{graph} · {kind}").format(graph=graph_title(session.current()), kind=_kind()))
        st.html(f'{_STYLE}{_FOOT_STYLE}<h1 class="gatviz">{NAME}</h1><p class="rail" aria-hidden="true">{rail}</p>')
        graph_card()
        return model_card()


def _kind() -> str:
    now = session.current()
    return now.settings.kind if now.work.opened is None else now.work.opened.name[:_MAX_NAME]


def foot(run: run_cache.Run) -> None:
    """Draw what stands below the cards for this run: the proof of its numbers, and how long it took."""
    now = session.current()
    lines = "".join(map(_line, captured.checks(now, run)))
    time = _("{milliseconds:.2f} ms on {device}").format(milliseconds=run.seconds * 1000, device=run.device)
    if run.trace.alpha_alone:
        time = _("as given: nothing was computed")
    with st.sidebar:
        st.html(f'<ul class="proof">{lines}<li class="quiet alone">{html.escape(time)}</li></ul>')


def _line(check: Check) -> str:
    mark = {True: "✓", False: "✗", None: "·"}[check.passed]
    kind = {True: "passed", False: "failed", None: "quiet"}[check.passed]
    return f'<li class="{kind}"><b>{mark}</b><span>{html.escape(check.sentence)}</span></li>'
