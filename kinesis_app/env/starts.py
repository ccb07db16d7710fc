"""How new episodes start: where in which clip, how far from it, with which muscles tense."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.joints import JOINT_NAMES, joint_table
from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.reference import ReferenceBank

TENSEST = 0.05
"""Largest activation of a muscle at the start of an episode."""
SHORTEST = 1.0
"""An episode starts at least this long before its clip ends [s]; of a shorter clip, at the first frame."""


def draw_share(n: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Which of ``n`` new episodes are among the ``share`` of them, shape (n,); of none, nothing is drawn."""
    return rng.random(n) < share if share > 0.0 else np.zeros(n, dtype=bool)


def draw_places(
    n: int, bank: ReferenceBank, weights: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Clips, each as likely as its weight (N,), and control steps in them, both of shape (n,)."""
    clip = rng.choice(len(weights), size=n, p=weights / weights.sum())
    last = np.maximum(bank.control_steps[clip] - int(SHORTEST / CTRL_DT), 0)
    return clip, rng.integers(0, last + 1)


def disturbed(
    qpos: np.ndarray, qvel: np.ndarray, noise: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """States with joint angles off by ``noise`` [rad] and joint velocities by ten times as much [rad/s].

    Args:
        qpos: MuJoCo positions, shape (n, 35).
        qvel: MuJoCo velocities, shape (n, 34).
        noise: Standard deviation.
        rng: Draws them.
    """
    qpos, qvel = qpos.copy(), qvel.copy()
    qpos[:, 7:] += noise * rng.normal(size=qpos[:, 7:].shape) * _FREE_JOINTS
    qvel[:, 6:] += 10.0 * noise * rng.normal(size=qvel[:, 6:].shape) * _FREE_JOINTS
    return qpos, qvel


def draw_activation(n: int, rng: np.random.Generator) -> np.ndarray:
    """Muscle activations, all at rest in every other episode, shape (n, 80)."""
    return TENSEST * rng.random((n, N_MUSCLES)) * (rng.random((n, 1)) < 0.5)


def _free_joint_mask() -> np.ndarray:
    """1 for the joints that may be disturbed one by one: not those that follow a knee, nor it."""
    table = joint_table()
    mask = np.zeros(28)
    free = [i for i, name in enumerate(JOINT_NAMES) if not name.startswith("knee")]
    mask[table.qpos_adr[free] - 7] = 1.0
    return mask


_FREE_JOINTS = _free_joint_mask()
