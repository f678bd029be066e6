"""Numbers that training scripts keep beside the tensors: NumPy's are read, and no other way leads through them."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy import object_
from numpy.typing import NDArray

import gatviz
from gatviz import GatvizError
from gatviz.checkpoints import inspect_weights
from tests.checkpoints.cases import FEATURES, drawn, graph, torch_file

PYG = drawn(1, lin__weight=(6, FEATURES), att_src=(1, 2, 3), att_dst=(1, 2, 3), bias=(6,))


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize(
    "number",
    [np.float64(0.9734), np.float32(0.5), np.float16(0.5), np.int64(-3), np.bool_(True), np.float64("nan")],
    ids=lambda number: number.dtype.name,
)
def test_a_numpy_number_beside_the_weights_is_no_obstacle(number: Any, legacy: bool) -> None:
    """As pytorch-GAT saves what scikit-learn counted on PPI."""
    content = {"test_perf": number, "again": [number, np.float64(1.0)], "state_dict": PYG}
    before = torch.serialization.get_safe_globals()
    opened = gatviz.load_weights(torch_file(content, legacy))
    assert torch.equal(opened(graph()), gatviz.load_weights(torch_file(PYG))(graph()))
    assert set(torch.serialization.get_safe_globals()) == set(before)


def test_numbers_that_an_older_numpy_pickled_are_read_too() -> None:
    stream = torch_file({"test_perf": np.float64(0.9734), "num_of_layers": np.int64(2), "state_dict": PYG}, legacy=True)
    older = stream.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert older != stream
    assert torch.equal(gatviz.load_weights(older)(graph()), gatviz.load_weights(torch_file(PYG))(graph()))


def test_large_numbers_beside_the_weights_are_no_tensors() -> None:
    content = {"global_step": 10**9, "seeds": [2**40, 7], "state_dict": PYG, "epochs": {"most": 10**8}}
    assert inspect_weights(torch_file(content, legacy=True)).layout == "pyg"


class Encoded:
    """Pickled as a call of `_codecs.encode`."""

    def __init__(self, text: str, codec: str = "latin1") -> None:
        self.call = (text, codec)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        import _codecs

        return _codecs.encode, self.call


@pytest.mark.parametrize(
    "value",
    [
        Encoded("x" * 17),
        Encoded("x", "punycode"),
        [Encoded("x"), Encoded("y", "idna")],
        np.ones(3),
        np.array(["a"], dtype=object)[0:1],
        np.dtype(object).type,
    ],
    ids=["long", "other codec", "second call", "array", "objects", "type"],
)
def test_what_is_more_than_a_number_is_no_obstacle_either(
    value: Encoded | list[Encoded] | NDArray[Any] | type[object_],
) -> None:
    assert inspect_weights(torch_file({"more": value, "state_dict": PYG})).layout == "pyg"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"more": value}, protocol=2))
    with pytest.raises(GatvizError):
        gatviz.load_weights(stream.getvalue())


@pytest.mark.parametrize(
    "numbers",
    [
        b"(X\x07\x00\x00\x00storageX\x01\x00\x00\x000X\x03\x00\x00\x00cpuJ\xff\xff\xff\x7fNtQ",
        b"J\xff\xff\xff\x7fq\x01(X\x07\x00\x00\x00storageX\x01\x00\x00\x000X\x03\x00\x00\x00cpuh\x01NtQ",
        b"(J\xff\xff\xff\x7ftq\x01(K\x01th\x01Q",
    ],
    ids=["as usual", "out of the memo", "another tuple"],
)
def test_a_storage_longer_than_the_file_is_refused_however_it_is_asked_for(numbers: bytes) -> None:
    data = torch_file(PYG, legacy=True)
    start = data.index(b"\x80\x02", data.index(b"little_endian"))
    with pytest.raises(GatvizError):
        gatviz.load_weights(data[:start] + b"\x80\x02" + numbers + b"." + pickle.dumps([], protocol=2))
