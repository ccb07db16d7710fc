"""From the live simulation to what may be known of it."""

from __future__ import annotations

import numpy as np

from kinesis_app.env.reward import RewardSettings, reward_terms
from kinesis_app.session.measure import complete_forces, ground_reaction, muscle_tension
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.snapshot import Snapshot

_REWARD = RewardSettings()


def snapshot_of(simulation: Simulation) -> Snapshot:
    """The present instant; leaves no trace in the steps that follow. Who steps it knows the clock."""
    sim, model, data = simulation, simulation.bodies.model, simulation.bodies.data[0]
    complete_forces(model, data)
    ground = ground_reaction(model, data)
    effort = np.square(sim.frame.activation).mean(axis=1)
    terms = reward_terms(sim.frame, sim.course.at(sim.step_index), effort, _REWARD)
    return Snapshot(
        time=sim.time,
        step=sim.step_index,
        qpos=data.qpos.copy(),
        qvel=data.qvel.copy(),
        excitation=sim.excitation.copy(),
        activation=data.act.copy(),
        muscle_force=muscle_tension(data),
        muscle_length=data.actuator_length.copy(),
        grf=ground.force,
        reference_qpos=sim.course.qpos(sim.step_index).copy(),
        body_error=sim.body_error,
        push=sim.treatment.push_force(sim.step_index),
        playing=True,
        rate=1.0,
        real_time_factor=0.0,
        step_ms=0.0,
        motion=sim.course.clip.name,
        motion_seconds=sim.course.seconds,
        policy=sim.policy_name,
        walking_speed=sim.course.speed,
        fallen=sim.fallen,
        run_time=sim.run_time,
        cop=ground.cop,
        free_moment=ground.free_moment,
        gait_phase=sim.treatment.state.phase.fraction(),
        reward={name: float(value[0]) for name, value in terms.items()},
        experiment=sim.treatment.experiment,
        fatigue=sim.treatment.state.fatigued,
        history=(0.0, sim.run_time),
    )
