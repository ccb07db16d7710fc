"""How the process gets its memory."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time

_M_MMAP_THRESHOLD = -3
_LARGE = 256 * 1024
"""Pieces from this size on go back to the system when they are freed [bytes]."""
_EVERY = 30.0
"""How often small ones do [s]."""


def give_back_freed() -> None:
    """What lies free between pieces in use goes back to the system: 90 MB after a film."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def give_back_large_pieces() -> None:
    """Keep glibc from raising that limit by itself: with every large array freed, it keeps more for later.

    Half an hour of loading motions and resizing left 100 MB of holes between small pieces that stay.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)


def keep_giving_back() -> None:
    """Give back what is freed twice a minute, for as long as the process lives.

    The history of a run is millions of small pieces, and goes when another motion is loaded: without this
    the process stays as large as it ever was, and the holes become more.
    """

    def tidy() -> None:
        while True:
            time.sleep(_EVERY)
            give_back_freed()

    if sys.platform.startswith("linux"):
        threading.Thread(target=tidy, name="memory", daemon=True).start()
