"""What the window remembers between runs, and the user's own shortcuts; in the user's config folder."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import yaml

from kinesis_app.atomic_file import write_atomically
from kinesis_app.errors import KinesisError
from kinesis_app.view.camera import KeptCamera
from kinesis_app.view.colors import DEFAULT_MAP, MAPS
from kinesis_app.yaml_section import Section, read_section

THEMES = ("dark", "light")
FONT_SCALES = (0.85, 1.0, 1.15, 1.3, 1.5)
LEFT_TABS = ("motion", "experiment", "view")
RIGHT_TABS = ("muscles", "bars", "body", "gait", "fields")

CAMERAS = 5
"""How many places to look from can be kept."""


@dataclass(frozen=True)
class Settings:
    """What the window remembers.

    Attributes:
        theme: One of ``THEMES``.
        font_scale: One of ``FONT_SCALES``.
        color_map: One of ``view.colors.MAPS``.
        left_panel, right_panel: Whether the panels are open.
        left_tab, right_tab: Which of ``LEFT_TABS``, ``RIGHT_TABS`` is in front.
        width, height: Of the window [pixels]; 0: fit to the screen.
        welcomed: Whether the first-run overlay was seen.
        watch_policy: Whether a policy is read again when its file changes.
        cameras: Places to look from that were kept.
    """

    theme: str = "dark"
    font_scale: float = 1.0
    color_map: str = DEFAULT_MAP
    left_panel: bool = True
    right_panel: bool = True
    left_tab: str = "motion"
    right_tab: str = "muscles"
    width: int = 0
    height: int = 0
    welcomed: bool = False
    watch_policy: bool = True
    cameras: tuple[KeptCamera, ...] = ()


def config_dir() -> Path:
    """The user's folder of this app: settings, shortcuts."""
    if "KINESIS_CONFIG" in os.environ:
        return Path(os.environ["KINESIS_CONFIG"])
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home())) / "kinesis-app"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kinesis-app"
    return Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "kinesis-app"


def load_settings(path: Path) -> Settings:
    """Settings from a YAML file; the defaults if there is none.

    Raises:
        KinesisError: If the file is no such file, with the line.
    """
    if not path.is_file():
        return Settings()
    section = read_section(path)
    settings = settings_from(section)
    section.done()
    return settings


def settings_from(section: Section) -> Settings:
    """Settings of a mapping; what is missing has its default."""
    plain = Settings()
    scale = section.number("font_scale", plain.font_scale, FONT_SCALES[0], FONT_SCALES[-1])
    return Settings(
        theme=_one_of(section, "theme", plain.theme, THEMES),
        font_scale=min(FONT_SCALES, key=lambda s: abs(s - scale)),
        color_map=_one_of(section, "color_map", plain.color_map, MAPS),
        left_panel=section.flag("left_panel", True),
        right_panel=section.flag("right_panel", True),
        left_tab=_one_of(section, "left_tab", plain.left_tab, LEFT_TABS),
        right_tab=_one_of(section, "right_tab", plain.right_tab, RIGHT_TABS),
        width=section.whole("width", 0, 0, 16384),
        height=section.whole("height", 0, 0, 16384),
        welcomed=section.flag("welcomed", False),
        watch_policy=section.flag("watch_policy", True),
        cameras=tuple(_camera(kept) for kept in section.sections("cameras")),
    )


def _camera(section: Section) -> KeptCamera:
    number = section.number
    kept = KeptCamera(
        number=section.whole("number", 1, 1, CAMERAS),
        azimuth=number("azimuth", 0.0, -1e5, 1e5),
        elevation=number("elevation", 0.0, -90.0, 90.0),
        distance=number("distance", 3.0, 0.01, 1e3),
        x=number("x", 0.0, -1e6, 1e6),
        y=number("y", 0.0, -1e6, 1e6),
        z=number("z", 0.0, -1e6, 1e6),
        tracking=section.flag("tracking", True),
    )
    section.done()
    return kept


def save_settings(settings: Settings, path: Path) -> None:
    """Write them, whole or not at all.

    Raises:
        KinesisError: If the file cannot be written.
    """
    try:
        write_atomically(path, yaml.safe_dump(asdict(settings), sort_keys=False).encode())
    except OSError as error:
        raise KinesisError(f"'{path}' could not be written: {error.strerror}.") from None


def next_font_scale(settings: Settings, up: bool) -> Settings:
    """The neighbouring font scale."""
    i = FONT_SCALES.index(settings.font_scale) + (1 if up else -1)
    return replace(settings, font_scale=FONT_SCALES[min(max(i, 0), len(FONT_SCALES) - 1)])


def load_keys(path: Path) -> dict[str, tuple[str, ...]]:
    """The user's shortcuts by action: ``time.play: [P, Space]``; an empty list takes all away.

    Raises:
        KinesisError: If the file is no such file, with the line.
    """
    if not path.is_file():
        return {}
    section = read_section(path)
    return {action: section.words(action, lambda _: None) for action in section.keys}


def _one_of(section: Section, key: str, default: str, allowed: tuple[str, ...]) -> str:
    value = section.text(key, default)
    if value not in allowed:
        raise section.wrong(key, f"{key}: '{value[:40]}' is none of {', '.join(allowed)}.")
    return value
