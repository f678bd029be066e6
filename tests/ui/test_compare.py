"""The Compare workspace through Streamlit's own test driver: what is drawn is what the trace says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, get_args

import msgspec
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gatviz import GAT, Graph, sample_graph, sample_graph_names
from gatviz.analysis import static_attention
from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.layers import new_generator
from gatviz.stage.panels_protocol import Panels
from gatviz.ui.compare import cache
from gatviz.ui.compare.compare import Key
from gatviz.ui.session import keeping, kept
from gatviz.ui.session.session import Locked
from gatviz.ui.session.settings import Settings
from tests.attention.hand_traces import uniform, with_alpha
from tests.browser.driver import trace_of
from tests.stage.arrived import arrived
from tests.ui.walk import APP, key_in

SECTIONS = [key for key in get_args(Key) if key != "layers"]
"""Those of a model with one layer."""


def stacked_page() -> None:
    """A model of two layers."""
    from types import SimpleNamespace

    from gatviz import GAT, LayerSettings
    from gatviz.attention.layers import new_generator
    from gatviz.ui.compare.compare import compare
    from gatviz.ui.session import session
    from gatviz.ui.session.settings import Settings

    now = session.current()
    stack = [LayerSettings(out_features=2, num_heads=2), LayerSettings(out_features=2, num_heads=3)]
    whole = GAT(now.graph.num_features, stack, generator=new_generator(0)).trace(now.graph)
    run: Any = SimpleNamespace(trace=whole.layers[0], whole=whole)
    compare(now, Settings(), run)


def open_section(section: str, graph: str | None = None, **choices: Any) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["workspace"] = "compare"
    app.session_state["compare_section"] = section
    for key, value in choices.items():
        app.session_state[key] = value
    app.run()
    if graph is not None:
        app.selectbox(key="graph_choice").set_value(graph).run()
    assert not app.exception
    return app


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def multiples(app: AppTest) -> list[dict[str, Any]]:
    """The small multiples on the page, each as its panels have it."""
    sent = (arrived(component.proto.bytes) for component in app.get("bidi_component") if component.proto.bytes)
    found = [one for one in sent if "panels" in one]
    for one in found:
        msgspec.convert(one, Panels)
    return found


def words(app: AppTest) -> str:
    told = [element.proto.body for element in app.get("html")]
    return " ".join([*told, *(info.value for info in app.info)])


def decoded(values: Any) -> np.ndarray:
    """An array as plotly sends it."""
    if not isinstance(values, dict):
        return np.array(values, dtype=float)
    import base64

    array = np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"])
    return array.reshape([int(n) for n in str(values["shape"]).split(",")]) if "shape" in values else array


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("graph", sample_graph_names())
def test_every_question_is_answered_on_every_sample(section: str, graph: str) -> None:
    app = open_section(section, graph)
    if section != "what_if":
        assert figures(app) or multiples(app)
        assert words(app).count('<h2 class="gatviz-answer">') == 1
    assert len(app.get("download_button")) == len(figures(app)) + len(multiples(app))


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("heads", [1, 16])
def test_any_number_of_heads(section: str, heads: int) -> None:
    app = open_section(section)
    app.number_input(key="num_heads").set_value(heads).run()
    assert not app.exception
    if section == "alike" and heads == 1:
        assert figures(app) == []
        assert (
            "There is one head, so there is no other head to compare it with. More heads can be set in the sidebar."
            in words(app)
        )


@pytest.mark.parametrize("section", [name for name in SECTIONS if name != "what_if"])
def test_without_arrows_nothing_is_drawn_and_that_is_said(section: str) -> None:
    app = open_section(section)
    app.selectbox(key="self_loops").set_value("remove").run()
    alone = Graph(names=("A", "B"), x=np.eye(2), edge_index=np.zeros((2, 0), dtype=np.int64))
    now = app.session_state["gatviz_session"]
    work = replace(now.work, graph=alone.with_positions(np.eye(2)))
    app.session_state["gatviz_session"] = replace(now, work=work)
    app.run()
    assert not app.exception
    assert figures(app) == multiples(app) == []
    assert "No node reads any other or itself, so there is no α to compare. Draw an arrow or add self-loops." in words(
        app
    )


# ---- numbers -------------------------------------------------------------------------------------------------


def test_the_matrices_are_alpha() -> None:
    app = open_section("heads", compare_picture="matrix")
    trace = trace_of()
    (figure,) = figures(app)
    for head in range(4):
        shown = decoded(figure["data"][head]["z"])
        np.testing.assert_array_equal(np.nan_to_num(shown), trace.dense("alpha", head))


def test_the_panels_are_alpha_with_the_lock_of_the_stage() -> None:
    app = open_section("heads")
    trace = trace_of()
    now = app.session_state["gatviz_session"]
    app.session_state["gatviz_session"] = replace(now, locked=Locked(2, 3, "head-0"))
    (drawn,) = multiples(app.run())
    assert drawn["locked"] == {"kind": "edge", "target": 2, "source": 3}
    for head, panel in enumerate(drawn["panels"]):
        assert np.frombuffer(panel["values"]["f32"], dtype="<f4").tobytes() == trace.alpha[:, head].tobytes()
    assert [drawn["edges"][end] for end in ("source", "target")] == trace.edge_index.tolist()


def test_a_difference_is_first_minus_second() -> None:
    app = open_section("difference")
    app.selectbox(key="compare_first").set_value(2).run()
    app.selectbox(key="compare_second").set_value("uniform").run()
    assert not app.exception
    trace = trace_of()
    degrees = np.diff(trace.ptr)
    expected = np.where(trace.adjacency, trace.dense("alpha", 2) - (1 / degrees)[:, None], 0)
    shown = decoded(figures(app)[0]["data"][0]["z"])
    np.testing.assert_allclose(np.nan_to_num(shown), expected, atol=1e-6)
    (drawn,) = multiples(app)
    on_arrows = np.frombuffer(drawn["panels"][0]["values"]["f32"], dtype="<f4")
    ends = drawn["edges"]["target"], drawn["edges"]["source"]
    np.testing.assert_allclose(on_arrows, expected[ends], atol=1e-6)


def test_gat_and_gatv2_stand_side_by_side() -> None:
    """Each panel holds the α of its own kind, the verdicts count its own scores."""
    app = open_section("kinds", "karate_club", compare_kinds_picture="matrix")
    graph = sample_graph("karate_club")
    expected = {}
    for kind in ("GAT", "GATv2"):
        settings = Settings(kind=kind)
        generator = new_generator(settings.seed)
        model = GAT(graph.num_features, settings.layers, self_loops=settings.self_loops, generator=generator)
        expected[kind] = model.eval().trace(graph).layers[0]
    shown = figures(app)
    for figure, (kind, trace) in zip(shown, expected.items(), strict=False):
        assert kind in figure["layout"]["title"]["text"]
        values = decoded(figure["data"][0]["z"])
        np.testing.assert_array_equal(values[trace.adjacency], trace.dense("alpha", 0)[trace.adjacency])
    static, dynamic = (static_attention(trace, graph) for trace in expected.values())
    assert f"GAT: Static here: all {static.target_pairs} pairs of targets rank alike" in words(app)
    assert f"GATv2: Dynamic here: {dynamic.agreeing[0]} of {dynamic.target_pairs} pairs of targets" in words(app)


def test_other_numbers_in_the_rule_change_the_verdicts() -> None:
    app = open_section("uniform")
    assert "<td>4 nodes</td><td>0 nodes</td><td>0 nodes</td>" not in words(app)
    app.number_input(key="compare_even_lead").set_value(4.0).run()
    assert not app.exception
    assert "It averages where no neighbour gets more than 4 times its even share" in words(app)
    assert words(app).count("<td>4 nodes</td><td>0 nodes</td><td>0 nodes</td>") == 4


def test_a_head_that_is_gone_is_forgotten() -> None:
    app = open_section("heads", compare_shown=3)
    assert "head 3" in multiples(app)[0]["title"]
    app.number_input(key="num_heads").set_value(2).run()
    assert not app.exception
    assert "every head" in multiples(app)[0]["title"]


def test_every_head_of_every_layer_stands_side_by_side() -> None:
    app = AppTest.from_function(stacked_page, default_timeout=60)
    app.session_state["compare_section"] = "layers"
    app.run()
    assert not app.exception
    across, _ = figures(app)
    (thumbnails,) = multiples(app)
    titles = [panel["title"] for panel in thumbnails["panels"]]
    assert titles == ["layer 0, head 0", "layer 0, head 1", "layer 1, head 0", "layer 1, head 1", "layer 1, head 2"]
    shown = np.nan_to_num(decoded(across["data"][0]["z"]))
    np.testing.assert_allclose(shown.sum(axis=1), 1, atol=1e-6)
    assert "Every row sums to 1." in words(app)


# ---- what if -------------------------------------------------------------------------------------------------


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def test_a_pin_shows_no_change_until_something_changes() -> None:
    app = press(open_section("what_if"), "pin_present")
    assert "Nothing changed: every α is as before." in words(app)
    assert figures(app) == []
    app.number_input(key="seed").set_value(3).run()
    assert not app.exception
    assert "Settings: seed 175 → 3." in words(app)
    trace, after = trace_of(), trace_of(seed=3)
    app.session_state["compare_change_head"] = 1
    app.run()
    matrix = next(f for f in figures(app) if "z" in f["data"][0])
    change = after.dense("alpha", 1).astype(float) - trace.dense("alpha", 1)
    np.testing.assert_allclose(np.nan_to_num(decoded(matrix["data"][0]["z"])), change, atol=1e-6)


def test_two_pins_are_compared_with_each_other_and_exchanged() -> None:
    app = press(open_section("what_if"), "pin_present")
    app.number_input(key="seed").set_value(3).run()
    press(app, "pin_present")
    assert app.button(key="pin_present").disabled
    app.number_input(key="seed").set_value(5).run()
    app.session_state["compare_before"], app.session_state["compare_after"] = "A", "B"
    app.run()
    assert "Settings: seed 175 → 3." in words(app)
    press(app, "swap_states")
    assert "Settings: seed 3 → 175." in words(app)
    press(app, "unpin_A")
    assert "Settings: seed 3 → 5." in words(app)
    press(app, "unpin_B")
    assert "Nothing is pinned yet. Pin the present as a baseline, " in words(app)


def test_fewer_heads_than_in_the_baseline_are_compared_number_by_number() -> None:
    app = press(open_section("what_if"), "pin_present")
    app.number_input(key="num_heads").set_value(2).run()
    assert not app.exception
    assert "There were 4 heads, now there are 2: the first 2 are compared" in words(app)


def test_an_output_that_moves_while_alpha_stays_is_drawn_alone() -> None:
    app = press(open_section("what_if"), "pin_present")
    app.slider(key="dropout").set_value(0.5).run()
    assert not app.exception
    assert "Every α that is compared is as before." in words(app)
    assert (
        "Dropout is on in at least one of the two: α is from before the dropping, the output from after it."
        in words(app)
    )
    assert [figure["layout"]["title"]["text"] for figure in figures(app)] == ["How far each node's output moved"]


def test_back_to_the_baseline() -> None:
    app = press(open_section("what_if"), "pin_present")
    app.selectbox(key="graph_choice").set_value("star").run()
    app.number_input(key="seed").set_value(3).run()
    app.number_input(key="num_heads").set_value(2).run()
    press(app, "reset_A")
    assert app.session_state["gatviz_session"].graph == sample_graph("tutorial")
    assert "Nothing changed: every α is as before." in words(app)
    assert app.number_input(key=key_in(app, "seed")).value == 175
    assert app.number_input(key=key_in(app, "num_heads")).value == 4


def test_stacks_are_compared_layer_by_layer_and_brought_back() -> None:
    app = open_section("what_if", "karate_club")
    app.number_input(key="num_layers").set_value(2).run()
    app.number_input(key="output_features_2").set_value(5).run()
    app.selectbox(key="kind").set_value("GATv2").run()
    press(app, "pin_present")
    before = app.session_state["gatviz_session"].settings
    app.number_input(key="output_features_2").set_value(4).run()
    app.checkbox(key="residual").set_value(True).run()
    assert not app.exception
    assert "features of the output 5 → 4" in words(app)
    assert "residual no → yes" in words(app)
    app.session_state["layer"] = 1
    app.run()
    app.number_input(key="num_layers").set_value(1).run()
    app.selectbox(key="kind").set_value("GAT").run()
    assert not app.exception
    assert "kind GATv2 → GAT" in words(app)
    press(app, "reset_A")
    assert app.session_state["gatviz_session"].settings == before
    assert "Nothing changed: every α is as before." in words(app)


def test_an_empty_graph_is_compared_with_its_baseline_too() -> None:
    app = press(open_section("what_if"), "pin_present")
    now = app.session_state["gatviz_session"]
    nothing = Graph(names=(), x=np.zeros((0, 2)), edge_index=np.zeros((2, 0), dtype=np.int64))
    work = replace(now.work, graph=nothing.with_positions(np.zeros((0, 2))))
    app.session_state["gatviz_session"] = replace(now, work=work)
    app.run()
    assert not app.exception
    assert "0 arrows new, 12 arrows gone." in words(app)
    assert figures(app)
    app.session_state["compare_section"] = "heads"
    app.run()
    assert not app.exception
    assert "This graph has no nodes yet. Draw some in Explore, or choose or open a graph in the sidebar." in words(app)


def lock_second_row() -> None:
    import numpy as np
    import streamlit as st

    from gatviz.ui.compare import flow
    from gatviz.ui.session import run_cache, session

    now = session.current()
    run = run_cache.run(now.graph, now.settings)
    order = np.argsort(-run.trace.alpha[:, 2])
    st.session_state["edge_table"] = {"selection": {"rows": [1]}}
    flow._lock(run.trace, order, 2)


def test_a_chosen_row_is_locked_on_the_stage() -> None:
    app = AppTest.from_function(lock_second_row, default_timeout=60).run()
    assert not app.exception
    trace = trace_of()
    source, target = trace.edge_index[:, np.argsort(-trace.alpha[:, 2])[1]]
    locked = app.session_state["gatviz_session"].locked
    assert (locked.target, locked.source, locked.weighting) == (target, source, "head-2")


def baseline_page() -> None:
    from dataclasses import replace

    import streamlit as st

    from gatviz.ui.session import pins, run_cache, session

    now = session.current()
    run = run_cache.run(now.graph, now.settings)
    if "asked" in st.session_state:
        changed = pins.since_baseline(now, run)
        st.session_state["change"] = None if changed is None else changed.on_present
    else:
        assert pins.since_baseline(now, run) is None
        pins.pin(replace(pins.present(now, run), slot="B"))
        st.session_state["asked"] = True


def test_the_stage_can_ask_for_the_change_since_the_baseline() -> None:
    app = AppTest.from_function(baseline_page, default_timeout=60).run()
    now = app.session_state["gatviz_session"]
    app.session_state["gatviz_session"] = replace(now, work=replace(now.work, settings=replace(now.settings, seed=3)))
    app.run()
    assert not app.exception
    change = app.session_state["change"]
    np.testing.assert_allclose(change, trace_of(seed=3).alpha.astype(float) - trace_of().alpha, atol=1e-6)


# ---- what is kept --------------------------------------------------------------------------------------------


def test_answers_are_kept_as_long_as_their_trace_and_never_mixed_up() -> None:
    adj = np.ones((2, 2))
    made: list[str] = []

    def ask(trace: LayerTrace, key: str) -> str:
        def make() -> str:
            made.append(key)
            return f"{key}{len(made)}"

        return cache.cached(trace, key, make)

    first, second = with_alpha(adj, uniform(adj)), with_alpha(adj, uniform(adj))
    assert ask(first, "a") == ask(first, "a") == "a1"
    assert ask(first, "b") == "b2"
    assert ask(second, "a") == "a3"
    held = len(cache._kept)
    del second
    assert len(cache._kept) == held - 1


# ---- what a person chose comes back ---------------------------------------------------------------------------

CHOSEN: dict[str, dict[str, Any]] = {
    "heads": {"compare_shown": 2, "compare_picture": "matrix", "compare_to_largest": True},
    "difference": {"compare_first": 3, "compare_second": "uniform"},
    "uniform": {"compare_even_lead": 2.0, "compare_chosen_part": 0.5, "compare_most_nodes": 0.75},
    "static": {"compare_static_head": 3},
    "flow": {"compare_flow_head": 1, "compare_top_of": "gcn", "compare_top_count": 10},
    "kinds": {"compare_kinds_head": 2, "compare_kinds_picture": "matrix"},
}


@pytest.mark.parametrize("section", CHOSEN)
def test_what_was_chosen_is_kept_with_the_session(section: str) -> None:
    app = open_section(section, **CHOSEN[section])
    content = kept.to_file(app.session_state["gatviz_session"])
    assert CHOSEN[section].items() <= kept.from_file(content, "kept").view.items()


@pytest.mark.parametrize("section", CHOSEN)
@pytest.mark.parametrize("wrong", [-7, 10**9, "no such", 1e300])
def test_a_kept_choice_that_is_not_offered_here_is_forgotten(section: str, wrong: Any) -> None:
    values = {
        key: wrong if type(value) is type(wrong) or {type(value), type(wrong)} == {int, str} else value
        for key, value in CHOSEN[section].items()
    }
    fitting = {key: value for key, value in values.items() if type(value) in keeping.VIEW[key]}
    app = open_section(section, **fitting)
    assert figures(app) or multiples(app)
