"""How stiff the teacher is: gains for standing, walking and running, faded by what is planned.

All were found the way of ``python -m training.gains`` (separable CMA-ES, 16 candidates a generation):

- ``STEADY`` in 75 generations of 8 to 12 bodies that walked without action, and 72 of 16 bodies that were
  pushed with 55 to 95 N for 0.2 s, a trained policy acting;
- ``LEASHED`` from there in 60 more with 70 to 130 N, all on a leash;
- ``RUNNING`` in four searches, by turns with training: 85 generations to run at all without action, 77 to
  start and stop with a policy acting, 65 and 26 of 14 to 16 bodies of which three in four keep their place.
  Only the last two made it run where it is asked to be: gains found on a leash pull a body back so little
  that it lags.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from kinesis_app.body.model import SIM_DT


@dataclass(frozen=True)
class TeacherGains:
    """Feedback gains; per joint of a leg in the order of ``LEG_JOINTS``.

    Attributes:
        stiffness: Kp [Nm/rad].
        damping: Kd [Nm s/rad].
        forward, lateral, vertical: Virtual model: stiffness [N/m], damping [N s/m], limit [N].
        roll, pitch, yaw: Stiffness [Nm/rad], damping [Nm s/rad], limit [Nm]; the armless trunk has
            little inertia about the vertical, and muscle lag makes much damping there unstable.
        foot_moment: Largest moment the ground can give a foot: roll, pitch, yaw [Nm].
        step: How much further the swing foot lands for the pelvis' error: forward per position
            [m/m] and velocity [s], lateral likewise (foot placement; Pratt et al. 2006, Humanoids).
        tilt: Share of the pelvis' tilt that the swing hip makes up for.
    """

    stiffness: tuple[float, ...] = (580.0, 549.0, 25.6, 118.0, 406.0, 63.0, 4.85)
    damping: tuple[float, ...] = (6.8, 31.6, 5.71, 12.2, 2.13, 0.997, 0.0863)
    forward: tuple[float, ...] = (492.0, 176.0, 169.0)
    lateral: tuple[float, ...] = (502.0, 231.0, 93.6)
    vertical: tuple[float, ...] = (1030.0, 1710.0, 172.0)
    roll: tuple[float, ...] = (696.0, 98.7, 90.1)
    pitch: tuple[float, ...] = (602.0, 55.6, 245.0)
    yaw: tuple[float, ...] = (91.6, 6.24, 17.2)
    foot_moment: tuple[float, ...] = (119.0, 67.7, 109.0)
    step: tuple[float, ...] = (0.0878, 0.0782, 0.0165, 0.207)
    tilt: float = 0.76

    def row(self) -> np.ndarray:
        """All gains in order, shape (40,)."""
        return np.concatenate([np.atleast_1d(getattr(self, f.name)) for f in fields(self)])

    @classmethod
    def of_row(cls, row: np.ndarray) -> TeacherGains:
        """The gains whose :meth:`row` this is, shape (40,)."""
        parts = np.split(row, np.cumsum(list(LENGTHS.values()))[:-1])
        lists = {name: part.tolist() for name, part in zip(LENGTHS, parts, strict=True)}
        values: dict[str, Any] = {name: tuple(v) if name != "tilt" else v[0] for name, v in lists.items()}
        return cls(**values)


STEADY = TeacherGains()
"""Standing, and walking where the reference keeps its place."""
LEASHED = TeacherGains(
    stiffness=(588.0, 474.0, 34.7, 96.3, 294.0, 38.6, 5.54),
    damping=(4.49, 31.1, 6.13, 11.9, 3.18, 0.519, 0.0779),
    forward=(449.0, 159.0, 149.0),
    lateral=(938.0, 255.0, 15.9),
    vertical=(1410.0, 1420.0, 227.0),
    roll=(1210.0, 92.8, 90.2),
    pitch=(405.0, 49.7, 269.0),
    yaw=(85.6, 4.93, 16.8),
    foot_moment=(205.0, 84.6, 81.5),
    step=(-0.156, 0.3, 0.0779, 0.409),
    tilt=0.785,
)
RUNNING = TeacherGains(
    stiffness=(544.0, 718.0, 8.71, 218.0, 244.0, 38.6, 10.6),
    damping=(4.47, 11.8, 5.43, 7.49, 3.43, 0.715, 0.504),
    forward=(334.0, 133.0, 607.0),
    lateral=(425.0, 320.0, 33.8),
    vertical=(448.0, 717.0, 171.0),
    roll=(356.0, 74.3, 94.0),
    pitch=(137.0, 39.4, 2420.0),
    yaw=(32.6, 0.166, 42.4),
    foot_moment=(103.0, 115.0, 9.44),
    step=(0.0857, 0.0793, -0.0155, 0.0841),
    tilt=0.816,
)


LENGTHS = {f.name: np.size(getattr(STEADY, f.name)) for f in fields(TeacherGains)}
"""How many gains each field holds."""
GAINS = {"STEADY": STEADY, "LEASHED": LEASHED, "RUNNING": RUNNING}
GAITS = ("standing", "walking", "running")


def names_by_gait(leashed: bool) -> tuple[str, ...]:
    """Which of ``GAINS`` are those of each of the ``GAITS``.

    Args:
        leashed: Whether bodies that stray take their references along: then it pays to follow the body's
            velocity with wider steps and not to pull it back to a place.
    """
    return ("STEADY", "LEASHED" if leashed else "STEADY", "RUNNING")


def gains_by_gait(leashed: bool) -> np.ndarray:
    """Gains of standing, walking and running, shape (3, 40); ``leashed`` as in :func:`names_by_gait`."""
    return np.array([GAINS[name].row() for name in names_by_gait(leashed)])


_UNLOADED, _FLIGHT = 0.05, 0.5
"""Share of the weight below which a foot is in the air, and the whole body."""
_SHORTEST_FLIGHT, _REACH, _FADE = 0.03, 0.5, 0.3
"""A flight lasts so long at least, makes running of what is so near to it, and fades within [s]; as a
step makes walking of it."""


def gait_shares(load: np.ndarray) -> np.ndarray:
    """How much a motion is standing, walking and running, rows that add up to 1, shape (T, 3).

    Args:
        load: Planned share of body weight on right and left foot at physics steps, shape (T, 2).
    """
    steps = round(_SHORTEST_FLIGHT / SIM_DT)
    flight = uniform_filter1d((load.sum(axis=1) < _FLIGHT).astype(float), steps) > 1.0 - 0.5 / steps
    running, stepping = _near(flight), _near(load.min(axis=1) < _UNLOADED)
    return np.stack([1.0 - np.maximum(stepping, running), np.maximum(stepping - running, 0.0), running], 1)


def _near(what: np.ndarray) -> np.ndarray:
    """1 within the reach of what is true, fading to 0 away from it, shape (T,)."""
    near = maximum_filter1d(what.astype(float), 2 * round(_REACH / SIM_DT) + 1)
    return uniform_filter1d(near, round(_FADE / SIM_DT))
