"""Which muscles are plotted, which one is selected."""

from __future__ import annotations

from kinesis_app.body.muscles import muscle_table
from kinesis_app.errors import KinesisError

MAX_LINES = 8
DEFAULT_MUSCLES = ("soleus_r", "tibant_r", "vaslat_r", "bflh_r")


class MuscleChoice:
    """Up to eight lines, and one muscle that stands out in plots and picture.

    Attributes:
        slots: Muscle index per line; None: free.
        selected: Index of the muscle that stands out; None: none does.
        version: Changes whenever something else does.
    """

    def __init__(self) -> None:
        names = muscle_table().names
        chosen = [names.index(name) for name in DEFAULT_MUSCLES]
        self.slots: list[int | None] = [*chosen, *[None] * (MAX_LINES - len(chosen))]
        self.selected: int | None = None
        self.version = 0

    @property
    def chosen(self) -> set[int]:
        """Muscles that have a line."""
        return {muscle for muscle in self.slots if muscle is not None}

    def toggle(self, muscle: int) -> None:
        """Add a muscle's line, or take it away.

        Raises:
            KinesisError: If there are eight already.
        """
        if muscle in self.chosen:
            self.slots[self.slots.index(muscle)] = None
        elif None in self.slots:
            self.slots[self.slots.index(None)] = muscle
        else:
            raise KinesisError(f"{MAX_LINES} lines are the most; take one away first.")
        self.version += 1

    def clear(self) -> None:
        """Take all lines away."""
        self.slots = [None] * MAX_LINES
        self.version += 1

    def choose(self, muscles: list[int]) -> None:
        """Plot these, as many as there is room for."""
        self.slots = [*muscles, *[None] * MAX_LINES][:MAX_LINES]
        self.version += 1

    def select(self, muscle: int | None) -> None:
        """Let one muscle stand out; the same one again: none."""
        self.selected = None if muscle == self.selected else muscle
        self.version += 1
