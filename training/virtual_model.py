"""The torques the teacher wants: stiff joints, a virtual model of the pelvis, foot placement; compiled.

Gains come as a row of ``TeacherGains``; :mod:`training.teacher` explains the method.
"""

from __future__ import annotations

import mujoco
import numba as nb
import numpy as np

from kinesis_app.body.joints import N_JOINTS
from kinesis_app.body.kinematics import BODIES
from kinesis_app.body.model import physics_model
from training.joint_columns import COLUMN, DOF_ADR, NV, QPOS_ADR

TOUCH_THRESHOLD = 10.0
"""A planned stance foot that feels less [N] carries a quarter of its share."""
_LIFTED_SHARE = 0.25
_TILT_LIMIT = 0.3  # rad, of the swing hip's correction
_STEP_LIMIT = 0.25  # m, of the swing foot's correction

# Columns of the gains, see TeacherGains.
_KP, _KD, _FORWARD, _LATERAL, _VERTICAL, _ROLL, _PITCH, _YAW, _FOOT = 0, 7, 14, 17, 20, 23, 26, 29, 32
_STEP, _TILT = 35, 39

_DOF_JOINT = physics_model().dof_jntid.astype(np.int64)
_IS_SLIDE = physics_model().jnt_type == int(mujoco.mjtJoint.mjJNT_SLIDE)
_TALUS = np.array([BODIES.index("talus_r") + 1, BODIES.index("talus_l") + 1])
_LAST_OF_FOOT = 6  # a foot's Jacobian has six columns: the toes carry no wrench here


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
    for dof in range(6, NV):
        column = COLUMN[dof]
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
def wanted_torque(
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
            joint = _DOF_JOINT[DOF_ADR[j]]
            axis = xaxis[joint]
            lean = axis[0] * tilt[0] + axis[1] * tilt[1] + axis[2] * tilt[2]
            swing = gains[_TILT] * _clip(lean, _TILT_LIMIT)
            if local < 2:
                swing += _turn_for(axis, xpos[_TALUS[side]] - xanchor[joint], step)
            target += (1.0 - load[side]) * swing
        torque[j] = (
            gains[_KP + local] * (target - qpos[QPOS_ADR[j]])
            + gains[_KD + local] * (want_qd[j] - qvel[DOF_ADR[j]])
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
