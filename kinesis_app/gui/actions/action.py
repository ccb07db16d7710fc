"""What can be done in the window, as one table: it feeds toolbar, menus, palette, keys and help."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kinesis_app.errors import KinesisError
from kinesis_app.word_search import holds_words

MENUS = ("File", "Run", "View", "Plots", "Human", "Experiment", "Help")


@dataclass(frozen=True)
class Action:
    """One row.

    Attributes:
        id: Unique name, ``menu.action``; what ``--do`` and the file of shortcuts call it.
        title: What the user reads.
        keys: Shortcuts such as ``Ctrl+P``; the first one is shown.
        run: Does it.
        menu: Menu that lists it, one of ``MENUS``.
        help: One sentence.
        checked: For switches: whether it is on.
        part: Submenu; empty: none.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    run: Callable[[], object]
    menu: str
    help: str
    checked: Callable[[], bool] | None = None
    part: str = ""


def shortcut_table(actions: Sequence[Action]) -> dict[str, Action]:
    """Actions by shortcut.

    Raises:
        KinesisError: If two actions share one.
    """
    table: dict[str, Action] = {}
    for action in actions:
        for key in action.keys:
            if key in table:
                raise KinesisError(f"Shortcut {key} is both {table[key].id} and {action.id}.")
            table[key] = action
    return table


def remapped(actions: Sequence[Action], keys: Mapping[str, tuple[str, ...]]) -> list[Action]:
    """The table with the user's shortcuts; an action that loses its key to another one goes without.

    Raises:
        KinesisError: If ``keys`` names an unknown action.
    """
    known = {action.id for action in actions}
    for name in keys:
        if name not in known:
            raise KinesisError(f"keys.yaml: '{name}' is no action; 'kinesis-app actions' lists them.")
    taken = {key for chosen in keys.values() for key in chosen}
    return [
        replace(action, keys=keys.get(action.id, tuple(key for key in action.keys if key not in taken)))
        for action in actions
    ]


def matching(actions: Sequence[Action], text: str) -> list[Action]:
    """Actions that hold all words of ``text``; those whose titles begin with it come first."""

    def fits(action: Action) -> bool:
        everything = f"{action.title} {action.menu} {action.help} {action.id} {' '.join(action.keys)}"
        return holds_words(everything, text)

    def rank(action: Action) -> tuple[bool, bool]:
        begins = action.title.lower().startswith(text.lower().strip())
        return (not begins, not holds_words(action.title, text))

    return sorted(filter(fits, actions), key=rank)


def action_by_id(actions: Sequence[Action], name: str) -> Action:
    """The action of this name.

    Raises:
        KinesisError: If there is none.
    """
    for action in actions:
        if action.id == name:
            return action
    near = [a.id for a in matching(actions, name.replace(".", " "))][:4]
    hint = f"Did you mean {', '.join(near)}?" if near else "'kinesis-app actions' lists them."
    raise KinesisError(f"'{name}' is no action. {hint}")
