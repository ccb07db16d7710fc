"""Long work that its caller may end: readers and retargeting ask at every line and every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ask: ContextVar[Callable[[], None] | None] = ContextVar("ask", default=None)


@contextmanager
def interruptible(ask: Callable[[], None]) -> Iterator[None]:
    """Within it, :func:`may_end` calls ``ask``, which raises what ends the work; per thread."""
    token = _ask.set(ask)
    try:
        yield
    finally:
        _ask.reset(token)


def may_end() -> None:
    """A place where work may end; costs a tenth of a microsecond."""
    ask = _ask.get()
    if ask is not None:
        ask()
