"""Opening trained weights: a file → the model in it, with every decision told."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import torch

from gatviz.attention.edges import SelfLoops
from gatviz.attention.layers import new_generator
from gatviz.checkpoints import limits
from gatviz.checkpoints.containers import read_container
from gatviz.checkpoints.decisions import Choices, ChoiceWords, Decision
from gatviz.checkpoints.presets import Settled, settle
from gatviz.checkpoints.recognition import LAYOUTS, Recognised, recognise
from gatviz.checkpoints.settings_text import read_back
from gatviz.checkpoints.state import state_of
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.steps import LayerSettings

Source = str | os.PathLike[str] | bytes


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A weights file, opened.

    Attributes:
        where: what the file is called.
        layout: the short name of its layout ("pyg"); `title` says it for people.
        names: what each layer is called in the file, first to last, cleaned for showing.
        model: the model in evaluation mode, ready to run.
        layers: the settings of its layers. self_loops: its policy.
        decisions: what was read from the file and what was assumed, with the reason; `open` ones can be chosen.
        notes: what else is worth knowing, a sentence each.
    """

    where: str
    layout: str
    names: tuple[str, ...]
    model: GAT
    layers: tuple[LayerSettings, ...]
    self_loops: SelfLoops
    decisions: tuple[Decision, ...]
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The layout's name for people."""
        return LAYOUTS[self.layout].title

    def check_graph(self, graph: Graph) -> None:
        """Raise GatvizError unless the graph has as many features of nodes and edges as the layers read."""
        check_graph(self.model, graph, self.names[0])

    def __repr__(self) -> str:
        return f"Checkpoint({self.where}, {self.title}, {len(self.layers)} layers)"


def load_weights(source: Source, *, name: str | None = None, **choices: Unpack[ChoiceWords]) -> GAT:
    """The model in a file of trained weights, in evaluation mode; `inspect_weights` also says how it was read.

    Known are gatviz's own names, the tutorial's, PyG's, DGL's, pyGAT's and pytorch-GAT's, as torch files (plain
    or in a dict around them) or safetensors. Nothing in the file is run.

    Arguments:
        source: a path, or the file's bytes.
        name: what the file is called, if `source` is bytes.
        choices: heads, concat, activation, residual, self_loops, loop_features, filled_loops, edge_in_message,
            negative_slope, score_sign, implementation or layout, which the file leaves open, see `Choices`; left out,
            each is what the layout's own library or paper does.

    Raises:
        GatvizError: no layout fits (with the tensors found and missing), pickled objects, normalisation layers,
            numbers that are not finite, or a choice against the file.
    """
    return inspect_weights(source, name=name, **choices).model


def inspect_weights(source: Source, *, name: str | None = None, **choices: Unpack[ChoiceWords]) -> Checkpoint:
    """What gatviz understands of a weights file: the model, and how each setting was decided.

    Arguments and errors as `load_weights`.
    """
    chosen = Choices(**choices)
    data, where = _bytes_of(source, name)
    state = state_of(read_container(data, where), where)
    recognised = recognise(state, where, chosen.heads, chosen.layout, chosen.implementation)
    settled = settle(recognised, chosen, read_back(state.settings, recognised.parts, where), where)
    own = {note: None for part in recognised.parts for note in part.notes}
    negated = any(decision.name == "score_sign" and decision.value == "minus" for decision in settled.decisions)
    notes = (*state.notes, *recognised.notes, *own, *([_NEGATED] if negated else []), *recognised.layout.notes)
    names = tuple(quote(part.name)[1:-1] for part in recognised.parts)
    model = _built(recognised, settled)
    return Checkpoint(
        where, recognised.layout.name, names, model, settled.layers, settled.self_loops, settled.decisions, notes
    )


_NEGATED = (
    "The layers are run with the softmax of −LeakyReLU(raw); a is shown multiplied by −slope and the slope as its "
    "inverse, which gives the same α."
)


def check_graph(model: GAT, graph: Graph, name: str = "") -> None:
    """Raise GatvizError unless a graph has as many features as the first layer reads, and edge features as are read."""
    where = f"layer 0 {quote(name)}" if name else "layer 0"
    if model.edge_features and graph.num_edge_features != model.edge_features:
        raise GatvizError(
            where,
            f"{model.edge_features} features per edge, as its weights have",
            f"{graph.num_edge_features or 'none'} in the graph",
            "choose as many edge attributes with graph.with_edge_features, or open other weights",
        )
    if graph.num_features != model.in_features:
        raise GatvizError(
            where,
            f"{model.in_features} features per node, as its weights have",
            f"{graph.num_features} in the graph",
            "open the graph that the weights were trained on, or other weights",
        )


def _built(recognised: Recognised, settled: Settled) -> GAT:
    """The model with the file's numbers, in the file's precision."""
    model = GAT(
        recognised.parts[0].in_features,
        settled.layers,
        self_loops=settled.self_loops,
        loop_features=settled.loop_features,
        generator=new_generator(0),
    )
    if any(tensor.dtype == torch.float64 for arrays in settled.arrays for tensor in arrays.values()):
        model = model.double()
    for layer, arrays in zip(model.attention_layers, settled.arrays, strict=True):
        layer.set_weights(**{key: tensor.numpy() for key, tensor in arrays.items()})
    return model.eval()


def _bytes_of(source: Source, name: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes | bytearray | memoryview):
        where = quote(name).strip("'") if name else "the weights"
        _check_size(len(source), where)
        return bytes(source), where
    try:
        path = Path(source)
        where = quote(name or path.name).strip("'")
        if path.is_dir():
            raise GatvizError(where, "a file", "a folder", "choose a file in it")
        _check_size(path.stat().st_size, where)
        return path.read_bytes(), where
    except GatvizError:
        raise
    except (OSError, ValueError) as error:
        reason = (error.strerror or "nothing") if isinstance(error, OSError) else str(error)
        mend = "check the path, or pass bytes"
        raise GatvizError(quote(str(source)), "a file that can be read", reason.lower(), mend) from None
    except TypeError:
        raise GatvizError("load_weights", "a path or bytes", type(source).__name__, "pass one of these") from None


def _check_size(count: int, where: str) -> None:
    if count > limits.MAX_BYTES:
        found = f"{count / 10**6:,.0f} MB"
        raise GatvizError(where, f"at most {limits.MAX_BYTES // 10**6} MB", found, "save model.state_dict() alone")
