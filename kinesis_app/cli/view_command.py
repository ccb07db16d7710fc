"""``kinesis-app view``."""

from __future__ import annotations

import argparse

from kinesis_app.gui import run_window
from kinesis_app.session.reference import REFERENCE_ONLY


def execute(options: argparse.Namespace) -> int:
    """Open the window on a motion that no muscle moves."""
    return run_window(options.motion, REFERENCE_ONLY)
