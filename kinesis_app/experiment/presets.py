"""Experiments with a name: what clinics see most, reduced to muscles.

They change strength and drive of muscles alone; spasticity, contracture and pain are not in them.
Weakness of 20 % of normal is where gait visibly gives way in muscle-driven simulations (van der
Krogt, Delp & Schwartz 2012, Gait & Posture 36:113: gait tolerates much weakness of most muscles,
least of plantarflexors, hip abductors and hip flexors).
"""

from __future__ import annotations

from kinesis_app.experiment.experiment import Experiment, Fatigue, TimedPush

WEAK = 0.2
"""Strength of a weak muscle, as a share of normal."""

_ALL = (
    Experiment("drop foot (right)", paralysed=("dorsiflexors_r",)),
    Experiment("weak soleus", strength={"soleus": WEAK}),
    Experiment("weak plantarflexors (right)", strength={"plantarflexors_r": WEAK}),
    Experiment("weak glutes", strength={"hip abductors": WEAK, "hip extensors": WEAK}),
    Experiment("weak hip abductors (right)", strength={"hip abductors_r": WEAK}),
    Experiment("weak hip flexors", strength={"hip flexors": WEAK}),
    Experiment("quadriceps avoidance (right)", strength={"quadriceps_r": WEAK}),
    Experiment(
        "hemiparesis (right)",
        strength={"right": 0.5, "dorsiflexors_r": WEAK, "plantarflexors_r": 0.4},
    ),
    Experiment("old age", strength={"all": 0.7}, noise=0.1),
    Experiment("tired legs", fatigue=Fatigue(pace=20.0, start=0.3)),
    Experiment("shaky drive", noise=0.5),
    Experiment("slow nerves", delay=1),
    Experiment("icy floor", friction=0.2),
    Experiment("uphill 5 degrees", slope=5.0),
    Experiment("downhill 5 degrees", slope=-5.0),
    Experiment("Moon", gravity=1.62),
    Experiment("heavy body", mass=1.3),
    Experiment("push at mid-stance", pushes=(TimedPush(80.0, 0.2, 90.0, at=4.0, phase=0.3),)),
)
PRESETS = {experiment.name: experiment for experiment in _ALL}
"""By name, in the order to show them."""
