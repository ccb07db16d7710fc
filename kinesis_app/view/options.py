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
    "CONSTRAINT": "Equality constraints",
    "INERTIA": "Inertia boxes",
    "CONTACTPOINT": "Contact points",
    "TRANSPARENT": "Transparent bones",
    "COM": "Centres of mass",
    "STATIC": "Static bodies",
}
"""MuJoCo's visualisation flags (``mjVIS_...``) that mean something here, with their titles."""
EFFECTS = {
    "SHADOW": "Shadows",
    "WIREFRAME": "Wireframe",
    "REFLECTION": "Reflection",
    "SKYBOX": "Sky",
    "FOG": "Fog",
    "HAZE": "Haze",
}
"""MuJoCo's rendering flags (``mjRND_...``), with their titles."""
FRAMES = ("NONE", "BODY", "GEOM", "WORLD")
"""Coordinate frames that can be drawn (``mjFRAME_...``)."""
LABELS = ("NONE", "BODY", "JOINT", "SITE", "CAMERA", "CONTACTPOINT")
"""What can be labelled (``mjLABEL_...``)."""
DEFAULT_FLAGS = frozenset({"TEXTURE", "STATIC"})
DEFAULT_EFFECTS = frozenset({"SHADOW", "REFLECTION", "SKYBOX", "HAZE"})
BONE_GROUP, FLOOR_GROUP = 0, 1
"""MuJoCo's geom groups of what is always there."""


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
    frame: str = "NONE"
    label: str = "NONE"
    goals: tuple[Goal, ...] = ()
