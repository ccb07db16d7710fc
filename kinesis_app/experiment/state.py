"""What an experiment remembers from control step to control step."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.experiment import pushes
from kinesis_app.experiment.conditions import fatigued_after
from kinesis_app.experiment.experiment import Experiment
from kinesis_app.experiment.gait_phase import GaitPhase, next_phase


@dataclass(frozen=True)
class ExperimentState:
    """Belongs to one instant.

    Attributes:
        fatigued: Fatigued fraction of each muscle, shape (80,).
        phase: Of the gait cycle.
        started: The experiment's pushes as far as they have begun.
        on_their_way: Commands that the muscles obey in the coming control steps, the next first, (80,) each.
    """

    fatigued: np.ndarray = field(default_factory=lambda: np.zeros(N_MUSCLES))
    phase: GaitPhase = field(default_factory=GaitPhase)
    started: tuple[pushes.Started | None, ...] = ()
    on_their_way: tuple[np.ndarray, ...] = ()


def at_start(experiment: Experiment, heading: float) -> ExperimentState:
    """When the motion begins, the human facing ``heading`` [rad]."""
    start = experiment.fatigue.start if experiment.fatigue is not None else 0.0
    state = ExperimentState(np.full(N_MUSCLES, start), started=(None,) * len(experiment.pushes))
    return _begin_pushes(experiment, state, state.phase, 0, heading)


def carried_over(
    old: Experiment, new: Experiment, state: ExperimentState, step: int, heading: float
) -> ExperimentState:
    """The state when ``new`` takes the place of ``old``: pushes that have begun are not begun again.

    A shorter delay drops the commands that have been longest on their way.
    """
    late = state.on_their_way[-new.delay :] if new.delay else ()
    begun = dict(zip(old.pushes, state.started, strict=True))
    state = replace(state, started=tuple(begun.get(push) for push in new.pushes), on_their_way=late)
    if old.fatigue is None or new.fatigue is None:
        state = replace(state, fatigued=at_start(new, heading).fatigued)
    return _begin_pushes(new, state, state.phase, step, heading)


def told(
    experiment: Experiment, state: ExperimentState, command: np.ndarray
) -> tuple[np.ndarray, ExperimentState]:
    """What the muscles obey now that ``command`` (80,) sets out, and what is on its way then.

    The first command also stands for those before it.
    """
    queue = (*state.on_their_way, command)
    rest = queue[1:] + (command,) * (experiment.delay + 1 - len(queue))
    return queue[0], replace(state, on_their_way=rest)


def after_step(
    experiment: Experiment,
    state: ExperimentState,
    *,
    step: int,
    activation: np.ndarray,
    excitation: np.ndarray,
    touch: np.ndarray,
    heading: float,
) -> ExperimentState:
    """The state a control step later.

    Args:
        experiment: What is done.
        state: Before the step.
        step: Control step of the motion that is reached.
        activation: Before the step, shape (80,).
        excitation: During the step, shape (80,).
        touch: Foot sensors after it [N], shape (4,).
        heading: Of the human after it [rad].
    """
    fatigued = fatigued_after(experiment, state.fatigued, activation, excitation)
    later = replace(state, fatigued=fatigued, phase=next_phase(state.phase, touch))
    return _begin_pushes(experiment, later, state.phase, step, heading)


def push_force(experiment: Experiment, state: ExperimentState, step: int) -> np.ndarray:
    """Of the experiment on the pelvis in the control step that begins at ``step`` [N], shape (3,)."""
    return pushes.force(experiment.pushes, state.started, step)


def _begin_pushes(
    experiment: Experiment, state: ExperimentState, before: GaitPhase, step: int, heading: float
) -> ExperimentState:
    if not experiment.pushes:
        return state
    phase = (float(before.fraction()[0]), float(state.phase.fraction()[0]))
    started = pushes.begin(experiment.pushes, state.started, step, phase, heading)
    return replace(state, started=started)
