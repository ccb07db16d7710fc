"""Actions of the Run menu: time."""

from __future__ import annotations

import math
from functools import partial

from kinesis_app.errors import KinesisError
from kinesis_app.gui.actions.action import Action
from kinesis_app.gui.desk import Desk
from kinesis_app.session import messages as m

RATES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, math.inf)


def next_rate(rate: float, up: bool) -> float:
    """The neighbouring rate of the table."""
    if up:
        return next((r for r in RATES if r > rate * 1.001), RATES[-1])
    return next((r for r in reversed(RATES) if r < rate * 0.999), RATES[0])


# One to three lines per row read better than eight.
# fmt: off
def rows(d: Desk) -> list[Action]:
    """The menu's rows."""
    send = d.send
    return [
        Action("time.play", "Play / pause", ("Space",), partial(toggle_play, d), "Run",
               "Let time run, or stop it; in the past: show it again, then go on", lambda: d.shot.playing),
        Action("time.step", "Step", ("Right",), lambda: send(m.StepForward()), "Run",
               "Pause and go one control step (1/30 s) on"),
        Action("time.back", "Back", ("Left",), lambda: send(m.StepBack()), "Run",
               "Pause and go one control step back"),
        Action("time.step10", "Ten steps on", ("Shift+Right",), lambda: send(m.StepForward(10)), "Run",
               "Pause and go a third of a second on"),
        Action("time.back10", "Ten steps back", ("Shift+Left",), lambda: send(m.StepBack(10)), "Run",
               "Pause and go a third of a second back"),
        Action("time.start", "To the oldest instant", ("Home",), lambda: send(m.Seek(d.shot.history[0])),
               "Run", "Look at the oldest instant of the history"),
        Action("time.end", "To the newest instant", ("End",), lambda: send(m.Seek(d.shot.history[1])), "Run",
               "Look at the newest instant again"),
        Action("time.continue", "Continue from here", ("Enter",), lambda: send(m.ContinueFromHere()), "Run",
               "Go on live from the instant on the screen; what came after it is forgotten"),
        Action("time.reset", "Reset", ("Backspace",), lambda: send(m.Reset()), "Run",
               "Back to the first frame of the motion"),
        Action("time.faster", "Faster", ("=",), partial(change_rate, d, True), "Run",
               "More simulated time per second"),
        Action("time.slower", "Slower", ("-",), partial(change_rate, d, False), "Run",
               "Less simulated time per second"),
        Action("time.real", "Real time", ("Shift+=",), lambda: send(m.SetRate(1.0)), "Run",
               "One simulated second per second"),
        Action("time.loop", "Loop", ("Shift+L",), lambda: send(m.SetLoop(not d.shot.loop)), "Run",
               "Start again at the end of the motion, or after a fall", lambda: d.shot.loop),
        Action("time.loop_a", "Loop from here (A)", ("Shift+A",), partial(mark_a, d), "Run",
               "First end of the stretch to show again and again"),
        Action("time.loop_b", "Loop to here (B)", ("Shift+B",), partial(mark_b, d), "Run",
               "Second end; the stretch between A and B is shown again and again"),
        Action("time.loop_off", "End the A-B loop", ("Shift+X",), partial(end_loop, d), "Run",
               "Forget A and B"),
    ]


# fmt: on
def toggle_play(d: Desk) -> None:
    """Play or pause."""
    d.send(m.Pause() if d.shot.playing else m.Play())


def change_rate(d: Desk, up: bool) -> None:
    """To the neighbouring rate."""
    d.send(m.SetRate(next_rate(d.shot.rate, up)))


def mark_a(d: Desk) -> None:
    """Set the first end of the A-B loop."""
    d.loop_from = d.shot.run_time
    d.tell("info", f"A is at {d.loop_from:.2f} s; set B with Shift+B.")


def mark_b(d: Desk) -> None:
    """Set the second end and loop.

    Raises:
        KinesisError: If A is missing or in the same place.
    """
    here = d.shot.run_time
    if d.loop_from is None or d.loop_from == here:
        raise KinesisError("Set A first (Shift+A), at another time than B.")
    d.send(m.SetLoopRange((min(d.loop_from, here), max(d.loop_from, here))))
    d.loop_from = None


def end_loop(d: Desk) -> None:
    """Forget both ends."""
    d.loop_from = None
    d.send(m.SetLoopRange(None))
