"""Linear layers beside a stack of PyG's, each added to the output of the attention layer of its number.

So stand PyG's own examples on PPI (`conv1` and `lin1`, …) and ogbn-products (`convs.0` and `skips.0`, …):
x = elu(conv(x) + lin(x)), the last one without ELU.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

SKIP = ("skip.weight", "skip.bias")
"""Under these names an attention layer's form finds the linear layer beside it."""
_ATTENTION = frozenset(("att_src", "att", "att_l", "att_i"))
_LINEAR = re.compile(r"^(?P<stem>.*?)(lins?|linears?|skips?)(?P<dot>[._]?)(?P<number>\d+)\.(?P<tail>weight|bias)$")
_LAYER = re.compile(r"^(?P<stem>.*?)[A-Za-z]+(?P<dot>[._]?)(?P<number>\d+)$")

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
        match = _LINEAR.match(name)
        if match is None:
            return None
        beside.setdefault(match.group("stem", "dot", "number"), {})[f"skip.{match['tail']}"] = tensor
    layers = {name: match.group("stem", "dot", "number") for name in groups if (match := _LAYER.match(name))}
    if not all(_ATTENTION.intersection(own) for own in groups.values()):
        return None
    if len(layers) != len(groups) or sorted(layers.values()) != sorted(beside):
        return None
    added = {name: beside[place] for name, place in layers.items()}
    weights = [own.get("skip.weight") for own in added.values()]
    if any(weight is None or weight.dim() != 2 for weight in weights):
        return None
    if all(weight is not None and weight.shape[0] == weight.shape[1] for weight in weights):
        return None
    return {name: {**groups[name], **own} for name, own in added.items()}
