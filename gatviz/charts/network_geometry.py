"""Where a small drawing of a graph puts its nodes, arrows and loops: the stage's shapes, as points for a chart.

x to the right, y upwards, in pixels of a panel; N nodes, A edges. Nothing here knows of weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Numbers = NDArray[np.int64]

_BEND, _BEND_ALONE = 0.16, 0.04
_LOOP_REACH, _LOOP_SPREAD, _LOOP_FEET = 3.4, 0.62, 0.45
_MARGIN = _LOOP_REACH + 0.4
_LARGEST_RADIUS, _SMALLEST_RADIUS = 15.0, 2.5
_UNDER_HEAD = 0.4
_STEPS = 15
_STEPS_OF_MANY = 7
_MANY_EDGES = 400


@dataclass(frozen=True, eq=False)
class Placed:
    """A graph laid out in a panel.

    Attributes:
        width, height: of the panel. radius: of its nodes.
        nodes: [N, 2]. lines: [A, S, 2] each edge from its source to its tip. tips: [A, 2] on the target's rim.
        angles: [A] where the tip points, degrees clockwise from upwards. middles: [A, 2], for its label.
    """

    width: float
    height: float
    radius: float
    nodes: Points
    lines: Points
    tips: Points
    angles: Points
    middles: Points

    def across(self, beside: float = 0.0) -> tuple[float, float]:
        """From where to where there is something in the panel, with room `beside` the nodes for their names."""
        if len(self.nodes) == 0:
            return 0.0, self.width
        left, right = float(self.nodes[:, 0].min()), float(self.nodes[:, 0].max())
        margin = self.radius * _MARGIN
        return left - margin, right + max(margin, beside)


def place(positions: Points, source: Numbers, target: Numbers, width: float, height: float) -> Placed:
    """Fit positions [N, 2] and the edges between them into a panel; nodes at one place share it."""
    radius = _radius(positions, width, height)
    nodes = _fitted(positions, width, height, margin=radius * _MARGIN)
    lines = np.empty((source.size, _STEPS if source.size <= _MANY_EDGES else _STEPS_OF_MANY, 2))
    loops = source == target
    lines[~loops] = _arrows(nodes, source[~loops], target[~loops], radius, lines.shape[1])
    directions = _loop_directions(nodes, source, target)
    lines[loops] = _loops(nodes[target[loops]], directions[target[loops]], radius, lines.shape[1])
    tips, middles = lines[:, -1].copy(), lines[:, lines.shape[1] // 2]
    last = tips - lines[:, -2]
    angles = np.degrees(np.arctan2(last[:, 0], last[:, 1]))
    # A line ends under its arrow's head, else it would blunt the tip.
    length = np.maximum(np.hypot(*last.T), 1e-9)[:, None]
    lines[:, -1] -= last / length * np.minimum(length, _UNDER_HEAD * radius)
    return Placed(width, height, radius, nodes, lines, tips, angles, middles)


def circles(centres: Points, radius: float) -> Points:
    """[K, S, 2]: closed rings around centres."""
    turns = np.linspace(0, 2 * np.pi, 25 if len(centres) <= 60 else 13)
    ring = radius * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    return centres[:, None, :] + ring[None]


def joined_paths(lines: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of lines [K, S, 2] one after another, with a gap (NaN) behind each."""
    gaps = np.full((lines.shape[0], 1, 2), np.nan)
    points = np.concatenate([lines, gaps], axis=1).reshape(-1, 2)
    return points[:, 0].round(1), points[:, 1].round(1)


def _radius(positions: Points, width: float, height: float) -> float:
    room = np.sqrt(width * height / max(len(positions), 1))
    return float(np.clip(room * 0.11, _SMALLEST_RADIUS, _LARGEST_RADIUS))


def _fitted(positions: Points, width: float, height: float, margin: float) -> Points:
    if len(positions) == 0:
        return np.zeros((0, 2))
    low, high = positions.min(axis=0), positions.max(axis=0)
    room = np.maximum(np.array([width, height]) - 2 * margin, 1.0)
    with np.errstate(divide="ignore"):
        scale = float(np.min(room / (high - low)))
    fitted = (positions - (low + high) / 2) * (scale if np.isfinite(scale) else 0.0)
    result: Points = fitted + np.array([width, height]) / 2
    return result


def _arrows(nodes: Points, source: Numbers, target: Numbers, radius: float, steps: int) -> Points:
    start, end = nodes[source], nodes[target]
    across = end - start
    length = np.maximum(np.hypot(*across.T), 1e-9)
    count = max(len(nodes), 1)
    opposite = np.isin(source * count + target, target * count + source)
    bend = np.where(opposite, _BEND, _BEND_ALONE) * np.minimum(1, 160 / length)
    control = (start + end) / 2 + np.stack([-across[:, 1], across[:, 0]], axis=1) * bend[:, None]
    leave, tip = _towards(start, control, radius), _towards(end, control, radius + 1)
    t = np.linspace(0, 1, steps)[None, :, None]
    points: Points = (1 - t) ** 2 * leave[:, None] + 2 * t * (1 - t) * control[:, None] + t**2 * tip[:, None]
    return points


def _towards(from_: Points, to: Points, distance: float) -> Points:
    across = to - from_
    length = np.maximum(np.hypot(*across.T), 1e-9)[:, None]
    result: Points = from_ + across / length * distance
    return result


def _loops(centres: Points, directions: Points, radius: float, steps: int) -> Points:
    def around(turn: float, distance: float) -> Points:
        angle = directions + turn
        return centres + distance * np.stack([np.cos(angle), np.sin(angle)], axis=1)

    leave, tip = around(_LOOP_FEET, radius), around(-_LOOP_FEET, radius + 1)
    reach = radius * _LOOP_REACH
    first, second = around(_LOOP_SPREAD, reach), around(-_LOOP_SPREAD, reach)
    t = np.linspace(0, 1, steps)[None, :, None]
    points: Points = (
        (1 - t) ** 3 * leave[:, None]
        + 3 * t * (1 - t) ** 2 * first[:, None]
        + 3 * t**2 * (1 - t) * second[:, None]
        + t**3 * tip[:, None]
    )
    return points


def _loop_directions(nodes: Points, source: Numbers, target: Numbers) -> Points:
    """[N] radians: the middle of the widest gap between the directions to a node's neighbours, else upwards."""
    result = np.full(len(nodes), np.pi / 2)
    for node in np.unique(target[source == target]):
        others = np.unique(np.concatenate([source[target == node], target[source == node]]))
        across = nodes[others] - nodes[node]
        across = across[np.hypot(*across.T) > 0]
        if len(across) == 0:
            continue
        angles = np.sort(np.arctan2(across[:, 1], across[:, 0]))
        gaps = np.diff(angles, append=angles[0] + 2 * np.pi)
        widest = int(np.argmax(gaps))
        result[node] = angles[widest] + gaps[widest] / 2
    return result
