"""Forward kinematics and Jacobians of the whole clip at once, on (T, ...) arrays.

A second implementation of what ``mj_kinematics`` does for one pose: thousands of frames cost
a few milliseconds, which makes inverse kinematics over a clip one batched least squares.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.joints import N_JOINTS, coupling_slope, joint_angles, joint_table
from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import quat_to_matrix

N_DOF = 6 + N_JOINTS
"""Independent velocities: root linear (world), root angular (body frame), 14 joints."""

BODIES = (
    "pelvis", "femur_r", "tibia_r", "talus_r", "calcn_r", "toes_r", "patella_r",
    "femur_l", "tibia_l", "talus_l", "calcn_l", "toes_l", "patella_l",
)  # fmt: skip
"""The moving bodies in the physics model's order; trunk, head and arms ride on the pelvis."""
TRACKED = ("pelvis", "tibia_r", "tibia_l", "talus_r", "talus_l", "toes_r", "toes_l")
"""KINESIS' seven bodies."""
TRACKED_INDEX = np.array([BODIES.index(name) for name in TRACKED])


@dataclass(frozen=True)
class BodyFrames:
    """World poses of the bodies over T frames.

    Attributes:
        pos: Origins [m], shape (T, 13, 3), in the order of ``BODIES``.
        rot: Orientations, shape (T, 13, 3, 3). The pelvis' is that of the root.
        axis: World axis of each velocity, shape (T, 34, 3).
        anchor: World point each rotation turns about [m], shape (T, 34, 3).
    """

    pos: np.ndarray
    rot: np.ndarray
    axis: np.ndarray
    anchor: np.ndarray


@functools.cache
def _tree() -> tuple[list[int], list[np.ndarray], list[np.ndarray], list[list[int]], np.ndarray]:
    """Parent, offset, offset rotation and joints of each body; which velocities move which body."""
    m = physics_model()
    parents = [int(m.body_parentid[b]) - 1 for b in range(1, m.nbody)]
    offsets = [m.body_pos[b].copy() for b in range(1, m.nbody)]
    rotations = [quat_to_matrix(m.body_quat[b]) for b in range(1, m.nbody)]
    joints = [[j for j in range(m.njnt) if m.jnt_bodyid[j] == b] for b in range(1, m.nbody)]
    moves = np.zeros((m.nbody - 1, m.nv), dtype=bool)
    for body, parent in enumerate(parents):
        if parent >= 0:
            moves[body] = moves[parent]
        for j in joints[body]:
            width = 6 if m.jnt_type[j] == mujoco.mjtJoint.mjJNT_FREE else 1
            moves[body, m.jnt_dofadr[j] : m.jnt_dofadr[j] + width] = True
    return parents, offsets, rotations, joints, moves


def _axis_rotation(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Rodrigues' formula: rotation matrices (T, 3, 3) about one unit axis."""
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    s, c = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    return np.eye(3) + s * k + (1.0 - c) * (k @ k)


def forward(qpos: np.ndarray) -> BodyFrames:
    """World poses of all bodies for qpos (T, 35)."""
    m = physics_model()
    parents, offsets, rotations, joints, _ = _tree()
    n = len(qpos)
    pos = np.empty((n, len(parents), 3))
    rot = np.empty((n, len(parents), 3, 3))
    axis = np.zeros((n, m.nv, 3))
    anchor = np.zeros((n, m.nv, 3))
    pos[:, 0], rot[:, 0] = qpos[:, :3], quat_to_matrix(qpos[:, 3:7])
    axis[:, 0:3] = np.eye(3)
    axis[:, 3:6] = np.swapaxes(rot[:, 0], -1, -2)
    anchor[:, 3:6] = pos[:, 0, None]
    for b in range(1, len(parents)):
        p = parents[b]
        here = pos[:, p] + rot[:, p] @ offsets[b]
        turn = rot[:, p] @ rotations[b]
        for j in joints[b]:
            dof, value = int(m.jnt_dofadr[j]), qpos[:, int(m.jnt_qposadr[j])]
            axis[:, dof] = turn @ m.jnt_axis[j]
            if m.jnt_type[j] == mujoco.mjtJoint.mjJNT_SLIDE:
                here = here + axis[:, dof] * value[:, None]
            else:  # MyoLegs' hinges all sit at their body's origin (jnt_pos = 0)
                anchor[:, dof] = here
                turn = turn @ _axis_rotation(m.jnt_axis[j], value)
        pos[:, b], rot[:, b] = here, turn
    return BodyFrames(pos, rot, axis, anchor)


def reduction(qpos: np.ndarray) -> np.ndarray:
    """d(qvel)/d(independent velocities) with the knee coupling, shape (T, 34, 20)."""
    table = joint_table()
    matrix = np.zeros((len(qpos), 34, N_DOF))
    matrix[:, np.arange(6), np.arange(6)] = 1.0
    matrix[:, table.dof_adr, 6 + np.arange(N_JOINTS)] = 1.0
    matrix[:, table.coupled_dof, 6 + table.driver] = coupling_slope(joint_angles(qpos))
    return matrix


def point_jacobian(frames: BodyFrames, body: int, point_w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Jacobians of a point fixed to a body.

    Args:
        frames: Result of :func:`forward`.
        body: Row in ``BODIES``.
        point_w: World position of the point [m], shape (T, 3).

    Returns:
        Translational and rotational Jacobian with respect to qvel, each (T, 3, 34).
    """
    moves = _tree()[4][body]
    slides = physics_model().jnt_type[physics_model().dof_jntid] == mujoco.mjtJoint.mjJNT_SLIDE
    slides[:3], hinges = True, ~slides
    hinges[:3] = False
    linear = np.where(
        (moves & slides)[:, None],
        frames.axis,
        np.where((moves & hinges)[:, None], np.cross(frames.axis, point_w[:, None] - frames.anchor), 0.0),
    )
    angular = np.where((moves & hinges)[:, None], frames.axis, 0.0)
    return np.swapaxes(linear, -1, -2), np.swapaxes(angular, -1, -2)


def tracked_positions(qpos: np.ndarray) -> np.ndarray:
    """World positions of KINESIS' seven bodies [m], shape (T, 7, 3), for qpos (T, 35)."""
    return forward(qpos).pos[:, TRACKED_INDEX]
