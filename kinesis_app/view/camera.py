"""The camera: orbit, pan and zoom as in MuJoCo's viewer, and a smooth pursuit of the pelvis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.rotations import heading

DEFAULT_DISTANCE = 3.15
DEFAULT_ELEVATION = -9.0
BESIDE = 128.0
"""Default azimuth relative to the body's heading [deg]: from the front right, three-quarter view."""
LOOK_HEIGHT = 0.85
"""Default height of the point looked at [m]: the middle of the body."""
_LAG = 0.3
"""Time constant of the pursuit [s]."""
_JUMP = 1.5
"""The pelvis farther than this from the tracked point [m] was put there: follow at once."""
_NEAREST, _FARTHEST = 0.25, 18.0
_LOWEST_EYE = 0.05

_ACTIONS = {
    "orbit": mujoco.mjtMouse.mjMOUSE_ROTATE_V,
    "orbit_h": mujoco.mjtMouse.mjMOUSE_ROTATE_H,
    "pan": mujoco.mjtMouse.mjMOUSE_MOVE_V,
    "pan_h": mujoco.mjtMouse.mjMOUSE_MOVE_H,
    "zoom": mujoco.mjtMouse.mjMOUSE_ZOOM,
}


@dataclass(frozen=True)
class KeptCamera:
    """A place to look from, kept under a number.

    Attributes:
        number: From 1 on.
        azimuth: In the world [deg].
        elevation: [deg], negative looks down.
        distance: [m].
        x, y, z: What it looks at [m]: from the floor under the pelvis if it follows, else in the world.
        tracking: Whether it follows the body.
    """

    number: int
    azimuth: float
    elevation: float
    distance: float
    x: float
    y: float
    z: float
    tracking: bool


class Camera:
    """Looks at a point that follows the pelvis over the ground, unless tracking is off.

    Attributes:
        cam: MuJoCo's camera, to be given to ``mjv_updateScene``.
        tracking: Whether the camera follows.
    """

    def __init__(self) -> None:
        self.cam = mujoco.MjvCamera()
        self.cam.type = mujoco.mjtCamera.mjCAMERA_FREE
        self.tracking = True
        self._target: np.ndarray | None = None
        self._velocity = np.zeros(3)
        self._last = np.zeros(3)
        self._offset = np.zeros(3)

    def align(self, qpos: np.ndarray) -> None:
        """Return to the default view of a body in pose ``qpos`` (35,)."""
        self.cam.distance, self.cam.elevation = DEFAULT_DISTANCE, DEFAULT_ELEVATION
        self.cam.azimuth = math.degrees(float(heading(qpos[3:7]))) + BESIDE
        self._put_at(_ground_point(qpos))
        self._offset = np.array([0.0, 0.0, LOOK_HEIGHT])
        self.tracking = True
        self._place()

    def look(self, qpos: np.ndarray, azimuth: float, elevation: float, distance: float) -> None:
        """Look at a body in pose ``qpos`` (35,) from ``azimuth`` [deg] against its heading."""
        self.align(qpos)
        self.cam.azimuth += azimuth - BESIDE
        self.cam.elevation, self.cam.distance = elevation, distance
        self._keep_above_floor()

    def kept(self, number: int) -> KeptCamera:
        """Where it looks from now, for :meth:`recall`."""
        x, y, z = (float(v) for v in (self._offset if self.tracking else self.cam.lookat))
        azimuth, elevation, distance = self.cam.azimuth, self.cam.elevation, self.cam.distance
        return KeptCamera(number, azimuth, elevation, distance, x, y, z, self.tracking)

    def recall(self, kept: KeptCamera, qpos: np.ndarray) -> None:
        """Look from a kept place, at a body in pose ``qpos`` (35,) if that one follows."""
        at, ground = np.array([kept.x, kept.y, kept.z]), _ground_point(qpos)
        self.cam.azimuth, self.cam.elevation, self.cam.distance = kept.azimuth, kept.elevation, kept.distance
        self.tracking = kept.tracking
        self._put_at(ground)
        self._offset = at if kept.tracking else at - ground
        self._place()

    def follow(self, qpos: np.ndarray, dt: float) -> None:
        """Move on by ``dt`` [s] of time on the wall (or of the film)."""
        if self._target is None:
            self.align(qpos)
            return
        if not self.tracking:
            return
        point = _ground_point(qpos)
        if np.linalg.norm(point - self._target) > _JUMP:
            self._put_at(point)
        else:
            self._pursue(point, max(dt, 1e-3))
        self._place()

    def _pursue(self, point: np.ndarray, dt: float) -> None:
        # An alpha-beta filter: unlike a plain low-pass it does not lag behind a steady walk.
        assert self._target is not None
        if np.array_equal(point, self._last):  # paused: no overshoot
            self._velocity = np.zeros(3)
        alpha = 1.0 - math.exp(-dt / _LAG)
        beta = alpha * alpha / (2.0 - alpha)
        predicted = self._target + dt * self._velocity
        residual = point - predicted
        self._target = predicted + alpha * residual
        self._velocity = self._velocity + beta / dt * residual
        self._last = point

    def _put_at(self, point: np.ndarray) -> None:
        self._target, self._last = point, point
        self._velocity = np.zeros(3)

    def behind(self, qpos: np.ndarray) -> float:
        """How far the camera has still to go [m]."""
        if self._target is None or not self.tracking:
            return 0.0
        return float(np.linalg.norm(_ground_point(qpos) - self._target))

    def move(self, model: mujoco.MjModel, action: str, dx: float, dy: float) -> None:
        """Mouse movement; ``dx`` and ``dy`` in heights of the picture.

        Args:
            model: The model shown.
            action: ``orbit``, ``orbit_h``, ``pan``, ``pan_h`` or ``zoom``.
            dx: To the right.
            dy: Down.
        """
        mujoco.mjv_moveCamera(model, int(_ACTIONS[action]), dx, dy, self.cam)
        self.cam.distance = float(np.clip(self.cam.distance, _NEAREST, _FARTHEST))
        self._keep_above_floor()
        if self._target is not None:
            self._offset = np.array(self.cam.lookat) - self._target

    def centre(self, point: np.ndarray) -> None:
        """Look at ``point`` (3,) [m] from the same direction."""
        if self._target is not None:
            self._offset = point - self._target
        self.cam.lookat[:] = point
        self._keep_above_floor()

    def _place(self) -> None:
        if self._target is not None:
            self.cam.lookat[:] = self._target + self._offset
        self._keep_above_floor()

    def _keep_above_floor(self) -> None:
        # eye height = lookat height - distance * sin(elevation); under the floor nothing is seen
        room = (self.cam.lookat[2] - _LOWEST_EYE) / self.cam.distance
        highest = math.degrees(math.asin(float(np.clip(room, -0.99, 0.99))))
        self.cam.elevation = float(np.clip(self.cam.elevation, -89.0, highest))


def _ground_point(qpos: np.ndarray) -> np.ndarray:
    return np.array([qpos[0], qpos[1], 0.0])
