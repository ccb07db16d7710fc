"""Joint centres from the motion itself, where clusters of markers are all there is.

Ehrig, Taylor, Duda, Heller 2006, J Biomech 39:2798 (symmetrical centre of rotation estimation): the
centre is the pair of points, one fixed to each segment, that stay together best. What the motion
leaves open, such as the place along a hinge's axis, is taken from a rough guess.
"""

from __future__ import annotations

import re

import numpy as np

from kinesis_app.motion.formats.raw import RawMotion

CLUSTERS = {
    "thigh": r"(thigh.*|th\d|tf\d)",
    "shank": r"(shank.*|tb\d|tib\d|sk\d|sh\d)",
    "foot": r"(heel|hee|cal|midfoot.*|toe.*|mt\d)",
}
"""Spellings after the side's letter, without dots, blanks and capitals."""
GUESS_WEIGHT = 0.03
"""Weight of the guess against the motion: it decides only what the motion leaves open."""
ALONG_FOOT, ABOVE_SOLE = 0.25, 0.045
"""The ankle's rough place: share of the way from heel to toe, and height over the heel marker [m]."""


def plain(name: str) -> str:
    """A marker's name in small letters, its side first: ``R.ASIS`` and ``asis_right`` are ``rasis``."""
    words = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word and word != "study"]
    if len(words) > 1 and words[-1] in ("r", "l", "right", "left"):
        words = [words[-1], *words[:-1]]
    return re.sub(r"^(r|l)(ight|eft)", r"\1", "".join(words))


def cluster_columns(raw: RawMotion, segment: str, side: str) -> list[int]:
    """Markers of a segment; fewer than three make no cluster."""
    pattern = re.compile(side + CLUSTERS[segment])
    columns = [i for i, name in enumerate(raw.joint_names) if pattern.fullmatch(plain(name))]
    return [i for i in columns if np.isfinite(raw.positions[:, i, 0]).mean() > 0.7]


def has_clusters(raw: RawMotion, side: str) -> bool:
    """Whether thigh, shank and foot each carry three markers."""
    return all(len(cluster_columns(raw, segment, side)) >= 3 for segment in CLUSTERS)


def knee_and_ankle(
    raw: RawMotion, side: str, hip: np.ndarray, heel: np.ndarray, toe: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Centres [m] of knee and ankle of one leg, each (T, 3), from its three clusters."""
    thigh, shank, foot = (raw.positions[:, cluster_columns(raw, s, side)] for s in CLUSTERS)
    guess = heel + ALONG_FOOT * (toe - heel) + np.array([0.0, 0.0, ABOVE_SOLE])
    ankle = centre_of_rotation(shank, foot, guess)
    return centre_of_rotation(thigh, shank, 0.5 * (hip + ankle)), ankle


def centre_of_rotation(first: np.ndarray, second: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """World path (T, 3) of the joint between two clusters (T, M, 3) and (T, N, 3).

    Solves R1 c1 + p1 = R2 c2 + p2 over all frames for the points c1, c2, which also pull weakly
    towards ``guess`` (T, 3).
    """
    (r1, p1), (r2, p2) = rigid_motion(first), rigid_motion(second)
    zero = np.zeros_like(r1)
    rows = [
        np.concatenate([r1, -r2], axis=2),
        GUESS_WEIGHT * np.concatenate([r1, zero], axis=2),
        GUESS_WEIGHT * np.concatenate([zero, r2], axis=2),
    ]
    goals = [p2 - p1, GUESS_WEIGHT * (guess - p1), GUESS_WEIGHT * (guess - p2)]
    matrix, goal = np.concatenate(rows).reshape(-1, 6), np.concatenate(goals).ravel()
    c = np.linalg.lstsq(matrix, goal, rcond=None)[0]
    return 0.5 * (r1 @ c[:3] + p1 + r2 @ c[3:] + p2)


def rigid_motion(cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotation (T, 3, 3) and middle (T, 3) of a cluster (T, M, 3) against its first frame (Kabsch 1976)."""
    middle = cluster.mean(axis=1)
    shape = cluster[0] - middle[0]
    u, _, vt = np.linalg.svd(np.einsum("mi,tmj->tij", shape, cluster - middle[:, None]))
    mirror = np.ones((len(cluster), 3))
    mirror[:, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = np.swapaxes(vt, 1, 2) @ (mirror[:, :, None] * np.swapaxes(u, 1, 2))
    return rotation, middle
