"""The panel with the 3-D picture."""

from __future__ import annotations

import time

import dearpygui.dearpygui as dpg

from kinesis_app.gui.frames import FrameStore, Image
from kinesis_app.gui.view_thread import ViewThread

_QUANTUM = 128
_SETTLE = 0.25
_MAX_SIZE = (1920, 1200)


class Viewport:
    """Shows the view thread's pictures."""

    def __init__(self, view: ViewThread) -> None:
        self._view = view
        self._size = (0, 0)
        self._wanted, self._wanted_since = (0, 0), 0.0
        self._store: FrameStore | None = None
        self._retired: list[tuple[int | str, FrameStore]] = []
        self._texture: int | str = 0

    def build(self) -> None:
        """Create the panel's content in the current container."""
        dpg.add_texture_registry(tag="view_textures")
        dpg.add_text("Preparing the 3-D view ...", tag="view_note")

    def update(self, width: int, height: int) -> None:
        """Once per GUI frame: adopt the panel's size [pixels] and the newest picture."""
        self._adopt_size(width, height)
        if self._store is not None and (image := self._store.take()) is not None:
            self._show(image)
        if self._view.problem:
            dpg.set_value("view_note", self._view.problem)

    @property
    def hovered(self) -> bool:
        """Whether the mouse is over the picture, and nothing else is in front of it."""
        return bool(dpg.does_item_exist("picture") and dpg.is_item_hovered("picture"))

    def mouse(self) -> tuple[float, float]:
        """Where the mouse is: from the left in widths, from the bottom in heights."""
        left, top = dpg.get_item_rect_min("picture")
        x, y = dpg.get_mouse_pos(local=False)
        return (x - left) / max(self._size[0], 1), 1.0 - (y - top) / max(self._size[1], 1)

    @property
    def height(self) -> int:
        """Of the picture [pixels]."""
        return max(self._size[1], 1)

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
