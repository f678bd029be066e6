"""How much gatviz takes in: the caps, stated once, and checked before memory is taken."""

from __future__ import annotations

from gatviz.errors import GatvizError
from gatviz.words import _

MAX_NODES = 200_000
MAX_EDGES = 2_000_000
"""Edges as the graph will hold them: an undirected edge of a file counts twice."""
MAX_FEATURE_VALUES = 25_000_000
"""N × F."""
MAX_BYTES = 100_000_000
MAX_COLUMNS = 20_000
"""Columns of a table of text; more features fit in .npz."""
MAX_CATEGORIES = 50
"""A text column with more different values than this is left out instead of made one-hot."""
MAX_JSON_MEMORY = 700_000_000
"""What the values of a JSON file may take once they are Python objects, estimated from its punctuation."""
MAX_ATTRIBUTES = 5_000_000
"""Attributes of nodes and edges together, in formats that name them anew for each (GraphML, GEXF, GML)."""
MAX_TEXT = 1_000_000
"""Characters of one XML element, GML value or line of Pajek."""
MAX_DEPTH = 50
"""Elements or lists within each other."""
MAX_UNPACKED = 500_000_000
"""Bytes that the members of a zip, npz or torch file may take together, once unpacked."""
MAX_MEMBERS = 200
"""Members of a zip, npz or torch file."""
MAX_ARRAY_BYTES = 8 * MAX_FEATURE_VALUES
"""Bytes of one array of an .npz file."""
MAX_PICKLE = 20_000_000
"""Bytes of the list of tensors in a torch file."""
MAX_FILE_NAME = 60
"""Characters of a file's name in messages."""
MAX_HEADERS = 200
"""Columns of a table that are offered for choosing by hand."""


def check_bytes(count: int, where: str) -> None:
    """Refuse more bytes than `MAX_BYTES`."""
    if count > MAX_BYTES:
        raise GatvizError(
            where,
            _("at most {most} MB").format(most=MAX_BYTES // 10**6),
            _("{size:,.0f} MB").format(size=count / 10**6),
            _("keep a part of the graph, or store it as .npz"),
        )


def check_nodes(count: int, where: str) -> None:
    """Refuse a graph without nodes, and one of more than `MAX_NODES`."""
    if count <= 0:
        raise GatvizError(where, _("at least one node"), _("none"), _("add a node"))
    if count > MAX_NODES:
        raise GatvizError(
            where,
            _("at most {most:,} nodes").format(most=MAX_NODES),
            f"{count:,}",
            _("keep a part of the graph, e.g. a neighbourhood"),
        )


def check_edges(count: int, where: str) -> None:
    """Refuse more edges than `MAX_EDGES`."""
    if count > MAX_EDGES:
        raise GatvizError(
            where,
            _("at most {most:,} arrows").format(most=MAX_EDGES),
            f"{count:,}",
            _("keep a part of the graph, e.g. a neighbourhood"),
        )


def check_features(nodes: int, features: int, where: str) -> None:
    """Refuse a feature matrix of more than `MAX_FEATURE_VALUES` values."""
    if nodes * features > MAX_FEATURE_VALUES:
        raise GatvizError(
            where,
            _("at most {most:,} feature values").format(most=MAX_FEATURE_VALUES),
            _("{nodes:,} nodes × {features:,} features").format(nodes=nodes, features=features),
            _("keep fewer features"),
        )


def check_columns(count: int, rows: int, where: str) -> None:
    """Refuse a table of more than `MAX_COLUMNS` columns or more cells than feature values are allowed."""
    if count > MAX_COLUMNS:
        raise GatvizError(
            where,
            _("at most {most:,} columns").format(most=MAX_COLUMNS),
            f"{count:,}",
            _("keep fewer columns"),
        )
    if count * rows > MAX_FEATURE_VALUES:
        raise GatvizError(
            where,
            _("at most {most:,} cells").format(most=MAX_FEATURE_VALUES),
            _("{count:,} columns × {rows:,} rows").format(count=count, rows=rows),
            _("keep fewer columns"),
        )
