"""Pickles and torch files as what they hold: nothing that stands in one is imported, made, called or run.

safe_pickle   the opcodes as a tree of values and names
pickled       the tree's tensors and plain values, and what pickled models tell of themselves
containers    torch files of all kinds, and safetensors
"""
