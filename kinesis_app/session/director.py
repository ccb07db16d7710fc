"""Turns what is typed, clicked and steered into requests to the walk, and tells how they went."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.command.again import is_again, is_undo
from kinesis_app.command.grammar import parse
from kinesis_app.command.segments import GoTo
from kinesis_app.command.task import GoalMark, Task
from kinesis_app.errors import KinesisError
from kinesis_app.session import messages as m
from kinesis_app.session.commands import STOP, CommandRequest
from kinesis_app.session.course import Course
from kinesis_app.session.goals import GoalsRequest
from kinesis_app.session.planner import WalkPlanner
from kinesis_app.session.requests import Request, SpeedRequest, running
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.steering import SteerRequest
from kinesis_app.session.treatment import WARY
from kinesis_app.session.undo import UndoRequest
from kinesis_app.session.walking import generated_plan

SETTLING = 0.8
"""From the end of the planned way until the body stands [s]."""
SHOWN = 4.0
"""How long a task that is done is still shown [s]."""
FARTHEST = 300.0
"""Farthest goal from where the human is [m]."""
MOST_UNDONE = 20
WARY_NEWS = f"Was pushed: keeps its steps quick and wide for {WARY * CTRL_DT:.0f} s."


class Director:
    """Asks the planner for what the user wants."""

    def __init__(self) -> None:
        self.planner = WalkPlanner()
        self._typed: str | None = None
        self._before: list[Request] = []  # what was being done before each command
        self._watched: Task | None = None
        self._told = False
        self._wary = False

    def request(
        self, command: m.DirectingCommand, course: Course, step_time: float, place: np.ndarray
    ) -> Request | None:
        """What a command asks of the walk ``course``; None if there is nothing to do.

        Args:
            command: As sent.
            course: What is followed now.
            step_time: Session time [s].
            place: Of the pelvis on the ground [m], shape (2,).

        Raises:
            KinesisError: If it is not understood, or what is followed is no generated walk.
        """
        plan = generated_plan(course)
        if isinstance(command, m.TypedCommand) and is_undo(command.text):
            if not self._before:
                raise KinesisError("Nothing was asked before that could be taken back; 'stop' stops.")
            return self._before.pop()
        request = self._request(command, course, step_time, place)
        if request is not None and not isinstance(command, m.MoveGoal):
            doing = self.planner.wanted or UndoRequest(plan, course.task, step_time)
            self._before = [*self._before, doing][-MOST_UNDONE:]
        return request

    def forget(self) -> None:
        """Another motion, or this one from its beginning: nothing of before is wanted."""
        self.planner.forget()
        self._before.clear()

    def _request(
        self, command: m.DirectingCommand, course: Course, step_time: float, place: np.ndarray
    ) -> Request | None:
        goals = self._goals(course, step_time)
        match command:
            case m.TypedCommand(text):
                return self._typed_request(text.strip())
            case m.CancelCommand():
                return STOP
            case m.ClearGoals():
                return STOP if goals else None
            case m.Steer(heading, speed_change, stop):
                return SteerRequest(heading, speed_change, stop).after(self.planner.wanted)
            case m.SetGoal(x, y, heading, queue):
                mark = _mark(x, y, heading, place)
                if queue and not goals and running(course.task, step_time):
                    return CommandRequest("goal", (GoTo(x, y, heading),), after_the_rest=True)
                return GoalsRequest((*goals, mark) if queue else (mark,))
            case m.MoveGoal(index, x, y, heading):
                if not 0 <= index < len(goals):
                    raise KinesisError(f"There is no goal {index + 1}; there are {len(goals)}.")
                mark = _mark(x, y, heading, place)
                return GoalsRequest((*goals[:index], mark, *goals[index + 1 :]))

    def _typed_request(self, text: str) -> CommandRequest:
        if is_again(text):
            if self._typed is None:
                raise KinesisError("Nothing was typed before that could be done again.")
            text = self._typed
        request = CommandRequest(text, parse(text))
        self._typed = text
        return request

    def _goals(self, course: Course, time: float) -> tuple[GoalMark, ...]:
        """Goals still to go to, of what is asked for or else of what is done."""
        wanted = self.planner.wanted
        if isinstance(wanted, GoalsRequest):
            return wanted.goals
        return course.task.at(time).goals if course.task is not None and wanted is None else ()

    def news(self, simulation: Simulation) -> list[m.Event]:
        """What the user should know after a control step: wary steps, goals reached, tasks done."""
        return self._wariness_news(simulation.course) + self._task_news(simulation)

    def _wariness_news(self, course: Course) -> list[m.Event]:
        before, self._wary = self._wary, course.plan is not None and course.plan.style.wariness > 0.0
        return [m.Event("info", WARY_NEWS)] if self._wary and not before else []

    def _task_news(self, simulation: Simulation) -> list[m.Event]:
        task = simulation.course.task
        if task is not self._watched:
            self._watched, self._told = task, False
        if task is None or self._told or simulation.time < task.end + SETTLING:
            return []
        self._told = True
        if task.goal_ends and task.goal_ends[-1] == task.end:
            goal = task.goals[-1]
            off = math.hypot(*(simulation.frame.qpos[0, :2] - (goal.x, goal.y)))
            return [m.Event("info", f"At the goal, {100.0 * off:.0f} cm off.")]
        return [m.Event("info", f"Done: {task.text}.")]

    def shown(self, snapshot: m.Snapshot, course: Course) -> m.Snapshot:
        """The snapshot with what is asked for and what is being done."""
        wanted, task = self.planner.wanted, course.task
        if task is not None:
            task = task.at(snapshot.time) if snapshot.time < task.end + SHOWN else None
        if isinstance(wanted, SpeedRequest):
            return replace(snapshot, walking_speed=wanted.speed, task=task)
        if isinstance(wanted, GoalsRequest):
            before = task or Task("goal")
            task = replace(before, text="goal", goals=wanted.goals, goal_ends=(), planning=True)
        elif wanted is not None:
            text = wanted.text if isinstance(wanted, CommandRequest | UndoRequest) else "steer"
            task = replace(task or Task(text), text=text, planning=True)
        return replace(snapshot, task=task)


def _mark(x: float, y: float, heading: float | None, place: np.ndarray) -> GoalMark:
    """A goal.

    Raises:
        KinesisError: If it is no place, or too far away.
    """
    if not all(map(math.isfinite, (x, y, heading or 0.0))):
        raise KinesisError("A goal is a place x, y in metres and a heading in radians, all finite.")
    if math.hypot(x - place[0], y - place[1]) > FARTHEST:
        raise KinesisError(f"The goal is more than {FARTHEST:g} m away.")
    return GoalMark(float(x), float(y), None if heading is None else float(heading))
