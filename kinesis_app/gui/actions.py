"""What can be done in the window, as one table: it feeds toolbar, menus, keys and help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One row.

    Attributes:
        id: Unique name, ``menu.action``.
        title: What the user reads.
        keys: Shortcuts such as ``Ctrl+P``; the first one is shown.
        run: Does it.
        menu: Menu that lists it.
        help: One sentence.
        checked: For switches: whether it is on.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    run: Callable[[], None]
    menu: str
    help: str
    checked: Callable[[], bool] | None = None


def shortcut_table(actions: list[Action]) -> dict[str, Action]:
    """Actions by shortcut.

    Raises:
        ValueError: If two actions share one.
    """
    table: dict[str, Action] = {}
    for action in actions:
        for key in action.keys:
            if key in table:
                raise ValueError(f"Shortcut {key} is both {table[key].id} and {action.id}.")
            table[key] = action
    return table
