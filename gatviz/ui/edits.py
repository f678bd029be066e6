"""What a person draws: messages of the browser, checked like a file, as steps that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gatviz.errors import GatvizError, quote
from gatviz.graph import editing
from gatviz.graph.graph import Graph
from gatviz.model.weights import with_columns
from gatviz.numbers import check_finite
from gatviz.ui import state
from gatviz.ui.history import HeldWeights
from gatviz.ui.weight_edits import all_weights, set_entry

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
        if not isinstance(number, int) or not state.current().edits_taken < number <= _MOST_EDITS:
            continue
        try:
            _take(edit)
        except GatvizError as error:
            problem = problem or str(error)
        state.update(edits_taken=number)
    state.update(refused=problem)


def _take(edit: Edit) -> None:
    kind = edit.get("kind")
    if kind == "undo":
        state.undo()
    elif kind == "redo":
        state.redo()
    elif kind == "set_weight":
        set_entry(edit)
    elif isinstance(kind, str) and kind in _KINDS:
        graph, what = _KINDS[kind](state.current().graph, edit)
        take_graph(graph, what, refit=kind == "layout")
    else:
        raise GatvizError("edit", "a kind of edit that gatviz knows", quote(kind), "reload the page")


def take_graph(graph: Graph, what: str, columns: tuple[int | None, ...] | None = None, *, refit: bool = False) -> None:
    """Make an edited graph the present one; existing weights follow its feature columns.

    Arguments:
        columns: for each feature column its place before the edit, None where it is new; told by name if left out.
        refit: whether the picture is to be fitted to the panel anew.
    """
    before = state.current()
    if graph == before.graph:
        return
    columns = editing.columns_kept(before.graph, graph) if columns is None else columns
    origin = before.origin if before.own else f"{before.origin}, edited"
    view = before.history.next_view(before.work) if refit else before.work.view
    work = replace(before.work, graph=graph, weights=_followed(columns, graph), view=view)
    moved_only = graph.fingerprint == before.graph.fingerprint
    state.change(work if moved_only else replace(work, origin=origin, own=True), what)


def _followed(columns: tuple[int | None, ...], graph: Graph) -> HeldWeights | None:
    now = state.current()
    if columns == tuple(range(now.graph.num_features)):
        return now.work.weights
    weights = all_weights(now)
    held = now.work.weights
    return HeldWeights(
        with_columns(weights, columns, graph.feature_names, now.settings.seed),
        None if now.work.opened else now.settings.drawn_by,
        by_hand=held is not None and held.by_hand,
    )


# ---- one function a kind ------------------------------------------------------------------------------------


def _add_node(graph: Graph, edit: Edit) -> Done:
    name = _word(edit, "name")
    return editing.add_node(graph, name, edit.get("at") or (0, 0)), f"new node {name[:_LONGEST]}"


def _add_arcs(graph: Graph, edit: Edit) -> Done:
    pairs = _pairs(edit)
    first = f"{pairs[0][0][:_LONGEST]} {'–' if edit.get('both') else '→'} {pairs[0][1][:_LONGEST]}" if pairs else ""
    return editing.add_edges(graph, pairs, both=bool(edit.get("both"))), f"edge {first}"


def _remove(graph: Graph, edit: Edit) -> Done:
    names, arcs = _words(edit, "names"), _pairs(edit)
    what = [f"node {names[0][:_LONGEST]}" if len(names) == 1 else f"{len(names)} nodes"] if names else []
    what += [f"{len(arcs)} arrow{'s' if len(arcs) > 1 else ''}"] if arcs else []
    if not what:
        return graph, ""
    return editing.remove(graph, names, arcs), f"delete {' and '.join(what)}"


def _rename(graph: Graph, edit: Edit) -> Done:
    name, to = _word(edit, "name"), _word(edit, "to")
    if name == to.strip():
        return graph, ""
    return editing.rename_node(graph, name, to), f"rename node {name[:_LONGEST]} to {to[:_LONGEST]}"


def _set_node(graph: Graph, edit: Edit) -> Done:
    name, label, features = _word(edit, "name"), edit.get("label"), edit.get("features")
    if label is not None and not isinstance(label, str):
        raise GatvizError("edit, label", "a word", quote(label), "type a class name or nothing")
    return editing.set_node(graph, name, label=label, features=_numbers(features)), f"change node {name[:_LONGEST]}"


def _move(graph: Graph, edit: Edit) -> Done:
    names = _words(edit, "names")
    if not names:
        return graph, ""
    what = f"node {names[0][:_LONGEST]}" if len(names) == 1 else f"{len(names)} nodes"
    return editing.move(graph, names, edit.get("points") or ()), f"move {what}"


def _duplicate(graph: Graph, edit: Edit) -> Done:
    names = _words(edit, "names")
    if not names:
        return graph, ""
    return editing.duplicate(graph, names), f"duplicate {len(names)} node{'s' if len(names) > 1 else ''}"


def _clear(graph: Graph, edit: Edit) -> Done:  # noqa: ARG001 - like the others
    return (editing.clear(graph) if graph.num_nodes else graph), "clear"


def _lay_out(graph: Graph, edit: Edit) -> Done:
    return editing.lay_out(graph, edit.get("layout")), f"layout {str(edit.get('layout')).replace('_', ' ')}"  # type: ignore[arg-type]


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
        raise GatvizError(f"edit, {key}", "a name", quote(value), "type a name")
    return value


def _words(edit: Edit, key: str) -> list[str]:
    values = edit.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise GatvizError(f"edit, {key}", "a list of names", quote(values), "choose nodes of the graph")
    return values


def _pairs(edit: Edit) -> list[tuple[str, str]]:
    values = edit.get("arcs") or []
    well_formed = isinstance(values, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(name, str) for name in pair) for pair in values
    )
    if not well_formed:
        raise GatvizError("edit, arcs", "pairs of names", quote(values), "choose nodes of the graph")
    return [(source, target) for source, target in values]


def _numbers(features: Any) -> dict[str, float]:
    if features is None:
        return {}
    if not isinstance(features, Mapping):
        raise GatvizError("edit, features", "numbers by feature name", quote(features), "type a number")
    checked: dict[str, float] = {}
    for name, value in features.items():
        checked[str(name)] = check_finite(f"feature {quote(name)}", value, "type a number such as 0.5")
    return checked
