"""What can be made, with which sizes, and `generate`, which makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.graph.features import FeatureKind
from gatviz.graph.generators import shapes, tasks
from gatviz.graph.generators.shapes import MAX_NODES, with_features
from gatviz.graph.graph import Graph
from gatviz.words import N_, _, commas, one_of

_MAX_KEYS = 100


@dataclass(frozen=True)
class Parameter:
    """A number that a generator takes, within [low, high]; whole if `default` is an int."""

    name: str
    message: str
    default: int | float
    low: int | float
    high: int | float

    @property
    def title(self) -> str:
        """What people call it."""
        return _(self.message)

    @property
    def whole(self) -> bool:
        """Whether it is a whole number."""
        return isinstance(self.default, int)

    def checked(self, value: Any, where: str) -> int | float:
        """The value, if it is a number in range.

        Raises:
            GatvizError: it is not.
        """
        right = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not right or not self.low <= value <= self.high or (self.whole and value != int(value)):
            if self.whole:
                expected = _("a whole number from {low:,} to {high:,}")
            else:
                expected = _("a number from {low:,} to {high:,}")
            raise GatvizError(
                f"{where}, {self.name}",
                expected.format(low=self.low, high=self.high),
                quote(value),
                _("choose one of these"),
            )
        return int(value) if self.whole else float(value)


@dataclass(frozen=True)
class Generator:
    """A kind of graph that can be made.

    Attributes:
        name: what code calls it.
        message, lesson: of `title` and `teaches`, to be said in the reader's language.
        parameters: what it takes besides seed and features.
        drawn: whether the seed decides anything but random features.
        own_features: whether it brings its own features, so that none are made up.
        by: whose it is.
    """

    name: str
    message: str
    lesson: str
    parameters: tuple[Parameter, ...]
    make: Callable[..., Graph]
    drawn: bool = False
    own_features: bool = False
    by: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        return _(self.message)

    @property
    def teaches(self) -> str:
        """One sentence: what attention shows on it."""
        return _(self.lesson)


_SEED = Parameter("seed", N_("seed"), 0, 0, 2**32 - 1)


def generate(name: str, *, seed: int | None = None, features: FeatureKind | None = None, **values: float) -> Graph:
    """A graph of one of the kinds in `GENERATORS`, the same for the same arguments.

    Arguments:
        name: "erdos_renyi", "barabasi_albert", "stochastic_blocks", "grid", "ring", "tree", "star",
            "complete_bipartite", "dictionary", "two_sides" or "own_feature".
        seed: of whatever is drawn; 0 if left out.
        features: "one_hot", "degree", "constant" or "random"; left out: one-hot up to 200 nodes, else the
            in-degree. Kinds with features of their own (`own_features`) keep theirs if this is left out.
        values: the kind's parameters; what is left out takes its default.

    Raises:
        GatvizError: an unknown kind or parameter, a value out of range, a seed where nothing is drawn, a graph that
            would grow too large.
    """
    kind = GENERATORS.get(name)
    if kind is None:
        raise GatvizError(_("generate"), one_of(GENERATORS), quote(name), _("choose one of these"))
    known = {parameter.name: parameter for parameter in kind.parameters}
    for given in values:
        if given not in known:
            listed = commas(known) or _("no parameters")
            raise GatvizError(
                _("generate '{name}'").format(name=name), listed, quote(given), _("leave it out or correct its name")
            )
    drawn = kind.drawn or features == "random"
    if seed is not None and not drawn:
        raise GatvizError(
            _("generate '{name}', seed").format(name=name), _("something to draw"), _("nothing"), _("leave seed out")
        )
    where = _("generate '{name}'").format(name=name)
    seed = int(_SEED.checked(_SEED.default if seed is None else seed, where))
    checked = {key: known[key].checked(values.get(key, known[key].default), where) for key in known}
    if kind.drawn:
        checked["seed"] = seed
    graph = kind.make(**checked)
    made = commas(f"{key} {value:,}" for key, value in checked.items())
    title = f"{kind.title} ({kind.by})" if kind.by else kind.title
    graph = replace(graph, description=f"{title} ({made}). {kind.teaches}")
    if kind.own_features and features is None:
        return graph
    return with_features(graph, features, seed)


def _nodes(default: int, low: int = 1, high: int = MAX_NODES) -> Parameter:
    return Parameter("nodes", N_("nodes"), default, low, high)


GENERATORS: Mapping[str, Generator] = {
    kind.name: kind
    for kind in (
        Generator(
            "erdos_renyi",
            N_("Erdős–Rényi graph"),
            N_("Every pair of nodes is joined with the same probability: attention has no structure to find."),
            (_nodes(20), Parameter("probability", N_("probability of an edge"), 0.2, 0.0, 1.0)),
            shapes.erdos_renyi,
            drawn=True,
        ),
        Generator(
            "barabasi_albert",
            N_("Barabási–Albert graph"),
            N_("New nodes prefer busy ones, so a few hubs read many and share their attention thinly."),
            (_nodes(30, 2), Parameter("links", N_("links of each new node"), 2, 1, 100)),
            shapes.barabasi_albert,
            drawn=True,
        ),
        Generator(
            "stochastic_blocks",
            N_("Stochastic blocks"),
            N_("Nodes of a block share a feature, up to noise: attention can tell friends from strangers."),
            (
                Parameter("blocks", N_("blocks"), 3, 1, 50),
                Parameter("nodes", N_("nodes in each block"), 10, 1, MAX_NODES),
                Parameter("within", N_("probability of an edge within a block"), 0.4, 0.0, 1.0),
                Parameter("between", N_("probability of an edge between blocks"), 0.03, 0.0, 1.0),
                Parameter("noise", N_("noise on the features"), 0.3, 0.0, 100.0),
            ),
            shapes.stochastic_blocks,
            drawn=True,
            own_features=True,
        ),
        Generator(
            "grid",
            N_("Grid"),
            N_("All inner nodes read four neighbours: what differs in α comes from features alone."),
            (Parameter("rows", N_("rows"), 4, 1, 140), Parameter("columns", N_("columns"), 5, 1, 140)),
            shapes.grid,
        ),
        Generator(
            "ring",
            N_("Ring"),
            N_("Every node reads two neighbours, so α is one share and its rest."),
            (_nodes(8, 3),),
            shapes.ring,
        ),
        Generator(
            "tree",
            N_("Balanced tree"),
            N_("What a leaf knows needs as many layers as there are levels to reach the root."),
            (
                Parameter("branches", N_("branches of each node"), 2, 1, 50),
                Parameter("levels", N_("levels below the root"), 3, 0, 50),
            ),
            shapes.tree,
        ),
        Generator(
            "star",
            N_("Star"),
            N_("The hub must share its attention among all leaves; a leaf has only the hub to read."),
            (Parameter("leaves", N_("leaves"), 6, 1, 5_000),),
            shapes.star,
        ),
        Generator(
            "complete_bipartite",
            N_("Complete bipartite graph"),
            N_("Every target reads every source: the softmax rows can be compared target by target."),
            (Parameter("sources", N_("sources"), 4, 1, 2_000), Parameter("targets", N_("targets"), 3, 1, 2_000)),
            shapes.complete_bipartite,
        ),
        Generator(
            "dictionary",
            N_("Dictionary lookup"),
            N_(
                "Every query should pick the key with its own number: GATv2 can, a GAT head ranks the keys alike for "
                "all."
            ),
            (
                Parameter("keys", N_("keys"), 5, 1, _MAX_KEYS),
                Parameter("tables", N_("tables"), 1, 1, _MAX_KEYS),
            ),
            shapes.dictionary,
            drawn=True,
            own_features=True,
            by="Brody, Alon, Yahav 2022, arXiv 2105.14491",
        ),
        Generator(
            "two_sides",
            N_("Two sides"),
            N_("Nodes of two sides with features of their own: whether friends are of one side is for you to choose."),
            (
                _nodes(100, 4, tasks.MAX_NODES),
                Parameter("within", N_("probability of an edge within a side"), 0.08, 0.0, 1.0),
                Parameter("between", N_("probability of an edge between sides"), 0.08, 0.0, 1.0),
                Parameter("width", N_("features of a node"), 2, 1, 100),
                Parameter("separation", N_("distance of the sides in their features"), 3.0, 0.0, 100.0),
                Parameter("labelled", N_("part of the nodes to train on"), 0.5, 0.0, 1.0),
            ),
            tasks.two_sides,
            drawn=True,
            own_features=True,
        ),
        Generator(
            "own_feature",
            N_("Neighbours are noise"),
            N_("The label is the sign of a node's own first feature: what its neighbours say does not matter."),
            (
                _nodes(60, 4, tasks.MAX_NODES),
                Parameter("neighbours", N_("neighbours of a node, about"), 6.0, 0.0, 100.0),
                Parameter("width", N_("features of a node"), 4, 1, 100),
                Parameter("labelled", N_("part of the nodes to train on"), 0.5, 0.0, 1.0),
            ),
            tasks.own_feature,
            drawn=True,
            own_features=True,
        ),
    )
}
