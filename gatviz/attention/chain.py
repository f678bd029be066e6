"""The chain from X to a layer's output: all that a stage of it is, a row each, in the order of computation.

N nodes, E edges, F input features, H heads, C features per head. A row says what a stage is called and written, which
layers have it and how it is drawn. A stage more is a row more, and its value: a field of the trace by the same name,
a parameter by the same name, or what whoever shows it makes of these (`origin`). Screen, documents and exports read it.
"""

from __future__ import annotations

from collections.abc import Callable

from gatviz.attention.chain_of_edges import EDGE_STAGES
from gatviz.attention.stage_row import LayerForm, Stage
from gatviz.words import N_, _


def stages(kind: str) -> tuple[Stage, ...]:
    """The rows of one kind of layer."""
    return tuple(stage for stage in CHAIN if kind in stage.kinds)


def stages_of(form: LayerForm) -> tuple[Stage, ...]:
    """The rows of one layer."""
    return tuple(stage for stage in stages(form.kind) if stage.when(form))


def stage_named(name: str) -> Stage:
    """The row of a name that stands once in the table."""
    (stage,) = (stage for stage in CHAIN if stage.name == name)
    return stage


def place(name: str) -> int:
    """Where in the chain a stage of this name stands."""
    return next(place for place, stage in enumerate(CHAIN) if stage.name == name)


# ---- texts that depend on the layer ---------------------------------------------------------------------------


def _target_half(form: LayerForm) -> str:
    """What the target half of a score does: LeakyReLU keeps the order of scores unless its slope is below 0."""
    if form.negative_slope < 0:
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


def _projected(role: str) -> Callable[[LayerForm], str]:
    W = rf"W_{{\mathrm{{{role}}}}}"
    bias = rf" + b_{{\mathrm{{{role}}}}}"
    index = "i" if role == "target" else "j"
    return lambda form: rf"({W} h)_{index} = {W}\, h_{index}{bias if form.projection_bias else ''}"


def _hidden(form: LayerForm) -> str:
    """In two lines: one would be wider than the matrix that it stands under."""
    target, source = (rf"W_{{\mathrm{{{role}}}}} h" for role in ("target", "source"))
    met = f"({target})_i + ({source})_j" if form.projection_bias else f"{target}_i + {source}_j"
    met += r" + W_{\mathrm{edge}} f_{ij}" if form.edge_features else ""
    return rf"\begin{{array}}{{l}}\mathrm{{hidden}}_{{ij}} = \mathrm{{LeakyReLU}}( \\ \quad {met})\end{{array}}"


def _raw(form: LayerForm) -> str:
    parts, sums = r"W h_i \,\Vert\, W h_j", "t_i + s_j"
    if form.edge_features:
        parts, sums = rf"{parts} \,\Vert\, W_{{\mathrm{{edge}}}} f_{{ij}}", f"{sums} + g_{{ij}}"
    return rf"\mathrm{{raw}}_{{ij}} = a^{{\top}} [{parts}] = {sums}"


def _raw_told(form: LayerForm) -> str:
    if form.edge_features:
        return _("The score of an arc: the reader's part, the part of the one it reads, and that of its own features.")
    return _("The score of an arc: the reader's part plus the part of the one it reads.")


def _hidden_told(form: LayerForm) -> str:
    if form.edge_features:
        return _(
            "Reader, read and the arc's own features added up feature by feature, negative sums multiplied by the slope."
        )
    return _("Reader and read added up feature by feature, negative sums multiplied by the slope.")


def _taken_in_told(form: LayerForm) -> str:
    if form.edge_in_message:
        return _(
            "What each node takes in: the projected features it reads, of nodes and of arcs, each weighted by its share."
        )
    return _("What each node takes in: the projected features it reads, each weighted by its share.")


def _share(form: LayerForm) -> str:
    return r"\tilde\alpha_{ij}" if form.dropout else r"\alpha_{ij}"


def _read(form: LayerForm) -> str:
    if form.edge_in_message:
        return r"(W h_j + W_{\mathrm{edge}} f_{ij})"
    return "W h_j" if form.kind == "GAT" else r"(W_{\mathrm{source}} h)_j"


def _taken_in(form: LayerForm) -> str:
    read = _read(form) if form.kind == "GAT" or form.projection_bias else r"W_{\mathrm{source}} h_j"
    return rf"h'_i = \sum_{{j \in N(i)}} {_share(form)}\, {read}"


def _joined(form: LayerForm) -> str:
    return r"\bar h_i = " + (r"\Vert_{k=1}^{H} h'^{\,k}_i" if form.concat else r"\frac{1}{H}\sum_{k=1}^{H} h'^{\,k}_i")


def _activated(form: LayerForm) -> str:
    before = "z_i" if form.added else r"\bar h_i"
    names = {"elu": "ELU", "relu": "ReLU", "tanh": "tanh"}
    applied = before if form.activation is None else rf"\mathrm{{{names[form.activation]}}}({before})"
    return rf"\mathrm{{out}}_i = {applied}"


def _width(form: LayerForm) -> str:
    return "[N, H·C]" if form.concat else "[N, C]"


def _both_roles(form: LayerForm) -> str:
    if form.shared_weights:
        return _(
            "The head's weights for the node that reads: a row per output feature. One W serves both roles here: "
            "W_source is the same."
        )
    return _("The head's weights for the node that reads: a row per output feature.")


def _added(form: LayerForm) -> str:
    if form.residual and form.bias:
        return _("The heads with residual and bias added.")
    return _("The heads with residual added.") if form.residual else _("The heads with bias added.")


# ---- the table ------------------------------------------------------------------------------------------------

CHAIN: tuple[Stage, ...] = (
    Stage(
        name="x",
        symbol="X",
        shape="[N, F]",
        formula="X",
        caption=N_("The features that each node brings along, one row per node."),
        layout="nodes",
        scale="x",
        plain=N_("X"),
        rows=("target", "source"),
    ),
    Stage(
        name="W",
        symbol="W",
        shape="[H, C, F]",
        formula=r"W \in \mathbb{R}^{C \times F}",
        caption=N_("The head's weights: a row per output feature."),
        layout="weights",
        scale="weights",
        origin="weights",
        kinds=("GAT",),
    ),
    Stage(
        name="Wh",
        symbol="Wh",
        shape="[N, H, C]",
        formula=r"(Wh)_i = W h_i",
        caption=N_("Each node's features, projected by the head's weight matrix."),
        layout="nodes",
        scale="scores",
        rows=("target", "source"),
        kinds=("GAT",),
        unfolded=True,
    ),
    Stage(
        name="a_halves",
        symbol="a",
        shape="[H, 2, C]",
        formula=r"a = [a_{\mathrm{target}} \,\Vert\, a_{\mathrm{source}}]",
        caption=N_("The attention vector: one half meets the node that reads, the other the node that is read."),
        layout="weights",
        scale="weights",
        plain=N_("a"),
        origin="weights",
        parameters=("a_target", "a_source"),
        kinds=("GAT",),
    ),
    Stage(
        name="score_target",
        symbol=r"a_{\mathrm{target}} \cdot Wh",
        shape="[N, H]",
        formula=r"t_i = a_{\mathrm{target}}^{\top} W h_i",
        caption=_target_half,
        layout="nodes",
        scale="scores",
        plain=N_("a_target·Wh"),
        kinds=("GAT",),
    ),
    Stage(
        name="score_source",
        symbol=r"a_{\mathrm{source}} \cdot Wh",
        shape="[N, H]",
        formula=r"s_j = a_{\mathrm{source}}^{\top} W h_j",
        caption=N_("What a node adds to a score as the one that is read."),
        layout="nodes",
        scale="scores",
        plain=N_("a_source·Wh"),
        rows=("source",),
        kinds=("GAT",),
    ),
    Stage(
        name="W_target",
        symbol=r"W_{\mathrm{target}}",
        shape="[H, C, F]",
        formula=r"W_{\mathrm{target}} \in \mathbb{R}^{C \times F}",
        caption=_both_roles,
        layout="weights",
        scale="weights",
        origin="weights",
        kinds=("GATv2",),
    ),
    Stage(
        name="b_target",
        symbol=r"b_{\mathrm{target}}",
        shape="[H, C]",
        formula=r"b_{\mathrm{target}} \in \mathbb{R}^{C}",
        caption=N_("Added to the projection of the node that reads."),
        layout="weights",
        scale="weights",
        origin="weights",
        kinds=("GATv2",),
        when=lambda form: form.projection_bias,
    ),
    Stage(
        name="Wh_target",
        symbol=r"W_{\mathrm{target}}h",
        shape="[N, H, C]",
        formula=_projected("target"),
        caption=N_("Each node's features, projected for its part as the one that reads."),
        layout="nodes",
        scale="scores",
        kinds=("GATv2",),
    ),
    Stage(
        name="W_source",
        symbol=r"W_{\mathrm{source}}",
        shape="[H, C, F]",
        formula=r"W_{\mathrm{source}} \in \mathbb{R}^{C \times F}",
        caption=N_("The head's weights for the node that is read: a row per output feature."),
        layout="weights",
        scale="weights",
        origin="weights",
        kinds=("GATv2",),
        when=lambda form: not form.shared_weights,
    ),
    Stage(
        name="b_source",
        symbol=r"b_{\mathrm{source}}",
        shape="[H, C]",
        formula=r"b_{\mathrm{source}} \in \mathbb{R}^{C}",
        caption=N_("Added to the projection of the node that is read."),
        layout="weights",
        scale="weights",
        origin="weights",
        kinds=("GATv2",),
        when=lambda form: form.projection_bias,
    ),
    Stage(
        name="Wh_source",
        symbol=r"W_{\mathrm{source}}h",
        shape="[N, H, C]",
        formula=_projected("source"),
        caption=N_("Each node's features, projected for its part as the one that is read."),
        layout="nodes",
        scale="scores",
        rows=("source",),
        kinds=("GATv2",),
    ),
    *EDGE_STAGES,
    Stage(
        name="raw",
        symbol=r"\mathrm{raw}",
        shape="[E, H]",
        formula=_raw,
        caption=_raw_told,
        layout="pairs",
        scale="scores",
        kinds=("GAT",),
        told=True,
    ),
    Stage(
        name="hidden",
        symbol=r"\mathrm{hidden}",
        shape="[E, H, C]",
        formula=_hidden,
        caption=_hidden_told,
        layout="messages",
        scale="scores",
        kinds=("GATv2",),
        unfolded=True,
        told=True,
    ),
    Stage(
        name="a",
        symbol="a",
        shape="[H, C]",
        formula=r"a \in \mathbb{R}^{C}",
        caption=N_("The attention vector."),
        layout="weights",
        scale="weights",
        origin="weights",
        kinds=("GATv2",),
    ),
    Stage(
        name="e",
        symbol="e",
        shape="[E, H]",
        formula=r"e_{ij} = \mathrm{LeakyReLU}(\mathrm{raw}_{ij})",
        caption=N_("The score after LeakyReLU, which multiplies negative scores by the slope."),
        layout="pairs",
        scale="scores",
        kinds=("GAT",),
        unfolded=True,
        told=True,
    ),
    Stage(
        name="e",
        symbol="e",
        shape="[E, H]",
        formula=r"e_{ij} = a^{\top} \mathrm{hidden}_{ij}",
        caption=N_("The score of an arc: its hidden features, weighted by a and summed."),
        layout="pairs",
        scale="scores",
        kinds=("GATv2",),
        unfolded=True,
        told=True,
    ),
    Stage(
        name="masked_e",
        symbol=r"e + \mathrm{mask}",
        shape="[N, N]",
        formula=r"e_{ij} = -\infty \;\text{ where } j \notin N(i)",
        caption=N_("Where there is no arrow the score becomes −∞, so that the softmax gives it nothing."),
        layout="pairs",
        scale="scores",
        plain=N_("masked"),
        origin="made",
    ),
    Stage(
        name="alpha",
        symbol=r"\alpha",
        shape="[E, H]",
        formula=r"\alpha_{ij} = \frac{\exp(e_{ij})}{\sum_{k \in N(i)} \exp(e_{ik})}",
        caption=N_("The scores of all that a node reads, turned into shares that sum to 1."),
        layout="pairs",
        scale="shares",
        plain=N_("α"),
        colour="share",
        unfolded=True,
        told=True,
    ),
    Stage(
        name="change",
        symbol=r"\Delta\alpha",
        shape="[E, H]",
        formula=r"\Delta\alpha_{ij} = \alpha_{ij} - \alpha_{ij}^{\mathrm{baseline}}",
        caption=N_(
            "How the share changed since the baseline. Hatched: no arrow now; a number there is of an arrow "
            "that is gone."
        ),
        layout="pairs",
        scale="change",
        plain=N_("Δα"),
        origin="made",
    ),
    Stage(
        name="dropout_mask",
        symbol="m",
        shape="[E, H]",
        formula=r"m_{ij} \sim \mathrm{Bernoulli}(1 - p)",
        caption=N_("Which shares dropout lets through in this run: 1 kept, 0 dropped."),
        layout="pairs",
        scale="shares",
        plain=N_("mask"),
        colour="share",
        when=lambda form: form.dropout,
    ),
    Stage(
        name="alpha_dropped",
        symbol=r"\tilde\alpha",
        shape="[E, H]",
        formula=r"\tilde\alpha_{ij} = \frac{m_{ij}\,\alpha_{ij}}{1 - p}",
        caption=N_("The shares after dropout; the kept ones are scaled up, so rows need not sum to 1."),
        layout="pairs",
        scale="shares",
        plain=N_("α dropped"),
        colour="share",
        when=lambda form: form.dropout,
    ),
    Stage(
        name="message",
        symbol=lambda form: f"{_share(form)} {_read(form)}",
        shape="[E, H, C]",
        formula=lambda form: rf"{_share(form)}\, {_read(form)}",
        caption=N_("What the chosen target takes in from each node it reads; the rows add up to its h′."),
        layout="messages",
        scale="after",
        plain=lambda form: _("α·(Wh + Wf)") if form.edge_in_message else _("α·Wh"),
        origin="made",
    ),
    Stage(
        name="h_prime",
        symbol="h'",
        shape="[N, H, C]",
        formula=_taken_in,
        caption=_taken_in_told,
        layout="nodes",
        scale="after",
        plain=N_("h′"),
        told=True,
    ),
    Stage(
        name="combined",
        symbol=r"\bar h",
        shape=_width,
        formula=_joined,
        caption=lambda form: _("The heads side by side.") if form.concat else _("The mean of the heads."),
        layout="nodes",
        scale="after",
        plain=lambda form: _("concat") if form.concat else _("mean"),
    ),
    Stage(
        name="W_res",
        symbol=r"W_{\mathrm{res}}",
        shape=lambda form: "[H·C, F]" if form.concat else "[C, F]",
        formula=r"W_{\mathrm{res}}",
        caption=N_("The residual's projection of the input: a row per output column."),
        layout="weights",
        scale="weights",
        origin="weights",
        when=lambda form: form.residual,
    ),
    Stage(
        name="residual",
        symbol="r",
        shape=_width,
        formula=r"r_i = W_{\mathrm{res}}\, h_i",
        caption=N_("A shortcut from the input, added to what the heads took in."),
        layout="nodes",
        scale="after",
        when=lambda form: form.residual,
    ),
    Stage(
        name="bias",
        symbol="b",
        shape=lambda form: "[H·C]" if form.concat else "[C]",
        formula="b",
        caption=N_("The learnt vector that is added to every node's output."),
        layout="weights",
        scale="weights",
        plain=N_("b"),
        origin="weights",
        when=lambda form: form.bias,
    ),
    Stage(
        name="pre_activation",
        symbol="z",
        shape=_width,
        formula=lambda form: " + ".join([r"z_i = \bar h_i", *form.added]),
        caption=_added,
        layout="nodes",
        scale="after",
        plain=N_("z"),
        when=lambda form: bool(form.added),
    ),
    Stage(
        name="out",
        symbol=r"\mathrm{out}",
        shape=_width,
        formula=_activated,
        caption=N_("What the layer hands on: each node's new features."),
        layout="nodes",
        scale="after",
    ),
)
