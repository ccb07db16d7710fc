"""An experiment as rows of a panel, and back: pure, so that a test can check it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kinesis_app.experiment import Experiment

KINDS = ("strength", "paralysed", "held at")
"""What may be done to a selection of muscles."""


@dataclass(frozen=True)
class MuscleRow:
    """One thing done to some muscles.

    Attributes:
        selector: Which muscles.
        kind: One of ``KINDS``.
        value: Strength, 0 to 2, or the excitation held, 0 to 1; without meaning for ``paralysed``.
    """

    selector: str
    kind: str = "strength"
    value: float = 1.0


def muscle_rows(experiment: Experiment) -> list[MuscleRow]:
    """What an experiment does to muscles, row by row."""
    return [
        *(MuscleRow(selector, "strength", value) for selector, value in experiment.strength.items()),
        *(MuscleRow(selector, "paralysed") for selector in experiment.paralysed),
        *(MuscleRow(selector, "held at", value) for selector, value in experiment.excitation.items()),
    ]


def with_row(experiment: Experiment, row: MuscleRow) -> Experiment:
    """The experiment with this done to the row's muscles instead of what was."""
    plain = without_row(experiment, row.selector)
    if row.kind == "strength":
        return replace(plain, name="", strength={**plain.strength, row.selector: row.value})
    if row.kind == "paralysed":
        return replace(plain, name="", paralysed=(*plain.paralysed, row.selector))
    return replace(plain, name="", excitation={**plain.excitation, row.selector: min(row.value, 1.0)})


def without_row(experiment: Experiment, selector: str) -> Experiment:
    """The experiment with nothing done to this selection."""
    return replace(
        experiment,
        name="",
        strength={k: v for k, v in experiment.strength.items() if k != selector},
        paralysed=tuple(s for s in experiment.paralysed if s != selector),
        excitation={k: v for k, v in experiment.excitation.items() if k != selector},
    )
