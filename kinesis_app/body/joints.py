"""The 20 degrees of freedom by name, and the knee coupling that drives the other 14 joints.

MyoLegs has 34 velocities; 14 of them (knee translations and rotations, patella) are polynomials
of the knee angle. A pose is therefore (root position, root quaternion wxyz, 14 joint angles).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.model import physics_model

SIDES = ("r", "l")
LEG_JOINTS = (
    "hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle", "subtalar_angle",
    "mtp_angle",
)  # fmt: skip
JOINT_NAMES = tuple(f"{joint}_{side}" for side in SIDES for joint in LEG_JOINTS)
"""The 14 independent joint angles [rad]; right leg first."""
N_JOINTS = len(JOINT_NAMES)
MIRROR_JOINTS = np.array([(i + 7) % 14 for i in range(14)])
"""Index of each joint's counterpart on the other leg (angles keep their sign)."""


@dataclass(frozen=True)
class JointTable:
    """Where the independent joints live in MuJoCo's arrays, and what follows the knee.

    Attributes:
        qpos_adr: Address of each joint in qpos, shape (14,).
        dof_adr: Address of each joint in qvel, shape (14,).
        range: Lower and upper limit [rad], shape (14, 2).
        coupled_qpos: Addresses in qpos that follow a knee, shape (14,).
        coupled_dof: The same in qvel, shape (14,).
        driver: For each coupled joint the column (0..13) of its knee, shape (14,).
        polynomial: Coefficients c0..c4 of each coupled joint, shape (14, 5).
    """

    qpos_adr: np.ndarray
    dof_adr: np.ndarray
    range: np.ndarray
    coupled_qpos: np.ndarray
    coupled_dof: np.ndarray
    driver: np.ndarray
    polynomial: np.ndarray


@functools.cache
def joint_table() -> JointTable:
    """The table for MyoLegs."""
    model = physics_model()
    ids = [mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_JOINT, name) for name in JOINT_NAMES]
    column = {joint: i for i, joint in enumerate(ids)}
    coupled = [int(j) for j in model.eq_obj1id]
    return JointTable(
        qpos_adr=model.jnt_qposadr[ids],
        dof_adr=model.jnt_dofadr[ids],
        range=model.jnt_range[ids].copy(),
        coupled_qpos=model.jnt_qposadr[coupled],
        coupled_dof=model.jnt_dofadr[coupled],
        driver=np.array([column[int(j)] for j in model.eq_obj2id]),
        polynomial=model.eq_data[:, :5].copy(),
    )


def compose_qpos(root_pos: np.ndarray, root_quat: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Poses to MuJoCo's qpos, coupled joints included.

    Args:
        root_pos: Pelvis position in the world [m], shape (..., 3).
        root_quat: Pelvis orientation wxyz, shape (..., 4).
        joints: Joint angles in the order of ``JOINT_NAMES`` [rad], shape (..., 14).

    Returns:
        qpos, shape (..., 35).
    """
    table = joint_table()
    qpos = np.empty((*joints.shape[:-1], 35))
    qpos[..., :3] = root_pos
    qpos[..., 3:7] = root_quat
    qpos[..., table.qpos_adr] = joints
    knee = joints[..., table.driver]
    value = np.zeros_like(knee)
    for power in reversed(range(5)):  # Horner's scheme
        value = value * knee + table.polynomial[:, power]
    qpos[..., table.coupled_qpos] = value
    return qpos


def joint_angles(qpos: np.ndarray) -> np.ndarray:
    """The 14 independent joint angles [rad] of qpos (..., 35), shape (..., 14)."""
    return qpos[..., joint_table().qpos_adr]


def joint_velocities(qvel: np.ndarray) -> np.ndarray:
    """The 14 independent joint velocities [rad/s] of qvel (..., 34), shape (..., 14)."""
    return qvel[..., joint_table().dof_adr]


def coupling_slope(joints: np.ndarray) -> np.ndarray:
    """d(coupled joint)/d(knee angle), shape (..., 14), for joint angles (..., 14)."""
    table = joint_table()
    knee = joints[..., table.driver]
    slope = np.zeros_like(knee)
    for power in reversed(range(1, 5)):
        slope = slope * knee + power * table.polynomial[:, power]
    return slope


def compose_qvel(
    root_linear: np.ndarray, root_angular_b: np.ndarray, joint_vel: np.ndarray, joints: np.ndarray
) -> np.ndarray:
    """Velocities to MuJoCo's qvel, coupled joints included.

    Args:
        root_linear: Pelvis velocity in the world [m/s], shape (..., 3).
        root_angular_b: Pelvis angular velocity in its own frame [rad/s], shape (..., 3).
        joint_vel: Joint velocities [rad/s], shape (..., 14).
        joints: Joint angles [rad], shape (..., 14).

    Returns:
        qvel, shape (..., 34).
    """
    table = joint_table()
    qvel = np.empty((*joints.shape[:-1], 34))
    qvel[..., :3] = root_linear
    qvel[..., 3:6] = root_angular_b
    qvel[..., table.dof_adr] = joint_vel
    qvel[..., table.coupled_dof] = coupling_slope(joints) * joint_vel[..., table.driver]
    return qvel
