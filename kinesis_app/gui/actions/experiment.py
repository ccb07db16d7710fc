"""Actions of the Experiment menu."""

from __future__ import annotations

from functools import partial

from kinesis_app.experiment import NORMAL
from kinesis_app.experiment.presets import PRESETS
from kinesis_app.gui.actions.action import Action
from kinesis_app.gui.actions.files import ask
from kinesis_app.gui.desk import Desk
from kinesis_app.session import messages as m


# One to three lines per row read better than eight.
# fmt: off
def rows(d: Desk) -> list[Action]:
    """The menu's rows."""
    presets = [
        Action(f"experiment.{''.join(c if c.isalnum() else '_' for c in name.lower())}".rstrip("_"),
               name[:1].upper() + name[1:], (),
               partial(d.send, m.SetExperiment(experiment)), "Experiment",
               f"Experiment: {name}", partial(lambda n: d.shot.experiment.name == n, name), part="Presets")
        for name, experiment in PRESETS.items()
    ]
    return [
        Action("experiment.panel", "Experiment panel", ("Shift+E",),
               lambda: d.set(left_panel=True, left_tab="experiment"), "Experiment",
               "Strength, paralysis, fatigue, noise, pushes, gravity, floor"),
        Action("experiment.normal", "Back to normal", ("Shift+N",), lambda: d.send(m.SetExperiment(NORMAL)),
               "Experiment", "The healthy body on the level floor"),
        Action("experiment.undo", "Undo", ("Ctrl+Z",), d.undo, "Experiment",
               "Take the last change of the experiment back"),
        Action("experiment.redo", "Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), d.redo, "Experiment",
               "Change the experiment again as before undoing"),
        *presets,
        Action("experiment.open", "Open experiment ...", ("Ctrl+Shift+E",), partial(ask, d, "experiment"),
               "Experiment", "Read an experiment from a YAML file"),
        Action("experiment.save", "Save experiment", ("Ctrl+Shift+S",), partial(save, d), "Experiment",
               "Write what is done to the human as a YAML file into the current folder"),
    ]


# fmt: on
def save(d: Desk) -> None:
    """Write the experiment under a free name."""
    from kinesis_app.experiment.file import save_experiment

    path = d.free_name(".experiment.yaml")
    save_experiment(d.shot.experiment, path)
    d.tell("info", f"Experiment saved as '{path}'.")
