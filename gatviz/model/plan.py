"""The steps of a model in their order: which module each of them is, under which name, and from what width to what.

A step with parameters is a module under a name, as in a model that somebody wrote by hand; one without is known by its
word in a recipe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count, pairwise
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gatviz.attention.checks import checked_weight
from gatviz.attention.layers import AttentionLayer
from gatviz.errors import GatvizError, quote, within
from gatviz.model.around import AROUND, JumpingKnowledge, Readout, checked_name
from gatviz.model.layer_settings import LayerSettings
from gatviz.model.step import Step
from gatviz.words import _, commas, ngettext


@dataclass(frozen=True)
class Sum:
    """x + steps(x): what comes, and what one step or several after another make of it, added.

    Arguments:
        steps: a step, a name and a step, or a sequence of these; a readout or jk is none that can stand here.
        skip: a step (or a name and a step) that what comes goes through before it is added: skip(x) + steps(x).
    """

    steps: Any  # a tuple of these, once it is made
    skip: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _sequence(self.steps))

    @property
    def formula(self) -> str:
        """LaTeX; f is what the steps make of h, g what the skip makes of it."""
        return "y_i = h_i + f(h)_i" if self.skip is None else "y_i = g(h)_i + f(h)_i"

    @property
    def caption(self) -> str:
        """One plain sentence."""
        if self.skip is not None:
            return _("What one step makes of what comes, and what the steps inside make of it, added up.")
        return _("What comes, and what the steps inside make of it, added up.")


def _sequence(given: Any) -> tuple[Any, ...]:
    if isinstance(given, Step | LayerSettings | Sum) or _is_named(given):
        return (given,)
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise GatvizError(_("steps"), _("a sequence of steps"), quote(given), _("give a list"))
    return tuple(given)


def _is_named(given: Any) -> bool:
    return isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str)


class StepModule(nn.Module):
    """The parameters of one step; what no one trains is a buffer."""

    def __init__(self, step: Step, width: int, generator: torch.Generator | None) -> None:
        super().__init__()
        self.step, self.width = step, width
        for name, values in step.parameters(width, generator).items():
            if name in step.fixed:
                self.register_buffer(name, values)
            else:
                self.register_parameter(name, nn.Parameter(values))

    @property
    def own(self) -> dict[str, Tensor]:
        """Every parameter and buffer by its name."""
        given = {**self._parameters, **self._buffers}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def running(self) -> Step:
        """The step as it runs now."""
        return self.step.in_training() if self.training else self.step

    @property
    def used(self) -> dict[str, Tensor]:
        """The parameters and buffers that a run reads now."""
        unread = () if self.running is self.step else self.step.fixed
        return {name: value for name, value in self.own.items() if name not in unread}

    def forward(self, x: Tensor) -> Tensor:
        """[N, G] from [N, F]."""
        return self.running.run(x, self.own)

    @torch.no_grad()
    def store(self, measured: Mapping[str, Tensor], momentum: float) -> None:
        """Move what is stored towards what was measured."""
        for name, values in measured.items():
            self.own[name].lerp_(values, momentum)

    def weights(self) -> dict[str, NDArray[Any]]:
        """A copy of the parameters as arrays."""
        return {name: value.numpy(force=True).copy() for name, value in self.own.items()}

    @torch.no_grad()
    def set_weights(self, **weights: NDArray[Any]) -> None:
        """Replace parameters by arrays of the same shape.

        Raises:
            GatvizError: an unknown name, another shape, a number that is not finite, or a variance below 0.
        """
        own = self.own
        checked = {name: checked_weight(name, values, own) for name, values in weights.items()}
        if "running_var" in checked and bool((checked["running_var"] < 0).any()):
            least = float(checked["running_var"].min())
            raise GatvizError(
                _("weights, running_var"), _("variances from 0"), quote(least), _("give what training stored")
            )
        for name, values in checked.items():
            own[name].copy_(values)


@dataclass(frozen=True)
class _Where:
    """Where a step stands; its words are chosen when they are said. A layer of a stack has no label.

    The number is the step's place in the model's steps and in `Trace.steps`, where σ of an attention layer is no step
    of its own; of a sum, its place in `inside`. In brackets stands its name, or its word in a recipe.
    """

    number: int
    label: str
    top: bool

    def __str__(self) -> str:
        if not self.label:
            return _("layer {number}").format(number=self.number)
        where = _("step {number} ({name})") if self.top else _("step {number} of the sum ({name})")
        return where.format(number=self.number, name=self.label)


@dataclass(frozen=True, eq=False)
class Place:
    """One step of a model.

    Attributes:
        where: where it stands. name: of its module; "" where it has none.
        step: None for an attention layer, whose settings are the layer's own.
        module: what holds its parameters; None where there are none, and for a sum.
        inside, skip: of a sum. reads: whether an attention layer is in it.
    """

    where: _Where
    name: str
    step: Step | Sum | None
    module: AttentionLayer | StepModule | None
    inside: tuple[Place, ...] = ()
    skip: Place | None = None

    @property
    def at(self) -> str:
        """Where it stands, in the reader's words."""
        return str(self.where)

    @cached_property
    def reads(self) -> bool:
        """Whether it is an attention layer, or holds one."""
        return self.step is None or any(place.reads for place in self.inside)

    @property
    def given(self) -> Any:
        """The step as `GAT.of_steps` takes it."""
        if isinstance(self.module, AttentionLayer):
            return self.name, LayerSettings.of(self.module)
        if isinstance(self.step, Sum):
            return Sum(tuple(place.given for place in self.inside), None if self.skip is None else self.skip.given)
        return (self.name, self.step) if self.name else self.step

    def walk(self) -> Iterable[Place]:
        """The step itself, or those inside a sum, in the order in which they run."""
        if not self.inside:
            yield self
        if self.skip is not None:
            yield self.skip
        for place in self.inside:
            yield from place.walk()


@dataclass
class Plan:
    """Builds the places of a model, step after step.

    Arguments:
        width: F. generator: draws the parameters. stack: whether all steps are layers, and called so in errors.
    """

    width: int
    generator: torch.Generator | None
    stack: bool = False
    modules: dict[str, AttentionLayer | StepModule] = field(default_factory=dict)
    _rows: bool = False
    _blocks: list[int] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def build(self, steps: Sequence[Any]) -> tuple[Place, ...]:
        """All steps, from the model's first to its last.

        Raises:
            GatvizError: a step that cannot stand where it is, or does not fit the one before, with both numbers.
        """
        given = _sequence(steps)
        self._taken = set(_names(given))
        return self._built(given, top=True)

    def _built(self, steps: Sequence[Any], *, top: bool) -> tuple[Place, ...]:
        places: list[Place] = []
        met = False
        for number, given in enumerate(steps):
            name, step = given if _is_named(given) else ("", given)
            where = _Where(number, "" if self.stack else _label(given), top)
            with within(str(where)):
                before = self.width
                place = self._place(where, name, step, top=top)
                if top and place.reads:
                    self._blocks += [before] if met else []
                    met = True
            places.append(place)
        return tuple(places)

    def _place(self, where: _Where, name: str, step: Any, *, top: bool) -> Place:
        if self._rows and (isinstance(step, LayerSettings | Sum) or (isinstance(step, Step) and step.needs_nodes)):
            found = _("one row, which a readout made of them")
            raise GatvizError("x", _("a row for each node"), found, _("put the readout after all that reads nodes"))
        if isinstance(step, Sum):
            return self._sum(where, name, step)
        if isinstance(step, LayerSettings):
            name = checked_name(name or self._fresh("conv"))
            if name in self.modules:
                mend = _("give each attention layer a module of its own")
                raise GatvizError(_("name"), _("a name that no step before has"), quote(name), mend)
            layer = step.build(self.width, self.generator)
            self.modules[name], self.width = layer, layer.output_width
            return Place(where, name, None, layer)
        if not isinstance(step, Step):
            expected = _("LayerSettings, Sum or one of {choices}").format(choices=commas(AROUND))
            raise GatvizError(_("step"), expected, quote(step), _("give one of these"))
        if step.needs_nodes and not top:
            raise GatvizError(
                _("x + step"), _("a step with a row for each node"), quote(step.word), _("put it after the sum")
            )
        if isinstance(step, JumpingKnowledge):
            if not self._blocks and not any(isinstance(m, AttentionLayer) for m in self.modules.values()):
                raise GatvizError(step.word, _("an attention layer before it"), _("none"), _("put it after one"))
            width = step.joined_width([*self._blocks, self.width])
        else:
            width = step.width(self.width)
        self._rows = self._rows or isinstance(step, Readout)
        place = self._with_parameters(where, name, step, self.width)
        self.width = width
        return place

    def _with_parameters(self, where: _Where, name: str, step: Step, width: int) -> Place:
        shared = self.modules.get(name)
        if shared is not None:
            fits = step.any_width or (isinstance(shared, StepModule) and shared.width == width)
            if not isinstance(shared, StepModule) or shared.step != step or not fits:
                mend = _("give it a name of its own")
                raise GatvizError(_("name"), _("a name that no other step before has"), quote(name), mend)
            return Place(where, name, step, shared)
        module = StepModule(step, width, self.generator)
        if not module.own:
            if name and step.word:
                raise GatvizError(
                    _("name"),
                    _("none, for {step} has no weights").format(step=step.word),
                    quote(name),
                    _("leave the name out"),
                )
            if step.word:
                return Place(where, "", step, None)
        name = checked_name(name or self._fresh(step.stem))
        self.modules[name] = module
        return Place(where, name, step, module)

    def _sum(self, where: _Where, name: str, step: Sum) -> Place:
        if name:
            raise GatvizError(_("name"), _("none, for a sum has no weights"), quote(name), _("leave the name out"))
        before = self.width
        skip = None if step.skip is None else self._skip(where, step.skip)
        added, self.width = self.width, before
        inside = self._built(step.steps, top=False)
        if skip is not None and self.width != added:
            expected = ngettext("{n} feature, as {name} gives", "{n} features, as {name} gives", added)
            raise GatvizError(
                _("{name} + step").format(name=_label(step.skip)),
                expected.format(n=added, name=_label(step.skip)),
                _("{n} from the step").format(n=self.width),
                _("make the last step of the sum as wide"),
            )
        if skip is None and self.width != before:
            mend = _("make the last step of the sum as wide as what comes")
            expected = ngettext("{n} feature, as x has", "{n} features, as x has", before).format(n=before)
            found = _("{n} from the step").format(n=self.width)
            raise GatvizError(_("x + step"), expected, found, mend)
        return Place(where, "", step, None, inside, skip)

    def _skip(self, where: _Where, given: Any) -> Place:
        """The step that what comes goes through before it is added to a sum."""
        name, step = given if _is_named(given) else ("", given)
        if not isinstance(step, Step) or step.needs_nodes:
            expected = _("one step with a row for each node, and no attention layer, before the +")
            raise GatvizError(_("skip + step"), expected, quote(_label(given)), _("put it into the steps"))
        before, self.width = self.width, step.width(self.width)
        return self._with_parameters(where, name, step, before)

    def _fresh(self, stem: str) -> str:
        name = next(name for n in count() if (name := f"{stem}{n}") not in self._taken)
        self._taken.add(name)
        return name


def register(root: nn.Module, modules: Mapping[str, nn.Module]) -> None:
    """Hang modules into a model under their names; a dot leads into a module of modules.

    Raises:
        GatvizError: a name that the model needs for itself.
    """
    for name, module in modules.items():
        parent, parts = root, name.split(".")
        for part, following in pairwise(parts):
            if part not in parent._modules:
                _add(parent, part, nn.ModuleList() if following.isdigit() else nn.Module(), name)
            parent = parent.get_submodule(part)
        _add(parent, parts[-1], module, name)


def _add(parent: nn.Module, part: str, module: nn.Module, name: str) -> None:
    if hasattr(parent, part):
        raise GatvizError(_("name"), _("a name that the model has no other use for"), quote(name), _("choose another"))
    parent.add_module(part, module)


def _label(given: Any) -> str:
    """A step in few words, for errors."""
    if _is_named(given):
        return quote(given[0]).strip("'")
    if isinstance(given, Sum):
        skip = "x" if given.skip is None else _label(given.skip)
        return f"{skip} + " + " > ".join(map(_label, given.steps))
    if isinstance(given, LayerSettings):
        return given.kind
    return (given.word if isinstance(given, Step) else "") or type(given).__name__


def _names(steps: Iterable[Any]) -> Iterable[str]:
    for given in steps:
        if _is_named(given):
            yield given[0]
        elif isinstance(given, Sum):
            yield from _names([] if given.skip is None else _sequence(given.skip))
            yield from _names(given.steps)
