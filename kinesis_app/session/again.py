"""A branch that nobody disturbs meets the references of the run it left.

An endless walk is planned on by a helper thread, at a moment that depends on how busy the machine is,
and a reference planned on elsewhere differs in its last digits. So that a run continued from the
past repeats to the last bit, it follows the same extensions at the same steps.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from kinesis_app.session.course import Course
from kinesis_app.session.history import Moment
from kinesis_app.session.simulation import Simulation

Extensions = deque[tuple[int, Course]]
"""Run steps after which a course took the place of the one before."""


def extensions(moments: Sequence[Moment]) -> Extensions:
    """The extensions of a run up to the first change that somebody asked for."""
    found: Extensions = deque()
    for before, after in itertools.pairwise(moment.checkpoint for moment in moments):
        if after.course.bank is before.course.bank:
            continue
        if after.step == 0 or not _extends(after.course, before.course):
            break
        found.append((before.run_step, after.course))
    return found


def follow_again(left: Extensions, simulation: Simulation) -> None:
    """Follow the next extension if it is due after the step that was just made."""
    if left[0][0] == simulation.run_step:
        simulation.follow(left.popleft()[1])


def _extends(new: Course, old: Course) -> bool:
    if new.kept_until > old.kept_until:  # nobody asked for what kept the human from falling
        return True
    if new.plan is None or old.plan is None or new.task is not old.task:
        return False
    # What somebody asks for changes the knots or the task; where the plan is taken up anew, to catch the
    # body or after a long walk, it stays the same.
    return replace(new.plan, duration=old.plan.duration) == old.plan
