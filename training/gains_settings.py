"""What the search for the teacher's gains tries them on, and how it judges them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GainsSettings:
    """The search for gains of one gait.

    Attributes:
        candidates: Gains tried side by side in a generation.
        starts, ends, amid: How many bodies of each candidate begin before the gait starts, before it ends
            and amid it; where the motions lack one kind, the others share its bodies.
        held_out: Bodies of the comparison at the end.
        seconds: How long a body has to hold out, or to the end of its motion [s].
        before_start, before_end: How long before a change of gait a body begins [s].
        apart: Time between the places amid a gait at which bodies may begin [s].
        pushes: Forces on the pelvis, one of them by lot for each body, from any side [N].
        push_at, push_seconds: When a push comes and how long it lasts [s].
        sideways: Standard deviation of a body's velocity across the world's x at the start [m/s].
        activation: Of all muscles at the start.
        fail_distance: Mean body error at which a body is lost [m].
        fail_drop: How far its pelvis may be below the reference's [m].
        error_weight: What a metre of body error costs of the score 1 of a body that holds out [1/m].
        stray_weight: What a metre costs by which a body took its reference along [1/m].
        survival_weight: What a body that held out earns beside.
        spread: Standard deviation of the first generation, in the search's own units: the logarithm of a
            gain, or ``step_unit`` and ``tilt_unit``.
        reach: How far the search may go from where it began, in these units.
        step_unit, tilt_unit: What counts as 1 for gains that may be negative.
    """

    candidates: int = 16
    starts: int = 4
    ends: int = 3
    amid: int = 9
    held_out: int = 70
    seconds: float = 6.0
    before_start: float = 0.5
    before_end: float = 2.0
    apart: float = 1.0
    pushes: tuple[float, ...] = (0.0, 0.0, 0.0, 30.0)
    push_at: float = 0.67
    push_seconds: float = 0.2
    sideways: float = 0.04
    activation: float = 0.03
    fail_distance: float = 0.35
    fail_drop: float = 0.25
    error_weight: float = 4.0
    stray_weight: float = 0.1
    survival_weight: float = 0.3
    spread: float = 0.15
    reach: float = 2.5
    step_unit: float = 0.3
    tilt_unit: float = 0.4
