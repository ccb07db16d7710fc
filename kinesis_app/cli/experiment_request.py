"""From the words of the command line to an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kinesis_app.errors import KinesisError
from kinesis_app.experiment import NORMAL, Experiment
from kinesis_app.experiment.file import load_experiment
from kinesis_app.experiment.presets import PRESETS


def requested_experiment(text: str | None, weaken: Sequence[str]) -> Experiment:
    """The experiment that ``text`` names, with the strengths of ``weaken`` (``soleus=0.2``).

    Raises:
        KinesisError: If there is no such file or preset, or a strength makes no sense.
    """
    experiment = NORMAL if text is None else _named(text)
    strength = dict(experiment.strength)
    for entry in weaken:
        muscle, _, scale = entry.partition("=")
        try:
            strength[muscle.strip()] = float(scale)
        except ValueError:
            raise KinesisError(f"--weaken {entry}: MUSCLE=SCALE expected, such as soleus=0.2.") from None
    return replace(experiment, strength=strength) if weaken else experiment


def _named(text: str) -> Experiment:
    if text in PRESETS:
        return PRESETS[text]
    if not Path(text).exists() and Path(text).suffix.lower() not in (".yaml", ".yml"):
        raise KinesisError(f"'{text}' is neither a file nor a preset; presets: {', '.join(PRESETS)}.")
    return load_experiment(Path(text))
