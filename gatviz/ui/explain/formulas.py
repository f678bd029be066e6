"""How the numbers of the workspace are made: each with its formula, behind one small button.

The notation is that of `analysis/explanation/paths` and `messages`.
"""

from __future__ import annotations

import streamlit as st

from gatviz.analysis.explanation.thresholds import (
    FAR_TOGETHER,
    LITTLE_ALONE,
    NOTHING,
    ROUNDED,
    SHUFFLES,
    STRONGEST_OTHERS,
)
from gatviz.words import _

_REMOVAL = r"p_c^{\,\setminus\, j \to i} - p_c"
_ATTENTION = r"\varphi_{ij} = \sum_{m=1}^{L} C^{(L-m)}_{vi} A^{(m)}_{ij}, \quad C^{(k)} = A^{(L)} \cdots A^{(L-k+1)}"
_MESSAGES = (
    r"\sum_{l,\,h} g_i \cdot \frac{\alpha_{ij} (W h_j - h'_i)}{1 - \alpha_{ij}}, \quad g = \partial m / \partial h'_i"
)
_MARGIN = r"m = z_c - \log \sum_{k \neq c} e^{z_k}, \quad p_c = \sigma(m)"


def formulas() -> None:
    """Draw the button, and what is behind it."""
    with st.popover(_("How these numbers are made"), icon=":material/info:", type="tertiary", width="content"):
        for title, formula, words in _told():
            st.markdown(f"**{title}**")
            if formula:
                st.latex(formula)
            st.caption(words)


def _told() -> tuple[tuple[str, str, str], ...]:
    return (
        (
            _("Removing"),
            _REMOVAL,
            _(
                "The model runs anew without the arrow, in all layers at once: what is left is renormalised, and later "
                "layers' α follow. An arrow speaks for the class whose probability falls most without it; a change of "
                "at most {nothing} speaks for none. c is the class that comes out; all in double precision."
            ).format(nothing=NOTHING),
        ),
        (
            _("Attention alone"),
            _ATTENTION,
            _(
                "The products of α along all paths from the arrow to the node v, added up; A is a layer's α, the mean "
                "of its heads. After Shin et al. 2024, arXiv 2406.04612."
            ),
        ),
        (
            _("Messages"),
            rf"{_MESSAGES} \\ {_MARGIN}",
            _(
                "What h′ of the target loses without the arrow, times how the margin m follows it. It linearises "
                "removing: close by construction, and exact with one layer, two classes and nothing bent behind. After "
                "Kobayashi et al. 2020, arXiv 2004.10102."
            ),
        ),
        (
            _("Equal shares"),
            "",
            _("Attention alone, with 1/n of each of a target's n arrows in the place of α: what the drawing knows."),
        ),
        (
            _("Rank agreement"),
            "",
            _(
                "Spearman's correlation of sizes with the sizes of what removing does, apart for each distance from "
                "the node, equals sharing their rank ({digits} digits). Whiskers: any one arrow left out. Grey: "
                "attention with α shuffled within each target and head, {n:,} times, nine in ten of them."
            ).format(digits=ROUNDED, n=SHUFFLES),
        ),
        (
            _("Only together"),
            "",
            _(
                "Pairs among the arrows into the node and the {n} strongest others that turn the answer, where neither "
                "does, or move it by more than {far}, where neither moves it by {little}."
            ).format(n=STRONGEST_OTHERS, far=FAR_TOGETHER, little=LITTLE_ALONE),
        ),
    )
