"""A pickle's opcodes as the tree of values that they describe; nothing that a pickle names is imported, made or called.

A pickle is a program for a machine with a stack. The machine here knows numbers, texts, tuples, lists and dicts; all
else that a pickle names stays a name, and what it would make of a call is kept as that name and the arguments. Reading
takes as long as the pickle has opcodes, and as much memory, whatever it says.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gatviz.errors import GatvizError
from gatviz.words import _

MAX_TENSORS = 10_000
MAX_STEPS = 1_000_000
"""Opcodes of one pickle; a tensor takes about thirty."""

SAVE_LINES = (
    "model = torch.load('model.pt', weights_only=False)",
    "torch.save(model.state_dict(), 'weights.pt')",
)
"""What a person runs where the model was trained, if the file holds more than tensors."""


def ask_to_save() -> str:
    """The mend for a file of more than tensors."""
    first, second = (f"`{line}`" for line in SAVE_LINES)
    return _("run these two lines where you trained it: {first} and {second}").format(first=first, second=second)


def save_again() -> str:
    """The mend for a broken file."""
    return _("save or download it again")


class PickledDict(dict[Any, Any]):
    """A dict of the pickle.

    Attributes:
        state: what the pickle would have set on it beside its entries.
        passed_over: whether it has entries too whose keys are no plain values, tuples of them, or calls.
    """

    state: Any = None
    passed_over: bool = False


@dataclass(eq=False)
class PickledName:
    """Something that the pickle names: a module and what stands in it, joined by a dot."""

    name: str


@dataclass(eq=False)
class PickledCall:
    """What the pickle would make by a call: what it names, the arguments, and what it does to the result.

    Attributes:
        name: what would be called. args: the arguments. state: what would be set on it.
        items, pairs: what would be put into it.
    """

    name: str
    args: tuple[Any, ...] = ()
    state: Any = None
    items: list[Any] = field(default_factory=list)
    pairs: PickledDict = field(default_factory=PickledDict)


@dataclass(eq=False)
class Outside:
    """Something that the pickle refers to and does not hold: a storage of a torch file."""

    told: Any


_MARK = object()
_DICTS = (
    "collections.OrderedDict",
    "collections.defaultdict",
    "builtins.dict",
    "__builtin__.dict",
    "collections.Counter",
)
_LISTS = ("builtins.list", "builtins.set", "builtins.frozenset", "__builtin__.set", "collections.deque")
_CALLED_NEW = ("copyreg.__newobj__", "copy_reg.__newobj__", "copyreg._reconstructor", "copy_reg._reconstructor")
_KEYS = (str, int, float, bool, bytes, type(None), PickledCall)
_MAX_KEY = 16
"""Parts of a tuple that is a key."""


def read_tree(stream: io.BytesIO, where: str) -> Any:
    """What the next pickle of a stream describes; the stream stands behind it then.

    Raises:
        GatvizError: broken, or too long.
    """
    machine = _Machine()
    try:
        for step, (opcode, argument, _at) in enumerate(pickletools.genops(stream)):
            if step >= MAX_STEPS:
                raise _too_long(where)
            machine.take(opcode.name, argument)
        (tree,) = machine.stack
    except GatvizError:
        raise
    except Exception:  # what a broken pickle can make of it: too few values, wrong kinds, bad numbers, …
        raise GatvizError(where, _("a whole torch file"), _("a broken pickle"), save_again()) from None
    return tree


def _too_long(where: str) -> GatvizError:
    expected = _("a pickle of at most {most:,} steps").format(most=MAX_STEPS)
    mend = _("save weights by {weights}, a graph as .npz or GraphML").format(
        weights="`torch.save(model.state_dict(), 'weights.pt')`"
    )
    return GatvizError(where, expected, _("more"), mend)


class _Machine:
    """The stack and the memo of a pickle while it is read."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[Any, Any] = {}
        self.copied = 0

    def take(self, opcode: str, argument: Any) -> None:
        """The next opcode."""
        if opcode in _DO:
            _DO[opcode](self, argument)
        elif opcode in _PLAIN:
            self.stack.append(argument)
        elif opcode not in ("PROTO", "FRAME", "STOP"):
            raise ValueError(opcode)

    def marked(self) -> list[Any]:
        """What was put on the stack since the last mark."""
        place = len(self.stack) - 1
        while self.stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError
        found = self.stack[place + 1 :]
        del self.stack[place:]
        return found

    def forget(self, _values: list[Any]) -> None:
        """Values that nobody wants any more."""

    def put(self, value: Any) -> None:
        self.stack.append(value)

    def remember(self, place: Any) -> None:
        self.memo[place] = self.stack[-1]

    def add(self, items: list[Any]) -> None:
        """Into the list, or what would be one, on top."""
        top = self.stack[-1]
        (top.items if isinstance(top, PickledCall) else top).extend(items)

    def enter(self, values: list[Any]) -> None:
        """Into the dict, or what would be one, on top."""
        top = self.stack[-1]
        level: PickledDict = top.pairs if isinstance(top, PickledCall) else top
        for key, value in zip(values[::2], values[1::2], strict=True):
            _enter(level, key, value)

    def call(self, called: Any, args: Any) -> None:
        """What a call would make."""
        given = tuple(args) if isinstance(args, tuple | list) else ()
        if isinstance(called, Outside) and isinstance(called.told, tuple) and len(called.told) > 1:
            called = called.told[1]  # old files of torch refer to classes so, with their source
        name = called.name if isinstance(called, PickledName | PickledCall) else "?"
        if name in _CALLED_NEW and given and isinstance(given[0], PickledName):
            name, given = given[0].name, given[1:]
        if name in _DICTS:
            self.put(self.dict_of(given))
        elif name in _LISTS:
            self.put([item for items in given for item in self.entries(items)])
        else:
            self.put(PickledCall(name, given))

    def entries(self, given: Any) -> list[Any]:
        """What stands in a list, a tuple or a dict that is copied; all copies together are no longer than a pickle."""
        if isinstance(given, PickledDict):
            given = dict.items(given)
        elif not isinstance(given, list | tuple):
            return []
        found = list(given)
        self.copied += len(found)
        if self.copied > MAX_STEPS:
            raise ValueError
        return found

    def dict_of(self, given: tuple[Any, ...]) -> PickledDict:
        made = PickledDict()
        for pairs in given:
            for pair in self.entries(pairs):
                if isinstance(pair, list | tuple) and len(pair) == 2:
                    _enter(made, *pair)
        return made

    def build(self, state: Any) -> None:
        top = self.stack[-1]
        if isinstance(top, PickledCall | PickledDict):
            top.state = state

    def instance(self, argument: Any) -> None:
        args = self.marked()
        self.call(PickledName(str(argument).replace(" ", ".")), args)

    def object_of(self, values: list[Any]) -> None:
        self.call(values[0], values[1:])

    def new(self, with_words: bool) -> None:
        if with_words:
            self.stack.pop()
        args = self.stack.pop()
        self.call(self.stack.pop(), args)

    def reduce(self) -> None:
        args = self.stack.pop()
        self.call(self.stack.pop(), args)

    def stack_global(self) -> None:
        name = self.stack.pop()
        self.put(PickledName(f"{self.stack.pop()}.{name}"))


def _enter(level: PickledDict, key: Any, value: Any) -> None:
    """One entry, if its key is a plain value, a call or a tuple of these; tuples in tuples could take ages to hash."""
    parts = key if isinstance(key, tuple) and len(key) <= _MAX_KEY else (key,)
    if all(isinstance(part, _KEYS) for part in parts):
        level[key] = value
    else:
        level.passed_over = True


def _tuple(machine: _Machine, count: int) -> None:
    if len(machine.stack) < count:
        raise ValueError
    values = tuple(machine.stack[-count:])
    del machine.stack[-count:]
    machine.put(values)


def _dict(machine: _Machine, values: list[Any]) -> None:
    machine.put(PickledDict())
    machine.enter(values)


_PLAIN = frozenset(
    [
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
        *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    ]
)
_DO: Mapping[str, Callable[[_Machine, Any], None]] = {
    "MARK": lambda machine, _: machine.put(_MARK),
    "POP": lambda machine, _: machine.stack.pop(),
    "POP_MARK": lambda machine, _: machine.forget(machine.marked()),
    "DUP": lambda machine, _: machine.put(machine.stack[-1]),
    "NONE": lambda machine, _: machine.put(None),
    "NEWTRUE": lambda machine, _: machine.put(True),
    "NEWFALSE": lambda machine, _: machine.put(False),
    "EMPTY_LIST": lambda machine, _: machine.put([]),
    "EMPTY_TUPLE": lambda machine, _: machine.put(()),
    "EMPTY_DICT": lambda machine, _: machine.put(PickledDict()),
    "EMPTY_SET": lambda machine, _: machine.put([]),
    "LIST": lambda machine, _: machine.put(machine.marked()),
    "FROZENSET": lambda machine, _: machine.put(machine.marked()),
    "TUPLE": lambda machine, _: machine.put(tuple(machine.marked())),
    "DICT": lambda machine, _: _dict(machine, machine.marked()),
    "TUPLE1": lambda machine, _: _tuple(machine, 1),
    "TUPLE2": lambda machine, _: _tuple(machine, 2),
    "TUPLE3": lambda machine, _: _tuple(machine, 3),
    "APPEND": lambda machine, _: machine.add([machine.stack.pop()]),
    "APPENDS": lambda machine, _: machine.add(machine.marked()),
    "ADDITEMS": lambda machine, _: machine.add(machine.marked()),
    "SETITEM": lambda machine, _: machine.enter([machine.stack.pop(-2), machine.stack.pop()]),
    "SETITEMS": lambda machine, _: machine.enter(machine.marked()),
    "GLOBAL": lambda machine, name: machine.put(PickledName(str(name).replace(" ", "."))),
    "STACK_GLOBAL": lambda machine, _: machine.stack_global(),
    "INST": lambda machine, name: machine.instance(name),
    "OBJ": lambda machine, _: machine.object_of(machine.marked()),
    "NEWOBJ": lambda machine, _: machine.new(False),
    "NEWOBJ_EX": lambda machine, _: machine.new(True),
    "REDUCE": lambda machine, _: machine.reduce(),
    "BUILD": lambda machine, _: machine.build(machine.stack.pop()),
    "PUT": lambda machine, place: machine.remember(place),
    "BINPUT": lambda machine, place: machine.remember(place),
    "LONG_BINPUT": lambda machine, place: machine.remember(place),
    "MEMOIZE": lambda machine, _: machine.remember(len(machine.memo)),
    "GET": lambda machine, place: machine.put(machine.memo[place]),
    "BINGET": lambda machine, place: machine.put(machine.memo[place]),
    "LONG_BINGET": lambda machine, place: machine.put(machine.memo[place]),
    "PERSID": lambda machine, told: machine.put(Outside(told)),
    "BINPERSID": lambda machine, _: machine.put(Outside(machine.stack.pop())),
    "EXT1": lambda machine, _: machine.put(PickledName("copyreg.extension")),
    "EXT2": lambda machine, _: machine.put(PickledName("copyreg.extension")),
    "EXT4": lambda machine, _: machine.put(PickledName("copyreg.extension")),
}
