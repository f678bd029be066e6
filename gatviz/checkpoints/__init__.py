"""Weights files ↔ models: recognised by names and shapes, one module a layout; nothing in a file is ever run."""

from gatviz.checkpoints.checkpoint import Checkpoint, check_graph, inspect_weights, load_weights
from gatviz.checkpoints.decisions import ACTIVATION_NAMES, NO_ACTIVATION, Choices, Decision
from gatviz.checkpoints.pickle_walk import SAVE_LINES
from gatviz.checkpoints.recognition import LAYOUTS
from gatviz.checkpoints.saving import save_weights

__all__ = [
    "ACTIVATION_NAMES",
    "LAYOUTS",
    "NO_ACTIVATION",
    "SAVE_LINES",
    "Checkpoint",
    "Choices",
    "Decision",
    "check_graph",
    "inspect_weights",
    "load_weights",
    "save_weights",
]
