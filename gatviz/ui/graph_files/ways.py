"""The three ways to bring a graph in: files, pasted text, and generators. Each gives a pending graph."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial

import streamlit as st

from gatviz.files import FORMATS, readable_formats, template
from gatviz.graph.features import FeatureKind
from gatviz.graph.generators import GENERATORS, Generator, Parameter, generate, real_graph, real_graph_names
from gatviz.ui.graph_files.pending import PendingGraph
from gatviz.ui.session.control_values import key_of, set_value
from gatviz.words import _

_TEXT, _NODES_TEXT, _TIMES = "open_text", "open_nodes_text", "open_times"
_TEXT_HEIGHT = 170
_MAX_SEED = 2**32 - 1
_COLUMNS = 4


# ---- files -------------------------------------------------------------------------------------------------------


def start_afresh() -> None:
    """Another uploader from now on: one of the same key would mistake its files for those of the last time."""
    st.session_state[_TIMES] = st.session_state.get(_TIMES, 0) + 1


def from_files() -> PendingGraph | None:
    """An uploader for one file or several, and template files."""
    key = f"open_files_{st.session_state.get(_TIMES, 0)}"
    files = st.file_uploader(
        _("Files of one graph"),
        accept_multiple_files=True,
        key=key,
        help=_(
            "CSV and TSV (edges, edges and nodes, adjacency matrix and features), GraphML, GEXF, GML, Pajek, Matrix "
            "Market, adjacency lists, JSON (also of Cytoscape, d3, sigma), .npz, .npy, safetensors, torch files of "
            "tensors or of a PyG Data, or a zip of these; or work that was saved here, .gatviz."
        ),
    )
    if not files:
        st.caption(
            _(
                "One file, an edge list and a table of nodes together, A.csv and X.csv together, or a zip of these. "
                "The format is told by the content."
            )
        )
        _templates()
        return None
    names = _distinct([file.name for file in files])
    return PendingGraph(
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
    with st.popover(_("No file at hand? Templates"), icon=":material/draft:"):
        titles = {name: FORMATS[name].title for name in readable_formats()} | {
            "nodes": _("node table beside an edge list (CSV)")
        }
        chosen = st.selectbox(_("Format"), list(titles), format_func=titles.__getitem__, key="open_template")
        ending = FORMATS[chosen].endings[0] if chosen in FORMATS else ".csv"
        name = f"{'nodes' if chosen == 'nodes' else 'graph'}{ending}"
        st.download_button(
            _("Download {name}").format(name=name),
            template(chosen),
            name,
            mime="application/octet-stream",
            on_click="ignore",
            key="open_template_get",
        )


# ---- text --------------------------------------------------------------------------------------------------------


def from_text() -> PendingGraph | None:
    """A field for any text format, one for the nodes beside it, and examples to start from."""
    left, right = st.columns([3, 2])
    text = left.text_area(
        _("Edges, matrix, JSON or any other text format"),
        key=key_of(_TEXT),
        height=_TEXT_HEIGHT,
        persist_state="session",
        placeholder="source,target\nA,B\nB,C",
    )
    nodes = right.text_area(
        _("Nodes, if they have features (optional)"),
        key=key_of(_NODES_TEXT),
        height=_TEXT_HEIGHT,
        persist_state="session",
        placeholder="id,label,f0,f1\nA,x,1,0\nB,y,0,1\nC,x,1,1",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(_("Read it"), key="open_read", type="primary" if not text.strip() else "secondary")
        st.caption(_("Examples to change:"), width="content")
        for name, title in (("edge_list", _("edges and nodes")), ("json", "JSON"), ("matrix", _("matrix"))):
            st.button(title, key=f"open_example_{name}", type="tertiary", on_click=_fill_in, args=(name,))
    if not text.strip():
        return None
    return PendingGraph(
        token=_token(text, nodes),
        name=_("pasted text"),
        files={_("pasted text"): _bytes(text)},
        nodes=_bytes(nodes) if nodes.strip() else None,
    )


def _fill_in(name: str) -> None:
    set_value(_TEXT, template(name).decode())
    set_value(_NODES_TEXT, template("nodes").decode() if name == "edge_list" else "")


def _bytes(text: str) -> bytes:
    """UTF-8; half a pair of surrogates, which no file can hold, becomes a question mark."""
    return text.encode("utf-8", errors="replace")


# ---- generators --------------------------------------------------------------------------------------------------


def generated() -> PendingGraph:
    """A kind of graph, its sizes, the seed, and what features its nodes get."""
    known = {name: (kind.title, kind.by) for name, kind in GENERATORS.items()} | _real()
    titles = {
        name: _("{title} ({by})").format(title=title, by=by) if by else title for name, (title, by) in known.items()
    }
    left, right = st.columns([3, 2])
    chosen = left.selectbox(_("Kind of graph"), list(titles), format_func=titles.__getitem__, key="open_kind")
    kind = GENERATORS.get(chosen)
    with right:
        features = _feature_choice(kind)
    seed_field = Parameter("seed", _("seed"), 0, 0, _MAX_SEED)
    fields = [
        *(kind.parameters if kind else ()),
        *([seed_field] if features == "random" or (kind and kind.drawn) else []),
    ]
    values = _values(chosen, fields)
    seed = int(values.pop(seed_field.name)) if seed_field.name in values else None
    if kind is not None:
        st.caption(kind.teaches)
        make = partial(generate, chosen, seed=seed, features=features, **values)
    else:
        make = partial(real_graph, chosen, seed=seed, features=features)
    return PendingGraph(token=_token(chosen, seed, features, *values.items()), name=known[chosen][0], make=make)


def _real() -> dict[str, tuple[str, str]]:
    """What the real graphs are called, and whose they are."""
    titles = {
        "karate_club": (_("Karate club"), "Zachary 1977"),
        "les_miserables": ("Les Misérables", "Knuth 1993"),
        "florentine_families": (_("Florentine families"), "Padgett"),
        "davis_women": (_("Davis' Southern women"), "1941"),
    }
    return {name: titles[name] for name in real_graph_names()}


def _feature_choice(kind: Generator | None) -> FeatureKind | None:
    own = kind is not None and kind.own_features
    titles: dict[FeatureKind | None, str] = {
        None: _("its own") if own else _("one-hot up to 200 nodes, else in-degree"),
        "one_hot": _("one-hot"),
        "degree": _("in-degree"),
        "constant": _("constant 1"),
        "random": _("random (seed)"),
    }
    chosen: FeatureKind | None = st.selectbox(
        _("Node features"),
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
