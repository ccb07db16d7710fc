"""The table of actions, put together from its menus."""

from __future__ import annotations

from kinesis_app.gui.actions import experiment, files, help_menu, human, plots, time, view
from kinesis_app.gui.actions.action import MENUS, Action, action_by_id, matching, remapped, shortcut_table
from kinesis_app.gui.desk import Desk


def action_table(desk: Desk) -> list[Action]:
    """All actions, in the order of the menus."""
    parts = (files, time, view, plots, human, experiment, help_menu)
    return [action for part in parts for action in part.rows(desk)]


__all__ = ["MENUS", "Action", "action_by_id", "action_table", "matching", "remapped", "shortcut_table"]
