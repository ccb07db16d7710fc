"""Actions of the View menu: MuJoCo's own flags, groups, frames and labels."""

from __future__ import annotations

from functools import partial

from kinesis_app.gui.actions.action import Action
from kinesis_app.gui.desk import Desk
from kinesis_app.view.options import EFFECTS, FLAGS, FRAMES, LABELS

# MuJoCo's own viewer has these keys (issue trackers are full of people who miss them elsewhere).
_FLAG_KEYS = {
    "CONVEXHULL": "H", "TEXTURE": "X", "JOINT": "J", "CAMERA": "Q", "ACTUATOR": "U", "ACTIVATION": ",",
    "LIGHT": "Z", "CONSTRAINT": "E", "INERTIA": "I", "SCLINERTIA": "'", "PERTFORCE": "B", "PERTOBJ": "O",
    "CONTACTPOINT": "C", "TRANSPARENT": "T", "AUTOCONNECT": "A", "COM": "M", "STATIC": "D", "BODYBVH": "`",
    "MESHBVH": "\\",
}  # fmt: skip
_EFFECT_KEYS = {
    "SHADOW": "S", "WIREFRAME": "W", "REFLECTION": "R", "ADDITIVE": "L", "SKYBOX": "K", "FOG": "G",
    "HAZE": "/",
}  # fmt: skip
_GROUPS = (
    ("groups", "Geom", ""), ("site_groups", "Site", "Shift+"), ("joint_groups", "Joint", None),
    ("tendon_groups", "Tendon", None), ("actuator_groups", "Actuator", None),
)  # fmt: skip
"""Option, title and what is held with the number's key; None: no key."""


# One to three lines per row read better than eight.
# fmt: off
def rows(d: Desk) -> list[Action]:
    """The menu's rows."""
    flags = [
        Action(f"view.{name.lower()}", title, (keys[name],) if name in keys else (),
               partial(_flip, d, field, name), "View", f"{title}, as in MuJoCo's viewer",
               partial(lambda f, n: n in getattr(d.view.options, f), field, name), part="MuJoCo")
        for field, names, keys in (("flags", FLAGS, _FLAG_KEYS), ("effects", EFFECTS, _EFFECT_KEYS))
        for name, title in names.items()
    ]
    groups = [
        Action(f"view.{field}_{i}", f"{word} group {i}", () if shift is None else (f"{shift}{i}",),
               partial(_flip, d, field, i), "View", f"Show or hide MuJoCo's {word.lower()} group {i}",
               partial(lambda f, n: n in getattr(d.view.options, f), field, i), part=f"{word} groups")
        for field, word, shift in _GROUPS
        for i in range(6)
    ]
    return [
        *flags,
        Action("view.frames", "Frames", ("F6",), partial(show_next, d, "frame", FRAMES), "View",
               "Coordinate frames: bodies, geoms, sites, cameras, lights, contacts, world, none",
               part="MuJoCo"),
        Action("view.labels", "Labels", ("F7",), partial(show_next, d, "label", LABELS), "View",
               "Names: bodies, joints, geoms, sites, tendons, muscles and more, none", part="MuJoCo"),
        *groups,
    ]


# fmt: on
def _flip(d: Desk, field: str, member: object) -> None:
    d.show(**{field: getattr(d.view.options, field) ^ {member}})


def show_next(d: Desk, name: str, choices: tuple[str, ...]) -> None:
    """Show what comes after the present one of ``choices``, in the option ``name``."""
    i = choices.index(getattr(d.view.options, name))
    d.show(**{name: choices[(i + 1) % len(choices)]})
