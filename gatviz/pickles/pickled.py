"""From a pickle's tree to what it holds: tensors, plain values, and of pickled models what they tell of themselves.

What gatviz has no use for is left out and listed; nothing of it is run. A torch file keeps the numbers of its tensors
outside the pickle, in storages.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gatviz.errors import GatvizError
from gatviz.pickles.safe_pickle import Outside, PickledCall, PickledDict, PickledName, save_again
from gatviz.words import N_, _

MAX_DEPTH = 60
_MAX_WHOLE = 2**63

_TYPES: Mapping[str, torch.dtype] = {
    "Float": torch.float32,
    "Double": torch.float64,
    "Half": torch.float16,
    "BFloat16": torch.bfloat16,
    "Long": torch.int64,
    "Int": torch.int32,
    "Short": torch.int16,
    "Char": torch.int8,
    "Byte": torch.uint8,
    "Bool": torch.bool,
    "ComplexFloat": torch.complex64,
    "ComplexDouble": torch.complex128,
}
_CODES = {"f8": "float64", "f4": "float32", "f2": "float16", "i8": "int64", "i4": "int32", "i2": "int16", "b1": "bool"}
_CODES |= {"i1": "int8", "u1": "uint8"}
_REBUILT = ("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2")
_FROM_TYPE = ("torch._tensor._rebuild_from_type_v2", "torch._tensor._rebuild_from_type")
_PARAMETERS = ("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state")
_OTHER_TENSORS = {
    "_rebuild_qtensor": N_("a quantised tensor"),
    "_rebuild_sparse_tensor": N_("a sparse tensor"),
    "_rebuild_nested_tensor": N_("a nested tensor"),
    "_rebuild_meta_tensor_no_storage": N_("a tensor without numbers"),
    "_rebuild_sparse_csr_tensor": N_("a sparse tensor"),
}
_OF_NUMPY = tuple(f"numpy.{core}.{module}." for core in ("core", "_core") for module in ("multiarray", "numeric"))
_ATTRIBUTE = ("builtins.getattr", "__builtin__.getattr")
"""How a pickle names a function in a class of PyTorch's own."""
_KEYS = (str, int, float, bytes, type(None))
_MODULE = ("_parameters", "_buffers", "_modules")

Storages = Callable[[str, torch.dtype, int], Tensor]
"""The numbers of a storage, as a flat tensor, from its key, their type and how many there are said to be."""


@dataclass(frozen=True)
class Unread:
    """A tensor that gatviz cannot read, what it is, and how to store it so that it can: marked messages."""

    kind: str
    mend: str = N_("store tensor.to_dense()")


@dataclass(frozen=True)
class PickledModule:
    """What a pickled module tells of itself: its class by its whole name, and its plain attributes."""

    path: str
    attributes: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The class's own name."""
        return self.path.rpartition(".")[2]


class StateLevel(dict[Any, Any]):
    """A dict of a file.

    Attributes:
        metadata: what a state dict's `_metadata` says.
        modules: of a pickled model, for each module what it tells of itself, in their order.
    """

    metadata: Any = None
    modules: Mapping[str, PickledModule] | None = None


@dataclass
class Reader:
    """Makes values of a tree.

    Arguments:
        where: what the file is called. storages: gives the numbers of a torch file; None where there are none.
    """

    where: str
    storages: Storages | None
    left_out: dict[str, None] = field(default_factory=dict)
    _made: dict[int, Any] = field(default_factory=dict)
    _flat: dict[str, Tensor] = field(default_factory=dict)

    def value(self, node: Any, depth: int = 0) -> Any:
        """What a node of the tree is: a tensor, a plain value, a dict or list of these, or None.

        Raises:
            GatvizError: a tensor that does not fit into its storage.
        """
        if isinstance(node, str | bool | float | type(None)):
            return node
        if isinstance(node, int):
            return node if abs(node) < _MAX_WHOLE else None
        if isinstance(node, PickledName):
            return node.name
        if depth > MAX_DEPTH or isinstance(node, bytes | bytearray):
            return None
        if id(node) not in self._made:
            self._made[id(node)] = None  # what holds itself holds nothing there
            self._made[id(node)] = self._make(node, depth + 1)
        return self._made[id(node)]

    def _make(self, node: Any, depth: int) -> Any:
        if isinstance(node, PickledDict):
            made = StateLevel(
                (key, self.value(value, depth)) for key, value in dict.items(node) if isinstance(key, _KEYS)
            )
            if isinstance(node.state, PickledDict):
                made.metadata = self.value(node.state.get("_metadata"), depth)
            return made
        if isinstance(node, list | tuple):
            return [self.value(item, depth) for item in node]
        if isinstance(node, Outside):
            return self._storage(node)
        return self._thing(node, depth) if isinstance(node, PickledCall) else None

    # ---- tensors --------------------------------------------------------------------------------------------

    def _thing(self, node: PickledCall, depth: int) -> Any:
        name, args = node.name, node.args
        last = name.rpartition(".")[2]
        made: Any = None
        if name in _REBUILT:
            made = self._tensor(args)
        elif name in _PARAMETERS and args:
            made = self.value(args[0], depth)
        elif (
            name in _FROM_TYPE and len(args) > 2 and isinstance(args[0], PickledName) and args[0].name not in _FROM_TYPE
        ):
            made = self._thing(PickledCall(args[0].name, args[2] if isinstance(args[2], tuple) else ()), depth)
        elif last in _OTHER_TENSORS:
            mend = {"mend": N_("store tensor.dequantize()")} if last == "_rebuild_qtensor" else {}
            made = Unread(_OTHER_TENSORS[last], **mend)
        elif name.startswith(_OF_NUMPY):
            made = self._numpy(last, node)
        elif name in ("torch.Size", "torch.device"):
            made = [self.value(item, depth) for item in args]
        elif name in _ATTRIBUTE and len(args) == 2 and isinstance(args[0], PickledName) and isinstance(args[1], str):
            made = f"{args[0].name}.{args[1]}"
        elif isinstance(node.state, PickledDict) and all(part in node.state for part in _MODULE):
            made = self._model(node)
        else:
            made = self._other(node, depth)
        return made

    def _other(self, node: PickledCall, depth: int) -> Any:
        """What is left of something that is not read: the plain values in it."""
        self.left_out.setdefault(node.name)
        inside = PickledDict()
        for part in (node.state, node.pairs):
            if isinstance(part, PickledDict):
                dict.update(inside, part)
        return self._make(inside, depth) if inside else None

    def _tensor(self, args: tuple[Any, ...]) -> Tensor | None:
        storage = self.value(args[0]) if args else None
        if not isinstance(storage, Tensor) or len(args) < 4:
            raise self._broken(_("a tensor without its numbers"))
        offset, size, stride = args[1], self._numbers(args[2]), self._numbers(args[3])
        if not _is_count(offset) or size is None or stride is None or len(size) != len(stride):
            raise self._broken(_("a tensor of no shape"))
        last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
        if 0 not in size and last >= storage.numel():
            found = _("one of {values:,} values in {size:,}").format(values=last + 1, size=storage.numel())
            raise self._broken(found)
        return storage.new_empty(size) if 0 in size else torch.as_strided(storage, size, stride, offset)

    def _numbers(self, node: Any) -> list[int] | None:
        items = node.args[0] if isinstance(node, PickledCall) and node.args else node
        fits = isinstance(items, list | tuple) and len(items) <= 8 and all(map(_is_count, items))
        return list(items) if fits else None

    def _storage(self, node: Outside) -> Any:
        told = node.told
        if not isinstance(told, tuple) or len(told) < 5 or told[0] != "storage" or self.storages is None:
            return None if isinstance(told, tuple) and told and told[0] == "module" else self._refused()
        kind = told[1].name.rpartition(".")[2] if isinstance(told[1], PickledName) else ""
        dtype = torch.uint8 if kind == "UntypedStorage" else _TYPES.get(kind.removesuffix("Storage"))
        if dtype is None or not isinstance(told[2], str) or not _is_count(told[4]):
            return self._refused()
        key = f"{told[2]} {dtype}"
        if key not in self._flat:
            self._flat[key] = self.storages(told[2], dtype, told[4])
        flat = self._flat[key]
        view = told[5] if len(told) > 5 and isinstance(told[5], tuple) and len(told[5]) == 3 else None
        if view is not None and _is_count(view[1]) and _is_count(view[2]):
            flat = flat[view[1] : view[1] + view[2]]
        return flat

    def _refused(self) -> Unread:
        return Unread(N_("a tensor of another kind"))

    def _broken(self, found: str) -> GatvizError:
        return GatvizError(self.where, _("tensors that fit into the file"), found, save_again())

    def _numpy(self, last: str, node: PickledCall) -> Any:
        """A number or an array of NumPy's."""
        if last == "scalar" and len(node.args) > 1:
            return _number(node.args[0], node.args[1])
        state = node.state
        if last == "_reconstruct" and isinstance(state, tuple) and len(state) > 4:
            _version, told, kind, columns, content = state[:5]
        elif last == "_frombuffer" and len(node.args) > 3:  # since protocol 5
            content, kind, told, order = node.args[:4]
            columns = order == "F"
        else:
            return None
        size, dtype, data = self._numbers(told), _numpy_type(kind), _bytes_of(content)
        if size is None or dtype is None or data is None or len(data) != dtype.itemsize * int(np.prod(size)):
            return None
        array = np.frombuffer(data, dtype).reshape(size, order="F" if columns is True else "C")
        return torch.from_numpy(array.astype(dtype.newbyteorder("=")))

    # ---- pickled models -------------------------------------------------------------------------------------

    def _model(self, node: PickledCall) -> StateLevel:
        """The state dict of a pickled model, and what its modules tell of themselves."""
        made, told = StateLevel(), {}
        waiting: list[tuple[str, PickledCall, int]] = [("", node, 0)]
        seen: set[int] = set()
        while waiting:
            prefix, module, depth = waiting.pop()
            state = module.state
            if id(module) in seen or depth > MAX_DEPTH or not isinstance(state, PickledDict):
                continue
            seen.add(id(module))
            kept = {key: value for key, value in dict.items(state) if isinstance(key, str) and key not in _MODULE}
            attributes = {key: self.value(value) for key, value in kept.items() if not key.startswith("_")}
            told[prefix.removesuffix(".")] = PickledModule(module.name, attributes)
            for part in ("_parameters", "_buffers"):
                own = state.get(part)
                for key, value in dict.items(own) if isinstance(own, PickledDict) else ():
                    tensor = self.value(value)
                    if isinstance(key, str) and isinstance(tensor, Tensor | Unread):
                        made[f"{prefix}{key}"] = tensor
            inner = state.get("_modules")
            children = dict.items(inner) if isinstance(inner, PickledDict) else ()
            found = [(f"{prefix}{key}.", child, depth + 1) for key, child in children if isinstance(child, PickledCall)]
            waiting += reversed(found)
        made.modules = told
        return made


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40


def _bytes_of(node: Any) -> bytes | None:
    """Bytes, also as pickles of protocol 2 and of Python 2 have them: a text in Latin-1."""
    if isinstance(node, PickledCall) and node.name == "_codecs.encode" and node.args[1:] == ("latin1",):
        node = node.args[0]
    if isinstance(node, str):
        return node.encode("latin1") if all(ord(c) < 256 for c in node) else None
    return bytes(node) if isinstance(node, bytes | bytearray) else None


def _numpy_type(node: Any) -> np.dtype[Any] | None:
    """A dtype of plain numbers, with the order of bytes that its state says."""
    if (
        not isinstance(node, PickledCall)
        or node.name != "numpy.dtype"
        or not node.args
        or not isinstance(node.args[0], str)
    ):
        return None
    code = node.args[0].lstrip("<>|=")
    if code not in _CODES:
        return None
    order = node.state[1] if isinstance(node.state, tuple) and len(node.state) > 1 else "<"
    return np.dtype(_CODES[code]).newbyteorder(">" if order == ">" else "<")


def _number(kind: Any, data: Any) -> float | int | bool | None:
    dtype, given = _numpy_type(kind), _bytes_of(data)
    if dtype is None or given is None or len(given) != dtype.itemsize:
        return None
    value = np.frombuffer(given, dtype)[0].item()
    return value if isinstance(value, float | bool) or abs(value) < _MAX_WHOLE else None


def flat(data: bytes, dtype: torch.dtype) -> Tensor:
    """Bytes as a flat tensor of this type; what is over at the end is no number."""
    size = torch.empty((), dtype=dtype).element_size()
    whole = len(data) - len(data) % size
    if not whole:
        return torch.empty(0, dtype=dtype)
    return torch.frombuffer(bytearray(data[:whole]), dtype=dtype)


def length_of(data: bytes, place: int) -> int:
    """The count of 64 bits that stands at a place of an old torch file; −1 where none does."""
    return int(struct.unpack_from("<q", data, place)[0]) if place + 8 <= len(data) else -1


def storages_in(tree: Any) -> list[Outside]:
    """All storages that a tree refers to."""
    found: list[Outside] = []
    waiting, seen = [tree], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or not isinstance(node, PickledDict | list | tuple | PickledCall | Outside):
            continue
        seen.add(id(node))
        if isinstance(node, Outside):
            found += [node] if isinstance(node.told, tuple) and len(node.told) > 4 else []
        elif isinstance(node, PickledDict):
            waiting += [*dict.values(node), node.state]
        elif isinstance(node, PickledCall):
            waiting += [*node.args, node.state, *node.items, *dict.values(node.pairs)]
        else:
            waiting += node
    return found


def size_of(storage: Outside) -> int:
    """The bytes of one number of a storage; 1 where its kind is not known."""
    kind = storage.told[1].name.rpartition(".")[2] if isinstance(storage.told[1], PickledName) else ""
    dtype = _TYPES.get(kind.removesuffix("Storage"), torch.uint8)
    return torch.empty((), dtype=dtype).element_size()
