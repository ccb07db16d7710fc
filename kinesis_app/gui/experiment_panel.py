"""The experiment tab: what is done to muscles, drive, floor and gravity; each change works at once."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import dearpygui.dearpygui as dpg

from kinesis_app.experiment import NORMAL, Experiment, Fatigue, TimedPush
from kinesis_app.experiment.experiment import LIMITS
from kinesis_app.experiment.presets import PRESETS
from kinesis_app.experiment.selection import selectors
from kinesis_app.gui import theme
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.elide import elided
from kinesis_app.gui.experiment_rows import KINDS, MuscleRow, muscle_rows, with_row, without_row
from kinesis_app.session import messages as m
from kinesis_app.word_search import holds_words

_NORMAL_NAME, _OWN_NAME = "normal", "(changed by hand)"
_OFFERED = 40
# field, format, lowest, highest, factor from the experiment's unit to the slider's
_SLIDERS = (
    ("noise", "noise %.0f %%", 0.0, 100.0, 100.0),
    ("gravity", "gravity %.2f m/s2", 0.0, 20.0, 1.0),
    ("slope", "slope %.1f deg", -20.0, 20.0, 1.0),
    ("mass", "mass %.0f %%", 30.0, 300.0, 100.0),
)
_MODEL_FRICTION = 1.0
_KIND, _REST = 100, 40
"""Width of the choice of what is done to a muscle [pixels at font scale 1]."""
_FATIGUE = (("pace", "%.0f x as fast as in life", 1.0, 100.0), ("start", "%.2f tired at the start", 0.0, 1.0))


class ExperimentPanel:
    """Sliders and rows that mirror ``Snapshot.experiment``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: Experiment | None = None
        self._selectors: list[str] = []
        self._asked: Experiment | None = None
        self._rows: list[tuple[str, str]] = []
        self._room = 0.0

    # --- building --------------------------------------------------------------------------

    def build(self) -> None:
        """Create the tab's content in the current container."""
        theme.heading("Preset")
        names = (_NORMAL_NAME, *PRESETS)
        dpg.add_combo(
            names,
            tag="x_preset",
            width=-1,
            height_mode=dpg.mvComboHeight_Largest,
            callback=lambda _s, name, _u: self._ask(PRESETS.get(name, NORMAL)),
        )
        dpg.add_button(
            label="Back to normal", tag="x_normal", width=-1, callback=lambda *_: self._ask(NORMAL)
        )
        theme.heading("Muscles")
        dpg.add_input_text(
            tag="x_search", hint="muscle or group, e.g. soleus", width=-1, callback=lambda *_: self._offer()
        )
        dpg.add_listbox((), tag="x_offer", num_items=5, width=-1, callback=self._chosen)
        dpg.add_group(tag="x_rows")
        theme.heading("Drive, body, floor")
        for name, words, low, high, factor in _SLIDERS:
            self._slider(name, words, low, high, factor)
        self._slider("friction", "friction %.2f", 0.0, 2.0, 1.0)
        dpg.add_slider_int(
            tag="x_delay", format="nerves %d x 33 ms slower", max_value=int(LIMITS["delay"][1]), width=-1
        )
        self._when_released("x_delay", lambda *_: self._change(delay=dpg.get_value("x_delay")))
        dpg.add_checkbox(label="Muscles tire", tag="x_fatigue", callback=self._fatigue_changed)
        with dpg.group(tag="x_fatigue_more", show=False):
            for name, words, low, high in _FATIGUE:
                dpg.add_slider_float(
                    tag=f"x_{name}", format=words, min_value=low, max_value=high, clamped=True, width=-1
                )
                self._when_released(f"x_{name}", self._fatigue_changed)
        self._build_pushes()
        self._offer()

    def _slider(self, name: str, words: str, low: float, high: float, factor: float) -> None:
        tag = f"x_{name}"
        dpg.add_slider_float(tag=tag, format=words, min_value=low, max_value=high, clamped=True, width=-1)
        self._when_released(tag, lambda *_: self._change(**{name: dpg.get_value(tag) / factor}))

    def _build_pushes(self) -> None:
        theme.heading("Push at a time or gait phase")
        sliders = (
            ("x_push_n", "%.0f N", 10.0, 400.0, 80.0),
            ("x_push_s", "for %.2f s", 0.05, 1.0, 0.2),
            ("x_push_dir", "towards %.0f deg, left +", -180.0, 180.0, 90.0),
            ("x_push_at", "%.1f s from now", 0.0, 30.0, 2.0),
            ("x_push_phase", "at %.0f %% of the right stride", 0.0, 100.0, 30.0),
        )
        for tag, words, low, high, start in sliders:
            dpg.add_slider_float(
                tag=tag,
                format=words,
                min_value=low,
                max_value=high,
                default_value=start,
                clamped=True,
                width=-1,
            )
        dpg.add_checkbox(label="Wait for this gait phase", tag="x_push_by_phase", default_value=False)
        dpg.add_button(label="Add push", tag="x_push_add", width=-1, callback=lambda *_: self._add_push())
        dpg.add_group(tag="x_pushes")

    # --- what the user asks for ------------------------------------------------------------

    @property
    def _now(self) -> Experiment:
        return self._asked or self._desk.shot.experiment

    def _ask(self, experiment: Experiment) -> None:
        self._asked = experiment
        self._desk.send(m.SetExperiment(experiment))

    def _change(self, **changes: Any) -> None:
        """Ask for what is done now with some fields changed: it is no preset any more."""
        self._ask(replace(self._now, name="", **changes))

    def _offer(self) -> None:
        text = " ".join(dpg.get_value("x_search").lower().split())
        fitting = [s for s in selectors() if holds_words(s, text)]
        # What begins with the typed text, and the shortest of that, is what was meant.
        if text:
            fitting.sort(key=lambda s: (not s.lower().startswith(text), len(s)))
        self._selectors = fitting[:_OFFERED]
        dpg.configure_item("x_offer", items=self._selectors)

    def _chosen(self, _sender: object, selector: str, _user: object) -> None:
        if all(row.selector != selector for row in muscle_rows(self._now)):
            self._ask(with_row(self._now, MuscleRow(selector)))

    def _row_changed(self, _sender: object, _data: object, row: MuscleRow) -> None:
        i = next(k for k, r in enumerate(muscle_rows(self._now)) if r.selector == row.selector)
        kind = dpg.get_value(f"x_kind{i}")
        value = round(dpg.get_value(f"x_value{i}")) / 100.0
        self._ask(with_row(self._now, MuscleRow(row.selector, kind, value)))

    def _fatigue_changed(self, *_: object) -> None:
        on = dpg.get_value("x_fatigue")
        pace, start = max(dpg.get_value("x_pace"), 1.0), dpg.get_value("x_start")
        self._change(fatigue=Fatigue(pace, start) if on else None)

    def _add_push(self) -> None:
        value = dpg.get_value
        phase = value("x_push_phase") / 100.0 if value("x_push_by_phase") else None
        at = self._desk.shot.time + value("x_push_at")
        push = TimedPush(value("x_push_n"), value("x_push_s"), value("x_push_dir"), at, phase)
        self._change(pushes=(*self._now.pushes, push))

    def _drop_push(self, _sender: object, _data: object, i: int) -> None:
        rest = tuple(push for k, push in enumerate(self._now.pushes) if k != i)
        self._change(pushes=rest)

    # --- once per frame --------------------------------------------------------------------

    def update(self, shot: m.Snapshot) -> None:
        """Mirror the experiment, unless a slider is under the mouse."""
        width = dpg.get_item_rect_size("x_preset")[0]  # known once the tab was in front
        room = width - (_KIND + _REST) * self._desk.settings.font_scale if width else math.inf
        if dpg.is_mouse_button_down(0) or (shot.experiment is self._shown and room == self._room):
            return
        if room != self._room:
            self._room, self._rows = room, []
        if self._asked is not None and self._asked != shot.experiment and self._shown is not None:
            self._asked = None  # refused, or changed elsewhere: the session is right
            return
        self._shown, self._asked = shot.experiment, None
        self._mirror(shot.experiment)

    def _mirror(self, experiment: Experiment) -> None:
        name = experiment.name if experiment.name in PRESETS else _OWN_NAME if experiment.changes else ""
        dpg.set_value("x_preset", name or _NORMAL_NAME)
        for field, _, _, _, factor in _SLIDERS:
            dpg.set_value(f"x_{field}", factor * getattr(experiment, field))
        dpg.set_value("x_delay", experiment.delay)
        dpg.set_value("x_friction", _MODEL_FRICTION if experiment.friction is None else experiment.friction)
        tires = experiment.fatigue
        dpg.set_value("x_fatigue", tires is not None)
        dpg.configure_item("x_fatigue_more", show=tires is not None)
        for field in ("pace", "start"):
            dpg.set_value(f"x_{field}", getattr(tires or Fatigue(), field))
        self._rebuild_rows(experiment)
        self._rebuild_pushes(experiment)

    def _rebuild_rows(self, experiment: Experiment) -> None:
        # Sliders stay while they can: one that is made anew under the mouse misses the next click.
        rows = muscle_rows(experiment)
        if [(row.selector, row.kind) for row in rows] == self._rows:
            for i, row in enumerate(rows):
                dpg.set_value(f"x_value{i}", 100.0 * row.value)
            return
        self._rows = [(row.selector, row.kind) for row in rows]
        dpg.delete_item("x_rows", children_only=True)
        for i, row in enumerate(rows):
            with dpg.group(horizontal=True, parent="x_rows"):
                dpg.add_button(label="x", user_data=row.selector, callback=self._row_dropped)
                dpg.add_combo(
                    KINDS,
                    tag=f"x_kind{i}",
                    default_value=row.kind,
                    width=round(_KIND * self._desk.settings.font_scale),
                    user_data=row,
                    callback=self._row_changed,
                )
                dpg.add_text(elided(row.selector, self._room, theme.text_width))
            dpg.add_slider_float(
                tag=f"x_value{i}",
                parent="x_rows",
                default_value=100.0 * row.value,
                max_value=200.0 if row.kind == "strength" else 100.0,
                format="%.0f %%",
                clamped=True,
                width=-1,
                show=row.kind != "paralysed",
            )
            self._when_released(f"x_value{i}", self._row_changed, row)

    def _row_dropped(self, _sender: object, _data: object, selector: str) -> None:
        self._ask(without_row(self._now, selector))

    def _rebuild_pushes(self, experiment: Experiment) -> None:
        dpg.delete_item("x_pushes", children_only=True)
        for i, push in enumerate(experiment.pushes):
            phase = "" if push.phase is None else f", at {100 * push.phase:.0f} %"
            with dpg.group(horizontal=True, parent="x_pushes"):
                dpg.add_button(label="x", user_data=i, callback=self._drop_push)
                dpg.add_text(f"{push.force:.0f} N, {push.direction:.0f} deg, {push.at:.1f} s{phase}")

    def _when_released(self, tag: str, do: object, user_data: object = None) -> None:
        # A registry per slider; it goes with it, or rows that come and go would leave theirs behind.
        registry = f"{tag}_released"
        if dpg.does_item_exist(registry):
            dpg.delete_item(registry)
        with dpg.item_handler_registry(tag=registry):
            dpg.add_item_deactivated_after_edit_handler(callback=do, user_data=user_data)
        dpg.bind_item_handler_registry(tag, registry)
