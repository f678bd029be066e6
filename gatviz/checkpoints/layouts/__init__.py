"""One module for each library's way of storing attention layers; a new one is a module and a row here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gatviz.checkpoints.layer_forms import WeightsLayout
from gatviz.checkpoints.layouts import dgl, dgl_tutorial, own, pyg, pygat, pytorch_gat, tutorial

LAYOUTS: Mapping[str, WeightsLayout] = {
    layout.name: layout
    for layout in (
        own.LAYOUT,
        tutorial.LAYOUT,
        pyg.LAYOUT,
        dgl.LAYOUT,
        dgl_tutorial.LAYOUT,
        pygat.LAYOUT,
        pytorch_gat.LAYOUT,
    )
}
"""Every layout by its short name; where names and shapes are alike, the earlier is the likelier."""


def attention_names(names: Iterable[str]) -> dict[str, str]:
    """Those of a file's names that only an attention layer gives a tensor -> how they end ("a.weight")."""
    known = {one for layout in LAYOUTS.values() for one in (*layout.attention, *layout.other_edges)}
    found: dict[str, str] = {}
    for name in names:
        parts = name.rsplit(".", 2)[-2:]
        end = next((end for end in (".".join(parts), parts[-1]) if end in known), None)
        if end is not None:
            found[name] = end
    return found
