"""Bodies that differ: their models are what was asked for, and the others stay the standard one."""

from __future__ import annotations

import numpy as np
import pytest
from clips import standing_clip

from kinesis_app.body.model import physics_model
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.env.variation import VariationSettings, varied_models


def test_half_of_the_models_are_standard_and_the_others_within_their_limits() -> None:
    models = varied_models(VariationSettings(models=8, mass=0.1, weakness=0.5), seed=1)
    normal = physics_model()
    assert [model is normal for model in models] == [True] * 4 + [False] * 4
    for model in models[4:]:
        assert 0.9 <= model.body_mass.sum() / normal.body_mass.sum() <= 1.1
        strength = model.actuator_gainprm[:, 2] / normal.actuator_gainprm[:, 2]
        assert strength.min() >= 0.5
        assert 1 <= np.count_nonzero(strength < 1.0) < 60
    again = varied_models(VariationSettings(models=8), seed=1)
    np.testing.assert_array_equal(again[-1].body_mass, models[-1].body_mass)


def test_the_bodies_of_an_environment_weigh_what_their_models_say() -> None:
    variation = VariationSettings(models=2, standard=0.5, mass=0.5)
    env = TrackingEnv([standing_clip(3.0)], TrackingSettings(n_envs=4, variation=variation))
    env.bodies.reset(np.arange(4), np.tile(physics_model().key_qpos[0], (4, 1)))
    weight = [data.qfrc_bias[2] for data in env.bodies.data]  # what holds a resting body up
    mass = [data.model.body_mass.sum() for data in env.bodies.data]
    np.testing.assert_allclose(weight, 9.81 * np.array(mass), rtol=1e-3)
    assert mass[0] == mass[2] == pytest.approx(physics_model().body_mass.sum())
    assert mass[1] == mass[3] != pytest.approx(mass[0], rel=0.01)
