"""The gentlest correction of a finished clip: what the floor can carry, feet that stay where they stand.

Real recordings ask this body for what no floor gives: it has no arms and one rigid trunk, its
masses are not the subject's, and marker noise is acceleration. Three things are changed, as
little as possible, and reported in millimetres:

1. standing feet are laid flat, those that slide are held, swinging feet that would scuff are lifted over the
   floor;
2. the trunk leans, and the pelvis moves and turns, so that the zero moment point (ZMP) lies within the
   soles that rest, and so that in flight the body falls freely and keeps its angular momentum;
3. the legs follow by inverse kinematics.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import quat_from_rotvec, quat_mul
from kinesis_app.motion.balance import Tolerance, gentlest
from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.dynamics import WORK_FPS
from kinesis_app.motion.retarget.clip_state import CARRIES, LIGHT, ClipState, body_weight
from kinesis_app.motion.retarget.flattening import laid_flat
from kinesis_app.motion.retarget.footing import foot_shift, stances, unsunk
from kinesis_app.motion.retarget.leaning import balanced
from kinesis_app.motion.retarget.planting import Footing, on_feet, out_of_reach
from kinesis_app.motion.retarget.shape import CALCN

TOLERANCE = Tolerance(zmp=0.002, fall=0.2, shift=0.03, jerk=200.0)
TURN_TOLERANCE, INERTIA, MOST = Tolerance(zmp=1.0, fall=0.5, shift=0.05, jerk=200.0), 11.0, 0.12
"""The same for turns, the body's moment of inertia about its hips [kg m^2], and the largest turn [rad]."""
FREE, INSIDE = 0.1, 0.01
"""A ZMP within the soles is held this much less where it is, one outside is brought so far inside [m]."""
LARGEST = 0.12
"""Largest shift of the pelvis [m]."""
ROUNDS, ENOUGH = 10, 0.01
"""Most rounds, and the root residual at which they end [body weights]."""
AGAIN, TOO_FAR = (0, 1, 3), 0.017
"""After these rounds stances in which a foot still slides further than this [m] are held once more."""
FEWEST, SETTLED = 3, 0.01
"""After so many rounds one that changes what is bad by less than this share is the last."""
PER_MM = 0.005
"""Missing force that is as bad as a ZMP one millimetre outside the soles [body weights]."""
PER_MM_TOO_FAR = 0.02
"""The same for a foot that slides one millimetre further than ``TOO_FAR``."""
BALANCED = 2.0
"""Mean distance of the ZMP from the soles at which they end [mm]."""
HELD = 0.004
"""Feet that need no larger way than this are left alone [m]."""
WORSE = 1.2
"""How much larger a residual may become for the sake of feet that do not slide or scuff."""
SHORTEST_CLIP = 15  # frames; a shorter clip stays as it is


@dataclass(frozen=True)
class Correction:
    """What a clip needed to become feasible.

    Attributes:
        pelvis_mm: Largest shift of the pelvis, (forward and sideways, up or down).
        foot_mm: Largest shift of a foot.
        residual_before, residual_after: RMS of the root force without a source [body weights].
        zmp_before_mm, zmp_after_mm: Mean distance of the ZMP from the soles that rest.
    """

    pelvis_mm: tuple[float, float]
    foot_mm: float
    residual_before: float
    residual_after: float
    zmp_before_mm: float
    zmp_after_mm: float

    def figures(self) -> dict[str, Any]:
        """As plain data, for a clip's ``info``."""
        return asdict(self)


def make_feasible(clip: MotionClip, largest: float = LARGEST) -> tuple[MotionClip, Correction]:
    """The clip, changed as little as possible so that the floor can carry it.

    Args:
        clip: Any clip at any rate; it comes back at the same rate.
        largest: Largest shift of the pelvis [m].

    Returns:
        The corrected clip (the same if nothing was gained) and what that took.
    """
    work = resample(clip, WORK_FPS)
    first = ClipState.of(work)
    state = balanced(first)
    best = state if _badness(state) < _badness(first) else first
    stance = stances(state)
    flat = laid_flat(state, stance)
    if flat is not state:
        state, stance = flat, stances(flat)
        best = flat if _hardly_worse(flat, best) else best
    work = state.clip
    footing = Footing.of(state, stance)
    way = foot_shift(state, stance)
    root, turn, now = work.root_pos, np.zeros_like(work.root_pos), np.inf
    for count in range(0 if _fine(state, way) or work.n_frames < SHORTEST_CLIP else ROUNDS):
        footing = footing.shifted(way)
        shift, turn = _pelvis_shift(state, root - work.root_pos), _pelvis_turn(state, turn)
        root = work.root_pos + largest * np.tanh(shift / largest)
        quat = quat_mul(quat_from_rotvec(turn), work.root_quat)
        root = root - np.outer(out_of_reach(root, quat, footing), [0.0, 0.0, 1.0])
        state = ClipState.of(on_feet(replace(state.clip, root_pos=root, root_quat=quat), footing))
        # The first round is kept for its feet, unless it asks for new forces.
        if _hardly_worse(state, best) if count == 0 else _badness(state) < _badness(best):
            best = state
        way, before, now = unsunk(state), now, _badness(state)
        if count in AGAIN and state.slide > TOO_FAR:
            stance = stances(state)
            footing, way = replace(footing, stance=stance), way + foot_shift(state, stance, TOO_FAR)
        if _fine(state, way) or (count > FEWEST and abs(before - now) < SETTLED * now):
            break
    return resample(best.clip, clip.fps), _told(first, best)


def _told(first: ClipState, best: ClipState) -> Correction:
    feet = best.frames.pos[:, CALCN] - first.frames.pos[:, CALCN]
    moved = best.clip.root_pos - first.clip.root_pos
    return Correction(
        pelvis_mm=(
            1e3 * float(np.linalg.norm(moved[:, :2], axis=1).max()), 1e3 * float(np.abs(moved[:, 2]).max())
        ),
        foot_mm=1e3 * float(np.linalg.norm(feet, axis=2).max()),
        residual_before=first.residual,
        residual_after=best.residual,
        zmp_before_mm=first.zmp_mm,
        zmp_after_mm=best.zmp_mm,
    )  # fmt: skip


def _badness(state: ClipState) -> float:
    """Missing force [body weights], and what the zero moment point misses and feet slide, at their worth."""
    too_far = 1e3 * max(state.slide - TOO_FAR, 0.0)
    return state.residual + PER_MM * state.zmp_mm + PER_MM_TOO_FAR * too_far


def _hardly_worse(state: ClipState, best: ClipState) -> bool:
    """Whether feet that lie flat, hold and clear the floor cost no more than they are worth."""
    return _badness(state) < WORSE * _badness(best) + ENOUGH


def _fine(state: ClipState, way: np.ndarray) -> bool:
    moved = float(np.abs(way).max())
    return state.residual < ENOUGH and state.zmp_mm < BALANCED and moved < HELD and state.slide < TOO_FAR


def _pelvis_shift(state: ClipState, so_far: np.ndarray) -> np.ndarray:
    """Whole way of the pelvis [m], shape (T, 3), that brings ZMP and flight in order.

    Args:
        state: Of the clip with the way taken so far.
        so_far: That way [m], shape (T, 3).
    """
    air = _in_air(state)
    taken = np.gradient(np.gradient(so_far, axis=0), axis=0) * WORK_FPS**2
    fall = taken - state.wrench[:, :3] / physics_model().body_mass.sum()
    rise = np.gradient(np.gradient(state.clip.root_pos[:, 2])) * WORK_FPS**2
    lever = state.clip.root_pos[:, 2] / np.maximum(9.81 + rise, 3.0)
    outside = np.linalg.norm(np.nan_to_num(state.excess), axis=1)
    carried = (1.0 - air) * np.isfinite(state.excess[:, 0]) * np.where(outside > 0.0, 1.0, FREE)
    inwards = np.nan_to_num(state.excess) * (1.0 + INSIDE / np.maximum(outside, INSIDE))[:, None]
    excess = inwards + so_far[:, :2] - lever[:, None] * taken[:, :2]
    still = np.zeros(len(air))
    out = [
        gentlest(excess[:, axis], lever, fall[:, axis], carried, air, TOLERANCE, WORK_FPS) for axis in (0, 1)
    ]
    # Vertically only flight asks for something; support carries any force.
    out.append(gentlest(still, still, fall[:, 2], still, air, TOLERANCE, WORK_FPS))
    return np.stack(out, axis=1)


def _pelvis_turn(state: ClipState, so_far: np.ndarray) -> np.ndarray:
    """Whole turn of the pelvis [rad], rotation vectors (T, 3), that keeps the angular momentum in flight."""
    air, still = _in_air(state), np.zeros(len(so_far))
    taken = np.gradient(np.gradient(so_far, axis=0), axis=0) * WORK_FPS**2
    turn = np.zeros_like(so_far)
    for axis in (0, 1):
        wanted = taken[:, axis] - state.wrench[:, 3 + axis] / INERTIA
        turn[:, axis] = gentlest(still, still, wanted, still, air, TURN_TOLERANCE, WORK_FPS)
    return MOST * np.tanh(turn / MOST)


def _in_air(state: ClipState) -> np.ndarray:
    """1 where nothing carries the body, 0 elsewhere, shape (T,)."""
    light = state.wrench[:, 2] < LIGHT * body_weight()
    return ((state.ready.max(axis=(1, 2)) < CARRIES) | light).astype(float)
