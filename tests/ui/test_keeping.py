"""What the keeper on the page wants is granted once, or told in one sentence; other work takes no place away."""

from __future__ import annotations

import base64
import gc
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gatviz import Graph, sample_graph
from gatviz.ui.session import control_values, keeping, kept, session
from gatviz.ui.session.steps import show_graph, take_settings
from tests.files.fuzz import check_sentence


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The page's state: what is kept there is what a run has."""
    state: dict[str, Any] = {}
    shared = SimpleNamespace(session_state=state)
    monkeypatch.setattr(session, "st", shared)
    monkeypatch.setattr(keeping, "st", shared)
    monkeypatch.setattr(control_values, "st", shared)
    monkeypatch.setattr(keeping, "_mounted", lambda _mount: None)  # the fragment, which needs a page
    keeping.keep(lambda _told, _hear: None)
    return state


def told() -> Any:
    keeping.keep(lambda _told, _hear: None)
    return keeping._told()


def want(what: str, content: str = "", count: int | None = None, before: str = "") -> Any:
    count = told().heard + 1 if count is None else count
    keeping._hear({"count": count, "what": what, "number": 0, "content": content, "before": before})
    return told()


def change() -> None:
    take_settings(replace(session.current().settings, seed=session.current().settings.seed + 1))


def test_what_nobody_has_touched_is_not_worth_keeping_and_every_change_is() -> None:
    assert (told().number, told().worth_keeping) == (0, False)
    change()
    assert (told().number, told().worth_keeping) == (1, True)
    assert told().number == 1
    session.undo()
    assert (told().number, told().worth_keeping) == (2, True)
    session.update(weighting="head-2")
    assert told().number == 3


def test_the_bytes_come_when_they_are_asked_for_and_are_the_session() -> None:
    change()
    assert told().content == ""
    answer = want("pack")
    assert answer.packed == answer.number
    again = kept.from_file(base64.b64decode(answer.content), "kept")
    assert again.settings == session.current().settings
    assert want("undo").content == ""  # once


def test_a_wish_that_is_sent_again_is_granted_once() -> None:
    change()
    change()
    want("undo", count=5)
    want("undo", count=5)
    want("undo", count=4)
    assert session.current().history.undo_name == "seed 175 → 176"
    assert told().heard == 5


def test_what_was_kept_comes_back_as_the_same_session(page: dict[str, Any]) -> None:
    change()
    page["workspace"], page["layer"] = "compare", 0
    content, before = want("pack").content, session.current()
    page.clear()
    answer = want("kept", content)
    now = session.current()
    assert (now.identity, now.settings, now.history.undo_name) == (before.identity, before.settings, "seed 175 → 176")
    assert (page["workspace"], page["layer"]) == ("compare", 0)
    assert (answer.place, answer.number, answer.refused) == (0, 0, "")


def test_what_was_done_since_it_was_kept_comes_back_while_the_server_has_the_page(page: dict[str, Any]) -> None:
    change()
    content = want("pack").content
    change()
    page["workspace"] = "train"
    keeping.take_view()  # as a run that the page's end cuts off has it
    left, before = dict(page), session.current()
    page.clear()
    answer = want("kept", content, before=left["gatviz_keeping"].server)
    now = session.current()
    assert (now.work, now.history, now.identity) == (before.work, before.history, before.identity)
    assert (page["workspace"], answer.worth_keeping) == ("train", True)


def test_a_page_in_which_nothing_was_done_comes_over_nothing(page: dict[str, Any]) -> None:
    server, left = told().server, dict(page)
    page.clear()
    told()
    change()
    want("kept", "", before=server)
    assert session.current().history.undo_name == "seed 175 → 176"
    assert left


def test_a_page_that_the_server_has_forgotten_gives_what_was_kept_or_nothing(page: dict[str, Any]) -> None:
    change()
    content, before = want("pack").content, session.current()
    server = told().server
    change()
    page.clear()
    gc.collect()
    assert (want("kept", "", before=server).worth_keeping, told().refused) == (False, "")
    want("kept", content, before=server)
    assert session.current().work == before.work


def test_what_a_link_brought_is_worth_keeping_also_for_the_page_after_it(page: dict[str, Any]) -> None:
    link = keeping.link().removeprefix("#g=")
    server = want("link", link).server
    left = dict(page)
    page.clear()
    assert want("kept", "", before=server).worth_keeping
    assert left


@pytest.mark.parametrize("what", ["link", "afresh", "file"])
def test_other_work_takes_a_place_of_its_own(what: str) -> None:
    change()
    link, data, before = keeping.link().removeprefix("#g="), kept.to_file(session.current()), session.current()
    change()
    if what == "file":
        keeping.open_file(data, "work.gatviz")
    else:
        want(what, link if what == "link" else "")
    assert told().place == 1
    assert told().worth_keeping == (what != "afresh")
    now = session.current()
    assert now.identity != before.identity
    assert now.edits_taken == 0
    assert now.settings.seed == (175 if what == "afresh" else 176)
    assert now.history.undo_name == ("seed 175 → 176" if what == "file" else "")


@pytest.mark.parametrize("what", ["kept", "other", "link"])
@pytest.mark.parametrize("content", ["", "x", "AAAA", "é", base64.b64encode(b"PK\x03\x04 and no more").decode()])
def test_what_cannot_be_opened_is_told_and_changes_nothing(what: str, content: str) -> None:
    change()
    before = session.current()
    answer = want(what, content)
    check_sentence(answer.refused)
    assert (session.current().work, answer.place) == (before.work, 0)
    assert want("pack").refused == ""


@pytest.mark.parametrize(
    "message", [None, 5, {}, {"count": "1", "what": "undo"}, {"count": 1, "what": "run"}, {"count": 1, "what": None}]
)
def test_messages_that_are_no_wishes_are_ignored(message: object) -> None:
    change()
    before = session.current()
    keeping._hear(message)
    assert session.current() == before
    assert told().heard == 0


@pytest.mark.parametrize(
    "view", [{"workspace": 5, "layer": "1"}, {"layer": True, "seed": 9, "gatviz_session": "x"}, {"layer": 10**30}]
)
def test_a_kept_view_sets_only_what_says_where_a_person_looks(page: dict[str, Any], view: Any) -> None:
    content = base64.b64encode(kept.to_file(replace(session.current(), view=view))).decode()
    want("kept", content)
    assert set(page) <= {
        *keeping.VIEW,
        "gatviz_session",
        "gatviz_latest",
        "gatviz_keeping",
        "gatviz_keeping_new_run",
    }
    assert isinstance(page["gatviz_session"], session.Session)
    for key, kinds in keeping.VIEW.items():
        assert type(page.get(key)) in (*kinds, type(None))


def test_what_is_too_large_says_so_and_offers_the_file() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((keeping.MAX_KEPT // 800 + 2000, 100))
    large = Graph(tuple(map(str, range(len(x)))), x, np.zeros((2, 0), dtype=int))
    session.change(replace(session.current().work, graph=large.with_positions(x[:, :2])), "large")
    answer = want("pack")
    assert answer.packed is None or not answer.content
    assert "at most 8 MB" in answer.refused
    assert "save it as a file" in answer.refused
    with pytest.raises(ValueError, match=r"at most 16,000 characters.*save it as a file"):
        keeping.link()


def test_every_sample_fits_into_a_link() -> None:
    for name in ("tutorial", "karate_club", "star", "two_communities"):
        show_graph(sample_graph(name), name, own=False)
        assert len(keeping.link()) < keeping.MAX_LINK
        assert kept.from_link(keeping.link().removeprefix("#g="), "the link").graph == session.current().graph
