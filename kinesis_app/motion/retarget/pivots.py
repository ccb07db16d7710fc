"""Feet that turn on the spot turn on the heel or on the ball, the other end just off the floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from kinesis_app.motion.intervals import intervals
from kinesis_app.motion.retarget.contact import Contacts, sole_points
from kinesis_app.motion.retarget.layout import Targets

SLOWEST = np.deg2rad(15.0)
"""A foot on the floor that turns faster than this pivots [rad/s] ..."""
SMALLEST = np.deg2rad(6.0)
"""... if it turns by more than this before it stops [rad]."""
CLEARANCE = 0.012
"""Height of the end that is off the floor [m]."""
SOFTNESS = 0.03
"""The end goes up and down over this time [s]."""


def on_one_end(targets: Targets, contacts: Contacts) -> tuple[Targets, Contacts]:
    """Targets and contacts in which no foot turns flat on the floor."""
    legs, foot = targets.legs.copy(), targets.foot.copy()
    resting = [contacts.heel.copy(), contacts.ball.copy()]
    points = [point[..., :2] for point in sole_points(targets)]
    yaw = np.unwrap(np.arctan2(foot[..., 1, 0], foot[..., 0, 0]), axis=0)
    rate = gaussian_filter1d(np.gradient(yaw, 1.0 / targets.fps, axis=0), SOFTNESS * targets.fps, axis=0)
    for side in (0, 1):
        tilt = np.zeros(len(legs))
        for start, stop in intervals((np.abs(rate[:, side]) > SLOWEST) & contacts.any[:, side]):
            if abs(yaw[stop - 1, side] - yaw[start, side]) < SMALLEST:
                continue
            paths = [np.linalg.norm(np.diff(p[start:stop, side], axis=0), axis=1).sum() for p in points]
            lifted = 0 if paths[0] > paths[1] else 1
            resting[lifted][start:stop, side] = False
            resting[1 - lifted][start:stop, side] = True
            span = np.linalg.norm(points[0][start, side] - points[1][start, side])
            tilt[start:stop] = CLEARANCE / max(float(span), 0.1) * (1.0 if lifted == 0 else -1.0)
        smooth = gaussian_filter1d(tilt, SOFTNESS * targets.fps)
        turn = Rotation.from_euler("y", smooth[:, None]).as_matrix()
        before = foot[:, side]
        reach = np.einsum("tji,tj->ti", before, legs[:, side, 3] - legs[:, side, 2])
        foot[:, side] = before @ turn
        legs[:, side, 3] = legs[:, side, 2] + np.einsum("tij,tj->ti", foot[:, side], reach)
    return replace(targets, legs=legs, foot=foot), Contacts(resting[0], resting[1])
