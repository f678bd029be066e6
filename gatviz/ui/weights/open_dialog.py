"""The dialog that opens trained weights: what was read, what the file leaves open, and only then on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gatviz.checkpoints import Checkpoint, Decision, WeightsFile, read_weights
from gatviz.errors import GatvizError
from gatviz.model.layer_settings import LayerSettings
from gatviz.ui.dialog_door import close, is_open
from gatviz.ui.escape import escape
from gatviz.ui.session import session
from gatviz.ui.session.steps import open_model
from gatviz.ui.weights.recipe_line import chosen_way, labels, recipe_line, step_reasons
from gatviz.words import _, commas, ngettext

BUTTON = "open_weights"
_TURN = "weights_turn"
_BY_LAYER = ("heads", "concat", "activation", "residual")
_MAX_MB = 200


def dialog() -> None:
    """The dialog while it is open."""
    st.dialog(_("Open trained weights"), width="large", icon=":material/model_training:", on_dismiss=_end)(_dialog)()


def begin() -> None:
    """It opens, with nothing in it."""
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def _end() -> None:
    close(BUTTON)


def _dialog() -> None:
    if not is_open(BUTTON):
        st.rerun()  # it was closed in a run that did not come to its end
    file = st.file_uploader(
        _("A torch file (.pt, .pth) or safetensors"),
        key=f"weights_file_{st.session_state[_TURN]}",
        max_upload_size=_MAX_MB,
        help=_("A state dict of PyG, DGL, pyGAT, pytorch-GAT, the tutorial or gatviz; nothing in the file is run."),
    )
    place = st.container()
    actions = st.container(horizontal=True, horizontal_alignment="right", key="actions-weights")
    found = None
    with place:
        if file is None:
            st.caption(
                _(
                    "Choose a file of trained weights. Layers, heads and sizes are read from the names and shapes "
                    "in it; what it "
                    "leaves open is asked here, with the likeliest answer."
                )
            )
        else:
            found = _preview(file.getvalue(), file.name, file.file_id)
    with actions:
        if st.button(_("Cancel"), key="weights_cancel"):
            _end()
            st.rerun()
        if (
            st.button(_("Use these weights"), key="weights_show", type="primary", disabled=found is None)
            and found is not None
        ):
            open_model(found.where, found.model)
            _end()
            st.rerun()


def _preview(content: bytes, name: str, token: str) -> Checkpoint | None:
    """The account of the file and the choices it leaves open; None where it cannot be used as it is."""
    line_place, label_place, open_place = st.container(), st.container(), st.container()
    bent_place, account_place = st.empty(), st.container()
    graph = session.current().graph
    try:
        with st.spinner(_("Reading the weights …")):
            file = read_weights(content, name=name)
        with line_place:
            proposed, choices = _proposed(file, token, open_place, bent_place)
            line = recipe_line(file, None if proposed is None else proposed.recipe, token)
        if proposed is None and not line:
            return None  # what to write into the line is said above it
        found = proposed
        if proposed is None or line != str(proposed.recipe):
            choices.pop("activation", None)
            bent_place.empty()  # the line says them now
            found = file.open(**{**choices, "recipe": line})
        assert found is not None
        with line_place:
            step_reasons(found)
        with account_place:
            _account(found)
        found.check_graph(graph)
        with label_place:
            labels(found, proposed if found is not proposed else None, graph, file, token)
    except GatvizError as error:
        line_place.error(escape(str(error)), icon="⚠️")
        return None
    st.caption(_("Fits the graph: it has {features} features.").format(features=found.model.in_features))
    return found


def _proposed(
    file: WeightsFile, token: str, place: DeltaGenerator, bent_place: DeltaGenerator
) -> tuple[Checkpoint | None, dict[str, Any]]:
    """The model as gatviz reads it and the choices in it; None where there is no proposal.

    The choices are made in `place`, but for those of activations, which the recipe's line has too.
    """
    choices: dict[str, Any] = {}
    try:
        if way := chosen_way(file, token):
            choices["recipe"] = way
        found = file.open(**choices)
    except GatvizError as error:
        st.warning(escape(str(error)))
        return None, choices
    with place:
        if any(one.open for one in found.decisions if one.name != "recipe"):
            st.markdown("**" + _("What the file leaves open") + "**")
        # How many heads there are decides what else is open, so it is asked first.
        for first in (True, False):
            open_ones = [one for one in found.decisions if one.open and one.name not in ("recipe", "activation")]
            more = _choices([one for one in open_ones if (one.name == "heads") is first], len(found.layers), token)
            if more:
                choices |= more
                found = file.open(**choices)
    with bent_place.container():
        more = _choices(
            [one for one in found.decisions if one.open and one.name == "activation"], len(found.layers), token
        )
    if more:
        choices |= more
        found = file.open(**choices)
    return found, choices


def _choices(asked: Sequence[Decision], count: int, token: str) -> dict[str, Any]:
    """Controls for what a file of `count` layers leaves open; those chosen otherwise, as keywords to inspect it."""
    chosen: dict[str, Any] = {}
    for decision in asked:
        value = _control(decision, f"{token} {decision.name} {decision.layer}")
        if value == decision.value:
            continue
        if decision.layer is not None and decision.name in _BY_LAYER:
            chosen.setdefault(decision.name, [None] * count)[decision.layer] = value
        else:
            chosen[decision.name] = value
    return chosen


def _control(decision: Decision, key: str) -> Any:
    name = _names()[decision.name]
    label = name if decision.layer is None else _("Layer {layer}: {name}").format(layer=decision.layer, name=name)
    left, right = st.columns([2, 3], vertical_alignment="center")
    right.caption(escape(decision.reason))
    if decision.options:
        options = list(decision.options)
        word = _yes_or_no if decision.name == "edge_in_message" else _word
        return left.selectbox(label, options, index=options.index(decision.value), key=key, format_func=word)
    if isinstance(decision.value, float):
        return left.number_input(label, value=decision.value, step=0.05, key=key)
    return left.number_input(label, min_value=1, value=int(str(decision.value)), key=key)


def _word(value: object) -> str:
    """One answer; what a library calls its own, such as an activation, stays as it is."""
    if isinstance(value, bool):
        return _joined(value)
    answers = {
        "as_given": _("as given"),
        "add_missing": _("add missing"),
        "remove": _("remove"),
        "none": _("none"),
        "identity": _("identity"),
        "minus": _("minus"),
        "plus": _("plus"),
        "mean": _("mean of the arrows into the node"),
        "add": _("sum of the arrows into the node"),
        "mul": _("product of the arrows into the node"),
        "min": _("smallest of the arrows into the node"),
        "max": _("largest of the arrows into the node"),
        "added": _("added ones"),
        "all": _("all"),
        "node": _("each node's features"),
        "graph": _("all nodes"),
    }
    return answers.get(str(value), str(value).replace("_", " "))


def _yes_or_no(value: object) -> str:
    return _("yes") if value else _("no")


def _joined(concat: bool) -> str:
    return _("concatenated") if concat else _("averaged")


def _names() -> dict[str, str]:
    return {
        "heads": _("heads"),
        "concat": _("heads are"),
        "activation": _("activation"),
        "residual": _("residual"),
        "self_loops": _("self-loops"),
        "loop_features": _("edge features of self-loops"),
        "filled_loops": _("self-loops that get them"),
        "edge_in_message": _("nodes read edge features too"),
        "negative_slope": _("LeakyReLU slope"),
        "score_sign": _("sign of LeakyReLU"),
        "implementation": _("implementation"),
        "norm": _("layer norms go over"),
        "layout": _("layout"),
    }


def _biases(settings: LayerSettings) -> str:
    """What a layer has a bias of."""
    told = {_("projection"): settings.projection_bias, _("scores"): settings.score_bias, _("output"): settings.bias}
    return commas(name for name, has in told.items() if has) or _("none")


def _account(found: Checkpoint) -> None:
    """What was found, layer by layer, and why it was read so."""
    count = sum(values.size for _name, arrays in found.model.weights().all for values in arrays.values())
    layers = ngettext("{count} attention layer", "{count} attention layers", len(found.layers))
    layers = layers.format(count=len(found.layers))
    st.markdown(
        _("**{title}** · {layers} · {numbers} parameters").format(
            title=escape(found.title), layers=layers, numbers=f"{count:,}"
        )
    )
    rows = []
    for k, (settings, layer) in enumerate(zip(found.layers, found.model.attention_layers, strict=True)):
        rows.append(
            {
                _("layer"): f"{k} ({found.names[k]})" if found.names[k] else str(k),
                _("kind"): settings.kind,
                _("reads"): layer.in_features,
                _("heads"): settings.num_heads,
                _("features"): settings.out_features,
                _("heads are"): _joined(settings.concat),
                _("bias"): _biases(settings),
                _("residual"): settings.residual,
                _("activation"): settings.activation or _("none"),
                _("gives"): layer.output_width,
            }
        )
    st.dataframe(rows, hide_index=True, width="stretch")
    with st.expander(_("What the file says")):
        for decision in found.decisions:
            if not decision.open and decision.name != "recipe":
                told = f"{decision.name} = {decision.value}: {decision.reason}"
                if decision.layer is not None:
                    told = _("layer {layer}, {decision}").format(layer=decision.layer, decision=told)
                st.caption(escape(told))
    for note in found.notes:
        st.caption(escape(note))
