"""The types that JavaScript is checked with are those of the protocol."""

from __future__ import annotations

from pathlib import Path

from gatviz.stage import types


def test_the_types_for_javascript_are_those_of_the_protocol(tmp_path: Path) -> None:
    assert types.TARGET.read_text(encoding="utf-8") == types.declarations(), "run python -m gatviz.stage.types"
    types.main(tmp_path / "protocol.d.ts")
    assert (tmp_path / "protocol.d.ts").read_bytes() == types.TARGET.read_bytes()


def test_every_struct_and_every_union_is_told() -> None:
    told = types.declarations()
    for line in (
        "export interface Screen extends Scene {",
        "  f32: Float32Array;",
        "  hereRange: [number, number] | null;",
        "  lockedAtStart: Focus | null;",
        "export type Focus = EdgeFocus | NodeFocus;",
        '  kind: "add_edges";',
        "  both?: boolean;",
        "  head: number | null;",
        "  texts: Record<string, string>;",
        '  rows: ("target" | "source")[];',
    ):
        assert f"\n{line}\n" in told, line
