"""What is said of a model is said in the reader's language: captions, proofs and refusals."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from gatviz import GAT, GatvizError, LayerSettings
from gatviz.attention.chain import CHAIN, stages_of
from gatviz.attention.gat import GATAttentionLayer
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.stage_row import KINDS, LayerTraits
from gatviz.files import sample_graph
from gatviz.model.proof import proofs
from tests.files.test_languages import made_up


@pytest.fixture(autouse=True)
def _speaking(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch)


def test_captions_of_every_layer_are_messages() -> None:
    seen = set()
    for kind, slope, flags in product(KINDS, (-0.5, 0.2, 1.0), product((True, False), repeat=8)):
        names = ("concat", "residual", "bias", "projection_bias", "shared_weights", "dropout")
        more: dict[str, Any] = {"score_bias": flags[1] and kind == "GAT"}
        activation, of_edges = "prelu" if flags[0] else None, flags[6]
        settings: dict[str, Any] = {"activation": activation, "equal_shares": flags[5], "negative_slope": slope}
        in_message: dict[str, Any] = {
            "feature_dropout": flags[5],
            "edge_features": of_edges,
            "edge_in_message": of_edges and flags[7] and kind == "GAT",
        }
        flagged: dict[str, Any] = dict(zip(names, flags[:6], strict=True))
        form = LayerTraits(kind=kind, **settings, **in_message, **flagged, **more)
        for stage in stages_of(form):
            seen.add(stage.name)
            caption = stage.of(form).caption
            assert caption[0] == "⟦"
            assert caption[-1] == "⟧"
    assert seen == {stage.name for stage in CHAIN}


OTHER: Any = "other"


@pytest.mark.parametrize("layer", [GATAttentionLayer, GATv2AttentionLayer])
def test_proofs_are_messages(layer: type[GATAttentionLayer | GATv2AttentionLayer]) -> None:
    for check in proofs(layer(2, 2).trace(sample_graph("tutorial")), pyg=True):
        assert check.sentence[0] == "⟦"
        assert check.sentence[-1] == "⟧"


def test_refusals_are_messages() -> None:
    graph = sample_graph("tutorial")
    model = GAT(2, [LayerSettings(out_features=2), LayerSettings(out_features=2)])
    for refused in (
        lambda: GAT(2, []),
        lambda: GAT(2, [LayerSettings(out_features=0)]),
        lambda: GAT(3, [LayerSettings(out_features=2)]).trace(graph),
        lambda: LayerSettings(out_features=2, kind=OTHER),
        lambda: model(np.ones((2, 2)), np.ones((3, 3))),
        lambda: model(np.ones((2, 2))),
        lambda: model(np.ones((2, 2)), np.full((2, 2), np.nan)),
        lambda: GATAttentionLayer(2, 2, dropout=2),
        lambda: GATAttentionLayer(2, 2, activation="bent"),
        lambda: GATAttentionLayer(2, 2).trace(graph).dense("alpha", 7),
    ):
        with pytest.raises(GatvizError) as caught:
            refused()
        for said in (caught.value.expected, caught.value.mend):
            assert said[0] == "⟦", str(caught.value)
            assert said[-1] == "⟧", str(caught.value)
