"""KINESIS' imitation protocol: deterministic, from frame 0, one attempt per clip.

A clip is failed when the mean global error of the seven bodies exceeds 0.5 m; 0.25 and 0.15 m are
reported too. MPJPE is that error averaged over the surviving frames (Simos et al. 2025).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kinesis_app.env.actuator import Actuator, PolicyFunction
from kinesis_app.env.reference import reference_bank
from kinesis_app.evaluation.rollout import Rollout, rollout
from kinesis_app.motion.clip import MotionClip
from kinesis_app.session.limits import FAIL_DISTANCE

FORMAT = "kinesis-evaluation-1"
LIMITS = {"050": 0.5, "025": 0.25, "015": 0.15}
"""Success limits [m] by the suffix of their fields."""
MAX_BODIES = 64
"""Clips simulated at once; more would only cost memory."""


@dataclass(frozen=True)
class ClipResult:
    """One row of the evaluation; these names are the promise of the JSON.

    Attributes:
        name: Of the clip.
        duration_s: Of the clip [s].
        survived_s: Until the 0.5 m rule ended it [s].
        coverage: survived_s / duration_s, 1 if it never failed.
        success_050, success_025, success_015: Error never above 0.50 / 0.25 / 0.15 m.
        mpjpe_mm: Mean error over the surviving frames [mm].
        mean_activation: Mean over muscles and surviving frames, 0 to 1.
        coverage_025, coverage_015: Share of the clip before the error exceeded 0.25 / 0.15 m.
    """

    name: str
    duration_s: float
    survived_s: float
    coverage: float
    success_050: bool
    success_025: bool
    success_015: bool
    mpjpe_mm: float
    mean_activation: float
    coverage_025: float
    coverage_015: float


@dataclass(frozen=True)
class Evaluation:
    """The rows, in the order of the clips given."""

    clips: tuple[ClipResult, ...]

    def total(self) -> dict[str, float]:
        """Sums of durations; success as shares of clips; the rest weighted by (surviving) time."""
        rows = self.clips
        duration, survived = np.array([[r.duration_s, r.survived_s] for r in rows]).T
        total: dict[str, float] = {
            "clips": len(rows),
            "duration_s": float(duration.sum()),
            "survived_s": float(survived.sum()),
            "coverage": float(survived.sum() / duration.sum()),
        }
        for suffix in LIMITS:
            total[f"success_{suffix}"] = float(np.mean([getattr(r, f"success_{suffix}") for r in rows]))
        for name in ("mpjpe_mm", "mean_activation"):
            total[name] = float(np.average([getattr(r, name) for r in rows], weights=survived))
        for name in ("coverage_025", "coverage_015"):
            total[name] = float(np.average([getattr(r, name) for r in rows], weights=duration))
        return total

    def to_json(self) -> dict[str, Any]:
        """The documented, versioned form for scripts."""
        return {"format": FORMAT, "clips": [asdict(row) for row in self.clips], "total": self.total()}


def evaluate(
    policy: PolicyFunction,
    clips: Sequence[MotionClip],
    *,
    n_threads: int | None = None,
    actuator: Actuator | None = None,
    progress: Callable[[int, int], None] | None = None,
    delay: int = 0,
    foresight: bool = True,
    leash: float = np.inf,
) -> Evaluation:
    """Run KINESIS' protocol.

    Args:
        policy: Observations (B, n) float32 to actions (B, action size); used as it is, no noise.
        clips: What to imitate.
        n_threads: Physics threads, all cores by default. The result does not depend on it.
        actuator: How actions move bodies; muscles by default.
        progress: Called with clips done and clips in all.
        delay: How late actions reach the muscles [control steps].
        foresight: Whether a forward model makes up for the delay, see :mod:`kinesis_app.env.foresight`.
        leash: How far a body may stray before it takes its reference along [m], as walks do in the window;
            KINESIS' references keep their place.
    """
    rows: dict[int, ClipResult] = {}
    # Clips of like length together: a batch runs as long as its longest clip.
    order = sorted(range(len(clips)), key=lambda i: clips[i].duration)
    for first in range(0, len(order), MAX_BODIES):
        batch = order[first : first + MAX_BODIES]
        bank = reference_bank([clips[i] for i in batch])
        index = np.arange(len(batch))
        run = rollout(
            bank,
            index,
            policy,
            actuator=actuator,
            n_threads=n_threads,
            leash=leash,
            delay=delay,
            foresight=foresight,
        )
        for column, i in enumerate(batch):
            rows[i] = clip_result(clips[i], run, column, int(bank.control_steps[column]))
        if progress is not None:
            progress(len(rows), len(clips))
    return Evaluation(tuple(rows[i] for i in range(len(clips))))


def clip_result(clip: MotionClip, run: Rollout, column: int, n_steps: int) -> ClipResult:
    """The row of the body in ``column``, whose clip has ``n_steps`` control steps."""
    error, activation = run.error[:n_steps, column], run.activation[:n_steps, column]
    until = {suffix: _steps_within(error, limit) for suffix, limit in LIMITS.items()}
    coverage = {suffix: steps / n_steps for suffix, steps in until.items()}
    n_alive = max(until["050"], 1)
    return ClipResult(
        name=clip.name,
        duration_s=clip.duration,
        survived_s=coverage["050"] * clip.duration,
        coverage=coverage["050"],
        success_050=coverage["050"] == 1.0,
        success_025=coverage["025"] == 1.0,
        success_015=coverage["015"] == 1.0,
        mpjpe_mm=1e3 * float(np.minimum(error[:n_alive], 2.0 * FAIL_DISTANCE).mean()),
        mean_activation=float(activation[:n_alive].mean()),
        coverage_025=coverage["025"],
        coverage_015=coverage["015"],
    )


def _steps_within(error: np.ndarray, limit: float) -> int:
    """Control steps before ``error`` (T,) first exceeds ``limit``; NaN, after a failure, exceeds."""
    beyond = ~(error <= limit)
    return int(np.argmax(beyond)) if beyond.any() else len(error)
