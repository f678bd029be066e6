"""The sample graphs: small files in `sample_graphs/`, each teaching one thing."""

from __future__ import annotations

from gatviz.errors import GatvizError, quote
from gatviz.files.read import read_graph
from gatviz.graph.graph import Graph
from gatviz.top_files import top_file

FOLDER = top_file("sample_graphs")
_FIRST = "tutorial"


def sample_graph_names() -> tuple[str, ...]:
    """The names of the sample graphs: the tutorial's first, the others in order of the alphabet.

    Raises:
        GatvizError: the folder is not there, or empty.
    """
    names = sorted((path.stem for path in FOLDER.glob("*.json")), key=lambda name: (name != _FIRST, name))
    if not names:
        raise GatvizError(
            "sample graphs", "JSON files in the folder sample_graphs", f"none in {FOLDER}", "install gatviz anew"
        )
    return tuple(names)


def sample_graph(name: str) -> Graph:
    """One of the sample graphs.

    Raises:
        GatvizError: no sample has this name.
    """
    names = sample_graph_names()
    if name not in names:
        raise GatvizError("sample_graph", "one of " + ", ".join(names), quote(name), "choose one of these")
    return read_graph(FOLDER / f"{name}.json")
