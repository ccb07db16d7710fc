"""What may be asked of a session (commands), what it tells (events), what may be known (snapshots).

Commands and events are ordered and never lost. Of snapshots only the latest counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kinesis_app.experiment import Experiment
from kinesis_app.motion.clip import MotionClip
from kinesis_app.session.snapshot import Snapshot as Snapshot


@dataclass(frozen=True)
class Play:
    """Let time run."""


@dataclass(frozen=True)
class Pause:
    """Stop time; everything can still be looked at."""


@dataclass(frozen=True)
class StepForward:
    """Pause and advance by control steps: through the history while the past is reviewed, then live."""

    count: int = 1


@dataclass(frozen=True)
class StepBack:
    """Pause and review the state some control steps ago, as far as the history goes."""

    count: int = 1


@dataclass(frozen=True)
class Seek:
    """Pause and review the recorded state nearest to ``run_time`` [s]; nothing is forgotten.

    From there ``Play`` shows the recorded past again and goes on live where it ends;
    ``ContinueFromHere``, or any command that changes the run, branches.
    """

    run_time: float


@dataclass(frozen=True)
class ContinueFromHere:
    """Branch: forget what came after the state under review, and go on from it, live."""


@dataclass(frozen=True)
class SetLoopRange:
    """Show the history between two run times [s] again and again; None ends that."""

    range: tuple[float, float] | None


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
class Pull:
    """Pull a body by hand, as long as nothing else is said; a force of zero lets go.

    Attributes:
        body: Its name in the model, such as ``femur_r``.
        point: Where, in the frame of the body [m].
        force: In the world [N].
    """

    body: str
    point: tuple[float, float, float]
    force: tuple[float, float, float]


@dataclass(frozen=True)
class MoveBody:
    """Put the whole human elsewhere; over the ground the reference goes along.

    Attributes:
        shift: In the world [m].
        turn: About the pelvis: axis in the world times angle [rad].
    """

    shift: tuple[float, float, float]
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class SetExperiment:
    """Do this, and nothing else, to the human from now on; ``NORMAL`` ends all experiments."""

    experiment: Experiment


@dataclass(frozen=True)
class ExportRun:
    """Write the history to a file, on a helper thread; an ``Exported`` event tells when it is there.

    Attributes:
        path: ``.sto``, ``.mot``, ``.csv`` or ``.npz`` says what is written.
        range: Run times of the first and the last instant [s]; None: all of the present motion.
        overwrite: Whether an existing file may be replaced.
    """

    path: Path
    range: tuple[float, float] | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class Surprise:
    """Let goals, sentences, directions and pushes come at random, or no longer.

    Attributes:
        on: Whether they come.
        seed: Of all of them.
        force: Hardest push [N].
    """

    on: bool
    seed: int = 0
    force: float = 80.0


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
    | Seek
    | ContinueFromHere
    | SetLoopRange
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
    | Pull
    | MoveBody
    | SetExperiment
    | ExportRun
    | SetLoop
    | Surprise
    | Quit
)


@dataclass(frozen=True)
class Event:
    """Something the user should know; ``level`` is ``info``, ``warning`` or ``error``."""

    level: str
    text: str


@dataclass(frozen=True)
class Branched(Event):
    """What came after ``run_time`` [s] is forgotten: the run goes on from there."""

    run_time: float


@dataclass(frozen=True)
class Failed(Event):
    """A control step failed and the run is paused; ``post_mortem`` is what was written of it."""

    post_mortem: Path | None


@dataclass(frozen=True)
class Exported(Event):
    """A file was written."""

    path: Path
