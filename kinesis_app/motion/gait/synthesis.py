"""From footsteps to a clip: feet, pelvis and legs brought together."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinesis_app.body.joints import JOINT_NAMES
from kinesis_app.body.rotations import quat_rotate, upright_quat
from kinesis_app.motion.clip import MotionClip, continuous_quat, resample
from kinesis_app.motion.dynamics import derivatives, generalised_force, zmp_of
from kinesis_app.motion.gait import norms, pelvis
from kinesis_app.motion.gait.feet import FootTrack, foot_track
from kinesis_app.motion.gait.footsteps import plan_footsteps
from kinesis_app.motion.gait.ik import solve_legs
from kinesis_app.motion.gait.plan import COM_BEHIND, GRID_FPS, GaitPlan, path_of
from kinesis_app.motion.gait.stances import Footsteps, since
from kinesis_app.motion.gait.style import Style

MARGIN = 1.5
"""Motion computed before and after the wanted part, so that its ends do not disturb it [s]."""
MAX_ERROR = 0.15
"""Largest ZMP error that one round corrects [m]."""
COM_ABOVE = 0.1
"""How far a lean about the pelvis moves the centre of mass ahead [m/rad]."""
SMOOTHING = 0.011
"""Gaussian over the joint angles [s]: rounds off the nearly straight knee at foot strike, where a
millimetre of the foot's path is a degree; the foot gives way by a few millimetres."""
ZMP_ROUNDS = 2
"""Corrections of the pelvis with the full inverse dynamics."""


def generate(plan: GaitPlan, *, fps: float = GRID_FPS, name: str = "gait", start: float = 0.0) -> MotionClip:
    """The motion of a plan, from ``start`` [s] to its duration.

    A later start gives the same motion (to 0.2 mm) for less work; the plan goes into the clip's info,
    so that whoever plays the clip can plan on from it.
    """
    stop = plan.duration + MARGIN
    path = path_of(plan, -MARGIN - 1.0, stop + 2.0)
    steps = plan_footsteps(plan, path)
    begin = _window_start(steps, start) if start > 0.0 else round(-MARGIN * GRID_FPS)
    steps = since(steps, begin) if start > 0.0 else steps
    frames = np.arange(begin, round(stop * GRID_FPS) + 1)
    clearance = plan.style.clearance
    feet = (foot_track(0, steps, frames, clearance), foot_track(1, steps, frames, clearance))
    right_load = pelvis.load_on_right(steps.load, frames)
    here = np.searchsorted(path.time, frames / GRID_FPS - 1e-9)
    root_pos, quat, joints = _body(feet, right_load, steps.load, frames, path.pose[here], plan.style)
    wanted = slice(round(start * GRID_FPS) - begin, round(plan.duration * GRID_FPS) - begin + 1)
    info = {"source": "gait generator", "plan": asdict(plan)}
    clip = MotionClip(name, GRID_FPS, root_pos[wanted], quat[wanted], joints[wanted], info)
    return resample(clip, fps)


def _window_start(steps: Footsteps, start: float) -> int:
    """First frame to compute for a motion from ``start`` [s] on: both feet are on the floor there."""
    frame = max(round((start - 2.0 * MARGIN) * GRID_FPS), round(-MARGIN * GRID_FPS))
    for stances in steps.stances:
        latest = [stance for stance in stances if stance.land <= frame][-1:]
        frame = min([frame, *(stance.off - 1 for stance in latest)])
    return frame


def _body(
    feet: tuple[FootTrack, FootTrack],
    right_load: np.ndarray,
    load: list[tuple[int, float]],
    frames: np.ndarray,
    path: np.ndarray,
    style: Style,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Root position, root orientation and joints for the feet's motion."""
    yaw = pelvis.within_hips(path[:, 2], feet)
    quat = continuous_quat(pelvis.pelvis_quat(yaw, feet, right_load, style))
    wanted_zmp = pelvis.desired_zmp(feet, right_load) + pelvis.sway(frames, style.sway)
    behind = COM_BEHIND - COM_ABOVE * np.sin(style.lean)
    lever = quat_rotate(upright_quat(yaw), np.array([0.0, behind, 0.0]))[:, :2]
    height = np.full(len(yaw), 0.93)
    ends = [0, -1]
    guess = wanted_zmp.copy()
    guess[ends] = path[ends, :2]  # in mid-walk the ZMP is no guess for the body
    xy = pelvis.follow_zmp(guess, height) - lever
    joints = _first_guess(feet)
    foot_pos, foot_rot = (feet[0].pos, feet[1].pos), (feet[0].rot, feet[1].rot)
    for k in range(ZMP_ROUNDS + 1):
        wanted, ceiling = pelvis.leg_heights(xy, quat, feet, right_load, style.knee_flexion)
        speed = 0.5 * (feet[0].speed + feet[1].speed)
        height = pelvis.pelvis_height(wanted, ceiling, speed, load, frames, style.bob)
        root_pos = np.column_stack([xy, height])
        joints = solve_legs(root_pos, quat, foot_pos, foot_rot, joints, 5 if k == 0 else 3)
        joints = gaussian_filter1d(joints, SMOOTHING * GRID_FPS, axis=0, mode="nearest")
        if k < ZMP_ROUNDS:
            error = wanted_zmp - clip_zmp(root_pos, quat, joints)
            error[ends] = 0.0
            xy = xy + pelvis.follow_zmp(np.clip(error, -MAX_ERROR, MAX_ERROR), height)
    return root_pos, quat, joints


def clip_zmp(root_pos: np.ndarray, quat: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """ZMP of a motion on the grid [m], shape (T, 2)."""
    qpos, qvel, qacc = derivatives(root_pos, quat, joints, 1.0 / GRID_FPS)
    return zmp_of(qpos, generalised_force(qpos, qvel, qacc))


def _first_guess(feet: tuple[FootTrack, FootTrack]) -> np.ndarray:
    joints = np.zeros((len(feet[0].phase), len(JOINT_NAMES)))
    for side, foot in enumerate(feet):
        for name, column in (("hip", 0), ("knee", 3), ("ankle", 4)):
            joints[:, 7 * side + column] = norms.curve(name, foot.phase, foot.speed)
        joints[:, 7 * side + 6] = foot.mtp
    return joints
