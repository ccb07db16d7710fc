"""The view tab: colours, which muscles, cameras, what MuJoCo can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.gui import theme
from kinesis_app.gui.actions import Action
from kinesis_app.gui.actions.view import COLORS
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.mirror import Mirror
from kinesis_app.gui.muscle_filter import GROUP_CHOICES, JOINT_CHOICES, SIDES, MuscleFilter
from kinesis_app.view.camera_views import CAMERA_VIEWS
from kinesis_app.view.colors import LUT_SIZE, MAPS, lut
from kinesis_app.view.muscle_values import QUANTITIES
from kinesis_app.view.options import EFFECTS, FLAGS
from kinesis_app.view.quality import LEVELS

_SWITCHES = ("view.muscles", "view.ghost", "view.forces", "view.follow")
_AUTOMATIC = "automatic"


class ViewPanel:
    """Choices that mirror ``ViewOptions``."""

    def __init__(self, desk: Desk, actions: dict[str, Action], call: Callable[[Action], None]) -> None:
        self._desk, self._actions, self._call = desk, actions, call
        self._map = ""
        self._mirror = Mirror()
        flags = [f"view.{name.lower()}" for name in (*FLAGS, *EFFECTS)]
        self._boxes = [*_SWITCHES, *flags]

    def build(self) -> None:
        """Create the tab's content in the current container."""
        desk = self._desk
        theme.heading("Muscle colour")
        with dpg.group(horizontal=True):
            self._combo("v_color", COLORS, lambda name: desk.show(color_by=name), 112)
            self._combo("v_map", MAPS, lambda name: self._call(self._actions[f"view.map_{name}"]), -1)
        with dpg.texture_registry():
            dpg.add_dynamic_texture(LUT_SIZE, 1, _strip(MAPS[0]), tag="scale_texture")
        dpg.add_image("scale_texture", tag="v_scale", height=10)
        theme.dim("", tag="v_scale_note")
        theme.heading("Which muscles")
        dpg.add_input_text(tag="v_text", hint="name, e.g. soleus", width=-1, callback=self._filtered)
        for tag, choices in (("v_side", SIDES), ("v_group", GROUP_CHOICES), ("v_joint", JOINT_CHOICES)):
            self._combo(tag, choices, lambda _: self._filtered(), -1)
        theme.dim("", tag="v_count")
        theme.heading("Camera")
        self._combo("v_camera", [c.title for c in CAMERA_VIEWS], self._look, -1)
        theme.heading("Quality")
        self._combo("v_quality", (_AUTOMATIC, *(q.name for q in LEVELS)), self._set_quality, -1)
        theme.heading("Show")
        for name in self._boxes:
            action = self._actions[name]
            dpg.add_checkbox(label=action.title, tag=f"v_{name}", user_data=action, callback=self._switched)

    def update(self) -> None:
        """Mirror the options, while the tab is in front; once per frame."""
        if self._desk.settings.left_tab != "view":
            return
        desk, options = self._desk, self._desk.view.options
        self._mirror.configure("v_scale", width=dpg.get_item_rect_size("v_camera")[0] or 228)
        dpg.set_value("v_color", options.color_by)
        dpg.set_value("v_map", options.color_map)
        dpg.set_value("v_scale_note", QUANTITIES.get(options.color_by, "all alike"))
        if options.color_map != self._map:
            self._map = options.color_map
            dpg.set_value("scale_texture", _strip(self._map))
        chosen = desk.filter
        if not dpg.is_item_active("v_text"):
            dpg.set_value("v_text", chosen.text)
        for tag, value in (("v_side", chosen.side), ("v_group", chosen.group), ("v_joint", chosen.joint)):
            dpg.set_value(tag, value)
        dpg.set_value("v_count", f"{80 if options.shown is None else len(options.shown)} of 80 are drawn")
        level = desk.view.fixed_quality
        dpg.set_value("v_quality", _AUTOMATIC if level is None else LEVELS[level].name)
        for name in self._boxes:
            checked = self._actions[name].checked
            dpg.set_value(f"v_{name}", checked is not None and checked())

    def _filtered(self, *_: object) -> None:
        value = dpg.get_value
        chosen = MuscleFilter(value("v_text"), value("v_side"), value("v_group"), value("v_joint"))
        if replace(chosen, text=chosen.text.strip()) != self._desk.filter:
            self._desk.filter_muscles(chosen)

    def _look(self, title: str) -> None:
        self._desk.view.look([c.title for c in CAMERA_VIEWS].index(title))

    def _set_quality(self, name: str) -> None:
        names = [q.name for q in LEVELS]
        self._desk.view.set_quality(None if name == _AUTOMATIC else names.index(name))

    def _switched(self, _sender: object, _on: bool, action: Action) -> None:
        self._call(action)

    def _combo(
        self, tag: str, choices: tuple[str, ...] | list[str], chosen: Callable[[str], object], width: int
    ) -> None:
        dpg.add_combo(
            list(choices),
            tag=tag,
            default_value=choices[0],
            width=width,
            callback=lambda _s, value, _u: chosen(value),
        )
        if width > 0:
            theme.sized(tag, width)


def _strip(name: str) -> list[float]:
    colors = np.ones((1, LUT_SIZE, 4), dtype=np.float32)
    colors[0, :, :3] = lut(name)
    return [float(x) for x in colors.reshape(-1)]
