"""How well a clip follows its source, measured on the finished clip."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from kinesis_app.body.joints import JOINT_NAMES, joint_table
from kinesis_app.body.kinematics import TRACKED, forward
from kinesis_app.body.rotations import heading
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.feasibility import Feasibility, check
from kinesis_app.motion.retarget.contact import Contacts, ground_contacts
from kinesis_app.motion.retarget.correction import Correction
from kinesis_app.motion.retarget.layout import Targets
from kinesis_app.motion.retarget.shape import LEG_BODIES

MAX_RESIDUAL, MAX_SKATE, MAX_PENETRATION = 25.0, 20.0, 10.0
"""What a good import keeps to [mm]."""


@dataclass(frozen=True)
class RetargetReport:
    """Quality of a retargeted clip.

    Attributes:
        residual_mm: Mean distance of each tracked body from its target.
        limit_violations: Share of frames with a joint outside its range, [0, 1].
        at_limit: Share of frames with a joint stopped by its range; a straight knee is not counted.
        skate_mm: Largest slide of a standing sole, one entry per stand; as the gate measures it.
        penetration_mm: Deepest point of a sole below the floor, 99.5th percentile over time.
        tendon_jump_mm: Largest change of a muscle-tendon length within 1/150 s.
        speed: Mean horizontal speed of the pelvis [m/s].
        turn_rate: Mean rate at which the pelvis turns to the left [deg/s].
        contacts: Stances of (right, left) as (start, end) [s].
        scale: This body's leg length over the subject's.
        correction: What made the clip feasible, and how feasible it is; None if nothing was tried.
        feasibility: The gate's verdict on the clip.
        notes: What was detected or guessed.
    """

    residual_mm: dict[str, float]
    limit_violations: float
    at_limit: float
    skate_mm: tuple[float, ...]
    penetration_mm: float
    tendon_jump_mm: float
    speed: float
    turn_rate: float
    contacts: tuple[tuple[tuple[float, float], ...], ...]
    scale: float
    correction: Correction | None
    feasibility: Feasibility
    notes: tuple[str, ...]

    @property
    def mean_residual_mm(self) -> float:
        """Mean over the tracked bodies [mm]."""
        return float(np.mean(list(self.residual_mm.values())))

    @property
    def slides(self) -> bool:
        """Whether a standing foot slides too far."""
        return max(self.skate_mm, default=0.0) > MAX_SKATE

    @property
    def strays(self) -> bool:
        """Whether the body misses its source by too much."""
        return self.mean_residual_mm > MAX_RESIDUAL

    @property
    def overrun(self) -> float:
        """The worst of residual, slide and depth over what a good import keeps to; 1 is just good."""
        slide = max(self.skate_mm, default=0.0)
        return max(
            self.mean_residual_mm / MAX_RESIDUAL, slide / MAX_SKATE, self.penetration_mm / MAX_PENETRATION
        )

    @property
    def good(self) -> bool:
        """Whether it follows its source and a real floor carries it."""
        return self.within_bars and self.feasibility.feasible

    @property
    def badness(self) -> tuple[bool, float]:
        """To choose among corrections: those close to the recording first, then what a floor carries best."""
        residual = self.feasibility.root_residual
        return not self.within_bars, residual if self.within_bars else self.overrun

    @property
    def within_bars(self) -> bool:
        """Whether the clip follows its source as closely as a good import does."""
        return self.overrun <= 1.0

    def figures(self) -> dict[str, Any]:
        """As plain data, for a clip's ``info``."""
        data = asdict(self)
        data["mean_residual_mm"] = self.mean_residual_mm
        return data


def measure(
    clip: MotionClip,
    targets: Targets,
    contacts: Contacts,
    correction: Correction | None,
    scale: float,
    notes: tuple[str, ...],
) -> RetargetReport:
    """The report of a clip against targets at the same frames."""
    frames = forward(clip.qpos())
    goals = {"pelvis": targets.root_pos()}
    solved = {"pelvis": frames.pos[:, 0]}
    for side, letter in enumerate("rl"):
        for column, body in ((1, "tibia"), (2, "talus"), (3, "toes")):
            goals[f"{body}_{letter}"] = targets.legs[:, side, column]
            solved[f"{body}_{letter}"] = frames.pos[:, LEG_BODIES[side, column]]
    residual = {b: 1e3 * float(np.linalg.norm(goals[b] - solved[b], axis=1).mean()) for b in TRACKED}
    return _report(clip, contacts, residual, correction, scale, notes)


def measure_clip(clip: MotionClip) -> RetargetReport:
    """The report of a clip that is its own source: a generated one, or one imported before."""
    contacts = ground_contacts(clip.qpos())
    notes = ("a clip of this body: kept as it is",)
    return _report(clip, contacts, dict.fromkeys(TRACKED, 0.0), None, 1.0, notes)


def _report(
    clip: MotionClip,
    contacts: Contacts,
    residual: dict[str, float],
    correction: Correction | None,
    scale: float,
    notes: tuple[str, ...],
) -> RetargetReport:
    low, high = joint_table().range.T
    outside = ((clip.joints < low - 1e-6) | (clip.joints > high + 1e-6)).any(axis=1)
    stopped = np.minimum(clip.joints - low, high - clip.joints) < 1e-3
    stopped &= ~(np.array(["knee" in joint for joint in JOINT_NAMES]) & (clip.joints < 0.5))
    verdict = check(replace(clip, info={"quality": {"mean_residual_mm": np.mean(list(residual.values()))}}))
    facing = np.unwrap(heading(clip.root_quat))
    return RetargetReport(
        residual_mm=residual,
        limit_violations=float(outside.mean()),
        at_limit=float(stopped.any(axis=1).mean()),
        skate_mm=tuple(round(slide, 1) for slide in verdict.skates_mm),
        penetration_mm=verdict.penetration_mm,
        tendon_jump_mm=verdict.tendon_jump_mm,
        speed=clip.mean_speed,
        turn_rate=float(np.rad2deg(facing[-1] - facing[0]) / clip.duration),
        contacts=tuple(
            tuple((round(a / clip.fps, 3), round(b / clip.fps, 3)) for a, b in contacts.stances(side))
            for side in (0, 1)
        ),
        scale=scale,
        correction=correction,
        feasibility=verdict,
        notes=notes,
    )
