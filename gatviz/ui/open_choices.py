"""What a person can decide by hand about a graph that is about to be opened: only what matters for this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

from gatviz.files import FORMATS, ReadOptions
from gatviz.ui import texts_open as texts
from gatviz.ui.open_source import Facts, Source, facts_of, headers_of, with_choices
from gatviz.ui.plain import plain

Choice = TypeVar("Choice")

_MOST_PILLS = 40
_MOST_LISTED = 2_000
_LONGEST = 40
_ENDS = {"source": texts.SOURCE, "target": texts.TARGET, "node_id": texts.NODE_ID}
_USABLE = ("feature", "category", "ignored")
_FORMAT_TITLES = {name: form.title for name, form in FORMATS.items()}


def choose(source: Source) -> ReadOptions:
    """Draw the choices that this source leaves open; the options that they make."""
    options = ReadOptions()
    if source.files:
        st.markdown(f"**{texts.CHOICES}**")
        format_place, directed_place = st.columns(2)
        if source.single:
            with format_place:
                options = _format(source, options)
        options = _ends(source, options)
        facts = facts_of(source, options)
        if not facts.problem:
            with directed_place if source.single else format_place:
                directed = _one_of(source, "directed", texts.DIRECTED, texts.DIRECTED_KINDS, facts.directed)
            options = with_choices(options, directed=None if directed == facts.directed else directed)
            options = _rest(source, options, facts)
    return options


def _key(source: Source, what: str) -> str:
    """Choices belong to one source: another one starts afresh."""
    return f"open_{what}_{source.token}"


def _format(source: Source, options: ReadOptions) -> ReadOptions:
    found = facts_of(source, options).format
    automatic = texts.FORMAT_FOUND.format(title=_FORMAT_TITLES[found]) if found else texts.FORMAT_AUTOMATIC
    chosen = st.selectbox(
        texts.FORMAT,
        [None, *_FORMAT_TITLES],
        format_func=lambda name: automatic if name is None else _FORMAT_TITLES[name],
        key=_key(source, "format"),
    )
    return with_choices(options, format=chosen)


def _ends(source: Source, options: ReadOptions) -> ReadOptions:
    """The two ends of an edge, and the names in a node table, where a text table has them."""
    by_itself = facts_of(source, options)
    chosen = {what: st.session_state.get(_key(source, what)) or None for what in _ENDS}
    facts = facts_of(source, with_choices(options, **chosen)) if any(chosen.values()) else by_itself
    if facts.problem:
        headers = list(headers_of(source).values())
        headers = headers if source.single or len(headers) == len(source.files) else []
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
    left, right = st.columns(2) if edges else (st.container(), st.container())
    with left:
        options = _column(source, options, "source", edges, found.get("source"))
    with right:
        options = _column(source, options, "target", edges, found.get("target"))
    return _column(source, options, "node_id", nodes, found.get("id"))


def _column(source: Source, options: ReadOptions, what: str, columns: list[str], found: str | None) -> ReadOptions:
    """One of the columns, or the one that was found; nothing is asked where there are none."""
    if not columns:
        return options
    named = texts.CHOOSE if found is None else texts.AS_FOUND.format(name=_short(found))
    chosen = st.selectbox(
        _ENDS[what],
        ["", *columns],
        format_func=lambda name: _short(name) or named,
        key=_key(source, what),
    )
    return with_choices(options, **{what: chosen or None})


def _rest(source: Source, options: ReadOptions, facts: Facts) -> ReadOptions:
    if facts.symmetric is False:
        options = with_choices(options, matrix=_one_of(source, "matrix", texts.MATRIX, texts.MATRIX_KINDS))
    columns = [use for use in facts.columns if use.table == "nodes"]
    if columns or facts.labelled:
        options = with_choices(options, label=_label(source, facts))
    options, any_left = _features(source, options, facts)
    if not any_left:
        kind = _one_of(source, "missing", texts.MISSING, texts.MISSING_KINDS, facts.usual)
        return with_choices(options, missing_features=None if kind == facts.usual else kind)
    return with_choices(options, scaling=_one_of(source, "scaling", texts.SCALING, texts.SCALINGS))


def _label(source: Source, facts: Facts) -> str | None:
    columns = [use.name for use in facts.columns if use.use in _USABLE]
    titles = {None: texts.LABEL_AS_FILE, "": texts.LABEL_NONE} if facts.labelled else {None: texts.LABEL_NONE}
    chosen: str | None = st.selectbox(
        texts.LABEL,
        [*titles, *(name for name in columns[:_MOST_LISTED] if name)],
        format_func=lambda name: titles[name] if name in titles else _short(name),
        key=_key(source, "label"),
    )
    return chosen


def _features(source: Source, options: ReadOptions, facts: Facts) -> tuple[ReadOptions, bool]:
    """Which columns are features and what becomes of columns of words; and whether any feature is left."""
    usable = [use for use in facts.columns if use.use in _USABLE and use.name and use.name != options.label]
    names = [use.name for use in usable]
    used = [use.name for use in usable if use.use != "ignored"]
    kept = used
    if 0 < len(names) <= _MOST_PILLS:
        key = _key(source, f"features {options.label}")
        kept = st.pills(
            texts.FEATURES,
            names,
            selection_mode="multi",
            default=used,
            format_func=lambda name: plain(_short(name)),
            key=key,
        )
        if set(kept) != set(used):
            options = with_choices(options, features=tuple(name for name in names if name in kept))
    elif len(names) > _MOST_LISTED:
        st.caption(texts.TOO_MANY_COLUMNS.format(count=len(used)))
    elif names:
        key = _key(source, f"left out {options.label}")
        left_out = st.multiselect(texts.LEFT_OUT.format(count=len(used)), used, format_func=_short, key=key)
        options = with_choices(options, ignored=tuple(left_out))
        kept = [name for name in used if name not in left_out]
    words = [use.name for use in usable if use.use == "category" and use.name in kept]
    if words:
        kind = _one_of(source, "categorical", texts.CATEGORICAL, texts.CATEGORICAL_KINDS)
        options = with_choices(options, categorical=kind)
        kept = [name for name in kept if kind == "one_hot" or name not in words]
    unnamed = facts.made_up is None and not names  # features that stand in no column, as in an array
    return options, bool(kept) or unnamed


def _one_of(source: Source, what: str, title: str, titles: Mapping[Choice, str], first: Choice | None = None) -> Choice:
    """One of a few, all visible; the first one unless said otherwise."""
    keys = list(titles)
    place = st.segmented_control(
        title,
        range(len(keys)),
        default=0 if first is None else keys.index(first),
        required=True,
        format_func=lambda k: titles[keys[k]],
        key=_key(source, what),
    )
    return keys[place or 0]


def _short(name: str) -> str:
    """A column's name as far as it fits."""
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
