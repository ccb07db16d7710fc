"""Actions of the File menu: what comes in and what goes out."""

from __future__ import annotations

from functools import partial

from kinesis_app.errors import KinesisError
from kinesis_app.export.keyframe import keyframe
from kinesis_app.gui import opening
from kinesis_app.gui.actions.action import Action
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.jobs import Progress
from kinesis_app.session import messages as m

_EXPORTS = {
    ".sto": ("OpenSim storage (.sto)", ("Ctrl+E",), "Positions, activations, forces for OpenSim"),
    ".mot": ("OpenSim motion (.mot)", (), "Coordinates for OpenSim"),
    ".csv": ("Table (.csv)", (), "All channels with units, for spreadsheets"),
    ".npz": ("Recording (.npz)", (), "All arrays, with the excitations that replay the run in plain MuJoCo"),
}


# One to three lines per row read better than eight.
# fmt: off
def rows(d: Desk) -> list[Action]:
    """The menu's rows."""
    exports = [
        Action(f"file.export_{suffix[1:]}", title, keys, partial(export, d, suffix), "File",
               f"{text}; of the A-B loop, or of all of this motion", part="Export")
        for suffix, (title, keys, text) in _EXPORTS.items()
    ]
    films = [
        Action(f"file.film_{suffix[1:]}", f"Save film ({suffix})", keys, partial(film, d, suffix), "File",
               "Render the A-B loop, or this motion so far, at 30 frames per second", part="Export")
        for suffix, keys in ((".mp4", ("Ctrl+Shift+V",)), (".gif", ("Ctrl+Alt+V",)))
    ]
    return [
        Action("file.open", "Open motion ...", ("Ctrl+O",), partial(ask, d, "motion"), "File",
               "Follow a motion from a file: BVH, AMC, C3D, TRC, MOT, STO, SMPL and more"),
        Action("file.open_policy", "Open policy ...", ("Ctrl+Shift+O",), partial(ask, d, "policy"), "File",
               "Let another network drive the muscles"),
        Action("file.watch_policy", "Read a changed policy again", (),
               lambda: d.set(watch_policy=not d.settings.watch_policy), "File",
               "Whenever the policy's file changes, as training does to it", lambda: d.settings.watch_policy),
        Action("file.reload", "Reload motion", ("Ctrl+L",), partial(opening.reload, d), "File",
               "Read the motion's file again"),
        Action("file.open_session", "Open session ...", ("Ctrl+Alt+O",), partial(ask, d, "session"), "File",
               "Policy, motion, experiment and window as they were saved"),
        Action("file.save_session", "Save session", ("Ctrl+S",), partial(opening.save_session, d), "File",
               "Keep policy, motion, experiment and window in a file"),
        Action("file.picture", "Save picture", ("Ctrl+P",), partial(picture, d), "File",
               "Write the 3-D view as a PNG file into the current folder"),
        *films, *exports,
        Action("file.copy", "Copy state", ("Ctrl+C",), partial(copy_state, d), "File",
               "Put pose, velocities and activations on the clipboard as a MuJoCo keyframe"),
        Action("file.cancel", "Cancel work", ("Ctrl+Backspace",), partial(cancel, d), "File",
               "End the latest film, export or reading that still goes on"),
        Action("file.quit", "Quit", ("Ctrl+Q",), partial(_quit, d), "File", "Close the window"),
    ]


# fmt: on
def ask(d: Desk, what: str) -> None:
    """Open the file window for a ``motion``, ``policy``, ``session`` or ``experiment``."""
    d.browse = what
    d.open.add("files")


def picture(d: Desk) -> None:
    """Write a large picture."""
    d.view.save_picture(d.free_name(".png"))


def export(d: Desk, suffix: str) -> None:
    """Write numbers under a free name; the session does it and tells when it is done."""
    d.clip_range()
    d.send(m.ExportRun(d.free_name(suffix), d.shot.loop_range))


def film(d: Desk, suffix: str) -> None:
    """Render a film under a free name, beside the window.

    Raises:
        KinesisError: If there is nothing to film.
    """
    from kinesis_app.view.video import record_video

    shots = d.session.recorded(*d.clip_range())
    if len(shots) < 2:
        raise KinesisError("Nothing to film yet: let time run first.")
    path, options = d.free_name(suffix), d.view.options

    def work(progress: Progress) -> int:
        return record_video(progress.over(shots, len(shots)), path, options=options)

    d.jobs.start(path.name, work, lambda n: d.tell("info", f"Film of {n / 30.0:.1f} s saved as '{path}'."))
    d.tell("info", f"Rendering {len(shots)} frames; the run goes on.")


def copy_state(d: Desk) -> None:
    """Put the state on the clipboard."""
    d.clipboard(keyframe(d.shot))
    d.tell("info", "State copied as a <key> for MuJoCo.")


def cancel(d: Desk) -> None:
    """Cancel the latest work."""
    if not d.jobs.cancel():
        d.tell("info", "Nothing is going on that could be cancelled.")


def _quit(d: Desk) -> None:
    d.closing = True
