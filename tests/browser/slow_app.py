"""The app on a machine that takes a second for every run of the model."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from gatviz import GAT, Graph
from gatviz.model.trace import Trace
from gatviz.ui.page import page
from gatviz.ui.session import run_cache

SECONDS = 1.0


@cache
def slow_down() -> None:
    fast = run_cache._timed

    def timed(model: GAT, graph: Graph, generator: Any) -> tuple[Trace, float]:
        time.sleep(SECONDS)
        return fast(model, graph, generator)

    run_cache._timed = timed


slow_down()
page()
