"""A grid of cells that is typed into: filled once, and anew only where somebody else changed what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.ui.session import session

if TYPE_CHECKING:
    import pandas as pd

GridContent = TypeVar("GridContent")
Cells = Mapping[int, Mapping[str, Any]]
"""Cells as they were typed: {row: {column: value}}."""
_ROW_HEIGHT, _BORDERS = 35, 3


@dataclass(frozen=True)
class Filling(Generic[GridContent]):
    """What a grid was filled with.

    Attributes:
        key: the grid's; another one at each filling, so that the browser forgets what was typed before.
        result: the fingerprint of what came of all cells typed since.
    """

    key: str
    number: int
    shown: GridContent
    result: str


@dataclass(frozen=True)
class Grid(Generic[GridContent]):
    """A grid of the page.

    It reports all cells typed since it was filled, so these are counted from what it was filled with. What came of
    them is known again by its fingerprint and leaves the grid alone: typing goes on undisturbed.

    Attributes:
        name: the beginning of its keys, its own in the whole app.
        fingerprint: what is the same where nothing that it shows has changed.
        edit: what it was filled with, with the cells typed since; raises GatvizError where that cannot be.
        take: makes that the present.
        present: what it would be filled with now, given what it was filled with.
    """

    name: str
    fingerprint: Callable[[GridContent], str]
    edit: Callable[[GridContent, Cells], GridContent]
    take: Callable[[GridContent], None]
    present: Callable[[GridContent], GridContent]
    max_height: int = 430

    @property
    def filling(self) -> Filling[GridContent] | None:
        """What it was filled with last; None before it was drawn."""
        found: Filling[GridContent] | None = st.session_state.get(self._slot)
        return found

    @property
    def _slot(self) -> str:
        return f"gatviz_grid_{self.name}"

    def filled(self, present: GridContent) -> Filling[GridContent]:
        """What it is filled with, where this is to be seen: the present itself, or what that came of."""
        filling = self.filling
        if filling is None or filling.result != self.fingerprint(present):
            return self.fill_anew(present)
        return filling

    def fill_anew(self, present: GridContent) -> Filling[GridContent]:
        """Fill it with this, and leave what was typed."""
        number = 0 if self.filling is None else self.filling.number + 1
        filling: Filling[GridContent] = Filling(f"{self.name}-{number}", number, present, self.fingerprint(present))
        st.session_state[self._slot] = filling
        return filling

    def draw(self, frame: pd.DataFrame, columns: Mapping[str, Any], *, fixed: tuple[str, ...] = ()) -> None:
        """Draw these cells of its filling, behind the names of rows that have some.

        `columns` says how each is shown, those in `fixed` can't be typed into.
        """
        assert self.filling is not None
        key = self.filling.key
        st.data_editor(
            frame,
            key=key,
            on_change=self.take_cells,
            args=(key,),
            hide_index=frame.index.inferred_type == "integer",
            width="stretch",
            height=min(self.max_height, _ROW_HEIGHT * (len(frame) + 1) + _BORDERS),
            disabled=list(fixed),
            column_config=dict(columns),
        )

    def take_cells(self, key: str) -> None:
        """Take over all that was typed since it was filled; a grid of before has nothing more to say."""
        filling = self.filling
        if filling is None or key != filling.key:
            return
        try:
            made = self.edit(filling.shown, st.session_state[key]["edited_rows"])
            self.take(made)
        except GatvizError as error:
            session.update(refused=str(error))
            self.fill_anew(self.present(filling.shown))
            return
        st.session_state[self._slot] = replace(filling, result=self.fingerprint(made))
