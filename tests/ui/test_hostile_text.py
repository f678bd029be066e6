"""Text of users is only text in every view: it neither acts nor shows how it was kept from it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gatviz.ui.escape import escape
from tests.ui.walk import Sent, checked, page_of, sent, views

TEETH = (
    "![evil](http://evil.invalid/a.png)",
    "<img src=http://evil.invalid/b.png onerror=evil>",
    "[evil](http://evil.invalid)",
    ":red[evil]",
    "$evil$",
    "**evil**",
    "`evil`",
    "http://evil.invalid/c",
    "www.evil.invalid",
    "me@evil.invalid",
    ":evil:",
    ":material/evil:",
    "evil -> %{y}",
    "evil_under_score",
)
AS_IT_IS = (
    *("BidiComponent.data", "PlotlyChart.alt", "Dataframe.columns"),
    *("Selectbox.options", "Selectbox.raw_value", "MultiSelect.options", "MultiSelect.raw_values"),
    *("TextInput.value", "TextInput.default", "TextArea.value", "TextArea.default"),
)
"""Fields that Streamlit shows as they are, or that hold data of our own component, which makes text nodes of it."""


def hostile() -> dict[str, Any]:
    nodes = [
        {"id": tooth, "features": [1.0 * k, 1.0, -1.0], "label": TEETH[(k + 1) % len(TEETH)]}
        for k, tooth in enumerate(TEETH)
    ]
    edges = [
        {"source": TEETH[k], "target": TEETH[(k * 5 + step) % len(TEETH)], TEETH[step]: TEETH[k]}
        for k in range(len(TEETH))
        for step in (1, 2, 3)
    ]
    return {
        "directed": True,
        "feature_names": [*TEETH[:2], "evil_under_score"],
        "nodes": nodes,
        "edges": edges,
        "description": " ".join(TEETH),
    }


OWN = {"p", "div", "span", "h1", "h2", "h3", "b", "i", "style", "ul", "li"}
OWN |= {"table", "thead", "tbody", "tr", "th", "td"}
"""The tags that the page itself writes."""


def assert_only_text(app: AppTest, where: str) -> None:
    for field, text in sent(app):
        if field.endswith((".id", ".form_id")):
            continue
        if field == "Html.body":
            assert tags_of(text) <= OWN, (where, text)
        elif field == "PlotlyChart.spec":
            for one in strings_in(json.loads(text)):
                assert not tags_of(one) & {"img", "a"}, (where, one)
            for one in templates_in(json.loads(text)):
                assert "evil" not in one, f"{where}: a user's text in a template of plotly's: {one}"
        elif field in AS_IT_IS:
            assert r"evil\_under" not in text, f"{where}, {field}: the marks of its escape can be seen in {text}"
        else:
            assert_inert(text, f"{where}, {field}")


def assert_inert(markdown: str, where: str) -> None:
    """Neither Markdown nor what Streamlit looks for in the text that is left over."""
    for tooth in TEETH:
        assert tooth not in markdown, f"{where}: {markdown}"
    left_over = markdown.replace("\\", "")
    for shape in ("p://evil", "www.evil", "me@evil", ":evil", ":material/evil", "->"):
        assert shape not in left_over, f"{where}: {shape} in {markdown}"


def tags_of(text: str) -> set[str]:
    found: set[str] = set()

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
            found.add(tag)

    Tags().feed(text)
    return found


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings_in(one)


def templates_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key in ("hovertemplate", "texttemplate"):
                yield from strings_in(one)
            else:
                yield from templates_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from templates_in(one)


def test_in_every_view_names_labels_features_and_descriptions_are_only_text() -> None:
    seen = []
    for name, app in views(hostile(), origin=TEETH[0]):
        assert_only_text(app, name)
        seen.append(name)
    assert len(seen) > 15


@pytest.mark.parametrize("wish", TEETH)
def test_what_is_typed_to_find_a_node_is_only_text(wish: str) -> None:
    nodes = [{"id": f"n{k}", "features": [1.0]} for k in range(230)]
    app = page_of({"nodes": nodes, "edges": [[f"n{k}", f"n{k + 1}"] for k in range(229)]})
    checked(app.text_input(key="part_node").set_value(wish).run())
    assert app.info, "nothing is said about a name that no node has"
    assert_only_text(app, "Show the neighbourhood of a node")


@pytest.mark.parametrize("where", ["keys", "name of the file"])
def test_keys_and_names_of_weights_files_are_only_text(where: str) -> None:
    keys = [f"{tooth}.weight" for tooth in TEETH] if where == "keys" else ["lin.weight"]
    stream = io.BytesIO()
    torch.save({key: torch.zeros(2, 2) for key in keys}, stream)
    app = page_of(hostile())
    app.button(key="open_weights").click().run()
    uploader = next(one for one in app.file_uploader if one.label == "A torch file (.pt, .pth) or safetensors")
    checked(uploader.set_value((f"{TEETH[7]} {TEETH[0]}.pt", stream.getvalue(), "application/octet-stream")).run())
    assert app.warning or app.error
    assert_only_text(app, where)


def test_columns_and_words_of_an_opened_file_are_only_text() -> None:
    columns = ",".join(["id", *(f'"{tooth}"' for tooth in TEETH)])
    rows = "\n".join(f'n{k},{",".join(["1"] * (len(TEETH) - 1))},"{TEETH[k]}"' for k in range(len(TEETH)))
    app = page_of(hostile())
    app.button(key="open_graph").click().run()
    files = [
        (f"{TEETH[0]}.csv", b"source,target\nn0,n1\nn1,n2", "text/csv"),
        (f"{TEETH[7]}.csv", f"{columns}\n{rows}".encode(), "text/csv"),
    ]
    checked(app.file_uploader[0].set_value(files).run())
    assert_only_text(app, "the preview")


@given(st.text(max_size=60))
def test_the_escape_leaves_what_people_see_as_it_was(text: str) -> None:
    """Markdown takes a backslash before a mark away again; the joiner has no width."""
    shown = escape(text).replace("\u2060", "")
    marks, letters = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", []
    at = 0
    while at < len(shown):
        if shown[at] == "\\" and at + 1 < len(shown) and shown[at + 1] in marks:
            at += 1
        else:
            assert shown[at] not in marks, "a mark stands unescaped"
        letters.append(shown[at])
        at += 1
    spaced = " ".join(text.replace("\u2060", "").split()) if text.split() else ""
    assert " ".join("".join(letters).split()) == spaced


@pytest.mark.parametrize("tooth", TEETH)
def test_the_escape_takes_every_tooth(tooth: str) -> None:
    assert_inert(escape(f"before {tooth} after"), "plain")


def test_the_walk_sees_all_that_is_sent() -> None:
    """A guard of the guard: a hostile caption would be found."""
    with pytest.raises(AssertionError):
        assert_inert(Sent("Markdown.body", TEETH[0]).text, "here")
