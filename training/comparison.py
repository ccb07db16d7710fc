"""Teacher and student side by side, for the card: success, error, effort, robustness, latency."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from kinesis_app.env.actuator import MuscleActuator
from kinesis_app.env.leash import LEASH
from kinesis_app.env.tracking import TrackingEnv
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import walk
from training.actions import make_env
from training.experts import Experts
from training.held_teacher import teacher_of
from training.networks import Actor
from training.run import numpy_policy
from training.scoring import follow, scored_task, start_at_beginning

LIMIT, FALLEN = 0.15, 0.5
"""Mean body error that ends a motion, and that tells a fall after a push [m]."""
WALKERS, PUSH, PUSH_STEPS = 50, 100.0, 6
"""Bodies that are pushed, with what force [N] and for how many control steps."""
PUSHED_AT, SEEN_FOR = (120, 160), 120
"""Control steps between which pushes begin, and for which bodies are watched after the last one began."""
_COMMANDS = 40

Policy = Callable[[TrackingEnv, np.ndarray], np.ndarray]
"""An environment and its observations (B, n) to actions (B, m)."""


@dataclass(frozen=True)
class Measured:
    """How one of them does.

    Attributes:
        success_015: Share of the motions that it follows to their ends within 0.15 m, in place.
        mpjpe_mm: Mean body error while it does [mm], mean over the motions.
        mean_activation: Of all muscles while it does, mean over the motions.
        pushes_100_newton_survived: Walkers at 1.1 m/s that stay up after a push of 0.2 s, on a leash.
        command_ms: Time to find one body's muscle commands for a control step [ms], median.
    """

    success_015: float
    mpjpe_mm: float
    mean_activation: float
    pushes_100_newton_survived: str
    command_ms: float


def compare(
    clips: Sequence[MotionClip], experts: Experts, student: Actor, leashed: bool
) -> dict[str, dict[str, float | str]]:
    """Measure the teacher as it acts, with its commands held for a control step, and its student.

    Args:
        clips: Motions to follow, each once, from the first frame.
        experts: The teacher.
        student: The network of muscle commands that learned from it.
        leashed: Whether the teacher's gains are those for references on a leash.
    """
    own = numpy_policy(student)

    def teach(env: TrackingEnv, observation: np.ndarray) -> np.ndarray:
        return experts.act(observation, teacher_of(env.actuator).gait(env.rows()))

    ways: dict[str, tuple[str, bool, Policy]] = {
        "teacher": ("teacher", False, teach),
        "teacher_held": ("teacher", True, teach),
        "student": ("muscles", False, lambda env, observation: own(observation)),
    }
    return {name: asdict(_measure(clips, *way, leashed)) for name, way in ways.items()}


def _measure(clips: Sequence[MotionClip], action: str, held: bool, policy: Policy, leashed: bool) -> Measured:
    def env_of(clips: Sequence[MotionClip], n: int, limit: float) -> TrackingEnv:
        return make_env(action, clips, scored_task(n, limit, leashed), held=held)

    motions = env_of(clips, len(clips), LIMIT)
    followed = follow(motions, functools.partial(policy, motions), start_at_beginning(motions))
    pushed = env_of([walk(1.1, 10.0)], WALKERS, FALLEN)
    survived = _pushed(pushed, policy)
    alone = env_of(clips[:1], 1, LIMIT)
    milliseconds = _command_ms(alone, policy)
    for env in (motions, pushed, alone):
        env.bodies.close()
    return Measured(
        success_015=round(float(followed.arrived.mean()), 3),
        mpjpe_mm=round(float(followed.mpjpe_mm.mean()), 1),
        mean_activation=round(float(followed.activation.mean()), 3),
        pushes_100_newton_survived=f"{survived} of {WALKERS}",
        command_ms=milliseconds,
    )


def _pushed(env: TrackingEnv, policy: Policy) -> int:
    """How many walkers stay up; every policy gets the same pushes."""
    n, rng = env.settings.n_envs, np.random.default_rng(0)
    begin, angle = rng.integers(*PUSHED_AT, n), rng.uniform(0.0, 2.0 * np.pi, n)
    observation = env.begin_at(np.zeros(n, dtype=int), np.zeros(n, dtype=int), leash=LEASH)
    alive, wrench = np.ones(n, bool), np.zeros((n, 6))
    for k in range(PUSHED_AT[1] + SEEN_FOR):
        on = PUSH * ((k >= begin) & (k < begin + PUSH_STEPS))
        wrench[:, 0], wrench[:, 1] = on * np.cos(angle), on * np.sin(angle)
        env.bodies.set_push(wrench)
        step = env.step(policy(env, observation))
        observation = step.observation
        alive &= ~step.terminated
    return int(alive.sum())


def _command_ms(env: TrackingEnv, policy: Policy) -> float:
    """Median time of a command; a teacher's takes a simulated control step to find."""
    observation = start_at_beginning(env)
    seconds = []
    for _ in range(_COMMANDS):
        begin = time.perf_counter()
        action = policy(env, observation)
        if not isinstance(env.actuator, MuscleActuator):
            teacher_of(env.actuator).label(env.bodies, action, env.rows(), env.moved)
        seconds.append(time.perf_counter() - begin)
        observation = env.step(action).observation
    return round(1000.0 * float(np.median(seconds)), 2)
