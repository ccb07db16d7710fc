"""What is shown in the picture, as data."""

from __future__ import annotations

from dataclasses import dataclass

FLAGS = {
    "CONVEXHULL": "Convex hulls",
    "TEXTURE": "Textures",
    "JOINT": "Joint axes",
    "CAMERA": "Cameras",
    "ACTUATOR": "Actuators",
    "ACTIVATION": "Actuator activation",
    "LIGHT": "Lights",
    "TENDON": "MuJoCo's own tendons",
    "CONSTRAINT": "Equality constraints",
    "INERTIA": "Inertia boxes",
    "SCLINERTIA": "Inertia boxes scaled by mass",
    "PERTFORCE": "Arrows of pushes",
    "PERTOBJ": "Mark of the selected body",
    "CONTACTPOINT": "Contact points",
    "TRANSPARENT": "Transparent bones",
    "AUTOCONNECT": "Sticks between joints",
    "COM": "Centres of mass",
    "STATIC": "Static bodies",
    "BODYBVH": "Boxes around bodies",
    "MESHBVH": "Boxes around meshes",
}
"""MuJoCo's visualisation flags (``mjVIS_...``) that mean something here, with their titles.

Not among them: skins, which are the muscles; the forces of contacts, which :attr:`ViewOptions.forces`
draws per foot; range finders, flexes and signed distances, which this body has none of.
"""
EFFECTS = {
    "SHADOW": "Shadows",
    "WIREFRAME": "Wireframe",
    "REFLECTION": "Reflection",
    "ADDITIVE": "Additive transparency",
    "SKYBOX": "Sky",
    "FOG": "Fog",
    "HAZE": "Haze",
    "DEPTH": "Depth",
    "SEGMENT": "Segmentation",
    "IDCOLOR": "Segmentation by number",
    "CULL_FACE": "Back faces left out",
}
"""MuJoCo's rendering flags (``mjRND_...``), with their titles."""
FRAMES = ("NONE", "BODY", "GEOM", "SITE", "CAMERA", "LIGHT", "CONTACT", "WORLD")
"""Coordinate frames that can be drawn (``mjFRAME_...``)."""
LABELS = (
    "NONE", "BODY", "JOINT", "GEOM", "SITE", "CAMERA", "LIGHT", "TENDON", "ACTUATOR", "CONSTRAINT", "SKIN",
    "SELECTION", "CONTACTPOINT",
)  # fmt: skip
"""What can be labelled (``mjLABEL_...``)."""
DEFAULT_FLAGS = frozenset({"TEXTURE", "STATIC", "PERTFORCE", "PERTOBJ"})
DEFAULT_EFFECTS = frozenset({"SHADOW", "REFLECTION", "SKYBOX", "HAZE", "CULL_FACE"})
BONE_GROUP, FLOOR_GROUP = 0, 1
"""MuJoCo's geom groups of what is always there."""
_MUJOCOS = frozenset({0, 1, 2})
"""Groups that MuJoCo's viewer draws when it starts."""


@dataclass(frozen=True)
class Goal:
    """A mark on the floor.

    Attributes:
        x, y: [m].
        heading: To face there, counterclockwise from +x [rad]; None if any will do.
    """

    x: float
    y: float
    heading: float | None = None


@dataclass(frozen=True)
class ViewOptions:
    """What is shown.

    Attributes:
        muscles: Whether muscles are drawn.
        color_by: One of ``muscle_values.QUANTITIES``, or ``plain``.
        color_map: One of ``colors.MAPS``.
        shown: Indices of the muscles that are drawn; None: all.
        selected_muscle: Drawn thicker and brighter; None: none.
        selected_body: Name of a body that carries a mark; empty: none.
        ghost: Whether the reference is drawn.
        forces: Whether ground reactions are drawn.
        flags: Of ``FLAGS``, those on.
        effects: Of ``EFFECTS``, those on.
        groups: Geom groups drawn.
        site_groups: Site groups drawn.
        joint_groups, tendon_groups, actuator_groups: Groups of what ``flags`` lets be drawn.
        frame: One of ``FRAMES``.
        label: One of ``LABELS``.
        goals: Marks on the floor, the next one first.
    """

    muscles: bool = True
    color_by: str = "activation"
    color_map: str = "ember"
    shown: frozenset[int] | None = None
    selected_muscle: int | None = None
    selected_body: str = ""
    ghost: bool = True
    forces: bool = False
    flags: frozenset[str] = DEFAULT_FLAGS
    effects: frozenset[str] = DEFAULT_EFFECTS
    groups: frozenset[int] = frozenset({BONE_GROUP, FLOOR_GROUP})
    site_groups: frozenset[int] = frozenset()
    joint_groups: frozenset[int] = _MUJOCOS
    tendon_groups: frozenset[int] = _MUJOCOS
    actuator_groups: frozenset[int] = _MUJOCOS
    frame: str = "NONE"
    label: str = "NONE"
    goals: tuple[Goal, ...] = ()
