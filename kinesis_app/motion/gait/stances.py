"""Stances: which foot stands where and when, and who carries how much."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, replace

import numpy as np

GRID_FPS = 150.0
"""All events and frames lie on this grid [1/s]."""
STANDING_PHASE = 0.2
"""Phase of a foot at rest: foot flat, body above it."""
LONG = 10_000_000
"""Frames; stands for "always"."""
KEPT_EVENTS = 8
"""Events of each foot, and knots of the load, kept of the time before a window."""


@dataclass(frozen=True)
class Stance:
    """One foot on the floor from strike to off.

    Attributes:
        land, off: Grid frames of foot strike and foot off; far outside for standing at the ends.
        pose: Footprint x, y [m] under the ankle and direction of the foot [rad], (3,).
        speed_in, speed_out: Speed forward of the steps before and after [m/s], backward -.
        rest: Grid frame from which the body stands still on it, until the foot leaves; LONG for never.
    """

    land: int
    off: int
    pose: np.ndarray
    speed_in: float
    speed_out: float
    rest: int = LONG


@dataclass(frozen=True)
class Footsteps:
    """All stances of the right (0) and left (1) foot, and who carries how much.

    Attributes:
        stances: Per foot its stances in order.
        events: Per foot knots (frame, cycle phase) for the phase of the gait cycle.
        load: Knots (frame, share of the weight on the right foot), smooth steps in between.
    """

    stances: tuple[list[Stance], list[Stance]]
    events: tuple[list[tuple[int, float]], list[tuple[int, float]]]
    load: list[tuple[int, float]]


@dataclass(frozen=True)
class Begun:
    """Footsteps already taken, from which planning goes on.

    Attributes:
        steps: Footsteps up to ``strike``.
        strike: Grid frame from which steps are to be planned.
        swing: Foot that swings next, right (0) or left (1).
        walking: Whether a step is under way (else both feet stand).
    """

    steps: Footsteps
    strike: int
    swing: int
    walking: bool = True


def since(steps: Footsteps, frame: int) -> Footsteps:
    """The footsteps that matter from ``frame`` on: an hour's walk must not make its next step slow."""

    def recent(knots: list[tuple[int, float]]) -> list[tuple[int, float]]:
        return knots[max(bisect.bisect_left(knots, (frame, -1.0)) - KEPT_EVENTS, 0) :]

    right, left = ([stance for stance in stances if stance.off > frame] for stances in steps.stances)
    return Footsteps((right, left), (recent(steps.events[0]), recent(steps.events[1])), recent(steps.load))


def until(full: Footsteps, last: int) -> Footsteps:
    """Footsteps up to a frame; who stands there stands for good."""

    def kept(stances: list[Stance]) -> list[Stance]:
        done = [s for s in stances if s.land <= last]
        return [*done[:-1], done[-1] if done[-1].off <= last else replace(done[-1], off=LONG)]

    right, left = ([event for event in events if event[0] <= last] for events in full.events)
    load = [knot for knot in full.load if knot[0] <= last]
    return Footsteps((kept(full.stances[0]), kept(full.stances[1])), (right, left), load)
