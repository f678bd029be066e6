"""What the browser sends: edits, what is locked and what is asked for; checked like a file, each edit a step."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.graph import editing
from gatviz.graph.graph import Graph
from gatviz.graph.positions import LayoutName
from gatviz.model.weights import has_heads, with_values
from gatviz.numbers import check_finite
from gatviz.stage import heard
from gatviz.stage.heard import (
    AddEdges,
    AddNode,
    Asked,
    Clear,
    Duplicate,
    Edit,
    LayOut,
    Looked,
    Move,
    Redo,
    Remove,
    Rename,
    SetNode,
    SetWeight,
    Undo,
)
from gatviz.stage.protocol import EdgeFocus
from gatviz.ui.session import pins, session
from gatviz.ui.session.control_values import value_of
from gatviz.ui.session.history import Drag, History
from gatviz.ui.session.model import all_weights, is_shared
from gatviz.ui.session.steps import parameter_name, take_graph, take_weights
from gatviz.ui.session.work import SLOTS
from gatviz.words import _, ngettext

_MAX_AT_ONCE = 1_000
_MAX_LENGTH = 24
_MAX_DRAG = 200

Done = tuple[Graph, str]
"""The graph after an edit, and what the step is called."""


def take_edits(message: Any) -> None:
    """Take over the browser's edits, in order and each once: it sends them again until it sees them taken.

    Those of another session wait in the browser for that one to come back; those of a graph that is no more on the
    screen are told.
    """
    sent = heard.edits(message)
    if sent is None:
        return
    problem = ""
    for one in sent[:_MAX_AT_ONCE]:
        now = session.current()
        if one.session != now.identity or one.number <= now.edits_taken:
            continue
        try:
            if one.drawing != now.work.drawing:
                raise _of_another_graph()
            _take(heard.edit(one.edit))
        except GatvizError as error:
            problem = problem or str(error)
        session.update(edits_taken=one.number)
    session.update(refused=problem)


def _of_another_graph() -> GatvizError:
    found, mend = _("one of the graph that was there before"), _("make it again if it is for this graph too")
    return GatvizError(_("edit"), _("an edit of the graph on the screen"), found, mend)


def _take(edit: Edit) -> None:
    before = session.current()
    _done_once(edit)
    if isinstance(edit, SetNode | SetWeight) and edit.drag and session.current().history is not before.history:
        _join(edit.drag[:_MAX_DRAG], before)


def _join(drag: str, before: session.Session) -> None:
    """Let the steps of one drag be one, which began where the first of them did."""
    last = before.history.past[-1].work if before.history.past else None
    if before.drag is not None and before.drag.setting == drag and last is before.drag.start:
        session.update(history=History(session.current().history.past[:-1]))
    else:
        session.update(drag=Drag(drag, before.work))


def _done_once(edit: Edit) -> None:
    if isinstance(edit, Undo):
        session.undo()
    elif isinstance(edit, Redo):
        session.redo()
    elif isinstance(edit, SetWeight):
        _set_entry(edit)
    else:
        graph, what = _done(edit, session.current().graph)
        take_graph(graph, what, refit=isinstance(edit, LayOut))


# ---- one function a kind ------------------------------------------------------------------------------------


@singledispatch
def _done(edit: Edit, graph: Graph) -> Done:
    raise AssertionError(edit, graph)


@_done.register
def _add_node(edit: AddNode, graph: Graph) -> Done:
    step = _("new node {name}").format(name=edit.name[:_MAX_LENGTH])
    return editing.add_node(graph, edit.name, edit.at, seed=session.current().settings.seed), step


@_done.register
def _add_edges(edit: AddEdges, graph: Graph) -> Done:
    if not edit.edges:
        return graph, ""
    source, target = edit.edges[0]
    arrow = f"{source[:_MAX_LENGTH]} {'–' if edit.both else '→'} {target[:_MAX_LENGTH]}"
    return editing.add_edges(graph, edit.edges, both=edit.both), _("arrow {arrow}").format(arrow=arrow)


@_done.register
def _remove(edit: Remove, graph: Graph) -> Done:
    names, edges = edit.names, edit.edges
    if not names and not edges:
        return graph, ""
    arrows = ngettext("{count} arrow", "{count} arrows", len(edges)).format(count=len(edges))
    if names and edges:
        step = _("delete {nodes} and {arrows}").format(nodes=_nodes(names), arrows=arrows)
    else:
        step = _("delete {what}").format(what=_nodes(names) if names else arrows)
    return editing.remove(graph, names, edges), step


@_done.register
def _rename(edit: Rename, graph: Graph) -> Done:
    if edit.name == edit.to.strip():
        return graph, ""
    names = {"name": edit.name[:_MAX_LENGTH], "new_name": edit.to[:_MAX_LENGTH]}
    return editing.rename_node(graph, edit.name, edit.to), _("rename node {name} to {new_name}").format(**names)


@_done.register
def _set_node(edit: SetNode, graph: Graph) -> Done:
    mend = _("type a number such as 0.5")
    features = {
        name: check_finite(_("feature {name}").format(name=quote(name)), value, mend)
        for name, value in edit.features.items()
    }
    step = _("change node {name}").format(name=edit.name[:_MAX_LENGTH])
    return editing.set_node(graph, edit.name, label=edit.label, features=features), step


@_done.register
def _move(edit: Move, graph: Graph) -> Done:
    if not edit.names:
        return graph, ""
    return editing.move(graph, edit.names, edit.points), _("move {nodes}").format(nodes=_nodes(edit.names))


@_done.register
def _duplicate(edit: Duplicate, graph: Graph) -> Done:
    if not edit.names:
        return graph, ""
    nodes = ngettext("{count} node", "{count} nodes", len(edit.names)).format(count=len(edit.names))
    return editing.duplicate(graph, edit.names), _("duplicate {nodes}").format(nodes=nodes)


@_done.register
def _clear(edit: Clear, graph: Graph) -> Done:  # noqa: ARG001 - like the others
    return (editing.clear(graph) if graph.num_nodes else graph), _("clear")


@_done.register
def _lay_out(edit: LayOut, graph: Graph) -> Done:
    names: dict[LayoutName, str] = {
        "spring": _("spring"),
        "circular": _("circular"),
        "kamada_kawai": _("kamada kawai"),
        "bipartite": _("bipartite"),
        "grid": _("grid"),
    }
    return editing.lay_out(graph, edit.layout), _("layout {name}").format(name=names[edit.layout])


def _nodes(names: list[str]) -> str:
    """One node by its name, several by their number."""
    if len(names) == 1:
        return _("node {name}").format(name=names[0][:_MAX_LENGTH])
    return ngettext("{count} node", "{count} nodes", len(names)).format(count=len(names))


def _set_entry(edit: SetWeight) -> None:
    """Set one entry of a parameter."""
    now = session.current()
    weights = all_weights(now)
    layer = edit.step or _checked(edit.layer, len(weights.layers), edit)
    arrays = weights.of(layer) if isinstance(layer, int) else weights.around.get(layer, {})
    if edit.name not in arrays:
        raise _no_such_entry(edit)
    of_head = has_heads(weights, layer, edit.name)
    head = _checked(edit.head, arrays[edit.name].shape[0], edit) if of_head else None
    values = np.array(arrays[edit.name] if head is None else arrays[edit.name][head])
    if len(edit.place) != values.ndim:
        raise _no_such_entry(edit)
    entry = tuple(_checked(at, size, edit) for at, size in zip(edit.place, values.shape, strict=True))
    called = parameter_name(f"{edit.step}.{edit.name}" if edit.step else edit.name, head)
    where = _("{name}, entry {place}").format(name=called, place=list(entry))
    values[entry] = check_finite(where, edit.value, _("type a number such as 0.5"))
    shared = isinstance(layer, int) and is_shared(now, layer)
    changed = with_values(weights, layer, edit.name, values, head=head, shared=shared)
    take_weights(changed, _("edit {name}").format(name=called))


def _checked(at: int | None, size: int, edit: SetWeight) -> int:
    if at is None or not 0 <= at < size:
        raise _no_such_entry(edit)
    return at


def _no_such_entry(edit: SetWeight) -> GatvizError:
    asked = ", ".join(f"{key} {quote(getattr(edit, key))}" for key in ("layer", "name", "head", "place"))
    return GatvizError(
        _("weights"), _("an entry that the model has"), asked, _("click a cell of the model on the screen")
    )


# ---- looks and wishes ------------------------------------------------------------------------------------------


def take_lock(message: Any) -> None:
    """Take over what is locked on the stage, and under which weighting; anything but nodes of this graph clears it."""
    looked = heard.message(message, Looked)
    locked = _locked(looked, session.current().graph.num_nodes)
    session.update(locked=locked, weighting="" if looked is None else looked.weighting[:_MAX_LENGTH])


def _locked(looked: Looked | None, num_nodes: int) -> session.Locked | None:
    if looked is None or looked.focus is None:
        return None
    focus = looked.focus
    target, source = (focus.target, focus.source) if isinstance(focus, EdgeFocus) else (focus.node, None)
    if not all(0 <= node < num_nodes for node in (target, source) if node is not None):
        return None
    return session.Locked(target, source, looked.weighting)


def take_request(message: Any) -> None:
    """Take over what the person asked for on the stage: a check, the table beside it, or a pin."""
    asked = heard.message(message, Asked)
    if asked is None:
        return
    if asked.what == "pyg":
        session.update(compare_pyg=True)
    elif asked.what == "stable":
        session.update(stable=not session.current().stable)
    elif asked.what == "pin":
        _pin()
    elif asked.what == "unpin":
        pins.unpin(next(iter(pins.pinned()), "A"))
    elif asked.what == "without":
        _without()
    else:
        session.update(panel="" if session.current().panel == asked.what else asked.what)


def _without() -> None:
    """Take the locked arrow away, and compare with what was before."""
    now = session.current()
    if not isinstance(now.locked, session.Locked) or now.locked.source is None:
        return
    source, target = now.graph.names[now.locked.source], now.graph.names[now.locked.target]
    try:
        graph, step = _remove(Remove(names=[], edges=[(source, target)]), now.graph)
        if graph != now.graph and _pin():
            take_graph(graph, step)
    except GatvizError as error:
        session.update(refused=str(error))


def _pin() -> bool:
    """Pin the present as the first baseline; whether it could be."""
    now = session.current()
    try:
        run = now.work.run()
    except GatvizError as error:
        session.update(refused=str(error))
        return False
    layer = value_of("layer") or 0
    pin = pins.present(now, run.of_layer(min(layer, len(run.whole.layers) - 1)))
    pins.pin(replace(pin, slot=SLOTS[0]))
    return True
