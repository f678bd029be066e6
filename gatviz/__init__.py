"""gatviz: see what graph attention attends to.

Data flows file → Graph → model → Trace → analysis → views; this module names the public parts of it.
"""

from gatviz import analysis
from gatviz.attention.edges import Edges
from gatviz.attention.gat import GATAttentionLayer
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layer_trace import GATTrace, GATv2Trace, LayerTrace
from gatviz.attention.loop_features import LoopFeatures
from gatviz.attention.tutorial_layers import GATLayer, MultiHeadGATLayer, SingleHeadGATLayer
from gatviz.capturing import Capture, capture, watch
from gatviz.checkpoints import inspect_weights, load_weights, save_weights
from gatviz.errors import GatvizError
from gatviz.files import ReadOptions, inspect_graph, read_graph, sample_graph, sample_graph_names, write_graph
from gatviz.graph.generators import generate
from gatviz.graph.graph import Graph
from gatviz.model.around import Activation, JumpingKnowledge, Linear, LogSoftmax, Readout
from gatviz.model.gat import GAT
from gatviz.model.norms import BatchNorm, GraphNorm, LayerNorm
from gatviz.model.plan import Sum
from gatviz.model.recipe import Recipe
from gatviz.model.steps import LayerSettings
from gatviz.model.trace import StepTrace, Trace
from gatviz.training.fit import fit
from gatviz.training.training import Training, load_training

__version__ = "0.1.0"

__all__ = [
    "GAT",
    "Activation",
    "BatchNorm",
    "Capture",
    "Edges",
    "GATAttentionLayer",
    "GATLayer",
    "GATTrace",
    "GATv2AttentionLayer",
    "GATv2Trace",
    "GatvizError",
    "Graph",
    "GraphNorm",
    "JumpingKnowledge",
    "LayerNorm",
    "LayerSettings",
    "LayerTrace",
    "Linear",
    "LogSoftmax",
    "LoopFeatures",
    "MultiHeadGATLayer",
    "ReadOptions",
    "Readout",
    "Recipe",
    "SingleHeadGATLayer",
    "StepTrace",
    "Sum",
    "Trace",
    "Training",
    "analysis",
    "capture",
    "fit",
    "generate",
    "inspect_graph",
    "inspect_weights",
    "load_training",
    "load_weights",
    "read_graph",
    "sample_graph",
    "sample_graph_names",
    "save_weights",
    "watch",
    "write_graph",
]
