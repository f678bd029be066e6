"""Explain without a browser: all that can be chosen tells of one explanation, and long work stops and goes on."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gatviz import GAT, GatvizError, analysis, sample_graph
from gatviz.analysis import Explanation
from gatviz.analysis.explanation import explanation_story as story
from gatviz.analysis.explanation.contribution_story import contribution_lines, first_in, places_lines
from gatviz.analysis.explanation.edge_paths import edge_paths
from gatviz.analysis.explanation.explain import Inquiry
from gatviz.analysis.explanation.figures import agreement_number, arrow, chance, signed
from gatviz.analysis.sentence import text_of
from gatviz.ui.background import Background
from gatviz.ui.explain.job import Job
from gatviz.ui.explain.seeds_job import SEEDS, SeedsJob
from gatviz.ui.session import session
from gatviz.ui.session.steps import open_model
from tests.ui.walk import checked, do, key_in, run_app, state_of, trained_on_karate

NODE = 8


@cache
def trained() -> GAT:
    return trained_on_karate(epochs=30)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Explain, with the karate club's trained model, at a node with arrows two steps away."""
    monkeypatch.setattr("gatviz.ui.explain.job._MAX_NODES_OF_MEAN", 3)
    found = run_app()
    found.selectbox(key="graph_choice").set_value("karate_club").run()
    do(found, lambda: open_model("karate.pt", trained()), monkeypatch)
    found.segmented_control(key=key_in(found, "workspace")).set_value("explain").run()
    checked(found.selectbox(key=key_in(found, "explain_node")).set_value(NODE).run())
    return settled(found)


def settled(app: AppTest) -> AppTest:
    """Once all that works in the background is done."""
    for job in jobs(app):
        assert job._thread is not None
        job._thread.join(60)
    return checked(app.run())


def jobs(app: AppTest) -> list[Background]:
    kept = [app.session_state[key] for key in ("explain_jobs", "explain_seeds") if key in app.session_state]
    return [job for one in kept for job in one.values() if job.running or job.finished]


@cache
def explained() -> Explanation:
    return analysis.explain_node(trained(), sample_graph("karate_club"), NODE)


def words(app: AppTest) -> str:
    """All that stands on the page, without markup."""
    parts = [str(one.proto.body) for one in app.get("html")] + [one.value for one in (*app.caption, *app.info)]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", " ".join(parts))))


def said(app: AppTest, *lines: str) -> bool:
    there = words(app).replace(" ", "")
    return all(re.sub(r"\s+", "", line) in there for line in lines)


def toggle(app: AppTest, control: str) -> AppTest:
    return checked(app.toggle(key=key_in(app, control)).set_value(True).run())


def test_every_sentence_and_number_is_that_of_the_explanation(app: AppTest) -> None:
    found = explained()
    assert said(app, text_of(story.headline(found)), text_of(story.strongest(found)), *story.together_lines(found))
    for _k, row in found.strongest.head(8).iterrows():
        assert said(app, arrow(row), signed(row["removal"]), chance(row["p_without"]))
    agreed = found.overall.of("attention", 0)
    assert agreed is not None
    assert said(app, agreement_number(agreed["spearman"]), *(check.sentence[:30] for check in found.proofs))


def test_log_odds_and_both_ways_are_those_of_the_inquiry(app: AppTest) -> None:
    toggle(app, "explain_log_odds")
    toggle(app, "explain_both_ways")
    rows = explained().strongest.head(8)
    back = Inquiry(trained(), sample_graph("karate_club"), NODE).both_ways(rows.index.tolist())
    assert said(app, "log-odds of")
    for k in rows.index.tolist():
        change = back[k]
        assert said(app, "–" if change is None else signed(change[1]))


@pytest.mark.parametrize("shown", ["attention", "message_change", "rings"])
def test_each_picture_of_the_arrows_is_of_this_node(app: AppTest, shown: str) -> None:
    field = app.segmented_control(key=key_in(app, "explain_score"))
    checked(field.set_value(shown).run())
    assert len(app.get("plotly_chart")) == 1
    assert said(app, "The arrows that move the answer most")


def test_the_paths_of_an_arrow_are_followed_in_the_head_that_is_chosen(app: AppTest) -> None:
    found, trace = explained(), trained().trace(sample_graph("karate_club"))
    target, source = (found.strongest.iloc[1][end] for end in ("target", "source"))
    app.selectbox(key=key_in(app, "explain_path")).set_value((target, source)).run()
    for head in (-1, 2):
        checked(app.selectbox(key=key_in(app, "explain_path_head_0")).set_value(head).run())
        paths = edge_paths(trace, NODE, target, source, heads=[None if head < 0 else head, None])
        assert said(app, *story.path_lines(found, paths), *(f"{path.product:.4f}" for path in paths.paths))
        assert said(app, "All else on this page stays with the mean of all heads.") == (head >= 0)


def test_the_strongest_arrow_is_shown_on_the_graph_and_its_node_explained_again(app: AppTest) -> None:
    checked(app.button(key="explain_show").click().run())
    first = explained().strongest.iloc[0]
    names = sample_graph("karate_club").names
    now = state_of(app)
    assert isinstance(now.locked, session.Locked)
    assert (names[now.locked.target], names[now.locked.source or 0]) == (first["target"], first["source"])
    assert app.session_state[key_in(app, "workspace")] == "explore"
    checked(app.button(key="explain_locked").click().run())
    assert app.session_state[key_in(app, "workspace")] == "explain"
    assert app.selectbox(key=key_in(app, "explain_node")).value == now.locked.target


def in_few_epochs(app: AppTest) -> None:
    app.number_input(key="explain_epochs").set_value(3).run()


def seeds_of(app: AppTest) -> SeedsJob:
    (found,) = app.session_state["explain_seeds"].values()
    assert isinstance(found, SeedsJob)
    return found


def test_other_seeds_are_trained_told_and_kept(app: AppTest) -> None:
    in_few_epochs(app)
    checked(app.button(key="explain_train").click().run())
    settled(app)
    job = seeds_of(app)
    assert job.finished
    assert job.found is not None
    assert job.places is not None
    assert len(job.found.models) == SEEDS
    assert (job.way.schedule.epochs, job.way.likewise) == (3, False)
    assert said(app, *contribution_lines(job.found), first_in(job.places))
    assert said(app, *places_lines(job.places, job.edge_name, explained().predicted), "Trained here: 3 epochs")
    for name in ("removal", "message", "attention"):
        counts = np.bincount(np.minimum(job.places[name].to_numpy(dtype=int), 6), minlength=7)[1:]
        assert said(app, "".join("●" * int(n) for n in counts))


def test_what_works_on_is_stopped_and_goes_on_where_it_was(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    in_few_epochs(app)
    stopped_after = 2
    told = SeedsJob._told

    def told_until(job: SeedsJob, done: int, total: int) -> None:
        told(job, done, total)
        if done == stopped_after and job.found is None:
            job.stop()

    monkeypatch.setattr(SeedsJob, "_told", told_until)
    checked(app.button(key="explain_train").click().run())
    thread = seeds_of(app)._thread
    assert thread is not None
    thread.join(60)
    checked(app.run())
    assert said(app, f"Stopped: {stopped_after} of {SEEDS} seeds trained")
    checked(app.button(key="explain_seeds_go_on").click().run())
    settled(app)
    assert seeds_of(app).finished


def test_what_came_to_grief_in_the_background_is_one_sentence(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **_more: Any) -> None:
        raise GatvizError("the answer", "a number", "none", "try another node")

    monkeypatch.setattr(Inquiry, "measure", refused)
    checked(app.selectbox(key=key_in(app, "explain_node")).set_value(NODE + 1).run())
    for _run in range(2):
        settled(app)
    assert any("try another node" in one.value for one in app.info)


def test_without_labels_it_is_said_why_no_seeds_can_be_trained() -> None:
    app = run_app()
    checked(app.segmented_control(key="workspace").set_value("explain").run())
    assert said(app, "To train other seeds the graph needs labels of two classes or more")
    assert not [one for one in app.button if one.key == "explain_train"]


def test_an_explanation_that_nobody_looks_at_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatviz.ui.background._UNSEEN", -1.0)
    job = Job(trained(), sample_graph("karate_club"), NODE)
    assert job._thread is not None
    job._thread.join(30)
    assert job.stopped
    assert isinstance(job.explanation().strongest, pd.DataFrame)
