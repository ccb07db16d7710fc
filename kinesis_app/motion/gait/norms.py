"""How people walk at a given speed: mean joint curves, step length, foot-off.

Source: M.H. Schwartz, A. Rozumalski, J.P. Trost, "The effect of walking speed on the gait of
typically developing children", J Biomech 41 (2008) 1639-1650: mean curves at five dimensionless
speeds v / sqrt(g L) = 0.17 .. 0.69 (L = leg length). Each curve was fitted here, by two linear
least squares, with a Fourier series over the gait cycle whose coefficients are quadratics of the
dimensionless speed; the fit is within 0.2-1.2 degrees rms of the published means.
"""

from __future__ import annotations

import numpy as np

LEG_LENGTH = 0.867
"""MyoLegs' leg length: height of the hip centre in standing [m]."""
_SPEED_UNIT = float(np.sqrt(9.81 * LEG_LENGTH))
SLOWEST, FASTEST = 0.15 * _SPEED_UNIT, 0.70 * _SPEED_UNIT
"""Speeds that the curves cover [m/s]; beyond, the nearest one is used."""

# Rows: 1, s, s^2 with s = v / sqrt(g L). Columns: mean, then cos and sin of each harmonic [rad].
_CURVES = {
    "hip": np.array([
        [0.0304, 0.1461, -0.0013, 0.0663, -0.1076, -0.0198, -0.0173, 0.0047, -0.0014,
         0.0008, -0.0052, -0.0015, -0.0004, 0.0008, -0.0007, -0.0008, -0.0010],
        [0.3991, 0.6303, -0.1631, -0.4748, 0.3037, 0.0838, 0.1900, -0.0197, -0.0011,
         -0.0259, 0.0418, 0.0114, 0.0060, -0.0078, 0.0015, 0.0036, 0.0043],
        [-0.4290, -0.2720, 0.0674, 0.4001, -0.1977, -0.0908, -0.1866, 0.0007, 0.0020,
         0.0304, -0.0451, -0.0143, -0.0094, 0.0097, -0.0005, -0.0025, -0.0045],
    ]),
    "knee": np.array([
        [0.1424, 0.0465, -0.2417, -0.0783, -0.1466, -0.0499, 0.0434, 0.0215, 0.0117,
         0.0047, -0.0051, -0.0011, 0.0025, 0.0026, 0.0015, -0.0003, -0.0004],
        [0.9482, -0.4605, -0.2258, -0.6035, 0.9657, 0.1860, 0.1658, -0.1119, -0.0081,
         -0.0646, 0.0766, 0.0131, 0.0143, -0.0125, -0.0035, 0.0031, 0.0051],
        [-0.8129, 0.6198, 0.0652, 0.5353, -0.7545, -0.2003, -0.1975, 0.0693, 0.0032,
         0.0718, -0.0816, -0.0165, -0.0285, 0.0113, 0.0008, -0.0012, -0.0066],
    ]),
    "ankle": np.array([
        [0.0913, -0.1496, -0.1027, 0.0187, 0.0171, 0.0058, -0.0757, -0.0582, 0.0222,
         0.0329, 0.0258, -0.0040, -0.0197, -0.0049, 0.0143, 0.0102, -0.0035],
        [-0.2201, 0.2152, 0.8376, 0.1480, -0.5286, -0.4002, 0.3036, 0.4058, 0.0050,
         -0.1408, -0.2414, 0.0112, 0.1275, 0.0749, -0.0892, -0.0508, 0.0009],
        [0.0777, 0.0954, -0.7471, -0.3767, 0.4568, 0.4592, -0.2068, -0.4163, -0.1052,
         0.1057, 0.2886, 0.0171, -0.1436, -0.0986, 0.0875, 0.0590, 0.0110],
    ]),
    "obliquity": np.array([
        [-0.0019, 0.0371, -0.0032, -0.0001, -0.0011, 0.0059, -0.0118, -0.0012, -0.0010,
         -0.0012, 0.0019],
        [0.0095, -0.0476, 0.0702, 0.0024, 0.0094, -0.1058, 0.0839, 0.0049, 0.0057,
         -0.0014, -0.0119],
        [-0.0092, 0.0939, 0.0629, -0.0048, -0.0134, 0.1002, -0.1108, -0.0045, -0.0070,
         0.0089, 0.0082],
    ]),
    "rotation": np.array([
        [-0.0029, 0.0241, 0.0938, -0.0009, 0.0008, 0.0080, 0.0170, -0.0001, 0.0003,
         -0.0004, 0.0054],
        [0.0135, 0.0295, -0.1717, 0.0070, 0.0007, -0.0252, -0.0817, 0.0021, 0.0002,
         0.0241, -0.0266],
        [-0.0192, 0.1630, 0.0968, -0.0086, -0.0055, 0.0524, 0.0616, -0.0032, -0.0010,
         -0.0300, 0.0261],
    ]),
}  # fmt: skip


_CURVES["pitch"] = _CURVES["hip"] - _CURVES["knee"] + _CURVES["ankle"]


def _dimensionless(speed: np.ndarray | float) -> np.ndarray:
    return np.minimum(np.maximum(speed, SLOWEST), FASTEST) / _SPEED_UNIT


def curve(name: str, phase: np.ndarray, speed: np.ndarray | float) -> np.ndarray:
    """Mean human curve over the gait cycle [rad], shape of ``phase``.

    Args:
        name: ``hip`` (thigh against the vertical, flexion +), ``knee`` (flexion +), ``ankle``
            (dorsiflexion +), ``obliquity`` (own side up +) or ``rotation`` (own side forward +).
        phase: Cycle fraction since the own foot's strike [1]; any real number.
        speed: Walking speed [m/s], scalar or the shape of ``phase``.
    """
    return curves((name,), phase, speed)[0]


def curves(names: tuple[str, ...], phase: np.ndarray, speed: np.ndarray | float) -> list[np.ndarray]:
    """Several of them at the same phases and speeds."""
    s = _dimensionless(speed)[..., None]
    powers = np.concatenate([np.ones_like(s), s, s * s], axis=-1)
    count = max(_CURVES[name].shape[1] for name in names) // 2
    turn = np.exp(2j * np.pi * np.asarray(phase))
    waves = np.cumprod(np.repeat(turn[..., None], count, axis=-1), axis=-1)  # e^(i k angle), k = 1 .. count
    found = []
    for name in names:
        weights = powers @ _CURVES[name]
        wave = waves[..., : weights.shape[-1] // 2]
        total = weights[..., 1::2] * wave.real + weights[..., 2::2] * wave.imag
        found.append(weights[..., 0] + total.sum(axis=-1))
    return found


def foot_pitch(phase: np.ndarray, speed: np.ndarray | float) -> np.ndarray:
    """Pitch of the foot against the ground, toes up + [rad]: the sum of the leg's angles."""
    return curve("pitch", phase, speed)


def step_length(speed: float) -> float:
    """Human step length [m] at a walking speed [m/s]: a power law through Schwartz' five means."""
    return LEG_LENGTH * 1.075 * float(min(max(speed, SLOWEST), FASTEST) / _SPEED_UNIT) ** 0.4275


def step_time(speed: float) -> float:
    """Duration of one step [s] at a walking speed [m/s]."""
    return step_length(speed) / min(max(speed, SLOWEST), FASTEST)


def foot_off(speed: np.ndarray | float) -> np.ndarray:
    """End of stance as a fraction of the cycle [1] at a walking speed [m/s]."""
    s = _dimensionless(speed)
    return 0.7632 - 0.5880 * s + 0.4350 * s * s
