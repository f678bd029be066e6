"""One forward pass of anybody's PyTorch model, its attention layers recomputed by gatviz and proved equal.

kinds     the attention layers of libraries and tutorials: what each was given, and the settings that it has
capture   hooks on all of them for one run → a Capture: a graph, a trace for each call, what could not be proved
watch     the same once an epoch of somebody's own training → a file that is replayed
"""

from gatviz.capturing.capture import Call, Capture, Unproved, capture
from gatviz.capturing.watch import Watch, watch

__all__ = ["Call", "Capture", "Unproved", "Watch", "capture", "watch"]
