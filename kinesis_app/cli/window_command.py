"""``kinesis-app [MOTION]``: the window."""

from __future__ import annotations

import argparse

from kinesis_app.gui import run_window


def execute(options: argparse.Namespace) -> int:
    """Open the window; without a display an error says what is missing and how to do without."""
    return run_window(options.motion, options.policy, do=options.do)
