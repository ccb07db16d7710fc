"""The teacher's action map: from 14 joint-target offsets to muscles, through joint torques.

A training aid. It knows the reference, its inverse dynamics and the body's moment arms, runs at
150 Hz and never in the app. Per physics step and body:

1. torque = Kp (q_ref + offset - q) + Kd (qd_ref - qd) + feed-forward torque of the clip;
2. stance legs add a virtual model: a wrench on the pelvis from its pose error, mapped to the leg by
   the foot Jacobian's transpose (Pratt et al. 2001, Int J Robotics Research 20:129); the swing
   hip's target is corrected for the pelvis' tilt (SIMBICON, Yin et al. 2007);
3. static optimisation shares torque minus passive torque among the leg's 40 muscles;
4. excitation by inverting the activation dynamics.

:mod:`training.teacher_kernel` holds the compiled equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.joints import N_JOINTS
from kinesis_app.body.model import SIM_DT
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.bodies import Bodies
from kinesis_app.env.physics_state import physics_state, restore_physics
from kinesis_app.env.reference import ReferenceBank, reference_bank
from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.dynamics import inverse_dynamics
from training.static_optimisation import N_ROWS
from training.teacher_gains import RUNNING, WALKING, running_share
from training.teacher_kernel import FIELDS, control_step

OFFSET_RANGE = np.tile([0.25, 0.25, 0.25, 0.25, 0.1, 0.1, 0.1], 2)
"""Joint-target offset [rad] for an action of 1, shape (14,)."""


_KERNEL_ARRAYS = ("joints", "joint_vel", "torque", "pelvis", "load", "centre", "last")


@dataclass(frozen=True)
class TeacherTable:
    """What the teacher knows of the reference, row by row like ``ReferenceBank.table``.

    Attributes:
        joints, joint_vel: [rad], [rad/s], shape (S, 14).
        torque: Joint torque of the clip's inverse dynamics [Nm], shape (S, 14).
        pelvis: Position, quaternion, velocity, angular velocity (body frame), shape (S, 13).
        load: Planned share of body weight on right and left foot, shape (S, 2).
        centre: Planned centre of pressure relative to each talus [m], shape (S, 2, 3).
        last: Last row of the clip a row belongs to, shape (S,).
        running: How much the motion is running then, 0 to 1, shape (S,).
    """

    joints: np.ndarray
    joint_vel: np.ndarray
    torque: np.ndarray
    pelvis: np.ndarray
    load: np.ndarray
    centre: np.ndarray
    last: np.ndarray
    running: np.ndarray


def teacher_table(clips: Sequence[MotionClip], bank: ReferenceBank) -> TeacherTable:
    """Inverse dynamics of every clip, in the bank's rows."""
    dynamics = [inverse_dynamics(resample(clip, 1.0 / SIM_DT)) for clip in clips]
    table = bank.table
    talus = table.body_pos[:, 3:5]  # TRACKED: pelvis, tibiae, tali, toes; right before left
    centre = np.concatenate([d.cop for d in dynamics]) - talus
    pelvis = np.concatenate([table.root_pos, table.root_quat, table.root_vel, table.root_angvel], axis=1)
    return TeacherTable(
        joints=np.ascontiguousarray(table.joints),
        joint_vel=np.ascontiguousarray(table.joint_vel),
        torque=np.concatenate([d.torque for d in dynamics]),
        pelvis=pelvis,
        load=np.concatenate([d.load for d in dynamics]),
        centre=np.where(np.isfinite(centre), np.clip(centre, -0.25, 0.25), 0.0),
        last=np.repeat(bank.start + bank.length - 1, bank.length),
        running=np.concatenate([running_share(d.load) for d in dynamics]),
    )


class TeacherActuator:
    """Steps bodies by joint-target offsets (an ``Actuator`` of the tracking environment).

    Args:
        clips: The same clips, in the same order, as the environment's.
    """

    action_size = N_JOINTS

    def __init__(self, clips: Sequence[MotionClip]) -> None:
        self.walking_gains, self.running_gains = WALKING.row(), RUNNING.row()
        self.table = teacher_table(clips, reference_bank(clips))
        self._arrays = tuple(getattr(self.table, name) for name in _KERNEL_ARRAYS)
        self._plant: _Plant | None = None

    def apply(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> None:
        """Advance ``bodies`` one control step under ``action`` (B, 14), 1 = ``OFFSET_RANGE``."""
        plant = self._plant_of(bodies)
        offset, gains = _offsets(action), self._gains_at(rows)
        target = np.zeros((len(bodies), N_MUSCLES))

        def work(chunk: range) -> None:
            control_step(*plant.arguments(chunk), *self._arrays, gains, offset, rows, moved, target)

        bodies.in_chunks(work)

    def label(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """Mean target activation of the next control step, shape (B, 80); the bodies stay as they are."""
        plant = self._plant_of(bodies)
        offset, gains = _offsets(action), self._gains_at(rows)
        target = np.zeros((len(bodies), N_MUSCLES))
        dual = plant.dual.copy()
        state = [physics_state(data) for data in bodies.data]
        touch = [data.sensordata.copy() for data in bodies.data]

        def work(chunk: range) -> None:
            control_step(*plant.arguments(chunk), *self._arrays, gains, offset, rows, moved, target)
            for i in chunk:
                restore_physics(bodies.data[i], state[i], touch[i])

        bodies.in_chunks(work)
        plant.dual[:] = dual
        return target

    def memory(self, bodies: Bodies) -> np.ndarray:
        """Warm starts of the static optimisation, in place; part of a checkpoint."""
        return self._plant_of(bodies).dual

    def _gains_at(self, rows: np.ndarray) -> np.ndarray:
        share = self.table.running[rows][:, None]
        return (1.0 - share) * self.walking_gains + share * self.running_gains

    def _plant_of(self, bodies: Bodies) -> _Plant:
        if self._plant is None or self._plant.bodies is not bodies:
            self._plant = _Plant(bodies)
        return self._plant


def _offsets(action: np.ndarray) -> np.ndarray:
    return np.clip(action, -1.0, 1.0).astype(np.float64) * OFFSET_RANGE


class _Plant:
    """Addresses of the bodies' arrays and the static optimisation's warm starts."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.dual = np.zeros((len(bodies), 2, N_ROWS))
        self._model = np.array([data.model._address for data in bodies.data], dtype=np.int64)
        self._data = np.array([data._address for data in bodies.data], dtype=np.int64)
        self._fields = np.array(
            [[getattr(data, name).ctypes.data for name in FIELDS] for data in bodies.data], dtype=np.int64
        )
        self._moment_size = bodies.data[0].actuator_moment.size

    def arguments(self, chunk: range) -> tuple:
        """The leading arguments of :func:`control_step`."""
        return chunk.start, chunk.stop, self._model, self._data, self._fields, self._moment_size, self.dual
