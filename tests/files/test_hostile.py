"""Files made to break a reader: each is refused in one sentence (or read and said), and memory stays bounded."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gatviz import GatvizError, read_graph
from gatviz.files import FORMATS, readable_formats, sample_graph, template, write_graph
from tests.files.fuzz import outcome

X = np.ones((3, 2))
EDGES = np.array([[0, 1], [1, 2]])
TEXTS = ("json", "node_link", "edge_list", "matrix", "graphml", "gexf", "gml", "pajek")


def sentence(data: bytes, name: str | None = None) -> str:
    with pytest.raises(GatvizError) as caught:
        read_graph(data, name=name)
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 400
    return said


def npz(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return stream.getvalue()


def saved(content: object) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


# --- every format -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", readable_formats())
def test_a_truncated_file_is_refused_or_is_a_smaller_graph(form: str) -> None:
    whole = write_graph(sample_graph("star"), format=form) if FORMATS[form].write else template(form)
    name = f"cut{FORMATS[form].endings[0]}"
    for part in range(1, 20):
        data = whole[: len(whole) * part // 20]
        if form in (
            "edge_list",
            "matrix",
            "pajek",
            "adjacency_list",
            "edge_dictionaries",
        ):  # rows that are there are rows
            assert outcome(data, form, named=False) == "graph" or "file." in outcome(data, form, named=False)
        else:
            assert name in sentence(data, name)


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_are_read(form: str, codec: str) -> None:
    text = template(form).decode()
    if text.startswith("<?xml"):
        text = text[text.index("?>") + 2 :].lstrip()
    assert read_graph(text.encode(codec)).fingerprint == read_graph(template(form)).fingerprint


@pytest.mark.parametrize("form", TEXTS)
def test_latin_1_is_read_and_said(form: str) -> None:
    text = template(form).decode().replace("Ada", "Zoë")
    if text.startswith("<?xml"):
        graph = read_graph(text.replace("UTF-8", "ISO-8859-1").encode("latin-1"))
        assert "Zoë" in graph.names
    graph = read_graph(text.encode("latin-1"))
    assert any("Windows-1252" in note for note in graph.notes)
    assert "Zoë" in graph.names


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize(
    ("name", "why"), [("A\x01B", "printable"), ("A\u202eB", "printable"), ("A" * 10_000, "10000 characters")]
)
def test_names_with_control_characters_or_thousands_of_letters_are_refused(form: str, name: str, why: str) -> None:
    escaped = name if form not in ("json", "node_link") else json.dumps(name)[1:-1]
    said = sentence(template(form).decode().replace("Ada", escaped).encode())
    assert why in said or ("well-formed" in said and "\x01" in name)


@pytest.mark.parametrize("form", TEXTS)
def test_html_in_a_name_is_only_text(form: str) -> None:
    tag = "<img src=x onerror=alert(1)>"
    text = tag if form not in ("graphml", "gexf") else tag.replace("<", "&lt;").replace(">", "&gt;")
    if form == "pajek":
        text = tag  # its names stand in quotation marks
    assert tag in read_graph(template(form).decode().replace("Ada", text).encode()).names


@pytest.mark.parametrize("form", readable_formats())
def test_binary_rubbish_with_any_ending_is_refused(form: str) -> None:
    rng = np.random.default_rng(0)
    for k in range(20):
        sentence(bytes([0, k]) + rng.bytes(500), f"rubbish{FORMATS[form].endings[0]}")


# --- text ----------------------------------------------------------------------------------------------------


BAD_TEXTS = [
    (
        b"source,target\nA;B\n",
        "the file, row 2: expected a 'target', found nothing; write two names separated by ','.",
    ),
    (
        b"source,target\nA,B\nB;C;D\n",
        "the file, row 3: expected a 'target', found nothing; write two names separated by ','.",
    ),
    (
        b"source,target\nA,B\nA,B,C\n",
        "the file, row 3: expected 2 cells separated by ',', as in the first row, found 3; "
        "remove what is too much or quote the cell.",
    ),
    (
        b'source,target\n"A,B\n',
        "the file, row 2: expected a closing quotation mark, found the end of the file; close the quoted cell.",
    ),
    (
        b",A,B\nA,0,x\nB,0,1\n",
        "the file, row 2, column 'B': expected a finite number, found 'x'; write 0 where there is no edge.",
    ),
    (
        b"graph [ node [ id 0 ] edge [ source 0 target 7 ] ]",
        "the file, edge 0: expected the name of a node, found '7'; add that node or remove the edge.",
    ),
    (
        b"graph [ node [ id 0 ] node [ id 0 ] ]",
        "the file, nodes[1]: expected a name of its own, found '0', which nodes[0] has already; rename one of the two.",
    ),
    (
        b"*Vertices 2\n*Arcs\n1 -5\n",
        "the file, line 3: expected a vertex number from 1 to 2, found '5'; correct it.",
    ),
    (
        b"*Vertices 2\n*Arcs\n1 1.5\n",
        "the file, line 3: expected a vertex number from 1 to 2, found '1.5'; correct it.",
    ),
    (
        b"*Vertices 2\n*Arcs\n1 2 nan\n",
        "the file, line 3: expected a finite number as the weight, found 'nan'; correct it.",
    ),
    (
        b"*Vertices 999999999999\n*Arcs\n1 2\n",
        "the file, line 1: expected at most 200,000 nodes, found 999,999,999,999; "
        "keep a part of the graph, e.g. a neighbourhood.",
    ),
]


@pytest.mark.parametrize(("data", "said"), BAD_TEXTS)
def test_bad_texts_get_their_sentence(data: bytes, said: str) -> None:
    assert sentence(data) == said


def test_indices_that_are_numbers_but_not_names_are_unknown_nodes() -> None:
    for name in ("-1", "0.5", "99999999999999999999"):
        nodes = '{"nodes": [{"id": 0}, {"id": 1}], "edges": [[0, ' + name + "]]}"
        assert f"found '{name.replace('99999999999999999999', '99999999999999999999')}'" in sentence(nodes.encode())


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_in_json(value: str) -> None:
    data = '{"nodes": [{"id": "A", "features": [' + value + ']}], "edges": []}'
    assert sentence(data.encode()) == f"the file: expected finite numbers, found {value}; replace it by a number."


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999"])
@pytest.mark.parametrize("form", ["nodes", "matrix", "graphml", "gexf", "gml"])
def test_nan_and_infinity_elsewhere(form: str, value: str) -> None:
    data = {
        "matrix": f"A,B\n0,{value}\n1,0\n",
        "graphml": '<graphml><key id="k" for="node" attr.name="f" attr.type="double"/><graph>'
        f'<node id="A"><data key="k">{value}</data></node></graph></graphml>',
        "gexf": '<gexf><graph><attributes class="node"><attribute id="k" title="f" type="double"/></attributes><nodes>'
        f'<node id="A"><attvalues><attvalue for="k" value="{value}"/></attvalues></node></nodes></graph></gexf>',
        "gml": f"graph [ node [ id 0 f {value} ] ]",
    }
    if value == "nan" and form in ("nodes", "graphml", "gexf", "gml"):  # where programs write it for what is not known
        graph = (
            read_graph(b"source,target\nA,A\n", f"id,f\nA,{value}\n".encode())
            if form == "nodes"
            else read_graph(data[form].encode())
        )
        assert any(note.startswith("column 'f' was left out") for note in graph.notes)
    elif form == "nodes":
        with pytest.raises(GatvizError, match="expected a finite number"):
            read_graph(b"source,target\nA,A\n", f"id,f\nA,{value}\n".encode())
    else:
        said = sentence(data[form].encode())
        assert "number" in said


@pytest.mark.parametrize("form", ["json", "gml", "graphml"])
def test_integers_beyond_64_bits(form: str) -> None:
    digits = "9" * 30
    data = {
        "json": '{"nodes": [{"id": "A", "features": [' + "9" * 400 + ']}], "edges": []}',
        "gml": f"graph [ node [ id 0 f {'9' * 400} ] ]",
        "graphml": '<graphml><key id="k" for="node" attr.name="f" attr.type="long"/><graph>'
        f'<node id="A"><data key="k">{digits}</data></node></graph></graphml>',
    }
    sentence(data[form].encode())


# --- XML -----------------------------------------------------------------------------------------------------

LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (k, b"&l%d;" % (k - 1) * 10) for k in range(1, 10))


@pytest.mark.parametrize("root", [b"graphml", b"gexf"])
@pytest.mark.parametrize(
    "entities",
    [
        b'<!ENTITY l0 "ha">' + LAUGHS,
        b'<!ENTITY l9 SYSTEM "file:///etc/passwd">',
        b'<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">',
        b'<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;',
        b"",
    ],
)
def test_entities_are_never_expanded(root: bytes, entities: bytes) -> None:
    data = b"<!DOCTYPE r [" + entities + b"]><" + root + b"><graph><node id='&l9;'/></graph></" + root + b">"
    assert sentence(data) == (
        "the file: expected XML without a document type, found <!DOCTYPE …> (entities could be hidden there); "
        "delete everything from <!DOCTYPE to its >."
    )


def test_xml_that_is_deep_or_has_endless_elements() -> None:
    assert "at most 50 deep" in sentence(b"<graphml>" + b"<a>" * 100_000)
    assert "at most 1,000,000 characters" in sentence(b"<graphml><a b='" + b"x" * 2_000_000 + b"'/></graphml>")
    assert "at most 1,000,000 characters" in sentence(b"<graphml><a>" + b"x" * 2_000_000 + b"</a></graphml>")


# --- zip, npz, torch, safetensors ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../edges.csv", "/etc/edges.csv", "a/../../edges.csv", "..\\edges.csv", "C:\\edges.csv"]
)
def test_paths_out_of_a_zip_are_refused(name: str) -> None:
    assert "expected files inside the zip's own folder" in sentence(zipped({name: b"source,target\nA,B\n"}))


def test_a_zip_bomb_is_refused_by_what_it_says_and_by_what_it_holds() -> None:
    assert sentence(zipped({"edges.csv": bytes(600_000_000)})) == (
        "the file: expected at most 500 MB once unpacked, found 600 MB; keep a part of the graph."
    )
    inside = zipped({"edges.csv": b"x" * 1_000_000})
    for at in (inside.index(b"PK\x01\x02") + 24, 22):  # both places that tell the size say 10
        inside = inside[:at] + struct.pack("<I", 10) + inside[at + 4 :]
    assert "expected a whole zip file" in sentence(inside)


def test_a_zip_in_a_zip_and_one_with_too_many_files_are_refused() -> None:
    inner = zipped({"edges.csv": b"source,target\nA,B\n"})
    assert "a zip within others" in sentence(zipped({"inner.zip": inner}))
    assert "at most 200 files in it" in sentence(zipped({f"{k}.csv": b"" for k in range(201)}))


class Bomb:
    """What unpickling would run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.path),))


def test_nothing_is_ever_unpickled(tmp_path: Path) -> None:
    spoor = tmp_path / "ran"
    bomb = Bomb(spoor)
    objects = np.array([bomb], dtype=object)
    legacy = io.BytesIO()
    torch.save({"x": bomb}, legacy, _use_new_zipfile_serialization=False)
    cases = {
        "object array": npz(x=objects, edge_index=EDGES),
        "object edges": npz(x=X, edge_index=objects),
        "torch": saved({"x": bomb, "edge_index": torch.tensor(EDGES)}),
        "legacy torch": legacy.getvalue(),
        "pickle": pickle.dumps(bomb),
        "npz in disguise": zipped({"archive/data.pkl": pickle.dumps(bomb), "archive/version": b"3"}),
        "old protocol": zipped({"archive/data.pkl": pickle.dumps(bomb, 0), "archive/version": b"3"}),
        "pickle called npy": zipped({"x.npy": pickle.dumps(bomb), "edge_index.npy": pickle.dumps(bomb)}),
        "whole model": saved(torch.nn.Linear(2, 2)),
    }
    for name, data in cases.items():
        for ending in (".pt", ".npz", ".zip", ".csv", ".json"):
            said = sentence(data, f"file{ending}")
            if name not in ("npz in disguise", "pickle called npy"):
                assert any(part in said for part in ("never opened", "a pickled model", "stored as they are")), (
                    name,
                    said,
                )
    assert not spoor.exists()
    pickle.loads(pickle.dumps(bomb))
    assert spoor.exists()  # the trap works


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (
            {"x": X},
            "the file: expected 'edge_index', a matrix 'A', or the four parts of 'adj', "
            "found the arrays 'x'; add the edges.",
        ),
        (
            {"x": X, "edge_index": np.array([[0, -1], [1, 2]])},
            "the file, 'edge_index': expected node numbers from 0 to 2, found -1; correct the edge.",
        ),
        (
            {"x": X, "edge_index": np.array([[0, 3], [1, 2]])},
            "the file, 'edge_index': expected node numbers from 0 to 2, found 3; correct the edge.",
        ),
        (
            {"x": X, "edge_index": EDGES.astype(float)},
            "the file, 'edge_index': expected integers of shape [2, E], found float64; store whole node numbers.",
        ),
        (
            {"x": X, "edge_index": np.array([[2**64 - 1], [0]], dtype=np.uint64)},
            "the file, 'edge_index': expected integers of shape [2, E], found uint64; store integers of 64 bits.",
        ),
        (
            {"x": X, "edge_index": np.zeros((3, 4), dtype=int)},
            "the file, 'edge_index': expected integers of shape [2, E], found shape [3, 4]; transpose it.",
        ),
        (
            {"x": np.array([[np.nan]]), "edge_index": np.zeros((2, 0), dtype=int)},
            "the file, 'x[0, 0]': expected a finite number, found nan; replace it by a number.",
        ),
        (
            {"x": X.astype(complex), "edge_index": EDGES},
            "the file, 'x': expected numbers or texts, found complex128; store another type.",
        ),
        (
            {"x": X, "edge_index": EDGES, "y": np.array([0, 1])},
            "the file: expected one row for each node in every array, found 3 in 'x', 2 in 'y'; "
            "give them the same length.",
        ),
        (
            {"edge_index": np.array([[0], [10**12]])},
            "the file: expected at most 200,000 nodes, found 1,000,000,000,001; "
            "keep a part of the graph, e.g. a neighbourhood.",
        ),
        (
            {"edge_index": EDGES, "num_nodes": np.array(-1)},
            "the file: expected at least one node, found none; add a node.",
        ),
    ],
)
def test_bad_arrays_get_their_sentence(arrays: dict[str, Any], said: str) -> None:
    assert sentence(npz(**arrays)) == said
    tensors = {k: torch.tensor(v) for k, v in arrays.items() if v.dtype.kind in "if" and v.dtype != np.uint64}
    if len(tensors) == len(arrays):
        assert sentence(saved(tensors)) == said


CSR = {"data": np.ones(2), "indices": np.array([1, 2]), "indptr": np.array([0, 1, 2, 2]), "shape": np.array([3, 3])}


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("indices", np.array([1, 3])),
        ("indices", np.array([1, -1])),
        ("indices", np.array([1.0, 2.0])),
        ("indptr", np.array([0, 1, 2])),
        ("indptr", np.array([0, 2, 1, 2])),
        ("indptr", np.array([0, 1, 2, 10**9])),
        ("indptr", np.array([-1, 1, 2, 2])),
        ("shape", np.array([3, 4])),
        ("shape", np.array([10**12, 10**12])),
        ("shape", np.array([-3, -3])),
        ("shape", np.array(3)),
        ("shape", np.array(["a", "b"])),
        ("data", np.ones(3)),
        ("data", np.array(["a", "b"])),
        ("data", np.array([np.inf, 1.0])),
    ],
)
@pytest.mark.parametrize("prefix", ["adj", "attr"])
def test_sparse_parts_that_do_not_fit_are_refused(prefix: str, part: str, value: np.ndarray) -> None:
    good = {f"{p}_{name}": array for p in ("adj", "attr") for name, array in CSR.items()}
    assert read_graph(npz(**good)).num_edges == 2
    if (prefix, part) == ("attr", "shape") and value.tolist() == [3, 4]:
        assert read_graph(npz(**{**good, "attr_shape": value})).num_features == 4
    else:
        sentence(npz(**{**good, f"{prefix}_{part}": value}))
    sentence(npz(**{name: array for name, array in good.items() if name != f"{prefix}_{part}"}))


def npy(shape: tuple[int, ...], dtype: str = "<f8", body: bytes = b"") -> bytes:
    header = str({"descr": dtype, "fortran_order": False, "shape": shape}).encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


@pytest.mark.parametrize(
    "head",
    [
        npy((10**9, 10**9)),
        npy((2**62, 8)),
        npy((-1, 3)),
        npy((1,), "|V9000000000"),
        npy((1,), "<U900000000"),
        b"\x93NUMPY\x01\x00\xff\xff{",
        b"\x93NUMPY\x09\x00\x05\x00{'a':",
        b"\x93NUMPY\x01\x00\x20\x00" + b"(" * 32,
        b"",
    ],
)
def test_npy_headers_that_promise_too_much_are_refused(head: bytes) -> None:
    sentence(zipped({"x.npy": head, "edge_index.npy": npy((2, 0), "<i8")}))


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"{",
        b"[]",
        b'{"x": 3}',
        b'{"x": {"dtype": "F32", "shape": [1000000, 1000000], "data_offsets": [0, 8]}}',
        b'{"x": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}',
        b'{"x": {"dtype": "BF16", "shape": [99], "data_offsets": [0, 4]}}',
        b'{"x": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}}',
        b'{"x": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}',
        b"[" * 10_000,
    ],
)
def test_safetensors_headers_that_promise_too_much_are_refused(head: bytes) -> None:
    for length in (len(head), 2**63, 10**8, 0):
        sentence(struct.pack("<Q", length) + head + bytes(8), "file.safetensors")


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")
def test_torch_tensors_that_claim_more_than_they_hold() -> None:
    wide = torch.zeros(1).expand(200_000, 10_000)
    said = sentence(saved({"x": wide, "edge_index": torch.tensor(EDGES)}))
    assert said == "the file, 'x': expected at most 25,000,000 values, found 2,000,000,000; keep fewer features."
    sparse = torch.sparse_coo_tensor(torch.tensor([[0], [0]]), torch.ones(1), (200_000, 10_000))
    said = sentence(saved({"x": sparse, "edge_index": torch.tensor(EDGES)}))
    assert "found 200,000 nodes × 10,000 features" in said
    sentence(saved([1, 2]))
    assert "edge_index" in sentence(saved({}))


# --- memory --------------------------------------------------------------------------------------------------

NO_EDGES = {"edge_index.npy": npy((2, 0), "<i8")}
MAX_ABOVE_IDLE = 1_000_000_000
HUGE = {
    "rows of an edge list": lambda: b"source,target\n" + b"1,2\n" * 10_000_000,
    "rows of other names": lambda: b"source,target\n" + b"".join(b"%d,%d\n" % (k, k + 1) for k in range(1_900_000)),
    "columns of a node table": lambda: b"source,target\na,b\n" + b"," * 50_000_000,
    "one cell": lambda: b"source,target\na," + b"x" * 90_000_000,
    "blank lines": lambda: b"source,target\n" + b"\n" * 90_000_000,
    "comments": lambda: b"#\n" * 45_000_000,
    "brackets in JSON": lambda: b"[" * 90_000_000,
    "nodes in JSON": lambda: b'{"edges":[],"nodes":[' + b",".join([b'{"id":1}'] * 9_000_000) + b"]}",
    "features in JSON": lambda: b'{"edges":[],"nodes":[{"id":1,"features":[' + b"1," * 45_000_000 + b"1]}]}",
    "a name in JSON": lambda: b'{"edges":[],"nodes":[{"id":"' + b"x" * 90_000_000 + b'"}]}',
    "keys in JSON": lambda: b'{"edges":[],"nodes":[{' + b",".join(b'"%d":1' % k for k in range(7_000_000)) + b"}]}",
    "nodes in GraphML": lambda: b"<graphml><graph>" + b'<node id="a"/>' * 6_000_000,
    "data in GraphML": lambda: b'<graphml><graph><node id="a">' + b'<data key="a">1</data>' * 1_500_000,
    "keys in GraphML": lambda: b"<graphml>" + b"".join(b'<key id="%d"/>' % k for k in range(1_000_000)),
    "edges in GEXF": lambda: b"<gexf><graph><edges>" + b'<edge source="a" target="b"/>' * 3_000_000,
    "nested nodes in GEXF": lambda: b"<gexf><graph>" + b'<nodes><node id="a">' * 4_000_000,
    "nodes in GML": lambda: b"graph [ " + b"node [ id 1 ] " * 6_000_000,
    "lists in GML": lambda: b"graph [ " + b"a [ " * 20_000_000,
    "keys in GML": lambda: b"graph [ node [ " + b"".join(b"k%d 1 " % k for k in range(2_000_000)),
    "text in GML": lambda: b'graph [ a "' + b"x" * 90_000_000,
    "arcs in Pajek": lambda: b"*Vertices 2\n*Arcs\n" + b"1 2\n" * 20_000_000,
    "one line of Pajek": lambda: b"*Vertices 2\n*Arcslist\n1" + b" 2" * 40_000_000,
    "cells of a matrix": lambda: b"\n".join([b",".join([b"0"] * 6_500)] * 6_500),
    "zeros in a zip": lambda: zipped({"edges.csv": bytes(99_000_000), "nodes.csv": bytes(99_000_000)}),
    "an array": lambda: zipped({"x.npy": npy((4_000_000, 8), "<f8", bytes(256_000_000)), **NO_EDGES}),
    "edges in an array": lambda: zipped({"edge_index.npy": npy((2, 14_000_000), "<i8", bytes(224_000_000))}),
    "texts in an array": lambda: zipped(
        {"names.npy": npy((60_000,), "<U1000", bytes(240_000_000)), **NO_EDGES}
    ),
    "sparse features": lambda: npz(
        **{f"adj_{k}": v for k, v in CSR.items()},
        attr_data=np.ones(2),
        attr_indices=np.array([1, 2]),
        attr_indptr=np.array([0, 1, 2, 2]),
        attr_shape=np.array([3, 2**40]),
    ),
    "opcodes in a torch file": lambda: zipped({"a/data.pkl": b"\x80\x02" + b"]" * 59_000_000, "a/version": b"3"}),
    "a compressed torch file": lambda: zipped({"a/data.pkl": pickle.dumps({}), "a/data/0": bytes(90_000_000)}),
}  # fmt: skip


READ_ALL = """
import gc, json, time
import torch
from gatviz import GatvizError, inspect_graph
from tests.files.test_hostile import HUGE

def held(key):
    with open("/proc/self/status") as status:
        return 1024 * int(next(line for line in status if line.startswith(key)).split()[1])

inspect_graph(b"a b\\n")
for name, build in HUGE.items():
    data = build()
    gc.collect()
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")  # the peak starts anew
    before, start = held("VmRSS"), time.process_time()
    try:
        said = repr(inspect_graph(data).graph)
    except GatvizError as error:
        said = str(error)
    print(json.dumps([name, held("VmHWM") - before, time.process_time() - start, said]), flush=True)
    del data
"""


@pytest.fixture(scope="module")
def read_all() -> dict[str, tuple[int, float, str]]:
    """For each huge file the bytes and seconds that reading it took, and what was said; in one fresh process."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL], cwd=root, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: (grown, seconds, said) for name, grown, seconds, said in rows}


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the peak of memory")
@pytest.mark.parametrize("name", HUGE)
def test_memory_stays_bounded(name: str, read_all: dict[str, tuple[int, float, str]]) -> None:
    grown, seconds, said = read_all[name]
    assert grown < MAX_ABOVE_IDLE
    assert seconds < 60
    assert ": expected " in said
    assert len(said) < 400
