"""The panel with the 3-D picture, and the mouse in it."""

from __future__ import annotations

import time

import dearpygui.dearpygui as dpg

from kinesis_app.gui.frames import FrameStore, Image
from kinesis_app.gui.view_thread import ViewThread

_QUANTUM = 128
_SETTLE = 0.25
_MAX_SIZE = (1920, 1200)
_WHEEL_STEP = 0.05
_DOUBLE_CLICK = 0.25
_BUTTONS = {0: "orbit", 1: "pan", 2: "zoom"}


class Viewport:
    """Shows the view thread's pictures; turns drags into camera movements."""

    def __init__(self, view: ViewThread) -> None:
        self._view = view
        self._size = (0, 0)
        self._wanted, self._wanted_since = (0, 0), 0.0
        self._store: FrameStore | None = None
        self._retired: list[tuple[int | str, FrameStore]] = []
        self._texture: int | str = 0
        self._drag: int | None = None
        self._mouse = (0.0, 0.0)
        self._down = [False] * 3
        self._last_right = 0.0

    def build(self) -> None:
        """Create the panel's content in the current container."""
        dpg.add_texture_registry(tag="view_textures")
        dpg.add_text("Preparing the 3-D view ...", tag="view_note")
        with dpg.handler_registry():
            dpg.add_mouse_wheel_handler(callback=self._wheel)

    def update(self, width: int, height: int) -> None:
        """Once per GUI frame: adopt the panel's size [pixels], the newest picture and the mouse."""
        self._adopt_size(width, height)
        if self._store is not None and (image := self._store.take()) is not None:
            self._show(image)
        if self._view.problem:
            dpg.set_value("view_note", self._view.problem)
        self._track_mouse()

    @property
    def hovered(self) -> bool:
        return bool(dpg.does_item_exist("picture") and dpg.is_item_hovered("picture"))

    # --- size and pictures -----------------------------------------------------------------

    def _adopt_size(self, width: int, height: int) -> None:
        wanted = (min(max(width, 64), _MAX_SIZE[0]), min(max(height, 64), _MAX_SIZE[1]))
        now = time.monotonic()
        if wanted != self._wanted:
            self._wanted, self._wanted_since = wanted, now
            if dpg.does_item_exist("picture"):
                dpg.configure_item("picture", width=wanted[0], height=wanted[1])
            if self._store is not None:
                self._view.show_in(self._store, *wanted)
        # A texture costs megabytes that never come back: wait until the user stopped resizing.
        settled = now - self._wanted_since > _SETTLE or self._store is None
        if wanted != self._size and settled:
            self._size = wanted
            self._make_store()

    def _make_store(self) -> None:
        width, height = (-(-pixels // _QUANTUM) * _QUANTUM for pixels in self._size)
        if self._store is None or (width, height) != (self._store.width, self._store.height):
            if self._store is not None:
                self._retired.append((self._texture, self._store))
            self._store = FrameStore(width, height)
            self._texture = 0
        self._view.show_in(self._store, *self._size)

    def _show(self, image: Image) -> None:
        assert self._store is not None
        share = (image.width / self._store.width, image.height / self._store.height)
        if not self._texture:
            self._texture = dpg.add_raw_texture(
                self._store.width,
                self._store.height,
                image.pixels,
                parent="view_textures",
                format=dpg.mvFormat_Float_rgba,
            )
        dpg.set_value(self._texture, image.pixels)
        # Flipping by texture coordinates is free: MuJoCo's pictures begin at the bottom.
        uv = {"uv_min": (0.0, share[1]), "uv_max": (share[0], 0.0)}
        if dpg.does_item_exist("picture"):
            dpg.configure_item("picture", texture_tag=self._texture, **uv)
        else:
            dpg.delete_item("view_note")
            dpg.add_image(
                self._texture, tag="picture", parent="view", width=self._size[0], height=self._size[1], **uv
            )
        while self._retired:
            texture, _ = self._retired.pop()
            if texture:
                dpg.delete_item(texture)

    # --- mouse -----------------------------------------------------------------------------

    def _track_mouse(self) -> None:
        down = [dpg.is_mouse_button_down(button) for button in range(3)]
        position = tuple(dpg.get_mouse_pos(local=False))
        for button in range(3):
            if down[button] and not self._down[button] and self.hovered and self._drag is None:
                self._drag = button
                if button == 1:
                    self._right_pressed()
            elif not down[button] and self._drag == button:
                self._drag = None
        dx, dy = position[0] - self._mouse[0], position[1] - self._mouse[1]
        if self._drag is not None and self._down[self._drag] and (dx or dy):
            height = max(self._size[1], 1)
            self._view.move_camera(self._action(self._drag), dx / height, dy / height)
        self._mouse, self._down = (position[0], position[1]), down

    def _action(self, button: int) -> str:
        shift = dpg.is_key_down(dpg.mvKey_LShift) or dpg.is_key_down(dpg.mvKey_RShift)
        name = _BUTTONS[button]
        return f"{name}_h" if shift and name != "zoom" else name

    def _right_pressed(self) -> None:
        now = time.monotonic()
        if now - self._last_right < 2.0 * _DOUBLE_CLICK:
            left, top = dpg.get_item_rect_min("picture")
            x, y = dpg.get_mouse_pos(local=False)
            self._view.centre_on((x - left) / self._size[0], 1.0 - (y - top) / self._size[1])
        self._last_right = now

    def _wheel(self, _sender: object, steps: float, _user: object) -> None:
        if self.hovered and steps:
            self._view.move_camera("zoom", 0.0, -_WHEEL_STEP * steps)
