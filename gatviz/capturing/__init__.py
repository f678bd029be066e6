"""One forward pass of anybody's PyTorch model, its attention layers recomputed by gatviz and proved equal.

run       the run as it is kept in a file and shown: calls with their layer, or with α alone
given     weights on edges from anywhere → a run with α alone
kinds     the attention layers of libraries and tutorials: what each was given, and the settings that it has
capture   hooks on all of them for one run → a Capture: a graph, a trace for each call, what could not be proved
watch     the same once an epoch of somebody's own training → a file that is replayed
"""
