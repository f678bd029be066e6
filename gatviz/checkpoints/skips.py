"""Linear layers beside a stack of PyG's, each added to the output of the attention layer of its number.

So stand PyG's own examples on PPI (`conv1` and `lin1`, …) and ogbn-products (`convs.0` and `skips.0`, …):
x = elu(conv(x) + lin(x)), the last one without ELU.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_letters, digits

from torch import Tensor

SKIP = ("skip.weight", "skip.bias")
"""Under these names an attention layer's form finds the linear layer beside it."""
_ATTENTION = frozenset(("att_src", "att", "att_l", "att_i"))
_PROJECTIONS = ("lin.weight", "lin_src.weight", "lin_dst.weight", "lin_l.weight")
_LINEAR = frozenset(("lin", "lins", "linear", "linears", "skip", "skips"))

NOTE = (
    "The linear layer beside each attention layer ('lin1' beside 'conv1') is taken as its residual, added before the "
    "activation, as in PyG's examples on PPI and ogbn-products."
)

Groups = Mapping[str, Mapping[str, Tensor]]


def with_skips(groups: Groups, left: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]] | None:
    """The layers' tensors with those of the linear layers beside them.

    Arguments:
        groups: the tensors of each attention layer. left: those that belong to none.

    Returns None unless every layer has one, all that is left is theirs, and one of them at least can only be
    added: it reads the layer's input and not its output.
    """
    beside: dict[tuple[str, ...], dict[str, Tensor]] = {}
    for name, tensor in left.items():
        module, _, tail = name.rpartition(".")
        word, place = _word_and_place(module)
        if word not in _LINEAR or tail not in ("weight", "bias"):
            return None
        beside.setdefault(place, {})[f"skip.{tail}"] = tensor
    layers = {name: _word_and_place(name)[1] for name in groups}
    if not all(_ATTENTION.intersection(own) for own in groups.values()):
        return None
    if sorted(layers.values()) != sorted(beside):
        return None
    added = {name: beside[place] for name, place in layers.items()}
    if not all(_can_be_added(groups[name], own) for name, own in added.items()):
        return None
    if all(own["skip.weight"].shape[0] == own["skip.weight"].shape[1] for own in added.values()):
        return None
    return {name: {**groups[name], **own} for name, own in added.items()}


def _word_and_place(module: str) -> tuple[str, tuple[str, ...]]:
    """A module's last word ("convs" of "net.convs.1"), and what else its name says: where it stands, and its number."""
    stem = module.rstrip(digits)
    before = stem[:-1] if stem.endswith((".", "_")) else stem
    where = before.rstrip(ascii_letters)
    return before[len(where) :], (where, stem[len(before) :], module[len(stem) :])


def _can_be_added(layer: Mapping[str, Tensor], beside: Mapping[str, Tensor]) -> bool:
    """Whether a linear layer reads what the attention layer reads, and gives as many features."""
    own = next((layer[tail] for tail in _PROJECTIONS if tail in layer), None)
    if own is None and "weight" in layer and layer["weight"].dim() == 2:
        own = layer["weight"].t()
    weight = beside.get("skip.weight")
    if own is None or weight is None or own.dim() != 2 or weight.dim() != 2 or 0 in weight.shape:
        return False
    rows = layer["bias"].numel() if "bias" in layer else weight.shape[0]
    return weight.shape[1] == own.shape[1] and weight.shape[0] == rows and own.shape[0] % rows == 0
