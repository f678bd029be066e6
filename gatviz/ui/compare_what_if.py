"""What if: a pinned state beside the present, or beside another pinned one, and all that differs."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import WhatIf, input_changes
from gatviz.analysis.subject import several
from gatviz.charts.common import Chart
from gatviz.charts.compare import change_chart, out_change_chart, top_changes_chart
from gatviz.charts.network import FULL_WIDTH, HALF_WIDTH, network_chart
from gatviz.charts.network_drawn import Drawn
from gatviz.ui import pins, state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import card, say, side_by_side, theme
from gatviz.ui.compare_controls import choice, head_name
from gatviz.ui.compare_heads import matrix_limit
from gatviz.ui.compute import Run
from gatviz.ui.pins import Pin
from gatviz.ui.settings import Settings

_NOW = "now"
_ALL = -1
_LISTED = 10
_LONGEST_ORIGIN = 40
_BEFORE, _AFTER = "compare_before", "compare_after"


def what_if_section(now: state.State, settings: Settings, run: Run) -> None:
    """Pins, what to compare with what, and the change."""
    present = pins.present(now, settings, run)
    _pin_bar(present)
    states: dict[str, Pin] = {str(slot): kept for slot, kept in pins.pinned().items()}
    states[_NOW] = present
    if len(states) == 1:
        st.info(texts.NOTHING_PINNED)
        return
    before, after = _before_and_after(list(states))
    if before == after:
        st.info(texts.SAME_TWICE)
        return
    _changes(states[before], states[after], present.layer, (_name(before), _name(after)))


def _pin_bar(present: Pin) -> None:
    slot = pins.free_slot()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            texts.PIN.format(slot=slot or pins.SLOTS[0]),
            icon=":material/keep:",
            key="pin_present",
            help=texts.PIN_HELP if slot else texts.PINS_FULL,
            disabled=slot is None,
            on_click=pins.pin,
            args=(slot, present),
            type="primary" if not pins.pinned() else "secondary",
        )
    for name, kept in pins.pinned().items():
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"pin-{name}"):
            st.badge(name, color="primary")
            say([_summary(kept)])
            st.button(
                texts.RESET.format(slot=name),
                icon=":material/undo:",
                key=f"reset_{name}",
                help=texts.RESET_HELP.format(slot=name),
                on_click=pins.put_back,
                args=(name,),
                type="tertiary",
            )
            st.button(
                texts.UNPIN,
                icon=":material/keep_off:",
                key=f"unpin_{name}",
                help=texts.UNPIN_HELP.format(slot=name),
                on_click=pins.unpin,
                args=(name,),
                type="tertiary",
            )


def _summary(kept: Pin) -> str:
    layer = kept.trace.layers[kept.layer]
    return texts.PIN_SUMMARY.format(
        origin=kept.work.origin.replace("_", " ").capitalize()
        if len(kept.work.origin) < 40
        else f"{kept.work.origin[:38]}…",
        nodes=several(kept.graph.num_nodes, "node"),
        arrows=several(layer.num_edges, "arrow"),
        heads=several(layer.num_heads, "head"),
        seed=kept.settings.seed,
    )


def _before_and_after(names: list[str]) -> tuple[str, str]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        before = choice(texts.BEFORE, names, _BEFORE, _name)
        st.button("", icon=":material/swap_horiz:", key="swap_states", help=texts.SWAP_HELP, on_click=_swap)
        after = choice(texts.AFTER, names, _AFTER, _name, _NOW)
    return before, after


def _swap() -> None:
    before, after = st.session_state[_BEFORE], st.session_state[_AFTER]
    st.session_state[_BEFORE], st.session_state[_AFTER] = after, before


def _name(which: str) -> str:
    return texts.PRESENT if which == _NOW else texts.BASELINE.format(slot=which)


def _changes(before: Pin, after: Pin, shown: int, names: tuple[str, str]) -> None:
    layer = pins.common_layer(before, after, shown)
    if layer != shown:
        say([texts.NO_SUCH_LAYER.format(shown=shown, layer=layer)])
    found = pins.change(before, after, layer)
    say([*found.sentences, *input_changes(before.trace, after.trace), *_settings(before, after)])
    look = theme()
    if not found.delta.any() and (found.status == "kept").all():
        if found.out is not None and found.out["distance"].any():
            card(out_change_chart(found, theme=look), "out_change")
        return
    heads = found.delta.shape[1]
    head = _ALL
    if heads > 1:
        options = [_ALL, *range(heads)]
        head = choice(texts.HEAD, options, "compare_change_head", lambda h: texts.ALL_HEADS if h == _ALL else str(h))
    chosen = list(range(heads)) if head == _ALL else [head]
    _listed(found, None if head == _ALL else head)

    def on_the_graph(width: float = FULL_WIDTH) -> Chart | None:
        return network_chart(
            Drawn.of_change(found, (before.graph, before.positions), (after.graph, after.positions)),
            found.delta[:, chosen],
            [head_name(head) for head in chosen],
            texts.CHANGE_CHART.format(before=names[0], after=names[1]),
            scale="signed",
            largest=found.largest,
            unit=texts.CHANGE_UNIT,
            theme=look,
            width=width,
        )

    if len(chosen) > 1:
        card(on_the_graph(), "change_graphs", clicked=_open)
    else:
        with side_by_side("change"):
            card(on_the_graph(HALF_WIDTH), "change_graph")
            card(change_chart(found, chosen[0], names=names, theme=look), "change_matrix")
        matrix_limit(len(found.names))
    with side_by_side("changes"):
        card(top_changes_chart(found, head=None if head == _ALL else head, theme=look), "top_changes")
        card(out_change_chart(found, theme=look), "out_change")
    with st.expander(texts.CHANGE_TABLE):
        table = found.table
        st.dataframe(table if head == _ALL else table[table["head"] == head], hide_index=True, key="change_table")


def _open(panel: int) -> None:
    st.session_state["compare_change_head"] = panel


def _listed(found: WhatIf, head: int | None) -> None:
    top = found.top_changes(_LISTED, head)
    if len(top):
        st.markdown(f"**{texts.TOP_CHANGES}**")
        say(top["sentence"], columns=2)


def _settings(before: Pin, after: Pin) -> list[str]:
    differ = pins.changed_settings(before, after)
    told = []
    if differ:
        changes = ", ".join(
            f"{texts.SETTING_NAMES.get(name, name)} {_value(old)} → {_value(new)}" for name, old, new in differ
        )
        told.append(texts.SETTINGS_CHANGED.format(changes=changes))
    if before.settings.dropout or after.settings.dropout:
        told.append(texts.DROPOUT_CHANGES)
    return told


def _value(value: object) -> str:
    words = {None: texts.NO_MODEL, True: texts.ON, False: texts.OFF}
    return words[value] if value is None or isinstance(value, bool) else str(value)
