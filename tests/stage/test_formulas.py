"""Formulas: every one becomes MathML, an edge's numbers stand in them, and no name becomes markup."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatviz.analysis import edge_story
from gatviz.attention.chain import stages
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layer_trace import GATTrace
from gatviz.attention.stage_row import KINDS, FieldInfo, LayerTraits
from gatviz.graph.graph import Graph
from gatviz.stage.formulas import latex_number, mathml, name, symbols, with_numbers
from tests.attention.hand_traces import SLOPE, numpy_gat

MATH = "{http://www.w3.org/1998/Math/MathML}"
FORMS = [
    LayerTraits(
        kind=kind,
        concat=has,
        residual=has,
        bias=has,
        projection_bias=has,
        shared_weights=has,
        dropout=has,
        activation="elu" if has else None,
        negative_slope=SLOPE,
        score_bias=has,
    )
    for kind in KINDS
    for has in (False, True)
]
INFOS = [stage.of(form) for form in FORMS for stage in stages(form.kind)]


def shown(document: str) -> str:
    """The text that a reader sees."""
    return "".join(ET.fromstring(document).itertext()).replace("\u00a0", " ")


def hand_case() -> GATTrace:
    return numpy_gat([[1], [2]], [[1, 1], [0, 1]], [[[1]]], [[0]], [[1]])


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_every_field_has_a_formula_that_renders(info: FieldInfo) -> None:
    for latex in (info.formula, info.symbol):
        text = shown(mathml(latex))
        assert text
        assert "\\" not in text, f"a command was not understood: {text}"


def test_words_in_formulas_stay_words() -> None:
    words = [node.text for node in ET.fromstring(mathml(r"\mathrm{LeakyReLU}(x) \text{ or } y")).iter(f"{MATH}mtext")]
    assert words == ["LeakyReLU", "\u00a0or\u00a0"]


def test_symbols_follow_the_layer() -> None:
    assert [formula.split(" =")[0] for formula in symbols(hand_case())] == [
        r"\mathrm{raw}_{ij}",
        "e_{ij}",
        r"\alpha_{ij}",
        "h'_i",
    ]
    v2 = GATv2AttentionLayer(1, 1).trace(Graph(names=("A",), x=np.ones((1, 1)), edge_index=np.zeros((2, 1), int)))
    assert r"\mathrm{hidden}_{ij} =" in symbols(v2)[0]
    assert next(info for info in v2.fields if info.name == "pre_activation").caption == "The heads with nothing added."


def test_an_edges_numbers_are_put_in() -> None:
    trace = hand_case()
    raw, e, alpha = with_numbers(edge_story(trace, 0, 1, 0), ["A", "B"], SLOPE)
    assert raw == r"\mathrm{raw}_{\text{A},\,\text{B}} = 0 + 2.00 = 2.00"
    assert e == r"e_{\text{A},\,\text{B}} = \mathrm{LeakyReLU}(2.00) = 2.00"
    assert alpha == r"\alpha_{\text{A},\,\text{B}} = \frac{7.39}{2.72 + 7.39} = \frac{7.39}{10.1} = 0.731"
    assert with_numbers(edge_story(trace, 0, 1, 0), ["A", "B"], SLOPE, digits=5)[2].endswith("= 0.73106")


def test_a_negative_score_shows_the_slope() -> None:
    trace = numpy_gat([[1], [-2]], [[1, 1], [0, 1]], [[[1]]], [[0]], [[1]])
    assert with_numbers(edge_story(trace, 0, 1, 0), "AB", SLOPE)[:2] == [
        r"\mathrm{raw}_{\text{A},\,\text{B}} = 0 - 2.00 = -2.00",
        r"e_{\text{A},\,\text{B}} = 0.200 \cdot (-2.00) = -0.400",
    ]


def test_a_pair_without_an_edge_has_no_share() -> None:
    lines = with_numbers(edge_story(hand_case(), 1, 0, 0), "AB", SLOPE)
    assert [line.split("_")[0] for line in lines] == [r"\mathrm{raw}", "e"]


def test_gatv2_shows_its_sum() -> None:
    layer = GATv2AttentionLayer(1, 2).double()
    layer.set_weights(W_target=[[[1], [-1]]], W_source=[[[2], [1]]], a=[[1, 2]])
    story = edge_story(
        layer.trace(Graph(names=("A", "B"), x=np.array([[1.0], [-3.0]]), edge_index=np.array([[1], [0]]))), 0, 1, 0
    )
    e, alpha = with_numbers(story, "AB", SLOPE)
    assert e == r"e_{\text{A},\,\text{B}} = -1.00 - 1.60 = -2.60"
    assert alpha.endswith("= 1.00")


def test_long_sums_are_cut_but_the_denominator_is_whole() -> None:
    adj = [[1] * 9] + [[0] * 9] * 8
    trace = numpy_gat([[0]] * 9, adj, [[[1]]], [[1]], [[1]])
    alpha = with_numbers(edge_story(trace, 0, 0, 0), "ABCDEFGHI", SLOPE)[-1]
    assert alpha.count("1.00 +") == 6
    assert r"+ \cdots" in alpha
    assert r"\frac{1.00}{9.00} = 0.111" in alpha


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 3, "0"),
        (-0.0, 3, "0"),
        (0.04567, 3, "0.0457"),
        (-2, 3, "-2.00"),
        (123456.0, 3, r"1.2 \cdot 10^{5}"),
        (2.5e-7, 3, r"2.5 \cdot 10^{-7}"),
        (1234.0, 3, "1234"),
        (99999.6, 3, "100000"),
        (0.7310586, 6, "0.731059"),
    ],
)
def test_numbers(value: float, digits: int, text: str) -> None:
    assert latex_number(value, digits) == text


HOSTILE = ["<img/src=//a", "<script>", "&lt;b&gt;", "}{\\^~_%#$&", r"\href{x}{y}", "a b", "中文节点", "\"'"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_are_text(hostile: str) -> None:
    document = mathml(rf"h_{{{name(hostile)}}} = 1")
    (text,) = [node.text for node in ET.fromstring(document).iter(f"{MATH}mtext")]
    assert text == hostile.replace(" ", "\u00a0")


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30))
def test_any_name_comes_back_as_it_was(text: str) -> None:
    document = mathml(rf"e_{{{name(text)},\,{name('B')}}}")
    first = next(ET.fromstring(document).iter(f"{MATH}mtext")).text
    assert first == (text if len(text) <= 12 else text[:11] + "…")


@pytest.mark.parametrize("before", ["", "x = ", "x + (", r"0.2 \cdot (", r"\frac{"])
def test_the_sign_of_a_number_is_part_of_it(before: str) -> None:
    """As an operator of its own it would stand away from its number; between two terms it is one."""
    after = ")" * before.count("(") + "}{2}" * before.count("frac")
    assert "<mn>&#x02212;0.5</mn>" in mathml(f"{before}-0.5{after}")
    for minuend in ("3", "e", "(a)"):
        assert "<mo>&#x02212;</mo><mn>2</mn>" in mathml(f"{minuend} - 2")


@pytest.mark.parametrize("node", ["0", "i", "ij", r"\text{a b}"])
def test_a_prime_stands_at_its_letter_whatever_the_index(node: str) -> None:
    assert "<msub><mrow><mi>h</mi><mo>&#x02032;</mo></mrow>" in mathml(f"h'_{{{node}}} = x")
