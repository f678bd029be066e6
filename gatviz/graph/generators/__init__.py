"""Graphs made to order, with sizes and a seed, and the real ones that networkx ships."""

from gatviz.graph.generators.catalogue import GENERATORS, Generator, Parameter, generate
from gatviz.graph.generators.real import real_graph, real_graph_names

__all__ = ["GENERATORS", "Generator", "Parameter", "generate", "real_graph", "real_graph_names"]
