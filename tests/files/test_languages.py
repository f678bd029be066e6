"""Every word about a file is said in the reader's language: in a made-up one no English letter is left but data."""

from __future__ import annotations

import gettext
import io
import re
import zipfile
from itertools import islice
from typing import Any

import numpy as np
import pytest

from gatviz import GatvizError, words
from gatviz.files import FORMATS, ReadOptions, inspect_graph, readable_formats, sample_graph, template, write_graph
from gatviz.graph import subgraph
from gatviz.graph.generators import GENERATORS, generate, real_graph, real_graph_names
from gatviz.graph.positions import LAYOUTS, layout
from gatviz.numbers import check_finite
from tests.files.fuzz import cases
from tests.files.test_hostile import BAD_TEXTS, CSR, EDGES, X, npz, saved, zipped

_GAP = re.compile(r"(\{\w+(?:\[\w+\])?(?::[^{}]*)?\})")
_LETTERS = {ord(c): ord(c) + 0xFEE0 for c in map(chr, range(33, 127)) if c.isalpha() or c == "'"}
DATA = re.compile(
    r"torch\.save\([^⟦⟧]*|\{\"[^⟦⟧]*\}|\[\"A\", \"B\"\]"  # what to write
    r"|'[^⟦⟧]*'|<[^>]*>"  # quoted by `quote`, an element of XML
    r"|\b[a-z]+_[a-z_]+\b|\*[^⟦⟧]+|\w+\[\d+\]"  # names of the program and of arrays, sections of Pajek, places in JSON
    r"|\b(?:u?int|float|bool|complex)\d*\b|[<>|]U\d+|\b(?:list|dict|str)\b|\bUTF-\d+"  # types, encodings
    r"|\b(?:nan|inf|NaN|Infinity|None|\d+(?:\.\d+)?e[+-]?\d+)\b"
    r"|\bfile\.\w+|\w+\.(?:csv|txt|npy|zip)|\[[^\]]*\]"
)
"""What no language changes."""
NAMES = {*FORMATS, "source", "target", "type", "label", "split", "train", "val", "test", "id", "x", "y"}
"""Single words that are names in a file."""


class MadeUp(gettext.NullTranslations):
    """A language of the same words in wide letters, each message in brackets."""

    def gettext(self, message: str) -> str:
        parts = _GAP.split(message)
        return "⟦" + "".join(part if k % 2 else part.translate(_LETTERS) for k, part in enumerate(parts)) + "⟧"

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let gatviz speak it."""
    catalogue = MadeUp()
    monkeypatch.setattr(words, "_catalogue", lambda _language: catalogue)


@pytest.fixture(autouse=True)
def _speaking(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(monkeypatch)


def english(said: str) -> list[str]:
    """The words in a sentence that are neither translated nor data."""
    return [word for word in re.findall(r"[A-Za-z]+", DATA.sub(" ", said)) if word not in NAMES]


def check(data: bytes | dict[str, bytes], name: str | None = None, options: ReadOptions | None = None) -> None:
    """The sentence about a file, or all that is said of what was understood."""
    try:
        found = inspect_graph(data, name, options)
    except GatvizError as error:
        refused = error
    else:
        for said in (*found.graph.notes, *found.summary):
            assert not english(said), said
        return
    check_refusal(refused, *members(data))


def members(data: bytes | dict[str, bytes]) -> list[str]:
    """The words in the names of a zip's files."""
    try:
        listed = zipfile.ZipFile(io.BytesIO(data)).namelist() if isinstance(data, bytes) else list(data)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []
    return re.findall(r"[A-Za-z]+", " ".join(listed))


def check_refusal(refused: GatvizError, *names: str) -> None:
    assert re.fullmatch("⟦.*⟧", str(refused))
    for said in (refused.where, refused.expected, refused.found, refused.mend):
        assert set(english(said)) <= {*names}, str(refused)


def test_the_guard_knows_english() -> None:
    with pytest.raises(GatvizError) as caught:
        inspect_graph(b"source,target\nA\n")
    assert english("row 3") == ["row"]
    assert not english(caught.value.where)
    assert english(f"{caught.value.where}, row 3") == ["row"]


@pytest.mark.parametrize("form", readable_formats())
def test_mutated_files(form: str) -> None:
    for k, data in enumerate(islice(cases(form, 7), 150)):
        check(data, f"file.{form}") if k % 2 else check(data, options=ReadOptions(format=form))


@pytest.mark.parametrize("data", [data for data, _said in BAD_TEXTS])
def test_bad_texts(data: bytes) -> None:
    check(data)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"a b\n", b"\x00\x01", b"\x80\x04.", b"\x93NUMPY", b"<html/>", b"<!DOCTYPE a><graphml/>", b"{}", b"[1]"),
        *(b'{"edges": [["A", "B"]]}', b'{"edges": [1e999]}', b'{"edges": 3, "links": []}'),
        *(b'{"nodes": [{}], "edges": []}', b'{"nodes": [{"id": [1]}], "edges": []}', b'{"nodes": 1, "edges": []}'),
        *(b'{"nodes": [{"id": 0, "z": 1}], "edges": []}', b'{"nodes": [{"id": "A", "pos": [1]}], "edges": []}'),
        *(b"A,B\n0,1\n1,0\n", b"A,B\n0,1\n0,0\n", b"source,target,w\nA,B,x\nA,B,y\n"),
        "source,target\nZoë,B\n".encode("utf-16"),
        "source,target\nZoë,B\n".encode("latin-1"),
        npz(x=X, edge_index=EDGES * 1.5),
        npz(x=X, edge_index=EDGES + 7),
        npz(x=X * np.inf, edge_index=EDGES),
        npz(x=X, edge_index=EDGES, y=np.ones(2)),
        npz(x=X[:2], edge_index=EDGES, pos=np.ones((3, 2))),
        npz(x=X, edge_index=EDGES, other=X, train_mask=np.ones(9)),
        npz(**{f"adj_{part}": array for part, array in CSR.items() if part != "indptr"}),
        saved({"x": object, "edge_index": EDGES}),
        saved([1]),
        zipped({"edges.csv": b"source,target\nA,B\n", "nodes.csv": b"id,f,word\nA,1,a\nB,2,a\n"}),
        zipped({"../edges.csv": b"source,target\nA,B\n"}),
        zipped({"a.zip": zipped({"b": b""})}),
    ],
)  # fmt: skip
def test_other_bad_files(data: bytes) -> None:
    check(data)


@pytest.mark.parametrize(
    "options",
    [
        ReadOptions(format="pajek"),
        ReadOptions(source="nowhere"),
        ReadOptions(label="nowhere"),
        ReadOptions(node_id="nowhere"),
        ReadOptions(matrix="row_points_to_column"),
        ReadOptions(missing_features="degree", scaling="row"),
        ReadOptions(missing_features="constant", scaling="standard"),
    ],
)
def test_decisions_by_hand(options: ReadOptions) -> None:
    check(b"source,target,weight\nA,B,1\nB,B,2\n", options=options)
    check({"edges.csv": b"source,target\nA,B\n", "nodes.csv": b"id,f,word\nA,1,a\nB,2,\n"}, options=options)


@pytest.mark.parametrize("name", FORMATS)
def test_titles_are_said_when_they_are_asked_for(name: str) -> None:
    assert FORMATS[name].title.startswith("⟦")
    check(template(name), f"file{FORMATS[name].endings[0]}")


def test_what_is_made_and_what_is_drawn() -> None:
    for kind in GENERATORS.values():
        for said in (kind.title, kind.teaches, *(parameter.title for parameter in kind.parameters)):
            assert not english(said), said
    for name in real_graph_names():
        assert not english(real_graph(name).description)
    graph = generate("ring", nodes=9)
    assert not any(map(english, graph.notes))
    for direction in ("reads", "is_read", "both"):
        for most in (2, 20):
            part = subgraph.neighbourhood(graph.edge_index, 9, 0, 2, most, direction=direction)
            assert not english(part.told("3"))
    assert not english(subgraph.strongest(np.ones(18), graph.edge_index, 9, 4).told("3"))


MANY: Any = "many"
HEAP: Any = "heap"


def test_refusals_of_the_graphs_own_room() -> None:
    graph = sample_graph("tutorial")
    for refused in (
        lambda: generate("ring", nodes=1),
        lambda: generate("ring", nodes=MANY),
        lambda: layout(graph, HEAP),
        lambda: write_graph(graph, format="pajek"),
        lambda: check_finite("1", "many", "2"),
        lambda: check_finite("1", 1e999, "2"),
    ):
        with pytest.raises(GatvizError) as caught:
            refused()
        check_refusal(caught.value, "ring", "nodes", *LAYOUTS)
