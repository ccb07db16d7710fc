"""All that the next control step depends on: taken, and put back to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kinesis_app.env.physics_state import physics_state
from kinesis_app.experiment import Experiment
from kinesis_app.experiment.state import ExperimentState
from kinesis_app.session.course import Course
from kinesis_app.session.handling import Handling

if TYPE_CHECKING:
    from kinesis_app.session.simulation import Simulation


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
        experiment: What is done to the human.
        state: Of the experiment: fatigue, gait phase, pushes under way.
        handling: What is done by hand.
        fallen_for: Control steps since the human fell, 0 if it stands.
    """

    run_step: int
    step: int
    physics: np.ndarray
    touch: np.ndarray
    excitation: np.ndarray
    course: Course
    policy: tuple[Callable[[np.ndarray], np.ndarray], str]
    experiment: Experiment
    state: ExperimentState
    handling: Handling
    fallen_for: int


def take(simulation: Simulation) -> Checkpoint:
    """Of the present instant."""
    sim, data = simulation, simulation.bodies.data[0]
    return Checkpoint(
        run_step=sim.run_step,
        step=sim.step_index,
        physics=physics_state(data),
        touch=data.sensordata.copy(),
        excitation=sim.excitation,
        course=sim.course,
        policy=(sim.policy, sim.policy_name),
        experiment=sim.experiment,
        state=sim.state,
        handling=sim.handling,
        fallen_for=sim.fallen_for,
    )
