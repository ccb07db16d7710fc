"""The synchronous heart of a session: one body, one reference, one policy, step by step.

The headless run and the window's thread drive this same object.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.action import excitations
from kinesis_app.env.actuator import PolicyFunction
from kinesis_app.env.bodies import Bodies
from kinesis_app.env.foresight import foreseen
from kinesis_app.env.observation import observe
from kinesis_app.env.physics_state import physics_state, restore_physics
from kinesis_app.env.reward import body_error
from kinesis_app.errors import KinesisError
from kinesis_app.experiment import NORMAL, Experiment
from kinesis_app.experiment.conditions import changed_excitation, conditions
from kinesis_app.experiment.physics import apply, private_model
from kinesis_app.motion.clip import MotionClip
from kinesis_app.session import handling as hand
from kinesis_app.session.checkpoint import Checkpoint
from kinesis_app.session.course import Course
from kinesis_app.session.history import History, Moment
from kinesis_app.session.limits import NO_ATTEMPT, NOTHING, Attempt, is_lost, is_unstable
from kinesis_app.session.treatment import at_start, heading_of
from kinesis_app.session.walking import course_of

_ROW = np.zeros(1, dtype=int)


class Simulation:
    """One human under one policy.

    Args:
        clip: The motion to follow.
        policy: Network that drives the muscles.
        policy_name: Shown in snapshots.
        history_seconds: How far back :meth:`go_back_to` reaches [s].
        experiment: What is done to the human.

    Attributes:
        frame: State of the body, arrays of shape (1, ...).
        body_error: Mean distance of the seven bodies from the reference [m].
        course: The reference.
        treatment: What is done to the human now.
        excitations: Of the last control step, shape (N_SUBSTEPS, 80); none after a jump.
        applied: External force [N] and torque [Nm] on each body in the last control step, shape (nbody, 6).
    """

    def __init__(
        self,
        clip: MotionClip,
        policy: PolicyFunction,
        policy_name: str = "",
        history_seconds: float = 90.0,
        experiment: Experiment = NORMAL,
    ) -> None:
        self.bodies = Bodies(1, 1, [private_model()])
        self.policy = policy
        self.policy_name = policy_name or str(getattr(policy, "name", "policy"))
        self.history = History(history_seconds)
        self.run_step, self.attempt = -1, NO_ATTEMPT
        self.treatment = at_start(experiment, 0.0)
        self._impose(experiment)
        self.load_motion(clip)

    # --- state -----------------------------------------------------------------------------

    @property
    def time(self) -> float:
        """Simulated time since the motion began [s]."""
        return self.step_index * CTRL_DT

    @property
    def run_time(self) -> float:
        """Simulated time since the session began [s]."""
        return self.run_step * CTRL_DT

    @property
    def ended(self) -> bool:
        """Whether the motion's last frame is reached."""
        return self.step_index >= self.course.last_step

    @property
    def fallen(self) -> bool:
        """Whether the human fell or lost the reference since the motion began."""
        return self.fallen_for > 0

    def wrenches(self) -> np.ndarray:
        """External force [N] and torque [Nm] on each body in the control step to come, shape (nbody, 6)."""
        return self.treatment.wrenches(self.step_index, self.bodies.model, self.bodies.data[0])

    # --- what may be asked of it -----------------------------------------------------------

    def load_motion(self, clip: MotionClip) -> None:
        """Follow ``clip`` from its first frame."""
        self.start_course = course_of(clip)
        self.reset()

    def load_policy(self, policy: PolicyFunction, name: str) -> None:
        """Let ``policy`` drive the muscles from here on."""
        self.policy, self.policy_name = policy, name

    def set_experiment(self, experiment: Experiment) -> None:
        """Do ``experiment`` to the human from here on; pushes that have begun go on."""
        data = self.bodies.data[0]
        self.treatment = self.treatment.with_experiment(experiment, self.step_index, heading_of(self.frame))
        self._impose(experiment)
        # What was computed ahead for the next step belongs to the old body.
        restore_physics(data, physics_state(data), data.sensordata.copy())

    def follow(self, course: Course) -> None:
        """Follow another course from now on; the body stays where it is."""
        self.course = course
        self._look()

    def reset(self) -> None:
        """Back to the first frame of the motion."""
        self.course, self.step_index, self.fallen_for = self.start_course, 0, 0
        self.excitation = np.zeros(N_MUSCLES)
        self.bodies.reset(_ROW, self.course.qpos(0)[None], self.course.qvel(0)[None])
        self._jumped()
        self.treatment = at_start(self.treatment.experiment, heading_of(self.frame))
        self._remember()

    def push(self, force: hand.Vector, seconds: float) -> None:
        """Push the pelvis with ``force`` in the world frame [N] for ``seconds``, from now on."""
        self.treatment = self.treatment.pushed(force, seconds)

    def pull(self, body: str, point: hand.Vector, force: hand.Vector) -> None:
        """Pull a body at a point of its frame [m] with a force in the world [N], until told otherwise."""
        self.treatment = self.treatment.pulled(self.bodies.model, body, point, force)

    def move_body(self, shift: hand.Vector, turn: hand.Vector) -> None:
        """Put the human elsewhere [m], turned [rad]; over the ground the reference goes along."""
        data, (x, y) = self.bodies.data[0], self.course.moved
        data.qpos[:] = hand.moved_pose(data.qpos, shift, turn)
        restore_physics(data, physics_state(data), data.sensordata.copy())
        self.course = replace(self.course, moved=(x + shift[0], y + shift[1]))
        self._jumped()
        self._remember()

    def step(self) -> None:
        """One control step.

        Raises:
            KinesisError: If the policy or the physics gave numbers that are not finite. The state
                is then as it was before the step, and ``attempt`` says how far it came.
        """
        before = self.checkpoint()
        self.attempt = NO_ATTEMPT
        try:
            self._advance()
        except Exception:
            self.restore(before)
            raise
        self._remember()

    def go_back_to(self, run_step: int) -> int:
        """Return to the state at ``run_step`` of the history and forget what came after it.

        Returns:
            How many control steps were forgotten.
        """
        forgotten = self.history.forget_after(run_step)
        moment = self.history.at(self.history.last)
        self.excitations, self.applied = moment.excitations, moment.wrenches
        self.restore(moment.checkpoint)
        return forgotten

    def checkpoint(self) -> Checkpoint:
        """All that the next steps depend on."""
        data = self.bodies.data[0]
        return Checkpoint(
            run_step=self.run_step,
            step=self.step_index,
            physics=physics_state(data),
            touch=data.sensordata.copy(),
            excitation=self.excitation,
            course=self.course,
            policy=(self.policy, self.policy_name),
            treatment=self.treatment,
            fallen_for=self.fallen_for,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Be as a checkpoint says, of this simulation or another; the history stays."""
        if checkpoint.treatment.experiment is not self.treatment.experiment:
            self._impose(checkpoint.treatment.experiment)
        restore_physics(self.bodies.data[0], checkpoint.physics, checkpoint.touch)
        self.run_step, self.step_index = checkpoint.run_step, checkpoint.step
        self.course, self.excitation = checkpoint.course, checkpoint.excitation
        self.policy, self.policy_name = checkpoint.policy
        self.treatment, self.fallen_for = checkpoint.treatment, checkpoint.fallen_for
        self._look()

    # --- how it does it --------------------------------------------------------------------

    def _advance(self) -> None:
        self.excitations = self._decided()
        self.applied = self.wrenches()
        self.bodies.data[0].xfrc_applied[:] = self.applied
        activation = self.frame.activation[0]
        self.bodies.step(self.excitations[None])
        self.excitation = self.excitations[-1]
        self.step_index += 1
        self.run_step += 1
        self._look()
        if is_unstable(self.bodies.data[0]):
            raise KinesisError(f"The simulation became unstable at {self.time:.2f} s; the step was undone.")
        drop = float(self.course.qpos(self.step_index)[2] - self.frame.qpos[0, 2])
        if self.fallen_for or is_lost(drop, self.body_error):
            self.fallen_for += 1
        self.treatment = self.treatment.after_step(self.step_index, activation, self.excitation, self.frame)

    def _decided(self) -> np.ndarray:
        """Excitations of the control step to come, shape (N_SUBSTEPS, 80), by policy and experiment."""
        coming = self.treatment.state.on_their_way
        frame = foreseen(self.bodies, [command[None] for command in coming]) if coming else self.frame
        seen = observe(frame, self.course.ahead(self.step_index + len(coming)))
        self.attempt = Attempt(seen[0], NOTHING, NOTHING)
        action = self.policy(seen)
        self.attempt = Attempt(seen[0], action[0], NOTHING)
        if not np.isfinite(action).all():
            raise KinesisError(f"Policy '{self.policy_name}' answered with numbers that are not finite.")
        command, self.treatment = self.treatment.told(action[0])
        wanted = excitations(command[None], self.frame.activation)[0]
        fatigued = self.treatment.state.fatigued
        changed = changed_excitation(self._conditions, wanted, fatigued, self.run_step)
        self.attempt = Attempt(seen[0], action[0], changed)
        return changed

    def _impose(self, experiment: Experiment) -> None:
        apply(experiment, self.bodies.model)
        self._conditions = conditions(experiment)

    def _jumped(self) -> None:
        """The body was put somewhere: this instant is not the one after that before."""
        self.run_step += 1
        self.excitations = np.zeros((0, N_MUSCLES))
        self.applied = np.zeros((self.bodies.model.nbody, 6))
        self._look()

    def _look(self) -> None:
        self.frame = self.bodies.frame()
        self.course = self.course.taken_along(self.frame.qpos[0, :2], self.step_index)
        self.body_error = float(body_error(self.frame, self.course.at(self.step_index))[0])

    def _remember(self) -> None:
        self.history.push(Moment(self.checkpoint(), self.excitations, self.applied))
