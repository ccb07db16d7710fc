"""The last seconds of a run as arrays, for plots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.session.messages import Snapshot

SECONDS = 10.0
LENGTH = round(SECONDS / CTRL_DT)


class Traces:
    """Ring of samples, newest last; what is not yet there is nan.

    Attributes:
        ago: Time of each column relative to the newest [s], shape (LENGTH,).
        activation: shape (LENGTH, 80), float32.
        error: Mean body error [mm], shape (LENGTH,).
        speed: Horizontal speed of the pelvis [m/s], shape (LENGTH,).
        wanted_speed: Of the reference [m/s], shape (LENGTH,).
        time: Simulated time [s], shape (LENGTH,).
    """

    def __init__(self) -> None:
        self.ago = np.arange(1 - LENGTH, 1) * CTRL_DT
        self.activation = np.full((LENGTH, N_MUSCLES), np.nan, dtype=np.float32)
        self.error = np.full(LENGTH, np.nan)
        self.speed = np.full(LENGTH, np.nan)
        self.wanted_speed = np.full(LENGTH, np.nan)
        self.time = np.full(LENGTH, np.nan)

    def extend(self, samples: Sequence[Snapshot]) -> None:
        """Take in new samples."""
        for shot in samples[-LENGTH:]:
            if shot.step > 1:  # a sample at step 1 starts a new run: the old one stays visible
                self.rewind(shot.time - 0.5 * CTRL_DT)
            self._shift(1)
            self.activation[-1] = shot.activation
            self.error[-1] = 1e3 * shot.body_error
            self.speed[-1] = np.hypot(shot.qvel[0], shot.qvel[1])
            self.wanted_speed[-1] = np.nan if shot.walking_speed is None else shot.walking_speed
            self.time[-1] = shot.time

    def rewind(self, time: float) -> None:
        """Forget samples after ``time`` [s]: the run went back."""
        n = 0
        while n < LENGTH and self.time[-1 - n] > time + 1e-6:
            n += 1
        if n > 0:
            self._shift(-n)

    def _shift(self, n: int) -> None:
        for name in ("activation", "error", "speed", "wanted_speed", "time"):
            array = getattr(self, name)
            if n > 0:
                array[:-n] = array[n:]
            else:
                array[-n:] = array[:n]
                array[:-n] = np.nan
