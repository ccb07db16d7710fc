"""Joints of skeletons that no family lists, told by their names' parts: ``Bip01_R_Calf``, ``shin.L``."""

from __future__ import annotations

import re
from dataclasses import replace

from kinesis_app.motion.formats.raw import RawMotion

PARTS = {
    "hip": ("upleg", "upperleg", "thigh", "legupper", "hip", "hipjoint", "buttock"),
    "knee": ("knee", "leg", "lowerleg", "lowleg", "leglower", "shin", "calf", "shank"),
    "ankle": ("ankle", "foot"),
    "foot": ("toebase", "toe", "toes", "ball", "toe0", "forefoot", "foot", "footend", "ankleend"),
    "shoulder": ("upperarm", "uparm", "arm", "shldr", "shoulder", "collar", "clavicle"),
}
"""Joint of the SMPL family, and what others call it, the surest word first."""
MIDDLE = {
    "pelvis": ("pelvis", "hips", "hip", "root"),
    "neck": ("neck", "neck1", "neck01", "head", "chest", "spine3", "spine2"),
}
_EXPORTERS = r"mixamorig\d*|bip\d+|biped|character\d*|armature|skeleton|cc_base|[mf]_avg|b|def"
_PREFIX = re.compile(rf"^({_EXPORTERS})[ _.:-]+", re.IGNORECASE)
_SIDES = {"right": "right", "r": "right", "left": "left", "l": "left"}


def spelled_as_smpl(raw: RawMotion) -> RawMotion | None:
    """The recording with legs, pelvis, neck and shoulders named as in SMPL; None if the legs are not told."""
    told = [_told(name) for name in raw.joint_names]
    names = [f"({name})" for name in raw.joint_names]
    taken: set[int] = set()
    for joint, words in MIDDLE.items():
        found = _first(told, "", words, taken)
        if found is None:
            return None
        names[found] = joint
        taken.add(found)
    for joint, words in PARTS.items():
        for side in ("right", "left"):
            found = _first(told, side, words, taken)
            if found is not None:
                names[found] = f"{side}_{joint}"
                taken.add(found)
            elif joint != "shoulder":
                return None
    read = ", ".join(
        f"{old} as {new}" for old, new in zip(raw.joint_names, names, strict=True) if new.startswith("right_")
    )
    return replace(raw, joint_names=tuple(names), notes=(*raw.notes, f"joints told by their names: {read}"))


def _told(name: str) -> tuple[str, str]:
    """Side (``right``, ``left`` or none) and part of a name, without what exporters put in front."""
    words = [w for w in re.split(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])", _PREFIX.sub("", name)) if w]
    plain = [w.lower() for w in words]
    for i in (0, -1):
        if len(plain) > 1 and plain[i] in _SIDES:
            return _SIDES[plain[i]], "".join(plain[1:] if i == 0 else plain[:-1])
    joined = "".join(plain)
    for spelled in ("right", "left", "r", "l"):
        rest = joined.removeprefix(spelled)
        if rest != joined and any(rest in known for known in PARTS.values()):
            return _SIDES[spelled], rest
    return "", joined


def _first(told: list[tuple[str, str]], side: str, words: tuple[str, ...], taken: set[int]) -> int | None:
    for word in words:
        for i, found in enumerate(told):
            if found == (side, word) and i not in taken:
                return i
    return None
