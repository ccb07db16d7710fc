"""Any recording to a clip of this body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinesis_app.body.joints import JOINT_NAMES, joint_table
from kinesis_app.body.kinematics import forward
from kinesis_app.body.model import SIM_DT
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip, continuous_quat, resample
from kinesis_app.motion.formats.raw import RawMotion
from kinesis_app.motion.retarget.anatomy import Anatomy, check_axes, resampled
from kinesis_app.motion.retarget.contact import Contacts, detect, on_floor, toe_extension
from kinesis_app.motion.retarget.coordinates import from_coordinates, own_clip
from kinesis_app.motion.retarget.correction import Correction, make_feasible
from kinesis_app.motion.retarget.ik import Pose, bent_legs, solve
from kinesis_app.motion.retarget.layout import Targets, lay_out
from kinesis_app.motion.retarget.locking import lift_soles, lock_feet
from kinesis_app.motion.retarget.markers import from_markers, is_marker_set
from kinesis_app.motion.retarget.pivots import on_one_end
from kinesis_app.motion.retarget.reach import within_reach
from kinesis_app.motion.retarget.report import RetargetReport, measure, measure_clip
from kinesis_app.motion.retarget.shape import sole_heights
from kinesis_app.motion.retarget.skeleton import from_skeleton
from kinesis_app.motion.retarget.smoothing import low_pass, smooth_joints, smooth_quat
from kinesis_app.motion.retarget.treadmill import overground

__all__ = ["RetargetReport", "measure_clip", "retarget"]

FPS = 1.0 / SIM_DT
LIFTS, MOST_LIFTS, DEEPEST_SOLE = 2, 6, -0.008
"""Soles are put on the floor this often, and again while one would still be deeper than this [m]."""
LATE = 0.08
"""Time for which the toes stay bent after the ball's contact [s]; where feet slide, none is tried."""
FAR, NEAR = 0.12, 0.02
"""How far the pelvis may be moved [m], and how far if the body then misses its source by too much."""
NONSENSE = 100.0
"""A recording followed worse than this is not a human's, or not read as it was meant [mm]."""
MAX_SECONDS, FEWEST = 600.0, 4
"""Longest motion [s], and fewest frames of a clip."""


def retarget(raw: RawMotion, *, name: str | None = None) -> tuple[MotionClip, RetargetReport]:
    """A clip of this body at the physics rate, and how well it follows the recording.

    The clip starts at the origin, heads along +x, stands on the floor and keeps the trunk
    vertical on average.

    Raises:
        KinesisError: If the recording has no legs this body can follow.
    """
    if raw.duration > MAX_SECONDS:
        raise KinesisError(
            f"'{raw.source}' lasts {raw.duration:.0f} s; up to {MAX_SECONDS:.0f} s are retargeted."
        )
    _check_length(int(raw.duration * FPS) + 1, raw)
    own = None if raw.joint_names else _own_motion(raw, name or raw.name)
    if own is not None:
        return own
    anatomy = _anatomy(raw)
    check_axes(anatomy, raw.source)
    anatomy = resampled(anatomy, FPS)
    _check_length(anatomy.n_frames, raw)
    anatomy = overground(anatomy)
    targets, scale = lay_out(anatomy)
    targets = on_floor(targets)
    pivoting, contacts = on_one_end(targets, detect(targets))
    source = _Source(raw, name or raw.name, targets, contacts, scale, anatomy.notes)
    clip, report = _best(source, lambda late: _clip(_solved(pivoting, contacts, late), raw, source.name))
    if report.mean_residual_mm > NONSENSE:
        raise KinesisError(
            f"'{raw.source}': this body misses its targets by {report.mean_residual_mm:.0f} mm on average; "
            f"are axes, units and names right? ({'; '.join(anatomy.notes)})"
        )
    return _with_info(clip, raw, report), report


def _check_length(n: int, raw: RawMotion) -> None:
    """Refuse what has too few frames at ``FPS`` to have accelerations."""
    if n < FEWEST:
        raise KinesisError(f"'{raw.source}' gives {n} frame(s) of 1/{FPS:g} s; {FEWEST} are needed.")


@dataclass(frozen=True)
class _Source:
    """What attempts at a clip are measured against."""

    raw: RawMotion
    name: str
    targets: Targets
    contacts: Contacts
    scale: float
    notes: tuple[str, ...]

    def report(self, clip: MotionClip, correction: Correction | None) -> RetargetReport:
        return measure(clip, self.targets, self.contacts, correction, self.scale, self.notes)


def _best(source: _Source, solved: Callable[[float], MotionClip]) -> tuple[MotionClip, RetargetReport]:
    """The best of a few corrections, or the clip as recorded if each takes it too far away.

    Args:
        source: What to measure against.
        solved: The clip before correction, by the time for which toes stay bent [s].
    """
    first, largest = solved(LATE), FAR
    found = [_corrected(source, first, largest)]
    if found[0][1].strays:
        largest = NEAR
        found.append(_corrected(source, first, largest))
    if found[-1][1].slides:
        found.append(_corrected(source, solved(0.0), largest))
    if not any(report.within_bars for _, report in found):
        found.append(_left(source, first))
        if found[-1][1].slides:
            found.append(_left(source, solved(0.0)))
    return min(found, key=lambda pair: pair[1].badness)


def _corrected(source: _Source, clip: MotionClip, largest: float) -> tuple[MotionClip, RetargetReport]:
    clip, correction = make_feasible(clip, largest)
    return clip, source.report(clip, correction)


def _left(source: _Source, clip: MotionClip) -> tuple[MotionClip, RetargetReport]:
    """A clip without a correction of its pelvis."""
    report = source.report(clip, None)
    note = "no gentle correction makes the floor carry it: left as recorded"
    return clip, replace(report, notes=(*report.notes, note))


def _with_info(clip: MotionClip, raw: RawMotion, report: RetargetReport) -> MotionClip:
    info = {"source": raw.source, "format": raw.format, "tags": ["imported"], "quality": report.figures()}
    return replace(clip, info=info)


def _own_motion(raw: RawMotion, name: str) -> tuple[MotionClip, RetargetReport] | None:
    """Coordinates of this very body, such as an exported clip, are kept as they are if they are sound."""
    clip = own_clip(raw, name)
    if clip is None:
        return None
    clip = resample(clip, FPS)
    low, high = joint_table().range.T
    clip = replace(clip, joints=np.clip(clip.joints, low, high))
    report = measure_clip(clip)
    report = replace(report, notes=(*raw.notes, *report.notes))
    return (_with_info(clip, raw, report), report) if report.within_bars else None


def _anatomy(raw: RawMotion) -> Anatomy:
    """Legs, pelvis and trunk; a trunk that is not always seen is left out."""
    if not raw.joint_names:
        anatomy = from_coordinates(raw)
    else:
        anatomy = from_markers(raw) if is_marker_set(raw) else from_skeleton(raw)
    if anatomy.trunk is not None and not np.isfinite(anatomy.trunk).all():
        anatomy = replace(
            anatomy, trunk=None, notes=(*anatomy.notes, "the trunk is not always seen: left out")
        )
    for part in ("pelvis", "legs", "foot"):
        bad = ~np.isfinite(getattr(anatomy, part).reshape(anatomy.n_frames, -1)).all(axis=1)
        if bad.any():
            first = int(np.flatnonzero(bad)[0]) + 1
            raise KinesisError(
                f"'{raw.source}': {part} cannot be told in {bad.sum()} frame(s), first {first}."
            )
    return anatomy


def _solved(targets: Targets, contacts: Contacts, toes_late: float) -> Pose:
    """Poses with the resting feet locked on the floor."""
    resting = gaussian_filter1d(contacts.any.astype(float), 0.03 * FPS, axis=0, mode="nearest")
    locked = within_reach(lock_feet(targets, contacts), resting)
    preferred = _preferred(locked, toe_extension(locked, contacts, toes_late))
    pose = solve(locked, preferred, resting)
    for lift in range(MOST_LIFTS):
        height = sole_heights(forward(pose.qpos())).min(axis=(2, 3))
        if lift >= LIFTS and height.min() > DEEPEST_SOLE:
            break
        locked = lift_soles(locked, contacts, height)
        pose = solve(locked, preferred, resting, pose)
    return _smoothed(pose)


def _preferred(targets: Targets, mtp: np.ndarray) -> np.ndarray:
    """Angles the body leans to where the targets leave a choice, and the start of the search."""
    angles = bent_legs(len(mtp)) if targets.posture is None else targets.posture.copy()
    columns = [JOINT_NAMES.index(f"mtp_angle_{side}") for side in "rl"]
    angles[:, columns] = np.where(np.abs(angles[:, columns]) > 1e-3, angles[:, columns], mtp)
    return angles


def _smoothed(pose: Pose) -> Pose:
    """Without the kinks that limits and contact edges leave in the angles."""
    root = low_pass(pose.root_pos, FPS), smooth_quat(pose.root_quat, FPS)
    return Pose(*root, smooth_joints(pose.joints, FPS))


def _clip(pose: Pose, raw: RawMotion, name: str) -> MotionClip:
    return MotionClip(
        name, FPS, pose.root_pos, continuous_quat(pose.root_quat), pose.joints, {"source": raw.source}
    )
