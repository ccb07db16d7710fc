"""Random pushes at the pelvis, which keep a learner on its feet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinesis_app.body.model import CTRL_DT


@dataclass(frozen=True)
class PushSettings:
    """Random horizontal pushes at the pelvis.

    Attributes:
        force: Largest force [N]; 0 switches pushes off.
        duration: How long one lasts [s].
        interval: Mean time between the starts of two pushes [s].
    """

    force: float = 0.0
    duration: float = 0.2
    interval: float = 2.5


def next_pushes(
    wrench: np.ndarray, left: np.ndarray, settings: PushSettings, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The pushes of the next control step: some end, others start.

    Args:
        wrench: Force [N] and torque [Nm] on each pelvis in the world frame now, shape (B, 6).
        left: Control steps that each push still lasts, shape (B,); 0 or less where there is none.
        settings: How hard, how long, how often.
        rng: Draws who is pushed, whereto and how hard.

    Returns:
        The new ``wrench`` and ``left``.
    """
    n, left = len(left), left - 1
    over = left <= 0
    starts = over & (rng.random(n) < CTRL_DT / settings.interval)
    angle, force = rng.uniform(0, 2 * np.pi, n), rng.uniform(0, settings.force, n)
    wrench = np.where(over[:, None], 0.0, wrench)
    wrench[starts, 0] = (force * np.cos(angle))[starts]
    wrench[starts, 1] = (force * np.sin(angle))[starts]
    return wrench, np.where(starts, round(settings.duration / CTRL_DT), left)
