"""What the browser sends: edits, what is locked and what is asked for; checked like a file, each edit a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from gatviz.errors import GatvizError, quote
from gatviz.graph import editing
from gatviz.graph.graph import Graph
from gatviz.graph.layout import LayoutName
from gatviz.model.weights import has_heads, with_values
from gatviz.numbers import check_finite
from gatviz.ui.session import pins, run_cache, session
from gatviz.ui.session.model import all_weights, is_shared, present_weights
from gatviz.ui.session.steps import name_of, take_graph, take_weights
from gatviz.words import _, ngettext

_MOST_AT_ONCE = 1_000
_MOST_EDITS = 2**53
"""The browser counts no further."""
_LONGEST = 24

Edit = Mapping[str, Any]
Done = tuple[Graph, str]


def take_edits(message: Any) -> None:
    """Take over the browser's edits, in order and each once: it sends them again until it sees them taken."""
    edits = message.get("edits") if isinstance(message, Mapping) else None
    if not isinstance(edits, list):
        return
    problem = ""
    for edit in edits[:_MOST_AT_ONCE]:
        number = edit.get("number") if isinstance(edit, Mapping) else None
        if not isinstance(number, int) or not session.current().edits_taken < number <= _MOST_EDITS:
            continue
        try:
            _take(edit)
        except GatvizError as error:
            problem = problem or str(error)
        session.update(edits_taken=number)
    session.update(refused=problem)


def _take(edit: Edit) -> None:
    kind = edit.get("kind")
    if kind == "undo":
        session.undo()
    elif kind == "redo":
        session.redo()
    elif kind == "set_weight":
        _set_entry(edit)
    elif isinstance(kind, str) and kind in _KINDS:
        graph, what = _KINDS[kind](session.current().graph, edit)
        take_graph(graph, what, refit=kind == "layout")
    else:
        raise GatvizError(_("edit"), _("a kind of edit that gatviz knows"), quote(kind), _("reload the page"))


# ---- one function a kind ------------------------------------------------------------------------------------


def _add_node(graph: Graph, edit: Edit) -> Done:
    name = _word(edit, "name")
    step = _("new node {name}").format(name=name[:_LONGEST])
    return editing.add_node(graph, name, edit.get("at") or (0, 0)), step


def _add_arcs(graph: Graph, edit: Edit) -> Done:
    pairs, both = _pairs(edit), bool(edit.get("both"))
    first = f"{pairs[0][0][:_LONGEST]} {'–' if both else '→'} {pairs[0][1][:_LONGEST]}" if pairs else ""
    return editing.add_arcs(graph, pairs, both=both), _("edge {arrow}").format(arrow=first)


def _remove(graph: Graph, edit: Edit) -> Done:
    names, arcs = _words(edit, "names"), _pairs(edit)
    if not names and not arcs:
        return graph, ""
    arrows = ngettext("{count} arrow", "{count} arrows", len(arcs)).format(count=len(arcs))
    if names and arcs:
        step = _("delete {nodes} and {arrows}").format(nodes=_nodes(names), arrows=arrows)
    else:
        step = _("delete {what}").format(what=_nodes(names) if names else arrows)
    return editing.remove(graph, names, arcs), step


def _rename(graph: Graph, edit: Edit) -> Done:
    name, to = _word(edit, "name"), _word(edit, "to")
    if name == to.strip():
        return graph, ""
    step = _("rename node {name} to {new_name}").format(name=name[:_LONGEST], new_name=to[:_LONGEST])
    return editing.rename_node(graph, name, to), step


def _set_node(graph: Graph, edit: Edit) -> Done:
    name, label, features = _word(edit, "name"), edit.get("label"), edit.get("features")
    if label is not None and not isinstance(label, str):
        raise GatvizError(_("edit, label"), _("a word"), quote(label), _("type a class name or nothing"))
    step = _("change node {name}").format(name=name[:_LONGEST])
    return editing.set_node(graph, name, label=label, features=_numbers(features)), step


def _move(graph: Graph, edit: Edit) -> Done:
    names = _words(edit, "names")
    if not names:
        return graph, ""
    return editing.move(graph, names, edit.get("points") or ()), _("move {nodes}").format(nodes=_nodes(names))


def _duplicate(graph: Graph, edit: Edit) -> Done:
    names = _words(edit, "names")
    if not names:
        return graph, ""
    nodes = ngettext("{count} node", "{count} nodes", len(names)).format(count=len(names))
    return editing.duplicate(graph, names), _("duplicate {nodes}").format(nodes=nodes)


def _clear(graph: Graph, edit: Edit) -> Done:  # noqa: ARG001 - like the others
    return (editing.clear(graph) if graph.num_nodes else graph), _("clear")


def _lay_out(graph: Graph, edit: Edit) -> Done:
    layout: Any = edit.get("layout")
    laid_out = editing.lay_out(graph, layout)
    names: dict[LayoutName, str] = {
        "spring": _("spring"),
        "circular": _("circular"),
        "kamada_kawai": _("kamada kawai"),
        "bipartite": _("bipartite"),
        "grid": _("grid"),
    }
    return laid_out, _("layout {name}").format(name=names[layout])


def _nodes(names: list[str]) -> str:
    """One node by its name, several by their number."""
    if len(names) == 1:
        return _("node {name}").format(name=names[0][:_LONGEST])
    return ngettext("{count} node", "{count} nodes", len(names)).format(count=len(names))


_KINDS: dict[str, Callable[[Graph, Edit], Done]] = {
    "add_node": _add_node,
    "add_arcs": _add_arcs,
    "remove": _remove,
    "rename": _rename,
    "set_node": _set_node,
    "move": _move,
    "duplicate": _duplicate,
    "clear": _clear,
    "layout": _lay_out,
}


# ---- checking what came ---------------------------------------------------------------------------------------


def _word(edit: Edit, key: str) -> str:
    value = edit.get(key)
    if not isinstance(value, str):
        raise GatvizError(_("edit, {part}").format(part=key), _("a name"), quote(value), _("type a name"))
    return value


def _words(edit: Edit, key: str) -> list[str]:
    values = edit.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        where = _("edit, {part}").format(part=key)
        raise GatvizError(where, _("a list of names"), quote(values), _("choose nodes of the graph"))
    return values


def _pairs(edit: Edit) -> list[tuple[str, str]]:
    values = edit.get("arcs") or []
    well_formed = isinstance(values, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(name, str) for name in pair) for pair in values
    )
    if not well_formed:
        raise GatvizError(_("edit, arcs"), _("pairs of names"), quote(values), _("choose nodes of the graph"))
    return [(source, target) for source, target in values]


def _numbers(features: Any) -> dict[str, float]:
    if features is None:
        return {}
    if not isinstance(features, Mapping):
        raise GatvizError(_("edit, features"), _("numbers by feature name"), quote(features), _("type a number"))
    checked: dict[str, float] = {}
    for name, value in features.items():
        where = _("feature {name}").format(name=quote(name))
        checked[str(name)] = check_finite(where, value, _("type a number such as 0.5"))
    return checked


# ---- one number of the weights ---------------------------------------------------------------------------------


def _set_entry(edit: Edit) -> None:
    """Set one entry of a parameter: layer, name, head (or null), place in it, and value."""
    now = session.current()
    weights = all_weights(now)
    layer = _checked(edit.get("layer"), len(weights.layers), edit)
    arrays, name = weights.layers[layer], edit.get("name")
    if not isinstance(name, str) or name not in arrays:
        raise _no_such_entry(edit)
    head = _checked(edit.get("head"), arrays[name].shape[0], edit) if has_heads(weights, layer, name) else None
    values = np.array(arrays[name] if head is None else arrays[name][head])
    place = edit.get("place")
    if not isinstance(place, list) or len(place) != values.ndim:
        raise _no_such_entry(edit)
    entry = tuple(_checked(at, size, edit) for at, size in zip(place, values.shape, strict=True))
    where = _("{name}, entry {place}").format(name=name_of(name, head), place=list(entry))
    values[entry] = check_finite(where, edit.get("value"), _("type a number such as 0.5"))
    changed = with_values(weights, layer, name, values, head=head, shared=is_shared(now, layer))
    take_weights(changed, _("edit {name}").format(name=name_of(name, head)))


def _checked(at: Any, size: int, edit: Edit) -> int:
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < size:
        raise _no_such_entry(edit)
    return at


def _no_such_entry(edit: Edit) -> GatvizError:
    asked = ", ".join(f"{key} {quote(edit.get(key))}" for key in ("layer", "name", "head", "place"))
    return GatvizError(
        _("weights"), _("an entry that the model has"), asked, _("click a cell of the model on the screen")
    )


# ---- looks and wishes ------------------------------------------------------------------------------------------


def take_lock(message: Any) -> None:
    """Take over what is locked on the stage; anything but an arc between nodes of this graph clears it."""
    session.update(locked=_locked(message, session.current().graph.num_nodes))


def _locked(message: Any, num_nodes: int) -> session.Locked | None:
    if not isinstance(message, Mapping) or not isinstance(message.get("weighting"), str):
        return None
    focus = message.get("focus")
    if not isinstance(focus, Mapping) or focus.get("kind") != "arc":
        return None
    target, source = focus.get("target"), focus.get("source")
    if not (isinstance(target, int) and isinstance(source, int)):
        return None  # of any length: a whole number is compared, never turned into a float
    if not (0 <= target < num_nodes and 0 <= source < num_nodes):
        return None
    return session.Locked(target, source, message["weighting"])


def take_request(message: Any) -> None:
    """Take over what the person asked for on the stage: a check, the table beside it, or a pin."""
    what = message.get("what") if isinstance(message, Mapping) else None
    if what == "pyg":
        session.update(compare_pyg=True)
    elif what in ("table", "weights"):
        session.update(panel="" if session.current().panel == what else what)
    elif what == "pin":
        _pin()
    elif what == "unpin":
        pins.unpin(next(iter(pins.pinned()), "A"))


def _pin() -> None:
    now = session.current()
    try:
        run = run_cache.run(now.graph, now.settings, present_weights(now))
    except GatvizError as error:
        session.update(refused=str(error))
        return
    layer = st.session_state.get("layer") or 0
    pins.pin("A", pins.present(now, now.settings, run.of_layer(min(layer, len(run.whole.layers) - 1))))
