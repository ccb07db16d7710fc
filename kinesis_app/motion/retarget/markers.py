"""Skin markers to joint angles, by way of joint centres.

A first guess puts the hips by regression, knees and ankles inside their markers; the body then
follows all markers (:mod:`kinesis_app.motion.retarget.marker_fit`).
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from kinesis_app.body.joints import JOINT_NAMES
from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import RawMotion
from kinesis_app.motion.retarget.anatomy import Anatomy, check_axes, frame_from, unit
from kinesis_app.motion.retarget.functional import cluster_columns, has_clusters, knee_and_ankle, plain
from kinesis_app.motion.retarget.landmarks import LANDMARKS, MarkerPlaces, marker_places
from kinesis_app.motion.retarget.marker_fit import follow_markers
from kinesis_app.motion.retarget.tracks import whole

MARKER_RADIUS = 0.007
HALF_KNEE, HALF_ANKLE = 0.047, 0.030
"""Half the bony width of an adult's knee and ankle [m], where there is no medial marker."""
ALIASES: dict[str, tuple[str, ...]] = {
    "asis": ("asis", "asi", "ias"),
    "psis": ("psis", "psi", "ips"),
    "hip_centre": ("hjc",),
    "knee_centre": ("kjc",),
    "ankle_centre": ("ajc",),
    "knee": ("knee", "kne", "latknee", "kneelat", "lfe", "lfc", "fle", "le"),
    "knee_medial": ("kneemedial", "kneemed", "medknee", "mknee", "mfe", "mfc", "fme", "me", "knm"),
    "ankle": ("ankle", "ank", "anklelat", "latankle", "lm", "lmal", "fal"),
    "ankle_medial": ("anklemedial", "anklemed", "medankle", "mankle", "mm", "mmal", "tam", "med"),
    "heel": ("heel", "hee", "cal", "calc", "fcc", "ca"),
    "toe": ("mt2", "fm2", "sm", "smh", "toe", "toetip"),
    "toe_inside": ("mt1", "fm1", "fm", "fmh", "1meta", "toemed"),
    "toe_outside": ("mt5", "fm5", "vm", "vmh", "5meta", "toelat"),
    "shoulder": ("shoulder", "acromium", "acromion", "acr", "sho"),
}
"""Spellings after the side's letter, without dots, blanks and capitals."""
SACRUM = ("vsacral", "s2", "sacr", "sacrum")


def is_marker_set(raw: RawMotion) -> bool:
    """True if the names are those of skin markers: there is a right front pelvis marker."""
    return raw.rotations is None and _find(raw, "asis", "r") is not None


def from_markers(raw: RawMotion) -> Anatomy:
    """Joint angles that follow the markers; joint centres only, if angles came with them.

    First guess of the hips: Harrington et al. 2007, J Biomech 40:595, from pelvis width and depth.

    Raises:
        KinesisError: If a marker that is needed is missing, with the names that would do.
    """
    notes = list(raw.notes)
    clustered = [side for side in "rl" if _lacks_joints(raw, side) and has_clusters(raw, side)]
    used = [i for i in range(len(raw.joint_names)) if _needed(raw, i)]
    for side in clustered:
        used += [i for s in ("thigh", "shank", "foot") for i in cluster_columns(raw, s, side)]
    raw = _right_handed(whole(raw, sorted(set(used)), notes), notes)
    pelvis, hips = _pelvis(raw, notes)
    raw = _sides_put_right(raw, pelvis, notes)
    legs = np.empty((raw.n_frames, 2, 4, 3))
    feet = np.empty((raw.n_frames, 2, 3, 3))
    for s, side in enumerate("rl"):
        heel, toe = _need(raw, "heel", side), _toe(raw, side)
        if side in clustered:
            knee, ankle = knee_and_ankle(raw, side, hips[:, s], heel, toe)
        else:
            inward = pelvis[:, :, 1] * (1.0 if side == "r" else -1.0)
            knee = _joint(raw, "knee", side, hips[:, s], inward, HALF_KNEE, notes)
            ankle = _joint(raw, "ankle", side, knee, inward, HALF_ANKLE, notes)
        legs[:, s] = np.stack([hips[:, s], knee, ankle, toe], axis=1)
        feet[:, s] = frame_from(unit(np.cross(ankle - heel, toe - heel)), ankle - heel)
    if clustered:
        notes.append("no knee and ankle markers: centres of rotation between clusters (Ehrig et al. 2006)")
    posture, trunk = _posture(raw), _trunk(raw, hips)
    check_axes(Anatomy(raw.fps, legs, pelvis, feet), raw.source)
    anatomy = Anatomy(raw.fps, legs, pelvis, feet, trunk, posture=posture, notes=tuple(notes))
    return anatomy if posture is not None else follow_markers(anatomy, raw.positions, _places(raw))


def _places(raw: RawMotion) -> MarkerPlaces:
    """Where the markers sit on this body."""
    found = {_column(raw, "sacrum", ""): ("sacrum", "")}
    for part, side in itertools.product(ALIASES, "rl"):
        if part in LANDMARKS:
            found[_column(raw, part, side)] = (part, side)
    return marker_places(raw, {column: what for column, what in found.items() if column is not None})


def _lacks_joints(raw: RawMotion, side: str) -> bool:
    return any(
        _find(raw, part, side) is None and _find(raw, f"{part}_centre", side) is None
        for part in ("knee", "ankle")
    )


def _posture(raw: RawMotion) -> np.ndarray | None:
    """Joint angles [rad] (T, 14) that came with the markers."""
    if not raw.coordinates:
        return None
    zero = np.zeros(raw.n_frames)
    return np.stack([raw.coordinates.get(name, zero) for name in JOINT_NAMES], axis=1)


def _sides_put_right(raw: RawMotion, pelvis: np.ndarray, notes: list[str]) -> RawMotion:
    """Exchange pairs of markers whose right one is on the left of the left one throughout."""
    names = list(raw.joint_names)
    for part in ("knee", "ankle", "heel", "toe", "toe_inside", "toe_outside", "knee_medial", "ankle_medial"):
        a, b = _column(raw, part, "r"), _column(raw, part, "l")
        if a is None or b is None:
            continue
        across = np.sum((raw.positions[:, b] - raw.positions[:, a]) * pelvis[:, :, 1], axis=1)
        if np.percentile(across, 90.0) < 0.0:
            names[a], names[b] = names[b], names[a]
            notes.append(f"'{names[b]}' and '{names[a]}' are exchanged in the whole recording: put right")
    return replace(raw, joint_names=tuple(names))


def _find(raw: RawMotion, part: str, side: str) -> np.ndarray | None:
    column = _column(raw, part, side)
    return None if column is None else raw.positions[:, column]


def _column(raw: RawMotion, part: str, side: str) -> int | None:
    wanted = {side + alias for alias in ALIASES[part]} if part in ALIASES else set(SACRUM)
    for i, name in enumerate(raw.joint_names):
        if plain(name) in wanted and _seen(raw.positions[:, i]):
            return i
    return None


def _seen(marker: np.ndarray) -> bool:
    """Present in a good part of the frames; static-trial markers are not."""
    return bool(np.isfinite(marker[:, 0]).mean() > 0.25)


def _need(raw: RawMotion, part: str, side: str) -> np.ndarray:
    marker = _find(raw, part, side)
    if marker is None:
        letter = side.upper()
        names = ", ".join(f"{letter}.{alias.capitalize()}" for alias in ALIASES[part])
        raise KinesisError(
            f"'{raw.source}': no marker for the {'right' if side == 'r' else 'left'} {part}; "
            f"names that would do: {names}."
        )
    return marker


def _needed(raw: RawMotion, column: int) -> bool:
    names = {side + alias for side in "rl" for aliases in ALIASES.values() for alias in aliases}
    return plain(raw.joint_names[column]) in names | set(SACRUM) and _seen(raw.positions[:, column])


def _right_handed(raw: RawMotion, notes: list[str]) -> RawMotion:
    """Mirrored sideways if the right hip would be on the left: some files have an axis reversed."""
    right, left = _need(raw, "asis", "r"), _need(raw, "asis", "l")
    ahead = 0.5 * (right + left) - _back(raw)
    turn = ahead[:, 0] * (left - right)[:, 1] - ahead[:, 1] * (left - right)[:, 0]
    if np.median(turn) > 0.0:
        return raw
    notes.append("left and right are exchanged (left-handed axes or swapped names): mirrored sideways")
    return replace(raw, positions=raw.positions * np.array([1.0, -1.0, 1.0]))


def _back(raw: RawMotion) -> np.ndarray:
    """Middle of the back of the pelvis [m], shape (T, 3)."""
    right, left = (_find(raw, "psis", side) for side in "rl")
    if right is not None and left is not None:
        return 0.5 * (right + left)
    sacrum = _find(raw, "sacrum", "")
    if sacrum is None:
        raise KinesisError(f"'{raw.source}': no marker at the back of the pelvis (R.PSIS and L.PSIS, or S2).")
    return sacrum


def _pelvis(raw: RawMotion, notes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Pelvis frame (T, 3, 3) and hip centres (T, 2, 3)."""
    right, left, back = _need(raw, "asis", "r"), _need(raw, "asis", "l"), _back(raw)
    front = 0.5 * (right + left)
    pelvis = frame_from(unit(left - right), unit(np.cross(front - back, left - right)))
    centres = [_find(raw, "hip_centre", side) for side in "rl"]
    if centres[0] is not None and centres[1] is not None:
        notes.append("hip centres as stored in the file")
        return pelvis, np.stack([centres[0], centres[1]], axis=1)
    depth = float(np.median(np.linalg.norm(front - back, axis=1)))
    width = float(np.median(np.linalg.norm(left - right, axis=1)))
    # In (forward, left, up) from the middle of the front markers; metres.
    behind, below, aside = -0.24 * depth - 0.0099, -0.30 * width - 0.0109, 0.33 * width + 0.0073
    hips = [front + pelvis @ np.array([behind, lateral, below]) for lateral in (-aside, aside)]
    return pelvis, np.stack(hips, axis=1)


def _joint(
    raw: RawMotion, part: str, side: str, above: np.ndarray, inward: np.ndarray, half: float, notes: list[str]
) -> np.ndarray:
    """The stored centre, or between lateral and medial marker, or half a width inside the lateral one."""
    stored = _find(raw, f"{part}_centre", side)
    if stored is not None:
        return stored
    outer, inner = _need(raw, part, side), _find(raw, f"{part}_medial", side)
    if inner is not None:
        return 0.5 * (outer + inner)
    note = f"no medial {part} marker: centre {1e3 * (half + MARKER_RADIUS):.0f} mm inside the lateral one"
    if note not in notes:
        notes.append(note)
    along = unit(above - outer)
    across = unit(inward - np.sum(inward * along, axis=1, keepdims=True) * along)
    return outer + (half + MARKER_RADIUS) * across


def _toe(raw: RawMotion, side: str) -> np.ndarray:
    inside, outside = _find(raw, "toe_inside", side), _find(raw, "toe_outside", side)
    if inside is not None and outside is not None:
        return 0.5 * (inside + outside)
    return _need(raw, "toe", side)


def _trunk(raw: RawMotion, hips: np.ndarray) -> np.ndarray | None:
    right, left = _find(raw, "shoulder", "r"), _find(raw, "shoulder", "l")
    if right is None or left is None or np.isnan(right).any() or np.isnan(left).any():
        return None
    return frame_from(unit(left - right), unit(0.5 * (left + right) - hips.mean(axis=1)))
