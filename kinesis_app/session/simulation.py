"""The synchronous heart of a session: one body, one reference, one policy, step by step.

The headless run and the window's thread drive this same object.
"""

from __future__ import annotations

from collections.abc import Callable

import mujoco
import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.action import excitations
from kinesis_app.env.bodies import Bodies, Frame
from kinesis_app.env.observation import observe
from kinesis_app.env.reward import body_error
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.session.course import Course
from kinesis_app.session.history import Checkpoint, History, physics_state, restore_physics
from kinesis_app.session.measure import complete_forces, ground_reaction, muscle_tension
from kinesis_app.session.messages import Snapshot
from kinesis_app.session.walking import continue_walk, course_of

PolicyFunction = Callable[[np.ndarray], np.ndarray]
"""Observations (B, n) float32 to actions (B, 80) float32."""

FAIL_DISTANCE = 0.5
"""Mean body error at which the reference counts as lost [m] (KINESIS)."""
FALL_DROP = 0.3
"""Pelvis this far below the reference's counts as a fall [m]."""
_ROW = np.zeros(1, dtype=int)
_BAD_STATE = [
    int(mujoco.mjtWarning.mjWARN_BADQPOS),
    int(mujoco.mjtWarning.mjWARN_BADQVEL),
    int(mujoco.mjtWarning.mjWARN_BADQACC),
]


class Simulation:
    """One human under one policy.

    Args:
        clip: The motion to follow.
        policy: Network that drives the muscles.
        policy_name: Shown in snapshots.
        history_seconds: How far :meth:`step_back` reaches [s].
    """

    def __init__(
        self, clip: MotionClip, policy: PolicyFunction, policy_name: str = "", history_seconds: float = 90.0
    ) -> None:
        self.bodies = Bodies(1, 1)
        self.policy = policy
        self.policy_name = policy_name or str(getattr(policy, "name", "policy"))
        self.history = History(history_seconds)
        self.course: Course
        self.load_motion(clip)

    # --- state -----------------------------------------------------------------------------

    @property
    def time(self) -> float:
        """Simulated time since the motion began [s]."""
        return self.step_index * CTRL_DT

    @property
    def ended(self) -> bool:
        """Whether the motion's last frame is reached."""
        return self.step_index >= self.course.last_step

    @property
    def fallen(self) -> bool:
        return self.fallen_for > 0

    @property
    def frame(self) -> Frame:
        """State of the body, arrays of shape (1, ...)."""
        return self._frame

    @property
    def body_error(self) -> float:
        """Mean distance of the seven bodies from the reference [m]."""
        return self._body_error

    # --- what may be asked of it -----------------------------------------------------------

    def load_motion(self, clip: MotionClip) -> None:
        """Follow ``clip`` from its first frame."""
        self.start_course = course_of(clip)
        self.reset()

    def load_policy(self, policy: PolicyFunction, name: str) -> None:
        """Let ``policy`` drive the muscles from here on."""
        self.policy, self.policy_name = policy, name

    def follow(self, course: Course) -> None:
        """Follow another course from now on; the body stays where it is."""
        self.course = course
        self._look()

    def reset(self) -> None:
        """Back to the first frame of the motion; the past is forgotten."""
        self.course = self.start_course
        self.step_index = 0
        self.fallen_for = 0
        self.excitations = np.zeros((0, N_MUSCLES))
        self.excitation = np.zeros(N_MUSCLES)
        self._push_force = np.zeros(3)
        self._push_left = 0
        self.history.clear()
        self.bodies.reset(_ROW, self.course.qpos(0)[None], self.course.qvel(0)[None])
        self._look()

    def push(self, force: tuple[float, float, float], seconds: float) -> None:
        """Push the pelvis with ``force`` in the world frame [N] for ``seconds``, from now on."""
        self._push_force = np.array(force, dtype=float)
        self._push_left = max(1, round(seconds / CTRL_DT))

    def set_walking_speed(self, speed: float) -> None:
        """Walk on at ``speed`` [m/s], 0 means stand; plans at once, which takes some 0.4 s.

        Raises:
            KinesisError: If the motion is not a generated walk, or the speed is out of range.
        """
        self.follow(continue_walk(self.course, self.step_index, speed=speed))

    def step(self) -> None:
        """One control step.

        Raises:
            KinesisError: If the policy or the physics gave numbers that are not finite. The state
                is then as it was before the step.
        """
        before = self._checkpoint()
        try:
            self._advance()
        except Exception:
            self._restore(before)
            raise
        self.history.push(before)

    def step_back(self, count: int = 1) -> int:
        """Return to the state up to ``count`` control steps ago; how many it went."""
        now = self.step_index
        checkpoint = self.history.back(count)
        if checkpoint is not None:
            self._restore(checkpoint)
        return now - self.step_index

    def snapshot(
        self, *, playing: bool = True, rate: float = 1.0, real_time_factor: float = 0.0, step_ms: float = 0.0
    ) -> Snapshot:
        """All that a viewer may know of now; the arguments are the owner's clock."""
        model, data = self.bodies.model, self.bodies.data[0]
        complete_forces(model, data)
        return Snapshot(
            time=self.time,
            step=self.step_index,
            qpos=data.qpos.copy(),
            qvel=data.qvel.copy(),
            excitation=self.excitation.copy(),
            activation=data.act.copy(),
            muscle_force=muscle_tension(data),
            muscle_length=data.actuator_length.copy(),
            grf=ground_reaction(model, data),
            reference_qpos=self.course.qpos(self.step_index).copy(),
            body_error=self.body_error,
            push=self._push_force.copy() if self._push_left else np.zeros(3),
            playing=playing,
            rate=rate,
            real_time_factor=real_time_factor,
            step_ms=step_ms,
            motion=self.course.clip.name,
            motion_seconds=self.course.seconds,
            policy=self.policy_name,
            walking_speed=self.course.speed,
            fallen=self.fallen,
        )

    # --- how it does it --------------------------------------------------------------------

    def _advance(self) -> None:
        action = self.policy(observe(self._frame, self.course.ahead(self.step_index)))
        if not np.isfinite(action).all():
            raise KinesisError(f"Policy '{self.policy_name}' answered with numbers that are not finite.")
        self._update_push()
        self.excitations = excitations(action, self._frame.activation)[0]
        self.bodies.step(self.excitations[None])
        self.excitation = self.excitations[-1]
        self.step_index += 1
        self._look()
        self._check_physics()
        self._notice_fall()

    def _look(self) -> None:
        self._frame = self.bodies.frame()
        self._body_error = float(body_error(self._frame, self.course.at(self.step_index))[0])

    def _update_push(self) -> None:
        wrench = np.zeros((1, 6))
        if self._push_left:
            wrench[0, :3] = self._push_force
            self._push_left -= 1
        self.bodies.set_push(wrench)

    def _check_physics(self) -> None:
        # MuJoCo answers an unstable state by a silent reset to its zero pose and a warning count.
        warnings = self.bodies.data[0].warning.number[_BAD_STATE]
        if warnings.any() or not np.isfinite(self._frame.qpos).all():
            raise KinesisError(f"The simulation became unstable at {self.time:.2f} s; the step was undone.")

    def _notice_fall(self) -> None:
        drop = self.course.qpos(self.step_index)[2] - self._frame.qpos[0, 2]
        if self.fallen_for or drop > FALL_DROP or self.body_error > FAIL_DISTANCE:
            self.fallen_for += 1

    def _checkpoint(self) -> Checkpoint:
        model, data = self.bodies.model, self.bodies.data[0]
        return Checkpoint(
            step=self.step_index,
            physics=physics_state(model, data),
            touch=data.sensordata.copy(),
            excitation=self.excitation,
            course=self.course,
            push_force=self._push_force,
            push_left=self._push_left,
            fallen_for=self.fallen_for,
        )

    def _restore(self, checkpoint: Checkpoint) -> None:
        data = self.bodies.data[0]
        data.warning.number[:] = 0
        restore_physics(self.bodies.model, data, checkpoint.physics, checkpoint.touch)
        self.step_index = checkpoint.step
        self.excitation = checkpoint.excitation
        self.course = checkpoint.course
        self.fallen_for = checkpoint.fallen_for
        self._push_force, self._push_left = checkpoint.push_force, checkpoint.push_left
        self._look()
