"""The activations σ that follow a layer or stand as steps of their own: a row each; the arithmetic is torch's.

Their names are the names of the functions in torch.nn.functional.
"""

from __future__ import annotations

from collections.abc import Mapping

ACTIVATIONS: Mapping[str, str] = {
    "elu": r"\mathrm{ELU}",
    "relu": r"\mathrm{ReLU}",
    "tanh": r"\mathrm{tanh}",
    "leaky_relu": r"\mathrm{LeakyReLU}_{0.01}",
    "gelu": r"\mathrm{GELU}",
    "prelu": r"\mathrm{PReLU}",
}
"""Name -> how it is written (LaTeX). LeakyReLU's slope here is PyTorch's 0.01; GELU is the exact one."""

LEARNT = "prelu"
"""The one with a weight of its own, the slope where its input is below 0 …"""
LEARNT_SLOPE = 0.25
"""… which starts here, as PyTorch's does."""
