"""The page through Streamlit's own test driver: no exception, and state that survives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gatviz import sample_graph, sample_graph_names

APP = str(Path(__file__).parent.parent / "app.py")


def run_app() -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    return app


def scene(app: AppTest) -> dict:
    return json.loads(app.get("bidi_component")[0].proto.json)


def test_first_picture_is_the_tutorial():
    app = run_app()
    assert scene(app)["names"] == ["0", "1", "2", "3"]
    assert [w["label"] for w in scene(app)["weightings"]] == ["0", "1", "2", "3", "mean of heads", "GCN", "uniform"]
    assert not app.error


@pytest.mark.parametrize("name", sample_graph_names())
def test_every_sample_graph_runs(name: str):
    app = run_app()
    app.selectbox(key="graph_choice").set_value(name).run()
    assert not app.exception
    assert scene(app)["names"] == list(sample_graph(name).names)


@pytest.mark.parametrize("heads", [1, 2, 16])
def test_any_number_of_heads(heads: int):
    app = run_app()
    app.number_input(key="num_heads").set_value(heads).run()
    assert not app.exception
    kinds = [w["kind"] for w in scene(app)["weightings"]]
    assert kinds.count("head") == heads
    assert kinds.count("derived") == (heads > 1)


def test_dropout_shows_its_mask_and_says_so():
    app = run_app()
    app.slider(key="dropout").set_value(0.5).run()
    assert not app.exception
    names = [stage["name"] for stage in scene(app)["stages"]]
    assert "dropout_mask" in names
    assert "alpha_dropped" in names
    assert "dropout 0.50 is on" in scene(app)["notice"]


@pytest.mark.parametrize("policy", ["as_given", "remove"])
def test_self_loops_can_be_left_or_removed(policy: str):
    app = run_app()
    app.selectbox(key="graph_choice").set_value("directed_with_isolated_node").run()
    app.selectbox(key="self_loops").set_value(policy).run()
    assert not app.exception
    assert sum(scene(app)["arcs"]["added"]) == 0


@pytest.mark.parametrize(
    "message",
    [
        None,
        "nonsense",
        {"revision": "0", "nodes": [0, 9], "points": [[0, 0], [1, 1]]},
        {"revision": "0", "nodes": [0], "points": [[None, 1]]},
        {"revision": "0", "nodes": [0], "points": [["x", 1]]},
        {"revision": "7", "nodes": [0], "points": [[1, 1]]},
    ],
)
def test_positions_from_the_browser_are_checked(message: object):
    app = run_app()
    before = scene(app)["positions"]
    app.session_state["stage"] = {"positions": message, "looked": None, "asked": None}
    app.run()
    assert not app.exception
    assert scene(app)["positions"] == before


def test_large_graphs_show_a_part_and_say_which():
    app = run_app()
    nodes = [{"id": str(n), "features": [n % 7, n % 3]} for n in range(600)]
    edges = [[str(n), str((n * k + 1) % 600)] for n in range(600) for k in (1, 7)]
    content = json.dumps({"nodes": nodes, "edges": edges}).encode()
    app.file_uploader(key="upload-0").set_value([("big.json", content, "application/json")]).run()
    assert not app.exception
    data = scene(app)
    assert len(data["names"]) <= 200
    assert "of 600 nodes" in data["notice"]


def test_edge_weights_are_kept_and_said_to_be_unused():
    app = run_app()
    edges = b"source,target,weight\nA,B,2\nB,A,1\n"
    app.file_uploader(key="upload-0").set_value([("edges.csv", edges, "text/csv")]).run()
    assert not app.exception
    assert "not used by GAT" in scene(app)["notice"]
    assert "weight" in scene(app)["notice"]
