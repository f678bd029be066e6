"""How much a weights file may hold: the caps, stated once, and checked before memory is taken."""

from __future__ import annotations

MAX_BYTES = 200_000_000
MAX_VALUES = 30_000_000
"""Numbers in all tensors of one model together."""
MAX_TENSORS = 10_000
MAX_NAME = 500
"""Characters of a tensor's name."""
MAX_LAYERS = 64
MAX_LIST = 4_000_000
"""Bytes of the list of tensors at the head of a file."""
MAX_STEPS = 1_000_000
"""Opcodes of that list in a torch file; a tensor takes about thirty."""
MAX_DEPTH = 5
"""Dicts within each other around a state dict."""
MAX_ENTRIES = 100_000
"""Entries of all these dicts together."""
