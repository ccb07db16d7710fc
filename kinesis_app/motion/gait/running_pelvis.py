"""The pelvis of a runner: moved until full inverse dynamics asks for the planned force and no other."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinesis_app.body import kinematics
from kinesis_app.body.model import physics_model, standing_qpos
from kinesis_app.body.rotations import (
    quat_conj,
    quat_from_rotvec,
    quat_mul,
    quat_rotate,
    quat_to_matrix,
    rotvec_from_quat,
)
from kinesis_app.motion.balance import Tolerance, gentlest
from kinesis_app.motion.dynamics import derivatives, foot_spheres, generalised_force, root_wrench, zmp_of
from kinesis_app.motion.gait.heights import hip_offset
from kinesis_app.motion.gait.ik import solve_legs
from kinesis_app.motion.gait.plan import GRID_FPS
from kinesis_app.motion.smooth_step import smooth_step

GRAVITY = 9.81
SMOOTHING = 0.012
"""Gaussian over the joint angles [s]."""
LIGHT = 0.5
"""Vertical force below which the floor's part fades into flight [body weights]."""
PACE = 0.7
"""Share of each correction that is taken."""
UNSURE = 0.2
"""So near to the first and last frame forces count less and less [s]."""
USUAL_ERROR = 0.15
"""A ZMP error much larger than this has other causes than the pelvis [m]."""
TRUNK_INERTIA = np.array([2.6, 2.6, 0.6])
"""Inertia against pitching, rolling and turning of the pelvis [kg m^2]; only sets the pace of convergence."""
SOFT = 0.006
"""Width of the bend with which a leg comes to its full length [m]; an edge would be a jerk."""
SPARE = 0.004
"""Length by which a leg stays short of straight [m]."""
SIDEWAYS = Tolerance(zmp=0.005, fall=0.3, shift=0.05, jerk=150.0)
UPWARD = Tolerance(zmp=0.03, fall=0.3, shift=1.0, jerk=1000.0)
TURNING = tuple(Tolerance(zmp=shift, fall=2.0, shift=shift, jerk=400.0) for shift in (0.06, 0.05, 0.06))
"""For pitch, roll and yaw: without arms the trunk alone would have to swing far about the vertical."""


@dataclass(frozen=True)
class ForcePlan:
    """What the floor is to give.

    Attributes:
        up: Vertical force over body weight [1], shape (T,).
        point: Where it acts [m], shape (T, 2).
        anchored: Weight of the pelvis' planned height, 1 in the middles of the contacts, shape (T,).
    """

    up: np.ndarray
    point: np.ndarray
    anchored: np.ndarray

    @property
    def air(self) -> np.ndarray:
        """How much flight it is [0, 1], shape (T,)."""
        return np.clip(1.0 - self.up / LIGHT, 0.0, 1.0)


class FootPose(Protocol):
    """A foot over T frames: origin of calcn [m] (T, 3) and its orientation (T, 3, 3)."""

    @property
    def pos(self) -> np.ndarray: ...

    @property
    def rot(self) -> np.ndarray: ...


@dataclass(frozen=True)
class Runner:
    """Pelvis position [m] (T, 3), orientation wxyz (T, 4) and joint angles [rad] (T, 14)."""

    root_pos: np.ndarray
    quat: np.ndarray
    joints: np.ndarray


def with_legs(
    body: Runner, feet: tuple[FootPose, FootPose], iterations: int, short: np.ndarray | float = 1.0
) -> Runner:
    """The runner with its feet where they belong, by inverse kinematics.

    ``short`` (T,) says how much the legs are kept from being straight, 1 in running.
    """
    pos = tuple(_reached(body, side, foot, short) for side, foot in enumerate(feet))
    joints = solve_legs(
        body.root_pos, body.quat, (pos[0], pos[1]), (feet[0].rot, feet[1].rot), body.joints, iterations
    )
    return replace(body, joints=gaussian_filter1d(joints, SMOOTHING * GRID_FPS, axis=0, mode="nearest"))


def _reached(body: Runner, side: int, foot: FootPose, short: np.ndarray | float) -> np.ndarray:
    """calcn's origin (T, 3), drawn towards the hip where the leg would be too short."""
    hip = body.root_pos + quat_rotate(body.quat, np.broadcast_to(hip_offset(side), body.root_pos.shape))
    leg = foot.pos + foot.rot @ foot_spheres(side).ankle_offset - hip
    length = np.linalg.norm(leg, axis=1)
    spare = sum(bones()) - SPARE - length
    over = short * SOFT * np.logaddexp(0.0, -spare / SOFT)
    return foot.pos - (over / length)[:, None] * leg


@functools.cache
def bones() -> tuple[float, float]:
    """Length of thigh and shank [m]."""
    frames = kinematics.forward(standing_qpos(physics_model())[None])
    hip, knee, ankle = (frames.pos[0, kinematics.BODIES.index(f"{b}_r")] for b in ("femur", "tibia", "talus"))
    return float(np.linalg.norm(hip - knee)), float(np.linalg.norm(knee - ankle))


def corrected(body: Runner, start: Runner, plan: ForcePlan, every: int = 1) -> Runner:
    """The pelvis moved towards what the plan gives, no further from ``start`` than that takes.

    The inverse dynamics of one frame in ``every`` is worked out.
    """
    mass = float(physics_model().body_mass.sum())
    qpos, qvel, qacc = derivatives(body.root_pos, body.quat, body.joints, 1.0 / GRID_FPS)
    frames = np.arange(len(qpos))
    some = np.union1d(frames[::every], frames[-1:])
    found = generalised_force(qpos[some], qvel[some], qacc[some])[:, :6]
    needed = np.stack([np.interp(frames, some, force) for force in found.T], axis=1)
    wrench = root_wrench(qpos, needed)
    # The last accelerations are those of one side only: what they ask for would grow with every correction.
    sure = smooth_step(np.minimum(frames, frames[::-1]) / (UNSURE * GRID_FPS))
    error = sure[:, None] * (plan.point - zmp_of(qpos, needed))
    trusted = plan.up * np.exp(-np.sum(np.square(error), axis=1) / USUAL_ERROR**2)
    lever = body.root_pos[:, 2] / np.maximum(GRAVITY * plan.up, 2.0)
    still, air = np.zeros(len(lever)), plan.air
    shift = body.root_pos - start.root_pos
    better = np.empty_like(shift)
    for axis in (0, 1):
        fall = -sure * wrench[:, axis] / mass
        better[:, axis] = _gentlest_from(
            shift[:, axis], error[:, axis], lever, fall, (trusted, air), SIDEWAYS
        )
    fall = sure * (GRAVITY * plan.up - wrench[:, 2] / mass)
    carried = (plan.anchored, np.ones(len(air)))
    better[:, 2] = _gentlest_from(shift[:, 2], still, still, fall, carried, UPWARD)
    # About the centre of mass nothing turns the body in flight.
    moment, flying = wrench[:, 3:].copy(), np.flatnonzero(air)
    moment[flying] -= np.cross(centre_of_mass(qpos[flying]) - qpos[flying, :3], wrench[flying, :3])
    local = np.einsum("tji,tj->ti", quat_to_matrix(body.quat), moment)
    turn = rotvec_from_quat(quat_mul(quat_conj(start.quat), body.quat))
    turned = np.empty_like(turn)
    for axis in range(3):
        fall = -sure * local[:, axis] / TRUNK_INERTIA[axis]
        turned[:, axis] = _gentlest_from(turn[:, axis], still, still, fall, (still, air), TURNING[axis])
    return replace(
        body,
        root_pos=start.root_pos + shift + PACE * (better - shift),
        quat=quat_mul(start.quat, quat_from_rotvec(turn + PACE * (turned - turn))),
    )


def _gentlest_from(
    now: np.ndarray,
    excess: np.ndarray,
    lever: np.ndarray,
    fall: np.ndarray,
    weights: tuple[np.ndarray, np.ndarray],
    tolerance: Tolerance,
) -> np.ndarray:
    """The gentlest way in place of the way ``now`` (T,), which still misses ``excess`` and ``fall``."""
    bend = np.gradient(np.gradient(now)) * GRID_FPS**2
    return gentlest(excess + now - lever * bend, lever, fall + bend, *weights, tolerance, GRID_FPS)


def centre_of_mass(qpos: np.ndarray) -> np.ndarray:
    """Centre of mass of the body [m], shape (T, 3)."""
    m, frames = physics_model(), kinematics.forward(qpos)
    mass = m.body_mass[1:]
    centres = frames.pos + np.einsum("tbij,bj->tbi", frames.rot, m.body_ipos[1:])
    return np.einsum("b,tbi->ti", mass, centres) / mass.sum()
