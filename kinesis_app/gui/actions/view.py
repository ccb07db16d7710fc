"""Actions of the View menu: the picture, the panels, the looks of the window."""

from __future__ import annotations

from functools import partial

from kinesis_app.body.model import display_model
from kinesis_app.errors import KinesisError
from kinesis_app.gui.actions import view_flags
from kinesis_app.gui.actions.action import Action
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.muscle_filter import MuscleFilter
from kinesis_app.gui.settings import CAMERAS, LEFT_TABS, THEMES, next_font_scale
from kinesis_app.view.camera_views import CAMERA_VIEWS
from kinesis_app.view.colors import MAPS
from kinesis_app.view.muscle_values import QUANTITIES
from kinesis_app.view.options import ViewOptions
from kinesis_app.view.quality import LEVELS

COLORS = (*QUANTITIES, "plain")


def rows(d: Desk) -> list[Action]:
    """The menu's rows."""
    return [*_shown(d), *_camera(d), *_muscles(d), *_window(d), *view_flags.rows(d)]


# One to three lines per row read better than eight.
# fmt: off
def _shown(d: Desk) -> list[Action]:
    return [
        Action("view.ghost", "Ghost of the reference", ("Shift+H",), partial(_toggle, d, "ghost"), "View",
               "Show as blue glass what the human imitates", lambda: d.view.options.ghost),
        Action("view.forces", "Ground reaction forces", ("F",), partial(_toggle, d, "forces"), "View",
               "Show the forces under the feet as arrows", lambda: d.view.options.forces),
        Action("view.muscles", "Muscles", ("V", ";"), partial(_toggle, d, "muscles"), "View",
               "Show or hide the muscles", lambda: d.view.options.muscles),
        Action("view.bones_muscles", "Bones and muscles only", ("Shift+V",), partial(_plain, d), "View",
               "Back to the plain picture: bones, muscles, floor"),
        Action("view.parent", "Select the parent", ("PageUp",), partial(_parent, d), "View",
               "From the selected body to the one it hangs on"),
        Action("view.deselect", "Deselect", ("Shift+D",), partial(_deselect, d), "View",
               "No muscle and no body stands out any more"),
    ]


def _camera(d: Desk) -> list[Action]:
    looks = [
        Action(f"view.camera_{i}", f"Camera {look.title}", (), partial(d.view.look, i), "View",
               f"Look at the human {look.title}", part="Camera")
        for i, look in enumerate(CAMERA_VIEWS)
    ]
    return [
        Action("view.follow", "Follow the body", ("Shift+F",),
               lambda: d.view.set_tracking(not d.view.camera.tracking), "View", "Let the camera go along",
               lambda: d.view.camera.tracking, part="Camera"),
        Action("view.align", "Align camera", ("Ctrl+A",), d.view.align_camera, "View",
               "Back to the first view, and follow", part="Camera"),
        Action("view.free", "Free camera", ("Esc",), partial(escape, d), "View",
               "Close an open window, end the goal tool, or else let the camera stay where it is",
               part="Camera"),
        Action("view.next_camera", "Next camera", ("]",), lambda: d.view.next_look(1), "View",
               "Go through the ready-made views", part="Camera"),
        Action("view.previous_camera", "Previous camera", ("[",), lambda: d.view.next_look(-1), "View",
               "Go through the ready-made views backwards", part="Camera"),
        *looks, *_kept_cameras(d),
    ]


def _kept_cameras(d: Desk) -> list[Action]:
    recall = [
        Action(f"view.recall_{i}", f"Kept camera {i}", (f"Alt+{i}",), partial(_recall_camera, d, i), "View",
               "Look from where the camera was when it was kept", part="Kept cameras")
        for i in range(1, CAMERAS + 1)
    ]
    keep = [
        Action(f"view.keep_{i}", f"Keep this camera as {i}", (f"Shift+Alt+{i}",), partial(_keep_camera, d, i),
               "View", "Remember where the camera is, also the next time", part="Kept cameras")
        for i in range(1, CAMERAS + 1)
    ]
    return [*recall, *keep]


def _muscles(d: Desk) -> list[Action]:
    by = [
        Action(f"view.color_{name}", f"Colour by {name}" if name != "plain" else "One colour for muscles", (),
               partial(d.show, color_by=name), "View",
               f"Colour muscles: {QUANTITIES.get(name, 'all alike')}",
               partial(lambda n: d.view.options.color_by == n, name), part="Muscle colour")
        for name in COLORS
    ]
    maps = [
        Action(f"view.map_{name}", f"Colour map {name}", (), partial(_set_map, d, name), "View",
               "All maps grow brighter with the value: readable for colour-blind people",
               partial(lambda n: d.settings.color_map == n, name), part="Muscle colour")
        for name in MAPS
    ]
    return [
        Action("view.color", "Next muscle colour", ("Shift+M",), partial(_next_color, d), "View",
               "Activation, excitation, force, length, plain", part="Muscle colour"),
        *by, *maps,
        Action("view.filter", "Filter muscles ...", ("Ctrl+F",),
               lambda: d.set(left_panel=True, left_tab="view"), "View",
               "Draw only muscles of a name, side, group or joint"),
        Action("view.all_muscles", "All muscles", ("Ctrl+Shift+F",), lambda: d.filter_muscles(MuscleFilter()),
               "View", "Draw all muscles again"),
    ]


def _window(d: Desk) -> list[Action]:
    tabs = [
        Action(f"view.tab_{name}", f"{name.capitalize()} tab", (f"Ctrl+{i + 1}",),
               partial(d.set, left_panel=True, left_tab=name), "View", f"Bring the {name} tab to the front",
               part="Window")
        for i, name in enumerate(LEFT_TABS)
    ]
    quality = [
        Action(f"view.quality_{name}", f"Quality {name}", (), partial(d.view.set_quality, level), "View",
               "Of the picture; 'automatic' adapts to the machine",
               partial(lambda k: d.view.fixed_quality == k, level), part="Quality")
        for level, name in ((None, "automatic"), *((i, q.name) for i, q in enumerate(LEVELS)))
    ]
    return [
        Action("view.left", "Left panel", ("Tab",), lambda: d.set(left_panel=not d.settings.left_panel),
               "View", "Show or hide the controls", lambda: d.settings.left_panel, part="Window"),
        Action("view.right", "Right panel", ("Shift+Tab",),
               lambda: d.set(right_panel=not d.settings.right_panel),
               "View", "Show or hide the plots", lambda: d.settings.right_panel, part="Window"),
        *tabs,
        Action("view.full", "Full screen", ("F11", "F5"), lambda: d.full_screen(), "View",
               "Fill the screen, or leave it again", part="Window"),
        Action("view.theme", "Dark or light", ("Ctrl+Shift+L",), partial(_next_theme, d), "View",
               "Change between the dark and the light theme", part="Window"),
        Action("view.larger", "Larger text", ("Ctrl+=",),
               lambda: _resize(d, True), "View", "The whole window grows with it", part="Window"),
        Action("view.smaller", "Smaller text", ("Ctrl+-",),
               lambda: _resize(d, False), "View", "The whole window shrinks with it", part="Window"),
        *quality,
    ]


# fmt: on
def escape(d: Desk) -> None:
    """Close the window in front, or end the goal tool, or stop following."""
    if d.open:
        d.open.clear()
    elif d.goal_tool:
        d.goal_tool = False
    elif d.muscles.selected is not None or d.view.options.selected_body:
        _deselect(d)
    else:
        d.view.set_tracking(False)


def _keep_camera(d: Desk, number: int) -> None:
    others = [kept for kept in d.settings.cameras if kept.number != number]
    kept = (*others, d.view.camera.kept(number))
    d.set(cameras=tuple(sorted(kept, key=lambda camera: camera.number)))
    d.tell("info", f"Camera kept as {number}: Alt+{number} looks from here again.")


def _recall_camera(d: Desk, number: int) -> None:
    for kept in d.settings.cameras:
        if kept.number == number:
            d.view.recall(kept, d.shot.qpos)
            return
    raise KinesisError(f"No camera is kept as {number} yet: Shift+Alt+{number} keeps this one.")


def _toggle(d: Desk, name: str) -> None:
    d.show(**{name: not getattr(d.view.options, name)})


def _next_color(d: Desk) -> None:
    view_flags.show_next(d, "color_by", COLORS)
    d.tell("info", f"Muscles show {d.view.options.color_by}.")


def _set_map(d: Desk, name: str) -> None:
    d.set(color_map=name)
    d.show(color_map=name)


def _plain(d: Desk) -> None:
    d.view.set_options(ViewOptions(color_map=d.settings.color_map, ghost=False))
    d.filter = MuscleFilter()


def _deselect(d: Desk) -> None:
    d.muscles.select(None)
    d.show(selected_muscle=None, selected_body="")


def _parent(d: Desk) -> None:
    model, name = display_model(), d.view.options.selected_body
    if name:
        parent = model.body(int(model.body(name).parentid[0])).name
        d.show(selected_body="" if parent == "world" else parent)


def _next_theme(d: Desk) -> None:
    d.set(theme=THEMES[(THEMES.index(d.settings.theme) + 1) % len(THEMES)])


def _resize(d: Desk, up: bool) -> None:
    d.settings = next_font_scale(d.settings, up)
