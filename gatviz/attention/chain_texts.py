"""The chain's texts that depend on the layer: formulas (LaTeX) and sentences with nothing in them that it lacks."""

from __future__ import annotations

from collections.abc import Callable

from gatviz.attention.activations import ACTIVATIONS
from gatviz.attention.stage_row import ALPHA_ALONE, LayerTraits
from gatviz.words import _


def target_half(form: LayerTraits) -> str:
    """What the target half of a score does: LeakyReLU keeps the order of scores unless its slope is below 0."""
    if form.negative_slope < 0 or form.equal_shares:
        return _("What a node adds to a score as the one that reads: the same for all that it reads.")
    if form.negative_slope == 1:
        return _(
            "What a node adds to a score as the one that reads: the same for all that it reads, and with slope 1 "
            "LeakyReLU bends nothing, so no share depends on it."
        )
    return _(
        "What a node adds to a score as the one that reads: the same for all that it reads, so it can't decide whom "
        "it prefers, only, through LeakyReLU, how sharply."
    )


def input_of(node: str) -> Callable[[LayerTraits], str]:
    """The symbol of what a layer reads of a node."""
    return lambda form: rf"\tilde h_{node}" if form.feature_dropout else f"h_{node}"


def projected(role: str) -> Callable[[LayerTraits], str]:
    """The formula of W h for this role."""
    W = rf"W_{{\mathrm{{{role}}}}}"
    bias = rf" + b_{{\mathrm{{{role}}}}}"
    index = "i" if role == "target" else "j"
    read = input_of(index)
    return lambda form: rf"({W} h)_{index} = {W}\, {read(form)}{bias if form.projection_bias else ''}"


def half(role: str) -> Callable[[LayerTraits], str]:
    """The formula of one half of a GAT score; the target's has what is added to the whole."""
    symbol, index = ("t", "i") if role == "target" else ("s", "j")

    def formula(form: LayerTraits) -> str:
        more = " + b_a" if form.score_bias and role == "target" else ""
        return rf"{symbol}_{index} = a_{{\mathrm{{{role}}}}}^{{\top}} {_of_node(index, form)}{more}"

    return formula


def _of_node(index: str, form: LayerTraits) -> str:
    """A node's projected features; in brackets where they are more than W h."""
    return f"(W h)_{index}" if form.projection_bias else f"W h_{index}"


def hidden(form: LayerTraits) -> str:
    """In two lines: one would be wider than the matrix that it stands under."""
    target, source = (rf"W_{{\mathrm{{{role}}}}} h" for role in ("target", "source"))
    met = f"({target})_i + ({source})_j" if form.projection_bias else f"{target}_i + {source}_j"
    met += r" + W_{\mathrm{edge}} f_{ij}" if form.edge_features else ""
    return rf"\begin{{array}}{{l}}\mathrm{{hidden}}_{{ij}} = \mathrm{{LeakyReLU}}( \\ \quad {met})\end{{array}}"


def residual(form: LayerTraits) -> str:
    """The formula of the residual."""
    return rf"r_i = W_{{\mathrm{{res}}}}\, {input_of('i')(form)}"


def raw(form: LayerTraits) -> str:
    """The formula of raw."""
    parts, sums = rf"{_of_node('i', form)} \,\Vert\, {_of_node('j', form)}", "t_i + s_j"
    if form.edge_features:
        parts, sums = rf"{parts} \,\Vert\, W_{{\mathrm{{edge}}}} f_{{ij}}", f"{sums} + g_{{ij}}"
    more = " + b_a" if form.score_bias else ""
    return rf"\mathrm{{raw}}_{{ij}} = a^{{\top}} [{parts}]{more} = {sums}"


def raw_told(form: LayerTraits) -> str:
    """What raw is."""
    if form.edge_features:
        return _(
            "The score of an edge: the reader's part, the part of the one it reads, and that of the edge's features."
        )
    return _("The score of an edge: the reader's part plus the part of the one it reads.")


def hidden_told(form: LayerTraits) -> str:
    """What hidden is."""
    if form.edge_features:
        return _(
            "Reader, read and the edge's own features added up feature by feature, negative sums multiplied by the "
            "slope."
        )
    return _("Reader and read added up feature by feature, negative sums multiplied by the slope.")


def taken_in_told(form: LayerTraits) -> str:
    """What h′ is."""
    if form.edge_in_message:
        return _(
            "What each node takes in: the projected features it reads, of nodes and of edges, each weighted by its "
            "share."
        )
    return _("What each node takes in: the projected features it reads, each weighted by its share.")


def shares(form: LayerTraits) -> str:
    """The formula of α."""
    if form.kind == ALPHA_ALONE:
        return r"\alpha_{ij}"
    if form.equal_shares:
        return r"\alpha_{ij} = \frac{1}{|N(i)|}"
    return r"\alpha_{ij} = \frac{\exp(e_{ij})}{\sum_{k \in N(i)} \exp(e_{ik})}"


def shares_caption(form: LayerTraits) -> str:
    """What α is."""
    if form.kind == ALPHA_ALONE:
        return _("The shares as they were given: the features and scores that they came of are not here.")
    if form.equal_shares:
        return _("The same share for each that a node reads: this layer does not use the scores e.")
    return _("The scores of all that a node reads, turned into shares that sum to 1.")


def share(form: LayerTraits) -> str:
    """The symbol of the share that h′ is made with."""
    return r"\tilde\alpha_{ij}" if form.dropout else r"\alpha_{ij}"


def read(form: LayerTraits) -> str:
    """What is read along an edge."""
    if form.edge_in_message:
        return rf"({_of_node('j', form)} + W_{{\mathrm{{edge}}}} f_{{ij}})"
    return _of_node("j", form) if form.kind == "GAT" else r"(W_{\mathrm{source}} h)_j"


def taken_in(form: LayerTraits) -> str:
    """The formula of h′."""
    what = read(form) if form.kind == "GAT" or form.projection_bias else r"W_{\mathrm{source}} h_j"
    return rf"h'_i = \sum_{{j \in N(i)}} {share(form)}\, {what}"


def joined_heads(form: LayerTraits) -> str:
    """How heads become one."""
    return r"\bar h_i = " + (r"\Vert_{k=1}^{H} h'^{\,k}_i" if form.concat else r"\frac{1}{H}\sum_{k=1}^{H} h'^{\,k}_i")


def activated(form: LayerTraits) -> str:
    """The formula of the output."""
    before = "z_i" if form.added else r"\bar h_i"
    applied = before if form.activation is None else rf"{ACTIVATIONS[form.activation]}({before})"
    return rf"\mathrm{{out}}_i = {applied}"


def width(form: LayerTraits) -> str:
    """The shape of what comes after the heads."""
    return "[N, H·C]" if form.concat else "[N, C]"


def both_roles(form: LayerTraits) -> str:
    """What W_target is."""
    plain = _("The head's weights for the node that reads: a row per output feature.")
    shared = _("One W serves both roles here: W_source is the same.")
    return f"{plain} {shared}" if form.shared_weights else plain


def added(form: LayerTraits) -> str:
    """What z is."""
    if form.residual and form.bias:
        return _("The heads with residual and bias added.")
    if form.residual:
        return _("The heads with residual added.")
    return _("The heads with bias added.") if form.bias else _("The heads with nothing added.")
