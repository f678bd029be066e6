"""The run behind the screen: on another device than the CPU it is compared with the CPU's."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from gatviz import sample_graph
from gatviz.errors import GatvizError
from gatviz.ui.background import Background
from gatviz.ui.process import send_at_once
from gatviz.ui.session import run_cache
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.work import Work
from gatviz.ui.train.worker import Worker

APP = Path(__file__).parents[2] / "app.py"


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_run_on_another_device_is_proved_against_the_cpu(dropout: float) -> None:
    """To torch "cpu:0" is a device of its own name, so the way through it is the same."""
    graph = sample_graph("star")
    run = run_cache.run(graph, Settings(device="cpu:0", num_layers=2, dropout=dropout)).of_layer(1)
    check = run_cache.checks(run, pyg=False)[-1]
    assert (check.name, check.passed, check.figure) == ("device", True, 0)
    assert "ms on cpu:0" in check.sentence
    usual = run_cache.run(graph, Settings(num_layers=2, dropout=dropout)).of_layer(1)
    np.testing.assert_array_equal(run.trace.out, usual.trace.out)
    assert [check.name for check in run_cache.checks(usual, pyg=False)] == ["row sums", "textbook"]


def test_a_device_that_cannot_run_the_model_is_told_in_a_sentence() -> None:
    with pytest.raises(GatvizError, match=r"device vulkan: expected a device that can run this model.*choose cpu"):
        run_cache.run(sample_graph("star"), Settings(device="vulkan"))


def test_a_run_leaves_torchs_threads_as_they_are_and_the_page_sets_them() -> None:
    """The number is the whole process's: two runs that overlap must not hand each other's on."""
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        run_cache.run(sample_graph("star"), Settings(seed=99))
        assert torch.get_num_threads() == 2
        AppTest.from_file(str(APP), default_timeout=60).run()
        with ThreadPoolExecutor(1) as other_session:
            assert other_session.submit(torch.get_num_threads).result() == 1
    finally:
        torch.set_num_threads(before)
    here = Path(__file__).parents[2] / "gatviz"
    setting = [path.name for path in here.rglob("*.py") if "set_num_threads" in path.read_text(encoding="utf-8")]
    assert setting == ["layers.py"]


def test_each_thread_that_computes_takes_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch tells a new thread its number with the first work that it shares out, and products before that take all."""
    told: set[int] = set()
    computing: dict[str, bool] = {}

    def compute(name: str) -> None:
        computing[name] = threading.get_ident() in told
        told.clear()  # the next thread may have this one's number

    class Explaining(Background):
        def _work(self) -> None:
            compute("explain")

    def train() -> bool:
        compute("train")
        return False

    def counted(work: Work) -> Run:
        compute("page")
        return run(work)

    run = Work.run
    monkeypatch.setattr(Work, "run", counted)
    monkeypatch.setattr(torch, "set_num_threads", lambda _: told.add(threading.get_ident()))
    AppTest.from_file(str(APP), default_timeout=60).run()
    training = Worker(train, "nobody")
    training.start()
    assert training.wait(10)
    explaining = Explaining()
    explaining.resume()
    assert explaining._thread
    explaining._thread.join(10)
    assert computing == {"page": True, "train": True, "explain": True}


def test_what_the_server_writes_leaves_at_once_on_each_connection() -> None:
    """On those that are there already, and on those that come: they are as the listening socket is."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        before = socket.create_connection(listening.getsockname())
        early = listening.accept()[0]
        assert not early.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        send_at_once()
        after = socket.create_connection(listening.getsockname())
        late = listening.accept()[0]
        with before, early, after, late:
            for one in (listening, early, late):
                assert one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
