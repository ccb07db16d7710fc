"""Recoveries for training: a walker off balance, and the steps that bring it back."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.joints import compose_qvel, joint_angles, joint_velocities
from kinesis_app.body.rotations import quat_to_matrix
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait.leg import SOLVED, feet_of
from kinesis_app.motion.gait.measured import measure
from kinesis_app.motion.gait.plan import GRID_FPS, GaitPlan
from kinesis_app.motion.gait.repertoire import heading_for, varied_plan, walking_goal
from kinesis_app.motion.gait.replanning import State, planned_state, replan
from kinesis_app.motion.gait.synthesis import generate

MOST_PUSH = 0.35
"""Largest change of the body's velocity [m/s]."""
RUN_UP = (1.5, 3.0)
"""When in a walk it happens [s]."""


def recovery(seed: int, seconds: float) -> MotionClip:
    """A random walker, off the plan by up to 0.35 m/s in any direction at the first frame, catches itself.

    Every frame is a motion to follow; the first one is the state just after the push.
    """
    rng = np.random.default_rng((seed, 1_000))
    style = varied_plan("walk", rng, 1.0).style
    time = round(float(rng.uniform(*RUN_UP)) * GRID_FPS) / GRID_FPS
    forward, left, turn = walking_goal(rng)
    origin = (0.0, 0.0, float(rng.uniform(-np.pi, np.pi)))
    plan = GaitPlan(
        time + seconds, ((0.0, forward),), ((0.0, turn),), origin, True, True, ((0.0, left),), style
    )
    if rng.random() < 0.4:
        plan = heading_for(plan, time + float(rng.uniform(1.0, 3.0)), walking_goal(rng))
    angle, size = rng.uniform(-np.pi, np.pi), MOST_PUSH * float(rng.uniform()) ** 0.5
    state = planned_state(plan, time)
    after = pushed(state, size * np.array([np.cos(angle), np.sin(angle)]))
    return generate(replan(plan, time, after, state), start=time, name=f"recovery_{seed}")


def pushed(state: State, velocity: np.ndarray) -> State:
    """The state (qpos, qvel) with the pelvis faster by ``velocity`` [m/s] (2,), the stance foot still."""
    qpos, qvel = state[0].copy(), state[1].copy()
    side = int(np.argmin(np.linalg.norm(measure(*state).foot_vel, axis=1)))
    angles, rates = joint_angles(qpos), joint_velocities(qvel).copy()
    solved = slice(7 * side, 7 * side + SOLVED)
    root = qpos[None, :3], quat_to_matrix(qpos[None, 3:7])
    jacobian = feet_of(*root, angles[None, None, solved], (side,))[2][0, 0]
    rates[solved] += np.linalg.solve(jacobian, np.array([*(-velocity), 0.0, 0.0, 0.0, 0.0]))
    linear = qvel[:3] + np.array([*velocity, 0.0])
    return qpos, compose_qvel(linear, qvel[3:6], rates, angles)
