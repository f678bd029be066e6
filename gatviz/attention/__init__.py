"""The model: arithmetic, layers and their trace, and the proof of its numbers."""
