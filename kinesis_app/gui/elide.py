"""Text that fits its place."""

from __future__ import annotations

from collections.abc import Callable

_DOTS = " .."


def elided(text: str, width: float, measure: Callable[[str], float]) -> str:
    """``text``, cut short with dots if it is wider than ``width``.

    Args:
        text: One line.
        width: Room there is, in the unit of ``measure``.
        measure: Width of a text.
    """
    if measure(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle] + _DOTS) <= width else (low, middle - 1)
    return text[:low].rstrip() + _DOTS
