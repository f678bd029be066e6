"""What is about to be opened, and what has been understood of it so far under which choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from gatviz import words
from gatviz.errors import GatvizError
from gatviz.files import ColumnUse, Inspection, Orientation, ReadOptions, inspect_graph, inspection_of, table_headers
from gatviz.graph.features import FeatureKind, usual_kind
from gatviz.graph.graph import Graph
from gatviz.words import _

_KEY = "open_cache"


@dataclass(frozen=True)
class PendingGraph:
    """Something that a graph can be read from.

    Attributes:
        token: the same only for the same content.
        name: what the graph will be called.
        files: the bytes of each file by name; none for a graph that was made.
        nodes: a pasted node table beside one file.
        make: what makes the graph, where there are no files.
    """

    token: str
    name: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    nodes: bytes | None = None
    make: Callable[[], Graph] | None = None

    @property
    def single(self) -> bool:
        """Whether it is one file, whose format can be named by hand."""
        return len(self.files) == 1


@dataclass(frozen=True)
class Facts:
    """What the choices on offer depend on; small, unlike the graph.

    Attributes:
        problem: why it could not be read, or nothing.
        labelled: whether the file itself has labels.
        edge_numbers: the numbers on edges, which can be edge features. edge_features: those that the file itself has.
        orientation: how a matrix was read. two_mode: whether edges join two kinds of nodes.
        encoding: of the text. alternatives: formats that the file could as well be of.
        made_up, usual: what stands in for features, if anything; what would if nobody chose.
    """

    problem: str = ""
    format: str = ""
    columns: tuple[ColumnUse, ...] = ()
    directed: bool = True
    labelled: bool = False
    made_up: FeatureKind | None = None
    usual: FeatureKind = "one_hot"
    symmetric: bool | None = None
    edge_numbers: tuple[str, ...] = ()
    edge_features: tuple[str, ...] = ()
    orientation: Orientation | None = None
    two_mode: bool | None = None
    encoding: str | None = None
    alternatives: tuple[str, ...] = ()


@dataclass
class _Cache:
    """Inspections of one pending graph, with their words: the last one whole, of the others only the facts."""

    token: str
    language: str
    facts: dict[ReadOptions, Facts] = field(default_factory=dict)
    last: tuple[ReadOptions, Inspection] | None = None
    headers: dict[str | None, dict[str, tuple[str, ...]]] = field(default_factory=dict)


def facts_of(pending: PendingGraph, options: ReadOptions) -> Facts:
    """What is understood under these choices; read once for each."""
    cache = _cache(pending)
    if options not in cache.facts:
        cache.last = None
        try:
            cache.last = (options, _read(pending, options))
            cache.facts[options] = _facts(cache.last[1])
        except GatvizError as error:
            cache.facts[options] = Facts(problem=str(error))
    return cache.facts[options]


def inspection_under(pending: PendingGraph, options: ReadOptions) -> Inspection | None:
    """The graph under these choices, None if it cannot be read so: `facts_of` says why."""
    if facts_of(pending, options).problem:
        return None
    cache = _cache(pending)
    if cache.last is None or cache.last[0] != options:
        cache.last = None
        cache.last = (options, _read(pending, options))
    return cache.last[1]


def headers_of(pending: PendingGraph, encoding: str | None) -> dict[str, tuple[str, ...]]:
    """The first rows of its text tables, read in this encoding."""
    cache = _cache(pending)
    if encoding not in cache.headers:
        nodes = {} if pending.nodes is None else {_("pasted nodes"): pending.nodes}
        cache.headers[encoding] = table_headers({**pending.files, **nodes}, encoding)
    return cache.headers[encoding]


def forget() -> None:
    """Let go of whatever was read."""
    st.session_state.pop(_KEY, None)


def _cache(pending: PendingGraph) -> _Cache:
    cache: _Cache | None = st.session_state.get(_KEY)
    language = words.language()
    if cache is None or (cache.token, cache.language) != (pending.token, language):
        cache = st.session_state[_KEY] = _Cache(pending.token, language)
    return cache


def _read(pending: PendingGraph, options: ReadOptions) -> Inspection:
    if pending.make is not None:
        with st.spinner(_("Making the graph …")):
            return inspection_of(pending.make())
    with st.spinner(_("Reading …")):
        if not pending.single:
            return inspect_graph(pending.files, None, options)
        name, data = next(iter(pending.files.items()))
        return inspect_graph(data, name, options, nodes=pending.nodes)


def _facts(read: Inspection) -> Facts:
    labelled = read.graph.labels is not None or any(use.use == "label" for use in read.columns)
    return Facts(
        format=read.format,
        columns=read.columns,
        directed=read.graph.directed,
        labelled=labelled,
        made_up=read.made_up,
        usual=usual_kind(read.graph.num_nodes),
        symmetric=read.symmetric,
        edge_numbers=tuple(read.graph.edge_numbers),
        edge_features=read.graph.edge_feature_names,
        orientation=read.orientation,
        two_mode=read.two_mode,
        encoding=read.encoding,
        alternatives=read.alternatives,
    )


def with_choices(options: ReadOptions, **choices: object) -> ReadOptions:
    """The options with some of them chosen."""
    return replace(options, **choices)  # type: ignore[arg-type]
