"""Where pictures that change lie for Dear PyGui to draw them."""

from __future__ import annotations

from typing import Protocol

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.gui.gl_textures import GlTextures

REGISTRY = "view_textures"
_PATIENCE = 5
"""Dear PyGui makes a texture when it next draws; some frames later it is certainly there."""


class PictureTexture(Protocol):
    """A texture that pictures are shown in.

    Attributes:
        tag: For Dear PyGui.
        size: Width and height [pixels].
        ready: Whether pictures can be put in.
        failed: Whether they never will.
    """

    tag: int | str
    size: tuple[int, int]

    @property
    def ready(self) -> bool: ...

    @property
    def failed(self) -> bool: ...

    def put(self, pixels: np.ndarray) -> None:
        """Copy a picture, uint8 (height, width, 4), C-contiguous, into the texture's first corner."""


class RawTexture:
    """Works everywhere; takes 36 bytes per pixel and uploads them all in every GUI frame.

    On Linux Dear PyGui never frees 16 of them.
    """

    ready, failed = True, False

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        # Dear PyGui reads this memory in every frame, unchecked: it must not move.
        self._pixels = np.ones((height, width, 4), dtype=np.float32)
        self.tag = dpg.add_raw_texture(
            width, height, self._pixels, parent=REGISTRY, format=dpg.mvFormat_Float_rgba
        )

    def put(self, pixels: np.ndarray) -> None:
        height, width = pixels.shape[:2]
        np.multiply(pixels, np.float32(1.0 / 255.0), out=self._pixels[:height, :width])


class GlTexture:
    """A static texture of Dear PyGui's, whose pixels are changed through OpenGL.

    Args:
        gl: Of the window's context, which must be current.
        width, height: [pixels].
    """

    def __init__(self, gl: GlTextures, width: int, height: int) -> None:
        self.size = (width, height)
        self._gl, self._before = gl, gl.of_size(width, height)
        self._name: int | None = None
        self._asked = 0
        black = np.zeros(4 * width * height, dtype=np.float32)
        self.tag = dpg.add_static_texture(width, height, black, parent=REGISTRY)

    @property
    def ready(self) -> bool:
        if self._name is None:
            self._asked += 1
            new = self._gl.of_size(*self.size) - self._before
            if len(new) == 1:
                self._name = new.pop()
                dpg.set_value(self.tag, [0.0])  # frees the first pixels: they are in OpenGL's memory now
        return self._name is not None

    @property
    def failed(self) -> bool:
        return self._name is None and self._asked > _PATIENCE

    def put(self, pixels: np.ndarray) -> None:
        assert self._name is not None
        self._gl.put(self._name, pixels)


def coming_texture(texture: PictureTexture | None, width: int, height: int) -> PictureTexture:
    """``texture``, or a new one where there is none yet, or one that works everywhere where it failed."""
    if texture is None:
        return new_texture(width, height)
    if texture.failed:
        dpg.delete_item(texture.tag)
        return RawTexture(width, height)
    return texture


def new_texture(width: int, height: int) -> PictureTexture:
    """The best kind of texture there is on this machine."""
    try:
        return GlTexture(GlTextures(), width, height)
    except OSError:
        return RawTexture(width, height)
