"""Dear PyGui's callbacks, called by ourselves: its own queue drops them silently when there are many."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import dearpygui.dearpygui as dpg


def call_back(callback: Callable[..., Any], sender: object, data: object, user_data: object) -> Any:
    """Call with as many of the three as the callback takes."""
    parameters = inspect.signature(callback).parameters.values()
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return callback(*(sender, data, user_data)[: 3 if variadic else len(parameters)])


def run_callbacks(guarded: Callable[[Callable[[], Any]], None]) -> None:
    """Do what has come in since the last frame; each call goes through ``guarded``."""
    for callback, sender, data, about in dpg.get_callback_queue() or ():
        if callback is not None:
            guarded(partial(call_back, callback, sender, data, about))
