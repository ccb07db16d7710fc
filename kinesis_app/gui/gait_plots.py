"""The gait-cycle panel: strides over the human mean."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from kinesis_app.gui import theme
from kinesis_app.gui.desk import Desk
from kinesis_app.session import messages as m


class GaitPlots:
    """Strides cut at foot strike."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def build(self) -> None:
        """Create the plots in the current container."""
        theme.dim("No strides yet.", tag="gait_note")

    def update(self, shot: m.Snapshot) -> None:
        """Bring the plots up to date."""
        dpg.set_value("gait_note", f"No strides yet: {shot.time:.0f} s.")
