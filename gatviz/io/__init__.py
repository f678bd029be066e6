"""Graph files ↔ Graph: which format a file is in, and the sample graphs."""

from __future__ import annotations

from pathlib import Path

from gatviz.errors import GatvizError, quote
from gatviz.graph import Graph
from gatviz.io import limits
from gatviz.io.csv_format import read_csv
from gatviz.io.json_format import read_json, write_json
from gatviz.io.text import decode

Source = str | Path | bytes

_SAMPLES = Path(__file__).parent.parent.parent / "sample_graphs"
_FIRST = "tutorial"


def read_graph(source: Source, nodes: Source | None = None, *, name: str | None = None) -> Graph:
    """A Graph from a JSON file or a CSV edge list.

    Arguments:
        source: a path, or the file's bytes.
        nodes: the node table beside a CSV edge list, as a path or bytes.
        name: what messages call the file when bytes are given.

    Raises:
        GatvizError: anything that is not a graph in one of these formats; see docs/formats.md.
    """
    content, where = _content(source, name or "file")
    text = decode(content, where)
    if text.lstrip()[:1] in ("{", "["):
        if nodes is not None:
            raise GatvizError(
                where, "a CSV edge list beside a node table", "JSON", "give the JSON file alone"
            )
        return read_json(text, where)
    if nodes is None:
        return read_csv(text, where)
    node_content, node_where = _content(nodes, "node table")
    return read_csv(text, where, decode(node_content, node_where), node_where)


def _content(source: Source, name: str) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        limits.check_bytes(name, len(source))
        return source, name
    path = Path(source)
    try:
        limits.check_bytes(path.name, path.stat().st_size)
        return path.read_bytes(), path.name
    except OSError as error:
        raise GatvizError(
            quote(str(source)), "a file that can be read", error.strerror or "none", "check the path"
        ) from error


def sample_graph_names() -> tuple[str, ...]:
    """The sample graphs, the tutorial's first."""
    names = sorted(path.stem for path in _SAMPLES.glob("*.json"))
    return tuple(sorted(names, key=lambda name: name != _FIRST))


def sample_graph(name: str) -> Graph:
    """One of the sample graphs.

    Raises:
        GatvizError: no sample of this name.
    """
    if name not in sample_graph_names():
        raise GatvizError(
            "sample_graph", f"one of {', '.join(sample_graph_names())}", quote(name), "choose one of these"
        )
    return read_graph(_SAMPLES / f"{name}.json")


__all__ = ["read_graph", "sample_graph", "sample_graph_names", "write_json"]
