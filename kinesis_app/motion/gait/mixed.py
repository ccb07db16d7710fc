"""The body that walks and runs by turns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.motion.clip import continuous_quat
from kinesis_app.motion.gait.alternation import LEAD, RunStretch, WalkStretch, alternate
from kinesis_app.motion.gait.held_path import first_frame
from kinesis_app.motion.gait.joining import Gait, joined_run, needed_shift, unit
from kinesis_app.motion.gait.plan import GRID_FPS, GaitPlan, Path
from kinesis_app.motion.gait.running_body import settled
from kinesis_app.motion.gait.running_pelvis import Runner
from kinesis_app.motion.gait.seam import computed_from
from kinesis_app.motion.gait.walking_body import FIRST_FRAME, walked_body, wanted_in, window_start
from kinesis_app.motion.smooth_step import smooth_step

AROUND = (-1.2, 2.0)
"""So much motion around the time when a run begins says where its steps are to be [s]."""
FELT = 6.0
"""So long afterwards that is felt [s]."""
JOINED = 0.3
"""Over which the running part takes over from the walk that it continues [s]."""


@dataclass(frozen=True)
class _Foot:
    pos: np.ndarray
    rot: np.ndarray


def mixed_body(
    plan: GaitPlan, path: Path, spans: list[tuple[int, int]], window: tuple[int, int], seam: bool
) -> Runner:
    """Pelvis and joints over a window of grid frames, its last one included.

    Args:
        plan: What to do.
        path: Its way.
        spans: When to run; see :func:`running_spans`.
        window: First and last grid frame.
        seam: Whether the motion starts at the plan's ``resume``, in the window's first frame.
    """
    walks, runs = alternated(plan, path, spans, window)
    walked = [gait for walk in walks if (gait := _walked(plan, walk, window, seam)) is not None]
    parts: list[Gait] = list(walked)
    for run in runs:
        if run.end is None or run.end.frame + LEAD * GRID_FPS > window[0]:
            parts.append(_ran(run, walked))
    first, count = window[0], window[1] - window[0] + 1
    total = Runner(np.zeros((count, 3)), np.zeros((count, 4)), np.zeros((count, 14)))
    filled = np.zeros(count, dtype=bool)
    for part in parts:  # walks first, runs over them
        _put(total, filled, part, first)
    return Runner(total.root_pos, continuous_quat(unit(total.quat)), total.joints)


def alternated(
    plan: GaitPlan, path: Path, spans: list[tuple[int, int]], window: tuple[int, int]
) -> tuple[list[WalkStretch], list[RunStretch]]:
    """The stretches of walking and running in a window of grid frames, each run with its steps where the body
    needs them."""
    shifts: dict[int, np.ndarray] = {}
    for k in range(len(spans)):
        # Whatever the window: who plans on later must find the same steps.
        if first_frame(path) < spans[k][0] <= window[1] and spans[k][0] > window[0] - FELT * GRID_FPS:
            shifts |= _shift(plan, path, spans[: k + 1], shifts)
    return alternate(plan, path, spans, window, shifts)


def _shift(
    plan: GaitPlan, path: Path, spans: list[tuple[int, int]], shifts: dict[int, np.ndarray]
) -> dict[int, np.ndarray]:
    """How far the foot lands elsewhere with which the last run begins (2,) [m], by its grid frame."""
    early, late = (spans[-1][0] + round(time * GRID_FPS) for time in AROUND)
    begin, seam = computed_from(plan.resume, max(early, FIRST_FRAME))
    walks, runs = alternate(plan, path, spans, (begin, late), shifts)
    gaits = (_walked(plan, walk, (begin, late), seam) for walk in walks if walk.end is not None)
    shift = needed_shift(runs[-1], [gait for gait in gaits if gait is not None])
    return {} if shift is None or runs[-1].begin is None else {runs[-1].begin.frame: shift}


def _put(total: Runner, filled: np.ndarray, part: Gait, first: int) -> None:
    """Put a part in, blended over its ends where another was before."""
    low, high = max(part.first, first), min(part.stop, first + len(filled))
    if low >= high:
        return
    here, rows = slice(low - first, high - first), part.rows(low, high)
    frames = np.arange(low, high)
    blend = JOINED * GRID_FPS
    share = smooth_step((frames - part.first) / blend) * smooth_step((part.stop - 1 - frames) / blend)
    share = np.where(filled[here], share, 1.0)[:, None]
    for mine, theirs in (
        (total.root_pos, part.body.root_pos),
        (total.quat, part.body.quat),
        (total.joints, part.body.joints),
    ):
        value = theirs[rows]
        if value.shape[1] == 4:
            value = np.where(np.sum(value * mine[here], axis=1, keepdims=True) < 0.0, -value, value)
        mine[here] += share * (value - mine[here])
    filled[here] = True


def _walked(plan: GaitPlan, walk: WalkStretch, window: tuple[int, int], at_seam: bool) -> Gait | None:
    """A stretch of walking, with what follows of it beyond the changes of gait; None outside the window."""
    begin, stop = window
    tracked = window_start(walk.steps, begin, before=1)
    if walk.begin is not None:
        begin = max(begin, walk.begin.frame - round(LEAD * GRID_FPS))
        tracked = window_start(walk.steps, begin, before=0)
        at_seam = False
    if walk.end is not None:
        stop = min(stop, walk.end.frame + round(LEAD * GRID_FPS))
    if stop <= begin:
        return None
    at = (tracked, begin, stop / GRID_FPS)
    path_first = round(walk.path.time[0] * GRID_FPS)
    wanted = wanted_in(plan, walk.path.pose, path_first, walk.steps, at, at_seam)
    body = Runner(*walked_body(wanted))
    pos = np.stack([foot.pos for foot in wanted.feet], axis=1)
    return Gait(begin, body, pos, np.stack([foot.rot for foot in wanted.feet], axis=1))


def _ran(run: RunStretch, walked: list[Gait]) -> Gait:
    """A stretch of running joined to the walks around it, its forces made right."""
    joint = joined_run(run, walked)
    gait = joint.gait
    body = replace(gait.body, root_pos=np.column_stack([joint.way, joint.height]))
    feet = tuple(_Foot(gait.pos[:, side], gait.rot[:, side]) for side in (0, 1))
    body = settled(body, (feet[0], feet[1]), joint.force, 1.0 - joint.walking)
    return replace(gait, body=body)
