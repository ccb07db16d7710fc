"""Numbers in digits and words, and the quantities they make with units: 3 m, half a turn, 1.2 km/h."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kinesis_app.command.words import CommandError, Item

_COUNTED = ("unit", "step", "turn unit", "shape", "shapes", "size")
"""Kinds before which 'a' means one."""
_BETWEEN = ("of", "more", "further", "another")
"""What may stand between a number and its unit: half of a metre, three more steps."""


@dataclass(frozen=True)
class _Number:
    value: float
    stop: int  # first item after it


def quantities_of(items: Sequence[Item], text: str) -> list[Item]:
    """The items with numbers and their units joined.

    A ``quantity`` has the value (dimension, amount in SI units); a number without unit stays a ``number``
    with a float. Coordinates after ``to`` become a ``place`` (x, y).
    """
    out: list[Item] = []
    i = 0
    while i < len(items):
        place = _place(items, i, text) if items[i].kind == "to" else None
        if place is not None:
            out.append(place[0])
            i = place[1]
            continue
        number = _number(items, i, text)
        if number is None:
            out.append(items[i])
            i += 1
            continue
        item, i = _with_unit(items, i, number, text)
        out.append(item)
    return _sized(out, text)


def _with_unit(items: Sequence[Item], first: int, number: _Number, text: str) -> tuple[Item, int]:
    """The quantity that begins with item ``first``, and the first item after it."""
    value, i = number.value, number.stop
    start = items[first].start
    while i < len(items) and (items[i].kind == "article" or text[items[i].start : items[i].end] in _BETWEEN):
        i += 1
    unit = items[i] if i < len(items) else None
    dimension: str | None = None
    scale = 1.0
    if unit is not None and unit.kind == "unit":
        dimension, scale = unit.value
    elif unit is not None and unit.kind == "step":
        dimension = "steps"
    elif unit is not None and (unit.kind == "turn unit" or text[unit.start : unit.end].lower() == "turn"):
        dimension, scale = (
            ("angle", 2.0 * math.pi) if unit.kind == "turn unit" or value <= 1.0 else (None, 1.0)
        )
    if dimension is None and first and items[first - 1].kind == "rate":  # at 1.2
        return Item("quantity", ("speed", value), start, items[number.stop - 1].end), number.stop
    if dimension is None or unit is None:
        last = items[number.stop - 1]
        return Item("number", value, start, last.end), number.stop
    more = _and_fraction(items, i + 1)  # a metre and a half
    end = items[(more.stop if more else i + 1) - 1].end
    amount = scale * (value + (more.value if more else 0.0))
    if not math.isfinite(amount) or abs(amount) > 1e6:
        raise CommandError("That is too much.", text, start, end)
    return Item("quantity", (dimension, amount), start, end), more.stop if more else i + 1


def _number(items: Sequence[Item], i: int, text: str) -> _Number | None:
    """The number that begins with item ``i``; None if none does."""
    item = items[i]
    if item.kind == "minus":
        number = _number(items, i + 1, text) if i + 1 < len(items) else None
        return _Number(-number.value, number.stop) if number else None
    if item.kind == "article":
        counted = i + 1 < len(items) and items[i + 1].kind in (*_COUNTED, "scale")
        return _cardinal(items, i) if counted else None
    if item.kind == "fraction":
        return _Number(item.value, i + 1)
    if item.kind == "number" and isinstance(item.value, str):
        number = _Number(_digits(item, text), i + 1)
    elif item.kind in ("number", "tens", "scale", "point"):
        number = _cardinal(items, i)
        if number.stop == i:  # a point that begins no fraction
            return None
    else:
        return None
    if number.stop < len(items) and items[number.stop].kind == "fraction" and number.value in (2.0, 3.0):
        return _Number(number.value * items[number.stop].value, number.stop + 1)  # three quarters
    more = _and_fraction(items, number.stop)
    return _Number(number.value + more.value, more.stop) if more else number


def _cardinal(items: Sequence[Item], i: int) -> _Number:
    """A number in words from item ``i`` on: two hundred and fifty, one point five."""
    total, part = 0.0, 0.0
    while i < len(items):
        item = items[i]
        after = items[i + 1].kind if i + 1 < len(items) else ""
        if item.kind == "scale":
            part = max(part, 1.0) * item.value
            total, part = (total + part, 0.0) if item.value >= 1000.0 else (total, part)
        elif item.kind in ("number", "tens") and not isinstance(item.value, str):
            if part % 10.0 or (part % 100.0 and item.value >= 10.0):
                break
            part += item.value
        elif item.kind == "article" and part == 0.0:
            part = 1.0
        elif not (item.kind == "and" and part >= 100.0 and after in ("number", "tens")):
            break
        i += 1
    if i < len(items) - 1 and items[i].kind == "point" and items[i + 1].kind in ("number", "tens"):
        i += 1
        digits = ""
        while i < len(items) and items[i].kind in ("number", "tens") and not isinstance(items[i].value, str):
            digits += f"{items[i].value:.0f}"
            i += 1
        part += float(f"0.{digits or '0'}")
    return _Number(total + part, i)


def _and_fraction(items: Sequence[Item], i: int) -> _Number | None:
    """``and a half`` from item ``i`` on."""
    kinds = [item.kind for item in items[i : i + 3]]
    if kinds[:2] == ["and", "fraction"]:
        return _Number(items[i + 1].value, i + 2)
    return None


def _digits(item: Item, text: str) -> float:
    """1.5, 1,5, 3/4."""
    whole, _, below = str(item.value).replace(",", ".").partition("/")
    try:
        value = float(whole) / (float(below) if below else 1.0)
    except (ValueError, ZeroDivisionError):
        raise CommandError(f"'{item.value}' is no number.", text, item.start, item.end) from None
    if not abs(value) < 1e6:
        raise CommandError(f"{value:g} is too much.", text, item.start, item.end)
    return value


def _place(items: Sequence[Item], i: int, text: str) -> tuple[Item, int] | None:
    """Coordinates after item ``i``: 2, 3 or (2 m, -1 m) or x 2 y 3; None if there are none."""
    start = items[i].start
    found: list[float] = []
    i += 1
    while i < len(items) and len(found) < 2:
        item = items[i]
        if item.kind == "number" and isinstance(item.value, str) and item.value.count(",") == 1:
            parts = item.value.split(",")
            found += [_digits(Item("number", part, item.start, item.end), text) for part in parts]
            i += 1
            continue
        number = _number(items, i, text)
        if number is not None:
            found.append(number.value)
            i = number.stop
            if i < len(items) and items[i].kind == "unit" and items[i].value[0] == "length":
                found[-1] *= items[i].value[1]
                i += 1
        elif item.kind in ("axis", "filler") or (item.kind == "and" and len(found) == 1):
            i += 1
        else:
            break
    if len(found) != 2:
        return None
    while i < len(items) and text[items[i].start : items[i].end] in (")", "]"):
        i += 1
    return Item("place", (found[0], found[1]), start, items[i - 1].end), i


def _sized(items: Sequence[Item], text: str) -> list[Item]:
    """Lengths beside ``radius`` or ``diameter`` become the ``radius`` of a circle."""
    out = [item for item in items if item.kind not in ("article",)]
    for k, item in enumerate(out):
        if item.kind != "size":
            continue
        after = next(
            (j for j in range(k + 1, min(k + 4, len(out))) if out[j].kind not in ("filler", "rate")), None
        )
        for j in (after, k - 1 if k else None):
            if j is not None and (length := _length(out[j])) is not None:
                ends = (min(out[j].start, item.start), max(out[j].end, item.end))
                out[j] = Item("quantity", ("radius", length * item.value), *ends)
                out[k] = Item("filler", None, item.start, item.end)
                break
        else:
            raise CommandError("How large? For example 'radius 4 m'.", text, item.start, item.end)
    return out


def _length(item: Item) -> float | None:
    if item.kind == "number":
        return float(item.value)
    return item.value[1] if item.kind == "quantity" and item.value[0] == "length" else None
