"""A run joined to the walks around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import quat_rotate
from kinesis_app.motion.balance import Tolerance, gentlest
from kinesis_app.motion.dynamics import derivatives, generalised_force, root_wrench, zmp_of
from kinesis_app.motion.gait.alternation import Change, RunStretch
from kinesis_app.motion.gait.plan import COM_BEHIND, GRID_FPS
from kinesis_app.motion.gait.running_body import way_up
from kinesis_app.motion.gait.running_pelvis import GRAVITY, ForcePlan, Runner
from kinesis_app.motion.smooth_step import smooth_step

LANDED = (0.05, 0.13)
"""When the foot that lands in one gait and leaves in the other changes, after its strike [s]: it is flat."""
PASSING = (0.05, 0.30)
"""When the other foot changes: in its swing [s]."""
BODY, UP, POINT = (0.0, 0.25), (0.0, 0.2), (0.05, 0.2)
"""When pelvis, vertical force and centre of pressure change [s]."""
GIVING = 0.3
"""Over which after the strike that begins a run the force is what height and speed before and after ask for
[s]."""
GIVING_WAY = (0.0, 0.03, 0.25, 0.35)
"""The same after the strike that ends a run, from, fully, up to and until when [s]: when the foot lands the
floor gives no more yet than in any other step of the run."""
KNOWN = 0.02
"""How much the planned force still counts there [1]."""
WAY = Tolerance(zmp=0.01, fall=0.3, shift=1.0, jerk=300.0)
DIP, DIPPING = 0.025, 0.4
"""How far the pelvis sinks before a run so that the hind leg reaches the floor [m], and how long [s]."""
LAST_DIP, SINKING, RISING = 0.03, (-0.6, -0.3), (0.0, 0.8)
"""How much lower the last step of a run is [m], that the leg reach the floor when the load comes: walking is
higher than running, and without it the last flight would end in the air; from when until when, about the
strike that ends the run, it gets so low and comes up again [s]."""
LEAST_UP = 2.0
"""Who carries less is not led by the zero moment point [m/s^2]."""
MOVED, MOST_MOVED, BEFORE = (0.0, 0.08), 0.15, 15
"""From when on after that strike the steps may be placed elsewhere [s], how far [m], and so many frames
before it the body must be where the walk has it."""


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
class Joint:
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


def joined_run(run: RunStretch, walked: list[Gait]) -> Joint:
    """The run as planned, from and into the walks around it."""
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
            if sign > 0.0:
                known[(since >= -DIPPING) & (since <= GIVING)] = KNOWN
                into = smooth_step((since + DIPPING) / (0.6 * DIPPING))
                dip = dip + DIP * into * (1.0 - smooth_step((since - 0.05) / 0.6))
            else:
                known = np.minimum(known, _known_after(since))
                dip = dip + LAST_DIP * _from_until(since, *SINKING, *RISING)
    anchored = np.where(walking > 0.999, 4.0, force.anchored * (walking < 0.001))
    height = way_up(gait.body.root_pos[:, 2] - dip, anchored, force.up, known)
    up = 1.0 + np.gradient(np.gradient(height)) * GRID_FPS**2 / GRAVITY
    force = ForcePlan(np.maximum(up, 0.0), force.point, anchored)
    return Joint(gait, _way(gait.body.root_pos[:, :2], balance, height, force), height, force, walking)


def needed_shift(run: RunStretch, walked: list[Gait]) -> np.ndarray | None:
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
    joint, row = joined_run(run, walked), change.frame - BEFORE - run.first
    since = (np.arange(len(joint.way)) - (change.frame - run.first)) / GRID_FPS
    moved = np.repeat(smooth_step((since - MOVED[0]) / (MOVED[1] - MOVED[0]))[:, None], 2, axis=1)
    lever = _way(np.zeros_like(moved), moved, joint.height, joint.force)
    away = (joint.way - joint.gait.body.root_pos[:, :2])[row]
    return np.clip(-away / lever[row], -MOST_MOVED, MOST_MOVED)


def _behind(gait: Gait) -> np.ndarray:
    """From the centre of mass to the pelvis' origin on the ground [m], (T, 2), of an upright body."""
    return quat_rotate(gait.body.quat, np.array([0.0, -COM_BEHIND, 0.0]))[:, :2]


def _balance(walk: Gait) -> np.ndarray:
    """x - h x'' / (g + h'') of the pelvis' way x at height h [m], (T, 2)."""
    x, height = walk.body.root_pos[:, :2], walk.body.root_pos[:, 2]
    # At its last frames a walk is anything but right: no singular lever there.
    up = np.maximum(GRAVITY + np.gradient(np.gradient(height)) * GRID_FPS**2, LEAST_UP)
    return x - (height / up)[:, None] * np.gradient(np.gradient(x, axis=0), axis=0) * GRID_FPS**2


def _way(xy: np.ndarray, balance: np.ndarray, height: np.ndarray, force: ForcePlan) -> np.ndarray:
    """The pelvis' way (T, 2) on which it balances as a pendulum over its feet, and falls freely in flight."""
    lever = height / np.maximum(GRAVITY * force.up, LEAST_UP)
    bend = np.gradient(np.gradient(xy, axis=0), axis=0) * GRID_FPS**2
    miss = balance - xy + lever[:, None] * bend
    return xy + np.stack([
        gentlest(miss[:, k], lever, -bend[:, k], force.up, force.air, WAY, GRID_FPS) for k in (0, 1)
    ], axis=1)  # fmt: skip


def _running(frames: np.ndarray, change: Change, sign: float, when: tuple[float, float]) -> np.ndarray:
    """Share of running (T,) around a change to it (sign +) or to walking (-)."""
    u = ((frames - change.frame) / GRID_FPS - when[0]) / (when[1] - when[0])
    return smooth_step(u) if sign > 0.0 else 1.0 - smooth_step(u)


def _from_until(time: np.ndarray, begin: float, full: float, fading: float, end: float) -> np.ndarray:
    """From 0 to 1 and back to 0, smoothly (T,)."""
    return smooth_step((time - begin) / (full - begin)) * smooth_step((end - time) / (end - fading))


def _known_after(since: np.ndarray) -> np.ndarray:
    """How much the planned force counts so long after the strike that ends a run [1], (T,)."""
    # What a force gives way by goes with the inverse square of this weight: that is what changes smoothly.
    return 1.0 / np.sqrt(1.0 + _from_until(since, *GIVING_WAY) * (KNOWN**-2 - 1.0))


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
    quat[inside] = unit(_between(other.quat[rows], np.where(near < 0.0, -1.0, 1.0) * quat[inside], w))
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


def unit(quat: np.ndarray) -> np.ndarray:
    return quat / np.linalg.norm(quat, axis=1, keepdims=True)


def _orthonormal(rot: np.ndarray) -> np.ndarray:
    """The rotations (T, 3, 3) nearest to nearly orthonormal matrices, by Newton's polar iteration."""
    for _ in range(6):
        rot = 0.5 * (rot + np.swapaxes(np.linalg.inv(rot), 1, 2))
    return rot
