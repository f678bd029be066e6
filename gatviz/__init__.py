"""gatviz: see what graph attention attends to.

Data flows file → Graph → model → Trace → analysis → views; this module names the public parts of it.
"""

from gatviz.edges import Edges
from gatviz.errors import GatvizError
from gatviz.graph import Graph
from gatviz.trace import LayerTrace, Trace

__version__ = "0.1.0"

__all__ = ["Edges", "GatvizError", "Graph", "LayerTrace", "Trace"]
