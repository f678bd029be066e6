"""Graphs made to order, with sizes and a seed, and the real ones that networkx ships."""

from gatviz.generators.catalogue import GENERATORS, Generator, Parameter, generate
from gatviz.generators.shipped import shipped_graph, shipped_graph_names

__all__ = ["GENERATORS", "Generator", "Parameter", "generate", "shipped_graph", "shipped_graph_names"]
