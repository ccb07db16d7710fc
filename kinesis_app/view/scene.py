"""The model that is drawn: MyoLegs with sky, floor, lights and one skin per muscle."""

from __future__ import annotations

import functools

import mujoco
import numpy as np

from kinesis_app.body.model import body_spec, compile_spec
from kinesis_app.body.muscles import N_MUSCLES, muscle_table
from kinesis_app.view import tubes
from kinesis_app.view.options import BONE_GROUP, FLOOR_GROUP

CORDS = N_MUSCLES
"""Index of the skin with all tendons; skins before it are the muscles in the model's order."""

_MAX_WIDTH, _MAX_HEIGHT = 1920, 1200


def view_spec() -> mujoco.MjSpec:
    """The body's spec with the look of the app."""
    spec = body_spec()
    spec.stat.extent = 2.0
    spec.stat.center = [0.0, 0.0, 0.9]
    _set_visuals(spec.visual)
    _drop_assets(spec)
    _dress_bones(spec)
    _dress_floor(spec)
    _light(spec)
    _add_muscles(spec)
    return spec


@functools.cache
def view_model() -> mujoco.MjModel:
    """The compiled picture; states of the physics model fit it. Not to be changed: renderers copy it."""
    return compile_spec(view_spec())


def _set_visuals(visual: mujoco.MjVisual) -> None:
    visual.global_.offwidth, visual.global_.offheight = _MAX_WIDTH, _MAX_HEIGHT
    visual.global_.fovy = 38.0
    visual.headlight.ambient = [0.24, 0.24, 0.26]
    visual.headlight.diffuse = [0.30, 0.30, 0.30]
    visual.headlight.specular = [0.05, 0.05, 0.05]
    visual.map.haze = 0.35
    visual.map.znear = 0.02
    visual.map.zfar = 40.0
    visual.map.shadowclip = 1.2
    visual.quality.shadowsize = 2048
    visual.quality.numslices, visual.quality.numstacks = 20, 12
    visual.rgba.haze = [0.12, 0.145, 0.19, 1.0]


def _drop_assets(spec: mujoco.MjSpec) -> None:
    """Delete what only the room used: half of all triangles that would be sent to the GPU."""
    for texture in list(spec.textures):
        spec.delete(texture)
    for material in list(spec.materials):
        spec.delete(material)
    used = {geom.meshname for geom in spec.geoms if geom.type == mujoco.mjtGeom.mjGEOM_MESH}
    for mesh in list(spec.meshes):
        if mesh.name not in used:
            spec.delete(mesh)


def _dress_floor(spec: mujoco.MjSpec) -> None:
    spec.add_texture(
        name="sky",
        type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=[0.16, 0.20, 0.27],
        rgb2=[0.035, 0.04, 0.055],
        width=256,
        height=1536,
    )
    spec.add_texture(
        name="checker",
        type=mujoco.mjtTexture.mjTEXTURE_2D,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_CHECKER,
        mark=mujoco.mjtMark.mjMARK_EDGE,
        rgb1=[0.17, 0.19, 0.22],
        rgb2=[0.135, 0.15, 0.178],
        markrgb=[0.30, 0.34, 0.40],
        width=512,
        height=512,
    )
    floor = spec.geom("floor")
    material = spec.add_material(name="ground", texuniform=True, texrepeat=[1.0, 1.0], reflectance=0.12)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = "checker"
    floor.material = "ground"
    floor.rgba = [1.0, 1.0, 1.0, 1.0]
    floor.size = [0.0, 0.0, 0.05]
    floor.group = FLOOR_GROUP


def _light(spec: mujoco.MjSpec) -> None:
    for light in list(spec.lights):
        spec.delete(light)
    # A spot that follows the body: a directional shadow light gives moire on the infinite floor.
    root = spec.body("Full Body")  # unlike the pelvis, its axes are the world's
    tracking = mujoco.mjtCamLight.mjCAMLIGHT_TRACKCOM
    root.add_light(
        name="key",
        type=mujoco.mjtLightType.mjLIGHT_SPOT,
        mode=tracking,
        castshadow=True,
        pos=[1.1, -1.0, 2.7],
        dir=[-0.30, 0.27, -0.92],
        cutoff=60.0,
        exponent=1.0,
        diffuse=[0.95, 0.90, 0.83],
        specular=[0.3, 0.29, 0.27],
        attenuation=[1.0, 0.0, 0.0],
    )
    for name, pos, direction, color in (
        ("rim", [-2.0, 2.4, 1.6], [0.55, -0.68, -0.48], [0.26, 0.34, 0.46]),
        ("fill", [2.5, 1.5, 0.6], [-0.8, -0.5, -0.3], [0.26, 0.22, 0.18]),
    ):
        root.add_light(
            name=name,
            type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
            mode=tracking,
            castshadow=False,
            pos=pos,
            dir=direction,
            diffuse=color,
            specular=[0.1, 0.1, 0.1],
        )


def _dress_bones(spec: mujoco.MjSpec) -> None:
    spec.add_material(name="bone", rgba=[0.86, 0.83, 0.76, 1.0], specular=0.25, shininess=0.35)
    for geom in spec.geoms:
        geom.material = "bone" if geom.group == BONE_GROUP else ""


def _add_muscles(spec: mujoco.MjSpec) -> None:
    spec.add_material(name="muscle", specular=0.35, shininess=0.45)
    spec.add_material(name="cord", specular=0.3, shininess=0.4)
    for name in muscle_table().names:
        _add_skin(spec, name, 1, tubes.RINGS, tubes.SEGMENTS, "muscle")
    _add_skin(spec, "cords", N_MUSCLES, tubes.CORD_RINGS, tubes.CORD_SEGMENTS, "cord")


def _add_skin(spec: mujoco.MjSpec, name: str, n_tubes: int, rings: int, segments: int, material: str) -> None:
    """A skin of ``n_tubes`` tubes. Its one bone is a formality: the vertices are set every frame."""
    per_tube = rings * segments
    n = n_tubes * per_tube
    faces = tubes.tube_faces(rings, segments)[None] + per_tube * np.arange(n_tubes)[:, None, None]
    skin = spec.add_skin(name=name, material=material, rgba=[0.8, 0.76, 0.66, 1.0])
    skin.vert = np.random.default_rng(0).normal(size=3 * n).astype(np.float32)
    skin.face = faces.reshape(-1).astype(np.int32)
    skin.bodyname = ["pelvis"]
    skin.bindpos = np.zeros(3, dtype=np.float32)
    skin.bindquat = np.array([1, 0, 0, 0], dtype=np.float32)
    skin.vertid = [list(range(n))]
    skin.vertweight = [[1.0] * n]
