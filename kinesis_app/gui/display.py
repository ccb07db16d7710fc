"""Whether there is a screen for a window. Dear PyGui aborts the process without one, so ask first."""

from __future__ import annotations

import os
import warnings

from kinesis_app.errors import KinesisError


def check_display(motion: str | None = None) -> tuple[int, int]:
    """Size of the screen [pixels].

    Args:
        motion: Named in the advice.

    Raises:
        KinesisError: If no window can be opened; says what is missing and how to do without.
    """
    headless = f"Without a window: kinesis-app run {motion or 'walk'} (--video walk.mp4 makes a film)."
    try:
        import glfw
    except (ImportError, OSError) as error:
        raise KinesisError(f"No window: the GLFW library is not usable ({error}). {headless}") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GLFW reports errors as warnings; ours says it better
        ready = glfw.init()
        monitor = glfw.get_primary_monitor() if ready else None
        mode = glfw.get_video_mode(monitor) if monitor else None
    if not ready:
        raise KinesisError(f"No X display for the window: {_what_is_missing()}. {headless}")
    # Not terminated: GLFW may serve the off-screen picture later; Dear PyGui has a copy of its own.
    return (mode.size.width, mode.size.height) if mode else (1280, 800)


def _what_is_missing() -> str:
    display = os.environ.get("DISPLAY")
    if display:
        return f"DISPLAY is '{display}', but nothing answers there"
    if os.environ.get("WAYLAND_DISPLAY"):
        return "DISPLAY is not set (this is Wayland; the window needs XWayland)"
    return "the DISPLAY variable is not set"
