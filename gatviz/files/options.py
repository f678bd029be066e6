"""`ReadOptions`: what a person may decide by hand about a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from gatviz.errors import GatvizError, quote
from gatviz.files.encoding import ENCODINGS
from gatviz.words import _, or_list

MissingFeatures = Literal["one_hot", "degree", "constant"]
Scaling = Literal["none", "row", "standard"]
Orientation = Literal["row_reads_column", "row_points_to_column"]


@dataclass(frozen=True)
class ReadOptions:
    """What a person may decide by hand; whatever is left None is decided by gatviz, and said.

    Attributes:
        format: a name from `readable_formats()`, if content and name mislead.
        directed: whether edges have one direction; None: as the file says.
        encoding: a name from `ENCODINGS` for the text of the files.
        source, target: the columns of an edge list that hold the two ends.
        two_mode: whether those two columns name two kinds of things, whose equal names are different nodes.
        node_id: the column of a node table that holds what edges call the nodes.
        name: the node column that holds what people call the nodes; "" for what edges call them.
        label: the node column that holds the class; "" for none.
        features: the node columns that become features, all others being left out.
        ignored: node columns to leave out.
        edge_features: the columns of edges that become edge features, which models may read; all stay attributes too.
        missing_features: what nodes get that have no features.
        categorical: whether a column of words becomes one feature a word ("one_hot") or is left out.
        scaling: "row" divides each node's features by the sum of their sizes; "standard" gives each
            feature mean 0 and standard deviation 1.
        matrix: how an adjacency matrix is read; None: as is usual for the format.
    """

    format: str | None = None
    directed: bool | None = None
    encoding: str | None = None
    source: str | None = None
    target: str | None = None
    two_mode: bool | None = None
    node_id: str | None = None
    name: str | None = None
    label: str | None = None
    features: tuple[str, ...] | None = None
    ignored: tuple[str, ...] = ()
    edge_features: tuple[str, ...] = ()
    missing_features: MissingFeatures | None = None
    categorical: Literal["one_hot", "ignore"] = "one_hot"
    scaling: Scaling = "none"
    matrix: Orientation | None = None

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("missing_features", self.missing_features, (None, *get_args(MissingFeatures))),
            ("categorical", self.categorical, ("one_hot", "ignore")),
            ("scaling", self.scaling, get_args(Scaling)),
            ("matrix", self.matrix, (None, *get_args(Orientation))),
            ("encoding", self.encoding, (None, *ENCODINGS)),
        ):
            if value not in allowed:
                words = or_list(quote(word) for word in allowed if word is not None)
                raise GatvizError(_("options, {name}").format(name=name), words, quote(value), _("choose one of these"))
