"""The difference of two weightings of the same run: a head against another head, the mean, GCN or uniform. E edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.baselines import WeightingKey, column_of, name_of, weighting_of
from gatviz.analysis.subject import Analysed, called, subject_of
from gatviz.attention.layer_trace import Array
from gatviz.graph.graph import Graph
from gatviz.words import _, begun, ngettext

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Difference:
    """first − second, edge by edge, in the trace's order.

    Attributes:
        names: of the nodes. edge_index: [2, E]. first_key, second_key: what is compared.
        first, second, values: [E].
        sentences: what came of it, in words.
    """

    names: tuple[str, ...]
    edge_index: NDArray[np.int64]
    first_key: WeightingKey
    second_key: WeightingKey
    first: Array
    second: Array
    values: Array
    sentences: tuple[str, ...]

    @property
    def first_name(self) -> str:
        """What is compared, within a sentence."""
        return name_of(self.first_key)

    @property
    def second_name(self) -> str:
        """With what it is compared, within a sentence."""
        return name_of(self.second_key)

    @property
    def title(self) -> str:
        """ "Head 0 minus mean of heads"."""
        told = _("{first} minus {second}").format(first=self.first_name, second=self.second_name)
        return begun(told)

    @property
    def largest(self) -> float:
        """The largest size of a difference: the end of a diverging scale around 0."""
        return float(np.abs(self.values).max()) if self.values.size else 0.0

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each edge, largest difference first: edge, source, target, the two weights by name, difference."""
        import pandas as pd

        order = np.argsort(-np.abs(self.values), kind="stable")
        names = np.array(self.names, dtype=object)
        first, second = column_of(self.first_key), column_of(self.second_key)
        return pd.DataFrame(
            {
                "edge": order,
                "source": names[self.edge_index[0, order]],
                "target": names[self.edge_index[1, order]],
                first: self.first[order],
                second if second != first else f"{second} (again)": self.second[order],
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
        first_key=first,
        second_key=second,
        first=a,
        second=b,
        values=values,
        sentences=_sentences(names, layer.edge_index, (first, second), (a, b), values),
    )


def _sentences(
    names: tuple[str, ...],
    edge_index: NDArray[np.int64],
    keys: tuple[WeightingKey, WeightingKey],
    sides: tuple[Array, Array],
    values: Array,
) -> tuple[str, ...]:
    first, second = map(name_of, keys)
    told = []
    if values.size == 0:
        told.append(_("There are no arrows to compare."))
    elif not values.any():
        told.append(
            begun(_("{first} and {second} give every arrow the same weight.").format(first=first, second=second))
        )
    else:
        k = int(np.argmax(np.abs(values)))
        source, target = (called(names[node]) for node in edge_index[:, k])
        same, average = int((values == 0).sum()), np.abs(values).mean(dtype=np.float64)
        told.append(
            _(
                "The largest difference is at {target} reading {source}: {a:.2f} in {first}, {b:.2f} in {second}."
            ).format(target=target, source=source, a=sides[0][k], first=first, b=sides[1][k], second=second)
        )
        alike = ngettext(
            "On average an arrow differs by {average:.3f}; {n} arrow of {all} is exactly the same.",
            "On average an arrow differs by {average:.3f}; {n} arrows of {all} are exactly the same.",
            same,
        )
        told.append(alike.format(average=average, n=same, all=values.size))
    if "gcn" in keys:
        told.append(_("GCN weights of a node need not sum to 1, so part of a difference can be that."))
    return tuple(told)
