"""What is about to be opened, and what has been understood of it so far under which choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.files import ColumnUse, Inspection, ReadOptions, inspect_graph, inspection_of, table_headers
from gatviz.graph.features import FeatureKind, usual_kind
from gatviz.graph.graph import Graph
from gatviz.ui import texts_open as texts

_KEY = "open_memo"


@dataclass(frozen=True)
class Source:
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


@dataclass
class _Memo:
    """Inspections of one source: the last one whole, of the others only the facts."""

    token: str
    facts: dict[ReadOptions, Facts] = field(default_factory=dict)
    last: tuple[ReadOptions, Inspection] | None = None
    headers: dict[str, tuple[str, ...]] | None = None


def facts_of(source: Source, options: ReadOptions) -> Facts:
    """What is understood under these choices; read once for each."""
    memo = _memo(source)
    if options not in memo.facts:
        memo.last = None
        try:
            memo.last = (options, _read(source, options))
            memo.facts[options] = _facts(memo.last[1])
        except GatvizError as error:
            memo.facts[options] = Facts(problem=str(error))
    return memo.facts[options]


def inspection_under(source: Source, options: ReadOptions) -> Inspection | None:
    """The graph under these choices, None if it cannot be read so: `facts_of` says why."""
    if facts_of(source, options).problem:
        return None
    memo = _memo(source)
    if memo.last is None or memo.last[0] != options:
        memo.last = None
        memo.last = (options, _read(source, options))
    return memo.last[1]


def headers_of(source: Source) -> dict[str, tuple[str, ...]]:
    """The first rows of its text tables."""
    memo = _memo(source)
    if memo.headers is None:
        nodes = {} if source.nodes is None else {texts.PASTED_NODES: source.nodes}
        memo.headers = table_headers({**source.files, **nodes})
    return memo.headers


def forget() -> None:
    """Let go of whatever was read."""
    st.session_state.pop(_KEY, None)


def _memo(source: Source) -> _Memo:
    memo: _Memo | None = st.session_state.get(_KEY)
    if memo is None or memo.token != source.token:
        memo = st.session_state[_KEY] = _Memo(source.token)
    return memo


def _read(source: Source, options: ReadOptions) -> Inspection:
    if source.make is not None:
        with st.spinner(texts.MAKING):
            return inspection_of(source.make())
    with st.spinner(texts.READING):
        if not source.single:
            return inspect_graph(source.files, None, options)
        name, data = next(iter(source.files.items()))
        return inspect_graph(data, name, options, nodes=source.nodes)


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
    )


def with_choices(options: ReadOptions, **choices: object) -> ReadOptions:
    """The options with some of them chosen."""
    return replace(options, **choices)  # type: ignore[arg-type]
