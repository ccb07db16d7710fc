"""``kinesis-app run``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from kinesis_app.body.model import CTRL_DT
from kinesis_app.cli.experiment_request import requested_experiment
from kinesis_app.cli.motion_request import requested_motion
from kinesis_app.cli.output import check_output
from kinesis_app.command.typed import typed_plan
from kinesis_app.errors import KinesisError
from kinesis_app.export import SUFFIXES, write_run, written_for
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import generate
from kinesis_app.policy import load_policy
from kinesis_app.session.headless import RunSummary, run_headless
from kinesis_app.session.post_mortem import SECONDS, write_post_mortem
from kinesis_app.session.recording import Recorder
from kinesis_app.session.simulation import Simulation


def execute(options: argparse.Namespace) -> int:
    """Run, write what was asked for, print the summary."""
    if options.record is not None:
        check_output(options.record, (".npz",), options.force)
    if options.video is not None:
        check_output(options.video, (".mp4", ".gif"), options.force)
    if options.export is not None:
        check_output(options.export, SUFFIXES, options.force)
        for beside in written_for(options.export)[1:]:
            check_output(beside, (".mot", ".xml"), options.force)
    experiment = requested_experiment(options.experiment, options.weaken)
    policy = load_policy(options.policy)
    clip = _clip(options)
    simulation = Simulation(clip, policy, history_seconds=SECONDS, experiment=experiment)
    keep = any(path is not None for path in (options.record, options.video, options.export))
    recorder = Recorder(simulation) if keep else None
    summary = _run(simulation, options.seconds, recorder)
    if recorder is not None and options.video is not None:
        _film(recorder, options.video)
    if recorder is not None and options.record is not None:
        _save(recorder, options.record)
    if recorder is not None and options.export is not None:
        _save(recorder, options.export)
    print(json.dumps(summary.to_json(), indent=2) if options.json else report(summary))
    return 0


def _clip(options: argparse.Namespace) -> MotionClip:
    if (options.motion is None) == (options.command is None):
        raise KinesisError('Give one of them: a MOTION to follow, or --command "walk 3 m".')
    if options.command is None:
        return requested_motion(options.motion, options.speed, options.seconds)
    if options.speed is not None:
        raise KinesisError('With --command the speed is part of the sentence: "walk 3 m at 1.2 m/s".')
    return generate(typed_plan(options.command, options.seconds), name=options.command)


def report(summary: RunSummary) -> str:
    """The summary for people."""
    s = summary
    under = f", experiment: {s.experiment}" if s.experiment else ""
    end = f"fell after {s.survived_s:.2f} s" if s.fell else "did not fall"
    return "\n".join(
        [
            f"{s.motion}, {s.seconds:.2f} s, policy {s.policy}{under}: {end}",
            f"  error           {s.mpjpe_mm:.1f} mm on average (MPJPE), {s.largest_error_mm:.1f} mm at most",
            f"  speed           {s.mean_speed:.3f} m/s, asked {s.reference_speed:.3f} m/s",
            f"  mean activation {s.mean_activation:.3f}",
            f"  computed at     {s.times_real_time:.1f} times real time",
        ]
    )


def _film(recorder: Recorder, path: Path) -> None:
    from tqdm import tqdm

    from kinesis_app.view.video import record_video  # OpenGL only when there is something to draw

    # Without a graphics card a frame takes a quarter of a second: show that it goes on (on terminals).
    frames = tqdm(recorder.snapshots, desc=path.name, unit="frame", disable=None, leave=False)
    record_video(frames, path, fps=1.0 / CTRL_DT)


def _run(simulation: Simulation, seconds: float | None, recorder: Recorder | None) -> RunSummary:
    """Run; a step that fails leaves a post-mortem."""
    try:
        return run_headless(simulation, seconds, recorder.record if recorder else None)
    except Exception as error:
        text = str(error) if isinstance(error, KinesisError) else f"{type(error).__name__}: {error}."
        path = write_post_mortem(simulation, error)
        raise KinesisError(f"{text} To see what led to it: kinesis-app replay {path}") from error


def _save(recorder: Recorder, path: Path) -> None:
    try:
        write_run(recorder.recording(), path)
    except OSError as error:
        raise KinesisError(f"'{path}' could not be written: {error.strerror}.") from None
