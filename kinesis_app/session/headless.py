"""A run without a window: the same simulation, as fast as it goes, and a summary."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.session.limits import FAIL_DISTANCE
from kinesis_app.session.simulation import Simulation

FORMAT = "kinesis-run-1"


@dataclass(frozen=True)
class RunSummary:
    """How a run went.

    Attributes:
        motion, policy: Their names.
        seconds: Simulated [s].
        fell: Whether it fell or lost the motion by more than 0.5 m.
        survived_s: Until then [s].
        mpjpe_mm: Mean error of the seven bodies before it first exceeded 0.5 m [mm] (KINESIS).
        largest_error_mm: Largest such error [mm].
        mean_speed: Of the pelvis over the ground, along its way [m/s].
        reference_speed: The same of the motion [m/s].
        mean_activation: Of all muscles, 0 to 1.
        times_real_time: Simulated seconds per second of computing.
        experiment: What was done to the human: its name, or what it changed; empty for nothing.
    """

    motion: str
    policy: str
    seconds: float
    fell: bool
    survived_s: float
    mpjpe_mm: float
    largest_error_mm: float
    mean_speed: float
    reference_speed: float
    mean_activation: float
    times_real_time: float
    experiment: str = ""

    def to_json(self) -> dict[str, Any]:
        """The documented form for scripts."""
        return {"format": FORMAT, **asdict(self)}


def run_headless(
    simulation: Simulation,
    seconds: float | None = None,
    after_step: Callable[[], None] | None = None,
) -> RunSummary:
    """Run from the current state to the motion's end.

    Args:
        simulation: Stepped here.
        seconds: Stop earlier [s].
        after_step: Called after every control step, for recorders; its time does not count.
    """
    sim, computing = simulation, 0.0
    n_steps = (
        sim.course.last_step
        if seconds is None
        else min(sim.course.last_step, math.ceil(seconds / CTRL_DT - 1e-6))
    )
    errors, activations, places, wanted = [], [], [_ground(sim)], [_reference_ground(sim)]
    survived = n_steps
    while sim.step_index < n_steps:
        began = time.perf_counter()
        sim.step()
        error = sim.body_error
        computing += time.perf_counter() - began
        errors.append(error)
        activations.append(float(sim.frame.activation.mean()))
        places.append(_ground(sim))
        wanted.append(_reference_ground(sim))
        if sim.fallen:
            survived = min(survived, sim.step_index - 1)
        if after_step is not None:
            after_step()
    simulated, experiment = len(errors) * CTRL_DT, sim.treatment.experiment
    return RunSummary(
        motion=sim.course.clip.name,
        policy=sim.policy_name,
        seconds=simulated,
        fell=sim.fallen,
        survived_s=survived * CTRL_DT,
        mpjpe_mm=1e3 * _mean_before_failure(np.array(errors)),
        largest_error_mm=1e3 * float(np.max(errors)),
        mean_speed=_path_length(places) / simulated,
        reference_speed=_path_length(wanted) / simulated,
        mean_activation=float(np.mean(activations)),
        times_real_time=simulated / max(computing, 1e-9),
        experiment=experiment.name or ", ".join(experiment.changes),
    )


def _mean_before_failure(error: np.ndarray) -> float:
    beyond = error > FAIL_DISTANCE
    return float(error[: max(int(np.argmax(beyond)), 1)].mean() if beyond.any() else error.mean())


def _ground(sim: Simulation) -> np.ndarray:
    return sim.frame.qpos[0, :2].copy()


def _reference_ground(sim: Simulation) -> np.ndarray:
    return sim.course.qpos(sim.step_index)[:2].copy()


def _path_length(places: list[np.ndarray]) -> float:
    return float(np.linalg.norm(np.diff(np.array(places), axis=0), axis=1).sum())
