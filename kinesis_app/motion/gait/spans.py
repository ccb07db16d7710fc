"""When a plan runs: from which grid frame on, up to which."""

from __future__ import annotations

from dataclasses import replace

from kinesis_app.motion.gait.held_path import first_frame
from kinesis_app.motion.gait.plan import GaitPlan, Path, RunsSoFar, path_until
from kinesis_app.motion.gait.stances import GRID_FPS
from kinesis_app.motion.intervals import intervals

WALK_UP_TO = 1.95
"""Who runs does so as long as he is faster than this [m/s]."""
EARLIER = round(0.4 * GRID_FPS)
"""So many frames before that speed the run begins: in the last walking step the hip cannot extend further."""
SHORTEST, GAP = round(0.8 * GRID_FPS), round(1.5 * GRID_FPS)
"""No run lasts shorter, and no walk between two runs [frames]."""
AHEAD = 2.5
"""How far the path has to be known beyond a time to tell whether a run has begun by then [s]."""

Span = tuple[int, int]


def running_spans(plan: GaitPlan, path: Path) -> list[Span]:
    """Grid frames from and up to which a plan runs along its path.

    What was begun before the plan was changed stays begun, or the motion under way would be another. Of a
    plan taken up in a walk, only what comes after that counts.
    """
    first, spans = first_frame(path), _begun(plan)
    fast = path.velocity[:, 0] > WALK_UP_TO
    walked = max([frame for frame in (_taken_up(plan), _changed(plan)) if frame is not None], default=first)
    fast[: max(walked - first, 0)] = False
    for start, stop in ((first + a, first + b) for a, b in intervals(fast)):
        under_way = bool(spans) and spans[-1][1] >= walked
        if path.velocity[start - first : stop - first, 0].max() < plan.runs_from - 1e-6 and not (
            under_way and start <= spans[-1][1]
        ):
            continue
        start = max(start - EARLIER, first) if start > first else first
        if spans and start - spans[-1][1] < GAP:
            if under_way:
                spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
                continue
            start = spans[-1][1] + GAP
        spans.append((start, stop))
    return [span for span in spans if span[1] - span[0] >= SHORTEST]


def with_runs_begun(plan: GaitPlan, before: GaitPlan, time: float) -> GaitPlan:
    """The plan with the runs that the plan ``before`` it had begun; both are the same up to a time [s]."""
    frame = round(time * GRID_FPS)
    if not may_run(before):
        return replace(plan, ran=None)
    spans = running_spans(before, path_until(before, time + AHEAD))
    return replace(plan, ran=RunsSoFar(frame, tuple(s for s in spans if s[0] + EARLIER <= frame)))


def runs_around(plan: GaitPlan, time: float, lead: float) -> bool:
    """Whether a plan runs at a time [s], or up to ``lead`` [s] before or after."""
    if not may_run(plan):
        return False
    spans, frame = running_spans(plan, path_until(plan, time + AHEAD)), time * GRID_FPS
    return any(start - lead * GRID_FPS <= frame <= stop + lead * GRID_FPS for start, stop in spans)


def may_run(plan: GaitPlan) -> bool:
    """Whether a plan is ever fast enough to run, or was."""
    return plan.ran is not None or max(speed for _, speed in plan.speed) > WALK_UP_TO


def _taken_up(plan: GaitPlan) -> int | None:
    return None if plan.resume is None else plan.resume.frame


def _changed(plan: GaitPlan) -> int | None:
    return None if plan.ran is None else plan.ran.frame


def _begun(plan: GaitPlan) -> list[Span]:
    """The runs begun before the plan was changed; one under way lasts until then at least."""
    if plan.ran is None:
        return []
    taken_up, frame = _taken_up(plan), plan.ran.frame
    spans = [span for span in plan.ran.spans if taken_up is None or span[0] > taken_up]
    return [(a, b) if b <= frame else (a, max(frame, a + SHORTEST)) for a, b in spans]
