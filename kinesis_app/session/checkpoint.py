"""All that the next control step depends on: taken, and put back to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kinesis_app.session.course import Course
from kinesis_app.session.treatment import Treatment


@dataclass(frozen=True)
class Checkpoint:
    """One instant; about 4 kB.

    Attributes:
        run_step: Control steps since the session began.
        step: Control steps since the motion began.
        physics: MuJoCo's integration state with warm start, controls and applied forces.
        touch: Foot sensors [N], shape (4,); MuJoCo computes them a physics step earlier.
        excitation: Of the last physics step, shape (80,).
        course: The reference.
        policy: The network, and its name.
        treatment: What is done to the human.
        fallen_for: Control steps since the human fell, 0 if it stands.
    """

    run_step: int
    step: int
    physics: np.ndarray
    touch: np.ndarray
    excitation: np.ndarray
    course: Course
    policy: tuple[Callable[[np.ndarray], np.ndarray], str]
    treatment: Treatment
    fallen_for: int
