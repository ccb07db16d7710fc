"""The right panel: plots in tabs with one time axis; a click looks at that time, the wheel zooms."""

from __future__ import annotations

import time

import dearpygui.dearpygui as dpg

from kinesis_app.gui import theme
from kinesis_app.gui.bars import MuscleBars
from kinesis_app.gui.body_plots import ErrorSpeed, GroundForces, JointAngles, RewardTerms
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.fields import PLOTS as FIELDS
from kinesis_app.gui.fields import FieldPlots
from kinesis_app.gui.gait_plots import GaitPlots
from kinesis_app.gui.lines import PLOT as LINES
from kinesis_app.gui.lines import MuscleLines
from kinesis_app.gui.plot_parts import plot_grid, set_limits
from kinesis_app.gui.raster import PLOTS as RASTERS
from kinesis_app.gui.raster import Raster
from kinesis_app.gui.tab_row import TabRow
from kinesis_app.gui.time_axis import ticks
from kinesis_app.session import messages as m

TITLES = {"muscles": "Muscles", "bars": "Bars", "body": "Body", "gait": "Gait", "fields": "Fields"}
_PLOTS = {
    "muscles": (*RASTERS, LINES, "body"),
    "body": (JointAngles.PLOT, GroundForces.PLOT, RewardTerms.PLOT, "body2"),
    "fields": FIELDS,
    "bars": (),
    "gait": (),
}
"""Plots over time in each tab, the one with the labels last."""
_ZOOM = 0.8
_DOUBLE_CLICK = 0.3


class PlotArea:
    """All plots; only those in front are brought up to date."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.raster = Raster()
        self.lines = MuscleLines(desk)
        self._error, self._error2 = ErrorSpeed(desk, "body"), ErrorSpeed(desk, "body2")
        self._angles, self._forces, self._reward = JointAngles(desk), GroundForces(desk), RewardTerms()
        self._gait, self._bars, self._fields = GaitPlots(desk), MuscleBars(desk), FieldPlots(desk)
        self._limits = (0.0, 1.0)
        self._scrubbed: float | None = None
        self._pressed: str | None = None
        self._pan_from = 0.0
        self._last_click = 0.0
        self._drawn: tuple[object, ...] = ()
        self._waited = False
        self._tabs = TabRow("right", TITLES, lambda name: desk.set(right_tab=name))

    def build(self) -> None:
        """Create the tabs in the current container."""
        self._tabs.build(
            {
                "muscles": self._build_muscles,
                "bars": self._bars.build,
                "body": self._build_body,
                "gait": self._gait.build,
                "fields": self._build_fields,
            }
        )
        with dpg.handler_registry():
            dpg.add_mouse_wheel_handler(callback=self._wheel)

    def update(self, shot: m.Snapshot, busy: bool) -> None:
        """Look at the mouse and bring what is in front up to date; once per frame.

        Args:
            shot: The instant on the screen.
            busy: Whether this frame has a new picture. That and new plots cost most: where both would
                come in one frame, the plots wait for the next one.
        """
        desk, traces = self._desk, self._desk.traces
        if not desk.settings.right_panel:
            return
        newest = max(traces.newest, shot.history[1])
        self._limits = desk.axis.limits(newest, shot.run_time)
        self._mouse(newest)
        if desk.settings.right_tab == "bars":
            self._bars.mouse()
        self._waited = busy and not self._waited
        if not self._waited:
            self._draw(shot)

    def _draw(self, shot: m.Snapshot) -> None:
        desk, traces, cursor = self._desk, self._desk.traces, shot.run_time
        tab = desk.settings.right_tab
        if not _PLOTS[tab]:
            (self._gait if tab == "gait" else self._bars).update(shot)
            return
        state: tuple[object, ...] = (
            tab,
            traces.version,
            self._limits,
            cursor,
            desk.muscles.version,
            id(desk.kept),
            tuple(desk.fields),
            desk.settings.color_map,
            dpg.get_value("joint_choice"),
        )
        if state == self._drawn or (tab == "muscles" and not self.raster.ready):
            return
        self._drawn = state
        set_limits([f"{plot}_x" for plot in _PLOTS[tab]], self._limits)
        dpg.set_axis_ticks(f"{_PLOTS[tab][-1]}_x", tuple(ticks(self._limits)))
        for plot in _PLOTS[tab]:
            dpg.set_value(f"{plot}_cursor", [[cursor]])
            dpg.configure_item(f"{plot}_cursor", show=shot.reviewing or desk.axis.end is not None)
        if tab == "muscles":
            self.raster.update(traces, self._limits, desk.settings.color_map, desk.muscles.selected)
            for part in (self.lines, self._error):
                part.update(traces, self._limits)
        elif tab == "fields":
            self._fields.update(traces, self._limits)
        else:
            for other in (self._angles, self._forces, self._reward, self._error2):
                other.update(traces, self._limits)

    def fit(self, width: int) -> None:
        """Lay out for a content of ``width`` [pixels]."""
        self._tabs.update(self._desk.settings.right_tab, width)

    def hovered_muscle(self) -> int | None:
        """The muscle under the mouse, in the raster or on a line."""
        tab, open_ = self._desk.settings.right_tab, self._desk.settings.right_panel
        if tab == "bars" and open_:
            return self._bars.hovered()
        if tab != "muscles" or not open_:
            return None
        return self.raster.hovered() if self.raster.hovered() is not None else self.lines.hovered()

    # --- tabs ------------------------------------------------------------------------------

    def _build_muscles(self) -> None:
        with dpg.group(horizontal=True):
            theme.heading("Activation")
            dpg.add_button(
                label="Choose lines ...", small=True, callback=lambda *_: self._desk.toggle_window("picker")
            )
        self.lines.build_labels()
        with plot_grid("plots", 4, row_ratios=(0.30, 0.30, 0.18, 0.22)):
            self.raster.build()
            self.lines.build()
            self._error.build()

    def _build_body(self) -> None:
        with dpg.group(horizontal=True):
            theme.heading("Joint")
            self._angles.build_choice()
            theme.dim("thin: reference; white: sum")
        with plot_grid("plots2", 4, row_ratios=(0.27, 0.24, 0.25, 0.24)):
            self._angles.build()
            self._forces.build()
            self._reward.build()
            self._error2.build()

    def _build_fields(self) -> None:
        self._fields.build_choice()
        with plot_grid("plots3", 4, row_ratios=(0.24, 0.24, 0.24, 0.28)):
            self._fields.build()

    # --- mouse -----------------------------------------------------------------------------

    def _hovered_plot(self) -> str | None:
        plots = _PLOTS[self._desk.settings.right_tab]
        return next((plot for plot in plots if dpg.is_item_hovered(plot)), None)

    def _mouse(self, newest: float) -> None:
        plot = self._hovered_plot()
        if plot is not None and dpg.is_mouse_button_clicked(0):
            self._click(plot)
        if plot is not None and dpg.is_mouse_button_clicked(1):
            self._pan_from = dpg.get_plot_mouse_pos()[0]
            self._pressed = "pan"
        if not (dpg.is_mouse_button_down(0) or dpg.is_mouse_button_down(1)):
            self._pressed = self._scrubbed = None
        elif plot is not None and self._pressed == "pan":
            self._desk.axis.pan(self._pan_from - dpg.get_plot_mouse_pos()[0], self._limits, newest)
        elif plot is not None and self._pressed == "scrub":
            self._scrub(dpg.get_plot_mouse_pos()[0])

    def _click(self, plot: str) -> None:
        now = time.monotonic()
        double, self._last_click = now - self._last_click < _DOUBLE_CLICK, now
        muscle = self.hovered_muscle()
        if double and plot in RASTERS and muscle is not None:
            self._desk.muscles.toggle(muscle)
            return
        if double:
            self._desk.axis.reset()
            return
        if muscle is not None and muscle != self._desk.muscles.selected:
            self._desk.select_muscle(muscle)
        self._pressed = "scrub"
        self._scrub(dpg.get_plot_mouse_pos()[0])

    def _scrub(self, run_time: float) -> None:
        oldest, newest = self._desk.shot.history
        wanted = min(max(run_time, oldest), newest)
        if wanted != self._scrubbed:
            self._scrubbed = wanted
            self._desk.axis.end = self._limits[1]  # plots stand still while one looks at the past
            self._desk.send(m.Seek(wanted))

    def _wheel(self, _sender: object, steps: float, _user: object) -> None:
        if steps and self._hovered_plot() is not None:
            newest = max(self._desk.traces.newest, self._desk.shot.history[1])
            self._desk.axis.zoom(_ZOOM**steps, dpg.get_plot_mouse_pos()[0], self._limits, newest)
