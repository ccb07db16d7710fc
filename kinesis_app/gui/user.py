"""What belongs to the person at the window: settings and shortcuts. Bad files are told, never fatal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kinesis_app.errors import KinesisError
from kinesis_app.gui.actions import Action, remapped, shortcut_table
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.jobs import Jobs
from kinesis_app.gui.settings import Settings, config_dir, load_keys, load_settings, save_settings
from kinesis_app.gui.view_thread import ViewThread
from kinesis_app.session.live import LiveSession

Tell = Callable[[str, str], None]


def new_desk(session: LiveSession, view: ViewThread, jobs: Jobs, tell: Tell) -> Desk:
    """A desk with the user's settings; the first time with the first steps open."""
    settings = Settings()
    try:
        settings = load_settings(config_dir() / "settings.yaml")
    except KinesisError as error:
        tell("warning", f"{error} Defaults are used.")
    desk = Desk(session, view, jobs, tell, settings)
    desk.show(color_map=settings.color_map)
    if not settings.welcomed:
        desk.open.add("welcome")
        desk.set(welcomed=True)
    return desk


def keyed(actions: Sequence[Action], tell: Tell) -> list[Action]:
    """The table of actions with the user's shortcuts."""
    try:
        changed = remapped(actions, load_keys(config_dir() / "keys.yaml"))
        shortcut_table(changed)
    except KinesisError as error:
        tell("warning", f"{error} The usual shortcuts are used.")
        return list(actions)
    return changed


def remember(settings: Settings) -> None:
    """Keep the settings for the next time.

    Raises:
        KinesisError: If the file cannot be written.
    """
    save_settings(settings, config_dir() / "settings.yaml")
