"""What an experiment does to excitations, per muscle and control step."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.experiment.experiment import Experiment
from kinesis_app.experiment.fatigue import tire
from kinesis_app.experiment.selection import selected, spread

RESTED = np.zeros(N_MUSCLES)
"""Fatigued fraction of muscles that do not tire."""
RESTED.flags.writeable = False


@dataclass(frozen=True)
class Conditions:
    """The experiment by muscle.

    Attributes:
        held: Excitation whatever the policy says, nan where it decides, shape (80,).
        noise: Standard deviation over mean of the excitation.
        seed: Of the noise.
    """

    held: np.ndarray
    noise: float
    seed: int


@functools.lru_cache(maxsize=8)
def _held(excitation: tuple[tuple[str, float], ...], paralysed: tuple[str, ...]) -> np.ndarray:
    held = spread(dict(excitation), np.nan)
    for selector in paralysed:
        held[list(selected(selector))] = 0.0
    return held


def conditions(experiment: Experiment) -> Conditions:
    """The experiment by muscle; paralysis wins over a held excitation."""
    held = _held(tuple(experiment.excitation.items()), experiment.paralysed)
    return Conditions(held, experiment.noise, experiment.seed)


def changed_excitation(
    conditions: Conditions, excitation: np.ndarray, fatigued: np.ndarray, step: int
) -> np.ndarray:
    """What reaches the muscles of what the policy wants.

    Noise grows with the signal (Harris & Wolpert 1998, Nature 394:780): u (1 + k xi), xi normal and
    new in every physics step; the activation dynamics smooth it. It depends on seed and step alone,
    so a run repeated from a recorded state meets the same noise.

    Args:
        conditions: See :func:`conditions`.
        excitation: Wanted in each physics step, shape (N_SUBSTEPS, 80).
        fatigued: Fatigued fraction, shape (80,).
        step: Control steps since the session began.

    Returns:
        Excitation in [0, 1], shape (N_SUBSTEPS, 80); the very same array if nothing changes it.
    """
    out = excitation
    if conditions.noise > 0.0:
        source = np.random.Generator(np.random.Philox(key=conditions.seed, counter=step))
        out = np.clip(out * (1.0 + conditions.noise * source.standard_normal(out.shape)), 0.0, 1.0)
    if fatigued.any():
        out = np.minimum(out, 1.0 - fatigued)
    given = ~np.isnan(conditions.held)
    return np.where(given, conditions.held, out) if given.any() else out


def fatigued_after(
    experiment: Experiment, fatigued: np.ndarray, activation: np.ndarray, excitation: np.ndarray
) -> np.ndarray:
    """The fatigued fraction a control step later, shape (80,); zeros if muscles do not tire."""
    if experiment.fatigue is None:
        return RESTED
    return tire(fatigued, activation, excitation, experiment.fatigue.pace * CTRL_DT)
