"""Actions of the Human menu: speed, steering, typed commands, goals, pushes."""

from __future__ import annotations

import math
from functools import partial

from kinesis_app.body.rotations import heading
from kinesis_app.errors import KinesisError
from kinesis_app.gui.actions.action import Action
from kinesis_app.gui.desk import PUSH_SECONDS, Desk
from kinesis_app.session import messages as m

SPEED_STEP = 0.1
TURN_STEP = 30.0
"""One press turns by this much [deg]."""
_PUSHES = (
    ("forward", "Alt+Up", 0.0, "from behind"),
    ("back", "Alt+Down", 180.0, "from the front"),
    ("left", "Alt+Left", 90.0, "to its left"),
    ("right", "Alt+Right", -90.0, "to its right"),
)
_COMPASS = (
    ("away", "Num8", 0.0), ("away and left", "Num7", 45.0), ("left", "Num4", 90.0),
    ("near and left", "Num1", 135.0), ("near", "Num2", 180.0), ("near and right", "Num3", -135.0),
    ("right", "Num6", -90.0), ("away and right", "Num9", -45.0),
)  # fmt: skip


# One to three lines per row read better than eight.
# fmt: off
def rows(d: Desk) -> list[Action]:
    """The menu's rows."""
    pushes = [
        Action(f"human.push_{name}", f"Push {name}", (key,), partial(push, d, angle), "Human",
               f"Push the pelvis {words}, as strong as the slider says", part="Push")
        for name, key, angle, words in _PUSHES
    ]
    compass = [
        Action(f"human.go_{key.lower()}", f"Walk {name} (as seen)", (key,), partial(_go, d, angle), "Human",
               f"Walk {name}, as seen from the camera", part="Walk as seen")
        for name, key, angle in _COMPASS
    ]
    return [
        Action("human.command", "Type a command ...", ("Ctrl+T",), partial(_focus, d), "Human",
               "Say what to do: walk 3 m, turn left, stop"),
        Action("human.cancel", "Cancel the command", ("Shift+Backspace",), lambda: d.send(m.CancelCommand()),
               "Human", "Drop the typed command and all goals, come to a stop"),
        Action("human.undo", "Undo the command", (), lambda: d.send(m.TypedCommand("undo")), "Human",
               "Go on with what was being done before the last sentence, goal or direction"),
        Action("human.goal", "Goal tool", ("Shift+G",), partial(_goal_tool, d), "Human",
               "Click the ground: go there; drag: face that way; Shift: one more; drag a goal to move it",
               lambda: d.goal_tool),
        Action("human.clear_goals", "Clear goals", ("Ctrl+Shift+G",), lambda: d.send(m.ClearGoals()), "Human",
               "Forget the goals, come to a stop"),
        Action("human.faster", "Walk faster", ("Up",), partial(change_speed, d, SPEED_STEP), "Human",
               "0.1 m/s faster"),
        Action("human.slower", "Walk slower", ("Down",), partial(change_speed, d, -SPEED_STEP), "Human",
               "0.1 m/s slower"),
        Action("human.turn_left", "Turn left", ("Ctrl+Left",), partial(turn, d, TURN_STEP), "Human",
               "Walk on, 30 degrees to the left"),
        Action("human.turn_right", "Turn right", ("Ctrl+Right",), partial(turn, d, -TURN_STEP), "Human",
               "Walk on, 30 degrees to the right"),
        Action("human.stop", "Stop", ("Num5", "Ctrl+Down"), lambda: d.send(m.Steer(stop=True)), "Human",
               "Come to a stop and stand"),
        *compass, *pushes,
        Action("human.surprises", "Surprises", (), lambda: d.send(m.Surprise(not d.shot.surprises)), "Human",
               "Goals, sentences, directions and pushes of up to 80 N at random, until chosen again",
               lambda: d.shot.surprises),
        Action("human.foresight", "Foresee falls", (), lambda: d.send(m.SetForesight(not d.shot.foresight)),
               "Human", "Look ahead with a forward model after a push; who would fall steps elsewhere",
               lambda: d.shot.foresight),
    ]


# fmt: on
def push(d: Desk, angle: float) -> None:
    """Push at ``angle`` [deg] from the body's heading, counterclockwise seen from above."""
    direction = float(heading(d.shot.qpos[3:7])) + math.radians(angle)
    force = (d.push_force * math.cos(direction), d.push_force * math.sin(direction), 0.0)
    d.send(m.Push(force, PUSH_SECONDS))


def change_speed(d: Desk, by: float) -> None:
    """Walk faster or slower [m/s].

    Raises:
        KinesisError: If the motion has its own speed.
    """
    if d.shot.walking_speed is None:
        raise KinesisError("This motion has its own speed; only walks made here can change it.")
    d.send(m.Steer(speed_change=by))


def turn(d: Desk, angle: float) -> None:
    """Walk on at ``angle`` [deg] from where the body looks."""
    d.send(m.Steer(heading=float(heading(d.shot.qpos[3:7])) + math.radians(angle)))


def _go(d: Desk, angle: float) -> None:
    d.send(m.Steer(heading=math.radians(d.view.camera.cam.azimuth + angle)))


def _goal_tool(d: Desk) -> None:
    d.goal_tool = not d.goal_tool


def _focus(d: Desk) -> None:
    d.typing_wanted = True
