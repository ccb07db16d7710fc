"""How the process gets its memory."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_M_MMAP_THRESHOLD = -3
_LARGE = 256 * 1024
"""Pieces from this size on go back to the system when they are freed [bytes]."""


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
