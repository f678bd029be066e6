"""The container `.gatviz`: a zip of `content.json` and, beside it, arrays as .npy. Sessions, trainings and captures.

    content.json      {"format": "gatviz", "kind": "session", "version": 1, "content": {…}}
    arrays/NAME.npy   numbers; a name has letters, digits, "_", "-", ".", no folder

Nothing in it is ever run or unpickled. The same value gives the same bytes, on every machine.
What the content means is its owner's: an owner declares a `Form`, with a function for each older version of it.
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.json_text import decode_json, kind_of_value
from gatviz.files.npy_array import read_array
from gatviz.files.zip_members import MAGIC, Members
from gatviz.words import _, ngettext

ENDING = ".gatviz"
ContentKind = Literal["session", "training", "recorded", "capture"]

_FORMAT = "gatviz"
_CONTENT = "content.json"
_ARRAYS = re.compile(r"arrays/([A-Za-z0-9_.-]{1,120})\.npy")
_KINDS_OF_NUMBERS = "biuf"
_MAX_OF_LINK = 20_000_000
"""Bytes of a link, once inflated."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Files in the zip bear no date: the day of saving must not change the bytes."""


@dataclass(frozen=True, eq=False)
class Container:
    """What a `.gatviz` file holds.

    Attributes:
        content: values as JSON has them.
        arrays: numbers beside them, by name; at most `limits.MAX_MEMBERS` − 1, so many alike are stacked into one.
        where: what the file is called, for messages.
    """

    kind: str
    version: int
    content: dict[str, Any]
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    where: str = ""

    def array(self, name: str, shape: Sequence[int | None], kinds: str = "iuf") -> NDArray[Any]:
        """An array of this shape, None standing for any length.

        Raises:
            GatvizError: it is not there, of another shape, or of a dtype that is none of these kinds.
        """
        at = f"{self.where}, {quote(name)}" if self.where else quote(name)
        letters = ", ".join("…" if length is None else str(length) for length in shape)
        expected = _("numbers of shape [{shape}]").format(shape=letters)
        found = self.arrays.get(name)
        if found is None:
            raise GatvizError(at, expected, _("nothing"), _("save it again"))
        fits = found.ndim == len(shape) and all(w in (None, h) for h, w in zip(found.shape, shape, strict=True))
        if not fits or found.dtype.kind not in kinds:
            told = _("{dtype} of shape {shape}").format(dtype=found.dtype, shape=list(found.shape))
            raise GatvizError(at, expected, told, _("save it again"))
        return found


Migration = Callable[[Container], Container]


@dataclass(frozen=True)
class Form:
    """What an owner keeps in containers.

    Attributes:
        kind: what it is.
        version: of what is written today, from 1.
        migrations: for an older version, how its content and arrays become those of the next.
    """

    kind: ContentKind
    version: int = 1
    migrations: Mapping[int, Migration] = field(default_factory=dict)


class _Head(msgspec.Struct):
    format: Literal["gatviz"]
    kind: str
    version: int
    content: dict[str, Any]


def pack(form: Form, content: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> bytes:
    """The bytes of a container.

    Raises:
        GatvizError: what JSON does not know, an array of anything but numbers, a name that no array may have, or more
            than `unpack` takes.
    """
    head = {"format": _FORMAT, "kind": form.kind, "version": form.version, "content": dict(content)}
    members = [(_CONTENT, _json(head))]
    for name, array in sorted((arrays or {}).items()):
        member = f"arrays/{name}.npy"
        if _ARRAYS.fullmatch(member) is None:
            expected = _("letters, digits, _, - and . in an array's name")
            raise GatvizError(ENDING, expected, quote(name), _("choose another name"))
        members.append((member, _npy(name, array)))
    _check_sizes(members)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name, data in members:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            packed.writestr(info, data)
    data = stream.getvalue()
    limits.check_bytes(len(data), ENDING)
    return data


def unpack(data: bytes, where: str, form: Form) -> Container:
    """What the bytes hold, brought to today's version.

    Arguments:
        where: the file's name, for messages.
        form: what is expected.

    Raises:
        GatvizError: another file, broken, too large, of another kind, or of a version that is not known.
    """
    return of_form(unpack_any(data, where), form)


def of_form(found: Container, form: Form) -> Container:
    """A container that must be of this form, brought to today's version. Errors as `unpack`."""
    where = found.where
    if found.kind != form.kind:
        mend = _("open it where such files are opened")
        raise GatvizError(where, _kind_in_words(form.kind), _kind_in_words(found.kind), mend)
    while 0 < found.version < form.version and found.version in form.migrations:
        found = replace(form.migrations[found.version](found), version=found.version + 1)
    if found.version == form.version:
        return found
    newer = found.version > form.version
    expected = _("version {version}").format(version=form.version)
    mend = _("open it with a newer gatviz") if newer else _("save it again with the gatviz that wrote it")
    raise GatvizError(where, expected, _("version {version}").format(version=found.version), mend)


def unpack_any(data: bytes, where: str) -> Container:
    """What the bytes hold, of any kind and version, yet to be understood. Errors as `unpack`."""
    limits.check_bytes(len(data), where)
    if not data.startswith(MAGIC):
        raise _no_container(where, _("another kind of file"))
    members = Members(data, where)
    infos = {info.filename: info for info in members.infos}
    if len(infos) < len(members.infos):
        raise _no_container(where, _("two files of one name in it"))
    if _CONTENT not in infos:
        raise _no_container(where, _("no {name} in it").format(name=_CONTENT))
    places = {name: _ARRAYS.fullmatch(name) for name in infos if name != _CONTENT}
    strange = next((name for name, place in places.items() if place is None), None)
    if strange is not None:
        raise _no_container(where, _("{name} in it").format(name=quote(strange)))
    head = _head(members.read(infos[_CONTENT], limits.MAX_BYTES), f"{where}, {_CONTENT}")
    arrays = {
        place[1]: read_array(members, infos[name], f"{where}, {quote(place[1])}", _KINDS_OF_NUMBERS)
        for name, place in places.items()
        if place is not None
    }
    for array in arrays.values():
        array.setflags(write=False)
    return Container(head.kind, head.version, head.content, arrays, where)


# ---- in one piece -------------------------------------------------------------------------------------------------


def pack_link(form: Form, content: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> str:
    """The same in one short piece of text, for the fragment of an address: msgpack, deflated, as base64url.

    Raises:
        GatvizError: as `pack`.
    """
    told = []
    for name, array in sorted((arrays or {}).items()):
        little = _little(name, array)
        told.append((name, little.dtype.str, list(little.shape), little.tobytes()))
    text = _json({"format": _FORMAT, "kind": form.kind, "version": form.version, "content": dict(content)})
    packed = msgspec.msgpack.encode(_Piece(text.decode(), told))
    return base64.urlsafe_b64encode(zlib.compress(packed, 9)).decode("ascii").rstrip("=")


def unpack_link(text: str, where: str, form: Form) -> Container:
    """What `pack_link` made a text of, brought to today's version; errors as `unpack`."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        inflate = zlib.decompressobj()
        packed = inflate.decompress(data, _MAX_OF_LINK)
        whole = inflate.eof and not inflate.unused_data
        piece = msgspec.msgpack.decode(packed, type=_Piece) if whole else None
    except (ValueError, zlib.error, msgspec.MsgspecError, RecursionError):
        piece = None
    if piece is None:
        raise GatvizError(where, _("a whole link as gatviz makes it"), _("another text"), _("copy the link again"))
    head = _head(piece.head.encode("utf-8", "replace"), where)
    arrays = {name: _array(f"{where}, {quote(name)}", dtype, shape, data) for name, dtype, shape, data in piece.arrays}
    return of_form(Container(head.kind, head.version, head.content, arrays, where), form)


class _Piece(msgspec.Struct, array_like=True):
    head: str
    arrays: list[tuple[str, str, list[int], bytes]]


def _array(where: str, kind: str, shape: list[int], data: bytes) -> NDArray[Any]:
    if re.fullmatch(r"[<|][biuf][1248]", kind) is None or any(length < 0 for length in shape):
        raise GatvizError(where, _("numbers"), quote(kind), _("copy the link again"))
    try:
        return np.frombuffer(data, kind).reshape(shape)
    except (ValueError, TypeError) as error:
        raise GatvizError(where, _("a whole array"), quote(str(error)), _("copy the link again")) from None


def is_container(data: bytes) -> bool:
    """Whether the bytes begin as a container's do: a zip whose first file is content.json."""
    name = _CONTENT.encode()
    return data.startswith(MAGIC) and data[30 : 30 + len(name)] == name


def _head(data: bytes, where: str) -> _Head:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise GatvizError(where, _("JSON in UTF-8"), _("other bytes"), _("save it again")) from None
    try:
        found: _Head = decode_json(text, where, _Head)
    except msgspec.ValidationError:
        values = decode_json(text, where)
        expected = _("an object like {example}").format(
            example='{"format": "gatviz", "kind": "session", "version": 1, "content": {}}'
        )
        found_kind = _("another one") if isinstance(values, dict) else kind_of_value(values)
        raise GatvizError(where, expected, found_kind, _("choose a file that gatviz saved")) from None
    return found


def _no_container(where: str, found: str) -> GatvizError:
    expected = _("a {ending} file as gatviz saves it").format(ending=ENDING)
    return GatvizError(where, expected, found, _("choose a file that gatviz saved"))


def _kind_in_words(kind: str) -> str:
    words = {
        "session": _("a session"),
        "training": _("a training"),
        "recorded": _("a recorded run"),
        "capture": _("a captured run"),
    }
    return words.get(kind) or quote(kind)


def _json(value: Any) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        found = quote(str(error))
        raise GatvizError(ENDING, _("values that JSON knows"), found, _("use numbers, texts and lists")) from None


def _little(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """The array in the order of bytes and of axes that all have."""
    array = np.asarray(array)
    if array.dtype.kind not in _KINDS_OF_NUMBERS:
        raise GatvizError(f"{ENDING}, {quote(name)}", _("numbers"), str(array.dtype), _("store texts in the content"))
    if array.nbytes > limits.MAX_ARRAY_BYTES:
        raise _too_large(f"{ENDING}, {quote(name)}", array.nbytes, limits.MAX_ARRAY_BYTES)
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)


def _npy(name: str, array: NDArray[Any]) -> bytes:
    little = _little(name, array)
    stream = io.BytesIO()
    npy.write_array(stream, little, version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def _check_sizes(members: Sequence[tuple[str, bytes]]) -> None:
    if len(members) > limits.MAX_MEMBERS:
        most = limits.MAX_MEMBERS - 1
        expected = ngettext("at most {most} array", "at most {most} arrays", most).format(most=most)
        raise GatvizError(ENDING, expected, str(len(members) - 1), _("stack those that are alike"))
    if len(members[0][1]) > limits.MAX_BYTES:
        raise _too_large(f"{ENDING}, {_CONTENT}", len(members[0][1]), limits.MAX_BYTES)
    total = sum(len(data) for _name, data in members)
    if total > limits.MAX_UNPACKED:
        raise _too_large(ENDING, total, limits.MAX_UNPACKED)


def _too_large(where: str, size: int, most: int) -> GatvizError:
    expected = _("at most {most} MB").format(most=most // 10**6)
    return GatvizError(where, expected, _("{size:,.0f} MB").format(size=size / 10**6), _("keep a part of it"))
