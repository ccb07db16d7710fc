"""The end of a run: the policy as ONNX, its scores, and a card that says how it came about."""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from kinesis_app.motion.clip import write_atomically
from kinesis_app.policy.contract import contract_metadata, current_contract
from training import kinesis
from training.export import export_onnx
from training.networks import Actor
from training.run import Run, numpy_policy
from training.scoring import Score, score, summary

_CURVE_POINTS = 40


def export_with_card(run: Run, actor: Actor) -> None:
    """Write ``<name>.onnx`` and ``<name>.yaml`` into the run's directory and show the scores."""
    config, clips = run.config, run.evaluation_clips
    action = "kinesis" if config.action == "kinesis" else "muscles"
    scores = score(clips, numpy_policy(actor), action)
    facts = {
        "trained_on": [clip.name for clip in run.clips][:100],
        "command": run.command,
        "date": datetime.date.today().isoformat(),
        "seed": config.seed,
        "steps": stage_steps(run.directory),
        "minutes": round(run.log.seconds / 60.0, 1),
    }
    card = facts | {
        "total": summary(scores),
        "scores": [_row(s) for s in scores],
        "curve": curve(run.directory),
        "versions": {name: version(name) for name in ("mujoco", "torch", "numpy")},
        "machine": f"{platform.machine()}, {platform.system()}",
    }
    path = run.directory / f"{config.name}.onnx"
    if action == "kinesis":
        contract = replace(current_contract(facts), observation=kinesis.TERMS, look_ahead=(1,))
        contract = replace(contract, action_map=kinesis.ACTION_MAP)
        export_onnx(actor, path, contract.to_metadata(), (-1.0, 1.0))
    else:
        export_onnx(actor, path, contract_metadata(facts))
    text = yaml.safe_dump(card, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
    write_atomically(path.with_suffix(".yaml"), text.encode())
    run.log.say(_table(scores))
    run.log.say(f"Policy: {path}   card: {path.with_suffix('.yaml')}")


def _row(s: Score) -> dict[str, Any]:
    return {
        "name": s.name,
        "duration_s": round(s.duration, 2),
        "survived_s": round(s.survived, 2),
        "success_015": s.success,
        "mpjpe_mm": round(s.error_mm, 1),
    }


def _table(scores: Sequence[Score]) -> str:
    total = summary(scores)
    lines = [f"{'clip':40s} {'survived':>15s} {'error':>8s}"]
    lines += [f"{s.name:40s} {s.survived:6.1f} / {s.duration:4.1f} s {s.error_mm:5.1f} mm" for s in scores]
    lines.append(f"{'total':40s} {100 * total['success']:5.0f} % to the end {total['error_mm']:5.1f} mm")
    return "\n".join(lines)


def _progress(directory: Path) -> list[dict[str, Any]]:
    path = directory / "progress.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def stage_steps(directory: Path) -> dict[str, int]:
    """Control steps of each stage of a run (labels for the distillation)."""
    steps: dict[str, int] = {}
    for line in _progress(directory):
        steps[line["stage"]] = int(line.get("labels", line["step"]))
    steps.pop("distill_final", None)
    return steps


def curve(directory: Path) -> dict[str, list[list[float]]]:
    """Learning curve by stage: rows of (steps, minutes, episode seconds, survival), thinned out."""
    rows: dict[str, list[list[float]]] = {}
    for line in _progress(directory):
        if "survival" in line:
            row = [line["step"], line["seconds"] / 60.0, line["episode_seconds"], line["survival"]]
            rows.setdefault(line["stage"], []).append([round(float(x), 3) for x in row])
    return {stage: _thinned(points) for stage, points in rows.items()}


def _thinned(points: list[list[float]]) -> list[list[float]]:
    stride = max(1, len(points) // _CURVE_POINTS)
    return points[:-1:stride] + points[-1:]
