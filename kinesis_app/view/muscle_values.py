"""One number in [0, 1] per muscle, for its colour."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.muscles import fiber_length, muscle_table
from kinesis_app.view.pose import Pose

QUANTITIES = {
    "activation": "muscle activation, 0 to 1",
    "excitation": "excitation, 0 to 1",
    "force": "force, 0 to maximal isometric",
    "length": "fibre length, 0.5 to 1.5 optimal",
}
"""What muscles may be coloured by, and what the ends of the scale mean."""


def muscle_values(pose: Pose, quantity: str) -> np.ndarray | None:
    """Values in [0, 1], shape (80,); None if the pose does not carry the quantity.

    Args:
        pose: One instant.
        quantity: A key of ``QUANTITIES``.
    """
    if quantity == "activation":
        return pose.activation
    if quantity == "excitation":
        return pose.excitation
    if quantity == "force":
        share = None if pose.muscle_force is None else pose.muscle_force / muscle_table().max_isometric_force
        return None if share is None else np.clip(share, 0.0, 1.0)
    if pose.muscle_length is None:
        return None
    return np.clip(fiber_length(pose.muscle_length) - 0.5, 0.0, 1.0)
