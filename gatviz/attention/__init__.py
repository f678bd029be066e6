"""One attention layer: its arithmetic, what it takes, the layers themselves, and the trace of a run."""
