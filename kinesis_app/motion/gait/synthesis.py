"""From a plan to a clip."""

from __future__ import annotations

from dataclasses import asdict, fields

from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.gait.alternation import LEAD
from kinesis_app.motion.gait.footsteps import plan_footsteps
from kinesis_app.motion.gait.mixed import mixed_body
from kinesis_app.motion.gait.plan import GRID_FPS, GaitPlan, Path, path_until
from kinesis_app.motion.gait.running_pelvis import Runner
from kinesis_app.motion.gait.seam import computed_from
from kinesis_app.motion.gait.spans import running_spans
from kinesis_app.motion.gait.style import Style
from kinesis_app.motion.gait.walking_body import FIRST_FRAME, walked_body, wanted_in, window_start

MARGIN, MARGIN_AFTER = 1.5, 1.0
"""Motion computed before and after the wanted part, so that its ends do not disturb it [s]."""
WALKED_INTO = LEAD + 0.3
"""A run needs so much of the walk from which it begins, or none of it [s]."""
RUNS_OUT = LEAD + 0.5
"""A run that ends needs so much of the walk after it, or its forces cannot be made right [s]."""


def generate(plan: GaitPlan, *, fps: float = GRID_FPS, name: str = "gait", start: float = 0.0) -> MotionClip:
    """The motion of a plan, from ``start`` [s] to its duration.

    A later start gives the same motion (to 0.2 mm) for less work; the plan goes into the clip's info,
    so that whoever plays the clip can plan on from it. A plan made by ``replan`` begins at the frame
    nearest to its time; an earlier ``start`` is moved there.
    """
    first = round(start * GRID_FPS)
    resume = plan.resume
    first = max(first, resume.frame) if resume is not None else first
    stop = plan.duration + MARGIN_AFTER
    path = path_until(plan, stop + RUNS_OUT + 2.0)
    spans = running_spans(plan, path)
    begin, body = _walked(plan, path, first) if not spans else _mixed(plan, path, first, spans)
    kept = slice(first - begin, round(plan.duration * GRID_FPS) - begin + 1)
    root_pos, quat, joints = body.root_pos[kept], body.quat[kept], body.joints[kept]
    info: dict[str, object] = {"source": "gait generator"}
    if resume is None and plan.ran is None:
        info["plan"] = {f.name: _plain(getattr(plan, f.name)) for f in fields(plan) if f.compare}
    clip = MotionClip(name, GRID_FPS, root_pos, quat, joints, info)
    return resample(clip, fps)


def _walked(plan: GaitPlan, path: Path, first: int) -> tuple[int, Runner]:
    """A walk, from a grid frame on that is not after ``first``."""
    steps = plan_footsteps(plan, path)
    tracked = window_start(steps, first) if first > 0 else FIRST_FRAME
    begin, at_seam = computed_from(plan.resume, tracked)
    if at_seam:
        tracked = window_start(steps, begin, before=1)
    window = (tracked, begin, plan.duration + MARGIN_AFTER)
    wanted = wanted_in(plan, path.pose, round(path.time[0] * GRID_FPS), steps, window, at_seam)
    return begin, Runner(*walked_body(wanted))


def _mixed(plan: GaitPlan, path: Path, first: int, spans: list[tuple[int, int]]) -> tuple[int, Runner]:
    """A walk with runs in it, from a grid frame on that is not after ``first``."""
    begin = first - round(2.0 * MARGIN * GRID_FPS)
    for start, _ in spans:
        if start < begin + round(WALKED_INTO * GRID_FPS) and begin < start + round(LEAD * GRID_FPS):
            begin = start - round(WALKED_INTO * GRID_FPS)
    begin, at_seam = computed_from(plan.resume, max(begin, FIRST_FRAME))
    stop = round((plan.duration + MARGIN_AFTER) * GRID_FPS)
    ends = [end + round(RUNS_OUT * GRID_FPS) for _, end in spans if end < stop]
    return begin, mixed_body(plan, path, spans, (begin, max([stop, *ends])), at_seam)


def _plain(value: object) -> object:
    return asdict(value) if isinstance(value, Style) else value
