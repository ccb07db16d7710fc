"""A sentence cut into clauses: each one verb and what belongs to it, in any order of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kinesis_app.command.words import CommandError, Item

SINGLE = ("verb", "direction", "pace", "adjust", "shape", "place", "home", "compass", "facing", "number")
"""What a clause has at most one of."""


@dataclass
class Clause:
    """What one clause says; what is taken from it is used up, and what is left over is refused.

    Attributes:
        text: The whole sentence.
        given: Items by kind; a quantity's kind is its dimension.
    """

    text: str
    given: dict[str, Item] = field(default_factory=dict)

    @property
    def start(self) -> int:
        return min(item.start for item in self.given.values())

    @property
    def end(self) -> int:
        return max(item.end for item in self.given.values())

    def has(self, *kinds: str) -> bool:
        """Whether it says any of these."""
        return any(kind in self.given for kind in kinds)

    def value(self, kind: str) -> Any:
        """The value of a kind, left where it is; None if it is not said."""
        return self.given[kind].value if kind in self.given else None

    def take(self, kind: str) -> Any:
        """The value of a kind, used up; None if it is not said."""
        item = self.given.pop(kind, None)
        return None if item is None else item.value

    def error(self, problem: str, kind: str | None = None) -> CommandError:
        """A refusal that points at a kind, or at the whole clause."""
        item = self.given.get(kind) if kind else None
        return CommandError(problem, self.text, *((item.start, item.end) if item else (self.start, self.end)))


def clauses_of(items: Sequence[Item], text: str) -> list[Clause]:
    """The clauses of a sentence, in order.

    Raises:
        CommandError: If there is nothing in it to do.
    """
    clauses: list[Clause] = [Clause(text)]
    strong = weak = False
    for item in items:
        if item.kind in ("then", "and"):
            strong, weak = strong or item.kind == "then", True
            continue
        if item.kind in ("filler", "rate", "span", "axis"):
            continue
        kind, value = (item.value[0], item.value[1]) if item.kind == "quantity" else (item.kind, item.value)
        now = clauses[-1]
        if now.given and (strong or _full(now, kind, item, weak)):
            now = Clause(text)
            clauses.append(now)
        strong = weak = False
        before = now.given.get(kind)
        if before is not None:  # 5 feet 6 inches
            if kind not in ("length", "time", "angle"):
                raise CommandError(
                    f"'{text[item.start : item.end]}' is one too many.", text, item.start, item.end
                )
            value, item = before.value + value, Item(kind, None, before.start, item.end)
        now.given[kind] = Item(kind, value, item.start, item.end)
    found = [clause for clause in clauses if clause.given]
    if not found:
        end = max(len(text.rstrip()), 1)
        raise CommandError("That says nothing to do; try 'walk 3 m, then turn left and stop'.", text, 0, end)
    return found


_TURNS = ("turn", "spin", "face", "about")
_AMOUNTS = ("length", "steps", "time")


def _full(clause: Clause, kind: str, item: Item, joined: bool) -> bool:
    """Whether ``item`` begins a clause of its own; ``joined`` by a comma or 'and' it does so sooner."""
    if kind == "verb":
        return "verb" in clause.given or (joined and clause.has(*_AMOUNTS, "angle", "direction"))
    if joined and kind in ("place", "home"):
        return True
    if joined and kind in _AMOUNTS and clause.value("verb") in _TURNS:
        return True  # turn left, 3 m
    if (
        joined
        and kind in ("length", "steps")
        and (clause.has("angle") or clause.value("direction") == "around")
    ):
        return True
    if joined and kind in ("angle", "direction") and item.value not in ("forward", "backward"):
        return clause.has(*_AMOUNTS, kind)  # 3 m forward, 90 degrees left
    return kind in clause.given and (joined or kind in SINGLE)
