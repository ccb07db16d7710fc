"""The window. Dear PyGui is imported nowhere else, and only after a display was found."""

from __future__ import annotations

from collections.abc import Sequence

from kinesis_app.gui.display import check_display
from kinesis_app.gui.memory import give_back_large_pieces, keep_giving_back


def run_window(
    motion: str | None = None,
    policy: str | None = None,
    seconds: float | None = None,
    do: Sequence[str] = (),
) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    Args:
        motion: A library name, a request such as ``walk:1.1``, or a file; None walks on for ever.
        policy: A shipped policy or a path; None takes the default one.
        seconds: Close by itself after this time.
        do: Actions to do at once, by name; ``action_names`` lists them.

    Raises:
        KinesisError: If there is no display, or motion or policy cannot be loaded.
    """
    screen = check_display(motion)
    give_back_large_pieces()
    keep_giving_back()
    from kinesis_app.gui.window import Window  # after the check: without a display the library aborts

    return Window(screen, motion, policy, do).run(seconds)


__all__ = ["check_display", "run_window"]
