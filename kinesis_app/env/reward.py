"""Reward terms and the rule that ends an episode: pure functions, batch first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.joints import joint_angles
from kinesis_app.body.rotations import heading, quat_rotate
from kinesis_app.env.bodies import Frame
from kinesis_app.env.reference import ReferenceFrame


@dataclass(frozen=True)
class RewardSettings:
    """Weights and steepness of the terms (KINESIS' shape, the study's numbers).

    Attributes:
        arrival: Weight of being near where the motion ends; for policies that reach goals.
    """

    position: float = 0.5
    position_scale: float = 200.0
    velocity: float = 0.15
    velocity_scale: float = 3.0
    upright: float = 0.1
    effort: float = 0.1
    joints: float = 0.15
    joints_scale: float = 4.0
    arrival: float = 0.0
    arrival_scale: float = 1.5


def body_error(frame: Frame, reference: ReferenceFrame) -> np.ndarray:
    """Mean distance of the seven bodies from the reference [m], shape (B,)."""
    return np.linalg.norm(frame.body_pos - reference.body_pos, axis=-1).mean(axis=-1)


def _mean_square_distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.square(a - b).sum(axis=-1).mean(axis=-1)


def reward_terms(
    frame: Frame, reference: ReferenceFrame, effort: np.ndarray, settings: RewardSettings
) -> dict[str, np.ndarray]:
    """Weighted terms by name, each of shape (B,); their sum is the reward.

    Args:
        frame: State of the bodies.
        reference: Reference at the same instant, arrays of shape (B, ...).
        effort: Mean squared activation in [0, 1], shape (B,).
        settings: Weights.
    """
    s = settings
    position = _mean_square_distance(frame.body_pos, reference.body_pos)
    velocity = _mean_square_distance(frame.body_vel, reference.body_vel)
    joints = np.square(joint_angles(frame.qpos) - reference.joints).sum(axis=-1)
    up = np.array([0.0, 0.0, 1.0])
    tilt = np.square(
        quat_rotate(frame.qpos[:, 3:7], up) - quat_rotate(reference.root_quat, up)
    ).sum(axis=-1)  # fmt: skip
    turn = 1.0 - np.cos(heading(frame.qpos[:, 3:7]) - reference.heading)
    return {
        "position": s.position * np.exp(-s.position_scale * position),
        "velocity": s.velocity * np.exp(-s.velocity_scale * velocity),
        "upright": s.upright * np.exp(-10.0 * (tilt + 2.0 * turn)),
        "effort": s.effort * np.exp(-20.0 * effort),
        "joints": s.joints * np.exp(-s.joints_scale * joints),
    }


def arrival_reward(frame: Frame, goal: np.ndarray, settings: RewardSettings) -> np.ndarray:
    """For being near the goal, weighted, shape (B,); KINESIS' reward of goal reaching.

    Args:
        frame: State of the bodies.
        goal: Where the pelvis is to be in the end [m], shape (B, 2).
        settings: Weight and steepness.
    """
    away = np.linalg.norm(frame.qpos[:, :2] - goal, axis=1)
    reward: np.ndarray = settings.arrival * np.exp(-settings.arrival_scale * away)
    return reward


def has_failed(frame: Frame, reference: ReferenceFrame, limit: float) -> np.ndarray:
    """True where the mean body error exceeds ``limit`` [m] or is no number, shape (B,)."""
    return ~(body_error(frame, reference) <= limit)


def total(terms: Mapping[str, np.ndarray]) -> np.ndarray:
    """Sum of the terms, shape (B,)."""
    return np.sum(list(terms.values()), axis=0)
