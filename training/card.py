"""The end of a run: the policy as ONNX, its scores, and a card that says how it came about."""

from __future__ import annotations

import datetime
import json
import platform
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from kinesis_app.atomic_file import write_atomically
from kinesis_app.evaluation import evaluate, evaluate_pushes
from kinesis_app.policy.contract import contract_metadata, current_contract
from training import kinesis
from training.distill_stage import experts_of
from training.export import export_onnx
from training.networks import Actor
from training.run import Run, numpy_policy
from training.scoring import score, summary

_CURVE_POINTS = 40
_PUSHES = 20


def export_with_card(run: Run, actor: Actor) -> None:
    """Write ``<name>.onnx`` and ``<name>.yaml`` into the run's directory and show the scores."""
    config = run.config
    facts = {
        "trained_on": [clip.name for clip in run.clips][:100],
        "command": run.command,
        "date": datetime.date.today().isoformat(),
        "seed": config.seed,
        "steps": stage_steps(run.directory),
        "minutes": round(run.log.seconds / 60.0, 1),
    }
    scores = _scores(run, actor)
    card = facts | {
        **scores,
        **_comparison(run, actor),
        "curve": curve(run.directory),
        "versions": {name: version(name) for name in ("mujoco", "torch", "numpy")},
        "machine": f"{platform.machine()}, {platform.system()}",
    }
    path = run.directory / f"{config.name}.onnx"
    if config.action == "kinesis":
        contract = replace(current_contract(facts), observation=kinesis.TERMS, look_ahead=(1,))
        contract = replace(contract, action_map=kinesis.ACTION_MAP)
        export_onnx(actor, path, contract.to_metadata(), (-1.0, 1.0))
    else:
        export_onnx(actor, path, contract_metadata(facts))
    text = yaml.safe_dump(card, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
    write_atomically(path.with_suffix(".yaml"), text.encode())
    run.log.say(_table(scores))
    run.log.say(f"Policy: {path}   card: {path.with_suffix('.yaml')}")


def _scores(run: Run, actor: Actor) -> dict[str, Any]:
    """Scores on the evaluation's motions and, for policies of muscle commands, under pushes."""
    act, clips = numpy_policy(actor), run.evaluation_clips
    if run.config.action == "kinesis":
        own = score(clips, act, "kinesis")
        return {"total": _rounded(summary(own)), "scores": [_rounded(asdict(s)) for s in own]}
    result = evaluate(lambda x: np.clip(act(x), 0.0, 1.0), clips)
    pushed = evaluate_pushes(act, _PUSHES)
    return {
        "total": _rounded(result.total()),
        "pushes_50_newton_survived": f"{pushed.survived} of {_PUSHES}",
        "scores": [_rounded(asdict(row)) for row in result.clips],
    }


def _comparison(run: Run, actor: Actor) -> dict[str, Any]:
    """Teacher and student side by side, where there were both."""
    if "distill" not in run.stages:
        return {}
    from training.comparison import compare  # compiles the teacher's kernel: only on demand

    leashed = run.config.env.leashed_share > 0.0
    return {"comparison": compare(run.evaluation_clips, experts_of(run), actor, leashed)}


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()}


def _table(scores: dict[str, Any]) -> str:
    """The scores as text, one line per motion."""
    lines = [
        f"{row['name']:32s} {row['survived_s']:6.1f} of {row['duration_s']:5.1f} s {row['mpjpe_mm']:7.1f} mm"
        for row in scores["scores"]
    ]
    facts = [f"{key}: {value}" for key, value in scores.items() if key.startswith("pushes")]
    facts += [f"{key} {value:.3g}" for key, value in scores["total"].items()]
    return "\n".join([*lines, "   ".join(facts)])


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
