"""Steps that a person takes, each of which undo takes back: another graph, another model, edits of either."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from gatviz.graph import editing
from gatviz.graph.features import made_up_features, usual_kind
from gatviz.graph.graph import Graph
from gatviz.graph.positions import default_positions
from gatviz.model.gat import GAT
from gatviz.model.weights import Weights, carried, with_columns, with_edge_columns
from gatviz.ui.session import session
from gatviz.ui.session.history import Drag
from gatviz.ui.session.model import all_weights
from gatviz.ui.session.run_cache import drawn_weights
from gatviz.ui.session.setting_words import told_change
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.work import HeldWeights, OpenedModel, Pin, Work, new_drawing
from gatviz.words import _

_SLIDERS = ("negative_slope", "dropout", "feature_dropout")
_PAUSE = 2.0
"""Seconds: values of a slider that follow faster are one drag, and so one step."""


def show_graph(graph: Graph, origin: str, *, own: bool) -> None:
    """Put another graph on the screen, laid out anew; undo brings the one of before back."""
    before = session.current()
    held, opened = before.work.weights, before.work.opened
    fits = held is not None and held.weights.in_features == graph.num_features
    if held is not None and opened is not None and held.weights.edge_features:
        fits = fits and held.weights.edge_features == graph.num_edge_features
    placed = graph.with_positions(default_positions(graph))
    work = replace(
        before.work,
        graph=placed,
        origin=origin,
        own=own,
        view=before.history.next_view(before.work),
        drawing=new_drawing(),
        captured=None,
        call=0,
    )
    if held is None or not held.by_hand or not fits:
        work = _without_weights(work)
    session.change(work, _("open {name}").format(name=origin))
    closed = ""
    if opened is not None and held is not None and not fits:
        closed = _closed(opened.name, held.weights, graph)
    session.update(locked=session.FIRST_LOCK, refused=closed)


def _closed(name: str, weights: Weights, graph: Graph) -> str:
    """Why an opened model had to be closed."""
    if weights.in_features == graph.num_features:
        counts = {"reads": weights.edge_features, "has": graph.num_edge_features}
        told = _(
            "The opened model {name} was closed: it reads {reads:,} features of every edge, this graph has {has:,}. "
            "Undo brings both back."
        )
    else:
        counts = {"reads": weights.in_features, "has": graph.num_features}
        told = _(
            "The opened model {name} was closed: it reads {reads:,} features of every node, this graph has {has:,}. "
            "Undo brings both back."
        )
    return told.format(name=name, **counts)


def open_model(name: str, model: GAT, *, baseline: Pin | None = None) -> None:
    """Let a model from a file stand in for the sidebar's; undo, or `close_model`, brings that one back.

    Arguments:
        baseline: what is pinned with the same step, in the place of what its slot held.
    """
    session.update(openings=session.current().openings + 1)
    now = session.current()
    work = with_model(now.work, name, model, now.openings)
    if baseline is not None:
        work = replace(work, pins=(baseline, *(pin for pin in work.pins if pin.slot != baseline.slot)))
    session.change(work, _("open weights {name}").format(name=name))


def with_model(work: Work, name: str, model: GAT, opening: int) -> Work:
    """The same with this model, as the so-manieth that was opened."""
    held = HeldWeights(model.weights(), under=None, by_hand=True)
    opened = OpenedModel(name, model.steps, model.self_loops, opening, model.loop_features)
    loops = model.loop_features
    settings = replace(
        work.settings,
        opened=opened.steps,
        self_loops=opened.self_loops,
        loop_features=loops.value,
        filled_loops=loops.filled,
        classes=model.classes,
    )
    return replace(work, opened=opened, weights=held, settings=settings, captured=None, call=0)


def close_model() -> None:
    """Back to the model in the sidebar, with the weights that the seed draws; α alone gives way to it too."""
    work = _without_weights(session.current().work)
    graph = work.graph
    if not graph.num_features and graph.num_nodes:  # given α needs none, a model does
        x, names = made_up_features(usual_kind(graph.num_nodes), graph.names, graph.edge_index)
        work = replace(work, graph=replace(graph, x=x, feature_names=names))
    session.change(replace(work, captured=None, call=0), _("close the opened model"))


def _without_weights(work: Work) -> Work:
    """The same with what the seed draws; an opened model's own policy for self-loops goes with it."""
    settings = work.settings
    if work.opened is not None:
        usual = Settings()
        loops = {name: getattr(usual, name) for name in ("self_loops", "loop_features", "filled_loops")}
        settings = replace(settings, opened=(), classes=(), **loops)
    return replace(work, weights=None, opened=None, settings=settings)


def take_settings(settings: Settings, *, consequence: bool = False) -> None:
    """Make other settings of the model the present ones.

    Arguments:
        consequence: nobody chose them: they follow from the step before (another graph has other classes), and undo
            takes them back with it.
    """
    now = session.current()
    if settings == now.settings:
        return
    work = replace(now.work, settings=settings)
    if consequence:
        session.update(work=work)
        return
    slid = [name for name in _SLIDERS if replace(now.settings, **{name: getattr(settings, name)}) == settings]
    drag, past = now.drag, now.history.past
    if drag and slid == [drag.setting] and monotonic() - drag.time < _PAUSE and past and past[-1].work is drag.start:
        start = drag.start.settings
        session.go_on(work, None if settings == start else told_change(start, settings))
    else:
        drag = Drag(slid[0], now.work) if slid else None
        session.change(work, told_change(now.settings, settings))
    session.update(drag=replace(drag, time=monotonic()) if drag else None)


def take_graph(graph: Graph, what: str, columns: tuple[int | None, ...] | None = None, *, refit: bool = False) -> None:
    """Make an edited graph the present one; existing weights follow its feature columns.

    Arguments:
        columns: for each feature column its place before the edit, None where it is new; told by name if left out.
        refit: whether the picture is to be fitted to the panel anew.
    """
    before = session.current()
    if graph == before.graph:
        return
    columns = editing.columns_kept(before.graph, graph) if columns is None else columns
    origin = before.origin if before.own else _("{name}, edited").format(name=before.origin)
    view = before.history.next_view(before.work) if refit else before.work.view
    work = replace(before.work, graph=graph, weights=_followed(columns, graph), view=view)
    moved_only = graph.fingerprint == before.graph.fingerprint
    if not moved_only and not before.own:
        work = replace(work, graph=replace(graph, description=""))  # it told of the sample
    session.change(work if moved_only else replace(work, origin=origin, own=True), what)


def _followed(columns: tuple[int | None, ...], graph: Graph) -> HeldWeights | None:
    now = session.current()
    settings, held = now.settings, now.work.weights
    of_edges = editing.edge_columns_kept(now.graph, graph)
    # The sidebar reads all edge features there are, unless somebody said otherwise.
    reads = now.work.opened is None and (settings.edge_features > 0 or now.graph.num_edge_features == 0)
    same_edges = not reads or of_edges == tuple(range(now.graph.num_edge_features))
    if columns == tuple(range(now.graph.num_features)) and same_edges:
        return held
    weights = with_columns(all_weights(now), columns, graph.feature_names, settings.seed)
    if not same_edges:
        weights = with_edge_columns(weights, of_edges, graph.edge_feature_names, settings.seed)
        settings = replace(settings, edge_features=len(of_edges))
        weights = carried(drawn_weights(settings, graph.num_features), weights)
    by_hand = held is not None and held.by_hand
    return HeldWeights(weights, None if now.work.opened else settings, by_hand=by_hand)


def take_weights(weights: Weights, what: str) -> None:
    """Make edited weights the present ones; equal ones are no step."""
    now = session.current()
    if weights.fingerprint == all_weights(now).fingerprint:
        return
    held = HeldWeights(weights, None if now.work.opened else now.settings, by_hand=True)
    session.change(replace(now.work, weights=held), what)


def parameter_name(name: str, head: int | None) -> str:
    """A parameter, or one head of it, in words."""
    return name if head is None else _("{name} of head {head}").format(name=name, head=head)
