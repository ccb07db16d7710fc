"""A game pad steers the human, turns the camera and does actions; where there is none, nothing happens."""

from __future__ import annotations

import math
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kinesis_app.gui.actions import Action
from kinesis_app.gui.desk import Desk
from kinesis_app.session import messages as m

BUTTONS = {
    "A": "time.play", "B": "human.stop", "X": "view.color", "Y": "view.ghost", "LEFT_BUMPER": "time.back10",
    "RIGHT_BUMPER": "time.step10", "BACK": "time.reset", "START": "time.continue",
    "DPAD_UP": "human.faster", "DPAD_DOWN": "human.slower", "DPAD_LEFT": "human.push_left",
    "DPAD_RIGHT": "human.push_right",
}  # fmt: skip
"""Actions by the names that GLFW gives the buttons of an Xbox pad."""
PRESSED, RELEASED = 0.5, 0.3
"""Way of the stick at which the human is steered, and at which it is stopped, of 1."""
_TURN = math.radians(10.0)
"""A stick that turns by less asks for nothing new [rad]."""
_STEER_EVERY = 0.3
_LOOK_FOR_ONE_EVERY = 2.0
_IDLE = 0.15
"""Sticks that nobody touches do not rest at 0 exactly."""
_ORBIT = 0.4
"""Speed of the camera with the stick at its end [heights of the picture per second]."""


@dataclass(frozen=True)
class PadState:
    """What is pressed.

    Attributes:
        buttons: Of ``BUTTONS``, those held.
        left, right: The sticks, to the right and up, each -1 to 1.
    """

    buttons: frozenset[str] = frozenset()
    left: tuple[float, float] = (0.0, 0.0)
    right: tuple[float, float] = (0.0, 0.0)


class GamePad:
    """Polled on the main thread.

    Args:
        desk: Gets what is asked.
        actions: By name.
        call: Does an action.
        read: Gives the state of the first pad, or None.
    """

    def __init__(
        self,
        desk: Desk,
        actions: Mapping[str, Action],
        call: Callable[[Action], None],
        read: Callable[[], PadState | None],
    ) -> None:
        self._desk, self._actions, self._call, self._read = desk, actions, call, read
        self._held: frozenset[str] = frozenset()
        self._next = 0.0
        self._steered: float | None = None
        self._steered_at = self._looked_at = 0.0

    def update(self) -> None:
        """Once per frame."""
        now = time.monotonic()
        if now < self._next:
            return
        state = self._read()
        self._next = now if state is not None else now + _LOOK_FOR_ONE_EVERY
        state = state or PadState()  # one that is pulled out lets everything go
        for name in sorted(state.buttons - self._held):
            self._call(self._actions[BUTTONS[name]])
        self._held = state.buttons
        self._steer(state.left, now)
        self._orbit(state.right, now)

    def _steer(self, stick: tuple[float, float], now: float) -> None:
        """Walk where the stick points, as seen; let go: stop."""
        if math.hypot(*stick) < (RELEASED if self._steered is not None else PRESSED):
            if self._steered is not None:
                self._steered = None
                self._desk.send(m.Steer(stop=True))
            return
        heading = math.radians(self._desk.view.camera.cam.azimuth) + math.atan2(-stick[0], stick[1])
        if self._steered is not None:
            turned = abs(math.remainder(heading - self._steered, 2.0 * math.pi))
            if turned < _TURN or now - self._steered_at < _STEER_EVERY:
                return
        self._steered, self._steered_at = heading, now
        self._desk.send(m.Steer(heading=heading))

    def _orbit(self, stick: tuple[float, float], now: float) -> None:
        seconds, self._looked_at = min(now - self._looked_at, 0.1), now
        if math.hypot(*stick) > _IDLE:
            self._desk.view.move_camera("orbit", _ORBIT * seconds * stick[0], -_ORBIT * seconds * stick[1])


def read_pad() -> PadState | None:
    """The first pad that GLFW knows; None if there is none. GLFW must be initialised."""
    import glfw

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GLFW tells errors as warnings
        if sys.platform == "linux":  # there a pad that is plugged in later is seen while events are polled
            glfw.poll_events()
        for number in range(glfw.JOYSTICK_LAST + 1):
            state = glfw.get_gamepad_state(number) if glfw.joystick_is_gamepad(number) else None
            if state is not None:
                return _state_of(state.buttons, state.axes)
    return None


def _state_of(buttons: Sequence[int], axes: Sequence[float]) -> PadState:
    import glfw

    held = frozenset(name for name in BUTTONS if buttons[getattr(glfw, f"GAMEPAD_BUTTON_{name}")])
    left, right = (
        (
            float(axes[getattr(glfw, f"GAMEPAD_AXIS_{side}_X")]),
            -float(axes[getattr(glfw, f"GAMEPAD_AXIS_{side}_Y")]),  # GLFW counts downwards
        )
        for side in ("LEFT", "RIGHT")
    )
    return PadState(held, left, right)
