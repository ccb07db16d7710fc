"""How much work a picture may be, and its adaptation to the machine."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Quality:
    """One level.

    Attributes:
        name: Shown to the user.
        scale: Rendered pixels per shown pixel and axis.
        shadow: Whether the key light casts one.
        reflection: Whether the floor mirrors.
        ghost: Whether the reference may be drawn.
    """

    name: str
    scale: float
    shadow: bool
    reflection: bool
    ghost: bool


LEVELS = (
    Quality("lowest", 0.6, False, False, False),
    Quality("low", 0.7, False, False, True),
    Quality("medium", 0.85, False, False, True),
    Quality("good", 1.0, False, False, True),
    Quality("high", 1.0, True, False, True),
    Quality("best", 1.0, True, True, True),
)
_RELATIVE_COST = (24.0, 36.0, 41.0, 45.0, 88.0, 107.0)
"""Processor time of the levels on software GL [ms], measured at 620x674."""


@dataclass
class AdaptiveQuality:
    """Chooses the level from measured frame times: down quickly, up slowly.

    Attributes:
        budget: Time a frame may take [s].
        level: Index into ``LEVELS``.
        highest: Best level allowed.
    """

    budget: float
    level: int
    highest: int = len(LEVELS) - 1
    _mean: float = 0.0
    _frames: int = field(default=0)

    @property
    def quality(self) -> Quality:
        """The level of the next picture."""
        return LEVELS[self.level]

    def measured(self, seconds: float) -> None:
        """Take note of the duration of one frame."""
        # The first frames of a level compile shaders and say nothing about the next ones.
        self._frames += 1
        if self._frames <= 3:
            self._mean = seconds
            return
        self._mean += 0.15 * (seconds - self._mean)
        if self._mean > self.budget and self._frames > 8 and self.level > 0:
            self._go(self.level - 1)
        elif self._frames > 60 and self.level < self.highest and self._after_step_up() < 0.7 * self.budget:
            self._go(self.level + 1)

    def _after_step_up(self) -> float:
        return self._mean * _RELATIVE_COST[self.level + 1] / _RELATIVE_COST[self.level]

    def _go(self, level: int) -> None:
        self.level, self._frames, self._mean = level, 0, 0.0
