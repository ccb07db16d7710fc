"""One control step of the teacher, compiled: joint torques, static optimisation, physics.

The compiled code releases the interpreter lock, reads the bodies' MjData arrays by address and
calls MuJoCo's own ``mj_step1`` and ``mj_step2``. :mod:`training.teacher` explains the method.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import mujoco
import numba as nb
import numpy as np

from kinesis_app.body.joints import N_JOINTS, joint_table
from kinesis_app.body.kinematics import BODIES
from kinesis_app.body.model import N_SUBSTEPS, SIM_DT, physics_model
from kinesis_app.body.muscles import N_MUSCLES, muscle_table
from training.static_optimisation import N_ROWS, TORQUE_SCALE, solve

TOUCH_THRESHOLD = 10.0
"""A planned stance foot that feels less [N] carries a quarter of its share."""
_LIFTED_SHARE = 0.25
_TILT_LIMIT = 0.3  # rad, of the swing hip's correction
_STEP_LIMIT = 0.25  # m, of the swing foot's correction

# Columns of the gains, see TeacherGains.
_KP, _KD, _FORWARD, _LATERAL, _VERTICAL, _ROLL, _PITCH, _YAW, _FOOT = 0, 7, 14, 17, 20, 23, 26, 29, 32
_STEP, _TILT = 35, 39

FIELDS = (
    "qpos", "qvel", "act", "ctrl", "actuator_length", "actuator_velocity", "actuator_moment",
    "moment_rownnz", "moment_rowadr", "moment_colind", "xaxis", "xanchor", "xpos", "sensordata",
)  # fmt: skip
"""MjData arrays whose addresses :func:`control_step` takes, in this order."""
_M, _NV, _NJ, _NB = N_MUSCLES, 34, 29, len(BODIES) + 1


def _mujoco_function(name: str) -> Any:
    folder = Path(mujoco.__file__).parent
    library = [*folder.glob("libmujoco*"), *folder.glob("mujoco.dll")][0]
    function = getattr(ctypes.CDLL(str(library)), name)
    function.argtypes, function.restype = [ctypes.c_void_p, ctypes.c_void_p], None
    return function


_mj_step1 = _mujoco_function("mj_step1")
_mj_step2 = _mujoco_function("mj_step2")


def _muscle_parameters() -> np.ndarray:
    t = muscle_table()
    return np.column_stack(
        [
            t.optimal_fiber_length, t.tendon_slack_length, t.max_isometric_force, t.length_min,
            t.length_max, t.max_contraction_velocity, t.passive_force, t.eccentric_force,
            t.time_constants,
        ]
    )  # fmt: skip


def _columns() -> tuple[np.ndarray, np.ndarray]:
    """For each velocity: the independent joint it belongs to, and its row among the coupled ones."""
    joints = joint_table()
    column, coupled = np.full(_NV, -1), np.full(_NV, -1)
    column[joints.dof_adr] = np.arange(N_JOINTS)
    column[joints.coupled_dof] = joints.driver
    coupled[joints.coupled_dof] = np.arange(len(joints.driver))
    return column, coupled


_MUSCLE = _muscle_parameters()
_COLUMN, _COUPLED = _columns()
_POLYNOMIAL = joint_table().polynomial
_QPOS_ADR, _DOF_ADR = joint_table().qpos_adr.astype(np.int64), joint_table().dof_adr.astype(np.int64)
_DOF_JOINT = physics_model().dof_jntid.astype(np.int64)
_IS_SLIDE = physics_model().jnt_type == int(mujoco.mjtJoint.mjJNT_SLIDE)
_TALUS = np.array([BODIES.index("talus_r") + 1, BODIES.index("talus_l") + 1])
_LAST_OF_FOOT = 6  # a foot's Jacobian has six columns: the toes carry no wrench here


@nb.extending.intrinsic
def _float_pointer(typing, address):  # type: ignore[no-untyped-def]
    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return nb.types.CPointer(nb.types.float64)(nb.types.int64), codegen


@nb.extending.intrinsic
def _int_pointer(typing, address):  # type: ignore[no-untyped-def]
    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return nb.types.CPointer(nb.types.int32)(nb.types.int64), codegen


@nb.njit(nogil=True, fastmath=True)
def muscle_gain_bias(m: int, length: float, velocity: float) -> tuple[float, float]:
    """Gain and bias [N] of muscle row ``m``; the scalar twin of ``body.muscles.gain`` and ``bias``."""
    p = _MUSCLE[m]
    fiber, v = (length - p[1]) / p[0], velocity / (p[0] * p[5])
    a, b = 0.5 * (p[3] + 1.0), 0.5 * (1.0 + p[4])
    if fiber < p[3] or fiber > p[4]:
        active = 0.0
    elif fiber <= a:
        active = 0.5 * ((fiber - p[3]) / (a - p[3])) ** 2
    elif fiber <= 1.0:
        active = 1.0 - 0.5 * ((1.0 - fiber) / (1.0 - a)) ** 2
    elif fiber <= b:
        active = 1.0 - 0.5 * ((fiber - 1.0) / (b - 1.0)) ** 2
    else:
        active = 0.5 * ((p[4] - fiber) / (p[4] - b)) ** 2
    y = p[7] - 1.0
    if v <= -1.0:
        speed = 0.0
    elif v <= 0.0:
        speed = (v + 1.0) ** 2
    elif v <= y:
        speed = p[7] - (y - v) ** 2 / y
    else:
        speed = p[7]
    x = (fiber - 1.0) / (b - 1.0)
    passive = 0.5 * max(x, 0.0) ** 2 if x <= 1.0 else x - 0.5
    return -p[2] * active * speed, -p[2] * p[6] * passive


@nb.njit(nogil=True, fastmath=True)
def _excitation_for(m: int, target: float, activation: float) -> float:
    scale = 0.5 + 1.5 * min(max(activation, 0.0), 1.0)
    tau = _MUSCLE[m, 8] * scale if target > activation else _MUSCLE[m, 9] / scale
    return min(max(activation + (target - activation) * tau / SIM_DT, 0.0), 1.0)


@nb.njit(nogil=True, fastmath=True)
def _coupling_slopes(qpos: np.ndarray, slope: np.ndarray) -> None:
    """d(velocity)/d(independent joint it belongs to), 1 for the joints themselves, shape (34,)."""
    for dof in range(6, _NV):
        slope[dof] = 1.0
        row = _COUPLED[dof]
        if row >= 0:
            knee = qpos[_QPOS_ADR[_COLUMN[dof]]]
            c = _POLYNOMIAL[row]
            slope[dof] = c[1] + knee * (2.0 * c[2] + knee * (3.0 * c[3] + knee * 4.0 * c[4]))


@nb.njit(nogil=True, fastmath=True)
def _rotate(q: np.ndarray, v: np.ndarray, out: np.ndarray) -> None:
    tx = 2.0 * (q[2] * v[2] - q[3] * v[1])
    ty = 2.0 * (q[3] * v[0] - q[1] * v[2])
    tz = 2.0 * (q[1] * v[1] - q[2] * v[0])
    out[0] = v[0] + q[0] * tx + q[2] * tz - q[3] * ty
    out[1] = v[1] + q[0] * ty + q[3] * tx - q[1] * tz
    out[2] = v[2] + q[0] * tz + q[1] * ty - q[2] * tx


@nb.njit(nogil=True, fastmath=True)
def _clip(x: float, limit: float) -> float:
    return min(max(x, -limit), limit)


@nb.njit(nogil=True, fastmath=True)
def _spring(gains: np.ndarray, first: int, error: float, rate: float) -> float:
    return _clip(gains[first] * error + gains[first + 1] * rate, gains[first + 2])


@nb.njit(nogil=True, fastmath=True)
def _facing(qpos: np.ndarray, facing: np.ndarray) -> None:
    """Unit vector (2,) in the ground plane where the pelvis faces: its own -y."""
    w, x, y, z = qpos[3], qpos[4], qpos[5], qpos[6]
    facing[0], facing[1] = -2.0 * (x * y - w * z), -(1.0 - 2.0 * (x * x + z * z))
    norm = np.sqrt(facing[0] ** 2 + facing[1] ** 2) + 1e-9
    facing[0] /= norm
    facing[1] /= norm


@nb.njit(nogil=True, fastmath=True)
def _tilt(qpos: np.ndarray, want: np.ndarray, tilt: np.ndarray) -> None:
    """Rotation from the pelvis to its reference, a small rotation vector in the world [rad]."""
    p, q = want[3:7], qpos[3:7]  # p * conj(q)
    w = p[0] * q[0] + p[1] * q[1] + p[2] * q[2] + p[3] * q[3]
    sign = 2.0 if w >= 0.0 else -2.0
    tilt[0] = sign * (-p[0] * q[1] + p[1] * q[0] - p[2] * q[3] + p[3] * q[2])
    tilt[1] = sign * (-p[0] * q[2] + p[1] * q[3] + p[2] * q[0] - p[3] * q[1])
    tilt[2] = sign * (-p[0] * q[3] - p[1] * q[2] + p[2] * q[1] + p[3] * q[0])


@nb.njit(nogil=True, fastmath=True)
def _pelvis_wrench(
    gains: np.ndarray, qpos: np.ndarray, qvel: np.ndarray, want: np.ndarray, facing: np.ndarray,
    tilt: np.ndarray, wrench: np.ndarray,
) -> None:  # fmt: skip
    """Virtual force and moment on the pelvis in the world."""
    fx, fy = facing[0], facing[1]
    ex, ey, vx, vy = want[0] - qpos[0], want[1] - qpos[1], want[7] - qvel[0], want[8] - qvel[1]
    forward = _spring(gains, _FORWARD, fx * ex + fy * ey, fx * vx + fy * vy)
    lateral = _spring(gains, _LATERAL, fx * ey - fy * ex, fx * vy - fy * vx)
    wrench[0] = fx * forward - fy * lateral
    wrench[1] = fy * forward + fx * lateral
    wrench[2] = _spring(gains, _VERTICAL, want[2] - qpos[2], want[9] - qvel[2])
    wanted, now = np.empty(3), np.empty(3)
    _rotate(want[3:7], want[10:13], wanted)
    _rotate(qpos[3:7], qvel[3:6], now)
    ox, oy = wanted[0] - now[0], wanted[1] - now[1]
    roll = _spring(gains, _ROLL, fx * tilt[0] + fy * tilt[1], fx * ox + fy * oy)
    pitch = _spring(gains, _PITCH, fx * tilt[1] - fy * tilt[0], fx * oy - fy * ox)
    wrench[3] = fx * roll - fy * pitch
    wrench[4] = fy * roll + fx * pitch
    wrench[5] = _spring(gains, _YAW, tilt[2], wanted[2] - now[2])


@nb.njit(nogil=True, fastmath=True)
def _add_stance_torque(
    gains: np.ndarray, side: int, share: float, wrench: np.ndarray, facing: np.ndarray, pelvis: np.ndarray,
    point: np.ndarray, xaxis: np.ndarray, xanchor: np.ndarray, slope: np.ndarray, torque: np.ndarray,
) -> None:  # fmt: skip
    """Leg torques by which the ground pushes the pelvis with ``share`` of ``wrench``."""
    f = share * wrench[:3]
    r = point - pelvis
    moment = share * wrench[3:]
    moment[0] -= r[1] * f[2] - r[2] * f[1]
    moment[1] -= r[2] * f[0] - r[0] * f[2]
    moment[2] -= r[0] * f[1] - r[1] * f[0]
    # What a foot can take is known along and across it; the pelvis' facing stands in for the foot's.
    roll = _clip(facing[0] * moment[0] + facing[1] * moment[1], gains[_FOOT])
    pitch = _clip(-facing[1] * moment[0] + facing[0] * moment[1], gains[_FOOT + 1])
    moment[0] = facing[0] * roll - facing[1] * pitch
    moment[1] = facing[1] * roll + facing[0] * pitch
    moment[2] = _clip(moment[2], gains[_FOOT + 2])
    for dof in range(6, _NV):
        column = _COLUMN[dof]
        local = column - 7 * side
        if local < 0 or local >= _LAST_OF_FOOT or slope[dof] == 0.0:
            continue
        joint = _DOF_JOINT[dof]
        a = xaxis[joint]
        if _IS_SLIDE[joint]:
            power = a[0] * f[0] + a[1] * f[1] + a[2] * f[2]
        else:
            d = point - xanchor[joint]
            power = (
                (a[1] * d[2] - a[2] * d[1]) * f[0]
                + (a[2] * d[0] - a[0] * d[2]) * f[1]
                + (a[0] * d[1] - a[1] * d[0]) * f[2]
                + a[0] * moment[0] + a[1] * moment[1] + a[2] * moment[2]
            )  # fmt: skip
        torque[column] -= slope[dof] * power


@nb.njit(nogil=True, fastmath=True)
def _share_among_muscles(
    length: np.ndarray, velocity: np.ndarray, moment: np.ndarray, nnz: np.ndarray, adr: np.ndarray,
    column_of: np.ndarray, slope: np.ndarray, torque: np.ndarray, dual: np.ndarray, wanted: np.ndarray,
) -> None:  # fmt: skip
    """Static optimisation of both legs: target activations ``wanted`` (80,)."""
    matrix = np.zeros((2, N_ROWS, _M // 2))
    left = torque.copy().reshape(2, N_ROWS)
    for m in range(_M):
        side, local = m // (_M // 2), m % (_M // 2)
        gain, bias = muscle_gain_bias(m, length[m], velocity[m])
        for k in range(adr[m], adr[m] + nnz[m]):
            dof = column_of[k]
            if dof < 6:
                continue
            row = _COLUMN[dof] - 7 * side
            arm = moment[k] * slope[dof]
            left[side, row] -= arm * bias
            matrix[side, row, local] += arm * gain / TORQUE_SCALE[row]
    for side in range(2):
        for j in range(N_ROWS):
            left[side, j] /= TORQUE_SCALE[j]
        leg = slice(side * (_M // 2), (side + 1) * (_M // 2))
        solve(matrix[side], left[side], dual[side], wanted[leg])


@nb.njit(nogil=True, fastmath=True)
def _footstep(
    gains: np.ndarray,
    qpos: np.ndarray,
    qvel: np.ndarray,
    want: np.ndarray,
    facing: np.ndarray,
    step: np.ndarray,
) -> None:
    """How much further the swing foot should land [m], world (2,), for the pelvis' error."""
    fx, fy = facing[0], facing[1]
    ex, ey, vx, vy = qpos[0] - want[0], qpos[1] - want[1], qvel[0] - want[7], qvel[1] - want[8]
    forward = gains[_STEP] * (fx * ex + fy * ey) + gains[_STEP + 1] * (fx * vx + fy * vy)
    lateral = gains[_STEP + 2] * (fx * ey - fy * ex) + gains[_STEP + 3] * (fx * vy - fy * vx)
    forward, lateral = _clip(forward, _STEP_LIMIT), _clip(lateral, _STEP_LIMIT)
    step[0] = fx * forward - fy * lateral
    step[1] = fy * forward + fx * lateral


@nb.njit(nogil=True, fastmath=True)
def _turn_for(axis: np.ndarray, leg: np.ndarray, step: np.ndarray) -> float:
    """Turn of a hip [rad] about ``axis`` that moves the foot, at ``leg`` from it, by ``step`` (2,)."""
    x = axis[1] * leg[2] - axis[2] * leg[1]
    y = axis[2] * leg[0] - axis[0] * leg[2]
    return (x * step[0] + y * step[1]) / (leg[0] ** 2 + leg[1] ** 2 + leg[2] ** 2)


@nb.njit(nogil=True, fastmath=True)
def _wanted_torque(
    gains: np.ndarray, qpos: np.ndarray, qvel: np.ndarray, xaxis: np.ndarray, xanchor: np.ndarray,
    xpos: np.ndarray,
    touch: np.ndarray, slope: np.ndarray, want_q: np.ndarray, want_qd: np.ndarray, want_torque: np.ndarray,
    want_pelvis: np.ndarray, load: np.ndarray, centre: np.ndarray, offset: np.ndarray, torque: np.ndarray,
) -> None:  # fmt: skip
    """Joint torques [Nm], shape (14,)."""
    wrench, tilt, facing, step = np.empty(6), np.empty(3), np.empty(2), np.empty(2)
    _facing(qpos, facing)
    _tilt(qpos, want_pelvis, tilt)
    _pelvis_wrench(gains, qpos, qvel, want_pelvis, facing, tilt, wrench)
    _footstep(gains, qpos, qvel, want_pelvis, facing, step)
    for j in range(N_JOINTS):
        side, local = j // 7, j % 7
        target = want_q[j] + offset[j]
        if local < 3:
            joint = _DOF_JOINT[_DOF_ADR[j]]
            axis = xaxis[joint]
            lean = axis[0] * tilt[0] + axis[1] * tilt[1] + axis[2] * tilt[2]
            swing = gains[_TILT] * _clip(lean, _TILT_LIMIT)
            if local < 2:
                swing += _turn_for(axis, xpos[_TALUS[side]] - xanchor[joint], step)
            target += (1.0 - load[side]) * swing
        torque[j] = (
            gains[_KP + local] * (target - qpos[_QPOS_ADR[j]])
            + gains[_KD + local] * (want_qd[j] - qvel[_DOF_ADR[j]])
            + want_torque[j]
        )
    for side in range(2):
        felt = touch[2 * side] + touch[2 * side + 1]
        share = load[side] if felt > TOUCH_THRESHOLD else _LIFTED_SHARE * load[side]
        if share > 0.02:
            point = xpos[_TALUS[side]] + centre[side]
            _add_stance_torque(
                gains, side, share, wrench, facing, qpos[:3], point, xaxis, xanchor, slope, torque
            )


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
    slope, torque, wanted, want_pelvis = np.zeros(_NV), np.empty(N_JOINTS), np.empty(_M), np.empty(13)
    for i in range(first, stop):
        at = fields[i]
        qpos = nb.carray(_float_pointer(at[0]), (35,))
        qvel = nb.carray(_float_pointer(at[1]), (_NV,))
        act = nb.carray(_float_pointer(at[2]), (_M,))
        ctrl = nb.carray(_float_pointer(at[3]), (_M,))
        length = nb.carray(_float_pointer(at[4]), (_M,))
        velocity = nb.carray(_float_pointer(at[5]), (_M,))
        moment = nb.carray(_float_pointer(at[6]), (moment_size,))
        nnz = nb.carray(_int_pointer(at[7]), (_M,))
        adr = nb.carray(_int_pointer(at[8]), (_M,))
        column_of = nb.carray(_int_pointer(at[9]), (moment_size,))
        xaxis = nb.carray(_float_pointer(at[10]), (_NJ, 3))
        xanchor = nb.carray(_float_pointer(at[11]), (_NJ, 3))
        xpos = nb.carray(_float_pointer(at[12]), (_NB, 3))
        touch = nb.carray(_float_pointer(at[13]), (4,))
        if substeps[0] == 0:
            target[i] = 0.0
        for k in range(substeps[0], substeps[1]):
            row = min(rows[i] + k + 1, last[rows[i]])
            want_pelvis[:] = pelvis[row]
            want_pelvis[0] += moved[i, 0]
            want_pelvis[1] += moved[i, 1]
            _coupling_slopes(qpos, slope)
            _wanted_torque(
                gains[i], qpos, qvel, xaxis, xanchor, xpos, touch, slope, joints[row], joint_vel[row],
                feed_forward[row], want_pelvis, load[row], centre[row], offset[i], torque,
            )  # fmt: skip
            _share_among_muscles(
                length, velocity, moment, nnz, adr, column_of, slope, torque, dual[i], wanted
            )
            for m in range(_M):
                target[i, m] += wanted[m] / N_SUBSTEPS
                ctrl[m] = _excitation_for(m, wanted[m], act[m])
            if model[i] != 0:
                _mj_step2(model[i], data[i])
                _mj_step1(model[i], data[i])
