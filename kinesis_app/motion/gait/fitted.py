"""What brings this body's walk nearest to the human one, over the speed.

MyoLegs' bones, its rigid trunk without arms, its feet that roll without slip and the pelvis that balance
dictates differ from those of the people in :mod:`norms`. These small corrections make up for it. They were
fitted by nonlinear least squares through the whole generator, inverse kinematics and dynamics included:
hip, knee and ankle at 0.50, 0.85, 1.25, 1.63 and 2.02 m/s within the mean +- 1 standard deviation of
Schwartz 2008, and the vertical force within that of the same source, with smooth joints.
"""

from __future__ import annotations

import numpy as np

from kinesis_app.motion.gait import norms

_MIDDLE, _HALF = 1.25, 0.75
_SLOWEST, _FASTEST = 0.44, 2.05
"""Speeds that the fit covers [m/s]; beyond, the nearest one is used."""

# Columns: 1, w, w^2, w^3 with w = (v - 1.25 m/s) / 0.75 m/s.
_TABLE = {name: np.array(row) for name, row in {
    "height": [0.0049, 0.0012, 0.0001, -0.0003],
    "drop": [0.0006, -0.0046, -0.0065, -0.0010],
    "lowest": [0.0000, 0.0000, 0.0000, 0.0000],
    "pressure": [-0.0050, 0.0017, -0.0000, 0.0019],
    "late_pressure": [-0.0003, 0.0060, -0.0013, 0.0031],
    "transfer_early": [-0.1589, -0.1879, -0.5029, -0.0405],
    "transfer_late": [0.1149, 0.1202, 0.3727, 0.0821],
    "rotation": [0.1424, 0.0453, -0.0072, -0.0190],
    "obliquity": [-0.0322, -0.2015, -0.0182, -0.1403],
}.items()}  # fmt: skip
_ENDS = ((2, 6, 0.25), (6, 2, 0.75), (16, 2, 16.0 / 18.0))
"""Exponents of u and 1 - u, and the peak, of the bumps near the ends of swing."""
# Rows: bump times (2u - 1)^k, k = 0 .. 4, then the bumps near the ends [m].
_SWING_AHEAD = np.array([
    [-0.1063, -0.1148, 0.0977, 0.0133],
    [-0.0971, -0.0751, -0.1375, -0.0047],
    [0.0943, 0.0267, 0.1590, 0.0105],
    [0.1660, 0.1615, -0.2016, -0.0152],
    [-0.1256, -0.5973, 0.2781, -0.0146],
    [0.0164, 0.0132, 0.0258, 0.0118],
    [-0.0009, 0.0015, -0.0029, 0.0007],
    [-0.0104, -0.0016, -0.0034, -0.0005],
])  # fmt: skip
_SWING_UP = np.array([
    [-0.0106, 0.0045, 0.0151, -0.0027],
    [-0.0560, -0.0480, 0.0307, -0.0011],
    [0.0169, -0.0247, -0.0108, 0.0002],
    [0.1054, 0.0138, -0.1121, 0.0002],
    [0.2216, 0.0884, -0.0055, -0.0001],
    [-0.0255, -0.0022, -0.0047, -0.0001],
    [-0.0004, -0.0007, 0.0005, 0.0001],
    [0.0029, 0.0015, 0.0015, 0.0004],
])  # fmt: skip
_PITCH_AT, _PITCH_WIDTH = np.array([0.0, 0.42, 0.6, 0.75, 0.9]), np.array([0.06, 0.08, 0.06, 0.07, 0.07])
"""Phases and widths of the bumps of the foot's pitch [1]."""
_PITCH = np.array([
    [0.0268, -0.0296, 0.0337, -0.0009],
    [-0.0474, -0.0069, 0.0133, 0.0028],
    [0.0554, 0.0342, -0.0532, 0.0074],
    [-0.0182, 0.0146, 0.0296, -0.0252],
    [-0.0004, 0.0140, -0.0019, 0.0022],
])  # fmt: skip


def fitted(name: str, speed: np.ndarray | float) -> np.ndarray:
    """A correction at walking speeds [m/s], shape of ``speed``; nothing in standing.

    Args:
        name: ``height`` of the pelvis in single support and its ``drop`` in double support [m], ``lowest``
            point after foot strike [s]; centre of pressure ``pressure`` ahead and ``late_pressure`` in late
            stance [m]; weight transfer ``transfer_early`` and ``transfer_late`` [1]; share of the pelvis'
            ``rotation`` and ``obliquity`` [1].
        speed: [m/s], any shape, not negative.
    """
    return np.minimum(np.asarray(speed) / norms.SLOWEST, 1.0) * over_speed(_TABLE[name], speed)


def over_speed(table: np.ndarray, speed: np.ndarray | float) -> np.ndarray:
    """Rows (K, 4) for 1, w, w^2, w^3 at speeds [m/s] of any shape: (..., K)."""
    w = (np.minimum(np.maximum(speed, _SLOWEST), _FASTEST) - _MIDDLE) / _HALF
    powers = np.empty((*np.shape(w), 4))
    powers[..., 0], powers[..., 1] = 1.0, w
    powers[..., 2], powers[..., 3] = w * w, w * w * w
    return powers @ table.T


def swing_bumps(u: np.ndarray, speed: float) -> tuple[np.ndarray, np.ndarray]:
    """What a swing's path has forward and up on top of a quintic [m], each (n,), over swing time u (n,)."""
    middle = (64.0 * (u * (1.0 - u)) ** 3)[:, None] * (2.0 * u - 1.0)[:, None] ** np.arange(5)
    ends = [(u / peak) ** a * ((1.0 - u) / (1.0 - peak)) ** b for a, b, peak in _ENDS]
    shapes = np.column_stack([middle, *ends])
    ahead, up = shapes @ over_speed(_SWING_AHEAD, speed), shapes @ over_speed(_SWING_UP, speed)
    return ahead, up


def pitch_bumps(phase: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """What the foot's pitch has on top of the human one [rad], toes up +, shape of ``phase``."""
    away = np.mod(phase[..., None] - _PITCH_AT + 0.5, 1.0) - 0.5
    return np.sum(over_speed(_PITCH, speed) * np.exp(-0.5 * (away / _PITCH_WIDTH) ** 2), axis=-1)
