"""A training in a file is the same training: every epoch, every edit, and the same numbers if it goes on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GAT, BatchNorm, GatvizError, LayerSettings, Linear, Sum, Training, fit, load_training
from gatviz.attention.layers import new_generator
from gatviz.training.beside import beside
from gatviz.training.task import Task
from tests.training.cases import citations, karate, paper_model

STEPS: list[Any] = [LayerSettings(out_features=4, num_heads=2), BatchNorm(), Sum((Linear(8),)), Linear(2)]


def models() -> list[GAT]:
    made = GAT.of_steps(34, STEPS, self_loops="add_missing", generator=new_generator(1))
    return [paper_model(karate(), dropout=0.5), paper_model(karate(), kind="GATv2").double(), made]


@pytest.mark.parametrize("model", models(), ids=["paper", "double GATv2", "steps"])
def test_it_comes_back_as_it_was_and_goes_on_alike(model: GAT, tmp_path: Path) -> None:
    whole = fit(karate(), model, labelled=[0, 33], epochs=30)
    asked = iter(range(99))
    half = fit(karate(), model, labelled=[0, 33], epochs=30, stop=lambda: next(asked) == 17)
    assert half.trained == 17
    half.save(tmp_path / "half.gatviz")
    back = load_training(tmp_path / "half.gatviz")
    assert (back.trained, back.ended, back.schedule) == (17, "stopped", half.schedule)
    back.ended = ""
    while back.advance():
        pass
    pd.testing.assert_frame_equal(back.history, whole.history, check_exact=True)
    for epoch in (0, 5, 17, 18, 30):
        one, other = back.at(epoch), whole.at(epoch)
        assert np.array_equal(one.out, other.out)
        assert all(np.array_equal(a, b) for a, b in zip(one.alpha, other.alpha, strict=True))


def test_edits_and_the_best_epoch_come_back_too(tmp_path: Path) -> None:
    graph = citations(80, 3, 30)
    training = fit(graph, paper_model(graph), epochs=40, lr=0.02, patience=6)
    fewer = replace(graph, edge_index=graph.edge_index[:, 4:])
    edited = training.changed(5, task=Task.of(fewer))
    while edited.advance():
        pass
    edited.save(tmp_path / "edited.gatviz")
    back = load_training(tmp_path / "edited.gatviz")
    assert (back.edits, back.best, back.ended) == ((5,), edited.best, edited.ended)
    assert back.task_at(3).graph == graph
    assert back.task_at(9).graph == fewer
    for epoch in range(edited.trained + 1):
        assert np.array_equal(back.at(epoch).out, edited.at(epoch).out)


def test_what_is_no_gat_is_not_saved(tmp_path: Path) -> None:
    net = beside("GCN", paper_model(karate()), 2)
    with pytest.raises(GatvizError, match="of a GAT"):
        fit(karate(), net, epochs=2).save(tmp_path / "gcn.gatviz")


def test_a_file_that_is_none_or_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(GatvizError, match="a file that can be read"):
        load_training(tmp_path / "nothing.gatviz")
    (tmp_path / "text.gatviz").write_text("hello")
    with pytest.raises(GatvizError, match=r"text\.gatviz"):
        load_training(tmp_path / "text.gatviz")


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 100_000), byte=st.integers(0, 255))
def test_a_damaged_file_is_refused_in_a_sentence_or_read(place: int, byte: int) -> None:
    data = bytearray(SAVED())
    data[place % len(data)] = byte
    with suppress(GatvizError):
        Training.load(bytes(data), "damaged.gatviz")


class _Saved:
    data: bytes = b""

    def __call__(self) -> bytes:
        if not self.data:
            with TemporaryDirectory() as folder:
                path = Path(folder) / "small.gatviz"
                fit(karate(), paper_model(karate(), num_heads=2, head_features=2), epochs=2).save(path)
                self.data = path.read_bytes()
        return self.data


SAVED = _Saved()
