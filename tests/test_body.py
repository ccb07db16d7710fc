"""The body: both models agree, and our own equations agree with MuJoCo's functions."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from kinesis_app.body import joints, kinematics, model, muscles, rotations

RNG = np.random.default_rng(0)


def random_pose(n: int) -> np.ndarray:
    table = joints.joint_table()
    angles = RNG.uniform(0.8 * table.range[:, 0], 0.8 * table.range[:, 1], (n, 14))
    quat = RNG.normal(size=(n, 4))
    quat /= np.linalg.norm(quat, axis=1, keepdims=True)
    return joints.compose_qpos(RNG.normal(size=(n, 3)), quat, angles)


def test_physics_and_display_model_step_identically() -> None:
    trajectories = []
    for m in (model.physics_model(), model.display_model()):
        data = mujoco.MjData(m)
        mujoco.mj_resetDataKeyframe(m, data, 0)
        states = []
        for step in range(150):  # standing, then falling to the floor
            data.ctrl[:] = 0.15 + 0.1 * np.sin(step / 7 + np.arange(80))
            mujoco.mj_step(m, data)
            states.append(np.concatenate([data.qpos, data.qvel, data.act]))
        trajectories.append(np.array(states))
    np.testing.assert_allclose(trajectories[0][:30], trajectories[1][:30], atol=1e-12)
    np.testing.assert_allclose(trajectories[0], trajectories[1], atol=1e-7)


def test_mass_and_size() -> None:
    m = model.physics_model()
    assert (m.nq, m.nv, m.nu) == (35, 34, 80)
    assert m.body_mass.sum() == pytest.approx(74.97516, abs=1e-4)
    assert model.model_hash(m) != model.model_hash(model.display_model())


def test_standing_pose_touches_the_floor() -> None:
    m = model.physics_model()
    data = mujoco.MjData(m)
    mujoco.mj_resetDataKeyframe(m, data, 0)
    mujoco.mj_forward(m, data)
    assert data.ncon > 0
    assert -0.002 < min(data.contact.dist) < 0.001


@pytest.mark.parametrize("passive", [False, True])
def test_muscle_force_matches_mujoco(passive: bool) -> None:
    m, table = model.physics_model(), muscles.muscle_table()
    fiber = np.linspace(0.2, 1.9, 60)
    for speed in (-1.5, -0.4, 0.0, 0.2, 0.9):
        length = table.tendon_slack_length + fiber[:, None] * table.optimal_fiber_length
        velocity = np.full_like(length, speed) * table.optimal_fiber_length * 10
        ours = muscles.bias(length) if passive else muscles.gain(length, velocity)
        for i in range(0, 80, 7):
            lr, prm = m.actuator_lengthrange[i], m.actuator_gainprm[i, :9]
            theirs = [
                mujoco.mju_muscleBias(x, lr, m.actuator_acc0[i], prm)
                if passive
                else mujoco.mju_muscleGain(x, v, lr, m.actuator_acc0[i], prm)
                for x, v in zip(length[:, i], velocity[:, i], strict=True)
            ]
            np.testing.assert_allclose(ours[:, i], theirs, atol=1e-6)


def test_activation_dynamics_match_mujoco_and_invert() -> None:
    m = model.physics_model()
    data = mujoco.MjData(m)
    mujoco.mj_resetDataKeyframe(m, data, 0)
    data.act[:] = RNG.uniform(0, 1, 80)
    data.ctrl[:] = RNG.uniform(0, 1, 80)
    expected = muscles.step_activation(data.ctrl.copy(), data.act.copy())
    start = data.act.copy()
    mujoco.mj_step(m, data)
    np.testing.assert_allclose(data.act, expected, atol=1e-12)
    excitation = muscles.excitation_for(expected, start)
    np.testing.assert_allclose(muscles.step_activation(excitation, start), expected, atol=1e-12)


def test_muscle_table_names_groups_and_parameters() -> None:
    table = muscles.muscle_table()
    soleus = muscles.muscle_index("soleus_r")
    assert table.group[soleus] == "plantarflexors"
    assert "ankle_angle_r" in table.joints[soleus]
    assert "knee_angle_r" not in table.joints[soleus]
    # Rajagopal et al. 2016, table of muscle parameters: soleus 4.4 cm, vastus lateralis 5149 N class
    assert table.optimal_fiber_length[soleus] == pytest.approx(0.044, abs=0.002)
    assert set(table.group) == set(muscles.GROUPS)
    with pytest.raises(KeyError, match="soleus_r, soleus_l"):
        muscles.muscle_index("soleus")


def test_forward_kinematics_and_jacobian_match_mujoco() -> None:
    m = model.physics_model()
    data = mujoco.MjData(m)
    qpos = random_pose(5)
    frames = kinematics.forward(qpos)
    for t in range(len(qpos)):
        data.qpos[:] = qpos[t]
        mujoco.mj_forward(m, data)
        np.testing.assert_allclose(frames.pos[t], data.xpos[1:], atol=1e-10)
        np.testing.assert_allclose(frames.rot[t].reshape(-1, 9), data.xmat[1:], atol=1e-10)
        for body in (0, 4, 5, 11):
            jacp, jacr = np.zeros((3, m.nv)), np.zeros((3, m.nv))
            point = data.xpos[body + 1] + np.array([0.1, -0.2, 0.05])
            mujoco.mj_jac(m, data, jacp, jacr, point, body + 1)
            ours = kinematics.point_jacobian(frames, body, np.tile(point, (len(qpos), 1)))
            np.testing.assert_allclose(ours[0][t], jacp, atol=1e-10)
            np.testing.assert_allclose(ours[1][t], jacr, atol=1e-10)


def test_reduction_is_the_derivative_of_the_coupling() -> None:
    qpos = random_pose(4)
    angles, eps = joints.joint_angles(qpos), 1e-6
    matrix = kinematics.reduction(qpos)
    for j in (3, 10):  # the knees
        bumped = angles.copy()
        bumped[:, j] += eps
        difference = joints.compose_qpos(qpos[:, :3], qpos[:, 3:7], bumped) - qpos
        np.testing.assert_allclose(difference[:, 7:] / eps, matrix[:, 6:, 6 + j], atol=1e-5)


def test_rotation_round_trips() -> None:
    q = RNG.normal(size=(50, 4))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    q = np.where(q[:, :1] < 0, -q, q)
    np.testing.assert_allclose(rotations.matrix_to_quat(rotations.quat_to_matrix(q)), q, atol=1e-10)
    np.testing.assert_allclose(rotations.quat_from_rotvec(rotations.rotvec_from_quat(q)), q, atol=1e-10)
    angles = np.array([-2.0, 0.0, 0.5, 3.0])
    np.testing.assert_allclose(rotations.heading(rotations.upright_quat(angles)), angles, atol=1e-12)
