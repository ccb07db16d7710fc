"""What is left of a plan that is under way, so that 'faster' changes its speed and not its end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kinesis_app.command.segments import Adjust, Arc, Face, GoTo, Move, Segment, Stand, Turn
from kinesis_app.command.task import Stage
from kinesis_app.motion.gait.plan import GaitPlan, path_of


def remaining(
    segments: Sequence[Segment], stages: Sequence[Stage], plan: GaitPlan, time: float
) -> tuple[Segment, ...]:
    """Segments that are not done at ``time`` [s], the one under way shortened by what is done of it.

    Args:
        segments: As compiled, their speeds filled in.
        stages: Their times.
        plan: What they became.
        time: [s].
    """
    left: list[Segment] = []
    for segment, stage in zip(segments, stages, strict=True):
        if stage.end <= time:
            continue
        left.append(_shortened(segment, stage, plan, time) if stage.start < time else segment)
    return tuple(left)


def _shortened(segment: Segment, stage: Stage, plan: GaitPlan, time: float) -> Segment:
    path = path_of(plan, 0.0, time)
    pose = path.pose[path.rows(stage.start, time).start :]
    way = float(np.linalg.norm(np.diff(pose[:, :2], axis=0), axis=1).sum())
    turned = float(pose[-1, 2] - pose[0, 2])
    match segment:
        case Move(distance=float(distance)):
            return replace(segment, distance=max(distance - way, 0.05))
        case Move(seconds=float(seconds)):
            return replace(segment, seconds=max(seconds - (time - stage.start), 0.1))
        case Turn(angle):
            return replace(segment, angle=angle - turned)
        case Arc(angle) if math.isfinite(angle):
            return replace(segment, angle=angle - turned)
        case Stand(seconds) if seconds is not None:
            return replace(segment, seconds=max(seconds - (time - stage.start), 0.1))
        case _:
            return segment


def adjusted(segments: Sequence[Segment], adjust: Adjust) -> tuple[Segment, ...]:
    """The segments at another speed: each that walks, as ``adjust`` says."""

    def speed(now: float | None) -> float | None:
        if adjust.speed is not None or now is None:
            return adjust.speed
        return now * adjust.factor + adjust.change

    out: list[Segment] = []
    for segment in segments:
        if isinstance(segment, (Move, Arc, GoTo)):
            wanted = speed(segment.speed)
            segment = replace(segment, speed=None if wanted is None else max(wanted, 0.1))
        elif isinstance(segment, Turn):
            segment = replace(segment, factor=segment.factor * adjust.factor)
        elif not isinstance(segment, (Face, Stand)):
            continue
        out.append(segment)
    return tuple(out)
