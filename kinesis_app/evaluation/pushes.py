"""How many pushes a walking or standing human survives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.env.actuator import PolicyFunction
from kinesis_app.env.leash import LEASH
from kinesis_app.env.reference import reference_bank
from kinesis_app.evaluation.rollout import Rollout, rollout
from kinesis_app.motion.gait import stand, walk
from kinesis_app.motion.gait.style import Style
from kinesis_app.session.limits import FAIL_DISTANCE, FALL_DROP

STEADY_AFTER = 3.0
"""First possible start of a push [s]: by then the walk is steady."""
SPREAD = 1.2
"""Pushes start within this time, about a gait cycle, so that they meet all its phases [s]."""
WATCHED = 3.0
"""How long after a push a fall still counts [s]."""


@dataclass(frozen=True)
class PushTrial:
    """One push.

    Attributes:
        direction_deg: Of the force in the ground plane, 0 = forward, 90 = to the left.
        start_s: When it began [s].
        survived: No fall and error below 0.5 m until 3 s after its end; on a leash the error is against
            the reference where the body took it along to.
        largest_error_mm: Largest mean body error from its start on [mm].
    """

    direction_deg: float
    start_s: float
    survived: bool
    largest_error_mm: float


@dataclass(frozen=True)
class PushEvaluation:
    """All trials of one kind of push.

    ``leash_m``: how far a body may stray before its reference follows; ``delay_steps``: how many control
    steps late actions reached the muscles; ``foresight``: whether a forward model made up for it;
    ``wary``: whether they walked as who expects a push.
    """

    force_n: float
    push_s: float
    speed: float
    seed: int
    trials: tuple[PushTrial, ...]
    leash_m: float = LEASH
    delay_steps: int = 0
    foresight: bool = True
    wary: bool = False

    @property
    def survived(self) -> int:
        """How many trials."""
        return sum(trial.survived for trial in self.trials)

    def to_json(self) -> dict[str, Any]:
        """The documented form for scripts."""
        leash = self.leash_m if np.isfinite(self.leash_m) else None
        return {**asdict(self), "leash_m": leash, "count": len(self.trials), "survived": self.survived}


def evaluate_pushes(
    policy: PolicyFunction,
    count: int = 20,
    *,
    force: float = 50.0,
    push_seconds: float = 0.2,
    speed: float = 1.1,
    seed: int = 0,
    n_threads: int | None = None,
    leash: float = LEASH,
    delay: int = 0,
    foresight: bool = True,
    wary: bool = False,
) -> PushEvaluation:
    """Push ``count`` humans once each at the pelvis, in random horizontal directions.

    Args:
        policy: Observations to actions.
        count: Trials.
        force: [N].
        push_seconds: How long a push lasts [s].
        speed: Of the walk along world +x [m/s]; 0: they stand.
        seed: Of directions and start times.
        n_threads: Physics threads, all cores by default.
        leash: How far a body may stray before it takes its reference along [m], as in the window;
            ``inf``: the reference keeps its place and the body has to come back.
        delay: How late actions reach the muscles [control steps].
        foresight: Whether a forward model makes up for the delay, see :mod:`kinesis_app.env.foresight`.
        wary: Whether they walk as who expects a push, as in the window after the first one.
    """
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0.0, 2.0 * np.pi, count)
    first = np.round((STEADY_AFTER + rng.uniform(0.0, SPREAD, count)) / CTRL_DT).astype(int)
    n_push = max(1, round(push_seconds / CTRL_DT))
    seconds = STEADY_AFTER + SPREAD + push_seconds + WATCHED + 2 * CTRL_DT
    style = Style(wariness=float(wary))
    clip = walk(speed, seconds, stand_after=0.0, style=style) if speed else stand(seconds)
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    watched = n_push + round(WATCHED / CTRL_DT)
    run = rollout(
        reference_bank([clip]),
        np.zeros(count, dtype=int),
        policy,
        n_threads=n_threads,
        wrench=_pushes(first, force * direction, n_push),
        leash=leash,
        delay=delay,
        foresight=foresight,
    )
    trials = [_trial(run, i, int(first[i]), watched, float(angle[i])) for i in range(count)]
    seconds = n_push * CTRL_DT
    return PushEvaluation(force, seconds, speed, seed, tuple(trials), leash, delay, foresight, wary)


def _pushes(first: np.ndarray, force: np.ndarray, n_push: int) -> Callable[[int], np.ndarray]:
    """Each body is pushed by ``force`` (B, 2) [N] for ``n_push`` control steps from ``first`` (B,) on."""

    def wrench(t: int) -> np.ndarray:
        out = np.zeros((len(first), 6))
        pushed = (t >= first) & (t < first + n_push)
        out[pushed, :2] = force[pushed]
        return out

    return wrench


def _trial(run: Rollout, row: int, first: int, watched: int, angle: float) -> PushTrial:
    error, drop = (series[: first + watched, row] for series in (run.error, run.drop))
    survived = bool((error <= FAIL_DISTANCE).all() and (drop <= FALL_DROP).all())
    after = error[first:]
    largest = float(np.nanmax(after)) if np.isfinite(after).any() else FAIL_DISTANCE
    return PushTrial(
        float(np.degrees(angle)), first * CTRL_DT, survived, 1e3 * min(largest, 2 * FAIL_DISTANCE)
    )
