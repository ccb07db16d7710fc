"""When heel and ball of each foot rest on the floor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import binary_closing, binary_opening, gaussian_filter1d, maximum_filter1d

from kinesis_app.body.kinematics import forward
from kinesis_app.motion.intervals import intervals
from kinesis_app.motion.retarget.layout import Targets
from kinesis_app.motion.retarget.shape import body_shape, sole_heights

SINK = -0.002
"""Height of the resting sole [m]: contact in MuJoCo needs a little penetration to carry weight."""
MAX_HEIGHT, MAX_UNEVEN = 0.045, 0.1
"""A foot point higher above the floor than this is in the air [m]; before the floor is level."""
MAX_SLIDE, CREEP = 0.075, 0.12
"""A stance that slides further than this [m] is two, and a short low step between them faster than
this [m/s]."""
QUIET = 0.1
"""Time on either side of such a step for which the foot rests [s]."""
MIN_FLOOR, MAX_SLOPE = 1.0, 0.05
"""A floor's slope is fitted over at least this distance [m], and not taken beyond this steepness."""
SHORTEST = 0.06
"""Contacts and gaps shorter than this are noise [s]."""


@dataclass(frozen=True)
class Contacts:
    """Which parts of the feet rest on the floor.

    Attributes:
        heel: Shape (T, 2), right foot first.
        ball: The same for the ball of the foot.
    """

    heel: np.ndarray
    ball: np.ndarray

    @property
    def any(self) -> np.ndarray:
        """Frames where a foot is on the floor, shape (T, 2)."""
        return self.heel | self.ball

    def stances(self, side: int) -> list[tuple[int, int]]:
        """First and last frame + 1 of each stance of one foot."""
        return intervals(self.any[:, side])


def sole_points(targets: Targets) -> tuple[np.ndarray, np.ndarray]:
    """Lowest points of heel and ball of each target foot [m], each of shape (T, 2, 3).

    The heel is round and rolls; the toes stay flat while the foot turns about their joint.
    """
    shape = body_shape()
    heel = targets.legs[:, :, 2] + np.einsum("tsij,sj->tsi", targets.foot, shape.ankle_to_heel)
    down = np.array([0.0, 0.0, 1.0])
    return heel - shape.heel_radius * down, targets.legs[:, :, 3] - shape.toe_height * down


def heel_slip(heel: np.ndarray, foot: np.ndarray) -> np.ndarray:
    """Horizontal slip per frame of rolling heels [m], shape (T, ..., 2).

    Slip = motion of the centre - what rolling without slip would give (turn x radius).

    Args:
        heel: Centre or lowest point of the heel [m], shape (T, ..., 3).
        foot: Orientation of the foot, shape (T, ..., 3, 3).
    """
    spin = np.gradient(foot, axis=0) @ np.swapaxes(foot, -1, -2)
    turn = np.stack([spin[..., 2, 1], spin[..., 0, 2], spin[..., 1, 0]], axis=-1)
    rolled = body_shape().heel_radius * np.cross(turn, [0.0, 0.0, 1.0])
    return (np.gradient(heel, axis=0) - rolled)[..., :2]


def detect(targets: Targets, max_height: float = MAX_HEIGHT) -> Contacts:
    """Contacts from height and speed of heel and ball; the floor is where the feet get lowest."""
    points = np.stack(sole_points(targets), axis=2)
    floor = np.percentile(points[..., 2].min(axis=(1, 2)), 10.0)
    speed = np.linalg.norm(np.gradient(points, 1.0 / targets.fps, axis=0), axis=-1)
    travel = np.linalg.norm(np.gradient(targets.root_pos()[:, :2], 1.0 / targets.fps, axis=0), axis=-1)
    slow = speed < 0.28 + 0.13 * float(np.median(travel))
    resting = slow & (points[..., 2] - floor < max_height)
    _split_sliding(resting, points, speed, targets.fps)
    width = max(int(SHORTEST * targets.fps), 1)
    line = np.ones((width, 1, 1), dtype=bool)
    padded = np.pad(resting, ((width, width), (0, 0), (0, 0)), mode="edge")
    clean = binary_opening(binary_closing(padded, line), line)[width:-width]
    return Contacts(clean[:, :, 0], clean[:, :, 1])


def _split_sliding(resting: np.ndarray, points: np.ndarray, speed: np.ndarray, fps: float) -> None:
    """Lift the feet, in place, during slow low steps that height and speed alone take for rest."""
    for side in (0, 1):
        for start, stop in intervals(np.asarray(resting[:, side].any(axis=1))):
            slowest = speed[start:stop, side].argmin(axis=1)
            step = np.gradient(points[:, side], axis=0)[start:stop]
            path = np.cumsum(np.take_along_axis(step, slowest[:, None, None], axis=1)[:, 0, :2], axis=0)
            if np.linalg.norm(np.ptp(path, axis=0)) > MAX_SLIDE:
                moving = gaussian_filter1d(speed[start:stop, side].min(axis=1), 0.02 * fps) > CREEP
                for a, b in intervals(moving):
                    if a > QUIET * fps and b < stop - start - QUIET * fps:
                        resting[start + a : start + b, side] = False


def ground_contacts(qpos: np.ndarray, height: float = 0.005) -> Contacts:
    """Contacts of a finished clip, qpos (T, 35): sole parts lower than ``height`` [m]."""
    frames = forward(qpos)
    heights = sole_heights(frames)
    heel = heights[:, :, 0, (0, 2)].min(axis=2)
    ball = np.minimum(heights[:, :, 0, (1, 3)].min(axis=2), heights[:, :, 1].min(axis=2))
    return Contacts(heel < height, ball < height)


def on_floor(targets: Targets) -> Targets:
    """Shear the motion vertically so that resting feet touch a level floor on average.

    Recordings rarely have a level floor (CMU's subject 02: 15 mm per metre). The slope along an
    axis is only taken where the feet cover enough of it.
    """
    points, contacts = np.stack(sole_points(targets), axis=2), detect(targets, MAX_UNEVEN)
    lowest = np.take_along_axis(points, points[..., 2].argmin(axis=2)[..., None, None], axis=2)[:, :, 0]
    resting = lowest[contacts.any]
    if not len(resting):
        return replace(targets, legs=targets.legs + np.array([0.0, 0.0, SINK - lowest[..., 2].min()]))
    slope = np.zeros(2)
    centre = resting[:, :2].mean(axis=0)
    spread = np.ptp(resting[:, :2], axis=0) > MIN_FLOOR
    if spread.any():
        design = np.column_stack([resting[:, :2] - centre, np.ones(len(resting))])[:, [*spread, True]]
        fitted = np.linalg.lstsq(design, resting[:, 2], rcond=None)[0]
        slope[spread] = np.clip(fitted[:-1], -MAX_SLOPE, MAX_SLOPE)
    flat = resting[:, 2] - (resting[:, :2] - centre) @ slope
    rise = (targets.legs[..., :2] - centre) @ slope + np.median(flat) - SINK
    legs = targets.legs.copy()
    legs[..., 2] -= rise
    return replace(targets, legs=legs)


def toe_extension(targets: Targets, contacts: Contacts, late: float) -> np.ndarray:
    """mtp angle [rad] (T, 2) that keeps the toes flat while only the ball rests, 0 when it is long gone.

    MyoLegs' mtp is negative in extension. Toes that straighten at toe-off may scrape backwards.

    Args:
        targets: Where the feet should be.
        contacts: When they rest.
        late: Time after the ball's contact for which the toes stay bent [s].
    """
    heel_up = np.maximum(-np.arcsin(np.clip(targets.foot[:, :, 2, 0], -1.0, 1.0)), 0.0)
    after = round(late * targets.fps)
    held = maximum_filter1d(contacts.ball.astype(float), 2 * after + 1, axis=0, origin=after, mode="nearest")
    gate = gaussian_filter1d(held, 0.03 * targets.fps, axis=0, mode="nearest")
    return -gate * np.minimum(heel_up, np.deg2rad(30.0))
