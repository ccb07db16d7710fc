"""Dear PyGui's callbacks, called by ourselves: its own queue drops them silently when there are many."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def call_back(callback: Callable[..., Any], sender: object, data: object, user_data: object) -> Any:
    """Call with as many of the three as the callback takes."""
    parameters = inspect.signature(callback).parameters.values()
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return callback(*(sender, data, user_data)[: 3 if variadic else len(parameters)])
