"""Experiments as YAML files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kinesis_app.atomic_file import write_atomically
from kinesis_app.errors import KinesisError
from kinesis_app.experiment.experiment import LIMITS, NORMAL, Experiment, Fatigue, TimedPush
from kinesis_app.experiment.selection import selected
from kinesis_app.yaml_section import Section, parse_section, read_section

FORMAT = "kinesis-experiment-1"


def load_experiment(path: Path) -> Experiment:
    """Read an experiment.

    Raises:
        KinesisError: With file, line and reason, if anything in it is wrong or unknown.
    """
    section = read_section(path)
    stated = section.text("format", FORMAT)
    if stated != FORMAT:
        raise section.wrong("format", f"format '{stated[:40]}' is not {FORMAT}.")
    experiment = experiment_of(section)
    section.done()
    return experiment


def experiment_of(section: Section) -> Experiment:
    """The experiment that a section of a file describes; other keys are left to the caller."""
    numbers = {
        name: section.number(name, getattr(NORMAL, name), *LIMITS[name])
        for name in ("noise", "gravity", "slope", "mass")
    }
    return Experiment(
        name=section.text("name", ""),
        strength=section.numbers("strength", *LIMITS["strength"], selected),
        paralysed=section.words("paralysed", selected),
        excitation=section.numbers("excitation", *LIMITS["excitation"], selected),
        fatigue=_fatigue(section.section("fatigue")),
        seed=section.whole("seed", 0, 0, 2**53),
        pushes=tuple(_push(entry) for entry in section.sections("pushes")),
        friction=section.number("friction", None, *LIMITS["friction"]),
        delay=section.whole("delay", 0, *map(int, LIMITS["delay"][:2])),
        **numbers,
    )


def to_plain(experiment: Experiment) -> dict[str, Any]:
    """What differs from normal, as plain words, numbers, lists and mappings."""
    plain: dict[str, Any] = {"name": experiment.name} if experiment.name else {}
    for name in experiment.changes:
        value = getattr(experiment, name)
        if name in ("strength", "excitation"):
            plain[name] = dict(value)
        elif name == "paralysed":
            plain[name] = list(value)
        elif name == "fatigue":
            plain[name] = {"pace": value.pace, "start": value.start}
        elif name == "pushes":
            plain[name] = [_plain_push(push) for push in value]
        else:
            plain[name] = value
    if experiment.seed:
        plain["seed"] = experiment.seed
    return plain


def from_plain(plain: dict[str, Any], source: str) -> Experiment:
    """The experiment of :func:`to_plain`'s output; ``source`` is named in errors."""
    section = parse_section(yaml.safe_dump(plain or {"name": ""}), source)
    experiment = experiment_of(section)
    section.done()
    return experiment


def save_experiment(experiment: Experiment, path: Path) -> None:
    """Write an experiment, whole or not at all.

    Raises:
        KinesisError: If it cannot be written.
    """
    text = yaml.safe_dump({"format": FORMAT, **to_plain(experiment)}, sort_keys=False, allow_unicode=True)
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise KinesisError(f"'{path}' could not be written: {error.strerror}.") from None


def _fatigue(section: Section | None) -> Fatigue | None:
    if section is None:
        return None
    fatigue = Fatigue(
        section.number("pace", 1.0, *LIMITS["pace"]), section.number("start", 0.0, *LIMITS["start"])
    )
    section.done()
    return fatigue


def _push(section: Section) -> TimedPush:
    if "force" not in section:
        raise section.wrong("force", "a push needs its 'force' [N].")
    push = TimedPush(
        force=section.number("force", 0.0, *LIMITS["force"]),
        seconds=section.number("seconds", 0.2, *LIMITS["seconds"]),
        direction=section.number("direction", 0.0, *LIMITS["direction"]),
        at=section.number("at", 0.0, *LIMITS["at"]),
        phase=section.number("phase", None, *LIMITS["phase"]),
    )
    section.done()
    return push


def _plain_push(push: TimedPush) -> dict[str, float]:
    plain = {"force": push.force, "seconds": push.seconds, "direction": push.direction, "at": push.at}
    return plain if push.phase is None else {**plain, "phase": push.phase}
