"""Graphs made to order, with sizes and a seed, and the real ones that networkx ships."""

from gatviz.graph.generators.catalogue import GENERATORS, Generator, Parameter, generate
from gatviz.graph.generators.real import shipped_graph, shipped_graph_names

__all__ = ["GENERATORS", "Generator", "Parameter", "generate", "shipped_graph", "shipped_graph_names"]
