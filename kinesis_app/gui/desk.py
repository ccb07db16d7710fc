"""All that actions change, without a drawing library: a test can do everything the window can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from kinesis_app.errors import KinesisError
from kinesis_app.experiment import Experiment
from kinesis_app.gui.field_list import field_table
from kinesis_app.gui.jobs import Jobs
from kinesis_app.gui.muscle_choice import MuscleChoice
from kinesis_app.gui.muscle_filter import MuscleFilter
from kinesis_app.gui.settings import Settings
from kinesis_app.gui.time_axis import TimeAxis
from kinesis_app.gui.traces import Traces
from kinesis_app.gui.view_thread import ViewThread
from kinesis_app.session import messages as m
from kinesis_app.session.live import LiveSession

WINDOWS = ("help", "log", "info", "palette", "picker", "welcome", "files")
PUSH_SECONDS = 0.2
MOST_UNDONE = 100
MOST_FIELDS = 4
DEFAULT_FIELDS = (
    "joint/knee_angle_r/velocity",
    "muscle/soleus_r/force",
    "muscle/soleus_r/length",
    "pelvis/z",
)
"""What is watched until something else is chosen."""
ENDLESS = "walk without end"
"""What the motion is called that the session plans on for ever."""


@dataclass
class Desk:
    """The state of the window.

    Attributes:
        session: The run.
        view: Draws it.
        jobs: Does what takes long.
        tell: Shows a message; any thread.
        settings: What is remembered.
        folder: Where files are written.
        clipboard: Puts text there.
        full_screen: Fills the screen or leaves it again.
        open: Which of the floating windows are shown.
        browse: What the file window is to open: ``motion``, ``policy``, ``session``, ``experiment``.
        goal_tool: Whether clicks on the ground set goals.
        typing_wanted: Set to move the keyboard into the command bar.
        traces: The past, for plots.
        kept: An earlier run, drawn under the present one.
        muscles: Which are plotted.
        fields: What else is watched, by the names of ``field_table``; :meth:`watch` changes it.
        filter: Which are drawn.
        axis: Stretch of time that plots show.
        loop_from: First end of the A-B loop while the second is not yet set [s].
        push_force: [N].
        motion_name: What the motion was opened as.
        policy_name: What the policy was opened as; empty for the default.
        session_file: Where the session was saved last.
        given: Names of files that were given away.
        done: Experiments before each change, the last one at the end.
        undone: Those that were taken back.
        closing: Set to end.
    """

    session: LiveSession
    view: ViewThread
    jobs: Jobs
    tell: Callable[[str, str], None]
    settings: Settings = field(default_factory=Settings)
    folder: Path = field(default_factory=Path.cwd)
    clipboard: Callable[[str], None] = lambda _: None
    full_screen: Callable[[], None] = lambda: None
    open: set[str] = field(default_factory=set)
    browse: str = "motion"
    goal_tool: bool = False
    typing_wanted: bool = False
    traces: Traces = field(default_factory=Traces)
    kept: Traces | None = None
    muscles: MuscleChoice = field(default_factory=MuscleChoice)
    fields: list[str] = field(default_factory=list)
    filter: MuscleFilter = field(default_factory=MuscleFilter)
    axis: TimeAxis = field(default_factory=TimeAxis)
    loop_from: float | None = None
    push_force: float = 50.0
    motion_name: str = ENDLESS
    policy_name: str = ""
    session_file: Path | None = None
    given: set[Path] = field(default_factory=set)
    done: list[Experiment] = field(default_factory=list)
    undone: list[Experiment] = field(default_factory=list)
    closing: bool = False

    def __post_init__(self) -> None:
        for name in DEFAULT_FIELDS:
            self.watch(name)

    def send(self, command: m.Command) -> None:
        """Ask the session for something."""
        if isinstance(command, m.SetExperiment):
            self.done, self.undone = [*self.done, self.shot.experiment][-MOST_UNDONE:], []
        self.session.send(command)

    def undo(self) -> None:
        """Take the last change of the experiment back.

        Raises:
            KinesisError: If there is none.
        """
        if not self.done:
            raise KinesisError("No change of the experiment is left to undo.")
        self.undone.append(self.shot.experiment)
        self.session.send(m.SetExperiment(self.done.pop()))

    def redo(self) -> None:
        """Do again what was undone last.

        Raises:
            KinesisError: If nothing was.
        """
        if not self.undone:
            raise KinesisError("Nothing was undone.")
        self.done.append(self.shot.experiment)
        self.session.send(m.SetExperiment(self.undone.pop()))

    @property
    def shot(self) -> m.Snapshot:
        """The instant on the screen."""
        return self.session.latest_snapshot()

    def set(self, **changes: object) -> None:
        """Change settings by name."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]

    def show(self, **changes: object) -> None:
        """Change what the picture shows, by the names of ``ViewOptions``."""
        self.view.set_options(replace(self.view.options, **changes))  # type: ignore[arg-type]

    def toggle_window(self, name: str) -> None:
        """Open or close a floating window."""
        self.open ^= {name}

    def select_muscle(self, muscle: int | None) -> None:
        """Let a muscle stand out in plots and picture; the same again: none."""
        self.muscles.select(muscle)
        self.show(selected_muscle=self.muscles.selected, selected_body="")

    def watch(self, name: str) -> None:
        """Plot a field, in place of the oldest one if there are ``MOST_FIELDS``; once more: no longer.

        Raises:
            KinesisError: If there is no such field.
        """
        if name not in field_table():
            raise KinesisError(f"There is no field '{name[:60]}' to watch.")
        known = name in self.fields
        if known or len(self.fields) == MOST_FIELDS:
            self.traces.unwatch(self.fields.pop(self.fields.index(name) if known else 0))
        if not known:
            self.fields.append(name)
            past = self.session.recorded(*self.shot.history) if len(self.traces) else ()
            self.traces.watch(name, field_table()[name].read, past)

    def watch_nothing(self) -> None:
        """Take all fields away."""
        for name in list(self.fields):
            self.watch(name)

    def filter_muscles(self, chosen: MuscleFilter) -> None:
        """Draw only muscles that fit."""
        self.filter = chosen
        everything = chosen == MuscleFilter()
        self.show(shown=None if everything else frozenset(chosen.muscles))

    def free_name(self, suffix: str) -> Path:
        """A file name never given before and not yet taken: ``kinesis_001.png`` and so on."""
        names = (self.folder / f"kinesis_{i:03d}{suffix}" for i in range(1, 100000))
        free = next(path for path in names if path not in self.given and not path.exists())
        self.given.add(free)  # a film is long under way before its file is there
        return free

    def clip_range(self) -> tuple[float, float]:
        """Run times of what exports and films hold: the A-B loop, or else this motion so far [s].

        Raises:
            KinesisError: If nothing has happened yet.
        """
        shot = self.shot
        begun = max(shot.history[0], shot.run_time - shot.time)
        start, end = shot.loop_range or (begun, shot.history[1])
        if end - start <= 0.0:
            raise KinesisError("Nothing has happened yet: press Space to let time run.")
        return start, end
