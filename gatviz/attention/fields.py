"""What the intermediates of a layer are called: symbol, shape, formula and one plain sentence each.

N nodes, E arcs, F input features, H heads, C features per head. A trace has its kind's table; screen, documents
and exports read it. Within a table the order is the order of computation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gatviz.attention.defaults import NEGATIVE_SLOPE


@dataclass(frozen=True)
class FieldInfo:
    """A field of a trace: symbol and formula (LaTeX), shape in letters, one plain sentence."""

    name: str
    symbol: str
    shape: str
    formula: str
    caption: str


def _fields(*rows: tuple[str, str, str, str, str]) -> Mapping[str, FieldInfo]:
    return {row[0]: FieldInfo(*row) for row in rows}


def _target_half(slope: float = NEGATIVE_SLOPE) -> str:
    """What the target half of a score does: LeakyReLU keeps the order of scores unless its slope is below 0."""
    same = "What a node adds to a score as the one that reads: the same for all that it reads"
    if slope < 0:
        return f"{same}."
    if slope == 1:
        return f"{same}, and with slope 1 LeakyReLU bends nothing, so no share depends on it."
    return f"{same}, so it can't decide whom it prefers, only, through LeakyReLU, how sharply."


# In two lines: one would be wider than the matrix that it stands under.
_HIDDEN = r"\begin{array}{l}\mathrm{hidden}_{ij} = \mathrm{LeakyReLU}( \\ \quad "

_INPUT = _fields(
    ("x", "X", "[N, F]", r"X", "The features that each node brings along, one row per node."),
)
_SOFTMAX_AND_AFTER = _fields(
    (
        "alpha",
        r"\alpha",
        "[E, H]",
        r"\alpha_{ij} = \frac{\exp(e_{ij})}{\sum_{k \in N(i)} \exp(e_{ik})}",
        "The scores of all that a node reads, turned into shares that sum to 1.",
    ),
    (
        "dropout_mask",
        "m",
        "[E, H]",
        r"m_{ij} \sim \mathrm{Bernoulli}(1 - p)",
        "Which shares dropout lets through in this run: 1 kept, 0 dropped.",
    ),
    (
        "alpha_dropped",
        r"\tilde\alpha",
        "[E, H]",
        r"\tilde\alpha_{ij} = \frac{m_{ij}\,\alpha_{ij}}{1 - p}",
        "The shares after dropout; the kept ones are scaled up, so rows need not sum to 1.",
    ),
    (
        "h_prime",
        "h'",
        "[N, H, C]",
        r"h'_i = \sum_{j \in N(i)} \alpha_{ij}\, W h_j",
        "What each node takes in: the projected features it reads, each weighted by its share.",
    ),
    (
        "combined",
        r"\bar h",
        "[N, H·C] or [N, C]",
        r"\bar h_i = \Vert_{k=1}^{H} h'^{\,k}_i \;\text{ or }\; \frac{1}{H}\sum_{k=1}^{H} h'^{\,k}_i",
        "The heads side by side (concatenated) or averaged.",
    ),
    (
        "residual",
        "r",
        "[N, H·C] or [N, C]",
        r"r_i = W_{\mathrm{res}}\, h_i",
        "A shortcut from the input, added to what the heads took in.",
    ),
    (
        "pre_activation",
        "z",
        "[N, H·C] or [N, C]",
        r"z_i = \bar h_i + r_i + b",
        "The heads with residual and bias added, where the layer has them.",
    ),
    (
        "out",
        r"\mathrm{out}",
        "[N, H·C] or [N, C]",
        r"\mathrm{out}_i = \sigma(z_i)",
        "What the layer hands on: each node's new features.",
    ),
)

GAT_FIELDS: Mapping[str, FieldInfo] = {
    **_INPUT,
    **_fields(
        (
            "Wh",
            "Wh",
            "[N, H, C]",
            r"(Wh)_i = W h_i",
            "Each node's features, projected by the head's weight matrix.",
        ),
        (
            "score_target",
            r"a_{\mathrm{target}} \cdot Wh",
            "[N, H]",
            r"t_i = a_{\mathrm{target}}^{\top} W h_i",
            _target_half(),
        ),
        (
            "score_source",
            r"a_{\mathrm{source}} \cdot Wh",
            "[N, H]",
            r"s_j = a_{\mathrm{source}}^{\top} W h_j",
            "What a node adds to a score as the one that is read.",
        ),
        (
            "raw",
            r"\mathrm{raw}",
            "[E, H]",
            r"\mathrm{raw}_{ij} = a^{\top} [W h_i \,\Vert\, W h_j] = t_i + s_j",
            "The score of an arc: the reader's part plus the part of the one it reads.",
        ),
        (
            "e",
            "e",
            "[E, H]",
            r"e_{ij} = \mathrm{LeakyReLU}(\mathrm{raw}_{ij})",
            "The score after LeakyReLU, which multiplies negative scores by the slope.",
        ),
    ),
    **_SOFTMAX_AND_AFTER,
}

GATV2_FIELDS: Mapping[str, FieldInfo] = {
    **_INPUT,
    **_fields(
        (
            "Wh_target",
            r"W_{\mathrm{target}}h",
            "[N, H, C]",
            r"(W_{\mathrm{target}} h)_i = W_{\mathrm{target}}\, h_i",
            "Each node's features, projected for its part as the one that reads.",
        ),
        (
            "Wh_source",
            r"W_{\mathrm{source}}h",
            "[N, H, C]",
            r"(W_{\mathrm{source}} h)_j = W_{\mathrm{source}}\, h_j",
            "Each node's features, projected for its part as the one that is read.",
        ),
        (
            "hidden",
            r"\mathrm{hidden}",
            "[E, H, C]",
            rf"{_HIDDEN}W_{{\mathrm{{target}}}} h_i + W_{{\mathrm{{source}}}} h_j)\end{{array}}",
            "Reader and read added up feature by feature, negative sums multiplied by the slope.",
        ),
        (
            "e",
            "e",
            "[E, H]",
            r"e_{ij} = a^{\top} \mathrm{hidden}_{ij}",
            "The score of an arc: its hidden features, weighted by a and summed.",
        ),
    ),
    **_SOFTMAX_AND_AFTER,
    "h_prime": FieldInfo(
        "h_prime",
        "h'",
        "[N, H, C]",
        r"h'_i = \sum_{j \in N(i)} \alpha_{ij}\, W_{\mathrm{source}} h_j",
        "What each node takes in: the projected features it reads, each weighted by its share.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What one layer has and what it lacks, as far as its formulas depend on it."""

    concat: bool
    residual: bool
    bias: bool
    projection_bias: bool
    dropout: bool
    activation: str | None
    negative_slope: float

    @property
    def added(self) -> dict[str, str]:
        """What is added to the heads: symbol -> word."""
        return {**({"r_i": "residual"} if self.residual else {}), **({"b": "bias"} if self.bias else {})}


def as_computed(info: FieldInfo, parts: Parts) -> FieldInfo:
    """The field with the shape, formula and caption of this very layer: nothing in it that the layer does not do."""
    width = "[N, H·C]" if parts.concat else "[N, C]"
    before = "z_i" if parts.added else r"\bar h_i"
    applied = before if parts.activation is None else rf"\mathrm{{{_ACTIVATIONS[parts.activation]}}}({before})"
    read = info.formula.replace(r"\alpha_{ij}", r"\tilde\alpha_{ij}") if parts.dropout else info.formula
    if parts.projection_bias:
        read = read.replace(r"W_{\mathrm{source}} h_j", r"(W_{\mathrm{source}} h)_j")
    changes: dict[str, dict[str, str]] = {
        "combined": {
            "formula": _CONCATENATED if parts.concat else _AVERAGED,
            "caption": "The heads side by side." if parts.concat else "The mean of the heads.",
        },
        "pre_activation": {
            "formula": " + ".join([r"z_i = \bar h_i", *parts.added]),
            "caption": f"The heads with {' and '.join(parts.added.values()) or 'nothing'} added.",
        },
        "out": {"formula": rf"\mathrm{{out}}_i = {applied}"},
        "h_prime": {"formula": read},
        "score_target": {"caption": _target_half(parts.negative_slope)},
    }
    if parts.projection_bias:
        for role in ("target", "source"):
            changes[f"Wh_{role}"] = {"formula": rf"{info.formula} + b_{{\mathrm{{{role}}}}}"}
        changes["hidden"] = {"formula": _HIDDEN_WITH_BIAS}
    shape = width if info.name in ("combined", "residual", "pre_activation", "out") else info.shape
    return replace(info, shape=shape, **changes.get(info.name, {}))


_HIDDEN_WITH_BIAS = rf"{_HIDDEN}(W_{{\mathrm{{target}}}} h)_i + (W_{{\mathrm{{source}}}} h)_j)\end{{array}}"
_CONCATENATED = r"\bar h_i = \Vert_{k=1}^{H} h'^{\,k}_i"
_AVERAGED = r"\bar h_i = \frac{1}{H}\sum_{k=1}^{H} h'^{\,k}_i"
_ACTIVATIONS = {"elu": "ELU", "relu": "ReLU", "tanh": "tanh"}
