"""Muscles tire: the three-compartment model with enhanced rest recovery (3CC-r).

Of each muscle a fraction M_A is active, M_F fatigued and M_R = 1 - M_A - M_F at rest:

    dM_F/dt = F M_A - R M_F            R is r R while the muscle rests

(Xia & Frey-Law 2008, J Biomech 41:3046; r: Looft, Herkert & Frey-Law 2018, J Biomech 77:16). M_A is
the activation of the live muscle: its own activation dynamics take the place of the model's
drive between rest and active, and excitation is held to the 1 - M_F that is left.
F and R: Frey-Law, Looft & Heitsman 2012, J Biomech 45:1803, fitted to the endurance times of
sustained contractions of ankle, knee and trunk. The hip was not measured: the trunk's are used.
"""

from __future__ import annotations

import functools

import numpy as np

from kinesis_app.body.muscles import muscle_table

ANKLE, KNEE, TRUNK = (0.00589, 0.00058), (0.01500, 0.00149), (0.00755, 0.00075)
"""F and R [1/s]."""
REST_RECOVERY = 15.0
"""r of ankle, knee and elbow (Looft et al. 2018)."""
REST = 0.01
"""Excitation below which a muscle rests."""
_RATES = {
    "plantarflexors": ANKLE,
    "dorsiflexors": ANKLE,
    "quadriceps": KNEE,
    "hamstrings": KNEE,
}


@functools.cache
def rates() -> np.ndarray:
    """F and R of each muscle [1/s], shape (80, 2)."""
    return np.array([_RATES.get(group, TRUNK) for group in muscle_table().group])


def tire(fatigued: np.ndarray, activation: np.ndarray, excitation: np.ndarray, dt: float) -> np.ndarray:
    """The fatigued fraction ``dt`` later, shape (80,), by the exact solution for constant activation.

    Args:
        fatigued: M_F now, shape (80,).
        activation: M_A, shape (80,).
        excitation: What is asked, shape (80,).
        dt: Time times the pace of the experiment [s].
    """
    fatigue, recovery = rates().T
    recovery = np.where(excitation < REST, REST_RECOVERY * recovery, recovery)
    end = fatigue * np.clip(activation, 0.0, 1.0) / recovery
    return np.clip(end + (fatigued - end) * np.exp(-recovery * dt), 0.0, 1.0)


def endurance(load: float, fatigue: float, recovery: float) -> float:
    """Time until a contraction of constant ``load`` can no longer be held [s]; inf if it always can.

    From M_F(t) = load F/R (1 - exp(-R t)) = 1 - load.
    """
    left = 1.0 - (1.0 - load) * recovery / (load * fatigue)
    return float("inf") if left <= 0.0 else -float(np.log(left)) / recovery
