"""Weights files ↔ models: recognised by names and shapes; nothing in a file is ever run.

A file goes through the modules in this order, one a step; `opening` takes it through all of them.

    (pickles)                 bytes → what a torch file or safetensors holds
    state_dict                → the one state dict in it, every number checked
    recognition               → its modules: attention layers in the form of one of the `layouts`, and `other_modules`
    sequence, proposal        → which comes after which: the recipe, or several ways to read the file
    told_modules              + what the modules of a whole model say where they have no tensors
    saved_settings            + what gatviz itself wrote beside the tensors
    defaults                  → every setting decided: by the file, by the caller's `choices`, else as is likeliest
    model_building            → the model

`layouts/` has one module for each library's way of storing layers (`layer_forms` says what such a layout tells): a new
one is a module and a row in its table. `other_modules` tells what a state dict holds beside attention layers. `saving`
goes the other way.
"""

from gatviz.checkpoints.choices import ACTIVATION_NAMES, NO_ACTIVATION, Choices, Decision
from gatviz.checkpoints.layouts import LAYOUTS
from gatviz.checkpoints.opening import Checkpoint, WeightsFile, check_graph, inspect_weights, load_weights, read_weights
from gatviz.checkpoints.saving import save_weights
from gatviz.pickles.safe_pickle import SAVE_LINES

__all__ = [
    "ACTIVATION_NAMES",
    "LAYOUTS",
    "NO_ACTIVATION",
    "SAVE_LINES",
    "Checkpoint",
    "Choices",
    "Decision",
    "WeightsFile",
    "check_graph",
    "inspect_weights",
    "load_weights",
    "read_weights",
    "save_weights",
]
