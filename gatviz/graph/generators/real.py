"""The real graphs that networkx ships."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gatviz.errors import GatvizError, quote
from gatviz.graph.features import FeatureKind
from gatviz.graph.generators.shapes import made_graph, with_features
from gatviz.graph.graph import Graph
from gatviz.words import N_, _, one_of

if TYPE_CHECKING:
    import networkx as nx


def _karate() -> Graph:
    import networkx as nx

    graph = nx.karate_club_graph()
    return _from_networkx(graph, [graph.nodes[n]["club"] for n in graph])


def _davis() -> Graph:
    import networkx as nx

    graph = nx.davis_southern_women_graph()
    return _from_networkx(graph, ["event" if graph.nodes[n]["bipartite"] else "woman" for n in graph])


def _les_miserables() -> Graph:
    import networkx as nx

    return _from_networkx(nx.les_miserables_graph())


def _florentine_families() -> Graph:
    import networkx as nx

    return _from_networkx(nx.florentine_families_graph())


_REAL: Mapping[str, tuple[Callable[[], Graph], str]] = {
    "karate_club": (
        _karate,
        N_(
            "Zachary's karate club (W. W. Zachary 1977): who met whom outside the club, and which side each took. "
            "The weights, how often they met, are not read by attention."
        ),
    ),
    "les_miserables": (
        _les_miserables,
        N_(
            "Characters of Les Misérables who appear in a chapter together (D. E. Knuth 1993). The weights, in how "
            "many chapters, are not read by attention."
        ),
    ),
    "florentine_families": (
        _florentine_families,
        N_("Marriages between Florentine families (Breiger, Pattison 1986, after Padgett): the Medici in the middle."),
    ),
    "davis_women": (
        _davis,
        N_("Which of 18 Southern women went to which of 14 events (Davis, Gardner, Gardner 1941): a bipartite graph."),
    ),
}


def _from_networkx(graph: nx.Graph[Any], labels: list[str] | None = None) -> Graph:
    place = {node: n for n, node in enumerate(graph)}
    pairs = [(place[u], place[v]) for u, v in graph.edges]
    keys = sorted({key for *ends, data in graph.edges(data=True) for key in data})
    return made_graph(
        len(place),
        pairs,
        names=tuple(str(node) for node in graph),
        labels=None if labels is None else tuple(labels),
        edge_attributes={
            key: tuple(data.get(key) for *ends, data in graph.edges(data=True) for twice in range(2)) for key in keys
        },
    )


def real_graph_names() -> tuple[str, ...]:
    """The names of the real graphs that come with networkx."""
    return tuple(_REAL)


def real_graph(name: str, *, features: FeatureKind | None = None, seed: int | None = None) -> Graph:
    """One of the real graphs that come with networkx, with made-up features.

    Arguments:
        name: "karate_club", "les_miserables", "florentine_families" or "davis_women".
        features, seed: as in `generate`.

    Raises:
        GatvizError: another name, or a seed where no feature is drawn.
    """
    if seed is not None and features != "random":
        raise GatvizError(_("real_graph, seed"), _("features='random' to draw"), quote(features), _("leave seed out"))
    if name not in _REAL:
        raise GatvizError("real_graph", one_of(_REAL), quote(name), _("choose one of these"))
    make, description = _REAL[name]
    return with_features(replace(make(), description=_(description)), features, seed or 0)
