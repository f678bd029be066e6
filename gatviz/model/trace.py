"""`Trace`: one run of a model on a graph, from its first step to its last."""

from __future__ import annotations

from dataclasses import dataclass, field

from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.errors import within
from gatviz.graph.graph import Graph
from gatviz.words import _


@dataclass(frozen=True, eq=False)
class Trace:
    """One run of a model on a graph: its layers' traces, first to last.

    Attributes:
        graph: the graph that was run.
        layers: a LayerTrace per layer.
        device: where it ran.
    """

    graph: Graph
    layers: tuple[LayerTrace, ...] = field(default=())
    device: str = "cpu"

    @property
    def out(self) -> Array:
        """The last layer's output."""
        return self.layers[-1].out

    def check_finite(self, largest: float | None = None) -> None:
        """Refuse a run with a number that is not finite, or larger in size than `largest`, in any layer.

        Raises:
            GatvizError: naming the layer, and the first stage with such a number.
        """
        for number, layer in enumerate(self.layers):
            with within(_("layer {number}").format(number=number)):
                layer.check_finite(largest)
