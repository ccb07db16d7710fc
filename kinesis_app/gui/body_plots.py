"""How the body does: error and speed; joint angles against the reference, forces, reward."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.body.joints import LEG_JOINTS
from kinesis_app.gui import theme
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.lines import kept_time
from kinesis_app.gui.mirror import Mirror
from kinesis_app.gui.plot_parts import (
    PALETTE,
    add_cursor,
    add_line,
    largest,
    round_up,
    set_line,
    smallest,
    time_plot,
)
from kinesis_app.gui.traces import Traces

RIGHT, LEFT = 5, 1
"""Colours of the two legs, in ``PALETTE``: vermilion and sky blue."""
_BELOW = 0.06
"""Room for the label of 0 [of the axis above it]."""
_SHORT, _ENTRY = 3, 26
"""Letters of a term's name, and room around it in the legend [pixels at font scale 1]."""
_NARROW = 350
"""Plots of this width have no room for three whole words in the legend [pixels at font scale 1]."""
_JOINTS = tuple(joint.replace("_angle", "").replace("_", " ") for joint in LEG_JOINTS)


class ErrorSpeed:
    """Tracking error and walking speed; ``tag`` names the plot."""

    def __init__(self, desk: Desk, tag: str) -> None:
        self._desk, self._tag = desk, tag
        self._mirror = Mirror()

    def build(self) -> None:
        """Create the plot in the current container."""
        tag = self._tag
        axis = time_plot(tag, "[mm]", last=True, legend=True)
        dpg.add_plot_axis(
            dpg.mvYAxis, label="[m/s]", tag=f"{tag}_y2", opposite=True, no_gridlines=True, parent=tag
        )
        add_line(f"{tag}_kept", axis, "thin_5")
        add_line(f"{tag}_error", axis, "line_5", label="error")
        add_line(f"{tag}_speed", f"{tag}_y2", "line_1", label="speed")
        add_line(f"{tag}_asked", f"{tag}_y2", "line_7", label="asked")
        add_cursor(tag)

    def update(self, traces: Traces, limits: tuple[float, float]) -> None:
        """Draw what lies within ``limits``."""
        rows, kept, tag = traces.rows(limits), self._desk.kept, self._tag
        time = traces["time"][rows]
        for line, name in (("error", "error"), ("speed", "speed"), ("asked", "wanted_speed")):
            set_line(f"{tag}_{line}", time, traces[name][rows])
        dpg.configure_item(f"{tag}_kept", show=kept is not None)
        if kept is not None:
            set_line(f"{tag}_kept", kept_time(kept, traces), kept["error"])
        for axis, name, least in (("y", "error", 50.0), ("y2", "speed", 2.0)):
            top = round_up(largest(traces[name][rows]), least)
            dpg.set_axis_limits(f"{tag}_{axis}", -_BELOW * top, top)
        narrow = dpg.get_item_rect_size(tag)[0] < _NARROW * dpg.get_global_font_scale()
        self._mirror.configure(f"{tag}_error", label="err" if narrow else "error")


class JointAngles:
    """One joint of both legs, and what the reference asks of it."""

    PLOT = "angles"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def build_choice(self) -> None:
        """Create the box to choose the joint."""
        dpg.add_combo(_JOINTS, tag="joint_choice", default_value="knee")
        theme.sized("joint_choice", 112)

    def build(self) -> None:
        """Create the plot in the current container."""
        axis = time_plot(self.PLOT, "angle [deg]", legend=True)
        for side, color in (("right", RIGHT), ("left", LEFT)):
            add_line(f"angle_kept_{side}", axis, f"thin_{2 if side == 'right' else 4}", show=False)
            add_line(f"angle_asked_{side}", axis, f"thin_{color}")
            add_line(f"angle_{side}", axis, f"line_{color}", label=side)
        add_cursor(self.PLOT)

    def update(self, traces: Traces, limits: tuple[float, float]) -> None:
        """Draw what lies within ``limits``."""
        joint, rows, kept = _JOINTS.index(dpg.get_value("joint_choice")), traces.rows(limits), self._desk.kept
        time = traces["time"][rows]
        shown = []
        for column, side in ((joint, "right"), (joint + 7, "left")):
            angle = np.degrees(traces["joints"][rows][:, column])
            asked = np.degrees(traces["wanted_joints"][rows][:, column])
            set_line(f"angle_{side}", time, angle)
            set_line(f"angle_asked_{side}", time, asked)
            dpg.configure_item(f"angle_kept_{side}", show=kept is not None)
            if kept is not None:
                set_line(f"angle_kept_{side}", kept_time(kept, traces), np.degrees(kept["joints"][:, column]))
            shown += [angle, asked]
        values = np.concatenate(shown)
        low, high = smallest(values), largest(values)
        margin = max(0.08 * (high - low), 2.0)
        dpg.set_axis_limits(f"{self.PLOT}_y", low - margin, high + 3.0 * margin)


class GroundForces:
    """Vertical ground reaction under both feet."""

    PLOT = "forces"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def build(self) -> None:
        """Create the plot in the current container."""
        axis = time_plot(self.PLOT, "GRF [N]", legend=True)
        for side, color in (("right", RIGHT), ("left", LEFT)):
            add_line(f"grf_kept_{side}", axis, f"thin_{color}", show=False)
            add_line(f"grf_{side}", axis, f"line_{color}", label=side)
        add_cursor(self.PLOT)

    def update(self, traces: Traces, limits: tuple[float, float]) -> None:
        """Draw what lies within ``limits``."""
        rows, kept = traces.rows(limits), self._desk.kept
        force = traces["grf"][rows][:, :, 2]
        for foot, side in enumerate(("right", "left")):
            set_line(f"grf_{side}", traces["time"][rows], force[:, foot])
            dpg.configure_item(f"grf_kept_{side}", show=kept is not None)
            if kept is not None:
                set_line(f"grf_kept_{side}", kept_time(kept, traces), kept["grf"][:, foot, 2])
        top = round_up(largest(force), 500.0)
        dpg.set_axis_limits(f"{self.PLOT}_y", -_BELOW * top, top)


class RewardTerms:
    """The terms of the training reward, and their sum in white."""

    PLOT = "reward"

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._whole = False

    def build(self) -> None:
        """Create the plot in the current container."""
        axis = time_plot(self.PLOT, "reward", legend=True)
        add_line("reward_sum", axis, "line_white")
        add_cursor(self.PLOT)

    def update(self, traces: Traces, limits: tuple[float, float]) -> None:
        """Draw what lies within ``limits``."""
        rows, terms = traces.rows(limits), traces.reward_terms
        time, total = traces["time"][rows], traces["reward"][rows]
        set_line("reward_sum", time, total)
        low, high = smallest(total), largest(total)
        for i, (name, values) in enumerate(terms.items()):
            if name not in self._lines:
                self._lines.append(name)
                add_line(f"reward_{name}", f"{self.PLOT}_y", f"line_{i % len(PALETTE)}", label=name[:_SHORT])
                self._whole = False
            set_line(f"reward_{name}", time, values[rows])
            low, high = min(low, smallest(values[rows])), max(high, largest(values[rows]))
        margin = max(0.1 * (high - low), 0.02)
        dpg.set_axis_limits(f"{self.PLOT}_y", low - margin, high + 3.5 * margin)
        self._relabel()

    def _relabel(self) -> None:
        """Whole words where the legend has room for them."""
        entry = _ENTRY * dpg.get_global_font_scale()
        room = 0.8 * dpg.get_item_rect_size(self.PLOT)[0]
        whole = sum(theme.text_width(name) + entry for name in self._lines) < room
        if whole != self._whole:
            self._whole = whole
            for name in self._lines:
                dpg.configure_item(f"reward_{name}", label=name if whole else name[:_SHORT])
