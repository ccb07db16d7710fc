"""Files that are dropped on the window from a file manager are opened.

Dear PyGui has no callback for this. But the GLFW that is built into it takes part in drag and drop, and
its own function to listen can be called; on Windows Dear PyGui has no GLFW, and nothing happens.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections import deque
from pathlib import Path
from typing import Any

import dearpygui._dearpygui

from kinesis_app.gui.desk import Desk
from kinesis_app.gui.opening import kind_of, open_file

_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p))


class FileDrop:
    """Listens on the main thread, once the window is there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._dropped: deque[Path] = deque()
        self._callback = _CALLBACK(self._drop)  # GLFW keeps no reference to it
        self._listening = False

    def update(self) -> None:
        """Open what was dropped; once per frame."""
        if not self._listening:
            self._listening = True
            with contextlib.suppress(OSError, AttributeError):
                self._listen()
        while self._dropped:
            path = self._dropped.popleft()
            open_file(self._desk, kind_of(path), path)

    def _listen(self) -> None:
        glfw: Any = ctypes.CDLL(dearpygui._dearpygui.__file__)
        glfw.glfwGetCurrentContext.restype = ctypes.c_void_p
        window = glfw.glfwGetCurrentContext()  # the window's, on this thread
        if window:
            glfw.glfwSetDropCallback.argtypes = (ctypes.c_void_p, _CALLBACK)
            glfw.glfwSetDropCallback(window, self._callback)

    def _drop(self, _window: int, count: int, paths: Any) -> None:
        # Called while Dear PyGui draws: nothing of it may be called from here.
        self._dropped.extend(Path(os.fsdecode(paths[i])) for i in range(count))
