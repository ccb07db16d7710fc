"""Walking and running by turns along one path: which foot strikes belong to which gait.

Fast people run. The gait changes during one contact: the foot lands in the old gait and, once it lies flat,
rolls on and leaves the floor in the new one (Segers, Aerts, Lenoir, De Clercq 2006, Gait Posture 24:247:
people change within one step).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.motion.dynamics import foot_spheres
from kinesis_app.motion.gait import running_norms
from kinesis_app.motion.gait.feet import flat_place
from kinesis_app.motion.gait.footsteps import plan_footsteps
from kinesis_app.motion.gait.held_path import STEADY, catch_up_time, first_frame, held, left, resumed
from kinesis_app.motion.gait.plan import COM_BEHIND, GaitPlan, Path
from kinesis_app.motion.gait.rolling import CALCN_TO_GROUND, turn_about
from kinesis_app.motion.gait.running_body import RunPlan, planned_run
from kinesis_app.motion.gait.running_strides import FLAT, Strides
from kinesis_app.motion.gait.stances import GRID_FPS, Begun, Footsteps, Stance, until
from kinesis_app.motion.gait.stepping import footprint, step_frequency

LEAD = 0.9
"""How far beyond its first and last foot strike a run is computed [s]."""
LYING = round(FLAT * 0.3 * GRID_FPS)
"""So many frames after a strike the foot lies flat."""
BEYOND = 4
"""Imagined contacts of a run before its first and after its last."""


@dataclass(frozen=True)
class Change:
    """The foot strike with which the gait changes: its grid frame, and the foot, right (0) or left (1)."""

    frame: int
    side: int


@dataclass(frozen=True)
class WalkStretch:
    """Walking between two runs; its path and footsteps go on beyond the changes of gait."""

    path: Path
    steps: Footsteps
    begin: Change | None
    end: Change | None


@dataclass(frozen=True)
class RunStretch:
    """Running from grid frame ``first`` on; the changes of gait lie within."""

    first: int
    plan: RunPlan
    begin: Change | None
    end: Change | None


def alternate(
    plan: GaitPlan,
    path: Path,
    spans: list[tuple[int, int]],
    window: tuple[int, int],
    shifts: Mapping[int, np.ndarray] | None = None,
) -> tuple[list[WalkStretch], list[RunStretch]]:
    """The stretches of walking and running, as far as they matter in a window of grid frames.

    ``shifts`` says how far (2,) [m] the foot lands elsewhere with which a run begins, by its grid frame.
    """
    walks: list[WalkStretch] = []
    runs: list[RunStretch] = []
    change: Change | None = None
    begun: Begun | None = None
    for start, stop in spans:
        if start > first_frame(path):
            way = held(path, change.frame if change else None, start)
            steps = plan_footsteps(plan, way, begun)
            into, stance = _strike_after(steps, start)
            steps, stance = _displaced(steps, into, stance, shifts or {})
            walks.append(WalkStretch(way, steps, change, into))
            if into.frame > window[1]:
                return walks, runs
        else:
            into, stance = None, None
        run, path, last = _run(plan, path, (start, stop), (into, stance), window)
        runs.append(run)
        if run.end is None:
            return walks, runs
        change = run.end
        begun = _walking_from(plan, held(path, change.frame, None), change, last)
    way = held(path, change.frame if change else None, None)
    walks.append(WalkStretch(way, plan_footsteps(plan, way, begun), change, None))
    return walks, runs


def _displaced(
    steps: Footsteps, into: Change, stance: Stance, shifts: Mapping[int, np.ndarray]
) -> tuple[Footsteps, Stance]:
    """The footsteps with the stance in which the gait changes displaced."""
    shift = shifts.get(into.frame, np.zeros(2))
    moved = replace(stance, pose=stance.pose + np.array([*shift, 0.0]))
    stances = [[moved if s is stance else s for s in foot] for foot in steps.stances]
    return replace(steps, stances=(stances[0], stances[1])), moved


def _behind(plan: GaitPlan, path: Path, into: Change, stance: Stance) -> np.ndarray:
    """How far beside the path (2,) [m] a walker is who stands there."""
    time = into.frame / GRID_FPS
    step = 1.0 / step_frequency(path.velocity_at(time), plan.style)
    usual = footprint(path, into.side, time + 0.5 * step, plan.style, duration=step)
    return stance.pose[:2] - usual[:2]


def _strike_after(steps: Footsteps, frame: int) -> tuple[Change, Stance]:
    """The first foot strike from a grid frame on, and its stance."""
    strikes = [(s.land, side, s) for side in (0, 1) for s in steps.stances[side] if s.land >= frame]
    land, side, stance = min(strikes, key=lambda strike: strike[:2])
    return Change(land, side), stance


def _run(
    plan: GaitPlan,
    path: Path,
    span: tuple[int, int],
    begin: tuple[Change | None, Stance | None],
    window: tuple[int, int],
) -> tuple[RunStretch, Path, np.ndarray]:
    """A run from a change of gait until after grid frame ``stop``, its way, and its last footprint (3,)."""
    (into, stance), (began, stop) = begin, span
    way = path if into is None else resumed(path, began, into.frame)
    strikes, end = _strikes(way, into, stop)
    strides, numbers = _strides(strikes, way)
    low = first_frame(path) if into is None else into.frame - round(LEAD * GRID_FPS)
    high = first_frame(path) + len(path.time) - 1
    if end is not None:
        high = min(high, end.frame + round(LEAD * GRID_FPS))
    first, last = max(low, min(window[0], high - round(2.0 * LEAD * GRID_FPS))), min(high, window[1])
    last = max(last, min(first + 2, high))
    rows = slice(first - first_frame(path), last - first_frame(path) + 1)
    pose, velocity = way.pose[rows].copy(), way.velocity[rows]
    pose[:, :2] += COM_BEHIND * np.stack([np.cos(pose[:, 2]), np.sin(pose[:, 2])], axis=1)
    time, fixed = path.time[rows], {}
    if into is not None and stance is not None:
        # While the gait changes the speed holds: walking body and running body are then alike.
        behind = _behind(plan, held(path, None, began), into, stance)
        length = catch_up_time(float(np.linalg.norm(behind)))
        pose[:, :2] += behind * left(time - into.frame / GRID_FPS, length)[:, None]
        fixed = {(into.side, numbers[into.frame]): np.array([*flat_place(into.side, stance), stance.pose[2]])}
    run = planned_run(strides, time, pose, velocity[:, 0], velocity[:, 2], fixed)
    stretch = RunStretch(first, run, into, end)
    if end is None or end.frame + LYING > last:
        return replace(stretch, end=None), way, np.zeros(3)
    foot, row = run.feet[end.side], end.frame - first + LYING
    return stretch, way, np.array([*foot.flat[row], foot.yaw[row]])


def _strikes(path: Path, into: Change | None, stop: int) -> tuple[list[tuple[float, int]], Change | None]:
    """Times [s] and feet of a run's strikes, the imagined ones included, and the one that ends it."""
    now, side = (path.time[0], 0) if into is None else (into.frame / GRID_FPS, into.side)
    step = 1.0 / float(running_norms.cadence(path.velocity_at(now)[0]))
    strikes = [(now - k * step, (side + k) % 2) for k in range(BEYOND, 0, -1)]
    end = None
    while end is None and now < path.time[-1]:
        if now * GRID_FPS >= stop:
            end = Change(round(now * GRID_FPS), side)
            now = end.frame / GRID_FPS
        strikes.append((now, side))
        now, side = now + 1.0 / float(running_norms.cadence(path.velocity_at(now + 0.15)[0])), 1 - side
    step = now - strikes[-1][0]
    return [*strikes, *((now + k * step, (side + k) % 2) for k in range(BEYOND))], end


def _strides(strikes: list[tuple[float, int]], path: Path) -> tuple[Strides, dict[int, int]]:
    """The contacts, and the number of each foot's stance by the grid frame of its strike."""
    strike: tuple[list[float], list[float]] = ([], [])
    off: tuple[list[float], list[float]] = ([], [])
    numbers = {}
    for time, side in strikes:
        numbers[round(time * GRID_FPS)] = len(strike[side])
        strike[side].append(time)
        speed = max(float(path.velocity_at(time + 0.15)[0]), running_norms.SLOWEST)
        off[side].append(time + float(running_norms.contact_time(speed)))
    return Strides(*((np.array(a), np.array(b)) for a, b in (strike, off))), numbers


def _walking_from(plan: GaitPlan, path: Path, change: Change, landed: np.ndarray) -> Begun:
    """Footsteps as if the body had walked steadily until it lands on a footprint of the run."""
    walker = replace(plan, resume=None, walking_at_start=True)

    def walked(start: int) -> Footsteps:
        rows = slice(start - first_frame(path), change.frame - first_frame(path) + round(1.5 * GRID_FPS))
        return plan_footsteps(walker, Path(path.time[rows], path.pose[rows], path.velocity[rows]))

    start = change.frame - round(STEADY * GRID_FPS)
    lands = [s.land for s in walked(start).stances[change.side]]
    start += change.frame - min(lands, key=lambda land: abs(land - change.frame))
    steps = until(walked(start), change.frame)
    ankle = CALCN_TO_GROUND @ foot_spheres(change.side).ankle_offset
    place = landed[:2] + (turn_about(2, landed[2]) @ ankle)[:2]
    stances: list[list[Stance]] = [list(steps.stances[0]), list(steps.stances[1])]
    stances[change.side][-1] = replace(stances[change.side][-1], pose=np.array([*place, landed[2]]))
    return Begun(replace(steps, stances=(stances[0], stances[1])), change.frame, 1 - change.side)
