"""What a state dict holds beside attention layers: its tensors as named modules, known by their names and shapes.

F input features, C output features.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from gatviz.checkpoints.layer_forms import Tensors

ModuleKind = Literal["linear", "batch_norm", "graph_norm", "norm", "prelu", "other"]
"""linear: weight [C, F], bias [C] or none; an embedding table, which has the same shape, is one too.
batch_norm: running_mean and running_var [C], weight and bias [C] or none.
graph_norm: weight, bias and mean_scale [C].
norm: weight and bias [C]; whether over features, nodes or groups, no tensor tells.
prelu: a single slope.
other: anything else."""

_AFFINE = frozenset(("weight", "bias"))
_STATISTICS = frozenset(("running_mean", "running_var"))
_OF_VECTORS: Mapping[frozenset[str], ModuleKind] = {_AFFINE: "norm", _AFFINE | {"mean_scale"}: "graph_norm"}
_COUNTER = "num_batches_tracked"
_QUERIES = ("lin_key", "lin_query")
"""Linear layers of these names in one module are parts of another kind of attention."""
_WRAPPER = "module"
"""Under this name PyG's norms keep torch's."""


@dataclass(frozen=True, eq=False)
class OtherModule:
    """A module that is no attention layer.

    Attributes:
        name: what stands before its tensors' names in the file, "" for tensors that belong to no module.
        kind: what its tensors' names and shapes can only be.
        tensors: by their names after the module's.
    """

    name: str
    kind: ModuleKind
    tensors: Tensors

    @property
    def in_features(self) -> int | None:
        """F, or None where its kind leaves it open."""
        if self.kind in ("prelu", "other"):
            return None
        return self.tensors["weight"].shape[1] if self.kind == "linear" else self.out_features

    @property
    def out_features(self) -> int | None:
        """C, or None where its kind leaves it open."""
        if self.kind in ("prelu", "other"):
            return None
        return self.tensors["weight" if "weight" in self.tensors else "running_mean"].shape[0]


def other_modules(tensors: Tensors) -> tuple[OtherModule, ...]:
    """The modules of tensors that belong to no attention layer, in the file's order; each tensor is in one of them.

    Arguments:
        tensors: by their whole names.
    """
    groups: dict[str, dict[str, str]] = {}
    for name in tensors:
        module, _dot, tail = name.rpartition(".")
        groups.setdefault(module, {})[tail if module else name] = name
    within = Counter(outer for module in groups for outer in _around(module))
    modules = []
    for module, tails in groups.items():
        own = {tail: tensors[name] for tail, name in tails.items()}
        outer, _dot, last = module.rpartition(".")
        wraps = last == _WRAPPER and outer and within[outer] == 1 and outer not in groups
        kind = "other" if {f"{outer}.{one}" for one in _QUERIES} <= groups.keys() else _kind_of(own)
        modules.append(OtherModule(outer if wraps else module, kind, own))
    return tuple(modules)


def _around(module: str) -> Iterator[str]:
    """The modules that a module stands in, the nearest first."""
    while module := module.rpartition(".")[0]:
        yield module


def _kind_of(tensors: Tensors) -> ModuleKind:
    names = frozenset(tensors)
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items() if name != _COUNTER}
    weight, sizes = shapes.get("weight", ()), set(shapes.values())
    kind: ModuleKind = "other"
    if any(0 in shape for shape in sizes):
        return "other"
    if len(weight) == 2 and names <= _AFFINE:
        kind = "linear" if shapes.get("bias", weight[:1]) == weight[:1] else "other"
    elif len(sizes) == 1 and len(next(iter(sizes))) == 1:
        if _STATISTICS <= names <= _STATISTICS | _AFFINE | {_COUNTER}:
            kind = "batch_norm"
        elif names == {"weight"} and weight == (1,):
            kind = "prelu"
        else:
            kind = _OF_VECTORS.get(names, "other")
    return kind
