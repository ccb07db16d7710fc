"""A reference on a leash: a body that strays takes its reference along over the ground.

A body that was pushed aside then need not come back: its next footsteps lie where it is now. Only the
place on the ground moves, by no more than what exceeds ``LEASH``; timing, heading and pose stay.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinesis_app.env.reference import ReferenceFrame

LEASH = 0.05
"""How far a pelvis may be from its reference on the ground before it takes it along [m]."""


def taken_along(
    moved: np.ndarray, pelvis: np.ndarray, reference: np.ndarray, leash: np.ndarray
) -> np.ndarray:
    """How far the references are moved now [m], shape (B, 2).

    Args:
        moved: How far they were moved so far [m], (B, 2).
        pelvis: Where the bodies are on the ground [m], (B, 2).
        reference: Where the references, not moved, are [m], (B, 2).
        leash: Lengths of the leashes [m], (B,); ``inf`` for none.
    """
    gap = pelvis - reference - moved
    distance = np.linalg.norm(gap, axis=1)
    share = np.where(distance > leash, 1.0 - leash / np.maximum(distance, 1e-9), 0.0)
    return moved + gap * share[:, None]


def moved_on(reference: ReferenceFrame, moved: np.ndarray) -> ReferenceFrame:
    """References (leading axes (B, ...)) moved over the ground by ``moved`` [m], (B, 2)."""
    step = np.concatenate([moved, np.zeros((len(moved), 1))], axis=1)

    def place(positions: np.ndarray) -> np.ndarray:
        return positions + step.reshape(len(step), *(1,) * (positions.ndim - 2), 3)

    return replace(reference, root_pos=place(reference.root_pos), body_pos=place(reference.body_pos))
