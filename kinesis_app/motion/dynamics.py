"""Inverse dynamics of a clip: contact forces, joint torques and what neither can supply.

The motion asks for the generalised force Q = M qacc + bias + damping qvel. Contact forces f >= 0
at the feet answer its six root components as well as they can; the muscles must supply the rest:

    torque = C^T (Q - J^T f),

with C the derivative of all 34 velocities to the 20 independent ones, so that forces of the
joints that follow a knee act on the knee angle.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from kinesis_app.body import kinematics
from kinesis_app.body.joints import compose_qpos, compose_qvel
from kinesis_app.body.model import physics_model, scratch_data
from kinesis_app.body.rotations import quat_to_matrix
from kinesis_app.motion.clip import MotionClip, angular_velocity_b, resample
from kinesis_app.motion.contact_forces import contact_forces

WORK_FPS = 150.0
"""Rate at which clips are differentiated [1/s]."""
TOUCH_HEIGHT = (0.008, 0.025)
"""A contact point carries fully below the first, not at all above the second height [m]."""
TOUCH_SPEED = (0.25, 0.8)
"""The same for its speed [m/s]."""


@dataclass(frozen=True)
class ClipDynamics:
    """Forces of a clip, over its T frames; everything in the world frame.

    Attributes:
        torque: Joint torques that muscles must supply, order of ``JOINT_NAMES`` [Nm], shape (T, 14).
        grf: Force on the right and left foot [N], shape (T, 2, 3).
        cop: Centre of pressure of each foot [m], shape (T, 2, 3); the foot's place when unloaded.
        load: Share of the support on each foot [1], shape (T, 2).
        root_residual: Force [N] and moment about the pelvis [Nm] without a source, shape (T, 6).
        zmp: Zero moment point on the floor [m], shape (T, 2).
    """

    torque: np.ndarray
    grf: np.ndarray
    cop: np.ndarray
    load: np.ndarray
    root_residual: np.ndarray
    zmp: np.ndarray


@dataclass(frozen=True)
class FootSpheres:
    """The ends of a foot's collision capsules.

    Attributes:
        pos: Centres in the frame of their body [m], shape (8, 3).
        radius: Radii [m], shape (8,).
        on_toes: Whether the sphere belongs to toes (else calcn), shape (8,).
        toe_offset: Origin of toes in calcn [m], shape (3,).
        ankle_offset: Origin of talus in calcn with the subtalar joint at zero [m], shape (3,).
    """

    pos: np.ndarray
    radius: np.ndarray
    on_toes: np.ndarray
    toe_offset: np.ndarray
    ankle_offset: np.ndarray


@functools.cache
def foot_spheres(side: int) -> FootSpheres:
    """Contact spheres of the right (0) or left (1) foot, from the physics model's capsules."""
    m, suffix = physics_model(), "rl"[side]
    calcn, toes = m.body(f"calcn_{suffix}").id, m.body(f"toes_{suffix}").id
    pos, radius, on_toes = [], [], []
    for g in range(m.ngeom):
        if m.geom_bodyid[g] not in (calcn, toes) or m.geom_type[g] != mujoco.mjtGeom.mjGEOM_CAPSULE:
            continue
        along = quat_to_matrix(m.geom_quat[g])[:, 2] * m.geom_size[g, 1]
        for sign in (-1.0, 1.0):
            pos.append(m.geom_pos[g] + sign * along)
            radius.append(m.geom_size[g, 0])
            on_toes.append(m.geom_bodyid[g] == toes)
    return FootSpheres(
        np.array(pos), np.array(radius), np.array(on_toes), m.body_pos[toes].copy(), -m.body_pos[calcn]
    )


def derivatives(
    root_pos: np.ndarray, root_quat: np.ndarray, joints: np.ndarray, dt: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """qpos (T, 35), qvel and qacc (T, 34) of a motion by central differences."""
    qpos = compose_qpos(root_pos, root_quat, joints)
    # Second order at the ends too: a first-order end halves the acceleration of the first frame.
    edge: Any = 2 if len(qpos) > 2 else 1
    turning = angular_velocity_b(root_quat, dt)
    if edge == 2:
        turning[0], turning[-1] = 2.0 * turning[1] - turning[2], 2.0 * turning[-2] - turning[-3]
    qvel = compose_qvel(
        np.gradient(root_pos, dt, axis=0, edge_order=edge),
        turning,
        np.gradient(joints, dt, axis=0, edge_order=edge),
        joints,
    )
    return qpos, qvel, np.gradient(qvel, dt, axis=0, edge_order=edge)


def generalised_force(qpos: np.ndarray, qvel: np.ndarray, qacc: np.ndarray) -> np.ndarray:
    """Force that the motion asks for, M qacc + bias + damping qvel [N or Nm], shape (T, 34).

    Recursive Newton-Euler per frame, without tendons, contacts and couplings. Armature and joint
    damping are part of the plant, so muscles and floor together must supply exactly this.
    """
    m, d = physics_model(), scratch_data()
    position, velocity, acceleration = d.qpos, d.qvel, d.qacc
    out = np.empty((len(qpos), m.nv))
    for t in range(len(qpos)):
        position[:], velocity[:], acceleration[:] = qpos[t], qvel[t], qacc[t]
        mujoco.mj_kinematics(m, d)
        mujoco.mj_comPos(m, d)
        mujoco.mj_comVel(m, d)
        mujoco.mj_rne(m, d, 1, out[t])
    return out + m.dof_armature * qacc + m.dof_damping * qvel


def root_wrench(qpos: np.ndarray, force: np.ndarray) -> np.ndarray:
    """Force [N] and moment about the pelvis [Nm] in the world, shape (T, 6), of forces (T, 34)."""
    # A free joint's rotational force is expressed in the body's own frame.
    moment = np.einsum("tij,tj->ti", quat_to_matrix(qpos[:, 3:7]), force[:, 3:6])
    return np.concatenate([force[:, :3], moment], axis=1)


def zmp_of(qpos: np.ndarray, force: np.ndarray) -> np.ndarray:
    """Zero moment point on the floor [m], shape (T, 2), of generalised forces (T, 34)."""
    fx, fy, fz, mx, my, _ = root_wrench(qpos, force).T
    fz = np.maximum(fz, 50.0)  # in free fall there is none; stay finite
    x = qpos[:, 0] - (my + qpos[:, 2] * fx) / fz
    y = qpos[:, 1] - (qpos[:, 2] * fy - mx) / fz
    return np.stack([x, y], axis=1)


def inverse_dynamics(clip: MotionClip) -> ClipDynamics:
    """Contact forces and joint torques of a clip at any rate; works at 150 Hz inside."""
    work = resample(clip, WORK_FPS)
    qpos, qvel, qacc = derivatives(work.root_pos, work.root_quat, work.joints, 1.0 / WORK_FPS)
    needed = generalised_force(qpos, qvel, qacc)
    frames = kinematics.forward(qpos)
    points = contact_points(frames)
    force = contact_forces(points, readiness(points), qpos[:, :3], root_wrench(qpos, needed))
    rest = np.einsum("tij,ti->tj", kinematics.reduction(qpos), needed - _on_joints(frames, points, force))
    residual = root_wrench(qpos, rest)
    grf, cop = _per_foot(points, force)
    upward = np.maximum(grf[..., 2], 0.0)
    load = upward / np.maximum(upward.sum(axis=1, keepdims=True), 1.0)
    back = np.minimum(np.round(np.arange(clip.n_frames) * WORK_FPS / clip.fps, 6), work.n_frames - 1)

    def at_frames(x: np.ndarray) -> np.ndarray:
        low = np.floor(back).astype(int)
        high = np.minimum(low + 1, len(x) - 1)
        part = (back - low).reshape(-1, *[1] * (x.ndim - 1))
        return x[low] * (1.0 - part) + x[high] * part

    arrays = (rest[:, 6:], grf, cop, load, residual, zmp_of(qpos, needed))
    return ClipDynamics(*(at_frames(x) for x in arrays))


def contact_points(frames: kinematics.BodyFrames) -> np.ndarray:
    """Lowest points of the feet's spheres in the world [m], shape (T, 2, 8, 3)."""
    points = []
    for side, suffix in enumerate("rl"):
        spheres = foot_spheres(side)
        bodies = [kinematics.BODIES.index(f"{'toes' if t else 'calcn'}_{suffix}") for t in spheres.on_toes]
        centres = frames.pos[:, bodies] + np.einsum("tpij,pj->tpi", frames.rot[:, bodies], spheres.pos)
        points.append(centres - spheres.radius[:, None] * np.array([0.0, 0.0, 1.0]))
    return np.stack(points, axis=1)


def readiness(points: np.ndarray) -> np.ndarray:
    """How much each point may carry [1], shape (T, 2, 8): it must be low and slow."""
    speed = np.linalg.norm(np.gradient(points, 1.0 / WORK_FPS, axis=0), axis=-1)
    low = (TOUCH_HEIGHT[1] - points[..., 2]) / (TOUCH_HEIGHT[1] - TOUCH_HEIGHT[0])
    slow = (TOUCH_SPEED[1] - speed) / (TOUCH_SPEED[1] - TOUCH_SPEED[0])
    low, slow = np.clip(low, 0.0, 1.0), np.clip(slow, 0.0, 1.0)
    return (low * low * (3.0 - 2.0 * low)) * (slow * slow * (3.0 - 2.0 * slow))


def _on_joints(frames: kinematics.BodyFrames, points: np.ndarray, force: np.ndarray) -> np.ndarray:
    """Generalised force J^T f of the contact forces, shape (T, 34)."""
    total = np.zeros((len(points), 34))
    for side, suffix in enumerate("rl"):
        for name, mine in (("calcn", ~foot_spheres(side).on_toes), ("toes", foot_spheres(side).on_toes)):
            body = kinematics.BODIES.index(f"{name}_{suffix}")
            origin, f = frames.pos[:, body], force[:, side, mine]
            moment = np.cross(points[:, side, mine] - origin[:, None], f).sum(axis=1)
            linear, angular = kinematics.point_jacobian(frames, body, origin)
            total += np.einsum("tij,ti->tj", linear, f.sum(axis=1))
            total += np.einsum("tij,ti->tj", angular, moment)
    return total


def _per_foot(points: np.ndarray, force: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Total force (T, 2, 3) and centre of pressure (T, 2, 3) of each foot."""
    weight = force[..., 2:] + 1e-3  # an unloaded foot has its middle as centre
    return force.sum(axis=2), np.sum(weight * points, axis=2) / weight.sum(axis=2)
