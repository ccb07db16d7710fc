"""Inverse kinematics of a whole clip: damped Gauss-Newton on all frames at once.

Minimises sum |r / sigma|^2 over the 20 independent velocities per frame; joints that would pass
a limit are held there (projected Gauss-Newton with an active set).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinesis_app.body.joints import JOINT_NAMES, N_JOINTS, compose_qpos, joint_table
from kinesis_app.body.kinematics import N_DOF, forward, point_jacobian, reduction
from kinesis_app.body.rotations import (
    matrix_to_quat,
    quat_conj,
    quat_from_rotvec,
    quat_mul,
    rotvec_from_quat,
)
from kinesis_app.motion.interruption import may_end
from kinesis_app.motion.retarget.layout import Targets
from kinesis_app.motion.retarget.shape import CALCN, LEG_BODIES, ROOT_FROM_ANATOMICAL, body_shape

ITERATIONS, WARM_ITERATIONS = 12, 3
"""Steps from a first guess, and from a pose already solved for nearly the same targets."""
CLOSE_ENOUGH = 1e-4
"""Step below which the search ends [m, rad]."""
DAMPING = 1e-3
STEP = 0.6
"""Largest change of an angle per iteration [rad]; keeps the first steps on the sane branch."""

SIGMA_ROOT, SIGMA_ROOT_TURN = 0.005, 0.03
SIGMA_KNEE, SIGMA_KNEE_SWING = 0.03, 0.015
SIGMA_REST, SIGMA_SWING = 0.003, 0.015
"""How far each target may be missed [m, rad]: resting feet come first, then the pelvis.

A swinging foot gives way: pulled after one out of reach, the pelvis would lurch forward.
"""
SIGMA_SOLE, SIGMA_FOOT_YAW, SIGMA_FOOT_SWING = 0.03, 0.02, 0.1
"""How far a resting foot's sole may tilt and toe out otherwise, and a swinging foot turn [rad].

Recorded ankles turn about more axes than this body's; held firmly, the foot would twist the knee.
"""
_LOOSE = {"hip_rotation": 0.5, "subtalar_angle": 0.2, "mtp_angle": 0.02}
SIGMA_POSTURE = np.array([_LOOSE.get(name[:-2], 2.0) for name in JOINT_NAMES])
"""Pull towards the preferred angles [rad]: only where points say little."""
SIGMA_STATED = 0.06
"""The same for recorded joint angles [rad]: 10 degrees of a straight knee are 3 mm of the leg's length,
less than any source knows of its pelvis' height."""


@dataclass(frozen=True)
class Pose:
    """Root position [m] (T, 3), root quaternion wxyz (T, 4) and joint angles [rad] (T, 14)."""

    root_pos: np.ndarray
    root_quat: np.ndarray
    joints: np.ndarray

    def qpos(self) -> np.ndarray:
        """MuJoCo positions, shape (T, 35)."""
        return compose_qpos(self.root_pos, self.root_quat, self.joints)

    def taken(self, rows: np.ndarray) -> Pose:
        """Some of the frames."""
        return Pose(self.root_pos[rows], self.root_quat[rows], self.joints[rows])

    def stepped(self, rows: np.ndarray, step: np.ndarray) -> Pose:
        """With some frames moved by velocities (K, 20) times one second, joints kept within their range."""
        low, high = joint_table().range.T
        pos, quat, joints = self.root_pos.copy(), self.root_quat.copy(), self.joints.copy()
        pos[rows] += step[:, :3]
        quat[rows] = quat_mul(quat[rows], quat_from_rotvec(step[:, 3:6]))
        joints[rows] = np.clip(joints[rows] + step[:, 6:], low, high)
        return Pose(pos, quat, joints)


def bent_legs(n: int) -> np.ndarray:
    """Angles to begin a search with [rad], shape (n, 14): away from the straight knee."""
    angles = np.zeros((n, N_JOINTS))
    for side in "rl":
        angles[:, JOINT_NAMES.index(f"knee_angle_{side}")] = 0.4
        angles[:, JOINT_NAMES.index(f"hip_flexion_{side}")] = 0.2
    return angles


def root_quat(root: np.ndarray) -> np.ndarray:
    """Root quaternion of frames with columns forward, left, up (T, 3, 3)."""
    return matrix_to_quat(root @ ROOT_FROM_ANATOMICAL.T)


def solve(
    targets: Targets, preferred: np.ndarray, resting: np.ndarray | None = None, start: Pose | None = None
) -> Pose:
    """Poses that meet the targets.

    Args:
        targets: Where the body should be, T frames.
        preferred: Angles to prefer [rad], shape (T, 14).
        resting: How firmly each foot is on the floor [0, 1], shape (T, 2); by default firmly.
        start: First guess; by default the targets' root with the preferred angles.
    """
    goal_pos, goal_quat = targets.root_pos(), root_quat(targets.root)
    low, high = joint_table().range.T
    firm = np.ones((len(preferred), 2)) if resting is None else resting
    resting_turn = np.array([SIGMA_SOLE, SIGMA_SOLE, SIGMA_FOOT_YAW])
    goal = (
        goal_pos,
        goal_quat,
        preferred,
        SIGMA_SWING * (SIGMA_REST / SIGMA_SWING) ** firm,
        SIGMA_FOOT_SWING * (resting_turn / SIGMA_FOOT_SWING) ** firm[..., None],
        SIGMA_KNEE_SWING * (SIGMA_KNEE / SIGMA_KNEE_SWING) ** firm,
    )
    pose = start or Pose(goal_pos, goal_quat, np.clip(preferred, low, high))
    rows = np.arange(len(preferred))
    for _ in range(WARM_ITERATIONS if start else ITERATIONS):
        may_end()
        here = pose.taken(rows)
        jacobian, residual = _system(here, targets.taken(rows), tuple(values[rows] for values in goal))
        transposed = np.swapaxes(jacobian, -1, -2)
        pull = np.einsum("tij,tj->ti", transposed, residual)
        step = bounded_step(transposed @ jacobian, pull, here.joints)
        pose = pose.stepped(rows, step)
        rows = rows[np.abs(step).max(axis=1) > CLOSE_ENOUGH]
        if not len(rows):
            break
    return pose


def _system(pose: Pose, targets: Targets, goal: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Stacked Jacobian (T, R, 20) and residual (T, R), each row over its sigma."""
    qpos = pose.qpos()
    n, frames, coupling = len(qpos), forward(qpos), reduction(qpos)
    rows: list[np.ndarray] = []
    errors: list[np.ndarray] = []

    def add(jacobian: np.ndarray, error: np.ndarray, sigma: float | np.ndarray) -> None:
        rows.append(jacobian / np.atleast_1d(sigma)[..., None])
        errors.append(error / sigma)

    goal_pos, goal_quat, preferred, sigma_foot, sigma_turn, sigma_knee = goal
    identity = np.broadcast_to(np.eye(N_DOF), (n, N_DOF, N_DOF))
    add(identity[:, :3], goal_pos - pose.root_pos, SIGMA_ROOT)
    turn = rotvec_from_quat(quat_mul(quat_conj(pose.root_quat), goal_quat))
    add(identity[:, 3:6], turn, SIGMA_ROOT_TURN)
    foot_goal = np.swapaxes(targets.foot @ np.swapaxes(body_shape().foot_axes, -1, -2), 0, 1)
    for side in (0, 1):
        for column, sigma in ((1, sigma_knee[:, side, None]), (2, sigma_foot[:, side, None])):
            body = int(LEG_BODIES[side, column])
            linear, _ = point_jacobian(frames, body, frames.pos[:, body])
            add(linear @ coupling, targets.legs[:, side, column] - frames.pos[:, body], sigma)
        calcn = int(CALCN[side])
        _, angular = point_jacobian(frames, calcn, frames.pos[:, calcn])
        relative = foot_goal[side] @ np.swapaxes(frames.rot[:, calcn], -1, -2)
        add(angular @ coupling, rotvec_from_quat(matrix_to_quat(relative)), sigma_turn[:, side])
    sigma_posture = np.minimum(SIGMA_POSTURE, SIGMA_STATED) if targets.stated else SIGMA_POSTURE
    rows.append(identity[:, 6:] / sigma_posture[:, None])
    errors.append((preferred - pose.joints) / sigma_posture)
    return np.concatenate(rows, axis=1), np.concatenate(errors, axis=1)


def held_joints(pull: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Which velocities (T, 20) stay: joints (T, 14) at a limit that a gradient (T, 20) presses against it."""
    low, high = joint_table().range.T
    held = np.zeros(pull.shape, dtype=bool)
    held[:, 6:] = (joints <= low + 1e-9) & (pull[:, 6:] < 0.0)
    held[:, 6:] |= (joints >= high - 1e-9) & (pull[:, 6:] > 0.0)
    return held


def bounded_step(normal: np.ndarray, pull: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Gauss-Newton step (T, 20) with the joints that press against a limit held.

    Args:
        normal: J^T J, shape (T, 20, 20).
        pull: J^T residual, shape (T, 20).
        joints: Angles [rad], shape (T, 14).
    """
    low, high = joint_table().range.T
    held = held_joints(pull, joints)
    for _ in range(2):  # solve, hold what would pass a limit, solve again
        step = _solve_free(normal, pull, held)
        over = joints + step[:, 6:]
        held[:, 6:] |= ((over < low) & (joints <= low + 1e-9)) | ((over > high) & (joints >= high - 1e-9))
    return np.clip(step, -STEP, STEP)


def _solve_free(normal: np.ndarray, gradient: np.ndarray, held: np.ndarray) -> np.ndarray:
    free = ~held
    matrix = normal * (free[:, :, None] & free[:, None, :])
    diagonal = np.arange(N_DOF)
    matrix[:, diagonal, diagonal] += np.where(held, 1.0, DAMPING * (1.0 + matrix[:, diagonal, diagonal]))
    return np.linalg.solve(matrix, (gradient * free)[..., None])[..., 0]
