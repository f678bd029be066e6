"""Every word that the page says goes through gatviz.words: walked in a language whose messages are marked."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch_geometric.nn import GATConv

from gatviz import words
from gatviz.attention.activations import ACTIVATIONS
from gatviz.files import sample_graph, sample_graph_names
from gatviz.graph.generators import GENERATORS
from gatviz.ui.graph_files.choice import _first_sentence
from tests.stage.arrived import scene
from tests.ui.pseudo import LANGUAGE, spoken, unsaid
from tests.ui.test_words import graph
from tests.ui.walk import APP, checked, sent, views

NO_WORDS = re.compile(
    r"\.(id|icon|type|value|default|config|columns|form_id|deferred_file_id|component_name|url|mime|language|color"
    r"|js_source_path|css_source_path|file_urls_json|block_height)$"
)
"""Fields that nobody reads."""
QUIET = {
    "name",
    "weightingAtStart",
    "kind",
    "kept",
    "half",
    "latex",
    "mathml",
    "openAtStart",
    "palettes",
    "rows",
    "colour",
}
QUIET |= {"stage", "shares", "outSymbol", "weighting", "zone"} | {
    "session",
    "layout",
    "formula",
    "plain",
    "symbol",
    "key",
    "panel",
    "revision",
    "description",
    "parameters",
}
QUIET |= {"server", "content", "workTitle", "graphTitle", "card", "ink"}
"""What the stage is told and does not show as words: keys, colours, formulas, symbols, a file's own text."""
DRAWN = ("text", "name", "hovertemplate", "customdata", "ticktext")
"""What plotly shows as words."""
NAMES = {"GAT", "GATv2", "PyG", "SVG", "PNG", "JSON", "a_source", "a_target", "age_years", "gatviz", "torch (.pt)"}
NAMES |= {"mine", "source,target", "id,label,f0,f1"} | {"relu", "elu", "tanh", "sigmoid", "leaky relu", "gelu", "selu"}
NAMES |= {"safetensors", "one.pt", ":primary-badge[A]", "Les Misérables", "Wh_target", "Wh_source", "Wf_edge", "hidden"}
"""What is called the same in every language: names, files, activations, fields."""
NAMES |= {name.replace("_", " ").capitalize() for name in sample_graph_names()} | {*ACTIVATIONS}
NAMES |= {html.escape(_first_sentence(sample_graph(name).description)).rstrip(".") for name in sample_graph_names()}
RECIPE = re.compile(r"^[\w.+ ]+( > [\w.+ ()]+)*$")
"""What a model is called step by step, in every language."""
COLUMNS = {
    (field, name)
    for field in ("Selectbox.options", "Option.content")
    for name in ("source", "target", "weight", "id", "label", "split", "pos_x", "pos_y")
}
"""Columns of the examples, offered as they are called."""

_WORD = re.compile(r"[^\W\d_]{2,}")


def parts(field: str, text: str) -> Iterator[tuple[str, str]]:
    """A string that is sent as it is, or all texts within it where they travel together, by what they are called."""
    if field == "BidiComponent.data":
        yield from within(without(json.loads(text), QUIET), field)
    elif field == "PlotlyChart.spec":
        yield from ((name, told) for name, told in within(json.loads(text), field) if name in DRAWN)
    else:
        yield field, text


def without(value: Any, keys: Collection[str]) -> Any:
    """The same without what stands under these keys, at any depth."""
    if isinstance(value, dict):
        return {key: without(inside, keys) for key, inside in value.items() if key not in keys}
    return [without(inside, keys) for inside in value] if isinstance(value, list) else value


def within(value: object, name: str) -> Iterator[tuple[str, str]]:
    """All texts in lists and dicts, each with the key under which it stands."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from within(inside, key)
    elif isinstance(value, list):
        if value and all(isinstance(inside, dict) and "text" in inside for inside in value):
            yield "text", "".join(inside["text"] for inside in value)  # a sentence in pieces is one message
            value = [without(inside, ["text"]) for inside in value]
        for inside in value:
            yield from within(inside, name)


def bypassing(app: AppTest) -> Iterator[tuple[str, str]]:
    """Words on the page that stand in no message."""
    for field, text in (part for one in sent(app) for part in parts(*one)):
        if NO_WORDS.search(field) or text.startswith(("<style>", "$$")):  # a formula has no words
            continue
        if field.startswith("Code.") and RECIPE.match(text):
            continue
        for line in text.splitlines():
            left = re.sub(r"<[^>]*>|%?\{[^}]*\}|·", " ", unsaid(line)).replace("\\", "").strip()
            if (
                _WORD.search(left) and left.rstrip(".") not in NAMES and not line.startswith("- ")
            ):  # a list is a file's account
                yield field, line


def of_page(app: AppTest) -> list[tuple[str, str]]:
    assert not app.exception
    return list(bypassing(app))


@pytest.fixture(scope="module", autouse=True)
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with spoken(tmp_path_factory.mktemp("locales")):
        yield


def test_every_view_says_its_words_in_the_language_that_is_spoken() -> None:
    for name, app in views(graph()):
        assert of_page(app) == [], name


def test_what_the_page_tells_the_stage_is_said_too() -> None:
    sent_to_it = scene(checked(AppTest.from_file(APP, default_timeout=60).run()))
    titles = [one["title"] for one in sent_to_it["weightings"]]
    assert all(unsaid(title).strip() == "" for title in [*titles, sent_to_it["whoseWeights"]]), titles


def test_the_dialog_that_opens_a_graph_says_its_words() -> None:
    app = checked(AppTest.from_file(APP, default_timeout=60).run())
    app.button(key="open_graph").click().run()
    assert of_page(app) == []
    app.segmented_control(key="open_way").set_value("generate").run()
    for kind in (*GENERATORS, "karate_club"):
        assert of_page(app.selectbox(key="open_kind").set_value(kind).run()) == [], kind
    app.segmented_control(key="open_way").set_value("text").run()
    assert of_page(app) == []
    for example in ("edge_list", "json", "matrix"):
        left = of_page(app.button(key=f"open_example_{example}").click().run())
        assert [one for one in left if one not in COLUMNS] == [], example
    told = [one.value for one in app.markdown if one.value.startswith("**⟦")]
    assert len(told) >= 3, "the preview is there"


def test_the_dialog_that_opens_weights_says_its_words() -> None:
    content = io.BytesIO()
    torch.save(GATConv(2, 3, heads=2).state_dict(), content)
    app = checked(AppTest.from_file(APP, default_timeout=60).run())
    app.button(key="open_weights").click().run()
    assert of_page(app) == []
    uploader = next(one for one in app.file_uploader if (one.key or "").startswith("weights_file"))
    uploader.set_value(("one.pt", content.getvalue(), "application/octet-stream")).run()
    reasons = {one.value for one in app.caption if "⟦" not in one.value}  # the file's own account
    assert [(field, line) for field, line in of_page(app) if line not in reasons] == []
    app.button(key="weights_show").click().run()
    app.run()
    assert of_page(app) == []


def test_what_is_refused_is_said_too() -> None:
    app = AppTest.from_function(refused, default_timeout=60).run()
    problem = app.session_state["problem"]
    assert problem.count("⟦") >= 3, problem


def refused() -> None:
    import streamlit as st

    from gatviz.ui.session import from_browser, session
    from tests.ui.drawn import message

    from_browser.take_edits(message(session.current(), {"kind": "rename", "name": 3, "to": "x"}))
    st.session_state["problem"] = session.current().refused


def test_two_people_hear_two_languages_from_one_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept with words in it is kept for each language."""
    from gatviz.ui import page

    for language in (words.ENGLISH, LANGUAGE, words.ENGLISH):
        monkeypatch.setattr(page, "_language", lambda spoken=language: spoken)
        for workspace in ("explore", "compare", "explain"):
            app = AppTest.from_file(APP, default_timeout=60)
            app.session_state["workspace"] = workspace
            said = any("⟦" in text for _field, text in sent(checked(app.run())))
            assert said == (language == LANGUAGE), (language, workspace)
