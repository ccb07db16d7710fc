"""Walks run once under a policy, cut into strides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kinesis_app.evaluation.emg import DELAY, EmgComparison, compare_emg
from kinesis_app.evaluation.strides import Strides, cut_strides, pooled, steady
from kinesis_app.motion.clip import MotionClip
from kinesis_app.session.headless import run_headless
from kinesis_app.session.recording import Recorder, Recording
from kinesis_app.session.simulation import Simulation


def walked_strides(policy: Callable[[np.ndarray], np.ndarray], clips: Sequence[MotionClip]) -> Strides:
    """Steady strides of both legs while the policy follows ``clips``, each until its end or a fall."""
    legs = []
    for clip in clips:
        simulation = Simulation(clip, policy, history_seconds=0.0)
        recorder = Recorder(simulation)
        run_headless(simulation, None, recorder.record)
        recording = _until_fall(recorder.recording())
        legs.append(steady(pooled([cut_strides(recording, side) for side in "rl"])))
    return pooled(legs)


def evaluate_emg(
    policy: Callable[[np.ndarray], np.ndarray], clips: Sequence[MotionClip], delay: float = DELAY
) -> EmgComparison:
    """Compare the policy's excitations with human EMG; see :func:`~kinesis_app.evaluation.emg.compare_emg`.

    Raises:
        KinesisError: If too few strides were walked.
    """
    return compare_emg(walked_strides(policy, clips), delay)


def _until_fall(recording: Recording) -> Recording:
    fallen = recording.series("fallen")
    if not fallen.any():
        return recording
    n = max(int(np.argmax(fallen)), 1)
    steps = (recording.excitations[: n - 1], recording.wrenches[: n - 1])
    return Recording(recording.snapshots[:n], *steps, recording.policy_sha256)
