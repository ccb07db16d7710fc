"""Where skin markers sit on this body's bones."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.kinematics import BODIES
from kinesis_app.motion.formats.raw import RawMotion
from kinesis_app.motion.retarget.coordinates import ANATOMICAL_FROM_OPENSIM
from kinesis_app.motion.retarget.functional import CLUSTERS, plain
from kinesis_app.motion.retarget.shape import ROOT_FROM_ANATOMICAL

PALPATED = 0.005
"""How well a bony landmark is found [m] (Della Croce et al. 2005, Gait Posture 21:226: 6 to 21 mm)."""
ANYWHERE = 1.0
"""A marker of a cluster may sit anywhere on its segment [m]."""
_ROOT_FROM_OPENSIM = ROOT_FROM_ANATOMICAL @ ANATOMICAL_FROM_OPENSIM


@dataclass(frozen=True)
class Landmark:
    """A marker's place on a bone.

    Attributes:
        body: Name without the side.
        place: Forward, up, right in the body's frame, right side [m]: the bone's surface and 10 mm of
            skin and marker.
        sigma: How far a marker may be from it along each axis [m].
    """

    body: str
    place: tuple[float, float, float]
    sigma: tuple[float, float, float] = (PALPATED,) * 3


LANDMARKS = {
    "asis": Landmark("pelvis", (0.010, 0.005, 0.128)),
    "psis": Landmark("pelvis", (-0.148, 0.020, 0.040)),
    "sacrum": Landmark("pelvis", (-0.152, 0.020, 0.0)),  # midway between the PSIS
    "hip_centre": Landmark("pelvis", (-0.0563, -0.0785, 0.0773)),
    "knee": Landmark("femur", (-0.006, -0.403, 0.048)),
    "knee_medial": Landmark("femur", (0.005, -0.403, -0.048)),
    "knee_centre": Landmark("tibia", (0.0, 0.0, 0.0)),
    "ankle": Landmark("tibia", (-0.014, -0.385, 0.046)),
    "ankle_medial": Landmark("tibia", (0.0025, -0.386, -0.037)),
    "ankle_centre": Landmark("talus", (0.0, 0.0, 0.0)),
    "heel": Landmark("calcn", (-0.018, 0.015, -0.002), (0.015, 0.02, 0.01)),
    "toe_inside": Landmark("calcn", (0.175, 0.010, -0.045), (0.02, 0.02, 0.01)),
    "toe_outside": Landmark("calcn", (0.137, 0.010, 0.053), (0.02, 0.02, 0.01)),
    "toe": Landmark("calcn", (0.22, 0.015, 0.0), (0.1, 0.03, 0.01)),  # second metatarsal or the tip
}
"""Bony landmarks of MyoLegs, read off the surfaces of its bones: on knees and malleoli the middle of what
lies within 3 mm of the outermost point, where a marker's base rests."""
SEGMENT_MARKERS = {
    "pelvis": r"iliaccrest|ic|crest",
    "femur": CLUSTERS["thigh"] + "|thi|gtr|gt",
    "tibia": CLUSTERS["shank"] + "|tib|hf|tt",
    "calcn": CLUSTERS["foot"] + "|fm\\d",
}
"""Other markers by the body they ride on, spelled after the side's letter."""


@dataclass(frozen=True)
class MarkerPlaces:
    """The markers that a body carries.

    Attributes:
        columns: Of the recording, shape (K,).
        body: Rows in ``BODIES``, shape (K,).
        place: In the body's frame, before scaling [m], shape (K, 3); zero where nothing is known.
        sigma: How well that is known [m], shape (K, 3).
    """

    columns: np.ndarray
    body: np.ndarray
    place: np.ndarray
    sigma: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Which markers are landmarks, shape (K,)."""
        return self.sigma.min(axis=1) < ANYWHERE


def marker_places(raw: RawMotion, landmark_of: dict[int, tuple[str, str]]) -> MarkerPlaces:
    """Body and place of every marker that can be told.

    Args:
        raw: The recording.
        landmark_of: Column to (key of ``LANDMARKS``, side ``r``, ``l`` or none).
    """
    rows = []
    for column, name in enumerate(raw.joint_names):
        if column in landmark_of:
            rows.append((column, *_on_bone(*landmark_of[column])))
        elif np.isfinite(raw.positions[:, column, 0]).mean() > 0.5:
            body = _segment(plain(name))
            if body:
                rows.append((column, BODIES.index(body), np.zeros(3), np.full(3, ANYWHERE)))
    columns, bodies, places, sigmas = (np.array(x) for x in zip(*rows, strict=True))
    return MarkerPlaces(columns, bodies, places, sigmas)


def _on_bone(key: str, side: str) -> tuple[int, np.ndarray, np.ndarray]:
    landmark = LANDMARKS[key]
    place = np.array(landmark.place) * [1.0, 1.0, -1.0 if side == "l" else 1.0]
    if landmark.body == "pelvis":
        return 0, _ROOT_FROM_OPENSIM @ place, np.array(landmark.sigma)
    return BODIES.index(f"{landmark.body}_{side}"), place, np.array(landmark.sigma)


def _segment(name: str) -> str | None:
    """Body that a marker named by side and segment rides on."""
    for body, spelling in SEGMENT_MARKERS.items():
        if name[:1] in ("r", "l") and re.fullmatch(spelling, name[1:]):
            return body if body == "pelvis" else f"{body}_{name[0]}"
    return None
