"""What a policy's numbers can mean in training, by name, and the environments that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kinesis_app.body.joints import N_JOINTS
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.actuator import MuscleActuator
from kinesis_app.env.observation import OBSERVATION_SIZE
from kinesis_app.env.reference import ReferenceBank, reference_bank
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from training import kinesis

if TYPE_CHECKING:
    from training.distill import Labeller
    from training.teacher import TeacherActuator

_SIZES = {
    "teacher": (OBSERVATION_SIZE, N_JOINTS),
    "muscles": (OBSERVATION_SIZE, N_MUSCLES),
    "kinesis": (kinesis.OBSERVATION_SIZE, N_MUSCLES),
}


def network_sizes(action: str) -> tuple[int, int]:
    """Sizes of observation and action.

    Raises:
        KinesisError: If there is no action of that name.
    """
    if action not in _SIZES:
        raise KinesisError(f"'action: {action}' does not exist. Valid: {', '.join(_SIZES)}.")
    return _SIZES[action]


def make_env(
    action: str, clips: Sequence[MotionClip], settings: TrackingSettings, seed: int = 0, held: bool = False
) -> TrackingEnv:
    """The task of following ``clips`` with one of the actions; ``held`` as in ``TrainConfig``."""
    network_sizes(action)
    if action == "kinesis":
        if settings.physics != "mujoco":
            raise KinesisError(f"'action: kinesis' needs 'physics: mujoco', not '{settings.physics}'.")
        return kinesis.KinesisEnv(clips, settings, seed, kinesis.KinesisActuator())
    bank = reference_bank(clips)
    if action == "muscles":
        return TrackingEnv(bank, settings, seed, MuscleActuator())
    teacher = _teacher(clips, bank, settings.leashed_share > 0.0)
    if not held:
        return TrackingEnv(bank, settings, seed, teacher)
    from training.held_teacher import HeldTeacher

    return TrackingEnv(bank, settings, seed, HeldTeacher(teacher))


def make_labeller(clips: Sequence[MotionClip], bank: ReferenceBank, leashed: bool) -> Labeller:
    """What turns the teacher's actions into muscle commands for the student to learn."""
    return _teacher(clips, bank, leashed)


def _teacher(clips: Sequence[MotionClip], bank: ReferenceBank, leashed: bool) -> TeacherActuator:
    from training.teacher import TeacherActuator  # compiles its kernel: only on demand

    return TeacherActuator(clips, bank, leashed)
