"""What a layer is unless somebody says otherwise: the numbers of the papers and of the tutorial.

Source: Veličković et al. 2018, arXiv 1710.10903, section 3.3.
"""

from __future__ import annotations

NEGATIVE_SLOPE = 0.2
"""Of LeakyReLU; every library's own, too."""
HIDDEN_ACTIVATION = "elu"
"""σ after every layer but the last."""
HEADS = 8
"""H of a hidden layer …"""
HEAD_FEATURES = 8
"""… and its C."""
TUTORIAL_HEADS = 4
"""H of the tutorial's layer with several heads."""
ATTENTION_GAIN = 1.414
"""With which the tutorial, pyGAT and PyG draw a, by Xavier's uniform rule."""
EXAMPLE_DROPOUT = 0.6
"""The paper's rate, named where a rate is refused."""
