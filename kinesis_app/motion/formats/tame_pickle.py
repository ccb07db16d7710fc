"""Arrays out of a pickled .npy file without unpickling: no code of the file can run.

``pickletools`` splits the bytes into instructions. Of these only the ones that build numbers,
text, lists, dictionaries and NumPy arrays are followed, on plain values; the few names a pickled
array refers to are recognised as text and never looked up. Anything else is refused.
"""

from __future__ import annotations

import math
import pickletools
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.npy import npy_header

MAX_INSTRUCTIONS = 2_000_000
_RECONSTRUCT = ("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct")
_SCALAR = ("numpy.core.multiarray scalar", "numpy._core.multiarray scalar")
_NAMES = (*_RECONSTRUCT, *_SCALAR, "numpy ndarray", "numpy dtype", "_codecs encode")
_VALUES = {
    "NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": (),
}  # fmt: skip
_LITERALS = (
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8",
    "SHORT_BINBYTES", "BINBYTES", "BINBYTES8",
)  # fmt: skip
_RECIPE = (
    "save its joints as plain numbers instead, only if you trust its source: "
    "np.save('joints.npy', np.load(FILE, allow_pickle=True).item()['motion'][0].transpose(2, 0, 1))"
)


@dataclass
class _Array:
    """An array whose state is still to come."""

    value: Any = None


@dataclass
class _Type:
    """A dtype whose byte order is still to come."""

    descr: str


@dataclass
class _Machine:
    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def since_mark(self) -> list[Any]:
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items


def read_pickled_array(content: bytes, path: Path) -> Any:
    """What a .npy file with one pickled object holds: numbers, text, lists, dictionaries, arrays.

    Raises:
        KinesisError: If there is anything else in it, or it is damaged.
    """
    _, _, shape, start = npy_header(content, f"'{path}'")
    machine = _Machine()
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(content[start:])):
            if count > MAX_INSTRUCTIONS:
                raise ValueError("too many instructions")
            if opcode.name != "STOP":
                _follow(machine, opcode.name, argument)
        (result,) = machine.stack
        items = _plain(result)
        if math.prod(shape) != 1 or not isinstance(items, list) or len(items) != 1:
            raise ValueError("one object expected")
        return items[0]
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, struct.error, UnicodeError) as error:
        reason = str(error)[:120] or type(error).__name__
        raise KinesisError(
            f"'{path}' holds pickled objects that are not read ({reason}); {_RECIPE}."
        ) from None


def _follow(machine: _Machine, name: str, argument: Any) -> None:
    """One instruction of the pickle machine."""
    stack = machine.stack
    if name in ("PROTO", "FRAME"):
        return
    if name in _VALUES:
        stack.append(_VALUES[name])
    elif name in _LITERALS:
        stack.append(argument)
    elif name == "EMPTY_LIST":
        stack.append([])
    elif name == "EMPTY_DICT":
        stack.append({})
    elif name == "MARK":
        machine.marks.append(len(stack))
    elif name in ("BINPUT", "LONG_BINPUT"):
        machine.memo[argument] = stack[-1]
    elif name == "MEMOIZE":
        machine.memo[len(machine.memo)] = stack[-1]
    elif name in ("BINGET", "LONG_BINGET"):
        stack.append(machine.memo[argument])
    elif name in ("GLOBAL", "STACK_GLOBAL"):
        _name(stack, name, argument)
    else:
        _build(machine, name)


def _name(stack: list[Any], name: str, argument: Any) -> None:
    if name == "STACK_GLOBAL":
        attribute, module = stack.pop(), stack.pop()
        argument = f"{module} {attribute}"
    if argument not in _NAMES:
        raise ValueError(f"'{str(argument)[:60]}' is not allowed")
    stack.append(("name", argument))


def _build(machine: _Machine, name: str) -> None:
    """Instructions that put values together."""
    stack = machine.stack
    if name in ("TUPLE1", "TUPLE2", "TUPLE3"):
        size = int(name[-1])
        if len(stack) < size:
            raise ValueError("damaged")
        items = tuple(stack[-size:])
        del stack[-size:]
        stack.append(items)
    elif name == "TUPLE":
        items = tuple(machine.since_mark())
        stack.append(items)
    elif name in ("APPEND", "APPENDS"):
        values = machine.since_mark() if name == "APPENDS" else [stack.pop()]
        _expect(stack[-1], list).extend(values)
    elif name in ("SETITEM", "SETITEMS"):
        values = machine.since_mark() if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
        if not all(isinstance(key, (str, int)) for key in values[::2]):
            raise ValueError("keys must be text or numbers")
        _expect(stack[-1], dict).update(zip(values[::2], values[1::2], strict=True))
    elif name == "REDUCE":
        arguments, function = stack.pop(), stack.pop()
        stack.append(_called(function, _expect(arguments, tuple)))
    elif name == "BUILD":
        state = stack.pop()
        _set_state(stack[-1], _expect(state, tuple))
    else:
        raise ValueError(f"instruction {name} is not allowed")


def _expect(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{kind.__name__} expected")
    return value


def _called(function: Any, arguments: tuple[Any, ...]) -> Any:
    """The value that one of the known names makes of its arguments."""
    known = function[1] if type(function) is tuple and len(function) == 2 and function[0] == "name" else ""
    if known in _RECONSTRUCT:
        return _Array()
    if known == "numpy dtype":
        return _Type(_expect(arguments[0], str))
    if known in _SCALAR:
        dtype, content = arguments
        return _from_bytes(content, dtype, ())
    if known == "_codecs encode" and arguments[1] == "latin1":
        return _expect(arguments[0], str).encode("latin1")
    raise ValueError("a call is not allowed")


def _set_state(target: Any, state: tuple[Any, ...]) -> None:
    if type(target) is _Type:
        order = _expect(state[1], str)
        if order in ("<", ">") and target.descr[:1] not in "<>|=":
            target.descr = order + target.descr
    elif type(target) is _Array and target.value is None:
        _, shape, dtype, fortran, content = state
        if type(content) is list:
            target.value = content
        else:
            target.value = _from_bytes(content, dtype, _expect(shape, tuple), bool(fortran))
    else:
        raise ValueError("a state is not allowed")


def _from_bytes(content: Any, dtype: Any, shape: tuple[Any, ...], fortran: bool = False) -> np.ndarray:
    kind = np.dtype(_expect(dtype, _Type).descr)
    if kind.hasobject or kind.kind not in "fiubU" or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("numbers expected")
    array = np.frombuffer(_expect(content, bytes), kind)
    if len(shape) > 8 or array.size != math.prod(shape):
        raise ValueError("an array's size does not fit")
    return array.reshape(shape, order="F" if fortran else "C")


def _plain(value: Any, depth: int = 0) -> Any:
    """Finished values: arrays for what stood for them, three levels deep, where motions are."""
    if type(value) is _Array:
        value = value.value
    if depth < 3 and type(value) is list:
        return [_plain(item, depth + 1) for item in value]
    if depth < 3 and type(value) is dict:
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    return value
