"""What a policy's numbers can mean in training, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kinesis_app.body.joints import N_JOINTS
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.tracking import Actuator, MuscleActuator
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip

if TYPE_CHECKING:
    from training.distill import Labeller
    from training.teacher import TeacherActuator

ACTION_SIZES = {"teacher": N_JOINTS, "muscles": N_MUSCLES, "kinesis": N_MUSCLES}


def make_labeller(clips: Sequence[MotionClip]) -> Labeller:
    """What turns the teacher's actions into muscle commands for the student to learn."""
    return _teacher(clips)


def _teacher(clips: Sequence[MotionClip]) -> TeacherActuator:
    from training.teacher import TeacherActuator  # compiles its kernel: only on demand

    return TeacherActuator(clips)


def make_actuator(action: str, clips: Sequence[MotionClip]) -> Actuator:
    """The action map for an environment of ``clips``.

    Raises:
        KinesisError: If there is no action map of that name.
    """
    if action == "teacher":
        return _teacher(clips)
    if action == "muscles":
        return MuscleActuator()
    raise KinesisError(f"'action: {action}' does not exist. Valid: {', '.join(ACTION_SIZES)}.")
