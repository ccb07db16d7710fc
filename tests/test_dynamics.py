"""Inverse dynamics: agreement with MuJoCo, with statics and with Newton's second law."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import mujoco
import numpy as np
import pytest
from scipy.optimize import nnls

from kinesis_app.body import kinematics
from kinesis_app.body.joints import joint_table
from kinesis_app.body.model import physics_model
from kinesis_app.motion import contact_forces
from kinesis_app.motion.dynamics import derivatives, generalised_force, inverse_dynamics
from kinesis_app.motion.gait import stand, walk

WEIGHT = 74.97516 * 9.81


def test_generalised_force_matches_mujoco() -> None:
    m = physics_model()
    d, rng = mujoco.MjData(m), np.random.default_rng(0)
    clip = walk(1.0, 0.3, stand_before=0.0, stand_after=0.0)
    qpos, qvel = clip.qpos()[:5], rng.normal(size=(5, m.nv))
    qacc = 5.0 * rng.normal(size=(5, m.nv))
    ours = generalised_force(qpos, qvel, qacc)
    for t in range(len(qpos)):
        d.qpos[:], d.qvel[:] = qpos[t], qvel[t]
        mujoco.mj_forward(m, d)
        inertial = np.zeros(m.nv)
        mujoco.mj_mulM(m, d, inertial, qacc[t])
        np.testing.assert_allclose(ours[t], inertial + d.qfrc_bias - d.qfrc_passive, atol=1e-8)


def test_threads_do_not_disturb_each_other() -> None:
    rng = np.random.default_rng(1)
    qpos = walk(1.0, 0.3, stand_before=0.0, stand_after=0.0).qpos()
    qvel, qacc = rng.normal(size=(2, 4, len(qpos), physics_model().nv))
    expected = [generalised_force(qpos, *rates) for rates in zip(qvel, qacc, strict=True)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(generalised_force, [qpos] * 4, qvel, qacc))
    np.testing.assert_array_equal(found, expected)


def test_standing_is_in_static_equilibrium() -> None:
    clip = stand(0.5)
    result = inverse_dynamics(clip)
    assert result.grf[10, :, 2].sum() == pytest.approx(WEIGHT, rel=1e-3)
    np.testing.assert_allclose(result.grf[10, :, :2].sum(axis=0), 0.0, atol=1.0)
    np.testing.assert_allclose(result.load[10], 0.5, atol=0.05)
    np.testing.assert_allclose(result.root_residual[10], 0.0, atol=0.5)
    # Ankle moment of one leg = its ground force times the lever to the ankle, less the foot's weight.
    frames = kinematics.forward(clip.qpos()[10:11])
    ankle = frames.pos[0, kinematics.BODIES.index("talus_r")]
    lever = result.cop[10, 0, 0] - ankle[0]
    assert -result.torque[10, 4] == pytest.approx(result.grf[10, 0, 2] * lever, rel=0.2)


def test_force_equals_change_of_momentum() -> None:
    clip = walk(1.2, 2.0, stand_before=0.0, stand_after=0.0)
    m, result = physics_model(), inverse_dynamics(clip)
    d, com = mujoco.MjData(m), []
    for q in clip.qpos():
        d.qpos[:] = q
        mujoco.mj_kinematics(m, d)
        mujoco.mj_comPos(m, d)
        com.append(d.subtree_com[0].copy())
    velocity = np.gradient(np.array(com), 1.0 / clip.fps, axis=0)
    total = result.grf.sum(axis=1) + result.root_residual[:, :3]
    for a, b in ((20, 80), (60, 200), (100, 260)):
        impulse = (total[a:b].sum(axis=0) - [0.0, 0.0, WEIGHT * (b - a)]) / clip.fps
        change = m.body_mass.sum() * 0.5 * (velocity[b] + velocity[b - 1] - velocity[a] - velocity[a - 1])
        np.testing.assert_allclose(impulse, change, atol=2.0)


def test_power_of_torques_is_the_rate_of_energy() -> None:
    clip = walk(1.1, 1.5, stand_before=0.0, stand_after=0.0)
    qpos, qvel, qacc = derivatives(clip.root_pos, clip.root_quat, clip.joints, 1.0 / clip.fps)
    needed = generalised_force(qpos, qvel, qacc)
    m = physics_model()
    d, energy = mujoco.MjData(m), []
    for q, v in zip(qpos, qvel, strict=True):
        d.qpos[:], d.qvel[:] = q, v
        mujoco.mj_forward(m, d)
        mujoco.mj_energyPos(m, d)
        mujoco.mj_energyVel(m, d)
        energy.append(d.energy.sum())
    power = np.sum(qvel * (needed - m.dof_damping * qvel), axis=1)
    gained = energy[180] - energy[40]
    assert np.sum(power[40:180]) / clip.fps == pytest.approx(gained, abs=3.0)


def test_other_rates_give_the_same_forces() -> None:
    clip = walk(1.0, 1.0, stand_before=0.0, stand_after=0.0)
    half = walk(1.0, 1.0, stand_before=0.0, stand_after=0.0, fps=75.0)
    full, slow = inverse_dynamics(clip), inverse_dynamics(half)
    assert slow.torque.shape == (half.n_frames, 14)
    assert slow.grf.shape == (half.n_frames, 2, 3)
    np.testing.assert_allclose(slow.grf[20:50, :, 2], full.grf[40:100:2, :, 2], atol=60.0)


def test_forces_respect_friction_and_pull_nowhere() -> None:
    result = inverse_dynamics(walk(1.4, 2.0, stand_before=0.0, stand_after=0.0))
    assert result.grf[..., 2].min() > -1e-6
    sideways = np.abs(result.grf[..., :2]).sum(axis=-1)
    assert (sideways <= 1.0 * result.grf[..., 2] + 1e-6).all()
    assert ((result.load >= 0.0) & (result.load <= 1.0)).all()
    assert (joint_table().range.shape[0], result.torque.shape[1]) == (14, 14)


def test_contact_forces_are_the_best_that_contacts_can_do() -> None:
    """Against non-negative least squares, also for wrenches that no contact can give."""
    rng = np.random.default_rng(3)
    pelvis = np.array([0.0, 0.0, 0.9])
    points = np.concatenate([rng.uniform(-0.1, 0.15, (40, 2, 8, 2)), np.zeros((40, 2, 8, 1))], axis=-1)
    ready = rng.uniform(0.05, 1.0, (40, 2, 8))
    wrench = np.array([60.0, 40.0, 700.0, 60.0, 60.0, 15.0]) * rng.normal(1.0, 1.0, (40, 6))
    force = contact_forces.contact_forces(points, ready, np.tile(pelvis, (40, 1)), wrench)
    unit = np.array([1.0, 1.0, 1.0, *[contact_forces.MOMENT_ARM] * 3])
    for t in range(40):
        arm = points[t].reshape(16, 3) - pelvis
        lever = np.cross(arm[:, None], contact_forces.EDGES) / contact_forces.MOMENT_ARM
        edges = np.concatenate([np.broadcast_to(contact_forces.EDGES, lever.shape), lever], -1).reshape(64, 6)
        weight = np.sqrt(np.repeat(ready[t].reshape(16), 4))
        matrix = np.vstack([(edges * weight[:, None]).T, np.sqrt(contact_forces.SOFTNESS[-1]) * np.eye(64)])
        best, _ = nnls(matrix, np.concatenate([wrench[t] / unit, np.zeros(64)]))
        total = (edges * (weight * best)[:, None]).sum(axis=0)[:3]
        np.testing.assert_allclose(force[t].reshape(16, 3).sum(axis=0), total, atol=2.0)


def test_ends_of_a_clip_have_their_full_acceleration() -> None:
    time = np.arange(30) / 150.0
    root = np.stack([0.5 * 3.0 * time**2, 0.0 * time, 0.9 + 0.0 * time], axis=1)
    quat = np.tile([1.0, 0.0, 0.0, 0.0], (30, 1))
    _, _, qacc = derivatives(root, quat, np.zeros((30, 14)), 1.0 / 150.0)
    np.testing.assert_allclose(qacc[:, 0], 3.0, atol=1e-6)
