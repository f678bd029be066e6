"""`Kept`: what is kept of an epoch, and `Reel`: the epochs that are, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from gatviz.training.stepper import State

MAX_BYTES = 64 << 20
_WHOLE_EVERY = 10
"""Adam's moments, two thirds of a state, are kept of every tenth kept epoch: those between are trained again."""


@dataclass(frozen=True, eq=False)
class Kept:
    """An epoch: the state at it, and α of each attention layer, [E, H]."""

    state: State
    alpha: tuple[NDArray[Any], ...]

    @property
    def nbytes(self) -> int:
        """What it takes of memory."""
        return self.state.nbytes + sum(alpha.nbytes for alpha in self.alpha)


@dataclass
class Reel:
    """Epochs by number. Beyond `max_bytes` every second one goes; what is gone can be trained again.

    Attributes:
        start: the first epoch, always kept whole. stride: epochs `start`, `start + stride`, … are kept.
        by_epoch: what is kept. Nothing is taken out of it in place, so that another thread can read it.
    """

    start: int
    max_bytes: int = MAX_BYTES
    stride: int = 1
    by_epoch: dict[int, Kept] = field(default_factory=dict)
    nbytes: int = 0

    def wants(self, epoch: int) -> bool:
        """Whether this epoch is to be kept."""
        return (epoch - self.start) % self.stride == 0

    def wants_moments(self, epoch: int) -> bool:
        """Whether it is to be kept with Adam's moments."""
        return (epoch - self.start) % (self.stride * _WHOLE_EVERY) == 0

    def add(self, epoch: int, kept: Kept) -> None:
        """Keep an epoch, and thin out what is kept if it is too much."""
        before = self.by_epoch.get(epoch)
        self.by_epoch[epoch] = kept
        self.nbytes += kept.nbytes - (0 if before is None else before.nbytes)
        while self.nbytes > self.max_bytes and len(self.by_epoch) > 2:
            self.stride *= 2
            self.by_epoch = {k: one for k, one in self.by_epoch.items() if self.wants(k)}
            self.nbytes = sum(one.nbytes for one in self.by_epoch.values())

    def until(self, epoch: int) -> Reel:
        """The part up to and with an epoch."""
        found = {k: one for k, one in list(self.by_epoch.items()) if k <= epoch}
        nbytes = sum(one.nbytes for one in found.values())
        return Reel(self.start, self.max_bytes, self.stride, found, nbytes)

    def before(self, epoch: int, *, whole: bool) -> Kept:
        """The last kept epoch up to this one; `whole`: with Adam's moments."""
        found = self.by_epoch
        return found[max(k for k in list(found) if k <= epoch and (not whole or found[k].state.moments is not None))]
