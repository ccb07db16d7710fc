"""Heels that rise early: who speeds up leans over a foot whose ankle bends no further.

The foot then turns about the axis of its toe joint, so the toes stay where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinesis_app.body.joints import joint_table
from kinesis_app.body.rotations import quat_to_matrix
from kinesis_app.motion.dynamics import foot_spheres
from kinesis_app.motion.gait.leg import SOLVED, feet_of
from kinesis_app.motion.gait.rolling import hinge_of_toes, sphere_centres, toe_rotation
from kinesis_app.motion.gait.running_pelvis import FootPose, Runner
from kinesis_app.motion.gait.stances import GRID_FPS
from kinesis_app.motion.smooth_step import smooth_step

FULLY = 0.04
"""An ankle this near its limit is fully bent [rad]."""
IGNORED = 0.008
"""A foot that misses its pitch by less is left alone [rad]."""
GAIN = 1.5
"""Turn of the foot over its miss [1]: the higher ankle bends the knee, which takes part of it back."""
SPREAD = 0.015
"""Gaussian over that turn [s]."""
ON_FLOOR = (0.012, 0.03)
"""Toes lower than the first height [m] stand, those above the second do not."""
SPARE = 0.03
"""Distance of the toe joint from its limit [rad]."""


@dataclass(frozen=True)
class _Pose:
    pos: np.ndarray
    rot: np.ndarray


def heels_lifted(body: Runner, feet: tuple[FootPose, FootPose]) -> tuple[Runner, tuple[FootPose, FootPose]]:
    """The feet that stand flatter than the ankles allow, turned about their toes; with their toe angles."""
    joints, root_rot = body.joints.copy(), quat_to_matrix(body.quat)
    lifted: list[FootPose] = []
    for side, foot in enumerate(feet):
        bent = np.flatnonzero(joints[:, 7 * side + 4] > joint_table().range[7 * side + 4, 1] - FULLY)
        if not len(bent):
            lifted.append(foot)
            continue
        angles = joints[bent, 7 * side : 7 * side + SOLVED]
        actual = feet_of(body.root_pos[bent], root_rot[bent], angles[None], (side,))[1][0]
        miss = np.swapaxes(actual, 1, 2) @ foot.rot[bent]
        steeper = 0.5 * (miss[:, 1, 0] - miss[:, 0, 1]) - IGNORED
        toe, turn = joints[:, 7 * side + 6].copy(), np.zeros(len(joints))
        turn[bent] = GAIN * np.maximum(steeper, 0.0)
        turn *= _standing(side, foot, toe)
        least = float(joint_table().range[7 * side + 6, 0]) + SPARE
        turn = np.minimum(gaussian_filter1d(turn, SPREAD * GRID_FPS), np.maximum(toe - least, 0.0))
        lifted.append(_turned(side, foot, turn))
        joints[:, 7 * side + 6] = toe - turn
    return replace(body, joints=joints), (lifted[0], lifted[1])


def _standing(side: int, foot: FootPose, toe: np.ndarray) -> np.ndarray:
    """Whether the toes stand on the floor [0, 1], (T,)."""
    spheres = foot_spheres(side)
    centres = sphere_centres(side, foot.rot, toe_rotation(side, foot.rot, toe))[:, spheres.on_toes, 2]
    height = foot.pos[:, 2] + (centres - spheres.radius[spheres.on_toes]).min(axis=1)
    return smooth_step((ON_FLOOR[1] - height) / (ON_FLOOR[1] - ON_FLOOR[0]))


def _turned(side: int, foot: FootPose, turn: np.ndarray) -> _Pose:
    """calcn turned by ``turn`` (T,) [rad] about the axis of its toe joint."""
    offset = foot_spheres(side).toe_offset
    rot = foot.rot @ hinge_of_toes(side, turn)
    return _Pose(foot.pos + foot.rot @ offset - rot @ offset, rot)
