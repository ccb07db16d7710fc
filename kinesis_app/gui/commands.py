"""The rows of the table of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kinesis_app.gui.actions import Action
from kinesis_app.session import messages as m

if TYPE_CHECKING:
    from kinesis_app.gui.window import Window


def action_table(w: Window) -> list[Action]:
    """All actions of the window ``w``."""
    return [*_file_actions(w), *_time_actions(w), *_view_actions(w), *_body_actions(w), *_help_actions(w)]


# One to three lines per row read better than eight.
# fmt: off
def _file_actions(w: Window) -> list[Action]:
    return [
        Action("file.open", "Open motion ...", ("Ctrl+O",), w.controls.ask_for_motion, "File",
               "Follow a motion from a file: BVH, AMC, TRC, MOT, STO, NPZ"),
        Action("file.picture", "Save picture", ("Ctrl+P",), w.save_picture, "File",
               "Write the 3-D view as a PNG file into the current folder"),
        Action("file.copy", "Copy state", ("Ctrl+C",), w.copy_state, "File",
               "Put pose, velocities and activations on the clipboard as a MuJoCo keyframe"),
        Action("file.quit", "Quit", ("Ctrl+Q",), w.quit, "File", "Close the window"),
    ]


def _time_actions(w: Window) -> list[Action]:
    send = w.send
    return [
        Action("time.play", "Play / pause", ("Space",), w.toggle_play, "Run", "Let time run, or stop it"),
        Action("time.step", "Step", ("Right",), lambda: send(m.StepForward()), "Run",
               "Pause and go one control step (1/30 s) on"),
        Action("time.back", "Back", ("Left",), lambda: send(m.StepBack()), "Run",
               "Pause and go one control step back"),
        Action("time.step10", "Ten steps on", ("Shift+Right",), lambda: send(m.StepForward(10)), "Run",
               "Pause and go a third of a second on"),
        Action("time.back10", "Ten steps back", ("Shift+Left",), lambda: send(m.StepBack(10)), "Run",
               "Pause and go a third of a second back"),
        Action("time.reset", "Reset", ("Backspace",), lambda: send(m.Reset()), "Run",
               "Back to the first frame of the motion"),
        Action("time.faster", "Faster", ("=",), lambda: w.change_rate(True), "Run",
               "More simulated time per second"),
        Action("time.slower", "Slower", ("-",), lambda: w.change_rate(False), "Run",
               "Less simulated time per second"),
        Action("time.loop", "Loop", ("Shift+L",), lambda: w.set_loop(not w.loop), "Run",
               "Start again at the end of the motion, or after a fall", lambda: w.loop),
    ]


def _view_actions(w: Window) -> list[Action]:
    return [
        Action("view.ghost", "Ghost of the reference", ("Shift+H",), lambda: w.toggle_option("ghost"),
               "View", "Show as blue glass what the human imitates", lambda: w.view.options.ghost),
        Action("view.color", "Colour by activation", ("Shift+M",), lambda: w.toggle_option("muscle_color"),
               "View", "Colour muscles from slate (silent) to yellow (full activation)",
               lambda: w.view.options.muscle_color),
        Action("view.muscles", "Muscles", ("V",), lambda: w.toggle_option("muscles"), "View",
               "Show or hide the muscles", lambda: w.view.options.muscles),
        Action("view.forces", "Ground reaction forces", ("F",), lambda: w.toggle_option("forces"), "View",
               "Show the forces under the feet as arrows", lambda: w.view.options.forces),
        Action("view.follow", "Follow the body", ("Shift+F",), w.toggle_tracking, "View",
               "Let the camera go along", lambda: w.view.camera.tracking),
        Action("view.align", "Align camera", ("Ctrl+A",), w.align_camera, "View",
               "Back to the first view, and follow"),
        Action("view.free", "Free camera", ("Esc",), w.escape, "View",
               "Close an open window, or else let the camera stay where it is"),
        Action("view.left", "Left panel", ("Tab",), lambda: w.toggle_panel("left"), "View",
               "Show or hide the controls", lambda: w.panels["left"]),
        Action("view.right", "Right panel", ("Shift+Tab",), lambda: w.toggle_panel("right"), "View",
               "Show or hide the plots", lambda: w.panels["right"]),
        Action("view.full", "Full screen", ("F11", "F5"), w.toggle_full_screen, "View",
               "Fill the screen, or leave it again"),
    ]


_PUSHES = (
    ("forward", "Shift+Up", 0.0, "from behind"),
    ("back", "Shift+Down", 180.0, "from the front"),
    ("left", "Ctrl+Left", 90.0, "to its left"),
    ("right", "Ctrl+Right", -90.0, "to its right"),
)


def _body_actions(w: Window) -> list[Action]:
    pushes = [
        Action(f"body.push_{name}", f"Push {name}", (key,), partial(w.controls.push, angle), "Human",
               f"Push the pelvis {words}, as strong as the slider says")
        for name, key, angle, words in _PUSHES
    ]
    return [
        *pushes,
        Action("body.faster", "Walk faster", ("Up",), lambda: w.change_speed(0.1), "Human",
               "Generated walks: 0.1 m/s faster"),
        Action("body.slower", "Walk slower", ("Down",), lambda: w.change_speed(-0.1), "Human",
               "Generated walks: 0.1 m/s slower"),
        Action("body.muscles", "Choose muscles to plot ...", ("Shift+P",), w.picker.toggle_window, "Human",
               "Pick lines by name, side and group"),
    ]


def _help_actions(w: Window) -> list[Action]:
    return [
        Action("help.help", "Help", ("F1",), w.toggle_help, "Help", "Keys, mouse and all actions"),
        Action("help.log", "Log", ("F2",), w.log.toggle, "Help", "All messages so far"),
    ]


# fmt: on
