"""A mirrored body in front of a mirrored reference sees the mirrored observation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from kinesis_app.body.joints import compose_qpos, compose_qvel, joint_angles, joint_velocities
from kinesis_app.body.rotations import heading
from kinesis_app.env.bodies import Bodies
from kinesis_app.env.observation import OBSERVATION_SIZE, observe
from kinesis_app.env.reference import ReferenceFrame
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from training.clips import stand
from training.mirror import action_mirror, observation_mirror, other_side, reflection

FLIP_Y = np.array([1.0, -1.0, 1.0])
JOINTS = np.array([(i + 7) % 14 for i in range(14)])
MUSCLES = action_mirror(80)[0]


def reflected_quat(quat: np.ndarray) -> np.ndarray:
    """Mirror image through the world's x-z plane of a body whose own left axis is x.

    R' = S_y R S_x with S the reflections; as a quaternion, S_y R S_x = (S_y S_x) (S_x R S_x).
    """
    from kinesis_app.body.rotations import matrix_to_quat, quat_to_matrix

    return matrix_to_quat(np.diag(FLIP_Y) @ quat_to_matrix(quat) @ np.diag([-1.0, 1.0, 1.0]))


def random_bodies(n: int) -> Bodies:
    env = TrackingEnv([stand(2.0)], TrackingSettings(n_envs=n, start_noise=0.05), seed=2)
    env.reset()
    rng = np.random.default_rng(0)
    for _ in range(8):
        env.step(rng.uniform(0.0, 0.6, (n, 80)))
    return env.bodies


def mirrored_reference(ref: ReferenceFrame) -> ReferenceFrame:
    swap = [0, 2, 1, 4, 3, 6, 5]
    return ReferenceFrame(
        root_pos=ref.root_pos * FLIP_Y,
        root_quat=reflected_quat(ref.root_quat),
        root_vel=ref.root_vel * FLIP_Y,
        root_angvel=ref.root_angvel * np.array([1.0, -1.0, -1.0]),
        heading=-ref.heading,
        joints=ref.joints[..., JOINTS],
        joint_vel=ref.joint_vel[..., JOINTS],
        body_pos=ref.body_pos[..., swap, :] * FLIP_Y,
        body_vel=ref.body_vel[..., swap, :] * FLIP_Y,
    )


def test_observation_of_the_mirror_image() -> None:
    n = 4
    bodies = random_bodies(n)
    frame = bodies.frame()
    rng = np.random.default_rng(1)
    shape = (n, 5)
    ref = ReferenceFrame(
        root_pos=rng.normal(size=(*shape, 3)),
        root_quat=np.tile([np.sqrt(0.5), 0, 0, np.sqrt(0.5)], (*shape, 1)),
        root_vel=rng.normal(size=(*shape, 3)),
        root_angvel=rng.normal(size=(*shape, 3)),
        heading=rng.normal(size=shape),
        joints=rng.normal(size=(*shape, 14)),
        joint_vel=rng.normal(size=(*shape, 14)),
        body_pos=rng.normal(size=(*shape, 7, 3)),
        body_vel=rng.normal(size=(*shape, 7, 3)),
    )
    joints, rates = joint_angles(frame.qpos)[:, JOINTS], joint_velocities(frame.qvel)[:, JOINTS]
    qpos = compose_qpos(frame.qpos[:, :3] * FLIP_Y, reflected_quat(frame.qpos[:, 3:7]), joints)
    turning = frame.qvel[:, 3:6] * np.array([1.0, -1.0, -1.0])
    qvel = compose_qvel(frame.qvel[:, :3] * FLIP_Y, turning, rates, joints)
    np.testing.assert_allclose(heading(qpos[:, 3:7]), -heading(frame.qpos[:, 3:7]), atol=1e-12)
    image = Bodies(n)
    image.reset(np.arange(n), qpos, qvel, frame.activation[:, MUSCLES])
    # Touch comes from a step's middle; give the image the mirrored sensors instead.
    mirrored = replace(image.frame(), touch=frame.touch[:, [2, 3, 0, 1]])
    expected = observe(mirrored, mirrored_reference(ref))
    got = reflection(observation_mirror())(torch.from_numpy(observe(frame, ref))).numpy()
    # The model's two legs differ by up to a millimetre, and joints are held by soft constraints.
    np.testing.assert_allclose(got, expected, atol=0.03)


def test_mirrors_undo_themselves() -> None:
    for mirror, size in (
        (observation_mirror(), OBSERVATION_SIZE),
        (action_mirror(14), 14),
        (action_mirror(80), 80),
    ):
        reflect = reflection(mirror)
        x = torch.randn(3, size, generator=torch.Generator().manual_seed(0))
        assert torch.equal(reflect(reflect(x)), x)
        assert not torch.equal(reflect(x), x)


def test_other_side_swaps_names() -> None:
    assert other_side(("pelvis", "tibia_r", "tibia_l")).tolist() == [0, 2, 1]
