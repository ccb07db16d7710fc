"""Ready-made walks: straight or curved, standing, and varied ones for training."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait.plan import ACCELERATION, GaitPlan, change_speed, change_turn, check_speed
from kinesis_app.motion.gait.style import AVERAGE, Style
from kinesis_app.motion.gait.synthesis import generate

SPEED_RANGE = (0.5, 1.9)
"""Walking speeds [m/s]."""


def walk(
    speed: float,
    seconds: float,
    *,
    stand_before: float = 0.6,
    stand_after: float = 1.0,
    heading: float = 0.0,
    turn_rate: float = 0.0,
    fps: float = 150.0,
    name: str | None = None,
    style: Style = AVERAGE,
) -> MotionClip:
    """From quiet standing to a steady walk and back.

    Args:
        speed: Steady speed, 0.5 to 1.9 m/s.
        seconds: Length of the clip [s], standing included.
        stand_before, stand_after: Quiet standing at the ends [s]; 0 starts or ends in mid-walk.
        heading: Direction of the pelvis at the start [rad], 0 = world +x.
        turn_rate: Turning in the steady part [rad/s], left +.
        fps: Frames per second.
        name: Name of the clip.
        style: The walker's habits.

    Returns:
        A clip that starts above the world's origin.
    """
    check_speed(speed, *SPEED_RANGE)
    begin, end = stand_before, seconds - stand_after
    plan = GaitPlan(
        seconds, origin=(0.0, 0.0, heading), walking_at_start=begin <= 0.0, walking_at_end=stand_after <= 0.0
    )
    rest = 0.0
    if begin <= 0.0:
        plan = GaitPlan(seconds, ((0.0, speed),), ((0.0, turn_rate),), plan.origin, True, plan.walking_at_end)
    else:
        plan = change_speed(plan, begin, speed)
        plan = change_turn(plan, begin + 0.5, turn_rate) if turn_rate else plan
    if stand_after > 0.0:
        brake = end - SETTLING - speed / ACCELERATION
        shortest = begin + 2.0 * speed / ACCELERATION + SETTLING + stand_after
        if seconds < shortest:
            least = math.ceil(10.0 * shortest) / 10.0
            raise KinesisError(
                f"{seconds:g} s are too few to walk at {speed:g} m/s and stop; {least:g} s are enough."
            )
        plan = change_speed(plan, brake, rest)
        plan = change_turn(plan, brake, 0.0) if turn_rate else plan
    return generate(replace(plan, style=style), fps=fps, name=name or f"walk_{speed:.2f}")


SETTLING = 1.2
"""From the speed's last change to rest until the body stands [s]."""


def stand(seconds: float, *, heading: float = 0.0, fps: float = 150.0, name: str = "stand") -> MotionClip:
    """Quiet standing."""
    return generate(GaitPlan(seconds, origin=(0.0, 0.0, heading)), fps=fps, name=name)


def varied_walk(seed: int, seconds: float) -> MotionClip:
    """A random but natural mix of speeds, stops, starts and turns, for training."""
    rng = np.random.default_rng(seed)
    plan = GaitPlan(seconds, walking_at_end=True)
    time = float(rng.uniform(0.3, 1.0))
    while time < seconds:
        speed = float(rng.uniform(0.5, 1.6)) if rng.random() < 0.85 else 0.0
        plan = change_speed(plan, time, speed, float(rng.uniform(0.6, 1.0)))
        plan = change_turn(plan, time, float(rng.uniform(-0.8, 0.8)) if rng.random() < 0.6 else 0.0)
        time += float(rng.uniform(2.5, 6.0))
    return generate(plan, name=f"varied_walk_{seed}")
