"""MyoLegs as two MuJoCo models: one to look at, one with only what moves the dynamics.

World frame: z up, floor at z = 0. The root's forward axis is -y and its left axis +x.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import threading
import warnings

import mujoco
import numpy as np

SIM_DT = 1.0 / 150.0
"""Physics step [s] (KINESIS, Simos et al. 2025)."""
CTRL_DT = 1.0 / 30.0
"""Control step [s]."""
N_SUBSTEPS = 5
"""Physics steps per control step."""
STANDING_DROP = 0.0151
"""How far the packaged standing keyframe floats above a floor at z = 0 [m]."""

_INERTIAL_ARRAYS = (
    "body_parentid", "body_pos", "body_quat", "body_mass", "body_inertia", "body_ipos", "body_iquat",
    "jnt_type", "jnt_axis", "jnt_pos", "jnt_range", "dof_damping", "dof_armature", "eq_data",
    "actuator_dynprm", "actuator_gainprm", "actuator_biasprm", "actuator_lengthrange", "wrap_type",
    "wrap_prm",
)  # fmt: skip


# MuJoCo would write its warnings to MUJOCO_LOG.TXT in the user's working directory.
mujoco.set_mju_user_warning(logging.getLogger(__name__).debug)


# Every build of MyoLegs draws this remark; a filter, because catch_warnings is not thread-safe.
warnings.filterwarnings("ignore", message="Attaching a spec with an empty prefix")


def body_spec() -> mujoco.MjSpec:
    """The editable MyoLegs spec: standing keyframe, floor at z = 0, no room and no pedestal."""
    import myo_sim

    spec = myo_sim.load_spec("myolegs", build_kwargs={"postures": True})
    for geom in list(spec.worldbody.geoms):
        if geom.name == "floor":
            geom.pos = [0.0, 0.0, 0.0]
        else:
            spec.delete(geom)
    spec.option.timestep = SIM_DT
    return spec


def compile_spec(spec: mujoco.MjSpec) -> mujoco.MjModel:
    """Compile ``spec`` and put its standing keyframe on the floor."""
    model = spec.compile()
    model.key_qpos[0, 2] -= STANDING_DROP
    return model


@functools.cache
def display_model() -> mujoco.MjModel:
    """The whole body with bones; for drawing and as the yardstick of :func:`physics_model`."""
    return compile_spec(body_spec())


@functools.cache
def physics_model() -> mujoco.MjModel:
    """The body stripped of everything that does not move it; steps identically, 15 % faster.

    Meshes, visual geoms and unused sites go, jointless bodies are fused into their parents.
    Inertias come from the full model, because some bodies derive theirs from deleted geoms.
    """
    full = display_model()
    spec = body_spec()
    _freeze_inertias(spec, full)
    wrap_geoms, sites = _tendon_parts(full)
    for geom in list(spec.geoms):
        collides = geom.contype or geom.conaffinity
        if not collides and geom.name not in wrap_geoms:
            spec.delete(geom)
        else:
            geom.material = ""
    for site in list(spec.sites):
        if site.name not in sites:
            spec.delete(site)
        else:
            site.material = ""
    for tendon in spec.tendons:
        tendon.material = ""
    for asset in (*spec.meshes, *spec.skins, *spec.textures, *spec.materials):
        spec.delete(asset)
    spec.compiler.fusestatic = True
    return compile_spec(spec)


_scratch = threading.local()


def scratch_data() -> mujoco.MjData:
    """This thread's own data of :func:`physics_model` to compute with: making one takes half a millisecond.

    It holds what the last user left there: set all that is read.
    """
    if not hasattr(_scratch, "data"):
        _scratch.data = mujoco.MjData(physics_model())
    data: mujoco.MjData = _scratch.data
    return data


def _freeze_inertias(spec: mujoco.MjSpec, full: mujoco.MjModel) -> None:
    for body in spec.bodies:
        if body.name == "world":
            continue
        row = full.body(body.name).id
        body.mass = full.body_mass[row]
        body.ipos = full.body_ipos[row]
        body.iquat = full.body_iquat[row]
        body.inertia = full.body_inertia[row]
        body.fullinertia = [np.nan] * 6
        body.explicitinertial = True


def _tendon_parts(full: mujoco.MjModel) -> tuple[set[str], set[str]]:
    """Names of the wrap geoms and of the sites (path, side and sensor sites) that muscles need."""
    wrap_geoms: set[str] = set()
    sites = {full.site(int(i)).name for i in full.sensor_objid}
    for kind, obj, prm in zip(full.wrap_type, full.wrap_objid, full.wrap_prm, strict=True):
        if int(kind) == int(mujoco.mjtWrap.mjWRAP_SITE):
            sites.add(full.site(int(obj)).name)
        elif int(kind) in (int(mujoco.mjtWrap.mjWRAP_SPHERE), int(mujoco.mjtWrap.mjWRAP_CYLINDER)):
            wrap_geoms.add(full.geom(int(obj)).name)
            if prm >= 0:  # the side site decides on which side of the surface the tendon runs
                sites.add(full.site(int(prm)).name)
    return wrap_geoms, sites


def standing_qpos(model: mujoco.MjModel) -> np.ndarray:
    """The standing pose, soles on the floor: qpos, shape (35,)."""
    return model.key_qpos[0].copy()


def model_hash(model: mujoco.MjModel) -> str:
    """Twelve hex digits that name the dynamics; equal on machines that agree to 6 digits."""
    digest = hashlib.sha256()
    for name in _INERTIAL_ARRAYS:
        digest.update(np.round(np.asarray(getattr(model, name), dtype=np.float64), 6).tobytes())
    return digest.hexdigest()[:12]
