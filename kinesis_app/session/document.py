"""The session file: what to load and how it was looked at, as YAML one can read and edit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kinesis_app.atomic_file import write_atomically
from kinesis_app.errors import KinesisError
from kinesis_app.experiment import NORMAL, Experiment
from kinesis_app.experiment.file import experiment_of, to_plain
from kinesis_app.session.clock import FASTEST, SLOWEST
from kinesis_app.yaml_section import Section, read_section

FORMAT = "kinesis-session-1"


@dataclass(frozen=True)
class SessionDocument:
    """What a session file restores.

    Attributes:
        motion: Name in the library, ``walk:1.1`` or a file; empty for the endless walk.
        policy: Shipped name or a file; empty for the default.
        experiment: What is done to the human.
        speed: Walking speed of generated walks [m/s]; None keeps the motion's.
        rate: Simulated seconds per second; ``inf`` is as fast as it goes.
        loop: Whether the motion starts again at its end.
        window: Whatever the window wants back: view, plots, layout. Plain words, numbers, lists
            and mappings; not looked into here.
    """

    motion: str = ""
    policy: str = ""
    experiment: Experiment = NORMAL
    speed: float | None = None
    rate: float = 1.0
    loop: bool = True
    window: Mapping[str, Any] = field(default_factory=dict)


def load_session(path: Path) -> SessionDocument:
    """Read a session file.

    Raises:
        KinesisError: With file, line and reason, if anything in it is wrong or unknown.
    """
    section = read_section(path)
    stated = section.text("format", "")
    if stated != FORMAT:
        raise section.wrong("format", f"this is no session file: 'format: {FORMAT}' is missing.")
    inner = section.section("experiment")
    experiment = NORMAL
    if inner is not None:
        experiment = experiment_of(inner)
        inner.done()
    document = SessionDocument(
        motion=section.text("motion", ""),
        policy=section.text("policy", ""),
        experiment=experiment,
        speed=section.number("speed", None, 0.0, 10.0, "m/s"),
        rate=_rate(section),
        loop=section.flag("loop", True),
        window=section.free("window"),
    )
    section.done()
    return document


def save_session(document: SessionDocument, path: Path) -> None:
    """Write a session file, whole or not at all.

    Raises:
        KinesisError: If it cannot be written, or ``window`` holds something that is not plain.
    """
    plain = {
        "format": FORMAT,
        "motion": document.motion,
        "policy": document.policy,
        "speed": document.speed,
        "rate": "max" if math.isinf(document.rate) else document.rate,
        "loop": document.loop,
        "experiment": to_plain(document.experiment),
        "window": dict(document.window),
    }
    kept = {name: value for name, value in plain.items() if value not in ("", None, {})}
    try:
        text = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)
        write_atomically(path, text.encode())
    except yaml.YAMLError as error:
        raise KinesisError(f"The window's part cannot be written as YAML: {error}.") from None
    except OSError as error:
        raise KinesisError(f"'{path}' could not be written: {error.strerror}.") from None


def _rate(section: Section) -> float:
    if "rate" in section and section.text("rate", "") == "max":
        return math.inf
    return section.number("rate", 1.0, SLOWEST, FASTEST)
