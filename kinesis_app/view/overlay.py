"""What is drawn besides the body: the ghost of the reference and arrows for forces."""

from __future__ import annotations

import functools

import mujoco
import numpy as np

from kinesis_app.view.scene import BONE_GROUP

GHOST_COLOR = np.array([0.35, 0.75, 1.0, 0.22], dtype=np.float32)
GRF_COLOR = np.array([0.35, 0.85, 0.55, 0.95], dtype=np.float32)
PUSH_COLOR = np.array([1.0, 0.35, 0.75, 1.0], dtype=np.float32)
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
            _add_disc(scene, position, radius, 0.10 / (1.0 + 1.5 * height))


def _add_disc(scene: mujoco.MjvScene, position: np.ndarray, radius: float, alpha: float) -> None:
    if scene.ngeom >= scene.maxgeom:
        return
    geom = scene.geoms[scene.ngeom]
    size = np.array([radius, radius, 0.0005])
    centre = np.array([position[0], position[1], 0.002 - 0.0005 * radius])
    color = np.array([0.0, 0.0, 0.0, alpha], dtype=np.float32)
    kind = int(mujoco.mjtGeom.mjGEOM_CYLINDER)
    mujoco.mjv_initGeom(geom, kind, size, centre, np.eye(3).reshape(-1), color)
    geom.category = int(mujoco.mjtCatBit.mjCAT_DECOR)
    scene.ngeom += 1


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


@functools.cache
def _foot_side(model_id: int, model: mujoco.MjModel) -> np.ndarray:
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
    side = _foot_side(id(model), model)[contact.geom].max(axis=1) if data.ncon else np.zeros(0)
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
