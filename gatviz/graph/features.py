"""Features for nodes that bring none along: told apart one by one, by degree, not at all, or at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.words import _, one_of

FeatureKind = Literal["one_hot", "degree", "constant", "random"]
FEATURE_KINDS: tuple[str, ...] = get_args(FeatureKind)

MAX_ONE_HOT_NODES = 200
"""Up to here nodes without features are told apart one-hot; above, their in-degree is the feature."""
_MAX_ONE_HOT = 2_000


def usual_kind(num_nodes: int) -> FeatureKind:
    """What nodes without features get if nobody chooses: one-hot up to 200 nodes, the in-degree above."""
    return "one_hot" if num_nodes <= MAX_ONE_HOT_NODES else "degree"


def made_up_features(
    kind: FeatureKind, names: Sequence[str], edge_index: NDArray[np.int64], *, seed: int = 0, columns: int = 4
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Features [N, F] and their F names.

    Arguments:
        kind: "one_hot" (F = N, named like the nodes), "degree" (the number of incoming edges), "constant" (1)
            or "random" (standard normal, rounded to two decimals so that they can be checked by hand).
        names: the N node names.
        edge_index: [2, E], row 1 = target.
        seed, columns: of "random".

    Raises:
        GatvizError: another kind, or one-hot for more than 2,000 nodes.
    """
    count = len(names)
    if kind == "one_hot":
        if count > _MAX_ONE_HOT:
            raise GatvizError(
                _("one-hot features"),
                _("at most {most:,} nodes").format(most=_MAX_ONE_HOT),
                f"{count:,}",
                _("choose the degree or a constant"),
            )
        return np.eye(count), tuple(names)
    if kind == "degree":
        return np.bincount(edge_index[1], minlength=count).astype(np.float64)[:, None], ("in_degree",)
    if kind == "constant":
        return np.ones((count, 1)), ("constant",)
    if kind == "random":
        drawn = np.random.default_rng(seed).standard_normal((count, columns)).round(2)
        return drawn + 0.0, tuple(f"random {k}" for k in range(columns))  # + 0.0 turns −0.0 into 0.0
    raise GatvizError(_("features"), one_of(FEATURE_KINDS), quote(kind), _("choose one of these"))
