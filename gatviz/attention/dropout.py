"""Dropout, with its mask to keep: in training a random part of the numbers is left out, the rest scaled up."""

from __future__ import annotations

import torch
from torch import Tensor


def stays(like: Tensor, rate: float, generator: torch.Generator | None) -> Tensor:
    """A mask that keeps each entry with probability 1 − rate."""
    device = like.device if generator is None else generator.device
    drawn = torch.rand(like.shape, generator=generator, device=device)
    return (drawn >= rate).to(like.device)


def dropped(
    x: Tensor, rate: float, generator: torch.Generator | None, keep: bool
) -> tuple[Tensor, Tensor | None, Tensor]:
    """What came, what of it stays, and what stays scaled up; all dense if they are to be kept.

    Of a sparse x nothing is drawn for its 0s, which dropping leaves as they are.
    """
    if x.layout == torch.strided:
        mask = stays(x, rate, generator)
        return x, mask, x * (mask / (1 - rate))
    values = x.values()
    staying = stays(values, rate, generator)
    at = x.crow_indices(), x.col_indices()
    left = torch.sparse_csr_tensor(*at, values * (staying / (1 - rate)), x.shape, check_invariants=False)
    if not keep:
        return x, None, left
    lost = torch.sparse_csr_tensor(*at, (~staying).to(x.dtype), x.shape, check_invariants=False)
    return x.to_dense(), lost.to_dense() == 0, left.to_dense()
