"""gatviz: see what graph attention attends to.

Data flows file → Graph → model → Trace → analysis → views; this module names the public parts of it. Each is loaded
when it is first asked for: `import gatviz` itself loads nothing, not even torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# isort: off
if TYPE_CHECKING:  # for who reads and for type checkers; what runs is the table below, and a test holds them equal
    from gatviz import analysis as analysis, export as export
    from gatviz.attention.alpha_trace import AlphaTrace as AlphaTrace
    from gatviz.attention.edges import Edges as Edges
    from gatviz.attention.gat import GATAttentionLayer as GATAttentionLayer
    from gatviz.attention.gatv2 import GATv2AttentionLayer as GATv2AttentionLayer
    from gatviz.attention.layer_trace import GATTrace as GATTrace, GATv2Trace as GATv2Trace, LayerTrace as LayerTrace
    from gatviz.attention.loop_features import LoopFeatures as LoopFeatures
    from gatviz.attention.tutorial_layers import (
        GATLayer as GATLayer,
        MultiHeadGATLayer as MultiHeadGATLayer,
        SingleHeadGATLayer as SingleHeadGATLayer,
    )
    from gatviz.capturing.capture import Capture as Capture, capture as capture
    from gatviz.capturing.given import from_attention as from_attention
    from gatviz.capturing.run import CapturedRun as CapturedRun, load_capture as load_capture
    from gatviz.capturing.watch import watch as watch
    from gatviz.checkpoints import (
        inspect_weights as inspect_weights,
        load_weights as load_weights,
        save_weights as save_weights,
    )
    from gatviz.errors import GatvizError as GatvizError
    from gatviz.files import (
        ReadOptions as ReadOptions,
        inspect_graph as inspect_graph,
        read_graph as read_graph,
        sample_graph as sample_graph,
        sample_graph_names as sample_graph_names,
        write_graph as write_graph,
    )
    from gatviz.graph.generators import generate as generate
    from gatviz.graph.graph import Graph as Graph
    from gatviz.model.around import (
        Activation as Activation,
        JumpingKnowledge as JumpingKnowledge,
        Linear as Linear,
        LogSoftmax as LogSoftmax,
        Readout as Readout,
    )
    from gatviz.model.gat import GAT as GAT
    from gatviz.model.norms import BatchNorm as BatchNorm, GraphNorm as GraphNorm, LayerNorm as LayerNorm
    from gatviz.model.plan import Sum as Sum
    from gatviz.model.recipe import Recipe as Recipe
    from gatviz.model.layer_settings import LayerSettings as LayerSettings
    from gatviz.model.trace import StepTrace as StepTrace, Trace as Trace
    from gatviz.reporting.page import report as report
    from gatviz.reporting.notebook import explore as explore, view as view
    from gatviz.training.fit import fit as fit
    from gatviz.training.training import Training as Training, load_training as load_training

__version__ = "0.1.0"

_HOMES = {
    "Activation": "gatviz.model.around",
    "AlphaTrace": "gatviz.attention.alpha_trace",
    "BatchNorm": "gatviz.model.norms",
    "Capture": "gatviz.capturing.capture",
    "CapturedRun": "gatviz.capturing.run",
    "Edges": "gatviz.attention.edges",
    "GAT": "gatviz.model.gat",
    "GATAttentionLayer": "gatviz.attention.gat",
    "GATLayer": "gatviz.attention.tutorial_layers",
    "GATTrace": "gatviz.attention.layer_trace",
    "GATv2AttentionLayer": "gatviz.attention.gatv2",
    "GATv2Trace": "gatviz.attention.layer_trace",
    "GatvizError": "gatviz.errors",
    "Graph": "gatviz.graph.graph",
    "GraphNorm": "gatviz.model.norms",
    "JumpingKnowledge": "gatviz.model.around",
    "LayerNorm": "gatviz.model.norms",
    "LayerSettings": "gatviz.model.layer_settings",
    "LayerTrace": "gatviz.attention.layer_trace",
    "Linear": "gatviz.model.around",
    "LogSoftmax": "gatviz.model.around",
    "LoopFeatures": "gatviz.attention.loop_features",
    "MultiHeadGATLayer": "gatviz.attention.tutorial_layers",
    "ReadOptions": "gatviz.files",
    "Readout": "gatviz.model.around",
    "Recipe": "gatviz.model.recipe",
    "SingleHeadGATLayer": "gatviz.attention.tutorial_layers",
    "StepTrace": "gatviz.model.trace",
    "Sum": "gatviz.model.plan",
    "Trace": "gatviz.model.trace",
    "Training": "gatviz.training.training",
    "analysis": "gatviz.analysis",
    "capture": "gatviz.capturing.capture",
    "explore": "gatviz.reporting.notebook",
    "export": "gatviz.export",
    "fit": "gatviz.training.fit",
    "from_attention": "gatviz.capturing.given",
    "generate": "gatviz.graph.generators",
    "inspect_graph": "gatviz.files",
    "inspect_weights": "gatviz.checkpoints",
    "load_capture": "gatviz.capturing.run",
    "load_training": "gatviz.training.training",
    "load_weights": "gatviz.checkpoints",
    "read_graph": "gatviz.files",
    "report": "gatviz.reporting.page",
    "sample_graph": "gatviz.files",
    "sample_graph_names": "gatviz.files",
    "save_weights": "gatviz.checkpoints",
    "view": "gatviz.reporting.notebook",
    "watch": "gatviz.capturing.watch",
    "write_graph": "gatviz.files",
}
"""Public name → the module that it comes from."""

__all__ = list(_HOMES)

if not TYPE_CHECKING:  # type checkers would take any name from it

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'gatviz' has no attribute {name!r}")
        home = import_module(_HOMES[name])
        value = globals()[name] = home if home.__name__ == f"gatviz.{name}" else getattr(home, name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_HOMES})
