"""A file manager from which files are dragged: the other side of X11's drag and drop, XDND version 5.

Usage: ``drag_source.py WINDOW FILE``; ends when the window says that it took the file, or after a minute.
"""

from __future__ import annotations

import ctypes
import sys
import time
from pathlib import Path
from typing import Any

_X = ctypes.CDLL("libX11.so.6")
_SELECTION_REQUEST, _SELECTION_NOTIFY, _CLIENT_MESSAGE = 30, 31, 33
_VERSION = 5 << 24
_PATIENCE = 60.0
_LONG = ctypes.c_ulong


def _fields(*names: str) -> list[Any]:
    head = [("type", ctypes.c_int), ("serial", _LONG), ("sent", ctypes.c_int), ("display", ctypes.c_void_p)]
    return [*head, *((name, _LONG) for name in names)]


class _Message(ctypes.Structure):
    _fields_ = [*_fields("window", "name"), ("format", ctypes.c_int), ("data", _LONG * 5)]


class _Request(ctypes.Structure):
    _fields_ = _fields("owner", "asker", "selection", "target", "place", "time")


class _Answer(ctypes.Structure):
    _fields_ = _fields("asker", "selection", "target", "place", "time")


class _Event(ctypes.Union):
    _fields_ = [
        ("message", _Message),
        ("request", _Request),
        ("answer", _Answer),
        ("room", ctypes.c_long * 24),
    ]


def drop(window: int, file: Path) -> bool:
    """Drop a file on a window; whether the window took it."""
    for name in ("XInternAtom", "XDefaultRootWindow", "XCreateSimpleWindow"):
        getattr(_X, name).restype = _LONG
    _X.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(_X.XOpenDisplay(None))
    root = _LONG(_X.XDefaultRootWindow(display))
    own = _X.XCreateSimpleWindow(display, root, 0, 0, 1, 1, 0, _LONG(0), _LONG(0))

    def atom(name: str) -> int:
        return int(_X.XInternAtom(display, name.encode(), 0))

    def send(to: int, event: _Event) -> None:
        _X.XSendEvent(display, _LONG(to), 0, ctypes.c_long(0), ctypes.byref(event))
        _X.XFlush(display)

    def say(name: str, *data: int) -> None:
        event = _Event()
        event.message = _Message(
            _CLIENT_MESSAGE, 0, 1, display, window, atom(name), 32, (_LONG * 5)(own, *data)
        )
        send(window, event)

    listed, text = atom("text/uri-list"), f"{file.resolve().as_uri()}\r\n".encode()
    _X.XSetSelectionOwner(display, _LONG(atom("XdndSelection")), _LONG(own), _LONG(0))
    say("XdndEnter", _VERSION, listed)
    say("XdndPosition", 0, (400 << 16) | 300, 0, atom("XdndActionCopy"))
    event, end = _Event(), time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if not _X.XPending(display):
            time.sleep(0.02)
            continue
        _X.XNextEvent(display, ctypes.byref(event))
        if event.message.type == _CLIENT_MESSAGE and event.message.name == atom("XdndStatus"):
            say("XdndDrop")
        elif event.message.type == _CLIENT_MESSAGE and event.message.name == atom("XdndFinished"):
            # GLFW answers with the number of bytes it took, not with the protocol's flag in the lowest bit.
            return bool(event.message.data[1])
        elif event.request.type == _SELECTION_REQUEST:
            ask = event.request
            _X.XChangeProperty(
                display, _LONG(ask.asker), _LONG(ask.place), _LONG(ask.target), 8, 0, text, len(text)
            )
            answer = _Event()
            answer.answer = _Answer(
                _SELECTION_NOTIFY, 0, 1, display, ask.asker, ask.selection, ask.target, ask.place, ask.time
            )
            send(ask.asker, answer)
    return False


if __name__ == "__main__":
    sys.exit(not drop(int(sys.argv[1]), Path(sys.argv[2])))
