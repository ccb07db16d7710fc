"""One control step of the teacher, compiled: joint torques, static optimisation, physics.

The compiled code releases the interpreter lock, reads the bodies' MjData arrays by address and
calls MuJoCo's own ``mj_step1`` and ``mj_step2``. :mod:`training.teacher` explains the method.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from kinesis_app.body.joints import N_JOINTS
from kinesis_app.body.kinematics import BODIES
from kinesis_app.body.model import N_SUBSTEPS
from kinesis_app.body.muscles import N_MUSCLES
from training.joint_columns import NV, coupling_slopes
from training.mujoco_memory import float_pointer, int_pointer, mj_step1, mj_step2
from training.muscle_sharing import excitation_for, share_among_muscles
from training.virtual_model import wanted_torque

FIELDS = (
    "qpos", "qvel", "act", "ctrl", "actuator_length", "actuator_velocity", "actuator_moment",
    "moment_rownnz", "moment_rowadr", "moment_colind", "xaxis", "xanchor", "xpos", "sensordata",
)  # fmt: skip
"""MjData arrays whose addresses :func:`control_step` takes, in this order."""
_M, _NJ, _NB = N_MUSCLES, 29, len(BODIES) + 1


@nb.njit(nogil=True)
def control_step(
    first: int, stop: int, model: np.ndarray, data: np.ndarray, fields: np.ndarray, moment_size: int,
    dual: np.ndarray, joints: np.ndarray, joint_vel: np.ndarray, feed_forward: np.ndarray,
    pelvis: np.ndarray, load: np.ndarray, centre: np.ndarray, last: np.ndarray, gains: np.ndarray,
    offset: np.ndarray, rows: np.ndarray, moved: np.ndarray, target: np.ndarray, substeps: tuple[int, int],
) -> None:  # fmt: skip
    """Advance bodies ``first`` to ``stop`` one control step, or substep by substep.

    Args:
        model, data: Addresses of each body's MjModel and MjData, shape (B,); 0 leaves the physics to
            the caller, who then goes one substep at a time.
        fields: Addresses of the arrays named in ``FIELDS``, shape (B, 14).
        moment_size: Length of ``actuator_moment``.
        dual: Warm starts of the static optimisation, shape (B, 2, 7).
        joints, joint_vel, feed_forward, pelvis, load, centre, last: ``TeacherTable``, S rows.
        gains: ``TeacherGains`` of each body as a row, shape (B, 40).
        offset: Joint-target offsets [rad], shape (B, 14).
        rows: Row of the reference now, shape (B,).
        moved: How far the reference is moved over the ground [m], shape (B, 2).
        target: Written: target activation averaged over the step, shape (B, 80).
        substeps: The first one, and the one to stop at.
    """
    slope, torque, wanted, want_pelvis = np.zeros(NV), np.empty(N_JOINTS), np.empty(_M), np.empty(13)
    for i in range(first, stop):
        at = fields[i]
        qpos = nb.carray(float_pointer(at[0]), (35,))
        qvel = nb.carray(float_pointer(at[1]), (NV,))
        act = nb.carray(float_pointer(at[2]), (_M,))
        ctrl = nb.carray(float_pointer(at[3]), (_M,))
        length = nb.carray(float_pointer(at[4]), (_M,))
        velocity = nb.carray(float_pointer(at[5]), (_M,))
        moment = nb.carray(float_pointer(at[6]), (moment_size,))
        nnz = nb.carray(int_pointer(at[7]), (_M,))
        adr = nb.carray(int_pointer(at[8]), (_M,))
        column_of = nb.carray(int_pointer(at[9]), (moment_size,))
        xaxis = nb.carray(float_pointer(at[10]), (_NJ, 3))
        xanchor = nb.carray(float_pointer(at[11]), (_NJ, 3))
        xpos = nb.carray(float_pointer(at[12]), (_NB, 3))
        touch = nb.carray(float_pointer(at[13]), (4,))
        if substeps[0] == 0:
            target[i] = 0.0
        for k in range(substeps[0], substeps[1]):
            row = min(rows[i] + k + 1, last[rows[i]])
            want_pelvis[:] = pelvis[row]
            want_pelvis[0] += moved[i, 0]
            want_pelvis[1] += moved[i, 1]
            coupling_slopes(qpos, slope)
            wanted_torque(
                gains[i], qpos, qvel, xaxis, xanchor, xpos, touch, slope, joints[row], joint_vel[row],
                feed_forward[row], want_pelvis, load[row], centre[row], offset[i], torque,
            )  # fmt: skip
            share_among_muscles(length, velocity, moment, nnz, adr, column_of, slope, torque, dual[i], wanted)
            for m in range(_M):
                target[i, m] += wanted[m] / N_SUBSTEPS
                ctrl[m] = excitation_for(m, wanted[m], act[m])
            if model[i] != 0:
                mj_step2(model[i], data[i])
                mj_step1(model[i], data[i])
