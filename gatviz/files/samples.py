"""The sample graphs: small files in `sample_graphs/`, each teaching one thing."""

from __future__ import annotations

from pathlib import Path

from gatviz.errors import GatvizError, quote
from gatviz.files.reading import read_graph
from gatviz.graph.graph import Graph

FOLDER = Path(__file__).resolve().parents[2] / "sample_graphs"
_FIRST = "tutorial"


def sample_graph_names() -> tuple[str, ...]:
    """The names of the sample graphs: the tutorial's first, the others in order of the alphabet.

    Raises:
        GatvizError: the folder is not there, as in an installed wheel.
    """
    names = sorted((path.stem for path in FOLDER.glob("*.json")), key=lambda name: (name != _FIRST, name))
    if not names:
        raise GatvizError(
            "sample graphs", "the folder sample_graphs beside the package", "none", "run gatviz from its clone"
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
