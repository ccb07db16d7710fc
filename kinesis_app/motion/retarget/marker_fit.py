"""Joint angles from skin markers: this body in the subject's proportions follows them.

Poses of all frames, the places of the markers on their bones and the lengths of the segments are
found together, by least squares over the clip (bundle adjustment; Reinbolt et al. 2005, J Biomech
38:621, Werling et al. 2023, PLoS One 18:e0295152). Landmarks pull towards their bones, markers of
clusters settle where the motion wants them, so a knee centre off by a centimetre shows in the
shank's markers and is put right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.body.joints import JOINT_NAMES
from kinesis_app.body.kinematics import N_DOF, forward, point_jacobian, reduction
from kinesis_app.body.rotations import (
    quat_conj,
    quat_mul,
    quat_to_matrix,
    rotvec_from_quat,
)
from kinesis_app.motion.retarget.anatomy import Anatomy
from kinesis_app.motion.retarget.ik import Pose, bent_legs, bounded_step, held_joints, root_quat, solve
from kinesis_app.motion.retarget.landmarks import MarkerPlaces
from kinesis_app.motion.retarget.layout import lay_out
from kinesis_app.motion.retarget.scaled_body import SEGMENTS, own_segment, scaled
from kinesis_app.motion.retarget.shape import CALCN, LEG_BODIES, ROOT_FROM_ANATOMICAL, body_shape

SIGMA = 0.01
"""How far skin lets a marker stray from its bone [m]."""
FAR = 0.03
"""A marker further away than this pulls no harder (Huber) [m]."""
SIGMA_SCALE = 0.05
"""How far a segment's scale may be from that of the joint centres [1]."""
_LOOSE = {"hip_rotation": 0.8, "subtalar_angle": 0.2, "mtp_angle": 0.1}
SIGMA_POSTURE = np.array([_LOOSE.get(name[:-2], 3.0) for name in JOINT_NAMES])
"""Pull towards the neutral pose [rad]: only where markers say little."""
SAMPLES = 100
"""Frames that places and lengths are found from, spread over the clip."""
ROUNDS, ITERATIONS, CLOSE_ENOUGH = 10, 10, 5e-4
"""Most steps of the adjustment and of the poses, and the step at which they end [m, rad]."""


@dataclass(frozen=True)
class MarkerBody:
    """Scales (4,) of a subject's segments, and places (K, 3) [m] of markers on bodies (K,)."""

    scale: np.ndarray
    body: np.ndarray
    place: np.ndarray


def follow_markers(anatomy: Anatomy, positions: np.ndarray, places: MarkerPlaces) -> Anatomy:
    """The anatomy with joint angles that follow all markers, in this body's own lengths.

    Args:
        anatomy: Joint centres and frames, the first guess.
        positions: Of the recording's markers [m], shape (T, J, 3); nan where not seen.
        places: Where they sit.
    """
    measured = positions[:, places.columns]
    frames = np.unique(np.linspace(0, len(measured) - 1, min(SAMPLES, len(measured))).astype(int))
    first, body = _first_guess(anatomy, places)
    sample = first.taken(frames)
    body = _placed(sample, body, measured[frames], places)
    adjusted, body = _adjusted(sample, body, measured[frames], places)
    pose = _followed(_carried_on(first, adjusted, frames), body, measured)
    scale = body_shape().leg / float(body.scale[1:3] @ [body_shape().thigh.mean(), body_shape().shank.mean()])
    own = Pose(scale * pose.root_pos, pose.root_quat, pose.joints)
    posed = forward(own.qpos())
    return replace(
        anatomy,
        legs=posed.pos[:, LEG_BODIES],
        pelvis=quat_to_matrix(pose.root_quat) @ ROOT_FROM_ANATOMICAL,
        foot=posed.rot[:, CALCN] @ body_shape().foot_axes,
        posture=pose.joints,
        fitted=True,
        scale=scale,
    )


def _first_guess(anatomy: Anatomy, places: MarkerPlaces) -> tuple[Pose, MarkerBody]:
    """Poses that follow the joint centres, in the lengths these have."""
    shape = body_shape()
    targets, _ = lay_out(anatomy)
    joints = solve(targets, bent_legs(anatomy.n_frames)).joints
    bones = np.linalg.norm(np.diff(anatomy.legs[:, :, :3], axis=2), axis=-1)
    thigh, shank = np.median(bones, axis=(0, 1))
    leg = (thigh + shank) / shape.leg
    scale = np.array([leg, thigh / shape.thigh.mean(), shank / shape.shank.mean(), leg])
    middle = ROOT_FROM_ANATOMICAL.T @ shape.hips.mean(axis=0) * leg
    root = anatomy.legs[:, :, 0].mean(axis=1) - anatomy.pelvis @ middle
    pose = Pose(root, root_quat(anatomy.pelvis), joints)
    return pose, MarkerBody(scale, places.body, places.place)


def _placed(pose: Pose, body: MarkerBody, measured: np.ndarray, places: MarkerPlaces) -> MarkerBody:
    """Markers of clusters where they are on average over the first poses."""
    frames, _ = scaled(forward(pose.qpos()), body.scale)
    place = body.place.copy()
    for i in np.flatnonzero(~places.known).tolist():
        b = int(body.body[i])
        local = np.einsum("tji,tj->ti", frames.rot[:, b], measured[:, i] - frames.pos[:, b])
        place[i] = np.nanmedian(local, axis=0) / body.scale[own_segment(b)]
    return replace(body, place=place)


@dataclass(frozen=True)
class _Misfit:
    """What the markers miss at a pose.

    Attributes:
        value: Weighted, shape (T, 3 K).
        by_pose: Derivative of the markers' positions by the 20 velocities, weighted, shape (T, 3 K, 20).
        weight: Shape (T, K, 1).
        rot, growth: Of the markers' bodies, shape (T, K, 3, 3) and (T, K, 3, 4).
    """

    value: np.ndarray
    by_pose: np.ndarray
    weight: np.ndarray
    rot: np.ndarray
    growth: np.ndarray


def _misfit(pose: Pose, body: MarkerBody, measured: np.ndarray) -> _Misfit:
    qpos = pose.qpos()
    frames, growth = scaled(forward(qpos), body.scale)
    coupling = reduction(qpos)
    n, k = measured.shape[:2]
    miss, by_pose = np.empty((n, k, 3)), np.empty((n, k, 3, N_DOF))
    for b in np.unique(body.body).tolist():
        linear, angular = (matrix @ coupling for matrix in point_jacobian(frames, b, frames.pos[:, b]))
        for i in np.flatnonzero(body.body == b).tolist():
            arm = body.scale[own_segment(b)] * (frames.rot[:, b] @ body.place[i])
            # v = v_origin + omega x arm
            by_pose[:, i] = linear - _skew(arm) @ angular
            miss[:, i] = measured[:, i] - frames.pos[:, b] - arm
    weight = _weight(miss)
    return _Misfit(
        (np.nan_to_num(miss) * weight).reshape(n, -1),
        (by_pose * weight[..., None]).reshape(n, -1, N_DOF),
        weight,
        frames.rot[:, body.body],
        growth[:, body.body],
    )


def _skew(v: np.ndarray) -> np.ndarray:
    """The matrices (T, 3, 3) of v x for vectors (T, 3)."""
    out = np.zeros((len(v), 3, 3))
    out[:, 2, 1], out[:, 0, 2], out[:, 1, 0] = v.T
    return out - np.swapaxes(out, 1, 2)


def _by_body(misfit: _Misfit, body: MarkerBody) -> np.ndarray:
    """Derivative of the markers' positions by places and scales, weighted, shape (T, 3 K, 3 K + 4)."""
    n, k = misfit.weight.shape[:2]
    out = np.zeros((n, k, 3, 3 * k + len(SEGMENTS)))
    out[..., 3 * k :] = misfit.growth
    for i, b in enumerate(body.body.tolist()):
        segment = own_segment(b)
        out[:, i, :, 3 * i : 3 * i + 3] = body.scale[segment] * misfit.rot[:, i]
        out[:, i, :, 3 * k + segment] += misfit.rot[:, i] @ body.place[i]
    return (out * misfit.weight[..., None]).reshape(n, 3 * k, -1)


def _weight(misfit: np.ndarray) -> np.ndarray:
    """1 / sigma, less for what is far away, 0 for what is not seen, shape (T, K, 1)."""
    far = np.linalg.norm(np.nan_to_num(misfit), axis=-1, keepdims=True)
    seen = np.isfinite(misfit).all(axis=-1, keepdims=True)
    return seen / SIGMA * np.sqrt(FAR / np.maximum(far, FAR))


def _adjusted(
    pose: Pose, body: MarkerBody, measured: np.ndarray, places: MarkerPlaces
) -> tuple[Pose, MarkerBody]:
    """Gauss-Newton on poses, places and scales at once; the poses are eliminated (Schur complement)."""
    n, k = measured.shape[:2]
    every = np.arange(n)
    wanted = np.concatenate([np.where(places.known[:, None], places.place, body.place).ravel(), body.scale])
    # A prior weighs as much as its marker does over all frames.
    sigma = np.concatenate([places.sigma.ravel(), np.full(len(SEGMENTS), SIGMA_SCALE)])
    prior = n / sigma**2
    for _ in range(ROUNDS):
        misfit = _misfit(pose, body, measured)
        by_body = _by_body(misfit, body)
        normal, pull = _pose_equations(misfit, pose)
        held = held_joints(pull, pose.joints)
        free = ~held
        normal = normal * (free[:, :, None] & free[:, None, :])
        normal[:, np.arange(N_DOF), np.arange(N_DOF)] += np.where(held, 1.0, 1e-6)
        mixed = np.swapaxes(misfit.by_pose, 1, 2) @ by_body * free[..., None]
        both = np.linalg.solve(normal, np.concatenate([mixed, (pull * free)[..., None]], axis=2))
        flat = by_body.reshape(-1, 3 * k + len(SEGMENTS))
        shared = flat.T @ flat - mixed.reshape(-1, flat.shape[1]).T @ both[..., :-1].reshape(
            -1, flat.shape[1]
        )
        now = np.concatenate([body.place.ravel(), body.scale])
        right = flat.T @ misfit.value.ravel() + prior * (wanted - now)
        right -= np.einsum("tki,tk->i", mixed, both[..., -1])
        step = np.linalg.solve(shared + np.diag(prior), right)
        pose = pose.stepped(every, np.clip(both[..., -1] - both[..., :-1] @ step, -0.6, 0.6))
        now = now + step
        body = replace(body, place=now[: 3 * k].reshape(k, 3), scale=np.maximum(now[3 * k :], 0.2))
        if np.abs(step).max() < CLOSE_ENOUGH:
            break
    return pose, body


def _pose_equations(misfit: _Misfit, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Normal matrix (T, 20, 20) and right side (T, 20) of the poses."""
    transposed = np.swapaxes(misfit.by_pose, 1, 2)
    normal = transposed @ misfit.by_pose
    normal[:, np.arange(6, N_DOF), np.arange(6, N_DOF)] += SIGMA_POSTURE**-2
    pull = np.einsum("tij,tj->ti", transposed, misfit.value)
    pull[:, 6:] -= pose.joints / SIGMA_POSTURE**2
    return normal, pull


def _carried_on(first: Pose, adjusted: Pose, frames: np.ndarray) -> Pose:
    """First poses with what the adjustment changed on average, for all frames."""
    turn = quat_mul(quat_conj(first.root_quat[frames]), adjusted.root_quat)
    step = np.concatenate(
        [
            (adjusted.root_pos - first.root_pos[frames]).mean(axis=0),
            rotvec_from_quat(turn).mean(axis=0),
            (adjusted.joints - first.joints[frames]).mean(axis=0),
        ]
    )
    every = np.arange(len(first.joints))
    return first.stepped(every, np.broadcast_to(step, (len(every), N_DOF)))


def _followed(pose: Pose, body: MarkerBody, measured: np.ndarray) -> Pose:
    """Poses of all frames for a body that is known."""
    rows = np.arange(len(measured))
    for _ in range(ITERATIONS):
        here = pose.taken(rows)
        step = bounded_step(*_pose_equations(_misfit(here, body, measured[rows]), here), here.joints)
        pose = pose.stepped(rows, step)
        rows = rows[np.abs(step).max(axis=1) > CLOSE_ENOUGH]
        if not len(rows):
            break
    return pose
