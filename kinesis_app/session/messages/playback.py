"""Commands about time: let it run, stop it, go back in it, end it."""

from __future__ import annotations

from dataclasses import dataclass


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
class SetLoop:
    """Whether a clip that ends (or a human that fell) starts again."""

    on: bool


@dataclass(frozen=True)
class SetRate:
    """Simulated seconds per second: 0.1 to 8, or ``inf`` for as fast as it goes."""

    rate: float


@dataclass(frozen=True)
class Reset:
    """Back to the first frame of the motion."""


@dataclass(frozen=True)
class Quit:
    """End the session's thread."""


PlaybackCommand = (
    Play
    | Pause
    | StepForward
    | StepBack
    | Seek
    | ContinueFromHere
    | SetLoopRange
    | SetLoop
    | SetRate
    | Reset
    | Quit
)
