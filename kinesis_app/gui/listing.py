"""The table of actions without anything that they act on, for the command line."""

from __future__ import annotations

from typing import Any

from kinesis_app.gui.actions import Action, action_table, matching


class _Nothing:
    """Stands for a desk while its actions are listed and not done."""

    def __getattr__(self, name: str) -> Any:
        return _Nothing()

    def __call__(self, *_: Any, **__: Any) -> Any:
        return _Nothing()


def listed_actions(query: str = "") -> list[Action]:
    """Actions that hold all words of ``query``; they cannot be run."""
    nothing: Any = _Nothing()
    return matching(action_table(nothing), query)
