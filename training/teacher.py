"""The teacher's action map: from 14 joint-target offsets to muscles, through joint torques.

A training aid. It knows the reference, its inverse dynamics and the body's moment arms, runs at
150 Hz and never in the app. Per physics step and body:

1. torque = Kp (q_ref + offset - q) + Kd (qd_ref - qd) + feed-forward torque of the clip;
2. stance legs add a virtual model: a wrench on the pelvis from its pose error, mapped to the leg by
   the foot Jacobian's transpose (Pratt et al. 2001, Int J Robotics Research 20:129); the swing
   hip's target is corrected for the pelvis' tilt (SIMBICON, Yin et al. 2007);
3. static optimisation shares torque minus passive torque among the leg's 40 muscles;
4. excitation by inverting the activation dynamics.

All of it is compiled: 1 and 2 in :mod:`training.virtual_model`, 3 and 4 in
:mod:`training.muscle_sharing`, the step as a whole in :mod:`training.teacher_kernel`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.joints import N_JOINTS
from kinesis_app.body.model import N_SUBSTEPS, SIM_DT
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.bodies import Bodies
from kinesis_app.env.reference import BEYOND, ReferenceBank, reference_bank
from kinesis_app.env.warp_bodies import WarpBodies
from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.dynamics import inverse_dynamics
from training import teacher_gains
from training.static_optimisation import N_ROWS
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
        gait: How much the motion is standing, walking and running then, shape (S, 3).
    """

    joints: np.ndarray
    joint_vel: np.ndarray
    torque: np.ndarray
    pelvis: np.ndarray
    load: np.ndarray
    centre: np.ndarray
    last: np.ndarray
    gait: np.ndarray


def teacher_table(clips: Sequence[MotionClip], bank: ReferenceBank) -> TeacherTable:
    """Inverse dynamics of every clip, in the bank's rows."""
    dynamics = [inverse_dynamics(resample(clip, 1.0 / SIM_DT)) for clip in clips]
    table = bank.table
    talus = table.body_pos[:, 3:5]  # TRACKED: pelvis, tibiae, tali, toes; right before left
    centre = _tabulated([d.cop for d in dynamics]) - talus
    pelvis = np.concatenate([table.root_pos, table.root_quat, table.root_vel, table.root_angvel], axis=1)
    return TeacherTable(
        joints=np.ascontiguousarray(table.joints),
        joint_vel=np.ascontiguousarray(table.joint_vel),
        torque=_tabulated([d.torque for d in dynamics]),
        pelvis=pelvis,
        load=_tabulated([d.load for d in dynamics]),
        centre=np.where(np.isfinite(centre), np.clip(centre, -0.25, 0.25), 0.0),
        last=np.repeat(bank.start + bank.length - 1, bank.length + BEYOND),
        gait=_tabulated([teacher_gains.gait_shares(d.load) for d in dynamics]),
    )


def _tabulated(of_clips: Sequence[np.ndarray]) -> np.ndarray:
    """Rows of clips as the bank has them; beyond a clip's end, where no teacher acts, its last one."""
    return np.concatenate([np.concatenate([rows, np.repeat(rows[-1:], BEYOND, axis=0)]) for rows in of_clips])


class TeacherActuator:
    """Steps bodies by joint-target offsets (an ``Actuator`` of the tracking environment).

    Args:
        clips: The same clips, in the same order, as the environment's.
        bank: Their table, if there is one already.
        leashed: Whether the gains are those for references on a leash.

    Attributes:
        gains: Of standing, walking and running: ``TeacherGains`` as rows, shape (3, 40), or (B, 3, 40)
            where each body has its own.
    """

    action_size = N_JOINTS

    def __init__(
        self, clips: Sequence[MotionClip], bank: ReferenceBank | None = None, leashed: bool = False
    ) -> None:
        self.gains = teacher_gains.gains_by_gait(leashed)
        self.table = teacher_table(clips, bank or reference_bank(clips))
        self._arrays = tuple(getattr(self.table, name) for name in _KERNEL_ARRAYS)
        self._plant: _Plant | None = None

    def apply(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> None:
        """Advance ``bodies`` one control step under ``action`` (B, 14), 1 = ``OFFSET_RANGE``."""
        self._control_step(bodies, action, rows, moved)

    def label(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """Mean target activation of the next control step, shape (B, 80); the bodies stay as they are."""
        memory = self.memory(bodies)
        before, state = memory.copy(), bodies.state()
        target = self._control_step(bodies, action, rows, moved)
        bodies.restore(*state)
        memory[:] = before
        return target

    def gait(self, rows: np.ndarray) -> np.ndarray:
        """How much the motion is standing, walking and running, shape (B, 3)."""
        return self.table.gait[rows]

    def _control_step(
        self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray
    ) -> np.ndarray:
        plant = self._plant_of(bodies)
        offset, gains = _offsets(action), self._gains_at(rows)
        target = np.zeros((len(bodies), N_MUSCLES))

        def work(chunk: range, fields: np.ndarray, substeps: tuple[int, int]) -> None:
            state = (chunk.start, chunk.stop, *plant.pointers, fields, plant.moment_size, plant.dual)
            control_step(*state, *self._arrays, gains, offset, rows, moved, target, substeps)

        for substeps in plant.turns:
            bodies.in_chunks(functools.partial(work, fields=plant.fields(), substeps=substeps))
            if isinstance(bodies, WarpBodies):
                bodies.substep(bodies.array("ctrl"))
        return target

    def memory(self, bodies: Bodies) -> np.ndarray:
        """Warm starts of the static optimisation, in place; part of a checkpoint."""
        return self._plant_of(bodies).dual

    def _gains_at(self, rows: np.ndarray) -> np.ndarray:
        """Each body's gains now, shape (B, 40)."""
        faded: np.ndarray = (self.gait(rows)[:, None] @ self.gains)[:, 0]
        return faded

    def _plant_of(self, bodies: Bodies) -> _Plant:
        if self._plant is None or self._plant.bodies is not bodies:
            self._plant = _Plant(bodies)
        return self._plant


def _offsets(action: np.ndarray) -> np.ndarray:
    return np.clip(action, -1.0, 1.0).astype(np.float64) * OFFSET_RANGE


class _Plant:
    """Addresses of the bodies and their arrays, and the static optimisation's warm starts.

    Attributes:
        dual: The warm starts, shape (B, 2, 7).
        pointers: Addresses of models and data, each (B,); 0 where the kernel cannot step.
        moment_size: Of one body's ``actuator_moment``.
        turns: Substeps of each call of the kernel.
    """

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.dual = np.zeros((len(bodies), 2, N_ROWS))
        if isinstance(bodies, WarpBodies):  # the physics is elsewhere: one call per physics step
            self.pointers = np.zeros((2, len(bodies)), dtype=np.int64)
            self.moment_size = bodies.array("actuator_moment").shape[1]
            self.turns = [(k, k + 1) for k in range(N_SUBSTEPS)]
        else:
            addresses = [(data.model._address, data._address) for data in bodies.data]
            self.pointers = np.array(addresses, dtype=np.int64).T.copy()
            self.moment_size = bodies.data[0].actuator_moment.size
            self.turns = [(0, N_SUBSTEPS)]

    def fields(self) -> np.ndarray:
        """Addresses of the kernel's ``FIELDS``, up to date, shape (B, 14)."""
        return self.bodies.addresses(FIELDS)
