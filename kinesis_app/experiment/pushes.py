"""When the pushes of an experiment begin and end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.experiment.experiment import TimedPush


@dataclass(frozen=True)
class Started:
    """A push that has begun.

    Attributes:
        step: Control step of the motion in which it began.
        force: In the world [N], shape (3,).
    """

    step: int
    force: tuple[float, float, float]


def begin(
    pushes: tuple[TimedPush, ...],
    started: tuple[Started | None, ...],
    step: int,
    phase: tuple[float, float],
    heading: float,
) -> tuple[Started | None, ...]:
    """Start the pushes that are due in the control step that begins now.

    Args:
        pushes: Of the experiment.
        started: The same pushes as far as they have begun.
        step: Control step of the motion.
        phase: Of the right foot's gait cycle, one control step ago and now; nan where unknown.
        heading: Of the human [rad]; a push keeps the direction that it began with.
    """
    return tuple(
        _started(push, step, heading) if old is None and _is_due(push, step, *phase) else old
        for push, old in zip(pushes, started, strict=True)
    )


def force(pushes: tuple[TimedPush, ...], started: tuple[Started | None, ...], step: int) -> np.ndarray:
    """Sum of the pushes under way in the control step that begins at ``step`` [N], shape (3,)."""
    total = np.zeros(3)
    for push, since in zip(pushes, started, strict=True):
        if since is not None and since.step <= step < since.step + control_steps(push):
            total += since.force
    return total


def control_steps(push: TimedPush) -> int:
    """How long a push lasts, at least one control step."""
    return max(1, round(push.seconds / CTRL_DT))


def _is_due(push: TimedPush, step: int, before: float, now: float) -> bool:
    first = round(push.at / CTRL_DT)
    if push.phase is None:
        return step == first
    if step < first or np.isnan(now):
        return False
    if now < before:  # the foot struck: the cycle began again
        return push.phase > before or push.phase <= now
    return before < push.phase <= now


def _started(push: TimedPush, step: int, heading: float) -> Started:
    angle = heading + np.deg2rad(push.direction)
    return Started(step, (push.force * float(np.cos(angle)), push.force * float(np.sin(angle)), 0.0))
