"""What a step of a model makes of each node, in the two dimensions that hold most of its spread.

N nodes, G numbers for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatviz.attention.layer_trace import Array
from gatviz.training.training import Training

EVERY = 10
"""Every so many epochs one is what the next ones are turned to lie like."""


@dataclass(frozen=True, eq=False)
class Plane:
    """Nodes in the plane of the first two principal components.

    Attributes:
        points: [N, 2], their mean at 0. share: what part of the spread (the sum of variances) the plane holds; NaN
            where all nodes are alike. width: G.
    """

    points: Array
    share: float
    width: int


def plane_of(values: Array) -> Plane:
    """The plane of values [N, G]: PCA, each axis pointing to the node that lies farthest along it.

    Source: Pearson 1901, On lines and planes of closest fit to systems of points in space.
    """
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    left, sizes, _axes = np.linalg.svd(centred, full_matrices=False)
    points = left[:, :2] * sizes[:2]
    points = np.pad(points, ((0, 0), (0, 2 - points.shape[1])))
    total = float((centred**2).sum())
    farthest = points[np.abs(points).argmax(axis=0), [0, 1]]
    share = min(float((points**2).sum()) / total, 1.0) if total > 0 else float("nan")
    return Plane(points * np.where(farthest < 0, -1, 1), share, centred.shape[1])


def turned(points: Array, like: Array) -> Array:
    """Points [N, 2] turned, or mirrored, around 0 so that they lie as near as they can to others [N, 2].

    Source: Schönemann 1966, A generalized solution of the orthogonal Procrustes problem.
    """
    left, _sizes, right = np.linalg.svd(points.T @ like)
    found: Array = points @ (left @ right)
    return found


class Embedded:
    """What one step of a training's model makes of the nodes, epoch by epoch.

    Which way an axis points is chance in PCA, and two axes of like spread change places from one epoch to the next.
    So each plane is turned within itself, which changes no distance and no share, to lie like that of an epoch before
    it: the last of every tenth.
    """

    def __init__(self, training: Training, step: int) -> None:
        self.training, self.step = training, step
        self._known: dict[int, tuple[Sequence[str], Plane]] = {}

    def at(self, epoch: int) -> Plane:
        """The plane of an epoch; the same whatever was asked for before.

        Raises:
            GatvizError: an epoch that is not trained.
        """
        for before in range(0, epoch, EVERY):
            if before not in self._known:
                self._known[before] = self._found(before)
        return self._found(epoch)[1]

    def _found(self, epoch: int) -> tuple[Sequence[str], Plane]:
        if epoch in self._known:
            return self._known[epoch]
        names = self.training.task_at(epoch).graph.names
        plane = plane_of(self.training.outputs(epoch)[self.step].output)
        before = (epoch - 1) // EVERY * EVERY
        if epoch > 0:
            names_before, other = self._known[before]
            if names == names_before:
                plane = Plane(turned(plane.points, other.points), plane.share, plane.width)
        return names, plane
