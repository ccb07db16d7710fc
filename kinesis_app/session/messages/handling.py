"""Commands that do something to the human: forces, another place, an experiment."""

from __future__ import annotations

from dataclasses import dataclass

from kinesis_app.experiment import Experiment


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
class SetForesight:
    """Whether a human that would fall as it goes goes on another way, as far as a forward model finds one."""

    on: bool


HandlingCommand = Push | Pull | MoveBody | SetExperiment | Surprise | SetForesight
