"""One forward pass of anybody's PyTorch model, its attention layers recomputed by gatviz and proved equal.

kinds     the attention layers of libraries and tutorials: what each was given, and the settings that it has
capture   hooks on all of them for one run → a Capture: a graph, a trace for each call, what could not be proved
"""

from gatviz.capturing.capture import Call, Capture, Unproved, capture

__all__ = ["Call", "Capture", "Unproved", "capture"]
