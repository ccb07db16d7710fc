"""Skin markers to joint angles: a body whose proportions and markers are known comes back."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from recordings import DATA, needs_data
from scipy.spatial import cKDTree

from kinesis_app.body.joints import JOINT_NAMES, joint_table
from kinesis_app.body.kinematics import BODIES, forward, point_jacobian
from kinesis_app.body.model import display_model
from kinesis_app.body.rotations import quat_to_matrix
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.formats import RawMotion, read_motion
from kinesis_app.motion.gait import walk
from kinesis_app.motion.retarget import retarget
from kinesis_app.motion.retarget.landmarks import LANDMARKS, marker_places
from kinesis_app.motion.retarget.markers import from_markers
from kinesis_app.motion.retarget.scaled_body import own_segment, scaled
from kinesis_app.motion.retarget.shape import LEG_BODIES

SCALE = np.array([1.06, 1.08, 0.95, 1.03])
COMPARED = [i for i, name in enumerate(JOINT_NAMES) if name[:-2] not in ("subtalar_angle", "mtp_angle")]
SPELLED = {
    "ASIS": "asis", "PSIS": "psis", "Knee": "knee", "Ankle": "ankle", "Heel": "heel", "MT1": "toe_inside",
    "MT5": "toe_outside",
}  # fmt: skip
CLUSTERS = {"TH": "femur", "SH": "tibia"}


def marked_walk(astray: float, noise: float, seed: int = 5) -> tuple[RawMotion, MotionClip]:
    """A subject of other proportions who walks with markers up to ``astray`` [m] from their landmarks."""
    rng = np.random.default_rng(seed)
    clip = walk(1.2, 2.0, stand_before=0.0, stand_after=0.0)
    frames, _ = scaled(forward(clip.qpos()), SCALE)
    tracks: dict[str, np.ndarray] = {}

    def put(name: str, body: int, place: np.ndarray) -> None:
        point = frames.pos[:, body] + SCALE[own_segment(body)] * (frames.rot[:, body] @ place)
        tracks[name] = point + rng.normal(0.0, noise, point.shape)

    for side in "RL":
        named = RawMotion("x", "x", "x", 100.0, ("a",), np.zeros((4, 1, 3)))
        for word, part in SPELLED.items():
            spot = marker_places(named, {0: (part, side.lower())})
            away = rng.normal(size=3)
            put(
                f"{side}.{word}",
                int(spot.body[0]),
                spot.place[0] + astray * away / np.linalg.norm(away) * rng.random(),
            )
        for word, bone in CLUSTERS.items():
            body = BODIES.index(f"{bone}_{side.lower()}")
            for i in range(4):
                put(f"{side}.{word}{i + 1}", body, rng.normal(0.0, 0.04, 3) - [0.0, 0.1 + 0.07 * i, 0.0])
    positions = np.stack(list(tracks.values()), axis=1)
    return RawMotion("subject", "trc", "subject.trc", clip.fps, tuple(tracks), positions), clip


def misses(raw: RawMotion, clip: MotionClip) -> np.ndarray:
    """RMS difference of the angles found for hip, knee and ankle [deg], shape (10,)."""
    found = from_markers(raw).posture
    assert found is not None
    return np.sqrt(np.square(np.rad2deg(found - clip.joints)[:, COMPARED]).mean(axis=0))


def test_angles_of_another_body_are_recovered() -> None:
    raw, clip = marked_walk(astray=0.0, noise=0.0)
    assert misses(raw, clip).max() < 0.7


def test_misplaced_markers_cost_a_few_degrees_only() -> None:
    raw, clip = marked_walk(astray=0.01, noise=0.002)
    assert misses(raw, clip).max() < 3.0
    assert misses(raw, clip).mean() < 1.5


def test_markers_out_of_sight_and_astray_do_not_matter_much() -> None:
    raw, clip = marked_walk(astray=0.0, noise=0.001)
    positions = raw.positions.copy()
    positions[40:120, raw.joint_names.index("R.TH2")] = np.nan
    positions[60:90, raw.joint_names.index("L.SH3")] += 0.15
    broken = RawMotion("subject", "trc", "subject.trc", raw.fps, raw.joint_names, positions)
    assert misses(broken, clip).max() < 2.5


def test_scaled_body_has_scaled_bones_and_true_jacobians() -> None:
    qpos = walk(1.2, 2.0, stand_before=0.0, stand_after=0.0).qpos()[40:43]
    frames, growth = scaled(forward(qpos), SCALE)
    plain = forward(qpos)
    for column, factor in ((1, SCALE[1]), (2, SCALE[2])):
        body, parent = LEG_BODIES[0, column], LEG_BODIES[0, column - 1]
        bone, own = frames.pos[:, body] - frames.pos[:, parent], plain.pos[:, body] - plain.pos[:, parent]
        np.testing.assert_allclose(bone, factor * own, atol=1e-12)
    toes = BODIES.index("toes_l")
    longer, _ = scaled(plain, np.add(SCALE, [0.0, 1e-6, 0.0, 0.0]))
    np.testing.assert_allclose((longer.pos - frames.pos)[:, toes] / 1e-6, growth[:, toes, :, 1], atol=1e-6)
    linear, _ = point_jacobian(frames, toes, frames.pos[:, toes])
    column = JOINT_NAMES.index("ankle_angle_l")
    moved = qpos.copy()
    moved[:, joint_table().qpos_adr[column]] += 1e-6
    found = (scaled(forward(moved), SCALE)[0].pos - frames.pos)[:, toes] / 1e-6
    np.testing.assert_allclose(found, linear[:, :, joint_table().dof_adr[column]], atol=1e-5)


@pytest.mark.parametrize("key", ["asis", "psis", "knee", "knee_medial", "ankle", "ankle_medial", "heel"])
def test_landmarks_lie_on_the_skin_over_their_bones(key: str) -> None:
    model, landmark = display_model(), LANDMARKS[key]
    name = landmark.body if landmark.body == "pelvis" else f"{landmark.body}_r"
    body = model.body(name).id
    points = []
    for g in np.flatnonzero((model.geom_bodyid == body) & (model.geom_type == mujoco.mjtGeom.mjGEOM_MESH)):
        mesh = model.geom_dataid[g]
        first = model.mesh_vertadr[mesh]
        vertices = model.mesh_vert[first : first + model.mesh_vertnum[mesh]]
        points.append(vertices @ quat_to_matrix(model.geom_quat[g]).T + model.geom_pos[g])
    distance, _ = cKDTree(np.concatenate(points)).query(landmark.place)
    assert 0.004 < distance < 0.017


@needs_data
def test_the_same_walk_from_angles_and_from_markers() -> None:
    """OpenSim's angles start at 0.45 s of the markers' clock."""
    folder = DATA / "opensim_moco3dwalk"
    angles, _ = retarget(read_motion(folder / "coordinates.sto"))
    markers, _ = retarget(read_motion(folder / "markers_walk.trc"))
    clock = 0.45 + np.arange(angles.n_frames) / angles.fps
    there = np.arange(markers.n_frames) / markers.fps
    found = np.stack([np.interp(clock, there, column) for column in markers.joints.T], axis=1)
    rms = np.sqrt(np.square(np.rad2deg(found - angles.joints)[:, COMPARED]).mean(axis=0))
    assert dict(zip(np.array(JOINT_NAMES)[COMPARED], rms < 5.0, strict=True)) == dict.fromkeys(
        np.array(JOINT_NAMES)[COMPARED], True
    )
