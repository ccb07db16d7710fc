"""How compiled code reaches MuJoCo: arrays by their address, and its own ``mj_step1`` and ``mj_step2``."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import mujoco
import numba as nb


def _mujoco_function(name: str) -> Any:
    folder = Path(mujoco.__file__).parent
    library = [*folder.glob("libmujoco*"), *folder.glob("mujoco.dll")][0]
    function = getattr(ctypes.CDLL(str(library)), name)
    function.argtypes, function.restype = [ctypes.c_void_p, ctypes.c_void_p], None
    return function


mj_step1 = _mujoco_function("mj_step1")
mj_step2 = _mujoco_function("mj_step2")


@nb.extending.intrinsic
def float_pointer(typing, address):  # type: ignore[no-untyped-def]
    """The float64 array that begins at an address (int64)."""

    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return nb.types.CPointer(nb.types.float64)(nb.types.int64), codegen


@nb.extending.intrinsic
def int_pointer(typing, address):  # type: ignore[no-untyped-def]
    """The int32 array that begins at an address (int64)."""

    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return nb.types.CPointer(nb.types.int32)(nb.types.int64), codegen
