"""Joint positions of a motion capture skeleton to hips, knees, ankles, toes, pelvis and trunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import RawMotion
from kinesis_app.motion.retarget.anatomy import Anatomy, frame_from, unit
from kinesis_app.motion.retarget.joint_names import spelled_as_smpl


@dataclass(frozen=True)
class Family:
    """Joint names of one kind of skeleton; ``{s}`` stands for the side.

    Attributes:
        name: What users call it.
        sides: Right and left as spelled in the names.
        leg: Hip, knee, ankle, toe.
        foot: Segment whose rotation is the foot's, empty if rotations are not used.
        pelvis: Segment whose rotation is the pelvis'.
        shoulder: Left and right are joined to the trunk's left axis.
        spine: Bottom and top of the trunk.
    """

    name: str
    sides: tuple[str, str]
    leg: tuple[str, str, str, str]
    foot: str
    pelvis: str
    shoulder: str
    spine: tuple[str, str]

    def leg_names(self) -> list[list[str]]:
        """Joints of the right and of the left leg, from the hip on."""
        return [[joint.format(s=side) for joint in self.leg] for side in self.sides]


FAMILIES = (
    Family(
        "CMU", ("r", "l"), ("{s}hipjoint", "{s}femur", "{s}tibia", "{s}foot"), "{s}foot", "root",
        "{s}clavicle", ("root", "thorax"),
    ),
    Family(
        "DeepMimic", ("right", "left"), ("{s}_hip", "{s}_knee", "{s}_ankle", "{s}_toe"), "{s}_ankle", "root",
        "{s}_shoulder", ("root", "neck"),
    ),
    Family(
        "Bandai-Namco", ("R", "L"), ("UpperLeg_{s}", "LowerLeg_{s}", "Foot_{s}", "Toes_{s}"), "Foot_{s}",
        "Hips", "UpperArm_{s}", ("Hips", "Neck"),
    ),
    Family(
        "SMPL", ("right", "left"), ("{s}_hip", "{s}_knee", "{s}_ankle", "{s}_foot"), "{s}_ankle", "pelvis",
        "{s}_shoulder", ("pelvis", "neck"),
    ),
    Family(
        "MuJoCo MPC", ("r", "l"), ("{s}hip", "{s}knee", "{s}heel", "{s}toe"), "", "",
        "{s}shoulder", ("pelvis", "head"),
    ),
    *(
        Family(
            "Motion Builder", ("Right", "Left"), ("{s}UpLeg", "{s}Leg", "{s}Foot", toe), "{s}Foot", "Hips",
            "{s}Arm", ("Hips", neck),
        )
        for neck in ("Neck", "Neck1", "Head")
        for toe in ("{s}ToeBase", "{s}Toe", "{s}Foot_end")
    ),
    *(
        Family(
            "BVH hips and knees", ("Right", "Left"), ("{s}Hip", "{s}Knee", "{s}Ankle", toe), "{s}Ankle",
            "Hips", "{s}Shoulder", ("Hips", "Neck"),
        )
        for toe in ("{s}Toe", "{s}Ankle_end")
    ),
)  # fmt: skip


def from_skeleton(raw: RawMotion) -> Anatomy:
    """Find the legs by name and build the anatomical frames.

    Raises:
        KinesisError: If no known family of names fits, or the legs are not legs.
    """
    raw, family = _family(raw)
    at = {name: raw.positions[:, i] for i, name in enumerate(raw.joint_names)}
    legs = np.stack([np.stack([at[n] for n in names], axis=1) for names in family.leg_names()], axis=1)
    _check_legs(legs, raw)
    left = unit(legs[:, 1, 0] - legs[:, 0, 0])
    up = unit(at[family.spine[1]] - at[family.spine[0]])
    pelvis_up = up
    if raw.rotations is not None and family.pelvis in at:
        pelvis_up = _segment_axis(raw, family.pelvis, up)
    return Anatomy(
        fps=raw.fps,
        legs=legs,
        pelvis=frame_from(left, pelvis_up),
        foot=_feet(raw, family, legs),
        trunk=_trunk(at, family, up),
        notes=(*raw.notes, f"{family.name} joint names"),
    )


def _trunk(at: dict[str, np.ndarray], family: Family, up: np.ndarray) -> np.ndarray | None:
    """Frame of the thorax, or None if the recording has no shoulders."""
    shoulders = [at.get(family.shoulder.format(s=side)) for side in family.sides]
    right, left = shoulders
    if right is None or left is None:
        return None
    return frame_from(unit(left - right), up)


def _family(raw: RawMotion) -> tuple[RawMotion, Family]:
    """The family that the joint names belong to, and the recording, spelled as SMPL where none has them."""
    names = set(raw.joint_names)
    for family in FAMILIES:
        if {n for side in family.leg_names() for n in side} <= names and set(family.spine) <= names:
            return raw, family
    spelled = spelled_as_smpl(raw)
    if spelled is not None:
        return spelled, next(family for family in FAMILIES if family.name == "SMPL")
    known = "; ".join(f"{f.name}: {', '.join(f.leg_names()[0])}" for f in FAMILIES)
    found = ", ".join(raw.joint_names[:12])
    raise KinesisError(f"'{raw.source}': no known leg joint names among {found}. Known are {known}.")


def _check_legs(legs: np.ndarray, raw: RawMotion) -> None:
    if not np.isfinite(legs).all():
        bad = np.flatnonzero(~np.isfinite(legs).all(axis=(1, 2, 3)))
        raise KinesisError(
            f"'{raw.source}': leg joints are missing in {len(bad)} frame(s), first {bad[0] + 1}."
        )
    length = np.median(np.linalg.norm(np.diff(legs[:, :, :3], axis=2), axis=-1), axis=0)
    if length.min() < 0.05 or length.max() > 1.5:
        found = ", ".join(f"{v:.3g}" for v in length.ravel())
        raise KinesisError(f"'{raw.source}': thighs and shanks of {found} m; are the units right?")


def _segment_axis(raw: RawMotion, name: str, up: np.ndarray) -> np.ndarray:
    """The direction fixed to a segment that points up on average: its tilt, free of the spine's."""
    assert raw.rotations is not None
    rotation = raw.rotations[:, raw.joint_names.index(name)]
    mean = unit(np.einsum("tji,tj->ti", rotation, up).mean(axis=0))
    return rotation @ mean


def _feet(raw: RawMotion, family: Family, legs: np.ndarray) -> np.ndarray:
    """Foot orientations in any fixed axes: the segment's rotation, or ankle, toe and knee."""
    names = [family.foot.format(s=side) for side in family.sides]
    if raw.rotations is not None and all(name in raw.joint_names for name in names):
        return raw.rotations[:, [raw.joint_names.index(name) for name in names]]
    ahead = unit(legs[:, :, 3] - legs[:, :, 2])
    shank = unit(legs[:, :, 1] - legs[:, :, 2])
    left = unit(np.cross(shank, ahead))
    return np.stack([ahead, left, np.cross(ahead, left)], axis=-1)
