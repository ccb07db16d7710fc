"""One gate for every clip, generated or imported: can this body do that on a real floor?

A clip that fails is kept and marked with the reasons; nothing here changes it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import mujoco
import numpy as np

from kinesis_app.body import kinematics
from kinesis_app.body.joints import JOINT_NAMES, compose_qpos, joint_table
from kinesis_app.body.model import physics_model, scratch_data
from kinesis_app.errors import KinesisError
from kinesis_app.motion.balance import nearest_inside
from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.dynamics import (
    WORK_FPS,
    ClipDynamics,
    contact_points,
    inverse_dynamics,
    readiness,
)
from kinesis_app.motion.skate import skates

SUPPORT = 0.2
"""A contact point with this readiness counts as support."""
OUTSIDE = 0.005
"""A ZMP further than this from the soles is outside [m]."""
LIGHT = 0.5
"""Below this vertical force the ZMP says nothing [body weights]."""
FEWEST = 3
"""Frames at ``WORK_FPS`` that a clip needs to have accelerations."""
TENDON_EVERY = 4
"""Tendon lengths are computed for the frames whose joints move fastest, at most one in this many."""


@dataclass(frozen=True)
class Limits:
    """What still counts as feasible.

    Attributes:
        ik_error_mm: Mean distance from the source's bodies.
        root_residual: RMS root force without a source [body weights].
        zmp_outside_share: Share of frames with the ZMP outside the soles.
        zmp_outside_mm: Its mean distance from them.
        joint_range_violations: Share of frames with a joint outside its range.
        skate_mm: Largest slide of a standing foot.
        penetration_mm: 99.5th percentile of the soles' depth.
        tendon_jump_mm: Largest change of a tendon's length from one frame to the next at 150 Hz.
    """

    ik_error_mm: float = 40.0
    root_residual: float = 0.10
    zmp_outside_share: float = 0.25
    zmp_outside_mm: float = 20.0
    joint_range_violations: float = 0.003
    skate_mm: float = 20.0
    penetration_mm: float = 10.0
    tendon_jump_mm: float = 10.0


@dataclass(frozen=True)
class Feasibility:
    """The verdict on a clip.

    Attributes:
        ik_error_mm: Mean distance from the source's bodies, None for clips without a source.
        root_residual_n: RMS of the root force that neither floor nor muscles supply [N].
        root_residual: The same over body weight.
        zmp_outside_share: Share of the carried frames with the zero moment point outside the soles.
        zmp_outside_mm: Mean distance of the ZMP from the soles, 0 inside.
        joint_range_violations: Share of frames with a joint outside its range.
        skate_mm: Largest slide of a foot while it stands.
        skates_mm: The slide of each stand.
        penetration_mm: How deep soles go into the floor, 99.5th percentile.
        tendon_jump_mm: Largest change of one of the 80 tendons' lengths per frame at 150 Hz.
        feasible: Whether all of it is within the limits.
        reasons: What is not, in words.
    """

    ik_error_mm: float | None
    root_residual_n: float
    root_residual: float
    zmp_outside_share: float
    zmp_outside_mm: float
    joint_range_violations: float
    skate_mm: float
    skates_mm: tuple[float, ...]
    penetration_mm: float
    tendon_jump_mm: float
    feasible: bool
    reasons: tuple[str, ...]

    def figures(self) -> dict[str, Any]:
        """As plain data, for a clip's ``info`` and for JSON."""
        return asdict(self)


def check(clip: MotionClip, limits: Limits | None = None) -> Feasibility:
    """Measure a clip and judge it.

    Args:
        clip: Any clip; an IK error is taken from its info (``quality.mean_residual_mm``).
        limits: What to allow.

    Raises:
        KinesisError: If the clip is too short to have accelerations.
    """
    limits = limits or Limits()
    work = resample(clip, WORK_FPS)
    if work.n_frames < FEWEST:
        raise KinesisError(f"'{clip.name}' lasts {clip.duration:.3g} s, too short to be judged.")
    qpos = work.qpos()
    frames = kinematics.forward(qpos)
    points = contact_points(frames)
    dynamics = inverse_dynamics(work)
    ready = readiness(points)
    weight = float(-physics_model().opt.gravity[2] * physics_model().body_mass.sum())
    residual = float(np.sqrt(np.square(dynamics.root_residual[:, :3]).sum(axis=1).mean()))
    outside = _zmp_distance(dynamics, points, ready, weight)
    low, high = joint_table().range.T
    beyond = (clip.joints < low - 1e-6) | (clip.joints > high + 1e-6)
    depth = np.maximum(-points[..., 2].min(axis=(1, 2)), 0.0)
    slides = skates(frames, points, ready)
    values = {
        "ik_error_mm": _ik_error(clip),
        "root_residual": residual / weight,
        "zmp_outside_share": float((outside > OUTSIDE).mean()) if len(outside) else 0.0,
        "zmp_outside_mm": 1e3 * float(outside.mean()) if len(outside) else 0.0,
        "joint_range_violations": float(beyond.any(axis=1).mean()),
        "skate_mm": 1e3 * max(slides, default=0.0),
        "penetration_mm": 1e3 * float(np.percentile(depth, 99.5)),
        "tendon_jump_mm": 1e3 * tendon_jump(work),
    }
    reasons = _reasons(values, limits, beyond)
    slides_mm = tuple(1e3 * slide for slide in slides)
    return Feasibility(
        root_residual_n=residual,
        skates_mm=slides_mm,
        feasible=not reasons,
        reasons=reasons,
        **values,  # type: ignore[arg-type]
    )


def _ik_error(clip: MotionClip) -> float | None:
    quality = clip.info.get("quality")
    error = quality.get("mean_residual_mm") if isinstance(quality, dict) else None
    return float(error) if isinstance(error, (int, float)) else None


def _zmp_distance(dynamics: ClipDynamics, points: np.ndarray, ready: np.ndarray, weight: float) -> np.ndarray:
    """Distance of the ZMP from the points that carry [m], for the frames with support."""
    carrying = ready > SUPPORT
    up = (dynamics.grf.sum(axis=1) + dynamics.root_residual[:, :3])[:, 2]
    frames = np.flatnonzero(carrying.any(axis=(1, 2)) & (up > LIGHT * weight))
    if not len(frames):
        return np.zeros(0)
    zmp, soles = dynamics.zmp[frames], points[frames, :, :, :2].reshape(len(frames), -1, 2)
    inside = nearest_inside(zmp, soles, carrying[frames].reshape(len(frames), -1))
    return np.asarray(np.linalg.norm(inside - zmp, axis=1))


def tendon_jump(clip: MotionClip) -> float:
    """Largest change of a tendon's length from one frame to the next [m].

    Only the fastest frames are looked at: a tendon cannot jump where no joint does.
    """
    rate = np.abs(np.diff(clip.joints, axis=0)).max(axis=1)
    count = min(len(rate), max(len(rate) // TENDON_EVERY, 8))
    frames = np.sort(np.argpartition(-rate, count - 1)[:count])
    m, d = physics_model(), scratch_data()

    def lengths(t: int) -> np.ndarray:
        d.qpos[:] = compose_qpos(clip.root_pos[t], clip.root_quat[t], clip.joints[t])
        mujoco.mj_kinematics(m, d)
        mujoco.mj_tendon(m, d)
        return np.array(d.ten_length)

    return max(float(np.abs(lengths(t + 1) - lengths(t)).max()) for t in frames.tolist())


def _reasons(values: dict[str, Any], limits: Limits, beyond: np.ndarray) -> tuple[str, ...]:
    """What is out of bounds, in plain words."""
    found = []

    def say(name: str, words: str) -> None:
        value, limit = values[name], getattr(limits, name)
        if value is not None and value > limit:
            found.append(words.format(value=value, limit=limit))

    say("ik_error_mm", "the body misses its source by {value:.0f} mm (limit {limit:.0f})")
    say("root_residual", "floor and muscles cannot supply {value:.0%} of body weight (limit {limit:.0%})")
    say(
        "zmp_outside_share",
        "the zero moment point is outside the feet {value:.0%} of the time (limit {limit:.0%})",
    )
    say("zmp_outside_mm", "the zero moment point is {value:.0f} mm outside the feet (limit {limit:.0f})")
    worst = JOINT_NAMES[int(beyond.sum(axis=0).argmax())]
    say(
        "joint_range_violations",
        f"{worst} leaves its range in {{value:.1%}} of the frames (limit {{limit:.1%}})",
    )
    say("skate_mm", "a standing foot slides {value:.0f} mm (limit {limit:.0f})")
    say("penetration_mm", "a sole sinks {value:.0f} mm into the floor (limit {limit:.0f})")
    say("tendon_jump_mm", "a tendon's length jumps {value:.0f} mm between frames (limit {limit:.0f})")
    return tuple(found)
