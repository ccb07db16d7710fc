"""Opening what comes from files: motions, policies, experiments, sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kinesis_app.body.muscles import muscle_table
from kinesis_app.errors import KinesisError
from kinesis_app.gui.desk import ENDLESS, MOST_FIELDS, Desk
from kinesis_app.gui.field_list import field_table
from kinesis_app.gui.jobs import Progress
from kinesis_app.gui.muscle_filter import MuscleFilter
from kinesis_app.gui.settings import LEFT_TABS, RIGHT_TABS
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.formats import SUFFIXES
from kinesis_app.motion.interruption import interruptible
from kinesis_app.motion.library import load_motion
from kinesis_app.session import messages as m
from kinesis_app.session.document import FORMAT as SESSION_FORMAT
from kinesis_app.session.document import SessionDocument, load_session
from kinesis_app.session.document import save_session as write_session
from kinesis_app.session.recent import remember
from kinesis_app.session.walking import endless_walk
from kinesis_app.view.muscle_values import QUANTITIES
from kinesis_app.yaml_section import read_section

DEFAULT_SPEED = 1.1
ENDINGS = {
    "motion": (*SUFFIXES, ".npz"),
    "policy": (".onnx",),
    "experiment": (".yaml", ".yml"),
    "session": (".yaml", ".yml"),
}
"""What files of each kind end in."""
_OF_THE_USER = (
    "theme", "font_scale", "color_map", "width", "height", "welcomed", "watch_policy", "cameras",
)  # fmt: skip
"""Settings that belong to the person, not to a session."""


def kind_of(path: Path) -> str:
    """What a file is to be opened as, of the kinds of ``ENDINGS``.

    Raises:
        KinesisError: If nothing that ends like this can be opened, or a YAML file cannot be read.
    """
    ending = path.suffix.lower()
    if ending in ENDINGS["session"]:
        return "session" if read_section(path).text("format", "") == SESSION_FORMAT else "experiment"
    for kind in ("motion", "policy"):
        if ending in ENDINGS[kind]:
            return kind
    known = sorted({ending for endings in ENDINGS.values() for ending in endings})
    raise KinesisError(f"'{path.name}' cannot be opened: what can ends in {', '.join(known)}.")


def open_file(d: Desk, kind: str, path: Path) -> None:
    """Open a file of a kind of ``ENDINGS``; whatever is wrong with it is told, and the run goes on."""
    if kind == "motion":
        open_motion(d, str(path))
    elif kind == "policy":
        d.policy_name = str(path)
        d.send(m.LoadPolicy(str(path)))
        remember(path)
    elif kind == "experiment":
        from kinesis_app.experiment.file import load_experiment

        d.send(m.SetExperiment(load_experiment(path)))
        remember(path)
    else:
        open_session(d, path)


def open_motion(
    d: Desk, name: str, speed: float = DEFAULT_SPEED, then: Callable[[], None] = lambda: None
) -> None:
    """Follow a motion of the library or of a file, once it is read.

    Args:
        d: The desk.
        name: ``ENDLESS``, a name, a request such as ``walk:1.2``, or a path.
        speed: Of an endless walk [m/s].
        then: Done once the session follows it.
    """

    def read(progress: Progress) -> MotionClip:
        with interruptible(lambda: progress.report(-1.0)):
            return endless_walk(speed) if name == ENDLESS else load_motion(name)

    def follow(clip: MotionClip) -> None:
        d.motion_name = name
        d.send(m.LoadMotion(clip))
        d.send(m.Play())
        then()
        for line in report_lines(clip):
            d.tell("info", line)
        if Path(name).is_file():
            remember(Path(name))

    d.jobs.start(f"Reading '{Path(name).name}'", read, follow)


def report_lines(clip: MotionClip) -> list[str]:
    """How well an import follows its source, and what was guessed; nothing for other clips."""
    quality = clip.info.get("quality")
    if not isinstance(quality, dict) or "mean_residual_mm" not in quality:
        return []
    skate = max(quality.get("skate_mm") or (0.0,))
    numbers = (
        f"{clip.name}: {quality['mean_residual_mm']:.0f} mm from its source, "
        f"feet slide up to {skate:.0f} mm and sink in by {quality.get('penetration_mm', 0.0):.0f} mm, "
        f"{quality.get('speed', 0.0):.2f} m/s"
    )
    return [*map(str, (quality.get("notes") or ())[:7]), f"{numbers}."]  # the last is seen longest


def reload(d: Desk) -> None:
    """Read the motion again."""
    open_motion(d, d.motion_name, d.shot.walking_speed or DEFAULT_SPEED)


def save_session(d: Desk) -> None:
    """Write policy, motion, experiment and window to the session's file, or under a free name."""
    shot = d.shot
    path = d.session_file or d.free_name(".session.yaml")
    document = SessionDocument(
        motion="" if d.motion_name == ENDLESS else d.motion_name,
        policy=d.policy_name,
        experiment=shot.experiment,
        speed=shot.walking_speed,
        rate=shot.rate,
        loop=shot.loop,
        window=window_state(d),
    )
    write_session(document, path)
    d.session_file = path
    remember(path)
    d.tell("info", f"Session saved as '{path}'.")


def open_session(d: Desk, path: Path) -> None:
    """Restore policy, motion, experiment and window; a bad file changes nothing."""
    document = load_session(path)
    restore_window(d, document.window)
    d.session_file = path
    remember(path)
    if document.policy:
        d.policy_name = document.policy
        d.send(m.LoadPolicy(document.policy))
    d.send(m.SetRate(document.rate))
    d.send(m.SetLoop(document.loop))
    speed = document.speed or DEFAULT_SPEED
    open_motion(d, document.motion or ENDLESS, speed, lambda: d.send(m.SetExperiment(document.experiment)))
    d.tell("info", f"Session '{path.name}' is opened.")


def window_state(d: Desk) -> dict[str, Any]:
    """What the window wants back, as plain words and numbers."""
    names, options = muscle_table().names, d.view.options
    plain = {key: value for key, value in asdict(d.settings).items() if key not in _OF_THE_USER}
    return {
        **plain,
        "plotted": [names[i] for i in d.muscles.slots if i is not None],
        "watched": list(d.fields),
        "color_by": options.color_by,
        "ghost": options.ghost,
        "forces": options.forces,
        "muscles": options.muscles,
        "filter": asdict(d.filter),
    }


def restore_window(d: Desk, state: Mapping[str, Any]) -> None:
    """Take over what fits; what does not is left as it is."""
    names, known = muscle_table().names, asdict(d.settings)
    d.set(**{k: v for k, v in state.items() if k in known and k not in _OF_THE_USER and _fits(k, v)})
    plotted = state.get("plotted")
    if isinstance(plotted, list):
        d.muscles.choose([names.index(name) for name in plotted if name in names])
    watched = state.get("watched")
    if isinstance(watched, list):
        d.watch_nothing()
        for name in watched[:MOST_FIELDS]:
            if name in field_table():
                d.watch(name)
    wanted = state.get("filter")
    if isinstance(wanted, dict):
        fields = {k: v for k, v in wanted.items() if k in asdict(d.filter) and isinstance(v, str)}
        d.filter_muscles(MuscleFilter(**fields))
    switches = {k: v for k, v in state.items() if k in ("ghost", "forces", "muscles") and isinstance(v, bool)}
    color = state.get("color_by")
    d.show(**switches, **({"color_by": color} if color in (*QUANTITIES, "plain") else {}))


def _fits(name: str, value: object) -> bool:
    tabs = {"left_tab": LEFT_TABS, "right_tab": RIGHT_TABS}
    return value in tabs[name] if name in tabs else isinstance(value, bool)
