"""The body that walks and runs by turns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import quat_rotate
from kinesis_app.motion.balance import Tolerance, gentlest
from kinesis_app.motion.clip import continuous_quat
from kinesis_app.motion.dynamics import derivatives, generalised_force, root_wrench, zmp_of
from kinesis_app.motion.gait.alternation import LEAD, Change, RunStretch, WalkStretch, alternate
from kinesis_app.motion.gait.plan import COM_BEHIND, GRID_FPS, GaitPlan, Path
from kinesis_app.motion.gait.rolling import smooth_step
from kinesis_app.motion.gait.running_body import settled, way_up
from kinesis_app.motion.gait.running_pelvis import GRAVITY, ForcePlan, Runner
from kinesis_app.motion.gait.walking_body import walked_body, wanted_in, window_start

LANDED = (0.05, 0.13)
"""When the foot that lands in one gait and leaves in the other changes, after its strike [s]: it is flat."""
PASSING = (0.05, 0.30)
"""When the other foot changes: in its swing [s]."""
BODY, UP, POINT = (0.0, 0.25), (0.0, 0.2), (0.05, 0.2)
"""When pelvis, vertical force and centre of pressure change [s]."""
GIVING = 0.3
"""Over which after such a strike the force is what height and speed before and after ask for [s]."""
KNOWN = 0.02
"""How much the planned force still counts there [1]."""
WAY = Tolerance(zmp=0.01, fall=0.3, shift=1.0, jerk=300.0)
DIP, DIPPING = 0.025, 0.4
"""How far the pelvis sinks before a run so that the hind leg reaches the floor [m], and how long [s]."""
MOVED, MOST_MOVED, BEFORE = (0.0, 0.08), 0.15, 15
"""From when on after that strike the steps may be placed elsewhere [s], how far [m], and so many frames
before it the body must be where the walk has it."""
JOINED = 0.3
"""Over which the running part takes over from the walk that it continues [s]."""


@dataclass(frozen=True)
class Gait:
    """A motion in the making, on consecutive grid frames.

    Attributes:
        first: Its first grid frame.
        body: Pelvis and joints, (T, ...).
        pos, rot: Origins (T, 2, 3) and orientations (T, 2, 3, 3) of calcn, right and left.
    """

    first: int
    body: Runner
    pos: np.ndarray
    rot: np.ndarray

    @property
    def stop(self) -> int:
        return self.first + len(self.pos)

    def rows(self, first: int, stop: int) -> slice:
        return slice(first - self.first, stop - self.first)


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
    walks, runs = alternate(plan, path, spans, window)
    before = [gait for walk in walks if walk.end and (gait := _walked(plan, walk, window, seam)) is not None]
    shifts = {
        run.begin.frame: shift
        for run in runs
        if run.begin is not None and (shift := _needed_shift(run, before)) is not None
    }
    walks, runs = alternate(plan, path, spans, window, shifts)
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
    return Runner(total.root_pos, continuous_quat(_unit(total.quat)), total.joints)


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


@dataclass(frozen=True)
class _Joint:
    """A run joined to the walks around it, before its forces are right.

    Attributes:
        gait: Its motion, the height apart; its way before a run is that of the walk.
        way: The way of the pelvis on the ground that balances, (T, 2).
        height: Its height [m], (T,).
        force: What the floor is to give.
        walking: Share of walking [1], (T,).
    """

    gait: Gait
    way: np.ndarray
    height: np.ndarray
    force: ForcePlan
    walking: np.ndarray


def _ran(run: RunStretch, walked: list[Gait]) -> Gait:
    """A stretch of running joined to the walks around it, its forces made right."""
    joint = _joint(run, walked)
    gait = joint.gait
    body = replace(gait.body, root_pos=np.column_stack([joint.way, joint.height]))
    feet = tuple(_Foot(gait.pos[:, side], gait.rot[:, side]) for side in (0, 1))
    body = settled(body, (feet[0], feet[1]), joint.force, 1.0 - joint.walking)
    return replace(gait, body=body)


def _needed_shift(run: RunStretch, walked: list[Gait]) -> np.ndarray | None:
    """How far the steps of a run must be placed elsewhere (2,) [m], so that the walk before stays as it is.

    A body that balances gets ready for what comes by leaning: the way leaves that of the walk before the foot
    lands, unless the steps to come are where the moving body needs them. None if no walk goes before.
    """
    change = run.begin
    if (
        change is None
        or change.frame - BEFORE <= run.first
        or not any(w.first < change.frame for w in walked)
    ):
        return None
    joint, row = _joint(run, walked), change.frame - BEFORE - run.first
    since = (np.arange(len(joint.way)) - (change.frame - run.first)) / GRID_FPS
    moved = np.repeat(smooth_step((since - MOVED[0]) / (MOVED[1] - MOVED[0]))[:, None], 2, axis=1)
    lever = _way(np.zeros_like(moved), moved, joint.height, joint.force)
    away = (joint.way - joint.gait.body.root_pos[:, :2])[row]
    return np.clip(-away / lever[row], -MOST_MOVED, MOST_MOVED)


def _joint(run: RunStretch, walked: list[Gait]) -> _Joint:
    planned, count = run.plan, len(run.plan.force.up)
    frames = np.arange(run.first, run.first + count)
    gait = Gait(
        run.first,
        planned.body,
        np.stack([foot.pos for foot in planned.feet], axis=1),
        np.stack([foot.rot for foot in planned.feet], axis=1),
    )
    force, walking, known = planned.force, np.zeros(count), np.ones(count)
    dip = np.zeros(count)
    balance = force.point + _behind(gait)
    for walk in walked:
        for change, sign in ((run.begin, 1.0), (run.end, -1.0)):
            if change is None or not walk.first < change.frame < walk.stop - 1:
                continue
            inside = (frames >= walk.first) & (frames < walk.stop)
            share = _running(frames, change, sign, POINT)[inside, None]
            rows = walk.rows(int(frames[inside][0]), int(frames[inside][-1]) + 1)
            balance[inside] = _between(_balance(walk)[rows], balance[inside], share)
            gait, force = _joined(gait, force, walk, (change, sign), inside)
            walking = np.maximum(walking, 1.0 - _running(frames, change, sign, UP))
            since = (frames - change.frame) / GRID_FPS
            known[(since >= (-DIPPING if sign > 0.0 else 0.0)) & (since <= GIVING)] = KNOWN
            if sign > 0.0:
                into = smooth_step((since + DIPPING) / (0.6 * DIPPING))
                dip = dip + DIP * into * (1.0 - smooth_step((since - 0.05) / 0.6))
    anchored = np.where(walking > 0.999, 4.0, force.anchored * (walking < 0.001))
    height = way_up(gait.body.root_pos[:, 2] - dip, anchored, force.up, known)
    up = 1.0 + np.gradient(np.gradient(height)) * GRID_FPS**2 / GRAVITY
    force = ForcePlan(np.maximum(up, 0.0), force.point, anchored)
    return _Joint(gait, _way(gait.body.root_pos[:, :2], balance, height, force), height, force, walking)


def _behind(gait: Gait) -> np.ndarray:
    """From the centre of mass to the pelvis' origin on the ground [m], (T, 2), of an upright body."""
    return quat_rotate(gait.body.quat, np.array([0.0, -COM_BEHIND, 0.0]))[:, :2]


def _balance(walk: Gait) -> np.ndarray:
    """x - h x'' / (g + h'') of the pelvis' way x at height h [m], (T, 2)."""
    x, height = walk.body.root_pos[:, :2], walk.body.root_pos[:, 2]
    up = GRAVITY + np.gradient(np.gradient(height)) * GRID_FPS**2
    return x - (height / up)[:, None] * np.gradient(np.gradient(x, axis=0), axis=0) * GRID_FPS**2


def _way(xy: np.ndarray, balance: np.ndarray, height: np.ndarray, force: ForcePlan) -> np.ndarray:
    """The pelvis' way (T, 2) on which it balances as a pendulum over its feet, and falls freely in flight."""
    lever = height / np.maximum(GRAVITY * force.up, 2.0)
    bend = np.gradient(np.gradient(xy, axis=0), axis=0) * GRID_FPS**2
    miss = balance - xy + lever[:, None] * bend
    return xy + np.stack([
        gentlest(miss[:, k], lever, -bend[:, k], force.up, force.air, WAY, GRID_FPS) for k in (0, 1)
    ], axis=1)  # fmt: skip


def _running(frames: np.ndarray, change: Change, sign: float, when: tuple[float, float]) -> np.ndarray:
    """Share of running (T,) around a change to it (sign +) or to walking (-)."""
    u = ((frames - change.frame) / GRID_FPS - when[0]) / (when[1] - when[0])
    return smooth_step(u) if sign > 0.0 else 1.0 - smooth_step(u)


def _joined(
    gait: Gait, force: ForcePlan, walk: Gait, at: tuple[Change, float], inside: np.ndarray
) -> tuple[Gait, ForcePlan]:
    """The running part that begins or ends as the walk does."""
    change, sign = at
    frames = np.arange(gait.first, gait.stop)[inside]
    rows = walk.rows(int(frames[0]), int(frames[-1]) + 1)
    shares = {when: _running(frames, change, sign, when) for when in (LANDED, PASSING, BODY, UP, POINT)}
    body, other = gait.body, walk.body
    root_pos, quat, joints = body.root_pos.copy(), body.quat.copy(), body.joints.copy()
    pos, rot = gait.pos.copy(), gait.rot.copy()
    w = shares[BODY][:, None]
    root_pos[inside] = _between(other.root_pos[rows], root_pos[inside], w)
    near = np.sum(quat[inside] * other.quat[rows], axis=1, keepdims=True)
    quat[inside] = _unit(_between(other.quat[rows], np.where(near < 0.0, -1.0, 1.0) * quat[inside], w))
    joints[inside] = _between(other.joints[rows], joints[inside], w)
    for side in (0, 1):
        w = shares[LANDED if side == change.side else PASSING][:, None]
        pos[inside, side] = _between(walk.pos[rows, side], pos[inside, side], w)
        rot[inside, side] = _orthonormal(_between(walk.rot[rows, side], rot[inside, side], w[..., None]))
        column = 7 * side + 6
        joints[inside, column] = _between(other.joints[rows, column], body.joints[inside, column], w[:, 0])
    up, point = force.up.copy(), force.point.copy()
    walk_up, walk_point = _forces(other)
    up[inside] = _between(walk_up[rows], up[inside], shares[UP])
    point[inside] = _between(walk_point[rows], point[inside], shares[POINT][:, None])
    return Gait(gait.first, Runner(root_pos, quat, joints), pos, rot), ForcePlan(up, point, force.anchored)


def _between(walking: np.ndarray, running: np.ndarray, share: np.ndarray) -> np.ndarray:
    return walking + share * (running - walking)


def _forces(body: Runner) -> tuple[np.ndarray, np.ndarray]:
    """Vertical force over body weight (T,) and zero moment point [m] (T, 2) of a motion."""
    qpos, qvel, qacc = derivatives(body.root_pos, body.quat, body.joints, 1.0 / GRID_FPS)
    needed = generalised_force(qpos, qvel, qacc)
    weight = GRAVITY * float(physics_model().body_mass.sum())
    return root_wrench(qpos, needed)[:, 2] / weight, zmp_of(qpos, needed)


def _unit(quat: np.ndarray) -> np.ndarray:
    return quat / np.linalg.norm(quat, axis=1, keepdims=True)


def _orthonormal(rot: np.ndarray) -> np.ndarray:
    """The rotations (T, 3, 3) nearest to nearly orthonormal matrices, by Newton's polar iteration."""
    for _ in range(6):
        rot = 0.5 * (rot + np.swapaxes(np.linalg.inv(rot), 1, 2))
    return rot
