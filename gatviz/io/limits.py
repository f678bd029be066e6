"""How much gatviz reads; beyond it comes a sentence, before memory is taken."""

from __future__ import annotations

from gatviz.errors import GatvizError

MOST_NODES = 200_000
MOST_ARCS = 2_000_000
MOST_FEATURE_VALUES = 25_000_000
MOST_BYTES = 100_000_000


def check_bytes(where: str, size: int) -> None:
    """Raise GatvizError above the cap on a file's size."""
    if size > MOST_BYTES:
        raise GatvizError(
            where,
            f"at most {MOST_BYTES // 1_000_000} MB",
            f"{size / 1e6:.0f} MB",
            "cut the graph to the part that matters",
        )


def check_nodes(where: str, count: int) -> None:
    """Raise GatvizError for no nodes at all, or too many."""
    if count == 0:
        raise GatvizError(where, "at least one node", "none", "add a node")
    if count > MOST_NODES:
        raise GatvizError(
            where, f"at most {MOST_NODES:,} nodes", f"{count:,}", "cut the graph to the part that matters"
        )


def check_arcs(where: str, count: int) -> None:
    """Raise GatvizError for too many arcs."""
    if count > MOST_ARCS:
        raise GatvizError(
            where, f"at most {MOST_ARCS:,} edges", f"{count:,}", "cut the graph to the part that matters"
        )


def check_features(where: str, nodes: int, features: int) -> None:
    """Raise GatvizError for more feature values than fit."""
    if nodes * features > MOST_FEATURE_VALUES:
        raise GatvizError(
            where,
            f"at most {MOST_FEATURE_VALUES:,} feature values",
            f"{nodes:,} × {features:,}",
            "drop some feature columns",
        )
