"""Broken zip files give one sentence, whatever zipfile or its decompressors raise for them."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile

import pytest

from gatviz import GatvizError, read_graph

CSV = b"source,target\n" + b"A,B\nB,C\n" * 20


def packed(method: int) -> tuple[bytes, int]:
    """A zip of one edge list, and where its packed bytes begin."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("edges.csv", CSV)
    data = stream.getvalue()
    return data, data.index(b"edges.csv") + len("edges.csv")


def refused(data: bytes) -> None:
    with pytest.raises(GatvizError, match="expected a whole zip file"):
        read_graph(data, name="graph.zip")


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids="method {}".format
)
def test_packed_bytes_that_are_broken_are_refused_in_every_method(method: int) -> None:
    data, start = packed(method)
    end = data.index(b"PK\x01\x02")
    for place in range(start, end):
        broken = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        with contextlib.suppress(GatvizError):  # a few bits of a stream say nothing
            assert read_graph(broken, name="graph.zip").num_edges == 2
    refused(data[: start + 9] + bytes(end - start - 9) + data[end:])


@pytest.mark.parametrize("place", [2**64 - 1, 2**63, 2**62])
def test_a_member_said_to_lie_beyond_all_bytes_is_refused(place: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("edges.csv")
        info.extra = struct.pack("<HHQ", 1, 8, place)
        archive.writestr(info, CSV)
    data = bytearray(stream.getvalue())
    entry = data.index(b"PK\x01\x02")
    data[entry + 42 : entry + 46] = b"\xff" * 4  # the place stands in the extra field
    refused(bytes(data))
