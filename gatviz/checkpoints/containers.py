"""Torch files and safetensors as what they hold, without running anything that stands in them.

A torch file is a zip (or, before torch 1.6, a stream) around a pickle. Its opcodes are walked without running
any, and only what rebuilds plain tensors may be named there; then torch reads it with `weights_only`.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch

from gatviz.checkpoints.safe_pickle import (
    MAGIC,
    ask_to_save,
    numpy_numbers_readable,
    objects_in,
    plain_tensors,
    save_again,
    walk,
)
from gatviz.errors import GatvizError, quote
from gatviz.words import _

MAX_BYTES = 200_000_000
MAX_LIST = 4_000_000
"""Bytes of the list of tensors at the head of a file."""

_ZIP = b"PK\x03\x04"
_STREAM = b"\x80\x02" + MAGIC
_BAD_ZIP = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError),
    *(OverflowError, struct.error),
)
_STREAM_PICKLES = 5


@dataclass(frozen=True, eq=False)
class Container:
    """What a weights file holds.

    Attributes:
        content: what stands in it, usually a dict.
        words: the texts of its header (safetensors only).
        ordered: whether tensors stand in the model's own order (safetensors files sort them by name).
    """

    content: Any
    words: Mapping[str, str]
    ordered: bool


def read_container(data: bytes, where: str) -> Container:
    """A torch file or safetensors, opened.

    Raises:
        GatvizError: neither of the two, broken, too large, or holding more than plain tensors.
    """
    if data.startswith(_ZIP):
        _check_zip(data, where)
        return Container(_load(data, where), {}, ordered=True)
    if data.startswith(_STREAM):
        _check_stream(data, where)
        return Container(_load(data, where), {}, ordered=True)
    header = _safetensors_header(data)
    if header is not None:
        return _load_safetensors(data, where, header)
    if data.startswith(b"\x80"):
        raise GatvizError(where, plain_tensors(), _("a pickle, which is never opened"), ask_to_save())
    found = _("another kind of file") if data else _("no bytes")
    raise GatvizError(where, _("a torch file of weights or safetensors"), found, _("save model.state_dict() as one"))


def _load(data: bytes, where: str) -> Any:
    try:
        with warnings.catch_warnings(), numpy_numbers_readable():
            warnings.simplefilter("ignore")  # old files make torch warn about its own storages
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises a dozen kinds
        if isinstance(error, pickle.UnpicklingError):
            raise objects_in(where) from None
        told = str(error).partition("\n")[0]
        raise GatvizError(where, _("a whole torch file"), quote(told), save_again()) from None


def _check_zip(data: bytes, where: str) -> None:
    """Torch stores its members uncompressed, so together they are no larger than the file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            packed = any(info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x1 for info in infos)
            if packed or sum(info.file_size for info in infos) > len(data):
                found = _("compressed or overlapping members")
                raise GatvizError(where, _("a torch file, whose members are stored as they are"), found, save_again())
            names = [info.filename for info in infos]
            if any(name.endswith("/constants.pkl") for name in names):
                found = _("a TorchScript program, which is never run")
                raise GatvizError(where, _("a state dict"), found, ask_to_save())
            pickles = [info for info in infos if info.filename.endswith("/data.pkl")]
            if len(pickles) != 1:
                raise GatvizError(where, _("a torch file with one data.pkl"), str(len(pickles)), ask_to_save())
            if pickles[0].file_size > MAX_LIST:
                found = _("{size:,.0f} MB of it").format(size=pickles[0].file_size / 10**6)
                expected = _("a list of tensors below {most} MB").format(most=MAX_LIST // 10**6)
                raise GatvizError(where, expected, found, ask_to_save())
            listed = archive.read(pickles[0])
    except GatvizError:
        raise
    except _BAD_ZIP as error:
        raise GatvizError(where, _("a whole torch file"), quote(str(error)), save_again()) from None
    walk(io.BytesIO(listed), where)


def _check_stream(data: bytes, where: str) -> None:
    """The stream names the length of each storage before it comes; none may be longer than the file."""
    stream = io.BytesIO(data)
    largest = 0
    for _pickle in range(_STREAM_PICKLES):
        largest = max(largest, walk(stream, where))
    if largest > len(data):
        found = _("one of {values:,} values in {size:,} bytes").format(values=largest, size=len(data))
        raise GatvizError(where, _("tensors that fit into the file"), found, save_again())


def _safetensors_header(data: bytes) -> dict[str, Any] | None:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 10 or not 2 <= length <= min(len(data) - 8, MAX_LIST) or data[8:9] != b"{":
        return None
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _load_safetensors(data: bytes, where: str, header: Mapping[str, Any]) -> Container:
    try:
        loaded = safetensors.torch.load(data)
    except Exception as error:  # the library's own error, or KeyError for a kind of number that torch lacks
        raise GatvizError(where, _("a whole safetensors file"), quote(str(error)), save_again()) from None
    tensors: dict[str, torch.Tensor] = {name: loaded[name] for name in header if name in loaded}  # it gives any order
    told = header.get("__metadata__")
    words = {str(name): str(word) for name, word in told.items()} if isinstance(told, dict) else {}
    for left_out, kept in words.items():  # tensors that share memory are stored once, under one of their names
        if left_out not in tensors and kept in tensors:
            tensors[left_out] = tensors[kept]
    return Container(tensors, words, ordered=False)
