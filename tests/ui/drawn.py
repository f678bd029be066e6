"""Edits as the browser sends them."""

from __future__ import annotations

from typing import Any

from gatviz.ui.session import session


def message(now: session.Session, *edits: Any, first: int | None = None, **other: Any) -> dict[str, Any]:
    """The message with these edits, made on the screen of this session; `other` for parts that are wrong."""
    start = now.edits_taken + 1 if first is None else first
    made = {"session": now.identity, "drawing": now.work.drawing, **other}
    return {"edits": [{"number": start + k, **made, "edit": edit} for k, edit in enumerate(edits)]}
