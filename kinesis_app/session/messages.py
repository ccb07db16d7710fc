"""What may be asked of a session (commands), what it tells (events), what may be known (snapshots).

Commands and events are ordered and never lost. Of snapshots only the latest counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinesis_app.command import Task
from kinesis_app.motion.clip import MotionClip


@dataclass(frozen=True)
class Play:
    """Let time run."""


@dataclass(frozen=True)
class Pause:
    """Stop time; everything can still be looked at."""


@dataclass(frozen=True)
class StepForward:
    """Pause and advance by control steps."""

    count: int = 1


@dataclass(frozen=True)
class StepBack:
    """Pause and return to the state some control steps ago, as far as the history goes."""

    count: int = 1


@dataclass(frozen=True)
class Reset:
    """Back to the first frame of the motion."""


@dataclass(frozen=True)
class SetRate:
    """Simulated seconds per second: 0.1 to 8, or ``inf`` for as fast as it goes."""

    rate: float


@dataclass(frozen=True)
class LoadMotion:
    """Follow another clip, from its first frame."""

    clip: MotionClip


@dataclass(frozen=True)
class LoadPolicy:
    """Let another policy drive the muscles, from here on. ``name`` is a shipped one or a path."""

    name: str


@dataclass(frozen=True)
class SetWalkingSpeed:
    """Walk on at this speed [m/s]; only for generated walks, 0 means stand."""

    speed: float


@dataclass(frozen=True)
class TypedCommand:
    """Do what an English sentence says, in place of what is being done."""

    text: str


@dataclass(frozen=True)
class CancelCommand:
    """Drop the typed command and all goals, and come to a stop."""


@dataclass(frozen=True)
class SetGoal:
    """Go to a place on the ground [m], facing ``heading`` [rad] there if given.

    ``queue`` appends it to the goals there are; otherwise it replaces them.
    """

    x: float
    y: float
    heading: float | None = None
    queue: bool = False


@dataclass(frozen=True)
class MoveGoal:
    """Put the goal of this index (0 is the next one) somewhere else; as often as a drag likes."""

    index: int
    x: float
    y: float
    heading: float | None = None


@dataclass(frozen=True)
class ClearGoals:
    """Forget the goals and come to a stop."""


@dataclass(frozen=True)
class Steer:
    """Walk on in a direction until something else is asked.

    Attributes:
        heading: Direction in the world [rad]; None keeps the present one.
        speed_change: Added to the walking speed [m/s].
        stop: Stand instead.
    """

    heading: float | None = None
    speed_change: float = 0.0
    stop: bool = False


@dataclass(frozen=True)
class Push:
    """Push the pelvis: force in the world frame [N], shape (3,), for ``seconds``."""

    force: tuple[float, float, float]
    seconds: float = 0.2


@dataclass(frozen=True)
class SetLoop:
    """Whether a clip that ends (or a human that fell) starts again."""

    on: bool


@dataclass(frozen=True)
class Quit:
    """End the session's thread."""


Command = (
    Play
    | Pause
    | StepForward
    | StepBack
    | Reset
    | SetRate
    | LoadMotion
    | LoadPolicy
    | SetWalkingSpeed
    | TypedCommand
    | CancelCommand
    | SetGoal
    | MoveGoal
    | ClearGoals
    | Steer
    | Push
    | SetLoop
    | Quit
)


@dataclass(frozen=True)
class Event:
    """Something the user should know; ``level`` is ``info``, ``warning`` or ``error``."""

    level: str
    text: str


@dataclass(frozen=True)
class Snapshot:
    """All a viewer may know of one instant. Arrays are copies, safe to keep.

    Attributes:
        time: Simulated time since the motion began [s].
        step: Control steps since the motion began.
        qpos: shape (35,).
        qvel: shape (34,).
        excitation: Of the last physics step, shape (80,).
        activation: shape (80,).
        muscle_force: Tension [N], positive, shape (80,).
        muscle_length: Muscle-tendon length [m], shape (80,).
        grf: Ground reaction force on the right and left foot in the world [N], shape (2, 3).
        reference_qpos: What the policy is asked to do now, shape (35,).
        body_error: Mean distance of the seven bodies from the reference [m].
        push: Force on the pelvis now [N], shape (3,).
        playing: Whether time runs.
        rate: Simulated seconds per second asked for.
        real_time_factor: Simulated seconds per second achieved over the last second.
        step_ms: Computing time of the last control step [ms].
        motion: Name of the clip.
        motion_seconds: Its duration [s].
        policy: Name of the policy.
        walking_speed: Speed asked of a generated walk [m/s]; None for other clips.
        fallen: Whether the human lost the reference by more than 0.5 m or fell.
        task: What was asked by typing, clicking or steering, and how far it is; None if nothing.
    """

    time: float
    step: int
    qpos: np.ndarray
    qvel: np.ndarray
    excitation: np.ndarray
    activation: np.ndarray
    muscle_force: np.ndarray
    muscle_length: np.ndarray
    grf: np.ndarray
    reference_qpos: np.ndarray
    body_error: float
    push: np.ndarray
    playing: bool
    rate: float
    real_time_factor: float
    step_ms: float
    motion: str
    motion_seconds: float
    policy: str
    walking_speed: float | None
    fallen: bool
    task: Task | None = None
