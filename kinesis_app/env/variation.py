"""Bodies that differ from the standard one: heavier or lighter, some muscles weaker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.model import physics_model
from kinesis_app.body.muscles import GROUPS
from kinesis_app.experiment.experiment import Experiment
from kinesis_app.experiment.physics import apply, private_model

_SELECTORS = ("soleus", *GROUPS)


@dataclass(frozen=True)
class VariationSettings:
    """How far bodies may differ.

    Attributes:
        models: How many different models the bodies take in turn; 0 for the standard one alone.
        standard: Share of them that are the standard one.
        mass: Largest relative difference in mass.
        weakness: Largest loss of strength, of two muscle groups each.
        delayed: Share of episodes in which every action reaches the muscles one control step late.
    """

    models: int = 0
    standard: float = 0.5
    mass: float = 0.1
    weakness: float = 0.5
    delayed: float = 0.0


def varied_models(settings: VariationSettings, seed: int) -> Sequence[mujoco.MjModel]:
    """Models for ``Bodies``: the standard one and random others, the same for the same ``seed``."""
    rng = np.random.default_rng(seed)
    n_standard = round(settings.standard * settings.models)
    models = [physics_model()] * n_standard
    for _ in range(settings.models - n_standard):
        models.append(private_model())
        apply(_random_body(settings, rng), models[-1])
    return models


def _random_body(settings: VariationSettings, rng: np.random.Generator) -> Experiment:
    groups = rng.choice(_SELECTORS, 2, replace=False)
    sides = rng.choice(["", "_r", "_l"], 2)
    strength = {
        f"{group}{side}": float(rng.uniform(1.0 - settings.weakness, 1.0))
        for group, side in zip(groups, sides, strict=True)
    }
    return Experiment(strength=strength, mass=float(rng.uniform(1.0 - settings.mass, 1.0 + settings.mass)))
