"""How well bodies do under the teacher's gains: where they begin, what happens to them, their score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.leash import moved_on
from kinesis_app.env.reference import ReferenceBank
from kinesis_app.env.reward import body_error
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.motion.intervals import intervals
from training.gains_settings import GainsSettings
from training.held_teacher import teacher_of

Policy = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Observations (B, n) and shares of the gaits (B, 3) to joint-target offsets (B, 14)."""
KINDS = ("starts", "ends", "amid")
Moments = dict[str, np.ndarray]
"""Where bodies may begin: clips and control steps, shape (n, 2), for each of the ``KINDS``."""
_HELD_OUT = 4  # every so many clips one is kept for the comparison
_SHORTEST = round(1.0 / CTRL_DT)  # control steps that a trial must have left of its clip


@dataclass(frozen=True)
class Trial:
    """What the bodies of every candidate go through, one entry each.

    Attributes:
        clip, step: Where a body begins: clip and control step.
        kind: Index into ``KINDS``.
        leash: How far a pelvis may stray before it takes its reference along [m]; ``inf`` for none.
        sideways: Its velocity along the world's y beside the reference's [m/s].
        push: Force on the pelvis [N], shape (n, 2).
    """

    clip: np.ndarray
    step: np.ndarray
    kind: np.ndarray
    leash: np.ndarray
    sideways: np.ndarray
    push: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """How the bodies of N candidates did.

    Attributes:
        score: Of each body, at most 1 + ``survival_weight``, shape (N, n).
        alive: Whether it held out, shape (N, n).
    """

    score: np.ndarray
    alive: np.ndarray


def find_moments(share: np.ndarray, bank: ReferenceBank, settings: GainsSettings) -> Moments:
    """Where a gait starts, ends and lasts.

    Args:
        share: How much the motion is that gait, row by row of the bank's table, shape (S,).
        bank: The motions.
        settings: How long before a change bodies begin.
    """
    lead, before_end, apart = map(_steps, (settings.before_start, settings.before_end, settings.apart))
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in KINDS}
    for clip, (first, length) in enumerate(zip(bank.start, bank.length, strict=True)):
        on = share[first : first + length : N_SUBSTEPS] > 0.5
        for begin, end in intervals(on):
            if begin > 0:
                found["starts"].append((clip, max(begin - lead, 0)))
            if end < len(on):
                found["ends"].append((clip, max(end - before_end, 0)))
            found["amid"] += [(clip, step) for step in range(begin, end, apart)]
    moments = {kind: np.array(places, dtype=int).reshape(-1, 2) for kind, places in found.items()}
    return {kind: m[bank.control_steps[m[:, 0]] - m[:, 1] > _SHORTEST] for kind, m in moments.items()}


def hold_out(moments: Moments) -> tuple[Moments, Moments]:
    """Moments to search on, and those of every fourth clip to compare on; all for both if clips are few."""
    clips = np.unique(np.concatenate([m[:, 0] for m in moments.values()]))
    kept = clips[_HELD_OUT - 1 :: _HELD_OUT]
    if not len(kept):
        return moments, moments
    held = {kind: np.isin(m[:, 0], kept) for kind, m in moments.items()}
    return {k: m[~held[k]] for k, m in moments.items()}, {k: m[held[k]] for k, m in moments.items()}


def draw_trial(
    moments: Moments, n: int, settings: GainsSettings, task: TrackingSettings, rng: np.random.Generator
) -> Trial:
    """What ``n`` bodies go through; ``task`` says how many are on a leash, and how long it is."""
    shares = (settings.starts, settings.ends, settings.amid)
    present = [i for i, kind in enumerate(KINDS) if len(moments[kind])]
    kind = np.sort(np.resize(np.repeat(present, [shares[i] for i in present]), n))
    places = []
    for i in present:
        among, count = moments[KINDS[i]], int((kind == i).sum())
        places.append(among[rng.choice(len(among), count, replace=len(among) < count)])
    clip, step = np.concatenate(places).T
    angle, force = rng.uniform(0.0, 2.0 * np.pi, n), rng.choice(settings.pushes, n)
    return Trial(
        clip=clip,
        step=step,
        kind=kind,
        leash=np.where(rng.random(n) < task.leashed_share, task.leash, np.inf),
        sideways=settings.sideways * rng.normal(size=n),
        push=force[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1),
    )


def try_gains(
    env: TrackingEnv, policy: Policy, gains: np.ndarray, trial: Trial, settings: GainsSettings
) -> Outcome:
    """Let each of N candidates' n bodies go through the same trial, all side by side.

    Args:
        env: Of N n bodies moved by a teacher, held or not.
        policy: Acts.
        gains: Of each candidate for standing, walking and running, shape (N, 3, 40).
        trial: What the bodies go through.
        settings: How they are judged.
    """
    teacher = teacher_of(env.actuator)
    shape = (len(gains), len(trial.clip))
    teacher.gains = np.repeat(gains, shape[1], axis=0)
    teacher.memory(env.bodies)[:] = 0.0
    observation = env.begin_at(
        np.tile(trial.clip, len(gains)),
        np.tile(trial.step, len(gains)),
        leash=np.tile(trial.leash, len(gains)),
        activation=np.full((env.settings.n_envs, N_MUSCLES), settings.activation),
        sideways=np.tile(trial.sideways, len(gains)),
    )
    push = np.zeros((env.settings.n_envs, 6))
    pushed = range(_steps(settings.push_at), _steps(settings.push_at) + _steps(settings.push_seconds))
    limit = np.minimum(env.bank.control_steps[env.clip] - env.step_index - 1, _steps(settings.seconds))
    alive, score, strayed = np.ones(len(limit), bool), np.zeros(len(limit)), np.zeros(len(limit))
    for k in range(int(limit.max())):
        push[:, :2] = np.tile(trial.push, (len(gains), 1)) if k in pushed else 0.0
        env.bodies.set_push(push)
        step = env.step(policy(observation, teacher.gait(env.rows())))
        observation = step.observation
        frame, wanted = env.bodies.frame(), moved_on(env.bank.at(env.rows()), env.moved)
        lost = step.terminated | (wanted.root_pos[:, 2] - frame.qpos[:, 2] > settings.fail_drop)
        under_way = k < limit
        alive &= ~(under_way & lost)
        counts = alive & under_way  # the environment began anew with bodies that were lost or arrived
        score += np.where(counts, 1.0 - settings.error_weight * body_error(frame, wanted), 0.0)
        strayed = np.where(counts, np.linalg.norm(env.moved, axis=1), strayed)
        if not counts.any():
            break
    score = score / limit - settings.stray_weight * strayed + settings.survival_weight * alive
    return Outcome(score.reshape(shape), alive.reshape(shape))


def _steps(seconds: float) -> int:
    return round(seconds / CTRL_DT)
