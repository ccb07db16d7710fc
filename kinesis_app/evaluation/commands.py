"""Typed commands put to the test: are they understood, and does the human do what they say?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.command import CommandError, Program, compile_segments, parse
from kinesis_app.command.typed import typed_plan
from kinesis_app.env.actuator import PolicyFunction
from kinesis_app.env.leash import LEASH
from kinesis_app.env.reference import reference_bank
from kinesis_app.errors import KinesisError
from kinesis_app.evaluation.phrasings import PHRASINGS, SEQUENCES, Phrasing
from kinesis_app.evaluation.rollout import Rollout, rollout
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import GaitPlan, generate
from kinesis_app.motion.gait.plan import COM_BEHIND, path_of
from kinesis_app.session.limits import FAIL_DISTANCE, FALL_DROP

EXACT = (0.01, 1.0)
"""A plan is right within this [m, degrees], or m/s and rad/s a hundredth."""
NEAR = (0.10, 10.0)
"""A sequence is done right within this share of its way [1] and this heading [degrees]."""
_STANDING = GaitPlan(1.0)
_WALKING = GaitPlan(1.0, speed=((0.0, 1.1),), walking_at_start=True, walking_at_end=True)


@dataclass(frozen=True)
class PhrasingResult:
    """One sentence.

    Attributes:
        text: As typed.
        meaning: What was understood, or the first line of the refusal.
        right: Whether that is what it should be.
    """

    text: str
    meaning: str
    right: bool


@dataclass(frozen=True)
class SequenceResult:
    """One sequence as the policy did it.

    Attributes:
        text: As typed.
        planned_m: Length of the planned way [m].
        away_m: Distance of the pelvis from where it should end [m].
        heading_off_deg: Heading at the end against the planned one [degrees].
        fell: Whether it sank by 0.3 m or lost the reference by more than 0.5 m.
        right: No fall, within 10 % of the way (0.1 m at least) and 10 degrees.
    """

    text: str
    planned_m: float
    away_m: float
    heading_off_deg: float
    fell: bool
    right: bool


@dataclass(frozen=True)
class CommandEvaluation:
    """All sentences and sequences."""

    phrasings: tuple[PhrasingResult, ...]
    sequences: tuple[SequenceResult, ...]

    def to_json(self) -> dict[str, Any]:
        """The documented form for scripts."""
        return {
            "understood": sum(row.right for row in self.phrasings),
            "phrasings": [asdict(row) for row in self.phrasings],
            "executed": sum(row.right for row in self.sequences),
            "sequences": [asdict(row) for row in self.sequences],
        }


def evaluate_commands(
    policy: PolicyFunction, *, leash: float = LEASH, n_threads: int | None = None
) -> CommandEvaluation:
    """Understand every phrasing, and let the policy do every sequence on a ``leash`` [m]."""
    return CommandEvaluation(
        tuple(understand(phrasing) for phrasing in PHRASINGS),
        tuple(execute(policy, SEQUENCES, leash=leash, n_threads=n_threads)),
    )


def understand(phrasing: Phrasing) -> PhrasingResult:
    """Plan one phrasing and compare."""
    try:
        program = compile_segments(parse(phrasing.text), _WALKING if phrasing.walking else _STANDING)
    except CommandError as error:
        word = phrasing.text[error.start : error.end]
        return PhrasingResult(phrasing.text, str(error).splitlines()[0], word == phrasing.refused)
    except KinesisError as error:
        return PhrasingResult(phrasing.text, str(error), False)
    meaning = "; ".join(stage.text for stage in program.stages)
    return PhrasingResult(
        phrasing.text, meaning, phrasing.refused is None and _as_expected(program, phrasing)
    )


def _as_expected(program: Program, phrasing: Phrasing) -> bool:
    path = path_of(program.plan, 0.0, program.end + 1.0)
    first, last = path.pose[0], path.pose[-1]
    if phrasing.going is not None:
        return program.endless and bool(np.allclose(path.velocity[-1], phrasing.going, atol=EXACT[0]))
    if program.endless:
        return False
    if phrasing.place is not None:
        x, y, facing = phrasing.place
        pelvis = last[:2] + COM_BEHIND * np.array([math.cos(last[2]), math.sin(last[2])])
        turned = 0.0 if facing is None else math.remainder(math.degrees(last[2]) - facing, 360.0)
        return math.hypot(*(pelvis - (x, y))) <= EXACT[0] and abs(turned) <= EXACT[1]
    assert phrasing.moved is not None
    forward, left, degrees = phrasing.moved
    off = math.hypot(*(last[:2] - first[:2] - (forward, left)))
    return off <= EXACT[0] and abs(math.degrees(last[2] - first[2]) - degrees) <= EXACT[1]


def execute(
    policy: PolicyFunction, sequences: Sequence[str], *, leash: float = LEASH, n_threads: int | None = None
) -> list[SequenceResult]:
    """Let the policy do each sequence once, from standing, without noise.

    Args:
        policy: The network.
        sequences: As they are typed.
        leash: How far a body may stray before it takes its reference along [m], as in the window; where
            it ends is judged against the plan as it was typed.
        n_threads: Physics threads, all cores by default.
    """
    plans = [typed_plan(text) for text in sequences]
    clips = [generate(plan, name=text) for plan, text in zip(plans, sequences, strict=True)]
    run = rollout(reference_bank(clips), np.arange(len(clips)), policy, n_threads=n_threads, leash=leash)
    return [_result(clips[k], plans[k], run, k) for k in range(len(clips))]


def _result(clip: MotionClip, plan: GaitPlan, run: Rollout, column: int) -> SequenceResult:
    n = int(clip.duration / CTRL_DT + 1e-6)
    path = path_of(plan, 0.0, clip.duration)
    way = float(np.linalg.norm(np.diff(path.pose[:, :2], axis=0), axis=1).sum())
    x, y, heading = path.pose[-1]
    wanted = np.array([x + COM_BEHIND * math.cos(heading), y + COM_BEHIND * math.sin(heading)])
    upright = (run.error[:n, column] <= FAIL_DISTANCE) & (run.drop[:n, column] <= FALL_DROP)
    fell = bool((~upright).any())
    end = np.nan_to_num(run.pelvis[n - 1, column])
    away = float(math.hypot(*(end[:2] - wanted)))
    off = abs(math.degrees(math.remainder(float(end[3]) - heading, 2.0 * math.pi)))
    right = not fell and away <= max(NEAR[0] * way, 0.1) and off <= NEAR[1]
    return SequenceResult(clip.name, way, away, off, fell, right)
