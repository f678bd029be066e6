"""The letters of a score: the target's half is t_i, the source's half s_j, and they are never crossed."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GAT, LayerSettings
from gatviz.attention.chain import stages
from gatviz.attention.layer_trace import GATTrace
from gatviz.attention.layers import new_generator
from gatviz.attention.stage_row import FieldInfo, LayerTraits
from gatviz.stage.texts import texts
from tests.model.test_model import random_graph
from tests.ui.walk import sent, views

ROOT = Path(__file__).parents[2]
CROSSED = re.compile(r"(?<![A-Za-z_])(?:s_\{?i|t_\{?j)(?![A-Za-z])|sᵢ|tⱼ|(?<![A-Za-z])s<sub>i|(?<![A-Za-z])t<sub>j")
SOURCES = sorted(
    path
    for pattern in ("gatviz/**/*.py", "gatviz/**/*.js", "docs/**/*.md", "*.md", "benchmarks/*.py")
    for path in ROOT.glob(pattern)
)


def test_the_guard_knows_crossed_letters() -> None:
    assert all(map(CROSSED.search, ("s_i + t_j", "s_{i}", r"= t_j", "sᵢ")))
    assert not any(map(CROSSED.search, ("t_i + s_j", "class_index", "edges_into", "t_i", "is_it", "st_info")))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_and_no_document_crosses_them(path: Path) -> None:
    found = CROSSED.search(path.read_text(encoding="utf-8"))
    assert found is None, found


def test_the_score_is_the_targets_letter_plus_the_sources() -> None:
    told = stages_told("GAT", 0.2)
    assert told["score_target"].formula.startswith(r"t_i = a_{\mathrm{target}}")
    assert told["score_source"].formula.startswith(r"s_j = a_{\mathrm{source}}")
    assert told["raw"].formula.endswith("= t_i + s_j")
    said = texts()
    assert said["targetScore"].startswith("t, target half")
    assert said["sourceScore"].startswith("s, source half")


def test_no_view_crosses_them() -> None:
    nodes = [{"id": str(n), "features": [n, 1.5, -n]} for n in range(4)]
    graph = {"directed": True, "nodes": nodes, "edges": [[str(j), str(i)] for j in range(4) for i in range(4)]}
    for name, app in views(graph):
        for field, text in sent(app):
            if not field.endswith((".id", "css_content")):
                assert CROSSED.search(text) is None, (name, field)
        if name == "Explore":
            scene = json.loads(next(one.text for one in sent(app) if one.field == "BidiComponent.data"))
            assert any("t_i + s_j" in formula["latex"] for formula in scene["formulas"])


# ---- what the target's half does -------------------------------------------------------------------------------


def stages_told(kind: str, slope: float, flags: tuple[bool, ...] = (True,) * 5) -> dict[str, FieldInfo]:
    concat, residual, bias, projection_bias, dropout = flags
    form = LayerTraits(
        kind=kind,
        concat=concat,
        residual=residual,
        bias=bias,
        projection_bias=projection_bias,
        shared_weights=False,
        dropout=dropout,
        activation="elu",
        negative_slope=slope,
    )
    return {stage.name: stage.of(form) for stage in stages(kind)}


@pytest.mark.parametrize("slope", [-0.5, 0.0, 0.2, 1.0, 3.0])
def test_it_is_said_what_the_targets_half_does_of_gat_alone_and_as_the_slope_has_it(slope: float) -> None:
    for flags in product((True, False), repeat=5):
        told = {name: info.caption for name, info in stages_told("GAT", slope, flags).items()}
        assert "the same for all that it reads" in told["score_target"]
        assert ("how sharply" in told["score_target"]) == (slope >= 0 and slope != 1)
        assert ("no share depends" in told["score_target"]) == (slope == 1)
        other = [info.caption for info in stages_told("GATv2", slope, flags).values()]
        assert not any("how sharply" in caption or "the same for all" in caption for caption in other)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.2, 1.0, 3.0]))
def test_and_it_is_true(seed: int, slope: float) -> None:
    """Another target half never turns an order round, and with slope 1 it moves no share."""
    graph = random_graph(seed)
    model = GAT(
        graph.num_features,
        [LayerSettings(out_features=3, num_heads=2, negative_slope=slope)],
        generator=new_generator(seed),
    ).double()
    before = model.trace(graph).layers[0]
    weights = model.weights()
    arrays = {name: np.array(values) for name, values in weights.layers[0].items()}
    arrays["a_target"] = np.random.default_rng(seed).normal(0, 3, arrays["a_target"].shape)
    model.set_weights(type(weights)((arrays,)))
    after = model.trace(graph).layers[0]
    assert isinstance(before, GATTrace)
    if slope == 1:
        np.testing.assert_allclose(after.alpha, before.alpha, atol=1e-9)
    for target in range(graph.num_nodes):
        edges = before.edges_into(target)
        for then, now in zip(before.e[edges].T, after.e[edges].T, strict=True):
            turned = np.subtract.outer(then, then) * np.subtract.outer(now, now)
            assert turned.min(initial=0.0) > -1e-9
