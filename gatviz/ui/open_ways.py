"""The three ways to bring a graph in: files, pasted text, and generators. Each gives a Source."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial

import streamlit as st

from gatviz.files import FORMATS, readable_formats, template
from gatviz.graph.features import FeatureKind
from gatviz.graph.generators import GENERATORS, Generator, Parameter, generate, real_graph, real_graph_names
from gatviz.ui import texts_open as texts
from gatviz.ui.open_source import Source

_TEXT, _NODES_TEXT, _TIMES = "open_text", "open_nodes_text", "open_times"
_TEXT_HEIGHT = 170
_LARGEST_SEED = 2**32 - 1
_COLUMNS = 4


# ---- files -------------------------------------------------------------------------------------------------------


def start_afresh() -> None:
    """Another uploader from now on: one of the same key would mistake its files for those of the last time."""
    st.session_state[_TIMES] = st.session_state.get(_TIMES, 0) + 1


def from_files() -> Source | None:
    """An uploader for one file or several, and template files."""
    key = f"open_files_{st.session_state.get(_TIMES, 0)}"
    files = st.file_uploader(texts.FILES, accept_multiple_files=True, key=key, help=texts.FILES_HELP)
    if not files:
        st.caption(texts.FILES_EMPTY)
        _templates()
        return None
    names = _distinct([file.name for file in files])
    return Source(
        token=_token(*(file.file_id for file in files)),
        name=" + ".join(names),
        files={name: file.getvalue() for name, file in zip(names, files, strict=True)},
    )


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of which none stands twice; the ending, which helps to tell the format, stays."""
    found: list[str] = []
    for name in names:
        number = 2
        unique = name
        while unique in found:
            unique, number = f"({number}) {name}", number + 1
        found.append(unique)
    return found


def _templates() -> None:
    with st.popover(texts.TEMPLATES, icon=":material/draft:"):
        titles = {name: FORMATS[name].title for name in readable_formats()} | {"nodes": texts.NODE_TABLE}
        chosen = st.selectbox(texts.TEMPLATE, list(titles), format_func=titles.__getitem__, key="open_template")
        ending = FORMATS[chosen].endings[0] if chosen in FORMATS else ".csv"
        name = f"{'nodes' if chosen == 'nodes' else 'graph'}{ending}"
        st.download_button(
            texts.TEMPLATE_GET.format(name=name),
            template(chosen),
            name,
            mime="application/octet-stream",
            on_click="ignore",
            key="open_template_get",
        )


# ---- text --------------------------------------------------------------------------------------------------------


def from_text() -> Source | None:
    """A field for any text format, one for the nodes beside it, and examples to start from."""
    left, right = st.columns([3, 2])
    text = left.text_area(texts.TEXT, key=_TEXT, height=_TEXT_HEIGHT, placeholder=texts.TEXT_PLACEHOLDER)
    nodes = right.text_area(texts.NODES_TEXT, key=_NODES_TEXT, height=_TEXT_HEIGHT, placeholder=texts.NODES_PLACEHOLDER)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(texts.READ, key="open_read", type="primary" if not text.strip() else "secondary")
        st.caption(texts.EXAMPLES, width="content")
        for name, title in texts.EXAMPLE_TITLES.items():
            st.button(title, key=f"open_example_{name}", type="tertiary", on_click=_fill_in, args=(name,))
    if not text.strip():
        return None
    return Source(
        token=_token(text, nodes),
        name=texts.PASTED,
        files={texts.PASTED: _bytes(text)},
        nodes=_bytes(nodes) if nodes.strip() else None,
    )


def _fill_in(name: str) -> None:
    st.session_state[_TEXT] = template(name).decode()
    st.session_state[_NODES_TEXT] = template("nodes").decode() if name == "edge_list" else ""


def _bytes(text: str) -> bytes:
    """UTF-8; half a pair of surrogates, which no file can hold, becomes a question mark."""
    return text.encode("utf-8", errors="replace")


# ---- generators --------------------------------------------------------------------------------------------------


def generated() -> Source:
    """A kind of graph, its sizes, the seed, and what features its nodes get."""
    titles = {name: kind.title for name, kind in GENERATORS.items()}
    titles |= {name: texts.SHIPPED_TITLES.get(name, name) for name in real_graph_names()}
    left, right = st.columns([3, 2])
    chosen = left.selectbox(texts.KIND, list(titles), format_func=titles.__getitem__, key="open_kind")
    kind = GENERATORS.get(chosen)
    with right:
        features = _feature_choice(kind)
    fields = [*(kind.parameters if kind else ()), *([_SEED] if features == "random" or (kind and kind.drawn) else [])]
    values = _values(chosen, fields)
    seed = int(values.pop(_SEED.name)) if _SEED.name in values else None
    if kind is not None:
        st.caption(kind.teaches)
        make = partial(generate, chosen, seed=seed, features=features, **values)
    else:
        make = partial(real_graph, chosen, seed=seed, features=features)
    return Source(token=_token(chosen, seed, features, *values.items()), name=titles[chosen].split(" (")[0], make=make)


_SEED = Parameter("seed", texts.SEED, 0, 0, _LARGEST_SEED)


def _feature_choice(kind: Generator | None) -> FeatureKind | None:
    own = kind is not None and kind.own_features
    titles: dict[FeatureKind | None, str] = {
        None: texts.OWN_FEATURES if own else texts.USUAL_FEATURES,
        **texts.FEATURE_KINDS,
    }
    chosen: FeatureKind | None = st.selectbox(
        texts.NODE_FEATURES,
        list(titles),
        format_func=titles.__getitem__,
        key=f"open_generated_features_{own}",
    )
    return chosen


def _values(chosen: str, fields: Sequence[Parameter]) -> dict[str, int | float]:
    values: dict[str, int | float] = {}
    for start in range(0, len(fields), _COLUMNS):
        for column, field in zip(st.columns(_COLUMNS), fields[start : start + _COLUMNS], strict=False):
            values[field.name] = column.number_input(
                field.title.capitalize(),
                field.low,
                field.high,
                field.default,
                step=1 if field.whole else 0.05,
                key=f"open_{chosen}_{field.name}",
            )
    return values


def _token(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", errors="replace")).hexdigest()[:16]
