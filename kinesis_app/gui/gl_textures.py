"""Textures of the window's own OpenGL context, on the main thread; only on Linux is there one."""

from __future__ import annotations

import ctypes
import sys

import numpy as np

_TEXTURE_2D, _TEXTURE_BINDING_2D = 0x0DE1, 0x8069
_TEXTURE_WIDTH, _TEXTURE_HEIGHT = 0x1000, 0x1001
_RGBA, _UNSIGNED_BYTE = 0x1908, 0x1401
_HIGHEST_NAME = 2048
"""Drivers number textures from 1; the window has a dozen."""


class GlTextures:
    """OpenGL 1.1 calls.

    Raises:
        OSError: If there is no OpenGL library.
    """

    def __init__(self) -> None:
        if not sys.platform.startswith("linux"):
            raise OSError("Dear PyGui does not draw with OpenGL here")
        self._gl = ctypes.CDLL("libGL.so.1")

    def of_size(self, width: int, height: int) -> set[int]:
        """Names of all textures that are ``width`` x ``height`` pixels large."""
        gl, bound, found = self._gl, ctypes.c_int(), set()
        gl.glGetIntegerv(_TEXTURE_BINDING_2D, ctypes.byref(bound))
        for name in range(1, _HIGHEST_NAME):
            if gl.glIsTexture(name):
                gl.glBindTexture(_TEXTURE_2D, name)
                if (self._level(_TEXTURE_WIDTH), self._level(_TEXTURE_HEIGHT)) == (width, height):
                    found.add(name)
        gl.glBindTexture(_TEXTURE_2D, bound.value)
        return found

    def put(self, name: int, pixels: np.ndarray) -> None:
        """Copy uint8 (height, width, 4), C-contiguous, into the first corner of a texture."""
        gl = self._gl
        height, width = pixels.shape[:2]
        gl.glBindTexture(_TEXTURE_2D, name)
        data = pixels.ctypes.data_as(ctypes.c_void_p)
        gl.glTexSubImage2D(_TEXTURE_2D, 0, 0, 0, width, height, _RGBA, _UNSIGNED_BYTE, data)

    def _level(self, what: int) -> int:
        value = ctypes.c_int()
        self._gl.glGetTexLevelParameteriv(_TEXTURE_2D, 0, what, ctypes.byref(value))
        return value.value
