"""The spellings by which columns, attributes and arrays are known for what they are."""

from __future__ import annotations

SOURCE = ("source", "src", "from")
TARGET = ("target", "dst", "to")
KIND_OF_EDGE = ("type",)
"""A column that says "directed" or "undirected", as in Gephi's tables."""
NODE_ID = ("id",)
LABEL = ("label",)
SPLIT = ("split",)
POSITION_X = ("pos_x",)
POSITION_Y = ("pos_y",)
"""Headers of text tables, capitals aside."""

NAME_ATTRIBUTES = ("label", "Label")
"""Attributes of nodes, in files of other programs, that are their names if each node has another."""
CLASS_ATTRIBUTES = ("label", "class")
"""Those that are the labels otherwise, capitals aside."""
POSITION_ATTRIBUTES = (("pos_x", "pos_y"), ("x", "y"))

ARRAYS = {
    "x": ("x", "features", "feat"),
    "edge_index": ("edge_index",),
    "y": ("y", "labels", "label"),
    "pos": ("pos", "positions"),
    "names": ("names", "node_names"),
    "class_names": ("class_names",),
    "feature_names": ("feature_names", "attr_names"),
}
"""Arrays of .npz, torch files and safetensors."""
EDGE_WEIGHT = "edge_weight"
MASKS = {"train_mask": "train", "val_mask": "val", "test_mask": "test"}
INDICES = {"train_idx": "train", "val_idx": "val", "test_idx": "test"}
"""Arrays that tell the split, each with its part."""
