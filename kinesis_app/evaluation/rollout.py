"""Many bodies through their clips from the first frame, once, without noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from kinesis_app.body.model import N_SUBSTEPS
from kinesis_app.body.rotations import heading
from kinesis_app.env.actuator import Actuator, MuscleActuator, PolicyFunction
from kinesis_app.env.bodies import Bodies
from kinesis_app.env.delay import Delay
from kinesis_app.env.foresight import foreseen
from kinesis_app.env.leash import moved_on, taken_along
from kinesis_app.env.observation import LOOK_AHEAD, observe
from kinesis_app.env.reference import ReferenceBank
from kinesis_app.env.reward import body_error
from kinesis_app.session.limits import FAIL_DISTANCE


@dataclass(frozen=True)
class Rollout:
    """What B bodies did in T control steps; rows begin after the first step.

    Attributes:
        error: Mean error of the seven bodies [m], shape (T, B); NaN after the clip's end and after
            a failure, inf where the policy gave numbers that are not finite.
        drop: Pelvis below the reference's [m], shape (T, B).
        activation: Mean activation of the 80 muscles, shape (T, B).
        pelvis: Position x, y, z [m] and heading [rad] of the pelvis, shape (T, B, 4).
    """

    error: np.ndarray
    drop: np.ndarray
    activation: np.ndarray
    pelvis: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 4)))


def rollout(
    bank: ReferenceBank,
    clip: np.ndarray,
    policy: PolicyFunction,
    *,
    actuator: Actuator | None = None,
    n_threads: int | None = None,
    wrench: Callable[[int], np.ndarray] | None = None,
    leash: float = np.inf,
    delay: int = 0,
    foresight: bool = True,
) -> Rollout:
    """Let one body per entry of ``clip`` follow that clip of ``bank``.

    Args:
        bank: The references.
        clip: Index of each body's clip, shape (B,).
        policy: The network; called with all bodies at once.
        actuator: How actions move bodies; muscles by default.
        n_threads: Physics threads, all cores by default.
        wrench: Push [N, Nm] of control step t on each pelvis, shape (B, 6).
        leash: How far a pelvis may be from its reference before it takes it along [m]; errors are
            against the reference where it then is.
        delay: How late actions reach the muscles [control steps].
        foresight: Whether the policy sees the bodies as a forward model says they will be when its
            actions arrive, or as they are; for muscle commands only.
    """
    actuator = actuator if actuator is not None else MuscleActuator()
    late = Delay(len(clip), actuator.action_size)
    late.restart(np.arange(len(clip)), delay)
    n, last = len(clip), bank.control_steps[clip]
    bodies = Bodies(n, n_threads)
    start = bank.rows(clip, np.zeros(n, dtype=int))
    bodies.reset(np.arange(n), bank.qpos[start], bank.qvel[start])
    error, drop, activation = (np.full((int(last.max()), n), np.nan) for _ in range(3))
    pelvis = np.full((len(error), n, 4), np.nan)
    moved, lengths = np.zeros((n, 2)), np.full(n, leash)
    alive, frame, look = np.ones(n, dtype=bool), bodies.frame(), np.array(LOOK_AHEAD)
    for t in range(len(error)):
        coming = late.on_their_way() if foresight else []
        seen = foreseen(bodies, coming) if coming else frame
        ahead = bank.at(bank.rows(clip[:, None], (t + len(coming) + look[None]) * N_SUBSTEPS))
        action = policy(observe(seen, moved_on(ahead, moved)))
        broken = ~np.isfinite(action).all(axis=1)
        # A body that failed lies still: wild actions of a lost policy could make physics explode.
        action = np.where((alive & ~broken)[:, None], action, 0.0)
        if wrench is not None:
            bodies.set_push(wrench(t))
        actuator.apply(bodies, late(action), bank.rows(clip, np.full(n, t * N_SUBSTEPS)), moved)
        frame = bodies.frame()
        now = bank.at(bank.rows(clip, np.full(n, (t + 1) * N_SUBSTEPS)))
        moved = taken_along(moved, frame.qpos[:, :2], now.root_pos[:, :2], lengths)
        now = moved_on(now, moved)
        here = np.where(broken, np.inf, body_error(frame, now))
        error[t] = np.where(alive, here, np.nan)
        drop[t] = np.where(alive, now.root_pos[:, 2] - frame.qpos[:, 2], np.nan)
        activation[t] = np.where(alive, frame.activation.mean(axis=1), np.nan)
        pelvis[t] = np.column_stack([frame.qpos[:, :3], heading(frame.qpos[:, 3:7])])
        alive &= (here <= FAIL_DISTANCE) & (t + 1 < last)
        if not alive.any():
            break
    bodies.close()
    return Rollout(error, drop, activation, pelvis)
