"""Motions as sessions ask for them: goals, sentences and directions at random, one over the other."""

from __future__ import annotations

import math

import numpy as np

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS, SIM_DT
from kinesis_app.evaluation.endurance import ask_and_advance
from kinesis_app.motion.clip import MotionClip, continuous_quat
from kinesis_app.session.core import SessionCore
from kinesis_app.session.reference import ReferencePlayer
from kinesis_app.session.surprises import Surprises
from kinesis_app.session.walking import endless_walk

BEFORE = 5.0
"""When the motion begins [s]: something is asked for the first time 2 to 6 s after the session's start."""


def requested(seed: int, seconds: float = 12.0) -> MotionClip:
    """What a body is to follow in a session in which something else is asked for every few seconds.

    Changes in mid-step, goals given up for others and sentences that interrupt each other are planned
    there as in the window, for a body that never strays.

    Args:
        seed: Of what is asked and when.
        seconds: Length of the motion [s].
    """
    core = SessionCore(ReferencePlayer(endless_walk()), playing=True, loop=True, rate=math.inf)
    surprises, frames = Surprises(seed, force=0.0), []
    first, end = round(BEFORE / CTRL_DT), round((BEFORE + seconds) / CTRL_DT)
    try:
        for step in range(end):
            ask_and_advance(core, surprises.due(core.snapshot()))
            if step >= first:
                frames.append(core.simulation.course.physics_frames(step, N_SUBSTEPS))
    finally:
        core.close()
    pos, quat, joints = (
        np.concatenate([getattr(frame, name) for frame in frames])
        for name in ("root_pos", "root_quat", "joints")
    )
    info = {"source": "gait generator"}
    return MotionClip(f"requested_{seed}", 1.0 / SIM_DT, pos, continuous_quat(quat), joints, info)
