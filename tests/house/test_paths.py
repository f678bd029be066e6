"""A file that is not there, or a place that cannot be written, is told in one sentence, whoever reads or writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gatviz
from gatviz import GAT, GatvizError, LayerSettings, sample_graph
from gatviz.cli.streams import put
from gatviz.export import write_alpha

LOADERS = {name: getattr(gatviz, name) for name in gatviz.__all__ if name.startswith(("load_", "read_"))}


def graph() -> gatviz.Graph:
    return sample_graph("two_communities")


def model() -> GAT:
    return GAT(graph().num_features, [LayerSettings(out_features=2, num_heads=1, activation=None)])


def given() -> gatviz.CapturedRun:
    return gatviz.from_attention(np.array([[0, 1], [1, 0]]), np.ones((2, 1)))


WRITERS: dict[str, Callable[[Path], Any]] = {
    "graph": lambda path: gatviz.write_graph(graph(), path.with_suffix(".json")),
    "alpha as a table": lambda path: write_alpha(model().trace(graph()), path.with_suffix(".csv")),
    "alpha on a graph": lambda path: write_alpha(model().trace(graph()), path.with_suffix(".graphml")),
    "weights": lambda path: gatviz.save_weights(model(), path),
    "training": lambda path: gatviz.fit(graph(), model(), epochs=1).save(path),
    "captured run": lambda path: given().save(path),
    "view": lambda path: gatviz.explore(graph(), model()).save(path),
    "command": lambda path: put(b"", str(path), text=False),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_place_that_cannot_be_written(write: Callable[[Path], Any], tmp_path: Path) -> None:
    with pytest.raises(GatvizError, match="expected a path to write to, found no such folder; choose"):
        write(tmp_path / "nowhere" / "file")
    write(tmp_path / "file")


@pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)
def test_a_file_that_cannot_be_read(load: Callable[[Any], Any], tmp_path: Path) -> None:
    with pytest.raises(GatvizError, match="expected a file that can be read, found no such file or directory; check"):
        load(tmp_path / "none.json")
    with pytest.raises(GatvizError, match=r"expected a file that can be read, found .*null"):
        load("null \0 byte")
    with pytest.raises(GatvizError, match="expected a file, found a folder"):
        load(tmp_path)


def test_all_that_reads_a_file_is_asked() -> None:
    assert set(LOADERS) == {"read_graph", "load_weights", "load_training", "load_capture"}
