"""How stiff the teacher is: gains for standing, walking and running, faded by what is planned.

All were found the way of ``python -m training.gains`` (separable CMA-ES, 16 candidates a generation): the
steady ones in 75 generations of 8 to 12 bodies that walked without action and 72 of 16 bodies that were
pushed with 55 to 95 N for 0.2 s, a trained policy acting; the leashed ones from there in 60 more with 70 to
130 N; those of running in 85 of 12 bodies that, no action taken, were to run as long as possible at 2 to
3 m/s, and in 77 of 14 that a trained policy let start to run and stop, some of them pushed. With
them 51 of 56 such bodies stayed up, with those before 48; the motions were in part those of the search.
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
    stiffness=(421.0, 679.0, 3.84, 216.0, 254.0, 21.7, 6.11),
    damping=(3.98, 9.93, 4.6, 8.31, 2.82, 0.465, 0.805),
    forward=(135.0, 166.0, 46.6),
    lateral=(748.0, 578.0, 35.7),
    vertical=(649.0, 1050.0, 221.0),
    roll=(262.0, 79.9, 60.3),
    pitch=(120.0, 48.7, 2740.0),
    yaw=(65.3, 0.294, 66.8),
    foot_moment=(129.0, 147.0, 13.8),
    step=(-0.751, 0.138, -0.642, 0.0811),
    tilt=0.802,
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
