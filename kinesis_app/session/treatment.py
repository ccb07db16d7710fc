"""All that is done to the human at one instant: by the experiment, with its state, and by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import mujoco
import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.rotations import heading as heading_about_z
from kinesis_app.env.bodies import Frame
from kinesis_app.experiment import Experiment
from kinesis_app.experiment import state as effects
from kinesis_app.experiment.state import ExperimentState
from kinesis_app.session import handling as hand

WARY = round(20.0 / CTRL_DT)
"""For how many control steps after a push or pull the human is wary."""


@dataclass(frozen=True)
class Treatment:
    """Belongs to one instant; each change gives the next one.

    Attributes:
        experiment: What is done to the human.
        state: Fatigue, gait phase, pushes under way, commands on their way.
        handling: Pushes and pulls by hand.
        disturbed_at: Last control step in which the human was pushed or pulled; None: not so far.
    """

    experiment: Experiment
    state: ExperimentState
    handling: hand.Handling = hand.NOTHING
    disturbed_at: int | None = None

    def wary(self, step: int) -> bool:
        """Whether the human expects to be pushed again, having been so not long before ``step``."""
        return self.disturbed_at is not None and step - self.disturbed_at < WARY

    def push_force(self, step: int) -> np.ndarray:
        """On the pelvis in the control step that begins at ``step`` [N], shape (3,)."""
        of_experiment = effects.push_force(self.experiment, self.state, step)
        return hand.push_of(self.handling) + of_experiment

    def wrenches(self, step: int, model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
        """External force [N] and torque [Nm] on each body in that control step, shape (nbody, 6)."""
        return hand.wrenches(self.handling, self.push_force(step), model, data)

    def with_experiment(self, experiment: Experiment, step: int, heading: float) -> Treatment:
        """Another experiment from ``step`` on, the human facing ``heading`` [rad]; pushes begun go on."""
        old = self.experiment, experiment, self.state
        return replace(self, experiment=experiment, state=effects.carried_over(*old, step, heading))

    def told(self, command: np.ndarray) -> tuple[np.ndarray, Treatment]:
        """What the muscles obey now that ``command`` (80,) sets out, and the treatment then."""
        obeyed, state = effects.told(self.experiment, self.state, command)
        return obeyed, replace(self, state=state)

    def pushed(self, force: hand.Vector, seconds: float) -> Treatment:
        """With a push of the pelvis in the world [N]; see ``handling.pushed``."""
        return replace(self, handling=hand.pushed(self.handling, force, seconds))

    def pulled(self, model: mujoco.MjModel, body: str, point: hand.Vector, force: hand.Vector) -> Treatment:
        """With a pull at a point of a body [m] in the world [N]; see ``handling.pulled``."""
        return replace(self, handling=hand.pulled(self.handling, model, body, point, force))

    def after_step(
        self, step: int, activation: np.ndarray, excitation: np.ndarray, frame: Frame
    ) -> Treatment:
        """The treatment after the control step that led to ``step``.

        Args:
            step: Control steps since the motion began.
            activation: Before it, shape (80,).
            excitation: Of its last physics step, shape (80,).
            frame: After it.
        """
        state = effects.after_step(
            self.experiment,
            self.state,
            step=step,
            activation=activation,
            excitation=excitation,
            touch=frame.touch[0],
            heading=heading_of(frame),
        )
        disturbed = bool(self.handling.body) or self.push_force(step - 1).any()
        return replace(
            self,
            state=state,
            handling=hand.after_step(self.handling),
            disturbed_at=step if disturbed else self.disturbed_at,
        )


def at_start(experiment: Experiment, heading: float) -> Treatment:
    """When the motion begins, the human facing ``heading`` [rad]; no hand on it."""
    return Treatment(experiment, effects.at_start(experiment, heading))


def heading_of(frame: Frame) -> float:
    """Where the pelvis faces [rad]."""
    return float(heading_about_z(frame.qpos[0, 3:7]))
