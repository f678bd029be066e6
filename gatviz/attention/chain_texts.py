"""Texts of the chain that follow a layer's choices: where its shares come from, and its σ."""

from __future__ import annotations

from gatviz.attention.activations import ACTIVATIONS
from gatviz.attention.stage_row import LayerForm
from gatviz.words import _


def shares(form: LayerForm) -> str:
    """The formula of α."""
    softmax = r"\frac{\exp(e_{ij})}{\sum_{k \in N(i)} \exp(e_{ik})}"
    return r"\alpha_{ij} = " + (r"\frac{1}{|N(i)|}" if form.equal_shares else softmax)


def shares_caption(form: LayerForm) -> str:
    """What α is."""
    equal = _("The same share for each that a node reads: this layer does not use the scores e.")
    return equal if form.equal_shares else _("The scores of all that a node reads, turned into shares that sum to 1.")


def activated(form: LayerForm) -> str:
    """The formula of out."""
    before = "z_i" if form.added else r"\bar h_i"
    return r"\mathrm{out}_i = " + (before if form.activation is None else rf"{ACTIVATIONS[form.activation]}({before})")
