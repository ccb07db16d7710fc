"""How people run at a given speed: leg curves, cadence, contact time.

Sources: T.F. Novacheck, "The biomechanics of running", Gait & Posture 7 (1998) 77-95 (shape of the
curves at 3.2 m/s); R.K. Fukuchi, C.A. Fukuchi, M. Duarte, "A public dataset of running
biomechanics and the effects of running speed", PeerJ 5 (2017) e3298 (how they grow from 2.5 to
3.5 m/s); B.C. Heiderscheit et al., Med Sci Sports Exerc 43 (2011) 296-302, table 3 (knee 18 degrees at
foot strike, 46 at most in stance, at 2.9 m/s); S.R. Hamner, S.L. Delp, J Biomech 46 (2013) 780-787
(stride frequency and contact time from 2 to 5 m/s). The curves here are read-off means, good to a few
degrees, with their knots at fractions of stance and of swing.
"""

from __future__ import annotations

import functools

import numpy as np
from scipy.interpolate import CubicSpline

SLOWEST, FASTEST = 2.0, 3.5
"""Speeds that the curves cover [m/s]."""
TABLE_SPEED = 3.0
"""Speed of the tables below [m/s]."""
STANCE_KNOTS = np.array([0.0, 0.12, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
SWING_KNOTS = np.arange(8) / 8.0
# Degrees at STANCE_KNOTS of stance, then at SWING_KNOTS of swing.
_TABLE = {
    "thigh": ([23, 21, 18, 12, 7, 1, -6, -12, -18], [-23, -25, -17, 4, 25, 34, 33, 27]),
    "knee": ([22, 31, 38, 43, 43, 40, 35, 29, 23], [21, 34, 62, 86, 92, 78, 50, 27]),
    "ankle": ([4, 11, 19, 25, 26, 23, 15, 4, -8], [-18, -21, -12, -3, 3, 5, 4, 4]),
    "pitch": ([5, 2, 0, -3, -8, -15, -24, -34, -46], [-60, -79, -91, -85, -64, -39, -13, 5]),
}
_GROWTH = {"thigh": 0.16, "knee": 0.16, "ankle": 0.12, "pitch": 0.13}
"""Change of each curve about its value at foot strike, as a share per m/s of speed."""


@functools.cache
def _spline(name: str) -> CubicSpline:
    """Periodic over u: stance runs from 0 to 1, swing from 1 to 2."""
    stance, swing = _TABLE[name]
    u = np.concatenate([STANCE_KNOTS, 1.0 + SWING_KNOTS, [2.0]])
    return CubicSpline(u, np.radians([*stance, *swing, stance[0]]), bc_type="periodic")


def curve(name: str, u: np.ndarray, speed: np.ndarray | float) -> np.ndarray:
    """Mean curve [rad] at ``u``: 0 to 1 through stance, 1 to 2 through swing.

    Args:
        name: ``thigh`` (against the vertical, flexion +), ``knee`` (flexion +), ``ankle`` (dorsiflexion +) or
            ``pitch`` (foot against the ground, toes up +).
        u: Place in the cycle [1], any shape.
        speed: [m/s], scalar or the shape of ``u``.
    """
    start = np.radians(_TABLE[name][0][0]) if name == "knee" else 0.0
    growth = 1.0 + _GROWTH[name] * (np.clip(speed, SLOWEST, FASTEST) - TABLE_SPEED)
    return start + growth * (_spline(name)(np.mod(u, 2.0)) - start)


def cadence(speed: np.ndarray | float) -> np.ndarray:
    """Steps per second at a speed [m/s]: 2.75 at 2, 2.90 at 3, 2.98 at 3.5 m/s."""
    return 2.45 + 0.15 * np.asarray(speed)


def contact_time(speed: np.ndarray | float) -> np.ndarray:
    """Time a foot is on the ground [s]: 0.30 at 2, 0.24 at 3, 0.22 at 3.5 m/s."""
    return 0.30 * (2.0 / np.asarray(speed)) ** 0.57
