"""Graphs brought in and out: the choice of samples, the dialog that opens, the preview, the download."""
