"""The published KINESIS task (Simos, Chiappa, Mathis 2025, arXiv 2503.14637), for comparison.

Action, observation and reward follow the paper and its public code; bodies, references, the rule
that ends an episode and the learner are this project's, so that learning curves differ by the
task's design alone.
"""

from __future__ import annotations

import numpy as np

from kinesis_app.body.kinematics import BODIES, TRACKED
from kinesis_app.body.model import N_SUBSTEPS, physics_model
from kinesis_app.body.muscles import N_MUSCLES, bias, gain, muscle_table
from kinesis_app.body.rotations import heading, quat_rotate, quat_to_matrix
from kinesis_app.env.bodies import PELVIS_ROW, Bodies, Frame
from kinesis_app.env.leash import moved_on
from kinesis_app.env.observation import turn
from kinesis_app.env.reference import ReferenceFrame
from kinesis_app.env.tracking import TrackingEnv

ACTION_MAP = "kinesis_target_length"
POSITION_GAIN = 5.0
"""kp [peak force per metre]."""
VELOCITY_GAIN = 0.1
"""kd / kp [s]."""
_B, _T = len(BODIES), len(TRACKED)
TERMS = (
    ("pelvis_height", 1), ("pelvis_tilt", 4), ("body_positions", 3 * (_B - 1)), ("body_rotations", 6 * _B),
    ("body_velocities", 3 * _B), ("body_angular_velocities", 3 * _B), ("touch", 4),
    ("next_position_difference", 3 * _T), ("next_velocity_difference", 3 * _T), ("next_position", 3 * _T),
)  # fmt: skip
"""The observation, in order."""
OBSERVATION_SIZE = sum(size for _, size in TERMS)


class KinesisActuator:
    """Target muscle lengths, tracked by one PD controller per muscle at 150 Hz.

    Attributes:
        energy: mean over the last control step of |u|_1 + |u|_2 per body, through the reward's
            exponential, shape (B,).
    """

    action_size = N_MUSCLES

    def __init__(self) -> None:
        self.longest = physics_model().actuator_lengthrange[:, 1].copy()
        self.energy = np.zeros(0)

    def apply(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> None:
        """Step under ``action`` (B, 80): -1 asks for length 0, 1 for the longest the muscle gets."""
        target = 0.5 * (np.clip(action, -1.0, 1.0) + 1.0) * self.longest
        self.energy = np.zeros(len(bodies))
        for _ in range(N_SUBSTEPS):
            length = np.array([data.actuator_length for data in bodies.data])
            velocity = np.array([data.actuator_velocity for data in bodies.data])
            u = length_excitation(target, length, velocity)
            norms = np.abs(u).sum(axis=1) + np.linalg.norm(u, axis=1)
            self.energy += np.exp(-0.05 * norms) / N_SUBSTEPS
            bodies.substep(u)


def length_excitation(target: np.ndarray, length: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Excitation of a length controller.

    F = clip(kp (Lt - L) - kd V, -Fpeak, 0);  u = clip((F - bias) / min(gain, -1), 0, 1).

    Args:
        target: Target lengths [m], shape (B, 80).
        length: Muscle-tendon lengths [m], shape (B, 80).
        velocity: [m/s], shape (B, 80).

    Returns:
        Excitation in [0, 1], shape (B, 80).
    """
    peak = muscle_table().max_isometric_force
    kp = POSITION_GAIN * peak
    force = np.clip(kp * (target - length) - VELOCITY_GAIN * kp * velocity, -peak, 0.0)
    return np.clip((force - bias(length)) / np.minimum(gain(length, velocity), -1.0), 0.0, 1.0)


class KinesisEnv(TrackingEnv):
    """The imitation task with KINESIS' observation and reward; needs a :class:`KinesisActuator`."""

    @property
    def observation_size(self) -> int:
        return OBSERVATION_SIZE

    def _reward_terms(self, frame: Frame, reference: ReferenceFrame) -> dict[str, np.ndarray]:
        """The published reward; its mean squares run over bodies and axes alike."""
        position = np.square(frame.body_pos - reference.body_pos).mean(axis=(1, 2))
        velocity = np.square(frame.body_vel - reference.body_vel).mean(axis=(1, 2))
        forward, sideways = tilt_angles(frame.qpos[:, 3:7])
        assert isinstance(self.actuator, KinesisActuator)
        return {
            "position": 0.6 * np.exp(-200.0 * position),
            "velocity": 0.2 * np.exp(-5.0 * velocity),
            "upright": 0.1 * np.exp(-3.0 * (forward**2 + sideways**2)),
            "energy": 0.1 * self.actuator.energy,
        }

    def _observe(self, frame: Frame) -> np.ndarray:
        ahead = moved_on(self.bank.at(self.rows(1)), self.moved)
        return observe(frame, ahead, self.bodies)


def tilt_angles(root_quat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Forward and sideways (left) tilt of the pelvis [rad], each (B,), for quaternions (B, 4)."""
    up = turn(quat_rotate(root_quat, np.array([0.0, 0.0, 1.0])), heading(root_quat))
    return np.arctan2(up[:, 0], up[:, 2]), np.arctan2(up[:, 1], up[:, 2])


def observe(frame: Frame, ahead: ReferenceFrame, bodies: Bodies) -> np.ndarray:
    """The observation (B, OBSERVATION_SIZE), float32.

    Args:
        frame: State of the bodies.
        ahead: Reference one control step ahead, arrays of shape (B, ...).
        bodies: The bodies themselves, in the state of ``frame``.
    """
    facing, root = heading(frame.qpos[:, 3:7]), frame.qpos[:, None, :3]
    pos = np.array([data.xpos for data in bodies.data])[:, 1:]
    rot = quat_to_matrix(np.array([data.xquat for data in bodies.data])[:, 1:])
    spatial = np.array([data.cvel for data in bodies.data])[:, 1:]
    centre = np.array([data.subtree_com[PELVIS_ROW] for data in bodies.data])[:, None]
    velocity = spatial[..., 3:] + np.cross(spatial[..., :3], pos - centre)
    forward, sideways = tilt_angles(frame.qpos[:, 3:7])
    parts = [
        frame.qpos[:, 2:3],
        np.stack([np.cos(forward), np.sin(forward), np.cos(sideways), np.sin(sideways)], axis=1),
        turn(pos[:, 1:] - root, facing),
        np.concatenate([turn(rot[..., 0], facing), turn(rot[..., 2], facing)], axis=-1),
        turn(velocity, facing),
        turn(spatial[..., :3], facing),
        frame.touch,
        turn(ahead.body_pos - frame.body_pos, facing),
        turn(ahead.body_vel - frame.body_vel, facing),
        turn(ahead.body_pos - root, facing),
    ]
    return np.concatenate([part.reshape(len(pos), -1) for part in parts], axis=1).astype(np.float32)
