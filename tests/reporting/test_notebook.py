"""What a notebook shows: the report in a frame that brings all along, of everything that there is a run of."""

from __future__ import annotations

import html
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch_geometric.nn import GATConv

import gatviz
from gatviz import (
    GAT,
    Capture,
    GatvizError,
    LayerSettings,
    Training,
    capture,
    explore,
    from_attention,
    sample_graph,
    view,
)
from gatviz.attention.layers import new_generator
from gatviz.training.schedule import Schedule
from gatviz.training.task import Task
from tests.charts.cases import NAMES
from tests.reporting.test_report import report_in

EDGES = np.array([[0, 1, 2, 0, 2], [0, 0, 0, 1, 1]])
SHARES = np.array([[0.2, 0.5], [0.3, 0.25], [0.5, 0.25], [0.9, 1.0], [0.1, 0.0]])


class Frames(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found.append(dict(attrs))


def page_of(shown: Any) -> str:
    """The page that a value shows in a notebook."""
    text = shown._repr_html_()
    frames = Frames()
    frames.feed(text)
    assert frames.tags == ["iframe"]
    (frame,) = frames.found
    assert "allow-same-origin" not in str(frame["sandbox"])
    page = frame["srcdoc"]
    assert page
    assert html.escape(page) in text
    return page


def captured() -> Capture:
    class Two(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.first, self.second = GATConv(2, 3, heads=2), GATConv(6, 2, heads=1)

        def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> Any:
            return self.second(self.first(x, edge_index).relu(), edge_index)

    graph = sample_graph("tutorial")
    return capture(Two(), torch.tensor(graph.x).float(), torch.tensor(graph.edge_index))


def trained() -> Training:
    graph = sample_graph("karate_club")
    model = GAT(
        graph.num_features, [LayerSettings(out_features=2, num_heads=2, concat=False)], generator=new_generator(1)
    )
    training = Training(model, Task.of(graph), Schedule(epochs=3))
    while training.advance():
        pass
    return training


def test_given_weights_are_shown_as_they_were_given() -> None:
    page = page_of(view(EDGES, SHARES, names=["a", "b", "中"], title="given"))
    told = report_in(page)
    assert told["title"] == "given"
    (layer,) = told["layers"]
    assert layer["screen"]["names"] == ["a", "b", "中"]
    for head in range(2):
        values = layer["screen"]["weightings"][head]["values"]
        np.testing.assert_array_equal(np.frombuffer(values["f32"], "<f4"), SHARES[:, head].astype("<f4"))
    assert layer["screen"]["guide"] is None
    with pytest.raises(GatvizError):
        view(EDGES, SHARES[:3])


def test_every_layer_of_what_ran_is_shown() -> None:
    graph = sample_graph("tutorial")
    model = GAT.of_paper(2, 2, num_heads=2, head_features=3, generator=new_generator(3)).eval()
    trace = model.trace(graph)
    several = from_attention(EDGES, [SHARES, SHARES[:, :1]])
    for shown, titles in (
        (trace, ["layer 0 · GAT, 2 heads × 3", "layer 1 · GAT, 1 head × 2"]),
        (explore(graph, model), ["layer 0 · GAT, 2 heads × 3", "layer 1 · GAT, 1 head × 2"]),
        (captured(), ["first · GAT, 2 heads × 3", "second · GAT, 1 head × 2"]),
        (captured().run, ["first · GAT, 2 heads × 3", "second · GAT, 1 head × 2"]),
        (trained(), ["layer 0 · GAT, 2 heads × 2"]),
        (several, ["layer 0 · 2 heads, α alone", "layer 1 · 1 head, α alone"]),
    ):
        assert [layer["title"] for layer in report_in(page_of(shown))["layers"]] == titles


def test_a_training_says_which_epoch_it_shows() -> None:
    assert "Epoch 3 of 3 that are trained." in report_in(page_of(trained()))["layers"][0]["screen"]["notice"]


def test_no_name_ends_the_frame() -> None:
    names = tuple(f'{name}"></iframe><img src=x onerror=alert(1)>' for name in NAMES)
    page_of(view(EDGES, SHARES, names=names, title=names[0]))


def test_without_the_apps_packages_a_run_has_its_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = sample_graph("tutorial")
    trace = gatviz.MultiHeadGATLayer(2, 3, 2, generator=new_generator(1)).eval()
    whole = gatviz.Trace(graph, (trace.trace(graph),))
    for name in [name for name in sys.modules if name.startswith(("gatviz.reporting", "gatviz.stage"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    assert whole._repr_html_() is None


def test_a_view_is_written_as_a_page(tmp_path: Path) -> None:
    shown = view(EDGES, SHARES)
    shown.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == shown.page
    with pytest.raises(GatvizError, match="a path to write to"):
        shown.save(tmp_path / "nowhere" / "page.html")
