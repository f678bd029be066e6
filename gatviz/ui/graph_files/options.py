"""What a person can decide by hand about a graph that is about to be opened: only what matters for this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gatviz.files import ENCODINGS, FORMATS, ReadOptions
from gatviz.graph.features import FeatureKind
from gatviz.ui.escape import escape
from gatviz.ui.graph_files.pending import Facts, PendingGraph, facts_of, headers_of, with_choices
from gatviz.words import _

Choice = TypeVar("Choice")

_MAX_PILLS = 40
_MAX_LISTED = 2_000
_MAX_LENGTH = 40
_ENDS = ("source", "target", "node_id")
_USABLE = ("feature", "category", "ignored")
_NAMING = ("name", "identifier", "label", "category")
"""Columns that could be what people call the nodes."""


def choose(pending: PendingGraph) -> ReadOptions:
    """Draw the choices that this graph leaves open; the options that they make."""
    options = ReadOptions()
    if pending.files:
        st.markdown("**" + _("Not right? Choose") + "**")
        rows = [st.columns(2) for _row in range(4)]  # of which those stay empty that this graph does not need
        (format_place, encoding_place), (directed_place, kinds_place), ends_places, (id_place, name_place) = rows
        with encoding_place if pending.single else format_place:
            options = _encoding(pending, options)
        if pending.single:
            with format_place:
                options = _format(pending, options)
        options = _ends(pending, options, (*ends_places, id_place))
        facts = facts_of(pending, options)
        if not facts.problem:
            titles = {True: _("directed"), False: _("undirected")}
            with directed_place:
                directed = _one_of(pending, "directed", _("Edges are"), titles, facts.directed)
            options = with_choices(options, directed=None if directed == facts.directed else directed)
            with kinds_place:
                options = _two_mode(pending, options, facts)
            with name_place:
                options = _name(pending, options, facts)
            facts = facts_of(pending, options)
            options = options if facts.problem else _rest(pending, options, facts)
    return options


def _key(pending: PendingGraph, what: str) -> str:
    """Choices belong to one pending graph: another one starts afresh."""
    return f"open_{what}_{pending.token}"


def _format(pending: PendingGraph, options: ReadOptions) -> ReadOptions:
    titles = {name: form.title for name, form in FORMATS.items()}
    found = facts_of(pending, options).format
    automatic = _("found: {title}").format(title=titles[found]) if found else _("by content")
    chosen = st.selectbox(
        _("Format"),
        [None, *titles],
        format_func=lambda name: automatic if name is None else titles[name],
        key=_key(pending, "format"),
    )
    options = with_choices(options, format=chosen)
    facts = facts_of(pending, options)
    if chosen is None and facts.alternatives:
        either = {name: titles[name] for name in (facts.format, *facts.alternatives)}
        taken = _one_of(pending, "either", _("The file could be both"), either)
        options = with_choices(options, format=None if taken == facts.format else taken)
    return options


def _encoding(pending: PendingGraph, options: ReadOptions) -> ReadOptions:
    """The encoding of text files; asked again as long as one is chosen that does not fit."""
    key = _key(pending, "encoding")
    facts = facts_of(pending, options)
    if facts.encoding is None and not facts.problem and not st.session_state.get(key):
        return options
    titles = {name: _(title) for name, title in ENCODINGS.items()}
    found = titles.get(facts.encoding or "")
    automatic = _("found: {title}").format(title=found) if found else _("by content")
    chosen = st.selectbox(
        _("Encoding of the text"),
        [None, *titles],
        format_func=lambda name: automatic if name is None else titles[name],
        key=key,
    )
    return with_choices(options, encoding=chosen)


def _two_mode(pending: PendingGraph, options: ReadOptions, facts: Facts) -> ReadOptions:
    """Whether both ends of edges name the same things, where that is open."""
    if facts.two_mode is None or facts.format != "edge_list":
        return options
    kinds = {False: _("the same things"), True: _("two kinds of things")}
    chosen = _one_of(pending, "two_mode", _("Both columns name"), kinds, facts.two_mode)
    return with_choices(options, two_mode=None if chosen == facts.two_mode else chosen)


def _name(pending: PendingGraph, options: ReadOptions, facts: Facts) -> ReadOptions:
    """Which column of nodes has what people call them."""
    uses = [use for use in facts.columns if use.table == "nodes" and use.use in _NAMING and use.name]
    found = next((use.name for use in uses if use.use == "name"), None)
    columns = [use.name for use in uses if use.use != "name"][:_MAX_LISTED]
    if found is None and not columns:
        return options
    first = {None: _("as found: {name}").format(name=_short(found))} if found else {None: _("their ids")}
    titles = first | ({"": _("their ids")} if found else {})
    chosen = st.selectbox(
        _("Nodes are called by"),
        [*titles, *columns],
        format_func=lambda name: titles[name] if name in titles else _short(name),
        key=_key(pending, "name"),
    )
    return with_choices(options, name=chosen)


def _ends(pending: PendingGraph, options: ReadOptions, places: Sequence[DeltaGenerator]) -> ReadOptions:
    """The two ends of an edge, and the ids in a node table, where a text table has them, each in its place."""
    by_itself = facts_of(pending, options)
    chosen = {what: st.session_state.get(_key(pending, what)) or None for what in _ENDS}
    facts = facts_of(pending, with_choices(options, **chosen)) if any(chosen.values()) else by_itself
    if facts.problem:
        headers = list(headers_of(pending, options.encoding).values())
        headers = headers if pending.single or len(headers) == len(pending.files) else []
        edges = list(dict.fromkeys(name for header in headers for name in header if name))
        nodes = edges if len(headers) > 1 else []
    else:
        edges = [use.name for use in facts.columns if use.table == "edges" and facts.format == "edge_list"]
        nodes = [use.name for use in facts.columns if use.table == "nodes"]
        in_a_table = facts.format in ("edge_list", "matrix") and any(use.use == "id" for use in facts.columns)
        nodes = nodes if in_a_table else []
    found = {use.use: use.name for use in by_itself.columns}
    if chosen["node_id"] is None and "id" not in found:
        found |= {use.use: use.name for use in facts.columns if use.use == "id"}
    asked = (
        ("source", _("Source column (j, is read)"), edges, found.get("source")),
        ("target", _("Target column (i, reads)"), edges, found.get("target")),
        ("node_id", _("Edges call nodes by"), nodes, found.get("id")),
    )
    for place, (what, title, columns, as_found) in zip(places, asked, strict=True):
        with place:
            options = _column(pending, options, what, title, columns, as_found)
    return options


def _column(
    pending: PendingGraph, options: ReadOptions, what: str, title: str, columns: list[str], found: str | None
) -> ReadOptions:
    """One of the columns, or the one that was found; nothing is asked where there are none."""
    if not columns:
        return options
    named = _("choose a column") if found is None else _("as found: {name}").format(name=_short(found))
    chosen = st.selectbox(
        title,
        ["", *columns],
        format_func=lambda name: _short(name) or named,
        key=_key(pending, what),
    )
    return with_choices(options, **{what: chosen or None})


def _rest(pending: PendingGraph, options: ReadOptions, facts: Facts) -> ReadOptions:
    if facts.symmetric is False:
        title = _("The matrix is not symmetric. What does row i, column j ≠ 0 mean?")
        meanings = {"row_reads_column": _("i reads j"), "row_points_to_column": _("i points to j")}
        chosen = _one_of(pending, "matrix", title, meanings, facts.orientation)
        options = with_choices(options, matrix=None if chosen == facts.orientation else chosen)
    columns = [use for use in facts.columns if use.table == "nodes"]
    if columns or facts.labelled:
        options = with_choices(options, label=_label(pending, facts))
    options = _edge_features(pending, options, facts)
    options, any_left = _features(pending, options, facts)
    if not any_left:
        kinds: dict[FeatureKind, str] = {
            "one_hot": _("one-hot"),
            "degree": _("in-degree"),
            "constant": _("constant 1"),
        }
        kind = _one_of(pending, "missing", _("Features, since there are none"), kinds, facts.usual)
        return with_choices(options, missing_features=None if kind == facts.usual else kind)
    scalings = {"none": _("none"), "row": _("row sums 1"), "standard": _("mean 0, deviation 1")}
    return with_choices(options, scaling=_one_of(pending, "scaling", _("Scaling of features"), scalings))


def _edge_features(pending: PendingGraph, options: ReadOptions, facts: Facts) -> ReadOptions:
    """Which numbers on edges a model can read; nothing is asked where there are none."""
    if not 0 < len(facts.edge_numbers) <= _MAX_PILLS:
        return options
    chosen = st.pills(
        _("Edge features, which a model can read"),
        facts.edge_numbers,
        selection_mode="multi",
        default=facts.edge_features,
        format_func=lambda name: escape(_short(name)),
        key=_key(pending, "edge_features"),
    )
    names = tuple(name for name in facts.edge_numbers if name in chosen)
    return with_choices(options, edge_features=() if names == facts.edge_features else names)


def _label(pending: PendingGraph, facts: Facts) -> str | None:
    columns = [use.name for use in facts.columns if use.use in (*_USABLE, "identifier")]
    found = next((use.name for use in facts.columns if use.use == "label"), "")
    as_found = _("as found: {name}").format(name=_short(found)) if found else _("as in the file")
    titles = {None: as_found, "": _("none")} if facts.labelled else {None: _("none")}
    chosen: str | None = st.selectbox(
        _("Label column"),
        [*titles, *(name for name in columns[:_MAX_LISTED] if name)],
        format_func=lambda name: titles[name] if name in titles else _short(name),
        key=_key(pending, "label"),
    )
    return chosen


def _features(pending: PendingGraph, options: ReadOptions, facts: Facts) -> tuple[ReadOptions, bool]:
    """Which columns are features and what becomes of columns of words; and whether any feature is left."""
    usable = [use for use in facts.columns if use.use in _USABLE and use.name and use.name != options.label]
    names = [use.name for use in usable]
    used = [use.name for use in usable if use.use != "ignored"]
    kept = used
    if 0 < len(names) <= _MAX_PILLS:
        key = _key(pending, f"features_{options.label}")
        kept = st.pills(
            _("Feature columns"),
            names,
            selection_mode="multi",
            default=used,
            format_func=lambda name: escape(_short(name)),
            key=key,
        )
        if set(kept) != set(used):
            options = with_choices(options, features=tuple(name for name in names if name in kept))
    elif len(names) > _MAX_LISTED:
        st.caption(_("{count:,} feature columns: all are used.").format(count=len(used)))
    elif names:
        key = _key(pending, f"left_out_{options.label}")
        left_out = st.multiselect(
            _("Feature columns to leave out ({count:,} in all)").format(count=len(used)),
            used,
            format_func=_short,
            key=key,
        )
        options = with_choices(options, ignored=tuple(left_out))
        kept = [name for name in used if name not in left_out]
    words = [use.name for use in usable if use.use == "category" and use.name in kept]
    if words:
        ways = {"one_hot": _("one feature a word"), "ignore": _("left out")}
        kind = _one_of(pending, "categorical", _("Columns of words"), ways)
        options = with_choices(options, categorical=kind)
        kept = [name for name in kept if kind == "one_hot" or name not in words]
    unnamed = facts.made_up is None and not names  # features that stand in no column, as in an array
    return options, bool(kept) or unnamed


def _one_of(
    pending: PendingGraph, what: str, title: str, titles: Mapping[Choice, str], first: Choice | None = None
) -> Choice:
    """One of a few, all visible; the first one unless said otherwise."""
    keys = list(titles)
    place = st.segmented_control(
        title,
        range(len(keys)),
        default=0 if first is None else keys.index(first),
        required=True,
        format_func=lambda k: titles[keys[k]],
        key=_key(pending, what),
    )
    return keys[place or 0]


def _short(name: str) -> str:
    """A column's name as far as it fits."""
    return name if len(name) <= _MAX_LENGTH else name[: _MAX_LENGTH - 1] + "…"
