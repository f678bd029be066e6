"""What the tables of nodes and of arrows share: a grid of the present graph, a typed number, a step or its refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gatviz.errors import GatvizError
from gatviz.graph.graph import Graph
from gatviz.numbers import check_finite
from gatviz.ui.grid import Cells, Grid
from gatviz.ui.session import session
from gatviz.ui.session.steps import take_graph
from gatviz.words import _


def graph_grid(name: str, edit: Callable[[Graph, Cells], Graph], step: Callable[[], str]) -> Grid[Graph]:
    """A grid of the present graph; what is typed into it is a step of this name, and nodes stay where they are."""
    return Grid(
        name,
        fingerprint=lambda graph: graph.fingerprint,
        edit=edit,
        take=lambda graph: take_graph(_told_as_now(graph), step()),
        present=lambda _filled: session.current().graph,
    )


def _told_as_now(graph: Graph) -> Graph:
    """With what no table shows as it is now, not as it was when the table was filled."""
    now = session.current()
    return replace(graph.with_positions(now.positions), description=now.graph.description)


def typed_number(where: str, value: Any) -> float:
    """What was typed into a cell of numbers.

    Raises:
        GatvizError: the cell is empty, or holds no number that float32 has.
    """
    if value is None:
        raise GatvizError(where, _("a number"), _("an empty cell"), _("type a number, 0 for none"))
    return check_finite(where, value, _("type a number such as 0.5"))


def try_step(edit: Callable[[Graph], Graph], what: str, columns: tuple[int | None, ...] | None = None) -> bool:
    """Make this of the present graph, a step of this name; whether it could be, else it is said why not."""
    try:
        take_graph(edit(session.current().graph), what, columns)
    except GatvizError as error:
        session.update(refused=str(error))
        return False
    return True
