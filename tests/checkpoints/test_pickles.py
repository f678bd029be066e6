"""Tensors out of any pickle: whole models, settings of any class, counters; and nothing of it is ever run."""

from __future__ import annotations

import argparse
import contextlib
import io
import pickle
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch_geometric.nn import GAT as PygGAT
from torch_geometric.nn import GATConv

import gatviz
from gatviz import GatvizError
from gatviz.checkpoints import inspect_weights
from tests.checkpoints.cases import FEATURES, drawn, graph, torch_file
from tests.checkpoints.test_hostile import refused

PYG = drawn(1, lin__weight=(6, FEATURES), att_src=(1, 2, 3), att_dst=(1, 2, 3), bias=(6,))


class Touch:
    """Unpickled, it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Path]]:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("legacy", [False, True])
def test_pickled_objects_are_never_run_and_their_names_are_told(tmp_path: Path, legacy: bool) -> None:
    trap = tmp_path / "sprung"
    for content in ({**PYG, "trap": Touch(trap)}, {"state_dict": PYG, "more": [Touch(trap), {"deep": Touch(trap)}]}):
        opened = inspect_weights(torch_file(content, legacy))
        assert any("nothing of it run: '" in note for note in opened.notes)
    refused(pickle.dumps(Touch(trap)))
    refused(pickle.dumps({"state_dict": {}}, protocol=4))
    assert not trap.exists()


class Settings(argparse.Namespace):
    """A class that only the writer of the file has."""


PICKLED: dict[str, Callable[[], nn.Module]] = {
    "a layer": lambda: GATConv(
        FEATURES, 3, heads=2, concat=False, bias=False, negative_slope=0.1, add_self_loops=False
    ),
    "a model of a class of its own": lambda: Net(),  # noqa: PLW0108 - it stands below
    "PyG's model class": lambda: PygGAT(FEATURES, 6, 2, 3, heads=2, norm="layer", act="elu"),
}


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = GATConv(FEATURES, 3, heads=2)
        self.bn = nn.BatchNorm1d(6)
        self.end = nn.Sequential(nn.ELU(), nn.Dropout(0.5), nn.Linear(6, 2))

    def forward(self, x: Tensor, edge_index: Tensor) -> Any:
        return self.end(self.bn(self.conv1(x, edge_index)))


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("name", PICKLED)
def test_a_whole_pickled_model_opens_by_its_tensors_and_what_its_modules_tell(name: str, legacy: bool) -> None:
    torch.manual_seed(0)
    model = PICKLED[name]().eval()
    given = graph()
    expected = model(torch.tensor(given.x, dtype=torch.float32), torch.tensor(given.edge_index)).detach()
    for opened in (inspect_weights(torch_file(model, legacy)), inspect_weights(model)):
        assert opened.model(given).detach().numpy() == pytest.approx(expected.numpy(), abs=1e-5)


def test_what_stands_beside_the_weights_is_read_whatever_holds_it() -> None:
    args = Settings(negative_slope=0.05, add_self_loops=False, act=torch.nn.functional.relu, path=Path("x"))
    two = {f"conv{k}.{name}": value for k in (1, 2) for name, value in PYG.items()}
    two["conv2.lin.weight"] = torch.ones(6, 6)
    opened = inspect_weights(torch_file({"model": two, "args": args, "best": np.float64(0.5), "kind": np.ones(3)}))
    assert opened.self_loops == "as_given"
    assert opened.layers[0].negative_slope == 0.05
    assert str(opened.recipe) == "conv1 > relu > conv2"
    assert any("Settings" in note for note in opened.notes)


def test_counters_and_what_losses_keep_are_left_out_with_a_note() -> None:
    more = {
        "train_acc.tp": torch.ones(3, dtype=torch.int64),
        "criterion.weight": torch.ones(2),
        "steps": torch.ones((), dtype=torch.long),
    }
    opened = inspect_weights(torch_file({"state_dict": {f"conv1.{name}": value for name, value in PYG.items()} | more}))
    assert all(any(f"'{name}'" in note for note in opened.notes) for name in more)


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (b"\x89HDF\r\n\x1a\n", "best_model.h5", "Keras"),
        (b"\x00" * 40, "mod_cora.ckpt.data-00000-of-00001", "TensorFlow"),
    ],
)
def test_files_of_other_programs_are_called_so_without_advice_that_cannot_work(
    data: bytes, name: str, word: str
) -> None:
    with pytest.raises(GatvizError, match=word) as caught:
        gatviz.load_weights(data, name=name)
    assert "state_dict" not in str(caught.value)


def test_a_package_of_torchs_is_called_so() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("model/.data/extern_modules", b"")
        archive.writestr("model/model.pkl", b"\x80\x02}.")
    refused(stream.getvalue(), "torch.package")


GLOBALS = st.sampled_from(
    ["os system", "builtins eval", "collections OrderedDict", "torch FloatStorage", "builtins list"]
)
SINGLE = b"(012N\x88])}\x8fltdaesu\x90\x91Rbo\x81\x92\x93Q\x94\x85\x86"
OPCODES = st.one_of(
    st.sampled_from([bytes([one]) for one in SINGLE]),
    st.integers(0, 255).map(lambda n: b"K" + bytes([n])),
    st.integers(0, 5).map(lambda n: b"h" + bytes([n])),
    st.integers(0, 5).map(lambda n: b"q" + bytes([n])),
    st.sampled_from(["storage", "cpu", "_modules", "x"]).map(lambda word: b"\x8c" + bytes([len(word)]) + word.encode()),
    GLOBALS.map(lambda name: b"c" + name.replace(" ", "\n").encode() + b"\n"),
)


@given(st.lists(OPCODES, max_size=60))
@hypothesis_settings(max_examples=200, deadline=None)
def test_any_pickle_is_read_or_refused_in_a_sentence(opcodes: list[bytes]) -> None:
    with contextlib.suppress(GatvizError):
        inspect_weights(b"\x80\x04" + b"".join(opcodes) + b".")


def test_a_pickle_that_would_grow_without_end_does_not() -> None:
    """Each value holds the one before twice; keys of them would take ages to hash, copies of them all memory."""
    start = time.perf_counter()
    doubled = b"\x80\x04)\x94" + b"".join(b"h" + bytes([k]) + b"h" + bytes([k]) + b"\x86\x94" for k in range(200))
    refused(doubled + b"}h\xc8K\x01s.")
    copies = b"\x80\x02}q\x00" + b"(" + b"".join(b"K" + bytes([k]) + b"N" for k in range(250)) + b"u"
    refused(copies + b"ccollections\nOrderedDict\nq\x01h\x00\x85R" * 20_000 + b".")
    refused(b"\x80\x02" + b"(l" * 100_000 + b"a" * 99_999 + b".")
    assert time.perf_counter() - start < 20
