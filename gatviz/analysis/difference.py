"""The difference of two weightings of the same run: a head against another head, the mean, GCN or uniform. E edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatviz.analysis.baselines import WeightingKey, name_of, weighting_of
from gatviz.analysis.subject import Analysed, called, several, subject_of
from gatviz.attention.layer_trace import Array
from gatviz.graph.graph import Graph


@dataclass(frozen=True, eq=False)
class Difference:
    """first − second, edge by edge, in the trace's order.

    Attributes:
        names: of the nodes. edge_index: [2, E]. first_name, second_name: what is compared.
        first, second, values: [E].
        sentences: what came of it, in words.
    """

    names: tuple[str, ...]
    edge_index: NDArray[np.int64]
    first_name: str
    second_name: str
    first: Array
    second: Array
    values: Array
    sentences: tuple[str, ...]

    @property
    def largest(self) -> float:
        """The largest size of a difference: the end of a diverging scale around 0."""
        return float(np.abs(self.values).max()) if self.values.size else 0.0

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each edge, largest difference first: edge, source, target, the two weights by name, difference."""
        order = np.argsort(-np.abs(self.values), kind="stable")
        names = np.array(self.names, dtype=object)
        second_name = self.second_name if self.second_name != self.first_name else f"{self.second_name} (again)"
        return pd.DataFrame(
            {
                "edge": order,
                "source": names[self.edge_index[0, order]],
                "target": names[self.edge_index[1, order]],
                self.first_name: self.first[order],
                second_name: self.second[order],
                "difference": self.values[order],
            }
        )


def difference(trace: Analysed, first: WeightingKey, second: WeightingKey, graph: Graph | None = None) -> Difference:
    """The weights `first` minus `second`, each a head or "mean", "gcn", "uniform"; `graph` names the nodes.

    Raises:
        GatvizError: weights that are not there.
    """
    subject = subject_of(trace, graph)
    layer, names = subject.layer, subject.names
    a, b = weighting_of(layer, first), weighting_of(layer, second)
    values = a - b
    return Difference(
        names=names,
        edge_index=layer.edge_index,
        first_name=name_of(first),
        second_name=name_of(second),
        first=a,
        second=b,
        values=values,
        sentences=_sentences(names, layer.edge_index, (name_of(first), name_of(second)), (a, b), values),
    )


def _sentences(
    names: tuple[str, ...],
    edge_index: NDArray[np.int64],
    titles: tuple[str, str],
    sides: tuple[Array, Array],
    values: Array,
) -> tuple[str, ...]:
    first, second = titles
    told = []
    if values.size == 0:
        told.append("There are no arrows to compare.")
    elif not values.any():
        told.append(f"{first[:1].upper()}{first[1:]} and {second} give every arrow the same weight.")
    else:
        k = int(np.argmax(np.abs(values)))
        source, target = (called(names[node]) for node in edge_index[:, k])
        same, average = int((values == 0).sum()), np.abs(values).mean(dtype=np.float64)
        told.append(
            f"The largest difference is at {target} reading {source}: {sides[0][k]:.2f} in {first}, "
            f"{sides[1][k]:.2f} in {second}."
        )
        told.append(
            f"On average an arrow differs by {average:.3f}; {several(same, 'arrow')} of {values.size} "
            f"{'is' if same == 1 else 'are'} exactly the same."
        )
    if "GCN weight" in titles:
        told.append("GCN weights of a node need not sum to 1, so part of a difference can be that.")
    return tuple(told)
