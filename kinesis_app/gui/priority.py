"""Which thread goes first when there are not enough processors."""

from __future__ import annotations

import contextlib
import os
import sys
import threading


def lower_priority() -> None:
    """This thread, with all those that a GL driver starts from it, yields to the simulation."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 2)
