"""The course: the reference that the human follows now, and how session time maps to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS
from kinesis_app.command.task import Task
from kinesis_app.env.leash import LEASH, moved_on, taken_along
from kinesis_app.env.observation import LOOK_AHEAD
from kinesis_app.env.reference import ReferenceBank, ReferenceFrame
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import GaitPlan

_ONE_CLIP = np.zeros(1, dtype=int)
_LEASH = np.array([LEASH])


@dataclass(frozen=True)
class Course:
    """One clip as the reference of one body.

    Attributes:
        clip: The motion.
        bank: Its table of physics steps.
        origin: Control step of the session at which the clip's first frame lies.
        plan: What a generated walk was made from; its time is session time. None for other clips.
        speed: Walking speed asked of it [m/s]; None for other clips.
        task: What a typed command, goals or steering made of the plan, to show.
        moved: How far the body took the reference along over the ground [m], x and y.
        kept_until: Control step of the session before which it is not led back to where it was planned:
            it was chosen to keep the human from falling.
    """

    clip: MotionClip
    bank: ReferenceBank
    origin: int = 0
    plan: GaitPlan | None = None
    speed: float | None = None
    task: Task | None = None
    moved: tuple[float, float] = (0.0, 0.0)
    kept_until: int = 0

    @property
    def last_step(self) -> int:
        """Control step of the session at which the clip ends."""
        return self.origin + int(self.bank.control_steps[0])

    @property
    def seconds(self) -> float:
        """From the session's beginning to the clip's end [s]."""
        return self.last_step * CTRL_DT

    @property
    def endless(self) -> bool:
        """Whether the walk goes on beyond what is generated so far."""
        return self.plan is not None and self.plan.walking_at_end

    def taken_along(self, pelvis: np.ndarray, step: int) -> Course:
        """The course after the body, its ``pelvis`` at (2,) [m], took it along at control step ``step``.

        Only a generated walk lets itself be taken along: a recording stays where it was made.
        """
        if self.plan is None:
            return self
        now = np.array([self.moved])
        x, y = taken_along(now, pelvis[None], self.planned(step)[None, :2], _LEASH)[0].tolist()
        return self if (x, y) == self.moved else replace(self, moved=(x, y))

    def left_at(self, moved: tuple[float, float]) -> Course:
        """The course over a ground that is itself ``moved`` [m], where only the rest counts."""
        return replace(self, moved=(self.moved[0] - moved[0], self.moved[1] - moved[1]))

    def at(self, step: int) -> ReferenceFrame:
        """The reference at control step ``step``, arrays of shape (1, ...)."""
        return self._at(self._rows(np.array([step])))

    def ahead(self, step: int) -> ReferenceFrame:
        """What the policy sees of the reference at ``step``, arrays of shape (1, 5, ...)."""
        return self._at(self._rows(step + np.array([LOOK_AHEAD])))

    def qpos(self, step: int) -> np.ndarray:
        """Reference positions at ``step``, shape (35,)."""
        qpos = self.planned(step).copy()
        qpos[:2] += self.moved
        return qpos

    def planned(self, step: int) -> np.ndarray:
        """The same where they were planned, not moved."""
        return self.bank.qpos[self._rows(np.array([step]))[0]]

    def planned_frames(self, steps: np.ndarray) -> ReferenceFrame:
        """The reference at control steps (T,) where it was planned, not moved; arrays of shape (T, ...)."""
        return self.bank.at(self._rows(steps))

    def qvel(self, step: int) -> np.ndarray:
        """Reference velocities at ``step``, shape (34,)."""
        return self.bank.qvel[self._rows(np.array([step]))[0]]

    def physics_frames(self, first_step: int, count: int) -> ReferenceFrame:
        """``count`` physics steps of the reference from control step ``first_step`` on."""
        steps = (first_step - self.origin) * N_SUBSTEPS + np.arange(count)
        return self._at(self.bank.rows(_ONE_CLIP, steps))

    def _at(self, rows: np.ndarray) -> ReferenceFrame:
        return moved_on(self.bank.at(rows), np.array([self.moved]))

    def _rows(self, steps: np.ndarray) -> np.ndarray:
        return self.bank.rows(_ONE_CLIP, (steps - self.origin) * N_SUBSTEPS)
