"""A GL context without a window: EGL first, then GLFW, then OSMesa."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable
from typing import Any

from kinesis_app.errors import KinesisError

BACKENDS = ("egl", "glfw", "osmesa")


def make_context(width: int, height: int) -> Any:
    """A context that is current on this thread.

    The environment variable MUJOCO_GL, if set, picks the one backend to try.

    Raises:
        KinesisError: If none works.
    """
    wanted = os.environ.get("MUJOCO_GL", "").lower()
    reasons = []
    for name in (wanted,) if wanted in BACKENDS else BACKENDS:
        try:
            context = _OPENERS[name](width, height)
            context.make_current()
            return context
        except Exception as error:  # noqa: BLE001  each binding fails in its own way; the next may work
            reasons.append(f"{name}: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
    raise KinesisError(
        f"No OpenGL for the 3-D picture ({'; '.join(reasons)}). "
        "On Debian: apt-get install libegl1 libgl1-mesa-dri."
    )


def _egl(width: int, height: int) -> Any:
    with _platform("egl"):
        from mujoco import egl

        return egl.GLContext(width, height)


def _glfw(width: int, height: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mujoco import glfw

        return glfw.GLContext(width, height)


def _osmesa(width: int, height: int) -> Any:
    with _platform("osmesa"):
        from mujoco import osmesa

        return osmesa.GLContext(width, height)


_OPENERS: dict[str, Callable[[int, int], Any]] = {"egl": _egl, "glfw": _glfw, "osmesa": _osmesa}


@contextlib.contextmanager
def _platform(name: str) -> Any:
    """PyOpenGL reads its platform once, at import; take it back if the import failed."""
    before = os.environ.get("PYOPENGL_PLATFORM")
    try:
        yield
    except Exception:
        if before is None:
            os.environ.pop("PYOPENGL_PLATFORM", None)
        raise


def renderer_name(context: Any) -> str:
    """What draws, e.g. ``llvmpipe (LLVM 15)`` or the name of a graphics card; needs a current context."""
    try:
        from OpenGL import GL

        raw = GL.glGetString(GL.GL_RENDERER)
        return raw.decode(errors="replace") if raw else "unknown"
    except Exception:  # noqa: BLE001  PyOpenGL may be bound to another platform: then we do not know
        return "unknown"


def is_software(name: str) -> bool:
    """Whether a renderer of this name draws on the processor."""
    return any(word in name.lower() for word in ("llvmpipe", "softpipe", "swrast", "software", "swiftshader"))
