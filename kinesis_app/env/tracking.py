"""The imitation task, vectorised: B bodies, each following its own clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS
from kinesis_app.env.actuator import Actuator, MuscleActuator
from kinesis_app.env.bodies import Frame
from kinesis_app.env.delay import Delay
from kinesis_app.env.engine import make_bodies
from kinesis_app.env.leash import LEASH, moved_on, taken_along
from kinesis_app.env.observation import LOOK_AHEAD, OBSERVATION_SIZE, observe
from kinesis_app.env.pushes import PushSettings, next_pushes
from kinesis_app.env.reference import ReferenceBank, ReferenceFrame, reference_bank
from kinesis_app.env.reward import RewardSettings, arrival_reward, has_failed, reward_terms, total
from kinesis_app.env.starts import disturbed, draw_activation, draw_places, draw_share
from kinesis_app.env.variation import VariationSettings, varied_models
from kinesis_app.motion.clip import MotionClip


@dataclass(frozen=True)
class TrackingSettings:
    """The task.

    Attributes:
        n_envs: Bodies, B.
        n_threads: Physics threads; 0 takes all cores.
        physics: The engine: ``mujoco``, or ``warp`` for MuJoCo Warp on a GPU.
        episode_seconds: Longest episode [s].
        fail_distance: Mean body error that ends an episode [m].
        first_frame_share: Share of episodes that start where evaluations do: at the first frame of
            the clip, the muscles at rest; the others start anywhere.
        leashed_share: Share of episodes in which the reference is on a leash; in the others it keeps
            its place.
        leash: How long it is: how far a pelvis may stray before it takes its reference along [m].
        start_noise: Standard deviation of joint angles [rad] at the start of an episode; joint
            velocities get ten times as much [rad/s].
        reward: Weights of the reward terms.
        push: Random pushes.
        variation: How the bodies differ.
    """

    n_envs: int = 64
    n_threads: int = 0
    physics: str = "mujoco"
    episode_seconds: float = 10.0
    fail_distance: float = 0.15
    first_frame_share: float = 0.0
    leashed_share: float = 0.0
    leash: float = LEASH
    start_noise: float = 0.01
    reward: RewardSettings = field(default_factory=RewardSettings)
    push: PushSettings = field(default_factory=PushSettings)
    variation: VariationSettings = field(default_factory=VariationSettings)


@dataclass(frozen=True)
class Step:
    """What one control step returned, for B bodies.

    Attributes:
        observation: After automatic resets, shape (B, OBSERVATION_SIZE).
        reward: shape (B,).
        terminated: The body left the reference, shape (B,).
        truncated: Time or the clip ran out, shape (B,).
        final_observation: Before automatic resets, shape (B, OBSERVATION_SIZE).
        terms: Reward terms by name, each (B,).
        clip: Clip that each body followed during the step, shape (B,).
        seconds: Age of the episode at the end of the step [s], shape (B,).
    """

    observation: np.ndarray
    reward: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    final_observation: np.ndarray
    terms: dict[str, np.ndarray]
    clip: np.ndarray
    seconds: np.ndarray


class TrackingEnv:
    """B bodies imitating clips; episodes start at a random frame and restart by themselves.

    Equal seeds and actions give equal results, whatever the number of threads.
    """

    def __init__(
        self,
        clips: Sequence[MotionClip] | ReferenceBank,
        settings: TrackingSettings,
        seed: int = 0,
        actuator: Actuator | None = None,
    ) -> None:
        self.bank = clips if isinstance(clips, ReferenceBank) else reference_bank(clips)
        self.settings = settings
        self.actuator: Actuator = actuator if actuator is not None else MuscleActuator()
        models = varied_models(settings.variation, seed)
        self.bodies = make_bodies(settings.physics, settings.n_envs, settings.n_threads or None, models)
        self.rng = np.random.default_rng(seed)
        self.clip_weights = np.ones(len(self.bank.names))
        n = settings.n_envs
        self.clip = np.zeros(n, dtype=int)
        self.step_index = np.zeros(n, dtype=int)  # control steps into the clip
        self.age = np.zeros(n, dtype=int)  # control steps into the episode
        self.moved = np.zeros((n, 2))  # of the references over the ground [m]
        self.leash = np.full(n, np.inf)  # [m]
        self.delay = Delay(n, self.actuator.action_size)
        self._push = np.zeros((n, 6))  # wrench at the pelvis [N, Nm]
        self._push_left = np.zeros(n, dtype=int)  # control steps until it ends

    @property
    def observation_size(self) -> int:
        return OBSERVATION_SIZE

    @property
    def action_size(self) -> int:
        return self.actuator.action_size

    def rows(self, ahead: int = 0) -> np.ndarray:
        """Rows of the reference table, ``ahead`` control steps from now, shape (B,)."""
        return self.bank.rows(self.clip, (self.step_index + ahead) * N_SUBSTEPS)

    def reset(self) -> np.ndarray:
        """Start new episodes everywhere; the observation, shape (B, OBSERVATION_SIZE)."""
        self._restart(np.arange(self.settings.n_envs))
        return self._observe(self.bodies.frame())

    def begin_at(
        self,
        clip: np.ndarray,
        step: np.ndarray,
        *,
        leash: np.ndarray | float = np.inf,
        activation: np.ndarray | None = None,
        sideways: np.ndarray | float = 0.0,
    ) -> np.ndarray:
        """Start new episodes at chosen places; the observation, shape (B, OBSERVATION_SIZE).

        Args:
            clip, step: Clip and control step of each body, shape (B,).
            leash: How far a pelvis may stray before it takes its reference along [m], shape (B,).
            activation: Of the muscles, shape (B, 80); at rest by default.
            sideways: Velocity along the world's y beside the reference's [m/s], shape (B,).
        """
        everybody = np.arange(self.settings.n_envs)
        self._restart(everybody)
        self.clip[:], self.step_index[:], self.leash[:] = clip, step, leash
        rows = self.rows()
        qvel = self.bank.qvel[rows].copy()
        qvel[:, 1] += sideways
        self.bodies.reset(everybody, self.bank.qpos[rows], qvel, activation)
        return self._observe(self.bodies.frame())

    def step(self, action: np.ndarray) -> Step:
        """One control step of all bodies under ``action`` (B, action_size)."""
        self._update_pushes()
        self.actuator.apply(self.bodies, self.delay(action), self.rows(), self.moved)
        self.step_index += 1
        self.age += 1
        frame = self.bodies.frame()
        reference = self._reference(frame)
        terms = self._reward_terms(frame, reference)
        terminated = has_failed(frame, reference, self.settings.fail_distance)
        too_old = self.age * CTRL_DT >= self.settings.episode_seconds
        truncated = ~terminated & (too_old | (self.step_index >= self.bank.control_steps[self.clip]))
        observation = final = self._observe(frame)
        clip, seconds = self.clip.copy(), self.age * CTRL_DT
        done = np.flatnonzero(terminated | truncated)
        if len(done):
            self._restart(done)
            observation = self._observe(self.bodies.frame())
        return Step(observation, total(terms), terminated, truncated, final, terms, clip, seconds)

    def _reference(self, frame: Frame) -> ReferenceFrame:
        """What the bodies should be at now, after they took it along."""
        planned = self.bank.at(self.rows())
        place, goal = frame.qpos[:, :2], planned.root_pos[:, :2]
        self.moved = taken_along(self.moved, place, goal, self.leash)
        return moved_on(planned, self.moved)

    def _reward_terms(self, frame: Frame, reference: ReferenceFrame) -> dict[str, np.ndarray]:
        effort = np.square(frame.activation).mean(axis=1)
        terms = reward_terms(frame, reference, effort, self.settings.reward)
        if self.settings.reward.arrival > 0.0:
            last = self.bank.at(self.bank.rows(self.clip, self.bank.length[self.clip] - 1))
            goal = last.root_pos[:, :2] + self.moved
            terms["arrival"] = arrival_reward(frame, goal, self.settings.reward)
        return terms

    def _observe(self, frame: Frame) -> np.ndarray:
        steps = self.step_index[:, None] + np.array(LOOK_AHEAD)
        ahead = self.bank.at(self.bank.rows(self.clip[:, None], steps * N_SUBSTEPS))
        return observe(frame, moved_on(ahead, self.moved))

    def _restart(self, rows: np.ndarray) -> None:
        n, settings, rng = len(rows), self.settings, self.rng
        self.clip[rows], self.step_index[rows] = draw_places(n, self.bank, self.clip_weights, rng)
        first = draw_share(n, settings.first_frame_share, rng)
        self.step_index[rows[first]] = 0
        self.age[rows] = 0
        self.moved[rows] = 0.0
        self.leash[rows] = np.where(draw_share(n, settings.leashed_share, rng), settings.leash, np.inf)
        self.delay.restart(rows, draw_share(n, settings.variation.delayed, rng))
        self._push[rows] = 0.0
        self._push_left[rows] = 0
        at = self.rows()[rows]
        qpos, qvel = disturbed(self.bank.qpos[at], self.bank.qvel[at], settings.start_noise, rng)
        activation = draw_activation(n, rng)
        activation[first] = 0.0
        self.bodies.reset(rows, qpos, qvel, activation)

    def _update_pushes(self) -> None:
        if self.settings.push.force == 0.0 and not self._push.any():  # a push under way still has to end
            return
        self._push, self._push_left = next_pushes(self._push, self._push_left, self.settings.push, self.rng)
        self.bodies.set_push(self._push)
