"""The soles of a clip."""

from __future__ import annotations

import numpy as np

from kinesis_app.body import kinematics
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.dynamics import foot_spheres


def sole_points(clip: MotionClip) -> np.ndarray:
    """Lowest points of the feet's contact spheres [m], shape (T, 2, 8, 3)."""
    frames = kinematics.forward(clip.qpos())
    out = []
    for side, suffix in enumerate("rl"):
        spheres = foot_spheres(side)
        bodies = [kinematics.BODIES.index(f"{'toes' if t else 'calcn'}_{suffix}") for t in spheres.on_toes]
        centres = frames.pos[:, bodies] + np.einsum("tpij,pj->tpi", frames.rot[:, bodies], spheres.pos)
        out.append(centres - spheres.radius[:, None] * np.array([0.0, 0.0, 1.0]))
    return np.stack(out, axis=1)
