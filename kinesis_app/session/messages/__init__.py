"""What may be asked of a session (commands), what it tells (events), what may be known (snapshots).

Commands and events are ordered and never lost. Of snapshots only the latest counts.
"""

from kinesis_app.session.messages.directing import (
    CancelCommand,
    ClearGoals,
    DirectingCommand,
    MoveGoal,
    SetGoal,
    SetWalkingSpeed,
    Steer,
    TypedCommand,
)
from kinesis_app.session.messages.events import Branched, Event, Exported, Failed
from kinesis_app.session.messages.files import ExportRun, FileCommand, LoadMotion, LoadPolicy
from kinesis_app.session.messages.handling import (
    HandlingCommand,
    MoveBody,
    Pull,
    Push,
    SetExperiment,
    SetForesight,
    Surprise,
)
from kinesis_app.session.messages.playback import (
    ContinueFromHere,
    Pause,
    Play,
    PlaybackCommand,
    Quit,
    Reset,
    Seek,
    SetLoop,
    SetLoopRange,
    SetRate,
    StepBack,
    StepForward,
)
from kinesis_app.session.snapshot import Snapshot

Command = PlaybackCommand | DirectingCommand | SetWalkingSpeed | HandlingCommand | FileCommand

__all__ = [
    "Branched",
    "CancelCommand",
    "ClearGoals",
    "Command",
    "ContinueFromHere",
    "DirectingCommand",
    "Event",
    "ExportRun",
    "Exported",
    "Failed",
    "LoadMotion",
    "LoadPolicy",
    "MoveBody",
    "MoveGoal",
    "Pause",
    "Play",
    "Pull",
    "Push",
    "Quit",
    "Reset",
    "Seek",
    "SetExperiment",
    "SetForesight",
    "SetGoal",
    "SetLoop",
    "SetLoopRange",
    "SetRate",
    "SetWalkingSpeed",
    "Snapshot",
    "Steer",
    "StepBack",
    "StepForward",
    "Surprise",
    "TypedCommand",
]
