"""Bodies that do what the human would do, side by side, each on a course of its own: which of them fall?

They know nothing of pushes to come nor of motor noise, think that a push that is felt goes on for a
tenth of a second, and do not tire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.env.action import excitations
from kinesis_app.env.bodies import Bodies, Frame, step_body
from kinesis_app.env.foresight import foreseen
from kinesis_app.env.leash import LEASH, moved_on, taken_along
from kinesis_app.env.observation import LOOK_AHEAD, observe
from kinesis_app.env.reference import ReferenceFrame
from kinesis_app.env.reward import body_error
from kinesis_app.experiment import NORMAL
from kinesis_app.experiment.conditions import changed_excitation, conditions
from kinesis_app.experiment.physics import apply, private_model
from kinesis_app.session.checkpoint import Checkpoint
from kinesis_app.session.course import Course
from kinesis_app.session.limits import is_lost, is_unstable

FELT = 3
"""Control steps for which a push that is felt is thought to go on."""
HORIZON = round(2.5 / CTRL_DT)
"""How many control steps are looked ahead; most falls take less from the push to the floor."""
TOGETHER = 8
"""How many courses are tried side by side."""


@dataclass(frozen=True)
class Followed:
    """What becomes of n bodies in T control steps.

    Attributes:
        fell: Which of them fall, shape (n,).
        errors: Of each after each step [m], shape (T, n); nan from its fall or the end of its course on.
    """

    fell: np.ndarray
    errors: np.ndarray


class ForwardModel:
    """Does what the human would do."""

    def __init__(self) -> None:
        self._experiment, self._model = NORMAL, private_model()
        self._alone = Bodies(1, 1, [self._model])
        self._together = Bodies(TOGETHER, None, [self._model])

    def follow(self, begin: Checkpoint, courses: Sequence[Course], n_steps: int = HORIZON) -> Followed:
        """What becomes of a body on each of up to ``TOGETHER`` generated walks.

        Args:
            begin: How it is now.
            courses: The walks.
            n_steps: Control steps that they are followed, unless they end before.
        """
        trial = self._trial(begin, courses, n_steps)
        errors = np.full((n_steps, len(courses)), np.nan)
        for t in range(n_steps):
            if not trial.going(t).any():
                break
            errors[t] = trial.step(t)[: len(courses)]
        return Followed(~trial.up[: len(courses)], errors)

    def frame(self, checkpoint: Checkpoint) -> Frame:
        """State of the body at a checkpoint."""
        self._alone.restore(checkpoint.physics[None], checkpoint.touch[None])
        return self._alone.frame()

    def close(self) -> None:
        """End the threads."""
        self._alone.close()
        self._together.close()

    def _trial(self, begin: Checkpoint, courses: Sequence[Course], n_steps: int) -> _Trial:
        experiment = begin.treatment.experiment
        if experiment is not self._experiment:
            apply(experiment, self._model)
            self._experiment = experiment
        return _Trial(self._alone if len(courses) == 1 else self._together, begin, courses, n_steps)


class _Trial:
    """Bodies under way; those beyond the number of courses stay where they are.

    Attributes:
        up: Which of them have not fallen, shape (B,).
    """

    def __init__(self, bodies: Bodies, begin: Checkpoint, courses: Sequence[Course], n_steps: int) -> None:
        n, state = len(bodies), begin.treatment.state
        self._bodies, self._begin = bodies, begin
        bodies.restore(np.tile(begin.physics, (n, 1)), np.tile(begin.touch, (n, 1)))
        for data in bodies.data:
            data.xfrc_applied[:] = 0.0
        padded = [*courses, *[courses[-1]] * (n - len(courses))]
        steps = begin.step + np.arange(n_steps + begin.treatment.experiment.delay + max(LOOK_AHEAD) + 1)
        self._planned = _side_by_side([course.planned_frames(steps) for course in padded])
        self._last = np.array([course.last_step for course in courses] + [-1] * (n - len(courses)))
        self._moved = np.array([course.moved for course in padded])
        self._conditions = replace(conditions(begin.treatment.experiment), noise=0.0)
        self._coming = [np.tile(command, (n, 1)) for command in state.on_their_way]
        self.up = np.ones(n, dtype=bool)
        self._look(0)

    def going(self, t: int) -> np.ndarray:
        """Which bodies take step ``t``, shape (B,)."""
        going: np.ndarray = self.up & (self._begin.step + t < self._last)
        return going

    def step(self, t: int) -> np.ndarray:
        """Control step ``t``; the bodies' errors after it [m], shape (B,), nan where they take none."""
        bodies, going = self._bodies, self.going(t)
        decided = self._decided(t)
        finite = np.isfinite(decided).all(axis=1)
        wanted = excitations(np.where(finite[:, None], decided, 0.0), self._frame.activation)
        fatigued = self._begin.treatment.state.fatigued
        sent = changed_excitation(self._conditions, wanted, fatigued, 0)
        bodies.set_push(np.tile(self._push(t), (len(bodies), 1)))

        def work(chunk: range) -> None:
            for i in chunk:
                if going[i]:
                    step_body(bodies.data[i], sent[i])

        bodies.in_chunks(work)
        error, drop = self._look(t + 1)
        unstable = np.array([is_unstable(data) for data in bodies.data])
        lost = [is_lost(*pair) for pair in zip(drop, error, strict=True)]
        self.up &= ~going | ~(unstable | ~finite | lost)
        return np.where(going & self.up, error, np.nan)

    def _push(self, t: int) -> np.ndarray:
        """Force [N] and torque [Nm] on the pelvis in step ``t``, shape (6,)."""
        handling = self._begin.treatment.handling
        felt = bool(handling.push_left) and t < FELT
        return np.array([*handling.push, 0.0, 0.0, 0.0]) if felt else np.zeros(6)

    def _decided(self, t: int) -> np.ndarray:
        """Commands that the muscles obey in step ``t``, shape (B, 80)."""
        coming = self._coming
        seen = foreseen(self._bodies, coming) if coming else self._frame
        ahead = self._reference(t + len(coming) + np.array(LOOK_AHEAD))
        policy, _ = self._begin.policy
        command = policy(observe(seen, ahead))
        queue = [*coming, command]
        delay = self._begin.treatment.experiment.delay
        self._coming = queue[1:] + [command] * (delay + 1 - len(queue))
        return queue[0]

    def _look(self, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Errors, and drops of the pelvis below the references' [m], shapes (B,), at step ``t``."""
        self._frame = self._bodies.frame()
        planned = _at(self._planned, t)
        place, leash = self._frame.qpos[:, :2], np.full(len(self._bodies), LEASH)
        self._moved = taken_along(self._moved, place, planned.root_pos[:, :2], leash)
        reference = moved_on(planned, self._moved)
        drop = reference.root_pos[:, 2] - self._frame.qpos[:, 2]
        return body_error(self._frame, reference), drop

    def _reference(self, t: np.ndarray) -> ReferenceFrame:
        """At steps (5,), arrays of shape (B, 5, ...)."""
        return moved_on(_at(self._planned, t), self._moved)


def _side_by_side(frames: Sequence[ReferenceFrame]) -> ReferenceFrame:
    """Frames of B courses, each (T, ...), in arrays of shape (B, T, ...)."""
    return ReferenceFrame(
        *(np.stack([getattr(f, field.name) for f in frames]) for field in fields(ReferenceFrame))
    )


def _at(frames: ReferenceFrame, t: int | np.ndarray) -> ReferenceFrame:
    return ReferenceFrame(*(getattr(frames, field.name)[:, t] for field in fields(ReferenceFrame)))
