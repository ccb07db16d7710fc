"""A plan taken up from where the body really is.

The body is an inverted pendulum of height h, w = sqrt(g / h): its capture point x = c + c' / w must
be the mean of the coming centres of pressure p, weighted by exp(-w t) (Pratt et al. 2006; Englsberger
2011). A deviation of x is therefore met by the places of the next steps,

    sum of (exp(-w t_k) - exp(-w t_k+1)) shift_k = deviation of x,

with step k carrying from t_k to t_k+1 and shifted by shift_k against the plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.motion.gait.measured import Measured
from kinesis_app.motion.gait.sidesteps import clear_of
from kinesis_app.motion.gait.stances import GRID_FPS, Footsteps
from kinesis_app.motion.gait.style import Style
from kinesis_app.motion.smooth_step import smooth_step

PENDULUM = float(np.sqrt(9.81 / 0.95))
"""w of the body as a pendulum [1/s]."""
TRANSFER_LAG = 0.05
"""From foot strike until the weight is half over [s]."""
MOST_SHIFT = 0.35
"""Furthest that one step is displaced [m]."""
CATCHING_STEPS = 3
"""Steps that meet a deviation."""
LONGEST_STEP = 0.76
"""Furthest that the feet come apart in a catching step [m], if they did not do so already."""
RETURN_SPEED, RETURN_TIME = 0.12, 2.5
"""How fast at most [m/s] and in what time at least [s] the path goes back to the planned one."""


@dataclass(frozen=True)
class Catch:
    """What the coming steps have yet to do about a deviation at frame ``frame``.

    Attributes:
        frame: Grid frame of the deviation.
        need: Deviation of the capture point not yet answered by a step [m], (2,).
        support: Displacement of the support until the next foot strike, not yet counted [m], (2,).
        steps: How many more steps may be displaced.
    """

    frame: int
    need: np.ndarray
    support: np.ndarray
    steps: int = CATCHING_STEPS

    def weight(self, frame: int) -> float:
        """exp(-w t) of a foot strike at grid frame ``frame``."""
        return float(np.exp(-PENDULUM * ((frame - self.frame) / GRID_FPS + TRANSFER_LAG)))

    def shift(self, landing: int, following: int, path: np.ndarray, later: np.ndarray) -> np.ndarray:
        """How far [m] (2,) to displace a footprint on top of the ``path``'s offset there, (2,).

        ``landing`` and ``following`` are the strikes of this and the next step, ``later`` the path's
        offset from then on.
        """
        first, second = self.weight(landing), self.weight(following)
        need = self.need - (1.0 - first) * self.support - second * later
        extra = need / (first - second) - path
        size = float(np.linalg.norm(extra))
        return extra * min(1.0, MOST_SHIFT / max(size, 1e-9))

    def after(self, landing: int, following: int, displaced: np.ndarray) -> Catch:
        """What remains once that step is displaced by ``displaced`` in all."""
        first, second = self.weight(landing), self.weight(following)
        need = self.need - (1.0 - first) * self.support - (first - second) * displaced
        # The time until this strike is counted now.
        return replace(self, need=need, support=np.zeros(2), steps=self.steps - 1)


def catching_step(
    catch: Catch,
    offset_at: Callable[[np.ndarray], np.ndarray],
    place: np.ndarray,
    other: np.ndarray,
    side: int,
    style: Style,
    strikes: tuple[int, int],
) -> tuple[np.ndarray, Catch]:
    """A footprint moved to catch a deviation, and what then remains for the next step.

    Args:
        catch: What is to be done.
        offset_at: Offset of the path [m] at times [s].
        place: The footprint on the path, (3,).
        other: Footprint of the other foot, (3,).
        side: Which foot steps, right (0) or left (1).
        style: The walker's habits.
        strikes: Grid frames of this strike and the next.
    """
    here, later = offset_at(np.array(strikes) / GRID_FPS)
    extra = catch.shift(*strikes, here, later)
    moved = place + np.array([*extra, 0.0])
    away = moved[:2] - other[:2]
    longest = max(LONGEST_STEP, 1.1 * float(np.linalg.norm(place[:2] - other[:2])))
    moved[:2] = other[:2] + away * min(1.0, longest / max(float(np.linalg.norm(away)), 1e-9))
    moved = clear_of(other, moved, side, style)
    return moved, catch.after(*strikes, here + moved[:2] - place[:2])


@dataclass(frozen=True)
class Resume:
    """Where and how a plan goes on from a body's own state.

    Attributes:
        frame: Grid frame of that state.
        pose: The planned path there, x [m], y [m], heading [rad], (3,).
        offset: How far the path starts beside the plan [m], (2,); it returns by and by.
        before: The part of that offset which it had already, (2,).
        steps: Footsteps up to ``strike``, where the feet really are.
        strike: Grid frame from which steps are to be planned.
        swing: Foot that swings next, right (0) or left (1).
        walking: Whether a step is under way (else both feet stand).
        catch: What the next steps must do.
        press: Displacement of the centre of pressure until the next foot strike [m], (2,).
        body: The state itself.
    """

    frame: int
    pose: np.ndarray
    offset: np.ndarray
    before: np.ndarray
    steps: Footsteps
    strike: int
    swing: int
    walking: bool
    catch: Catch
    press: np.ndarray
    body: Measured

    def offset_at(self, time: np.ndarray) -> np.ndarray:
        """Offset of the path [m], shape (..., 2), at times [s] of shape (...)."""
        return self._left(time) * self.offset

    def moved_at(self, time: np.ndarray) -> np.ndarray:
        """The part of it that is new."""
        return self._left(time) * (self.offset - self.before)

    def _left(self, time: np.ndarray) -> np.ndarray:
        length = max(RETURN_TIME, float(np.linalg.norm(self.offset)) / RETURN_SPEED)
        return 1.0 - smooth_step((np.asarray(time) - self.frame / GRID_FPS) / length)[..., None]
