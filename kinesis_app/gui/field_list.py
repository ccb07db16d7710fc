"""Every number of a snapshot by name: what can be watched as a line over time."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mujoco

from kinesis_app.body.model import physics_model
from kinesis_app.body.muscles import muscle_table
from kinesis_app.session.messages import Snapshot
from kinesis_app.word_search import holds_words

_FEET = ("right", "left")
_DEGREES = 180.0 / math.pi


@dataclass(frozen=True)
class Field:
    """One number of an instant.

    Attributes:
        name: Such as ``muscle/soleus_r/force``; as in exported tables.
        unit: ``N``, ``deg``; ``1`` for shares.
        read: The number; nan where there is none.
    """

    name: str
    unit: str
    read: Callable[[Snapshot], float]

    @property
    def title(self) -> str:
        """Name and unit."""
        return f"{self.name} [{self.unit}]"


@functools.cache
def field_table() -> dict[str, Field]:
    """All fields by name."""
    fields = [*_pelvis(), *_joints(), *_muscles(), *_feet(), *_of_the_run()]
    return {field.name: field for field in fields}


def matching_fields(text: str) -> list[str]:
    """Names of the fields that hold all words of ``text``."""
    return [name for name in field_table() if holds_words(name, text)]


def _pelvis() -> list[Field]:
    return [
        *_each("pelvis/{}", "xyz", "m", "qpos"),
        *_each("pelvis/{}", ("qw", "qx", "qy", "qz"), "1", "qpos", first=3),
        *_each("pelvis/velocity_{}", "xyz", "m/s", "qvel"),
        *_each("pelvis/angular_velocity_{}", "xyz", "deg/s", "qvel", first=3, scale=_DEGREES),
        *_each("push/force_{}", "xyz", "N", "push"),
    ]


def _joints() -> list[Field]:
    model, out = physics_model(), []
    for joint in range(model.njnt):
        kind, name = model.jnt_type[joint], model.joint(joint).name
        if kind == mujoco.mjtJoint.mjJNT_FREE:
            continue
        slides = kind == mujoco.mjtJoint.mjJNT_SLIDE
        unit, scale = ("m", 1.0) if slides else ("deg", _DEGREES)
        at, moving = int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint])
        what = "position" if slides else "angle"
        out += [
            Field(f"joint/{name}/{what}", unit, _entry("qpos", at, scale)),
            Field(f"joint/{name}/reference", unit, _entry("reference_qpos", at, scale)),
            Field(f"joint/{name}/velocity", f"{unit}/s", _entry("qvel", moving, scale)),
        ]
    return out


def _muscles() -> list[Field]:
    names = muscle_table().names
    return [
        *_each("muscle/{}/activation", names, "1", "activation"),
        *_each("muscle/{}/excitation", names, "1", "excitation"),
        *_each("muscle/{}/force", names, "N", "muscle_force"),
        *_each("muscle/{}/length", names, "m", "muscle_length"),
        *_each("muscle/{}/fatigue", names, "1", "fatigue"),
    ]


def _feet() -> list[Field]:
    out = [
        *_each("ground/{}/free_moment", _FEET, "Nm", "free_moment"),
        *_each("ground/{}/gait_phase", _FEET, "1", "gait_phase"),
    ]
    for foot, side in enumerate(_FEET):
        for axis, name in enumerate("xyz"):
            out.append(Field(f"ground/{side}/force_{name}", "N", _entry("grf", (foot, axis))))
        for axis, name in enumerate("xy"):
            out.append(Field(f"ground/{side}/cop_{name}", "m", _entry("cop", (foot, axis))))
    return out


def _of_the_run() -> list[Field]:
    numbers = (
        ("tracking/body_error", "m", "body_error"),
        ("run/motion_time", "s", "time"),
        ("run/walking_speed", "m/s", "walking_speed"),
        ("run/real_time_factor", "1", "real_time_factor"),
        ("run/step_time", "ms", "step_ms"),
    )
    total = Field("reward/sum", "1", lambda shot: sum(shot.reward.values()))
    return [*(Field(name, unit, _number(attribute)) for name, unit, attribute in numbers), total]


def _each(
    pattern: str, names: Sequence[str], unit: str, attribute: str, first: int = 0, scale: float = 1.0
) -> list[Field]:
    return [
        Field(pattern.format(name), unit, _entry(attribute, first + i, scale)) for i, name in enumerate(names)
    ]


def _entry(attribute: str, index: int | tuple[int, int], scale: float = 1.0) -> Callable[[Snapshot], float]:
    return lambda shot: scale * float(getattr(shot, attribute)[index])


def _number(attribute: str) -> Callable[[Snapshot], float]:
    def read(shot: Snapshot) -> float:
        value = getattr(shot, attribute)
        return math.nan if value is None else float(value)

    return read
