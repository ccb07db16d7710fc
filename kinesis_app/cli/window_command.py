"""``kinesis-app [MOTION]``: the window."""

from __future__ import annotations

import argparse
import os
import sys
import warnings

from kinesis_app.errors import KinesisError

_HEADLESS = (
    "Without a window: kinesis-app run {motion} (add --video walk.mp4 to see it; kinesis-app run --help)."
)


def execute(options: argparse.Namespace) -> int:
    """Open the window."""
    problem = display_problem()
    if problem:
        raise KinesisError(f"{problem} {_HEADLESS.format(motion=options.motion or 'walk')}")
    from kinesis_app.gui import run_window  # after the check: without a display its library aborts

    return int(run_window(options.motion, options.policy) or 0)


def display_problem() -> str:
    """What is missing for a window; empty if nothing is."""
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        where = (
            "this is a Wayland session without X11"
            if os.environ.get("WAYLAND_DISPLAY")
            else "DISPLAY is not set"
        )
        return f"No display for the window: {where} (X11 or XWayland is needed)."
    try:
        import glfw

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GLFW reports errors as warnings; ours says it better
            ready = glfw.init()
    except (ImportError, OSError) as error:
        return f"No window: the GLFW library is not usable ({error})."
    if not ready:
        return f"No display for the window: '{os.environ.get('DISPLAY', '')}' cannot be opened."
    glfw.terminate()
    return ""
