"""The app on a machine that takes a second for every run of the model."""

from __future__ import annotations

import time
from typing import Any

from gatviz.model.gat import GAT
from gatviz.model.trace import Trace
from gatviz.ui.start import start

SECONDS = 1.0


def slow_trace(model: GAT, *given: Any, **more: Any) -> Trace:
    time.sleep(SECONDS)
    return trace(model, *given, **more)


if GAT.trace.__name__ != slow_trace.__name__:  # this script runs again with every change
    trace = GAT.trace
    GAT.trace = slow_trace  # type: ignore[assignment, method-assign]
start()
