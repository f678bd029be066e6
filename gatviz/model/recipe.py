"""`Recipe`: the steps of a model in one line that a person can read and write.

    lin_in > elu > x + conv1 > bn1 > elu > conv2 > log_softmax

Steps are joined by >. Each is the name of a module, an activation (none, elu, relu, tanh, gelu, leaky_relu or
leaky_relu(0.2)), x + a step or x + (several > steps), jk(cat), jk(max) or jk(last), a readout (mean, sum, max), or
log_softmax. PReLU has a weight, so it goes by the name of its module. With a module's name in the place of x, what that
module makes of x is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from gatviz.attention.activations import ACTIVATIONS, LEARNT
from gatviz.errors import GatvizError, quote, within
from gatviz.model.around import Activation, checked_name, kind_of_word
from gatviz.model.layer_settings import LayerSettings
from gatviz.model.plan import Sum
from gatviz.model.step import Step
from gatviz.words import _, commas

_TOKEN = re.compile(r"\s*([>+()]|[^\s>+()]+)")
_JOIN = " > "
_MAX_DEPTH = 20
_MAX_STEPS = 1000


@dataclass(frozen=True)
class Named:
    """A module by its name; `column` is where it stands in the line, from 1."""

    name: str
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Worded:
    """A step without parameters, by its word."""

    step: Step
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return self.step.word


@dataclass(frozen=True)
class Added:
    """x + these steps, or what the module `skip` makes of x + these steps."""

    inside: tuple[RecipePart, ...]
    column: int = field(default=0, compare=False)
    skip: Named | None = None

    def __str__(self) -> str:
        text = _JOIN.join(map(str, self.inside))
        single = len(self.inside) == 1 and not isinstance(self.inside[0], Added)
        added = "x" if self.skip is None else str(self.skip)
        return f"{added} + {text}" if single else f"{added} + ({text})"


RecipePart = Named | Worded | Added


@dataclass(frozen=True)
class Recipe:
    """The steps of a model, first to last.

    Attributes:
        parts: a Named, Worded or Added for each.
    """

    parts: tuple[RecipePart, ...]

    def __str__(self) -> str:
        return _JOIN.join(map(str, self.parts))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The recipe that a line says; `str` of it is the line again, evenly spaced.

        Raises:
            GatvizError: what cannot be read, with the column (from 1) where it stands.
        """
        if not isinstance(text, str):
            raise GatvizError(_("recipe"), _("a line of text"), quote(text), _("write conv1 > elu > conv2"))
        return cls(_Reader(text).whole())

    @property
    def names(self) -> tuple[str, ...]:
        """The modules that it names, each once, in order."""
        return tuple(dict.fromkeys(part.name for part in _walk(self.parts) if isinstance(part, Named)))

    def renamed(self, names: Mapping[str, str]) -> Self:
        """The same with other names for modules; those that are not among these stay."""
        return replace(self, parts=tuple(_renamed(self.parts, names)))

    def bent(self, word: str) -> Self:
        """The same with another activation in the place of each; "none" leaves them out."""
        return replace(self, parts=tuple(_bent(self.parts, word)))

    def steps(self, modules: Mapping[str, Step | LayerSettings]) -> tuple[Any, ...]:
        """The steps as `GAT.of_steps` takes them. An activation right after an attention layer becomes its σ.

        Arguments:
            modules: what each name stands for; σ of a LayerSettings is as the recipe says.

        Raises:
            GatvizError: a name that is not among them, with its column.
        """
        return _resolved(self.parts, modules)

    @classmethod
    def of_steps(cls, steps: Sequence[Any]) -> Self:
        """The recipe of steps as `GAT.steps` gives them."""
        return cls(tuple(_told(steps)))


def _walk(parts: Iterable[RecipePart]) -> Iterator[RecipePart]:
    for part in parts:
        yield part
        if isinstance(part, Added):
            yield from _walk(part.inside if part.skip is None else (part.skip, *part.inside))


def _renamed(parts: Iterable[RecipePart], names: Mapping[str, str]) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, Added):
            skip = None if part.skip is None else next(_renamed([part.skip], names))
            yield replace(part, inside=tuple(_renamed(part.inside, names)), skip=skip)
        else:
            yield replace(part, name=names.get(part.name, part.name)) if isinstance(part, Named) else part


def _bent(parts: Iterable[RecipePart], word: str) -> Iterator[RecipePart]:
    for part in parts:
        if isinstance(part, Added):
            yield replace(part, inside=tuple(_bent(part.inside, word)) or part.inside)
        elif not isinstance(part, Worded) or not isinstance(part.step, Activation):
            yield part
        elif word != "none":
            yield replace(part, step=Activation(word))


def _told(steps: Iterable[Any]) -> Iterator[RecipePart]:
    for given in steps:
        if isinstance(given, Sum):
            skip = next(_told([given.skip])) if given.skip is not None else None
            yield Added(tuple(_told(given.steps)), skip=skip)  # type: ignore[arg-type]
        elif isinstance(given, tuple):
            name, step = given
            yield Named(name)
            if isinstance(step, LayerSettings) and step.activation not in (None, LEARNT):
                yield Worded(Activation(str(step.activation)))
        else:
            yield Worded(given)


def _resolved(parts: Sequence[RecipePart], modules: Mapping[str, Step | LayerSettings]) -> tuple[Any, ...]:
    steps: list[Any] = []
    for part in parts:
        if isinstance(part, Added):
            skip = None if part.skip is None else _resolved([part.skip], modules)[0]
            steps.append(Sum(_resolved(part.inside, modules), skip))
        elif isinstance(part, Named):
            if part.name not in modules:
                known = commas(map(quote, modules)) or _("none")
                expected = _("a step, or one of the modules {names}").format(names=known)
                raise GatvizError(_at(part.column), expected, quote(part.name), _("correct it"))
            step = modules[part.name]
            if isinstance(step, LayerSettings) and step.activation != LEARNT:
                step = replace(step, activation=None)
            steps.append((part.name, step))
        elif steps and _takes(steps[-1], part.step):
            name, layer = steps[-1]
            steps[-1] = name, replace(layer, activation=part.step.word)
        else:
            steps.append(part.step)
    return tuple(steps)


def _takes(last: Any, step: Step) -> bool:
    """Whether this step is one that an attention layer just before does itself."""
    own = isinstance(step, Activation) and step.word in ACTIVATIONS
    layer = last[1] if isinstance(last, tuple) else None
    return own and isinstance(layer, LayerSettings) and layer.activation is None


def _at(column: int) -> str:
    return _("recipe, column {column}").format(column=column) if column else _("recipe")


class _Reader:
    """A recipe's line, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.steps = text, 0, 0

    def whole(self) -> tuple[RecipePart, ...]:
        parts = self._several(0)
        if (token := self._peek()) is not None:
            raise self._wrong(_("> between steps"), quote(token), _("correct it"))
        return parts

    def _several(self, depth: int) -> tuple[RecipePart, ...]:
        parts = [self._one(depth)]
        while self._peek() == ">":
            self._take()
            parts.append(self._one(depth))
        return tuple(parts)

    def _one(self, depth: int) -> RecipePart:
        """A step, at the place where it begins."""
        token, column = self._peek(), self._column()
        if token is None or token in [">", "+", "(", ")"]:
            found = _("the end") if token is None else quote(token)
            raise self._wrong(_("a step"), found, _("write one between each two >"))
        if depth > _MAX_DEPTH:
            raise self._wrong(
                _("at most {n} sums in each other").format(n=_MAX_DEPTH), _("more"), _("write it with fewer")
            )
        self.steps += 1
        if self.steps > _MAX_STEPS:
            raise self._wrong(_("at most {n:,} steps").format(n=_MAX_STEPS), _("more"), _("write it with fewer"))
        self._take()
        if token == "x":
            if self._peek() != "+":
                raise self._wrong(_("+ after x"), quote(self._peek() or _("the end")), _("write x + and a step"))
            self._take()
            return Added(self._inside(depth + 1), column)
        atom = self._atom(token, column)
        if isinstance(atom, Named) and self._peek() == "+":
            self._take()
            return Added(self._inside(depth + 1), column, atom)
        return atom

    def _inside(self, depth: int) -> tuple[RecipePart, ...]:
        if self._peek() != "(":
            return (self._one(depth),)
        self._take()
        parts = self._several(depth)
        if self._peek() != ")":
            raise self._wrong(_("a closing bracket"), quote(self._peek() or _("the end")), _("write )"))
        self._take()
        return parts

    def _atom(self, token: str, column: int) -> RecipePart:
        given = None
        if self._peek() == "(":
            self._take()
            end = self.text.find(")", self.place)
            if end < 0:
                raise self._wrong(_("a closing bracket"), _("none"), _("write )"))
            given, self.place = self.text[self.place : end].strip(), end + 1
        kind = kind_of_word(token)
        with within(_at(column)):
            if kind is not None:
                return Worded(kind.read(token, given), column)
            if given is not None:
                raise GatvizError(quote(token), _("nothing in brackets"), quote(given), _("leave the brackets out"))
            return Named(checked_name(token), column)

    def _peek(self) -> str | None:
        found = _TOKEN.match(self.text, self.place)
        return None if found is None else found[1]

    def _column(self) -> int:
        found = _TOKEN.match(self.text, self.place)
        return (len(self.text) if found is None else found.start(1)) + 1

    def _take(self) -> None:
        found = _TOKEN.match(self.text, self.place)
        assert found is not None
        self.place = found.end()

    def _wrong(self, expected: str, found: str, mend: str) -> GatvizError:
        return GatvizError(_at(self._column()), expected, found, mend)
