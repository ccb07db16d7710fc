"""The walking body: feet, pelvis and legs brought together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinesis_app.body.joints import JOINT_NAMES
from kinesis_app.body.rotations import quat_rotate, upright_quat
from kinesis_app.motion.clip import continuous_quat
from kinesis_app.motion.dynamics import derivatives, generalised_force, zmp_of
from kinesis_app.motion.gait import heights, norms, pelvis, seam
from kinesis_app.motion.gait.feet import FootTrack, foot_track
from kinesis_app.motion.gait.ik import solve_legs
from kinesis_app.motion.gait.plan import COM_BEHIND, GRID_FPS, GaitPlan
from kinesis_app.motion.gait.seam import Seam
from kinesis_app.motion.gait.stances import Footsteps, since
from kinesis_app.motion.gait.style import Style
from kinesis_app.motion.smooth_step import smooth_step

FIRST_FRAME = round(-1.5 * GRID_FPS)
"""No motion is computed from before this grid frame on."""
MAX_ERROR = 0.15
"""Largest ZMP error that one round corrects [m]."""
COM_ABOVE = 0.1
"""How far a lean about the pelvis moves the centre of mass ahead [m/rad]."""
SMOOTHING = 0.011
"""Gaussian over the joint angles [s]: rounds off the nearly straight knee at foot strike, where a
millimetre of the foot's path is a degree; the foot gives way by a few millimetres."""
IK_ROUNDS = (3, 1, 2)
"""Iterations of the legs' inverse kinematics, before each correction of the pelvis with the full inverse
dynamics and after the last: with more of them the pelvis goes elsewhere by 0.4 mm."""
LATELY, USUALLY_BEHIND = 0.7, 0.15
"""Over which [s] and from which distance on [m] feet that do not keep up with their path count."""
SEAM_BLIND = 0.08
"""After a seam the measured ZMP counts only by and by [s]: there are no frames before it."""
SEAM_PAD = 12
"""Frames by which a motion is continued backward for the smoothing."""


@dataclass(frozen=True)
class Wanted:
    """What the body has to bring together, over T frames.

    Attributes:
        frames: Grid frames, (T,).
        feet: Tracks of the right and left foot.
        right_load: Planned share of the weight on the right foot, (T,).
        load: Its knots.
        path: x [m], y [m], heading [rad] of the wished way, (T, 3).
        style: The walker's habits.
        seam: The body's own state at the first frame, if it starts from there.
    """

    frames: np.ndarray
    feet: tuple[FootTrack, FootTrack]
    right_load: np.ndarray
    load: list[tuple[int, float]]
    path: np.ndarray
    style: Style
    seam: Seam | None


def window_start(steps: Footsteps, first: int, before: int = 450) -> int:
    """First frame to compute for a motion from frame ``first`` on: both feet are on the floor there."""
    frame = max(first - before, FIRST_FRAME)
    for stances in steps.stances:
        latest = [stance for stance in stances if stance.land <= frame][-1:]
        frame = min([frame, *(stance.off - 1 for stance in latest)])
    return frame


def wanted_in(
    plan: GaitPlan,
    path: np.ndarray,
    path_begin: int,
    steps: Footsteps,
    window: tuple[int, int, float],
    at_seam: bool,
) -> Wanted:
    """Feet and loads in a window: first frame of the feet's tracks, of the body, and end [s]."""
    tracked, begin, stop = window
    steps = since(steps, tracked)
    frames = np.arange(tracked, round(stop * GRID_FPS) + 1)
    feet = tuple(foot_track(side, steps, frames, plan.style.clearance) for side in (0, 1))
    frames = frames[begin - tracked :]
    right, left = (foot.since(begin - tracked) for foot in feet)
    start = None
    if at_seam and plan.resume is not None:
        start = Seam(plan.resume, seam.next_strike(steps, begin) - begin)
        right, left = seam.joined_feet(start, (right, left))
    right_load = pelvis.load_on_right(steps.load, frames, 0.5 * (right.speed + left.speed))
    return Wanted(frames, (right, left), right_load, steps.load, path[frames - path_begin], plan.style, start)


def walked_body(wanted: Wanted) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Root position, root orientation and joints for the feet's motion."""
    feet, style, right_load = wanted.feet, wanted.style, wanted.right_load
    yaw = pelvis.within_hips(wanted.path[:, 2], feet)
    quat = continuous_quat(pelvis.pelvis_quat(yaw, feet, right_load, style))
    zmp = pelvis.desired_zmp(feet, right_load) + pelvis.sway(wanted.frames, style.sway)
    behind = COM_BEHIND - COM_ABOVE * np.sin(style.lean)
    lever = quat_rotate(upright_quat(yaw), np.array([0.0, behind, 0.0]))[:, :2]
    trust = np.ones((len(yaw), 1))
    trust[[0, -1]] = 0.0
    guess = zmp.copy()
    guess[[0, -1]] = wanted.path[[0, -1], :2]  # in mid-walk the ZMP is no guess for the body
    guess[-1] += _behind(wanted.path[:, :2], zmp)
    if wanted.seam is not None:
        quat = seam.joined_quat(wanted.seam, quat)
        zmp = zmp + seam.press(wanted.seam, len(zmp))
        guess[1:-1] = zmp[1:-1]
        guess[0] = wanted.seam.body.root_pos[:2] + lever[0]
        trust[:, 0] *= smooth_step(np.arange(len(zmp)) / (SEAM_BLIND * GRID_FPS))
    xy = pelvis.follow_zmp(guess, np.full(len(yaw), 0.93)) - lever
    joints, legs = _first_guess(feet), heights.leg_reach(quat, feet, style.knee_flexion)
    points = _ups_and_downs(wanted)
    for k in range(len(IK_ROUNDS)):
        root_pos = _root_pos(wanted, xy, legs, points)
        joints = _joints(wanted, root_pos, quat, joints, IK_ROUNDS[k])
        if k < len(IK_ROUNDS) - 1:
            error = trust * np.clip(zmp - clip_zmp(root_pos, quat, joints), -MAX_ERROR, MAX_ERROR)
            xy = xy + pelvis.follow_zmp(error, root_pos[:, 2])
    return root_pos, quat, joints


def _behind(path: np.ndarray, zmp: np.ndarray) -> np.ndarray:
    """How far the feet at last stay behind the path [m] (2,), beyond what is usual: a body on the path itself
    would fall over them."""
    away = (zmp - path)[-round(LATELY * GRID_FPS) :].mean(axis=0)
    return away * max(1.0 - USUALLY_BEHIND / max(float(np.linalg.norm(away)), 1e-9), 0.0)


def _root_pos(
    wanted: Wanted, xy: np.ndarray, legs: heights.LegReach, points: heights.UpsAndDowns
) -> np.ndarray:
    """The pelvis on its way (T, 2), at the height that the legs ask for, (T, 3)."""
    asked, ceiling = heights.leg_heights(xy, legs, wanted.right_load)
    root_pos = np.column_stack([xy, heights.pelvis_height(asked, ceiling, points)])
    return root_pos if wanted.seam is None else seam.joined_pos(wanted.seam, root_pos, ceiling)


def _ups_and_downs(wanted: Wanted) -> heights.UpsAndDowns:
    speed = 0.5 * (wanted.feet[0].speed + wanted.feet[1].speed)
    start = None if wanted.seam is None else float(wanted.seam.body.root_pos[2])
    return heights.ups_and_downs(wanted.load, wanted.frames, speed, wanted.style.bob, start)


def _joints(
    wanted: Wanted, root_pos: np.ndarray, quat: np.ndarray, guess: np.ndarray, iterations: int
) -> np.ndarray:
    """The legs between pelvis and feet, smoothed, (T, 14)."""
    feet = wanted.feet
    foot_pos, foot_rot = (feet[0].pos, feet[1].pos), (feet[0].rot, feet[1].rot)
    joints = solve_legs(root_pos, quat, foot_pos, foot_rot, guess, iterations)
    smooth = SMOOTHING * GRID_FPS
    if wanted.seam is None:
        return gaussian_filter1d(joints, smooth, axis=0, mode="nearest")
    joints = gaussian_filter1d(seam.continued(joints, SEAM_PAD), smooth, axis=0, mode="nearest")[SEAM_PAD:]
    return seam.joined_joints(wanted.seam, joints)


def clip_zmp(root_pos: np.ndarray, quat: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """ZMP of a motion on the grid [m], shape (T, 2)."""
    qpos, qvel, qacc = derivatives(root_pos, quat, joints, 1.0 / GRID_FPS)
    frames = np.arange(len(qpos))
    some = np.union1d(frames[::2], frames[-1:])  # the rest between them: half the work, 0.1 mm of the pelvis
    zmp = zmp_of(qpos[some], generalised_force(qpos[some], qvel[some], qacc[some]))
    return np.stack([np.interp(frames, some, way) for way in zmp.T], axis=1)


def _first_guess(feet: tuple[FootTrack, FootTrack]) -> np.ndarray:
    joints = np.zeros((len(feet[0].phase), len(JOINT_NAMES)))
    for side, foot in enumerate(feet):
        angles = norms.curves(("hip", "knee", "ankle"), foot.phase, foot.speed)
        for column, angle in zip((0, 3, 4), angles, strict=True):
            joints[:, 7 * side + column] = angle
        joints[:, 7 * side + 6] = foot.mtp
    return joints
