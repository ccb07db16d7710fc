"""Opening what comes from files: motions, policies, experiments, sessions."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from kinesis_app.errors import KinesisError
from kinesis_app.gui.desk import ENDLESS, Desk
from kinesis_app.gui.jobs import Progress
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.formats import SUFFIXES
from kinesis_app.motion.library import load_motion
from kinesis_app.session import messages as m
from kinesis_app.session.walking import endless_walk

DEFAULT_SPEED = 1.1
ENDINGS = {
    "motion": (*SUFFIXES, ".npz"),
    "policy": (".onnx",),
    "experiment": (".yaml", ".yml"),
    "session": (".yaml", ".yml"),
}
"""What files of each kind end in."""


def open_file(d: Desk, kind: str, path: Path) -> None:
    """Open a file of a kind of ``ENDINGS``; whatever is wrong with it is told, and the run goes on."""
    if kind == "motion":
        open_motion(d, str(path))
    elif kind == "policy":
        d.send(m.LoadPolicy(str(path)))
    elif kind == "experiment":
        from kinesis_app.experiment.file import load_experiment

        d.send(m.SetExperiment(load_experiment(path)))
    else:
        open_session(d, path)


def open_motion(d: Desk, name: str, speed: float = DEFAULT_SPEED) -> None:
    """Follow a motion of the library or of a file, once it is read.

    Args:
        d: The desk.
        name: ``ENDLESS``, a name, a request such as ``walk:1.2``, or a path.
        speed: Of an endless walk [m/s].
    """

    def read(_: Progress) -> MotionClip:
        return endless_walk(speed) if name == ENDLESS else load_motion(name)

    def follow(clip: MotionClip) -> None:
        d.motion_name = name
        d.send(m.LoadMotion(clip))
        d.send(m.Play())
        for line in report_lines(clip):
            d.tell("info", line)
        if Path(name).is_file():
            remember(Path(name))

    d.jobs.start(f"Reading '{Path(name).name}'", read, follow)


def report_lines(clip: MotionClip) -> list[str]:
    """What the import had to say, for the log."""
    report = clip.info.get("report")
    return [str(line) for line in report][:20] if isinstance(report, list | tuple) else []


def reload(d: Desk) -> None:
    """Read the motion again."""
    open_motion(d, d.motion_name, d.shot.walking_speed or DEFAULT_SPEED)


def remember(path: Path) -> None:
    """Put a file on the list of recent ones; not being able to is no reason to complain."""


def recent() -> list[Path]:
    """Files opened lately, the last one first."""
    return []


def save_session(d: Desk) -> None:
    """Write policy, motion, experiment and window to the session's file, or under a free name."""
    raise KinesisError("Sessions cannot be saved yet.")


def open_session(d: Desk, path: Path) -> None:
    """Restore policy, motion, experiment and window."""
    raise KinesisError(f"'{path}': sessions cannot be opened yet ({len(asdict(d.settings))} settings).")
