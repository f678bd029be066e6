"""Torch files, pickles and safetensors as what they hold, without running anything that stands in them.

A torch file is a zip (or, before torch 1.6, a stream) around a pickle, whose tensors are read out of its tree.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import isroutine
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn

from gatviz.errors import GatvizError, quote
from gatviz.pickles.beginnings import STREAM, ZIP, is_pickled, safetensors_header
from gatviz.pickles.pickled import PickledModule, Reader, StateLevel, flat, length_of, size_of, storages_in
from gatviz.pickles.safe_pickle import ask_to_save, read_tree, save_again
from gatviz.words import _

MAX_BYTES = 200_000_000
MAX_LIST = 4_000_000
"""Bytes of the list of tensors at the head of a file."""

_STREAM_PICKLES = 5
_COUNT = 8
_HDF5 = b"\x89HDF\r\n\x1a\n"
_OF_TENSORFLOW = re.compile(r"(\.data-\d+-of-\d+|\.ckpt\.(index|meta)|\.pb)$")
_MAX_WORD = 100
_BAD_ZIP = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError),
    *(OverflowError, struct.error, KeyError),
)


@dataclass(frozen=True, eq=False)
class FileContent:
    """What a weights file holds.

    Attributes:
        content: what stands in it, usually a dict.
        words: the texts of its header (safetensors only).
        ordered: whether tensors stand in the model's own order (safetensors files sort them by name).
        left_out: what the pickle names and gatviz does not make.
    """

    content: Any
    words: Mapping[str, str]
    ordered: bool
    left_out: tuple[str, ...] = ()


def read_container(data: bytes, where: str) -> FileContent:
    """A torch file, a pickle or safetensors, opened.

    Raises:
        GatvizError: none of these, broken, or too large.
    """
    if is_pickled(data):
        return _of_tree(*pickled(data, where))
    header = safetensors_header(data)
    if header is not None:
        return _load_safetensors(data, where, header)
    raise _another_kind(data, where)


def pickled(data: bytes, where: str, most: int = MAX_LIST) -> tuple[Any, Reader]:
    """The tree of a torch file or a pickle, and what makes values of its parts.

    Arguments:
        most: bytes that the pickle in a torch file may take.

    Raises:
        GatvizError: broken, or too large.
    """
    if data.startswith(ZIP):
        return _zip(data, where, most)
    if data.startswith(STREAM):
        return _stream(data, where)
    return read_tree(io.BytesIO(data), where), Reader(where, None)


def in_hand(source: nn.Module | Mapping[str, Any]) -> FileContent:
    """A module of somebody's own program, or its state dict: copies of its tensors, and what its modules tell."""
    state = source.state_dict() if isinstance(source, nn.Module) else source
    content = StateLevel((name, _copied(value)) for name, value in state.items())
    if isinstance(source, nn.Module):
        content.modules = {name: _told(module) for name, module in source.named_modules()}
    metadata = getattr(state, "_metadata", None)
    content.metadata = dict(metadata) if isinstance(metadata, dict) else None
    return FileContent(content, {}, ordered=True)


def _copied(value: Any) -> Any:
    return value.detach().cpu().clone() if isinstance(value, Tensor) else value


def _told(module: nn.Module) -> PickledModule:
    """As its pickle would tell it: functions by their names."""
    plain = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    kept = {name: value for name, value in plain.items() if isinstance(value, bool | int | float | str | None)}
    functions = {name: value for name, value in plain.items() if isroutine(value)}
    kept |= {name: f"{value.__module__ or 'torch'}.{value.__name__}" for name, value in functions.items()}
    return PickledModule(f"{type(module).__module__}.{type(module).__qualname__}", kept)


def _of_tree(tree: Any, reader: Reader) -> FileContent:
    content = reader.value(tree)
    return FileContent(content, {}, ordered=True, left_out=tuple(reader.left_out))


def _another_kind(data: bytes, where: str) -> GatvizError:
    """The refusal of a file of another program, by its first bytes or its name."""
    expected = _("a torch file of weights or safetensors")
    arrays = _("save its arrays as safetensors, under the names of one of the layouts")
    if data.startswith(_HDF5):
        return GatvizError(where, expected, _("an HDF5 file, as Keras writes it"), arrays)
    if _OF_TENSORFLOW.search(where):
        return GatvizError(where, expected, _("a checkpoint of TensorFlow"), arrays)
    found = _("another kind of file") if data else _("no bytes")
    return GatvizError(where, expected, found, _("save model.state_dict() as one"))


def _zip(data: bytes, where: str, most: int) -> tuple[Any, Reader]:
    """Torch stores its members uncompressed, so together they are no larger than the file."""
    with _whole(where):
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
        packed = any(info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x1 for info in infos)
        if packed or sum(info.file_size for info in infos) > len(data):
            found = _("compressed or overlapping members")
            raise GatvizError(where, _("a torch file, whose members are stored as they are"), found, save_again())
        listed = _list_of(archive, [info.filename for info in infos], where, most)
        tree = read_tree(io.BytesIO(archive.read(listed)), where)
        folder = listed.removesuffix("data.pkl")

    def numbers(key: str, dtype: torch.dtype, count: int) -> Tensor:
        with _whole(where):
            return flat(archive.read(f"{folder}data/{key}"), dtype)[:count]

    return tree, Reader(where, numbers)


@contextmanager
def _whole(where: str) -> Iterator[None]:
    try:
        yield
    except GatvizError:
        raise
    except _BAD_ZIP as error:
        raise GatvizError(where, _("a whole torch file"), quote(str(error)), save_again()) from None


def _list_of(archive: zipfile.ZipFile, names: Sequence[str], where: str, most: int) -> str:
    """The member of a torch file that lists its tensors."""
    if any(name.endswith("/constants.pkl") for name in names):
        found = _("a TorchScript program, which is never run")
        raise GatvizError(where, _("a state dict"), found, ask_to_save())
    if any(name.endswith("/.data/extern_modules") for name in names):
        mend = _("load it with torch.package where it was made, and save the model's state_dict()")
        raise GatvizError(where, _("a state dict"), _("a torch.package, which brings its own programs"), mend)
    if names and all(name.endswith(".npy") for name in names):
        mend = _("open a graph by the graph's button 'Open', or save weights as safetensors")
        raise GatvizError(where, _("a torch file of weights or safetensors"), _("NumPy arrays (.npz)"), mend)
    lists = [name for name in names if name.endswith("/data.pkl")]
    if len(lists) != 1:
        raise GatvizError(where, _("a torch file with one data.pkl"), str(len(lists)), _("choose a file of weights"))
    for name in names:
        if name.endswith("/byteorder") and archive.getinfo(name).file_size < _MAX_WORD:
            order = archive.read(name).decode("ascii", "replace")
            if order != "little":
                raise GatvizError(where, _("numbers in little endian"), quote(order), save_again())
    size = archive.getinfo(lists[0]).file_size
    if size > most:
        found = _("{size:,.0f} MB of it").format(size=size / 10**6)
        expected = _("a list of tensors below {most} MB").format(most=most // 10**6)
        raise GatvizError(where, expected, found, ask_to_save())
    return lists[0]


def _stream(data: bytes, where: str) -> tuple[Any, Reader]:
    """The old form: five pickles (magic, version, system, content, keys of storages), then each storage's numbers."""
    stream = io.BytesIO(data)
    trees = [read_tree(stream, where) for _pickle in range(_STREAM_PICKLES)]
    asked = {node.told[2]: node for node in storages_in(trees[3]) if isinstance(node.told[2], str)}
    places: dict[str, int] = {}
    place = stream.tell()
    for key in trees[4] if isinstance(trees[4], list) else ():
        if isinstance(key, str) and key in asked:
            places[key] = place + _COUNT
            place += _COUNT + max(0, length_of(data, place)) * size_of(asked[key])

    def numbers(key: str, dtype: torch.dtype, count: int) -> Tensor:
        size = torch.empty((), dtype=dtype).element_size()
        start = places.get(key, len(data))
        there = length_of(data, start - _COUNT) if key in places else 0
        if count > there or start + there * size > len(data):
            found = _("one of {values:,} values in {size:,} bytes").format(values=max(count, there), size=len(data))
            raise GatvizError(where, _("tensors that fit into the file"), found, save_again())
        return flat(data[start : start + there * size], dtype)

    return trees[3], Reader(where, numbers)


def _load_safetensors(data: bytes, where: str, header: Mapping[str, Any]) -> FileContent:
    try:
        loaded = safetensors.torch.load(data)
    except Exception as error:  # the library's own error, or KeyError for a kind of number that torch lacks
        raise GatvizError(where, _("a whole safetensors file"), quote(str(error)), save_again()) from None
    tensors: dict[str, Tensor] = {name: loaded[name] for name in header if name in loaded}  # it gives any order
    told = header.get("__metadata__")
    words = {str(name): str(word) for name, word in told.items()} if isinstance(told, dict) else {}
    for left_out, kept in words.items():  # tensors that share memory are stored once, under one of their names
        if left_out not in tensors and kept in tensors:
            tensors[left_out] = tensors[kept]
    return FileContent(tensors, words, ordered=False)
