"""Opening trained weights: a file → the model in it, with every decision told."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

from torch import Tensor, nn

from gatviz.attention.edges import SelfLoops
from gatviz.checkpoints.choices import NO_ACTIVATION, Choices, ChoiceWords, Decision, Reasoned
from gatviz.checkpoints.defaults import Decided, decide
from gatviz.checkpoints.layouts import LAYOUTS
from gatviz.checkpoints.model_building import build_model
from gatviz.checkpoints.pieces import StoredModule
from gatviz.checkpoints.proposal import BETWEEN_LINEAR, Guess, Proposal, Skeleton, Standing, propose, standings
from gatviz.checkpoints.recognition import Recognised, recognise
from gatviz.checkpoints.saved_settings import SavedSettings, saved_classes, saved_recipe, saved_settings
from gatviz.checkpoints.state_dict import StateDict, read_state_dict
from gatviz.checkpoints.told_modules import ToldModules
from gatviz.errors import GatvizError, quote
from gatviz.files.disk import read_file
from gatviz.files.encoding import shown_name
from gatviz.graph.graph import Graph
from gatviz.model.around import Linear
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import LayerSettings
from gatviz.model.recipe import Recipe
from gatviz.model.step import Step
from gatviz.pickles.containers import MAX_BYTES, in_hand, read_container
from gatviz.words import _, and_list, ngettext, or_list

WeightsSource = str | os.PathLike[str] | bytes | nn.Module | Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A weights file, opened.

    Attributes:
        where: what the file is called.
        layout: the short name of its layout ("pyg"); `title` says it for people.
        names: what each layer is called in the file, first to last, cleaned for showing.
        model: the model in evaluation mode, ready to run.
        layers: the settings of its layers. self_loops: its policy.
        recipe: its steps, each module by its name in the file.
        guesses: why each step stands where it does; none where the recipe was given.
        decisions: what was read from the file and what was assumed, with the reason; `open` ones can be chosen.
        notes: what else is worth knowing, a sentence each.
    """

    where: str
    layout: str
    names: tuple[str, ...]
    model: GAT
    layers: tuple[LayerSettings, ...]
    self_loops: SelfLoops
    recipe: Recipe
    guesses: tuple[Guess, ...]
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
        return f"Checkpoint({self.where}, {self.title}, {self.recipe})"


def load_weights(
    source: WeightsSource,
    *,
    name: str | None = None,
    classes: Sequence[str] | None = None,
    **choices: Unpack[ChoiceWords],
) -> GAT:
    """The model in a file of trained weights, in evaluation mode; `inspect_weights` also says how it was read.

    Known are gatviz's own names, the tutorial's, PyG's, DGL's, pyGAT's and pytorch-GAT's, as torch files (plain
    or in a dict around them) or safetensors. Nothing in the file is run.

    Arguments:
        source: a path, a file's bytes, a PyTorch module, or its state dict.
        name: what it is called, if `source` is no path.
        classes: the label that each column of the output stands for, first to last; see `analysis.predictions`. Left
            out, those that `save_weights` wrote, where the model had any.
        choices: recipe, heads, concat, activation, residual, self_loops, loop_features, filled_loops, edge_in_message,
            negative_slope, norm, score_sign, implementation or layout, which the file leaves open, see `Choices`; left
            out, each is what the layout's own library or paper does.

    Raises:
        GatvizError: no layout fits (with the tensors found and missing), pickled objects, several ways to read the
            file (with the recipe of each), numbers that are not finite, or a choice against the file.
    """
    return inspect_weights(source, name=name, classes=classes, **choices).model


def inspect_weights(
    source: WeightsSource,
    *,
    name: str | None = None,
    classes: Sequence[str] | None = None,
    **choices: Unpack[ChoiceWords],
) -> Checkpoint:
    """What gatviz understands of a weights file: the model, and how each setting was decided.

    Arguments and errors as `load_weights`.
    """
    opened = read_weights(source, name=name).open(**choices)
    if classes is not None:
        opened.model.classes = classes
    return opened


def read_weights(source: WeightsSource, *, name: str | None = None) -> WeightsFile:
    """A weights file before it is decided how to read it.

    Arguments:
        source: a path, a file's bytes, a module or its state dict. name: what it is called, if `source` is no path.

    Raises:
        GatvizError: no tensors, or such as cannot be weights.
    """
    if isinstance(source, nn.Module | Mapping):
        where = quote(name).strip("'") if name else _("the weights")
        return WeightsFile(where, read_state_dict(in_hand(source), where))
    data, where = _bytes_of(source, name)
    container = read_container(data, where)
    graph = _holds_graph(container.content)
    try:
        state = read_state_dict(container, where)
    except GatvizError:
        if graph:
            raise _a_graph(where) from None
        raise
    if graph and not any("." in name for name in state.tensors):  # a module's parameters have its name before theirs
        raise _a_graph(where)
    return WeightsFile(where, state)


_GRAPH = ("edge_index", "adj_t", "adj", "_adj", "indptr")
_MAX_LOOKED_AT = 200


def _a_graph(where: str) -> GatvizError:
    mend = _("open it by the graph's button 'Open'")
    return GatvizError(where, _("the weights of a model"), _("a graph"), mend)


def _holds_graph(content: object) -> bool:
    """Whether a graph stands among the first things of a file, as `gatviz.files` reads it."""
    waiting: list[object] = [content]
    for place in range(_MAX_LOOKED_AT):
        if place == len(waiting):
            break
        level = waiting[place]
        if isinstance(level, dict) and any(name in level for name in _GRAPH):
            return True
        if isinstance(level, dict | list):
            inside = list(level.values() if isinstance(level, dict) else level)[:_MAX_LOOKED_AT]
            waiting += [one for one in inside if isinstance(one, dict | list)]
    return False


@dataclass(frozen=True, eq=False)
class WeightsFile:
    """The tensors of a weights file, and the ways to read them.

    Attributes:
        where: what the file is called.
    """

    where: str
    state: StateDict

    def pieces(self, **choices: Unpack[ChoiceWords]) -> tuple[StoredModule, ...]:
        """The modules in it, in the file's order.

        Raises:
            GatvizError: no layout fits.
        """
        return recognise(self.state, self.where, Choices(**choices)).pieces

    def ways(self, **choices: Unpack[ChoiceWords]) -> Ways:
        """The recipes that it can be read by, the likeliest first, and what is open between them.

        Arguments and errors as `load_weights`, but several ways are none.
        """
        chosen = Choices(**choices)
        recognised = recognise(self.state, self.where, chosen)
        proposal = self._proposal(recognised, ToldModules(recognised.modules, recognised.pieces))
        recipes = [self._decided(recognised, way.recipe(), way, chosen)[0] for way in proposal.ways]
        return Ways(tuple(dict.fromkeys(map(str, recipes))), proposal.question)

    def open(self, **choices: Unpack[ChoiceWords]) -> Checkpoint:
        """The model in it, and how each setting was decided; arguments and errors as `load_weights`."""
        chosen = Choices(**choices)
        recognised = recognise(self.state, self.where, chosen)
        recipe, way = self._recipe(recognised, chosen)
        pieces = recognised.pieces
        told = ToldModules(recognised.modules, pieces)
        told.check_layers(self.where)
        recipe, recognised, decided, saved = self._decided(recognised, recipe, way, chosen)
        model = build_model(recognised, recipe, decided, saved, self.where)
        model.classes = saved_classes(self.state.settings, self.where)
        of_layers = dict.fromkeys(note for layer in recognised.layers for note in layer.notes)
        notes = (*self.state.notes, *(way.notes if way else ()), *_left_out(pieces, recipe), *of_layers)
        notes += (*decided.notes, *map(_, recognised.layout.notes))
        notes += told.left_out() if way is None else ()
        return Checkpoint(
            where=self.where,
            layout=recognised.layout.name,
            names=tuple(quote(layer.name)[1:-1] for layer in recognised.layers),
            model=model,
            layers=model.settings,
            self_loops=decided.self_loops,
            recipe=recipe,
            guesses=() if way is None else way.guesses(),
            decisions=(_of_recipe(recipe, way, chosen, told), *decided.decisions),
            notes=notes,
        )

    def _recipe(self, recognised: Recognised, chosen: Choices) -> tuple[Recipe, Skeleton | None]:
        """The recipe as it was given or saved, or else the likeliest and the way in which it was found.

        Raises:
            GatvizError: several ways to read the file, or a module that it does not have.
        """
        told = ToldModules(recognised.modules, recognised.pieces)
        given = chosen.recipe if isinstance(chosen.recipe, Recipe) else saved_recipe(self.state.settings, self.where)
        if given is not None:
            recipe = given.renamed({piece.stored: piece.name for piece in recognised.pieces})
            known: dict[str, Step] = {piece.name: Linear(1) for piece in recognised.pieces}
            recipe.steps(known | self._saved_names())
            told.check_named(recipe, self.where)
            return recipe, None
        proposal = self._proposal(recognised, told)
        if proposal.question:
            recipes = [self._decided(recognised, way.recipe(), way, chosen)[0] for way in proposal.ways]
            lines = or_list(f"recipe='{recipe}'" for recipe in dict.fromkeys(map(str, recipes)))
            raise GatvizError(
                self.where, _("one way to read it"), proposal.question, _("choose {recipes}").format(recipes=lines)
            )
        return proposal.ways[0].recipe(), proposal.ways[0]

    def _proposal(self, recognised: Recognised, told: ToldModules) -> Proposal:
        """The ways to read the file, none of them without anything that its modules tell of.

        Raises:
            GatvizError: no way, or a module that gatviz does not have.
        """
        try:
            proposal = propose(told.covered(), recognised.ordered, self.where)
        except GatvizError:
            told.check_covered("", self.where)
            raise
        proposal = replace(proposal, ways=tuple(map(told.applied, proposal.ways)))
        if told.lacking():
            way = proposal.ways[0]
            likely = str(self._decided(recognised, way.recipe(), way, Choices())[0])
            told.check_covered(likely, self.where)
        return proposal

    def _saved_names(self) -> dict[str, Step]:
        """What a saved recipe names though it has no tensors."""
        steps = (self.state.settings or {}).get("steps")
        return {str(name): Linear(1) for name in steps} if isinstance(steps, dict) else {}

    def _decided(
        self, recognised: Recognised, recipe: Recipe, way: Skeleton | None, chosen: Choices
    ) -> tuple[Recipe, Recognised, Decided, SavedSettings | None]:
        """Every setting of the layers of a recipe; of one that was found also its activations."""
        stand = standings(recipe, {piece.name: piece for piece in recognised.pieces})
        if not stand:
            names = or_list(piece.shown for piece in recognised.pieces if piece.layer is not None)
            raise GatvizError(_("recipe"), names, quote(str(recipe)), _("name at least one attention layer"))
        recognised = recognised.run_as(list(stand))
        check = recognised.layout.check
        if check is not None and chosen.recipe is None:
            check(recognised.layers, recognised.around, self.where)
        own = None if chosen.recipe is not None and not self._is_saved(stand) else self.state.settings
        saved = saved_settings(own, recognised.layers, self.where)
        decided = decide(recognised, list(stand.values()), chosen, saved, self.where)
        if way is not None:
            words = {name: word or NO_ACTIVATION for name, word in zip(stand, decided.activations, strict=True)}
            between = decided.between if decided.between is not None else BETWEEN_LINEAR
            recipe = way.recipe({**words, "": between})
        return recipe, recognised, decided, saved

    def _is_saved(self, stand: Mapping[str, Standing]) -> bool:
        """Whether gatviz's own settings beside the weights are those of all these layers."""
        layers = (self.state.settings or {}).get("layers")
        return not isinstance(layers, list) or len(layers) == len(stand)


@dataclass(frozen=True)
class Ways:
    """The recipes that a file can be read by.

    Attributes:
        recipes: the likeliest first. question: what is open between them, "" where the first can just be taken.
    """

    recipes: tuple[str, ...]
    question: str = ""


def _of_recipe(recipe: Recipe, way: Skeleton | None, chosen: Choices, told: ToldModules) -> Decision:
    if chosen.recipe is not None:
        return Decision.of("recipe", None, Reasoned.chosen(str(recipe)))
    if way is None:
        return Decision.of("recipe", None, Reasoned.saved(str(recipe)))
    why = _("By the names, widths and order of the modules in the file")
    if way.is_stack:
        why = _("The file holds attention layers alone")
    if not told.is_whole:
        unseen = _("{why}; what a model's forward() calls beside them (relu, x + conv(x), a mean) cannot be seen there")
        why = unseen.format(why=why)
    return Decision.of("recipe", None, Reasoned(str(recipe), "file" if way.is_stack else "assumed", why))


def _left_out(pieces: Sequence[StoredModule], recipe: Recipe) -> tuple[str, ...]:
    left = [piece.shown for piece in pieces if piece.name not in recipe.names]
    if not left:
        return ()
    return (_("The recipe does not name {names}, so it is run without.").format(names=and_list(left)),)


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


def _bytes_of(source: str | os.PathLike[str] | bytes, name: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes | bytearray | memoryview):
        where = shown_name(name) if name else _("the weights")
        _check_size(len(source), where)
        return bytes(source), where
    try:
        return read_file(source, name, _check_size)
    except TypeError:
        found, mend = type(source).__name__, _("pass one of these")
        expected = _("a path or bytes, a module or its state dict")
        raise GatvizError("load_weights", expected, found, mend) from None


def _check_size(count: int, where: str) -> None:
    if count > MAX_BYTES:
        expected = _("at most {most} MB").format(most=MAX_BYTES // 10**6)
        found = _("{size:,.0f} MB").format(size=count / 10**6)
        raise GatvizError(where, expected, found, _("save model.state_dict() alone"))
