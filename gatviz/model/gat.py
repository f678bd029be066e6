"""`GAT`: the model, a sequence of steps: attention layers, and what stands around them in published models.

Dimension key: N nodes, F input features, H heads, C features per head.
Source: Veličković et al. 2018, arXiv 1710.10903, section 3.3; Brody et al. 2022, arXiv 2105.14491.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, Self

import torch
from torch import Tensor, nn

from gatviz.attention.defaults import HEAD_FEATURES, HEADS
from gatviz.attention.edges import Edges, SelfLoops, check_self_loops
from gatviz.attention.inputs import EdgeFeatures, EdgesLike, Nodes, check_edge_features, graph_of, read_inputs
from gatviz.attention.layers import AttentionLayer, OutputParts
from gatviz.attention.loop_features import LoopChoice, loops_filled
from gatviz.errors import GatvizError, quote, within
from gatviz.model.around import JumpingKnowledge, Linear, Readout
from gatviz.model.classes import checked_classes
from gatviz.model.layer_settings import Kind, LayerSettings
from gatviz.model.plan import Place, Plan, StepModule, Sum, register
from gatviz.model.recipe import Recipe
from gatviz.model.step import Step
from gatviz.model.trace import StepTrace, Trace, attention_in
from gatviz.model.weights import Weights
from gatviz.words import _, commas, ngettext

Measured = dict[str, dict[str, Tensor]]
"""By the step's name what it measured, by the name under which it is stored."""


class GAT(nn.Module):
    """GAT and GATv2 layers over the same edges, one after another; with other steps around them: `GAT.of_steps`.

    `classes` may be set to the label of each column of the output; its traces hand them on.

    Arguments:
        in_features: F.
        layers: settings, first layer to last.
        self_loops: "as_given", "add_missing" or "remove", once for all layers.
        loop_features: the features of self-loops with "add_missing", see `LoopFeatures`; None for gatviz's own way.
        generator: draws the initial parameters instead of the global seed.

    Raises:
        GatvizError: no layers, or settings out of range (naming the layer).
    """

    def __init__(
        self,
        in_features: int,
        layers: Sequence[LayerSettings],
        *,
        self_loops: SelfLoops = "as_given",
        loop_features: LoopChoice = None,
        generator: torch.Generator | None = None,
    ) -> None:
        if not layers:
            raise GatvizError(_("layers"), _("at least one"), _("none"), _("give a LayerSettings for each layer"))
        stack = [(f"layers.{number}", settings) for number, settings in enumerate(layers)]
        self._make(Plan(in_features, generator, stack=True), stack, self_loops, loop_features)

    def _make(self, plan: Plan, steps: Sequence[Any], self_loops: SelfLoops, loop_features: LoopChoice) -> None:
        super().__init__()
        check_self_loops(self_loops)
        self.self_loops: SelfLoops = self_loops
        self._classes: tuple[str, ...] = ()
        self._in_features = plan.width
        self._places = plan.build(steps)
        register(self, plan.modules)
        widths = sorted({layer.edge_features for layer in self.attention_layers if layer.edge_features})
        if len(widths) > 1:
            expected, found = _("one number for all layers that read edges"), commas(map(str, widths))
            raise GatvizError("edge_features", expected, found, _("choose one"))
        self.loop_features = loops_filled(loop_features, self_loops, self.edge_features)

    @classmethod
    def of_steps(
        cls,
        in_features: int,
        steps: Sequence[Any],
        *,
        self_loops: SelfLoops = "as_given",
        loop_features: LoopChoice = None,
        generator: torch.Generator | None = None,
    ) -> Self:
        """A model of attention layers and what stands around them, in the order in which they run.

        Arguments:
            steps: each a LayerSettings, a `Linear`, `BatchNorm`, `LayerNorm`, `GraphNorm`, `Activation`,
                `JumpingKnowledge`, `Readout`, `LogSoftmax`, or a `Sum` of such steps and what comes; or a name and one
                of these, ("conv1", LayerSettings(…)): then its parameters stand under that name in the state dict.
            self_loops, loop_features: as for `GAT`.
            generator: draws the initial parameters instead of the global seed.

        Raises:
            GatvizError: no attention layer, or a step that does not fit (which one, both numbers).
        """
        model = cls.__new__(cls)
        if isinstance(in_features, bool) or not isinstance(in_features, int) or in_features < 1:
            raise GatvizError("in_features", _("a whole number from 1"), quote(in_features), _("give at least one"))
        model._make(Plan(in_features, generator), steps, self_loops, loop_features)
        if not model.attention_layers:
            raise GatvizError(
                _("steps"), _("at least one attention layer"), _("none"), _("give a LayerSettings among the steps")
            )
        return model

    @classmethod
    def of_paper(
        cls,
        in_features: int,
        num_classes: int,
        *,
        num_layers: int = 2,
        kind: Kind = "GAT",
        head_features: int | None = None,
        num_heads: int | None = None,
        output_heads: int = 1,
        dropout: float = 0.0,
        self_loops: SelfLoops = "add_missing",
        loop_features: LoopChoice = None,
        generator: torch.Generator | None = None,
        **settings: Any,
    ) -> Self:
        """The stack of the paper: hidden layers concatenated + ELU, the last averaged and without activation.

        Arguments:
            num_classes: C of the last layer. output_heads: H of the last layer (the paper: 1; 8 for Pubmed).
            head_features, num_heads: C and H of the hidden layers; the paper's 8 each if left out.
            dropout: on features and on α alike (the paper: 0.6), in training only.
            settings: further LayerSettings for all layers (bias, residual, negative_slope, share_weights, …).

        Raises:
            GatvizError: no layer, or an argument that is of the hidden layers where there are none.
        """
        if num_layers < 1:
            raise GatvizError("num_layers", _("at least 1"), quote(num_layers), _("give the stack a layer"))
        if num_layers == 1:
            for name, value, other in (
                ("head_features", head_features, "num_classes"),
                ("num_heads", num_heads, "output_heads"),
            ):
                if value is not None:
                    mend = _("leave it out: the only layer is the last, which has {other}").format(other=other)
                    raise GatvizError(name, _("hidden layers"), _("none with num_layers=1"), mend)
        common: dict[str, Any] = {"kind": kind, "dropout": dropout, "feature_dropout": dropout, **settings}
        C = HEAD_FEATURES if head_features is None else head_features
        H = HEADS if num_heads is None else num_heads
        hidden = LayerSettings(out_features=C, num_heads=H, **common)
        last = LayerSettings(out_features=num_classes, num_heads=output_heads, concat=False, activation=None, **common)
        stack = [hidden] * (num_layers - 1) + [last]
        return cls(in_features, stack, self_loops=self_loops, loop_features=loop_features, generator=generator)

    @property
    def attention_layers(self) -> tuple[AttentionLayer, ...]:
        """The attention layers, in the order in which they run."""
        return tuple(place.module for place in self._walk() if isinstance(place.module, AttentionLayer))

    @property
    def reads_out(self) -> bool:
        """Whether a readout puts all nodes into one row."""
        return any(isinstance(place.step, Readout) for place in self._places)

    @property
    def couples(self) -> tuple[bool, bool]:
        """Whether a step before the first attention layer couples all nodes, and whether one after it does."""
        before, after, met = False, False, False
        for place in self._walk():
            met = met or place.step is None
            coupled = isinstance(place.step, Step) and place.step.couples
            before, after = before or (coupled and not met), after or (coupled and met)
        return before, after

    @property
    def classes(self) -> tuple[str, ...]:
        """The label that each column of the output stands for; none where nobody said it."""
        return self._classes

    @classes.setter
    def classes(self, given: Sequence[str]) -> None:
        self._classes = checked_classes(given)

    @property
    def is_stack(self) -> bool:
        """Whether it is attention layers alone, one after another."""
        return all(place.step is None for place in self._places)

    @property
    def steps(self) -> tuple[Any, ...]:
        """Every step as it is now, with its name where it has one, as `of_steps` takes them."""
        return tuple(place.given for place in self._places)

    @property
    def recipe(self) -> Recipe:
        """The steps in one line; σ of a layer stands after it as a step of its own."""
        return Recipe.of_steps(self.steps)

    def _walk(self) -> Iterator[Place]:
        for place in self._places:
            yield from place.walk()

    @property
    def _first(self) -> AttentionLayer:
        """The first attention layer; nothing is looked for where it stands at the head."""
        head = self._places[0].module
        return head if isinstance(head, AttentionLayer) else self.attention_layers[0]

    @property
    def _around(self) -> dict[str, StepModule]:
        """The modules of the other steps that have parameters."""
        return {place.name: place.module for place in self._walk() if isinstance(place.module, StepModule)}

    @property
    def settings(self) -> tuple[LayerSettings, ...]:
        """Every attention layer's settings, as they are now."""
        return tuple(LayerSettings.of(layer) for layer in self.attention_layers)

    @property
    def in_features(self) -> int:
        """F."""
        return self._in_features

    @property
    def edge_features(self) -> int:
        """D, how many features of every edge the layers read; 0 where none reads any."""
        return max((layer.edge_features for layer in self.attention_layers), default=0)

    def weights(self) -> Weights:
        """A copy of all parameters as arrays."""
        first = self._places[0]
        return Weights(
            tuple(layer.weights() for layer in self.attention_layers),
            {name: module.weights() for name, module in self._around.items()},
            reads_x="" if first.step is None else first.name or first.at,
            width=None if first.step is None else self._in_features,
        )

    def set_weights(self, weights: Weights) -> None:
        """Replace all parameters.

        Raises:
            GatvizError: another number of layers, other steps, or arrays that do not fit (naming the step).
        """
        layers = [place for place in self._walk() if place.step is None]
        if len(weights.layers) != len(layers):
            raise GatvizError(
                _("weights"),
                ngettext("{n} layer", "{n} layers", len(layers)).format(n=len(layers)),
                str(len(weights.layers)),
                _("give one for each"),
            )
        if set(weights.around) != set(self._around):
            expected, found = (commas(map(quote, names)) or _("none") for names in (self._around, weights.around))
            mend = _("give one for each step that has weights")
            raise GatvizError(_("weights"), _("the steps {names}").format(names=expected), found, mend)
        own = iter(weights.layers)
        for place in self._walk():
            if place.module is not None:
                with within(place.at):
                    place.module.set_weights(**(next(own) if place.step is None else weights.around[place.name]))

    def forward(
        self,
        X: Nodes,
        adj: EdgesLike = None,
        *,
        edge_index: EdgesLike = None,
        edge_features: EdgeFeatures = None,
        generator: torch.Generator | None = None,
        measured: Measured | None = None,
        parts: list[OutputParts] | None = None,
    ) -> Tensor:
        """The last step's output [N, G] ([1, G] after a readout); arguments as for `AttentionLayer.forward`.

        Arguments:
            measured: filled, in training mode, with what the steps measured that training stores, see `store`.
            parts: filled with what each attention layer's output was made from; gradients flow through it.
        """
        x, edges = self.inputs(X, adj, edge_index, edge_features)
        return _Run(edges, generator, keep=False, measured=measured, parts=parts).through(self._places, x)[0]

    def store(self, measured: Measured, momentum: float = 0.1) -> None:
        """Let the stored means and variances of each BatchNorm follow what a run in training mode measured.

        Arguments:
            measured: as `forward` filled it. momentum: how far they go towards it; PyTorch's is 0.1.
        """
        around = self._around
        for name, values in measured.items():
            around[name].store(values, momentum)

    def forward_and_h_primes(self, X: Nodes) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The output, and h′ [N, H, C] of every attention layer; gradients flow through all of them."""
        parts: list[OutputParts] = []
        out = self.forward(X, parts=parts)
        return out, tuple(one.h_prime for one in parts)

    def trace(
        self,
        X: Nodes,
        adj: EdgesLike = None,
        *,
        edge_index: EdgesLike = None,
        edge_features: EdgeFeatures = None,
        generator: torch.Generator | None = None,
    ) -> Trace:
        """Every step's trace; in training mode `generator` draws the dropout.

        Arguments:
            X: a Graph, a PyG Data, or features [N, F] with their edges, as for `AttentionLayer.forward`.

        Raises:
            GatvizError: a number that is not finite, naming the step and the first stage with such a one.
        """
        if torch.is_grad_enabled():
            with torch.no_grad():
                return self.trace(X, adj, edge_index=edge_index, edge_features=edge_features, generator=generator)
        graph = graph_of(X, adj, edge_index, edge_features, self.edge_features > 0)
        x, edges = self.inputs(graph)
        steps = _Run(edges, generator, keep=True).through(self._places, x)[1]
        return Trace(graph, attention_in(steps), str(x.device), steps, self.classes)

    def inputs(
        self,
        X: Nodes,
        adj: EdgesLike = None,
        edge_index: EdgesLike = None,
        edge_features: EdgeFeatures = None,
    ) -> tuple[Tensor, Edges]:
        """The features [N, F] as the first step gets them, and the edges as every layer does, self-loops settled."""
        where = _("{place}, X").format(place=self._places[0].at)
        x, edges = read_inputs(
            X, adj, edge_index, self._in_features, self._first.weight, where, edge_features, self.edge_features > 0
        )
        if self.edge_features or edge_features is not None:
            check_edge_features(edges, self.edge_features)
        return x, edges.with_self_loops(self.self_loops, self.loop_features)


class _Run:
    """One walk through a model's steps, with their traces if they are to be kept."""

    def __init__(
        self,
        edges: Edges,
        generator: torch.Generator | None,
        *,
        keep: bool,
        measured: Measured | None = None,
        parts: list[OutputParts] | None = None,
    ) -> None:
        self.edges, self.generator, self.keep = edges, generator, keep
        self.measured, self.parts = measured, parts
        self.blocks: list[Tensor] = []

    def through(self, places: Sequence[Place], x: Tensor, *, top: bool = True) -> tuple[Tensor, tuple[StepTrace, ...]]:
        """What the last of these steps gives, and a trace for each of them."""
        steps: list[StepTrace] = []
        met = False
        for place in places:
            if top and place.reads:
                if met:
                    self.blocks.append(x)
                met = True
            if self.keep:
                with within(place.at):
                    x, step = self._traced(place, x)
                steps.append(step)
            else:
                x = self._made(place, x)[0]
        return x, tuple(steps)

    def _made(self, place: Place, x: Tensor) -> tuple[Tensor, tuple[StepTrace, ...], tuple[StepTrace, ...]]:
        """What a step gives; of a sum also the traces of what is in it, and of its skip."""
        if isinstance(place.module, AttentionLayer):
            if self.parts is None:
                return place.module(x, self.edges, generator=self.generator), (), ()
            y, parts = place.module.forward_and_parts(x, self.edges, generator=self.generator)
            self.parts.append(parts)
            return y, (), ()
        if x.layout != torch.strided and not isinstance(place.step, Linear | Sum):
            x = _dense(x)
        if isinstance(place.step, Sum):
            skips = () if place.skip is None else (place.skip,)
            added, skip = self.through(skips, x, top=False) if skips else (_dense(x), ())
            y, inside = self.through(place.inside, x, top=False)
            return added + y, inside, skip
        if isinstance(place.step, JumpingKnowledge):
            return place.step.join([*self.blocks, x]), (), ()
        assert place.step is not None
        if place.module is None:
            return place.step.run(x, {}), (), ()
        if self.measured is not None and place.module.training and (found := place.module.running.measured(x)):
            self.measured[place.name] = found
        return place.module(x), (), ()

    def _traced(self, place: Place, x: Tensor) -> tuple[Tensor, StepTrace]:
        if isinstance(place.module, AttentionLayer):
            y, layer = place.module.forward_and_trace(x, self.edges, generator=self.generator)
            return y, StepTrace.of_layer(place.at, place.name, layer)
        y, inside, skip = self._made(place, x)
        step = StepTrace(
            at=place.at,
            name=place.name,
            step=place.module.running if isinstance(place.module, StepModule) else place.step,
            given=x if x.layout == torch.strided else x.to_dense,
            made=y,
            held={} if place.module is None else {name: value.clone() for name, value in place.module.used.items()},
            inside=inside,
            skip=skip[0] if skip else None,
            blocks=(*self.blocks, x) if isinstance(place.step, JumpingKnowledge) else (),
        )
        if not isfinite(float(y.sum())):
            step.check_finite()
        return y, step


def _dense(x: Tensor) -> Tensor:
    return x if x.layout == torch.strided else x.to_dense()
