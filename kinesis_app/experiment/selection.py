"""Which muscles a word means."""

from __future__ import annotations

import difflib
import functools

import numpy as np

from kinesis_app.body.muscles import GROUPS, muscle_table
from kinesis_app.errors import KinesisError

_SIDES = {"right": "r", "left": "l"}


@functools.cache
def selectors() -> tuple[str, ...]:
    """All words that :func:`selected` understands, the widest first."""
    names = muscle_table().names
    groups = [f"{g}{side}" for g in GROUPS for side in ("", "_r", "_l")]
    pairs = sorted({name[:-2] for name in names})
    return ("all", *_SIDES, *groups, *pairs, *names)


@functools.lru_cache(maxsize=1024)
def selected(selector: str) -> tuple[int, ...]:
    """Rows of the muscles that ``selector`` names.

    Args:
        selector: ``all``, ``left``, ``right``, a group, a muscle of both sides, or either with
            ``_r`` or ``_l``.

    Raises:
        KinesisError: If it names none, with the nearest words.
    """
    table = muscle_table()
    word = str(selector).strip()
    base, side = (word[:-2], word[-1]) if word[-2:] in ("_r", "_l") else (word, None)
    if word in _SIDES:
        base, side = "all", _SIDES[word]
    rows = tuple(
        i
        for i, name in enumerate(table.names)
        if (base in ("all", table.group[i], name[:-2])) and (side is None or table.side[i] == side)
    )
    if not rows:
        near = difflib.get_close_matches(word, selectors(), 3, 0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "Try soleus_r, soleus, quadriceps_l, all."
        raise KinesisError(f"'{word[:60]}' names no muscle. {hint}")
    return rows


def spread(values: dict[str, float], start: float) -> np.ndarray:
    """One number per muscle, shape (80,): ``start``, and where a selector names it the value.

    The more muscles a selector names, the earlier it is applied: the particular wins.
    """
    out = np.full(len(muscle_table().names), start)
    for selector in sorted(values, key=lambda s: -len(selected(s))):
        out[list(selected(selector))] = values[selector]
    return out
