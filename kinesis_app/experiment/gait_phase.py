"""Where in its gait cycle each foot is, known while it walks: from the strikes so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinesis_app.body.model import CTRL_DT

STRIKE_LOAD = 20.0
"""Load on a foot that was in the air which counts as its strike [N]."""
SHORTEST_SWING = 4
"""Control steps a foot must be in the air before a strike counts: no bouncing."""
LONGEST_STRIDE = round(2.5 / CTRL_DT)
"""Control steps without a strike after which the human is not walking."""


@dataclass(frozen=True)
class GaitPhase:
    """Of the right and the left foot.

    Attributes:
        step: Control step that this is the state of.
        strike: Control step of the last strike; -1 before the first.
        stride: Control steps between the last two strikes; 0 before the second.
        in_air: Control steps that the foot has been in the air.
    """

    step: int = 0
    strike: tuple[int, int] = (-1, -1)
    stride: tuple[int, int] = (0, 0)
    in_air: tuple[int, int] = (0, 0)

    def fraction(self) -> np.ndarray:
        """Cycle fraction since the last strike, 0 to 1, shape (2,); nan where there is no cycle."""
        since = [self.step - strike for strike in self.strike]
        known = [n > 0 and gone <= LONGEST_STRIDE for n, gone in zip(self.stride, since, strict=True)]
        return np.array(
            [min(s / n, 1.0) if ok else np.nan for s, n, ok in zip(since, self.stride, known, strict=True)]
        )


def next_phase(phase: GaitPhase, touch: np.ndarray) -> GaitPhase:
    """The state a control step later; ``touch`` are the foot sensors then [N], shape (4,)."""
    step = phase.step + 1
    strike, stride, in_air = list(phase.strike), list(phase.stride), list(phase.in_air)
    for foot in range(2):
        loaded = touch[2 * foot] + touch[2 * foot + 1] > STRIKE_LOAD
        if loaded and in_air[foot] >= SHORTEST_SWING:
            gone = step - strike[foot]
            stride[foot] = gone if strike[foot] >= 0 and gone <= LONGEST_STRIDE else 0
            strike[foot] = step
        in_air[foot] = 0 if loaded else in_air[foot] + 1
    return GaitPhase(step, (strike[0], strike[1]), (stride[0], stride[1]), (in_air[0], in_air[1]))
