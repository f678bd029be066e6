"""Opening trained weights: a file → the model in it, with every decision told."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from gatviz.attention.edges import SelfLoops
from gatviz.checkpoints.choices import Choices, ChoiceWords, Decision
from gatviz.checkpoints.containers import MAX_BYTES, read_container
from gatviz.checkpoints.defaults import decide
from gatviz.checkpoints.layouts import LAYOUTS
from gatviz.checkpoints.model_building import build_model
from gatviz.checkpoints.recognition import recognise
from gatviz.checkpoints.saved_settings import saved_settings
from gatviz.checkpoints.state_dict import read_state_dict
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.steps import LayerSettings
from gatviz.words import _, ngettext

WeightsSource = str | os.PathLike[str] | bytes


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
        return _(LAYOUTS[self.layout].title)

    def check_graph(self, graph: Graph) -> None:
        """Raise GatvizError unless the graph has as many features of nodes and edges as the layers read."""
        check_graph(self.model, graph, self.names[0])

    def __repr__(self) -> str:
        return f"Checkpoint({self.where}, {self.title}, {len(self.layers)} layers)"


def load_weights(source: WeightsSource, *, name: str | None = None, **choices: Unpack[ChoiceWords]) -> GAT:
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


def inspect_weights(source: WeightsSource, *, name: str | None = None, **choices: Unpack[ChoiceWords]) -> Checkpoint:
    """What gatviz understands of a weights file: the model, and how each setting was decided.

    Arguments and errors as `load_weights`.
    """
    chosen = Choices(**choices)
    data, where = _bytes_of(source, name)
    state = read_state_dict(read_container(data, where), where)
    recognised = recognise(state, where, chosen)
    saved = saved_settings(state.settings, recognised.layers, where)
    decided = decide(recognised, chosen, saved, where)
    model = build_model(recognised, decided, saved, where)
    of_layers = dict.fromkeys(note for layer in recognised.layers for note in layer.notes)
    notes = (*state.notes, *recognised.notes, *of_layers, *decided.notes, *map(_, recognised.layout.notes))
    names = tuple(quote(layer.name)[1:-1] for layer in recognised.layers)
    return Checkpoint(
        where=where,
        layout=recognised.layout.name,
        names=names,
        model=model,
        layers=model.settings,
        self_loops=decided.self_loops,
        decisions=decided.decisions,
        notes=notes,
    )


def check_graph(model: GAT, graph: Graph, name: str = "") -> None:
    """Raise GatvizError unless a graph has as many features of nodes and edges as the layers read."""
    where = _("layer 0 {name}").format(name=quote(name)) if name else _("layer 0")
    if model.edge_features and graph.num_edge_features != model.edge_features:
        expected = ngettext(
            "{count} feature per edge, as its weights have",
            "{count} features per edge, as its weights have",
            model.edge_features,
        )
        raise GatvizError(
            where,
            expected.format(count=model.edge_features),
            _("{count} in the graph").format(count=graph.num_edge_features or _("none")),
            _("choose as many edge attributes with graph.with_edge_features, or open other weights"),
        )
    if graph.num_features != model.in_features:
        expected = ngettext(
            "{count} feature per node, as its weights have",
            "{count} features per node, as its weights have",
            model.in_features,
        )
        raise GatvizError(
            where,
            expected.format(count=model.in_features),
            _("{count} in the graph").format(count=graph.num_features),
            _("open the graph that the weights were trained on, or other weights"),
        )


def _bytes_of(source: WeightsSource, name: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes | bytearray | memoryview):
        where = quote(name).strip("'") if name else _("the weights")
        _check_size(len(source), where)
        return bytes(source), where
    try:
        path = Path(source)
        where = quote(name or path.name).strip("'")
        if path.is_dir():
            raise GatvizError(where, _("a file"), _("a folder"), _("choose a file in it"))
        _check_size(path.stat().st_size, where)
        return path.read_bytes(), where
    except GatvizError:
        raise
    except (OSError, ValueError) as error:
        reason = (error.strerror or _("nothing")) if isinstance(error, OSError) else str(error)
        where, mend = quote(str(source)), _("check the path, or pass bytes")
        raise GatvizError(where, _("a file that can be read"), reason.lower(), mend) from None
    except TypeError:
        found, mend = type(source).__name__, _("pass one of these")
        raise GatvizError("load_weights", _("a path or bytes"), found, mend) from None


def _check_size(count: int, where: str) -> None:
    if count > MAX_BYTES:
        expected = _("at most {most} MB").format(most=MAX_BYTES // 10**6)
        found = _("{size:,.0f} MB").format(size=count / 10**6)
        raise GatvizError(where, expected, found, _("save model.state_dict() alone"))
