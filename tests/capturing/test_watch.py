"""A script's own training, watched: nothing of it changes, and the file replays what its layers gave."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric.data import Data
from torch_geometric.nn import GATConv, GATv2Conv

import gatviz
from gatviz import GatvizError, Graph
from gatviz.analysis.embedding import Embedded
from gatviz.training.recorded import Recorded
from tests.training.cases import citations, paper_model

GRAPH = citations(60, 3, 20)
FILES: dict[str, bytes] = {}


class Net(torch.nn.Module):
    """What people write: dropout between two layers, log-softmax at the end."""

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.conv1 = kind(20, 4, heads=3, dropout=0.4)
        self.conv2 = kind(12, 3, heads=1, concat=False, dropout=0.4)

    def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        hidden = F.dropout(F.elu(self.conv1(F.dropout(x, 0.4, self.training), edge_index)), 0.4, self.training)
        return F.log_softmax(self.conv2(hidden, edge_index), dim=1)


def data_of(graph: Graph) -> Data:
    train = torch.tensor([part == "train" for part in graph.split or ()])
    test = torch.tensor([part == "test" for part in graph.split or ()])
    x, edges = torch.tensor(graph.x, dtype=torch.float32), torch.tensor(np.array(graph.edge_index))
    return Data(x=x, edge_index=edges, y=torch.tensor(np.array(graph.class_index)), train_mask=train, test_mask=test)


def train(path: Path | None, kind: Any = GATConv, epochs: int = 4) -> tuple[Net, list[float], list[Any]]:
    """Somebody's script; watched if there is a path. The net, its losses, and α of its first layer at every epoch."""
    torch.manual_seed(3)
    net, data = Net(kind), data_of(GRAPH)
    adam = torch.optim.Adam(net.parameters(), lr=0.01)
    losses, alphas = [], []

    def alpha() -> None:
        net.conv1.eval()
        with torch.no_grad():
            alphas.append(net.conv1(data.x, data.edge_index, return_attention_weights=True)[1])
        net.conv1.train()

    def epoch() -> torch.Tensor:
        net.train()
        adam.zero_grad()
        loss = F.nll_loss(net(data.x, data.edge_index)[data.train_mask], data.y[data.train_mask])
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        losses.append(loss.item())
        return loss

    if path is None:
        for _ in range(epochs):
            epoch()
        return net, losses, alphas
    with gatviz.watch(net, data, path) as w:
        alpha()
        for _ in range(epochs):
            net.conv2.eval()
            w.step(epoch())
            assert not net.conv2.training or net.training
            alpha()
    return net, losses, alphas


@pytest.mark.parametrize("kind", [GATConv, GATv2Conv])
def test_a_watched_training_goes_as_one_that_nobody_watches(kind: Any, tmp_path: Path) -> None:
    bare, losses, _ = train(None, kind)
    net, same, alphas = train(tmp_path / "run.gatviz", kind)
    assert losses == same
    for one, other in zip(bare.parameters(), net.parameters(), strict=True):
        assert torch.equal(one, other)
    back = Recorded.load((tmp_path / "run.gatviz").read_bytes(), "run.gatviz")
    assert (back.trained, back.layers, back.ended, back.running) == (4, ("conv1", "conv2"), "epochs", False)
    assert [row["step_loss"] for row in back.rows][1:] == pytest.approx(losses)
    test = np.array([part == "test" for part in GRAPH.split or ()])
    for epoch, (edges, alpha) in enumerate(alphas):
        moment = back.at(epoch)
        order = np.lexsort((edges[0].numpy(), edges[1].numpy()))
        assert np.array_equal(moment.edges.edge_index, edges.numpy()[:, order])
        np.testing.assert_allclose(moment.alpha[0], alpha.numpy()[order], atol=1e-6)
        right = (moment.out.argmax(1) == GRAPH.class_index)[test].sum()
        assert back.rows[epoch]["right_others"] == right
    loops = back.at(0).edges.edge_index[0] == back.at(0).edges.edge_index[1]
    assert np.array_equal(back.at(0).edges.added, loops)
    assert Embedded(back, 0).at(4).width == 3
    assert not back.advance()
    for refused in (lambda: back.epoch(1), lambda: back.changed(1), lambda: back.at_work(1), lambda: back.at(9)):
        with pytest.raises(GatvizError):
            refused()


def test_a_gat_of_gatviz_is_watched_on_its_graph_and_modes_are_as_before(tmp_path: Path) -> None:
    model = paper_model(GRAPH, dropout=0.5)
    model.attention_layers[1].eval()
    with gatviz.watch(model, GRAPH, tmp_path / "own.gatviz", labelled=[0, 5]) as w:
        w.step()
        assert w.task.labelled.tolist() == [0, 5]
        assert [layer.training for layer in model.attention_layers] == [True, False]
        assert np.isnan(w.recorded.rows[1]["step_loss"])
        moment = w.recorded.at(1)
    trace = model.eval().trace(GRAPH)
    assert np.array_equal(moment.alpha[0], trace.layers[0].alpha)
    np.testing.assert_allclose(moment.out, trace.out, atol=1e-6)


def test_the_file_says_whether_the_script_is_at_work_and_is_not_written_all_the_time(tmp_path: Path) -> None:
    path = tmp_path / "run.gatviz"
    with gatviz.watch(paper_model(GRAPH), GRAPH, path) as w:
        for _ in range(5):
            w.step()
        there = Recorded.load(path.read_bytes(), "run.gatviz")
        assert (there.running, there.trained) == (True, 0)
        w._due = 0.0
        w.step()
        there = Recorded.load(path.read_bytes(), "run.gatviz")
        assert (there.running, there.trained) == (True, 6)
    ended = Recorded.load(path.read_bytes(), "run.gatviz")
    assert (ended.running, ended.trained) == (False, 6)
    assert ended.going_on_from(there).at(3).out is there.at(3).out


def test_what_cannot_be_watched_is_told(tmp_path: Path) -> None:
    data = data_of(GRAPH)
    with pytest.raises(GatvizError, match="ending in"):
        gatviz.watch(Net(GATConv), data, tmp_path / "run.zip")
    with pytest.raises(GatvizError, match="labels"):
        gatviz.watch(Net(GATConv), Data(x=data.x, edge_index=data.edge_index), tmp_path / "run.gatviz")
    narrow = GATConv(20, 2)
    with pytest.raises(GatvizError, match="output of shape"), gatviz.watch(narrow, data, tmp_path / "run.gatviz"):
        pass
    with pytest.raises(GatvizError, match="entered"):
        gatviz.watch(Net(GATConv), data, tmp_path / "run.gatviz").step()


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 100_000), byte=st.integers(0, 255))
def test_a_damaged_file_is_refused_in_a_sentence_or_read(tmp_path_factory: Any, place: int, byte: int) -> None:
    if not FILES:
        train(path := tmp_path_factory.mktemp("watch") / "run.gatviz", epochs=1)
        FILES["run"] = path.read_bytes()
    data = bytearray(FILES["run"])
    data[place % len(data)] = byte
    with suppress(GatvizError):
        Recorded.load(bytes(data), "damaged.gatviz")
