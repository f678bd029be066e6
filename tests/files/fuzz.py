"""Mutated graph files: whatever is done to a file, reading it gives a graph or one sentence.

    python -m tests.files.fuzz --seconds 300 [--format gml] [--seed 1]

runs longer than the test does, and prints each failing case as the Python bytes that made it.
"""

from __future__ import annotations

import argparse
import io
import random
import struct
import time
import traceback
import warnings
import zipfile
from collections.abc import Iterator

from gatviz import GatvizError
from gatviz.files import (
    ReadOptions,
    inspect_graph,
    readable_formats,
    sample_graph,
    template,
    writable_formats,
    write_graph,
)

ZIPPED = ("npz", "sparse_npz", "torch", "zip")
TOKENS = (
    *(b"NaN", b"nan", b"inf", b"-Infinity", b"1e999", b"-1", b"0.5", b"1_000", b"9" * 400, b"99999999999999999999"),
    *(b"\x00", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\r", b"\n", b"\t", b"\x1b[31m", b"\x85"),
    *(b'"', b"'", b",", b";", b"|", b" ", b"[", b"]", b"{", b"}", b"[[[[", b"<", b">", b"</", b"&", b"*", b"#", b"%"),
    *(b"null", b"true", b"[]", b"{}", b"0", b"1", b"2", b"-0", b'""', b"graph", b"node", b"edge", b"\\ud800"),
    *(b"*Vertices 3\n", b"*Matrix\n", b"<node/>", b"<edge/>", b"<!DOCTYPE a>", b"&lt;", b"&#0;", b"&nbsp;"),
    *(b"<![CDATA[x]]>", b"<?xml version='1.0' encoding='u8'?>", b"<img src=x onerror=alert(1)>", b"x" * 300),
    *("é".encode("latin-1"), "é".encode("utf-16"), b"\xed\xa0\x80", b"\xa0"),
)  # fmt: skip
SIZES = (0, 1, 2, 3, 255, 2**15, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)


_OTHERS: dict[str, tuple[str | bytes, ...]] = {
    "edge_list": (
        "源节点,目标节点,权重\n张三,李四,1\n李四,王五,2\n".encode("gb18030"),
        "sep=;\nQuelle;Ziel;w\nKöln;Bonn;1,5\nBonn;Köln;2\n".encode("cp1252"),
        "userId,movieId,rating\n1,1,4\n2,1,5\n2,3,1\n",
        "起点，终点\n甲，乙\n乙，丙\n",
        "% bip weighted\n1 1 2\n2 1 3\n",
        ",source,target,type,w\n0,A,B,Orienté,1\n1,B,C,Non orienté,2\n",
    ),
    "json": (
        '{"elements": {"nodes": [{"data": {"id": "a"}, "position": {"x": 1, "y": 2}}, {"data": {"id": "b"}}], '
        '"edges": [{"data": {"source": "a", "target": "b"}}]}}',
        '{"nodes": [{"name": "A", "v": [1, 2]}, {"name": "B", "v": [3, 4]}], "links": [{"source": 0, "target": 1}]}',
        '{"options": {"type": "directed"}, "nodes": [{"key": "a", "attributes": {"x": 1}}, {"key": "b"}], '
        '"edges": [{"source": "a", "target": "b", "attributes": {"w": 1}}]}',
        '{"directed": true, "nodes": [{"id": 0}, {"id": 1}], "adjacency": [[{"id": 1, "w": 2}], []]}',
        '{"a": ["b"], "b": ["a", "c"], "c": []}',
        '[["a", "b"], ["b", "c", 3]]',
    ),
    "graphml": (
        '<graphml><key id="k" for="node" attr.name="name"/><graph><node id="a" labels=":P"><data key="k">A</data>'
        '<data key="z">9</data></node><node id="b"><data key="k"><x/></data></node><edge source="a" target="b"/>'
        "</graph></graphml>",
    ),
    "matrix_market": (
        "%%MatrixMarket matrix coordinate pattern symmetric\n4 4 3\n2 1\n3 2\n4 3",
        "%%MatrixMarket matrix array real general\n2 2\n0\n1\n2\n0\n",
        "%%MatrixMarket matrix coordinate integer skew-symmetric\n3 3 2\n2 1 5\n3 1 2\n",
        "%%MatrixMarket matrix coordinate integer general\n2 3 2\n1 3 1\n2 1 4\n",
    ),
    "adjacency_list": ("a;b\nb;c;d\ne\n", "Ann: Bea Cid\nBea: Cid\nCid:\n", "0 1 2 3\n1 2\n2\n3\n"),
    "pajek": ('*Vertices 5 3\n1 "a" 0 0\n4 "X" 1 1\n*Matrix\n1 0\n1 1\n0 1\n',),
}
"""Files of other programs and habits, beside the templates."""


def originals(form: str) -> list[bytes]:
    """Files of a format that read well."""
    found = [template(form)]
    if form in writable_formats():
        found += [write_graph(sample_graph(name), format=form) for name in ("tutorial", "directed_with_isolated_node")]
    found += [text.encode() if isinstance(text, str) else text for text in _OTHERS.get(form, ())]
    if form == "edge_list":
        found += [b"a b\nb c\n", b"source\ttarget\ttype\n1\t2\tundirected\n2\t3\tundirected\n"]
    if form == "pajek":
        found.append(b"*Vertices 3\n*Edgeslist\n1 2 3\n*Matrix\n0 1 0\n1 0 0\n0 0 2\n*Edges\n1 2 3\n")
    return found


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The bytes after one to five small wounds."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        at, length = rng.randrange(len(out) + 1), rng.choice((1, 1, 2, 4, 8, 40))
        wound = rng.randrange(8)
        if wound == 0:
            del out[at:]
        elif wound == 1:
            del out[at : at + length]
        elif wound == 2:
            out[at:at] = rng.choice(TOKENS)
        elif wound == 3:
            out[at : at + length] = rng.choice(TOKENS)
        elif wound == 4 and out:
            out[min(at, len(out) - 1)] = rng.randrange(256)
        elif wound == 5:
            start = rng.randrange(len(out) + 1)
            out[at:at] = out[start : start + 8 * length]
        elif wound == 6:
            packed = struct.pack(rng.choice("<>") + "Q", rng.choice(SIZES))[: rng.choice((2, 4, 8))]
            out[at : at + len(packed)] = packed
        elif wound == 7:
            words = bytes(out).split(rng.choice((b"\n", b" ", b",", b'"', b"<")))
            rng.shuffle(words)
            out = bytearray(rng.choice((b"\n", b" ", b",", b'"', b"<")).join(words))
    return bytes(out)


def repacked(data: bytes, rng: random.Random) -> bytes:
    """A zip with one of its members mutated, renamed, doubled or left out, its checksums right again."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = [(info.filename, packed.read(info)) for info in packed.infolist()]
    k = rng.randrange(len(members))
    name, content = members[k]
    change = rng.randrange(8)
    if change == 0:
        del members[k]
    elif change == 1:
        members[k] = (members[rng.randrange(len(members))][0], content)
    elif change == 2:
        members[k] = (mutated(name.encode(), rng).decode("latin-1").replace("\x00", "") or "x", content)
    elif change == 3:
        members.append((name, members[rng.randrange(len(members))][1]))
    else:
        members[k] = (name, mutated(content, rng))
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # two members of one name
        with zipfile.ZipFile(stream, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as packed:
            for name, content in members:
                packed.writestr(name, content)
    return stream.getvalue()


def cases(form: str, seed: int) -> Iterator[bytes]:
    """Mutated files of a format, without end, the same for the same seed."""
    rng = random.Random(f"{form} {seed}")
    good = originals(form)
    while True:
        data = rng.choice(good)
        yield repacked(data, rng) if form in ZIPPED and rng.random() < 0.7 else mutated(data, rng)


def outcome(data: bytes, form: str, named: bool) -> str:
    """'graph' or the sentence; whatever else is raised goes through."""
    try:
        if named:
            inspect_graph(data, options=ReadOptions(format=form))
        else:
            inspect_graph(data, f"file.{form}")
    except GatvizError as error:
        return str(error)
    return "graph"


def check_sentence(sentence: str) -> None:
    """One line, printable, of a length that a person reads."""
    assert sentence.isprintable(), sentence
    assert len(sentence) < 700, sentence
    assert sentence == "graph" or ": expected " in sentence, sentence


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--format", choices=readable_formats())
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    warnings.simplefilter("error")
    forms = [chosen.format] if chosen.format else list(readable_formats())
    for form in forms:
        end, count, graphs, failures, slowest = time.monotonic() + chosen.seconds / len(forms), 0, 0, 0, 0.0
        seen: set[str] = set()
        for data in cases(form, chosen.seed):
            if time.monotonic() > end:
                break
            count += 1
            start = time.monotonic()
            try:
                said = outcome(data, form, named=bool(count % 2))
                check_sentence(said)
                graphs += said == "graph"
            except Exception:  # what the run is for
                failures += 1
                where = traceback.format_exc().splitlines()
                key = " | ".join([*where[-6:]])
                if key not in seen:
                    seen.add(key)
                    print(f"--- {form} named={bool(count % 2)} {data!r:.3000}\n" + "\n".join(where[-12:]))
            slowest = max(slowest, time.monotonic() - start)
        print(f"{form}: {count:,} files, {graphs:,} graphs, {failures} failures, slowest {slowest:.2f} s", flush=True)


if __name__ == "__main__":
    main()
