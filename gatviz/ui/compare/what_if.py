"""What if: a pinned state beside the present, or beside another pinned one, and all that differs."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import WhatIf, input_changes
from gatviz.analysis.headlines import what_changed
from gatviz.charts.compare import change_chart, out_change_chart, top_changes_chart
from gatviz.stage.drawn import Drawn
from gatviz.stage.panels import Multiples, multiples
from gatviz.ui.compare.answer import answer, answer_place
from gatviz.ui.compare.chart_card import card, matrix_limit, say, side_by_side, theme
from gatviz.ui.compare.controls import choice, head_name
from gatviz.ui.compare.multiples import multiples_card
from gatviz.ui.session import pins, session
from gatviz.ui.session.control_values import set_value, value_of
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.setting_words import setting_name, setting_value
from gatviz.ui.session.work import SLOTS, Pin
from gatviz.words import _, commas, ngettext

_NOW = "now"
_ALL = -1
_LISTED = 10
_MAX_ORIGIN = 40
_BEFORE, _AFTER = "compare_before", "compare_after"


def what_if(now: session.Session, run: Run) -> None:
    """Pins, what to compare with what, and the change."""
    present = pins.present(now, run)
    _pin_bar(present)
    states: dict[str, Pin] = {str(slot): kept for slot, kept in pins.pinned().items()}
    states[_NOW] = present
    if len(states) == 1:
        st.info(
            _(
                "Nothing is pinned yet. Pin the present as a baseline, then draw an arrow, type a feature, change a "
                "weight or a "
                "setting: every change of α since then is drawn and listed here."
            )
        )
        return
    before, after = _before_and_after(list(states))
    if before == after:
        st.info(_("Before and after are the same state: choose two different ones."))
        return
    _changes(states[before], states[after], present.layer, (_name(before), _name(after)))


def _pin_bar(present: Pin) -> None:
    slot = pins.free_slot()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            _("Pin the present as baseline {slot}").format(slot=slot or SLOTS[0]),
            icon=":material/keep:",
            key="pin_present",
            help=_(
                "Keeps graph, features, weights and settings as they are now. Then edit anything: the change is "
                "shown here."
            )
            if slot
            else _("Both places are taken: unpin baseline A or B first."),
            disabled=slot is None,
            on_click=pins.pin,
            args=(present,),
            type="primary" if not pins.pinned() else "secondary",
        )
    for name, kept in pins.pinned().items():
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"pin-{name}"):
            st.badge(name, color="primary")
            say([_summary(kept)])
            st.button(
                _("Back to baseline {slot}").format(slot=name),
                icon=":material/undo:",
                key=f"reset_{name}",
                help=_("Puts the graph, the weights and the settings of baseline {slot} back on the screen.").format(
                    slot=name
                ),
                on_click=pins.put_back,
                args=(name,),
                type="tertiary",
            )
            st.button(
                _("Unpin"),
                icon=":material/keep_off:",
                key=f"unpin_{name}",
                help=_("Forgets baseline {slot}. The graph on the screen stays as it is.").format(slot=name),
                on_click=pins.unpin,
                args=(name,),
                type="tertiary",
            )


def _summary(kept: Pin) -> str:
    layer = kept.trace.layers[kept.layer]
    nodes, arrows, heads = kept.graph.num_nodes, layer.num_edges, layer.num_heads
    return _("{origin}: {nodes}, {arrows}, {heads}, seed {seed}").format(
        origin=kept.work.origin.replace("_", " ").capitalize()
        if len(kept.work.origin) < 40
        else f"{kept.work.origin[:38]}…",
        nodes=ngettext("{count} node", "{count} nodes", nodes).format(count=nodes),
        arrows=ngettext("{count} arrow", "{count} arrows", arrows).format(count=arrows),
        heads=ngettext("{count} head", "{count} heads", heads).format(count=heads),
        seed=kept.settings.seed,
    )


def _before_and_after(names: list[str]) -> tuple[str, str]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        before = choice(_("Before"), names, _BEFORE, _name)
        st.button(
            "", icon=":material/swap_horiz:", key="swap_states", help=_("Exchanges before and after."), on_click=_swap
        )
        after = choice(_("After"), names, _AFTER, _name, _NOW)
    return before, after


def _swap() -> None:
    before, after = value_of(_BEFORE), value_of(_AFTER)
    set_value(_BEFORE, after)
    set_value(_AFTER, before)


def _name(which: str) -> str:
    return _("now") if which == _NOW else _("baseline {slot}").format(slot=which)


def _changes(before: Pin, after: Pin, shown: int, names: tuple[str, str]) -> None:
    layer = pins.common_layer(before, after, shown)
    if layer != shown:
        say([_("One of the two has no layer {shown}, so layer {layer} is compared.").format(shown=shown, layer=layer)])
    found = pins.change(before, after, layer)
    told = [*found.sentences, *input_changes(before.trace, after.trace), *_settings(before, after)]
    headline = what_changed(found)
    answer(answer_place(), headline, [sentence for sentence in told if sentence != headline])
    look = theme()
    if not found.delta.any() and (found.status == "kept").all():
        if found.out is not None and found.out["distance"].any():
            card(out_change_chart(found, theme=look), "out_change")
        return
    heads = found.delta.shape[1]
    head = _ALL
    if heads > 1:
        options = [_ALL, *range(heads)]
        head = choice(_("Head"), options, "compare_change_head", lambda h: _("all") if h == _ALL else str(h))
    chosen = list(range(heads)) if head == _ALL else [head]
    _listed(found, None if head == _ALL else head)

    def on_the_graph() -> Multiples | None:
        return multiples(
            Drawn.of_change(found, (before.graph, before.positions), (after.graph, after.positions)),
            found.delta[:, chosen],
            [head_name(head) for head in chosen],
            _("Change of α from {before} to {after}").format(before=names[0], after=names[1]),
            signed=True,
            largest=found.largest,
            symbol=_("Δα"),
            graph=session.current().origin,
            opens=True,
        )

    if len(chosen) > 1:
        multiples_card(session.current(), on_the_graph(), "change_graphs", _open)
    else:
        with side_by_side("change"):
            multiples_card(session.current(), on_the_graph(), "change_graph")
            card(change_chart(found, chosen[0], names=names, theme=look), "change_matrix")
        matrix_limit(len(found.names))
    with side_by_side("changes"):
        card(top_changes_chart(found, head=None if head == _ALL else head, theme=look), "top_changes")
        card(out_change_chart(found, theme=look), "out_change")
    with st.expander(_("Every arrow's change")):
        table = found.table
        st.dataframe(table if head == _ALL else table[table["head"] == head], hide_index=True, key="change_table")


def _open(panel: int) -> None:
    set_value("compare_change_head", panel)


def _listed(found: WhatIf, head: int | None) -> None:
    top = found.top_changes(_LISTED, head)
    if len(top):
        st.markdown("**" + _("Largest changes") + "**")
        say(top["sentence"], columns=2)


def _settings(before: Pin, after: Pin) -> list[str]:
    differ = pins.changed_settings(before, after)
    told = []
    if differ:
        changes = commas(
            f"{setting_name(name)} {setting_value(old)} → {setting_value(new)}" for name, old, new in differ
        )
        told.append(_("Settings: {changes}.").format(changes=changes))
    if before.settings.trains or after.settings.trains:
        told.append(
            _("Dropout is on in at least one of the two: α is from before the dropping, the output from after it.")
        )
    return told
