"""The container: any value comes back, equal values are equal bytes, and a hostile file is one sentence."""

from __future__ import annotations

import base64
import io
import json
import pickle
import random
import zipfile
import zlib
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gatviz import GatvizError
from gatviz.files import limits
from gatviz.files.container import Form, is_container, pack, pack_link, unpack, unpack_link
from tests.files.fuzz import check_sentence, mutated, repacked

SESSION = Form("session")
_WORDS = st.text(st.characters(codec="utf-8"), max_size=8)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=12,
)
_ARRAYS = st.dictionaries(
    st.from_regex(r"[A-Za-z0-9_.-]{1,12}", fullmatch=True),
    st.one_of(
        *(
            hnp.arrays(kind, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
            for kind in (np.float64, np.float32, np.float16, np.int64, np.uint8, np.bool_, ">f8", ">i4")
        )
    ),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(content=st.dictionaries(_WORDS, _JSON, max_size=4), arrays=_ARRAYS, version=st.integers(1, 9))
def test_whatever_is_packed_comes_back(content: dict[str, Any], arrays: dict[str, np.ndarray], version: int) -> None:
    form = Form("training", version)
    data = pack(form, content, arrays)
    again = unpack(data, "kept.gatviz", form)
    assert (again.kind, again.version, again.content) == ("training", version, content)
    assert set(again.arrays) == set(arrays)
    for name, array in arrays.items():
        assert again.arrays[name].dtype == array.dtype.newbyteorder("<")
        np.testing.assert_array_equal(again.arrays[name], array)
    shuffled = dict(reversed(content.items())), dict(reversed(arrays.items()))
    assert pack(form, *shuffled) == data
    assert is_container(data)


def _packed(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, data in members:
            packed.writestr(name, data)
    return stream.getvalue()


def _npy(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


_HEAD = json.dumps({"format": "gatviz", "kind": "session", "version": 1, "content": {}}).encode()
_HUGE = _npy(np.zeros(3)).replace(b"(3,), }" + b" " * 9, b"(9999999999,), }")


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a file was run",))


HOSTILE = {
    "empty": b"",
    "a picture": b"\x89PNG\r\n",
    "a pickle": pickle.dumps(_Bomb()),
    "no zip behind its first bytes": b"PK\x03\x04" + bytes(50),
    "no content": _packed(("arrays/x.npy", _npy(np.zeros(3)))),
    "no JSON": _packed(("content.json", b"{")),
    "no UTF-8": _packed(("content.json", b"\xff\xfe")),
    "JSON of something else": _packed(("content.json", b'{"nodes": []}')),
    "a list": _packed(("content.json", b"[]")),
    "a version that is a word": _packed(("content.json", _HEAD.replace(b"1", b'"one"'))),
    "a file that has no place in it": _packed(("content.json", _HEAD), ("run.py", b"exit()")),
    "a path out of it": _packed(("content.json", _HEAD), ("arrays/../../x.npy", b"")),
    "objects": _packed(("content.json", _HEAD), ("arrays/x.npy", _npy(np.array([_Bomb()]), allow_pickle=True))),
    "texts": _packed(("content.json", _HEAD), ("arrays/x.npy", _npy(np.array(["x"])))),
    "a header for more than there is": _packed(("content.json", _HEAD), ("arrays/x.npy", _HUGE)),
    "no array": _packed(("content.json", _HEAD), ("arrays/x.npy", b"numbers")),
    "deep JSON": _packed(("content.json", b'{"content":' * 5000)),
    "too many": _packed(("content.json", _HEAD), *((f"arrays/a{k}.npy", b"") for k in range(300))),
    "one of a newer version": pack(replace(SESSION, version=2), {}),
    "one of version 0": pack(replace(SESSION, version=0), {}),
    "a training": pack(Form("training"), {}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_one_sentence(kind: str) -> None:
    with pytest.raises(GatvizError) as told:
        unpack(HOSTILE[kind], "kept.gatviz", SESSION)
    check_sentence(str(told.value))
    assert "kept.gatviz" in str(told.value)


def test_a_small_file_of_a_large_one_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED", 10_000)
    small = pack(SESSION, {}, {"x": np.zeros(100)})
    assert unpack(small, "kept.gatviz", SESSION).array("x", [100]).shape == (100,)
    with pytest.raises(GatvizError, match="at most"):
        pack(SESSION, {}, {"x": np.zeros(10_000)})
    monkeypatch.undo()
    large = pack(SESSION, {}, {"x": np.zeros(10_000)})
    monkeypatch.setattr(limits, "MAX_UNPACKED", 10_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_args, **_named: pytest.fail("it was unpacked"))
    with pytest.raises(GatvizError, match="once unpacked"):
        unpack(large, "kept.gatviz", SESSION)


def test_mutated_files_give_a_container_or_a_sentence() -> None:
    rng = random.Random(1)
    good = pack(SESSION, {"names": ["a", "b"], "n": 3}, {"x": np.eye(3), "edge_index": np.zeros((2, 4), np.int64)})
    seen = set()
    for _attempt in range(1500):
        data = repacked(good, rng) if rng.random() < 0.7 else mutated(good, rng)
        try:
            unpack(data, "kept.gatviz", SESSION)
        except GatvizError as error:
            check_sentence(str(error))
            seen.add(False)
        else:
            seen.add(True)
    assert seen == {True, False}


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200) | st.binary(max_size=200).map(lambda data: b"PK\x03\x04" + data))
def test_any_bytes_give_a_sentence(data: bytes) -> None:
    with pytest.raises(GatvizError) as told:
        unpack(data, "kept.gatviz", SESSION)
    check_sentence(str(told.value))


def test_an_older_version_is_brought_to_today_s_step_by_step() -> None:
    old = pack(Form("capture", 1), {"steps": []}, {"x": np.zeros(2)})
    step = {n: lambda c, n=n: replace(c, content={"steps": [*c.content["steps"], n]}) for n in (1, 2)}
    found = unpack(old, "old.gatviz", Form("capture", 3, step))
    assert (found.version, found.content, found.array("x", [2]).tolist()) == (3, {"steps": [1, 2]}, [0, 0])
    with pytest.raises(GatvizError, match="expected version 3, found version 1"):
        unpack(old, "old.gatviz", Form("capture", 3, {2: step[2]}))


@pytest.mark.parametrize(
    ("name", "shape", "kinds"), [("y", [3], "f"), ("x", [4], "f"), ("x", [3, None], "f"), ("x", [3], "iu")]
)
def test_an_array_that_does_not_fit_is_told(name: str, shape: list[int | None], kinds: str) -> None:
    found = unpack(pack(SESSION, {}, {"x": np.zeros(3)}), "kept.gatviz", SESSION)
    assert found.array("x", [None]).shape == (3,)
    with pytest.raises(GatvizError) as told:
        found.array(name, shape, kinds)
    check_sentence(str(told.value))


@pytest.mark.parametrize(
    ("content", "arrays"),
    [
        ({"x": float("nan")}, {}),
        ({"x": object()}, {}),
        ({}, {"x": np.array(["text"])}),
        ({}, {"x": np.array([None])}),
        ({}, {"../x": np.zeros(1)}),
        ({}, {f"a{k}": np.zeros(1) for k in range(limits.MAX_MEMBERS)}),
    ],
)
def test_what_would_not_come_back_is_not_written(content: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(GatvizError) as told:
        pack(SESSION, content, arrays)
    check_sentence(str(told.value))


# ---- links ------------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(content=st.dictionaries(_WORDS, _JSON, max_size=4), arrays=_ARRAYS)
def test_whatever_a_link_carries_comes_back(content: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    text = pack_link(SESSION, content, arrays)
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    again = unpack_link(text, "the link", SESSION)
    assert again.content == content
    assert set(again.arrays) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60) | st.text("abcdefAB01-_=", max_size=60))
def test_any_text_that_is_no_link_is_one_sentence(text: str) -> None:
    with pytest.raises(GatvizError) as told:
        unpack_link(text, "the link", SESSION)
    check_sentence(str(told.value))


def _link(value: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(msgspec.msgpack.encode(value))).decode().rstrip("=")


@pytest.mark.parametrize(
    "value",
    [
        5,
        [],
        ["{}", []],
        [_HEAD.decode(), [["x", "|O8", [1], b"12345678"]]],
        [_HEAD.decode(), [["x", "<f8", [10**12], b"12345678"]]],
        [_HEAD.decode(), [["x", "<f8", [-1], b"12345678"]]],
        [_HEAD.decode(), [["x", "<f1", [1], b"1"]]],
        [_HEAD.decode(), [["x", "<f8", [1], b"1234"]]],
        [_HEAD.decode().replace("session", "training"), []],
        bytes(50_000_000),
    ],
)
def test_a_hostile_link_is_one_sentence(value: object) -> None:
    with pytest.raises(GatvizError) as told:
        unpack_link(_link(value), "the link", SESSION)
    check_sentence(str(told.value))


def test_mutated_links_give_a_container_or_a_sentence() -> None:
    rng = random.Random(2)
    good = pack_link(SESSION, {"names": ["a", "b"]}, {"x": np.eye(3)})
    packed = zlib.decompress(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    for _attempt in range(1500):
        if rng.random() < 0.5:
            text = mutated(good.encode(), rng).decode("latin-1")
        else:
            text = base64.urlsafe_b64encode(zlib.compress(mutated(packed, rng))).decode().rstrip("=")
        try:
            unpack_link(text, "the link", SESSION)
        except GatvizError as error:
            check_sentence(str(error))
