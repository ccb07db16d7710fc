"""What is drawn besides the body: the ghost of the reference and arrows for forces."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import mujoco
import numpy as np

from kinesis_app.view.options import BONE_GROUP, Goal

GHOST_COLOR = np.array([0.35, 0.75, 1.0, 0.22], dtype=np.float32)
GRF_COLOR = np.array([0.35, 0.85, 0.55, 0.95], dtype=np.float32)
PUSH_COLOR = np.array([1.0, 0.35, 0.75, 1.0], dtype=np.float32)
NEXT_GOAL_COLOR = np.array([1.0, 0.72, 0.20, 0.95], dtype=np.float32)
LATER_GOAL_COLOR = np.array([0.75, 0.68, 0.50, 0.75], dtype=np.float32)
SELECTED_COLOR = np.array([0.35, 0.95, 1.0, 0.35], dtype=np.float32)
GOAL_RADIUS = 0.14
"""Of a goal's disc [m]."""
METRES_PER_NEWTON = 0.0009
"""Length of a force arrow: body weight is 0.7 m."""
_HIDDEN_WITHIN = 0.02
_SMALLEST_FORCE = 15.0


def set_pose(model: mujoco.MjModel, data: mujoco.MjData, qpos: np.ndarray, muscles: bool) -> None:
    """Put ``data`` into a pose, as far as drawing needs it."""
    data.qpos[:] = qpos
    mujoco.mj_kinematics(model, data)
    mujoco.mj_comPos(model, data)
    if muscles:
        mujoco.mj_camlight(model, data)
        mujoco.mj_tendon(model, data)


@functools.cache
def ghost_option() -> mujoco.MjvOption:
    """Bones only."""
    option = mujoco.MjvOption()
    option.geomgroup[:] = 0
    option.geomgroup[BONE_GROUP] = 1
    option.sitegroup[:] = 0
    for flag in (mujoco.mjtVisFlag.mjVIS_TENDON, mujoco.mjtVisFlag.mjVIS_SKIN):
        option.flags[flag] = 0
    return option


def add_ghost(
    model: mujoco.MjModel, body: mujoco.MjData, ghost: mujoco.MjData, scene: mujoco.MjvScene
) -> None:
    """Add the bones of ``ghost`` as blue glass; those that coincide with the body's stay hidden."""
    first = scene.ngeom
    category = int(mujoco.mjtCatBit.mjCAT_DYNAMIC)
    mujoco.mjv_addGeoms(model, ghost, ghost_option(), mujoco.MjvPerturb(), category, scene)
    apart = np.linalg.norm(ghost.geom_xpos - body.geom_xpos, axis=1)
    for i in range(first, scene.ngeom):
        geom = scene.geoms[i]
        visible = geom.objtype == mujoco.mjtObj.mjOBJ_GEOM and apart[geom.objid] > _HIDDEN_WITHIN
        geom.rgba[:] = GHOST_COLOR if visible else 0.0
        geom.matid = -1
        geom.category = int(mujoco.mjtCatBit.mjCAT_DECOR)


def add_soft_shadow(model: mujoco.MjModel, data: mujoco.MjData, scene: mujoco.MjvScene) -> None:
    """Add dark discs under feet and pelvis, where a real shadow would cost too much.

    The lower a body, the smaller and darker its discs; nested ones make a soft edge.
    """
    for name, size in (
        ("calcn_r", 0.10),
        ("toes_r", 0.07),
        ("calcn_l", 0.10),
        ("toes_l", 0.07),
        ("pelvis", 0.2),
    ):
        position = data.xpos[model.body(name).id]
        height = float(max(position[2], 0.0))
        for share in (1.0, 0.8, 0.6, 0.4):
            radius = share * (size + 0.12 * height)
            color = np.array([0.0, 0.0, 0.0, 0.10 / (1.0 + 1.5 * height)], dtype=np.float32)
            _add_disc(scene, position, radius, color, 0.002 - 0.0005 * radius)


def _add_disc(
    scene: mujoco.MjvScene, position: np.ndarray, radius: float, color: np.ndarray, height: float
) -> None:
    size = np.array([radius, 0.0005, 0.0])  # radius, half height
    centre = np.array([position[0], position[1], height])
    _add_geom(scene, mujoco.mjtGeom.mjGEOM_CYLINDER, size, centre, color)


def _add_geom(
    scene: mujoco.MjvScene, kind: mujoco.mjtGeom, size: np.ndarray, centre: np.ndarray, color: np.ndarray
) -> mujoco.MjvGeom | None:
    if scene.ngeom >= scene.maxgeom:
        return None
    geom = scene.geoms[scene.ngeom]
    mujoco.mjv_initGeom(geom, int(kind), size, centre, np.eye(3).reshape(-1), color)
    geom.category = int(mujoco.mjtCatBit.mjCAT_DECOR)
    scene.ngeom += 1
    return geom


def add_goals(scene: mujoco.MjvScene, goals: Sequence[Goal]) -> None:
    """Add a numbered disc per goal, with an arrow where a heading is asked for; the next one is brighter."""
    for i, goal in enumerate(goals):
        color = NEXT_GOAL_COLOR if i == 0 else LATER_GOAL_COLOR
        place = np.array([goal.x, goal.y, 0.0])
        _add_disc(scene, place, GOAL_RADIUS, color * np.array([1, 1, 1, 0.55], dtype=np.float32), 0.004)
        _add_disc(scene, place, 0.3 * GOAL_RADIUS, color, 0.006)
        if goal.heading is not None:
            start = place + np.array([0.0, 0.0, 0.02])
            ahead = np.array([math.cos(goal.heading), math.sin(goal.heading), 0.0])
            add_arrow(scene, start, start + 0.5 * ahead, 0.02, color)
        if len(goals) > 1:
            number = _add_geom(
                scene, mujoco.mjtGeom.mjGEOM_LABEL, np.zeros(3), place + np.array([0.0, 0.0, 0.12]), color
            )
            if number is not None:
                number.label = str(i + 1)


def add_selection(model: mujoco.MjModel, data: mujoco.MjData, body: str, scene: mujoco.MjvScene) -> None:
    """Add a glass ball and the name at the selected body."""
    at = data.xpos[model.body(body).id]
    _add_geom(scene, mujoco.mjtGeom.mjGEOM_SPHERE, np.full(3, 0.06), at, SELECTED_COLOR)
    name = _add_geom(
        scene, mujoco.mjtGeom.mjGEOM_LABEL, np.zeros(3), at + np.array([0.0, 0.0, 0.08]), SELECTED_COLOR
    )
    if name is not None:
        name.label = body


def add_arrow(
    scene: mujoco.MjvScene, start: np.ndarray, end: np.ndarray, radius: float, color: np.ndarray
) -> None:
    """Add an arrow from ``start`` to ``end`` (3,) [m]."""
    if scene.ngeom >= scene.maxgeom:
        return
    geom = scene.geoms[scene.ngeom]
    kind = int(mujoco.mjtGeom.mjGEOM_ARROW)
    mujoco.mjv_initGeom(geom, kind, np.zeros(3), np.zeros(3), np.zeros(9), color)
    mujoco.mjv_connector(geom, kind, radius, start, end)
    geom.category = int(mujoco.mjtCatBit.mjCAT_DECOR)
    scene.ngeom += 1


@functools.lru_cache(maxsize=2)  # bounded: every film has a model of its own
def _foot_side(model: mujoco.MjModel) -> np.ndarray:
    """0 for geoms of the right foot, 1 for the left one, -1 for others; shape (ngeom,)."""
    side = np.full(model.ngeom, -1)
    for i in range(model.ngeom):
        name = model.body(int(model.geom_bodyid[i])).name
        if name.startswith(("calcn", "toes", "talus")):
            side[i] = 0 if name.endswith("_r") else 1
    return side


def pressure_points(model: mujoco.MjModel, data: mujoco.MjData) -> list[np.ndarray | None]:
    """Where the right and the left foot press on the floor (3,) [m]; None in the air.

    Contacts are weighted by depth: with MuJoCo's soft contacts the deeper one carries more.
    """
    mujoco.mj_collision(model, data)
    contact = data.contact
    side = _foot_side(model)[contact.geom].max(axis=1) if data.ncon else np.zeros(0)
    points: list[np.ndarray | None] = []
    for foot in (0, 1):
        rows = np.flatnonzero(side == foot)
        weight = np.maximum(-contact.dist[rows], 1e-5)
        centre = (weight[:, None] * contact.pos[rows]).sum(axis=0) / weight.sum() if len(rows) else None
        points.append(centre)
    return points


def add_ground_forces(
    model: mujoco.MjModel, data: mujoco.MjData, grf: np.ndarray, scene: mujoco.MjvScene
) -> None:
    """Add an arrow per foot: ground reaction force (2, 3) [N] at the centre of pressure."""
    for point, force in zip(pressure_points(model, data), grf, strict=True):
        if point is not None and np.linalg.norm(force) > _SMALLEST_FORCE:
            add_arrow(scene, point, point + METRES_PER_NEWTON * force, 0.011, GRF_COLOR)


def add_push(model: mujoco.MjModel, data: mujoco.MjData, force: np.ndarray, scene: mujoco.MjvScene) -> None:
    """Add an arrow that ends at the pelvis: the push (3,) [N], drawn six times longer than GRF."""
    if np.linalg.norm(force) > 1.0:
        pelvis = data.xpos[model.body("pelvis").id]
        add_arrow(scene, pelvis - 6.0 * METRES_PER_NEWTON * force, pelvis, 0.018, PUSH_COLOR)
