"""From a point of the picture to a point of the world and back, without OpenGL.

The projection is OpenGL's: a frustum with its axis along ``forward`` through the middle of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

FARTHEST = 60.0
"""Points of the floor farther from the eye than this are the horizon [m]."""


@dataclass(frozen=True)
class Eye:
    """Where a picture was taken from.

    Attributes:
        position: In the world [m], shape (3,).
        forward: Unit vector into the picture, shape (3,).
        up: Unit vector to its top, shape (3,).
        half_height: Of the picture at distance 1.
        aspect: Width over height.
    """

    position: np.ndarray
    forward: np.ndarray
    up: np.ndarray
    half_height: float
    aspect: float

    @property
    def right(self) -> np.ndarray:
        """Unit vector to the right of the picture, shape (3,)."""
        return np.cross(self.forward, self.up)


def eye_of(scene: mujoco.MjvScene, aspect: float) -> Eye:
    """The eye of a scene that was updated for a picture of this aspect."""
    left, right = scene.camera[0], scene.camera[1]
    position = 0.5 * (np.array(left.pos, dtype=float) + np.array(right.pos, dtype=float))
    half_height = 0.5 * (left.frustum_top - left.frustum_bottom) / left.frustum_near
    forward, up = np.array(left.forward, dtype=float), np.array(left.up, dtype=float)
    # Single precision in the scene: without this a ray over 20 m would miss by millimetres.
    forward /= np.linalg.norm(forward)
    up -= forward * (forward @ up)
    return Eye(position, forward, up / np.linalg.norm(up), float(half_height), aspect)


def ray(eye: Eye, x: float, y: float) -> np.ndarray:
    """Unit direction (3,) through a point: ``x`` from the left in widths, ``y`` from below in heights."""
    across = (2.0 * x - 1.0) * eye.half_height * eye.aspect
    upward = (2.0 * y - 1.0) * eye.half_height
    direction = eye.forward + across * eye.right + upward * eye.up
    return direction / np.linalg.norm(direction)


def ground_point(eye: Eye, x: float, y: float) -> tuple[float, float] | None:
    """Where the floor z = 0 is under a point of the picture [m]; None on the sky."""
    direction = ray(eye, x, y)
    if direction[2] >= -1e-6:
        return None
    distance = -eye.position[2] / direction[2]
    if not 0.0 < distance < FARTHEST:
        return None
    point = eye.position + distance * direction
    return float(point[0]), float(point[1])


def project(eye: Eye, point: np.ndarray) -> tuple[float, float] | None:
    """Where a world point (3,) [m] is seen, as for :func:`ray`; None behind the eye."""
    offset = np.asarray(point, dtype=float) - eye.position
    depth = float(offset @ eye.forward)
    if depth <= 1e-6:
        return None
    x = float(offset @ eye.right) / (depth * eye.half_height * eye.aspect)
    y = float(offset @ eye.up) / (depth * eye.half_height)
    return 0.5 * (x + 1.0), 0.5 * (y + 1.0)
