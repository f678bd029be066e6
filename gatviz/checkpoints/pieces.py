"""The modules of a file as a recipe names them: attention layers, and what stands around them.

F input features, C output features.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from gatviz.checkpoints.layer_forms import StoredLayer
from gatviz.checkpoints.other_modules import ModuleKind, OtherModule
from gatviz.errors import GatvizError, quote
from gatviz.model.around import checked_name
from gatviz.model.gat import GAT
from gatviz.words import _

NORMS: tuple[ModuleKind, ...] = ("batch_norm", "graph_norm", "norm")


@dataclass(frozen=True, eq=False)
class StoredModule:
    """A module of the file.

    Attributes:
        name: as a recipe names it. stored: as the file does; "" for one that was saved alone.
        layer: an attention layer. other: anything else. One of the two is there.
    """

    name: str
    stored: str
    layer: StoredLayer | None = None
    other: OtherModule | None = None

    @property
    def kind(self) -> str:
        """ "attention", or the kind of the other module."""
        return "attention" if self.other is None else self.other.kind

    @property
    def is_wide(self) -> bool:
        """Whether it makes other widths of widths: attention layers and linear ones."""
        return self.kind in ("attention", "linear")

    @property
    def reads(self) -> int | None:
        """F, None where any width will do."""
        if self.layer is not None:
            return self.layer.in_features
        return None if self.other is None else self.other.in_features

    @property
    def gives(self) -> tuple[int, ...]:
        """C as its tensors leave it: of an attention layer heads may be joined in two ways."""
        if self.layer is not None:
            return tuple(dict.fromkeys((self.layer.joined, self.layer.features)))
        wide = None if self.other is None else self.other.out_features
        return () if wide is None else (wide,)

    def follows(self, before: StoredModule) -> bool:
        """Whether it can read what another piece gives."""
        flat = before.layer is not None and before.layer.heads_from is None
        if flat and before.layer is not None and self.reads and before.layer.joined % self.reads == 0:
            return True
        return self.reads is None or self.reads in before.gives

    @property
    def shown(self) -> str:
        """Its name in the file, for a sentence."""
        return quote(self.stored or self.name)


def pieces(
    layers: Sequence[StoredLayer], others: Sequence[OtherModule], order: Mapping[str, int], *, whole_names: bool
) -> tuple[StoredModule, ...]:
    """All modules in the file's order, each under a name that a recipe can hold.

    Arguments:
        order: for each module's name in the file the place of its first tensor.
        whole_names: whether what all names begin with is kept too.
    """
    stored = [layer.name for layer in layers] + [other.name for other in others]
    names = recipe_names(stored, whole=whole_names)
    given = [StoredModule(name, layer.name, layer=layer) for name, layer in zip(names, layers, strict=False)]
    given += [StoredModule(name, one.name, other=one) for name, one in zip(names[len(layers) :], others, strict=True)]
    return tuple(sorted(given, key=lambda piece: order.get(piece.stored, -1)))


def recipe_names(stored: Sequence[str], *, whole: bool = False) -> list[str]:
    """Names of modules as a recipe can hold them; the same where nothing speaks against it.

    What all of them begin with ("model.") is left out, unless they are to stay whole. A name that means something else
    in a recipe, or that the model itself needs, gets a number; signs that cannot stand in one become lines.
    """
    common = 0 if whole else _common(stored)
    plain = [name[common:] for name in stored]
    nested = any(name.startswith(f"{other}.") for name in plain for other in plain)
    taken: set[str] = set()
    names = []
    for name in plain:
        made = "".join(c if c.isalnum() or c in "_." or not (c.isspace() or c in ">+()") else "_" for c in name)
        made = "".join(c if c.isprintable() else "_" for c in made)
        made = ".".join(part or "_" for part in made.split(".")) if made else "layer"
        made = made.replace(".", "_") if nested else made
        free = (f"{made}_{n}" if n else made for n in count())
        made = next(name for name in free if name not in taken and _can_stand(name))
        taken.add(made)
        names.append(made)
    return names


def _common(names: Iterable[str]) -> int:
    """How many characters all names begin with, up to a dot; a list's number stays with its list's name."""
    parts = [name.split(".") for name in names]
    shared = 0
    while all(len(part) > shared + 1 and part[shared] == parts[0][shared] for part in parts):
        shared += 1
    while shared and any(part[shared].isdigit() for part in parts):
        shared -= 1
    return sum(len(part) + 1 for part in parts[0][:shared]) if parts else 0


def _can_stand(name: str) -> bool:
    first = name.partition(".")[0]
    if hasattr(GAT, first) or first in ("training", "self_loops", "loop_features"):
        return False
    try:
        checked_name(name)
    except GatvizError:
        return False
    return True


def kind_in_words(piece: StoredModule) -> str:
    """What a module is, for people."""
    return {
        "attention": _("attention layer"),
        "linear": _("linear layer"),
        "batch_norm": "BatchNorm",
        "graph_norm": "GraphNorm",
        "norm": "LayerNorm",
        "prelu": "PReLU",
        "other": _("something else"),
    }[piece.kind]
