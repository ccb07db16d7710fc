"""The panel with the 3-D picture."""

from __future__ import annotations

import time

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.gui.frames import FrameStore
from kinesis_app.gui.mirror import Mirror
from kinesis_app.gui.picture_texture import REGISTRY, PictureTexture, coming_texture, new_texture
from kinesis_app.gui.view_thread import ViewThread

_QUANTUM = 128
_SETTLE = 0.25
_MAX_SIZE = (1920, 1200)


class Viewport:
    """Shows the view thread's pictures.

    Attributes:
        fresh: Whether this frame has a new one.
    """

    def __init__(self, view: ViewThread) -> None:
        self._view = view
        self.fresh = False
        self._mirror = Mirror()
        self._size, self._since = (0, 0), 0.0
        self._store: FrameStore | None = None
        self._texture: PictureTexture | None = None
        self._coming: PictureTexture | None = None
        self._old: PictureTexture | None = None

    def build(self) -> None:
        """Create the panel's content in the current container."""
        dpg.add_texture_registry(tag=REGISTRY)
        dpg.add_text("Preparing the 3-D view ...", tag="view_note")

    def update(self, width: int, height: int) -> None:
        """Once per GUI frame: adopt the panel's size [pixels] and the newest picture."""
        self._adopt_size((min(max(width, 64), _MAX_SIZE[0]), min(max(height, 64), _MAX_SIZE[1])))
        self._adopt_texture()
        pixels = None if self._store is None else self._store.take()
        self.fresh = pixels is not None
        if pixels is not None:
            self._show(pixels)
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

    @property
    def shown(self) -> np.ndarray | None:
        """The picture on the screen, uint8 (height, width, 3), bottom row first."""
        return None if self._store is None else self._store.shown

    # --- size and pictures -----------------------------------------------------------------

    def _adopt_size(self, size: tuple[int, int]) -> None:
        now = time.monotonic()
        if size != self._size:
            first = self._size == (0, 0)
            self._size, self._since = size, 0.0 if first else now
            if dpg.does_item_exist("picture"):
                dpg.configure_item("picture", width=size[0], height=size[1])
            if self._store is not None:  # a picture that just grew is drawn smaller than it is shown
                self._view.show_in(self._store, *size)
        # One texture for a drag at the window's edge, not one for each of its sizes on the way.
        if now - self._since > _SETTLE:
            self._want_texture(*(-(-pixels // _QUANTUM) * _QUANTUM for pixels in size))

    def _want_texture(self, width: int, height: int) -> None:
        latest = self._coming or self._texture
        if latest is None or latest.size != (width, height):
            if self._coming is not None:
                dpg.delete_item(self._coming.tag)
            self._coming = new_texture(width, height)

    def _adopt_texture(self) -> None:
        if self._coming is None:
            return
        coming = self._coming = coming_texture(self._coming, *self._coming.size)
        if not coming.ready or self._old is not None:
            return
        self._old, self._texture, self._coming = self._texture, coming, None
        self._store = FrameStore(*coming.size)
        self._view.show_in(self._store, *self._size)

    def _show(self, pixels: np.ndarray) -> None:
        assert self._texture is not None
        self._texture.put(pixels)
        # Flipping by texture coordinates is free: MuJoCo's pictures begin at the bottom.
        across, upward = (pixels.shape[1 - i] / self._texture.size[i] for i in range(2))
        uv = {"uv_min": (0.0, upward), "uv_max": (across, 0.0)}
        if dpg.does_item_exist("picture"):
            self._mirror.configure("picture", texture_tag=self._texture.tag, **uv)
        else:
            dpg.delete_item("view_note")
            width, height = self._size
            dpg.add_image(self._texture.tag, tag="picture", parent="view", width=width, height=height, **uv)
        if self._old is not None:
            dpg.delete_item(self._old.tag)
            self._old = None
