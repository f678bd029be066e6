"""Every view of the page, one after the other, through Streamlit's test driver; and all strings that a view sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
import torch
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from gatviz import GAT, read_graph, sample_graph
from gatviz.graph.positions import default_positions
from gatviz.training.fit import fit
from gatviz.ui.compare.compare import Key
from gatviz.ui.session.session import FIRST_LOCK, Session
from gatviz.ui.session.work import Work
from tests.stage.arrived import text_of

APP = str(Path(__file__).parents[2] / "app.py")


class Sent(NamedTuple):
    """A string that the page sends to the browser, and the field of Streamlit's message that it stands in."""

    field: str
    text: str


def page_of(graph: dict[str, Any], origin: str = "mine", **session: Any) -> AppTest:
    """The page with an own graph."""
    app = checked(AppTest.from_file(APP, default_timeout=60).run())
    read = read_graph(json.dumps(graph).encode())
    now = app.session_state["gatviz_session"]
    work = Work(read.with_positions(default_positions(read)), origin, own=True, view=now.work.view + 1)
    app.session_state["gatviz_session"] = replace(now, work=work, locked=FIRST_LOCK)
    for key, value in session.items():
        app.session_state[key] = value
    return checked(app.run())


def key_in(app: AppTest, control: str) -> str:
    """The key under which the page draws a control now."""
    every = "gatviz_control_turns"
    turns: dict[str, int] = app.session_state[every] if every in app.session_state else {}  # noqa: SIM401 - has no get
    return f"{control}-{turns[control]}" if control in turns else control


def checked(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def run_app() -> AppTest:
    """The page as it is at first."""
    return checked(AppTest.from_file(APP, default_timeout=60).run())


def state_of(app: AppTest) -> Session:
    """The session that the page shows."""
    found: Session = app.session_state["gatviz_session"]
    return found


class Held(MutableMapping[str, Any]):
    """What the page of an app remembers, for callbacks that are called here.

    What a control shows can be forgotten, but the browser tells it again.
    """

    def __init__(self, app: AppTest) -> None:
        self._state = app.session_state
        self._controls = {getattr(one, "key", None) for one in app._tree}

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._state[key] = value

    def __delitem__(self, key: str) -> None:
        if key not in self._controls:
            del self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._state.filtered_state)

    def __len__(self) -> int:
        return len(self._state.filtered_state)


def do(app: AppTest, step: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A step as a callback takes it, in the app's own session, and the run after it."""
    with monkeypatch.context() as patch:
        patch.setattr("streamlit.session_state", Held(app))
        step()
    checked(app.run())


def views(graph: dict[str, Any], origin: str = "mine") -> Iterator[tuple[str, AppTest]]:
    """Explore, both panels, every section of Compare, and Explain, with one layer and with two; each with its name."""
    app = page_of(graph, origin)
    yield "Explore", app
    for panel in ("table", "weights"):
        app.session_state["gatviz_session"] = replace(app.session_state["gatviz_session"], panel=panel)
        yield panel, checked(app.run())
    for count in (1, 2):
        app = page_of(graph, origin, workspace="compare", num_layers=count)
        offered = list(app.segmented_control(key="compare_section").proto.options)
        for place in range(len(offered)):
            field = app.segmented_control(key="compare_section")
            section = field.options[place]
            yield f"{section}, {count}", checked(field.set_value(_key_of(field, section)).run())
        yield f"Explain, {count}", page_of(graph, origin, workspace="explain", num_layers=count)
        app.button(key="pin_present").click().run()
        app.number_input(key="seed").set_value(9).run()
        yield f"a change, {count}", checked(app)


def _key_of(field: Any, title: str) -> str:
    for key in get_args(Key):
        with suppress(KeyError):  # it is not offered
            if field.format_func(key) == title:
                return str(key)
    raise AssertionError(title)


def sent(app: AppTest) -> list[Sent]:
    """All strings of all elements and containers on the page."""
    return [one for root in app._tree.children.values() for one in _of_block(root)]


def _of_block(block: Any) -> Iterator[Sent]:
    if block.proto is not None:
        yield from _strings(block.proto)
    for child in block.children.values() if isinstance(block, Block) else ():
        yield from _of_block(child)


def _strings(message: Any) -> Iterator[Sent]:
    for field, value in message.ListFields():
        if field.type == field.TYPE_STRING:
            for text in [value] if isinstance(value, str) else value:
                yield Sent(f"{message.DESCRIPTOR.name}.{field.name}", text)
        elif (message.DESCRIPTOR.name, field.name) == ("BidiComponent", "bytes"):
            yield Sent("BidiComponent.data", text_of(value))
        elif field.type == field.TYPE_MESSAGE and not field.message_type.GetOptions().map_entry:
            for one in [value] if hasattr(value, "ListFields") else value:
                yield from _strings(one)


def trained_on_karate(epochs: int) -> GAT:
    """The karate club's model after so many epochs, with three labelled members of each side."""
    graph = sample_graph("karate_club")
    generator = torch.Generator().manual_seed(0)
    model = GAT.of_paper(graph.num_features, 2, num_heads=4, head_features=4, generator=generator)
    made: GAT = fit(graph, model, labelled=[0, 33, 1, 32, 2, 30], epochs=epochs, lr=0.03).model
    return made


def with_open(app: AppTest, popover: str) -> AppTest:
    """The next run, with a menu open whose content is drawn only then: AppTest does not keep it open."""
    app.session_state[popover] = True
    return checked(app.run())
