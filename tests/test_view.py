"""The 3-D picture: what is in it, and that it needs no window."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mujoco
import numpy as np
import pytest

from kinesis_app.body.kinematics import BODIES
from kinesis_app.body.model import display_model, physics_model, standing_qpos
from kinesis_app.body.muscles import N_MUSCLES, muscle_index
from kinesis_app.errors import KinesisError
from kinesis_app.view import tubes
from kinesis_app.view.camera import LOOK_HEIGHT, Camera
from kinesis_app.view.colors import MAPS, color_of
from kinesis_app.view.eye import ground_point, project
from kinesis_app.view.muscle_values import muscle_values
from kinesis_app.view.offscreen import Renderer
from kinesis_app.view.options import Goal, ViewOptions
from kinesis_app.view.overlay import pressure_points, set_pose
from kinesis_app.view.pose import Pose
from kinesis_app.view.quality import LEVELS, AdaptiveQuality
from kinesis_app.view.scene import view_model
from kinesis_app.view.video import record_video

STANDING = standing_qpos(physics_model())
REST = np.zeros(N_MUSCLES)
FAST = LEVELS[1]


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    try:
        made = Renderer(480, 480)
    except KinesisError as error:
        pytest.skip(f"no OpenGL on this machine: {error}")
    yield made
    made.close()


def picture(renderer: Renderer, pose: Pose, options: ViewOptions | None = None) -> np.ndarray:
    camera, image = Camera(), np.zeros((480, 480, 3), np.uint8)
    camera.align(STANDING)
    renderer.render(pose, camera, image, options, FAST)
    return image[::-1].astype(float)


def test_the_picture_shows_bones_on_a_floor_under_a_sky(renderer: Renderer) -> None:
    image = picture(renderer, Pose(STANDING, REST))
    sky, floor, body = image[10, 10], image[450, 20], image[100:400, 200:280]
    assert 5 < sky.mean() < 60
    assert floor.mean() > 5
    assert sky[2] > sky[0]  # bluish
    assert (body.min(axis=2) > 150).sum() > 500  # bright bones


def test_muscles_light_up_where_they_are(renderer: Renderer) -> None:
    active = REST.copy()
    active[[muscle_index("vaslat_r"), muscle_index("recfem_r")]] = 1.0
    rest, lit = (picture(renderer, Pose(STANDING, a)) for a in (REST, active))
    changed = np.argwhere(np.abs(lit - rest).max(axis=2) > 40)
    assert len(changed) > 150
    assert 230 < changed[:, 0].mean() < 350  # the thighs' height in the picture
    grew = (lit - rest)[changed[:, 0], changed[:, 1]].mean(axis=0)
    assert grew[0] > grew[2] + 30  # from slate to yellow: red more than blue
    plain = ViewOptions(color_by="plain")
    uncoloured = [picture(renderer, Pose(STANDING, a), plain) for a in (REST, active)]
    assert np.abs(uncoloured[1] - uncoloured[0]).mean() < 0.25 * np.abs(lit - rest).mean()


def test_the_ghost_is_blue_and_hides_where_it_coincides(renderer: Renderer) -> None:
    ahead = STANDING.copy()
    ahead[1] -= 0.4
    alone = picture(renderer, Pose(STANDING, REST))
    ghost = picture(renderer, Pose(STANDING, REST, ahead)) - alone
    assert (ghost[..., 2] > 20).sum() > 300
    assert ghost[..., 2].sum() > ghost[..., 0].sum() + 1000
    same = picture(renderer, Pose(STANDING, REST, STANDING))
    assert np.abs(same - alone).mean() < 0.05
    off = picture(renderer, Pose(STANDING, REST, ahead), ViewOptions(ghost=False))
    assert np.abs(off - alone).max() == 0


def test_arrows_for_ground_reaction_and_push(renderer: Renderer) -> None:
    grf = np.array([[0.0, 0.0, 400.0], [0.0, 0.0, 400.0]])
    alone = picture(renderer, Pose(STANDING, REST))
    forces = picture(renderer, Pose(STANDING, REST, grf=grf), ViewOptions(forces=True)) - alone
    assert (forces[..., 1] > 25).sum() > 60  # green
    pushed = picture(renderer, Pose(STANDING, REST, push=np.array([60.0, 0.0, 0.0]))) - alone
    assert (np.abs(pushed).max(axis=2) > 25).sum() > 60


def test_the_point_under_the_mouse(renderer: Renderer) -> None:
    picture(renderer, Pose(STANDING, REST))
    on_floor = renderer.pick(0.1, 0.08, 1.0)
    assert on_floor is not None
    assert abs(on_floor.point[2]) < 1e-3
    assert on_floor.body == "world"
    assert renderer.pick(0.02, 0.98, 1.0) is None


def test_the_drawn_model_moves_like_the_others() -> None:
    view, full = view_model(), display_model()
    a, b = mujoco.MjData(view), mujoco.MjData(full)
    qpos = STANDING.copy()
    qpos[7:] += 0.05
    set_pose(view, a, qpos, muscles=True)
    b.qpos[:] = qpos
    mujoco.mj_forward(full, b)
    for name in BODIES:
        np.testing.assert_allclose(a.body(name).xpos, b.body(name).xpos, atol=1e-9)
    np.testing.assert_allclose(tubes.wrapped_paths(a).length, b.ten_length, atol=2e-3)


def test_bellies_keep_their_volume() -> None:
    model, data = view_model(), mujoco.MjData(view_model())
    set_pose(model, data, STANDING, muscles=True)
    vertices, normals = tubes.belly_tubes(tubes.wrapped_paths(data), REST)
    assert vertices.shape == (N_MUSCLES, tubes.RINGS, tubes.SEGMENTS, 3)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1), 1.0, atol=1e-6)
    radius = np.linalg.norm(vertices - vertices.mean(axis=2, keepdims=True), axis=-1).max(axis=(1, 2))
    assert radius.max() < 0.035
    assert radius.min() > 0.003


def test_pressure_is_under_the_feet() -> None:
    model, data = view_model(), mujoco.MjData(view_model())
    set_pose(model, data, STANDING - np.eye(1, len(STANDING), 2)[0] * 0.003, muscles=False)
    right, left = pressure_points(model, data)
    assert right is not None
    assert left is not None
    assert np.linalg.norm(right[:2] - data.body("calcn_r").xpos[:2]) < 0.25
    assert np.linalg.norm(left[:2] - data.body("calcn_l").xpos[:2]) < 0.25
    set_pose(model, data, STANDING + np.eye(1, len(STANDING), 2)[0], muscles=False)
    assert pressure_points(model, data) == [None, None]


def test_camera_follows_without_lag_and_stays_above_the_floor() -> None:
    camera, qpos = Camera(), STANDING.copy()
    camera.follow(qpos, 0.0)
    for _ in range(300):
        qpos[0] += 1.2 / 30.0
        camera.follow(qpos, 1.0 / 30.0)
    assert abs(camera.cam.lookat[0] - qpos[0]) < 0.03
    assert camera.cam.lookat[2] == pytest.approx(LOOK_HEIGHT)
    qpos[0] += 10.0  # a jump is not chased
    camera.follow(qpos, 1.0 / 30.0)
    assert camera.cam.lookat[0] == pytest.approx(qpos[0])
    azimuth = camera.cam.azimuth
    camera.move(view_model(), "orbit", 0.1, -3.0)
    assert camera.cam.azimuth != azimuth
    eye = camera.cam.lookat[2] - camera.cam.distance * np.sin(np.radians(camera.cam.elevation))
    assert eye > 0.0
    camera.tracking = False
    still = camera.cam.lookat.copy()
    qpos[0] += 0.2
    camera.follow(qpos, 1.0 / 30.0)
    np.testing.assert_array_equal(camera.cam.lookat, still)


def test_quality_falls_quickly_and_rises_slowly() -> None:
    quality = AdaptiveQuality(0.05, 3)
    for _ in range(20):
        quality.measured(0.2)
    assert quality.level < 3
    low = quality.level
    for _ in range(40):
        quality.measured(0.005)
    assert quality.level == low
    for _ in range(400):
        quality.measured(0.001)
    assert quality.level == len(LEVELS) - 1


@pytest.mark.parametrize("name", MAPS)
def test_the_maps_grow_brighter(name: str) -> None:
    luminance = color_of(np.linspace(0.0, 1.0, 50), name) @ [0.2126, 0.7152, 0.0722]  # Rec. 709
    assert luminance[-1] > luminance[0] + 0.4
    assert (np.diff(luminance) > -0.004).all()  # ember dips a little where red replaces plum
    np.testing.assert_allclose(color_of(np.zeros(1))[0], [0.25, 0.27, 0.36])


def test_muscles_are_coloured_by_other_quantities(renderer: Renderer) -> None:
    from kinesis_app.body.muscles import muscle_table

    table, soleus = muscle_table(), muscle_index("soleus_r")
    force = 0.5 * table.max_isometric_force
    length = table.tendon_slack_length + 1.25 * table.optimal_fiber_length
    pose = Pose(STANDING, REST, excitation=REST + 0.3, muscle_force=force, muscle_length=length)
    for quantity, value in (("activation", 0.0), ("excitation", 0.3), ("force", 0.5), ("length", 0.75)):
        values = muscle_values(pose, quantity)
        assert values is not None
        np.testing.assert_allclose(values, value, atol=1e-9)
    assert muscle_values(Pose(STANDING, REST), "force") is None
    slack, tense = (
        picture(renderer, Pose(STANDING, REST, muscle_force=f), ViewOptions(color_by="force"))
        for f in (REST, force)
    )
    assert (np.abs(tense - slack).max(axis=2) > 40).sum() > 1000
    all_shown, hidden = (
        picture(renderer, Pose(STANDING, REST), ViewOptions(shown=shown))
        for shown in (None, frozenset({soleus}))
    )
    assert (np.abs(all_shown - hidden).max(axis=2) > 40).sum() > 1000


def test_a_point_of_the_floor_and_back_within_a_millimetre(renderer: Renderer) -> None:
    """The analytic ray against MuJoCo's own picking, and projected back into the picture."""
    picture(renderer, Pose(STANDING, REST))
    eye = renderer.eye(1.0)
    checked = 0
    for x, y in [(0.1, 0.1), (0.9, 0.15), (0.3, 0.05), (0.05, 0.3), (0.95, 0.4)]:
        ground, picked = ground_point(eye, x, y), renderer.pick(x, y, 1.0)
        assert ground is not None
        assert picked is not None
        if picked.body == "world":
            checked += 1
            np.testing.assert_allclose(ground, picked.point[:2], atol=1e-3)
        back = project(eye, np.array([*ground, 0.0]))
        assert back is not None
        again = ground_point(eye, *back)
        np.testing.assert_allclose(again, ground, atol=1e-6)
    assert checked >= 4
    assert ground_point(eye, 0.5, 0.99) is None


def test_a_goal_is_drawn_where_it_is(renderer: Renderer) -> None:
    goal = np.array([STANDING[0] + 0.4, STANDING[1] + 0.7, 0.0])
    alone = picture(renderer, Pose(STANDING, REST))
    marked = picture(renderer, Pose(STANDING, REST), ViewOptions(goals=(Goal(goal[0], goal[1]),)))
    rows, columns = np.nonzero(np.abs(marked - alone).max(axis=2) > 15)
    at = project(renderer.eye(1.0), goal)
    assert at is not None
    assert abs(columns.mean() / 480 - at[0]) < 0.01
    assert abs(1.0 - rows.mean() / 480 - at[1]) < 0.02


def test_a_click_on_a_muscle_names_it(renderer: Renderer) -> None:
    picture(renderer, Pose(STANDING, REST))
    eye, rows = renderer.eye(1.0), {}
    paths = tubes.wrapped_paths(renderer.data)
    middle = tubes.along(paths, 0.5 * paths.length[:, None])[:, 0]
    for name in ("vaslat_r", "tibant_r", "recfem_r"):
        seen = project(eye, middle[muscle_index(name)])
        assert seen is not None
        found = renderer.pick(*seen, 1.0)
        assert found is not None
        rows[name] = found.muscle
    assert any(row == muscle_index(name) for name, row in rows.items()), rows


@pytest.mark.parametrize("name", ["walk.mp4", "walk.gif"])
def test_a_film(renderer: Renderer, tmp_path: Path, name: str) -> None:
    import imageio.v2 as imageio

    moved = STANDING.copy()
    moved[1] -= 0.3
    states = [Pose(STANDING + u * (moved - STANDING), REST) for u in np.linspace(0, 1, 6)]
    code = (
        "import sys; from kinesis_app.view.video import record_video; "
        "import numpy as np; from kinesis_app.view.pose import Pose; "
        "poses = [Pose(x, np.zeros(80)) for x in np.load(sys.argv[1])]; "
        "record_video(poses, sys.argv[2], 30.0, (160, 120))"
    )
    np.save(tmp_path / "q.npy", np.array([state.qpos for state in states]))
    # A process of its own: the module's renderer holds this thread's GL context.
    command = [sys.executable, "-c", code, str(tmp_path / "q.npy"), str(tmp_path / name)]
    subprocess.run(command, check=True, env=dict(os.environ))
    frames = imageio.mimread(tmp_path / name)
    assert len(frames) == 6
    assert frames[0].shape[:2] == (120, 160)
    assert np.abs(frames[0].astype(float) - frames[-1]).max() > 30
    assert not list(tmp_path.glob(".walk*"))


def test_bad_films_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KinesisError, match="end in"):
        record_video([], tmp_path / "walk.avi")
    with pytest.raises(KinesisError, match="even"):
        record_video([], tmp_path / "walk.mp4", size=(101, 100))
    assert not list(tmp_path.iterdir())
