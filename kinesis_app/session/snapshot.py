"""All that may be known of one instant of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.command import Task
from kinesis_app.experiment import NORMAL, Experiment


@dataclass(frozen=True)
class Snapshot:
    """All a viewer may know of one instant. Arrays are copies, safe to keep.

    Attributes:
        time: Simulated time since the motion began [s].
        step: Control steps since the motion began.
        run_time: Simulated time since the session began [s]: unlike ``time`` it goes on when the
            motion starts again. The history is measured in it.
        qpos: shape (35,).
        qvel: shape (34,).
        excitation: Of the last physics step, shape (80,).
        activation: shape (80,).
        muscle_force: Tension [N], positive, shape (80,).
        muscle_length: Muscle-tendon length [m], shape (80,).
        grf: Ground reaction force on the right and left foot in the world [N], shape (2, 3).
        reference_qpos: What the policy is asked to do now, shape (35,).
        body_error: Mean distance of the seven bodies from the reference [m].
        push: Force on the pelvis now [N], shape (3,).
        playing: Whether time runs.
        rate: Simulated seconds per second asked for.
        real_time_factor: Simulated seconds per second achieved over the last second.
        step_ms: Computing time of the last control step [ms].
        motion: Name of the clip.
        motion_seconds: Its duration [s].
        policy: Name of the policy.
        walking_speed: Speed asked of a generated walk [m/s]; None for other clips.
        fallen: Whether the human lost the reference by more than 0.5 m or fell.
        task: What was asked by typing, clicking or steering, and how far it is; None if nothing.
        cop: Centre of pressure under the right and the left foot in the world [m], shape (2, 3);
            zeros for a foot off the floor.
        free_moment: Of the floor on each foot about the vertical through ``cop`` [Nm], shape (2,).
        gait_phase: Cycle fraction since the last strike of the right and the left foot, 0 to 1,
            shape (2,); nan before the second strike and when no step comes.
        reward: Terms of the training reward by name; their sum is the reward of this instant.
        experiment: What is done to the human.
        fatigue: Fatigued fraction of each muscle, shape (80,); zeros without fatigue.
        reviewing: Whether this is the past, shown again; False: this is the live end of the run.
        history: Run times of the oldest and the newest instant that ``Seek`` reaches [s].
        loop: Whether a motion that ends, or a human that fell, starts again.
        loop_range: Run times between which the history is shown again and again [s], or None.
        surprises: Whether goals, sentences and pushes come at random.
        foresight: Whether a human that would fall goes on another way, if one is found.
    """

    time: float
    step: int
    qpos: np.ndarray
    qvel: np.ndarray
    excitation: np.ndarray
    activation: np.ndarray
    muscle_force: np.ndarray
    muscle_length: np.ndarray
    grf: np.ndarray
    reference_qpos: np.ndarray
    body_error: float
    push: np.ndarray
    playing: bool
    rate: float
    real_time_factor: float
    step_ms: float
    motion: str
    motion_seconds: float
    policy: str
    walking_speed: float | None
    fallen: bool
    run_time: float = 0.0
    cop: np.ndarray = field(default_factory=lambda: np.zeros((2, 3)))
    free_moment: np.ndarray = field(default_factory=lambda: np.zeros(2))
    gait_phase: np.ndarray = field(default_factory=lambda: np.full(2, np.nan))
    reward: Mapping[str, float] = field(default_factory=dict)
    experiment: Experiment = NORMAL
    fatigue: np.ndarray = field(default_factory=lambda: np.zeros(N_MUSCLES))
    reviewing: bool = False
    history: tuple[float, float] = (0.0, 0.0)
    loop: bool = True
    loop_range: tuple[float, float] | None = None
    surprises: bool = False
    foresight: bool = True
    task: Task | None = None
