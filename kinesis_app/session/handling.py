"""What the user does to the body by hand: pushes that last, pulls that are held."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import mujoco
import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.rotations import quat_from_rotvec, quat_mul
from kinesis_app.env.bodies import PELVIS_ROW
from kinesis_app.errors import KinesisError

Vector = tuple[float, float, float]
_NO_FORCE: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Handling:
    """Belongs to one instant.

    Attributes:
        push: Force on the pelvis in the world [N].
        push_left: Control steps that it still lasts.
        body: Name of the body that is pulled; empty for none.
        point: Where, in the frame of the body [m].
        pull: Force there in the world [N].
    """

    push: Vector = _NO_FORCE
    push_left: int = 0
    body: str = ""
    point: Vector = _NO_FORCE
    pull: Vector = _NO_FORCE


NOTHING = Handling()
"""No hand on the human."""


def pushed(handling: Handling, force: Vector, seconds: float) -> Handling:
    """A push of the pelvis from now on, in place of an earlier one.

    Raises:
        KinesisError: If a number is not finite.
    """
    check_finite(force, (seconds,))
    return replace(handling, push=force, push_left=max(1, round(seconds / CTRL_DT)))


def pulled(handling: Handling, model: mujoco.MjModel, body: str, point: Vector, force: Vector) -> Handling:
    """A pull that is held from now on; a force of zero lets go.

    Raises:
        KinesisError: If there is no such body, or a number is not finite.
    """
    if mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, body) < 1:
        raise KinesisError(f"There is no body '{body}' to pull.")
    check_finite(point, force)
    return replace(handling, body=body if any(force) else "", point=point, pull=force)


def after_step(handling: Handling) -> Handling:
    """The state a control step later."""
    return replace(handling, push_left=handling.push_left - 1) if handling.push_left else handling


def push_of(handling: Handling) -> np.ndarray:
    """Force on the pelvis in the control step that comes next [N], shape (3,)."""
    return np.array(handling.push if handling.push_left else _NO_FORCE)


def wrenches(
    handling: Handling, pelvis_push: np.ndarray, model: mujoco.MjModel, data: mujoco.MjData
) -> np.ndarray:
    """External force [N] and torque [Nm] on each body at its centre of mass, shape (nbody, 6).

    Args:
        handling: What is pulled.
        pelvis_push: All pushes on the pelvis together [N], shape (3,).
        model, data: Positions must be current.
    """
    if not handling.body and not pelvis_push.any():
        return _no_wrenches(model.nbody)  # the history keeps one per control step: let them be the same
    out = np.zeros((model.nbody, 6))
    out[PELVIS_ROW, :3] = pelvis_push
    if handling.body:
        row = model.body(handling.body).id
        arm = data.xpos[row] + data.xmat[row].reshape(3, 3) @ handling.point - data.xipos[row]
        out[row, :3] += handling.pull
        out[row, 3:] += np.cross(arm, handling.pull)
    return out


@functools.cache
def _no_wrenches(n_bodies: int) -> np.ndarray:
    zeros = np.zeros((n_bodies, 6))
    zeros.flags.writeable = False
    return zeros


def moved_pose(qpos: np.ndarray, shift: Vector, turn: Vector) -> np.ndarray:
    """Joint positions (nq,) after a shift [m] and a turn about the pelvis, a rotation vector [rad]."""
    moved = qpos.copy()
    moved[:3] += shift
    moved[3:7] = quat_mul(quat_from_rotvec(np.array(turn)), qpos[3:7])
    return moved


def check_finite(*vectors: tuple[float, ...]) -> None:
    """Refuse forces and distances that are none.

    Raises:
        KinesisError: If a number is not finite.
    """
    if not np.isfinite(np.concatenate([np.ravel(v) for v in vectors])).all():
        raise KinesisError("Forces and distances must be finite numbers.")
