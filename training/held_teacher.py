"""The teacher as its student will have to act: muscle commands that change 30 times a second."""

from __future__ import annotations

import numpy as np

from kinesis_app.env.action import excitations
from kinesis_app.env.actuator import Actuator
from kinesis_app.env.bodies import Bodies
from training.teacher import TeacherActuator


class HeldTeacher:
    """Holds each of the teacher's commands for a control step (an ``Actuator``).

    The teacher itself corrects its torques at every physics step. A network cannot, so a teacher that
    counts on it does worse once its labels are learnt: runners fall behind. Every control step is
    simulated twice, once to find the command and once to execute it.

    Args:
        teacher: Whose commands.
    """

    def __init__(self, teacher: TeacherActuator) -> None:
        self.teacher = teacher
        self.action_size = teacher.action_size

    def apply(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> None:
        """Advance ``bodies`` one control step under ``action`` (B, 14), 1 = ``OFFSET_RANGE``."""
        command = self.teacher.label(bodies, action, rows, moved)
        bodies.step(excitations(command, bodies.activation()))


def teacher_of(actuator: Actuator) -> TeacherActuator:
    """The teacher that moves an environment's bodies, held or not."""
    teacher = actuator.teacher if isinstance(actuator, HeldTeacher) else actuator
    assert isinstance(teacher, TeacherActuator)
    return teacher
