"""What a person may choose about a weights file, and what was decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self, TypedDict, get_args

from gatviz.attention.activations import ACTIVATIONS, LEARNT
from gatviz.attention.checks import check_flag
from gatviz.attention.defaults import NEGATIVE_SLOPE
from gatviz.attention.edges import SelfLoops, check_self_loops
from gatviz.attention.loop_features import AS_ADDED, Filled, LoopFeatures, Reduction
from gatviz.errors import GatvizError, quote
from gatviz.model.recipe import Recipe
from gatviz.numbers import check_finite
from gatviz.words import _, commas, ngettext, or_list

Origin = Literal["file", "given", "assumed"]
Residual = Literal["none", "identity"]
ScoreSign = Literal["minus", "plus"]
Implementation = Literal["IMP1", "IMP2", "IMP3"]
NormMode = Literal["node", "graph"]

NO_ACTIVATION = "none"
ACTIVATION_NAMES = (NO_ACTIVATION, *(name for name in ACTIVATIONS if name != LEARNT))


class Reasoned(NamedTuple):
    """A value that was decided, and how: `reason` is a sentence without its full stop, so that others can hold it."""

    value: Any
    origin: Origin
    reason: str

    @classmethod
    def chosen(cls, value: object) -> Self:
        """As the caller has it."""
        return cls(value, "given", _("Chosen by hand"))

    @classmethod
    def saved(cls, value: object) -> Self:
        """As gatviz wrote it beside the tensors."""
        return cls(value, "file", _("The file says so"))


@dataclass(frozen=True)
class Decision:
    """One setting of the opened model, and how it came about.

    Attributes:
        name: the keyword of `load_weights` that decides it otherwise.
        layer: which layer it is about, or None for all.
        value: as it was applied.
        origin: "file" if names, shapes or words in the file say it, "given" by the caller, else "assumed".
        reason: why, in one sentence.
        options: the values to choose from; empty for a number.
    """

    name: str
    layer: int | None
    value: object
    origin: Origin
    reason: str
    options: tuple[object, ...] = ()

    @classmethod
    def of(cls, name: str, layer: int | None, answer: Reasoned, options: tuple[object, ...] = ()) -> Self:
        """An answer as the decision on a keyword."""
        return cls(name, layer, answer.value, answer.origin, _("{reason}.").format(reason=answer.reason), options)

    @property
    def open(self) -> bool:
        """Whether the file leaves it open, so that it can be chosen."""
        return self.origin != "file"


class ChoiceWords(TypedDict, total=False):
    """The keywords of `load_weights` that make its `Choices`."""

    heads: int | Sequence[int | None] | None
    concat: bool | Sequence[bool | None] | None
    activation: str | Sequence[str | None] | None
    residual: Residual | Sequence[Residual | None] | None
    self_loops: SelfLoops | None
    loop_features: Reduction | float | None
    filled_loops: Filled | None
    edge_in_message: bool | None
    negative_slope: float | None
    score_sign: ScoreSign | None
    implementation: Implementation | None
    norm: NormMode | None
    layout: str | None
    recipe: str | Recipe | None


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a file may leave open, decided by hand; None takes the likeliest.

    Attributes:
        heads, concat: one value for the layers that leave it open, or one for each layer.
        activation: one value for the hidden layers (or the only one), or one for each layer; "none" for none.
        residual: "none" or "identity", in DGL's layers that may add their input; one value or one for each layer.
        self_loops, negative_slope: for all layers.
        loop_features, filled_loops: what features self-loops get where they are added and edge features are read, and
            which loops, see `LoopFeatures`.
        edge_in_message: of gatviz's own GAT layers with edge features, see `GATAttentionLayer`.
        score_sign: "minus" or "plus": of what pyGAT's sparse layers take the softmax, −LeakyReLU(raw) or +.
        implementation: which of pytorch-GAT's a file without its settings is from, "IMP2" or "IMP3".
        norm: over what the layer norms of the file go, "node" (torch's LayerNorm) or "graph".
        layout: look for this layout only.
        recipe: the steps in one line, each module by its name in the file, see `Recipe`.

    Raises:
        GatvizError: a value that is none of these.
    """

    heads: int | Sequence[int | None] | None = None
    concat: bool | Sequence[bool | None] | None = None
    activation: str | Sequence[str | None] | None = None
    residual: Residual | Sequence[Residual | None] | None = None
    self_loops: SelfLoops | None = None
    loop_features: Reduction | float | None = None
    filled_loops: Filled | None = None
    edge_in_message: bool | None = None
    negative_slope: float | None = None
    score_sign: ScoreSign | None = None
    implementation: Implementation | None = None
    norm: NormMode | None = None
    layout: str | None = None
    recipe: str | Recipe | None = None

    def __post_init__(self) -> None:
        one_each = _("give one, or one for each layer")
        for count in _each(self.heads):
            if isinstance(count, bool) or not isinstance(count, int | None) or (count is not None and count < 1):
                raise GatvizError("heads", _("whole numbers from 1"), quote(count), one_each)
        for value in _each(self.concat):
            if not isinstance(value, bool | None):
                raise GatvizError("concat", _("True or False"), quote(value), one_each)
        for value in _each(self.activation):
            if value is not None and value not in ACTIVATION_NAMES:
                expected = _("one of {names}").format(names=commas(ACTIVATION_NAMES))
                raise GatvizError("activation", expected, quote(value), _("choose one"))
        of_one = {"residual": Residual, "score_sign": ScoreSign, "implementation": Implementation, "norm": NormMode}
        for name, known in of_one.items():
            for value in _each(self.residual) if name == "residual" else (getattr(self, name),):
                if value is not None and value not in get_args(known):
                    raise GatvizError(name, or_list(map(repr, get_args(known))), quote(value), _("choose one"))
        if self.self_loops is not None:
            check_self_loops(self.self_loops)
        self._check_recipe()
        self._check_edges()
        if self.negative_slope is not None:
            check_finite(
                "negative_slope", self.negative_slope, _("{slope} is the paper's").format(slope=NEGATIVE_SLOPE)
            )

    def _check_recipe(self) -> None:
        if isinstance(self.recipe, str):
            object.__setattr__(self, "recipe", Recipe.parse(self.recipe))
        elif not isinstance(self.recipe, Recipe | None):
            raise GatvizError(_("recipe"), _("a line of text"), quote(self.recipe), _("write conv1 > elu > conv2"))
        if self.recipe is not None and self.activation is not None:
            mend = _("leave activation out: the recipe says it")
            raise GatvizError("activation", _("no recipe beside it"), quote(str(self.recipe)), mend)

    def _check_edges(self) -> None:
        LoopFeatures(
            AS_ADDED.value if self.loop_features is None else self.loop_features,
            AS_ADDED.filled if self.filled_loops is None else self.filled_loops,
        )
        if self.edge_in_message is not None:
            check_flag("edge_in_message", self.edge_in_message)

    def for_layer(self, name: str, layer: int, count: int) -> object:
        """The value chosen for one of `count` layers by a sequence, or None.

        Raises:
            GatvizError: a sequence of another length.
        """
        value = getattr(self, name)
        if value is None or isinstance(value, str | int | bool):
            return None
        if len(value) != count:
            raise one_for_each(name, count, len(value))
        result: object = value[layer]
        return result

    def for_open(self, name: str) -> object:
        """The single value chosen for all layers that leave it open, or None."""
        value = getattr(self, name)
        return value if isinstance(value, str | int | bool) else None


def one_for_each(name: str, count: int, given: int) -> GatvizError:
    """The refusal of a sequence that is not as long as the layers are many."""
    expected = ngettext("{count} value, one for each layer", "{count} values, one for each layer", count)
    return GatvizError(name, expected.format(count=count), str(given), _("give one for each"))


def _each(value: object) -> Sequence[object]:
    return (value,) if value is None or isinstance(value, str) or not isinstance(value, Sequence) else value
