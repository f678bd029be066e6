"""Torch files and safetensors as what they hold, without running anything that stands in them.

A torch file is a zip (or, before torch 1.6, a stream) around a pickle. Its opcodes are walked without running
any, and only what rebuilds plain tensors may be named there; then torch reads it with `weights_only`.
"""

from __future__ import annotations

import io
import json
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch

from gatviz.checkpoints import limits, numpy_numbers
from gatviz.checkpoints.pickle_walk import ASK_TO_SAVE, MAGIC, walk
from gatviz.errors import GatvizError, quote

_AGAIN = "save or download it again"

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
        words: the words of its header (safetensors only).
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
        raise GatvizError(where, "a file of plain tensors", "a pickle, which is never opened", ASK_TO_SAVE)
    found = "no bytes" if not data else "another kind of file"
    raise GatvizError(where, "a torch file of weights or safetensors", found, "save model.state_dict() as one")


def _load(data: bytes, where: str) -> Any:
    try:
        with warnings.catch_warnings(), numpy_numbers.readable():
            warnings.simplefilter("ignore")  # old files make torch warn about its own storages
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises a dozen kinds
        told = str(error)
        if "weights_only" in told or "Unsupported" in told:
            raise GatvizError(
                where, "a file of plain tensors", "objects, which are never opened", ASK_TO_SAVE
            ) from None
        raise GatvizError(where, "a whole torch file", quote(told.partition("\n")[0]), _AGAIN) from None


def _check_zip(data: bytes, where: str) -> None:
    """Torch stores its members uncompressed, so together they are no larger than the file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            packed = any(info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x1 for info in infos)
            if packed or sum(info.file_size for info in infos) > len(data):
                found = "compressed or overlapping members"
                raise GatvizError(where, "a torch file, whose members are stored as they are", found, _AGAIN)
            names = [info.filename for info in infos]
            if any(name.endswith("/constants.pkl") for name in names):
                raise GatvizError(where, "a state dict", "a TorchScript program, which is never run", ASK_TO_SAVE)
            pickles = [info for info in infos if info.filename.endswith("/data.pkl")]
            if len(pickles) != 1:
                raise GatvizError(where, "a torch file with one data.pkl", str(len(pickles)), ASK_TO_SAVE)
            if pickles[0].file_size > limits.MAX_LIST:
                found = f"{pickles[0].file_size / 10**6:,.0f} MB of it"
                raise GatvizError(where, f"a list of tensors below {limits.MAX_LIST // 10**6} MB", found, ASK_TO_SAVE)
            pickle = archive.read(pickles[0])
    except GatvizError:
        raise
    except _BAD_ZIP as error:
        raise GatvizError(where, "a whole torch file", quote(str(error)), _AGAIN) from None
    walk(io.BytesIO(pickle), where)


def _check_stream(data: bytes, where: str) -> None:
    """The stream names the length of each storage before it comes; none may be longer than the file."""
    stream = io.BytesIO(data)
    largest = 0
    for _ in range(_STREAM_PICKLES):
        largest = max(largest, walk(stream, where))
    if largest > len(data):
        found = f"one of {largest:,} values in {len(data):,} bytes"
        raise GatvizError(where, "tensors that fit into the file", found, _AGAIN)


def _safetensors_header(data: bytes) -> dict[str, Any] | None:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 10 or not 2 <= length <= min(len(data) - 8, limits.MAX_LIST) or data[8:9] != b"{":
        return None
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _load_safetensors(data: bytes, where: str, header: Mapping[str, Any]) -> Container:
    try:
        tensors: dict[str, torch.Tensor] = safetensors.torch.load(data)
    except Exception as error:  # the library's own error, or KeyError for a kind of number that torch lacks
        raise GatvizError(where, "a whole safetensors file", quote(str(error)), _AGAIN) from None
    told = header.get("__metadata__")
    words = {str(name): str(word) for name, word in told.items()} if isinstance(told, dict) else {}
    for left_out, kept in words.items():  # tensors that share memory are stored once, under one of their names
        if left_out not in tensors and kept in tensors:
            tensors[left_out] = tensors[kept]
    return Container(tensors, words, ordered=False)
