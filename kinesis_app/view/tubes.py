"""Muscles as tubes: a spindle for the belly and a thin cord for the tendons, along MuJoCo's paths.

MuJoCo draws a tendon as a chain of capsules, which costs 540 000 triangles a frame here. Instead
each muscle is one small skin whose vertices are recomputed from the wrapped path every frame.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.model import display_model
from kinesis_app.body.muscles import muscle_table

RINGS = 13
SEGMENTS = 10
CORD_RINGS = 14
CORD_SEGMENTS = 5
CORD_RADIUS = 0.0022
"""Radius of a tendon [m]."""
SPECIFIC_TENSION = 6.0e5
"""Maximum isometric force per physiological cross-section [N/m2] (OpenSim's default, 60 N/cm2)."""
THICKEST = 0.029
"""Bellies grow no thicker than this [m]: some paths run where the muscle's surface is."""
SWELLING = 0.2
"""How much thicker than at rest a fully active belly is drawn."""


@dataclass(frozen=True)
class BellyTable:
    """Where on its path each muscle has its belly, and how thick it is.

    Attributes:
        proximal: Tendon between origin and belly [m], shape (80,).
        distal: Tendon between belly and insertion [m], shape (80,).
        volume: Of the belly [m3], shape (80,).
    """

    proximal: np.ndarray
    distal: np.ndarray
    volume: np.ndarray


@functools.cache
def belly_table() -> BellyTable:
    """Bellies from the Hill parameters: long fibres fill their path, short ones leave a tendon."""
    model = display_model()
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_forward(model, data)
    table, length = muscle_table(), data.ten_length
    fiber = table.optimal_fiber_length
    filled = np.clip(0.45 + 0.75 * fiber / length, 0.50, 0.92)
    tendon = (1.0 - filled) * length
    # Volume = PCSA * fibre length; PCSA = F0 / specific tension (Zajac 1989).
    volume = table.max_isometric_force / SPECIFIC_TENSION * fiber
    return BellyTable(0.25 * tendon, 0.75 * tendon, volume)


@dataclass(frozen=True)
class Paths:
    """Wrapped muscle paths, padded to equal length.

    Attributes:
        points: In the world [m], shape (80, P, 3); the last point is repeated.
        arc: Arc length at each point [m], shape (80, P).
    """

    points: np.ndarray
    arc: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """Muscle-tendon lengths [m], shape (80,)."""
        return self.arc[:, -1]


def wrapped_paths(data: mujoco.MjData) -> Paths:
    """The paths as MuJoCo wrapped them for the current pose."""
    number, address = data.ten_wrapnum, data.ten_wrapadr
    column = np.arange(number.max())
    rows = address[:, None] + np.minimum(column[None, :], number[:, None] - 1)
    points = data.wrap_xpos.reshape(-1, 3)[rows]
    steps = np.linalg.norm(np.diff(points, axis=1), axis=2)
    return Paths(points, np.concatenate([np.zeros((len(number), 1)), np.cumsum(steps, axis=1)], axis=1))


def along(paths: Paths, s: np.ndarray) -> np.ndarray:
    """Points at arc lengths ``s`` (80, K) [m] of each path, shape (80, K, 3)."""
    last = paths.arc.shape[1] - 2
    segment = np.clip((paths.arc[:, None, :] <= s[:, :, None]).sum(axis=2) - 1, 0, last)
    muscle = np.arange(len(s))[:, None]
    start, end = paths.arc[muscle, segment], paths.arc[muscle, segment + 1]
    share = np.clip((s - start) / np.maximum(end - start, 1e-9), 0.0, 1.0)[..., None]
    return (1.0 - share) * paths.points[muscle, segment] + share * paths.points[muscle, segment + 1]


def rounded(line: np.ndarray, passes: int = 2) -> np.ndarray:
    """``line`` (80, K, 3) with its corners rounded; ends stay."""
    for _ in range(passes):
        line = line.copy()
        line[:, 1:-1] = 0.25 * line[:, :-2] + 0.5 * line[:, 1:-1] + 0.25 * line[:, 2:]
    return line


@functools.cache
def tube_faces(rings: int, segments: int) -> np.ndarray:
    """Triangles of an open tube, shape (2 * (rings - 1) * segments, 3); vertices ring by ring."""
    ring, segment = np.meshgrid(np.arange(rings - 1), np.arange(segments), indexing="ij")
    a, b = ring * segments + segment, ring * segments + (segment + 1) % segments
    c, d = a + segments, b + segments
    return np.stack([np.stack([a, b, c], -1), np.stack([b, d, c], -1)], 2).reshape(-1, 3)


@functools.cache
def _circle(segments: int) -> np.ndarray:
    angle = np.arange(segments) * (2.0 * np.pi / segments)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def sweep(line: np.ndarray, radius: np.ndarray, segments: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and normals, each (80, K, segments, 3), of tubes around ``line`` (80, K, 3).

    ``radius`` [m] broadcasts to (80, K).
    """
    tangent = np.gradient(line, axis=1)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=2, keepdims=True), 1e-9)
    # One side direction for the whole tube keeps it from twisting; paths turn by less than 180 deg.
    chord = line[:, -1] - line[:, 0]
    side = np.cross(
        chord, np.where(np.abs(chord[:, 2:]) > np.abs(chord[:, :1]), [[1.0, 0, 0]], [[0, 0, 1.0]])
    )
    u = np.cross(tangent, np.cross(side[:, None, :], tangent))
    u /= np.maximum(np.linalg.norm(u, axis=2, keepdims=True), 1e-9)
    v = np.cross(tangent, u)
    circle = _circle(segments)
    out = circle[:, :1] * u[:, :, None, :] + circle[:, 1:] * v[:, :, None, :]
    return line[:, :, None, :] + np.asarray(radius)[..., None, None] * out, out


def belly_tubes(
    paths: Paths, activation: np.ndarray, thickness: np.ndarray | float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Spindles of all muscles, constant in volume, thicker as they activate.

    Args:
        paths: Of the muscles.
        activation: shape (80,).
        thickness: Factor per muscle, shape (80,).
    """
    table = belly_table()
    begin = np.minimum(table.proximal, 0.4 * paths.length)
    end = np.maximum(paths.length - table.distal, begin + 0.3 * paths.length)
    length = (end - begin)[:, None]
    x = np.linspace(0.0, 1.0, RINGS)[None, :]
    profile = (4.0 * x * (1.0 - x)) ** 0.75
    # V = integral of pi r^2 along the belly; the profile's mean square is 0.46.
    largest = THICKEST * np.tanh(np.sqrt(table.volume[:, None] / (np.pi * 0.46 * length)) / THICKEST)
    swelling = (thickness * (1.0 + SWELLING * np.clip(activation, 0.0, 1.0)))[:, None]
    line = rounded(along(paths, begin[:, None] + x * length))
    return sweep(line, 0.8 * CORD_RADIUS + largest * swelling * profile, SEGMENTS)


def cord_tubes(paths: Paths) -> tuple[np.ndarray, np.ndarray]:
    """Thin cords along the whole paths."""
    x = np.linspace(0.0, 1.0, CORD_RINGS)[None, :]
    line = along(paths, x * paths.length[:, None])
    return sweep(line, np.array([[CORD_RADIUS]]), CORD_SEGMENTS)
